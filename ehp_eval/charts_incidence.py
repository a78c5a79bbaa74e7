"""Chart of cumulative incidence after the start, with the numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from ehp_eval.chart_style import (
    BLUE,
    MARKS,
    POINTS,
    SMALL,
    WIDTH,
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
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import say

DAYS_A_MONTH = 365.25 / 12


def incidence_chart(
    curve: pd.DataFrame,
    *,
    at_risk: pd.DataFrame,
    caption: str,
    alt: str,
    y_label: str,
    windows: Sequence[int] = (91, 183, 365, 730),
    percent_from: int = 20,
    note: str | None = None,
) -> Chart:
    """Draw a curve of cumulative incidence with its limits, and the numbers at risk beneath.

    Parameters
    ----------
    curve : pandas.DataFrame
        Columns `time` (days), `incidence, lower, upper` (0 to 1); one row a step, in order.
    at_risk : pandas.DataFrame
        Columns `day, at_risk`: how many are still followed at fixed days. The table beneath the chart holds
        the curve at these days and no others.
    windows : sequence of int
        Days at which the curve is marked and its value written.
    percent_from : int
        Percentages are written in the chart only where at least so many are at risk at the start.
    caption, alt, y_label, note
        As for `interval_chart`.

    Raises
    ------
    ReportError
        When caption, description, a column or every row is missing.
    """
    check_words(caption, alt)
    check_columns(curve, ["time", "incidence", "lower", "upper"], caption)
    check_columns(at_risk, ["day", "at_risk"], caption)
    numbers = {int(day): int(number) for day, number in zip(at_risk["day"], at_risk["at_risk"], strict=True)}
    end = float(max(curve["time"].max(), *numbers, 1))
    steps = _from_zero(curve)
    high = share_limits(steps[["incidence", "upper"]].max().dropna())[1]
    shown = [day for day in windows if day <= end]
    with drawing():
        figure = new_figure(4.0)
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 0.13])
        percent_axis(axes, "y", 0, high)
        for day in shown:
            axes.axvline(day, **MARKS)
        axes.fill_between(
            steps["time"], steps["lower"], steps["upper"], step="post", color=BLUE, alpha=0.18, linewidth=0
        )
        sns.lineplot(
            steps,
            x="time",
            y="incidence",
            drawstyle="steps-post",
            color=BLUE,
            linewidth=2.6,
            errorbar=None,
            estimator=None,
            ax=axes,
        )
        if max(numbers.values()) >= percent_from:
            _write_values(axes, steps, shown, end)
        ticks = _apart([0, *shown], end)
        axes.set_xlim(0, end)
        axes.set_xticks(ticks, [f"{day / DAYS_A_MONTH:.0f}" for day in ticks])
        axes.tick_params(labelbottom=True)
        axes.set(ylabel=wrapped(y_label, 34))
        axes.set_xlabel(say("chart.time_axis"), visible=True)
        axes.grid(visible=False, axis="x")
        _write_at_risk(below, numbers, end)
        return Chart(
            figure,
            caption=caption,
            alt=alt,
            data=_table(steps, numbers, caption, percent_from),
            note=joined(note, axis_note(0, high)),
        )


def _from_zero(curve: pd.DataFrame) -> pd.DataFrame:
    """Let the curve begin at nought; it ends with the last follow-up, beyond which nothing is known."""
    steps = curve[["time", "incidence", "lower", "upper"]].astype(float)
    if steps["time"].iloc[0] > 0:
        steps = pd.concat([pd.DataFrame(0.0, index=[0], columns=steps.columns), steps])
    return steps.reset_index(drop=True)


def _at(steps: pd.DataFrame, day: float) -> pd.Series:
    """Read a step curve: what held at the end of that day; nothing is known beyond its last one."""
    if day > steps["time"].iloc[-1]:
        return pd.Series(float("nan"), index=steps.columns)
    return steps[steps["time"] <= day].iloc[-1]


def _write_values(axes: Axes, steps: pd.DataFrame, shown: Sequence[int], end: float) -> None:
    for day in _apart(shown, end):
        value = float(_at(steps, day)["incidence"])
        if isnan(value):
            continue
        axes.plot(day, value, "o", color=BLUE, markersize=7, markeredgecolor="white", zorder=4, clip_on=False)
        left = day < _least(end)  # no room before it: the words would stand over the axis
        axes.annotate(
            percent_words(value),
            (day, value),
            xytext=(6 if left else -4, 6),
            textcoords="offset points",
            ha="left" if left else "right",
            va="bottom",
            fontweight="bold",
            color=BLUE,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1},
        )


def _write_at_risk(axes: Axes, numbers: dict[int, int], end: float) -> None:
    axes.axis("off")
    axes.set_ylim(0, 2)
    axes.text(0, 1.6, say("chart.at_risk"), fontsize=SMALL, fontweight="bold", va="center")
    for day in _apart(list(numbers), end):
        side = "left" if day == 0 else "right" if day > 0.97 * end else "center"
        axes.text(day, 0.4, f"{numbers[day]:,}", fontsize=SMALL, ha=side, va="center")


def _apart(days: Sequence[int], end: float) -> list[int]:
    """Keep, from the longest down, the days whose words would not touch in the chart."""
    kept: list[int] = []
    for day in sorted(set(days), reverse=True):
        if not kept or kept[-1] - day >= _least(end):
            kept.append(day)
    return kept[::-1]


def _least(end: float) -> float:
    """Return the days across which four digits or "12%" can be written, 34 points."""
    return 34 / (0.85 * WIDTH * POINTS) * end


def _table(steps: pd.DataFrame, numbers: dict[int, int], caption: str, percent_from: int) -> Table:
    shares = pd.DataFrame([_at(steps, day) for day in numbers])[["incidence", "lower", "upper"]]
    shares.loc[shares["upper"] == 0, ["lower", "upper"]] = float("nan")  # before the first event there are no limits
    data = shares.reset_index(drop=True)
    if max(numbers.values()) < percent_from:
        data = data.drop(columns="incidence")
    data.insert(0, "followed", list(numbers.values()))
    data.insert(0, "day", list(numbers))
    return Table(
        data,
        caption=say("chart.data_caption", caption=caption),
        headings={str(name): say(f"chart.{name}") for name in data.columns},
        formats={name: ".1%" for name in ("incidence", "lower", "upper") if name in data},
    )
