"""Safety events within a year of acceptance: cohorts small enough to count by hand.

Everybody is accepted on 2020-05-01: day 365 is 2021-05-01.
"""

from __future__ import annotations

from typing import Any

import pytest

from ehp_eval.load import Council
from ehp_eval.measures.registry import cohort_figures, tables_missing
from ehp_eval.measures.safety import incidents, safety, unplanned_entries
from ehp_eval.years import Period
from tests.cohorts import ACCEPTED, cohort, share
from tests.councils import council_of, episode, referral, status


def shares(council: Council) -> dict[str, tuple[int, int]]:
    built = cohort(council)
    return {row["measure"]: share(row) for row in safety(council, built) + unplanned_entries(council, built)}


def test_registered_enquired_into_or_entered_unplanned_within_a_year() -> None:
    dates = {"day 0": ACCEPTED, "day 1": "2020-05-02", "day 365": "2021-05-01", "day 366": "2021-05-02"}
    people = [*dates, "47", "47 day 0", "two kinds", "entry day 0", "planned", "in care", "down"]
    council = council_of(
        referrals=[referral(person, ACCEPTED) for person in people],
        status_events=[
            *(status(person, day, "registered") for person, day in dates.items()),
            status("47", "2020-06-01", "section_47"),
            status("47 day 0", ACCEPTED, "section_47"),
            status("two kinds", "2020-06-01", "section_47"),
            status("two kinds", "2020-06-05", "registered"),
            status("down", "2020-06-01", "deregistered"),
        ],
        looked_after_episodes=[
            episode("entry day 0", ACCEPTED, planned="N"),
            episode("planned", "2020-06-01", planned="Y"),
            # A later episode of the same period is a change of placement and no entry.
            episode("planned", "2020-08-01", planned="N", reason_started="placement"),
            episode("in care", "2020-01-01", planned="N"),
        ],
    )
    # Ten at risk. Registered: day 1, day 365, two kinds. Section 47: 47, two kinds. Unplanned: entry day 0.
    assert shares(council) == {"eoc6": (5, 10), "eoc6r": (3, 10), "eoc6s": (2, 10), "eoc6u": (1, 10)}


def test_whether_an_entry_was_planned() -> None:
    council = council_of(
        referrals=[referral(person, ACCEPTED) for person in "abcdefg"],
        looked_after_episodes=[
            episode("a", "2020-06-01", planned="U"),
            episode("b", "2020-06-01", planned=""),
            # The same start twice, in disagreement; and in agreement, where one does not know.
            episode("c", "2020-06-01", "2020-07-01", planned="Y"),
            episode("c", "2020-06-01", planned="N"),
            episode("d", "2020-06-01", "2020-07-01", planned="U"),
            episode("d", "2020-06-01", planned="N"),
            # A planned entry, and then one that was not.
            episode("e", "2020-06-01", "2020-07-01", planned="Y"),
            episode("e", "2020-10-01", planned="N"),
            episode("f", "2021-05-02", planned="U"),  # after the year
            episode("g", "2020-06-01", planned="N", legal_status="V3"),  # respite
        ],
    )
    # Unknown: a, b, c. Unplanned: d, e. Not: f, g.
    found = shares(council)
    assert [found[f"eoc6u{case}"] for case in ("", "_worst", "_best")] == [(2, 4), (5, 7), (2, 7)]
    assert [found[f"eoc6{case}"] for case in ("", "_worst", "_best")] == [(2, 4), (5, 7), (2, 7)]
    assert "eoc6r_worst" not in found


def test_safety_of_who_died_or_moved_away_and_of_nobody() -> None:
    council = council_of(
        referrals=[referral(person, ACCEPTED) for person in "abcd"],
        status_events=[
            status("a", "2020-06-01", "died"),
            status("b", "2020-06-01", "moved_away"),
            status("c", "2020-06-01", "registered"),
            status("c", "2020-07-01", "died"),
        ],
    )
    # a is left out. c was registered before the death, and counts.
    found = shares(council)
    assert [found[f"eoc6{case}"] for case in ("", "_worst", "_best")] == [(1, 2), (2, 3), (1, 3)]
    assert set(shares(council_of()).values()) == {(0, 0)}


def test_incidents_of_the_service_in_the_year() -> None:
    rows: list[dict[str, Any]] = [
        {"service": "doorstep", "date": "2020-04-01", "kind": "serious_incident"},
        {"service": "doorstep", "date": "2021-03-31", "kind": "case_audit_confirmed_harm"},
        {"service": "doorstep", "date": "2020-07-01", "kind": ""},
        {"service": "doorstep", "date": "2021-04-01", "kind": "serious_incident"},
        {"service": "doorstep", "date": "2020-03-31", "kind": "serious_incident"},
        {"service": "homeward", "date": "2020-07-01", "kind": "serious_incident"},
    ]
    council = council_of(incidents=rows)
    (row,) = incidents(council, cohort(council))
    assert (row["measure"], row["numerator"], row["unit"], row["stream"]) == ("eoc6i", 3, "count", "")
    assert row["note"] == "1 serious incident; 1 case audit confirmed harm"
    # R: poisson.test(3)$conf.int
    assert (row["lower"], row["upper"]) == pytest.approx((0.618672, 8.767273), abs=1e-6)
    (row,) = incidents(council, cohort(council, year=Period(2019, 2020)))
    assert row["numerator"] == 4


def test_a_table_that_was_not_supplied_costs_its_own_measures_alone() -> None:
    rows = [referral("a", ACCEPTED, first_contact_on=ACCEPTED)]

    def measures(council: Council) -> set[str]:
        return {row["measure"] for row in cohort_figures(council, cohort(council), kind="edge_of_care")}

    bare = council_of(referrals=rows, looked_after_episodes=[])
    assert measures(bare) == {"eoc1", "eoc1c", "eoc2", "eoc3", "eoc5", "eoc6u"}
    assert {"contacts", "incidents", "status_events"} <= set(tables_missing(bare, "edge_of_care"))
    full = council_of(referrals=rows, looked_after_episodes=[], status_events=[], incidents=[])
    assert measures(full) - measures(bare) == {"eoc6", "eoc6r", "eoc6s", "eoc6i", "eoc7"}
