"""Funnels: do like units (years or localities of one service) differ by more than chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import whole_number

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    Counts: TypeAlias = NDArray[np.int64]
    Shares: TypeAlias = NDArray[np.float64]

TAILS = {"95": 0.025, "998": 0.001}
"""The probability outside each limit of the 95% and the 99.8% funnel."""


def funnel_limits(share: float, n: ArrayLike, *, design_effect: float = 1.0) -> pd.DataFrame:
    """Return the limits within which a proportion falls by chance alone, at given denominators.

    Parameters
    ----------
    share : float
        The proportion at the centre of the funnel, 0 to 1.
    n : array_like of int, shape (m,)
        Denominators, 1 or more.
    design_effect : float
        By how much clusters (brothers and sisters) widen the variance of such a share, 1 or more: the limits are
        those of n / design_effect independent units, 1 at least.

    Returns
    -------
    DataFrame
        Columns n, lower_95, upper_95, lower_998, upper_998, 0 to 1: one row for each of `n`.

    Raises
    ------
    StatisticsError
        When the share is not from 0 to 1, a denominator is not a whole number of at least 1, or the design effect
        is below 1 or not finite.

    Notes
    -----
    Exact binomial limits, interpolated (Spiegelhalter 2005, Statistics in Medicine 24, 1185-1202, appendix): the lower
    is (r - a) / n, where r is the smallest count with P(R <= r) >= p and a = (P(R <= r) - p) / P(R = r). The upper
    is 1 minus the lower limit of the opposite outcome. The same formula at 1 - p, which is often used
    instead, lies a whole count lower: at a share of 0.96 it would put 22 of 22 outside the 99.8% funnel, though
    that comes up in 4 of 10 such units. As it is, a unit falls outside a limit with at most the probability
    of its tail. Independent units that are not a whole number (11.6 in the place of 20) have limits between those
    of the whole numbers about it, in proportion: the effective sample size (Kish 1965, section 8.2) as
    Korn and Graubard (1998, Survey Methodology 24, 193-201) put it into exact binomial limits.
    """
    if not 0 <= share <= 1:
        raise StatisticsError("The share at the centre of a funnel must lie between 0 and 1: 0.93 stands for 93%.")
    if not 1 <= design_effect < np.inf:
        raise StatisticsError("The design effect of a funnel must be 1 or more: give 1 where units are independent.")
    counts = _counts(n, "denominator")
    if (counts == 0).any():
        raise StatisticsError("A denominator of the funnel is 0: leave out units with nobody in them.")
    frame = pd.DataFrame({"n": counts})
    independent = np.maximum(counts / design_effect, 1.0)
    for name, tail in TAILS.items():
        frame[f"lower_{name}"] = _lower_limits_between(share, independent, tail)
        frame[f"upper_{name}"] = 1 - _lower_limits_between(1 - share, independent, tail)
    return frame


def funnel(units: pd.DataFrame, *, design_effect: float = 1.0) -> pd.DataFrame:
    """Return units with their share, and whether it lies within the funnel about the share of all together.

    Parameters
    ----------
    units : DataFrame
        Columns numerator and denominator, and any others: one row a unit (a year or a locality of one service).
    design_effect : float
        As for `funnel_limits`.

    Returns
    -------
    DataFrame
        The same rows and columns, with share, inside_95 and inside_998; a share on a limit is inside.

    Raises
    ------
    StatisticsError
        When a count is negative or not whole, a denominator is 0, a numerator is the greater, or the design
        effect is below 1.

    Notes
    -----
    The centre is the pooled share, each unit itself included: a large unit draws the centre towards itself,
    and is flagged the later for it. With k units, about 1 in 20 of them falls outside the 95% limits by chance.
    """
    good, n = _counts(units["numerator"], "numerator"), _counts(units["denominator"], "denominator")
    if (good > n).any():
        raise StatisticsError("A numerator of the funnel is greater than its denominator: count both over one group.")
    limits = funnel_limits(good.sum() / max(n.sum(), 1), n, design_effect=design_effect)
    share = good / n
    inside = {
        f"inside_{name}": (limits[f"lower_{name}"].to_numpy() <= share) & (share <= limits[f"upper_{name}"].to_numpy())
        for name in TAILS
    }
    return units.assign(share=share, **inside)


def _counts(values: ArrayLike, name: str) -> Counts:
    return np.array([whole_number(value, f"{name} of a funnel") for value in np.asarray(values).tolist()], dtype=int)


def _lower_limits_between(share: float, n: Shares, tail: float) -> Shares:
    below = np.floor(n)
    low, high = (_lower_limits(share, whole.astype(int), tail) for whole in (below, np.ceil(n)))
    return low + (n - below) * (high - low)


def _lower_limits(share: float, n: Counts, tail: float) -> Shares:
    # Imported here because scipy.stats takes over a second.
    from scipy.stats import binom

    count = binom.ppf(tail, n, share)
    past = (binom.cdf(count, n, share) - tail) / binom.pmf(count, n, share)
    return np.maximum((count - past) / n, 0.0)
