"""Chart of the time between rare events: the days from each to the next, and those since the last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ehp_eval.chart_labels import name_points
from ehp_eval.chart_months import (
    Places,
    draw_limits,
    events_within,
    limit_words,
    lines_note,
    month_axis,
    month_places,
    value_axis,
)
from ehp_eval.chart_style import (
    BLUE,
    Chart,
    check_columns,
    check_words,
    drawing,
    joined,
    mark_events,
    new_figure,
    wrapped,
)
from ehp_eval.tables import Table
from ehp_eval.words import month_in_words, say

_HEIGHT = 3.6


def gap_chart(
    gaps: pd.DataFrame,
    *,
    centre: float,
    lower: float,
    upper: float,
    caption: str,
    alt: str,
    y_label: str,
    events: pd.DataFrame | None = None,
    note: str | None = None,
) -> Chart:
    """Draw the weeks between rare events as stems at the month in which each gap ended; one still open is hollow.

    Neither the drawing nor the table gives the day of an event: a stem stands in the middle of its month,
    or beside the others of that month.

    Parameters
    ----------
    gaps : pandas.DataFrame
        One row a gap in order: `date` (of the event that ended it; for an open one the last day counted), `weeks`
        and `open` (whether no event has ended it yet).
    centre, lower, upper : float
        Centre line and limits, in weeks; one that is not finite is not drawn.
    caption, alt, y_label, events, note
        As for `control_chart`.

    Raises
    ------
    ReportError
        When caption, description, a column or every value is missing.
    """
    check_words(caption, alt)
    check_columns(gaps, ["date", "weeks", "open"], caption)
    rows = gaps.reset_index(drop=True)
    check_columns(rows.dropna(subset="weeks"), [], caption)
    months = pd.to_datetime(rows["date"])
    places, weeks, running = _places(months), rows["weeks"].astype(float), rows["open"].astype(bool)
    limits = limit_words(centre, lower, upper, ",.0f")
    marked = events_within(events, months, caption) if events is not None else []
    with drawing():
        figure = new_figure(_HEIGHT + (0.3 if marked else 0))
        axes = figure.subplots()
        month_axis(axes, months)
        value_axis(axes, y_label, [*weeks, *(value for value, _, _ in limits)], room=0.08)
        draw_limits(axes, limits, _HEIGHT)
        for mark, those, dashes in ((_ENDED, ~running, "-"), (_RUNNING, running, (0, (2, 1.5)))):
            axes.vlines(places[those], 0, weeks[those], color=BLUE, linewidth=2, linestyle=dashes, zorder=3)
            axes.plot(places[those], weeks[those], linestyle="", zorder=4, clip_on=False, **mark)
        mark_events(axes, [place for place, _ in marked])
        ends = axes.get_xlim()
        name_points(
            axes,
            list(zip(places[running], weeks[running], strict=True)),
            [wrapped(say("chart.still_running", n=int(number)), 14) for number in weeks[running]],
            marks=(places, weeks),
            lines=[
                *(((place, place), (0.0, height)) for place, height in zip(places, weeks, strict=True)),
                *((ends, (value, value)) for value, _, _ in limits),
                *(((place, place), axes.get_ylim()) for place, _ in marked),
            ],
        )
        return Chart(
            figure,
            caption=caption,
            alt=alt,
            data=_table(rows, caption, y_label, lines_note(limits)),
            key=[words for _, words in marked],
            note=joined(note, say("chart.gap_note") if running.any() else None),
        )


def _places(months: pd.Series) -> Places:
    """Place gaps on the axis of months; several that end in one month share it evenly, in their order."""
    places = pd.Series(month_places(months))
    together = places.groupby(places)
    share = (together.cumcount() + 0.5) / together.transform("size")
    return np.asarray(places - 0.5 + share, dtype=np.float64)


def _table(rows: pd.DataFrame, caption: str, y_label: str, note: str | None) -> Table:
    data = pd.DataFrame(
        {
            "month": pd.to_datetime(rows["date"]).map(month_in_words),
            "weeks": rows["weeks"],
            "open": rows["open"].astype(bool),
        }
    )
    return Table(
        data,
        caption=say("chart.data_caption", caption=caption),
        headings={"month": say("chart.gap_month"), "weeks": y_label, "open": say("chart.gap_open")},
        formats={"weeks": ",d"},
        note=note,
    )


_ENDED: dict[str, Any] = {"marker": "o", "color": BLUE, "markersize": 7, "markeredgecolor": "white"}
_RUNNING: dict[str, Any] = {
    "marker": "o",
    "color": "white",
    "markersize": 8,
    "markeredgecolor": BLUE,
    "markeredgewidth": 2.2,
}
