"""Parenting assessments in time, and weeks of pregnancy at referral, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ehp_eval.measures.before_birth import assessed_in_time, weeks_at_referral
from tests.cohorts import Tables, cohort, pregnancy, share, together
from tests.councils import Row, council_of, referral

ACCEPTED = "2020-06-01"
DUE = "2021-01-29"  # 28 days before it is 2021-01-01


def expected(name: str, due_on: str, *born_on: str, accepted_on: str = ACCEPTED, **changes: Any) -> Tables:
    """A pregnancy with its due date."""
    outcome = changes.pop("outcome", "live_birth" if born_on else "")
    tables = pregnancy(name, accepted_on, *born_on, outcome=outcome, **changes)
    tables["pregnancies"][0]["due_on"] = due_on
    return tables


def assessment(name: str, completed_on: str = "", **changes: Any) -> Row:
    return {"referral_id": f"r-{name}", "kind": "parenting", "required": "Y", "completed_on": completed_on} | changes


def of(measure: Any, *parts: Tables) -> list[dict[str, Any]]:
    council = council_of(**together(*parts))
    rows: list[dict[str, Any]] = measure(council, cohort(council, "cradle"))
    return rows


def test_an_assessment_is_in_time_up_to_28_days_before_the_due_date() -> None:
    [row] = of(
        assessed_in_time,
        expected("a", DUE, "2021-01-29"),
        expected("b", DUE, "2021-01-29"),
        expected("c", DUE, "2021-01-29", "2021-01-29"),  # twins: one pregnancy, and its assessment counts once
        expected("d", DUE, "2020-12-10"),  # born early: the aim was set by the due date
        expected("e", DUE, "2021-01-20", accepted_on="2021-01-02", referred_on="2020-12-30"),
        expected("f", DUE, "2021-01-29"),
        {
            "assessments": [
                assessment("a", "2021-01-01"),
                assessment("b", "2021-01-02"),
                assessment("c"),
                assessment("d", "2020-12-20"),
                assessment("e", "2021-01-10"),
                # Two were required of the parents of f, one was in time.
                assessment("f", "2020-12-01"),
                assessment("f", "2021-02-01"),
                assessment("f", required="N"),
                assessment("f", kind="psychological"),
            ]
        },
    )
    # In time: a, d and the first of f, of a to e and twice f.
    assert (row["measure"], share(row)) == ("bm5", (3, 7))
    assert row["note"] == "1 of pregnancies accepted after that day counted in"


def test_the_day_has_come_on_the_day_of_the_extract_and_what_cannot_be_judged_is_said() -> None:
    [row] = of(
        assessed_in_time,
        expected("a", "2021-10-28", accepted_on="2021-03-01"),  # 28 days before: 2021-09-30, the extract
        expected("b", "2021-10-29", accepted_on="2021-03-01"),
        expected("c", DUE, outcome="miscarriage"),
        expected("d", ""),
        expected("e", DUE, "2021-01-29"),
        {
            "assessments": [
                *(assessment(name, "2021-06-01") for name in "abc"),
                assessment("d"),
                assessment("e", kind=""),
                assessment("e", required=""),
                assessment("e", kind="", required="N"),
            ]
        },
    )
    assert share(row) == (1, 1)
    assert row["note"] == (
        "1 of pregnancies without a live birth left out; 1 without a due date left out; "
        "1 whose day has not come left out; 2 of unrecorded kind or need left out"
    )


def test_assessments_under_any_referral_of_the_pregnancy_to_the_service() -> None:
    again: Row = {"service": "cradle", "stream": "pre_birth"}
    [row] = of(
        assessed_in_time,
        expected("a", DUE, "2021-01-29"),
        expected("old", DUE, "2021-01-29", accepted_on="2020-03-01"),  # of the year before
        {
            "persons": [{"person_id": "u-a", "birth_person_id": "a1"}],
            "referrals": [
                referral("u-a", "2020-09-01", referral_id="r-again", **again),
                referral("a1", "2021-03-01", referral_id="r-other"),  # to another service
                # No pregnancy is recorded: counted, as without a due date.
                referral("u-b", ACCEPTED, referral_id="r-bare", **again),
            ],
            "assessments": [
                assessment("again", "2020-12-01"),
                assessment("other"),
                assessment("old", "2020-06-01"),
                assessment("bare"),
            ],
        },
    )
    assert share(row) == (1, 1)
    assert row["note"] == "1 without a due date left out"


def test_no_assessment_required_is_no_share() -> None:
    [row] = of(assessed_in_time, expected("a", DUE, "2021-01-29"), {"assessments": [assessment("a", required="N")]})
    assert (share(row), str(row["value"])) == ((0, 0), "nan")


def test_weeks_are_completed_weeks_of_40() -> None:
    # 280 days before DUE is 2020-04-24. Referred then, and 69, 70, 139, 140 days later: 0, 9, 10, 19 and 20 weeks.
    days = ("2020-04-24", "2020-07-02", "2020-07-03", "2020-09-10", "2020-09-11")
    rows = of(
        weeks_at_referral,
        *(expected(f"p{day}", DUE, "2021-01-29", "2021-01-29", referred_on=day, accepted_on=day) for day in days),
    )
    # R: quantile(c(0, 9, 10, 19, 20), c(.5, .25, .75)); five values hold no 95% interval of a median.
    assert [(row["measure"], row["value"]) for row in rows] == [("bm6", 10), ("bm6q1", 9), ("bm6q3", 19)]
    assert {(row["denominator"], row["unit"], str(row["lower"]), row["note"]) for row in rows} == {
        (5, "weeks", "nan", "")
    }


def test_weeks_of_those_referred_before_the_birth_alone() -> None:
    rows = of(
        weeks_at_referral,
        expected("a", DUE, referred_on="2020-07-03"),  # not born yet
        expected("b", DUE, outcome="stillbirth", referred_on="2020-07-03"),
        expected("c", DUE, "2021-01-20", accepted_on="2021-01-20", person_id="c1"),  # on the day of birth
        expected("d", DUE, "2021-01-20", accepted_on="2021-01-21"),
        expected("e", ""),
        expected("f", "2022-01-29"),  # 86 weeks from the referral
        expected("g", "2020-05-03", referred_on="2020-06-01"),  # 44 weeks at referral, the longest
        expected("h", "2020-05-03", referred_on="2020-06-07", accepted_on="2020-06-07"),  # 45 weeks
    )
    assert rows[0]["value"] == pytest.approx(10)  # of 10, 10 and 44
    assert rows[0]["denominator"] == 3
    assert rows[0]["note"] == (
        "2 referred on the day of birth or after it left out; 1 without a due date left out; "
        "2 whose dates cannot be right left out"
    )


def test_no_pregnancy_has_no_weeks() -> None:
    rows = of(weeks_at_referral)
    assert {(row["denominator"], str(row["value"])) for row in rows} == {(0, "nan")}
