"""Judges all tables together, and says what is left when the rows at fault are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.checks import council_faults
from ehp_eval.checks.cells import cell_faults, key_faults
from ehp_eval.checks.fault import Fault
from ehp_eval.checks.outcomes import outcomes_not_known
from ehp_eval.checks.rule import Evidence
from ehp_eval.columns import TableContract
from ehp_eval.contract import TABLES

if TYPE_CHECKING:
    from ehp_eval.config import CouncilSettings, Service
    from ehp_eval.errors import Finding
    from ehp_eval.intake.gather import Extract


MOST = 10.0**15
FEW, SHARE = 10, 0.2
"""From ten cells at fault, and a fifth of all, a column is at fault and not its rows."""


@dataclass(frozen=True)
class Judged:
    """What the checks found, and the tables without the rows at fault.

    Attributes
    ----------
    faults : tuple of Fault
        Errors and warnings of all rows that came in.
    tables : dict of DataFrame
        Every table of the contract in declared types, without the rows of an error.
    left_out : dict of int
        How many rows that leaves out, by table and rule: each under the first rule that it breaks.
    """

    faults: tuple[Fault, ...]
    tables: dict[str, pd.DataFrame]
    left_out: dict[tuple[str, str], int] = field(default_factory=dict)


def judge(
    extracts: Mapping[str, Extract],
    settings: CouncilSettings | None,
    services: Mapping[str, Service | None],
    found: list[Finding],
) -> Judged:
    """Judge every cell, key and relation of the tables.

    Parameters
    ----------
    extracts : mapping of str to Extract
        By table.
    settings : CouncilSettings or None
        None where they have faults: then only cells and keys can be judged.
    services : mapping of str to Service or None
        By id; None where the definition has faults of its own.
    found : list of Finding
        What the intake found: its errors leave rows out as those of the checks do.

    Returns
    -------
    Judged
    """
    own = [fault for extract in extracts.values() for fault in _own_faults(extract)]
    bad = {(fault.table, name, row) for fault in own for name in fault.column.split(", ") for row in fault.rows}
    tables = {name: typed(extracts[name].text if name in extracts else None, TABLES[name]) for name in TABLES}
    between = council_faults(tables, settings, services) if settings else []
    # A cell that could not be read is blank here, and what follows from that alone is no second fault.
    faults = [*own, *filter(None, (_without(fault, bad) for fault in between))]

    left_out: dict[str, dict[int, str]] = {name: {} for name in TABLES}
    for finding in found:
        for name, extract in extracts.items():
            _leave_out(left_out[name], finding, extract)
    for fault in own:
        _note(left_out, fault)
    kept, judged = tables, None
    if not any(left_out.values()):
        judged = between
    while True:
        # To leave a row out can orphan others: judged again until nothing is at fault.
        if judged is None:
            kept = {name: table.drop(index=list(left_out[name])) for name, table in tables.items()}
            judged = council_faults(kept, settings, services) if settings else []
        before = sum(map(len, left_out.values()))
        of_lost = outcomes_not_known(Evidence(tables, settings, services), left_out) if settings else []
        for fault in (*judged, *of_lost):
            _note(left_out, fault)
        if sum(map(len, left_out.values())) == before:
            break
        judged = None
    # What only shows once rows are left out, such as two extracts that then no longer meet, stops as well.
    faults += [fault for fault in judged if not fault.rows and fault.severity == "error" and fault not in faults]
    counts: dict[tuple[str, str], int] = {}
    for name, rules in left_out.items():
        for rule in rules.values():
            counts[name, rule] = counts.get((name, rule), 0) + 1
    return Judged(tuple(faults), kept, counts)


def _own_faults(extract: Extract) -> list[Fault]:
    """Return the faults of one table's cells and keys."""
    parts = extract.parts()
    faults = [
        each
        for text, styles in parts
        for fault in cell_faults(text, extract.contract, styles)
        for each in (fault, *_of_column(fault, len(text)))
    ]
    return faults + key_faults(extract.text, extract.contract)


def _of_column(fault: Fault, rows: int) -> list[Fault]:
    """Return a fault of the whole column where so many cells are at fault that it is no matter of single rows.

    A date of the other style can look like one of this: to leave out those that cannot would keep those misread.
    """
    if len(fault.rows) < max(FEW, SHARE * rows):
        return []
    message = "so many cells of this column are at fault that no row of it can be trusted: mend the column as a whole"
    return [Fault(fault.table, fault.column, "column at fault", message)]


def _without(fault: Fault, bad: set[tuple[str, str, int]]) -> Fault | None:
    """Return a fault without the rows in which one of its cells could not be read; None where none is left."""
    if not fault.rows:
        return fault
    columns = fault.column.split(", ")
    rows = tuple(row for row in fault.rows if not any((fault.table, name, row) in bad for name in columns))
    if not rows:
        return None
    return Fault(fault.table, fault.column, fault.rule, fault.message, rows, fault.severity)


def _note(left_out: dict[str, dict[int, str]], fault: Fault) -> None:
    # A published figure is never left out: where one is wrong, its table is to be mended.
    if fault.severity == "error" and TABLES[fault.table].folder == "records":
        for row in fault.rows:
            left_out[fault.table].setdefault(row, fault.rule)


def _leave_out(rows: dict[int, str], finding: Finding, extract: Extract) -> None:
    """Note the rows of a file that the intake found at fault."""
    if finding.severity != "error" or extract.contract.folder != "records":
        return
    for label in extract.labels(finding):
        rows.setdefault(int(label), finding.rule)


def typed(text: pd.DataFrame | None, contract: TableContract) -> pd.DataFrame:
    """Give every column of the contract its type; what is not supplied or cannot be read is missing.

    Parameters
    ----------
    text : DataFrame of str or None
        In the contract's names; None where the table was not supplied.
    contract : TableContract

    Returns
    -------
    DataFrame
        Dates as datetime64[s], whole numbers as Int64, numbers as float64, all else as str; codes that are not
        declared are missing.
    """
    return _typed(text, contract) if text is not None else _empty(contract)


@cache
def _empty(contract: TableContract) -> pd.DataFrame:
    return _typed(pd.DataFrame(columns=[column.name for column in contract.columns], dtype="str"), contract)


def _typed(text: pd.DataFrame, contract: TableContract) -> pd.DataFrame:
    found: dict[str, pd.Series] = {}
    for column in contract.columns:
        cells = text[column.name] if column.name in text else pd.Series(None, index=text.index, dtype="str")
        if column.kind == "date":
            dates = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")
            found[column.name] = dates.astype("datetime64[s]")
        elif column.kind in ("whole", "number"):
            numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
            if column.kind == "whole":  # what is larger cannot be held exactly, and is a fault of its cell
                numbers = numbers.where((numbers % 1 == 0) & (numbers.abs() < MOST))
            found[column.name] = numbers.astype("Int64" if column.kind == "whole" else "float64")
        elif column.kind == "month":
            found[column.name] = cells.where(pd.to_datetime(cells, format="%Y-%m", errors="coerce").notna())
        elif column.kind == "code":
            found[column.name] = cells.where(cells.isin(list(column.codes)))
        else:
            found[column.name] = cells
    return pd.DataFrame(found)
