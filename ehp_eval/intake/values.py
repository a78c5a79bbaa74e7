"""A grid of cells turned into text in the contract's names, codes and styles; no row is lost and nothing is guessed."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.columns import Column, TableContract
from ehp_eval.errors import Finding
from ehp_eval.intake.codes import MARKERS, marked_unknown, read_codes
from ehp_eval.intake.dates import as_dates, read_dates, style_of
from ehp_eval.intake.grid import stripped
from ehp_eval.intake.headers import place
from ehp_eval.intake.months import read_months
from ehp_eval.intake.private import free_text
from ehp_eval.intake.source import DateStyle, Source

if TYPE_CHECKING:
    from ehp_eval.intake.mapping import Mapping
    from ehp_eval.intake.sheets import Sheet

_FEW = 3  # dates: of fewer, none may be later than the 12th by chance
_EXACT = 10**15  # Excel keeps 15 digits of a number and makes the others zeros
_ROUNDED = r"[+-]?[0-9](?:[.,][0-9]+)?E\+[0-9]+"  # how it writes such a number where a column is narrow


def prepare(sheet: Sheet, contract: TableContract, mapping: Mapping) -> Source:
    """Turn what a file holds into a table of the contract, still text.

    Parameters
    ----------
    sheet : Sheet
        Cells as the file has them.
    contract : TableContract
    mapping : Mapping
        What `mapping.toml` says.

    Returns
    -------
    Source
        As many rows as the sheet, under the same labels. Its findings are those that the text no longer shows: of
        headers, ids that a spreadsheet has spoilt, full dates of birth and free text. A bad date, code or number
        keeps a text that the check of its column finds.
    """
    table = mapping.table(contract.name)
    placed = place(sheet, contract, table)
    records = contract.folder == "records"
    identifies = records and any(True for _ in contract.of_kind("id"))
    markers = (*MARKERS, *mapping.unknown) if records else ()
    text: dict[str, pd.Series] = {}
    styles: dict[str, DateStyle] = {}
    dropped = dict(placed.dropped)
    findings = list(placed.findings)

    def fault(column: Column, rule: str, message: str, wrong: pd.Series) -> None:
        if rows := tuple(int(row) for row in wrong.index[wrong]):
            findings.append(Finding(sheet.file, placed.headers[column.name], rule, message, rows))

    for column in contract.columns:
        if column.name not in placed.positions:
            if placed.positions and (contract.name, column.name) in _ENDS_NEEDED:
                findings.append(Finding(sheet.file, column.name, "missing column", _ENDS_MESSAGE))
            continue
        cells = sheet.cells.iloc[:, placed.positions[column.name]]
        written = as_text(cells)
        if column.kind == "id" and records:
            rounded = _rounded(cells)
            written = written.mask(rounded, cells[rounded].map("{:.5E}".format))  # its digits are not to be believed
            fault(column, "rounded id", _ROUNDED_MESSAGE, rounded | _matches(written, _ROUNDED))
            fault(column, "id turned into a date", _DATED_MESSAGE, _days(cells))
        if records:
            own = table.codes.get(column.name, {})
            written = read_codes(written, column, own, mapping.codes, markers)
        if column.kind == "date":
            days = _days(cells) & written.notna()
            plain = written[~days & ~marked_unknown(written, markers)]
            styles[column.name] = table.style(column.name) or style_of(plain)
            fault(column, "dates turned round", _ROUND_MESSAGE, _turned_round(written, days, styles[column.name]))
            iso = written.str[:10]
            written = iso.where(days, as_dates(written.mask(days), styles[column.name]))
        elif column.kind == "month" and records:
            months = read_months(written, _days(cells), table.style(column.name), reduce=table.birth_dates == "month")
            written = months.text
            fault(column, "full date of birth", _BIRTH_MESSAGE.format(table=contract.name), months.refused)
            if months.reduced:
                dropped["day of birth"] = dropped.get("day of birth", 0) + months.reduced
        elif column.kind == "text" and identifies:
            fault(column, "free text", _FREE_MESSAGE, free_text(written))
        text[column.name] = written
    return Source(
        sheet.file,
        pd.DataFrame(text, index=sheet.cells.index),
        placed.headers,
        styles,
        tuple(findings),
        dropped,
    )


def as_text(cells: pd.Series) -> pd.Series:
    """Write cells of any kind as text: 7.0 as 7, a day as an ISO date, TRUE and FALSE; what is empty is missing.

    Parameters
    ----------
    cells : Series
        str, int, float, bool, date, datetime or None.

    Returns
    -------
    Series of str
    """
    return pd.Series([_text(cell) for cell in cells], index=cells.index, dtype="str")


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return stripped(cell) or None
    if cell is None or cell != cell:  # not a number, no time
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        day = cell.date().isoformat()
        return day if cell.time() == time() else f"{day} {cell.time().isoformat()}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and not cell.is_integer():
        return np.format_float_positional(cell, trim="-")
    return str(int(cell)) if isinstance(cell, (int, float)) else str(cell)


def _days(cells: pd.Series) -> pd.Series:
    """Tell the cells that a workbook holds as dates."""
    return pd.Series([isinstance(cell, date) and cell == cell for cell in cells], index=cells.index, dtype="bool")


def _turned_round(written: pd.Series, days: pd.Series, style: DateStyle) -> pd.Series:
    """Tell the dates of a workbook in a column of which a computer with American dates made dates where it could.

    It reads 03/04/2020 as 4 March, and leaves 13/04/2020 alone as text: then no day of a text is 12 or less, and no day
    of a date is more. (Or the other way round, where the texts are American.)
    """
    texts = read_dates(written.mask(days), style).dropna()
    if style not in ("uk", "us") or texts.empty or days.sum() < _FEW:
        return days & False
    return days & bool((texts.str[8:10] > "12").all() and (written[days].str[8:10] <= "12").all())


def _rounded(cells: pd.Series) -> pd.Series:
    """Tell the numbers of which a spreadsheet may have rounded the last digits away."""
    long = [isinstance(cell, (int, float)) and abs(cell) >= _EXACT for cell in cells]
    return pd.Series(long, index=cells.index, dtype="bool")


def _matches(text: pd.Series, pattern: str) -> pd.Series:
    return text.str.fullmatch(pattern, case=False).fillna(False).astype(bool)


_ROUNDED_MESSAGE = (
    "a spreadsheet keeps 15 digits of a number and has rounded this id: export it as text, or format the column as "
    "text before it is filled"
)
_DATED_MESSAGE = (
    "a spreadsheet has made a date of this id: export it as text, or format the column as text before it is filled"
)
# A blank means still open, but no such column means that nobody said. Of all such columns these decide figures.
_ENDS_NEEDED = (("looked_after_episodes", "ended_on"), ("assessments", "completed_on"))
_ENDS_MESSAGE = (
    "the file has no such column, and without it every row counts as still open: supply it, or map its header in "
    "mapping.toml"
)
_ROUND_MESSAGE = (
    "days up to the 12th are dates here and all others are text: an Excel of another country has changed day and month "
    "round, so take the column from the export again, as text"
)
_BIRTH_MESSAGE = (
    "a full date of birth may not come in: export the month alone, such as 2010-04, or set "
    'birth_dates = "month" in mapping.toml, under [{table}], and declare its style with dates'
)
_FREE_MESSAGE = "the text may identify somebody: map it to a short code, or drop the column"
