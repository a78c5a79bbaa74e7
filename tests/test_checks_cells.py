"""Cells and keys, judged by the contract: rows are labels of the table, and no message holds a cell that could tell."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ehp_eval.checks.cells import cell_faults, key_faults
from ehp_eval.checks.fault import Fault
from ehp_eval.contract import TABLES
from ehp_eval.intake.source import DateStyle

Brief = tuple[str, str, tuple[int, ...], str]
CANARY = "Canary-7391"


def text(**columns: list[str | None]) -> pd.DataFrame:
    """A table of text, its first row being row 2."""
    rows = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=range(2, rows + 2), dtype="str")


def brief(faults: list[Fault]) -> list[Brief]:
    return [(fault.rule, fault.column, fault.rows, fault.severity) for fault in faults]


@pytest.mark.parametrize(
    ("table", "columns", "expected", "says"),
    [
        ("babies", {"baby_id": ["a"], "born_on": ["2020-05-01"]}, ("missing column", "pregnancy_id", ()), "add it"),
        ("persons", {"person_id": ["a", None]}, ("blank", "person_id", (3,)), "needs a value"),
        (
            "persons",
            {"person_id": list("abc"), "birth_month": ["2010-13", "2010-12", "2010-1"]},
            ("month", "birth_month", (2, 4)),
            "2020-04",
        ),
        (
            "service_costs",
            {"service": ["s", "s"], "year": ["2020-21", "2020"]},
            ("year", "year", (3,)),
            "2020-21",
        ),
        (
            "service_costs",
            {"service": ["s"] * 3, "year": ["2020-21"] * 3, "staff": ["-1.5", "1,000", "1e3"]},
            ("number", "staff", (3, 4)),
            "thousands",
        ),
        (
            "parents",
            {"parent_id": list("pqr"), "offered_on": ["2020-05-01"] * 3, "prior_removals": ["2", "1.5", "9" * 16]},
            ("whole", "prior_removals", (3, 4)),
            "whole number",
        ),
        # 2020 was a leap year, 2021 was none; a style that was read elsewhere leaves other text.
        (
            "status_events",
            {"person_id": list("abc"), "date": ["2020-02-29", "2021-02-29", "2020-5-1"], "type": ["died"] * 3},
            ("date", "date", (3, 4)),
            "one style in a column",
        ),
        (
            "contacts",
            {"referral_id": ["r"] * 4, "contact_on": ["2020-05-01"] * 4, "mode": ["Visit"] * 3 + ["home"]},
            ("unknown code", "mode", (2, 3, 4)),
            'home, office, phone, video: map or correct "Visit" (3 rows)',
        ),
    ],
)
def test_each_fault_of_a_cell(
    table: str, columns: dict[str, Any], expected: tuple[str, str, tuple[int, ...]], says: str
) -> None:
    found = cell_faults(text(**columns), TABLES[table])
    assert brief(found) == [(*expected, "error")]
    assert says in found[0].message


@pytest.mark.parametrize(
    ("style", "example"), [("uk", "31/03/2020"), ("us", "03/31/2020"), ("excel", "43921"), ("iso", "2020-03-31")]
)
def test_a_date_that_could_not_be_read_is_told_by_the_style_of_its_column(style: DateStyle, example: str) -> None:
    events = text(person_id=["a"], date=["soon"], type=["died"])
    found = cell_faults(events, TABLES["status_events"], {"date": style})
    assert f"like {example}" in found[0].message


def test_blanks_where_they_may_be_and_columns_that_are_not_known_are_no_faults() -> None:
    persons = text(person_id=["a", "b"], birth_month=[None, "2010-02"], sex=[None, "U"], notes=["x", "y"])
    assert cell_faults(persons, TABLES["persons"]) == []
    assert cell_faults(text(person_id=[]), TABLES["persons"]) == []


@pytest.mark.parametrize(
    ("table", "columns", "expected"),
    [
        # Every row but the first; a blank repeats nothing.
        ("persons", {"person_id": ["a", "b", "a", None, None, "a"]}, [("repeated", "person_id", (4, 7), "error")]),
        (
            "persons",
            {"person_id": ["a", "a", "a", "b"], "birth_month": ["2010-02", "2010-03", "2010-02", "2010-03"]},
            [("repeated", "person_id", (4,), "error"), ("two birth months", "birth_month", (3,), "error")],
        ),
        # What is not known contradicts nothing.
        (
            "persons",
            {"person_id": ["a", "a", "a"], "birth_month": [None, "2010-03", "2010-04"]},
            [("repeated", "person_id", (3,), "error"), ("two birth months", "birth_month", (4,), "error")],
        ),
        (
            "looked_after_children",
            {"area": ["x", "x", "y"], "date": ["2020-03-31"] * 3},
            [("repeated", "area, date", (3,), "error")],
        ),
        (
            "contacts",
            {"referral_id": ["r", "r", "r"], "contact_on": ["2020-05-01"] * 3, "mode": [None, "home", None]},
            [("repeated row", "", (4,), "warning")],
        ),
        ("looked_after_episodes", {"person_id": ["a", "a"], "started_on": ["2020-05-01"] * 2}, []),
        ("events", {"date": ["2020", "2020"], "event": ["x", "x"]}, []),
        ("referrals", {"person_id": ["a", "a"]}, []),  # without its key: a missing column, told elsewhere
    ],
)
def test_rows_that_repeat_another(table: str, columns: dict[str, Any], expected: list[Brief]) -> None:
    assert brief(key_faults(text(**columns), TABLES[table])) == expected


def test_no_message_holds_a_cell() -> None:
    for contract in TABLES.values():
        bad = text(**{column.name: [f"{CANARY} {column.name}"] * 2 + [None] for column in contract.columns})
        found = cell_faults(bad, contract) + key_faults(bad, contract)
        assert found
        assert CANARY.lower() not in repr(found).lower()
