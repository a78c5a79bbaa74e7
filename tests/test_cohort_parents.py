"""Cohorts of parents: the clock starts at engagement, the windows of afresh are 365 and 730 days."""

from __future__ import annotations

from typing import Any

import pytest

from ehp_eval.cohort import Cohort
from tests.cohorts import Tables, cohort, one, reasons, steps, together
from tests.councils import Row, council_of, referral, status


def parent(name: str = "p", **changes: Any) -> Row:
    return {
        "parent_id": name,
        "region": "Dyffryn Gwyn",
        "offered_on": "2019-05-01",
        "engaged_on": "2019-06-01",
        "index_removal_on": "2019-01-01",
    } | changes


def later_child(born_on: str, issued_on: str, *, of: str = "p", baby: str = "k") -> Tables:
    return {
        "pregnancies": [{"pregnancy_id": f"g-{baby}", "parent_id": of}],
        "babies": [{"baby_id": baby, "pregnancy_id": f"g-{baby}", "born_on": born_on}],
        "status_events": [status(baby, issued_on, "proceedings_issued")],
    }


def parents(*parts: Tables, year: str = "2019-20") -> Cohort:
    return cohort(council_of(**together(*parts)), "afresh", year)


def test_the_flow_of_parents() -> None:
    built = parents(
        {
            "parents": [
                parent("a"),
                parent("b", region=""),  # no area given: taken for the council's own
                parent("c", region="Bryn Onnen"),
                parent("d", engaged_on=""),
                parent("e", engaged_on="2020-04-01"),  # engaged in the next year: counted there
                parent("f", engaged_on="", offered_on="2019-03-31"),  # offered in the year before
            ]
        }
    )
    assert steps(built)[:4] == [("offered_in_region", 4), ("offered", 3), ("engaged", 2), ("at_risk", 2)]
    assert reasons(built) == {"other_area": 1, "not_engaged": 1}
    assert built.rows["unit_id"].tolist() == ["a", "b"]
    # Engaged on 1 June 2019: day 365 is 31 May 2020 (a leap year), day 730 is 31 May 2021.
    assert (built.step("matured", 365), built.step("matured", 730)) == (2, 2)


@pytest.mark.parametrize(
    ("born", "issued", "days"),
    [
        ("2019-12-01", "2020-01-01", 214),  # 30 of June 2019 and 31 + 31 + 30 + 31 + 30 + 31 since 1 June
        ("2019-01-02", "2019-06-01", 0),  # the day of the engagement
        ("2019-01-02", "2019-05-31", None),  # before the engagement: not after it
        ("2019-01-01", "2020-01-01", None),  # born on the day of the removal: no later child
        ("2018-06-01", "2020-01-01", None),  # the child that was removed
        ("2019-12-01", "2021-10-01", None),  # after the extract
    ],
)
def test_proceedings_for_a_later_child(born: str, issued: str, days: int | None) -> None:
    row = one(parents({"parents": [parent()]}, later_child(born, issued)))
    if days is None:
        assert row["cause"] == "censored"
    else:
        assert (row["cause"], row["days"]) == ("proceedings_later_child", days)


@pytest.mark.parametrize("named", ["persons", "pregnancies"])
def test_proceedings_under_the_id_before_birth_are_of_the_child_that_was_born(named: str) -> None:
    # An application can be recorded under the id that the child was referred under, which the persons table or the
    # pregnancy ties to the one given at birth.
    child: Tables = {
        "pregnancies": [{"pregnancy_id": "g-k", "parent_id": "p", "referral_id": "r-k"}],
        "babies": [{"baby_id": "k", "pregnancy_id": "g-k", "born_on": "2019-12-01"}],
        "status_events": [status("u-k", "2019-12-02", "proceedings_issued")],
    }
    if named == "persons":
        child["persons"] = [{"person_id": "u-k", "birth_person_id": "k"}]
    else:
        child["referrals"] = [referral("u-k", "2019-09-01", referral_id="r-k", service="cradle", stream="pre_birth")]
    row = one(parents({"parents": [parent()]}, child))
    # From 1 June to 2 December 2019: 29 + 31 + 31 + 30 + 31 + 30 + 2.
    assert (row["cause"], row["days"]) == ("proceedings_later_child", 184)


def test_the_first_proceedings_count_and_only_the_parents_own() -> None:
    built = parents(
        {"parents": [parent("p"), parent("q")]},
        later_child("2019-12-01", "2020-03-01", baby="k1"),
        later_child("2020-12-01", "2020-12-05", baby="k2"),
        later_child("2019-12-01", "2019-12-05", baby="k3", of="elsewhere"),
    )
    rows = built.rows.set_index("unit_id")
    # From 1 June 2019 to 1 March 2020: 214 days to 1 January (above), then 31 + 29.
    assert rows["days"]["p"] == 274
    assert rows["cause"].to_dict() == {"p": "proceedings_later_child", "q": "censored"}


def test_a_parents_death_competes_and_their_age_does_not() -> None:
    row = one(
        parents(
            {
                "parents": [parent()],
                "persons": [{"person_id": "p", "birth_month": "2001-06"}],
                "status_events": [status("p", "2019-08-01", "died")],
            }
        )
    )
    assert (row["cause"], row["days"], row["outcome_365"]) == ("died", 61, "died")


@pytest.mark.parametrize(("born", "counts"), [("2019-05-31", False), ("2019-06-02", True)])
def test_without_a_dated_removal_only_a_child_born_after_the_engagement_is_a_later_one(born: str, counts: bool) -> None:
    # Engaged on 1 June 2019; proceedings on 1 January 2020.
    row = one(parents({"parents": [parent(index_removal_on="")]}, later_child(born, "2020-01-01")))
    assert (row["cause"] == "proceedings_later_child") is counts
