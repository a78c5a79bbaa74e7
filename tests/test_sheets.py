"""Files of every kind give the cells that were put in, or findings that say what to do and repeat no cell."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from ehp_eval.errors import Finding
from ehp_eval.intake.sheets import ENDINGS, Sheet, read_sheet, sheet_names
from tests.sheet_files import ERROR, compound, ods, xls, xlsb, zipped

EXPECTED = ("id", "name", "day")
CANARY = "Canary-7391"


def read(folder: Path, name: str, content: bytes | str, **options: Any) -> Sheet | list[Finding]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_sheet(folder, name, expected=EXPECTED, **options)


def grid(found: Sheet | list[Finding]) -> list[tuple[object, ...]]:
    """The header and the rows, each with its number."""
    assert isinstance(found, Sheet), found
    return [tuple(found.cells.columns), *found.cells.itertuples(name=None)]


def brief(found: Sheet | list[Finding]) -> list[tuple[str, str, tuple[int, ...]]]:
    assert isinstance(found, list), found.cells
    assert CANARY not in str(found)
    return [(finding.rule, finding.column, finding.rows) for finding in found]


def workbook(sheets: dict[str, dict[str, object]], hidden: Sequence[str] = (), **options: object) -> bytes:
    """An xlsx workbook of cells by their places, such as {"Sheet1": {"A1": "id"}}."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yyyy", **options}) as book:
        for name, cells in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for place, value in cells.items():
                if isinstance(value, str) and value.startswith("="):
                    formula, _, result = value.partition(" -> ")
                    sheet.write_formula(place, formula, None, result)
                elif isinstance(value, str):
                    sheet.write_string(place, value)
                else:
                    sheet.write(place, value)
    return file.getvalue()


def test_text_in_each_encoding(tmp_path: Path) -> None:
    text = "id,name\n007,Siân\n008,”quoted”\n"
    rows = [("id", "name"), (2, "007", "Siân"), (3, "008", "”quoted”")]
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
        assert grid(read(tmp_path, "a.csv", text.encode(encoding))) == rows, encoding


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        pytest.param("id,name\n1,Siân\n".encode() + "2,Zoë\n".encode("cp1252"), "encoding", id="two encodings"),
        pytest.param(b"\xef\xbb\xbfid,name\n1,Zo\xeb\n", "encoding", id="a signature that is not kept to"),
        pytest.param(b"id,name\n1,\x81\n", "encoding", id="neither"),
        pytest.param(b"id,name\n1,\0\0\0\0\n", "encoding", id="zero bytes"),
        pytest.param("id,name\n1,Siân\n".encode("utf-16")[:-1], "encoding", id="half a character"),
        pytest.param(b"id,name\n1,\xed\xa0\x80\n", "encoding", id="half of a pair"),
        pytest.param("id,name\n1,x\n".encode("utf-32"), "encoding", id="UTF-32"),
        pytest.param(zipped({"a": "b"}), "ending", id="a workbook"),
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"\n , \n", "empty", id="blanks"),
        pytest.param(b'id,name\n1,"x\n2,y\n', "syntax", id="an open quotation mark"),
    ],
)
def test_text_that_is_no_table(tmp_path: Path, content: bytes, rule: str) -> None:
    assert brief(read(tmp_path, "a.csv", content)) == [(rule, "", ())]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id;name\n1;a,b\n", [("id", "name"), (2, "1", "a,b")]),
        ("id\tname\n1\ta;b\n", [("id", "name"), (2, "1", "a;b")]),
        # One name is found either way: the comma.
        ("id,other;name\n1,2\n", [("id", "other;name"), (2, "1", "2")]),
        # Excel takes the first line for itself and shows the header as row 1.
        ("sep=;\r\nid;name\r\n1;2\r\n", [("id", "name"), (2, "1", "2")]),
        ('"sep=|"\nid|name\n1|2\n', [("id", "name"), (2, "1", "2")]),
        ('id,name\n="007","=""0,8"""\n', [("id", "name"), (2, "007", "0,8")]),
        # A record over two lines is one row; a blank line is one too; surplus commas say nothing.
        ('id,name\n1,"a\nb"\n\n 2 , c ,,\n', [("id", "name"), (2, "1", "a\nb"), (4, "2", "c")]),
        ("id,name,,\n1,a,,\n2,b\n", [("id", "name"), (2, "1", "a"), (3, "2", "b")]),
        ("id,,name\n1,,a\n", [("id", "name"), (2, "1", "a")]),
        ("id,name\n1.23457E+15,=HYPERLINK(1)\n", [("id", "name"), (2, "1.23457E+15", "=HYPERLINK(1)")]),
        (" id ,name\r1,\r", [("id", "name"), (2, "1", None)]),
    ],
)
def test_text_as_excel_shows_it(tmp_path: Path, text: str, rows: list[tuple[object, ...]]) -> None:
    assert grid(read(tmp_path, "a.txt", text)) == rows


