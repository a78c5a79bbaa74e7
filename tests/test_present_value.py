"""What a report says of costs: the break-even first, in numbers that a person can check by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from ehp_eval import evaluate, present
from ehp_eval.claimed_saving import ClaimedSaving as Rebuilt
from ehp_eval.claimed_saving import Input, Step
from ehp_eval.config import TransportedEffect
from ehp_eval.cost_tables import UnitCost
from ehp_eval.costs import Range
from ehp_eval.evaluation import Evaluation
from ehp_eval.present import claimed_saving as rebuilt
from ehp_eval.present.value import cost_words
from ehp_eval.proportions import Estimate
from ehp_eval.value import Value
from tests.councils import SERVICES, changed, council_of, episode, referral


@pytest.fixture(scope="module")
def report() -> Evaluation:
    """Two children, one of whom entered care; the service does one kind of work."""
    accepted = [referral("c1", "2019-05-01"), referral("c2", "2019-06-01")]
    one = {"doorstep": changed(SERVICES["doorstep"], streams=["edge_of_care"], operational_since=date(2019, 4, 1))}
    care = [episode("c1", "2019-08-01")]
    return evaluate(council_of(services=one, referrals=accepted, looked_after_episodes=care), "doorstep", "2019-20")


def costing(report: Evaluation, **changes: Any) -> Evaluation:
    """The report with costs made by hand."""
    by_year = pd.DataFrame(
        {"year": ["2018-19", "2019-20"], "cash": [100_000.0, 110_000.0], "real": [105_000.0, 112_000.0]}
    ).assign(source="made up")
    weekly = tuple(
        UnitCost(name, weekly, "2018-19", weekly * 1.1, "a paper")
        for name, weekly in (("kin", 300.0), ("foster", 600.0), ("agency", 900.0))
    )
    given: dict[str, Any] = {
        "service": "doorstep",
        "price_year": "2020-21",
        "delivery": 217_000.0,
        "by_year": by_year,
        "units": 100,
        "per_unit": 2170.0,
        "accepted": 120,
        "weekly": weekly,
        "week": Range(300.0, 600.0, 900.0),
        "entry_cost": Range(10_000.0, 17_500.0, 40_000.0),
        "break_even": Range(5.2, 12.3, 21.0),
        "break_even_cashable": Range(9.9, 24.6, 60.0),
        "break_even_scenarios": Range(3.1, 12.0, math.inf),
        "break_even_weeks": None,
        "entries_fewer": None,
        "per_entry_fewer": None,
        "missing": (),
        "costs": report.council.settings.costs,
    }
    return replace(report, value=Value(**(given | changes)))


def text(shown: Any) -> str:
    return " ".join(BeautifulSoup(shown._repr_html_(), "html.parser").get_text(" ").split())


def test_the_break_even_is_a_number_of_children_rounded_up(report: Evaluation) -> None:
    said = text(present.break_even(costing(report)))
    assert "at least 13 of the 100 children accepted in 2019-20 would otherwise have entered care" in said
    assert "( 95% range 6 to 21 ," in said
    assert "(cashable), it takes 25 ( 10 to 60 )" in said
    assert "other work" not in said


def test_a_break_even_beyond_those_there_were_is_said_to_be_so(report: Evaluation) -> None:
    said = text(present.break_even(costing(report, units=12)))
    assert "more than there were" in said
    assert "more than there were" not in text(present.break_even(costing(report, units=13)))


def test_children_in_care_already_are_counted_in_weeks(report: Evaluation) -> None:
    weeks = {"break_even": None, "break_even_cashable": None, "break_even_weeks": Range(241.1, 361.6, 723.4)}
    said = text(present.break_even(costing(report, **weeks)))
    assert "at least 362 weeks fewer in care" in said
    assert "( 95% range 242 to 724 ," in said
    assert "3.6 weeks for each" in said


def test_what_is_not_known_is_said(report: Evaluation) -> None:
    assert "records/service_costs.csv has no row" in text(present.break_even(replace(report, value=None)))
    assert present.assumptions(replace(report, value=None)) is None
    unknown = {"break_even": None, "break_even_cashable": None, "missing": ("no_unit_costs", "no_comparator")}
    without = costing(report, **unknown)
    assert "cannot be worked out" in text(present.break_even(without))
    gaps = text(present.cost_gaps(without))
    assert "reference/unit_costs.csv" in gaps
    assert "no comparison group" in gaps
    assert present.cost_gaps(costing(report)) is None


@pytest.mark.parametrize(
    "reason",
    ["no_service_costs", "no_price_index", "no_unit_costs", "no_entry_cost", "no_comparator", "interval_holds_zero"],
)
def test_every_gap_has_its_words(report: Evaluation, reason: str) -> None:
    assert present.cost_gaps(costing(report, missing=(reason,))) is not None


@pytest.mark.parametrize(
    ("fewer", "says"),
    [
        ((20.0, 13.0, 27.0), "20 fewer entered care in 2019-20 than would have"),
        # The break-even is 12.3, and that itself may be 5.2 or 21.0.
        ((30.0, 21.0, 39.0), "meets the 13 (6 to 21) at which it pays for itself, and the whole interval meets even"),
        ((30.0, 20.9, 39.1), "meets the 13 (6 to 21) at which it pays for itself, but this is not sure"),
        ((20.0, 2.0, 38.0), "That meets the 13 (6 to 21) at which it pays for itself, but this is not sure"),
        ((1.0, -3.1, 5.1), "does not meet the 13 (6 to 21) at which it pays for itself, and none of the interval"),
        ((1.0, -3.2, 5.2), "does not meet the 13 (6 to 21) at which it pays for itself, but this is not sure"),
        ((4.0, -6.0, 14.0), "does not meet the 13 (6 to 21) at which it pays for itself, but this is not sure"),
        ((4.0, -6.0, 14.0), "( 95% interval : 6.0 more to 14 fewer )"),
        ((-4.0, -20.0, 12.0), "4.0 more entered care in 2019-20 than would have"),
        ((-4.0, -20.0, 12.0), "( 95% interval : 20 more to 12 fewer )"),
    ],
)
def test_entries_fewer_are_held_against_the_break_even(
    report: Evaluation, fewer: tuple[float, float, float], says: str
) -> None:
    given = costing(report, entries_fewer=Estimate(*fewer, 0.95, "by hand"))
    said = text(present.entries_fewer(given)).replace("interval:", "interval :")
    assert says in said.replace("( 6 to 21 )", "(6 to 21)")


def test_the_cost_of_an_entry_fewer_stands_with_its_range(report: Evaluation) -> None:
    fewer = {"entries_fewer": Estimate(20.0, 13.0, 27.0, 0.95, ""), "per_entry_fewer": Range(8037.0, 10850.0, 16692.3)}
    assert "Each entry fewer cost £10,850 (£8,037 to £16,692; 2020-21 prices)" in text(
        present.entries_fewer(costing(report, **fewer))
    )
    assert present.entries_fewer(costing(report)) is None


def test_years_are_in_their_own_money_and_in_that_of_one_year(report: Evaluation) -> None:
    said = text(present.costs_by_year(costing(report)))
    assert "Together £210,000 £217,000" in said
    assert "£2,170 for each of the 100 children" in said
    gap = pd.DataFrame({"year": ["2018-19", "2019-20"], "cash": [1.0, math.nan], "real": [1.0, math.nan]})
    unknown = costing(report, by_year=gap.assign(source=""), delivery=math.nan, per_unit=math.nan)
    said = text(present.costs_by_year(unknown))
    assert "not available" in said
    assert "Together" not in said


def test_assumptions_stand_low_central_high_with_sources(report: Evaluation) -> None:
    table = present.assumptions(costing(report))
    assert table is not None
    assert list(table.frame) == ["what", "low", "central", "high"]
    said = text(table)
    assert "Weeks in care after an entry 26 52 156" in said
    assert "£330 £660 £990" in said
    assert "with every one against it, more than any number" in said
    assert "3.5% a year" in said
    assert [each.get_text() for each in BeautifulSoup(table._repr_html_(), "html.parser").select("q")] == ["a paper"]


def test_an_effect_found_elsewhere_is_labelled_an_illustration(report: Evaluation) -> None:
    assert present.transported(report) is None
    costs = report.council.settings.costs
    effect = TransportedEffect(risk_ratio=(0.5, 0.625, 1.25), what="a service elsewhere", source="Somebody, 2020")
    costs = costs.model_copy(update={"illustration": effect})
    settings = report.council.settings.model_copy(update={"costs": costs})
    said = text(present.transported(replace(report, council=replace(report.council, settings=settings))))
    assert said.startswith("For illustration only: it decides nothing")
    # 1 of 2 entered care: 1 / 0.625 - 1 more without it; at the limits 1 / 1.25 - 1 and 1 / 0.5 - 1.
    assert "0.6 more entries without the service" in said
    assert "\N{MINUS SIGN}0.2 to 1.0" in said


def test_in_short(report: Evaluation) -> None:
    assert cost_words(costing(report).value) == (
        "£217,000, 2018-19 to 2019-20 (2020-21 prices); pays for itself at 13 entries fewer (6 to 21)"
    )
    assert cost_words(costing(report, break_even=None).value) == "£217,000, 2018-19 to 2019-20 (2020-21 prices)"
    assert cost_words(None) == "not known"


def test_a_published_amount_is_taken_apart_step_by_step(report: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No published amount" in text(present.rebuilt_answer(report))
    assert present.rebuilt_inputs(report) is None
    assert present.rebuilt_steps(report) is None
    kin, agency = (UnitCost(name, cost, "2018-19", cost, "a paper") for name, cost in (("kin", 300.0), ("agency", 9.0)))
    found = Rebuilt(
        service="doorstep",
        year="2019-20",
        price_year="2020-21",
        amount=500_000.0,
        children=4,
        document="A report",
        paragraph="4.2",
        placement_type="kin",
        weeks=416.0,
        inputs=(Input(kin, 299.4856, 8.0), Input(agency, 9.0, 266.0)),
        steps=(
            Step("stated", 5e5, 5e5, 5e5),
            Step("deadweight", 2e4, 2.3e5, 3.3e5),
            Step("service_cost", -1e4, 2e5, 3e5),
        ),
        service_cost=30_000.0,
        cost_source="a <ledger>",
        together=Range(-5000.0, 150_000.0, 250_000.0),
    )
    monkeypatch.setattr(rebuilt, "claimed_saving", lambda *_: found)
    said = text(present.rebuilt_answer(report))
    assert "8.0 more years in care" in said
    assert "as if they had been 10.0 years old" in said
    assert "(£300 in 2018-19 prices, £299.49 in those of 2019-20)" in said
    assert "£230,000 is left (2020-21 prices)" in said
    assert (
        "it comes to £150,000 (95% range \N{MINUS SIGN}£5,000 to £250,000, by what is assumed; 2020-21 prices)" in said
    )
    assert "none: no such age" in text(present.rebuilt_inputs(report))
    assert "\N{MINUS SIGN}£10,000 £200,000 £300,000" in text(present.rebuilt_steps(report))
    for shown in (present.rebuilt_answer(report), present.rebuilt_steps(report)):
        assert shown is not None
        assert "(£30,000; source: <q>a &lt;ledger&gt;</q>)" in shown._repr_html_()
    monkeypatch.setattr(rebuilt, "claimed_saving", lambda *_: replace(found, cost_source=""))
    assert "source: not named" in text(present.rebuilt_answer(report))
