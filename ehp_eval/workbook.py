"""The tables of a report as an accessible workbook: cover, contents, notes, one table a sheet.

It follows the Government Analysis Function's "Releasing statistics in spreadsheets": real Excel tables from column A
on, one a sheet, under a title and a line that says what the sheet holds; no joined, blank or hidden cells, no
filters, frozen panes or fills; notes on a sheet of their own; `[c]`, `[x]` and `[z]` for what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

import pandas as pd

from ehp_eval.accessible_workbook import AccessibleBook, Cell, Heading, Link, Number, Sheet
from ehp_eval.disclosure.marks import HIDDEN, NOT_AVAILABLE, PUBLISHED
from ehp_eval.measures.figures import COUNT, FIGURE_COLUMNS, SHARE
from ehp_eval.page_tables import Page, PageTable, clean, read_page
from ehp_eval.words import language, say

NOT_APPLICABLE = "[z]"
"""Does not apply: a third mark of the guidance, for tidy figures alone."""


def render_workbook(html: str, figures: pd.DataFrame, *, created: date) -> bytes:
    """Make the workbook of a report, in the language in use.

    Parameters
    ----------
    html : str
        The finished page. Its tables, title, council and banners go into the workbook.
    figures : pandas.DataFrame
        The report's rows of `figures.csv`, with the columns of FIGURE_COLUMNS. Text in the place of a number is
        written as hidden; so is what a column `hidden` names (names of columns, with blanks between them).
    created : date
        The day that the file bears, such as that of the extract: the same content is the same file.

    Returns
    -------
    bytes
        An xlsx file.

    Raises
    ------
    ReportError
        Where a table of the page cannot be a table of a sheet.
    """
    page = read_page(html)
    notes: dict[str, str] = {}  # words of a note, and the mark by which a sheet refers to it
    meanings = _meanings(page.tables)
    tables = [_page_sheet(table, number, notes) for number, table in enumerate(page.tables, start=1)]
    sections = [table.heading for table in page.tables]
    properties = {"title": page.title, "subject": page.subtitle, "author": page.council, "company": page.council}
    book = AccessibleBook(
        marking=page.marking,
        cautions=page.cautions,
        properties={**properties, "category": page.marking or say("workbook.public")},
        spoken=language(),
        day=created,
    )
    tidy = _figures_sheet(figures, notes)
    book.add_text(say("workbook.cover"), page.title, _cover(page))
    for sheet in (_contents([*tables, tidy], [*sections, NOT_APPLICABLE]), _notes(meanings, notes), *tables, tidy):
        book.add(sheet)
    return book.content()


def number_of(words: str) -> Number | None:
    """Return the number that a cell of a page holds, if it holds nothing else.

    "1,234", "\N{MINUS SIGN}3.5", "31%" and "£1,234" are numbers, shown as on the page; "007", "2020-21" and
    "7 of 11" are text.
    """
    found = _NUMBER.fullmatch(words)
    if found is None or sum(letter.isdigit() for letter in words) > _EXACT:
        return None
    value = Decimal(f"{found['whole'].replace(',', '')}.{found['decimals'] or 0}")
    shown = "#,##0" if "," in found["whole"] else "0"
    shown += "." + "0" * len(found["decimals"]) if found["decimals"] else ""
    if found["percent"]:
        value, shown = value / 100, shown + "%"
    if found["currency"]:
        shown = f'"{found["currency"]}"{shown}'
    if found["sign"] == "+":
        shown = f"+{shown};-{shown};{shown}"
    negative = found["sign"] in ("-", "\N{MINUS SIGN}") and value
    return Number(float(-value if negative else value), shown)


def _page_sheet(table: PageTable, number: int, notes: dict[str, str]) -> Sheet:
    key = "workbook.of_chart" if table.of_chart else "workbook.section"
    note = clean(_MEANING.sub("", table.note))  # what the marks mean stands among the notes once for all sheets
    lines: list[Cell] = [say(key, heading=table.heading), _one_table(note, notes)]
    if any(PUBLISHED in words for row in table.rows for words in row):
        lines.append(say("workbook.published_here", mark=PUBLISHED))
    rows = [[_cell(words) for words in row] for row in table.rows] or [[NOT_AVAILABLE] * len(table.header)]
    header = [words or say("workbook.column", n=place) for place, words in enumerate(table.header, start=1)]
    title = table.caption
    if table.of_chart:  # its line says so; on the page the caption has to
        title = title.removeprefix(say("chart.data_caption", caption="")) or title
    return Sheet(say("workbook.table_name", n=number), title, [*lines, _to_contents()], header, rows)


def _cell(words: str) -> Cell:
    if words in ("", "\N{EN DASH}", say("table.missing")):
        return NOT_AVAILABLE
    # A number stays one: that it was published before, a line of the sheet says.
    return number_of(words) or number_of(words.removesuffix(f" {PUBLISHED}")) or words


def _meanings(tables: Iterable[PageTable]) -> dict[str, str]:
    """Return what each mark means: in the fullest words of the page, which know the council's rule, or in general."""
    keys = {
        HIDDEN: "hidden",
        NOT_AVAILABLE: "not_available",
        NOT_APPLICABLE: "not_applicable",
        PUBLISHED: "published",
    }
    meanings = {mark: say(f"workbook.{key}") for mark, key in keys.items()}
    for table in tables:
        for mark, words in _MEANING.findall(table.note):
            meanings[mark] = max(meanings[mark], words[:1].upper() + words[1:], key=len)
    return meanings


