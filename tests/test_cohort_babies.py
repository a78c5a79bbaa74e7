"""Cohorts of babies: the clock starts at birth, the windows of cradle are 14 and 365 days."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ehp_eval.cohort import Cohort
from ehp_eval.measures.figures import figures_frame
from ehp_eval.measures.registry import cohort_figures
from ehp_eval.measures.topics import TOPICS
from ehp_eval.years import Period
from tests.cohorts import Tables, cohort, one, pregnancy, reasons, steps, together
from tests.councils import Row, council_of, declined, episode, referral, status


def babies(*parts: Tables, extract: str = "2021-09-30", year: Period | str = "2020-21") -> Cohort:
    return cohort(council_of(extract=extract, **together(*parts)), "cradle", year)


def care(**changes: Any) -> Tables:
    return {"looked_after_episodes": [episode(**changes)]}


def test_an_unborn_child_is_followed_under_the_id_it_is_born_with() -> None:
    built = babies(pregnancy("a", "2020-06-01", "2020-09-01"), care(person="a1", started_on="2020-09-11"))
    row = one(built)
    assert (row["unit_id"], row["family_id"]) == ("a1", "u-a")
    assert row["t0"] == row["entered_on"] == pd.Timestamp("2020-09-01")
    assert (row["cause"], row["days"], row["outcome_14"], row["outcome_365"]) == ("separated", 10, "event", "event")
    assert built.event == "separated"


def test_the_flow_of_pregnancies_and_babies() -> None:
    built = babies(
        pregnancy("a", "2020-06-01", "2020-09-01"),
        pregnancy("twins", "2020-06-01", "2020-09-01", "2020-09-02"),
        pregnancy("lost", "2020-06-01", outcome="stillbirth"),
        pregnancy("coming", "2020-06-01", outcome=""),
        pregnancy("late", "2020-10-01", "2020-09-01"),
        {"referrals": [declined("u-no", "2020-06-01", service="cradle", stream="pre_birth")]},
    )
    # Six referred, five accepted; one lost and one to come leave three pregnancies with four babies. The one
    # accepted 30 days after birth is at risk, but in no fixed window.
    assert steps(built) == [
        ("referrals", 6),
        ("pregnancies_referred", 6),
        ("pregnancies_accepted", 5),
        ("live_born", 4),
        ("at_risk", 4),
        ("matured", 14, 3),
        ("outcome_known", 14, 3),
        ("matured", 365, 3),
        ("outcome_known", 365, 3),
    ]
    assert reasons(built) == {
        "not_accepted": 1,
        "no_live_birth": 1,
        "not_yet_born": 1,
        "multiple_births": -1,
        ("entered_late", 14): 1,
        ("entered_late", 365): 1,
    }
    assert set(built.at_risk["unit_id"]) == {"a1", "twins1", "twins2", "late1"}


@pytest.mark.parametrize("outcome", ["stillbirth", "miscarriage", "termination"])
def test_a_pregnancy_without_a_live_birth_is_counted_apart(outcome: str) -> None:
    built = babies(pregnancy("a", "2020-06-01", outcome=outcome))
    assert (built.step("pregnancies_accepted"), built.step("live_born")) == (1, 0)
    assert reasons(built)["no_live_birth"] == 1


@pytest.mark.parametrize("outcome", ["", "U"])
def test_a_baby_that_was_born_counts_whatever_the_pregnancy_says(outcome: str) -> None:
    assert babies(pregnancy("a", "2020-06-01", "2020-09-01", outcome=outcome)).step("at_risk") == 1


def test_an_unborn_child_declined_and_then_accepted_is_in_the_cohort() -> None:
    # The pregnancy names the first referral, which was declined; the second was accepted.
    first = declined("u-a", "2020-05-01", referral_id="r-0", service="cradle", stream="pre_birth")
    tables = together(pregnancy("a", "2020-06-01", "2020-09-01"), {"referrals": [first]})
    tables["pregnancies"][0]["referral_id"] = "r-0"
    assert babies(tables).step("at_risk") == 1


def test_the_year_is_that_of_the_acceptance_and_not_of_the_birth() -> None:
    part = pregnancy("a", "2021-03-20", "2021-06-01")
    assert babies(part, year="2020-21").step("at_risk") == 1
    assert babies(part, year=Period.year("2021-22")).step("at_risk") == 0


def test_a_separation_on_the_day_of_birth_counts() -> None:
    row = one(babies(pregnancy("a", "2020-06-01", "2020-09-01"), care(person="a1", started_on="2020-09-01")))
    assert pd.isna(row["excluded"])
    assert (row["cause"], row["days"], row["outcome_14"]) == ("separated", 0, "event")


@pytest.mark.parametrize(
    ("separated", "excluded", "days"),
    [
        ("2020-09-15", True, None),
        ("2020-10-01", True, None),  # the day of the acceptance: not the service's
        ("2020-10-02", False, 31),
    ],
)
def test_a_baby_accepted_after_birth_enters_late(separated: str, excluded: bool, days: int | None) -> None:
    # Born on 1 September, accepted 30 days later: nothing could be seen of the 30 days, so they do not count.
    built = babies(pregnancy("a", "2020-10-01", "2020-09-01"), care(person="a1", started_on=separated))
    row = one(built)
    assert (row["excluded"] == "separated_before_acceptance") == excluded
    if not excluded:
        assert (row["entry_days"], row["days"], row["cause"]) == (30, days, "separated")
        assert not row["matured_14"]
        assert not row["matured_365"]
        assert reasons(built)["entered_late", 365] == 1


def test_a_baby_accepted_on_the_day_of_birth_does_not_enter_late() -> None:
    row = one(babies(pregnancy("a", "2020-09-01", "2020-09-01")))
    assert row["entry_days"] == 0
    assert row["matured_365"]


@pytest.mark.parametrize(
    "changes",
    [
        {"parent_and_baby": "Y"},
        {"placement_type": "placed_with_parents"},
        {"legal_status": "V3"},
        {"person": "u-a"},  # the unborn child's id: nobody is followed under it
        {"ended_on": "2020-09-04"},  # before it started: one of the dates is wrong, and nobody knows which
    ],
    ids=["parent and baby", "placed with parents", "respite", "another id", "ends before it starts"],
)
def test_what_is_no_separation(changes: Row) -> None:
    start = {"person": "a1", "started_on": "2020-09-05"}
    row = one(babies(pregnancy("a", "2020-06-01", "2020-09-01"), care(**start | changes)))
    assert (row["cause"], row["outcome_365"]) == ("censored", "no_event")


@pytest.mark.parametrize(("ended_on", "cause"), [("2020-12-01", "censored"), ("", "separated")])
def test_of_an_episode_returned_twice_the_one_that_the_periods_of_care_keep_counts(ended_on: str, cause: str) -> None:
    # Returned as foster care to 1 November, and again as a placement of parent and baby: of two rows with one start the
    # one with the latest end stays, and an end beats none.
    row = one(
        babies(
            pregnancy("a", "2020-06-01", "2020-09-01"),
            care(person="a1", started_on="2020-09-05", ended_on="2020-11-01"),
            care(person="a1", started_on="2020-09-05", ended_on=ended_on, parent_and_baby="Y"),
        )
    )
    assert row["cause"] == cause


@pytest.mark.parametrize("kind", ["adopted", "special_guardianship"])
def test_a_baby_with_other_parents_or_a_guardian_is_separated(kind: str) -> None:
    row = one(babies(pregnancy("a", "2020-06-01", "2020-09-01"), {"status_events": [status("a1", "2020-10-01", kind)]}))
    assert (row["cause"], row["days"], row["outcome_365"]) == ("separated", 30, "event")


def test_a_baby_referred_again_after_birth_counts_once() -> None:
    # Under the unborn child's id and, once born, under its own; the persons table ties them together.
    again = referral("a1", "2020-10-01", service="cradle", stream="pre_birth")
    persons = {"person_id": "u-a", "birth_person_id": "a1"}
    first = pregnancy("a", "2020-06-01", "2020-09-01")
    built = babies(first, {"referrals": [again], "persons": [persons]})
    assert one(built)["entry_days"] == 0
    assert reasons(built) == {"referred_again": 1}
    # Where nothing ties them, the pregnancy still does.
    built = babies(first, {"referrals": [again]})
    assert one(built)["entry_days"] == 0
    assert reasons(built) == {"same_pregnancy": 1}


def test_twins_referred_one_by_one_count_once_each() -> None:
    tables = pregnancy("a", "2020-06-01", "2020-09-01", "2020-09-01")
    tables["referrals"] = [
        referral(baby, "2020-09-01", referral_id=f"r-{baby}", service="cradle", stream="pre_birth")
        for baby in ("a1", "a2")
    ]
    tables["pregnancies"][0]["referral_id"] = ""
    built = babies(tables)
    assert set(built.at_risk["unit_id"]) == {"a1", "a2"}
    assert reasons(built) == {"same_pregnancy": 1, "multiple_births": -1}


def test_a_separation_after_a_placement_with_the_parents_counts_from_its_own_day() -> None:
    row = one(
        babies(
            pregnancy("a", "2020-06-01", "2020-09-01"),
            care(person="a1", started_on="2020-09-05", ended_on="2020-10-01", parent_and_baby="Y"),
            care(person="a1", started_on="2020-10-01", reason_started="placement", parent_and_baby="N"),
        )
    )
    assert (row["cause"], row["days"]) == ("separated", 30)


def test_a_baby_accepted_on_the_day_of_the_extract_can_be_evaluated() -> None:
    # Nothing of it has been followed: it is in the cohort, and in no figure.
    built = babies(pregnancy("a", "2021-03-31", "2021-03-01"), extract="2021-03-31")
    row = one(built)
    assert (row["entry_days"], row["days"]) == (30, 30)
    council = council_of(extract="2021-03-31", **pregnancy("a", "2021-03-31", "2021-03-01"))
    figures = figures_frame(cohort_figures(council, built, kind=built.stream))
    of_cohort = figures[~figures["measure"].isin(TOPICS["authority"])]  # the whole authority's are none of the cohort's
    assert of_cohort["value"].isna().all()
