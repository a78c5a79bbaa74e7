"""Figures from rounded counts: shares, rates, differences and their limits worked out anew from what is shown.

Unrounded ones would tell which counts they were made of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

from ehp_eval.disclosure.hiding import AMOUNTS_EACH, CHANGE, COMPARISON, Place, hidden_more, place_of, twins
from ehp_eval.disclosure.related import CURVES, Row
from ehp_eval.disclosure.release import FEW, SECONDARY
from ehp_eval.measures.figures import COUNT, POINTS, SHARE
from ehp_eval.measures.primary import EVERYBODY_FOLLOWED
from ehp_eval.proportions import Estimate, newcombe, proportion
from ehp_eval.rates import rate, rate_ratio
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.publishing import Disclosure

FAMILY = "_family"


def rounded(rows: Sequence[Row], rule: Disclosure) -> list[Row]:
    """Return rows with every count that they show rounded, and all else worked out from the rounded counts.

    Parameters
    ----------
    rows : sequence of dict
        As `ehp_eval.disclosure.hiding.hide` returns them. What a cited document gives stays as it stands there.
    rule : Disclosure
        `round_to` is not 0.

    Notes
    -----
    Shares have Wilson's (1927) interval, of a family-clustered one the effective sample size: the rounded denominator
    over the design effect, to one decimal, by which the unrounded interval was wider than Wilson's. Counts have
    exact Poisson or Byar limits, differences Newcombe's (1998). What cannot be worked out from counts is hidden: the
    incidence where somebody's follow-up ended early, and standardised differences.
    """
    plain = {place_of(row): row for row in rows}
    found = [_counts(row, plain, rule) for row in rows]
    by_place: dict[Place, Row] = {}
    for row in found:
        by_place.setdefault(place_of(row), row)
    return [_between(row, by_place, rule) for row in found]


def to_nearest(count: int, base: int) -> int:
    """Return a count rounded to the nearest multiple, a half away from 0."""
    return int(math.copysign((abs(count) + base // 2) // base * base, count)) if count else 0


def wilson(good: int, of: int, effect: float, confidence: float) -> tuple[float, float]:
    """Return Wilson's limits of a share whose sample counts for `of` / `effect`; both nan of nobody."""
    if not of:
        return math.nan, math.nan
    n, share, square = of / effect, good / of, NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = math.sqrt(square * (share * (1 - share) / n + square / (4 * n**2))) / (1 + square / n)
    return (0.0 if good == 0 else centre - half), (1.0 if good == of else centre + half)


def _counts(row: Row, plain: Mapping[Place, Row], rule: Disclosure) -> Row:
    """Round the counts of a row, and work out what follows from them alone."""
    if row["known"] or row["source"] != "records":
        return row
    unit, counts = row["unit"], {}
    for name in ("numerator", "denominator"):
        population = name == "denominator" and unit.startswith("per 10,000")
        if row[name] is not None and not population:
            counts[name] = to_nearest(row[name], rule.round_to)
    new = row | counts
    if "value" in row["hidden"].split() or not counts:
        return new
    good, of = new["numerator"], new["denominator"]
    if unit == SHARE and good is not None and of is not None:
        return _share(row, new, plain, rule)
    if unit == COUNT and good is not None:
        estimate = rate(abs(good), 1, per=1)
        return new | {"value": float(good)} if row["lower"] is None else _with(new, estimate, rule)
    if unit.startswith("per 10,000"):
        return _with(new, rate(good, of), rule) if row["lower"] is not None else new | {"value": 10_000 * good / of}
    if unit == "ratio" and of:
        return _with(new, rate_ratio(good, 1, of, 1), rule)
    if row["measure"] in AMOUNTS_EACH and of:
        return new | {"value": row["value"] * row["denominator"] / of, "method": _method(row["method"], rule)}
    if unit in (COUNT, SHARE, "ratio") or row["measure"] in AMOUNTS_EACH or unit == "score points":
        return hidden_more(new, ("value",), FEW)
    return new


def _share(row: Row, new: Row, plain: Mapping[Place, Row], rule: Disclosure) -> Row:
    good, of = new["numerator"], new["denominator"]
    if row["measure"].partition("_")[0] in CURVES and row["method"] != EVERYBODY_FOLLOWED:
        return hidden_more(new, ("value",), SECONDARY)
    if not row["measure"].endswith(FAMILY):
        return _with(new, proportion(good, of), rule)
    own = plain.get(place_of(row | {"measure": row["measure"].removesuffix(FAMILY)}))
    level = row["confidence"] or 0.95
    low, high = wilson(row["numerator"], row["denominator"], 1.0, level)
    wide = row["upper"] - row["lower"] if row["upper"] is not None else math.nan
    if own is None or not wide > 0:
        return _with(new, proportion(good, of), rule)
    effect = max(1.0, round((wide / (high - low)) ** 2, 1))
    value = good / of if of else math.nan
    return _with(new, Estimate(value, *wilson(good, of, effect, level), level, row["method"]), rule)


def _between(row: Row, rows: Mapping[Place, Row], rule: Disclosure) -> Row:
    """Work out a difference from the rounded figures that it is made of."""
    if "value" in row["hidden"].split() or row["unit"] == "ratio" or row["known"]:
        return row
    if row["measure"].partition("_")[0] == COMPARISON and row["numerator"] is None:
        return hidden_more(row, ("value",), SECONDARY)
    if not CHANGE.search(row["measure"]) or row["unit"] not in (POINTS, COUNT):
        return row
    now, before = (twins(row, year, rows)[-1] for year in (row["year"], row["against"]))
    if row["unit"] == COUNT:
        change = float(now["numerator"] - before["numerator"])
        return row | {"value": change, "method": _method(row["method"], rule)}
    estimate = newcombe(_estimate(now), _estimate(before), method=row["method"])
    return _with(row, estimate, rule)


def _estimate(row: Row) -> Estimate:
    value, lower, upper = (math.nan if row[name] is None else row[name] for name in ("value", "lower", "upper"))
    return Estimate(value, lower, upper, row["confidence"], row["method"])


def _with(row: Row, estimate: Estimate, rule: Disclosure) -> Row:
    numbers = {name: getattr(estimate, name) for name in ("value", "lower", "upper", "confidence")}
    plain = {name: None if math.isnan(number) else number for name, number in numbers.items()}
    return row | plain | {"method": _method(estimate.method, rule)}


def _method(method: str, rule: Disclosure) -> str:
    return say("disclosure.from_rounded", method=method, to=rule.round_to)
