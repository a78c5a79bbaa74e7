"""Time to an event: Kaplan-Meier survival and cumulative incidence with competing events.

Own code rather than a library: scipy.stats.ecdf (an oracle in the tests) knows neither delayed entry
nor competing events, and lifelines pins pandas below 3.

Both curves share one convention. Durations are whole days from a common start. A person is at risk on
day t when entry < t <= duration, and an entry of 0 means from the start, day 0 included: a person
whose follow-up ends on day 0 counts. On a shared day events come before censorings. The limits are
log-log: they stay within 0 and 1, and are nan where the estimate is 0 or 1, for which the method has
none (as R's survfit and scipy say too).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import checked_confidence

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.floating]
    Marks: TypeAlias = NDArray[np.bool_]

CENSORED = ("", "censored")
"""The causes that stand for "no event by the end of follow-up"."""


def kaplan_meier(
    durations: ArrayLike, observed: ArrayLike, *, entry: ArrayLike | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Return the Kaplan-Meier curve, with limits on the log-log scale.

    Parameters
    ----------
    durations : array_like of int, shape (n,)
        Days from the start to the event or to the end of follow-up, 0 or more.
    observed : array_like of bool, shape (n,)
        True where the duration ended in the event, False where it was censored.
    entry : array_like of int, shape (n,), optional
        Day on which each person came under observation (delayed entry), below the duration
        unless 0. Everyone enters at the start where it is left out.
    confidence : float
        Between 0 and 1; the limits are pointwise.

    Returns
    -------
    DataFrame
        Columns time, at_risk, events, survival, lower, upper: one row for each distinct day on
        which somebody's follow-up ends (or, with delayed entry, begins). No rows for no people.

    Raises
    ------
    StatisticsError
        When lengths differ, or a duration, entry or mark is missing or impossible.

    Notes
    -----
    Kaplan and Meier (1958); variance of Greenwood (1926); limits of Kalbfleisch and Prentice (1980), R's
    ``conf.type = "log-log"``. With delayed entry a small early risk set whose members all have
    the event takes the curve to 0 for good: look at `at_risk` before reading such a curve.
    """
    end, start = _follow_up(durations, entry)
    event = _marks(observed, len(end))
    z = _normal_quantile(confidence)
    time, at_risk = _risk_sets(end, start)
    events = _count(time, end[event])
    survival = np.cumprod(1 - _ratio(events, at_risk))
    error = survival * np.sqrt(np.cumsum(_ratio(events, at_risk * (at_risk - events))))
    lower, upper = _log_log_limits(survival, error, z)
    columns = {"time": time, "at_risk": at_risk, "events": events}
    return pd.DataFrame(columns | {"survival": survival, "lower": lower, "upper": upper})


