"""Quantiles of a measurement (waiting days, weeks of gestation), with limits that assume no distribution."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import Estimate, checked_confidence

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

METHOD = "order statistics"


def quantile_estimate(values: ArrayLike, q: float, *, confidence: float = 0.95) -> Estimate:
    """Return a sample quantile with distribution-free limits.

    Parameters
    ----------
    values : array_like of numbers, shape (n,)
        None missing. No values give nan for the quantile and both limits.
    q : float
        Above 0 and below 1: 0.5 is the median, 0.9 the 90th centile.
    confidence : float
        Between 0 and 1; the limits hold at least so much.

    Returns
    -------
    Estimate
        In the unit of the values. Both limits are nan where n is too small to hold the confidence: a 95% interval of
        a median needs 6 values, of a 90th centile 36.

    Raises
    ------
    StatisticsError
        When a value is missing, or `q` is not between 0 and 1.

    Notes
    -----
    The quantile interpolates between values (numpy's default, type 7 of Hyndman and Fan 1996). The limits are the
    values of ranks r and s: the greatest r with P(B < r) and the smallest s with P(B >= s) of at most
    (1 - confidence) / 2, where B is binomial (n, q) (Conover 1999, Practical Nonparametric Statistics, section
    3.2). They are values that were seen, and with ties they hold more than the confidence.
    """
    numbers = np.sort(np.asarray(values, dtype=float))
    level = checked_confidence(confidence)
    if not 0 < q < 1:
        raise StatisticsError("A quantile must lie between 0 and 1: 0.9 stands for the 90th centile.")
    if not np.isfinite(numbers).all():
        raise StatisticsError("A value is missing or infinite: leave such values out and count them.")
    n = len(numbers)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, level, METHOD)
    # Imported here because scipy.stats takes over a second.
    from scipy.stats import binom

    tail = (1 - level) / 2
    first, last = int(binom.ppf(tail, n, q)), int(binom.ppf(1 - tail, n, q)) + 1
    limits = (numbers[first - 1], numbers[last - 1]) if first >= 1 and last <= n else (math.nan, math.nan)
    return Estimate(float(np.quantile(numbers, q)), float(limits[0]), float(limits[1]), level, METHOD)
