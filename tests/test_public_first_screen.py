"""The first screen for the public: it answers its question with hidden numbers too, and with no hidden number."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from ehp_eval.disclosure.release import BASE, COMPLEMENT, SECONDARY, SMALL
from ehp_eval.measures.figures import COUNT
from ehp_eval.present.public import first_screen
from ehp_eval.public import PublicService
from tests.releases import BEFORE, POOLED, Row, difference, hidden, report_of, share, step, text

WATCH = {
    "verdict": "watch",
    "reasons": ["no_comparator"],
    "gates": {"data": "pass", "safety": "not_shown", "outcome": "none", "value": "unknown", "system": "context"},
    "flips": [{"code": "no_comparator", "numbers": {}}],
    "unreviewed": False,
}


def screen(*rows: Row, service: str = "doorstep", **facts: Any) -> PublicService:
    given = {"verdict": WATCH, "comparison": None, "value": None} | facts
    return report_of(*rows, service=service, **given)


def headline(row: Row) -> Row:
    return row | {"year": POOLED, "window_days": 365}


def glance(report: PublicService) -> dict[str, tuple[str, str]]:
    return {each.question: (each.short, each.detail) for each in first_screen.at_a_glance(report)}


def terms(report: PublicService) -> dict[str, str]:
    page = BeautifulSoup(first_screen.answer(report)._repr_html_(), "html.parser")
    return {dt.get_text(): dt.find_next("dd").get_text() for dt in page.select("dl dt")}


@pytest.mark.parametrize(
    ("row", "counted", "short", "interval"),
    [
        (
            share("eoc1", 150, 166),
            "150 of 166 (90%; 95% interval 80% to 100%)",
            "150 of 166 children (90%)",
            "80% to 100%",
        ),
        (hidden("eoc1", SMALL, 22), "fewer than 5 of 22", "Fewer than 5 of 22 children", "Not shown"),
        (
            hidden("eoc1", COMPLEMENT, 22),
            "all but fewer than 5 of 22",
            "All but fewer than 5 of 22 children",
            "Not shown",
        ),
        (hidden("eoc1", SECONDARY, 22), "", "Not shown, of 22 children", "Not shown"),
        (hidden("eoc1", BASE), "", "Not shown", "Not shown"),
    ],
)
def test_the_answer_says_what_the_rule_allows(row: Row, counted: str, short: str, interval: str) -> None:
    report = screen(headline(row))
    happened = "had not been looked after at any time in the 12 months after acceptance"
    happened = f"{counted} {happened}" if counted else f"how many {happened} is not shown"
    assert first_screen.answer_sentence(report) == f"Of the children accepted from 2018-19 to 2019-20, {happened}."
    assert glance(report)["For how many?"][0] == short
    assert glance(report)["How sure are we?"][0] == interval


def test_without_a_full_year_the_longest_window_that_has_passed_answers() -> None:
    early = {"full": "", "headline": ""}
    flow = [step("step: matured", 30, window_days=days) for days in (91, 183, 365)]
    flow.append(step("left: not_matured", None, window_days=365))
    rows = [share("eoc1", 28, 30, window_days=91), hidden("eoc1", COMPLEMENT, 30, window_days=183)]
    report = screen(*rows, *flow, **early)
    assert first_screen.followed_days(report) == max(days for days in report.service.windows_days if days < 365)
    said = first_screen.answer_sentence(report)
    assert said.startswith("It is too early to say for 12 months")
    assert "Of the children accepted in 2020-21" in said
    closing = screen(share("eoc1c", 28, 30), **early)
    assert "In 2020-21 itself: 28 of 30" in first_screen.answer_sentence(closing)
    assert glance(closing)["For how many?"][1].startswith("Not looked after on the day support closed.")
    nobody = screen(**early)
    assert glance(nobody)["For how many?"][0] == "Too early to say"
    assert "support has closed for nobody yet" in first_screen.answer_sentence(nobody)


@pytest.mark.parametrize(
    ("taken", "asked", "says"),
    [
        (166, 179, "166 children were accepted in 2020-21, of 179 referred."),
        (1, 12, "1 child was accepted in 2020-21, of 12 referred."),
        (None, 12, "Fewer than 5 children were accepted in 2020-21, of 12 referred."),
        (12, None, "12 children were accepted in 2020-21, of fewer than 5 referred."),
    ],
)
def test_how_many(taken: int | None, asked: int | None, says: str) -> None:
    flow = [step("step: children_accepted", taken), step("step: children_referred", asked)]
    assert terms(screen(headline(share("eoc1", 50, 60)), *flow))["How many"] == says


def test_how_many_where_the_rule_says_nothing() -> None:
    secondary = step("step: children_accepted", None) | {"reason": SECONDARY}
    flow = [secondary, step("step: children_referred", 40)]
    said = terms(screen(headline(share("eoc1", 50, 60)), *flow))["How many"]
    assert said == "How many children were accepted in 2020-21 is not shown; 40 were referred."
    assert terms(screen())["How many"] == "How many it took on in 2020-21 is not known."


def test_safety_is_said_with_its_incidents_as_far_as_they_are_released() -> None:
    incidents = {"measure": "eoc6i", "year": POOLED, "unit": COUNT}
    rows = [headline(share("eoc6", 20, 100)), headline(share("eoc1", 50, 60))]
    none = terms(screen(*rows, incidents | {"numerator": 0, "value": 0.0}))["Was it safe"]
    assert "20 of 100 (20%; 95% interval 10% to 30%) had been registered" in none
    assert none.endswith(f"No serious incident is recorded, {POOLED}.")
    few = terms(screen(*rows, incidents | {"hidden": "numerator", "reason": SMALL}))["Was it safe"]
    assert few.endswith(f"Fewer than 5 serious incidents are recorded, {POOLED}.")
    other = terms(screen(*rows, incidents | {"hidden": "numerator", "reason": SECONDARY}))["Was it safe"]
    assert other.endswith(f"How many serious incidents are recorded, {POOLED}, is not shown.")


def test_where_all_harm_is_hidden_its_unplanned_entries_are_said() -> None:
    rows = [headline(hidden("eoc6", SECONDARY, 27)), headline(share("eoc1", 50, 60))]
    part = terms(screen(*rows, headline(share("eoc6u", 5, 27))))["Was it safe"]
    assert part.startswith(f"Within 12 months, {POOLED}: 5 of 27")
    assert "had entered care unplanned." in part
    nothing = terms(screen(*rows, headline(hidden("eoc6u", SECONDARY, 27))))["Was it safe"]
    assert nothing.startswith("How many had been registered, ")
    assert nothing.endswith("is not shown, so that nobody can be identified.")


def test_what_changed_needs_both_years_shown_and_large_enough() -> None:
    change = difference("eoc1c_change", 0.15)
    both = [share("eoc1c", 50, 60), share("eoc1c", 40, 60, BEFORE)]
    said = terms(screen(*both, change))["What changed"]
    assert said.startswith("When support closed, 2020-21 against 2019-20: +15.0 percentage points")
    nothing = "No two years are large enough"
    assert terms(screen(both[0], hidden("eoc1c", SMALL, 60, BEFORE), change))["What changed"].startswith(nothing)
    assert terms(screen(both[0], share("eoc1c", 9, 12, BEFORE), change))["What changed"].startswith(nothing)


def test_a_figure_of_which_nothing_can_be_said_is_said_to_be_hidden() -> None:
    rows = [headline(share("eoc1", 50, 60)), hidden("eoc1c", SECONDARY, 30)]
    assert (
        terms(screen(*rows))["What happened"]
        == "In 2020-21 itself: how many were not looked after on the day support closed is not shown."
    )


def test_the_cards_hold_marks_where_figures_are_hidden() -> None:
    flow = [step("step: children_accepted", None), step("step: children_referred", 12)]
    cards = text(first_screen.key_figures(screen(headline(hidden("eoc1", SMALL, 22)), hidden("eoc1c", BASE), *flow)))
    assert cards.startswith("[c] children accepted in 2020-21 of 12 referred [c] of 22 not looked after")
    assert cards.count("hidden so that nobody can be identified") == 2
    published = [step("step: children_accepted", 166) | {"known": "published"}, step("step: children_referred", None)]
    cards = text(first_screen.key_figures(screen(headline(share("eoc1", 150, 166)), *published)))
    assert cards.startswith("166 children accepted in 2020-21 90%")  # no mark without its key, and not "of [c]"
    shown = text(first_screen.key_figures(screen(headline(share("eoc1", 150, 166)), share("eoc1c", 8, 11))))
    assert "90% not looked after at any time in 12 months" in shown
    assert "8 of 11 not looked after when support closed" in shown


def test_a_released_difference_answers_whether_it_works() -> None:
    compared = {"comparison": {"refused": ""}}
    rows = [headline(share("eoc1", 150, 166)), headline(difference("eoc9", 0.2))]
    short, detail = glance(screen(*rows, **compared))["Does it work?"]
    assert short == "Looks better than like children: +20.0 points"
    assert "association, and no proof" in detail
    assert glance(screen(rows[0], **compared))["Does it work?"][0] == "Not shown"
    refused = {"comparison": {"refused": "too_few"}}
    assert "cannot be used" in glance(screen(rows[0], **refused))["Does it work?"][1]


def test_the_early_window_of_parents_and_their_late_answer() -> None:
    rows = [headline(hidden("rf1", SMALL, 31)), headline(hidden("rf1", SMALL, 31)) | {"window_days": 730}]
    report = screen(*rows, service="afresh")
    assert "fewer than 5 of 31 had new care proceedings" in first_screen.answer_sentence(report)
    assert "12 months is early" in glance(report)["How sure are we?"][1]
    assert "by the time that counts most: fewer than 5 of 31" in terms(report)["What happened"]