def cumulative_incidence(
    durations: ArrayLike,
    causes: ArrayLike,
    *,
    cause: str,
    entry: ArrayLike | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the cumulative incidence of one cause where others compete, with log-log limits.

    Parameters
    ----------
    durations : array_like of int, shape (n,)
        Days from the start to the first event of any cause or to the end of follow-up.
    causes : array_like of str, shape (n,)
        What ended each duration; "" or "censored" where nothing did.
    cause : str
        The event of interest. All others compete.
    entry, confidence
        As for `kaplan_meier`.

    Returns
    -------
    DataFrame
        Columns time, at_risk, events (of the cause), competing (events of the others), incidence,
        lower, upper: one row for each distinct day, as for `kaplan_meier`.

    Raises
    ------
    StatisticsError
        As for `kaplan_meier`, and when a cause is missing or `cause` means censored.

    Notes
    -----
    Aalen and Johansen (1978); delta-method variance of the Greenwood type and limits on
    log(-log(incidence)) of Marubini and Valsecchi (1995), as in R's survfit with
    ``conf.type = "log-log"``. Without competing events the incidence is 1 - survival; its limits are
    near, not equal to, 1 minus those of `kaplan_meier`, which stand on log(-log(1 - incidence)).
    """
    end, start = _follow_up(durations, entry)
    event, rival = _by_cause(causes, cause, len(end))
    z = _normal_quantile(confidence)
    time, at_risk = _risk_sets(end, start)
    events, competing = _count(time, end[event]), _count(time, end[rival])
    either = events + competing
    event_free = np.cumprod(1 - _ratio(either, at_risk))
    before = np.concatenate([np.ones(1), event_free])[: len(time)]
    step = before * _ratio(events, at_risk)
    incidence = np.minimum(np.cumsum(step), 1.0)

    # The sum over earlier days j of the variance's terms in (F(t) - F(j)), multiplied out in F(t) so
    # that running sums do.
    spread = _ratio(either, at_risk * (at_risk - either))
    own = before * step * _ratio(at_risk - events, at_risk * at_risk)
    cross = _ratio(step, at_risk)
    variance = (
        incidence**2 * np.cumsum(spread)
        - 2 * incidence * np.cumsum(spread * incidence + cross)
        + np.cumsum(spread * incidence**2 + 2 * cross * incidence + own)
    )
    lower, upper = _log_log_limits(incidence, np.sqrt(np.maximum(variance, 0.0)), z)
    columns = {"time": time, "at_risk": at_risk, "events": events, "competing": competing}
    return pd.DataFrame(columns | {"incidence": incidence, "lower": lower, "upper": upper})


def at_times(curve: pd.DataFrame, times: ArrayLike) -> pd.DataFrame:
    """Return what a curve says on given days: its step, its limits and how many are still at risk.

    Parameters
    ----------
    curve : DataFrame
        From `kaplan_meier` or `cumulative_incidence`.
    times : array_like of int, shape (m,)
        Days, in the order wanted.

    Returns
    -------
    DataFrame
        Columns time, at_risk (followed up to that day or beyond, and entered before it), survival or
        incidence, lower, upper: one row for each of `times`. After the last day of the curve nothing is known
        and the values are nan (R's ``summary(..., extend = FALSE)`` leaves such days out), unless everyone
        at risk had had an event by then: the curve can no longer move and its last values hold.

    Raises
    ------
    StatisticsError
        When a day is missing, negative or not whole.
    """
    days = _whole_days(times, "times")
    value = "survival" if "survival" in curve else "incidence"
    start = 1.0 if value == "survival" else 0.0
    time = curve["time"].to_numpy()
    at_risk = np.append(curve["at_risk"].to_numpy(), 0)[np.searchsorted(time, days, side="left")]
    row = np.searchsorted(time, days, side="right")
    unknown = (days > time.max(initial=-1)) & (not _is_settled(curve))
    columns = {"time": days, "at_risk": at_risk}
    for name, first in ((value, start), ("lower", np.nan), ("upper", np.nan)):
        steps = np.concatenate([[first], curve[name].to_numpy(dtype=float)])[row]
        columns[name] = np.where(unknown, np.nan, steps)
    return pd.DataFrame(columns)


def _is_settled(curve: pd.DataFrame) -> bool:
    ended = curve["events"] + curve.get("competing", 0)
    return bool(((ended > 0) & (ended == curve["at_risk"])).any())


def _follow_up(durations: ArrayLike, entry: ArrayLike | None) -> tuple[Ints, Ints]:
    """Return the end and the start of each person's follow-up; a start of -1 includes day 0."""
    end = _whole_days(durations, "durations")
    if entry is None:
        return end, np.full(len(end), -1, dtype=np.int64)
    start = _whole_days(entry, "entry")
    _check_length(len(start), len(end), "entry")
    start = np.where(start == 0, -1, start)
    if (start >= end).any():
        raise StatisticsError(
            "An entry is on or after the end of the same person's follow-up: such a person is never at risk; "
            "leave them out and count them."
        )
    return end, start


def _risk_sets(end: Ints, start: Ints) -> tuple[Ints, Ints]:
    """Return the distinct days and the number at risk on each: entered before it, not yet ended."""
    time = np.unique(np.concatenate([end, start[start >= 0]]))
    entered = np.searchsorted(np.sort(start), time, side="left")
    ended = np.searchsorted(np.sort(end), time, side="left")
    return time, entered - ended


def _count(time: Ints, days: Ints) -> Ints:
    return np.bincount(np.searchsorted(time, days), minlength=len(time)).astype(np.int64)


def _ratio(above: Ints | Floats, below: Ints) -> Floats:
    """Divide; 0 where the divisor is 0: nobody at risk, or nobody left, after which no curve moves."""
    return np.divide(above, below, out=np.zeros(len(below)), where=below > 0)


def _log_log_limits(estimate: Floats, error: Floats, z: float) -> tuple[Floats, Floats]:
    # A hair inside 0 and 1: a sum of steps that should be 1 may fall short by a rounding error.
    inside = (estimate > 1e-12) & (estimate < 1 - 1e-12)
    p = np.where(inside, estimate, 0.5)
    theta = np.exp(z * error / (p * -np.log(p)))
    return np.where(inside, p**theta, np.nan), np.where(inside, p ** (1 / theta), np.nan)


def _normal_quantile(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + checked_confidence(confidence)) / 2)


def _whole_days(values: ArrayLike, name: str) -> Ints:
    array = np.asarray(values)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise StatisticsError(f"`{name}` must be one row of numbers of days, none missing.")
    if not (np.isfinite(array) & (array >= 0) & (array == np.floor(array))).all():
        raise StatisticsError(f"`{name}` must be whole days from 0 up, none missing.")
    return array.astype(np.int64)


def _marks(observed: ArrayLike, length: int) -> Marks:
    array = np.asarray(observed)
    _check_length(array.size, length, "observed")
    if not np.isin(array, (0, 1)).all():
        raise StatisticsError("`observed` must be True (the event) or False (censored), none missing.")
    return array.astype(np.bool_)


def _by_cause(causes: ArrayLike, cause: str, length: int) -> tuple[Marks, Marks]:
    array = np.asarray(causes, dtype=object)
    _check_length(array.size, length, "causes")
    if not all(isinstance(item, str) for item in array):
        raise StatisticsError("`causes` must be words, none missing: '' stands for censored.")
    if cause in CENSORED:
        raise StatisticsError("`cause` must name an event: '' and 'censored' mean that there was none.")
    event: Marks = array == cause
    return event, ~event & ~np.isin(array.astype(str), CENSORED)


def _check_length(found: int, expected: int, name: str) -> None:
    if found != expected:
        raise StatisticsError(f"`{name}` and `durations` differ in length: give one of each a person.")
