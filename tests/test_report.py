import builtins
import re
import socket
import subprocess
import sys
from importlib.metadata import entry_points
from io import BytesIO

import nbformat
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from ehp_eval.charts import incidence_chart, interval_chart, trend_chart, year_chart
from ehp_eval.errors import EhpError, ReportError
from ehp_eval.page_checks import FILLER, page_faults
from ehp_eval.prose import Bullets, Callout, Headline, KeyFigures, PageHeader, Paragraph, Quote, link, quoted
from ehp_eval.report import EhpHtmlExporter, PdfUnavailableError, render_html, render_page, render_pdf
from ehp_eval.tables import Table

HOSTILE = '<script>alert("1")</script>{{ 7 * 7 }} $x$ \\textbf{x}'
INTERNAL = "Internal: not to be shared"


def estimates(**columns) -> pd.DataFrame:
    frame = pd.DataFrame({"numerator": [151, 7], "denominator": [157, 11], "value": [0.96, 0.64]})
    return frame.assign(lower=[0.92, 0.35], upper=[0.98, 0.85], **columns)


def parts() -> list:
    """One of everything that a report can show."""
    events = pd.DataFrame({"at": pd.to_datetime(["2020-03-23"]), "label": ["Pandemic"]})
    curve = pd.DataFrame({"time": [100, 300], "incidence": [0.02, 0.1], "lower": [0.0, 0.05], "upper": [0.1, 0.2]})
    at_risk = pd.DataFrame({"day": [0, 365, 730], "at_risk": [157, 120, 12]})
    areas = [f"Authority {number}" for number in range(6)]
    trend = pd.DataFrame([{"area": area, "year": 2014 + i, "n": 100 + i} for area in areas for i in range(5)])
    words = {"caption": "Chart {}", "alt": "What chart {} shows"}

    def named(number: int) -> dict[str, str]:
        return {name: text.format(number) for name, text in words.items()}

    wide = {f"Column {number}": ["long words here", HOSTILE] for number in range(12)}
    return [
        Headline("Did children stay out of care?", "151 of 157", ["We are sure of the figure."]),
        KeyFigures([("157", "children accepted", "of 171 referred"), ("7 of 11", "babies", "")]),
        Callout("Read with caution.", title="Small numbers"),
        Paragraph("The report says ", quoted("saved"), "; see ", link("the charts", "#charts"), "."),
        Quote("91% were", "Committee 2018, 4.6"),
        Bullets(["ŵ", "ŷ", HOSTILE]),
        interval_chart(estimates(name=["Tŷ Ŵyn", HOSTILE]), label="name", x_label="Share", **named(1)),
        year_chart(
            estimates(year=["2019-20", "2020-21"], said=[0.96, None]),
            year="year",
            y_label="Share",
            published="said",
            events=events,
            **named(2),
        ),
        incidence_chart(curve, at_risk=at_risk, y_label="Share", **named(3)),
        trend_chart(trend, x="year", y="n", series="area", highlight=areas[0], y_label="Rate", **named(4)),
        trend_chart(
            trend[trend["area"].isin(areas[:3])],
            x="year",
            y="n",
            series="area",
            highlight=areas[0],
            y_label="Rate",
            **named(5),
        ),
        Table(pd.DataFrame({"Name": ["a", "b"], **wide}), caption="A wide table", note="A note."),
    ]


def shown(display, kind: str = "display_data") -> nbformat.NotebookNode:
    data = {"text/html": display._repr_html_(), "text/plain": repr(display)}
    return new_output(kind, data, **({"execution_count": 1} if kind == "execute_result" else {}))


def notebook(*cells, language: str = "en") -> nbformat.NotebookNode:
    header = PageHeader(
        "Tŷ Ŵyn & more, 2020-21",
        subtitle="One year",
        council="Council of <Example>",
        banners=[("internal", INTERNAL), ("synthetic", "Synthetic records, real published figures")],
        language=language,
    )
    return new_notebook(cells=[new_code_cell("header()", outputs=[shown(header)]), *cells])


def whole_notebook() -> nbformat.NotebookNode:
    first, *rest = parts()
    return notebook(
        new_code_cell("answer()", outputs=[shown(first, "execute_result")]),
        new_markdown_cell("## What the service is\n\nIt costs $5 and $6 **a day**.\n\n- one\n- two"),
        new_markdown_cell("### A detail"),
        new_markdown_cell("## Charts"),
        new_code_cell("secret_code()", outputs=[shown(part) for part in rest]),
        new_markdown_cell("## Charts\n\nTwice the same heading."),
    )


@pytest.fixture(scope="module")
def html() -> str:
    return render_html(whole_notebook())


@pytest.fixture(scope="module")
def soup(html) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="module")
def pdf(html) -> PdfReader:
    return PdfReader(BytesIO(render_pdf(html)))


