"""A claimed saving rebuilt: by hand, and by R."""

from __future__ import annotations

import dataclasses
import math
from functools import cache
from typing import Any

import pytest

from ehp_eval.claimed_saving import ClaimedSaving, claimed_saving, claimed_saving_figures
from ehp_eval.config import CouncilSettings
from ehp_eval.load import Council
from tests.councils import SETTINGS, Row, changed, council_of, table

CLAIM = {"service": "homeward", "saving": "what was saved", "children": "who went home"} | {
    "placement_type": "in-house foster care",
    "year": "2020-21",
    "months": 3,
}
SOURCE = {"document": "a report", "paragraph": "4.21"}
COUNTS = [
    {"subject": "what was saved", "period": "2020-21 Q4", "value": 735_676, "unit": "GBP", **SOURCE},
    {"subject": "who went home", "period": "2020-21 Q4", "value": 5, "unit": "children", **SOURCE},
]
# HM Treasury, June 2023 release
INDEX = [{"year": "2018-19", "value": 86.6798}, {"year": "2020-21", "value": 94.5067}]
COSTS = [{"service": "homeward", "year": "2020-21", "staff": 104_000, "other": 9_000, "source": "ledger"}]


def week(placement: str, cost: float, year: str = "2018-19") -> Row:
    return {"placement_type": placement, "weekly_cost": cost, "price_year": year, "source": "a paper"}


UNIT_COSTS = [week("in-house foster care", 360), week("cheap", 100), week("parent and baby", 1650)]


@cache
def base() -> Council:
    return council_of()


def rebuilt(
    claim: dict[str, Any] | None = CLAIM, service: str = "homeward", **tables: list[Row]
) -> ClaimedSaving | None:
    given = {"counts": COUNTS, "unit_costs": UNIT_COSTS, "price_index": INDEX, "service_costs": COSTS} | tables
    settings = changed(SETTINGS, costs__parent_and_baby=["parent and baby"] * 2)
    if claim:
        settings = changed(settings, costs__claimed_saving=claim)
    made = base().tables | {name: table(name, *rows) for name, rows in given.items()}
    council = dataclasses.replace(base(), settings=CouncilSettings.model_validate(settings), tables=made)
    return claimed_saving(council, council.service(service))


def test_which_inputs_give_the_amount() -> None:
    found = rebuilt()
    assert found is not None
    assert (found.amount, found.children, found.document, found.paragraph) == (735_676, 5, "a report", "4.21")
    in_house, cheap = found.inputs
    # By hand: 735,676 / 5 = 147,135.20 a child; 360 x 94.5067 / 86.6798 = 392.5068 a week: 374.86 weeks, 7.184 years.
    assert in_house.cost.real == pytest.approx(392.50681243)
    assert found.weeks == pytest.approx(374.86024533)
    # The claim's year is the price year here, so that both are one.
    assert in_house.weekly == pytest.approx(392.50681243)
    assert (in_house.years, in_house.age) == pytest.approx((7.18417992, 10.81582008))
    assert in_house.possible
    # At 109.03 a week it would take 25.9 years.
    assert cheap.years == pytest.approx(25.86304772)
    assert not cheap.possible


def test_in_the_prices_of_its_time_it_is_what_was_published() -> None:
    found = rebuilt(unit_costs=[week("in-house foster care", 360, "2020-21")], price_index=[])
    assert found is not None
    # 147,135.20 / 360 = 408.71 weeks
    assert found.weeks == pytest.approx(147_135.20 / 360)


def test_step_by_step() -> None:
    found = rebuilt()
    assert found is not None
    steps = {step.name: (step.low, step.central, step.high) for step in found.steps}
    # R: i <- 1.035^(7/365.25) - 1; 5 * 392.50681243 * (1 - (1+i)^-374.86024533) / i
    discounted = 651_599.99570
    left = [discounted * kept for kept in (0.65, 0.80, 0.90)]
    needed = [amount * share for amount, share in zip(left, (0.25, 0.50, 0.75), strict=True)]
    assert list(steps) == ["stated", "discounted", "re_entry", "deadweight", "service_cost"]
    assert steps["stated"] == (735_676,) * 3
    assert steps["discounted"] == pytest.approx((discounted,) * 3)
    assert steps["re_entry"] == pytest.approx(left)
    assert steps["deadweight"] == pytest.approx(needed)
    assert (found.service_cost, found.cost_source) == (113_000 / 4, "service_costs.csv, synthetic")
    assert found.before_cost == found.steps[3]
    assert steps["service_cost"] == pytest.approx([amount - 28_250 for amount in needed])


def test_all_steps_together() -> None:
    found = rebuilt()
    assert found is not None
    assert found.together is not None
    # R: 2e6 draws of the PERT distributions; rbeta, seed 1
    assert dataclasses.astuple(found.together) == pytest.approx((135_723.7, 228_795.0, 329_063.9), rel=0.01)


def test_without_the_cost_of_the_service_the_last_step_is_left_out() -> None:
    found = rebuilt(service_costs=[])
    assert found is not None
    assert math.isnan(found.service_cost)
    assert found.together is None
    assert found.steps[-1].name == "deadweight"
    assert found.before_cost == found.steps[-1]
    assert not any(row["group"] == "step: together" for row in claimed_saving_figures(found))


@pytest.mark.parametrize(
    "changes",
    [
        {"claim": None},
        {"service": "doorstep"},
        {"counts": COUNTS[:1]},
        {"counts": COUNTS[1:]},
        {"counts": [COUNTS[0], COUNTS[1] | {"value": 0}]},
        {"unit_costs": UNIT_COSTS[1:]},
        {"unit_costs": []},
        {"price_index": INDEX[1:]},
    ],
)
def test_nothing_where_something_is_not_there(changes: dict[str, Any]) -> None:
    assert rebuilt(**changes) is None


def test_the_rows_of_the_figures() -> None:
    found = rebuilt()
    assert found is not None
    rows = {(row["measure"], row["group"]): row for row in claimed_saving_figures(found)}
    assert len(rows) == 2 + 2 + 3 * 3 + 1
    assert {(row["service"], row["year"]) for row in rows.values()} == {("homeward", "2020-21")}
    # What holds a cost out of the records is no published figure.
    of_records = {f"step: {name}" for name in ("service_cost, low", "service_cost, central", "service_cost, high")}
    assert {group for (_, group), row in rows.items() if row["source"] == "records"} == of_records | {"step: together"}
    assert {row["source"] for row in rows.values()} == {"published", "records"}
    years = rows["psw4_claim_years", "placement: in-house foster care"]
    assert (years["value"], years["unit"]) == (pytest.approx(7.18417992), "years of care a child")
    assert years["note"] == (
        "at GBP 360.00 a week (2018-19 prices, a paper; GBP 392.51 in 2020-21 prices) to the 18th birthday: "
        "aged 10.8 at the beginning, on average"
    )
    assert rows["psw4_claim", "step: stated"]["note"] == "of GBP 735,676; a report, 4.21"
    assert rows["psw4_claim", "step: together"]["note"] == (
        "of GBP 735,676; a report, 4.21; less GBP 28,250, what the service cost (source: service_costs.csv, synthetic)"
    )
    assert rows["psw4_claim", "step: deadweight, low"]["value"] == pytest.approx(651_599.99570 * 0.65 * 0.25)
    limits = [key for key, row in rows.items() if not math.isnan(row["lower"])]
    assert limits == [("psw4_claim", "step: together")]
