"""The tables of a finished page, read back: what is published is what stands on the page, charts' data included."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from ehp_eval.errors import ReportError


@dataclass(frozen=True)
class PageTable:
    """A table of a page.

    Attributes
    ----------
    caption : str
    header : tuple of str
        Heads of the columns.
    rows : tuple of tuple of str
        The cells of each row, as many as there are heads.
    note : str
        The sentences beneath the table, and beneath the chart whose data it holds.
    heading : str
        The section it stands in.
    of_chart : bool
        Whether it holds the data behind a chart.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    heading: str
    of_chart: bool


@dataclass(frozen=True)
class Page:
    """What a page says of itself, and its tables.

    Attributes
    ----------
    title, council, subtitle : str
    marking : str
        That of an internal report; empty in a public one.
    cautions : tuple of str
        The other banners, such as the one on synthetic records.
    tables : tuple of PageTable
        In the order of the page; one that stands there twice is there once.
    """

    title: str
    council: str
    subtitle: str
    marking: str
    cautions: tuple[str, ...]
    tables: tuple[PageTable, ...]


def read_page(html: str) -> Page:
    """Read a page that `ehp_eval.report.render_html` made.

    Raises
    ------
    ReportError
        Where a table has joined cells or rows of different lengths, so that a cell stands under no one head.
    """
    page = BeautifulSoup(html, "html.parser")
    for drawn in page.select("svg, img, [aria-hidden=true]"):
        drawn.decompose()
    for quotation in page.find_all("q"):  # a browser draws the marks, so they stand nowhere in the text
        quotation.insert(0, "\N{LEFT DOUBLE QUOTATION MARK}")
        quotation.append("\N{RIGHT DOUBLE QUOTATION MARK}")
    for end in page.find_all("br"):
        end.replace_with(" ")
    marking = page.select_one(".ehp-banner-internal")
    return Page(
        title=_words(page.find("h1")),
        council=_words(page.select_one(".ehp-council")),
        subtitle=_words(page.select_one(".ehp-subtitle")),
        marking=_words(marking),
        cautions=tuple(_words(banner) for banner in page.select(".ehp-banner") if banner is not marking),
        tables=tuple(_tables(page)),
    )


def tables_of_page(html: str) -> list[PageTable]:
    """Return the tables of a page, in its order; see `read_page`."""
    return list(read_page(html).tables)


def _tables(page: BeautifulSoup) -> list[PageTable]:
    tables: dict[tuple[object, ...], PageTable] = {}
    heading = ""
    for part in page.find_all(["h1", "h2", "h3", "table"]):
        if part.name != "table":
            heading = _words(part)
            continue
        table = _table(part, heading)
        tables.setdefault((table.caption, table.header, table.rows), table)
    return list(tables.values())


def _table(table: Tag, heading: str) -> PageTable:
    caption = _words(table.find("caption"))
    if table.select_one("[colspan], [rowspan]") is not None:
        raise ReportError(f"The table '{caption}' has joined cells; show frames through ehp_eval.tables.Table")
    header, *rows = (tuple(_words(cell) for cell in row.find_all(["th", "td"])) for row in table.find_all("tr"))
    if any(len(row) != len(header) for row in rows):
        raise ReportError(f"The table '{caption}' has rows of different lengths; show frames through Table")
    figure, own = table.find_parent("figure"), table.find_parent(class_="ehp-table")
    notes = dict.fromkeys(_words(note) for part in (own, figure) if part for note in part.select(".ehp-note"))
    return PageTable(caption, header, tuple(rows), " ".join(notes), heading, figure is not None)


def _words(part: Tag | NavigableString | None) -> str:
    """Return the text of a part as a reader sees it: spaces and line ends are one space, comments are not there."""
    if not isinstance(part, Tag):
        return ""
    pieces = (
        str(piece)
        for piece in part.descendants
        if isinstance(piece, NavigableString) and not isinstance(piece, PreformattedString)
    )
    return clean("".join(pieces))


def clean(words: str) -> str:
    """Return words on one line, without what is no text."""
    return re.sub(r"[ \t\r\n\f]+", " ", _NO_TEXT.sub("", words)).strip(" ")


# Control characters and halves of a pair: no letters, and no XML can hold them.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
