"""Referred again, and stepped down and held: cohorts small enough to count by hand.

Everybody is accepted on 2020-05-01 and closed on 2020-07-01 where nothing else is said: day 28 after it is 2020-07-29,
day 183 is 2020-12-31, day 365 is 2021-07-01.
"""

from __future__ import annotations

from typing import Any

from ehp_eval.load import Council
from ehp_eval.measures.after_closure import re_referred, stepped_down_and_held
from tests.cohorts import ACCEPTED, cohort, share
from tests.councils import Row, council_of, declined, episode, referral, status

CLOSED = "2020-07-01"


def closed(person: str, ended_on: str = CLOSED, **changes: Any) -> Row:
    return referral(person, ACCEPTED, support_ended_on=ended_on, **changes)


def again(council: Council) -> dict[tuple[str, int], dict[str, Any]]:
    return {(row["measure"], row["window_days"]): row for row in re_referred(council, cohort(council))}


def test_referred_again_to_the_edge_of_care_of_any_service() -> None:
    people = ["day 183", "day 184", "day 365", "day 366", "same day", "before", "declined", "elsewhere", "placement"]
    council = council_of(
        referrals=[
            *(closed(person) for person in [*people, "twice", "none", "in care"]),
            referral("day 183", "2020-12-31"),
            referral("day 184", "2021-01-01"),
            referral("day 365", "2021-07-01"),
            referral("day 366", "2021-07-02"),
            referral("same day", CLOSED, referral_id="handed over", service="homeward"),
            referral("before", "2020-06-01", referral_id="during", service="homeward"),
            declined("declined", "2020-09-01"),
            referral("elsewhere", "2020-09-01", service="homeward"),
            referral("placement", "2020-09-01", stream="placement_support"),
            referral("twice", "2020-08-01", referral_id="first", service="homeward"),
            referral("twice", "2020-09-01", referral_id="second"),
            referral("open", ACCEPTED),
        ],
        looked_after_episodes=[episode("in care", "2020-06-15")],
    )
    found = again(council)
    # By day 183: day 183, declined, elsewhere, twice. By day 365 also day 184 and day 365. 12 are closed.
    assert [share(found["eoc5", days]) for days in (183, 365)] == [(4, 12), (6, 12)]
    assert found["eoc5", 183]["note"] == (
        "2 of the re-referrals were to another service; 1 was looked after when support closed; 1 still open left out"
    )


def test_referred_again_after_a_death_or_a_move() -> None:
    council = council_of(
        referrals=[
            closed("died"),
            closed("moved", end_reason="moved_away"),
            closed("referred, then moved"),
            referral("referred, then moved", "2020-08-01"),
            closed("stayed"),
            closed("not matured", "2021-04-01"),  # day 183 is 2021-10-01, a day after the extract
        ],
        status_events=[
            status("died", "2020-08-01", "died"),
            status("referred, then moved", "2020-09-01", "moved_away"),
        ],
    )
    found = again(council)
    assert share(found["eoc5", 183]) == (1, 2)
    assert (share(found["eoc5_worst", 183]), share(found["eoc5_best", 183])) == ((2, 3), (1, 3))
    assert found["eoc5", 183]["note"] == "1 died and left out; 1 of unknown status left out"


def test_a_child_first_referred_before_birth_is_followed_under_its_later_id() -> None:
    council = council_of(
        persons=[{"person_id": "u", "birth_person_id": "b"}, {"person_id": "b"}],
        referrals=[closed("b"), declined("u", "2020-08-01")],
    )
    assert share(again(council)["eoc5", 183]) == (1, 1)


def held(council: Council) -> dict[str, dict[str, Any]]:
    return {row["measure"]: row for row in stepped_down_and_held(council, cohort(council))}


