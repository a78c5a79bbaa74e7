"""Who is in a cohort of children, and in which year; the windows of doorstep are 91 and 365 days."""

from __future__ import annotations

import pandas as pd
import pytest

from ehp_eval.years import Period
from tests.cohorts import ACCEPTED, child, cohort, one, reasons, steps
from tests.councils import council_of, declined, episode, referral, status


def test_the_flow_of_a_small_year() -> None:
    council = council_of(
        referrals=[
            referral("stays", ACCEPTED),
            referral("enters", ACCEPTED),
            referral("twice", ACCEPTED),
            referral("twice", "2020-09-01"),
            declined("at last", "2020-04-20"),
            referral("at last", ACCEPTED),
            declined("never", "2020-05-01"),
            declined("never", "2020-06-01"),
            referral("in care", ACCEPTED),
            referral("grown up", ACCEPTED),
            referral("moves", ACCEPTED),
            referral("recent", "2021-03-01"),
            # Not of this service, stream and year:
            referral("stays", ACCEPTED, service="homeward", stream="reunification"),
            referral("placed", ACCEPTED, stream="placement_support"),
            referral("before", "2020-03-31"),
            referral("after", "2021-04-01"),
        ],
        persons=[{"person_id": "grown up", "birth_month": "2002-03"}],
        looked_after_episodes=[episode("in care", "2020-01-01"), episode("enters", "2020-06-01")],
        status_events=[status("moves", "2020-06-01", "moved_away")],
    )
    built = cohort(council)
    # Twelve rows come in. Three of them are second referrals (twice, at last, never), and one child was never
    # accepted. Of the eight who were, one is looked after already and one is 18. Day 91 of everybody has passed, day
    # 365 not of the one accepted on 1 March 2021. The one who moved away is unknown at both.
    assert steps(built) == [
        ("referrals", 12),
        ("children_referred", 9),
        ("children_accepted", 8),
        ("at_risk", 6),
        ("matured", 91, 6),
        ("outcome_known", 91, 5),
        ("matured", 365, 5),
        ("outcome_known", 365, 4),
    ]
    assert reasons(built) == {
        "referred_again": 3,
        "not_accepted": 1,
        "looked_after_at_t0": 1,
        "aged_18": 1,
        ("status_unknown", 91): 1,
        ("not_matured", 365): 1,
        ("status_unknown", 365): 1,
    }
    assert set(built.at_risk["unit_id"]) == {"stays", "enters", "twice", "at last", "moves", "recent"}
    assert built.step("matured", 730) == 0  # no such window


def test_a_service_without_referrals_has_an_empty_flow() -> None:
    built = cohort(council_of())
    assert {count for *_, count in steps(built)} == {0}
    assert reasons(built) == {}
    assert built.rows.empty


def test_the_first_accepted_referral_starts_the_clock() -> None:
    again = [
        referral("a", "2020-09-01", support_ended_on="2020-10-01"),
        declined("a", "2020-04-10"),
        referral("a", "2020-06-01", support_ended_on="2020-07-01"),
    ]
    row = one(cohort(council_of(referrals=again)))
    assert (row["t0"], row["closed_on"]) == (pd.Timestamp("2020-06-01"), pd.Timestamp("2020-07-01"))


def test_the_first_acceptance_counts_and_not_the_first_referral() -> None:
    rows = [
        referral("a", "2020-08-01", referred_on="2020-04-01"),
        referral("a", "2020-06-01", referred_on="2020-05-30"),
    ]
    assert one(cohort(council_of(referrals=rows)))["t0"] == pd.Timestamp("2020-06-01")


def test_a_referral_belongs_to_the_year_of_its_acceptance() -> None:
    late = council_of(referrals=[referral("a", "2020-04-01", referred_on="2020-03-31"), declined("b", "2020-03-31")])
    assert steps(cohort(late, year="2020-21"))[:3] == [
        ("referrals", 1),
        ("children_referred", 1),
        ("children_accepted", 1),
    ]
    # One that was not accepted belongs to the year in which it came.
    assert steps(cohort(late, year="2019-20"))[:3] == [
        ("referrals", 1),
        ("children_referred", 1),
        ("children_accepted", 0),
    ]


def test_a_date_of_acceptance_counts_only_where_the_referral_was_accepted() -> None:
    row = declined("a", "2020-03-31", accepted_on="2020-04-01")
    assert steps(cohort(council_of(referrals=[row]), year="2019-20"))[:3] == [
        ("referrals", 1),
        ("children_referred", 1),
        ("children_accepted", 0),
    ]


