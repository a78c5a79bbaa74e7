"""The verdict: every gate at its boundary, every reason, what flips it, and what must hold for any evidence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.config import Thresholds
from ehp_eval.present import verdict_words
from ehp_eval.proportions import Estimate
from ehp_eval.verdict import REASONS, STATES, VERDICTS, CohortDifference, Evidence, Flip, Verdict, judge
from tests.councils import SETTINGS

THRESHOLDS = Thresholds.model_validate(SETTINGS["thresholds"])
TINY = 1e-9


def estimate(value: float, half: float = 0.02) -> Estimate:
    return between(value - half, value, value + half)


def between(lower: float, value: float, upper: float) -> Estimate:
    return Estimate(value, lower, upper, 0.95, "as the test has it")


def cohorts(*outcomes: float, harm: float = 0.0) -> tuple[CohortDifference, ...]:
    years = (f"20{17 + i}-{18 + i}" for i in range(len(outcomes)))
    return tuple(
        CohortDifference(year, estimate(each), estimate(harm)) for year, each in zip(years, outcomes, strict=True)
    )


GOOD = Evidence(  # continues: 200 of 200 known, 8 points better, no more harm, 16 fewer where 10 would pay for it
    n=200,
    matured=200,
    followed=True,
    level=2,
    outcome=estimate(0.08),
    harm=estimate(0.0),
    by_cohort=cohorts(0.07, 0.09),
    entries_fewer=between(12, 16, 20),
    break_even=10.0,
)
POOR = replace(GOOD, outcome=estimate(0.0), by_cohort=cohorts(-0.01, 0.01), entries_fewer=between(-4, 0, 4))
HARMFUL = replace(GOOD, harm=estimate(0.1), by_cohort=cohorts(0.07, 0.09, harm=0.1), confirmed_harm=1)


def verdict(evidence: Evidence, **changes: Any) -> Verdict:
    return judge(replace(evidence, **changes), THRESHOLDS)


def flips(found: Verdict) -> dict[str, Flip]:
    return {flip.code: flip for flip in found.flips}


def test_what_passes_every_gate_continues() -> None:
    found = verdict(GOOD)
    assert (found.verdict, found.reasons) == ("continue", ())
    assert {gate.name: gate.state for gate in found.gates} == {
        "data": "pass",
        "safety": "shown_acceptable",
        "outcome": "better",
        "value": "pass",
        "system": "context",
    }


@pytest.mark.parametrize("evidence", [POOR, HARMFUL], ids=["too little", "harm"])
def test_re_direction_may_be_considered(evidence: Evidence) -> None:
    found = verdict(evidence)
    assert (found.verdict, found.reasons) == ("consider_redirection", ())


@pytest.mark.parametrize(
    ("known", "matured", "state"),
    [(95, 100, "pass"), (94, 100, "fail"), (190, 200, "pass"), (189, 200, "fail"), (57, 60, "pass"), (56, 60, "fail")],
)
def test_so_many_must_be_known(known: int, matured: int, state: str) -> None:
    found = verdict(GOOD, n=known, matured=matured)
    assert found.gate("data").state == state
    assert (found.reasons == ("data_quality",)) == (state == "fail")


@pytest.mark.parametrize(("n", "reasons"), [(49, ("insufficient_n",)), (50, ()), (51, ())])
def test_the_data_gate_needs_a_number(n: int, reasons: tuple[str, ...]) -> None:
    assert verdict(GOOD, n=n, matured=n).reasons == reasons


def test_somebody_must_have_been_followed() -> None:
    assert verdict(GOOD, followed=False).reasons == ("immature_followup",)
    nobody = judge(Evidence(n=0, matured=0, followed=False), THRESHOLDS)
    assert nobody.reasons == ("no_comparator", "immature_followup", "insufficient_n")


# No difference in harm lies at the margin by chance of arithmetic: the limits are given, not worked out.
@pytest.mark.parametrize(
    ("lower", "upper", "state"),
    [
        (-0.01, 0.05, "shown_acceptable"),
        (-0.01, 0.05 - TINY, "shown_acceptable"),
        (-0.01, 0.05 + TINY, "not_shown"),
        (0.0, 0.04, "shown_acceptable"),
        (0.0, 0.06, "not_shown"),
        (TINY, 0.06, "shown_worse"),
        (-TINY, 0.06, "not_shown"),
        (TINY, 0.04, "shown_worse"),  # within the margin and yet worse: worse wins
    ],
)
def test_the_safety_gate(lower: float, upper: float, state: str) -> None:
    found = verdict(GOOD, harm=between(lower, (lower + upper) / 2, upper))
    assert found.gate("safety").state == state
    reasons = {"shown_acceptable": (), "not_shown": ("safety_not_shown",), "shown_worse": ("safety_review",)}
    assert found.reasons == reasons[state]


@pytest.mark.parametrize(
    ("lower", "upper", "state"),
    [
        (0.0, 0.10, "unclear"),
        (TINY, 0.10, "better"),
        (-TINY, 0.10, "unclear"),
        (-0.02, 0.05, "unclear"),
        (-0.02, 0.05 - TINY, "below_worthwhile"),
        (-0.02, 0.05 + TINY, "unclear"),
        (TINY, 0.05, "better"),
        (TINY, 0.05 - TINY, "better_by_little"),
    ],
)
def test_the_outcome_gate(lower: float, upper: float, state: str) -> None:
    found = verdict(GOOD, outcome=between(lower, (lower + upper) / 2, upper))
    assert found.gate("outcome").state == state
    assert (found.verdict == "continue") == (state == "better")


def test_a_council_can_ask_for_more_than_nought() -> None:
    stricter = THRESHOLDS.model_copy(update={"continue_above": 0.06})
    assert judge(GOOD, stricter).gate("outcome").state == "unclear"  # its lower limit is 0.08 - 0.02
    assert judge(replace(GOOD, outcome=between(0.06 + TINY, 0.08, 0.1)), stricter).verdict == "continue"


@pytest.mark.parametrize(
    ("break_even", "fewer", "state"),
    [(16.0, 16.0, "pass"), (16.0 + TINY, 16.0, "fail"), (16.0 - TINY, 16.0, "pass"), (math.inf, 16.0, "fail")],
)
def test_the_value_gate(break_even: float, fewer: float, state: str) -> None:
    found = verdict(GOOD, break_even=break_even, entries_fewer=between(1, fewer, 30))
    assert found.gate("value").state == state
    assert found.reasons == (() if state == "pass" else ("mixed",))


@pytest.mark.parametrize(
    "missing",
    [
        {"break_even": None},
        {"break_even": math.nan},
        {"entries_fewer": None},
        {"entries_fewer": between(1, math.nan, 3)},
        {"entries_fewer": between(math.nan, 16, 20)},
    ],
)
def test_what_a_cost_is_missing_for_is_unknown(missing: dict[str, Any]) -> None:
    found = verdict(GOOD, **missing)
    assert found.gate("value").state == "unknown"
    assert found.reasons == ("mixed",)
    assert "value_unknown" in flips(found)


@pytest.mark.parametrize("harm", [None, between(math.nan, 0, 0.01), between(-0.01, 0, math.nan)])
def test_harm_that_is_not_known_is_not_shown_acceptable(harm: Estimate | None) -> None:
    found = verdict(GOOD, harm=harm)
    assert found.gate("safety").state == "not_shown"
    assert found.reasons == ("safety_not_shown",)
    assert "harm_unknown" in flips(found)


@pytest.mark.parametrize(
    "none",
    [
        {"level": 0},
        {"level": 1},
        {"refused": "overlap"},
        {"outcome": None},
        {"outcome": between(math.nan, 0.08, 0.1)},
        {"outcome": between(0.06, 0.08, math.nan)},
    ],
)
@pytest.mark.parametrize("evidence", [GOOD, POOR, HARMFUL], ids=["good", "poor", "harmful"])
def test_without_a_comparison_that_can_be_used_it_is_watched(evidence: Evidence, none: dict[str, Any]) -> None:
    found = verdict(evidence, **none)
    assert found.reasons == ("no_comparator",)  # which covers safety and value too
    states = {gate.name: gate.state for gate in found.gates}
    assert states == {
        "data": "pass",
        "safety": "not_shown",
        "outcome": "none",
        "value": "unknown",
        "system": "context",
    }


@pytest.mark.parametrize("level", [2, 3, 4])
def test_a_level_from_2_carries_a_verdict(level: int) -> None:
    assert verdict(GOOD, level=level).verdict == "continue"
    assert verdict(POOR, level=level).verdict == "consider_redirection"


@pytest.mark.parametrize(("incidents", "reasons"), [(0, ()), (1, ("safety_review",)), (2, ("safety_review",))])
def test_an_incident_without_a_review_stops_it_from_continuing(incidents: int, reasons: tuple[str, ...]) -> None:
    assert verdict(GOOD, incidents=incidents).reasons == reasons
    assert verdict(POOR, incidents=incidents).verdict == "consider_redirection"


@pytest.mark.parametrize("evidence", [POOR, HARMFUL], ids=["too little", "harm"])
@pytest.mark.parametrize(
    ("n", "expected"),
    [(99, ("watch", ("insufficient_n",))), (100, ("consider_redirection", ())), (101, ("consider_redirection", ()))],
)
def test_re_direction_needs_a_number(evidence: Evidence, n: int, expected: tuple[str, tuple[str, ...]]) -> None:
    found = verdict(evidence, n=n, matured=n)
    assert (found.verdict, found.reasons) == expected


@pytest.mark.parametrize(
    ("by_cohort", "expected"),
    [
        ((), "watch"),
        (cohorts(0.0), "watch"),
        (cohorts(0.0, 0.04), "consider_redirection"),
        (cohorts(0.0, 0.05), "watch"),
        (cohorts(0.0, 0.05 - TINY), "consider_redirection"),
        (cohorts(0.0, 0.0, 0.06), "watch"),
        (cohorts(0.0, math.nan), "watch"),
        (2 * cohorts(0.0), "watch"),  # one year twice is one year
    ],
)
def test_re_direction_needs_two_years_that_point_the_same_way(
    by_cohort: tuple[CohortDifference, ...], expected: str
) -> None:
    found = verdict(POOR, by_cohort=by_cohort)
    assert found.verdict == expected
    assert found.reasons == (("mixed",) if expected == "watch" else ())


@pytest.mark.parametrize(
    ("harms", "expected"),
    [
        ((0.1, 0.1), "consider_redirection"),
        ((0.1, 0.0), "watch"),
        ((0.1, TINY), "consider_redirection"),
        ((0.1,), "watch"),
    ],
)
def test_so_does_harm(harms: tuple[float, ...], expected: str) -> None:
    years = tuple(CohortDifference(f"year {i}", estimate(0.08), estimate(harm)) for i, harm in enumerate(harms))
    assert verdict(HARMFUL, by_cohort=years).verdict == expected


@pytest.mark.parametrize(("confirmed", "expected"), [(0, ("safety_review",)), (1, ())])
def test_more_harm_is_confirmed_by_audit_or_reviewed(confirmed: int, expected: tuple[str, ...]) -> None:
    assert verdict(HARMFUL, confirmed_harm=confirmed).reasons == expected


def test_an_effect_that_pays_but_is_less_than_worthwhile_is_for_people_to_decide() -> None:
    little = replace(GOOD, outcome=between(0.01, 0.03, 0.049), by_cohort=cohorts(0.03, 0.03))
    found = verdict(little)
    assert (found.verdict, found.reasons) == ("watch", ("mixed",))
    assert "two_yardsticks" in flips(found)
    # Where it does not pay for itself, only one yardstick is met; where nobody knows, nothing follows.
    assert verdict(little, break_even=17.0).verdict == "consider_redirection"
    unknown = verdict(little, break_even=None)
    assert (unknown.verdict, unknown.reasons) == ("watch", ("mixed",))
    assert "two_yardsticks" not in flips(unknown)


def test_a_flip_says_how_many_more_and_of_what() -> None:
    found = flips(verdict(GOOD, n=33, matured=40, followed=False))
    assert found["insufficient_n"].numbers == {"n": 17, "have": 33}
    assert found["data_quality"].numbers == {"n": 5, "have": 33, "matured": 40}  # 38 of 40 are 95%
    assert "immature_followup" in found


def test_a_flip_says_roughly_how_many_cases_would_narrow_an_interval() -> None:
    # The lower limit is 8 points below the estimate of 4: half as wide is four times as many.
    found = flips(verdict(GOOD, outcome=between(-0.04, 0.04, 0.12), by_cohort=()))
    assert found["outcome_unclear"].numbers["n"] == 800
    # The upper limit is 8 points above it, and 1 below what is worthwhile: 64 times as many.
    assert found["outcome_below"].numbers["n"] == pytest.approx(200 * 64, abs=1)
    # Harm 2 points more, 6 points to the upper limit, 3 to the margin: four times as many.
    found = flips(verdict(GOOD, harm=between(-0.04, 0.02, 0.08)))
    assert found["harm_margin"].numbers["n"] == pytest.approx(800, abs=1)


def test_more_cases_alone_do_not_flip_what_points_the_other_way() -> None:
    found = flips(verdict(GOOD, outcome=between(-0.08, -0.01, 0.06), harm=between(-0.02, 0.06, 0.14), by_cohort=()))
    assert found["outcome_not_above"].numbers["n"] is None
    assert found["harm_too_high"].numbers["n"] is None


def test_a_flip_says_how_much_cheaper_it_would_have_to_be() -> None:
    # 20 fewer needed and 16 found: at four fifths of the cost 16 would be enough.
    assert flips(verdict(GOOD, break_even=20.0))["value_cheaper"].numbers["cheaper"] == pytest.approx(0.2)
    assert "value_fails" in flips(verdict(GOOD, entries_fewer=between(-3, -1, 4)))


NUMBERS = st.floats(-0.3, 0.3)
ESTIMATES = st.one_of(
    st.none(),
    st.tuples(NUMBERS, NUMBERS, NUMBERS).map(lambda three: between(*sorted(three))),
    st.just(between(math.nan, math.nan, math.nan)),
)
COHORTS = st.builds(
    CohortDifference, st.sampled_from(["2017-18", "2018-19", "2019-20"]), ESTIMATES.filter(bool), ESTIMATES
)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    matured = draw(st.integers(0, 300))
    return Evidence(
        n=draw(st.integers(0, matured)) if draw(st.booleans()) else matured,
        matured=matured,
        followed=draw(st.booleans()),
        level=draw(st.integers(0, 4)),
        refused=draw(st.sampled_from(["", "", "overlap"])),
        outcome=draw(ESTIMATES),
        harm=draw(ESTIMATES),
        by_cohort=tuple(draw(st.lists(COHORTS, max_size=3))),
        incidents=draw(st.integers(0, 2)),
        confirmed_harm=draw(st.integers(0, 2)),
        entries_fewer=draw(ESTIMATES),
        break_even=draw(st.one_of(st.none(), NUMBERS, st.just(math.nan), st.just(math.inf))),
    )


@settings(max_examples=40)
@given(evidences())
def test_what_holds_for_any_evidence(evidence: Evidence) -> None:
    found = judge(evidence, THRESHOLDS)
    assert found.verdict in VERDICTS
    assert bool(found.reasons) == (found.verdict == "watch")
    assert found.flips
    assert list(found.reasons) == [reason for reason in REASONS if reason in found.reasons]
    assert all(gate.state in STATES[gate.name] for gate in found.gates)
    assert [gate.name for gate in found.gates] == list(STATES)
    if found.verdict != "watch":
        assert evidence.level >= 2
        assert not evidence.refused
        assert evidence.followed
        assert evidence.n >= (50 if found.verdict == "continue" else 100)
    if found.verdict == "continue":
        assert not evidence.incidents
    # All of it can be said.
    assert verdict_words.title(found)
    assert len(verdict_words.reasons(found)) == len(found.reasons)
    words = [*verdict_words.reasons(found), *map(verdict_words.flip, found.flips)]
    words += [
        text for gate in found.gates for text in (verdict_words.gate_state(gate), verdict_words.gate_numbers(gate))
    ]
    assert all(words)
    assert not any("nan" in text.split() or "None" in text for text in words)


@settings(max_examples=40)
@given(evidences(), st.floats(0, 0.2))
def test_more_harm_never_lets_a_service_continue(evidence: Evidence, more: float) -> None:
    if evidence.harm is None:
        return
    worse = between(evidence.harm.lower + more, evidence.harm.value + more, evidence.harm.upper + more)
    if judge(evidence, THRESHOLDS).verdict != "continue":
        assert judge(replace(evidence, harm=worse), THRESHOLDS).verdict != "continue"
        assert judge(replace(evidence, incidents=evidence.incidents + 1), THRESHOLDS).verdict != "continue"


@settings(max_examples=40)
@given(evidences(), st.floats(0, 0.2))
def test_a_higher_lower_limit_never_makes_a_verdict_worse(evidence: Evidence, more: float) -> None:
    order = ("consider_redirection", "watch", "continue")
    if evidence.outcome is None:
        return
    before = evidence.outcome
    higher = between(min(before.lower + more, before.upper), before.value, before.upper)
    first, then = (judge(each, THRESHOLDS).verdict for each in (evidence, replace(evidence, outcome=higher)))
    assert order.index(then) >= order.index(first)
