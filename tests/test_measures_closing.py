"""The good outcome when support closed, of cohorts small enough to count by hand; intervals from R.

Everybody is accepted on 2020-05-01 and closed on 2020-07-01 where nothing else is said.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from ehp_eval.load import Council
from ehp_eval.measures.primary import closed_to_social_care, closing, engaged
from tests.cohorts import ACCEPTED, Tables, cohort, pregnancy, share, together
from tests.councils import council_of, episode, referral, status

ENDED = "2020-07-01"


def closing_of(council: Council, service: str = "doorstep", **options: Any) -> dict[str, Any]:
    return closing(council, cohort(council, service, **options))[0]


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
    born = [pregnancy(name, "2020-06-01", "2020-09-01", support_ended_on="2021-01-01") for name in "abcdefg"]
    happened: Tables = {
        "status_events": [
            status("f1", "2020-12-01", "special_guardianship"),
            status("g1", "2021-01-02", "special_guardianship"),
        ],
        "looked_after_episodes": [
            episode("b1", "2020-09-05", "2020-10-01"),
            episode("c1", "2021-01-01"),
            episode("d1", "2021-01-02"),
            episode("e1", "2020-09-05", parent_and_baby="Y"),
        ],
    }
    council = council_of(**together(*born, happened))
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


def test_support_that_closed_before_the_birth_says_nothing_of_the_baby() -> None:
    # a's support closed in August, a month before its birth; b's after it.
    early = pregnancy("a", "2020-06-01", "2020-09-01", support_ended_on="2020-08-01")
    late = pregnancy("b", "2020-06-01", "2020-09-01", support_ended_on="2021-01-01")
    row = closing_of(council_of(**together(early, late)), "cradle")
    assert share(row) == (1, 1)
    assert row["note"] == "1 closed before the birth left out"
