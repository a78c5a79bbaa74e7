"""Words of a council with code in them appear as words: in HTML, in a browser, on paper and in the index."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from ehp_eval import evaluate, present
from ehp_eval.charts import interval_chart
from ehp_eval.page_checks import page_faults
from ehp_eval.prose import (
    Bullets,
    Callout,
    Heading,
    Headline,
    KeyFigures,
    PageHeader,
    Paragraph,
    Quote,
    link,
    quoted,
    sentence,
)
from ehp_eval.report import render_html, render_page, render_pdf
from ehp_eval.tables import Table
from tests.councils import council_of, referral

HOSTILE = {
    "script": "<script>window.ran = 1</script>",
    "handler": "<img src=x onerror='window.ran = 1'>",
    "attribute": '" onmouseover="window.ran = 1" x=\'',
    "style": "</style><style>* { display: none }</style>",
    "entity": "&lt;b&gt; &amp;",
    "comment": "<!-- no words --> after",
    "template": "{{ 7 * 7 }} {% raw %}x{% endraw %} {# y #}",
    "latex": "$\\frac{1}{2}$ \\(x\\) \\textbf{y}",
    "markdown": "**bold** [link](https://example.org) # heading `code`",
    "address": "javascript:window.ran=1",
    "css": '"; } @page { content: none } \\',
    "format": "{title} {0} %s",
}
each_text = pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)


def notebook(hostile: str, *, drawn: bool = True):
    """A report with the text wherever a council's own words can come, within a chart too where `drawn`."""
    estimates = pd.DataFrame(
        {"name": [hostile, "b"], "numerator": [15, 20], "denominator": [30, 30], "value": [0.5, 0.66]}
    ).assign(lower=[0.3, 0.4], upper=[0.7, 0.9])
    chart = interval_chart(estimates, label="name", x_label=hostile, caption=hostile, alt=hostile, note=hostile)
    displays = [
        Headline(hostile, hostile, glance=[(hostile, hostile, hostile)], verdict=(hostile, "watch")),
        KeyFigures([(hostile, hostile, hostile)]),
        Heading(hostile),
        Paragraph(hostile, quoted(hostile), link(hostile, "a.html")),
        Paragraph(sentence("claims_table.document", n=1, title=hostile)),
        Bullets([hostile]),
        Callout(hostile, title=hostile),
        Quote(hostile, hostile),
        *([chart] if drawn else []),
        Table(pd.DataFrame({hostile: [hostile]}), caption=f"Table {hostile}", note=hostile),
    ]
    banners = [("synthetic", hostile), ("internal", hostile)]
    header = PageHeader(hostile, subtitle=hostile, council=hostile, banners=banners, headings=[(hostile, ["costs"])])
    outputs = [new_output("display_data", {"text/html": each._repr_html_()}) for each in displays]
    top = new_code_cell(outputs=[new_output("display_data", {"text/html": header._repr_html_()})])
    costs = new_markdown_cell("## What it costs", metadata={"tags": ["part-costs"]})
    return new_notebook(cells=[top, costs, new_code_cell(outputs=outputs)])


def plain(words: str) -> str:
    return re.sub(r"\s+", "", words)


@each_text
def test_it_is_text_in_the_page(hostile):
    html = render_html(notebook(hostile))
    assert page_faults(html) == []
    page = BeautifulSoup(html, "html.parser")
    assert page.title.get_text() == hostile
    for place in (
        "h1",
        ".ehp-council",
        ".ehp-subtitle",
        ".ehp-answer",
        ".ehp-glance dt",
        ".ehp-verdict strong",
        "h2[id]",
    ):
        assert page.select_one(place).get_text() == hostile, place
    for place in ("nav a", "blockquote", "figcaption", "caption", "td, tbody th", ".ehp-note", "main li", "q"):
        assert hostile in page.select_one(place).get_text(), place
    assert page.svg["aria-label"] == hostile
    for kind in ("script", "img", "b", "strong em", "code"):
        assert page.main.find(kind) is None
    assert [link["href"] for link in page.main.find_all("a") if link["href"][0] != "#"] == ["a.html"]
    assert "49" not in page.main.get_text()


