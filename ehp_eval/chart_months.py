"""What charts by month share: an axis of months with its years, events on it, centre line and limits."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isfinite

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ehp_eval.chart_labels import name_ends
from ehp_eval.chart_style import GREY, POINTS, WIDTH, check_columns, event_key, wrapped
from ehp_eval.tables import written
from ehp_eval.words import say

Places = NDArray[np.float64]

ACROSS = 0.77 * WIDTH * POINTS  # about the width of the axes beside their labels, in points
BAND = "#E8EEF4"  # behind what is set off softly
_YEAR = 34.0  # the width that a year's name needs, in points
_MOST_YEARS = 10


def month_places(months: pd.Series) -> Places:
    """Place months on an axis where each is a unit wide; a day of the month is not to be read from it."""
    return np.asarray(months.dt.year * 12 + months.dt.month, dtype=np.float64)


def month_axis(axes: Axes, months: pd.Series) -> None:
    """Divide the axis by years, each named in the middle of its months."""
    places = month_places(months)
    first, last = float(places.min()) - 0.5, float(places.max()) + 0.5
    point = (last - first) / ACROSS  # in months
    years = range(int(months.dt.year.min()), int(months.dt.year.max()) + 1)
    names = {}
    for year in years[:: ceil(len(years) / _MOST_YEARS)]:
        start, end = max(year * 12 + 0.5, first), min(year * 12 + 12.5, last)
        if end - start < _YEAR * point and len(years) > 1:  # the name goes beyond the end of the axis
            middle = start + _YEAR / 2 * point if year == years[-1] else end - _YEAR / 2 * point
        else:
            middle = (start + end) / 2
        names[middle] = str(year)
    axes.set_xticks([year * 12 + 0.5 for year in years if year * 12 + 0.5 > first])
    axes.tick_params(axis="x", which="major", bottom=True, labelbottom=False, length=16, color="#8A8A8A")
    axes.set_xticks(list(names), list(names.values()), minor=True)
    axes.tick_params(axis="x", which="minor", length=0, pad=5)
    axes.set_xlim(first, last)
    axes.grid(visible=False, axis="x", which="both")


def value_axis(axes: Axes, y_label: str, values: Sequence[float], *, room: float) -> None:
    """Let the axis of counts begin at 0 and end `room` (a share) above the largest."""
    largest = max((value for value in values if isfinite(value)), default=0.0)
    axes.set_ylim(0, largest * (1 + room) if largest > 0 else 1)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    axes.set_ylabel(wrapped(y_label, 34))


def limit_words(centre: float, lower: float, upper: float, how: str) -> list[tuple[float, str, bool]]:
    """List the lines that there are: value, words, and whether it is the centre line."""
    lines = (("line_lower", lower), ("line_centre", centre), ("line_upper", upper))
    return [
        (value, say(f"chart.{name}", value=written(value, how)), name == "line_centre")
        for name, value in lines
        if isfinite(value)
    ]


def draw_limits(axes: Axes, limits: Sequence[tuple[float, str, bool]], height: float) -> None:
    """Draw the centre line and, dashed, the limits, each named at its right end."""
    for value, _, is_centre in limits:
        axes.axhline(value, color=GREY, linewidth=1.3, linestyle="-" if is_centre else (0, (5, 3)), zorder=2)
    name_ends(axes, [(value, wrapped(words, 13)) for value, words, _ in limits], height)


def events_within(events: pd.DataFrame, months: pd.Series, caption: str) -> list[tuple[float, str]]:
    """Place dated events on an axis of months; leave out those outside it."""
    check_columns(events, ["at", "label"], caption, empty=True)
    at = pd.to_datetime(events["at"])
    places = month_places(at) - 0.5 + (at.dt.day - 1) / at.dt.days_in_month
    ends = month_places(months).min() - 0.5, month_places(months).max() + 0.5
    return sorted(
        (float(place), event_key(words, day.year))
        for place, words, day in zip(places, events["label"], at, strict=True)
        if ends[0] <= place < ends[1]
    )


def lines_note(limits: Sequence[tuple[float, str, bool]]) -> str | None:
    """Name the lines of a chart for the table beneath it."""
    return say("chart.lines", lines="; ".join(words for _, words, _ in limits)) if limits else None
