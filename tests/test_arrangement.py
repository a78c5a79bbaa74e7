"""The order of a page: the headings of a committee report, and what a public report leaves to the internal one."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ehp_eval.arrangement import arrange
from ehp_eval.page_checks import page_faults
from ehp_eval.prose import NotPublic, PageHeader, Paragraph
from ehp_eval.publishing import ARRANGEMENT, PARTS, ReportHeading, twice_named
from ehp_eval.report import render_html
from ehp_eval.tables import Table
from ehp_eval.words import say

COMMITTEE = [("Situation", ["outcome", "referred"]), ("Money", ["costs"]), ("Advice", ["verdict"])]


def text(source: str, part: str = ""):
    return new_markdown_cell(source, metadata={"tags": [f"part-{part}"]} if part else {})


def shows(*displays):
    return new_code_cell(outputs=[new_output("display_data", {"text/html": each._repr_html_()}) for each in displays])


def rendered(*cells, headings=(), audience: str = "public") -> BeautifulSoup:
    header = PageHeader("T", subtitle="s", council="c", audience=audience, headings=headings)
    return BeautifulSoup(render_html(new_notebook(cells=[shows(header), *cells])), "html.parser")


def outline(page: BeautifulSoup) -> list[tuple[str, str]]:
    return [
        (part.name, part.get_text())
        for part in page.main.find_all(["h2", "h3", "h4", "p"])
        if not part.find_parent("nav")
    ]


STORY = [
    shows(Paragraph("The answer.")),
    text("## Who came\n\nThe way in.", "referred"),
    shows(Paragraph("Forty.")),
    text("### Was it fair?"),
    shows(Paragraph("Evenly.")),
    text("## What happened", "outcome"),
    shows(Paragraph("Thirty.")),
    text("## How it was counted", "method"),
    shows(Paragraph("By hand.")),
    text("## The verdict", "verdict"),
    shows(Paragraph("Watch.")),
]


def test_parts_stand_beneath_the_headings_in_their_order_and_the_rest_in_an_annex():
    assert outline(rendered(*STORY, headings=COMMITTEE)) == [
        ("p", "The answer."),
        ("h2", "Situation"),
        ("h3", "What happened"),
        ("p", "Thirty."),
        ("h3", "Who came"),
        ("p", "The way in."),
        ("p", "Forty."),
        ("h4", "Was it fair?"),
        ("p", "Evenly."),
        ("h2", "Advice"),
        ("h3", "The verdict"),
        ("p", "Watch."),
        ("h2", say("headings.annex")),
        ("h3", "How it was counted"),
        ("p", "By hand."),
    ]


def test_the_contents_have_two_levels_and_stand_after_the_answer():
    page = rendered(*STORY, headings=COMMITTEE)
    assert [link.get_text() for link in page.select("nav > ol > li > a")] == [
        "Situation",
        "Advice",
        say("headings.annex"),
    ]
    assert [link["href"] for link in page.select("nav ol ol a")] == [
        "#what-happened",
        "#who-came",
        "#the-verdict",
        "#how-it-was-counted",
    ]
    assert all(page.find(id=link["href"][1:]) for link in page.select("nav a"))
    assert page.nav.find_previous("p", string="The answer.") is not None
    assert page.nav.find_next("h2").get_text() == "Situation"


@pytest.mark.parametrize(
    ("cells", "headings"),
    [(STORY, []), ([text("## One"), shows(Paragraph("1")), text("## Two")], COMMITTEE)],
    ids=["no arrangement", "a notebook that names no parts"],
)
def test_else_the_page_keeps_the_order_of_its_notebook(cells, headings):
    page = rendered(*cells, headings=headings)
    own = [line[3:] for cell in cells if "source" in cell for line in cell.source.splitlines() if line[:3] == "## "]
    assert [heading.get_text() for heading in page.main.find_all("h2")] == own


def test_no_mark_of_the_arrangement_is_left_on_the_page():
    html = str(rendered(*STORY, shows(NotPublic()), headings=COMMITTEE))
    for mark in ("data-cell", "data-part", "data-headings", "<template", "ehp-not-public"):
        assert mark not in html


def sections(levels_and_parts: list[tuple[int, str]]) -> list[str]:
    """Cells as the template writes them: a heading, and something shown beneath it."""
    cells = []
    for n, (level, part) in enumerate(levels_and_parts):
        cells.append(f'<div data-cell="text" data-part="{part}"><h{level}>H{n}</h{level}><p>W{n}</p></div>')
        cells.append(f'<div data-cell="shown"><p>S{n}</p></div>')
    return cells


arrangements = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C"]), st.lists(st.sampled_from(PARTS), max_size=4, unique=True)), max_size=4
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([2, 3, 4]), st.sampled_from([*PARTS[:4], ""])), max_size=8), arrangements)
def test_nothing_is_lost_and_nothing_stands_twice(story, headings):
    used: set[str] = set()
    headings = [(title, [p for p in parts if not (p in used or used.add(p))]) for title, parts in headings]
    page = BeautifulSoup(f"<main>{''.join(sections(story))}</main>", "html.parser")
    arrange(page, headings)
    found = [part.get_text() for part in page.main.find_all(["h2", "h3", "h4", "h5", "p"])]
    for n in range(len(story)):
        place = found.index(f"H{n}")
        assert found[place : place + 3] == [f"H{n}", f"W{n}", f"S{n}"]
    assert len([each for each in found if each[1:].isdigit()]) == 3 * len(story)


# Parts that are not public


def left_out(page: BeautifulSoup) -> list[str]:
    note = page.select_one(".ehp-left-out")
    before, after = say("page.left_to_internal", parts="\n").split("\n")
    return note.get_text().removeprefix(before).removesuffix(after).split("; ") if note else []


def test_a_section_without_a_public_form_goes_and_is_named_at_the_end():
    page = rendered(
        text("## One\n\nPublic words."),
        shows(Paragraph("1")),
        text("## Two\n\nInternal words."),
        shows(NotPublic()),
        shows(NotPublic()),
    )
    assert outline(page)[:3] == [("h2", "One"), ("p", "Public words."), ("p", "1")]
    assert left_out(page) == ["Two"]
    assert "Internal words" not in page.get_text()
    assert page.main.find_all(True)[-1]["class"] == ["ehp-note", "ehp-left-out"]


def test_where_some_of_a_section_is_public_it_stays():
    page = rendered(text("## One\n\nWords."), shows(NotPublic()), shows(Paragraph("1")))
    assert outline(page) == [("h2", "One"), ("p", "Words."), ("p", "1")]
    assert left_out(page) == []


def test_words_that_lead_to_nothing_public_go_with_it():
    page = rendered(
        text("## One\n\nFirst words."),
        shows(Paragraph("1")),
        text("The curve below."),
        shows(NotPublic()),
        text("Last words."),
    )
    assert outline(page) == [("h2", "One"), ("p", "First words."), ("p", "1"), ("p", "Last words.")]
    assert left_out(page) == []


def test_subsections_are_judged_by_themselves():
    page = rendered(
        text("## One\n\nWords of one."),
        shows(NotPublic()),
        text("### In one, public"),
        shows(Paragraph("1")),
        text("### In one, internal"),
        shows(NotPublic()),
        text("## Two"),
        text("### In two, internal"),
        shows(NotPublic()),
        text("## Three\n\nWords alone."),
    )
    assert outline(page)[:-1] == [
        ("h2", "One"),
        ("h3", "In one, public"),
        ("p", "1"),
        ("h2", "Three"),
        ("p", "Words alone."),
    ]
    assert left_out(page) == ["In one, internal", "Two"]


def test_what_is_left_out_stays_so_under_the_headings_of_a_committee():
    page = rendered(*STORY, text("## Costs", "costs"), shows(NotPublic()), headings=COMMITTEE)
    assert "Money" not in page.get_text()
    assert left_out(page) == ["Costs"]


# What a public page may show


def plain(audience: str) -> str:
    table = Table(pd.DataFrame({"a": [1]}), caption="Counts")
    drawing = '<svg role="img" aria-label="x"></svg>'
    output = new_output("display_data", {"text/html": drawing})
    value = new_output("display_data", {"text/plain": "3"})
    cell = new_code_cell(outputs=[output, value])
    return str(rendered(text("## A"), shows(table), cell, audience=audience))


def test_a_public_page_shows_only_what_is_released():
    faults = page_faults(plain("public"))
    assert [fault.split(":")[0] for fault in faults] == [
        "The table 'Counts' is not released for publication",
        "A drawing is not released for publication",
        "A value is shown as plain text, which nothing has checked before publication.",
    ]


def test_an_internal_page_shows_everything():
    assert page_faults(plain("internal")) == []


def test_the_page_says_for_whom_it_is():
    assert rendered(audience="internal").html["data-audience"] == "internal"
    assert rendered(audience="public").html["data-audience"] == "public"
    assert "data-audience" not in rendered(audience="").html.attrs


# Settings


def test_every_part_stands_beneath_one_heading_or_in_the_annex():
    named = [part for parts in ARRANGEMENT.values() for part in parts]
    assert len(named) == len(set(named))
    assert set(named) <= set(PARTS)
    assert set(PARTS) - set(named) == {"records", "method", "figures"}


@pytest.mark.parametrize(
    ("title", "parts", "message"),
    [("Money", ["coasts"], "there is no part 'coasts'"), (" ", ["costs"], "title"), ("Money", [], "parts")],
)
def test_a_heading_of_the_settings_names_parts_that_there_are(title, parts, message):
    with pytest.raises(ValueError, match=message):
        ReportHeading(title=title, parts=parts)


def test_a_part_beneath_two_headings_is_found():
    headings = [ReportHeading(title="A", parts=["costs", "limits"]), ReportHeading(title="B", parts=["costs"])]
    assert twice_named(headings) == ["costs"]