def test_it_is_text_in_a_browser(page, tmp_path):
    every = " ".join(HOSTILE.values())
    path = tmp_path / "report.html"
    path.write_text(render_html(notebook(every)), encoding="utf-8")
    page.goto(path.as_uri())
    assert page.locator("h1").evaluate("each => each.textContent") == every
    assert page.title() == every
    assert page.locator("h1").is_visible()
    assert page.evaluate("window.ran") is None


def test_it_is_text_on_paper():
    """One document holds them all, since a PDF takes a second; letters in a drawing are no text there."""
    every = " ".join(HOSTILE.values())
    pdf = PdfReader(BytesIO(render_pdf(render_html(notebook(every, drawn=False)))))
    assert pdf.metadata.title == every
    assert [entry.title for entry in pdf.outline[:1]] == [every]
    text = plain(" ".join(sheet.extract_text() for sheet in pdf.pages))
    for hostile in HOSTILE.values():
        assert plain(hostile) in text, hostile
    assert "/JavaScript" not in pdf.trailer["/Root"].get("/Names", {})


@each_text
def test_it_is_text_in_a_page_that_leads_to_reports(hostile):
    table = Table(pd.DataFrame({"Report": [link(hostile, "a.html")], "Answer": [hostile]}), caption="Reports")
    html = render_page(PageHeader("Reports", subtitle="s", council=hostile), table)
    assert page_faults(html) == []
    assert [cell.get_text() for cell in BeautifulSoup(html, "html.parser").select("tbody th, td")] == [hostile] * 2


def test_a_report_of_a_service_with_a_hostile_definition_shows_it_as_text():
    every = " ".join(HOSTILE.values())
    council = council_of(referrals=[referral("c1", "2019-05-01")], looked_after_episodes=[])
    service = council.service("doorstep").model_copy(update={"title": every, "what_it_does": every, "cohort": every})
    found = evaluate(council, service, "2019-20")
    parts = [part(found) for part in (present.header, present.answer, present.key_figures, present.about, present.flow)]
    html = render_page(*parts, Heading("Charts"), present.windows(found), present.method(found))
    assert page_faults(html) == []
    page = BeautifulSoup(html, "html.parser")
    assert page.h1.get_text() == f"{every}, 2019-20"
    assert page.find(["script", "img", "code"]) is None
    assert page.main.get_text().count(every) >= 3


INTO_THE_PAGE = {
    "script": "<script>window.ran = 1</script>",
    "script of a file": '<script src="data:text/javascript,window.ran=1"></script>',
    "handler": "<img src='data:,' onerror='window.ran = 1'>",
    "frame": "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "drawing": "<svg onload='window.ran = 1'></svg>",
    "base": "<base href='https://example.org/'>",
    "link": "<a id='bad' href='javascript:window.ran=1'>x</a>",
    "form": "<form action='javascript:window.ran=1'><button id='bad'>x</button></form>",
    "style": "<style>h1 { display: none }</style>",
    "style of one": "<p id='styled' style='display: none'>x</p>",
}


@pytest.mark.parametrize("injected", INTO_THE_PAGE.values(), ids=INTO_THE_PAGE)
def test_even_what_got_into_the_page_does_nothing_in_a_browser(page, tmp_path: Path, injected):
    """The policy holds by itself: the page is one that `page_faults` refuses."""
    output = new_output("display_data", {"text/html": injected})
    html = render_html(new_notebook(cells=[*notebook("T").cells, new_code_cell(outputs=[output])]))
    assert page_faults(html) != []
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    page.goto(path.as_uri())
    if page.locator("#bad").count():
        page.locator("#bad").click(no_wait_after=True)
    page.wait_for_timeout(50)
    assert page.evaluate("window.ran") is None
    assert page.url == path.as_uri()
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.baseURI") == path.as_uri()
    if page.locator("#styled").count():
        assert page.locator("#styled").is_visible()
