"""What a release says of each report beside its figures: verdicts, costs, what is missing; no count of people."""

from __future__ import annotations

import math
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from ehp_eval.measures.registry import tables_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ehp_eval.costs import Range
    from ehp_eval.evaluation import Evaluation, Overview
    from ehp_eval.value import Value
    from ehp_eval.verdict import Flip

Facts = dict[str, Any]


def facts_of(overview: Overview, headlines: Mapping[str, str]) -> dict[str, Facts]:
    """Return the facts of every report of a run, by report.

    Parameters
    ----------
    overview : Overview
    headlines : mapping of str to str
        By report, the label of the years on which its headline rests.

    Returns
    -------
    dict of dict
        All of what `ehp_eval.public` names, and can be written as JSON.
    """
    facts: dict[str, Facts] = {
        overview.report: {
            "services": [each.report for each in overview.services],
            "not_evaluated": overview.not_evaluated,
        }
    }
    if overview.system:
        facts[overview.system.report] = {
            "years": [each.label for each in overview.system.years],
            "missing": list(overview.system.missing),
        }
    for each in overview.services:
        facts[each.report] = _of_service(each, headlines[each.report])
    if overview.front_door:
        facts[overview.front_door.report] = {"years": list(overview.front_door.by_year)}
    return facts


def _of_service(report: Evaluation, headline: str) -> Facts:
    verdict, comparison = report.verdict, report.comparison
    return {
        "years": list(report.by_year),
        "full": report.full.period.label if report.full else "",
        "recent": report.recent.period.label,
        "baseline": report.baseline.label,
        "headline": headline,
        "verdict": {
            "verdict": verdict.verdict,
            "reasons": list(verdict.reasons),
            "gates": {gate.name: gate.state for gate in verdict.gates},
            "flips": [_flip(each) for each in verdict.flips],
            "unreviewed": bool(verdict.gate("safety").numbers["incidents"]),
        },
        "value": _of_value(report.value),
        "comparison": {"refused": comparison.refused} if comparison else None,
        "siblings": bool(report.figures["measure"].str.endswith("_family").any()),
        "missing": tables_missing(report.council, report.service.stream),
    }


def _of_value(value: Value | None) -> Facts | None:
    """Return what a service cost, year by year, and what would meet it; amounts of money and their ranges."""
    if value is None:
        return None
    ranges = ("week", "entry_cost", "break_even", "break_even_cashable", "break_even_scenarios", "break_even_weeks")
    return {
        "price_year": value.price_year,
        "delivery": _number(value.delivery),
        "by_year": [
            {
                "year": str(row["year"]),
                "cash": _number(row["cash"]),
                "real": _number(row["real"]),
                "source": row["source"] or "",  # the name of a file
            }
            for row in value.by_year.to_dict("records")
        ],
        **{name: _ends(getattr(value, name)) for name in ranges},
        "missing": list(value.missing),
    }


def _ends(found: Range | None) -> dict[str, float | None] | None:
    return None if found is None else dict(zip(("low", "central", "high"), map(_number, astuple(found)), strict=True))


def _number(amount: float) -> float | None:
    """Return an amount as JSON can hold it: None where it is not known, or never met."""
    return float(amount) if math.isfinite(amount) else None


def _flip(flip: Flip) -> dict[str, Any]:
    """Return what would change the verdict; of its numbers only the years that have a comparison count nobody."""
    return {"code": flip.code, "numbers": dict(flip.numbers) if flip.code == "redirection_cohorts" else {}}
