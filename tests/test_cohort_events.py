"""What happens to the children of a cohort, and when it counts; the windows of doorstep are 91 and 365 days.

2020-05-01 + 91 days = 2020-07-31 (30 days left of May, 30 of June, 31 of July); + 365 days = 2021-05-01.
"""

from __future__ import annotations

import pandas as pd
import pytest

from tests.cohorts import ACCEPTED, child, cohort, reasons, steps
from tests.councils import council_of, episode, referral, status


@pytest.mark.parametrize(
    ("entered", "days", "by_91", "by_365"),
    [
        ("2020-05-02", 1, "event", "event"),
        ("2020-07-30", 90, "event", "event"),
        ("2020-07-31", 91, "event", "event"),  # the window's last day is in it
        ("2020-08-01", 92, "no_event", "event"),
        ("2021-05-01", 365, "no_event", "event"),
        ("2021-05-02", 366, "no_event", "no_event"),
        ("2021-09-30", 517, "no_event", "no_event"),  # the day of the extract is known
    ],
)
def test_entering_care_by_the_day(entered: str, days: int, by_91: str, by_365: str) -> None:
    row = child(looked_after_episodes=[episode("a", entered)])
    assert (row["cause"], row["days"], row["entry_days"]) == ("entered_care", days, 0)
    assert (row["outcome_91"], row["outcome_365"]) == (by_91, by_365)
    assert pd.isna(row["censored_by"])


def test_a_child_who_stays_is_censored_at_the_extract() -> None:
    row = child()
    assert (row["cause"], row["censored_by"], row["days"]) == ("censored", "extract", 517)
    assert (row["outcome_91"], row["outcome_365"]) == ("no_event", "no_event")


@pytest.mark.parametrize(
    ("extract", "matured_91", "matured_365"),
    [
        ("2020-07-30", False, False),
        ("2020-07-31", True, False),
        ("2021-04-30", True, False),
        ("2021-05-01", True, True),
    ],
)
def test_a_window_matures_on_its_last_day(extract: str, matured_91: bool, matured_365: bool) -> None:
    row = child(extract=extract)
    assert (row["matured_91"], row["matured_365"]) == (matured_91, matured_365)
    assert (pd.isna(row["outcome_91"]), pd.isna(row["outcome_365"])) == (not matured_91, not matured_365)


def test_an_event_before_maturity_does_not_count_yet() -> None:
    # Those who enter early would otherwise be known before those who stay, and the share would be of them.
    row = child(extract="2020-07-30", looked_after_episodes=[episode("a", "2020-05-10")])
    assert not row["matured_91"]
    assert pd.isna(row["outcome_91"])
    assert (row["cause"], row["days"]) == ("entered_care", 9)  # the curve has it


def test_care_before_acceptance_is_no_event() -> None:
    row = child(looked_after_episodes=[episode("a", "2019-05-01", "2020-04-01")])
    assert (row["cause"], row["outcome_365"]) == ("censored", "no_event")


def test_the_first_of_several_entries_counts() -> None:
    entries = [episode("a", "2020-12-01", "2020-12-09"), episode("a", "2020-06-01", "2020-06-09")]
    assert child(looked_after_episodes=entries)["days"] == 31


@pytest.mark.parametrize("legal_status", ["V3", "V4"])
def test_respite_is_no_entry_into_care(legal_status: str) -> None:
    respite = [episode("a", day, legal_status=legal_status) for day in ("2020-04-01", "2020-06-01")]
    row = child(looked_after_episodes=respite)
    assert pd.isna(row["excluded"])
    assert (row["cause"], row["outcome_365"]) == ("censored", "no_event")


def test_a_placement_with_parents_is_an_entry_into_care() -> None:
    # A child on a care order at home is looked after; only for babies does the measure ask about separation.
    row = child(looked_after_episodes=[episode("a", "2020-06-01", placement_type="placed_with_parents")])
    assert row["cause"] == "entered_care"