@pytest.mark.parametrize(
    ("text", "found", "says"),
    [
        (f"{CANARY},x\nid,y\n", [("header", "", (1,))], "names no column"),
        ("id,a,id,b,a\n1,2,3,4,5\n", [("header", "", (1,))], "columns A, B, C, E have the same name"),
        (f"id,name\n1\n2,3,{CANARY}\n4,5\n", [("ragged", "", (2, 3))], "2 cells"),
        (f"id,,name,,\n1,{CANARY},2,,x\n", [("header", "", (1,))], "column B, E has no name"),
        ("id,id,,x\n1,2,3,4\n5\n", [("header", "", (1,)), ("ragged", "", (3,)), ("header", "", (1,))], "same name"),
        (f"id,{','.join(map(str, range(3000)))}\n", [("columns", "", (1,))], "3001 columns"),
        (f"id,name\n1,\n2,{CANARY * 20_000}\n", [("huge cell", "", (3,))], "131,072"),
        ("id,name,x\n#N/A,a,#REF!\n1,#####,b\n", [("formula error", "id", (2,)), ("formula error", "name", (3,))], "#"),
    ],
)
def test_faults_of_a_text(tmp_path: Path, text: str, found: list[Any], says: str) -> None:
    findings = read(tmp_path, "a.csv", text)
    assert brief(findings) == found
    assert says in str(findings)


def test_titles_above_the_header(tmp_path: Path) -> None:
    text = 'Report of id,name\n"two\nlines"\n\nid;name\n1;2\n'
    assert grid(read(tmp_path, "a.csv", text, header_row=4)) == [("id", "name"), (5, "1", "2")]
    assert brief(read(tmp_path, "a.csv", text, header_row=9)) == [("header", "", (9,))]
    cells = {"B2": "Report", "B4": "id", "C4": "name", "B6": "007"}
    assert grid(read(tmp_path, "a.xlsx", workbook({"S": cells}), header_row=4)) == [("id", "name"), (6, "007", None)]


def test_cells_of_excel_keep_their_types(tmp_path: Path) -> None:
    cells = {"A1": "id", "A2": " 007 ", "A3": 5, "A4": 5.5, "A5": True, "A6": date(2020, 3, 31), "A7": " "}
    cells |= {"A8": datetime(2020, 3, 31, 10, 30), "A9": 1234567890123456000, "A10": "=A2 -> 007", "A11": "@SUM(1)"}
    found = read(tmp_path, "a.xlsx", workbook({"S": cells}))
    assert grid(found)[1:] == [
        (2, "007"),
        (3, 5),
        (4, 5.5),
        (5, True),
        (6, date(2020, 3, 31)),
        (8, datetime(2020, 3, 31, 10, 30)),
        (9, 1234567890123456000),
        (10, "007"),
        (11, "@SUM(1)"),
    ]
    assert [type(cell) for _, cell in grid(found)[1:4]] == [str, int, float]


