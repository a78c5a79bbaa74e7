"""Whatever is in a file: the cells that were put in, or findings that repeat none of them; never anything else."""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ehp_eval.errors import Finding
from ehp_eval.intake.sheets import ENDINGS, Sheet, read_sheet, sheet_names
from tests.sheet_files import ods, xls, xlsb

CANARY = "Canary-7391"
HEADER = ["id", "note", "day"]
# White space of Unicode 15, and what has no width.
AROUND = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
AROUND += "\u2028\u2029\u202f\u205f\u3000\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
ROWS = [[f"{CANARY}-{number}", "Siân", "2020-03-31"] for number in range(40)]

few = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Without what XML does not have or the writers here change, and the sign with which the errors of Excel begin.
characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="#\u2028\u2029\ufffe\uffff")
traps = st.sampled_from(
    [
        *(
            "",
            "007",
            "a,b",
            "c;d",
            "e\tf",
            'say "so"',
            "two\nlines",
            "=HYPERLINK(1)",
            "@SUM(1+1)",
            "=cmd|' /C calc'!A0",
        ),
        *("-1", "+44", "1.23457E+15", "NULL", "sep=;", "'", "<c/>", "&amp;", "]]>", "_x000D_", "x" * 32_767),
    ]
)
cells = traps | st.text(characters, max_size=8)


def grids(cell: st.SearchStrategy[str] = cells) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(cell, min_size=3, max_size=3), max_size=5)


def expected(rows: Sequence[Sequence[str]]) -> dict[int, list[object]]:
    """What is to come out, by the row of the spreadsheet."""
    stripped = {number: [cell.strip(AROUND) or None for cell in row] for number, row in enumerate(rows, start=2)}
    return {number: row for number, row in stripped.items() if any(row)}


def read(folder: Path, file: str, content: bytes | None = None) -> Sheet | list[Finding]:
    if content is not None:
        (folder / file).write_bytes(content)
    found = read_sheet(folder, file, expected=HEADER)
    if isinstance(found, list):
        assert found
        assert all(isinstance(each, Finding) and each.message for each in found)
        assert CANARY not in str(found)
    return found


def same(found: Sheet | list[Finding], rows: Sequence[Sequence[str]]) -> None:
    assert isinstance(found, Sheet), found
    assert list(found.cells) == HEADER
    assert {number: row.tolist() for number, row in found.cells.T.items()} == expected(rows)


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows([HEADER, *rows])
    return file.getvalue()


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADER, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return file.getvalue()


