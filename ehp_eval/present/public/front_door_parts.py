"""The front door's tables and charts for the public, what cannot be said, and how the figures were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.charts import Chart, interval_chart, year_chart
from ehp_eval.disclosure.release import FLOW
from ehp_eval.measures.front_door import DECIDED
from ehp_eval.present.audiences import framed
from ehp_eval.present.front_door import days
from ehp_eval.present.front_door_parts import flow_words, method_rows
from ehp_eval.present.public import words
from ehp_eval.present.public.cautions import rule_rows
from ehp_eval.present.service_charts import events_until
from ehp_eval.prose import Bullets, Callout, Paragraph
from ehp_eval.tables import Table
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.public import PublicFrontDoor

_ESTIMATE = ("numerator", "denominator", "value", "lower", "upper")


def front_door_flow(report: PublicFrontDoor) -> Table:
    """Show how many contacts came in, how many left at each step, and why, as far as it is shown."""
    rows = report.figures[(report.figures["measure"] == FLOW) & (report.figures["year"] == report.year.label)]
    frame = pd.DataFrame(
        [
            {"step": flow_words(*row["group"].split(": ", maxsplit=1)), "number": words.count(row)}
            for _, row in rows.iterrows()
        ],
        columns=["step", "number"],
    )
    return Table(
        report.publishable(frame),
        caption=say("front_door.flow_caption", title=report.service.title, year=report.year.label),
        headings={"step": say("flow.step"), "number": say("flow.number")},
        note=words.note(report, frame, say("front_door.flow_note")),
    )


def front_door_decisions(report: PublicFrontDoor) -> Table:
    """Show by year how the contacts were decided."""
    names = (*DECIDED, "unknown")
    frame = pd.DataFrame(
        [
            {
                "year": year,
                "received": words.count(report.find("fd1", year)),
                **{name: words.count(report.find("fd1", year, group=f"decision: {name}")) for name in names},
            }
            for year in report.facts["years"]
        ]
    )
    headings = {name: say(f"front_door.column_{name}") for name in frame.columns if name != "year"}
    return Table(
        report.publishable(frame),
        caption=say("front_door.decisions_caption", title=report.service.title),
        headings={"year": say("chart.year"), **headings},
        note=words.note(report, frame),
    )


def front_door_waits(report: PublicFrontDoor) -> Chart | Callout:
    """Chart the median and the 90th centile of the wait by year, where enough waited."""
    rows = [
        {"group": say(f"front_door.wait_{measure}"), "year": year, **{name: row[name] for name in _ESTIMATE}}
        for measure in ("fd2", "fd2p90")
        for year in report.facts["years"]
        if (row := shown(report, measure, year)) is not None
    ]
    if not rows:
        return Callout(say("front_door.nobody_begun"))
    points = [say("charts.point", label=f"{row['group']}, {row['year']}", share=days(row["value"])) for row in rows]
    return interval_chart(
        report.publishable(pd.DataFrame(rows)),
        label="year",
        group="group",
        headings={"year": say("chart.year"), "group": say("front_door.what")},
        caption=say("front_door.waits_caption", title=report.service.title),
        alt=say("front_door.waits_alt", points="; ".join(points)),
        x_label=say("front_door.waits_x"),
        percent=False,
        note=say("front_door.waits_note"),
    )


def front_door_held(report: PublicFrontDoor) -> Chart | Callout | Paragraph:
    """Chart by year the share of step-downs that were not re-opened within the window; in words where it is hidden."""
    thresholds, window = report.council.settings.thresholds, report.service.primary_window_days
    found = {year: report.find("fd4", year, window) for year in report.facts["years"]}
    drawn = {
        year: row for year, row in found.items() if row is not None and not row["hidden"] and pd.notna(row["value"])
    }
    hidden = [
        say("charts.point", label=year, share=words.in_words(report, row))
        for year, row in found.items()
        if row is not None and row["hidden"]
    ]
    if not drawn:
        key = "public.held_hidden" if hidden else "front_door.held_none"
        said = say(key, window=window_words(report), by_year="; ".join(hidden))
        return Paragraph(said) if hidden else Callout(said)
    points = [say("charts.point", label=year, share=words.share(row, thresholds)) for year, row in drawn.items()]
    events = events_until(report, report.service.id)
    named = "; ".join(events["label"]) or say("claims_table.none")
    frame = pd.DataFrame([{"year": year, **{name: row[name] for name in _ESTIMATE}} for year, row in drawn.items()])
    return year_chart(
        report.publishable(frame),
        year="year",
        caption=say("front_door.held_caption", window=window_words(report), title=report.service.title),
        alt=f"{say('charts.years_alt', points='; '.join(points))} {say('charts.events_alt', events=named)}",
        y_label=say("front_door.held_y"),
        events=events,
        percent_from=thresholds.percentages_from,
        note=say("public.held_not_drawn", by_year="; ".join(hidden)) if hidden else None,
    )


def front_door_limits(report: PublicFrontDoor) -> Bullets:
    """List what cannot be said yet, and what one would need to know."""
    counts = {
        name: words.shown_count(report.find("fd1", group=f"decision: {name}"))
        for name in ("unknown", "stepped_up", "no_further_action")
    }
    unknown, up, closed = counts.values()
    waiting = words.shown_count(report.find(FLOW, group="left: not_started"))
    elsewhere = None if up is None or closed is None else up + closed
    extract = day_in_words(report.council.extract_date)
    lines = [
        say("front_door.not_children"),
        *([say("front_door.still_waiting", n=waiting, extract=extract)] if waiting else []),
        *([say("front_door.limits_unknown", n=unknown)] if unknown else []),
        *([say("front_door.limits_elsewhere", n=elsewhere)] if elsewhere else []),
        *(say(f"front_door.{name}") for name in ("limits_held", "limits_counts", "limits_waits", "need_long")),
    ]
    return Bullets(lines)


def front_door_method(report: PublicFrontDoor) -> Table:
    """Show the definitions behind the figures, and what is hidden."""
    rows = [*method_rows(report), *rule_rows(report)]
    return Table(
        framed(report, pd.DataFrame(rows, columns=["item", "what"])),
        caption=say("method.caption"),
        headings={"item": say("method.item"), "what": say("method.what")},
    )


def shown(report: PublicFrontDoor, measure: str, year: str | None = None) -> pd.Series[Any] | None:
    """Return a released figure; None where there is none, it is hidden or has no value."""
    row = report.find(measure, year)
    return None if row is None or row["hidden"] or pd.isna(row["value"]) else row


def window_words(report: PublicFrontDoor) -> str:
    """Return the time for which a step-down must hold, in words."""
    return say("window.days", n=report.service.primary_window_days)
