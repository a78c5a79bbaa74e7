"""What a service's figures cannot say yet, and how they were made: generated from the figures themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from ehp_eval.measures import MEASURES
from ehp_eval.present import figure_words as fw
from ehp_eval.prose import Bullets, quoted
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation

_SIBLINGS_MATTER_FROM = 0.10
_FEW_EVENTS = 10


def limits(report: Evaluation) -> Bullets:
    """List what cannot be said yet, and what one would need to know."""
    service, cohort = report.service, report.cohort
    thresholds = report.council.settings.thresholds
    days = service.primary_window_days
    total = len(cohort.at_risk)
    lines = [say("limits.no_comparison")]
    matured = cohort.step("matured", days)
    if matured < total:
        lines.append(
            say(
                "limits.not_matured",
                n=matured,
                total=f"{total:,}",
                unit=say(f"unit.{service.unit}", n=total),
                year=report.year.label,
                window=fw.window(days),
            )
        )
    lines += _unknown(report) + _competing(report)
    lines += _small(report)
    shared = cohort.at_risk["family_id"].duplicated(keep=False).mean() if total else 0
    if service.unit != "parent" and shared >= _SIBLINGS_MATTER_FROM:
        families = int(cohort.at_risk["family_id"].nunique())
        lines.append(
            say(
                "limits.families",
                units=fw.units(service.unit, total),
                year=report.year.label,
                families=f"{families:,} {say('unit.family', n=families)}",
            )
        )
    if total and total < thresholds.caution_below:
        points = f"{100 / total:.0f}"
        lines.append(say("limits.small", n=fw.units(service.unit, total), year=report.year.label, points=points))
    lines.append(say("limits.other_authority"))
    missing = sorted({"persons", "status_events"} - report.council.supplied)
    if missing:
        lines.append(say("limits.parts_missing", tables=", ".join(missing)))
    lines.append(say("limits.need", title=service.title))
    return Bullets(lines)


def method(report: Evaluation) -> Table:
    """Show the definitions behind the figures."""
    service, settings = report.service, report.council.settings
    clock = say(f"clock.{service.unit}")
    made = service.provenance
    rows = [
        (say("method.unit"), say(f"unit.{service.unit}", n=2)),
        (say("method.clock"), clock),
        (
            say("method.year"),
            say("method.year_text_baby" if service.unit == "baby" else "method.year_text", clock=clock),
        ),
        (say("method.windows"), ", ".join(fw.window(days) for days in service.windows_days)),
        (say("method.extract"), day_in_words(settings.council.extract_date)),
        (say("method.pooled"), say("method.pooled_text", n=settings.thresholds.pooled_years)),
        (say("method.proportions"), say("method.proportions_text")),
        (say("method.difference_row"), say("method.difference_text")),
        (say("method.incidence_row"), say("method.incidence_text")),
        (
            say("method.respite"),
            say("method.respite_text", statuses=", ".join(settings.looked_after.respite_legal_statuses)),
        ),
        (say("method.eighteen"), say("method.eighteen_text")),
        (
            say("method.definition"),
            say(
                "method.definition_text",
                written_by=made.written_by,
                checked_by=made.checked_by,
                next_review=day_in_words(made.next_review),
            ),
        ),
        (say("method.sources"), Markup("; ").join(quoted(source) for source in made.sources)),
    ]
    frame = pd.DataFrame(rows, columns=["item", "what"])
    headings = {"item": say("method.item"), "what": say("method.what")}
    return Table(frame, caption=say("method.caption"), headings=headings)


def _unknown(report: Evaluation) -> list[str]:
    """Say what the share would be if every unknown status were bad, and if every one were good."""
    measure, days = MEASURES[report.service.stream].windowed, report.service.primary_window_days
    if report.full is None or not measure:
        return []
    period = report.full.period
    worst, best = (report.find(f"{measure}_{case}", period, days) for case in ("worst", "best"))
    if worst is None or best is None:
        return []
    lines: list[str] = []
    unknown = report.full.step("matured", days) - report.full.step("outcome_known", days)
    matured = report.full.step("matured", days)
    threshold = report.council.settings.thresholds.outcome_known
    if 1 - unknown / matured < threshold:
        known = percent_words(1 - unknown / matured)
        lines.append(say("limits.known_low", known=known, threshold=percent_words(threshold)))
    cases = {"worst": percent_words(worst["value"]), "best": percent_words(best["value"])}
    return [say("limits.unknown", n=unknown, window=fw.window(days), **cases), *lines]


def _competing(report: Evaluation) -> list[str]:
    """Say how many of the share's denominator could no longer have the event by the end of the window."""
    measure, days = MEASURES[report.service.stream].windowed, report.service.primary_window_days
    if report.full is None or not measure:
        return []
    rows = report.full.at_risk[report.full.at_risk[f"outcome_{days}"] == "no_event"]
    ended = int(((rows["days"] <= days) & (rows["cause"] != "censored")).sum())
    known = report.full.step("outcome_known", days)
    return [say("limits.competing", n=ended, known=known, window=fw.window(days))] if ended else []


def _small(report: Evaluation) -> list[str]:
    """Say that a handful of events shows nothing about a service."""
    cohort = report.full or report.cohort
    events = int((cohort.at_risk["cause"] == cohort.event).sum())
    if events >= _FEW_EVENTS:
        return []
    units = fw.units(report.service.unit, len(cohort.at_risk))
    return [say("limits.few_events", events=say("limits.events", n=events), units=units)]
