"""The front door on a few contacts, so that a person can count every figure."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ehp_eval.config import Service
from ehp_eval.errors import ArgumentError, DataError
from ehp_eval.front_door import FrontDoor, evaluate_front_door
from ehp_eval.load import Council
from ehp_eval.measures.front_door import DECIDED
from ehp_eval.present.front_door import (
    days,
    front_door_answer,
    front_door_changes,
    front_door_figures,
    front_door_sentence,
)
from ehp_eval.present.front_door_parts import (
    front_door_decisions,
    front_door_flow,
    front_door_held,
    front_door_limits,
    front_door_method,
    front_door_waits,
)
from ehp_eval.present.over_time import volumes
from tests.councils import Row, council_of, declined, service

YEAR = "2020-21"
DEFINITION = {
    "id": "porch",
    **service(["front_door"], "contact", "received_on", [183], title="Porch", notebook="front_door"),
}


def contact(received_on: str, decision: str = "early_help", **dates: str) -> Row:
    """A contact decided on the day on which it came in."""
    return {"received_on": received_on, "decision": decision, "decided_on": received_on} | dates


def council(*contacts: Row, extract: str = "2021-09-30", claims: tuple[Row, ...] = (), **changes: Any) -> Council:
    """A council with records from 2018-19 on, and these contacts."""
    rows = [{"contact_id": f"c{n}"} | row for n, row in enumerate(contacts)]
    made = council_of(extract=extract, referrals=[declined("one", "2018-05-01")], front_door=rows, claims=list(claims))
    return replace(made, services=(*made.services, Service.model_validate(DEFINITION | changes)))


def evaluated(*contacts: Row, year: str = YEAR, **changes: Any) -> FrontDoor:
    return evaluate_front_door(council(*contacts, **changes), "porch", year)


def counts(report: FrontDoor, measure: str, days: int | None = None) -> tuple[int, int]:
    row = report.find(measure, window_days=days)
    assert row is not None
    return int(row["numerator"]), int(row["denominator"])


def note(report: FrontDoor, measure: str, days: int | None = None) -> str:
    row = report.find(measure, window_days=days)
    assert row is not None
    return str(row["note"])


# Measures, counted by hand


def test_contacts_count_in_the_year_in_which_they_were_received() -> None:
    days_received = ["2020-03-31", "2020-04-01", "2020-12-24", "2021-03-31", "2021-04-01"]
    row = evaluated(*map(contact, days_received)).find("fd1")
    assert row is not None
    # R: poisson.test(3)$conf.int
    assert (row["value"], row["lower"], row["upper"]) == pytest.approx((3, 0.618672123, 8.767273070))
    assert (row["unit"], row["method"], row["stream"]) == ("count", "exact Poisson", "front_door")


def test_a_wait_runs_from_receipt_to_the_start_of_support() -> None:
    # 0 (the same day), 4, 10 and 30 days: the median lies between 4 and 10. Those with no support to come have no wait.
    report = evaluated(
        contact("2020-06-01", started_on="2020-06-01"),
        contact("2020-06-01", decided_on="2020-06-03", started_on="2020-06-05"),
        contact("2020-06-01", "stepped_down", started_on="2020-06-11"),
        contact("2020-06-01", started_on="2020-07-01"),
        contact("2020-06-01", "stepped_up"),
        contact("2020-06-01", "no_further_action"),
    )
    median, slowest = report.find("fd2"), report.find("fd2p90")
    assert median is not None
    assert slowest is not None
    assert (median["value"], median["unit"], counts(report, "fd2")) == (7, "days", (4, 4))
    assert slowest["value"] == 30
    assert note(report, "fd2") == ""


def test_who_has_not_begun_counts_as_waiting_until_the_records_end() -> None:
    # Waits of 5 and 10 days and two not begun: half have begun by day 10, and from there on nothing more is known
    # until the records end, 30 September 2021, 243 days after 30 January: the middle of 10 and 243 is 126.5.
    begun = [contact("2021-01-30", started_on=day) for day in ("2021-02-04", "2021-02-09")]
    report = evaluated(*begun, contact("2021-01-30"), contact("2021-01-30", "stepped_down"))
    row = report.find("fd2")
    assert row is not None
    assert (row["value"], counts(report, "fd2")) == (126.5, (2, 4))
    assert note(report, "fd2") == "2 not begun, counted as waiting until the records end"
    assert isnan(report.find("fd2p90")["value"])  # type: ignore[index]


def test_a_start_before_receipt_and_an_unknown_decision_are_left_out_and_counted() -> None:
    report = evaluated(
        contact("2020-06-02", started_on="2020-06-01"),
        contact("2020-06-02", started_on="2020-06-09"),
        contact("2020-06-02", "U", decided_on="", started_on="2020-06-05"),
        contact("2020-06-02", "", decided_on=""),
    )
    assert counts(report, "fd2") == (1, 1)
    assert note(report, "fd2") == "2 with an unknown decision left out; 1 dated before receipt left out"


def test_the_wait_for_a_decision_counts_those_not_yet_decided() -> None:
    report = evaluated(
        contact("2020-06-01"),
        contact("2020-06-01", "no_further_action", decided_on="2020-06-08"),
        contact("2020-06-01", "stepped_up", decided_on=""),
        contact("2021-03-31", "U", decided_on=""),
    )
    assert counts(report, "fd2d") == (2, 3)
    assert (
        note(report, "fd2d")
        == "1 not decided, counted as waiting until the records end; 1 without a day of decision left out"
    )
    assert report.find("fd2d")["value"] == 7  # type: ignore[index]


def test_step_ups_are_a_share_of_known_decisions_with_both_extremes() -> None:
    decisions = ["stepped_up", "stepped_up", "early_help", "no_further_action", "stepped_down", "U", ""]
    report = evaluated(*(contact("2020-06-01", decision) for decision in decisions))
    assert [counts(report, name) for name in ("fd3", "fd3_worst", "fd3_best")] == [(2, 5), (4, 7), (2, 7)]
    assert note(report, "fd3") == "2 with an unknown decision left out"


def test_there_are_no_extremes_where_every_decision_is_known() -> None:
    report = evaluated(contact("2020-06-01", "stepped_up"))
    assert counts(report, "fd3") == (1, 1)
    assert report.find("fd3_worst") is None


def test_a_step_down_held_if_it_was_not_reopened_up_to_day_183() -> None:
    # 2 April 2020 and 183 days are 2 October.
    def down(**dates: str) -> Row:
        return contact("2020-04-01", "stepped_down", decided_on="2020-04-02", **dates)

    report = evaluated(
        down(),
        down(reopened_on="2020-10-03"),
        down(reopened_on="2020-10-02"),
        down(reopened_on="2020-04-02"),
        contact("2020-04-01", reopened_on="2020-04-03"),
    )
    assert counts(report, "fd4", 183) == (2, 4)


def test_a_step_down_is_in_it_once_183_days_have_passed() -> None:
    # 31 March 2021 and 183 days are 30 September, the day of the extract.
    report = evaluated(
        contact("2021-03-31", "stepped_down"),
        contact("2021-03-31", "stepped_down", decided_on="2021-04-01"),
        contact("2021-03-31", "stepped_down", decided_on=""),
    )
    assert counts(report, "fd4", 183) == (1, 1)
    assert (
        note(report, "fd4", 183)
        == "1 without a day of decision left out; 1 for which the window has not passed left out"
    )
    assert "For 1 step-down of 2020-21, 183 days have not passed yet" in repr(front_door_limits(report))


def test_nobody() -> None:
    report = evaluated()
    assert report.find("fd1")["value"] == 0  # type: ignore[index]
    assert [counts(report, name) for name in ("fd2", "fd2d", "fd3")] == [(0, 0)] * 3
    assert counts(report, "fd4", 183) == (0, 0)
    assert front_door_sentence(report) == "No contact was received in 2020-21."
    assert "For no contact stepped down to early help have 183 days passed." in repr(front_door_answer(report))
    assert "nobody yet" in repr(front_door_figures(report))
    assert "nothing to draw yet" in repr(front_door_waits(report))
    assert "have 183 days passed" in repr(front_door_held(report))
    assert front_door_flow(report).frame["number"].tolist() == [0, 0, 0, 0]


# From year to year


def test_a_year_is_set_beside_the_one_before() -> None:
    before = [contact("2019-06-01", started_on="2019-06-03") for _ in range(10)]
    now = [contact("2020-06-01", started_on="2020-06-09") for _ in range(7)]
    report = evaluated(*before, *now, contact("2020-06-01", "stepped_up"))
    row = report.find("fd1_ratio")
    assert row is not None
    # R: poisson.test(c(8, 10))
    assert (row["value"], row["lower"], row["upper"]) == pytest.approx((0.8, 0.2743748196, 2.2512748517))
    assert (row["unit"], row["note"]) == ("ratio", "against 2019-20")
    wait = report.find("fd2_change")
    assert wait is not None
    assert (wait["value"], wait["unit"]) == (6, "days")
    said = repr(front_door_changes(report))
    assert "Contacts received: 8 in 2020-21, 10 in 2019-20. The difference is \N{MINUS SIGN}20%" in said
    assert "8 days in 2020-21, 2 days in 2019-20. The difference is +6.0 days" in said
    assert report.find("fd4_change", window_days=183) is None  # nobody was stepped down


def test_the_limits_of_a_difference_in_days_come_from_those_of_both_years() -> None:
    # Zou and Donner (2008): difference -/+ the root of the sum of squares of the distances to the limits that
    # lie towards it. R: quantile(survfit(Surv(1:10, rep(1, 10)) ~ 1, conf.type = "log-log"), .5) is 5.5 (1 to 8),
    # and 20 days later 25.5 (21 to 28): 20 - sqrt(4.5^2 + 2.5^2) to 20 + sqrt(2.5^2 + 4.5^2).
    before = [contact("2019-06-01", started_on=f"2019-06-{2 + n:02d}") for n in range(10)]
    now = [contact("2020-06-01", started_on=f"2020-06-{22 + n:02d}") for n in range(9)]
    row = evaluated(*before, *now, contact("2020-06-01", started_on="2020-07-01")).find("fd2_change")
    assert row is not None
    assert (row["value"], row["lower"], row["upper"]) == pytest.approx((20, 14.85218, 25.14782), abs=1e-5)


def test_part_of_a_year_and_a_first_year_are_set_beside_nothing() -> None:
    rows = [contact("2019-12-01"), contact("2020-06-01")]
    report = evaluated(*rows, operational_since="2019-10-01")
    assert list(report.by_year) == ["2019-20", "2020-21"]
    assert report.find("fd1_ratio") is None
    assert repr(front_door_changes(report)) == "There is no whole year before 2020-21 to set it beside."


CLAIM = {
    "claim_id": "more",
    "subject": "porch",
    "period_start": "2019-04-01",
    "period_end": "2021-06-30",
    "unit": "referral",
    "percent_stated": "50",
    "percent_of": "growth",
    "wording": "a 50% increase",
    "document": "A report",
    "paragraph": "1",
}
QUARTERS = [
    *(contact(day) for day in ("2019-03-31", "2019-04-01", "2019-06-30", "2019-07-01")),
    *(contact(day) for day in ("2021-03-31", "2021-04-01", "2021-05-05", "2021-06-30", "2021-07-01")),
]


def test_a_published_increase_is_held_against_the_contacts_of_both_quarters() -> None:
    report = evaluated(*QUARTERS, claims=(CLAIM,))
    (claim,) = report.claims
    assert claim.verdict == "agrees"
    # R: poisson.test(c(3, 2)): 1.5, 0.1718 to 17.9595
    assert claim.remark == (
        "Contacts in the same quarter rose from 2 to 3: 50%, as stated (95% interval \N{MINUS SIGN}83% to +1696%)."
    )
    row = report.figures[report.figures["measure"] == "fd1q_ratio"].iloc[0]
    assert (row["numerator"], row["denominator"], row["year"], row["note"]) == (3, 2, "2021-22", "against 2019-20")


def test_a_published_increase_that_the_contacts_do_not_give_is_told() -> None:
    (claim,) = evaluated(*QUARTERS, claims=(CLAIM | {"percent_stated": "21", "caveat": "they differ"},)).claims
    assert claim.verdict == "disagrees"
    assert claim.remark.startswith("Contacts in the same quarter went from 2 to 3: 50%, not 21%")
    assert claim.remark.endswith("Note: they differ.")


@pytest.mark.parametrize(
    ("year", "changes"),
    [("2019-20", {}), (YEAR, {"period_end": "2021-12-31"})],
    ids=["an earlier report", "after the extract"],
)
def test_what_came_later_is_told_in_the_latest_report_alone(year: str, changes: Row) -> None:
    assert evaluated(*QUARTERS, year=year, claims=(CLAIM | changes,)).claims == []


def test_a_claim_from_before_the_records_is_shown_unchecked() -> None:
    report = evaluated(*QUARTERS, claims=(CLAIM | {"period_start": "2017-04-01"},))
    assert [claim.verdict for claim in report.claims] == ["no_denominator"]


# What always holds


@given(
    st.lists(
        st.tuples(st.sampled_from([*DECIDED, "U", ""]), st.integers(1, 28), st.sampled_from(["", "2021-02-01"])),
        max_size=12,
    )
)
@settings(max_examples=15)
def test_flow_and_decisions_add_up(drawn: list[tuple[str, int, str]]) -> None:
    rows = [contact(f"2021-01-{day:02d}", decision, started_on=started) for decision, day, started in drawn]
    report = evaluated(*rows)
    total = 0
    for row in report.cohort.flow.itertuples():
        if row.step:
            assert row.count == total or row.step == "received"
            total = row.count
        else:
            total -= row.count
    decisions = front_door_decisions(report).frame
    assert (decisions["received"] == decisions.drop(columns=["year", "received"]).sum(axis="columns")).all()
    assert counts(report, "fd2")[1] <= report.cohort.step("support")


# Sentences, made from the figures


@pytest.mark.parametrize(
    ("contacts", "said"),
    [
        ([contact("2020-06-01", "stepped_up")], "1 contact was received in 2020-21. Support was to begin for none of"),
        ([contact("2020-06-01")], "By 30 September 2021 support had begun for fewer than half of those who were to"),
        (
            [contact("2020-06-01", started_on="2020-06-02")] * 3,
            "Of those who were to have support, half waited 1 day or less for it to begin, and 9 in 10 waited 1 day",
        ),
        (
            [contact("2020-06-01", started_on="2020-06-13")] * 2 + [contact("2020-06-01")],
            "half waited 12 days or less for it to begin; by 30 September 2021 it had not yet begun for 9 in 10.",
        ),
    ],
)
def test_the_answer_follows_the_figures(contacts: list[Row], said: str) -> None:
    report = evaluated(*contacts)
    assert said in front_door_sentence(report)
    assert said in repr(front_door_answer(report))


def test_the_first_screen_says_what_was_decided_and_who_still_waits() -> None:
    decisions = ["early_help", "early_help", "stepped_down", "no_further_action", "U"]
    said = repr(front_door_answer(evaluated(*(contact("2020-06-01", decision) for decision in decisions))))
    assert (
        "Of the 5 contacts received in 2020-21 the decision on 4 is known: 2 were to have early help, "
        "1 was stepped down to it from social care and for 1 nothing further was done. One decision is not known."
    ) in said
    assert "For 3 contacts support had not begun by 30 September 2021" in said
    assert "stepped up to social care: none of 4" in said
    assert "not re-opened within 183 days: 1 of 1" in said
    one = repr(front_door_answer(evaluated(contact("2020-06-01", "stepped_up"))))
    assert "1 contact was received in 2020-21: 1 was stepped up to social care. Every decision is known." in one
    unknown = repr(front_door_answer(evaluated(contact("2020-06-01", "U"))))
    assert "1 contact was received in 2020-21; its decision is not known." in unknown


def test_the_limits_name_only_what_is_there() -> None:
    quiet = repr(front_door_limits(evaluated(contact("2020-06-01", started_on="2020-06-02"))))
    assert "support had not begun" not in quiet
    assert "not known: " not in quiet
    loud = repr(front_door_limits(evaluated(contact("2020-06-01"), contact("2020-06-01", "U"))))
    assert "For 1 contact support had not begun" in loud
    assert "The decision on 1 contact of the year is not known" in loud


@pytest.mark.parametrize(
    ("value", "said"), [(1, "1 day"), (0, "0 days"), (5.5, "5.5 days"), (float("nan"), "not reached yet")]
)
def test_days_in_words(value: float, said: str) -> None:
    assert days(value) == said


def test_the_parts_show_every_year() -> None:
    years = ("2018", "2019", "2020")
    report = evaluated(
        *(
            contact(f"{year}-{month:02d}-05", started_on=f"{year}-{month:02d}-09")
            for year in years
            for month in range(5, 12)
        ),
        *(contact(f"{year}-06-01", "stepped_down") for year in years),
    )
    assert front_door_decisions(report).frame["year"].tolist() == ["2018-19", "2019-20", "2020-21"]
    assert "2018-19: 4 days" in front_door_waits(report).alt  # type: ignore[union-attr]
    assert "2019-20: 1 of 1" in front_door_held(report).alt  # type: ignore[union-attr]
    assert "183 days" in repr(front_door_method(report))
    # The chart by month of every service serves contacts too: 36 months, the first 24 being the baseline.
    assert "April 2018 to March 2021" in volumes(report).alt  # type: ignore[arg-type, union-attr]


# What is refused


def test_only_a_service_counted_in_contacts_has_a_front_door() -> None:
    with pytest.raises(ArgumentError, match="counted in 'child'"):
        evaluate_front_door(council(contact("2020-06-01")), "doorstep", YEAR)


def test_a_year_before_it_began_is_refused() -> None:
    with pytest.raises(ArgumentError, match="began on 01 October 2020"):
        evaluated(contact("2020-12-01"), year="2019-20", operational_since="2020-10-01")


def test_without_contacts_supplied_it_cannot_be_evaluated() -> None:
    made = council()
    with pytest.raises(DataError, match=r"records/front_door\.csv"):
        evaluate_front_door(replace(made, supplied=frozenset({"referrals"})), "porch", YEAR)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"unit": "child", "clock": "accepted_on"}, "counts in 'contact', not 'child'"),
        ({"clock": "accepted_on"}, "starts its clock at 'received_on'"),
        ({"streams": ["front_door", "edge_of_care"]}, "'edge_of_care' counts in 'child', not 'contact'"),
    ],
)
def test_its_definition_goes_by_contacts_alone(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Service.model_validate(DEFINITION | changes)
