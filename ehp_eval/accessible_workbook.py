"""A workbook of accessible sheets: a title, lines that say what the sheet holds, one table. It knows no report.

XlsxWriter rather than the Analysis Function's own gptables (2.0.2, MIT, alive, built on XlsxWriter). gptables makes
formulas of cells that begin with =, links of `[a](b)` and of addresses, takes `$$a$$` for a note and refuses a
report over one cell of punctuation; on its cover it has no words but English; and it takes 1.1 s where XlsxWriter
takes 0.2 s for the same 26 tables.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True)
class Number:
    """A number, and the Excel format in which it is shown."""

    value: float
    shown: str


@dataclass(frozen=True)
class Link:
    """The way to another sheet."""

    sheet: str
    words: str


@dataclass(frozen=True)
class Heading:
    """A heading among lines of text."""

    words: str


Cell = str | Number | Link | Heading


@dataclass(frozen=True)
class Sheet:
    """A sheet with one table.

    Attributes
    ----------
    name : str
        On its tab.
    title : str
    lines : sequence of str or Link
        What stands between title and table.
    header : sequence of str
        Heads of the columns.
    rows : sequence of sequences of str, Number or Link
        One at least, each with as many cells as there are heads, and none of them blank.
    """

    name: str
    title: str
    lines: Sequence[Cell]
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class AccessibleBook:
    """The file: what all its sheets have in common.

    Parameters
    ----------
    marking : str
        Stands first on every sheet and above every printed page; empty for none.
    cautions : sequence of str
        Stand beneath the title of every sheet.
    properties : dict of str
        Of the document: title, subject, author, company, category.
    spoken : str
        ISO 639-1 code of its language.
    day : date
        On which it says that it was made: the same content is the same file.
    """

    def __init__(
        self, *, marking: str, cautions: Sequence[str], properties: dict[str, str], spoken: str, day: date
    ) -> None:
        self._marking, self._cautions = marking, cautions
        self._file = BytesIO()
        self._book = xlsxwriter.Workbook(self._file, {"in_memory": True})
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._tables = 0
        self._book.set_properties({**properties, "created": datetime(day.year, day.month, day.day)})
        self._book.set_custom_property("Language", spoken, "text")

    def content(self) -> bytes:
        """Return the finished file."""
        self._book.close()
        return self._file.getvalue()

    def add_text(self, name: str, title: str, lines: Iterable[Cell]) -> None:
        """Add a sheet of lines, without a table."""
        sheet, row = self._sheet(name, title)
        sheet.set_column(0, 0, _TEXT * _LETTER)
        for line, cell in enumerate(lines, start=row):
            self._write(sheet, line, cell, text_wrap=True)
            sheet.set_row(line, _LINE * _lines(cell, _TEXT))

    def add(self, content: Sheet) -> None:
        """Add a sheet with its table."""
        sheet, first = self._sheet(content.name, content.title)
        for line in content.lines:
            self._write(sheet, first, line)
            first += 1
        header = list(_unique(content.header))
        self._tables += 1
        table = {"name": f"table_{self._tables}", "columns": [{"header": words} for words in header]}
        last = first + len(content.rows)
        sheet.add_table(first, 0, last, len(header) - 1, {**table, "autofilter": False, "style": None})
        sheet.repeat_rows(first)  # its heads, on every printed page
        lines = [1] * (1 + len(content.rows))
        for column, (head, *cells) in enumerate(zip(header, *content.rows, strict=True)):
            numbers = any(isinstance(cell, Number) for cell in cells)
            side = {"align": "right"} if numbers else {"align": "left", "indent": int(column > 0)}
            width = _width(head, cells, most=max(_ACROSS // len(header), _NARROWEST))
            sheet.set_column(column, column, (width + _GAP) * _LETTER)
            self._write(sheet, first, head, column, bold=True, bottom=1, text_wrap=True, **side)
            for row, cell in enumerate(cells, start=1):
                self._write(sheet, first + row, cell, column, text_wrap=True, **side)
            lines = [max(*pair) for pair in zip(lines, (_lines(cell, width) for cell in (head, *cells)), strict=True)]
        for row, number in enumerate(lines, start=first):
            # Excel would find the height of what is wrapped; other programs would cut it.
            sheet.set_row(row, min(_LINE * number, _HIGHEST))

    def _sheet(self, name: str, title: str) -> tuple[Worksheet, int]:
        """Open a sheet with what every sheet says first; return it and the row below."""
        sheet = self._book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        first = 0
        if self._marking:
            # Paper is passed on sheet by sheet. What is published has no header, as the guidance wants it.
            sheet.set_header("&C" + self._marking.replace("&", "&&"))
            self._write(sheet, first, self._marking, bold=True)
            first += 1
        self._write(sheet, first, title, bold=True, font_size=16)
        sheet.set_row(first, 1.5 * _LINE)
        for row, caution in enumerate(self._cautions, start=first + 1):
            self._write(sheet, row, caution)
        return sheet, first + 1 + len(self._cautions)

    def _write(self, sheet: Worksheet, row: int, cell: Cell, column: int = 0, **how: object) -> None:
        """Write a cell as what it is: text is never taken for a formula, an address or markup."""
        if isinstance(cell, Number):
            sheet.write_number(row, column, cell.value, self._format(num_format=cell.shown, **how))
        elif isinstance(cell, Link):
            shown = self._format(font_color="#0000FF", underline=1, **how)
            sheet.write_url(row, column, f"internal:'{cell.sheet}'!A1", shown, cell.words)
        elif isinstance(cell, Heading):
            sheet.write_string(row, column, cell.words, self._format(bold=True, font_size=14, **how))
        else:
            sheet.write_string(row, column, _plain(cell), self._format(**how))

    def _format(self, **how: object) -> Format:
        how = {"font_name": "Arial", "font_size": 12, "valign": "top"} | how
        key = tuple(sorted(how.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(how)
        return self._formats[key]


def _plain(words: str) -> str:
    """Return text that XlsxWriter writes as text: what runs from <r> to </r> it would copy into the file as it is."""
    return f"{words} " if words.startswith("<r>") and words.endswith("</r>") else words


def _unique(header: Iterable[str]) -> Iterator[str]:
    """Give each column a head of its own, as Excel's tables need it; case does not count."""
    taken: set[str] = set()
    for words in header:
        stem = _plain(words[:_LONGEST_HEAD])
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem} ({number})"
        taken.add(name.casefold())
        yield name


def _width(head: str, cells: Iterable[Cell], most: int) -> int:
    """Return the width of a column in letters: its head's longest word, its longest cell, but no more than `most`.

    Where a cell would then need more than eight lines, the column may be as wide as one of text.
    """
    longest = max(*map(len, head.split()), *(len(cell) for cell in cells if isinstance(cell, str)), _NUMBER)
    return min(longest, max(most, longest // 8), _TEXT)


def _lines(cell: Cell, width: int) -> int:
    """Return how many lines a cell needs in a column of so many letters."""
    return len(textwrap.wrap(cell, width)) if isinstance(cell, str) and len(cell) > width else 1


_ACROSS, _NARROWEST = 140, 24  # letters of a landscape page, of the widest column of a table with many
_TEXT, _NUMBER, _GAP = 90, 10, 2  # letters of a column of text, of one of numbers, between two columns
_LETTER = 1.2  # Excel counts in digits of its own font, which is smaller
_LINE, _HIGHEST = 16, 409  # points of a line; of a row, in Excel
_LONGEST_HEAD = 200  # letters; Excel allows 255