def test_days_counted_from_1904(tmp_path: Path) -> None:
    cells = {"A1": "day", "A2": date(2020, 3, 31)}
    assert grid(read(tmp_path, "a.xlsx", workbook({"S": cells}, date_1904=True)))[1] == (2, date(2020, 3, 31))


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
def test_errors_of_formulas_in_excel(tmp_path: Path, error: str) -> None:
    cells = {"A1": "id", "B1": "name", "C1": "x", "A3": "1", "B3": f"=A9 -> {error}", "C3": f"=A9 -> {error}"}
    # Of columns that nobody asked for the mapping has its say.
    assert brief(read(tmp_path, "a.xlsx", workbook({"S": cells}))) == [("formula error", "name", (3,))]


@pytest.mark.parametrize(("ending", "make"), [("ods", ods), ("xls", xls), ("xlsb", xlsb)])
def test_the_other_workbooks(tmp_path: Path, ending: str, make: Any) -> None:
    rows = [[None, "Title"], [], [None, "id", "name"], [None, "007", 5.0], [], [None, "ŵ\nx", 2.5]]
    file = f"a.{ending}"
    expected = [("id", "name"), (4, "007", 5), (6, "ŵ\nx", 2.5)]
    assert grid(read(tmp_path, file, make({"S": rows}), header_row=3)) == expected
    assert brief(read(tmp_path, file, make({"S": [["id", "name"], ["1", ERROR], [ERROR]]}))) == [
        ("formula error", "id", (3,)),
        ("formula error", "name", (2,)),
    ]
    assert sheet_names(tmp_path, file) == ("S",)
    # Excel tells the kind by what is in the file, and so is it read.
    assert grid(read(tmp_path, "b.xlsx", make({"S": rows}), header_row=3)) == expected


def test_which_sheet(tmp_path: Path) -> None:
    filled = {"A1": "id", "A2": "1"}
    one = workbook({"Data": filled, "Lists": {"A1": "x"}}, hidden=["Lists"])
    assert read(tmp_path, "a.xlsx", one).file == "a.xlsx"  # type: ignore[union-attr]
    two = workbook({"Notes": {"A1": "x"}, "Referrals": filled, "Old": filled})
    assert read(tmp_path, "referrals.xlsx", two).file == "referrals.xlsx, sheet Referrals"  # type: ignore[union-attr]
    assert read(tmp_path, "a.xlsx", two, sheet="Old").file == "a.xlsx, sheet Old"  # type: ignore[union-attr]
    assert sheet_names(tmp_path, "a.xlsx") == ("Notes", "Referrals", "Old")
    for options in ({}, {"sheet": "old"}):
        findings = read(tmp_path, "a.xlsx", two, **options)
        assert brief(findings) == [("sheet", "", ())]
        assert "the workbook has 3 sheets; name the one with the table by sheet = in mapping.toml" in str(findings)
        assert "Notes" not in str(findings)  # a sheet may be called after a child
    findings = read(tmp_path, "a.xlsx", two, sheet="Notes")
    assert brief(findings) == [("header", "", (1,))]
    assert findings[0].file == "a.xlsx, sheet Notes"  # type: ignore[index]
    assert brief(read(tmp_path, "a.xlsx", workbook({"S": {}}))) == [("empty", "", ())]


