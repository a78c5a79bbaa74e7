"""XmR charts (individuals and moving range): does a volume vary as it always has, or has something changed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Marks: TypeAlias = NDArray[np.bool_]

LEAST_POINTS = 12
RULES = ("beyond_limit", "two_of_three", "four_of_five", "eight_in_a_row")
"""The four rules, each a column of `XmrChart.points`."""
LEAST_MEAN_OF_RUNS, LEAST_MEAN_OF_LIMITS = 3.0, 1.0
"""Counts with a smaller mean are too lumpy for the rules about runs, and for any limits: see `rules_for`."""

# Scaling factors of a moving range of two: 3 / d2, D4 and d2 as Wheeler's tables round them.
_TO_LIMITS, _TO_RANGE_LIMIT, _D2 = 2.66, 3.268, 1.128


@dataclass(frozen=True, slots=True, eq=False)
class XmrChart:
    """A chart of individual values and moving ranges.

    Attributes
    ----------
    centre, lower, upper : float
        Mean of the baseline and the natural process limits, in the unit of the values; `lower` is at least 0.
    moving_range_upper : float
        Upper limit of the moving range.
    sigma : float
        Short-term standard deviation, from the mean moving range.
    points : DataFrame
        One row a value, with its index. Columns value, moving_range (nan at the first), each rule that was asked
        for, and signal: whether any of these is true.
    """

    centre: float
    lower: float
    upper: float
    moving_range_upper: float
    sigma: float
    points: pd.DataFrame


def rules_for(mean: float) -> tuple[str, ...]:
    """Return the rules that can be trusted where counts have this mean a point: four from 3, one from 1, else none.

    Notes
    -----
    The rules take a value as continuous. A small count is not: a whole number lies within a zone or beyond it, and
    half of all may lie on one side of the mean. False signals among simulated points where nothing changes, of
    20,000 Poisson series each (for 12 of 24 also the limits are uncertain, however large the mean):

    ===============  =================  =================  ============  ============  ============  ============
    points, of them  mean 1: all four,  mean 2: all four,  mean 3:       mean 5:       mean 13.3:    mean 31.6:
    in the baseline  first alone        first alone        all four      all four      all four      all four
    ===============  =================  =================  ============  ============  ============  ============
    24, 12           1 in 13, 1 in 44   1 in 21, 1 in 63   1 in 26       1 in 29       1 in 32       1 in 33
    36, 24           1 in 14, 1 in 65   1 in 30, 1 in 105  1 in 37       1 in 43       1 in 52       1 in 56
    60, 48           1 in 13, 1 in 75   1 in 32, 1 in 125  1 in 38       1 in 47       1 in 59       1 in 64
    ===============  =================  =================  ============  ============  ============  ============

    Three months together are the better answer where there are enough of them: with a mean of 1, 2 or 3 a month all
    four rules by quarter mark 1 in 49, 57 or 62 (16 quarters, 12 in the baseline) and 1 in 47, 61 or 70 (36 and 32).
    The first rule alone is the next best. Below a mean of 1 it too misleads: 1 in 33 at 0.5, 1 in 19 at 0.3 (36, 24).
    Where children come in families of 1 to 4, signals are more frequent: at 1.3 a month 1 in 14 by all four rules,
    1 in 35 by the first alone, and by quarter 1 in 48 (20, 16); at 13.3 a month 1 in 49 (36, 24).
    """
    if mean < LEAST_MEAN_OF_LIMITS:
        return ()
    return RULES if mean >= LEAST_MEAN_OF_RUNS else RULES[:1]


def xmr(values: pd.Series[float], *, baseline: int | None = None, rules: Sequence[str] = RULES) -> XmrChart:
    """Return the XmR chart of a series of volumes.

    Parameters
    ----------
    values : Series of numbers, shape (n,)
        One a month (or other equal period), in order, 0 or more and none missing; n at least 12.
    baseline : int, optional
        The centre and the limits come from so many first points, at least 12; from all where left out.
    rules : sequence of str
        Those of `RULES` that mark a signal (see `rules_for`).

    Raises
    ------
    StatisticsError
        When there are fewer than 12 points, in all or in the baseline, the baseline is longer than the series, or a
        value is missing or negative.

    Notes
    -----
    Limits: mean -/+ 2.66 x mean moving range, and 3.268 x mean moving range (Wheeler and Chambers 1992,
    Understanding Statistical Process Control). Volumes are counts, so that a lower limit below 0 is put at 0; no
    value is then too low for the first rule. It needs no distribution: p- and c-charts, whose limits rest on one,
    are too narrow where referrals come in families or waves.

    Rules (Western Electric 1956): a point beyond a limit; 2 of 3 running points beyond two sigma, 4 of 5 beyond
    one sigma, or 8 running, each on one side of the centre. The point that completes a pattern bears its mark,
    so itself lies in the zone. In a stable normal process the four together give a false signal about once in
    92 points even where the limits are known (Champ and Woodall 1987, Technometrics 29, 393-399), and more often where
    they come from few points or small counts (`rules_for`): a signal is a reason to ask, not a finding. A moving
    range above its limit can be drawn, but is no signal here.
    """
    numbers = _checked(values)
    length = len(numbers) if baseline is None else baseline
    if length < LEAST_POINTS or len(numbers) < LEAST_POINTS:
        raise StatisticsError(
            f"An XmR chart needs at least {LEAST_POINTS} points, in its baseline too: add months or quarters."
        )
    if length > len(numbers):
        raise StatisticsError("The baseline is longer than the series: give at most as many points as there are.")
    ranges = np.abs(np.diff(numbers, prepend=np.nan))
    centre, mean_range = float(numbers[:length].mean()), float(ranges[1:length].mean())
    lower, upper = max(0.0, centre - _TO_LIMITS * mean_range), centre + _TO_LIMITS * mean_range
    sigma = mean_range / _D2
    marks = (
        (numbers < lower) | (numbers > upper),
        _run_rule(numbers, centre, 2 * sigma, least=2, of=3),
        _run_rule(numbers, centre, sigma, least=4, of=5),
        _run_rule(numbers, centre, 0.0, least=8, of=8),
    )
    by_rule = dict(zip(RULES, marks, strict=True))
    columns = {"value": numbers, "moving_range": ranges} | {rule: by_rule[rule] for rule in rules}
    points = pd.DataFrame(columns, index=values.index)
    points["signal"] = points[list(rules)].any(axis="columns")
    return XmrChart(centre, lower, upper, _TO_RANGE_LIMIT * mean_range, sigma, points)


def _checked(values: pd.Series[float]) -> Floats:
    numbers = np.asarray(values.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    if not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise StatisticsError(
            "A volume of the chart is missing or below 0: give each point a number from 0 up (0 where there was none)."
        )
    return numbers


def _run_rule(numbers: Floats, centre: float, distance: float, *, least: int, of: int) -> Marks:
    """Mark each point that lies beyond `distance`, and with it at least `least` of the last `of` on that side."""
    marks = np.zeros(len(numbers), dtype=np.bool_)
    for beyond in (numbers > centre + distance, numbers < centre - distance):
        running = np.convolve(beyond, np.ones(of))[: len(numbers)]
        marks |= beyond & (running >= least)
    return marks
