"""Chart of estimates with their intervals, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ehp_eval.chart_release import drawn_from_either
from ehp_eval.chart_style import (
    BLUE,
    GREY,
    PLUM,
    SIZE,
    SMALL,
    Chart,
    axis_note,
    check_columns,
    check_words,
    drawing,
    joined,
    new_figure,
    percent_axis,
    share_limits,
    wrapped,
)
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.tables import Format, Table, percent_words, written
from ehp_eval.tables import signed as signed_words
from ehp_eval.words import say

FIGURES = ("value", "lower", "upper", "numerator", "denominator")
_SHOWN = ("numerator", "denominator", "value", "lower", "upper")  # in the order of the data beneath
_ROW = 0.39  # inches; a further line of a label takes half of it, as does the space above a head


@drawn_from_either
def interval_chart(
    frame: pd.DataFrame,
    *,
    label: str,
    caption: str,
    alt: str,
    x_label: str,
    percent: bool = True,
    signed: bool = False,
    reference: tuple[float, str] | None = None,
    published: str | None = None,
    group: str | None = None,
    headings: Mapping[str, str] | None = None,
    percent_from: int = 20,
    note: str | None = None,
) -> Chart:
    """Draw a dot with its interval for each row, and the figure in words at the right.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns `value, lower, upper, numerator, denominator` and those named below; a row whose value is
        missing says that it is not available yet. Where there is a column `hidden`, of truth values, what is missing
        in its rows is marked as hidden.
    label : str
        The column with the words for each row.
    caption, alt : str
        The chart's title, and its description for those who do not see it.
    x_label : str
        What the axis measures.
    percent : bool
        Whether the values are proportions, 0 to 1, to be shown in per cent.
    signed : bool
        Whether the values, then no proportions, are differences: written with their sign.
    reference : (float, str), optional
        A value to mark by a dashed line, and the words for it.
    published : str, optional
        The column with a published value, drawn as a hollow diamond beneath the dot.
    group : str, optional
        The column by which rows stand under a common head; rows of a group must follow one another.
    headings : mapping of column to str, optional
        Words for the heads of `label` and `group` in the data beneath; by default the columns' own names.
    percent_from : int
        The denominator from which percentages are written; below it, only the counts.
    note : str, optional
        A sentence beneath the chart.

    Raises
    ------
    ReportError
        When caption, description, a column or every row is missing.
    """
    check_words(caption, alt)
    check_columns(frame, [name for name in (label, *FIGURES, published, group) if name], caption)
    rows = frame.reset_index(drop=True)
    places, ticks, heads, height = _places(rows, label, group)
    low, high = value_limits(rows, published, percent, reference)
    with drawing():
        figure = new_figure(0.75 + height * _ROW + (0.3 if published or reference else 0))
        axes = figure.subplots()
        if percent:
            percent_axis(axes, "x", low, high)
        axes.set_xlim(low, high)
        draw_estimates(axes, rows, places, published, vertical=False)
        for place, row in zip(places, rows.to_dict("records"), strict=True):
            axes.annotate(
                in_words(row, percent, percent_from, how=number_format(rows, signed)),
                (1, place),
                xycoords=("axes fraction", "data"),
                xytext=(8, 0),
                textcoords="offset points",
                va="center_baseline",
                style="italic" if pd.isna(row["value"]) else "normal",
            )
        if reference:
            axes.axvline(reference[0], color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
            axes.annotate(
                reference[1],
                (reference[0], 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=SMALL,
            )
        axes.set_yticks(list(ticks), list(ticks.values()))
        for tick, place in zip(axes.get_yticklabels(), ticks, strict=True):
            tick.set_fontweight("bold" if place in heads else "normal")
        axes.set_ylim(height + 0.1, -0.1)
        axes.set_xlabel(x_label)
        axes.grid(visible=False, axis="y")
        if published:
            estimate_legend(axes)
        return Chart(
            figure,
            caption=caption,
            alt=alt,
            data=estimate_table(
                rows,
                [name for name in (group, label) if name],
                caption=caption,
                percent=percent,
                published=published,
                headings=headings or {},
                percent_from=percent_from,
                signed=signed,
            ),
            note=joined(note, axis_note(low, high) if percent else None),
        )


def number_format(rows: pd.DataFrame, signed: bool = False) -> Format:
    """Return how values that are no proportions are written: without decimals where all of them are whole."""
    if signed:
        return partial(signed_words, places=1)
    return ",d" if all(float(value).is_integer() for value in rows["value"].dropna()) else ",.1f"


def in_words(row: Mapping[Any, Any], percent: bool, percent_from: int, *, how: Format = ",.1f") -> str:
    """Write a figure as a reader says it: "151 of 157 (96%)", below `percent_from` "7 of 11", "[c] of 11" if hidden.

    A value that is no proportion is written in the format `how`.
    """
    hidden = bool(row.get("hidden", False))
    if pd.isna(row["value"]) and not (hidden and percent and pd.notna(row["denominator"])):
        return HIDDEN if hidden else say("chart.not_yet")
    if not percent:
        return written(row["value"], how)
    counts = {
        name: HIDDEN if hidden and pd.isna(row[name]) else written(row[name], ",d")
        for name in ("numerator", "denominator")
    }
    if pd.isna(row["value"]):
        return say("chart.count", **counts)
    if float(row["denominator"]) < percent_from:
        return say("chart.count", **counts)
    return say("chart.share", **counts, percent=percent_words(row["value"]))


def draw_estimates(
    axes: Axes, rows: pd.DataFrame, places: Sequence[float], published: str | None, *, vertical: bool
) -> None:
    """Draw dots with intervals at their places, and a hollow diamond beside each for what was published."""
    here = pd.Series(places, index=rows.index, dtype=float)
    known = rows["value"].notna()
    lines = axes.vlines if vertical else axes.hlines
    lines(here[known], rows["lower"][known], rows["upper"][known], color=BLUE, linewidth=2.6, zorder=2)
    _dots(axes, here[known], rows["value"][known], vertical, **_DOT)
    if published:
        given = rows[published].notna()
        aside = here[given] + (0.16 if vertical else 0.3)
        _dots(axes, aside, rows[published][given], vertical, **_DIAMOND)


def estimate_legend(axes: Axes) -> None:
    """Name the two marks, where a chart has both."""
    dot = Line2D([], [], linewidth=2.6, **_DOT)
    diamond = Line2D([], [], linestyle="", **_DIAMOND)
    words = [say("chart.from_records"), say("chart.as_published")]
    axes.figure.legend([dot, diamond], words, loc="outside upper left", ncols=2, columnspacing=1.6, fontsize=SIZE)


def estimate_table(
    rows: pd.DataFrame,
    names: Sequence[str],
    *,
    caption: str,
    percent: bool,
    published: str | None,
    headings: Mapping[str, str],
    percent_from: int,
    signed: bool = False,
) -> Table:
    """Make the table of what is drawn; `names` are the columns that name the rows, the row's own last."""
    given = [published] if published else []
    data = rows[[*names, *_SHOWN, *given]].copy()
    # Counts, and what else is no proportion, have the places that each column needs: so Table writes them.
    how: Format | None = partial(signed_words, places=1) if signed else ".1%" if percent else None
    if percent:
        few = data["denominator"].astype("Float64") < percent_from  # this dtype takes what is missing in any form
        small = data["value"].notna() & few.fillna(False).astype(bool)
        data["value"] = data["value"].astype(object).mask(small, say("chart.few", n=percent_from))
    if data["denominator"].isna().all() and not percent:  # counts, of nothing
        data = data.drop(columns=["numerator", "denominator"])
    for name in (name for name in _SHOWN if name in data and "hidden" in rows):
        hidden = rows["hidden"].astype(bool) & data[name].isna()
        if hidden.any():
            data[name] = data[name].astype(object).mask(hidden, HIDDEN)
    words = {name: say(f"chart.{name}") for name in ("numerator", "denominator", "lower", "upper") if name in data}
    words["value"] = say("chart.percent" if percent else "chart.value")
    words |= dict.fromkeys(given, say("chart.published"))
    return Table(
        data,
        caption=say("chart.data_caption", caption=caption),
        row_header=names[-1],
        headings={**words, **headings},
        formats=dict.fromkeys(["value", "lower", "upper", *given], how) if how else None,
    )


