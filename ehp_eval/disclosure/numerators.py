"""The search over numerators: which whole numbers can stand behind a share, its limits or a difference of two shares.

Written apart from `ehp_eval.proportions` and `ehp_eval.rates`, from the published formulas, so that an error there
does not hide one here: the audit of a release (`ehp_eval.disclosure.audit`) works with it.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

MOST_PAIRS = 2_000_000
"""Pairs of numerator and denominator that one search looks through; beyond, the denominator is no small one."""
ROUNDED_TO = (1e-9, 5.001e-6, 5.001e-5, 5.001e-4, 5.001e-3)
"""Half of the last place shown: exact as `figures.csv` holds it, three to one decimals of a percentage, whole ones."""


class Range(NamedTuple):
    """The whole numbers from `low` to `high`, both included."""

    low: int
    high: int

    @property
    def size(self) -> int:
        """How many they are."""
        return max(0, self.high - self.low + 1)


class Shown(NamedTuple):
    """What is shown of a share; None where it is not, and limits only where they are Wilson's."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    confidence: float = 0.95


def wilson_limits(numerators: np.ndarray, denominators: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper limit of each share.

    Wilson (1927): the roots of |k/n - p| = z sqrt(p (1 - p) / n). Denominators of at least 1.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, extra = numerators / denominators, z * z / denominators
    middle = (share + extra / 2) / (1 + extra)
    half = z / (1 + extra) * np.sqrt(share * (1 - share) / denominators + extra / (4 * denominators))
    return middle - half, middle + half


def compatible(
    shown: Shown, numerator: Range, denominator: Range, within: float = ROUNDED_TO[0]
) -> tuple[Range, Range] | None:
    """Return the least and the greatest numerator and denominator that give what is shown.

    Parameters
    ----------
    shown : Shown
    numerator, denominator : Range
        What is known of them before.
    within : float
        Half of the last place to which value and limits are given.

    Returns
    -------
    tuple of Range, or None
        None where no pair fits, or where there are too many to look through (`MOST_PAIRS`).
    """
    first, last = max(1, denominator.low), denominator.high
    if shown.value is not None:
        return _by_value(shown, numerator, Range(first, last), within)
    if (last - first + 1) * numerator.size > MOST_PAIRS:
        return None
    n = np.arange(first, last + 1)[:, None]
    k = np.arange(numerator.low, numerator.high + 1)[None, :]
    every_k, every_n = np.broadcast_arrays(k, n)
    return _ends(every_k.ravel(), every_n.ravel(), shown, within)


def _by_value(shown: Shown, numerator: Range, denominator: Range, within: float) -> tuple[Range, Range] | None:
    """Search by the value: to each denominator belong few numerators, so that many denominators can be tried."""
    assert shown.value is not None
    if denominator.size == 0:
        return None
    n = np.arange(denominator.low, min(denominator.high, denominator.low + MOST_PAIRS // 8) + 1)
    lowest = np.ceil((shown.value - within) * n - 1e-12).astype(np.int64)
    spread = int(np.floor(2 * within * n[-1])) + 2
    if spread * len(n) > MOST_PAIRS:
        return None
    k = lowest[:, None] + np.arange(spread)[None, :]
    held = (k >= numerator.low) & (k <= numerator.high)
    pairs = np.broadcast_to(n[:, None], k.shape)[held]
    return _ends(k[held], pairs, shown, within)


def _ends(k: np.ndarray, n: np.ndarray, shown: Shown, within: float) -> tuple[Range, Range] | None:
    fits = (k >= 0) & (k <= n)
    k, n = k[fits], n[fits]
    fits = np.full(k.shape, True)
    if shown.value is not None:
        fits &= np.abs(k / n - shown.value) <= within
    limits = wilson_limits(k, n, shown.confidence)
    for limit, found in zip((shown.lower, shown.upper), limits, strict=True):
        if limit is not None:
            fits &= np.abs(found - limit) <= within
    if not fits.any():
        return None
    k, n = k[fits], n[fits]
    return Range(int(k.min()), int(k.max())), Range(int(n.min()), int(n.max()))


def behind_a_difference(
    value: float, later: tuple[Range, int], earlier: tuple[Range, int], within: float = ROUNDED_TO[0]
) -> tuple[Range, Range] | None:
    """Return the least and the greatest numerator of two shares whose difference is shown.

    Parameters
    ----------
    value : float
        The later share minus the earlier.
    later, earlier : tuple of Range and int
        What is known of the numerator, and the denominator.
    within : float
        Half of the last place to which the difference is given.
    """
    (first, n1), (second, n2) = later, earlier
    if first.size * second.size > MOST_PAIRS or not n1 or not n2:
        return None
    k1 = np.arange(first.low, first.high + 1)[:, None]
    k2 = np.arange(second.low, second.high + 1)[None, :]
    one, other = np.nonzero(np.abs(k1 / n1 - k2 / n2 - value) <= within)
    if not len(one):
        return None
    return (
        Range(first.low + int(one.min()), first.low + int(one.max())),
        Range(second.low + int(other.min()), second.low + int(other.max())),
    )


def poisson_limits(count: int, confidence: float) -> tuple[float, float]:
    """Return the limits of a count: exact Poisson (Garwood 1936) below 10, Byar's above."""
    from scipy.stats import chi2  # imported here because scipy.stats takes over a second

    tail = (1 - confidence) / 2
    if count < 10:
        lower = float(chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
        return lower, float(chi2.ppf(1 - tail, 2 * (count + 1))) / 2
    z = NormalDist().inv_cdf(1 - tail)

    def byar(n: int, side: int) -> float:
        return n * float(1 - 1 / (9 * n) + side * z / (3 * n**0.5)) ** 3

    return byar(count, -1), byar(count + 1, 1)
