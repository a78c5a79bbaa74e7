"""Which column of a file is which of the contract's, and what becomes of the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.columns import TableContract
from ehp_eval.errors import Finding
from ehp_eval.intake.grid import column_letters
from ehp_eval.intake.nearest import nearest
from ehp_eval.intake.private import DATE_OF_BIRTH, NAME, private_header

if TYPE_CHECKING:
    from ehp_eval.intake.mapping import TableMapping
    from ehp_eval.intake.sheets import Sheet

_MANY = 30
_LONGEST = 60  # letters of a header that is shown
_NEAR = 500  # headers among which the nearest is sought: to compare thousands takes long


@dataclass
class Placed:
    """The columns of one file.

    Attributes
    ----------
    positions : dict of int
        Position in the file, counted from 0, of each column of the contract that the file has.
    headers : dict of str
        The council's own header of each.
    findings : list of Finding
    dropped : dict of int
        Filled cells of each column that is not let in, by its own header.
    """

    positions: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)


def place(sheet: Sheet, contract: TableContract, table: TableMapping) -> Placed:
    """Find the contract's columns in a file.

    Parameters
    ----------
    sheet : Sheet
    contract : TableContract
    table : TableMapping
        What `mapping.toml` says of this table.

    Returns
    -------
    Placed
    """
    headers = [str(header) for header in sheet.cells.columns]
    placed = Placed()
    kinds = {column.name: column.kind for column in contract.columns}
    texts = {name for name, kind in kinds.items() if kind == "text" and contract.folder == "records"}
    codes = {name for name, kind in kinds.items() if kind == "code" and contract.folder == "records"}
    meant = {own: name for name, own in table.columns.items() if name in kinds}
    # A header that the mapping names is what the mapping says, even where it is also a name of the contract.
    names = {own: own for own in kinds if own not in meant} | meant
    rest: list[int] = []
    for position, header in enumerate(headers):
        name = names.get(header)
        looks = private_header(header) if name in texts or name in codes else ""
        if header in table.drop or name is None or (looks and (name in texts or looks == NAME)):
            rest.append(position)
        elif name in placed.positions:
            message = f"two columns of the file are {name}: keep one, or list the other's header under drop"
            placed.findings.append(Finding(sheet.file, _shown(header, position), "repeated column", message))
        else:
            placed.positions[name] = position
            placed.headers[name] = header
    for own, name in meant.items():
        if own not in headers:
            known = [_shown(header, position) for position, header in enumerate(headers[:_NEAR])]
            message = (
                f"mapping.toml names a header that the file does not have{nearest(own, known)}: correct it under "
                f"[{contract.name}.columns], for {name}"
            )
            placed.findings.append(Finding(sheet.file, own, "missing header", message))
    if headers and not placed.positions:
        # Its headers are not shown: a first row that is no header may hold ids.
        if not placed.findings:
            message = (
                "the header names no column of this table: mend it, set header_row in mapping.toml if it stands "
                f"further down, or name its headers under [{contract.name}.columns]"
            )
            placed.findings.append(Finding(sheet.file, "", "header", message))
    else:
        _leave_out(placed, sheet, contract, table, rest)
    return placed


def _leave_out(placed: Placed, sheet: Sheet, contract: TableContract, table: TableMapping, rest: list[int]) -> None:
    """Count what is dropped, and find fault with every other column that is not the contract's."""
    private: dict[int, str] = {}
    unknown: list[int] = []
    shown = {position: _shown(str(sheet.cells.columns[position]), position) for position in rest}
    dropped: Counter[str] = Counter()
    for position in rest:
        header = str(sheet.cells.columns[position])
        filled = _filled(sheet.cells.iloc[:, position])
        looks = private_header(header) if contract.folder == "records" else ""
        if looks == DATE_OF_BIRTH and any(column.name == "born_on" for column in contract.columns):
            looks = ""
        if header in table.drop or (table.other_columns == "drop" and header not in table.columns.values()):
            dropped[shown[position]] += filled
        elif looks:
            private[position] = looks
        elif header or filled:
            unknown.append(position)
    placed.dropped = dict(dropped)
    if len(private) > _MANY:
        message = f"{len(private)} columns may not come in, since they say who somebody is: {_drop(contract)}"
        placed.findings.append(Finding(sheet.file, "", "private column", message))
    else:
        placed.findings += [
            Finding(sheet.file, shown[position], "private column", _private_message(looks, contract))
            for position, looks in private.items()
        ]
    if len(unknown) > _MANY:
        message = f"{len(unknown)} columns are not known: {_mend(contract)}"
        placed.findings.append(Finding(sheet.file, "", "unknown column", message))
    else:
        placed.findings += [
            Finding(sheet.file, shown[position], "unknown column", _unknown_message(shown[position], contract))
            for position in unknown
        ]


def _private_message(looks: str, contract: TableContract) -> str:
    month = next((column.name for column in contract.of_kind("month")), "")
    instead = ""
    if looks == DATE_OF_BIRTH and month:
        instead = f'; for the month alone, map it to {month} and set birth_dates = "month"'
    return f"the column looks like {looks}, which may not come in: {_drop(contract)}{instead}"


def _unknown_message(header: str, contract: TableContract) -> str:
    near = nearest(header, [column.name for column in contract.columns])
    return f"no such column is known{near}: {_mend(contract)}"


def _drop(contract: TableContract) -> str:
    return f"take it out of the file, or list its header under drop in mapping.toml, under [{contract.name}]"


def _mend(contract: TableContract) -> str:
    name = contract.name
    return (
        f"map it in mapping.toml under [{name}.columns], list it under drop in [{name}], or set "
        'other_columns = "drop" there'
    )


def _filled(cells: pd.Series) -> int:
    """Count the cells that hold anything; what they hold is not read."""
    return int((cells.notna() & (cells.map(lambda cell: cell.strip() if isinstance(cell, str) else "x") != "")).sum())


def _shown(header: str, position: int) -> str:
    """Return a header as a message may show it: one that could be a cell of a record is named by its letter."""
    is_name = any(letter.isalpha() for letter in header) and sum(letter.isdigit() for letter in header) <= 4
    if is_name and len(header) <= _LONGEST and header.isprintable() and "@" not in header:
        return header
    return f"column {column_letters(position + 1)}"
