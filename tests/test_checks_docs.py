"""docs/checks.md lists every rule that the code has, in its words, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ehp_eval.checks import RULES
from ehp_eval.checks.cells import cell_faults, key_faults
from ehp_eval.checks.rule import DATES
from ehp_eval.contract import TABLES

PAGE = Path(__file__).parents[1] / "docs" / "checks.md"
EVERY_DATE = {f"`{table}.{column}`" for table, column in DATES}
DUE = "`pregnancies.due_on`"


def rows_of_the_page() -> list[str]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("| ")][2:]


def rows_of_the_code() -> list[str]:
    """One row for rules with the same name, severity and words, with all that they look at."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for rule in RULES:
        columns = [f"`{rule.table}.{name}`" for name in rule.column.split(", ")]
        places.setdefault((rule.name, rule.severity, rule.message), []).extend(columns)
    rows = []
    for (name, severity, message), where in places.items():
        words = re.sub(r"(services/\S+\.toml)", r"`\1`", message.replace("{}", "…"))
        wrong, remedy = words.split(": ", 1)
        if set(where) >= EVERY_DATE - {DUE}:
            where = ["every date" if DUE in where else f"every date but {DUE}"]
        rows.append(f"| {name} | {', '.join(where)} | {severity} | {wrong} | {remedy} |")
    return rows


def test_every_rule_across_columns_and_tables_is_listed_in_its_words_and_order() -> None:
    assert rows_of_the_page()[-len(rows_of_the_code()) :] == rows_of_the_code()


def test_every_rule_of_cells_and_keys_is_listed_before_them() -> None:
    found = set()
    for contract in TABLES.values():
        columns = [column.name for column in contract.columns]
        months = {"birth_month": ["1999-01", "1999-02", None]}
        bad = pd.DataFrame({name: months.get(name, ["x?", "x?", None]) for name in columns}, dtype="str")
        wrong = bad.assign(birth_month="x?") if "birth_month" in bad else bad
        faults = [
            *cell_faults(wrong, contract),
            *cell_faults(wrong[columns[-1:]], contract),
            *key_faults(bad, contract),
            *key_faults(wrong, contract),
        ]
        found |= {(fault.rule, fault.severity) for fault in faults}
    listed = [[cell.strip() for cell in row.split("|")[1:4]] for row in rows_of_the_page()[: -len(rows_of_the_code())]]
    assert {(rule, severity) for rule, _, severity in listed} == found
    assert len(listed) == len(found)
