"""Rates: events in a population, with the interval that public health practice uses for counts."""

from __future__ import annotations

import math
from numbers import Real
from statistics import NormalDist

from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import Count, Estimate, checked_confidence, whole_number

_BYAR_FROM = 10
_CONDITIONAL = "exact conditional"


def rate(count: Count, population: float, *, per: float = 10_000, confidence: float = 0.95) -> Estimate:
    """Return the rate of a count in a population, with its exact Poisson or Byar interval.

    Parameters
    ----------
    count : int
        Events, 0 or more; a Poisson count.
    population : float
        People, or person-time, above 0.
    per : float
        The rate is per so many of the population.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        Value and limits per `per` of the population. `method` is "exact Poisson" for a count below
        10 (Garwood 1936; lower limit exactly 0 at a count of 0), "Byar" from 10 (Breslow and Day 1987).

    Raises
    ------
    StatisticsError
        When the count is negative or not whole, or the population or `per` is not above 0.

    Notes
    -----
    The change at 10 follows Public Health England (2018), Technical guide: confidence intervals.
    """
    events = whole_number(count, "count")
    level = checked_confidence(confidence)
    lower, upper = _byar(events, level) if events >= _BYAR_FROM else _garwood(events, level)
    scale = _above_zero(per, "base of the rate (`per`)") / _above_zero(population, "population")
    method = "Byar" if events >= _BYAR_FROM else "exact Poisson"
    return Estimate(events * scale, lower * scale, upper * scale, level, method)


def rate_ratio(count1: Count, time1: float, count2: Count, time2: float, *, confidence: float = 0.95) -> Estimate:
    """Return the ratio of two rates, the first over the second, with its exact conditional interval.

    Parameters
    ----------
    count1, count2 : int
        Events of the first and of the second, 0 or more; independent Poisson counts.
    time1, time2 : float
        What each is counted over (population, person-time, length of time), above 0.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        Infinite value and upper limit where the second count is 0; with no event at all the value is nan, and
        the limits, 0 and infinity, say that nothing is known.

    Raises
    ------
    StatisticsError
        As for `rate`.

    Notes
    -----
    Given their sum, the first count is binomial (Przyborowski and Wilenski 1940, Biometrika 31, 313-323): its
    Clopper-Pearson (1934) limits, as R's ``poisson.test``. Counts that come in clusters (families, waves) vary more
    than Poisson counts do: then it is too narrow.
    """
    first, second = whole_number(count1, "count"), whole_number(count2, "count")
    scale = _above_zero(time2, "second time") / _above_zero(time1, "first time")
    level = checked_confidence(confidence)
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(first, second + 1, tail)) if first else 0.0
    high = float(betaincinv(first + 1, second, 1 - tail)) if second else 1.0
    if not second:
        return Estimate(math.inf if first else math.nan, low / (1 - low) * scale, math.inf, level, _CONDITIONAL)
    return Estimate(first / second * scale, low / (1 - low) * scale, high / (1 - high) * scale, level, _CONDITIONAL)


def _above_zero(value: object, name: str) -> float:
    if isinstance(value, Real) and 0 < float(value) < math.inf:
        return float(value)
    raise StatisticsError(f"The {name} must be a number above 0.")


def _garwood(events: int, level: float) -> tuple[float, float]:
    # The gamma quantiles themselves: scipy.special imports in a third of the time of scipy.stats.
    from scipy.special import gammainccinv, gammaincinv

    tail = (1 - level) / 2
    lower = float(gammaincinv(events, tail)) if events else 0.0
    return lower, float(gammainccinv(events + 1, tail))


def _byar(events: int, level: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    above = events + 1
    lower = events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3
    return lower, above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3