def test_stepped_down_by_the_28th_day_and_held_to_the_183rd() -> None:
    down = {"on acceptance": ACCEPTED, "before closure": "2020-06-20", "day 28": "2020-07-29", "day 29": "2020-07-30"}
    down |= {"before acceptance": "2020-04-30"}
    later = ["reopened", "stepped up", "reopened day 183", "reopened day 184", "entered", "entered day 184", "respite"]
    down |= dict.fromkeys(later, CLOSED)
    council = council_of(
        referrals=[closed(person) for person in [*down, "never", "in care"]],
        status_events=[
            *(status(person, day, "stepped_down") for person, day in down.items()),
            status("reopened", "2020-08-01", "reopened"),
            status("stepped up", "2020-08-01", "stepped_up"),
            status("reopened day 183", "2020-12-31", "reopened"),
            status("reopened day 184", "2021-01-01", "reopened"),
            status("in care", CLOSED, "stepped_down"),
        ],
        looked_after_episodes=[
            episode("entered", "2020-12-31"),
            episode("entered day 184", "2021-01-01"),
            episode("respite", "2020-08-01", "2020-08-08", legal_status="V3"),
            episode("in care", "2020-06-20"),
        ],
    )
    found = held(council)
    # Held: on acceptance, before closure, day 28, reopened day 184, entered day 184, respite.
    assert share(found["eoc7"]) == (6, 14)
    assert found["eoc7"]["window_days"] == 183
    # All but day 29, before acceptance and never.
    assert found["eoc7"]["note"] == "11 were stepped down"


def test_who_was_never_stepped_down_is_not_held_whatever_comes_after_day_183() -> None:
    later = ("entered", "reopened", "stepped up")
    council = council_of(
        referrals=[closed(person) for person in (*later, "entered early", "held")],
        status_events=[
            status("held", CLOSED, "stepped_down"),
            status("reopened", "2021-01-01", "reopened"),  # day 184
            status("stepped up", "2021-09-01", "stepped_up"),
        ],
        looked_after_episodes=[
            episode("entered", "2021-02-26"),  # day 240: 183 is 31 December, then 31 of January and 26
            episode("entered early", "2020-07-10"),
        ],
    )
    found = held(council)
    assert share(found["eoc7"]) == (1, 5)
    assert found["eoc7"]["note"] == "1 was stepped down"


def test_what_came_before_the_step_down_does_not_count_but_what_came_after_the_closure_does() -> None:
    people = ("before", "between", "after closure", "same day", "was in care")
    council = council_of(
        referrals=[closed(person) for person in people],
        status_events=[
            # Re-opened during support, then stepped down: what counts is the last step-down.
            status("before", "2020-05-10", "stepped_down"),
            status("before", "2020-05-20", "reopened"),
            status("before", "2020-06-25", "stepped_down"),
            status("between", "2020-06-01", "stepped_down"),
            status("between", "2020-06-15", "reopened"),
            status("after closure", "2020-07-05", "reopened"),
            status("after closure", "2020-07-10", "stepped_down"),
            status("same day", "2020-06-25", "stepped_down"),
            status("same day", "2020-06-25", "stepped_up"),
            status("was in care", "2020-06-25", "stepped_down"),
        ],
        looked_after_episodes=[episode("was in care", "2020-05-10", "2020-06-10")],
    )
    # Held: before, and the one who was in care during support and home again.
    assert share(held(council)["eoc7"]) == (2, 5)


def test_stepped_down_then_dead_or_moved() -> None:
    council = council_of(
        referrals=[closed(person) for person in ("held", "died", "died early", "moved", "moved early", "moved late")],
        status_events=[
            *(status(person, CLOSED, "stepped_down") for person in ("held", "died", "moved")),
            status("died", "2020-12-31", "died"),
            status("died early", "2020-07-05", "died"),
            status("moved", "2020-08-01", "moved_away"),
            status("moved early", "2020-07-29", "moved_away"),  # a step-down could still have been recorded that day
            status("moved late", "2020-07-30", "moved_away"),  # not stepped down in time, which is known
        ],
    )
    found = held(council)
    assert [share(found[name]) for name in ("eoc7", "eoc7_worst", "eoc7_best")] == [(1, 2), (1, 4), (3, 4)]
    assert found["eoc7"]["note"].endswith("2 died and left out; 2 of unknown status left out")


def test_nobody_closed() -> None:
    council = council_of(referrals=[referral("a", ACCEPTED)])
    assert share(again(council)["eoc5", 365]) == (0, 0)
    assert share(held(council)["eoc7"]) == (0, 0)
