"""Proportions: a proportion, a difference of two, and the numerators behind a published percentage."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Real
from typing import TYPE_CHECKING, Literal, SupportsIndex, TypeAlias

from ehp_eval.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Callable

Count: TypeAlias = SupportsIndex | float
"""A whole number in any of the types that hold one: int, a numpy integer, or a float such as 3.0."""

Rounding: TypeAlias = Literal["half_up", "half_even", "truncated"]

_ROUND: dict[str, Callable[[Fraction], int]] = {
    "half_up": lambda exact: math.floor(exact + Fraction(1, 2)),
    "half_even": round,
    "truncated": math.floor,
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; the method travels with the number.

    Attributes
    ----------
    value, lower, upper : float
        The estimate and its limits, in the unit of the function that made it; nan where undefined.
    confidence : float
        Between 0 and 1.
    method : str
        Name of the interval's method.
    """

    value: float
    lower: float
    upper: float
    confidence: float
    method: str


def proportion(numerator: Count, denominator: Count, *, confidence: float = 0.95) -> Estimate:
    """Return a proportion, 0 to 1, with its Wilson score interval.

    Parameters
    ----------
    numerator, denominator : int
        Numpy integers and floats without a fraction are taken too. A denominator of 0 gives nan
        for the value and both limits.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    StatisticsError
        When a count is negative or not whole, or the numerator is the greater.

    Notes
    -----
    Wilson (1927), without continuity correction; the lower limit is exactly 0 at a numerator of 0,
    the upper exactly 1 where numerator and denominator are equal.
    """
    k, n = whole_number(numerator, "numerator"), whole_number(denominator, "denominator")
    if k > n:
        raise StatisticsError(
            "The numerator of a proportion is greater than its denominator: count both over the same group."
        )
    level = checked_confidence(confidence)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, level, "Wilson")
    # scipy's Wilson limits are exact at 0 and n. Imported here because scipy.stats takes over a second. Nobody asks
    # for its test, which takes least time where the share is what is tested for.
    from scipy.stats import binomtest

    limits = binomtest(k, n, k / n).proportion_ci(confidence_level=level, method="wilson")
    return Estimate(k / n, float(limits.low), float(limits.high), level, "Wilson")


def difference(k1: Count, n1: Count, k2: Count, n2: Count, *, confidence: float = 0.95) -> Estimate:
    """Return the first proportion minus the second, with Newcombe's hybrid score interval.

    Parameters
    ----------
    k1, n1, k2, n2 : int
        Numerator and denominator of the first and of the second, independent, proportion.
        Where either denominator is 0 the value and both limits are nan.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    StatisticsError
        As for `proportion`.

    Notes
    -----
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10: no library that the project has gives it.
    """
    first = proportion(k1, n1, confidence=confidence)
    return newcombe(first, proportion(k2, n2, confidence=confidence), method="Newcombe hybrid score")


def newcombe(first: Estimate, second: Estimate, *, method: str) -> Estimate:
    """Return the first of two independent proportions minus the second, its limits from theirs.

    Parameters
    ----------
    first, second : Estimate
        With limits of one and the same confidence; nan where any of them is.
    method : str
        Name of the interval that comes out, since it depends on how theirs were made.

    Notes
    -----
    Newcombe (1998), with any limits of the two in place of Wilson's (MOVER: Zou and Donner 2008,
    Statistics in Medicine 27, 1693-1702).
    """
    value = first.value - second.value
    below = math.hypot(first.value - first.lower, second.upper - second.value)
    above = math.hypot(first.upper - first.value, second.value - second.lower)
    return Estimate(value, value - below, value + above, first.confidence, method)


def feasible_numerators(
    percent: str | float | Decimal,
    denominator: Count,
    *,
    decimals: int,
    rounding: Rounding = "half_up",
) -> tuple[int, ...]:
    """Return every whole numerator that gives a published percentage of a denominator.

    Parameters
    ----------
    percent : str, int, float or Decimal
        The percentage as published, 0 to 100. The arithmetic is exact: a float stands for the
        decimal that it prints as.
    denominator : int
        At least 1.
    decimals : int
        Places to which the percentage was rounded (a published "93.0" has 1, a "93" has 0).
    rounding : {"half_up", "half_even", "truncated"}
        How it was rounded.

    Returns
    -------
    tuple of int
        Ascending; empty where the percentage cannot come from that denominator.

    Raises
    ------
    StatisticsError
        When the percentage is no number from 0 to 100 or has more places than `decimals`, the
        denominator is below 1, or the rounding is unknown.

    Notes
    -----
    Brown and Heathers (2017), the GRIM test, applied to percentages.
    """
    n = whole_number(denominator, "denominator")
    places = whole_number(decimals, "number of decimals")
    if n == 0:
        raise StatisticsError("A percentage of a denominator of 0 has no numerator: give at least 1.")
    if rounding not in _ROUND:
        raise StatisticsError(f"Unknown rounding: choose one of {', '.join(_ROUND)}.")
    published = _percentage(percent) * 10**places
    if published.denominator != 1:
        raise StatisticsError("The percentage has more places than `decimals`: give those it was rounded to.")
    unit = Fraction(n, 100 * 10**places)  # the numerators that one step of the last published place spans
    first = max(0, math.floor((published - 1) * unit))
    last = min(n, math.ceil((published + 1) * unit))
    return tuple(k for k in range(first, last + 1) if _ROUND[rounding](k / unit) == published)


def whole_number(value: object, name: str) -> int:
    """Return `value` as an int, or raise `StatisticsError` where it is no whole number from 0 up."""
    if isinstance(value, bool) or not isinstance(value, Real) or not float(value).is_integer():
        raise StatisticsError(f"The {name} is not a whole number: give a count from 0 up.")
    number = int(float(value))
    if number < 0:
        raise StatisticsError(f"The {name} is negative: give a count from 0 up.")
    return number


def checked_confidence(confidence: object) -> float:
    """Return the confidence level as a float, or raise `StatisticsError` where it is not between 0 and 1."""
    if isinstance(confidence, Real) and 0 < float(confidence) < 1:
        return float(confidence)
    raise StatisticsError("The confidence level must lie between 0 and 1: 0.95 stands for 95%.")


def _percentage(percent: str | float | Decimal) -> Fraction:
    try:
        exact = Fraction(Decimal(str(percent)))
    except (InvalidOperation, ValueError, OverflowError):
        raise StatisticsError("The percentage is not a number: give it as published, such as 92.7.") from None
    if 0 <= exact <= 100:
        return exact
    raise StatisticsError("The percentage must lie between 0 and 100: 92.7 stands for 92.7%.")
