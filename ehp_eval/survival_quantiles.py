"""Quantiles of a time that has not ended for everybody, such as a wait."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import Estimate
from ehp_eval.survival import kaplan_meier

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

METHOD = "Kaplan-Meier, log-log"
_ALIKE = 1e-9  # a product of steps that should be a half may miss it by a rounding error


def time_quantile(durations: ArrayLike, observed: ArrayLike, q: float, *, confidence: float = 0.95) -> Estimate:
    """Return the time by which a share of all have had the event, those counted in for whom it has not come yet.

    Parameters
    ----------
    durations : array_like of int, shape (n,)
        Days to the event, or to the end of follow-up; 0 or more.
    observed : array_like of bool, shape (n,)
        True where the event came, False where it had not by then.
    q : float
        Above 0 and below 1: 0.5 is the median, 0.9 the 90th centile.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        Days. nan where the share has not been reached yet, and for a limit that the curve's limits do not reach.

    Raises
    ------
    StatisticsError
        As for `kaplan_meier`, and when `q` is not between 0 and 1.

    Notes
    -----
    The first day on which the Kaplan-Meier curve is at most 1 - q; where it rests exactly there, the middle of that
    stretch, so that with complete times the median is the usual one. Limits: the same for the curve's log-log
    limits (Brookmeyer and Crowley 1982, Biometrics 38, 29-41), as R's ``quantile.survfit``.
    """
    if not 0 < q < 1:
        raise StatisticsError("A quantile must lie between 0 and 1: 0.9 stands for the 90th centile.")
    curve = kaplan_meier(durations, observed, confidence=confidence)
    left = 1 - q
    lower, upper = (_first(curve, curve[name] <= left) for name in ("lower", "upper"))
    return Estimate(_middle(curve, left), lower, upper, confidence, METHOD)


def _middle(curve: pd.DataFrame, left: float) -> float:
    reached = _first(curve, curve["survival"] <= left + _ALIKE)
    passed = _first(curve, curve["survival"] < left - _ALIKE)
    if math.isnan(reached) or not math.isnan(passed):
        return (reached + passed) / 2
    return (reached + float(curve["time"].iloc[-1])) / 2


def _first(curve: pd.DataFrame, which: pd.Series[bool]) -> float:
    times = curve.loc[which, "time"]
    return float(times.iloc[0]) if len(times) else math.nan
