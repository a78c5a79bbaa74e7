"""Chart of trends over years: lines named at their ends, or small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import matplotlib.dates as mdates
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ehp_eval.chart_release import drawn_from_either
from ehp_eval.chart_style import (
    BLUE,
    COLOURS,
    DASHES,
    GREY,
    MARKERS,
    MARKS,
    MOST_LINES,
    POINTS,
    SIZE,
    Chart,
    check_columns,
    check_words,
    drawing,
    event_key,
    mark_events,
    new_figure,
    spread,
    wrapped,
)
from ehp_eval.errors import ReportError
from ehp_eval.tables import Format, Table
from ehp_eval.words import say

_HEIGHT = 3.9


@dataclass(frozen=True)
class _Lines:
    """What is drawn: `rows` with the columns x, y, series, lower and upper; the highlighted name first."""

    rows: pd.DataFrame
    names: list[str]
    y_label: str
    y_format: str
    dated: bool

    def line(self, name: str) -> pd.DataFrame:
        return self.rows[self.rows["series"] == name]


@drawn_from_either
def trend_chart(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    series: str,
    highlight: str,
    caption: str,
    alt: str,
    y_label: str,
    events: pd.DataFrame | None = None,
    lower: str | None = None,
    upper: str | None = None,
    y_format: str = ",.0f",
    note: str | None = None,
) -> Chart:
    """Draw lines over years, each named at its end; more than four become small multiples.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a year and series.
    x, y, series : str
        Columns: the year (a number) or date, the value, the name of the line.
    highlight : str
        The series that the chart is about; in small multiples it stands in every panel beside one other.
    events : pandas.DataFrame, optional
        Columns `at` (a year or date, as `x`) and `label`; those within the years are marked and numbered.
    lower, upper : str, optional
        Columns with the limits of an interval, drawn for the highlighted series.
    y_format : str
        Format specification of the values.
    caption, alt, y_label, note
        As for `interval_chart`.

    Raises
    ------
    ReportError
        When caption, description, a column, every row or the highlighted series is missing.
    """
    check_words(caption, alt)
    columns = {"x": x, "y": y, "series": series, "lower": lower, "upper": upper}
    wanted = {source: name for name, source in columns.items() if source}
    check_columns(frame, list(wanted), caption)
    rows = frame[list(wanted)].rename(columns=wanted).dropna(subset=["y"]).sort_values("x", kind="stable")
    if not (rows["series"] == highlight).any():
        raise ReportError(f"The chart '{caption}' has no series '{highlight}' to highlight")
    names = [highlight, *(str(name) for name in dict.fromkeys(rows["series"]) if name != highlight)]
    lines = _Lines(rows, names, y_label, y_format, pd.api.types.is_datetime64_any_dtype(rows["x"]))
    marked = _within(events, lines, caption) if events is not None else []
    places = [place for place, _ in marked]
    with drawing():
        figure = _together(lines, places) if len(names) <= MOST_LINES else _panels(lines, places)
        return Chart(
            figure,
            caption=caption,
            alt=alt,
            data=_table(lines, caption),
            key=[words for _, words in marked],
            note=note,
        )


def _together(lines: _Lines, events: Sequence[float]) -> Figure:
    """Draw up to four lines in one pair of axes, with their names at the ends."""
    figure = new_figure(_HEIGHT)
    axes = figure.subplots()
    for number, name in enumerate(lines.names):
        _draw(axes, lines.line(name), number, markers=True)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.02)
    _scales(axes, lines, 8)
    axes.set_ylabel(wrapped(lines.y_label, 34))
    mark_events(axes, events)
    low, high = axes.get_ylim()
    point = (high - low) / (_HEIGHT * POINTS * 0.8)  # in values; the axes get about 0.8 of the figure
    ends = [float(lines.line(name)["y"].iloc[-1]) for name in lines.names]
    words = [wrapped(name, 20) for name in lines.names]
    gap = (1.4 * SIZE + (max(text.count("\n") for text in words)) * 1.2 * SIZE) * point
    moved = spread(ends, gap, low, high)
    for name, text, end, place in zip(lines.names, words, ends, moved, strict=True):
        axes.annotate(
            text,
            (lines.line(name)["x"].iloc[-1], end),
            xytext=(12, (place - end) / point),
            textcoords="offset points",
            va="center",
            fontweight="bold" if name == lines.names[0] else "normal",
            arrowprops={"arrowstyle": "-", "color": "#8A8A8A", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 4},
            annotation_clip=False,
        )
    return figure


def _panels(lines: _Lines, events: Sequence[float]) -> Figure:
    """Draw the highlighted line in a panel with each of the others."""
    own, *others = lines.names
    across = 2  # more would be too small for a committee room
    down = ceil(len(others) / across)
    figure = new_figure(0.7 + 1.8 * down + (0.3 if events else 0))
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).flatten()
    for axes, name in zip(grid, others, strict=False):
        _draw(axes, lines.line(name), 1, markers=False)
        _draw(axes, lines.line(own), 0, markers=False)
        _scales(axes, lines, 4)
    grid[0].set_ylim(bottom=0)
    for number, (axes, name) in enumerate(zip(grid, others, strict=False)):
        first_row = number < across
        if first_row:
            mark_events(axes, events, across)
        else:
            for place in events:
                axes.axvline(place, **MARKS)
        pad = 26 if events and first_row else 6
        axes.set_title(wrapped(name, 22), loc="left", fontsize=SIZE, fontweight="bold", color=GREY, pad=pad)
        axes.tick_params(labelbottom=number >= len(others) - across)
        for last in axes.get_xticklabels()[-1:]:
            last.set_horizontalalignment("right")
    for axes in grid[len(others) :]:
        axes.set_visible(False)
    figure.supylabel(lines.y_label, fontsize=SIZE)
    key = [
        Line2D([], [], color=BLUE, linewidth=2.8, label=own),
        Line2D([], [], color=COLOURS[1], linewidth=1.8, linestyle=DASHES[1], label=say("chart.panel")),
    ]
    figure.legend(handles=key, loc="outside upper left", ncols=2, fontsize=SIZE)
    return figure


def _draw(axes: Axes, line: pd.DataFrame, number: int, *, markers: bool) -> None:
    first = number == 0
    if first and {"lower", "upper"} <= set(line.columns):
        axes.fill_between(line["x"], line["lower"], line["upper"], color=BLUE, alpha=0.15, linewidth=0)
    sns.lineplot(
        line,
        x="x",
        y="y",
        color=COLOURS[number],
        linestyle=DASHES[number],
        linewidth=2.8 if first else 1.8,
        marker=MARKERS[number] if markers else None,
        markersize=6 + first,
        markeredgewidth=0,
        errorbar=None,
        estimator=None,
        zorder=4 if first else 3,
        ax=axes,
    )


def _scales(axes: Axes, lines: _Lines, most: int) -> None:
    """Label the values, and `most` of the years at most, the last among them."""
    axes.set(xlabel="", ylabel="")
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format(value, lines.y_format)))
    axes.grid(visible=False, axis="x")
    years = sorted(set(lines.rows["x"]), reverse=True)
    shown = years[:: max(1, ceil((len(years) - 1) / (most - 1)))]
    axes.set_xticks(shown[::-1], [str(each.year) if lines.dated else f"{each:.0f}" for each in shown[::-1]])


def _within(events: pd.DataFrame, lines: _Lines, caption: str) -> list[tuple[float, str]]:
    """Place events on the axis of the years; leave out those outside it."""
    check_columns(events, ["at", "label"], caption, empty=True)
    if pd.api.types.is_datetime64_any_dtype(events["at"]) != lines.dated:
        raise ReportError(f"The chart '{caption}' has years and events of which only one are dates")
    years = lines.rows["x"]
    inside = events[events["at"].between(years.min(), years.max())].sort_values("at", kind="stable")
    places = mdates.date2num(inside["at"]) if lines.dated else inside["at"].astype(float)
    numbers = inside["at"].dt.year if lines.dated else inside["at"].astype(int)
    return [
        (float(place), event_key(words, int(year)))
        for place, words, year in zip(places, inside["label"], numbers, strict=True)
    ]


def _table(lines: _Lines, caption: str) -> Table:
    wide = lines.rows.pivot(index="x", columns="series", values="y")[lines.names].reset_index()
    formats: dict[str, Format] = dict.fromkeys(lines.names, lines.y_format)
    if not lines.dated:
        formats["x"] = "g"
    return Table(
        wide,
        caption=say("chart.data_caption", caption=caption),
        headings={"x": say("chart.date" if lines.dated else "chart.year")},
        formats=formats,
    )
