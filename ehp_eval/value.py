"""What a service cost, and how many entries into care fewer it would take to meet that: the break-even first.

What a comparison says of entries fewer stands beside it. An effect found elsewhere is an illustration, and reaches
nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.cohort import build_cohort
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.cost_tables import cost_by_year, weekly_costs
from ehp_eval.costs import Range, draws_between, generator, present_value
from ehp_eval.proportions import Estimate
from ehp_eval.streams import ENTERED_CARE, LEFT_CARE, RETURNED_HOME, STREAMS

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.comparison import Comparison
    from ehp_eval.config import Costs, Service, TransportedEffect
    from ehp_eval.cost_tables import UnitCost
    from ehp_eval.costs import Floats
    from ehp_eval.load import Council

NO_COSTS, NO_INDEX, NO_UNIT_COSTS = "no_service_costs", "no_price_index", "no_unit_costs"
NO_ENTRY_COST, NO_COMPARISON, NO_FINITE_RATIO = "no_entry_cost", "no_comparator", "interval_holds_zero"


@dataclass(frozen=True)
class Value:
    """What a service cost over the years of a cohort, and what stands against it.

    Attributes
    ----------
    service, price_year : str
    delivery : float
        GBP in the prices of `price_year`, staff and other, core and grant; nan where a year's cost is not known.
    by_year : DataFrame
        year, cash (GBP as recorded), real (GBP of `price_year`), source; missing where not known.
    units : int
        Those accepted and at risk, over whom `per_unit` is spread.
    per_unit : float
    accepted : int
        Those accepted in any stream of the service, each once.
    weekly : tuple of UnitCost
        Of a week in care: low, central and high row; empty where there are none.
    week : Range or None
        A week in care.
    entry_cost : Range or None
        Present value of the care after one entry, less the entries that are only put off; None for a service of
        children who are in care already.
    break_even, break_even_cashable : Range or None
        Entries fewer at which the cost is met, and met by what is no longer paid out.
    break_even_scenarios : Range or None
        `break_even` where every assumption is at the end that favours the service, all are central, and every one is
        at the other end: not centiles. A high of infinity means that it is never met.
    break_even_weeks : Range or None
        Weeks in care fewer at which the cost is met: for a service of children who are in care already.
    entries_fewer : Estimate or None
        Those who have like children in the comparison x the difference from it; negative where more entered.
    per_entry_fewer : Range or None
        `delivery` over `entries_fewer` and its limits: low and high are limits of 95%, not centiles of draws.
    missing : tuple of str
        Why something above is nan or None: no_service_costs, no_price_index, no_unit_costs, no_entry_cost,
        no_comparator, interval_holds_zero.
    costs : Costs
        The assumptions of the settings.
    """

    service: str
    price_year: str
    delivery: float
    by_year: pd.DataFrame
    units: int
    per_unit: float
    accepted: int
    weekly: tuple[UnitCost, ...]
    week: Range | None
    entry_cost: Range | None
    break_even: Range | None
    break_even_cashable: Range | None
    break_even_scenarios: Range | None
    break_even_weeks: Range | None
    entries_fewer: Estimate | None
    per_entry_fewer: Range | None
    missing: tuple[str, ...]
    costs: Costs


def value_of(council: Council, service: Service, full: Cohort, comparison: Comparison | None) -> Value | None:
    """Hold what a service cost against what care costs.

    Parameters
    ----------
    council : Council
    service : Service
    full : Cohort
        Of the service's first stream. All of the service's cost in its years is held against it, whatever else the
        service does: the break-even is conservative.
    comparison : Comparison or None
        Gives the entries fewer, unless it was refused.

    Returns
    -------
    Value or None
        None where no cost of the service is known for any of the years.

    Notes
    -----
    An entry into care costs weekly cost x weeks, discounted (`ehp_eval.costs.present_value`), times 1 - drop-off: an
    entry that is only put off beyond 12 months is paid for later. Deadweight is left out, since an entry *fewer than
    would otherwise have been* is net of it; re-entry belongs to returns home. Weekly cost, weeks, drop-off and the
    cashable share are drawn independently of each other (`ehp_eval.costs.draws_between`).

    The cost for each entry fewer is given only where the lower limit of the difference is above 0: where the interval
    of its denominator holds 0, a ratio has no finite one (Fieller 1954, Journal of the Royal Statistical Society B 16,
    175-185). The cost is taken as known, so that the limits are those of the difference.
    """
    by_year = cost_by_year(council, service.id, [year.label for year in full.period.years])
    if by_year["cash"].isna().all():
        return None
    costs, reasons = council.settings.costs, []
    if by_year["cash"].isna().any():
        reasons.append(NO_COSTS)
    delivery = float(by_year["real"].sum(skipna=False))
    units = full.step("at_risk")
    weekly = weekly_costs(council, costs.weekly_cost or ())
    if not weekly:
        reasons.append(NO_UNIT_COSTS)
    carried = not np.isnan([each.real for each in weekly]).any()
    if not carried or by_year.loc[by_year["cash"].notna(), "real"].isna().any():
        reasons.append(NO_INDEX)

    week = entry = entry_even = cashable_even = scenarios = weeks_even = None
    if weekly and carried:
        drawn = _drawn(costs, weekly)
        week = Range.of(drawn.week)
        if in_care_already(service.stream):
            weeks_even = _met(delivery, drawn.week)
        else:
            entry = Range.of(drawn.entry)
            entry_even, cashable_even = _met(delivery, drawn.entry), _met(delivery, drawn.entry * drawn.cashable)
            scenarios = _scenarios(delivery, costs, weekly) if entry_even else None
            if not entry.central > 0:
                reasons.append(NO_ENTRY_COST)

    fewer = per_entry = None
    if STREAMS[service.stream].event == ENTERED_CARE:
        fewer = _entries_fewer(comparison)
        if fewer is None:
            reasons.append(NO_COMPARISON)
        elif not fewer.lower > 0:
            reasons.append(NO_FINITE_RATIO)
        elif not np.isnan(delivery):
            per_entry = Range(delivery / fewer.upper, delivery / fewer.value, delivery / fewer.lower)
    return Value(
        service.id, costs.price_year, delivery, by_year, units, delivery / units if units else float("nan"),
        _accepted(council, service, full), weekly, week, entry, entry_even, cashable_even, scenarios, weeks_even,
        fewer, per_entry, tuple(reasons), costs,
    )  # fmt: skip


def in_care_already(stream: str) -> bool:
    """Whether the children of a stream are looked after when it begins, so that no entry is at stake."""
    return STREAMS[stream].event in (RETURNED_HOME, LEFT_CARE)


@dataclass(frozen=True)
class Illustration:
    """What an effect found elsewhere would mean here, had it held: outside every gate of the verdict.

    Attributes
    ----------
    n, entries : int
        Those whose status at 12 months is known, and those of them who entered care.
    fewer : Range
        Entries fewer than without the service; low and high are the limits of the effect elsewhere.
    effect : TransportedEffect
    """

    n: int
    entries: int
    fewer: Range
    effect: TransportedEffect


def illustration(council: Council, full: Cohort) -> Illustration | None:
    """Return how many entries fewer an effect found elsewhere would mean; None without one, or where no entry decides.

    What was observed had the service, so that without it there would have been entries / risk ratio: never more than
    there are children.
    """
    if full.event != ENTERED_CARE:
        return None
    outcome = full.at_risk[f"outcome_{HEADLINE_DAYS}"]
    return illustrated(council, int((outcome == "event").sum()), full.step("outcome_known", HEADLINE_DAYS))


def illustrated(council: Council, entries: int, n: int) -> Illustration | None:
    """Return the same for so many entries among n."""
    effect = council.settings.costs.illustration
    if effect is None:
        return None
    high, central, low = (min(entries / ratio, n) - entries for ratio in effect.risk_ratio)
    return Illustration(n, entries, Range(low, central, high), effect)


@dataclass(frozen=True)
class _Drawn:
    """Draws of what a week and an entry cost, and of the cashable share, shape (draws,) each."""

    week: Floats
    entry: Floats
    cashable: Floats


def _drawn(costs: Costs, weekly: tuple[UnitCost, ...]) -> _Drawn:
    rng = generator()
    low, central, high = (each.real for each in weekly)
    week = draws_between((low, central, high), rng)
    care = present_value(week, draws_between(costs.weeks_in_care, rng), costs.discount_rate)
    return _Drawn(week, care * (1 - draws_between(costs.drop_off, rng)), draws_between(costs.cashable, rng))


def _met(delivery: float, worth: Floats) -> Range | None:
    """Return how many, each worth so much, meet the cost; None where it is not known or they are worth nothing."""
    return None if np.isnan(delivery) or not (worth > 0).all() else Range.of(delivery / worth)


def _scenarios(delivery: float, costs: Costs, weekly: tuple[UnitCost, ...]) -> Range:
    worth = [
        float(present_value(week.real, weeks, costs.discount_rate)) * (1 - put_off)
        for week, weeks, put_off in zip(weekly, costs.weeks_in_care, reversed(costs.drop_off), strict=True)
    ]
    low, central, high = (delivery / each if each > 0 else float("inf") for each in reversed(worth))
    return Range(low, central, high)


def _entries_fewer(comparison: Comparison | None) -> Estimate | None:
    if comparison is None or comparison.refused or comparison.outcome is None:
        return None
    outcome, found = comparison.outcome, comparison.outcome.difference
    if np.isnan(found.value):
        return None
    n = outcome.n_service * outcome.covered  # nothing is known of those who have no like children in the comparison
    return Estimate(n * found.value, n * found.lower, n * found.upper, found.confidence, found.method)


def _accepted(council: Council, service: Service, full: Cohort) -> int:
    others = [build_cohort(council, service, full.period, stream=each, windows=()) for each in service.streams[1:]]
    return int(pd.concat([each.rows["unit_id"] for each in (full, *others)]).nunique())
