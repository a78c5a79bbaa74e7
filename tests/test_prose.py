import json

import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup

from ehp_eval import words
from ehp_eval.errors import ReportError
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

HOSTILE = '<img src=x onerror="alert(1)"> & </p>'


def parsed(display) -> BeautifulSoup:
    return BeautifulSoup(display._repr_html_(), "html.parser")


def test_page_header_has_the_only_first_heading_with_its_language():
    page = parsed(PageHeader("Teitl ŵ", subtitle="2020-21", council="Cyngor", language="cy"))
    assert [(head.get_text(), head["lang"]) for head in page.select("h1")] == [("Teitl ŵ", "cy")]
    assert page.select_one(".ehp-council").get_text() == "Cyngor"


def test_page_header_speaks_the_language_in_use_by_default():
    assert parsed(PageHeader("T", subtitle="s", council="c")).h1["lang"] == words.language()


def test_banners_stand_in_order_with_their_kind():
    banners = [("internal", "Not for sharing"), ("synthetic", "Made up")]
    page = parsed(PageHeader("T", subtitle="s", council="c", banners=banners))
    assert [(b.get_text(), b["class"][1]) for b in page.select(".ehp-banner")] == [
        ("Not for sharing", "ehp-banner-internal"),
        ("Made up", "ehp-banner-synthetic"),
    ]


GLANCE = [("Does it work?", "Not known", "Nobody to compare with."), ("For how many?", "7 of 11", "")]


def test_headline_asks_and_answers():
    page = parsed(Headline("Did it?", "7 of 11 did.", glance=GLANCE, brief=[("How many", "Eleven.")]))
    assert page.h2.get_text() == "Did it?"
    assert page.select_one(".ehp-answer").get_text() == "7 of 11 did."
    cells = page.select(".ehp-glance div")
    assert [(cell.dt.get_text(), cell.strong.get_text()) for cell in cells] == [each[:2] for each in GLANCE]
    assert "Nobody to compare with." in cells[0].dd.get_text()
    assert [(each.dt.get_text(), each.dd.get_text()) for each in page.select(".ehp-brief div")] == [
        ("How many", "Eleven.")
    ]
    assert page.section["aria-label"]


def test_a_headline_without_more_is_question_and_answer():
    page = parsed(Headline("Did it?", "7 of 11 did."))
    assert page.dl is None
    assert page.select_one(".ehp-verdict") is None


@pytest.mark.parametrize("kind", ["continue", "watch", "consider_redirection"])
def test_the_verdict_is_a_word_and_a_shape_of_its_own(kind):
    verdict = parsed(Headline("Did it?", "7 of 11 did.", verdict=("The word", kind))).select_one(".ehp-verdict")
    assert verdict.strong.get_text() == "The word"
    assert f"ehp-verdict-{kind}" in verdict["class"]
    assert verdict.select_one("[aria-hidden=true]").get_text() == ""


def test_the_header_says_for_whom_the_page_is_and_under_which_headings():
    header = parsed(PageHeader("T", subtitle="s", council="c", audience="public", headings=[("A & B", ["x"])]))
    assert header.header["data-audience"] == "public"
    assert json.loads(header.header["data-headings"]) == [["A & B", ["x"]]]


def test_key_figures_are_a_list_of_cards():
    page = parsed(KeyFigures([("157", "children", "of 171"), ("12", "weeks", "")]))
    assert [item.select_one(".ehp-big").get_text() for item in page.select("ul[role=list] > li")] == [
        "157",
        "12",
    ]


def test_lists_are_numbered_on_demand():
    assert [item.get_text() for item in parsed(Bullets(["a", "b"], ordered=True)).select("ol > li")] == [
        "a",
        "b",
    ]
    assert parsed(Bullets(["a"])).ul is not None


def test_quotations_are_marked_with_their_source():
    page = parsed(Quote("91% were", "Committee 2018, 4.6"))
    assert page.blockquote.get_text() == "91% were"
    assert page.figcaption.get_text() == "Committee 2018, 4.6"
    assert parsed(Paragraph("It says ", quoted("saved"), ".")).q.get_text() == "saved"


@pytest.mark.parametrize(
    "display",
    [
        PageHeader(HOSTILE, subtitle=HOSTILE, council=HOSTILE, banners=[("internal", HOSTILE)]),
        Headline(
            HOSTILE,
            HOSTILE,
            glance=[(HOSTILE, HOSTILE, HOSTILE)],
            verdict=(HOSTILE, "watch"),
            brief=[(HOSTILE, HOSTILE)],
        ),
        KeyFigures([(HOSTILE, HOSTILE, HOSTILE)]),
        Heading(HOSTILE),
        Paragraph(HOSTILE, quoted(HOSTILE), link(HOSTILE, "a.html")),
        Bullets([HOSTILE]),
        Callout(HOSTILE, title=HOSTILE),
        Quote(HOSTILE, HOSTILE),
    ],
    ids=lambda display: type(display).__name__,
)
def test_text_stays_text(display):
    page = parsed(display)
    assert page.find("img") is None
    assert HOSTILE in page.get_text()
    assert "onerror" in repr(display)  # as words


def test_a_sentence_keeps_markup_and_escapes_the_rest(monkeypatch):
    monkeypatch.setattr(words, "_table", lambda _: {"s": {"a": "<{who}> said {what}, {who}"}})
    assert sentence("s.a", who="A & B", what=quoted("x < y")) == Markup(
        "&lt;A &amp; B&gt; said <q>x &lt; y</q>, A &amp; B"
    )


@pytest.mark.parametrize("href", ["https://example.org", "//example.org", "javascript:x", "/etc", "\\\\host\\x"])
def test_links_stay_among_the_reports(href):
    with pytest.raises(ReportError, match="beside it"):
        link("x", href)


@pytest.mark.parametrize("href", ["#flow", "reflect-2020-21.html", "../2019-20/internal/index.html"])
def test_links_lead_to_files_beside(href):
    assert BeautifulSoup(link("x", href), "html.parser").a["href"] == href


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PageHeader(" ", subtitle="s", council="c"), "no title"),
        (lambda: PageHeader("T", subtitle="s", council="c", banners=[("loud", "x")]), "kind of banner: loud"),
        (lambda: Headline("q", "a", verdict=("Glad", "glad")), "kind of verdict: glad"),
        (lambda: Heading("x", 1), "level is 2 to 6"),
    ],
)
def test_faults_are_named(make, message):
    with pytest.raises(ReportError, match=message):
        make()
