from __future__ import annotations

import re
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from ehp_eval.columns import Column, TableContract
from ehp_eval.config import FRONT_DOOR, read_settings
from ehp_eval.contract import RECORDS, TABLES
from ehp_eval.errors import ArgumentError
from ehp_eval.intake.gather import WORKBOOK
from ehp_eval.intake.mapping import read_mapping
from ehp_eval.load import read_folder
from ehp_eval.new_folder import new_folder
from ehp_eval.new_folder.workbook import CODES, LAST_ROW, workbook
from ehp_eval.streams import STREAMS

XML = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
TEXT = "49"  # the number that Excel gives to the format "Text"
COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}") for table in RECORDS for column in table.columns
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new folder; not to be written to."""
    folder = tmp_path_factory.mktemp("new") / "our council"
    new_folder(folder)
    return folder


@pytest.fixture(scope="module")
def parts() -> dict[str, ElementTree.Element]:
    """The XML of the workbook: each sheet by its name, and "styles"."""
    with zipfile.ZipFile(BytesIO(workbook())) as file:
        book = ElementTree.fromstring(file.read("xl/workbook.xml"))
        names = [sheet.attrib["name"] for sheet in book.iterfind("x:sheets/x:sheet", XML)]
        found = {
            name: ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))
            for number, name in enumerate(names, start=1)
        }
        found["styles"] = ElementTree.fromstring(file.read("xl/styles.xml"))
        for number, table in enumerate(RECORDS, start=1):
            found[f"comments {table.name}"] = ElementTree.fromstring(file.read(f"xl/comments{number}.xml"))
    return found


def letters(table: TableContract, column: Column) -> str:
    return chr(ord("A") + table.columns.index(column))  # no table has more than 26


def filled(folder: Path) -> None:
    """Fill in every setting that the templates leave open."""
    values = {"extract_date": "2024-03-31", "holidays": "GB-WLS", "operational_since": "2020-04-01"}
    values |= {"written_on": "2024-04-01", "next_review": "2025-04-01"}
    for path in folder.rglob("*.toml"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'^(\w+) = ""', text, flags=re.MULTILINE):
            text = text.replace(f'{name} = ""', f'{name} = "{values.get(name, "A")}"')
        path.write_text(text, encoding="utf-8")


def test_it_holds_settings_every_table_the_workbook_and_the_pages(made: Path) -> None:
    found = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    services = {name for name in found if name.startswith("services/")}
    assert len(services) == 5
    pages = {"README.md", "first-report.md", "checks.md", "ssda903.md"}
    assert found - services == {table.file for table in TABLES.values()} | pages | {
        "council.toml",
        "mapping.toml",
        WORKBOOK,
    }


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_an_empty_table_is_its_header(made: Path, table: TableContract) -> None:
    content = (made / table.file).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")  # by which Excel knows UTF-8
    assert content.decode("utf-8-sig") == ",".join(column.name for column in table.columns) + "\r\n"


def test_two_new_folders_are_alike_and_an_empty_one_will_do(made: Path, tmp_path: Path) -> None:
    written = new_folder(tmp_path)
    assert all(path.read_bytes() == (made / path.relative_to(tmp_path)).read_bytes() for path in written)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(written)


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ours.txt").write_text("ours", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "ours.txt"):
        with pytest.raises(ArgumentError, match="not empty"):
            new_folder(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["ours.txt"]


def test_a_folder_that_cannot_be_finished_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == WORKBOOK:
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ArgumentError, match="No space left"):
        new_folder(tmp_path / "council")
    assert not list(tmp_path.iterdir())


def test_unfilled_it_says_what_is_missing_setting_by_setting_and_table_by_table(made: Path) -> None:
    reading = read_folder(made)
    findings = [*reading.findings, *reading.not_supplied]
    errors = {(finding.file, finding.column) for finding in findings if finding.severity == "error"}
    names = ("name", "authority", "nation", "holidays", "extract_date")
    assert {column for file, column in errors if file == "council.toml"} == {f"council.{name}" for name in names}
    for path in (made / "services").iterdir():
        wrong = {column for file, column in errors if file == f"services/{path.name}"}
        open_dates = {f"provenance.{name}" for name in ("written_by", "written_on", "next_review")}
        assert wrong == {"operational_since"} | open_dates
    missing = {finding.file for finding in findings if finding.rule == "not supplied"}
    assert missing == {table.file for table in RECORDS}


def test_filled_in_its_settings_and_services_are_sound(tmp_path: Path) -> None:
    new_folder(tmp_path)
    filled(tmp_path)
    settings, services, findings = read_settings(tmp_path)
    assert settings is not None
    assert settings.council.records == "case records"
    assert findings == []
    # One for each kind: placement support is a second stream of two of them.
    assert {service.stream for service in services} == set(STREAMS) - {"placement_support"} | {FRONT_DOOR}


def test_its_mapping_is_sound_as_it_is_and_with_every_line_in_use(tmp_path: Path) -> None:
    new_folder(tmp_path)
    mapping, findings = read_mapping(tmp_path)
    assert (mapping.codes, mapping.tables, findings) == ({"Yes": "Y", "No": "N"}, {}, [])
    path = tmp_path / "mapping.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'^# (?=\[[\w.]+\]|[\w"][^=\n]* = )', "", text, flags=re.MULTILINE), encoding="utf-8")
    mapping, findings = read_mapping(tmp_path)
    assert findings == []
    assert set(mapping.tables) == {"referrals", "persons"}
    assert mapping.ssda903
    assert mapping.pseudonyms
    assert mapping.linking.by_details


def test_its_pages_lead_to_each_other(made: Path) -> None:
    for page in made.glob("*.md"):
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (made / link).is_file()] == [], page.name


def test_the_workbook_has_a_sheet_for_each_table_with_its_columns_and_no_rows() -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(workbook()))
    assert book.sheet_names == ["Read me", *(table.name for table in RECORDS), CODES]
    for table in RECORDS:
        assert book.get_sheet_by_name(table.name).to_python() == [[column.name for column in table.columns]]
    read_me = [cell for row in book.get_sheet_by_name("Read me").to_python() for cell in row]
    assert {table.name for table in RECORDS} <= set(read_me)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_of_the_workbook_takes_what_the_contract_says(
    parts: dict[str, ElementTree.Element], table: TableContract, column: Column
) -> None:
    letter = letters(table, column)
    rules = {rule.attrib["sqref"]: rule for rule in parts[table.name].iterfind(".//x:dataValidation", XML)}
    rule = rules.get(f"{letter}2:{letter}{LAST_ROW + 1}")
    if column.kind == "code":
        assert rule is not None
        assert rule.attrib["type"] == "list"
        place = re.fullmatch(rf"{CODES}!\$([A-Z]+)\$2:\$\1\$(\d+)", rule.findtext("x:formula1", "", XML))
        assert place
        assert codes_below(place[1], int(place[2])) == [f"{table.name}.{column.name}", *column.codes]
    elif column.kind == "date":
        assert rule is not None
        assert rule.attrib["type"] == "date"
    else:
        assert rule is None
    styles = parts["styles"].findall("x:cellXfs/x:xf", XML)
    place_of = table.columns.index(column) + 1
    (own,) = (
        each
        for each in parts[table.name].iterfind("x:cols/x:col", XML)
        if int(each.attrib["min"]) <= place_of <= int(each.attrib["max"])
    )
    is_text = styles[int(own.attrib.get("style", 0))].attrib["numFmtId"] == TEXT
    assert is_text == (column.kind in ("id", "text", "month", "year"))


@cache
def codes() -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(workbook())).get_sheet_by_name(CODES).to_python()


def codes_below(letter: str, last: int) -> list[str]:
    place = 0
    for each in letter:
        place = place * 26 + ord(each) - ord("A") + 1
    cells = [row[place - 1] for row in codes()[:last]]
    return [f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in cells]


@pytest.mark.parametrize("table", RECORDS, ids=lambda table: table.name)
def test_needed_columns_are_marked_by_colour_and_in_words(
    parts: dict[str, ElementTree.Element], table: TableContract
) -> None:
    cells = {cell.attrib["r"]: cell.attrib["s"] for cell in parts[table.name].iterfind(".//x:row[@r='1']/x:c", XML)}
    comments = {
        comment.attrib["ref"]: "".join(comment.itertext())
        for comment in parts[f"comments {table.name}"].iterfind(".//x:comment", XML)
    }
    looks: dict[bool, set[str]] = {True: set(), False: set()}
    for column in table.columns:
        cell = f"{letters(table, column)}1"
        looks[column.required].add(cells[cell])
        assert comments[cell].startswith(
            "Needed in every row." if column.required else f"May be blank: {column.blank}."
        )
    assert not looks[True] & looks[False]
    assert parts[table.name].find(".//x:pane[@state='frozen'][@ySplit='1']", XML) is not None
    assert parts[table.name].find(".//x:mergeCells", XML) is None
