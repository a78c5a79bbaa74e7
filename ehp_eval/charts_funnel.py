"""Funnel chart: shares of years or localities against how many they rest on, with the limits of chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from ehp_eval.chart_labels import Line, name_ends, name_points
from ehp_eval.chart_months import BAND
from ehp_eval.chart_style import (
    BLUE,
    GREY,
    ORANGE,
    SIZE,
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
from ehp_eval.errors import ReportError
from ehp_eval.tables import Table, written
from ehp_eval.words import say

_HEIGHT = 4.3
_LIMITS = {"95": (0, (5, 3)), "998": (0, (1, 1.5))}  # dashes of the two pairs of lines


def funnel_chart(
    points: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    centre: float,
    caption: str,
    alt: str,
    x_label: str,
    y_label: str,
    percent_from: int,
    note: str | None = None,
) -> Chart:
    """Draw shares against their denominators, each named, within 95% and 99.8% limits.

    Parameters
    ----------
    points : pandas.DataFrame
        One row a year or locality: `label`, `group` (at most two of them, each with its own mark),
        `numerator`, `denominator`, `value` (0 to 1); a row without value stands in the table alone.
    limits : pandas.DataFrame
        The lines, in order: `n`, `lower_95`, `upper_95`, `lower_998`, `upper_998` (0 to 1), about `centre`
        (Spiegelhalter, 2005, "Funnel plots for comparing institutional performance").
    centre : float
        The share that all are compared with, 0 to 1.
    caption, alt : str
        The chart's title, and its description for those who do not see it.
    x_label, y_label : str
        What the denominators count, and what the shares are shares of.
    percent_from : int
        The denominator from which percentages are written; below it, only the counts.
    note : str, optional
        A sentence beneath the chart.

    Raises
    ------
    ReportError
        When caption, description, a column or every value is missing, or there are more than two groups.
    """
    check_words(caption, alt)
    check_columns(points, ["label", "group", "numerator", "denominator", "value"], caption)
    check_columns(limits, ["n", *(f"{side}_{level}" for level in _LIMITS for side in ("lower", "upper"))], caption)
    rows = points.reset_index(drop=True)
    drawn = rows.dropna(subset=["value", "denominator"])
    check_columns(drawn, [], caption)
    groups = list(dict.fromkeys(rows["group"]))
    if len(groups) > len(_MARKS):
        raise ReportError(
            f"The chart '{caption}' has {len(groups)} groups and marks for {len(_MARKS)}: draw two charts"
        )
    sizes, shares = drawn["denominator"].astype(float), drawn["value"].astype(float)
    low, high = _share_axis(drawn, limits, centre)
    with drawing():
        figure = new_figure(_HEIGHT)
        axes = figure.subplots()
        percent_axis(axes, "y", low, high)
        axes.set_ylim(low, high + 0.02 * (high - low))  # a line at 100% is seen whole
        axes.set_xlim(0, max(float(limits["n"].max()), float(sizes.max())))
        axes.set_xlabel(x_label)
        axes.set_ylabel(wrapped(y_label, 36))
        axes.grid(visible=False, axis="x")
        axes.tick_params(axis="x", bottom=True, color="#8A8A8A")
        axes.fill_between(limits["n"], limits["lower_95"], limits["upper_95"], color=BAND, linewidth=0, zorder=0)
        axes.axhline(centre, color=GREY, linewidth=1.3, zorder=2)
        ends = [(centre, wrapped(say("chart.line_centre", value=written(centre, ".1%")), 12))]
        lines: list[Line] = [((0.0, float(axes.get_xlim()[1])), (centre, centre))]
        for level, dashes in _LIMITS.items():
            for side in ("lower", "upper"):
                line = limits[f"{side}_{level}"]
                axes.plot(limits["n"], line, color=GREY, linewidth=1.3, linestyle=dashes, zorder=2)
                lines.append((limits["n"], line))
                ends.append((float(line.iloc[-1]), say(f"chart.limit_{level}")))
        name_ends(axes, ends, _HEIGHT)
        for group, mark in zip(groups, _MARKS, strict=False):
            own = drawn["group"] == group
            axes.plot(sizes[own], shares[own], linestyle="", zorder=4, clip_on=False, **mark)
        if len(groups) > 1:
            keys = [Line2D([], [], linestyle="", **mark) for mark in _MARKS]
            words = [str(group) for group in groups]
            figure.legend(keys, words, loc="outside upper left", ncols=2, columnspacing=1.6, fontsize=SIZE)
        names = [wrapped(label, 18) for label in drawn["label"]]
        name_points(axes, list(zip(sizes, shares, strict=True)), names, marks=(sizes, shares), lines=lines)
        return Chart(
            figure,
            caption=caption,
            alt=alt,
            data=_table(rows, limits, caption, percent_from),
            note=joined(note, say("chart.funnel_note"), axis_note(low, high)),
        )


def _share_axis(drawn: pd.DataFrame, limits: pd.DataFrame, centre: float) -> tuple[float, float]:
    """Choose the ends of the axis of the shares; the limits of groups smaller than any drawn may leave it."""
    beside = limits[limits["n"] >= drawn["denominator"].min()]
    values = pd.concat([drawn["value"], beside["lower_95"], beside["upper_95"], pd.Series([centre])]).astype(float)
    for start in (0.8, 0.7, 0.6):
        if values.min() >= start + 0.02:
            return start, 1.0
    return share_limits(values)


def _table(rows: pd.DataFrame, limits: pd.DataFrame, caption: str, percent_from: int) -> Table:
    data = rows[["group", "label", "numerator", "denominator", "value"]].copy()
    few = data["value"].notna() & (data["denominator"].astype(float) < percent_from)
    data["value"] = data["value"].astype(object).mask(few, say("chart.few", n=percent_from))
    for level in _LIMITS:
        data[f"limits_{level}"] = [_limits_at(limits, level, n) for n in rows["denominator"].astype(float)]
    headings = {name: say(f"chart.{name}") for name in ("group", "label", "numerator", "denominator")}
    headings |= {f"limits_{level}": say(f"chart.limits_{level}") for level in _LIMITS}
    return Table(
        data,
        caption=say("chart.data_caption", caption=caption),
        row_header="label",
        headings={**headings, "value": say("chart.percent")},
        formats={"value": ".1%"},
    )


def _limits_at(limits: pd.DataFrame, level: str, n: float) -> str | None:
    """Read a pair of lines at a denominator; nothing is known outside the lines."""
    ends = [
        float(np.interp(n, limits["n"], limits[f"{side}_{level}"], left=np.nan, right=np.nan))
        for side in ("lower", "upper")
    ]
    if not np.isfinite(ends).all():
        return None
    return say("chart.range", lower=written(ends[0], ".1%"), upper=written(ends[1], ".1%"))


_MARKS: tuple[dict[str, Any], ...] = (
    {"marker": "o", "color": BLUE, "markersize": 8.5, "markeredgecolor": "white"},
    {"marker": "D", "color": ORANGE, "markersize": 8, "markeredgecolor": GREY},
)
