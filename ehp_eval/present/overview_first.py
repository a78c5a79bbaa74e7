"""The first screen of the overview: what the services come to together, and what a committee member asks next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.present import figure_words as fw
from ehp_eval.present.changes import latest_changes
from ehp_eval.present.front_door import front_door_sentence
from ehp_eval.present.glance import Answer, reading_of
from ehp_eval.present.glance_council import NO_READING, of_services, shared_verdict, terms
from ehp_eval.present.looked_after import own_series
from ehp_eval.present.register import overdue_sentence
from ehp_eval.prose import Headline, KeyFigures
from ehp_eval.streams import STREAMS
from ehp_eval.tables import unbroken
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation, Overview
    from ehp_eval.public import PublicOverview


def overview_sentence(report: Overview) -> str:
    """Return the overview's answer in a sentence."""
    counted = [
        say(
            "overview.edge_service",
            counted=_counted(row),
            title=each.service.title,
        )
        for each in report.services
        if each.full
        and each.service.stream == "edge_of_care"
        and (row := year_on(each)) is not None
        and row["denominator"]
    ]
    return say("overview.edge", services="; ".join(counted)) if counted else say("overview.edge_none")


def overview_answer(report: Overview) -> Headline:
    """Show what the year's evaluations come to together, at a glance, and what a committee member asks next."""
    brief = {
        "for": [say("overview.for")],
        "happened": _happened(report),
        "safe": _safe(report),
        "changed": _changed(report),
        "cannot": cannot(report),
        "need": [say("overview.need")],
    }
    return Headline(
        say("overview.question"),
        unbroken(overview_sentence(report)),
        glance=terms(overview_glance(report)),
        verdict=shared_verdict([each.verdict.verdict for each in report.services]),
        brief=[(say(f"brief.{term}"), unbroken(" ".join(sentences))) for term, sentences in brief.items() if sentences],
    )


def overview_glance(report: Overview) -> list[Answer]:
    """Return the four answers of the first screen."""
    counted = dict.fromkeys(("child", "baby", "parent"), 0)
    for each in report.services:
        for cohort in (each.cohort, *each.other_streams.values()):
            counted[cohort.unit] += len(cohort.at_risk)
    return of_services(
        [_reading(each) for each in report.services],
        counted,
        [],
        enough=sum(each.verdict.gate("data").state == "pass" for each in report.services),
        minimum=report.council.settings.thresholds.verdict_minimum,
        verdicts={each.service.title: each.verdict.verdict for each in report.services},
        year=report.year.label,
        next_to=overdue(report),
    )


def _reading(report: Evaluation) -> str:
    """Return how a service does against like children."""
    outcome = report.comparison.outcome if report.comparison else None
    if outcome is None:
        return NO_READING
    return reading_of(outcome.difference.lower, outcome.difference.upper)


def cannot(report: Overview) -> list[str]:
    """Say for which services nothing can be said of what made the difference, and what a comparison leaves open."""
    without = [each for each in report.services if each.verdict.gate("outcome").state == "none"]
    found = [say("overview.cannot_without", services=_titles(report, without))] if without else []
    return found + ([say("overview.cannot_with")] if len(without) < len(report.services) else [])


def _titles(report: Overview, services: list[Evaluation]) -> str:
    """Name services, or all of them in a word."""
    if len(services) == len(report.services) > 1:
        return say("overview.all_services", n=len(services))
    return ", ".join(each.service.title for each in services)


def _children(report: Overview) -> int:
    """Count the children and babies of the year in every stream of every service, each service apart."""
    return sum(
        len(cohort.at_risk)
        for each in report.services
        for cohort in (each.cohort, *each.other_streams.values())
        if cohort.unit != "parent"
    )


def _happened(report: Overview) -> list[str]:
    """Say how many children were looked after at the end of the year and a year before, and what came to the door."""
    sentences = looked_after_lines(report, own_series(report))
    if report.front_door:
        sentences.append(say("overview.front_door", answer=front_door_sentence(report.front_door)))
    return sentences