def _one_table(note: str, notes: dict[str, str]) -> str:
    if not note:
        return say("workbook.one_table")
    mark = notes.setdefault(note, say("workbook.note", n=len(notes) + 1))
    return say("workbook.one_table_noted", note=mark)


def _to_contents() -> Link:
    return Link(say("workbook.contents"), say("workbook.to_contents"))


def _cover(page: Page) -> list[Cell]:
    audience = say("workbook.internal" if page.marking else "workbook.public")
    about = say("workbook.about_lines").splitlines()
    ways = (Link(name, name) for name in (say("workbook.contents"), say("workbook.notes")))
    return [*filter(None, (page.council, page.subtitle)), audience, Heading(say("workbook.about")), *about, *ways]


def _figures_sheet(figures: pd.DataFrame, notes: dict[str, str]) -> Sheet:
    rows = [[_figure_cell(row, name) for name in FIGURE_COLUMNS] for row in figures.to_dict("records")]
    return Sheet(
        say("workbook.figures"),
        say("workbook.figures_title"),
        (say("workbook.figures_about"), _one_table(say("workbook.figures_note"), notes), _to_contents()),
        [say(f"workbook.{'remark' if name == 'note' else name}") for name in FIGURE_COLUMNS],
        rows or [[NOT_AVAILABLE] * len(FIGURE_COLUMNS)],
    )


def _figure_cell(row: dict[Any, Any], name: str) -> Cell:
    """Return a cell of the tidy figures; what is hidden in that row stays so, even if the frame should hold it."""
    value, estimate = row[name], name in _ESTIMATE
    named = str(row.get("hidden", "")).split()
    hidden = {column for column in _FIGURE_NUMBERS if column in named or isinstance(row[column], str)}
    if name in hidden or (estimate and "value" in hidden):
        return HIDDEN
    if name not in _FIGURE_NUMBERS:
        return clean(str(value)) if not pd.isna(value) and str(value).strip() else NOT_APPLICABLE
    if pd.isna(value) or not isfinite(value):
        return HIDDEN if hidden and estimate else NOT_AVAILABLE if estimate else NOT_APPLICABLE
    if estimate and row["unit"] != COUNT:
        return Number(float(value), "0.0%" if row["unit"] == SHARE else "#,##0.000")
    return Number(float(value), _FIGURE_NUMBERS[name])


def _contents(tables: Sequence[Sheet], sections: Iterable[str]) -> Sheet:
    header = [say(f"workbook.contents_{name}") for name in ("sheet", "holds", "section", "rows")]
    rows: list[list[Cell]] = [
        [Link(sheet.name, sheet.name), sheet.title, section, Number(len(sheet.rows), "#,##0")]
        for sheet, section in zip(tables, sections, strict=True)
    ]
    name = say("workbook.contents")
    return Sheet(name, name, (say("workbook.contents_about"), say("workbook.one_table")), header, rows)


def _notes(meanings: dict[str, str], notes: dict[str, str]) -> Sheet:
    rows = list(meanings.items())
    rows += [(mark, words) for words, mark in notes.items()]
    header = (say("workbook.mark"), say("workbook.meaning"))
    name = say("workbook.notes")
    return Sheet(name, name, (say("workbook.notes_about"), say("workbook.one_table"), _to_contents()), header, rows)


_ESTIMATE = ("value", "lower", "upper")
_FIGURE_NUMBERS = {
    "window_days": "#,##0",
    "numerator": "#,##0",
    "denominator": "#,##0",
    "value": "#,##0",
    "lower": "#,##0.0",
    "upper": "#,##0.0",
    "confidence": "0.0%",
}
# "[c]: hidden ... identified.": a sentence among the notes of the page that says what a mark means.
_MEANING = re.compile(rf"({re.escape(HIDDEN)}|{re.escape(PUBLISHED)}): ([^.]+\.)")
_NUMBER = re.compile(
    r"(?P<sign>[-+\u2212]?)(?P<currency>[£€]?)(?P<whole>0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)"
    r"(?:\.(?P<decimals>\d+))?(?P<percent>%?)",
    re.ASCII,
)
_EXACT = 15  # digits: Excel keeps no more of a number
