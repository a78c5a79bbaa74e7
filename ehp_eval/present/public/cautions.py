"""What the released figures cannot say, and how they were made and hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.release import SMALL
from ehp_eval.present import cautions
from ehp_eval.present import figure_words as fw
from ehp_eval.present.public import words
from ehp_eval.present.public.service import AT_RISK, MATURED, flow_of, period_of
from ehp_eval.prose import Bullets
from ehp_eval.public import PublicService
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.public import PublicReport


def limits(report: PublicService) -> Bullets:
    """List what cannot be said yet, and what one would need to know."""
    service = report.service
    found = report.facts["comparison"]
    compared = found is not None and not found["refused"]
    without = "limits.no_comparison" if found is None else "limits.comparison_refused"
    lines = [
        say("limits.compared" if compared else without),
        *_hidden(report),
        *_not_matured(report),
        *_unknown(report),
        *([say("public_service.siblings")] if report.facts["siblings"] else []),
        *_few_events(report),
        say(f"limits.other_authority_{service.stream}"),
    ]
    if service.unit == "parent":
        lines.append(say("limits.no_characteristics"))
    needed = say("brief.need_compared" if compared else f"brief.need_{service.stream}")
    return Bullets([*lines, say("limits.need", need=needed)])


def method(report: PublicService) -> Table:
    """Show the definitions behind the figures, and by which rule small numbers are hidden."""
    internal = cautions.method(cast("Evaluation", report))  # asks for the service and the settings alone
    frame = pd.concat([internal.frame, pd.DataFrame(rule_rows(report), columns=["item", "what"])], ignore_index=True)
    return Table(report.publishable(frame), caption=internal.caption, headings=internal.headings)


def rule_rows(report: PublicReport) -> list[tuple[str, str]]:
    """Say how numbers are hidden, each row of the table of methods a heading and its text."""
    rule = report.release.rule
    texts = [say("public_service.rule" if rule.show_zero else "public_service.rule_zero", n=rule.hide_up_to)]
    texts += [say(f"public_service.{each}", n=rule.least_at_risk) for each in ("rule_second", "rule_few")]
    if rule.round_to:
        texts.append(say("public_service.rule_rounded", to=rule.round_to))
    return [
        (say("public_service.rule_row"), " ".join(texts)),
        (say("public_service.audit_row"), say("public_service.audit")),
    ]


def _hidden(report: PublicService) -> list[str]:
    """Say how much of the report is hidden."""
    own = report.figures[report.figures["source"] == "records"]
    n = int((own["hidden"] != "").sum())
    return [say("public_service.hidden", n=n, total=len(own))] if n else []


def _not_matured(report: PublicService) -> list[str]:
    """Say for how many of the year the primary window has not passed, and that babies came in late."""
    year, days = report.year.label, report.service.primary_window_days
    steps, unit = flow_of(report, year, days), report.service.unit
    counted, passed = flow_of(report, year).get(AT_RISK), steps.get(MATURED)
    lines = []
    if "left: not_matured" in steps and counted is not None and passed is not None:
        given = {"window": fw.window(days), "year": year, "unit": say(f"unit.{unit}", n=2)}
        if counted["hidden"] or passed["hidden"]:
            lines.append(say("public_service.not_matured", **given))
        else:
            total = f"{int(counted['numerator']):,}"
            lines.append(say("limits.not_matured", n=int(passed["numerator"]), total=total, **given))
    if "left: entered_late" in steps:
        lines.append(say("public_service.late", year=year))
    return lines


def _unknown(report: PublicService) -> list[str]:
    """Say of how many of the headline's years the status is not known."""
    label = report.facts["headline"]
    row = flow_of(report, label, HEADLINE_DAYS).get("left: status_unknown")
    if row is None or (row["hidden"] and row["reason"] != SMALL):
        return []
    n = words.count_in_words(report, row)
    return [say("public_service.unknown", n=n, period=period_of(label).in_words, window=fw.window(HEADLINE_DAYS))]


def _few_events(report: PublicService) -> list[str]:
    """Say that a handful of events shows nothing about a service; not where that would tell of a hidden number."""
    label = report.facts["headline"] or report.year.label
    rows = report.figures[(report.figures["measure"] == STREAMS[report.service.stream].incidence)]
    rows = rows[(rows["year"] == label) & (rows["group"] == "")]
    if rows.empty:
        return []
    last = rows.sort_values("window_days").iloc[-1]
    if words.hides(last, "numerator"):
        few = last["reason"] == SMALL
    else:
        few = pd.notna(last["numerator"]) and last["numerator"] < cautions.FEW_EVENTS
    return [say("public_service.few_events", period=period_of(label).in_words)] if few else []
