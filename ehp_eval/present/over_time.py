"""A service over time: how many it took on each month or quarter, and the time between rare events."""

from __future__ import annotations

from math import isfinite, nan
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.charts import Chart, control_chart, gap_chart
from ehp_eval.charts_control import period_in_words
from ehp_eval.control_charts import LEAST_MEAN_OF_RUNS, LEAST_POINTS, RULES, rules_for, xmr
from ehp_eval.over_time import Volumes, accepted_volumes, event_dates
from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_charts import events_until
from ehp_eval.prose import Callout
from ehp_eval.rare_events import gap_limits, gaps
from ehp_eval.words import day_in_words, month_in_words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehp_eval.evaluation import Evaluation
    from ehp_eval.front_door import FrontDoor


DAYS_A_WEEK = 7


def volumes(report: Evaluation | FrontDoor) -> Chart | Callout:
    """Chart how many were taken on each month or quarter, and say which of them stand out by which rule."""
    found = accepted_volumes(report)
    counts, each = found.counts, "month" if found.months_each == 1 else "quarter"
    if len(counts) < LEAST_POINTS:
        return Callout(say("over_time.few_months", n=len(counts), least=LEAST_POINTS))
    rules = rules_for(found.mean)
    chart = xmr(counts["value"], baseline=found.baseline, rules=rules)
    words = [
        say("over_time.and").join(say(f"over_time.{rule}_{each}") for rule in rules if point[rule])
        for _, point in chart.points.iterrows()
    ]
    points = counts.assign(signal=chart.points["signal"], words=words)
    unit, title = report.service.unit, report.service.title
    centre, lower, upper = (chart.centre, chart.lower, chart.upper) if rules else (nan, nan, nan)
    last = counts["month"].iloc[-1] + pd.DateOffset(months=found.months_each - 1)
    about = say("over_time.about_centre", centre=f"{centre:.1f}") if rules else say("over_time.about_nothing")
    return control_chart(
        points,
        centre=centre,
        lower=lower,
        upper=upper,
        caption=say(f"over_time.caption_{each}_{unit}", title=title),
        alt=say(
            f"over_time.alt_{each}",
            first=month_in_words(counts["month"].iloc[0]),
            last=month_in_words(last),
            low=int(counts["value"].min()),
            high=int(counts["value"].max()),
            about=about,
            signals=_signals(points, found.months_each, each) if rules else "",
        ).rstrip(),
        y_label=say(f"over_time.y_{each}_{unit}"),
        events=events_until(report, report.service.id),
        baseline=found.baseline if rules and found.baseline < len(counts) else None,
        months_each=found.months_each,
        note=_note(report, found, rules, each),
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


def _note(report: Evaluation | FrontDoor, found: Volumes, rules: Sequence[str], each: str) -> str:
    """Say where the limits come from and how often something stands out by chance, or why there are no limits."""
    if not rules:
        return say(f"over_time.no_limits_{each}")
    few = f"{LEAST_MEAN_OF_RUNS:.0f}"
    which = say(f"over_time.{'rules' if len(rules) == len(RULES) else 'first_rule'}_{each}", few=few)
    notes = [say(f"over_time.note_{each}", few=few, rules=which, reading=say("over_time.reading"))]
    if found.baseline == len(found.counts):
        notes.append(say(f"over_time.baseline_all_{each}", least=LEAST_POINTS, year=report.year.label))
    return " ".join(notes)


def _signals(points: pd.DataFrame, months_each: int, each: str) -> str:
    loud = points[points["signal"]]
    names = say("over_time.between").join(period_in_words(month, months_each) for month in loud["month"])
    return say(f"over_time.signals_{each}", n=len(loud), months=names)


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
