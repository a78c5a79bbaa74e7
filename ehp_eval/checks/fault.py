"""One thing that is wrong in a table, by the rows of the table and not yet by the files that they came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ehp_eval.errors import Severity


@dataclass(frozen=True, slots=True)
class Fault:
    """Rows of a table that break a rule.

    Attributes
    ----------
    table : str
        Name of the table in the contract.
    column : str
        The contract's name of the column; several are joined by ", ", and it is empty where a whole row is meant.
    rule : str
        Short name of the rule that is broken, in plain words.
    message : str
        What is wrong and what to do. Never a value of a record.
    rows : tuple of int
        Labels of the table's index; empty where the whole table is meant.
    severity : str
        "error" stops the evaluation (or the row is left out, where that is allowed); "warning" is counted only.
    """

    table: str
    column: str
    rule: str
    message: str
    rows: tuple[int, ...] = ()
    severity: Severity = "error"


def faults(
    table: str, column: str, rule: str, message: str, rows: Iterable[int], severity: Severity = "error"
) -> list[Fault]:
    """Return the fault of these rows in a list, which is empty where there are no rows."""
    labels = tuple(int(row) for row in rows)
    return [Fault(table, column, rule, message, labels, severity)] if labels else []
