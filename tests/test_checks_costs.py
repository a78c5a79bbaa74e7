"""Rules of costs, of services and of care, of their settings, and of the simulated verdicts."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from ehp_eval.checks import council_faults
from ehp_eval.checks.fault import Fault
from ehp_eval.config import CouncilSettings
from ehp_eval.load import Council
from tests.councils import SETTINGS, Row, changed, council_of, table

NAMES = ["low", "middle", "high"]
CLAIM = {"service": "homeward", "saving": "saved", "children": "children"} | {
    "placement_type": "low",
    "year": "2019-20",
    "months": 3,
}


def week(placement: str, cost: float, year: str = "2020-21") -> Row:
    return {"placement_type": placement, "weekly_cost": cost, "price_year": year, "source": "s"}


def index(year: str, value: float) -> Row:
    return {"year": year, "value": value, "source": "s"}


def count(subject: str) -> Row:
    return {"subject": subject, "period": "2020-21", "value": 1, "unit": "GBP", "document": "d", "paragraph": "1"}


WEEKS = [week("low", 100), week("middle", 200), week("high", 300)]
NOW = index("2020-21", 100)


@cache
def base() -> Council:
    return council_of()


def found(settings: dict[str, Any], **tables: list[Row]) -> list[tuple[str, str, tuple[int, ...], str]]:
    return [(fault.table, fault.rule, fault.rows, fault.message) for fault in faults_of(settings, **tables)]


def faults_of(settings: dict[str, Any], **tables: list[Row]) -> list[Fault]:
    made = base().tables | {name: table(name, *rows) for name, rows in tables.items()}
    content = CouncilSettings.model_validate(changed(SETTINGS, **settings))
    services = {service.id: service for service in base().services}
    return council_faults(made, content, services)


def test_amounts_above_0() -> None:
    faults = found({}, unit_costs=[*WEEKS, week("free", 0)], price_index=[NOW, index("2019-20", -1)])
    assert [fault[:3] for fault in faults] == [("unit_costs", "amount", (5,)), ("price_index", "amount", (3,))]


@pytest.mark.parametrize(
    ("settings", "gap"),
    [
        ({"costs__weekly_cost": ["low", "other", "high"]}, "costs.weekly_cost in"),
        ({"costs__parent_and_baby": ["low", "other"]}, "costs.parent_and_baby in"),
        ({"costs__claimed_saving": CLAIM | {"placement_type": "other"}}, "costs.claimed_saving.placement_type in"),
    ],
)
def test_a_placement_that_is_not_there(settings: dict[str, Any], gap: str) -> None:
    ((name, rule, rows, message),) = found(settings, unit_costs=WEEKS)
    assert (name, rule, rows) == ("unit_costs", "unit cost", ())
    assert message.startswith(gap)
    assert found({"costs__weekly_cost": NAMES, "costs__parent_and_baby": NAMES[:2]}, unit_costs=WEEKS) == []


def test_weekly_costs_rise_in_one_price_year() -> None:
    order = {"costs__weekly_cost": ["middle", "low", "high"]}
    ((name, rule, _, message),) = found(order, unit_costs=WEEKS, price_index=[NOW])
    assert (name, rule) == ("unit_costs", "unit cost")
    assert message.startswith("in one price year")
    # 150 of a year with half the prices is 300: above the middle one.
    old = [week("low", 150, "2000-01"), *WEEKS[1:]]
    years = [NOW, index("2000-01", 50)]
    assert len(found({"costs__weekly_cost": NAMES}, unit_costs=old, price_index=years)) == 1
    assert found(order, unit_costs=old, price_index=years) == []
    # A row that cannot be carried is not compared.
    lacking = found({"costs__weekly_cost": NAMES}, unit_costs=old, price_index=[NOW])
    assert [rule for _, rule, *_ in lacking] == ["price year"]
    # Of several years of a placement the latest counts.
    assert found({"costs__weekly_cost": NAMES}, unit_costs=[*old, week("low", 90)], price_index=years) == []


def test_a_claimed_saving_that_leads_nowhere() -> None:
    claim = {"costs__claimed_saving": CLAIM}
    counts = [count("saved"), count("children")]
    assert found(claim, counts=counts) == []
    wrong = {"costs__claimed_saving": CLAIM | {"children": "nobody", "service": "nowhere"}}
    assert [(fault[:2], fault[3].split(" in ")[0]) for fault in found(wrong, counts=counts)] == [
        (("counts", "claimed saving"), "costs.claimed_saving.children"),
        (("counts", "claimed saving"), "costs.claimed_saving.service"),
    ]


def test_price_years_that_the_index_lacks() -> None:
    cost = {"service": "doorstep", "year": "2018-19", "staff": 1, "other": 1, "source": "s"}
    settings = {"costs__weekly_cost": NAMES, "costs__claimed_saving": CLAIM}
    weeks = [week("low", 100, "2014-15"), *WEEKS[1:], week("other", 1, "2011-12")]
    ((name, rule, rows, message),) = found(settings, unit_costs=weeks, service_costs=[cost], price_index=[NOW])
    assert (name, rule, rows) == ("price_index", "price year", ())
    assert message.startswith("there is no index for 2014-15, 2018-19, 2019-20, so")
    assert found({}, price_index=[NOW]) == []
    assert found(settings, unit_costs=WEEKS) == []  # an index that was not supplied is not missed here


def spent(year: str, staff: float | str = 5, other: float | str = 1, service: str = "doorstep", **more: str) -> Row:
    return {"service": service, "year": year, "staff": staff, "other": other, **more}


@pytest.mark.parametrize(
    ("repeats", "rows"),
    [
        ([week("low", 101), week("low", 100, "2019-20")], (5,)),
        ([week("other", 1), week("other", 2), week("other", 3) | {"area": "Gwlad"}], (6,)),
        # The settings name no area, so that of a placement they name another area makes no other row.
        ([week("low", 101) | {"area": "Gwlad"}], (5,)),
    ],
)
def test_a_unit_cost_given_twice(repeats: list[Row], rows: tuple[int, ...]) -> None:
    faults = found({"costs__weekly_cost": NAMES}, unit_costs=[*WEEKS, *repeats])
    assert [fault[:3] for fault in faults if fault[2]] == [("unit_costs", "unit cost", rows)]


@pytest.mark.parametrize(
    ("costs", "faults"),
    [
        (
            [spent("2019-20", 5, -1), spent("2020-21", -1, 5)],
            [("cost of a service", (3,)), ("cost of a service", (2,))],
        ),
        ([spent("2019-20", 0, 0), spent("2020-21", 0, 5)], [("cost of a service", (2,))]),
        ([spent("2019-20"), spent("2019-20"), spent("2019-20", funding="grant")], [("repeated cost", (3,))]),
        ([spent("2018-19", "", 5), spent("2019-20", 5, ""), spent("2020-21")], [("cost not known", (2, 3))]),
        # A service that is not there is said to be so, and no more.
        ([spent("2019-20", "", 5, service="doormat")], [("unknown service", (2,))]),
    ],
)
def test_costs_of_services(costs: list[Row], faults: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(rule, rows) for _, rule, rows, _ in found({}, service_costs=costs)] == faults


def test_years_without_a_row_between_others() -> None:
    costs = [spent("2020-21"), spent("2017-18"), spent("1998-99", service="cradle"), spent("2000-01", service="cradle")]
    costs.append(spent("2015"))  # no financial year, which is said of its cell
    (fault,) = faults_of({}, service_costs=costs)
    assert (fault.table, fault.rule, fault.rows, fault.severity) == ("service_costs", "cost not known", (), "warning")
    assert "cradle in 1999-00, doorstep in 2018-19, doorstep in 2019-20 although" in fault.message


def simulated(*shares: float) -> Row:
    row = {"true_difference": 0.1, "harm_difference": 0, "cases": 50, "compared": 50, "samples": 400}
    return row | dict(zip(("continue", "watch", "consider_redirection"), shares, strict=True))


def test_shares_of_verdicts() -> None:
    rows = [(0.2, 0.7, 0.1), (0.333, 0.333, 0.333), (1.1, -0.1, 0), (0.2, 0.7, 0.094), (0.2, 0.7, 0.106)]
    faults = found({}, operating_characteristics=[simulated(*row) for row in rows])
    assert [fault[:3] for fault in faults] == [("operating_characteristics", "shares", (4, 5, 6))]
