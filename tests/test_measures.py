"""Measures of cohorts small enough to count by hand; intervals from R, the code beside them.

Everybody is accepted on 2020-05-01 where nothing else is said: day 91 is 2020-07-31, day 365 is 2021-05-01.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ehp_eval.measures.figures import FIGURE_COLUMNS, count_figure, figures_frame, share_figure
from ehp_eval.measures.over_years import change
from ehp_eval.measures.primary import competed, windowed
from ehp_eval.measures.registry import cohort_figures
from ehp_eval.measures.siblings import siblings_matter, siblings_share
from ehp_eval.streams import STREAMS
from tests.cohorts import ACCEPTED, cohort, share
from tests.councils import council_of, episode, referral, status


def test_the_share_without_the_event_and_what_the_unknown_could_make_of_it() -> None:
    # By day 91 one of four entered care, two did not, and one had moved away.
    council = council_of(
        referrals=[referral(person, ACCEPTED) for person in "abcd"],
        looked_after_episodes=[episode("a", "2020-06-01")],
        status_events=[status("b", "2020-06-01", "moved_away")],
    )
    plain, worst, best = windowed(cohort(council), 91)
    assert [row["measure"] for row in (plain, worst, best)] == ["eoc1", "eoc1_worst", "eoc1_best"]
    assert [share(row) for row in (plain, worst, best)] == [(2, 3), (2, 4), (3, 4)]
    # R: prop.test(2, 3, correct = FALSE)$conf.int; likewise (2, 4) and (3, 4)
    limits = [(0.2076596008, 0.9385080553), (0.1500389892, 0.8499610108), (0.3006418426, 0.9544127392)]
    for row, (lower, upper) in zip((plain, worst, best), limits, strict=True):
        assert row["value"] == row["numerator"] / row["denominator"]
        assert (row["lower"], row["upper"]) == pytest.approx((lower, upper), abs=1e-9)
        assert (row["confidence"], row["method"], row["window_days"]) == (0.95, "Wilson", 91)
        assert (row["service"], row["stream"], row["year"]) == ("doorstep", "edge_of_care", "2020-21")
        assert row["source"] == "records"


def test_there_is_no_worst_and_best_where_everybody_is_known() -> None:
    council = council_of(referrals=[referral("a", ACCEPTED)])
    assert [row["measure"] for row in windowed(cohort(council), 91)] == ["eoc1"]


def test_who_has_not_matured_or_was_not_at_risk_is_in_no_share() -> None:
    council = council_of(
        referrals=[referral("a", ACCEPTED), referral("late", "2021-03-01"), referral("in care", ACCEPTED)],
        looked_after_episodes=[episode("in care", "2020-01-01"), episode("late", "2021-03-09")],
    )
    assert [share(windowed(cohort(council), days)[0]) for days in (91, 365)] == [(1, 2), (1, 1)]


def test_a_share_of_nobody_is_no_number() -> None:
    row = windowed(cohort(council_of()), 91)[0]
    assert share(row) == (0, 0)
    assert all(math.isnan(row[name]) for name in ("value", "lower", "upper"))


def test_who_died_is_in_no_share_and_who_else_could_not_have_the_event_is_without_it() -> None:
    council = council_of(
        referrals=[referral(person, ACCEPTED) for person in "abcd"],
        status_events=[
            status("a", "2020-06-01", "died"),
            status("b", "2021-01-01", "adopted"),
            status("c", "2020-06-01", "moved_away"),
        ],
    )
    built = cohort(council)
    # By day 91 a has died and c moved away: b and d, 2 of 2. With c it is 2 or 3 of 3; a is in none.
    assert [share(row) for row in windowed(built, 91)] == [(2, 2), (2, 3), (3, 3)]
    assert competed(built, 91) == {}
    assert windowed(built, 91)[0]["note"].startswith("1 died")
    # By day 365 b has been adopted and is counted as without the event, which the note says.
    assert share(windowed(built, 365)[0]) == (2, 2)
    assert competed(built, 365) == {"adopted": 1}
    assert "1 was adopted" in windowed(built, 365)[0]["note"]


def test_brothers_and_sisters_widen_an_interval() -> None:
    # Two families of two, one with both in care, one with neither, and two children alone, one in care: six children,
    # of whom four have a sibling here. Of n = 6 half have the event. Kish's ratio estimator over the four families:
    # their deviations from half are -1, +1, -1/2, +1/2, squared 1 + 1 + 1/4 + 1/4 = 2.5; its variance
    # 4/3 x 2.5 / 36 = 0.0926 against 0.25 / 6 = 0.0417 of six independent children: 20/9 times.
    families = {"a": "f1", "b": "f1", "c": "f2", "d": "f2", "e": "", "g": ""}
    council = council_of(
        referrals=[referral(person, ACCEPTED, family_id=family) for person, family in families.items()],
        looked_after_episodes=[episode(person, "2020-06-01") for person in "abe"],
    )
    built = cohort(council)
    assert siblings_share(built.at_risk) == pytest.approx(4 / 6)
    assert siblings_matter(built)
    plain, family = windowed(built, 91)
    assert (family["measure"], family["method"]) == ("eoc1_family", "Wilson, family-clustered")
    assert share(family) == share(plain) == (3, 6)
    # Wilson's limits about a half, with 6 / (20/9) = 2.7 children and t of 3 degrees of freedom for z.
    # R: t <- qt(.975, 3); n <- 2.7; h <- t * sqrt(.25 / n + t^2 / (4 * n^2)) / (1 + t^2 / n); c(.5 - h, .5 + h)
    t = 3.182446305284263
    half = t * math.sqrt(0.25 / 2.7 + t**2 / (4 * 2.7**2)) / (1 + t**2 / 2.7)
    assert (family["lower"], family["upper"]) == pytest.approx((0.5 - half, 0.5 + half))
    assert family["lower"] < plain["lower"] < plain["upper"] < family["upper"]


def test_without_siblings_nothing_is_shared() -> None:
    assert siblings_share(cohort(council_of()).at_risk) == 0
    alone = cohort(council_of(referrals=[referral(person, ACCEPTED) for person in "ab"]))
    assert siblings_share(alone.at_risk) == 0
    assert [row["measure"] for row in windowed(alone, 91)] == ["eoc1"]


def test_a_count_has_its_poisson_interval() -> None:
    # R: poisson.test(7)$conf.int; 12 by Byar: 12 * (1 - 1/108 - 1.96/(3 * sqrt(12)))^3 = 6.19
    row = count_figure("bm4", None, 7)
    assert (row["lower"], row["upper"]) == pytest.approx((2.814363, 14.42268), abs=1e-5)
    assert (row["numerator"], row["denominator"], row["unit"]) == (7, None, "count")
    assert count_figure("bm4", None, 12)["lower"] == pytest.approx(6.19, abs=0.01)


def test_the_difference_from_the_year_before() -> None:
    now = share_figure("eoc1", None, 56, 70, year="2020-21", window_days=365)
    before = share_figure("eoc1", None, 48, 80, year="2019-20", window_days=365)
    row = change(now, before)
    # Newcombe (1998), Statistics in Medicine 17, table II, example a, method 10: 56/70 - 48/80.
    assert row["value"] == pytest.approx(0.2)
    assert (row["lower"], row["upper"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (row["measure"], row["year"], row["window_days"]) == ("eoc1_change", "2020-21", 365)
    assert (row["numerator"], row["denominator"], row["unit"]) == (None, None, "difference of shares")
    assert row["note"] == "against 2019-20"
    # With the limits that allow for families on either side, the difference allows for them too.
    wider = before | {"measure": "eoc1_family", "lower": 0.4, "upper": 0.8, "method": "Wilson, family-clustered"}
    clustered = change(now, wider)
    assert (clustered["measure"], clustered["method"]) == ("eoc1_change", "Newcombe, family-clustered")
    # By hand: 0.2 less the root of (0.8 - 0.69177)^2 + (0.8 - 0.6)^2; R: prop.test(56, 70, correct = FALSE)
    assert clustered["lower"] == pytest.approx(0.2 - math.hypot(0.8 - 0.6918, 0.2), abs=2e-4)


def test_the_figures_of_a_stream_are_its_measures() -> None:
    council = council_of(referrals=[referral("a", ACCEPTED)], parents=[{"parent_id": "p", "offered_on": ACCEPTED}])

    def measures(service: str, **options: Any) -> list[tuple[str, int | None]]:
        rows = cohort_figures(council, cohort(council, service, **options), kind="")
        return [(row["measure"], row["window_days"]) for row in rows]

    assert measures("doorstep") == [("eoc1", 91), ("eoc1", 365), ("eoc2", 91), ("eoc2", 365), ("eoc1c", None)]
    assert measures("doorstep", stream="placement_support") == [("eoc8c", None)]
    assert measures("homeward") == [("psw1", 183), ("psw1", 365), ("psw1c", None)]
    assert measures("cradle") == [("bm1", 14), ("bm1", 365), ("bm1i", 14), ("bm1i", 365), ("bm1c", None)]
    assert measures("afresh") == [("rf1", 365), ("rf1", 730)]
    assert STREAMS["parent_support"].main == "rf1"


def test_the_frame_of_the_figures_has_its_columns_and_types() -> None:
    council = council_of(referrals=[referral("a", ACCEPTED)])
    rows = cohort_figures(council, cohort(council), kind="")
    frame = figures_frame(rows)
    assert list(frame.columns) == FIGURE_COLUMNS == [
        "report", "service", "year", "stream", "group", "measure", "window_days", "numerator", "denominator",
        "value", "lower", "upper", "unit", "confidence", "method", "source", "note",
    ]  # fmt: skip
    kinds = frame.dtypes.astype(str).to_dict()
    assert {kinds[name] for name in ("window_days", "numerator", "denominator")} == {"Int64"}
    assert {kinds[name] for name in ("value", "lower", "upper", "confidence")} == {"float64"}
    assert {
        kinds[name] for name in ("report", "service", "year", "stream", "group", "measure", "unit", "method", "note")
    } == {"str"}
    assert frame["window_days"].isna().tolist() == [False] * 4 + [True]
    assert not frame["note"].isna().any()
    assert frame["value"].dropna().between(0, 1).all()
    assert np.isnan(frame["value"].iloc[-1])  # the support is still open
    empty = figures_frame([])
    assert list(empty.columns) == FIGURE_COLUMNS
    assert empty.dtypes.to_dict() == frame.dtypes.to_dict()
