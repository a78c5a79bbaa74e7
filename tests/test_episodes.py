"""Looked-after episodes one after another, and how periods of care began."""

from __future__ import annotations

from ehp_eval.episodes import care_episodes, entries_into_care, with_parent
from tests.councils import council_of, episode


def test_episodes_are_repaired_as_periods_of_care_are() -> None:
    council = council_of(
        looked_after_episodes=[
            episode("a", "2020-03-01", "2020-04-01"),
            episode("a", "2020-01-01"),  # left open, repeated by a row that closes it, and by one that closes it later
            episode("a", "2020-01-01", "2020-01-15"),
            episode("a", "2020-01-01", "2020-02-01"),
            episode("a", "2020-02-01"),  # left open with a later one
            episode("a", "2020-04-01"),
            episode("a", "2020-05-01", "2020-04-30"),  # ends before it starts
            episode("a", "2020-03-10", "2020-03-12", legal_status="V4"),  # respite
            episode("b", "2020-01-01"),
        ]
    )
    found = care_episodes(council)
    shown = [(row.person_id, f"{row.started_on:%m-%d}", f"{row.ended_on:%m-%d}") for row in found[:3].itertuples()]
    assert shown == [("a", "01-01", "02-01"), ("a", "02-01", "03-01"), ("a", "03-01", "04-01")]
    assert list(found["person_id"][3:]) == ["a", "b"]
    assert found["ended_on"][3:].isna().all()


def test_with_a_parent_is_by_either_column() -> None:
    council = council_of(
        looked_after_episodes=[
            episode("a", "2020-01-01", parent_and_baby="Y"),
            episode("b", "2020-01-01", parent_and_baby="N", placement_type="placed_with_parents"),
            episode("c", "2020-01-01", parent_and_baby="N"),
            episode("d", "2020-01-01", placement_type=""),
        ]
    )
    assert list(with_parent(council, care_episodes(council))) == [True, True, False, False]


def test_a_period_begins_planned_or_not_as_its_first_day_says() -> None:
    council = council_of(
        looked_after_episodes=[
            episode("a", "2020-01-01", "2020-02-01", planned="N", parent_and_baby="Y"),
            episode("a", "2020-02-01", "2020-03-01", planned="Y", reason_started="placement"),
            episode("a", "2020-06-01", planned="Y"),
            episode("b", "2020-01-01"),
        ]
    )
    found = entries_into_care(council)
    shown = [(row.person_id, f"{row.date:%m-%d}", row.planned, row.parent_and_baby) for row in found.itertuples()]
    assert shown == [("a", "01-01", "N", True), ("a", "06-01", "Y", False), ("b", "01-01", "U", False)]
