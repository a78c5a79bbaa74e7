"""What a service is, who was referred and followed, and its other streams: sentences and tables of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_words import at_closure
from ehp_eval.prose import Bullets, Paragraph
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import month_in_words, say

if TYPE_CHECKING:
    from ehp_eval.config import Service
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.front_door import FrontDoor


def about(report: Evaluation | FrontDoor) -> Bullets:
    """Say what the service is, for whom, how much support it sets out to give, and since when."""
    service = report.service
    parts = [purpose(service), service.what_it_does, say("about.who", cohort=service.cohort)]
    if service.dose:
        parts.append(
            say("about.dose", visits=range_words(service.dose.visits_per_week), weeks=range_words(service.dose.weeks))
        )
    for measure, target in service.targets.items():
        parts.append(say("about.target", measure=fw.measure_title(measure), target=percent_words(target)))
    # By the month, and not at all before the records: the sources of a definition rarely know the day.
    first = report.council.years[0]
    if pd.Timestamp(service.operational_since) < first.start:
        parts.append(say("about.before", year=first.label))
    else:
        parts.append(say("about.since", since=month_in_words(service.operational_since)))
    return Bullets(parts)


def purpose(service: Service) -> str:
    """Say what a report on the service is to answer."""
    question = say("front_door.question" if service.unit == "contact" else f"question.{service.stream}")
    return say("about.purpose", question=question)


def flow(report: Evaluation) -> Table:
    """Show how many came in, how many were left out at each step, and why."""
    frame = report.cohort.flow[report.cohort.flow["window_days"].isna()]
    shown = pd.DataFrame({"step": [_flow_words(row) for row in frame.itertuples()], "number": frame["count"].abs()})
    return Table(
        shown,
        caption=say("flow.caption", title=report.service.title, year=report.year.label),
        headings={"step": say("flow.step"), "number": say("flow.number")},
        note=_flow_note(report),
    )


def followed(report: Evaluation) -> Table:
    """Show by window how many of those at risk have been followed for it, and how many statuses are known."""
    flow, total = report.cohort.flow, len(report.cohort.at_risk)
    before, after = ("entered_late", "not_matured"), ("died", "status_unknown")
    met = set(flow["reason"])
    rows = []
    for days in report.cohort.windows:
        own = flow[flow["window_days"] == days]
        left_out = {reason: int(own.loc[own["reason"] == reason, "count"].sum()) for reason in met}
        rows.append(
            {
                "window": fw.window(days),
                "at_risk": total,
                **{reason: left_out[reason] for reason in before if reason in met},
                "matured": report.cohort.step("matured", days),
                **{reason: left_out[reason] for reason in after if reason in met},
                "outcome_known": report.cohort.step("outcome_known", days),
            }
        )
    frame = pd.DataFrame(rows)
    return Table(
        frame,
        caption=say("followed.caption", title=report.service.title, year=report.year.label),
        headings={name: say(f"followed.{name}") for name in frame.columns},
    )


def other_streams(report: Evaluation) -> Bullets | Paragraph:
    """Say what the service's other streams came to in the year."""
    lines = []
    for stream, cohort in report.other_streams.items():
        name = say(f"stream.{stream}").capitalize()
        if cohort.at_risk.empty:
            lines.append(say("streams.nobody", stream=name, year=report.year.label))
            continue
        happened = at_closure(report, report.year, stream)
        lines.append(say("streams.heading", stream=name, outcome=happened))
    return Bullets(lines)


def range_words(ends: tuple[float, float]) -> str:
    """Write the lowest and the highest of something that a service sets out to give; one number where they agree."""
    low, high = (f"{end:g}" for end in ends)
    return low if low == high else say("about.range", low=low, high=high)


def _flow_note(report: Evaluation) -> str:
    rows = report.cohort.at_risk
    started, completed = int(rows["support_started_on"].notna().sum()), int((rows["end_reason"] == "completed").sum())
    return say(f"flow.note_{report.service.unit}", n=len(rows), started=started, completed=completed)


def _flow_words(row: Any) -> str:
    if row.step:
        return say(f"flow.{row.step}")
    return say("flow.plus" if row.count < 0 else "flow.minus", reason=say(f"flow.{row.reason}"))
