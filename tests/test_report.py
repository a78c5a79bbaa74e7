import re
from importlib.metadata import entry_points
from io import BytesIO

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from ehp_eval.charts import incidence_chart, interval_chart, trend_chart, year_chart
from ehp_eval.errors import EhpError
from ehp_eval.page_checks import FILLER, page_faults
from ehp_eval.prose import Bullets, Callout, Headline, KeyFigures, PageHeader, Paragraph, Quote, link, quoted
from ehp_eval.report import EhpHtmlExporter, render_html, render_page, render_pdf
from ehp_eval.tables import Table
from tests.accessibility import violations
from tests.test_print import nodes

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
        Headline(
            "Did children stay out of care?",
            "151 of 157",
            glance=[(f"Question {n}?", f"Answer {n}", "A detail of it.") for n in range(1, 5)],
            verdict=("Watch", "watch"),
        ),
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
        "#a-detail": "A detail",
        "#charts": "Charts",
        "#charts-2": "Charts",
    }
    assert soup.select_one("nav ol ol a")["href"] == "#a-detail"
    assert all(soup.select_one(f"main {place}") for place in links)
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
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == len(soup.select("style")) == 2
    assert not soup.select("[style]")


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


def test_a_table_of_very_many_rows_is_folded_and_others_are_not():
    tables = [Table(pd.DataFrame({"n": range(rows)}), caption=f"Of {rows}") for rows in (60, 59)]
    page = BeautifulSoup(render_page(PageHeader("T", subtitle="s", council="c"), *tables), "html.parser")
    assert [each.get_text() for each in page.select("summary")] == ["Show the table: Of 60 (60 rows)"]
    assert [each.get_text() for each in page.select("details caption")] == ["Of 60"]


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
        (new_output("display_data", {"text/html": '<p style="color: red">x</p>'}), "policy forbids it"),
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


@pytest.mark.parametrize(
    "media", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str
)
def test_no_violation_of_accessibility_rules(page, file, media):
    page.emulate_media(**media)
    assert violations(page, file) == ""


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


def test_a_chart_keeps_a_size_that_can_be_read_and_scrolls_by_keyboard(page, file):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(file)
    drawing = page.locator(".ehp-drawing").first
    assert drawing.locator("svg").bounding_box()["width"] == 34 * 16
    assert drawing.evaluate("each => each.scrollWidth > each.clientWidth && each.tabIndex === 0")
    assert drawing.get_attribute("role") == "region"


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


def test_the_keyboard_reaches_everything_that_can_be_used_and_shows_where_it_is(page, file):
    page.goto(file)
    usable = page.locator("a, summary, [tabindex='0']").evaluate_all(
        "all => all.filter(each => each.checkVisibility()).length"
    )
    for _ in range(usable):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("document.activeElement.closest('.ehp-scroll') !== null")  # the wide table, the last of all
    page.keyboard.press("ArrowRight")
    for _ in range(20):  # a browser scrolls smoothly
        if page.evaluate("document.activeElement.scrollLeft") > 0:
            break
        page.wait_for_timeout(50)
    else:
        pytest.fail("the arrow keys do not scroll the table")


def test_the_data_of_a_chart_opens_by_keyboard(page, file):
    page.goto(file)
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details table").first.is_visible()


def test_on_paper_the_data_of_charts_is_open(page, file):
    page.goto(file)
    data = page.locator("details table").first
    assert not data.is_visible()
    page.emulate_media(media="print")
    assert data.is_visible()


# As PDF


def test_the_pdf_keeps_the_structure_of_the_page(pdf):
    tags = list(nodes(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"]))
    names = [tag["/S"] for tag in tags]
    assert names.count("/H1") == 1
    assert names.count("/Table") == names.count("/THead") == 6
    assert [tag["/Alt"] for tag in tags if tag["/S"] == "/Figure"] == [f"What chart {n} shows" for n in range(1, 6)]


def test_the_pdf_shows_data_of_charts_and_hostile_text_as_text(pdf):
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    assert "Data: Chart 1" in text
    assert "{{ 7 * 7 }}" in text
    assert "<script>alert" in text
    assert "ŵ" in text
    assert "/JavaScript" not in pdf.trailer["/Root"]
