"""Change of a score between two times in the same people, with those who have only one of them in sight."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import Estimate, checked_confidence


@dataclass(frozen=True, slots=True)
class PairedChange:
    """The change between two times.

    Attributes
    ----------
    pairs : int
        People with both scores.
    missing_before, missing_after : int
        People without the first score, whether or not they have the second; and those with the first only. With
        the pairs they add up to everybody.
    improved, same, worse : int
        Pairs whose score rose, stayed and fell: a higher score is the better one.
    estimate : Estimate
        Mean of second minus first score over the pairs, in points of the score.
    """

    pairs: int
    missing_before: int
    missing_after: int
    improved: int
    same: int
    worse: int
    estimate: Estimate


def paired_change(before: pd.Series[float], after: pd.Series[float], *, confidence: float = 0.95) -> PairedChange:
    """Return how a score changed in those who have it twice, and how many do not.

    Parameters
    ----------
    before, after : Series of numbers, shape (n,)
        The score of each person at either time, nan where missing, with the same index; higher is better (turn the
        sign of a scale where lower is).
    confidence : float
        Between 0 and 1.

    Raises
    ------
    StatisticsError
        When the two have not the same people in the same order.

    Notes
    -----
    Student's t interval of the mean difference (method "paired t"). The limits are nan below 2 pairs, and where
    all changes are alike: their spread is then unknown, not 0 (R's ``t.test`` refuses such data). Those with
    both scores are those who stayed: show the missing beside any change. Nothing here says what a change is
    due to; scores that start low tend to rise (regression to the mean).
    """
    level = checked_confidence(confidence)
    if not before.index.equals(after.index):
        raise StatisticsError("The scores before and after differ in their people: give both the same index.")
    first, second = (scores.to_numpy(dtype=float, na_value=np.nan) for scores in (before, after))
    had, has = ~np.isnan(first), ~np.isnan(second)
    change = (second - first)[had & has]
    return PairedChange(
        pairs=len(change),
        missing_before=int((~had).sum()),
        missing_after=int((had & ~has).sum()),
        improved=int((change > 0).sum()),
        same=int((change == 0).sum()),
        worse=int((change < 0).sum()),
        estimate=_mean(change, level),
    )


def _mean(change: np.ndarray[tuple[int], np.dtype[np.float64]], level: float) -> Estimate:
    value = float(change.mean()) if len(change) else math.nan
    if len(change) < 2 or np.allclose(change, value, rtol=1e-12, atol=1e-12):
        return Estimate(value, math.nan, math.nan, level, "paired t")
    # Imported here because scipy.stats takes over a second.
    from scipy.stats import ttest_1samp

    limits = ttest_1samp(change, 0).confidence_interval(level)
    return Estimate(value, float(limits.low), float(limits.high), level, "paired t")
