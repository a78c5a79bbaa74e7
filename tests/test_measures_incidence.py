"""Cumulative incidence in cohorts small enough to count by hand; intervals from R, the code beside them.

Everybody is accepted on 2020-05-01 where nothing else is said: day 91 is 2020-07-31, day 365 is 2021-05-01.
"""

from __future__ import annotations

import math

import pytest

from ehp_eval.load import Council
from ehp_eval.measures.primary import followed_at, incidence, incidence_curve, windowed
from tests.cohorts import ACCEPTED, Tables, cohort, pregnancy, share, together
from tests.councils import council_of, episode, referral, status


def nursery(*parts: Tables) -> Council:
    return council_of(**together(*parts))


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


def test_a_baby_who_enters_late_is_in_the_curve_from_that_day_and_in_no_share() -> None:
    # Both born on 1 September 2020. a is seen from birth, b from day 30; b is separated on day 60.
    council = nursery(
        pregnancy("a", "2020-06-01", "2020-09-01"),
        pregnancy("b", "2020-10-01", "2020-09-01"),
        {"looked_after_episodes": [episode("b1", "2020-10-31")]},
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
    council = nursery(pregnancy("a", "2020-10-01", "2020-09-01"))
    at_14, at_365 = incidence(cohort(council, "cradle"))
    assert math.isnan(at_14["value"])
    assert at_14["note"] == "nobody has been followed that long"
    assert at_365["value"] == 0


def test_a_baby_who_comes_and_goes_on_one_day_is_in_no_curve() -> None:
    council = nursery(
        pregnancy("a", "2020-06-01", "2020-09-01"),
        pregnancy("b", "2020-10-01", "2020-09-01"),
        {"status_events": [status("b1", "2020-10-01", "moved_away")]},
    )
    curve = incidence_curve(cohort(council, "cradle"))
    assert curve["at_risk"].tolist() == [1]
