"""The first screen of the overview: what the services come to together, and what a committee member asks next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.present import figure_words as fw
from ehp_eval.present.changes import latest_changes
from ehp_eval.present.front_door import front_door_sentence
from ehp_eval.present.looked_after import own_series
from ehp_eval.present.register import overdue_sentence
from ehp_eval.present.verdict import verdict_word
from ehp_eval.prose import Headline, KeyFigures
from ehp_eval.streams import STREAMS
from ehp_eval.tables import unbroken
from ehp_eval.verdict import CONTINUE, NO_COMPARATOR, REDIRECTION, WATCH
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation, Overview


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
    """Show what the year's evaluations come to together, and in short what a committee member asks next."""
    brief = {
        "verdict": _verdicts(report),
        "for": [say("overview.for")],
        "how_many": _how_many(report),
        "happened": _happened(report),
        "safe": _safe(report),
        "changed": _changed(report),
        "cannot": cannot(report),
        "need": [say("overview.need")],
    }
    return Headline(
        say("overview.question"),
        unbroken(overview_sentence(report)),
        brief=[(say(f"brief.{term}"), unbroken(" ".join(sentences))) for term, sentences in brief.items() if sentences],
    )


def _verdicts(report: Overview) -> list[str]:
    """Name the services by their verdict, those first that ask for a decision."""
    found = []
    for verdict in (REDIRECTION, CONTINUE, WATCH):
        judged = [each for each in report.services if each.verdict.verdict == verdict]
        if judged:
            titles = _titles(report, judged)
            found.append(say("overview.verdicts_one", verdict=verdict_word(judged[0].verdict), services=titles))
    if all(each.verdict.verdict == WATCH for each in report.services) and report.services:
        shared = set.intersection(*(set(each.verdict.reasons) for each in report.services))
        found += [say(f"overview.all_{reason}") for reason in (NO_COMPARATOR,) if reason in shared]
    return found


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


def _how_many(report: Overview) -> list[str]:
    evaluated = say("overview.evaluated", n=len(report.services), year=report.year.label)
    parents = sum(len(each.cohort.at_risk) for each in report.services if each.service.unit == "parent")
    counted = say("overview.supported", children=f"{_children(report):,}", parents=fw.units("parent", parents))
    return [evaluated, counted]


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
    own = own_series(report)
    now, before = (own[own["date"] == end] for end in (report.year.end, report.year.earlier(1).end))
    words = {"date": day_in_words(report.year.end)}
    if now.empty:
        sentences = [say("overview.looked_after_unknown", **words)]
    else:
        words["children"] = f"{now.iloc[0]['children']:,}"
        key = "now" if before.empty else "both"
        earlier = "" if before.empty else f"{before.iloc[0]['children']:,}"
        sentences = [say(f"overview.looked_after_{key}", before=earlier, **words)]
    if report.front_door:
        sentences.append(say("overview.front_door", answer=front_door_sentence(report.front_door)))
    return sentences


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
    sentences = [say("overview.changed", n=len(latest), unclear=open_)]
    if "actions" in report.council.supplied:
        sentences.append(overdue_sentence(report))
    return sentences


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
    own = own_series(report)
    latest = own[own["date"] <= report.year.end].tail(1)
    cards += [
        (
            f"{row['children']:,}",
            say("overview.looked_after_card", date=day_in_words(row["date"])),
            say("overview.looked_after_card_detail", rate=f"{row['value']:.0f}", mid_year=row["mid_year"]),
        )
        for _, row in latest.iterrows()
    ]
    checked = [
        claim for claim in report.claims if claim.verdict in ("fits", "several", "impossible", "agrees", "disagrees")
    ]
    checked = [claim for claim in checked if claim.percent and claim.denominator]
    wrong = [claim for claim in checked if claim.verdict == "impossible"]
    cards.append(
        (f"{len(wrong)}", say("overview.claims_card", n=len(wrong)), say("overview.claims_card_detail", n=len(checked)))
    )
    return KeyFigures(cards)


def year_on(report: Evaluation) -> pd.Series[Any] | None:
    """Return the main measure at 12 months in the latest full years, with the interval that decides."""
    if report.full is None:
        return None
    return report.deciding(STREAMS[report.service.stream].main, report.full.period, HEADLINE_DAYS)
