"""Reports on paper: what WeasyPrint makes of a page, and what a browser prints of the same page."""

from __future__ import annotations

import builtins
import re
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from ehp_eval.charts import interval_chart
from ehp_eval.errors import ReportError
from ehp_eval.prose import Heading, Headline, PageHeader, Paragraph
from ehp_eval.report import PdfUnavailableError, render_html, render_page, render_pdf
from ehp_eval.tables import Table

TITLE = 'Tŷ "Ŵyn" \\ 2020-21'
MARKING = 'Official - sensitive: "small" numbers; not for publication'
SENTENCE = "Words that fill a line of the page and then some more of it. "
CENTIMETRE = 72 / 2.54


def shown(*displays: Any) -> Any:
    return new_code_cell(outputs=[new_output("display_data", {"text/html": each._repr_html_()}) for each in displays])


def report() -> str:
    """Many sections of odd lengths, so that page breaks fall everywhere; a long table; a chart."""
    banners = [("synthetic", "Made up"), ("internal", MARKING)]
    header = PageHeader(TITLE, subtitle="s", council="c", banners=banners, headings=[("Situation", ["outcome"])])
    glance = [(f"Question {n}?", f"Answer {n}", SENTENCE) for n in range(4)]
    cells = [shown(header, Headline("Did it?", "It did.", glance=glance, brief=[("Term", SENTENCE)] * 4))]
    for n in range(24):
        part = {"tags": ["part-outcome"]} if n % 2 else {}
        cells += [new_markdown_cell(f"## Section {n}", metadata=part), shown(Paragraph(SENTENCE * (7 + 5 * n % 17)))]
    long = pd.DataFrame({"Row": [f"Row {n}" for n in range(90)], "What it says": [SENTENCE] * 90})
    shares = pd.DataFrame({"name": ["a"], "numerator": [15], "denominator": [30], "value": [0.5]})
    chart = interval_chart(
        shares.assign(lower=[0.3], upper=[0.7]), label="name", x_label="Share", caption="A chart", alt="What it shows"
    )
    return render_html(new_notebook(cells=[*cells, shown(Table(long, caption="A long table"), chart)]))


@pytest.fixture(scope="module")
def html() -> str:
    return report()


@pytest.fixture(scope="module")
def pdf(html: str) -> PdfReader:
    return PdfReader(BytesIO(render_pdf(html)))


