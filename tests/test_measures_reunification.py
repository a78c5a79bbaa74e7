"""Home in the wider reading, still home, and placements that held: cohorts small enough to count by hand.

Everybody is looked after and accepted on 2020-05-01: day 91 is 2020-07-31, day 183 is 2020-10-31.
"""

from __future__ import annotations

from typing import Any

import pytest

from ehp_eval.load import Council
from ehp_eval.measures.placements import placements_held
from ehp_eval.measures.reunification import at_home_in_the_wider_reading, still_home
from tests.cohorts import ACCEPTED, cohort, share
from tests.councils import Row, council_of, episode, referral, status


def homeward(person: str, **changes: Any) -> Row:
    return referral(person, ACCEPTED, service="homeward", stream="reunification", **changes)


def home(person: str, ended_on: str) -> Row:
    """In care from January until the child went home."""
    return episode(person, "2020-01-01", ended_on, reason_ended="returned_home")


def placed(person: str, started_on: str, ended_on: str = "") -> Row:
    """With the parents under a care order, from another placement."""
    return episode(person, started_on, ended_on, reason_started="placement", placement_type="placed_with_parents")


def wider(council: Council) -> list[dict[str, Any]]:
    return at_home_in_the_wider_reading(council, cohort(council, "homeward"))


def test_returned_or_placed_with_parents() -> None:
    council = council_of(
        referrals=[homeward(person) for person in "abcdefgh"],
        looked_after_episodes=[
            home("a", "2020-10-31"),  # day 183
            episode("b", "2020-01-01", "2020-11-01"),
            placed("b", "2020-11-01"),  # day 184
            episode("c", "2020-01-01", "2020-04-01"),
            placed("c", "2020-04-01"),  # already there
            episode("d", "2020-01-01", "2020-02-01"),
            placed("d", "2020-02-01", "2020-03-01"),  # there once, and in foster care again by 1 May
            episode("d", "2020-03-01", reason_started="placement"),
            episode("e", "2020-01-01", "2020-06-01"),
            placed("e", "2020-06-01", "2020-07-01"),  # ended again: the event stays
            episode("e", "2020-07-01", reason_started="placement"),
            episode("f", "2020-01-01"),
            # Left care otherwise first: what comes later is no longer of this support.
            episode("g", "2020-01-01", "2020-05-20", reason_ended="other"),
            episode("g", "2020-06-01", "2020-06-10"),
            placed("g", "2020-06-10"),
            # The earlier episode was left open: it is not where the child was on 1 May.
            placed("h", "2020-01-01"),
            episode("h", "2020-03-01", reason_started="placement"),
        ],
    )
    # Nobody is lost, so that Aalen-Johansen is the plain share: by day 183 a, c, e of 8; by day 365 b too.
    at_183, at_365 = wider(council)
    assert [row["measure"] for row in (at_183, at_365)] == ["psw1p", "psw1p"]
    assert [(row["window_days"], share(row)) for row in (at_183, at_365)] == [(183, (3, 8)), (365, (4, 8))]
    assert [row["value"] for row in (at_183, at_365)] == pytest.approx([3 / 8, 4 / 8])
    assert at_183["note"] == "1 was placed with parents already"


def test_at_home_after_a_death_or_a_move_and_of_nobody() -> None:
    council = council_of(
        referrals=[homeward(person) for person in "abcd"],
        looked_after_episodes=[
            *(episode(person, "2020-01-01", "2020-09-01") for person in "ab"),
            *(placed(person, "2020-09-01") for person in "ab"),
            home("c", "2020-06-01"),
            episode("d", "2020-01-01"),
        ],
        status_events=[status("a", "2020-07-01", "moved_away"), status("b", "2020-08-01", "died")],
    )
    # Day 31: 1 of 4. a is followed to day 61 only, b died on day 92. By day 183 that is all: 0.25, of whom one is
    # still followed, and no quotient, since a might have come home.
    at_183, _ = wider(council)
    assert (share(at_183), at_183["value"]) == ((1, 4), pytest.approx(0.25))
    assert share(wider(council_of())[0]) == (0, 0)


def stayed(council: Council) -> dict[tuple[str, int], dict[str, Any]]:
    return {(row["measure"], row["window_days"]): row for row in still_home(council, cohort(council, "homeward"))}


