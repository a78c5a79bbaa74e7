"""Chart of one line among many like it: the gap of the authority that is asked about, and the placebo gaps."""

from __future__ import annotations

from math import ceil

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ehp_eval.chart_labels import name_ends
from ehp_eval.chart_release import drawn_from_either
from ehp_eval.chart_style import (
    BLUE,
    GREY,
    SIZE,
    Chart,
    check_columns,
    check_words,
    drawing,
    event_key,
    mark_events,
    new_figure,
    wrapped,
)
from ehp_eval.errors import ReportError
from ehp_eval.tables import Table, signed

_HEIGHT = 4.1
_MOST_YEARS = 8
_PLACEBO = {"color": "#9A9A9A", "linewidth": 0.9}


@drawn_from_either
def placebo_chart(
    frame: pd.DataFrame,
    *,
    highlight: str,
    others: str,
    event: tuple[pd.Timestamp, str],
    data: Table,
    caption: str,
    alt: str,
    y_label: str,
    note: str | None = None,
) -> Chart:
    """Draw the line that the chart is about in bold among thin grey ones, about a line at nought.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns date, gap and area: one row a date and line.
    highlight : str
        The area whose line is bold and named at its end.
    others : str
        Words for the grey lines, in the legend.
    event : (pandas.Timestamp, str)
        The day that is marked, and the words for it.
    data : Table
        What is shown beneath: so many lines have too many points for a page.
    caption, alt, y_label, note
        As for `interval_chart`.

    Raises
    ------
    ReportError
        When caption, description, a column, every row or the highlighted line is missing.
    """
    check_words(caption, alt)
    check_columns(frame, ["date", "gap", "area"], caption)
    own = frame[frame["area"] == highlight].sort_values("date", kind="stable")
    if own.empty:
        raise ReportError(f"The chart '{caption}' has no line '{highlight}' to highlight")
    with drawing():
        figure = new_figure(_HEIGHT)
        axes = figure.subplots()
        for _, line in frame[frame["area"] != highlight].groupby("area", sort=True):
            line = line.sort_values("date", kind="stable")
            axes.plot(line["date"], line["gap"], zorder=2, **_PLACEBO)  # type: ignore[arg-type]
        axes.axhline(0, color=GREY, linewidth=1, zorder=1)
        axes.plot(own["date"], own["gap"], color=BLUE, linewidth=2.8, marker="o", markersize=5, zorder=4)
        axes.margins(x=0.02)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))
        axes.grid(visible=False, axis="x")
        days = sorted(set(frame["date"]), reverse=True)
        shown = days[:: max(1, ceil((len(days) - 1) / (_MOST_YEARS - 1)))][::-1]
        axes.set_xticks(shown, [str(day.year) for day in shown])
        axes.set_ylabel(wrapped(y_label, 40))
        mark_events(axes, [float(mdates.date2num(event[0]))])
        name_ends(axes, [(float(own["gap"].iloc[-1]), wrapped(highlight, 14))], _HEIGHT)
        axes.texts[-1].set_fontweight("bold")
        key = [
            Line2D([], [], color=BLUE, linewidth=2.8, marker="o", markersize=5, label=highlight),
            Line2D([], [], label=others, **_PLACEBO),  # type: ignore[arg-type]
        ]
        figure.legend(handles=key, loc="outside upper left", ncols=1, fontsize=SIZE)
        return Chart(figure, caption=caption, alt=alt, data=data, key=[event_key(event[1], event[0].year)], note=note)
