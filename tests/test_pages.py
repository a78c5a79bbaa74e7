"""The reports of the shipped data as readers meet them: in a real Chromium, and as PDF files."""

from __future__ import annotations

import json
import re
from io import BytesIO
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from pypdf import PdfReader

from ehp_eval.words import say

REPORTS = {
    "overview": "Early help overview",
    "looked-after-system": "Looked-after system",
    "connecting-families": "Connecting Families",
    "rapid-response": "Rapid Response",
    "ifss": "Integrated Family Support Service (IFSS)",
    "baby-in-mind": "Baby in Mind",
    "reflect": "Reflect",
    "practice-support-workers": "Practice Support Workers",
    "front-door": "Early help front door",
}
# Reports of one notebook are looked at once, in a browser and on paper: rapid-response stands for these.
SAME_NOTEBOOK = ("connecting-families", "ifss")
SEEN = [report for report in REPORTS if report not in SAME_NOTEBOOK]
TITLES = {f"{report}-2020-21.html": f"{REPORTS[report]}, 2020-21" for report in SEEN}
PAGES = {"index.html": "Early help evaluation, 2020-21", **TITLES}
pytestmark = pytest.mark.xdist_group("reports")
each_page = pytest.mark.parametrize("name", PAGES)
each_report = pytest.mark.parametrize("report", SEEN)


@pytest.fixture(scope="module")
def soups(shipped_run) -> dict[str, BeautifulSoup]:
    return {
        name: BeautifulSoup((shipped_run.folder / name).read_text(encoding="utf-8"), "html.parser") for name in PAGES
    }


def address(shipped_run, name: str) -> str:
    return (shipped_run.folder / name).as_uri()


# In a browser


@pytest.mark.parametrize(("name", "scheme"), [*((name, "light") for name in PAGES), ("overview-2020-21.html", "dark")])
def test_no_violation_of_accessibility_rules(page, shipped_run, name, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(address(shipped_run, name))
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@each_page
def test_the_page_asks_for_nothing_and_complains_of_nothing(page, shipped_run, name):
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address(shipped_run, name), wait_until="networkidle")
    assert [url for url in requests if not url.startswith("data:")] == [address(shipped_run, name)]
    assert complaints == []


@each_page
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_but_wide_tables_scrolls_sideways(page, shipped_run, name, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address(shipped_run, name))
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@each_page
def test_a_screen_reader_hears_the_structure_of_the_page(page, shipped_run, name):
    page.goto(address(shipped_run, name))
    assert page.title() == PAGES[name]
    assert page.get_by_role("heading", level=1).all_inner_texts() == [PAGES[name]]
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("banner").count() == 1
    drawings = page.locator("svg").count()
    assert page.locator("svg[role=img][aria-label]").count() == drawings
    assert (drawings > 0) == (name != "index.html")


# As files


@each_page
def test_the_page_is_well_formed(soups, shipped_run, name):
    page = soups[name]
    assert page.html["lang"] == "en"
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert not [heading for heading in page.find_all(re.compile("^h[1-6]$")) if not heading.get_text(strip=True)]
    ids = [part["id"] for part in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for table in page.find_all("table"):
        assert table.caption.get_text(strip=True)
        assert all(head.get("scope") in ("col", "row", "colgroup", "rowgroup") for head in table.find_all("th"))
    assert (shipped_run.folder / name).stat().st_size < 1_000_000


@each_page
def test_every_link_leads_somewhere(soups, shipped_run, name):
    page = soups[name]
    for link in page.find_all("a"):
        target = link["href"]
        assert link.get_text(strip=True)
        if target.startswith("#"):
            assert page.find(id=target[1:]) is not None, target
        else:
            assert (shipped_run.folder / target).is_file(), target


def test_the_index_leads_to_every_report_and_gives_its_answer(soups, shipped_run):
    page = soups["index.html"]
    targets = {link["href"] for link in page.find_all("a")}
    wanted = {f"{report}-2020-21.{ending}" for report in REPORTS for ending in ("html", "pdf")}
    assert targets - {"#main"} == {*wanted, "figures.csv", "run.json"}
    record = json.loads((shipped_run.folder / "run.json").read_text(encoding="utf-8"))
    for row, (report, title) in zip(page.select("tbody tr"), REPORTS.items(), strict=True):
        assert row.find("a").get_text() == title
        assert record["reports"][report]["answer"] in row.get_text()


@each_page
def test_every_page_says_what_its_records_are_and_who_may_see_it(soups, name):
    banners = [banner.get_text() for banner in soups[name].select("header .ehp-banner")]
    assert banners == [say("header.synthetic"), say("header.internal")]


@each_page
def test_the_page_shows_no_code_and_no_empty_values(soups, name):
    text = soups[name].main.get_text(" ")
    for mark in ("present.", "import ", "NaN", "NaT", "<NA>", "None", "nan", "{", "Traceback"):
        assert not re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text), mark


