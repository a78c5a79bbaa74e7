"""The front door's tables and charts, what cannot be said, and how the figures were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ehp_eval.charts import Chart, interval_chart, year_chart
from ehp_eval.measures.front_door import DECIDED
from ehp_eval.present import figure_words as fw
from ehp_eval.present.front_door import days, still_waiting
from ehp_eval.present.service_charts import events_until
from ehp_eval.prose import Bullets, Callout, quoted
from ehp_eval.tables import Table
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.front_door import FrontDoor
    from ehp_eval.public import PublicFrontDoor

_ESTIMATE = ["numerator", "denominator", "value", "lower", "upper"]


def front_door_flow(report: FrontDoor) -> Table:
    """Show how many contacts came in, how many left at each step, and why."""
    frame = report.cohort.flow
    return Table(
        pd.DataFrame({"step": _steps(frame), "number": frame["count"]}),
        caption=say("front_door.flow_caption", title=report.service.title, year=report.year.label),
        headings={"step": say("flow.step"), "number": say("flow.number")},
        note=say("front_door.flow_note"),
    )


def front_door_waits(report: FrontDoor) -> Chart | Callout:
    """Chart the median and the 90th centile of the wait by year, with their intervals."""
    rows = []
    for measure in ("fd2", "fd2p90"):
        for label, contacts in report.by_year.items():
            row = report.find(measure, contacts.period)
            assert row is not None  # every year has every measure
            rows.append({"group": say(f"front_door.wait_{measure}"), "year": label, **row[_ESTIMATE]})
    frame = pd.DataFrame(rows)
    if frame["value"].isna().all():
        return Callout(say("front_door.nobody_begun"))
    points = [
        say("charts.point", label=f"{row['group']}, {row['year']}", share=days(row["value"]))
        for _, row in frame.iterrows()
    ]
    return interval_chart(
        frame,
        label="year",
        group="group",
        headings={"year": say("chart.year"), "group": say("front_door.what")},
        caption=say("front_door.waits_caption", title=report.service.title),
        alt=say("front_door.waits_alt", points="; ".join(points)),
        x_label=say("front_door.waits_x"),
        percent=False,
        note=say("front_door.waits_note"),
    )


def front_door_decisions(report: FrontDoor) -> Table:
    """Show by year how the contacts were decided; each row adds up to the contacts received."""
    rows = []
    for label, contacts in report.by_year.items():
        decision = contacts.rows["decision"]
        counts = {name: int((decision == name).sum()) for name in DECIDED}
        unknown = len(decision) - sum(counts.values())
        rows.append({"year": label, "received": len(decision), **counts, "unknown": unknown})
    frame = pd.DataFrame(rows)
    headings = {name: say(f"front_door.column_{name}") for name in frame.columns if name != "year"}
    return Table(
        frame,
        caption=say("front_door.decisions_caption", title=report.service.title),
        headings={"year": say("chart.year"), **headings},
        note=say("front_door.decisions_note"),
    )


def front_door_held(report: FrontDoor) -> Chart | Callout:
    """Chart by year the share of step-downs that were not re-opened within the window."""
    thresholds = report.council.settings.thresholds
    window = report.service.primary_window_days
    rows, points = [], []
    for label, contacts in report.by_year.items():
        row = report.find("fd4", contacts.period, window)
        assert row is not None  # every year has every measure
        rows.append({"year": label, **row[_ESTIMATE]})
        points.append(say("charts.point", label=label, share=fw.share(row, thresholds)))
    frame = pd.DataFrame(rows)
    if frame["value"].isna().all():
        return Callout(say("front_door.held_none", window=say("window.days", n=window)))
    events = events_until(report, report.service.id)
    named = "; ".join(events["label"]) or say("claims_table.none")
    return year_chart(
        frame,
        year="year",
        caption=say("front_door.held_caption", window=say("window.days", n=window), title=report.service.title),
        alt=f"{say('charts.years_alt', points='; '.join(points))} {say('charts.events_alt', events=named)}",
        y_label=say("front_door.held_y"),
        events=events,
        percent_from=thresholds.percentages_from,
        note=" ".join(_not_matured(report)) or None,
    )


def front_door_limits(report: FrontDoor) -> Bullets:
    """List what cannot be said yet, and what one would need to know."""
    rows = report.cohort.rows
    known = report.cohort.step("decided")
    elsewhere = int(rows["decision"].isin(["stepped_up", "no_further_action"]).sum())
    lines = [
        say("front_door.not_children"),
        *still_waiting(report),
        *([say("front_door.limits_unknown", n=len(rows) - known)] if len(rows) > known else []),
        *([say("front_door.limits_elsewhere", n=elsewhere)] if elsewhere else []),
        *_not_matured(report),
        say("front_door.limits_held"),
        say("front_door.limits_counts"),
        say("front_door.limits_waits"),
        say("front_door.need_long"),
    ]
    return Bullets(lines)


def front_door_method(report: FrontDoor) -> Table:
    """Show the definitions behind the figures."""
    frame = pd.DataFrame(method_rows(report), columns=["item", "what"])
    headings = {"item": say("method.item"), "what": say("method.what")}
    return Table(frame, caption=say("method.caption"), headings=headings)


def method_rows(report: FrontDoor | PublicFrontDoor) -> list[tuple[str, Any]]:
    """Return the definitions behind the figures, each with what it is of."""
    service, made = report.service, report.service.provenance
    provenance = say(
        "method.definition_text",
        written_by=made.written_by,
        checked_by=made.checked_by,
        next_review=day_in_words(made.next_review),
    )
    window = say("window.days", n=service.primary_window_days)
    return [
        (say("method.unit"), say("front_door.method_unit")),
        (say("method.year"), say("front_door.method_year")),
        (say("method.extract"), day_in_words(report.council.extract_date)),
        *(
            (say(f"front_door.method_{name}_row"), say(f"front_door.method_{name}", window=window))
            for name in ("counts", "waits", "step_ups", "held", "changes")
        ),
        (say("method.definition"), provenance),
        (say("method.sources"), Markup("; ").join(quoted(source) for source in made.sources)),
    ]


def flow_words(kind: str, name: str) -> str:
    """Write a row of the flow: of a step ("step"), or of a reason why contacts are not in the next one ("left")."""
    return (
        say(f"front_door.flow_{name}") if kind == "step" else say("flow.minus", reason=say(f"front_door.flow_{name}"))
    )


def _steps(flow: pd.DataFrame) -> list[str]:
    return [
        flow_words("step", step) if step else flow_words("left", reason)
        for step, reason in zip(flow["step"], flow["reason"], strict=True)
    ]


def _not_matured(report: FrontDoor) -> list[str]:
    """Say for how many step-downs of the year the window has not passed."""
    rows, window = report.cohort.rows, report.service.primary_window_days
    down = rows.loc[rows["decision"] == "stepped_down", "decided_on"]
    late = int((down + pd.Timedelta(days=window) > report.council.extract_date).sum())
    words = {"year": report.year.label, "window": say("window.days", n=window)}
    return [say("front_door.not_matured", n=late, **words)] if late else []
