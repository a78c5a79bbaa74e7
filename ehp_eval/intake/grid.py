"""What the readers of all kinds of files hand over: rows of cells, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

MOST_CELLS = 20_000_000
"""A million rows of 20 columns, more than any council has; what holds more has a stray cell far away or is damaged."""
MOST_BYTES = 2 * 1024**3
"""Of a file, and of everything packed into a workbook."""


_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # zero-width, soft hyphen, marks of direction
_AROUND = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace()) + _INVISIBLE


def stripped(text: str) -> str:
    """Return a text without what nobody sees around it: spaces of all kinds, and characters without a width."""
    return text.strip(_AROUND)


class UnreadableError(Exception):
    """A file, or a sheet of it, that gives no table.

    Parameters
    ----------
    rule, message, rows
        As in `ehp_eval.errors.Finding`.
    """

    def __init__(self, rule: str, message: str, rows: Iterable[int] = ()) -> None:
        super().__init__(message)
        self.rule, self.message, self.rows = rule, message, tuple(rows)


@dataclass
class Grid:
    """Cells of one sheet as a reader found them.

    Attributes
    ----------
    rows : iterable of sequence
        From row 1 and column A on, blank ones too.
    errors : list of tuple of range
        Rows and columns, both counted from 1, of cells that hold an error and no value.
    sheet : str
        Name of the sheet where the file has several.
    """

    rows: Iterable[Sequence[object]]
    errors: list[tuple[range, range]] = field(default_factory=list)
    sheet: str = ""


def too_large(what: str) -> NoReturn:
    """Refuse a file before it fills the memory; raises `UnreadableError`."""
    raise UnreadableError("too large", f"{what}: delete what does not belong to the table, or split it into files")


def check_cells(rows: int, columns: int) -> None:
    """Raise `UnreadableError` where a sheet of this size would fill the memory."""
    if rows * columns > MOST_CELLS:
        too_large(f"cells are filled down to row {rows} and across to column {column_letters(columns)}")


def column_letters(number: int) -> str:
    """Return the letters that a spreadsheet shows for a column, 1 being A."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
