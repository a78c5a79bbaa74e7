"""What a service cost, for the public: the same as for the inside, as far as a release holds it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.cost_tables import weekly_costs
from ehp_eval.costs import Range
from ehp_eval.present.public import words
from ehp_eval.present.public.service import period_of
from ehp_eval.proportions import Estimate
from ehp_eval.streams import ENTERED_CARE, STREAMS
from ehp_eval.value import Illustration, Value, illustrated
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.public import PublicService

NAN = float("nan")


def released_value(report: PublicService) -> Value | None:
    """Return what a service cost and what would meet it.

    Parameters
    ----------
    report : PublicService
        Its facts hold what the service cost and what would meet that, which counts nobody; the weekly costs come from
        the reference table, all that takes a number of people from the released figures.

    Returns
    -------
    Value or None
        None where no cost is known. What is not released is nan, None or 0 in it.
    """
    facts = report.facts["value"]
    if facts is None:
        return None
    costs, each = report.council.settings.costs, report.find("cost_unit", _label(report))
    shown = each is not None and not each["hidden"]
    by_year = pd.DataFrame(facts["by_year"], columns=["year", "cash", "real", "source"])
    return Value(
        service=report.service.id,
        price_year=facts["price_year"],
        delivery=_number(facts["delivery"], NAN),
        by_year=by_year.astype({"cash": "float64", "real": "float64"}),
        units=int(each["denominator"]) if each is not None and shown else 0,
        per_unit=float(each["value"]) if each is not None and shown else NAN,
        accepted=0,
        weekly=weekly_costs(report.council, costs.weekly_cost or ()),
        week=_range(facts["week"]),
        entry_cost=_range(facts["entry_cost"]),
        break_even=_range(facts["break_even"]),
        break_even_cashable=_range(facts["break_even_cashable"]),
        break_even_scenarios=_range(facts["break_even_scenarios"]),
        break_even_weeks=_range(facts["break_even_weeks"]),
        entries_fewer=released_entries(report),
        per_entry_fewer=_per_entry(report),
        missing=tuple(facts["missing"]),
        costs=costs,
    )


def released_entries(report: PublicService) -> Estimate | None:
    """Return how many entries fewer the released difference comes to, of those who have like children compared.

    None where the difference, or how many it is of, is not released.
    """
    full = report.facts["full"]
    found = words.estimate(report.find("eoc9", full, HEADLINE_DAYS))
    of = report.find("eoc9_service", full, HEADLINE_DAYS)
    if found is None or of is None or words.hides(of, "denominator"):
        return None
    n = int(of["denominator"])
    return Estimate(n * found.value, n * found.lower, n * found.upper, found.confidence, found.method)


def released_illustration(report: PublicService) -> Illustration | None:
    """Return what an effect found elsewhere would mean here; None where the outcome of the full years is not shown."""
    row = report.find(STREAMS[report.service.stream].windowed, report.facts["full"], HEADLINE_DAYS)
    if not _enters_care(report) or row is None or row["hidden"] or not row["denominator"]:
        return None
    return illustrated(report.council, int(row["denominator"] - row["numerator"]), int(row["denominator"]))


def released_years(report: PublicService) -> str:
    """Return the years whose costs stand in the report, as a sentence says them."""
    return period_of(_label(report)).in_words


def _label(report: PublicService) -> str:
    """Return the years that the report's costs are of."""
    if report.facts["full"]:
        return str(report.facts["full"])
    years = [Period.year(each["year"]) for each in report.facts["value"]["by_year"]]
    return Period(years[0].first, years[-1].last).label


def _enters_care(report: PublicService) -> bool:
    return STREAMS[report.service.stream].event == ENTERED_CARE


def _per_entry(report: PublicService) -> Range | None:
    found = words.estimate(report.find("eoc10", _label(report)))
    return None if found is None else Range(found.lower, found.value, found.upper)


def _range(found: dict[str, float | None] | None) -> Range | None:
    """Return a range of the facts, where JSON has no infinity: what is never met is None in it."""
    return Range(*(_number(found[name], math.inf) for name in ("low", "central", "high"))) if found else None


def _number(value: float | None, missing: float) -> float:
    return missing if value is None else value
