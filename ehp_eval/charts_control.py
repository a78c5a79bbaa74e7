"""Control chart (XmR) of counts by month or quarter: centre line, natural process limits, what stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ehp_eval.chart_labels import Line, name_points
from ehp_eval.chart_months import (
    ACROSS,
    BAND,
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
    GREY,
    ORANGE,
    SIZE,
    SMALL,
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

_HEIGHT = 3.9
_MOST_NAMED = 6  # more runs of signals than this are named in the table alone


@dataclass(frozen=True)
class _Run:
    """Months or quarters one after another that stand out for the same reason."""

    rows: list[int]
    months: str
    words: str


def control_chart(
    points: pd.DataFrame,
    *,
    centre: float,
    lower: float,
    upper: float,
    caption: str,
    alt: str,
    y_label: str,
    events: pd.DataFrame | None = None,
    baseline: int | None = None,
    months_each: int = 1,
    note: str | None = None,
) -> Chart:
    """Draw counts by month or quarter between their natural process limits, with those that stand out named.

    Parameters
    ----------
    points : pandas.DataFrame
        One row a month or quarter in order: `month` (its first day), `value`, `signal` (whether a rule marks it) and
        `words` (which rule; empty where none does).
    centre, lower, upper : float
        Centre line and limits (Wheeler, 1993, "Understanding variation"); one that is not finite is not drawn.
    caption, alt : str
        The chart's title, and its description for those who do not see it.
    y_label : str
        What is counted; also the head of its column in the data beneath.
    events : pandas.DataFrame, optional
        Columns `at` (a date) and `label`; those within the months are marked and numbered.
    baseline : int, optional
        How many months or quarters, from the first, the lines were worked out from; they stand on a band.
    months_each : int
        1 for months, 3 for quarters, whose marks stand at their middle.
    note : str, optional
        A sentence beneath the chart.

    Raises
    ------
    ReportError
        When caption, description, a column or every value is missing.
    """
    check_words(caption, alt)
    check_columns(points, ["month", "value", "signal", "words"], caption)
    rows = points.reset_index(drop=True)
    check_columns(rows.dropna(subset="value"), [], caption)
    rows["signal"] = rows["signal"].astype(bool)
    months = pd.to_datetime(rows["month"])
    each = _EACH[months_each]
    places = month_places(months) + (months_each - 1) / 2
    covered = pd.concat([months, months + pd.DateOffset(months=months_each - 1)])  # to the last month of a quarter
    limits = limit_words(centre, lower, upper, ",.1f")
    runs = _runs(rows, months, months_each)
    marked = events_within(events, covered, caption) if events is not None else []
    with drawing():
        figure = new_figure(_HEIGHT + (0.3 if marked else 0))
        axes = figure.subplots()
        month_axis(axes, covered)
        values = rows["value"].astype(float)
        band = _baseline_words(baseline, places, months_each) if baseline and baseline < len(rows) else ""
        room = 0.06 + (0.06 * (band.count("\n") + 1) if band else 0)
        value_axis(axes, y_label, [*values, *(value for value, _, _ in limits)], room=room)
        if baseline and band:
            _draw_baseline(axes, places[0] - months_each / 2, places[baseline - 1] + months_each / 2, band)
        draw_limits(axes, limits, _HEIGHT)
        axes.plot(places, values, color=BLUE, linewidth=1.8, zorder=3)
        quiet, loud = ~rows["signal"], rows["signal"]
        axes.plot(places[quiet], values[quiet], linestyle="", zorder=4, **_MONTH)
        axes.plot(places[loud], values[loud], linestyle="", zorder=5, **_SIGNAL)
        mark_events(axes, [place for place, _ in marked])
        if loud.any():
            marks = [Line2D([], [], linewidth=1.8, **_MONTH), Line2D([], [], linestyle="", **_SIGNAL)]
            words = [say(f"chart.{each}_mark"), say(f"chart.signal_{each}_mark")]
            figure.legend(marks, words, loc="outside upper left", ncols=2, columnspacing=1.6, fontsize=SIZE)
        if len(runs) <= _MOST_NAMED:
            ends = axes.get_xlim()
            lines: list[Line] = [(places, values), *((ends, (value, value)) for value, _, _ in limits)]
            lines += [((place, place), axes.get_ylim()) for place, _ in marked]
            _name_runs(axes, runs, places, values, lines)
        return Chart(
            figure,
            caption=caption,
            alt=alt,
            data=_table(rows, months, caption, y_label, _lines_note(limits, baseline, each), months_each),
            key=[words for _, words in marked],
            note=joined(note, _signal_note(rows, runs, each) if limits else None),
        )


def _lines_note(limits: Sequence[tuple[float, str, bool]], baseline: int | None, each: str) -> str | None:
    return joined(lines_note(limits), say(f"chart.lines_from_{each}", n=baseline) if baseline and limits else None)


def _baseline_words(baseline: int, places: Places, months_each: int) -> str:
    """Name the months or quarters that the lines come from, in lines as wide as their band."""
    share = (places[baseline - 1] - places[0] + months_each) / (places[-1] - places[0] + months_each)
    letters = (share * ACROSS - 10) / (0.58 * SMALL)
    return wrapped(say(f"chart.baseline_{_EACH[months_each]}", n=baseline), max(10, int(letters)))


def _draw_baseline(axes: Axes, start: float, end: float, words: str) -> None:
    """Set off what the lines come from by a band, with words at its head."""
    axes.axvspan(start, end, color=BAND, linewidth=0, zorder=0)
    axes.annotate(
        words,
        (start, 1),
        xycoords=("data", "axes fraction"),
        xytext=(5, -5),
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        bbox={"facecolor": BAND, "edgecolor": "none", "pad": 1},
        zorder=2,
    )


def _runs(rows: pd.DataFrame, months: pd.Series, months_each: int) -> list[_Run]:
    """Join signals that follow one another for the same reason."""
    found: list[list[int]] = []
    rules = rows["words"].fillna("").astype(str).str.strip()
    for i in np.flatnonzero(rows["signal"]):
        if found and found[-1][-1] == i - 1 and rules[found[-1][-1]] == rules[i]:
            found[-1].append(int(i))
        else:
            found.append([int(i)])
    runs = []
    for run in found:
        name = period_in_words(months[run[0]], months_each)
        if len(run) > 1:
            first, last = months[run[0]], months[run[-1]] + pd.DateOffset(months=months_each - 1)
            name = say("chart.run", first=month_in_words(first), last=month_in_words(last))
        runs.append(_Run(run, name, rules[run[0]]))
    return runs


def _name_runs(axes: Axes, runs: Sequence[_Run], places: Places, values: pd.Series, lines: Sequence[Line]) -> None:
    """Write the months of each run beside one of its marks."""
    name_points(
        axes,
        [(places[run.rows], values[run.rows]) for run in runs],
        [wrapped(run.months, 18) for run in runs],
        marks=(places, values),
        lines=lines,
    )


def _signal_note(rows: pd.DataFrame, runs: Sequence[_Run], each: str) -> str:
    """Say which months or quarters stand out and why."""
    if not runs:
        return say(f"chart.signals_none_{each}")
    if len(runs) > _MOST_NAMED:
        return say(f"chart.signals_many_{each}", n=int(rows["signal"].sum()))
    words = [say("chart.signal", months=run.months, words=run.words) if run.words else run.months for run in runs]
    return say("chart.signals", signals="; ".join(words))


def period_in_words(first: pd.Timestamp, months_each: int) -> str:
    """Write a month as "April 2019", a quarter as "April to June 2019"; `first` is its first day."""
    if months_each == 1:
        return month_in_words(first)
    last = first + pd.DateOffset(months=months_each - 1)
    return say("chart.run", first=say(f"table.month_{first.month}"), last=month_in_words(last))


def _table(
    rows: pd.DataFrame, months: pd.Series, caption: str, y_label: str, note: str | None, months_each: int = 1
) -> Table:
    words = rows["words"].fillna("").astype(str).str.strip()
    signal = rows["signal"].map({True: say("table.yes"), False: say("table.no")})
    data = pd.DataFrame(
        {
            "month": [period_in_words(month, months_each) for month in months],
            "value": rows["value"],
            "signal": words.where(words != "", signal),
        }
    )
    return Table(
        data,
        caption=say("chart.data_caption", caption=caption),
        headings={"month": say(f"chart.{_EACH[months_each]}"), "value": y_label, "signal": say("chart.stands_out")},
        note=note,
    )


_EACH = {1: "month", 3: "quarter"}  # in the keys of words
_MONTH: dict[str, Any] = {"marker": "o", "color": BLUE, "markersize": 4.5, "markeredgewidth": 0}
_SIGNAL: dict[str, Any] = {"marker": "D", "color": ORANGE, "markersize": 9, "markeredgecolor": GREY, "clip_on": False}