@pytest.mark.parametrize(
    ("moved", "entered", "ended_by", "by_91", "by_365"),
    [
        ("2020-06-01", "", "moved_away", "unknown", "unknown"),
        ("2020-06-01", "2020-07-01", "moved_away", "unknown", "unknown"),  # what comes after is not seen reliably
        ("2020-06-01", "2020-06-01", "entered_care", "event", "event"),
        ("2020-06-01", "2020-05-15", "entered_care", "event", "event"),  # they moved after it
        ("2020-07-31", "", "moved_away", "unknown", "unknown"),
        ("2020-08-01", "", "moved_away", "no_event", "unknown"),
        ("2021-05-02", "", "moved_away", "no_event", "no_event"),
        ("2020-04-30", "", "extract", "no_event", "no_event"),  # before acceptance: they had come back
    ],
)
def test_moving_away(moved: str, entered: str, ended_by: str, by_91: str, by_365: str) -> None:
    row = child(
        status_events=[status("a", moved, "moved_away")],
        looked_after_episodes=[episode("a", entered)] if entered else [],
    )
    assert (row["outcome_91"], row["outcome_365"]) == (by_91, by_365)
    assert (row["censored_by"] if row["cause"] == "censored" else row["cause"]) == ended_by


def test_a_move_that_only_the_end_of_support_tells_of() -> None:
    end = [{"support_ended_on": "2020-06-01", "end_reason": "moved_away"}]
    row = child(referral=end)
    assert (row["cause"], row["censored_by"], row["days"]) == ("censored", "moved_away", 31)
    end[0]["end_reason"] = "died"
    row = child(referral=end)
    assert (row["cause"], row["days"]) == ("died", 31)


@pytest.mark.parametrize(
    ("kind", "cause"), [("died", "died"), ("adopted", "adopted"), ("special_guardianship", "guardianship")]
)
def test_what_competes_with_entering_care(kind: str, cause: str) -> None:
    ended = [status("a", "2020-06-01", kind)]
    row = child(status_events=ended)
    assert (row["cause"], row["days"]) == (cause, 31)
    # They stay in the denominator without the event, as in the cumulative incidence. The dead do not: to have died
    # is not to have stayed at home.
    expected = "died" if kind == "died" else "no_event"
    assert (row["outcome_91"], row["outcome_365"]) == (expected, expected)
    # Whatever comes later is not theirs to have; on the same day the event comes first.
    assert child(status_events=ended, looked_after_episodes=[episode("a", "2020-06-02")])["cause"] == cause
    assert child(status_events=ended, looked_after_episodes=[episode("a", "2020-06-01")])["cause"] == "entered_care"
    # And on the same day it comes before a move.
    both = [status("a", "2020-06-01", "moved_away"), *ended]
    assert child(status_events=both)["cause"] == cause
    # A death comes before what else competes, in whatever order they are listed.
    died = [status("a", "2020-06-01", "died"), *ended]
    assert child(status_events=died)["cause"] == child(status_events=died[::-1])["cause"] == "died"


def test_a_death_is_left_out_of_the_windows_that_run_past_it() -> None:
    built = cohort(
        council_of(
            referrals=[referral("a", ACCEPTED), referral("b", ACCEPTED)],
            status_events=[status("a", "2020-08-01", "died")],  # day 92
        )
    )
    assert steps(built)[-4:] == [
        ("matured", 91, 2),
        ("outcome_known", 91, 2),
        ("matured", 365, 2),
        ("outcome_known", 365, 1),
    ]
    assert reasons(built) == {("died", 365): 1}


@pytest.mark.parametrize("kind", ["registered", "section_47", "care_order", "stepped_up", "proceedings_issued"])
def test_what_does_not_end_the_follow_up(kind: str) -> None:
    assert child(status_events=[status("a", "2020-06-01", kind)])["cause"] == "censored"


def test_going_home_is_the_event_of_reunification_and_leaving_care_otherwise_competes() -> None:
    council = council_of(
        referrals=[referral(person, ACCEPTED, service="homeward", stream="reunification") for person in "ab"],
        looked_after_episodes=[
            episode("a", "2020-01-01", "2020-05-20"),
            episode("a", "2020-05-20", "2020-06-01", reason_started="placement", reason_ended="returned_home"),
            episode("b", "2020-01-01", "2020-06-03", reason_ended="moved_authority"),
        ],
    )
    rows = cohort(council, "homeward").rows.set_index("unit_id")[["cause", "days", "outcome_183"]]
    assert rows.loc["a"].tolist() == ["returned_home", 31, "event"]
    assert rows.loc["b"].tolist() == ["left_care", 33, "no_event"]