def as_parquet(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with duckdb.connect() as database:
        database.execute("CREATE TABLE t (id VARCHAR, note VARCHAR, day VARCHAR)")
        if rows:
            database.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A file of each kind with rows that name people, by its name."""
    parquet = tmp_path_factory.mktemp("good") / "a.parquet"
    as_parquet(parquet, ROWS)
    sheet = {"S": [HEADER, *ROWS]}
    return {
        "a.csv": as_csv(ROWS).encode(),
        "b.csv": as_csv(ROWS).encode("utf-16"),
        "a.xlsx": as_xlsx(ROWS),
        "a.ods": ods(sheet),
        "a.xls": xls(sheet),
        "a.xlsb": xlsb(sheet),
        "a.parquet": parquet.read_bytes(),
    }


@settings(few, max_examples=100)
@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    rows=grids(),
    delimiter=st.sampled_from(",;\t"),
)
def test_csv_comes_out_as_it_went_in(tmp_path: Path, encoding: str, rows: list[list[str]], delimiter: str) -> None:
    same(read(tmp_path, "a.csv", as_csv(rows, delimiter).encode(encoding)), rows)


@few
@given(rows=grids(traps | st.text("abc äéêÎÔ€\u2019\u201cß", max_size=8)), delimiter=st.sampled_from(",;\t"))
def test_windows_csv_comes_out_or_is_refused(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    content = as_csv(rows, delimiter).encode("cp1252")
    found = read(tmp_path, "a.csv", content)
    if isinstance(found, Sheet):
        same(found, rows)
    else:  # a capital with an accent before a curly quote is also a letter of UTF-8
        assert [each.rule for each in found] == ["encoding"]


@few
@given(rows=grids())
def test_workbooks_come_out_as_they_went_in(tmp_path: Path, rows: list[list[str]]) -> None:
    same(read(tmp_path, "a.xlsx", as_xlsx(rows)), rows)
    # The small writer here does without the elements for tabs and for several spaces.
    plain = [[" ".join(cell.split(" ")) if "\t" not in cell else "" for cell in row] for row in rows]
    same(read(tmp_path, "a.ods", ods({"S": [HEADER, *plain]})), plain)


@settings(few, max_examples=10)
@given(rows=grids())
def test_parquet_comes_out_as_it_went_in(tmp_path: Path, rows: list[list[str]]) -> None:
    as_parquet(tmp_path / "a.parquet", rows)
    same(read(tmp_path, "a.parquet"), rows)


@few
@given(
    content=st.binary(max_size=300)
    | st.text(max_size=100).map(lambda text: f"id,{text}".encode("utf-8", "surrogatepass"))
    | st.binary(max_size=300).map(lambda data: b"PK\x03\x04" + data)
    | st.binary(max_size=2000).map(lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data)
    | st.binary(max_size=300).map(lambda data: b"PAR1" + data + b"PAR1"),
    ending=st.sampled_from(ENDINGS),
)
@example(content=b"id\n\xed\xa0\x80\n", ending=".csv")
@example(content=b"id\n\0\n", ending=".tsv")
def test_anything_under_any_ending(tmp_path: Path, content: bytes, ending: str) -> None:
    read(tmp_path, f"a{ending}", content)


@few
@given(draw=st.randoms(use_true_random=False), share=st.floats(0, 1, exclude_max=True))
@example(draw=random.Random(1), share=math.nextafter(1, 0))
def test_a_file_cut_short(tmp_path: Path, good: dict[str, bytes], draw: random.Random, share: float) -> None:
    file = draw.choice(sorted(good))
    content = good[file][: int(share * len(good[file]))]
    found = read(tmp_path, file, content)
    if isinstance(found, Sheet) and file.endswith("csv"):  # nobody can tell where a text was to end
        assert found.cells["id"].tolist()[:-1] == [row[0] for row in ROWS][: max(0, len(found.cells) - 1)]
    elif isinstance(found, Sheet):  # what was cut off was padding
        same(found, ROWS)


@settings(few, max_examples=100)
@given(draw=st.randoms(use_true_random=False))
def test_a_file_with_bytes_changed(
    tmp_path: Path, good: dict[str, bytes], draw: random.Random, capfd: pytest.CaptureFixture[str]
) -> None:
    file = draw.choice(sorted(good))
    content = bytearray(good[file])
    for _ in range(draw.choice([1, 3, 10])):
        at = draw.randrange(len(content))
        content[at : at + draw.choice([1, 1, 4])] = draw.choice(
            [b"\0", b"\xff", b"\xff" * 4, b"\x80", draw.randbytes(3)]
        )
    found = read(tmp_path, file, bytes(content))
    if isinstance(found, Sheet) and file.endswith((".xlsx", ".ods", ".xlsb")):  # a zip has sums of its parts
        same(found, ROWS)
    sheet_names(tmp_path, file)
    assert capfd.readouterr() == ("", "")


@settings(few, max_examples=15)
@given(columns=st.integers(2, 4000), quoted=st.booleans())
def test_a_header_of_thousands_of_columns(tmp_path: Path, columns: int, quoted: bool) -> None:
    names = ["id", *(f'"n\n{number}"' if quoted else f"n{number}" for number in range(columns - 1))]
    found = read(tmp_path, "a.csv", f"{','.join(names)}\n{CANARY}{',' * (columns - 1)}\n".encode())
    if columns <= 500:
        assert isinstance(found, Sheet)
        assert found.cells.shape == (1, columns)
    else:
        assert isinstance(found, list)
        assert [each.rule for each in found] == ["columns"]


@settings(few, max_examples=10)
@given(length=st.integers(131_073, 1_000_000), row=st.integers(2, 5), wrapped=st.booleans())
def test_a_huge_cell(tmp_path: Path, length: int, row: int, wrapped: bool) -> None:
    huge = CANARY.ljust(length, "x")
    lines = ["id,note", *(["1,2"] * (row - 2)), f'"{huge}",2' if wrapped else f"{huge},2", "3,4"]
    found = read(tmp_path, "a.csv", "\n".join(lines).encode())
    assert isinstance(found, list)
    assert [(each.rule, each.rows) for each in found] == [("huge cell", (row,))]
