"""A file of any kind, as a grid of cells under its own header."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from ehp_eval.errors import Finding
from ehp_eval.intake.csv_files import read_csv
from ehp_eval.intake.grid import MOST_BYTES, MOST_CELLS, Grid, UnreadableError, column_letters, stripped, too_large
from ehp_eval.intake.parquet import read_parquet
from ehp_eval.intake.workbook_extent import ERRORS
from ehp_eval.intake.workbooks import read_workbook, workbook_sheets

TEXT_ENDINGS = (".csv", ".txt", ".tsv")
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
ENDINGS = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS, ".parquet")
MOST_COLUMNS = 500
"""No contract has a tenth of this: a header that is longer is not the header."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file, or a file that is one sheet.

    Attributes
    ----------
    file : str
        As the analyst knows it: the path inside the council's folder, "extracts/all.xlsx, sheet Referrals" for one of
        several sheets.
    cells : DataFrame of object
        The columns are the header as it is written, without spaces around. The index is the row of the spreadsheet,
        counted from 1 for its first row. A cell is a str without spaces around, date, datetime, int, float, bool, or
        None where there is nothing in it. Rows that are blank throughout are left out.
    """

    file: str
    cells: pd.DataFrame


def read_sheet(
    folder: Path, file: str, *, expected: Collection[str], sheet: str | None = None, header_row: int = 1
) -> Sheet | list[Finding]:
    """Read one sheet.

    Parameters
    ----------
    folder : Path
        The council's folder.
    file : str
        Path from there; the ending of its name says what kind of file it is.
    expected : collection of str
        Headers of which at least one must be there, in the council's words and the contract's.
    sheet : str, optional
        For workbooks; else the sheet named as the file, else the only one that is not hidden.
    header_row : int
        Row of the spreadsheet that holds the header.

    Returns
    -------
    Sheet or list of Finding
        The findings where it cannot be read, all of them; none repeats what stands in a cell.
    """
    label = file
    try:
        grid = _grid(folder / file, expected, sheet, header_row)
        label = f"{file}, sheet {grid.sheet}" if grid.sheet else file
        return _sheet(label, grid, expected, header_row)
    except UnreadableError as fault:
        return [Finding(label, "", fault.rule, fault.message, fault.rows)]


def sheet_names(folder: Path, file: str) -> tuple[str, ...] | list[Finding]:
    """Return the names of the sheets of a workbook, or findings where it cannot be opened."""
    try:
        return workbook_sheets(_bytes(folder / file))
    except UnreadableError as fault:
        return [Finding(file, "", fault.rule, fault.message, fault.rows)]


def _grid(path: Path, expected: Collection[str], sheet: str | None, header_row: int) -> Grid:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        kinds = f"{', '.join(ENDINGS[:-1])} and {ENDINGS[-1]}"
        raise UnreadableError("ending", f"files of this kind are not read: save it as one of {kinds}")
    if ending in TEXT_ENDINGS:
        return Grid(read_csv(_bytes(path), expected=expected, header_row=header_row))
    if ending in WORKBOOK_ENDINGS:
        return read_workbook(_bytes(path), stem=path.stem, sheet=sheet)
    _bytes(path, most=1)  # whether it can be opened; DuckDB reads as much of it as it needs
    return Grid(read_parquet(path))


def _bytes(path: Path, most: int = -1) -> bytes:
    # The whole file at once, so that it is closed again while it is being read.
    try:
        if not path.is_file():
            raise UnreadableError("missing file", "there is no such file: put it there, or mend its name")
        if path.stat().st_size > MOST_BYTES:
            too_large("the file is larger than 2 GB")
        with path.open("rb") as file:
            return file.read(most)
    except PermissionError:
        message = "the file is in use or may not be read: close it in Excel and try again"
        raise UnreadableError("file in use", message) from None
    except (OSError, ValueError):
        raise UnreadableError("unreadable", "the file cannot be opened: copy it to this computer") from None


def _sheet(label: str, grid: Grid, expected: Collection[str], header_row: int) -> Sheet | list[Finding]:
    rows = enumerate(grid.rows, start=1)
    header, names = _header(rows, expected, header_row)
    findings: list[Finding] = []

    def fault(rule: str, message: str, at: Iterable[int], column: str = "") -> None:
        findings.append(Finding(label, column, rule, message, tuple(at)))

    twice = [at for at, name in enumerate(names) if name and names.count(name) > 1]
    if twice:
        fault("header", f"columns {_listed(twice)} have the same name: keep one of each", [header_row])
    numbers, ragged, unnamed = list[int](), list[int](), set[int]()
    body: list[list[object]] = []
    width = len(names)
    for number, row in rows:
        cells = [_cell(cell) for cell in row]
        if all(cell is None for cell in cells):
            continue
        if len(cells) < width or any(cell is not None for cell in cells[len(header) :]):
            ragged.append(number)
            continue
        if len(cells) > width:
            unnamed.update(at for at in range(width, len(cells)) if cells[at] is not None)
            del cells[width:]
        numbers.append(number)
        body.append(cells)
        if len(body) * width > MOST_CELLS:
            too_large(f"there are more than {MOST_CELLS:,} cells")
    if ragged:
        fault("ragged", f"these rows do not have the header's {width} cells: mend or quote them", ragged)
    columns = list(zip(*body, strict=True)) or [()] * width
    unnamed |= {at for at, name in enumerate(names) if not name and any(cell is not None for cell in columns[at])}
    if unnamed:
        fault("header", f"column {_listed(sorted(unnamed))} has no name: give it one, or delete it", [header_row])
    for at, name in enumerate(names):
        if name in expected and (wrong := _errors(grid, at, header_row, numbers, columns[at])):
            fault(
                "formula error",
                "a formula gives an error there or was never worked out, or ##### stands for a value: open the file in "
                "Excel, mend the formula or widen the column, and save it",
                wrong,
                name,
            )
    if findings:
        return findings
    index = pd.Index(numbers, dtype="int64")
    named = {name: pd.Series(columns[at], index=index, dtype=object) for at, name in enumerate(names) if name}
    return Sheet(label, pd.DataFrame(named, index=index))


def _header(
    rows: Iterable[tuple[int, Sequence[object]]], expected: Collection[str], header_row: int
) -> tuple[Sequence[object], list[str]]:
    """Return the header's row as it is, and its names up to the last one; raises `UnreadableError`."""
    blank, header = True, None
    for number, row in rows:
        blank = blank and all(_cell(cell) is None for cell in row)
        if number == header_row:
            header = row
            break
    names = ["" if (cell := _cell(name)) is None else str(cell) for name in header or ()]
    while names and not names[-1]:
        names.pop()
    if not names and blank and all(_cell(cell) is None for _, row in rows for cell in row):
        raise UnreadableError("empty", "the file is empty: it needs at least its header")
    if not set(names) & set(expected):
        # Not repeated as unknown columns: a row that is no header may hold ids.
        which = "the first row" if header_row == 1 else f"row {header_row}"
        raise UnreadableError(
            "header",
            f"{which} names no column of this table: put the header there, or give its row as header_row = in "
            "mapping.toml",
            [header_row],
        )
    if len(names) > MOST_COLUMNS:
        message = f"there are {len(names)} columns, and more than {MOST_COLUMNS} are not read: keep those of this table"
        raise UnreadableError("columns", message, [header_row])
    return header or (), names


def _cell(cell: object) -> object:
    if isinstance(cell, str):
        return stripped(cell) or None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else None if math.isnan(cell) else cell
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if cell is None or isinstance(cell, int | date):  # bool is an int, and datetime a date
        return cell
    return str(cell)  # a time without a day, and whatever else Parquet has


def _errors(grid: Grid, at: int, header_row: int, numbers: list[int], cells: Sequence[object]) -> list[int]:
    """Return the rows in which a column has an error of Excel instead of a value."""
    rows = {row for down, across in grid.errors if at + 1 in across for row in down if row > header_row}
    for number, cell in zip(numbers, cells, strict=True):
        if (
            isinstance(cell, str)
            and cell.startswith("#")
            and (cell in ERRORS or (len(cell) > 2 and set(cell) == {"#"}))
        ):
            rows.add(number)
    return sorted(rows)


def _listed(columns: Sequence[int]) -> str:
    letters = [column_letters(at + 1) for at in columns[:10]]
    more = f" and {len(columns) - 10} more" if len(columns) > 10 else ""
    return ", ".join(letters) + more
