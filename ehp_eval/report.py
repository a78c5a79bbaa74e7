"""From an executed notebook to one self-contained HTML page, and from that to a tagged PDF."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from bs4 import BeautifulSoup, Tag
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets import default
from traitlets.config import Config

from ehp_eval.arrangement import Headings, arrange
from ehp_eval.errors import ReportError
from ehp_eval.page_checks import page_faults
from ehp_eval.tables import slug
from ehp_eval.words import language, say, use_language

__all__ = [
    "EhpHtmlExporter",
    "PdfUnavailableError",
    "page_faults",
    "render_html",
    "render_page",
    "render_pdf",
]

TEMPLATES = Path(__file__).parent / "templates"


class PdfUnavailableError(ReportError):
    """The system library that makes PDF files is missing on this computer."""


class Displayed(Protocol):
    """Anything that a notebook can show as HTML."""

    def _repr_html_(self) -> str: ...


class EhpHtmlExporter(HTMLExporter):
    """The project's own page: `jupyter nbconvert --to ehp-html`, no code, no scripts, no requests.

    nbconvert's HTML exporter rather than one of its own: it brings Markdown and the choice among outputs.
    """

    export_from_notebook = "Early help report"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "ehp_html"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @default("exclude_anchor_links")
    def _exclude_anchor_links_default(self) -> bool:
        return True

    @property
    def default_config(self) -> Config:
        """Show HTML where an output has it, and never scripts, widgets or LaTeX."""
        config = Config({"NbConvertBase": {"display_data_priority": ["text/html", "image/png", "text/plain"]}})
        inherited: Config = super().default_config.copy()
        inherited.merge(config)
        return inherited

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Give the template the library's words."""
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield "say", say

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook; its PageHeader gives the page its language and title."""
        with _words_in(_page_language(nb)) as spoken:
            html, resources = super().from_notebook_node(nb, resources, **kw)
            return _completed(html, spoken), resources


def render_html(notebook: NotebookNode) -> str:
    """Make the page of an executed notebook; ask `page_faults` whether it is fit to publish.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        An executed notebook that shows one `PageHeader`.
    """
    html, _ = EhpHtmlExporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    return str(html)


def render_page(*parts: Displayed) -> str:
    """Make a page from display objects alone, such as the index of all reports."""
    outputs = [new_output("display_data", {"text/html": part._repr_html_()}) for part in parts]
    return render_html(new_notebook(cells=[new_code_cell(outputs=outputs)]))


def render_pdf(html: str) -> bytes:
    """Make a tagged PDF (PDF/UA-1) of a page that `render_html` made.

    WeasyPrint rather than a browser: it writes the structure tree that screen readers need, runs in this
    process (a second, and a third of one more for each chart), and needs two small system libraries.

    Raises
    ------
    PdfUnavailableError
        Where Pango is not installed.
    """
    try:
        import weasyprint  # here, since it takes a second and needs system libraries
    except OSError as error:
        raise PdfUnavailableError(
            "PDF files cannot be made here because the Pango library is missing. Debian or Ubuntu: "
            "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. Windows and macOS: "
            "see 'Installation' in WeasyPrint's documentation, or print the HTML report from the browser."
        ) from error

    class Nothing(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            raise ValueError("a report loads nothing")

    page = weasyprint.HTML(string=html, url_fetcher=Nothing())
    svg = "{http://www.w3.org/2000/svg}"
    for drawing in page.etree_element.iter(f"{svg}svg"):
        # WeasyPrint takes the text alternative of a drawing from its title; a browser would show that as
        # a tooltip, so the page has it as a label.
        title = drawing.makeelement(f"{svg}title", {})
        title.text = drawing.get("aria-label")
        drawing.insert(0, title)
    log, failures = logging.getLogger("weasyprint"), _Failures(logging.ERROR)
    log.addHandler(failures)
    told, log.propagate = log.propagate, False  # nobody needs to read about CSS that only browsers know
    try:
        pdf = bytes(page.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True))
    finally:
        log.removeHandler(failures)
        log.propagate = told
    if failures.found:
        raise ReportError("The PDF lacks a chart or an image that could not be drawn; the HTML report has it.")
    return pdf


class _Failures(logging.Handler):
    """Notice when WeasyPrint, which only logs it, leaves out what it could not load or draw."""

    found = False

    def emit(self, record: logging.LogRecord) -> None:
        self.found = self.found or record.msg.startswith("Failed")


def _page_language(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found = _HEADING.search("".join(output.get("data", {}).get("text/html", "")))
            if found:
                return found[1]
    return language()


@contextmanager
def _words_in(wanted: str) -> Iterator[str]:
    before = language()
    use_language(wanted)
    try:
        yield wanted
    finally:
        use_language(before)


def _completed(html: str, spoken: str) -> str:
    """Give a page its language, title, band, list of contents, and an id for each section."""
    page = BeautifulSoup(html, "html.parser")
    page.html["lang"] = spoken  # type: ignore[index]
    arrange(page, _headings(page))
    _mark_sheets(page)
    first = page.find("h1")
    if isinstance(first, Tag):
        page.title.string = first.get_text(" ", strip=True)  # type: ignore[union-attr]
    band = page.select_one("main header.ehp-header")
    if band is not None and page.main is not None:
        page.main.insert_before(band.extract())  # the banner of the page, outside its main content
    sections = [
        heading for heading in page.find_all(["h2", "h3"]) if heading.find_parent(class_="ehp-headline") is None
    ]
    taken: set[str] = {"main"}
    for heading in sections:
        name = stem = slug(heading.get_text()) or "section"
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        heading["id"] = name
    if len(sections) > 1:
        sections[0].insert_before(_contents(page, sections))
    _fold_long_tables(page)
    _let_drawings_scroll(page)
    _allow_styles(page)
    return str(page)


def _headings(page: BeautifulSoup) -> Headings:
    """Take the headings of the arrangement, and the audience, from the head of the page, which brought them."""
    head = page.select_one(".ehp-header")
    if head is None:
        return []
    if audience := head.attrs.pop("data-audience", ""):
        page.html["data-audience"] = audience  # type: ignore[index]
    headings: Headings = json.loads(str(head.attrs.pop("data-headings", "[]")))
    return headings


def _mark_sheets(page: BeautifulSoup) -> None:
    """Write the page's title, and the marking of an internal page, on every sheet of paper.

    In the margins, where both WeasyPrint and a browser that prints (Chromium from 131) repeat it, and where no
    screen reader hears it again on every page.
    """
    style = page.select_one("head style.ehp-sheets")
    if style is None:
        return
    for box, part in (("@bottom-left", page.find("h1")), ("@top-center", page.select_one(".ehp-banner-internal"))):
        if isinstance(part, Tag):
            words = _in_css(part.get_text(" ", strip=True))
            style.append(f'@page {{ {box} {{ content: "{words}"; }} }}\n')


def _fold_long_tables(page: BeautifulSoup) -> None:
    """Fold the tables that make a page endless on a phone; paper shows them whole, as it does the data of charts."""
    for table in page.select("main .ehp-table"):
        rows, caption = len(table.select("tbody tr")), table.find("caption")
        if rows < _FOLDED or caption is None or table.find_parent("details") is not None:
            continue
        folded = table.wrap(page.new_tag("details", attrs={"class": "ehp-fold"}))
        words = say("page.folded", caption=caption.get_text(" ", strip=True), rows=f"{rows:,}")
        folded.insert(0, page.new_tag("summary", string=words))


def _let_drawings_scroll(page: BeautifulSoup) -> None:
    """Let the arrow keys reach what a phone cannot show of a chart at a size that can be read."""
    for drawing in page.select("figure[aria-labelledby] > .ehp-drawing"):
        drawing.attrs |= {"role": "region", "tabindex": "0", "aria-labelledby": drawing.parent["aria-labelledby"]}  # type: ignore[index]


def _in_css(words: str) -> str:
    """Write words for the inside of a string of CSS: all but letters, digits and spaces as the number of their code."""
    return "".join(each if each.isalnum() or each == " " else f"\\{ord(each):x} " for each in words)


def _allow_styles(page: BeautifulSoup) -> None:
    """Allow the style sheets of the template, by what stands in them, and no other style."""
    policy = page.select_one("meta[http-equiv=Content-Security-Policy]")
    if policy is None:
        return
    sheets = ["".join(map(str, style.contents)) for style in page.select("head style")]
    hashes = (b64encode(hashlib.sha256(sheet.encode()).digest()).decode() for sheet in sheets)
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    policy["content"] = f"{policy['content']}; style-src {allowed}"


def _contents(page: BeautifulSoup, sections: list[Tag]) -> Tag:
    contents = page.new_tag("nav", attrs={"class": "ehp-contents", "aria-label": say("page.contents")})
    title = page.new_tag("p", attrs={"class": "ehp-contents-title"}, string=say("page.contents"))
    entries = page.new_tag("ol")
    for heading in sections:
        entry = page.new_tag("li")
        entry.append(page.new_tag("a", attrs={"href": f"#{heading['id']}"}, string=heading.get_text(" ", strip=True)))
        if heading.name == "h2" or not entries.contents:
            entries.append(entry)
            continue
        last = entries.contents[-1]
        assert isinstance(last, Tag)
        if last.ol is None:
            last.append(page.new_tag("ol"))
        last.ol.append(entry)  # type: ignore[union-attr]
    contents.extend([title, entries])
    return contents


_FOLDED = 60  # rows
_HEADING = re.compile(r'<h1[^>]*\slang="([a-zA-Z-]+)"')