@pytest.fixture(scope="module")
def printed(browser: Any, html: str, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    """The page as a browser prints it."""
    path = tmp_path_factory.mktemp("printed") / "report.html"
    path.write_text(html, encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    made = page.pdf(prefer_css_page_size=True)
    page.close()
    return PdfReader(BytesIO(made))


@pytest.fixture(params=["pdf", "printed"])
def paper(request: pytest.FixtureRequest) -> PdfReader:
    """The report on paper, made in either way."""
    found: PdfReader = request.getfixturevalue(request.param)
    return found


def lines(sheet: Any) -> list[tuple[float, float, str]]:
    """The lines of a page from its head to its foot: height above the foot in points, size of type, words."""
    found: dict[float, list[tuple[float, float, str]]] = {}

    def visit(text: str, matrix: list[float], text_matrix: list[float], _: Any, size: float) -> None:
        if text.strip():
            scale = abs(matrix[3] * text_matrix[3])
            x = matrix[0] * text_matrix[4] + matrix[4]
            y = matrix[3] * text_matrix[5] + matrix[5]
            found.setdefault(round(y), []).append((x, scale * size, text.strip("\n")))

    sheet.extract_text(visitor_text=visit)
    return [
        (y, max(size for _, size, _ in pieces), "".join(text for _, _, text in sorted(pieces)).strip())
        for y, pieces in sorted(found.items(), reverse=True)
    ]


def words(text: str) -> str:
    """Text on one line, its letters apart: browsers print ligatures."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text))


def test_every_sheet_bears_the_marking_and_its_number(paper: PdfReader) -> None:
    pages = [words(page.extract_text()) for page in paper.pages]
    assert len(pages) > 4
    for number, text in enumerate(pages, start=1):
        assert MARKING in text, number
        assert f"Page {number} of {len(pages)}" in text
        assert TITLE in text


def test_the_marking_of_every_sheet_stands_in_its_margin(paper: PdfReader) -> None:
    for sheet in paper.pages:
        top = lines(sheet)[0]
        assert MARKING in words(top[2])
        assert top[0] > float(sheet.mediabox.height) - 1.8 * CENTIMETRE


def test_a_page_without_a_marking_has_none_on_paper() -> None:
    page = render_html(new_notebook(cells=[shown(PageHeader("T", subtitle="s", council="c"))]))
    assert "@top-center { content" not in page
    assert "@bottom-left { content" in page


def test_no_heading_stands_alone_at_the_foot_of_a_sheet(paper: PdfReader) -> None:
    headings = 0
    for sheet in paper.pages:
        body = [text for y, _, text in lines(sheet) if y > 1.6 * CENTIMETRE]
        headings += sum(text.startswith("Section ") for text in body)
        assert not re.match(r"(Section \d+|Situation|Annex|A long table|Row What)", body[-1]), body[-3:]
    assert headings >= 24


def test_the_first_sheet_holds_the_answer_and_what_one_asks_next(paper: PdfReader) -> None:
    first = words(paper.pages[0].extract_text())
    for expected in ("Did it?", "Answer 0", "Answer 3", "It did.", "Term"):
        assert expected in first


def test_the_head_of_a_long_table_is_repeated_on_every_sheet(paper: PdfReader) -> None:
    with_rows = [text for text in (words(page.extract_text()) for page in paper.pages) if re.search(r"Row \d", text)]
    assert len(with_rows) > 2
    assert all("What it says" in text for text in with_rows)


def test_no_row_of_a_table_is_cut_in_two(paper: PdfReader) -> None:
    rows = [re.findall(r"Row (\d+)", page.extract_text()) for page in paper.pages]
    assert [int(row) for page in rows for row in page] == list(range(90))


@pytest.mark.parametrize("rows", [4, 40])
def test_a_table_of_high_rows_begins_where_there_is_room_for_two_of_them(rows: int) -> None:
    """Rows of a dozen lines and a third of a sheet of words above: a jump would leave the rest blank."""
    above = [*[Paragraph(SENTENCE * 7)] * 2, Heading("Here"), Paragraph("A sentence.")]
    frame = pd.DataFrame({"Row": [f"Row {n}" for n in range(rows)], "What it says": [SENTENCE * 12] * rows})
    page = render_page(PageHeader("T", subtitle="s", council="c"), *above, Table(frame, caption="A table"))
    text = [sheet.extract_text() for sheet in PdfReader(BytesIO(render_pdf(page))).pages]
    (first,) = [sheet for sheet in text if "A sentence." in sheet]
    assert "Row 1" in first
    assert f"Row {rows - 1}" not in first
    assert len(re.findall(r"Row \d", text[-1])) > 1


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """The elements of a structure tree, each before what is in it."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            if "/S" in node:
                yield node
            waiting.append(node.get("/K", []))


@pytest.fixture(scope="module")
def tags(pdf: PdfReader) -> list[dict[str, Any]]:
    return list(nodes(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"]))


def test_the_file_says_what_it_is(pdf: PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == TITLE
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()


def test_bookmarks_follow_the_headings(pdf: PdfReader) -> None:
    def read(outline: Any) -> list[Any]:
        return [read(each) if isinstance(each, list) else each.title for each in outline]

    title, (question, situation, sections, _, others) = read(pdf.outline)
    assert (title, question, situation) == (TITLE, "Did it?", "Situation")
    assert sections == [f"Section {n}" for n in range(1, 24, 2)]
    assert others == [f"Section {n}" for n in range(0, 24, 2)]


def test_charts_have_their_description(tags: list[dict[str, Any]]) -> None:
    assert [str(tag.get("/Alt")) for tag in tags if tag["/S"] == "/Figure"] == ["What it shows"]


def test_every_cell_names_its_heads(tags: list[dict[str, Any]]) -> None:
    """On each sheet that the table goes on to, the head of the column is there again and the cells name it."""
    parts = [list(nodes(tag)) for tag in tags if tag["/S"] == "/Table"]
    assert len(parts) > 3
    cells = 0
    for part in parts:
        kinds = [tag["/S"] for tag in part]
        heads = {tag["/ID"] for tag in part if tag["/S"] == "/TH" and "/ID" in tag}
        assert "/THead" in kinds
        for cell in (tag for tag in part if tag["/S"] == "/TD"):
            named = cell["/A"]["/Headers"]
            assert len(named) == 2  # of the column and of the row
            assert set(named) <= heads
            cells += 1
    assert cells == 90 + 5  # of the table and of the chart's data


def test_making_a_pdf_reaches_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a request went out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(ReportError, match="could not be drawn"):
        render_pdf('<html lang="en"><title>t</title><img alt="a" src="https://example.org/a.png">')
    with pytest.raises(ReportError, match="could not be drawn"):
        render_pdf('<html lang="en"><title>t</title><img alt="a" src="file:///etc/hostname">')


def test_without_the_system_library_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without_pango(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(PdfUnavailableError, match="apt-get install libpango"):
        render_pdf("<html></html>")


def test_weasyprint_is_imported_only_for_a_pdf() -> None:
    code = "import sys, ehp_eval.report; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
