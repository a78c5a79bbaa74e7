"""What a service is, who was referred and followed, and its other streams, from released figures."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.release import FLOW
from ehp_eval.present import figure_words as fw
from ehp_eval.present.public import words
from ehp_eval.present.service import purpose, range_words
from ehp_eval.prose import Bullets
from ehp_eval.public import PublicService
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import month_in_words, say
from ehp_eval.years import Period

AT_RISK, MATURED = "step: at_risk", "step: matured"
"""The steps of a flow, as a release names them, that count those at risk and those for whom a window has passed."""
MORE = ("multiple_births",)
"""What adds to a flow instead of taking from it. Where its count is hidden, its sign is too."""


def period_of(label: str) -> Period:
    """Return the years that a label of the figures names: one, or several pooled."""
    years = [Period.year(each) for each in re.findall(r"\d{4}-\d{2}", label)]
    return Period(years[0].first, years[-1].last)


def periods(report: PublicService) -> list[str]:
    """Return the labels of the report's year and of the headline's years, where they are others."""
    return list(dict.fromkeys(label for label in (report.year.label, report.facts["headline"]) if label))


def about(report: PublicService) -> Bullets:
    """Say what the service is, for whom, how much support it sets out to give, and since when."""
    service = report.service
    parts = [purpose(service), service.what_it_does, say("about.who", cohort=service.cohort)]
    if service.dose:
        parts.append(
            say("about.dose", visits=range_words(service.dose.visits_per_week), weeks=range_words(service.dose.weeks))
        )
    for measure, target in service.targets.items():
        parts.append(say("about.target", measure=fw.measure_title(measure), target=percent_words(target)))
    # The first year of the records is that of whichever report goes back furthest.
    first = period_of(min(year for facts in report.release.facts.values() for year in facts.get("years", [])))
    if pd.Timestamp(service.operational_since) < first.start:
        parts.append(say("about.before", year=first.label))
    else:
        parts.append(say("about.since", since=month_in_words(service.operational_since)))
    return Bullets(parts)


def flow(report: PublicService) -> Table:
    """Show for the year, and for the headline's years together, how many came in and were left out, and why."""
    labels = periods(report)
    flows = {label: flow_of(report, label) for label in labels}
    steps = _in_order([list(flows[label]) for label in reversed(labels)])
    columns: dict[str, list[int | str]] = {"step": [_step_words(step) for step in steps]}
    for label in labels:
        columns[label] = [flow_cell(report, flows[label], step) for step in steps]
    frame = pd.DataFrame(columns)
    single, pooled = labels[0], labels[-1]
    notes = [say("public_service.flow_pooled", period=pooled)] if pooled != single else []
    return Table(
        report.publishable(frame),
        caption=say("flow.caption", title=report.service.title, year=say("public_service.and").join(labels)),
        headings={"step": say("flow.step")},
        note=words.note(report, frame, *notes, say(f"public_service.flow_{report.service.unit}")),
    )


def followed(report: PublicService) -> Table:
    """Show by window how many of those at risk have been followed for it, and how many statuses are known."""
    year, days = report.year.label, report.service.windows_days
    entered = flow_of(report, year)
    own = {each: flow_of(report, year, each) for each in days}
    met = {step for each in own.values() for step in each}
    columns = {
        "entered_late": "left: entered_late",
        "not_matured": "left: not_matured",
        "matured": MATURED,
        "died": "left: died",
        "status_unknown": "left: status_unknown",
        "outcome_known": "step: outcome_known",
    }
    frame = pd.DataFrame(
        [{"window": fw.window(each), "at_risk": flow_cell(report, entered, AT_RISK)}
         | {name: flow_cell(report, own[each], step) for name, step in columns.items() if step in met}
         for each in days]
    )  # fmt: skip
    return Table(
        report.publishable(frame),
        caption=say("followed.caption", title=report.service.title, year=year),
        headings={name: say(f"followed.{name}") for name in frame.columns},
        note=words.note(report, frame),
    )


def other_streams(report: PublicService) -> Bullets:
    """Say what the service's other streams came to in the year; where that is hidden, in the headline's years."""
    return Bullets([_other_stream(report, stream) for stream in report.service.streams[1:]])


def flow_of(report: PublicService, label: str, days: int | None = None) -> dict[str, pd.Series[Any]]:
    """Return the steps of a flow of the service's own stream, in order: before it divides, or at a window.

    Parameters
    ----------
    label : str
        Of a year, or of years that are pooled.
    days : int, optional
        The window.
    """
    rows = report.figures[(report.figures["measure"] == FLOW) & (report.figures["year"] == label)]
    rows = rows[rows["stream"] == report.service.stream]
    rows = rows[rows["window_days"].isna() if days is None else rows["window_days"] == days]
    return {row["group"]: row for _, row in rows.iterrows()}


def flow_cell(report: PublicService, steps: dict[str, pd.Series[Any]], step: str) -> int | str:
    """Return the count of a step as a cell of a table; a reason that is not in the flow met nobody."""
    row = steps.get(step)
    if row is None:
        return 0 if report.release.rule.show_zero else HIDDEN
    if words.hides(row, "numerator") or row["known"]:
        return words.count(row)
    return abs(int(row["numerator"]))


def _other_stream(report: PublicService, stream: str) -> str:
    name = say(f"stream.{stream}").capitalize()
    rows = {label: report.deciding(STREAMS[stream].closing, label) for label in periods(report)}
    found = {label: row for label, row in rows.items() if row is not None and _anybody(row)}
    if report.year.label not in found:
        return say("streams.nobody", stream=name, year=report.year.label)
    told = {label: row for label, row in found.items() if not words.hides(row, "denominator")}
    if not told:
        return say("public_service.stream_hidden", stream=name)
    label, row = next(iter(told.items()))
    outcome = say(f"outcome.{stream}_closing", share=words.in_words(report, row))
    return say("public_service.stream", stream=name, period=period_of(label).in_words, outcome=outcome)


def _anybody(row: pd.Series[Any]) -> bool:
    """Return whether a share has anybody in it, as far as the release tells."""
    return words.hides(row, "denominator") or bool(row["denominator"] > 0)


def _in_order(flows: list[list[str]]) -> list[str]:
    """Merge the steps of several flows: a step that only a later one has comes after the step that it follows there."""
    merged = list(flows[0])
    for steps in flows[1:]:
        place = 0
        for step in steps:
            if step not in merged:
                merged.insert(place, step)
            place = merged.index(step) + 1
    return merged


def _step_words(step: str) -> str:
    kind, _, name = step.partition(": ")
    if kind == "step":
        return say(f"flow.{name}")
    return say("flow.plus" if name in MORE else "flow.minus", reason=say(f"flow.{name}"))
