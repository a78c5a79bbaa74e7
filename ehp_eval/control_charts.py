"""XmR charts (individuals and moving range): does a monthly volume vary as it always has, or has something changed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.errors import StatisticsError

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Marks: TypeAlias = NDArray[np.bool_]

LEAST_POINTS = 12
RULES = ("beyond_limit", "two_of_three", "four_of_five", "eight_in_a_row")
"""The columns of `XmrChart.points` that hold the four rules."""

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
        One row a value, with its index. Columns value, moving_range (nan at the first), beyond_limit, two_of_three,
        four_of_five, eight_in_a_row, and signal: whether any of these four is true.
    """

    centre: float
    lower: float
    upper: float
    moving_range_upper: float
    sigma: float
    points: pd.DataFrame


def xmr(values: pd.Series[float], *, baseline: int | None = None) -> XmrChart:
    """Return the XmR chart of a series of volumes.

    Parameters
    ----------
    values : Series of numbers, shape (n,)
        One a month (or other equal period), in order, 0 or more and none missing; n at least 12.
    baseline : int, optional
        The centre and the limits come from so many first points, at least 12; from all where left out.

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
    92 points even where the limits are known (Champ and Woodall 1987, Technometrics 29, 393-399): a signal is a
    reason to ask, not a finding. A moving range above its limit can be drawn, but is no signal here.
    """
    numbers = _checked(values)
    length = len(numbers) if baseline is None else baseline
    if length < LEAST_POINTS or len(numbers) < LEAST_POINTS:
        raise StatisticsError(f"An XmR chart needs at least {LEAST_POINTS} points, in its baseline too: add months.")
    if length > len(numbers):
        raise StatisticsError("The baseline is longer than the series: give at most as many points as there are.")
    ranges = np.abs(np.diff(numbers, prepend=np.nan))
    centre, mean_range = float(numbers[:length].mean()), float(ranges[1:length].mean())
    lower, upper = max(0.0, centre - _TO_LIMITS * mean_range), centre + _TO_LIMITS * mean_range
    sigma = mean_range / _D2
    rules = (
        (numbers < lower) | (numbers > upper),
        _run_rule(numbers, centre, 2 * sigma, least=2, of=3),
        _run_rule(numbers, centre, sigma, least=4, of=5),
        _run_rule(numbers, centre, 0.0, least=8, of=8),
    )
    columns = {"value": numbers, "moving_range": ranges} | dict(zip(RULES, rules, strict=True))
    points = pd.DataFrame(columns, index=values.index)
    points["signal"] = points[list(RULES)].any(axis="columns")
    return XmrChart(centre, lower, upper, _TO_RANGE_LIMIT * mean_range, sigma, points)


def _checked(values: pd.Series[float]) -> Floats:
    numbers = np.asarray(values.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    if not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise StatisticsError(
            "A volume of the chart is missing or below 0: give each month a number from 0 up (0 where there was none)."
        )
    return numbers


def _run_rule(numbers: Floats, centre: float, distance: float, *, least: int, of: int) -> Marks:
    """Mark each point that lies beyond `distance`, and with it at least `least` of the last `of` on that side."""
    marks = np.zeros(len(numbers), dtype=np.bool_)
    for beyond in (numbers > centre + distance, numbers < centre - distance):
        running = np.convolve(beyond, np.ones(of))[: len(numbers)]
        marks |= beyond & (running >= least)
    return marks