def far_ods(rows: int, columns: int) -> bytes:
    """A sheet with a stray cell so far away, rows and columns told by repetition."""
    stray = (
        f'<table:table-row table:number-rows-repeated="{rows - 2}"><table:table-cell/></table:table-row>'
        f'<table:table-row><table:table-cell table:number-columns-repeated="{columns - 1}"/>'
        '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    return ods({"S": [["id"]]}, stray)


def test_a_stray_cell_far_away_fills_no_memory(tmp_path: Path) -> None:
    for file, content in {
        "a.xlsx": workbook({"S": {"A1": "id", "A2": CANARY, "XFD1048576": 1}}),
        "a.ods": far_ods(1_048_576, 16_384),
        "b.ods": ods(
            {"S": [["id"]]},
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float" '
            'office:value="1" table:number-columns-repeated="16384"/></table:table-row>',
        ),
    }.items():
        findings = read(tmp_path, file, content)
        assert brief(findings) == [("too large", "", ())]
        assert re.search("row 10485(76|77) and across to column XFD: delete", str(findings))


def test_a_format_far_away_is_no_cell(tmp_path: Path) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_column("A1", ["id", "7"])
        sheet.write_blank("XFD2000", None, book.add_format({"bold": True}))
    assert grid(read(tmp_path, "a.xlsx", file.getvalue())) == [("id",), (2, "7")]
    empty = (
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert grid(read(tmp_path, "a.ods", ods({"S": [["id"], ["7"]]}, empty))) == [("id",), (2, "7")]


def test_workbooks_that_cannot_be_opened(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = workbook({"S": {"A1": "id", "A2": CANARY}})
    protected_ods = zipped({"META-INF/manifest.xml": "<manifest:encryption-data/>", "content.xml": b"\1\2\3"})
    for file, content, rule in [
        ("a.xlsx", whole[: len(whole) // 2], "damaged"),
        ("a.xlsx", b"", "damaged"),
        ("a.xls", b"<html><table><tr><td>id</td></tr></table></html>", "damaged"),
        ("a.ods", zipped({"a": "b"}), "damaged"),
        ("a.xlsx", compound({"EncryptedPackage": bytes(4096)}), "password"),
        ("a.xls", xls({"S": [["id"]]}, protected=True), "password"),
        ("a.ods", protected_ods, "password"),
        ("a.xlsx", whole.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet2.xml"), "damaged"),
    ]:
        assert brief(read(tmp_path, file, content)) == [(rule, "", ())], file
        assert brief(sheet_names(tmp_path, file)) == [(rule, "", ())]  # type: ignore[arg-type]
    assert capfd.readouterr() == ("", "")


def test_a_zip_that_says_that_it_holds_gigabytes(tmp_path: Path) -> None:
    whole = bytearray(zipped({"content.xml": "x"}))
    entry = whole.index(b"PK\1\2")
    whole[entry + 24 : entry + 28] = (2**31 + 1).to_bytes(4, "little")  # its unpacked size
    assert brief(read(tmp_path, "a.ods", bytes(whole))) == [("too large", "", ())]


def test_parquet(tmp_path: Path) -> None:
    folder = tmp_path / "of [2020]" / "year=2020"  # neither a pattern nor a column
    folder.mkdir(parents=True)
    values = (
        "'007' AS id, 5.0::DOUBLE AS name, DATE '2020-03-31' AS day, 2.50::DECIMAL(9, 2) AS cost, 'x'::BLOB AS raw, "
        "TRUE AS open, 'nan'::DOUBLE AS score, TIMESTAMP '2020-03-31 10:30:00' AS t, NULL::INT AS n, [1, 2] AS list, "
        "TIMESTAMPTZ '2020-06-30 23:00:00+00' AS summer"
    )
    rows = f"SELECT {values} UNION ALL SELECT * REPLACE ('008' AS id) FROM (SELECT {values})"
    duckdb.sql(f"COPY ({rows}) TO '{tmp_path}/a' (FORMAT parquet)")
    written = (tmp_path / "a").rename(folder / "a.parquet")
    found = grid(read_sheet(folder, "a.parquet", expected=EXPECTED))
    summer = datetime(2020, 7, 1)  # midnight in Britain, when in UTC it is still the day before
    assert found[1:] == [
        (row, name, 5, date(2020, 3, 31), 2.5, "x", True, None, datetime(2020, 3, 31, 10, 30), None, "[1, 2]", summer)
        for row, name in [(2, "007"), (3, "008")]
    ]
    whole = written.read_bytes()
    for content in (b"", b"PAR1", whole[:-30], whole[:30] + bytes(30) + whole[60:]):
        assert brief(read(tmp_path, "a.parquet", content)) == [("damaged", "", ())]
    assert brief(read_sheet(folder, "a.parquet", expected=["x"])) == [("header", "", (1,))]


def test_files_that_are_not_there_or_not_for_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder.csv").mkdir()
    for file, rule in [("a.csv", "missing file"), ("../a.xlsx", "missing file"), ("folder.csv", "missing file")]:
        assert brief(read_sheet(tmp_path, file, expected=EXPECTED)) == [(rule, "", ())]
        assert brief(sheet_names(tmp_path, file)) == [("missing file", "", ())]  # type: ignore[arg-type]
    findings = read(tmp_path, "a.pdf", "id\n1\n")
    assert brief(findings) == [("ending", "", ())]
    assert all(ending in str(findings) for ending in ENDINGS)

    def locked(*_: object) -> None:
        raise PermissionError(CANARY)

    (tmp_path / "a.xlsx").touch()
    monkeypatch.setattr(Path, "open", locked)
    findings = read_sheet(tmp_path, "a.xlsx", expected=EXPECTED)
    assert brief(findings) == [("file in use", "", ())]
    assert "close it in Excel" in str(findings)


def test_a_file_beside_the_folder_is_shown_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "x.CSV").write_text("id\n1\n")
    found = read_sheet(tmp_path / "data", "../x.CSV", expected=EXPECTED)
    assert (found.file, grid(found)) == ("../x.CSV", [("id",), (2, "1")])  # type: ignore[union-attr]


def test_another_limit_of_cells_in_python_is_left_alone(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    read(tmp_path, "a.csv", f"id\n{'x' * 200_000}\n")
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("<f>B2+1</f>", True),
        ("<f>B2+1</f><v/>", True),
        ("<f>B2+1</f><v></v>", True),
        ('<f t="shared" si="0"/>', True),
        ("<f>B2+1</f><v>0</v>", False),
        ("<v>43831</v>", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("prefix", ["", "x:"])  # with which some programs write every element
def test_a_formula_that_was_never_worked_out_is_no_blank(tmp_path: Path, cell: str, wrong: bool, prefix: str) -> None:
    content = without_value(workbook({"S": {"A1": "id", "B1": "day", "A2": "1", "B2": 43831, "A3": "2"}}), cell, prefix)
    found = read(tmp_path, "a.xlsx", content)
    assert brief(found) == [("formula error", "day", (2,))] if wrong else isinstance(found, Sheet)


def test_a_formula_may_give_an_empty_text(tmp_path: Path) -> None:
    content = without_value(workbook({"S": {"A1": "id", "B1": "day", "A2": "1", "B2": 43831}}), "")
    content = rezipped(content, lambda sheet: sheet.replace(b'<c r="B2">', b'<c r="B2" t="str"><f>X</f><v></v>'))
    assert grid(read(tmp_path, "a.xlsx", content)) == [("id", "day"), (2, "1", None)]


def test_a_formula_without_a_value_is_found_wherever_the_file_is_read_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = without_value(workbook({"S": {"A1": "id", "B1": "day", "A2": "1", "B2": 43831}}), "<f>B2+1</f>")
    for size in range(1, 300, 7):
        monkeypatch.setattr("ehp_eval.intake.workbook_extent.CHUNK", size)
        assert brief(read(tmp_path, "a.xlsx", content)) == [("formula error", "day", (2,))]


def without_value(content: bytes, cell: str, prefix: str = "") -> bytes:
    """A workbook with other content of its cell B2, and with a prefix to every element of the sheet."""

    def changed(sheet: bytes) -> bytes:
        sheet = re.sub(rb'(<c r="B2"[^>]*>)<v>43831</v>', rb"\g<1>" + cell.encode(), sheet)
        if not prefix:
            return sheet
        sheet = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\g<1>" + prefix.encode(), sheet)
        return sheet.replace(b"xmlns=", f"xmlns:{prefix[:-1]}=".encode())

    return rezipped(content, changed)


def rezipped(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = change(parts["xl/worksheets/sheet1.xml"])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return file.getvalue()
