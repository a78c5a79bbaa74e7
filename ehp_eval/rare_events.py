"""Rare events by the time between them: counts a month say little where most months have none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ehp_eval.errors import StatisticsError

LEAST_GAPS = 5


@dataclass(frozen=True, slots=True)
class GapLimits:
    """What gaps to expect while events keep coming at one pace, in days; nan where there is too little to say.

    Attributes
    ----------
    closed : int
        The gaps between two events on which the limits rest.
    mean, centre : float
        Mean of those gaps, and the median of the exponential distribution with that mean.
    lower_95, upper_95, lower_998, upper_998 : float
        Limits that a gap falls within with 95% and with 99.8% probability.
    """

    closed: int
    mean: float
    centre: float
    lower_95: float
    upper_95: float
    lower_998: float
    upper_998: float


def gaps(dates: pd.Series[pd.Timestamp], *, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Return the days between consecutive events, and from the last event to the end of what is known.

    Parameters
    ----------
    dates : Series of datetime, shape (n,)
        The day of each event, in any order.
    since, until : Timestamp
        The first and the last day on which an event would be known about.

    Returns
    -------
    DataFrame
        Columns start, end, days, open: n - 1 closed gaps in order (0 days between events of one day), then the open
        one, which ends with `until`. Without any event one open gap from `since`. The days from `since` to the
        first event are no gap between events, and are left out.

    Raises
    ------
    StatisticsError
        When a date is missing or outside `since` to `until`, or `until` is before `since`.
    """
    if until < since:
        raise StatisticsError("The gaps end before they begin: give `until` on or after `since`.")
    if not dates.between(since, until).all():
        raise StatisticsError("An event has no date, or one outside `since` to `until`: leave it out and count it.")
    starts = dates.sort_values().to_list() or [since]
    ends = [*starts[1:], until]
    frame = pd.DataFrame({"start": pd.to_datetime(starts), "end": pd.to_datetime(ends)})
    frame["days"] = (frame["end"] - frame["start"]).dt.days
    frame["open"] = np.arange(len(frame)) == len(frame) - 1
    return frame


def gap_limits(gaps: pd.DataFrame) -> GapLimits:
    """Return the limits of gaps between events.

    Parameters
    ----------
    gaps : DataFrame
        From `gaps`; the open gap is not counted. Fewer than 5 closed gaps, or none above 0 days, give nan.

    Notes
    -----
    Exponential time between events at a constant rate (Nelson 1994, Journal of Quality Technology 26, 239-243;
    Benneyan 2001, Health Care Management Science 4, 305-318, on its use in health care): the p quantile is
    -mean x log(1 - p). The mean is taken as known, so that with few gaps the limits are rough. A gap below a lower
    limit means that events came faster, above an upper one slower; the open gap can only be above. Brothers and
    sisters on one day are gaps of 0, hence signals: count a family once where families are what happens.
    """
    closed = gaps.loc[~gaps["open"], "days"]
    mean = float(closed.mean()) if len(closed) >= LEAST_GAPS and closed.any() else math.nan
    quantiles = (-mean * math.log1p(-p) for p in (0.5, 0.025, 0.975, 0.001, 0.999))
    return GapLimits(len(closed), mean, *quantiles)
