"""What always holds of the checks, whatever the tables hold: found on many small tables that nobody wrote."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.checks import council_faults
from ehp_eval.checks.cells import cell_faults, key_faults
from ehp_eval.checks.fault import Fault
from ehp_eval.columns import Column
from ehp_eval.contract import TABLES
from ehp_eval.load import load_council
from tests.councils import Row, council_of

DATA = Path(__file__).parents[1] / "data"
CANARY = "Canary"
# Half of all cells are blank; ids are few, so that they repeat, meet across tables and contradict each other.
DAYS = ("1900-01-01", "2015-03-31", "2020-04-30", "2020-05-01", "2020-05-28", "2021-09-30", "2999-12-31")
VALUES: dict[str, tuple[str, ...]] = {
    "id": tuple(f"{CANARY}{number}" for number in range(3)),
    "text": ("doorstep", "cradle", "nowhere", "5-9", "Gwlad; Dyffryn Gwyn"),
    "date": DAYS,
    "month": ("1900-01", "2002-04", "2020-05", "2021-12"),
    "year": ("2020-21", "1999-00"),
    "whole": ("0", "1", "2020"),
    "number": ("-1", "0", "2.5"),
    "percent": ("93", "100.0"),
}
rolls = st.integers(0, 2**32).map(random.Random)


def cell(column: Column, roll: random.Random) -> str:
    return roll.choice(column.codes or VALUES[column.kind]) if roll.random() < 0.5 else ""


def rows(name: str, roll: random.Random, cell_of: Callable[[Column, random.Random], str] = cell) -> list[Row]:
    return [
        {column.name: cell_of(column, roll) for column in TABLES[name].columns} for _ in range(roll.choice((0, 1, 4)))
    ]


def sound(found: list[Fault], tables: dict[str, pd.DataFrame]) -> None:
    """Rows are there and named once, columns are the contract's, and nothing is said of anybody."""
    for fault in found:
        columns = {column.name for column in TABLES[fault.table].columns}
        assert set(filter(None, fault.column.split(", "))) <= columns
        assert set(fault.rows) <= set(tables[fault.table].index)
        assert len(set(fault.rows)) == len(fault.rows)
        assert CANARY not in fault.message


@settings(max_examples=15)
@given(rolls)
def test_rules_take_any_tables_and_leave_none_at_fault(roll: random.Random) -> None:
    given_rows = {name: drawn for name in TABLES if (drawn := rows(name, roll))}
    council = council_of(**given_rows)
    services = {service.id: roll.choice((service, None)) for service in council.services}
    tables = council.tables
    faults = council_faults(tables, council.settings, services)
    sound(faults, tables)
    # Without the rows at fault, as often as it takes, nothing is at fault: each turn leaves a row out.
    while any(fault.severity == "error" for fault in faults):
        wrong = {name: set[int]() for name in tables}
        for fault in faults:
            assert fault.rows or fault.severity == "warning"
            if fault.severity == "error":
                wrong[fault.table] |= set(fault.rows)
        tables = {name: frame.drop(index=list(wrong[name])) for name, frame in tables.items()}
        faults = council_faults(tables, council.settings, services)
        sound(faults, tables)


def anything(column: Column, roll: random.Random) -> str:
    alike = ("2020-02-30", "0000-00-00", "9" * 400, "²", "٣", "?2020-05-01", "\n", "nan", "{}", "a" * 5000)
    return roll.choice((cell(column, roll), roll.choice(alike)))


@settings(max_examples=5)
@given(rolls)
def test_cells_may_hold_anything(roll: random.Random) -> None:
    for name in ("persons", "referrals", "looked_after_children", "service_costs"):
        frame = table_of_text(name, roll)
        chosen = frame[[column for column in frame if roll.random() < 0.8]]
        sound([*cell_faults(chosen, TABLES[name]), *key_faults(chosen, TABLES[name])], {name: chosen})


def table_of_text(name: str, roll: random.Random) -> pd.DataFrame:
    names = [column.name for column in TABLES[name].columns]
    drawn = rows(name, roll, anything)
    frame = pd.DataFrame(drawn, columns=names, index=range(2, len(drawn) + 2), dtype="str")
    return frame.mask(frame == "")


def test_the_shipped_records_break_few_rules_and_only_such_as_warn() -> None:
    council = load_council(DATA)
    services = {service.id: service for service in council.services}
    found = council_faults(council.tables, council.settings, services)
    # What their generator makes on purpose: children without a record, and children looked after already.
    assert {(fault.severity, fault.rule) for fault in found} == {
        ("warning", "no person record"),
        ("warning", "stream and care"),
    }
