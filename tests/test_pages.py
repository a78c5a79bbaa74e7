"""The reports of the shipped data as readers meet them: in a real Chromium, and as PDF files."""

from __future__ import annotations

import json
import re
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from ehp_eval.words import say
from tests.accessibility import violations

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
RUNS = {"internal": "shipped_run", "public": "public_run"}
GROUPS = {"internal": "reports", "public": "public"}


def for_both(names):
    """Each of these in the reports of either audience, those of one run on one worker."""
    return [
        pytest.param(audience, name, marks=pytest.mark.xdist_group(GROUPS[audience]), id=f"{audience}-{name}")
        for audience in RUNS
        for name in names
    ]


each_page = pytest.mark.parametrize(("audience", "name"), for_both(PAGES))
each_report = pytest.mark.parametrize(("audience", "report"), for_both(SEEN))


@pytest.fixture
def folder(request, audience) -> Path:
    """The folder of reports of an audience."""
    return request.getfixturevalue(RUNS[audience]).folder


@cache
def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def read_pdf(path: Path) -> PdfReader:
    return PdfReader(BytesIO(path.read_bytes()))


@pytest.fixture
def soup(folder, name) -> BeautifulSoup:
    return parsed(folder / name)


@pytest.fixture
def pdf(folder, report) -> PdfReader:
    return read_pdf(folder / f"{report}-2020-21.pdf")


# In a browser


@each_page
def test_no_violation_of_accessibility_rules(page, folder, name):
    assert violations(page, (folder / name).as_uri()) == ""


@pytest.mark.parametrize(("audience", "name"), for_both(["overview-2020-21.html", "rapid-response-2020-21.html"]))
def test_no_violation_of_accessibility_rules_in_the_dark(page, folder, name):
    page.emulate_media(color_scheme="dark")
    assert violations(page, (folder / name).as_uri()) == ""


@each_page
def test_the_page_asks_for_nothing_and_complains_of_nothing(page, folder, name):
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((folder / name).as_uri(), wait_until="networkidle")
    assert [url for url in requests if not url.startswith("data:")] == [(folder / name).as_uri()]
    assert complaints == []


@each_page
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_but_wide_tables_scrolls_sideways(page, folder, name, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((folder / name).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@each_page
def test_a_screen_reader_hears_the_structure_of_the_page(page, folder, audience, name):
    page.goto((folder / name).as_uri())
    assert page.title() == PAGES[name]
    assert page.get_by_role("heading", level=1).all_inner_texts() == [PAGES[name]]
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("banner").count() == 1
    drawings = page.locator("svg").count()
    assert page.locator("svg[role=img][aria-label]").count() == drawings
    # A public report of few has nothing that it could draw.
    assert (drawings > 0) == (name != "index.html") or audience == "public"


# As files


@each_page
def test_the_page_is_well_formed(soup, folder, name):
    page = soup
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
    assert (folder / name).stat().st_size < 1_000_000


@each_page
def test_every_link_leads_somewhere(soup, folder, name):
    page = soup
    for link in page.find_all("a"):
        target = link["href"]
        assert link.get_text(strip=True)
        if target.startswith("#"):
            assert page.find(id=target[1:]) is not None, target
        else:
            assert (folder / target).is_file(), target


@pytest.mark.parametrize(("audience", "name"), for_both(["index.html"]))
def test_the_index_leads_to_every_report_and_gives_its_answer(soup, folder, audience):
    page = soup
    targets = {link["href"] for link in page.find_all("a")}
    wanted = {f"{report}-2020-21.{ending}" for report in REPORTS for ending in ("html", "pdf", "xlsx")}
    up = "../../index.html" if audience == "public" else "../../index-internal.html"
    assert targets - {"#main"} == {*wanted, "figures.csv", "run.json", up}
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for row, (report, title) in zip(page.select("tbody tr"), REPORTS.items(), strict=True):
        assert row.find("a").get_text() == title
        assert record["reports"][report]["answer"] in row.get_text()


@each_page
def test_every_page_says_what_its_records_are_and_who_may_see_it(soup, audience, name):
    banners = [banner.get_text() for banner in soup.select("header .ehp-banner")]
    assert banners == [say("header.synthetic"), say(f"header.{audience}")]
    assert soup.html.get("data-audience", "") == ("" if name == "index.html" else audience)


@each_page
def test_the_page_shows_no_code_and_no_empty_values(soup, audience, name):
    text = soup.main.get_text(" ")
    for mark in ("present.", "import ", "NaN", "NaT", "<NA>", "None", "nan", "{", "Traceback"):
        assert not re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text), mark


@pytest.mark.parametrize(("audience", "name"), for_both(["overview-2020-21.html"]))
def test_published_words_stand_as_quotations(soup, name):
    quotations = " ".join(part.get_text() for part in soup.select("q"))
    assert "prevented from becoming looked after" in quotations


# As PDF


@each_report
def test_the_pdf_is_tagged_and_says_what_it_is(pdf, audience, report):
    root = pdf.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en"
    assert pdf.metadata.title == f"{REPORTS[report]}, 2020-21"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])


def bookmarks(outline) -> list[str]:
    found = []
    for entry in outline:
        found += bookmarks(entry) if isinstance(entry, list) else [entry.title]
    return found


@each_report
def test_the_bookmarks_of_the_pdf_are_the_headings_of_the_page(pdf, folder, report):
    headings = parsed(folder / f"{report}-2020-21.html").find_all(re.compile("^h[1-6]$"))
    names = [re.sub(r"\s+", " ", heading.get_text(" ", strip=True)) for heading in headings]
    assert bookmarks(pdf.outline) == names


@each_report
def test_every_page_of_the_pdf_is_numbered_and_bears_the_banner(pdf, audience, report):
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in pdf.pages]
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert (say("header.internal") in text) == (audience == "internal")
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
def test_the_pdf_keeps_tables_and_the_descriptions_of_charts(pdf, folder, report):
    tags = structure(pdf)
    names = [name for name, _ in tags]
    page = parsed(folder / f"{report}-2020-21.html")
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
def test_no_table_of_the_pdf_is_cut_off_at_the_right(pdf, audience, report):
    for number, sheet in enumerate(pdf.pages, start=1):
        margin = 18 / 25.4 * 72  # 18 mm
        assert max(text_ends(sheet)) < float(sheet.mediabox.width) - margin + 1, f"page {number}"
