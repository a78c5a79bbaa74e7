"""Accessible tables: a caption, scopes, a mark for what is missing, text that stays text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.publishable import Publishable
from ehp_eval.errors import ReportError
from ehp_eval.words import day_in_words, say

Format = str | Callable[[Any], str]


class Table:
    """A frame as a table that a report can show.

    Parameters
    ----------
    frame : pandas.DataFrame or Publishable
        What to show, one row a row; the frame's index is not shown. A public report takes tables of a
        `Publishable` alone.
    caption : str
        What the table holds, in words.
    note : str, optional
        A sentence beneath the table; where a cell has `[c]`, what that means is added.
    row_header : str, optional
        The column whose cells name the rows; the first column by default.
    headings : mapping of column to str, optional
        Words for the column heads; a column without is headed by its own name.
    formats : mapping of column to str or callable, optional
        A format specification (`",d"`, `".1%"`) or a function of the cell. By default whole numbers
        get thousands separators, other numbers one decimal, dates are written out.

    Raises
    ------
    ReportError
        When the caption is empty, or a column that is named is not in the frame.

    Attributes
    ----------
    released : bool
        Whether it was made from a `Publishable`; its HTML then bears `data-released`.
    """

    def __init__(
        self,
        frame: pd.DataFrame | Publishable,
        *,
        caption: str,
        note: str | None = None,
        row_header: str | None = None,
        headings: Mapping[str, str] | None = None,
        formats: Mapping[str, Format] | None = None,
    ) -> None:
        if not caption.strip():
            raise ReportError("A table has no caption: say in words what it holds (caption=...)")
        self.released = isinstance(frame, Publishable)
        frame = frame.frame if isinstance(frame, Publishable) else frame
        if not len(frame.columns):
            raise ReportError(f"The table '{caption}' has no columns")
        self.frame = frame
        self.caption = caption
        self.note = note
        self.row_header = str(frame.columns[0]) if row_header is None else row_header
        self.headings = dict(headings or {})
        self.formats = dict(formats or {})
        unknown = {self.row_header, *self.headings, *self.formats} - {str(name) for name in frame.columns}
        if unknown:
            raise ReportError(f"The table '{caption}' has no column {', '.join(sorted(unknown))}")

    @property
    def id(self) -> str:
        """The same for the same caption and content, so that a report is the same when made again."""
        return stable_id("table", self.caption, self.frame.to_csv(index=False))

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.frame.to_string(index=False)}"

    def _repr_html_(self) -> str:
        columns = [self._column(name) for name in self.frame.columns]
        head = Markup("").join(Markup('<th scope="col"{}>{}</th>').format(mark, words) for words, mark, _, _ in columns)
        rows = Markup("\n").join(
            Markup("<tr>{}</tr>").format(
                Markup("").join(
                    Markup('<th scope="row"{}>{}</th>').format(mark, cells[i])
                    if is_header
                    else Markup("<td{}>{}</td>").format(mark, cells[i])
                    for _, mark, is_header, cells in columns
                )
            )
            for i in range(len(self.frame))
        )
        shape = self._shape([(head, cells) for head, *_, cells in columns])
        words = self._note([cell for *_, cells in columns for cell in cells])
        note = Markup('<p class="ehp-note">{}</p>\n').format(unbroken(words)) if words else ""
        released = Markup(" data-released") if self.released else ""
        caption = unbroken(self.caption)
        return _TABLE.format(
            id=self.id, caption=caption, shape=shape, released=released, head=head, rows=rows, note=note
        )

    def _note(self, cells: list[Markup]) -> str:
        """Return the note; where a cell is hidden and the note does not say what the mark means, that too."""
        note = self.note or ""
        if HIDDEN in note or not any(HIDDEN in cell for cell in cells):
            return note
        return f"{note} {say('table.hidden_note')}".strip()

    def _shape(self, columns: list[tuple[Markup, list[Markup]]]) -> Markup:
        """Return the mark of a table that paper shows in smaller type, or in columns side by side."""
        if len(columns) >= _WIDE:
            return Markup(" ehp-wide")
        letters = 0
        for head, cells in columns:
            words = [*(cell.striptags() for cell in cells), *head.striptags().split()]  # a head can be broken
            letters += max(map(len, words), default=0) + _GAP
        return Markup(" ehp-long") if len(self.frame) >= _LONG and letters <= _NARROW else Markup("")

    def _column(self, name: Hashable) -> tuple[Markup, Markup, bool, list[Markup]]:
        """Return a column's head, the mark of its cells, whether they name the rows, and the cells."""
        values = list(self.frame[name])
        how = self.formats.get(str(name))
        numbers = [value for value in values if _is_number(value)]
        if how is None:
            how = ",d" if all(float(value).is_integer() for value in numbers) else ",.1f"
        cells = [_marked(written(value, how)) for value in values]
        longest = max((len(cell.striptags()) for cell in cells), default=0)
        is_header = str(name) == self.row_header
        if numbers and not is_header:
            mark = _NUMBER
        else:
            mark = _SHORT if longest <= _UNBROKEN else _PROSE if longest > _SENTENCES else Markup("")
        return unbroken(self.headings.get(str(name), str(name))), mark, is_header, cells