def looked_after_lines(report: Overview | PublicOverview, own: pd.DataFrame) -> list[str]:
    """Say how many children were looked after at the end of the year and a year before, by the published series."""
    now, before = (own[own["date"] == end] for end in (report.year.end, report.year.earlier(1).end))
    words = {"date": day_in_words(report.year.end)}
    if now.empty:
        return [say("overview.looked_after_unknown", **words)]
    words["children"] = f"{now.iloc[0]['children']:,}"
    key = "now" if before.empty else "both"
    earlier = "" if before.empty else f"{before.iloc[0]['children']:,}"
    return [say(f"overview.looked_after_{key}", before=earlier, **words)]


def _safe(report: Overview) -> list[str]:
    """Say of each edge-of-care service how many had a registration, enquiry or unplanned entry."""
    counted = [
        say("overview.edge_service", counted=_counted(row), title=each.service.title)
        for each in report.services
        if each.full
        and each.service.stream == "edge_of_care"
        and (row := each.deciding("eoc6", each.full.period, HEADLINE_DAYS)) is not None
        and row["denominator"]
    ]
    return [say("overview.safe", services="; ".join(counted))] if counted else [say("brief.safe_unknown")]


def _counted(row: pd.Series[Any]) -> str:
    return say(
        "share.without_percent",
        share=fw.frequency(int(row["numerator"]), int(row["denominator"])),
        lower=fw.limit(row["lower"]),
        upper=fw.limit(row["upper"]),
    )


def _changed(report: Overview) -> list[str]:
    """Say of how many services the 12-month figure rose, fell or cannot be told from the year before."""
    latest = [rows.iloc[-1] for each in report.services if len(rows := latest_changes(each, "change"))]
    if not latest:
        return [say("change.nothing", year=report.year.label)]
    open_ = sum(bool(row["lower"] <= 0 <= row["upper"]) for row in latest)
    return [say("overview.changed", n=len(latest), unclear=open_)]


def overdue(report: Overview | PublicOverview) -> str:
    """Say how much of what was promised is overdue; nothing where the register was not supplied."""
    return overdue_sentence(report) if "actions" in report.council.supplied else ""


def overview_figures(report: Overview) -> KeyFigures:
    """Show the council's main figures: children supported, children looked after, impossible claims."""
    supported = _children(report)
    cards = [
        (
            f"{supported:,}",
            say("overview.supported_card", n=supported, year=report.year.label),
            say("overview.supported_card_detail"),
        )
    ]
    return KeyFigures([*cards, *looked_after_card(report), claims_card(report)])


def looked_after_card(report: Overview | PublicOverview) -> list[tuple[str, str, str]]:
    """Return the card of the children looked after, as last published; nothing where there is no such series."""
    own = own_series(report)
    latest = own[own["date"] <= report.year.end].tail(1)
    return [
        (
            f"{row['children']:,}",
            say("overview.looked_after_card", date=day_in_words(row["date"])),
            say("overview.looked_after_card_detail", rate=f"{row['value']:.0f}", mid_year=row["mid_year"]),
        )
        for _, row in latest.iterrows()
    ]


def claims_card(report: Overview | PublicOverview) -> tuple[str, str, str]:
    """Return the card of the published percentages that no whole number can give."""
    checked = [
        claim for claim in report.claims if claim.verdict in ("fits", "several", "impossible", "agrees", "disagrees")
    ]
    checked = [claim for claim in checked if claim.percent and claim.denominator]
    wrong = [claim for claim in checked if claim.verdict == "impossible"]
    return (
        f"{len(wrong)}",
        say("overview.claims_card", n=len(wrong)),
        say("overview.claims_card_detail", n=len(checked)),
    )


def year_on(report: Evaluation) -> pd.Series[Any] | None:
    """Return the main measure at 12 months in the latest full years, with the interval that decides."""
    if report.full is None:
        return None
    return report.deciding(STREAMS[report.service.stream].main, report.full.period, HEADLINE_DAYS)