def test_published_words_stand_as_quotations(soups):
    quotations = " ".join(part.get_text() for part in soups["overview-2020-21.html"].select("q"))
    assert "prevented from becoming looked after" in quotations


# As PDF


@pytest.fixture(scope="module")
def pdfs(shipped_run) -> dict[str, PdfReader]:
    return {report: PdfReader(BytesIO((shipped_run.folder / f"{report}-2020-21.pdf").read_bytes())) for report in SEEN}


@each_report
def test_the_pdf_is_tagged_and_says_what_it_is(pdfs, report):
    root = pdfs[report].trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en"
    assert pdfs[report].metadata.title == f"{REPORTS[report]}, 2020-21"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])


def bookmarks(outline) -> list[str]:
    found = []
    for entry in outline:
        found += bookmarks(entry) if isinstance(entry, list) else [entry.title]
    return found


@each_report
def test_the_bookmarks_of_the_pdf_are_the_headings_of_the_page(pdfs, soups, report):
    headings = soups[f"{report}-2020-21.html"].find_all(["h1", "h2", "h3"])
    names = [re.sub(r"\s+", " ", heading.get_text(" ", strip=True)) for heading in headings]
    assert bookmarks(pdfs[report].outline) == names


@each_report
def test_every_page_of_the_pdf_is_numbered_and_bears_the_banner(pdfs, report):
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in pdfs[report].pages]
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert say("header.internal") in text
    assert say("header.synthetic") in pages[0]


def structure(pdf: PdfReader) -> list[tuple[str, str]]:
    """The tags of the structure tree in order, each with its text alternative."""
    found, waiting = [], [pdf.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((node["/S"], str(node.get("/Alt", ""))))
            waiting.append(node.get("/K", []))
    return found


@each_report
def test_the_pdf_keeps_tables_and_the_descriptions_of_charts(pdfs, soups, report):
    tags = structure(pdfs[report])
    names = [name for name, _ in tags]
    page = soups[f"{report}-2020-21.html"]
    assert names.count("/H1") == 1
    assert names.count("/Table") >= len(page.find_all("table"))  # one more for each page that a table goes on to
    assert names.count("/THead") == names.count("/Table")
    assert [alt for name, alt in tags if name == "/Figure"] == [svg["aria-label"] for svg in page.find_all("svg")]


def letter_widths(font):
    """Read the widths of a font's letters, in thousandths of its size, from the PDF itself."""
    given, widths = font["/DescendantFonts"][0]["/W"], {}
    for first, those in zip(given[::2], given[1::2], strict=True):
        widths |= {int(first) + i: float(width) for i, width in enumerate(those)}
    return widths


def text_ends(sheet):
    """Say where each piece of text on a page ends, in points from the left."""
    fonts = {name: letter_widths(font) for name, font in sheet["/Resources"]["/Font"].items()}
    ends, font, size = [], {}, 0.0

    def measure(operator, operands, matrix, text_matrix):
        nonlocal font, size
        if operator == b"Tf":
            font, size = fonts[operands[0]], float(operands[1])
        elif operator == b"TJ":
            width = 0.0
            for piece in operands[0]:
                if isinstance(piece, (int, float)):  # letters moved together
                    width -= piece
                else:  # two bytes a letter
                    codes = piece if isinstance(piece, bytes) else piece.original_bytes
                    width += sum(font.get(codes[i] * 256 + codes[i + 1], 1000) for i in range(0, len(codes), 2))
            start = matrix[4] + matrix[0] * text_matrix[4]
            ends.append(start + matrix[0] * text_matrix[0] * size * width / 1000)

    sheet.extract_text(visitor_operand_before=measure)
    return ends


@each_report
def test_no_table_of_the_pdf_is_cut_off_at_the_right(pdfs, report):
    for number, sheet in enumerate(pdfs[report].pages, start=1):
        margin = 18 / 25.4 * 72  # 18 mm
        assert max(text_ends(sheet)) < float(sheet.mediabox.width) - margin + 1, f"page {number}"