def test_still_home_so_many_days_after_the_return() -> None:
    # Home on 2020-06-01: day 183 is 2020-12-01, day 365 is 2021-06-01.
    back = {"a": "", "b": "2020-12-01", "c": "2020-12-02", "d": "2021-06-01", "e": "2021-06-02", "f": "2020-06-02"}
    council = council_of(
        referrals=[homeward(person) for person in [*back, "late", "not home", "respite", "adopted"]],
        looked_after_episodes=[
            *(home(person, "2020-06-01") for person in [*back, "respite"]),
            *(episode(person, day) for person, day in back.items() if day),
            home("late", "2021-04-01"),  # day 183 is the day after the extract
            episode("not home", "2020-01-01"),
            episode("respite", "2020-08-01", "2020-08-08", legal_status="V4"),
            episode("adopted", "2020-01-01", "2020-06-01", reason_ended="adopted"),
        ],
    )
    found = stayed(council)
    # Seven were home in time. Back by day 183: b, f. By day 365 also c and d.
    assert [share(found["psw2", days]) for days in (183, 365)] == [(5, 7), (3, 7)]


def test_still_home_of_who_died_or_moved_away_and_of_nobody() -> None:
    council = council_of(
        referrals=[homeward(person) for person in "abc"],
        looked_after_episodes=[home(person, "2020-06-01") for person in "abc"],
        status_events=[status("a", "2020-07-01", "died"), status("b", "2020-07-01", "moved_away")],
    )
    found = stayed(council)
    assert [share(found[name, 183]) for name in ("psw2", "psw2_worst", "psw2_best")] == [(1, 1), (1, 2), (2, 2)]
    assert found["psw2", 183]["note"] == "1 died and left out; 1 of unknown status left out"
    assert share(stayed(council_of())["psw2", 183]) == (0, 0)


def held(council: Council) -> dict[tuple[str, int], dict[str, Any]]:
    built = cohort(council, stream="placement_support")
    return {(row["measure"], row["window_days"]): row for row in placements_held(council, built, measure="eoc8")}


def placement_support(*people: str) -> list[Row]:
    return [referral(person, ACCEPTED, stream="placement_support") for person in people]


def test_a_placement_held_91_and_183_days() -> None:
    moves = {"day 91": "2020-07-31", "day 92": "2020-08-01", "day 183": "2020-10-31", "day 184": "2020-11-01"}
    moves |= {"day 0": ACCEPTED}
    quiet = {"same carer": "placement_same_carer", "order": "legal_status"}
    council = council_of(
        referrals=placement_support(*moves, *quiet, "held", "respite", "home", "not in care"),
        looked_after_episodes=[
            *(episode(person, "2020-01-01", day) for person, day in moves.items()),
            *(episode(person, day, reason_started="placement") for person, day in moves.items()),
            *(episode(person, "2020-01-01", "2020-06-01") for person in quiet),
            *(episode(person, "2020-06-01", reason_started=reason) for person, reason in quiet.items()),
            episode("held", "2020-01-01"),
            episode("respite", "2020-01-01"),
            episode("respite", "2020-06-01", "2020-06-08", legal_status="V3"),
            home("home", "2020-06-20"),
        ],
    )
    found = held(council)
    # Ten in care. Ended by day 91: day 91, home. By day 183 also day 92 and day 183.
    assert [share(found["eoc8", days]) for days in (91, 183)] == [(8, 10), (6, 10)]
    assert found["eoc8", 91]["note"] == "1 had left care, which is no breakdown"


def test_a_death_is_no_breakdown_and_a_change_of_unknown_kind_is_unknown() -> None:
    council = council_of(
        referrals=placement_support("held", "died", "unknown", "blank", "later", "moved away", "moved and unknown"),
        looked_after_episodes=[
            episode("held", "2020-01-01"),
            episode("died", "2020-01-01", "2020-06-01", reason_ended="died"),
            *(episode(person, "2020-01-01", "2020-06-01") for person in ("unknown", "blank", "moved and unknown")),
            episode("unknown", "2020-06-01", reason_started="U"),
            episode("blank", "2020-06-01", reason_started=""),
            episode("later", "2020-01-01", "2020-08-01"),
            episode("later", "2020-08-01", reason_started="U"),  # day 92
            episode("moved away", "2020-01-01"),
            # Whatever the change of June was, the placement of July was another.
            episode("moved and unknown", "2020-06-01", "2020-07-01", reason_started="U"),
            episode("moved and unknown", "2020-07-01", reason_started="placement"),
        ],
        status_events=[status("died", "2020-06-01", "died"), status("moved away", "2020-06-01", "moved_away")],
    )
    found = held(council)
    # By day 91 known: held, later, moved and unknown. Unknown: unknown, blank, moved away. Died is in none.
    assert [share(found[f"eoc8{case}", 91]) for case in ("", "_worst", "_best")] == [(2, 3), (2, 6), (5, 6)]
    assert found["eoc8", 91]["note"] == "1 died and left out; 3 of unknown status left out"
    assert share(found["eoc8", 183]) == (1, 2)


def test_no_placement_supported() -> None:
    assert share(held(council_of())["eoc8", 91]) == (0, 0)