def written(value: object, how: Format = ",.1f") -> str:
    """Write one value as a reader sees it; what is missing gets its own mark, never a blank."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return say("table.missing")
    if callable(how):
        return how(value)
    if isinstance(value, str):  # Markup is a str too and stays what it is
        return value if value.strip() else say("table.missing")
    if isinstance(value, bool) or type(value).__name__ == "bool":  # numpy's too
        return say("table.yes") if value else say("table.no")
    if isinstance(value, date):
        return day_in_words(value)
    if _is_number(value):
        if (share := _PERCENT.fullmatch(how)) is not None:
            return percent(value, int(share[1]))  # type: ignore[arg-type]
        return format(int(value) if how.endswith("d") else value, how)  # type: ignore[call-overload]
    return str(value)


def unbroken(words: str) -> Markup:
    """Keep what is read as one ("2020-21", "14 of 72", "12% to 31%") on one line; the text stays the same."""
    if isinstance(words, Markup):
        return words
    parts = _AS_ONE.split(words)  # what is found stands at the odd places
    return Markup("").join(
        Markup('<span class="ehp-whole">{}</span>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def _marked(words: str) -> Markup:
    """Write a cell; a style can tell what is hidden in it from what is there."""
    cell = unbroken(words)
    return cell if isinstance(words, Markup) else Markup(cell.replace(HIDDEN, _HIDDEN))


def percent_words(value: float) -> str:
    """Write a share in whole per cent; never as 0% or 100% where it is neither."""
    whole = percent(value, 0)
    return percent(value, 1) if whole in ("0%", "100%") and value not in (0, 1) else whole


def percent(value: float, places: int) -> str:
    """Write a share in per cent, a half rounded up as readers do: 0.625 is 63%; a float prints the even 62%."""
    # Twelve places drop what is no part of the number: 1 - 0.665 is 0.33499999999999996.
    exact = Decimal(str(round(float(value), 12))) * 100
    return f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}%"


def signed(value: float, places: int = 0) -> str:
    """Write a difference with its sign; nought, and what is rounded to it, has none."""
    words = f"{value:+,.{places}f}"
    return (words if words.strip("+-0.") else words[1:]).replace("-", "\N{MINUS SIGN}")


def stable_id(kind: str, words: str, content: str) -> str:
    """Make an id for a page from what it names: readable, and the same on every run."""
    digest = hashlib.sha256(f"{words}\n{content}".encode()).hexdigest()[:8]
    return "-".join(part for part in (kind, slug(words), digest) if part)


def slug(words: str) -> str:
    """Write words as a short part of an id or a file's name: letters without accents, digits, hyphens."""
    plain = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def _is_number(value: object) -> bool:
    """Tell numbers, NumPy's included, from everything else; a missing number is none."""
    if isinstance(value, (bool, str, date)) or not hasattr(value, "__float__"):
        return False
    return type(value).__name__ != "bool" and value == value and value is not pd.NA


_HIDDEN = Markup('<span class="ehp-suppressed">{}</span>').format(HIDDEN)
_NUMBER = Markup(' class="ehp-number"')
_SHORT = Markup(' class="ehp-short"')
_PERCENT = re.compile(r"\.(\d)%")
_PROSE = Markup(' class="ehp-prose"')
_WIDE = 7  # columns
_LONG, _NARROW = 16, 50  # rows; letters: twelve months and more of a chart's data
_GAP = 3  # letters between two columns
_SENTENCES = 40  # letters
# A financial year, two numbers with a short word between (Welsh: "o", "i"), a number with its unit.
_AS_ONE = re.compile(
    r"(\b\d{4}-\d{2}\b(?: [^\W\d]{1,2}\b)?|NUMBER [^\W\d]{1,2} NUMBER|NUMBER [^\W\d]{3,8}\b)".replace(
        "NUMBER", r"[+\u2212]?\d(?:[\d.,]*\d)?%?"
    )
)
_UNBROKEN = 14  # letters: a year, "159 of 166" or "92% to 98%" is read at once only on one line

# The region takes the focus so that the arrow keys can scroll a table that is wider than the screen.
_TABLE = Markup("""\
<div class="ehp-table{shape}"{released}>
<div class="ehp-scroll" role="region" tabindex="0" aria-labelledby="{id}">
<table>
<caption id="{id}"><span>{caption}</span></caption>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
{note}</div>
""")