@pytest.fixture(scope="module")
def file(html, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


def test_a_whole_page_has_no_faults(html):
    assert page_faults(html) == []


def test_a_page_is_the_same_when_made_again(html):
    assert render_html(whole_notebook()) == html


def test_title_and_language_come_from_the_header(soup):
    assert soup.html["lang"] == "en"
    assert soup.title.get_text() == "Tŷ Ŵyn & more, 2020-21"
    assert [head.get_text() for head in soup.select("h1")] == ["Tŷ Ŵyn & more, 2020-21"]


def test_the_header_stands_before_the_main_content(soup):
    assert [part.name for part in soup.body.find_all(recursive=False)] == ["a", "header", "main"]
    assert soup.select_one("a.ehp-skip")["href"] == "#main"


def test_contents_list_the_sections_after_the_answer(soup):
    links = {link["href"]: link.get_text() for link in soup.select("nav a")}
    assert links == {
        "#what-the-service-is": "What the service is",
        "#charts": "Charts",
        "#charts-2": "Charts",
    }
    assert all(soup.select_one(f"h2{place}") for place in links)
    assert soup.nav.find_next("h2")["id"] == "what-the-service-is"
    assert soup.nav.find_previous("h2").get_text() == "Did children stay out of care?"


def test_the_value_of_a_last_line_is_shown(soup):
    assert soup.select_one("main .ehp-answer").get_text() == "151 of 157"


def test_neither_code_nor_scripts_nor_marks_of_notebooks(html, soup):
    assert "secret_code" not in html
    assert soup.find("script") is None
    for word in ("MathJax", "jp-", "http://", "https://", "¶", "anchor-link"):
        assert word not in html.replace("http://www.w3.org/", "")


def test_markdown_is_written_as_html(soup):
    section = soup.find(id="what-the-service-is")
    assert section.find_next("strong").get_text() == "a day"
    assert section.find_next("p").get_text() == "It costs $5 and $6 a day."


def test_the_policy_of_the_page_forbids_scripts_and_requests(soup):
    policy = soup.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy


def test_hostile_text_appears_as_text(soup):
    assert HOSTILE in soup.main.get_text()
    assert soup.main.find("script") is None


def test_nbconvert_knows_the_exporter():
    (entry,) = entry_points(group="nbconvert.exporters", name="ehp-html")
    assert entry.load() is EhpHtmlExporter


def test_the_words_of_the_page_are_in_its_language():
    with pytest.raises(EhpError, match=r"words in 'cy'"):
        render_html(notebook(language="cy"))


def test_a_page_can_be_made_of_parts_alone():
    page = render_page(
        PageHeader("All reports", subtitle="s", council="c"),
        Table(pd.DataFrame({"Report": [link("Reflect", "reflect-2020-21.html")]}), caption="Reports"),
    )
    assert page_faults(page) == []
    assert BeautifulSoup(page, "html.parser").select_one("td a, th a")["href"] == "reflect-2020-21.html"


def with_output(output) -> str:
    return render_html(notebook(new_markdown_cell("## A"), new_code_cell(outputs=[output])))


def faulty(html: str) -> str:
    return " ".join(page_faults(html))


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (new_output("stream", name="stderr", text="FutureWarning: person 4711"), "wrote to stderr"),
        (new_output("stream", name="stdout", text="person 4711"), "wrote to stdout"),
        (
            new_output("error", ename="KeyError", evalue="person 4711", traceback=["person 4711"]),
            "raised an error",
        ),
        (new_output("display_data", {"image/png": PNG, "text/plain": "x"}), "image has no description"),
        (
            new_output("display_data", {"text/html": pd.DataFrame({"a": [1]})._repr_html_()}),
            "Table number 1 has no caption",
        ),
        (
            new_output("display_data", {"text/html": "<table><caption>c</caption><td>1</table>"}),
            "without a scope",
        ),
        (new_output("display_data", {"text/html": "<h1>Another</h1>"}), "has 2 first-level headings"),
        (new_output("display_data", {"text/html": "<h4>Deep</h4>"}), "level 4 after level 2"),
        (new_output("display_data", {"text/html": "<h3> </h3>"}), "heading of level 3 is empty"),
        (new_output("display_data", {"text/html": "<svg><path/></svg>"}), "drawing has no description"),
        (new_output("display_data", {"text/html": "<script>x</script>"}), "holds a script"),
        (new_output("display_data", {"text/html": '<p onclick="x">y</p>'}), "attribute of <p>"),
        (
            new_output("display_data", {"text/html": '<a href=" JavaScript:x">y</a>'}),
            "link in the page is a script",
        ),
        (new_output("display_data", {"text/html": '<img alt="a" src="https://x.org/a.png">'}), "<img src>"),
        (new_output("display_data", {"text/html": '<img alt="a" src="a.png">'}), "<img src>"),
        (new_output("display_data", {"text/html": '<link href="//x.org/a.css">'}), "<link href>"),
        (new_output("display_data", {"text/html": "<style>@import 'a.css'</style>"}), "a style of <style>"),
        (
            new_output("display_data", {"text/html": '<p style="background:url(a.png)">x</p>'}),
            "a style of <p>",
        ),
        (new_output("display_data", {"text/html": '<p id="b">x</p><p id="b">y</p>'}), "'b' stands 2 times"),
        (new_output("display_data", {"text/html": "x" * 1_000_000}), "1.0 MB"),
    ],
)
def test_what_makes_a_page_unfit_is_found(output, fault):
    html = with_output(output)
    assert fault in faulty(html)
    assert "4711" not in html


