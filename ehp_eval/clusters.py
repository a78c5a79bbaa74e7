"""Proportions of children who share families: the design effect, and the interval that allows for it."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import Estimate, checked_confidence

if TYPE_CHECKING:
    from typing import TypeAlias

    import pandas as pd
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

METHOD = "Wilson, family-clustered"


def design_effect(good: pd.Series[bool], clusters: pd.Series[str]) -> float:
    """Return by how much clusters widen the variance of a proportion, compared with independent units.

    Parameters
    ----------
    good : Series of bool, shape (n,)
        Whether each unit has the outcome.
    clusters : Series of str, shape (n,)
        The family of each unit, in the same order.

    Returns
    -------
    float
        Variance of the ratio estimator with clusters as the sampled units, over that of n independent units
        (Kish 1965, section 5.4); nan where it is not defined: fewer than two clusters, or everybody alike.

    Raises
    ------
    StatisticsError
        When the lengths differ, a family is missing, or an outcome is missing or neither True nor False.
    """
    return _design_effect(*_by_cluster(good, clusters))


def clustered_proportion(
    good: pd.Series[bool],
    clusters: pd.Series[str],
    *,
    weights: pd.Series[float] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Return a proportion, 0 to 1, with a score interval that allows for families.

    Parameters
    ----------
    good : Series of bool, shape (n,)
        Whether each child has the outcome. Nobody at all gives nan for the value and both limits.
    clusters : Series of str, shape (n,)
        The family of each child, in the same order.
    weights : Series of float, shape (n,), optional
        How much each child counts, above 0, in the same order; all alike where left out.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    StatisticsError
        As for `design_effect`.

    Notes
    -----
    Wilson's interval with two changes. The effective sample size n / design effect stands for n, and Student's
    t with (families - 1) degrees of freedom for the normal quantile. Korn and Graubard (1998, Survey Methodology
    24, 193-201) allow for both in the exact interval. Wilson's form because it is the one recommended, for its
    coverage and width at small proportions in simulated cluster samples (Franco and others 2019, Journal of
    Survey Statistics and Methodology 7, 334-364; see also Dean and Pagano 2015, the same 3, 484-503). Student's t
    because Franco and others find that every interval covers too little where the design effect is estimated
    from the sample alone, as here. A design effect below 1 counts as 1, so that the interval is never narrower
    than Wilson's.

    Where everybody is alike, or there is one family only, nothing says how alike siblings are: they are taken
    as complete copies of each other, n_eff = n^2 / sum(size^2). This is conservative: no correlation of
    siblings from 0 to 1 gives a greater variance. As nothing is estimated then, the normal quantile stays.

    Coverage of a nominal 95%, 20,000 simulated samples each, families of 1 to 5 (mean 1.9), 60 to 150
    children, p of 0.7, 0.9 and 0.96 (beta-binomial):

    ========================  ==============  ================
    correlation of siblings   plain Wilson    family-clustered
    ========================  ==============  ================
    none                      94.6% to 96.0%  95.7% to 97.0%
    0.3                       89.4% to 92.7%  94.6% to 96.9%
    0.6                       83.9% to 90.6%  93.4% to 96.8%
    ========================  ==============  ================

    With 12 to 40 children in all and a correlation of 0.3 to 0.99: 94.1% to 98.8%.

    With weights the share is the weighted one, a family's size the sum of its weights, and n Kish's effective
    number, sum(weights)^2 / sum(weights^2), before the design effect.
    """
    sums, sizes = _by_cluster(good, clusters, weights)
    level = checked_confidence(confidence)
    total = float(sizes.sum())
    if total == 0:
        return Estimate(math.nan, math.nan, math.nan, level, METHOD)
    n = total if weights is None else total**2 / float((weights**2).sum())
    # In units of an average child, so that the weights of n children add up to n.
    sums, sizes = sums * n / total, sizes * n / total
    share, effect = float(sums.sum()) / float(sizes.sum()), _design_effect(sums, sizes)
    if math.isnan(effect):
        lower, upper = _score_limits(share, n * n / float((sizes**2).sum()), NormalDist().inv_cdf((1 + level) / 2))
    else:
        # The quantile itself: scipy.special imports in a third of the time of scipy.stats.
        from scipy.special import stdtrit

        t = float(stdtrit(len(sizes) - 1, (1 + level) / 2))
        lower, upper = _score_limits(share, n / max(effect, 1.0), t)
    return Estimate(share, lower, upper, level, METHOD)


def _by_cluster(
    good: pd.Series[bool], clusters: pd.Series[str], weights: pd.Series[float] | None = None
) -> tuple[Floats, Floats]:
    """Return how many units of each cluster have the outcome, and how many it has; units go by position.

    With weights, the sums of theirs.
    """
    if len(good) != len(clusters):
        raise StatisticsError("Outcomes and families differ in length: give one of each a child.")
    if clusters.isna().any():
        raise StatisticsError("A child has no family: leave such children out and count them, or give each a family.")
    if good.isna().any() or not good.isin([True, False]).all():
        raise StatisticsError("An outcome is neither True nor False: leave unknown ones out and count them.")
    names, codes = np.unique(clusters.to_numpy(dtype=str), return_inverse=True)
    counts = np.ones(len(good)) if weights is None else weights.to_numpy(dtype=float)
    sums = np.bincount(codes, weights=good.to_numpy(dtype=float) * counts, minlength=len(names))
    return sums.astype(np.float64), np.bincount(codes, weights=counts, minlength=len(names)).astype(np.float64)


def _design_effect(sums: Floats, sizes: Floats) -> float:
    k, n, total = len(sums), float(sizes.sum()), float(sums.sum())
    if k < 2 or total in (0, n):
        return math.nan
    share = total / n
    between = k / (k - 1) * float(((sums - share * sizes) ** 2).sum()) / n**2
    return between / (share * (1 - share) / n)


def _score_limits(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's limits: own lines, since scipy's take whole counts and the normal quantile only."""
    square = quantile**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = quantile * math.sqrt(share * (1 - share) / n + square / (4 * n**2)) / (1 + square / n)
    return (0.0 if share == 0 else centre - half), (1.0 if share == 1 else centre + half)
