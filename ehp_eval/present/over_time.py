"""A service over time: how many it took on each month, and the time between rare events."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.charts import Chart, control_chart, gap_chart
from ehp_eval.control_charts import LEAST_POINTS, RULES, xmr
from ehp_eval.over_time import event_dates, monthly_accepted
from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_charts import events_until
from ehp_eval.prose import Callout
from ehp_eval.rare_events import gap_limits, gaps
from ehp_eval.words import day_in_words, month_in_words, say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.front_door import FrontDoor


DAYS_A_WEEK = 7


def volumes(report: Evaluation | FrontDoor) -> Chart | Callout:
    """Chart how many were taken on each month, and say which months stand out by which rule."""
    found = monthly_accepted(report)
    months = found.months
    if len(months) < LEAST_POINTS:
        return Callout(say("over_time.few_months", n=len(months), least=LEAST_POINTS))
    chart = xmr(months["value"], baseline=found.baseline)
    points = months.assign(signal=chart.points["signal"], words=chart.points.apply(_rules, axis="columns"))
    notes = [say("over_time.note")]
    if found.baseline == len(months):
        notes.append(say("over_time.baseline_all", least=LEAST_POINTS, year=report.year.label))
    unit, title = report.service.unit, report.service.title
    return control_chart(
        points,
        centre=chart.centre,
        lower=chart.lower,
        upper=chart.upper,
        caption=say(f"over_time.caption_{unit}", title=title),
        alt=say(
            "over_time.alt",
            first=month_in_words(months["month"].iloc[0]),
            last=month_in_words(months["month"].iloc[-1]),
            low=int(months["value"].min()),
            high=int(months["value"].max()),
            centre=f"{chart.centre:.1f}",
            signals=_signals(points),
        ),
        y_label=say(f"over_time.y_{unit}"),
        events=events_until(report, report.service.id),
        baseline=found.baseline if found.baseline < len(months) else None,
        note=" ".join(notes),
    )


def between_events(report: Evaluation) -> Chart | Callout:
    """Chart the time between events where they are rare; elsewhere say that they are not, or that there are too few.

    In whole weeks: from exact days between and the last day counted, the day of every event could be worked out.
    """
    found = event_dates(report)
    window = {"window": fw.window(report.service.primary_window_days), "clock": say(f"clock.{report.service.unit}")}
    if not found.rare:
        return Callout(say("over_time.not_rare", n=f"{found.a_year:.0f}"))
    if len(found.dates) < 2:
        ends = {"since": day_in_words(found.since), "until": day_in_words(found.until)}
        return Callout(say("over_time.no_events", n=len(found.dates), **ends, **window))
    between = gaps(found.dates, since=found.since, until=found.until)
    limits = gap_limits(between)
    between["weeks"] = (between["days"] / DAYS_A_WEEK).round().astype("int64")
    centre, lower, upper = (each / DAYS_A_WEEK for each in (limits.centre, limits.lower_95, limits.upper_95))
    closed = between.loc[~between["open"], "weeks"]
    return gap_chart(
        between.rename(columns={"end": "date"})[["date", "weeks", "open"]],
        centre=centre,
        lower=lower,
        upper=upper,
        caption=say(f"over_time.gaps_caption_{report.service.stream}", title=report.service.title),
        alt=say(
            "over_time.gaps_alt",
            n=len(closed),
            times=_range(int(closed.min()), int(closed.max())),
            limits=_limits(between, centre, lower, upper),
        ),
        y_label=say("over_time.gaps_y"),
        events=events_until(report, report.service.id),
        note=say("over_time.gaps_note", until=day_in_words(found.until), **window),
    )


def _rules(point: pd.Series[Any]) -> str:
    return say("over_time.and").join(say(f"over_time.{rule}") for rule in RULES if point[rule])


def _signals(points: pd.DataFrame) -> str:
    loud = points[points["signal"]]
    months = say("over_time.between").join(month_in_words(month) for month in loud["month"])
    return say("over_time.signals", n=len(loud), months=months)


def _range(shortest: int, longest: int) -> str:
    if shortest == longest:
        return say("over_time.gaps_weeks", n=longest)
    return say("over_time.gaps_range", shortest=f"{shortest:,}", longest=f"{longest:,}")


def _limits(between: pd.DataFrame, centre: float, lower: float, upper: float) -> str:
    if not isfinite(centre):
        return say("over_time.gaps_no_limits")
    short = ~between["open"] & (between["weeks"] < lower)  # one still open may yet become long enough
    outside = int((short | (between["weeks"] > upper)).sum())
    return say(
        "over_time.gaps_limits",
        centre=f"{centre:,.0f}",
        lower=f"{lower:,.0f}",
        upper=f"{upper:,.0f}",
        outside=say("over_time.gaps_outside", n=outside),
    )
