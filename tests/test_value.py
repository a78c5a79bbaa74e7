"""What a service cost and what would meet it; the amounts by hand, or by R."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from ehp_eval.cohort import Cohort
from ehp_eval.config import CouncilSettings
from ehp_eval.costs import Range
from ehp_eval.load import Council
from ehp_eval.proportions import Estimate
from ehp_eval.value import Value, illustration, value_of
from ehp_eval.value_figures import value_figures
from ehp_eval.years import Period
from tests.cohorts import cohort
from tests.councils import SERVICES, SETTINGS, Row, changed, council_of, episode, referral, table

YEARS = Period(2018, 2019)
INDEX = [{"year": year, "value": value} for year, value in (("2018-19", 80), ("2019-20", 90), ("2020-21", 100))]
WEEKS = [{"placement_type": "foster care", "weekly_cost": 90, "price_year": "2019-20", "source": "a paper"}]
SURE = {"costs__weekly_cost": ["foster care"] * 3, "costs__weeks_in_care": [52, 52, 52]} | {
    "costs__drop_off": [0.1, 0.1, 0.1],
    "costs__cashable": [0.5, 0.5, 0.5],
}
ENTRY = 0.9 * 5110.1874309264  # R: 100 a week for 52 weeks at 3.5%, as in test_costs


def spent(year: str, staff: float | str, other: float | str, **changes: Any) -> Row:
    return {"service": "doorstep", "year": year, "staff": staff, "other": other, "source": "ledger"} | changes


BOTH = [spent("2018-19", 30_000, 2_000), spent("2019-20", 20_000, 7_000), spent("2020-21", 1, 1)]
TEN = [referral(f"c{n}", "2018-05-01" if n < 4 else "2019-05-01") for n in range(10)]


@cache
def base() -> Council:
    return council_of(services=SERVICES | {"doorstep": changed(SERVICES["doorstep"], streams=["edge_of_care"])})


def council(settings: dict[str, Any] = SURE, **tables: Sequence[Row]) -> Council:
    """A council with these settings; its tables are the ones above, or those given."""
    given = {"referrals": TEN, "service_costs": BOTH, "unit_costs": WEEKS, "price_index": INDEX} | tables
    made = base().tables | {name: table(name, *rows) for name, rows in given.items()}
    return dataclasses.replace(
        base(), settings=CouncilSettings.model_validate(changed(SETTINGS, **settings)), tables=made
    )


@cache
def ten() -> Cohort:
    """The children above, whom no setting and no cost changes."""
    return cohort(council(), "doorstep", YEARS)


def valued(made: Council, comparison: Any = None) -> Value:
    found = value_of(made, made.service("doorstep"), ten(), comparison)
    assert found is not None
    return found


def compared(value: float, lower: float, upper: float, **changes: Any) -> Any:
    outcome = SimpleNamespace(n_service=200, covered=0.95, difference=Estimate(value, lower, upper, 0.95, "bootstrap"))
    return SimpleNamespace(**{"refused": "", "outcome": outcome} | changes)


def figures(found: Value | None, full: Cohort) -> dict[str, dict[str, Any]]:
    assert found is not None
    return {row["measure"]: row for row in value_figures(found, full)}


def test_the_cost_of_the_years_in_the_prices_of_one() -> None:
    found = valued(council())
    # 32,000 x 100 / 80 + 27,000 x 100 / 90
    assert found.delivery == pytest.approx(40_000 + 30_000)
    assert (found.units, found.per_unit, found.price_year) == (10, pytest.approx(7_000), "2020-21")
    assert found.by_year[["year", "cash", "source"]].to_numpy().tolist() == [
        ["2018-19", 32_000, "service_costs.csv, synthetic"],
        ["2019-20", 27_000, "service_costs.csv, synthetic"],
    ]


def test_core_and_grant_are_one_cost() -> None:
    core = [spent("2018-19", 16_000, 0, funding="core"), spent("2018-19", 16_000, 0, funding="grant", source="grant")]
    found = valued(council(service_costs=[*core, BOTH[1]]))
    assert found.delivery == pytest.approx(70_000)
    assert list(found.by_year["source"]) == ["service_costs.csv, synthetic"] * 2


@pytest.mark.parametrize("rows", [BOTH[:1], [BOTH[0], spent("2019-20", 20_000, "")]])
def test_a_year_whose_cost_is_not_known_leaves_no_partial_sum(rows: list[Row]) -> None:
    found = valued(council(service_costs=rows))
    assert math.isnan(found.delivery)
    assert (found.missing, found.break_even, found.break_even_cashable) == (
        ("no_service_costs", "no_comparator"),
        None,
        None,
    )
    assert found.entry_cost is not None
    (row,) = value_figures(found, ten())
    assert math.isnan(row["value"])
    assert row["note"].startswith("2018-19: GBP 32,000 (service_costs.csv, synthetic); 2019-20: not known")


@pytest.mark.parametrize("rows", [[], [spent("2018-19", 1, 1, service="homeward")], BOTH[2:]])
def test_nothing_without_any_cost_of_the_years(rows: list[Row]) -> None:
    made = council(service_costs=rows)
    assert value_of(made, made.service("doorstep"), ten(), None) is None


def test_break_even_where_every_assumption_is_sure() -> None:
    found = valued(council())
    assert found.week == Range(100, 100, 100)
    for range_, expected in (
        (found.entry_cost, ENTRY),
        (found.break_even, 70_000 / ENTRY),
        (found.break_even_scenarios, 70_000 / ENTRY),
        (found.break_even_cashable, 70_000 / ENTRY / 0.5),
    ):
        assert range_ is not None
        assert dataclasses.astuple(range_) == pytest.approx((expected,) * 3)
    assert found.break_even_weeks is None


def test_break_even_over_the_range_of_the_assumptions() -> None:
    names = ["in-house foster care", "local authority foster care", "independent fostering agency"]
    rows = [
        {"placement_type": name, "weekly_cost": cost, "price_year": year, "source": "s"}
        for name, cost, year in zip(names, (360, 646, 835), ("2018-19", "2016-17", "2018-19"), strict=True)
    ]
    older = {"placement_type": names[0], "weekly_cost": 1, "price_year": "2016-17", "source": "s"}
    index = [{"year": year, "value": value} for year, value in (("2016-17", 83.7617), ("2018-19", 86.6798))]
    index += [{"year": "2019-20", "value": 88.934}, {"year": "2020-21", "value": 94.5067}]
    costs = [spent("2018-19", 86_679.8, 0), spent("2019-20", 88_934, 0)]
    made = council({"costs__weekly_cost": names}, unit_costs=[*rows, older], price_index=index, service_costs=costs)
    found = valued(made)
    assert found.delivery == pytest.approx(2 * 94_506.7)
    # R: 2e6 draws of the PERT distributions; rbeta, seed 1
    assert found.entry_cost is not None
    assert found.break_even is not None
    assert found.break_even_cashable is not None
    assert dataclasses.astuple(found.entry_cost) == pytest.approx((17567.97, 37187.28, 73062.68), rel=0.03)
    scale = found.delivery / 744_924.1679
    by_r = tuple(scale * each for each in (10.1957, 20.0317, 42.4024))
    assert dataclasses.astuple(found.break_even) == pytest.approx(by_r, rel=0.03)
    by_r = tuple(scale * each for each in (18.2765, 39.4911, 91.3779))
    assert dataclasses.astuple(found.break_even_cashable) == pytest.approx(by_r, rel=0.03)
    # R: the annuities of low, central and high, the low one with the high drop-off
    assert found.break_even_scenarios is not None
    by_r = tuple(found.delivery / each for each in (134_918.08687, 33_521.92673, 7_080.41031))
    assert dataclasses.astuple(found.break_even_scenarios) == pytest.approx(by_r)


def test_a_year_that_the_index_lacks() -> None:
    found = valued(council(price_index=INDEX[1:]))
    assert math.isnan(found.delivery)
    assert found.missing == ("no_price_index", "no_comparator")
    found = valued(council(price_index=[INDEX[0], INDEX[2]], service_costs=[*BOTH[:1], spent("2019-20", "", "")]))
    assert found.missing == ("no_service_costs", "no_price_index", "no_comparator")
    assert found.entry_cost is None


@pytest.mark.parametrize(
    ("settings", "tables"),
    [({}, {}), (SURE, {"unit_costs": []}), (SURE | {"costs__weekly_cost": ["foster care"] * 2 + ["other"]}, {})],
)
def test_without_unit_costs_there_is_no_break_even(settings: dict[str, Any], tables: dict[str, Any]) -> None:
    found = valued(council(settings, **tables))
    assert (found.delivery, found.break_even, found.weekly) == (pytest.approx(70_000), None, ())
    assert found.missing == ("no_unit_costs", "no_comparator")


def test_care_that_costs_nothing_meets_no_cost() -> None:
    found = valued(council(SURE | {"costs__weeks_in_care": [0, 0, 0]}))
    assert (found.break_even, found.break_even_scenarios) == (None, None)
    assert "no_entry_cost" in found.missing
    never = valued(council(SURE | {"costs__drop_off": [0.0, 0.5, 1.0]}))
    assert never.break_even_scenarios is not None
    assert never.break_even_scenarios.high == math.inf
    rows = value_figures(never, ten())
    assert rows[2]["note"].endswith("all against it never")


def test_entries_fewer_and_the_cost_of_each() -> None:
    found = valued(council(), compared(0.10, 0.02, 0.18))
    # 190 of the 200 have like children in the comparison
    assert found.entries_fewer == Estimate(*map(pytest.approx, (19, 3.8, 34.2)), 0.95, "bootstrap")
    assert found.per_entry_fewer is not None
    expected = (70_000 / 34.2, 70_000 / 19, 70_000 / 3.8)
    assert dataclasses.astuple(found.per_entry_fewer) == pytest.approx(expected)
    assert found.missing == ()
    row = figures(found, ten())["eoc10"]
    assert (row["value"], row["lower"], row["upper"]) == pytest.approx((expected[1], expected[0], expected[2]))


@pytest.mark.parametrize("limits", [(0.05, 0.0, 0.1), (0.05, -0.01, 0.1), (-0.1, -0.2, -0.05)])
def test_no_cost_of_each_where_the_interval_reaches_0(limits: tuple[float, float, float]) -> None:
    found = valued(council(), compared(*limits))
    assert found.entries_fewer is not None
    assert (found.per_entry_fewer, found.missing) == (None, ("interval_holds_zero",))
    row = figures(found, ten())["eoc10"]
    assert math.isnan(row["value"])
    assert "no finite interval" in row["note"]


@pytest.mark.parametrize(
    "comparison", [None, compared(0.1, 0.05, 0.2, refused="overlap"), compared(0.1, 0.05, 0.2, outcome=None)]
)
def test_without_a_comparison_there_are_no_entries_fewer(comparison: Any) -> None:
    found = valued(council(), comparison)
    assert (found.entries_fewer, found.per_entry_fewer, found.missing) == (None, None, ("no_comparator",))
    assert "eoc10" not in figures(found, ten())


def test_the_rows_of_a_service_at_the_edge_of_care() -> None:
    rows = figures(valued(council()), ten())
    assert list(rows) == ["cost", "cost_unit", "eoc10_break_even", "eoc10_break_even_cashable"]
    assert (rows["cost"]["value"], rows["cost"]["unit"]) == (pytest.approx(70_000), "GBP, price year 2020-21")
    assert (rows["cost_unit"]["value"], rows["cost_unit"]["denominator"]) == (pytest.approx(7_000), 10)
    note = rows["eoc10_break_even"]["note"]
    assert "GBP 90.00 (foster care, 2019-20 prices, a paper)" in note
    assert "weeks in care 52, 52, 52, discounted at 3.5% a year" in note
    assert "only put off 10%, 10%, 10%" in note
    assert "50%, 50%, 50%" in rows["eoc10_break_even_cashable"]["note"]


def test_a_service_of_children_in_care_breaks_even_in_weeks() -> None:
    homeward = [
        referral(f"c{n}", "2019-05-01", service="homeward", stream=stream)
        for stream, children in (("reunification", range(4)), ("placement_support", range(3, 8)))
        for n in children
    ]
    costs = [spent(year, 900, 0, service="homeward") for year in ("2018-19", "2019-20")]
    care = [episode(f"c{n}", "2018-01-01") for n in range(8)]
    made = council(referrals=homeward, service_costs=costs, looked_after_episodes=care)
    full = cohort(made, "homeward", YEARS)
    found = value_of(made, made.service("homeward"), full, None)
    rows = figures(found, full)
    assert list(rows) == ["cost", "cost_unit", "psw4", "psw4_break_even"]
    # 900 x 100 / 80 + 900 x 100 / 90; four in the first stream, eight children in both; a week costs 100
    delivery = 1_125 + 1_000
    assert rows["cost_unit"]["value"] == pytest.approx(delivery / 4)
    assert (rows["psw4"]["value"], rows["psw4"]["denominator"]) == (pytest.approx(delivery / 8), 8)
    assert (rows["psw4_break_even"]["value"], rows["psw4_break_even"]["unit"]) == (21.25, "weeks in care fewer")
    assert found is not None
    assert found.missing == ()


def test_a_service_of_babies_breaks_even_in_entries() -> None:
    costs = [spent(year, 900, 0, service="cradle") for year in ("2018-19", "2019-20")]
    made = council(referrals=[], service_costs=costs)
    full = cohort(made, "cradle", YEARS)
    rows = figures(value_of(made, made.service("cradle"), full, None), full)
    assert list(rows) == ["cost", "cost_unit", "cost_break_even", "cost_break_even_cashable"]
    assert math.isnan(rows["cost_unit"]["value"])
    assert rows["cost_break_even"]["value"] == pytest.approx(2_125 / ENTRY)


EFFECT = {"what": "elsewhere", "source": "a study"}


def test_an_effect_found_elsewhere_as_an_illustration() -> None:
    care = [episode("c0", "2018-06-01"), episode("c4", "2019-06-01"), episode("c5", "2019-06-01")]
    made = council({"costs__illustration": {"risk_ratio": [0.48, 0.60, 0.76], **EFFECT}}, looked_after_episodes=care)
    full = cohort(made, "doorstep", YEARS)
    found = illustration(made, full)
    assert found is not None
    assert (found.n, found.entries) == (10, 3)
    # 3 / 0.76 - 3, 3 / 0.60 - 3, 3 / 0.48 - 3
    assert dataclasses.astuple(found.fewer) == pytest.approx((0.94736842, 2, 3.25))
    few = council({"costs__illustration": {"risk_ratio": [0.1, 0.60, 0.76], **EFFECT}})
    most = illustration(few, full)
    assert most is not None
    assert most.fewer.high == 7  # all ten would have entered
    assert illustration(council(), full) is None
    assert illustration(made, dataclasses.replace(full, event="separated")) is None
