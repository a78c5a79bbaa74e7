from __future__ import annotations

import re
from pathlib import Path

import pytest

from ehp_eval.cohort import UNITS
from ehp_eval.columns import TableContract
from ehp_eval.config import CLOCK_OF_UNIT
from ehp_eval.contract import RECORDS, REFERENCE, TABLES
from ehp_eval.streams import STREAMS

DICTIONARY = Path(__file__).parents[1] / "data" / "README.md"
Described = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def described() -> Described:
    """The rows of the data dictionary, cell by cell, under each heading `### <table name>`."""
    text = DICTIONARY.read_text(encoding="utf-8")
    sections = re.split(r"^### +(\S+)\s*$", text, flags=re.MULTILINE)
    return {
        name: [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in section.splitlines()
            if re.match(r"\s*\|\s*`", line)
        ]
        for name, section in zip(sections[1::2], sections[2::2], strict=True)
    }


def test_the_data_dictionary_describes_every_table_and_no_other(described: Described) -> None:
    tables = {name for name, rows in described.items() if rows}
    assert tables == set(TABLES)


@pytest.mark.parametrize("contract", TABLES.values(), ids=list(TABLES))
def test_the_data_dictionary_describes_every_column_and_no_other(described: Described, contract: TableContract) -> None:
    columns = [row[0].strip("`") for row in described[contract.name]]
    assert columns == [column.name for column in contract.columns]


@pytest.mark.parametrize("contract", TABLES.values(), ids=list(TABLES))
def test_the_data_dictionary_says_what_is_needed_and_what_a_blank_means(
    described: Described, contract: TableContract
) -> None:
    for column, (_, needed, kind, blank, words) in zip(contract.columns, described[contract.name], strict=True):
        assert needed == ("yes" if column.required else "")
        assert blank == column.blank
        assert tuple(re.findall(r"`(\S+)`", kind)) == column.codes
        assert words


@pytest.mark.parametrize("contract", TABLES.values(), ids=list(TABLES))
def test_a_contract_is_sound(contract: TableContract) -> None:
    columns = {column.name: column for column in contract.columns}
    assert len(columns) == len(contract.columns)
    # A key that may be blank, or that the table need not have, would be no key.
    assert all(columns[name].required for name in contract.key)
    for column in contract.columns:
        assert column.required == (column.blank == "not allowed")
        assert bool(column.codes) == (column.kind == "code")
        assert len(set(column.codes)) == len(column.codes)


def test_tables_stand_in_their_folders() -> None:
    assert len(TABLES) == len(RECORDS) + len(REFERENCE)
    assert {table.folder for table in RECORDS} == {"records"}
    assert {table.folder for table in REFERENCE} == {"reference"}
    assert TABLES["referrals"].file == "records/referrals.csv"
    assert TABLES["claims"].file == "reference/claims.csv"


def test_ids_are_marked_as_such() -> None:
    # Every column of case records whose name says that it is an id may identify somebody, and no other may.
    for table in RECORDS:
        for column in table.columns:
            assert (column.kind == "id") == column.name.endswith("_id")


def test_published_figures_name_their_source() -> None:
    for table in REFERENCE:
        columns = {column.name for column in table.columns if column.required}
        assert "source" in columns or {"document", "paragraph"} <= columns


def test_every_stream_has_a_unit_with_a_clock_tables_that_there_are_and_a_measure() -> None:
    assert {stream.unit for stream in STREAMS.values()} == set(CLOCK_OF_UNIT) == set(UNITS)
    assert {table for stream in STREAMS.values() for table in stream.tables} <= set(TABLES)
    assert all(stream.main or stream.closing for stream in STREAMS.values())
