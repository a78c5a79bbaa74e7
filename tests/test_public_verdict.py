"""The verdict, the comparison and the costs for the public: states in words, and only such numbers as are released."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ehp_eval.disclosure.release import SECONDARY
from ehp_eval.measures.figures import POINTS, SHARE
from ehp_eval.present import value
from ehp_eval.present.figure_words import NOTHING
from ehp_eval.present.public import comparison, verdict
from ehp_eval.present.public.value import cost_words
from ehp_eval.public import PublicService
from ehp_eval.verdict import REASONS, STATES
from tests.releases import POOLED, Row, hidden, report_of, share, step
from tests.releases import text as text_of
from tests.test_public_first_screen import WATCH

FLIPS = [
    "no_comparator", "immature_followup", "insufficient_n", "data_quality", "incidents", "harm_unknown",
    "harm_unconfirmed", "harm_margin", "harm_too_high", "outcome_unclear", "outcome_not_above", "outcome_below",
    "two_yardsticks", "redirection_n", "redirection_cohorts", "value_unknown", "value_fails", "value_cheaper",
    "continue_outcome", "continue_safety", "continue_value", "redirection_outcome", "redirection_harm",
]  # fmt: skip
VALUE: dict[str, Any] = {
    "price_year": "2020-21",
    "delivery": 300_000.0,
    "by_year": [
        {"year": "2018-19", "cash": 100_000.0, "real": 140_000.0, "source": "service_costs.csv"},
        {"year": "2019-20", "cash": 150_000.0, "real": 160_000.0, "source": "service_costs.csv"},
    ],
    "week": {"low": 500.0, "central": 700.0, "high": 900.0},
    "entry_cost": {"low": 20_000.0, "central": 37_000.0, "high": 70_000.0},
    "break_even": {"low": 4.3, "central": 8.1, "high": 15.0},
    "break_even_cashable": None,
    "break_even_scenarios": {"low": 3.0, "central": 8.0, "high": None},
    "break_even_weeks": None,
    "missing": ["no_comparator"],
}


SECRET = {"measure": "eoc9", "unit": POINTS, "hidden": "value", "reason": SECONDARY}


def text(shown: Any) -> str:
    """What is read of it; the spans that keep words together leave no blanks."""
    return re.sub(r" ([,.;)])", r"\1", text_of(shown)).replace("( ", "(")


def pooled(row: Row) -> Row:
    return row | {"year": POOLED, "window_days": 365}


def points(measure: str, value: float, lower: float, upper: float) -> Row:
    return pooled({"measure": measure, "unit": POINTS, "value": value, "lower": lower, "upper": upper})


KNOWN = [pooled(step("step: outcome_known", 30))]
UNKNOWN = [pooled(step("step: outcome_known", None))]
COMPARED = [
    points("eoc9", 0.10, 0.04, 0.16),
    points("eoc9_harm", -0.02, -0.06, 0.02),
    pooled(share("eoc9_service", 90, 100)),
    pooled({"measure": "eoc9_comparison", "unit": SHARE, "value": 0.8}),
]


def report(*rows: Row, unreviewed: bool = False, **facts: Any) -> PublicService:
    """A report whose verdict has these states, reasons or flips."""
    own = {key: facts.pop(key) for key in ("verdict", "reasons", "gates") if key in facts}
    flips = [{"code": code, "numbers": facts.pop("numbers", {})} for code in facts.pop("flips", ["no_comparator"])]
    told = WATCH | own | {"flips": flips, "unreviewed": unreviewed}
    return report_of(*rows, **{"verdict": told, "comparison": None, "value": None} | facts)


def test_the_panel_has_the_numbers_that_are_released() -> None:
    said = text(verdict.verdict_panel(report(*KNOWN, reasons=["no_comparator", "insufficient_n"])))
    assert said.startswith("Watch")
    assert "30 cases, where a verdict needs 50" in said
    said = text(verdict.verdict_panel(report(*UNKNOWN, reasons=["no_comparator", "insufficient_n"])))
    assert "The number is too small: a verdict needs 50 cases" in said


@pytest.mark.parametrize("rows", [[], UNKNOWN])
def test_every_reason_can_be_said_without_a_number_of_people(rows: list[Row]) -> None:
    for unreviewed in (True, False):
        made = report(*rows, reasons=list(REASONS), unreviewed=unreviewed)
        sentences = verdict.reasons(made, verdict.released_verdict(made))
        assert len(set(sentences)) == len(REASONS)
        assert "None" not in " ".join(sentences)


def test_where_nobody_was_followed_no_number_stands_for_them() -> None:
    early = {"full": "", "headline": "", "flips": ["insufficient_n"], "reasons": ["insufficient_n"]}
    made = report(**early)
    said = " ".join(map(text, (verdict.gates_table(made), verdict.verdict_panel(made), verdict.flips(made))))
    assert "There is no year in which 12 months have passed for everybody." in said
    assert " 0 " not in said
    assert NOTHING not in said


def test_how_often_each_verdict_comes_out_is_told_without_the_command() -> None:
    made = text(verdict.operating_characteristics_table(report()))
    assert "ehp-eval" not in made


@pytest.mark.parametrize("rows", [[], UNKNOWN, KNOWN + COMPARED])
@pytest.mark.parametrize("facts", [{}, {"value": VALUE}])
def test_every_flip_can_be_said_with_and_without_its_numbers(facts: dict[str, Any], rows: list[Row]) -> None:
    made = report(*rows, flips=FLIPS, **facts)
    sentences = [verdict.flip_words(made, each) for each in verdict.released_verdict(made).flips]
    assert len(set(sentences)) == len(FLIPS)
    assert not re.search(r"None|\bnan\b", " ".join(sentences))


def test_a_flip_has_the_released_difference_and_the_cases_needed() -> None:
    rows = [*KNOWN, points("eoc9", 0.03, -0.02, 0.08)]
    said = text(verdict.flips(report(*rows, flips=["outcome_unclear"], numbers={"n": 420})))
    assert "its lower limit is \N{MINUS SIGN}2.0 points and must be above 0.0" in said
    assert "about 420 cases" in said
    said = text(verdict.flips(report(*rows, flips=["outcome_unclear"])))
    assert "its lower limit must be above 0 points" in said
    assert text(verdict.flips(report(*KNOWN, flips=["insufficient_n"]))).startswith("20 cases more than the 30")


@pytest.mark.parametrize("at", range(max(map(len, STATES.values()))))
@pytest.mark.parametrize(
    ("rows", "facts"), [(UNKNOWN, {}), (KNOWN + COMPARED, {"value": VALUE}), ([], {"full": "", "headline": ""})]
)
def test_every_state_of_every_gate_has_words(rows: list[Row], facts: dict[str, Any], at: int) -> None:
    gates = {name: states[min(at, len(states) - 1)] for name, states in STATES.items()}
    table = verdict.gates_table(report(*rows, gates=gates, unreviewed=True, **facts))
    assert len(table.frame) == len(STATES)
    assert "None" not in text(table)


def test_a_hidden_difference_is_said_to_be_hidden_and_not_to_be_missing() -> None:
    gates = WATCH["gates"] | {"outcome": "better"}
    said = text(verdict.gates_table(report(*KNOWN, pooled(SECRET), gates=gates, comparison={"refused": ""})))
    assert "The difference from the comparison is not shown" in said
    assert "compared with nothing that can be used" not in said


def test_how_many_are_known_stands_without_how_many_are_not() -> None:
    rows = [*KNOWN, pooled(step("step: matured", None))]
    said = text(verdict.gates_table(report(*rows)))
    assert "The status at 12 months is known of 30; of how many it is not known is not shown" in said
    rows = [*KNOWN, pooled(step("step: matured", 40))]
    assert "known of 30 of 40 (75%)" in text(verdict.gates_table(report(*rows)))


def test_redirection_names_what_speaks_for_it_as_far_as_it_is_released() -> None:
    poor = [points("eoc9", -0.02, -0.06, 0.02)]
    told = {"verdict": "consider_redirection", "reasons": [], "flips": ["redirection_outcome"]}
    said = text(verdict.verdict_panel(report(*KNOWN, *poor, **told)))
    assert "below the 5 points that the council calls worthwhile" in said
    assert "30 cases of it are counted here" in said
    said = text(verdict.verdict_panel(report(*UNKNOWN, **told)))
    assert "cases of it are counted" not in said
    assert "What would be lost: It helps families." in said


def test_the_published_figures_alone_are_judged_too() -> None:
    assert "Nothing was published about Doorstep" in text(verdict.published_back_test(report()))


def test_a_comparison_is_told_from_its_released_rows() -> None:
    made = report(*KNOWN, *COMPARED, comparison={"refused": ""})
    said = text(comparison.comparison_answer(made))
    assert "90 of 100 (90%; 95% interval 80% to 100%) had not been looked after" in said
    assert "it is 80%" in said
    assert "associated with a difference of +10.0 percentage points (95% interval +4.0 to +16.0)" in said
    assert not re.search("prevented|avoided|saved|impact", said)
    assert "Harm could not be compared" in text(comparison.comparison_harm(report(comparison={"refused": ""})))
    table = comparison.comparison_shares(made)
    assert table is not None
    assert list(table.frame.columns) == ["what", "outcome", "harm"]
    assert table.frame["outcome"].iloc[1] == "80%"


def test_a_hidden_comparison_has_marks_and_no_number() -> None:
    rows = [pooled(SECRET), pooled(hidden("eoc9_service", SECONDARY, 100))]
    rows.append(pooled(SECRET | {"measure": "eoc9_comparison", "unit": SHARE}))
    made = report(*rows, comparison={"refused": ""})
    assert "hidden so that nobody can be identified" in text(comparison.comparison_answer(made))
    table = comparison.comparison_shares(made)
    assert table is not None
    assert list(table.frame["outcome"][:3]) == ["[c] of 100", "[c]", "[c]"]
    assert "[c]: hidden" in text(table)


@pytest.mark.parametrize(
    "reason", ["too_few", "no_overlap", "not_matured", "status_unknown", "no_events", "alike_unknown"]
)
def test_why_a_comparison_cannot_be_used_is_said_without_counts(reason: str) -> None:
    made = report(comparison={"refused": reason})
    assert "So no difference is given." in text(comparison.comparison_answer(made))
    assert comparison.comparison_harm(made) is comparison.comparison_shares(made) is None


def test_without_a_comparison_it_is_said_what_one_would_be() -> None:
    assert "No comparison group was supplied for Doorstep." in text(comparison.comparison_answer(report()))


def test_costs_are_those_of_the_facts_and_numbers_those_released() -> None:
    each = {"measure": "cost_unit", "year": POOLED, "unit": "GBP, price year 2020-21"}
    made = report(each | {"denominator": 60, "value": 5000.0}, value=VALUE)
    said = text(value.break_even(made))
    # 8.1 entries are met by nine at the least, 4.3 by five.
    assert "at least 9 of the 60 children accepted from 2018-19 to 2019-20" in said
    assert "(95% range 5 to 15, " in said
    table = text(value.costs_by_year(made))
    assert "Together \N{POUND SIGN}250,000 \N{POUND SIGN}300,000" in table
    assert "\N{POUND SIGN}5,000 for each of the 60 children" in table
    assert cost_words(made).startswith("\N{POUND SIGN}300,000")
    assert "no comparison group that can be used" in text(value.cost_gaps(made))
    secret = report(each | {"hidden": "denominator value", "reason": "base"}, value=VALUE)
    assert "at least 9 of the children accepted" in text(value.break_even(secret))
    assert "for each of" not in text(value.costs_by_year(secret))
    assert value.entries_fewer(secret) is None
    assert cost_words(report()) == "not known"


def test_entries_fewer_are_the_released_difference_times_those_compared() -> None:
    # 100 who have like children, 10 points: 10 fewer, 4 to 16; 8.1 make it pay for itself.
    said = text(value.entries_fewer(report(*COMPARED, value=VALUE)))
    assert "10 fewer entered care" in said
    assert "4.0 fewer to 16 fewer" in said
    assert "That meets the 9 (5 to 15)" in said
