"""Amounts in one year's prices, weekly payments at their present value, and assumptions with a low and a high end.

Nothing here knows a council: numbers in, numbers out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ehp_eval.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]

Three: TypeAlias = tuple[float, float, float]
"""Low, central and high value of an assumption."""

DRAWS = 10_000
SEED = 736_021
"""Fixed, so that the same records give the same figures. Its value means nothing."""
MONTE_CARLO = f"Monte Carlo, {DRAWS:,} draws (PERT)"
"""Name of the method, as figures carry it."""
WEEKS_A_YEAR = 365.25 / 7
_PERT_SHAPE = 4.0


@dataclass(frozen=True, slots=True)
class Range:
    """What an amount comes to under a range of assumptions.

    Attributes
    ----------
    low, central, high : float
        The 2.5th, 50th and 97.5th centile of the draws; or a low, central and high scenario, where it is named so.
    """

    low: float
    central: float
    high: float

    @classmethod
    def of(cls, draws: Floats) -> Range:
        """Return the 2.5th, 50th and 97.5th centile of draws, shape (n,)."""
        low, central, high = np.quantile(draws, [0.025, 0.5, 0.975])
        return cls(float(low), float(central), float(high))


def to_prices(amount: float, from_year: str, to_year: str, index: Mapping[str, float]) -> float:
    """Carry an amount from one year's prices to another's: amount x index of `to_year` / index of `from_year`.

    Parameters
    ----------
    amount : float
        GBP in the prices of `from_year`.
    from_year, to_year : str
        Financial years, such as ``"2020-21"``.
    index : mapping of str to float
        A price index by financial year, on any base.

    Raises
    ------
    StatisticsError
        When the index lacks one of the years: no value is guessed between or beyond those it has.
    """
    if from_year == to_year:
        return amount
    if lacking := [year for year in (from_year, to_year) if year not in index]:
        raise StatisticsError(f"The price index has no value for {' or '.join(lacking)}: add it to price_index.csv.")
    return amount * index[to_year] / index[from_year]


def present_value(weekly: ArrayLike, weeks: ArrayLike, rate: float) -> Floats:
    """Return what weekly payments from now on are worth today.

    Parameters
    ----------
    weekly : array_like
        GBP a week, in constant prices.
    weeks : array_like
        For how many weeks, from 0; need not be whole.
    rate : float
        Discount rate a year, 0.035 for 3.5% (HM Treasury, Green Book). A real rate, as prices are constant.

    Returns
    -------
    ndarray
        GBP, in the common shape of `weekly` and `weeks`.

    Raises
    ------
    StatisticsError
        When the rate or a number of weeks is negative.

    Notes
    -----
    Payment k falls due at the end of week k and is divided by (1 + i)^k, where 1 + i = (1 + rate)^(7 / 365.25). The
    sum over k = 1..n is weekly x (1 - (1 + i)^-n) / i, the annuity formula, which also serves a broken number of
    weeks; at a rate of 0 it is weekly x n.
    """
    amount, n = np.asarray(weekly, dtype=np.float64), np.asarray(weeks, dtype=np.float64)
    if rate < 0 or bool((n < 0).any()):
        raise StatisticsError("A discount rate and a number of weeks are 0 or more: correct them.")
    force = np.log1p(rate) / WEEKS_A_YEAR
    if force == 0:
        return np.asarray(amount * n)
    return np.asarray(amount * (-np.expm1(-force * n) / np.expm1(force)))


def draws_between(values: Three, rng: np.random.Generator, size: int = DRAWS) -> Floats:
    """Draw values of an assumption that is stated as low, central and high.

    Parameters
    ----------
    values : tuple of float
        Low, central (the most likely) and high, in this order.
    rng : Generator
        Where several assumptions are drawn from one generator they are independent of each other.
    size : int

    Returns
    -------
    ndarray, shape (size,)

    Raises
    ------
    StatisticsError
        When the values are not in order.

    Notes
    -----
    The PERT distribution: a beta distribution stretched over low to high, with its mode at the central value and its
    mean at (low + 4 central + high) / 6 (Malcolm, Roseboom, Clark and Fazar 1959, Operations Research 7, 646-669).
    Rather than the triangular one, whose mean (low + central + high) / 3 lets an end that lies far out, about which
    least is known, pull the middle away from the central value that was stated.
    """
    low, central, high = values
    if not low <= central <= high:
        raise StatisticsError("An assumption is not in order: give its low, its central and its high value.")
    if low == high:
        return np.full(size, low, dtype=np.float64)
    above = 1 + _PERT_SHAPE * (central - low) / (high - low)
    below = 1 + _PERT_SHAPE * (high - central) / (high - low)
    return np.asarray(low + (high - low) * rng.beta(above, below, size))


def generator() -> np.random.Generator:
    """Return the source of draws, at its beginning: every figure begins there, whichever was worked out before it."""
    return np.random.default_rng(SEED)