def test_pooled_years_count_a_child_once_from_the_first_acceptance() -> None:
    council = council_of(
        referrals=[referral("a", "2018-05-01"), referral("a", "2020-05-01"), referral("b", "2019-05-01")]
    )
    for year in ("2018-19", "2019-20", "2020-21"):
        assert cohort(council, year=year).step("at_risk") == 1
    pooled = cohort(council, year=Period(2018, 2020))
    assert pooled.step("at_risk") == 2
    assert pooled.rows.set_index("unit_id")["t0"].to_dict() == {
        "a": pd.Timestamp("2018-05-01"),
        "b": pd.Timestamp("2019-05-01"),
    }
    assert reasons(pooled)["referred_again"] == 1


def test_streams_are_never_mixed() -> None:
    council = council_of(
        referrals=[referral("a", ACCEPTED), referral("b", ACCEPTED, stream="placement_support")],
        looked_after_episodes=[episode("b", "2020-01-01")],
    )
    assert cohort(council).rows["unit_id"].tolist() == ["a"]
    assert cohort(council, stream="placement_support").rows["unit_id"].tolist() == ["b"]


@pytest.mark.parametrize(
    ("episodes", "excluded", "entered"),
    [
        ([("2020-04-01", "")], True, None),
        ([("2020-04-01", "2020-05-02")], True, None),
        ([("2020-04-01", "2020-05-01")], False, None),  # home that day
        ([("2020-05-01", "")], False, 0),  # not prevented on the very day: that is an event
        ([("2020-05-02", "")], False, 1),
        # The period goes on from before: no day out of care lies between.
        ([("2020-04-01", "2020-05-01"), ("2020-05-01", "")], True, None),
    ],
)
def test_a_child_looked_after_before_acceptance_is_no_edge_of_care(
    episodes: list[tuple[str, str]], excluded: bool, entered: int | None
) -> None:
    row = child(looked_after_episodes=[episode("a", *days) for days in episodes])
    assert (row["excluded"] == "looked_after_at_t0") == excluded
    assert pd.isna(row["excluded"]) != excluded
    if entered is not None:
        assert (row["cause"], row["days"], row["outcome_91"]) == ("entered_care", entered, "event")


def test_placement_support_and_reunification_are_for_the_looked_after() -> None:
    council = council_of(
        referrals=[
            referral(person, ACCEPTED, service="homeward", stream=stream)
            for stream in ("reunification", "placement_support")
            for person in ("in care", "at home")
        ],
        looked_after_episodes=[episode("in care", "2020-01-01")],
    )
    for stream in ("reunification", "placement_support"):
        built = cohort(council, "homeward", stream=stream)
        assert built.at_risk["unit_id"].tolist() == ["in care"]
        assert reasons(built) == {"not_looked_after_at_t0": 1}


@pytest.mark.parametrize(
    ("birth_month", "excluded", "cause", "days"),
    [
        # Only the month is held: somebody born in April 2002 is certainly 18 on 1 May 2020.
        ("2002-04", "aged_18", None, None),
        ("2002-05", None, "turned_18", 31),  # on 1 June
        ("2003-12", None, "censored", 517),  # on 1 January 2022: after the extract
        ("", None, "censored", 517),
    ],
)
def test_the_eighteenth_birthday(birth_month: str, excluded: str | None, cause: str | None, days: int | None) -> None:
    row = child(persons=[{"person_id": "a", "birth_month": birth_month}])
    assert row["excluded"] == excluded or (excluded is None and pd.isna(row["excluded"]))
    if cause:
        # 517 days from 1 May 2020 to 30 September 2021: 365 to 1 May 2021, then 152.
        assert (row["cause"], row["days"]) == (cause, days)


def test_the_family_is_that_of_the_referral_then_of_the_person_then_the_child_alone() -> None:
    council = council_of(
        referrals=[referral("a", ACCEPTED, family_id="f1"), referral("b", ACCEPTED), referral("c", ACCEPTED)],
        persons=[{"person_id": "a", "family_id": "f0"}, {"person_id": "b", "family_id": "f2"}, {"person_id": "c"}],
    )
    assert cohort(council).rows["family_id"].tolist() == ["f1", "f2", "c"]