def value_limits(
    rows: pd.DataFrame,
    published: str | None,
    percent: bool,
    reference: tuple[float, str] | None = None,
) -> tuple[float, float]:
    """Choose the ends of the axis of the values, from all that is drawn on it."""
    drawn = [rows[name] for name in ("value", "lower", "upper", published) if name]
    values = pd.concat([*drawn, pd.Series([reference[0]] if reference else [], dtype=float)]).dropna().astype(float)
    if percent:
        return share_limits(values) if len(values) else (0.0, 1.0)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    return min(0.0, low) * 1.08, high * 1.08 if high > 0 else 1.0


def _places(
    rows: pd.DataFrame, label: str, group: str | None
) -> tuple[list[float], dict[float, str], set[float], float]:
    """Give each row its place on the axis, what is written at each place, which are heads, and how long it all is."""
    places: list[float] = []
    ticks: dict[float, str] = {}
    heads: set[float] = set()
    before: object = None
    end = 0.0

    def take(words: str) -> float:
        """Write words at the end, with room for all their lines; return the middle of the room."""
        nonlocal end
        room = 1 + words.count("\n") / 2
        middle, end = end + room / 2, end + room
        ticks[middle] = words
        return middle

    for row in rows.to_dict("records"):
        if group and row[group] != before:
            before = row[group]
            end += 0.5 if ticks else 0
            heads.add(take(wrapped(before, 26)))
        places.append(take(wrapped(row[label], 24)))
    return places, ticks, heads, end


def _dots(axes: Axes, places: pd.Series, values: pd.Series, vertical: bool, **marks: Any) -> None:
    x, y = (places, values) if vertical else (values, places)
    axes.plot(x, y, linestyle="", zorder=3, clip_on=False, **marks)


_DOT: dict[str, Any] = {"marker": "o", "color": BLUE, "markersize": 8.5, "markeredgecolor": "white"}
_DIAMOND: dict[str, Any] = {
    "marker": "D",
    "color": "white",
    "markersize": 7,
    "markeredgecolor": PLUM,
    "markeredgewidth": 2,
}