def test_a_page_without_a_header_is_unfit():
    faults = faulty(render_html(new_notebook(cells=[new_markdown_cell("## A")])))
    assert "has no title" in faults
    assert "has 0 first-level headings" in faults
    assert "does not state its language" in faulty("<html><title>t</title><h1>t</h1></html>")


def test_the_filler_of_nbconvert_is_the_one_looked_for():
    assert FILLER in with_output(new_output("display_data", {"image/png": PNG}))


def test_plain_values_are_shown_as_text():
    page = BeautifulSoup(with_output(new_output("display_data", {"text/plain": HOSTILE})), "html.parser")
    assert page.pre.get_text() == HOSTILE


# In a browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation_of_accessibility_rules(page, file, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(file)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_the_page_asks_for_nothing_and_complains_of_nothing(page, file):
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(file, wait_until="networkidle")
    assert [url for url in requests if not url.startswith("data:")] == [file]
    assert complaints == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_only_wide_tables_scroll_sideways(page, file, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(file)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inner = page.locator(".ehp-scroll").last
    assert inner.evaluate("each => each.scrollWidth > each.clientWidth")
    assert inner.evaluate("each => each.tabIndex") == 0


def test_the_answer_is_on_the_first_screen(page, file):
    for width, height in ((1280, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(file)
        box = page.locator(".ehp-headline").bounding_box()
        assert box["y"] + box["height"] < height


def test_the_keyboard_reaches_the_main_content_first(page, file):
    page.goto(file)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ehp-skip"
    assert page.locator(".ehp-skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_on_paper_the_data_of_charts_is_open(page, file):
    page.goto(file)
    data = page.locator("details table").first
    assert not data.is_visible()
    page.emulate_media(media="print")
    assert data.is_visible()


# As PDF


def structure(pdf: PdfReader) -> list[tuple[str, str]]:
    """List the tags of the structure tree in order, each with its alternative text."""
    found = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node and node.get("/Type") == "/StructElem":
                found.append((node["/S"], str(node.get("/Alt", ""))))
            walk(node.get("/K", []))

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_the_pdf_is_tagged_with_title_language_and_bookmarks(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is not None
    assert root["/Lang"] == "en"
    assert pdf.metadata.title == "Tŷ Ŵyn & more, 2020-21"
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert "What the service is" in str(pdf.outline)


def test_the_pdf_keeps_the_structure_of_the_page(pdf):
    tags = structure(pdf)
    names = [name for name, _ in tags]
    assert names.count("/H1") == 1
    assert names.count("/Table") == names.count("/THead") == 6
    assert [alt for name, alt in tags if name == "/Figure"] == [f"What chart {n} shows" for n in range(1, 6)]


def test_every_page_of_the_pdf_is_numbered_and_bears_the_banner(pdf):
    pages = [page.extract_text() for page in pdf.pages]
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert INTERNAL in text
    assert "Synthetic records" in pages[0]


def test_the_pdf_shows_data_of_charts_and_hostile_text_as_text(pdf):
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    assert "Data: Chart 1" in text
    assert "{{ 7 * 7 }}" in text
    assert "<script>alert" in text
    assert "ŵ" in text
    assert "/JavaScript" not in pdf.trailer["/Root"]


def test_making_a_pdf_reaches_for_nothing(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a request went out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(ReportError, match="could not be drawn"):
        render_pdf('<html lang="en"><title>t</title><img alt="a" src="https://example.org/a.png">')
    with pytest.raises(ReportError, match="could not be drawn"):
        render_pdf('<html lang="en"><title>t</title><img alt="a" src="file:///etc/hostname">')


def test_without_the_system_library_one_sentence_says_how_to_get_it(monkeypatch):
    original = builtins.__import__

    def without_pango(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(PdfUnavailableError, match="apt-get install libpango"):
        render_pdf("<html></html>")


def test_weasyprint_is_imported_only_for_a_pdf():
    code = "import sys, ehp_eval.report; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
