"""Measures of cohorts small enough to count by hand; intervals from R, the code beside them.

Everybody is accepted on 2020-05-01 where nothing else is said: day 91 is 2020-07-31, day 365 is 2021-05-01.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ehp_eval.cohort import Cohort, build_cohort
from ehp_eval.load import Council
from ehp_eval.measures import (
    FIGURE_COLUMNS,
    MEASURES,
    change,
    closed_to_social_care,
    closing,
    cohort_figures,
    competed,
    engaged,
    family_width,
    figures_frame,
    followed_at,
    incidence,
    incidence_curve,
    siblings_share,
    windowed,
)
from ehp_eval.years import Period
from tests.councils import Row, council_of, episode, referral, status

ACCEPTED = "2020-05-01"
ENDED = "2020-07-01"


def cohort(council: Council, service: str = "doorstep", **options: Any) -> Cohort:
    return build_cohort(council, council.service(service), Period.year("2020-21"), **options)


def share(row: dict[str, Any]) -> tuple[int, int]:
    return row["numerator"], row["denominator"]


def closing_of(council: Council, service: str = "doorstep", **options: Any) -> dict[str, Any]:
    return closing(council, cohort(council, service, **options))


# --- by fixed days ----------------------------------------------------------------------------------------------


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
    # 4/3 x 2.5 / 36 = 0.0926 against 0.25 / 6 = 0.0417 of six independent children: 2.222 times, the width 1.491.
    families = {"a": "f1", "b": "f1", "c": "f2", "d": "f2", "e": "", "g": ""}
    council = council_of(
        referrals=[referral(person, ACCEPTED, family_id=family) for person, family in families.items()],
        looked_after_episodes=[episode(person, "2020-06-01") for person in "abe"],
    )
    built = cohort(council)
    assert siblings_share(built) == pytest.approx(4 / 6)
    assert family_width(built, 91) == pytest.approx(math.sqrt(20 / 9))


def test_without_siblings_nothing_is_shared() -> None:
    assert siblings_share(cohort(council_of())) == 0
    assert siblings_share(cohort(council_of(referrals=[referral(person, ACCEPTED) for person in "ab"]))) == 0


# --- cumulative incidence ---------------------------------------------------------------------------------------


@pytest.fixture
def eight() -> Council:
    """Entries on days 31, 91 and 259, a death on day 50, a move on day 61; three stay to day 517."""
    return council_of(
        referrals=[referral(person, ACCEPTED) for person in "abcdefgh"],
        looked_after_episodes=[
            episode("a", "2020-06-01"),
            episode("b", "2020-07-31"),
            episode("c", "2021-01-15"),
        ],
        status_events=[status("d", "2020-06-20", "died"), status("e", "2020-07-01", "moved_away")],
    )


def test_cumulative_incidence_at_the_windows(eight: Council) -> None:
    # Day 31: 1 of 8. Day 50 leaves 6/8 without either. Day 91: 6/8 x 1/5 more (one has moved away): 0.275.
    # Day 259: 6/8 x 4/5 x 1/4 more: 0.425. The limits in R:
    #   d <- data.frame(days = c(31, 91, 259, 50, 61, 517, 517, 517),
    #     cause = factor(c("care", "care", "care", "died", rep("none", 4)), levels = c("none", "care", "died")))
    #   f <- survfit(Surv(days, cause) ~ 1, data = d, conf.type = "log-log")
    #   summary(f, times = c(91, 365))[c("pstate", "lower", "upper")]
    at_91, at_365 = incidence(cohort(eight))
    for row, expected in (
        (at_91, (0.275, 0.0388687123045, 0.598579007244)),
        (at_365, (0.425, 0.0956647035086, 0.732003404811)),
    ):
        assert (row["value"], row["lower"], row["upper"]) == pytest.approx(expected, abs=1e-9)
        assert (row["measure"], row["method"]) == ("eoc2", "Aalen-Johansen, log-log limits")
    # Not 2 of 8 and 3 of 8, since one died and one moved away: the note says that the value is an estimate, and of how
    # many still followed.
    assert "5 still followed" in at_91["note"]
    assert "3 still followed" in at_365["note"]
    # Entries so far, of those at risk at t0.
    assert (share(at_91), share(at_365)) == ((2, 8), (3, 8))
    assert (at_91["window_days"], at_365["window_days"]) == (91, 365)


def test_the_curve_behind_it(eight: Council) -> None:
    curve = incidence_curve(cohort(eight))
    assert curve["time"].tolist() == [31, 50, 61, 91, 259, 517]
    assert curve["at_risk"].tolist() == [8, 7, 6, 5, 4, 3]
    assert curve["events"].tolist() == [1, 0, 0, 1, 1, 0]
    assert curve["competing"].tolist() == [0, 1, 0, 0, 0, 0]


def test_how_many_are_still_followed(eight: Council) -> None:
    # On day 31 all eight still are, on day 32 seven; three to day 517 itself, nobody after.
    followed = followed_at(cohort(eight), [0, 31, 32, 91, 517, 518])
    assert followed["day"].tolist() == [0, 31, 32, 91, 517, 518]
    assert followed["at_risk"].tolist() == [8, 8, 7, 5, 3, 0]


def test_without_an_event_the_limits_are_those_of_a_share_of_the_still_followed() -> None:
    # Five accepted, one moves away on day 61: four are followed to day 91, and none of them entered care.
    council = council_of(
        referrals=[referral(person, ACCEPTED) for person in "abcde"],
        status_events=[status("a", "2020-07-01", "moved_away")],
    )
    row = incidence(cohort(council))[0]
    # R: prop.test(0, 4, correct = FALSE)$conf.int
    assert (row["value"], row["lower"], row["upper"]) == pytest.approx((0, 0, 0.4898908365), abs=1e-9)
    assert row["method"] == "Wilson, on those still followed"
    assert share(row) == (0, 5)


def test_nothing_is_known_of_a_day_to_which_nobody_was_followed() -> None:
    # Accepted on 1 March 2021: 213 days to the extract.
    row = incidence(cohort(council_of(referrals=[referral("a", "2021-03-01")])))[1]
    assert row["window_days"] == 365
    assert math.isnan(row["value"])
    assert row["note"] == "nobody has been followed that long"


def born(name: str, accepted_on: str, born_on: str) -> dict[str, list[Row]]:
    row = referral(f"u-{name}", accepted_on, referral_id=f"r-{name}", service="cradle", stream="pre_birth")
    return {
        "referrals": [row | {"support_ended_on": "2021-01-01"}],
        "pregnancies": [{"pregnancy_id": f"g-{name}", "referral_id": f"r-{name}", "outcome": "live_birth"}],
        "babies": [{"baby_id": name, "pregnancy_id": f"g-{name}", "born_on": born_on}],
    }


def nursery(*parts: dict[str, list[Row]], **tables: list[Row]) -> Council:
    joined = {name: [row for part in parts for row in part[name]] for name in parts[0]}
    return council_of(**joined, **tables)


def test_a_baby_who_enters_late_is_in_the_curve_from_that_day_and_in_no_share() -> None:
    # Both born on 1 September 2020. a is seen from birth, b from day 30; b is separated on day 60.
    council = nursery(
        born("a", "2020-06-01", "2020-09-01"),
        born("b", "2020-10-01", "2020-09-01"),
        looked_after_episodes=[episode("b", "2020-10-31")],
    )
    built = cohort(council, "cradle")
    curve = incidence_curve(built)
    assert curve["time"].tolist() == [30, 60, 394]  # 1 September 2020 to 30 September 2021: 394 days
    assert curve["at_risk"].tolist() == [1, 2, 1]
    assert curve["incidence"].tolist() == [0, 0.5, 0.5]
    assert followed_at(built, [14, 30, 31, 60, 61])["at_risk"].tolist() == [1, 1, 2, 2, 1]
    assert [share(windowed(built, days)[0]) for days in (14, 365)] == [(1, 1), (1, 1)]
    at_14, at_365 = incidence(built)
    assert (at_14["value"], at_365["value"]) == (0, 0.5)
    assert (share(at_14), share(at_365)) == ((0, 2), (1, 2))


def test_nothing_is_known_of_a_day_before_anybody_came_under_observation() -> None:
    council = nursery(born("a", "2020-10-01", "2020-09-01"))
    at_14, at_365 = incidence(cohort(council, "cradle"))
    assert math.isnan(at_14["value"])
    assert at_14["note"] == "nobody has been followed that long"
    assert at_365["value"] == 0


def test_a_baby_who_comes_and_goes_on_one_day_is_in_no_curve() -> None:
    council = nursery(
        born("a", "2020-06-01", "2020-09-01"),
        born("b", "2020-10-01", "2020-09-01"),
        status_events=[status("b", "2020-10-01", "moved_away")],
    )
    curve = incidence_curve(cohort(council, "cradle"))
    assert curve["at_risk"].tolist() == [1]


# --- when support closed ----------------------------------------------------------------------------------------


def test_edge_of_care_at_closure_goes_by_the_periods_of_care_of_that_day() -> None:
    council = council_of(
        referrals=[
            *(referral(person, ACCEPTED, support_ended_on=ENDED) for person in ("home", "in care", "back", "that day")),
            referral("home that day", ACCEPTED, support_ended_on=ENDED),
            referral("after", ACCEPTED, support_ended_on=ENDED, closing_outcome="became_looked_after"),
            referral("open", ACCEPTED),
        ],
        looked_after_episodes=[
            episode("in care", "2020-06-01"),
            episode("back", "2020-06-01", "2020-06-20"),
            episode("that day", ENDED),
            episode("home that day", "2020-06-01", ENDED),
            episode("after", "2020-07-02"),
        ],
    )
    # Six are closed. Looked after that day: the one in care, and the one who entered that day. Not: the one who
    # stayed home, the two who came home before or on the day, and the one who entered the day after, whatever was
    # recorded at closure. Entering care before does not take anybody out: 4 of 6.
    row = closing_of(council)
    assert (row["measure"], share(row)) == ("eoc1c", (4, 6))
    assert row["note"] == "1 still open left out"
    assert pd.isna(row["window_days"])


def test_an_unknown_status_at_closure_is_left_out_and_said() -> None:
    council = council_of(
        referrals=[
            referral("home", ACCEPTED, support_ended_on=ENDED),
            referral("moved with the end", ACCEPTED, support_ended_on=ENDED, end_reason="moved_away"),
            referral("moved before", ACCEPTED, support_ended_on=ENDED),
            referral("moved after", ACCEPTED, support_ended_on=ENDED),
            # Known to have entered care before the move.
            referral("in care, then moved", ACCEPTED, support_ended_on=ENDED),
        ],
        looked_after_episodes=[episode("in care, then moved", "2020-05-20")],
        status_events=[
            status("moved before", "2020-06-01", "moved_away"),
            status("moved after", "2020-07-02", "moved_away"),
            status("in care, then moved", "2020-06-01", "moved_away"),
        ],
    )
    row = closing_of(council)
    assert share(row) == (2, 3)
    assert row["note"] == "2 of unknown status left out"


def test_who_died_before_the_closure_is_left_out_and_said() -> None:
    council = council_of(
        referrals=[
            referral("home", ACCEPTED, support_ended_on=ENDED),
            referral("died", ACCEPTED, support_ended_on=ENDED, end_reason="died"),
            referral("died after", ACCEPTED, support_ended_on=ENDED),
        ],
        status_events=[status("died after", "2020-07-02", "died")],
    )
    row = closing_of(council)
    assert share(row) == (2, 2)
    assert "1 died" in row["note"]


def test_a_placement_is_held_when_the_period_goes_on_in_the_same_placement() -> None:
    people = ("held", "moved", "moved before", "moved after", "same carer", "order", "home", "respite")
    council = council_of(
        referrals=[referral(person, ACCEPTED, stream="placement_support", support_ended_on=ENDED) for person in people],
        looked_after_episodes=[
            episode("held", "2020-01-01"),
            episode("moved", "2020-01-01", "2020-06-01"),
            episode("moved", "2020-06-01", reason_started="placement"),
            episode("moved before", "2020-01-01", ACCEPTED),
            episode("moved before", ACCEPTED, reason_started="placement"),  # on the day support was accepted
            episode("moved after", "2020-01-01", "2020-07-02"),
            episode("moved after", "2020-07-02", reason_started="placement"),
            episode("same carer", "2020-01-01", "2020-06-01"),
            episode("same carer", "2020-06-01", reason_started="placement_same_carer"),
            episode("order", "2020-01-01", "2020-06-01"),
            episode("order", "2020-06-01", reason_started="legal_status"),
            episode("home", "2020-01-01", "2020-06-20"),
            episode("respite", "2020-01-01"),
            episode("respite", "2020-06-01", "2020-06-08", legal_status="V3"),
        ],
    )
    # Not held: moved, and home. 6 of 8.
    row = closing_of(council, stream="placement_support")
    assert (row["measure"], share(row)) == ("eoc8c", (6, 8))


def test_a_return_to_another_placement_is_not_held() -> None:
    council = council_of(
        referrals=[referral("a", ACCEPTED, stream="placement_support", support_ended_on=ENDED)],
        looked_after_episodes=[episode("a", "2020-01-01", "2020-06-01"), episode("a", "2020-06-10")],
    )
    assert share(closing_of(council, stream="placement_support")) == (0, 1)


def test_reunification_is_what_the_service_recorded() -> None:
    outcomes = {"a": "returned_home", "b": "returned_home", "c": "placement_held", "d": ""}
    council = council_of(
        referrals=[
            referral(
                person,
                ACCEPTED,
                service="homeward",
                stream="reunification",
                support_ended_on=ENDED,
                closing_outcome=outcome,
            )
            for person, outcome in outcomes.items()
        ],
        looked_after_episodes=[episode(person, "2020-01-01") for person in outcomes],
    )
    row = closing_of(council, "homeward")
    assert (row["measure"], share(row)) == ("psw1c", (2, 4))


def test_a_baby_never_separated_by_the_closure() -> None:
    # Support ends on 1 January 2021. a stays; b was separated in between and is back: still separated once;
    # c is separated that day; d the day after; e is with a parent. f was given a guardian before, g after.
    council = nursery(
        *(born(name, "2020-06-01", "2020-09-01") for name in "abcdefg"),
        status_events=[
            status("f", "2020-12-01", "special_guardianship"),
            status("g", "2021-01-02", "special_guardianship"),
        ],
        looked_after_episodes=[
            episode("b", "2020-09-05", "2020-10-01"),
            episode("c", "2021-01-01"),
            episode("d", "2021-01-02"),
            episode("e", "2020-09-05", parent_and_baby="Y"),
        ],
    )
    row = closing_of(council, "cradle")
    assert (row["measure"], share(row)) == ("bm1c", (4, 7))
    # R: prop.test(4, 7, correct = FALSE)$conf.int
    assert (row["lower"], row["upper"]) == pytest.approx((0.2504583645, 0.8417801447), abs=1e-9)


def test_closed_to_social_care_is_of_everybody_accepted_in_all_streams() -> None:
    council = council_of(
        referrals=[
            referral("a", ACCEPTED, closing_outcome="closed_to_social_care"),
            referral("b", ACCEPTED, closing_outcome="remained_home"),
            referral("c", ACCEPTED, stream="placement_support", closing_outcome="closed_to_social_care"),
            referral("d", ACCEPTED, stream="placement_support"),
            referral("e", ACCEPTED, stream="placement_support"),
        ],
    )
    cohorts = [cohort(council, stream=stream, windows=()) for stream in ("edge_of_care", "placement_support")]
    row = closed_to_social_care(cohorts)
    assert (row["measure"], share(row), row["stream"]) == ("eoc7c", (2, 5), "")


def test_parents_who_engaged_are_counted_between_two_days() -> None:
    days = {"a": "2018-05-01", "b": "2018-10-01", "c": "2018-04-30", "d": "2018-10-02", "e": "", "f": "2018-06-01"}
    council = council_of(
        parents=[
            {"parent_id": name, "offered_on": "2018-04-01", "engaged_on": day, "region": "" if name != "f" else "Else"}
            for name, day in days.items()
        ]
    )
    row = engaged(council, "afresh", pd.Timestamp("2018-05-01"), pd.Timestamp("2018-10-01"))
    # Both ends are in it; the parent of another area is not.
    assert (row["measure"], row["numerator"], row["denominator"], row["method"]) == ("rf4n", 2, None, "count")
    assert math.isnan(row["value"])


# --- change, and the frame --------------------------------------------------------------------------------------


def test_the_difference_from_the_year_before() -> None:
    now = {"measure": "eoc1", "year": "2020-21", "numerator": 56, "denominator": 70, "window_days": 365}
    before = {"measure": "eoc1", "year": "2019-20", "numerator": 48, "denominator": 80}
    row = change(now, before)
    # Newcombe (1998), Statistics in Medicine 17, table II, example a, method 10: 56/70 - 48/80.
    assert row["value"] == pytest.approx(0.2)
    assert (row["lower"], row["upper"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (row["measure"], row["year"], row["window_days"]) == ("eoc1_change", "2020-21", 365)
    assert (row["numerator"], row["denominator"]) == (None, None)
    assert row["note"] == "against 2019-20"


def test_the_figures_of_a_stream_are_its_measures() -> None:
    council = council_of(referrals=[referral("a", ACCEPTED)], parents=[{"parent_id": "p", "offered_on": ACCEPTED}])

    def measures(service: str, **options: Any) -> list[tuple[str, int | None]]:
        rows = cohort_figures(council, cohort(council, service, **options))
        return [(row["measure"], row["window_days"]) for row in rows]

    assert measures("doorstep") == [("eoc1", 91), ("eoc1", 365), ("eoc2", 91), ("eoc2", 365), ("eoc1c", None)]
    assert measures("doorstep", stream="placement_support") == [("eoc8c", None)]
    assert measures("homeward") == [("psw1c", None)]
    assert measures("cradle") == [("bm1", 14), ("bm1", 365), ("bm1i", 14), ("bm1i", 365), ("bm1c", None)]
    assert measures("afresh") == [("rf1", 365), ("rf1", 730)]
    assert MEASURES["parent_support"].primary == "rf1"


def test_the_frame_of_the_figures_has_its_columns_and_types() -> None:
    council = council_of(referrals=[referral("a", ACCEPTED)])
    rows = cohort_figures(council, cohort(council))
    frame = figures_frame(rows)
    assert list(frame.columns) == FIGURE_COLUMNS == [
        "report", "service", "year", "stream", "measure", "window_days", "numerator", "denominator",
        "value", "lower", "upper", "confidence", "method", "source", "note",
    ]  # fmt: skip
    kinds = frame.dtypes.astype(str).to_dict()
    assert {kinds[name] for name in ("window_days", "numerator", "denominator")} == {"Int64"}
    assert {kinds[name] for name in ("value", "lower", "upper", "confidence")} == {"float64"}
    assert {kinds[name] for name in ("report", "service", "year", "stream", "measure", "method", "note")} == {"str"}
    assert frame["window_days"].isna().tolist() == [False] * 4 + [True]
    assert not frame["note"].isna().any()
    assert frame["value"].dropna().between(0, 1).all()
    assert np.isnan(frame["value"].iloc[-1])  # the support is still open
    empty = figures_frame([])
    assert list(empty.columns) == FIGURE_COLUMNS
    assert empty.dtypes.to_dict() == frame.dtypes.to_dict()
