"""Difference-in-differences: one area's change beside the mean change of others, its interval from those others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_CONTROLS = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of an area's change from the mean change of its controls.

    Attributes
    ----------
    estimate : Estimate
        In the unit of the outcome; negative where the area fell more, or rose less.
    rank : int
        So many areas changed by as little or less, the area itself counted: 1 where it fell the most.
    areas : int
        The area and its controls.
    """

    estimate: Estimate
    rank: int
    areas: int


def difference_in_differences(
    outcomes: pd.DataFrame, area: str, *, before: Sequence[int], after: Sequence[int]
) -> Difference:
    """Return how much more an area's mean changed than that of all others.

    Parameters
    ----------
    outcomes : DataFrame of numbers, shape (years, areas)
        One row a year and one column an area. All but `area` are controls.
    area : str
    before, after : sequence of int
        The years of which the means are taken, each at least one.

    Raises
    ------
    StatisticsError
        When `area` is no column, there are fewer than two controls, no years are given, one of them is not among
        the outcomes, or a value of those years is missing.

    Notes
    -----
    With one treated area and few years no standard error can be estimated from it. Conley and Taber (2011, Review of
    Economics and Statistics 93, 113-125) take the controls' own departures from their mean change as the distribution
    of what happens to an area when nothing is changed, and invert it. Here the limits are

        the estimate - the greatest departure, the estimate - the least,

    the widest that the controls can give. If the area, but for the change, is like any of its n controls, its own
    change is neither the greatest nor the least of n + 1 in n - 1 of n + 1 cases: that is the confidence, 90.9% for
    21 controls, and no more can be had. Small areas vary more than great ones, so that it holds on average over areas.
    """
    _check(outcomes, area, [*before, *after], enough=len(before) > 0 and len(after) > 0)
    change = outcomes.loc[list(after)].mean() - outcomes.loc[list(before)].mean()
    return _against_controls(change, area)


def event_study(outcomes: pd.DataFrame, area: str, *, base: int) -> pd.DataFrame:
    """Return the difference in each year relative to one of them.

    Parameters
    ----------
    outcomes, area
        As for `difference_in_differences`.
    base : int
        The year that the others are compared with: the last before the change.

    Returns
    -------
    DataFrame
        By year: value, lower, upper, confidence, method; 0 in the base year, whose limits are nan. Before it, values
        far from 0 say that the area and its controls did not move alike.

    Raises
    ------
    StatisticsError
        As for `difference_in_differences`.
    """
    _check(outcomes, area, [base, *outcomes.index], enough=True)
    rows = []
    for year in outcomes.index:
        estimate = _against_controls(outcomes.loc[year] - outcomes.loc[base], area).estimate
        limits = (np.nan, np.nan) if year == base else (estimate.lower, estimate.upper)
        rows.append((estimate.value, *limits, estimate.confidence, estimate.method))
    names = ["value", "lower", "upper", "confidence", "method"]
    return pd.DataFrame(rows, index=outcomes.index, columns=names)


def _against_controls(change: pd.Series[float], area: str) -> Difference:
    own, controls = float(change[area]), change.drop(area)
    estimate = own - float(controls.mean())
    # The mean of the controls cancels: estimate - (a control's change - their mean).
    lower, upper = own - float(controls.max()), own - float(controls.min())
    confidence = (len(controls) - 1) / (len(controls) + 1)
    method = f"Conley-Taber, {len(controls)} controls"
    return Difference(Estimate(estimate, lower, upper, confidence, method), int((change <= own).sum()), len(change))


def _check(outcomes: pd.DataFrame, area: str, years: Sequence[int], *, enough: bool) -> None:
    if area not in outcomes.columns:
        raise StatisticsError("The area itself is not among the outcomes: give it a column of its own.")
    if len(outcomes.columns) <= LEAST_CONTROLS:
        raise StatisticsError(f"There are too few areas to compare with: at least {LEAST_CONTROLS} besides the area.")
    if not enough or not outcomes.index.isin(years).sum() == len(set(years)):
        raise StatisticsError("Give at least one year before the change and one after it, all among the outcomes.")
    if outcomes.loc[outcomes.index.isin(years)].isna().any(axis=None):
        raise StatisticsError("An outcome is missing: leave out the area or the years with gaps.")
