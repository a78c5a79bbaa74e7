"""The first screen of a service's report: the answer, and what a committee member asks next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.measures.siblings import siblings_matter
from ehp_eval.present import figure_words as fw
from ehp_eval.present.changes import change_words, latest_changes
from ehp_eval.present.service_words import answer_sentence, at_closure, in_words, outcome, primary, thresholds
from ehp_eval.prose import Headline, KeyFigures
from ehp_eval.streams import STREAMS
from ehp_eval.tables import percent_words
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation

_STEPS = {
    "child": ("children_accepted", "children_referred"),
    "baby": ("live_born", "pregnancies_referred"),
    "parent": ("engaged", "offered"),
}


def answer(report: Evaluation) -> Headline:
    """Show the answer, and in short what a committee member asks next."""
    title = report.service.title
    cannot = [say("answer.no_comparison", title=title)]
    if report.service.primary_window_days > HEADLINE_DAYS:
        windows = {"window": fw.window(HEADLINE_DAYS), "primary": fw.window(report.service.primary_window_days)}
        cannot.append(say("answer.early_parent", **windows))
    brief = [
        ("for", [report.service.what_it_does]),
        ("how_many", [how_many(report)]),
        ("happened", this_year(report)),
        ("changed", changed(report)),
        ("cannot", cannot),
        ("need", [say(f"brief.need_{report.service.stream}", title=title)]),
    ]
    return Headline(
        say(f"question.{report.service.stream}"),
        answer_sentence(report),
        brief=[(say(f"brief.{term}"), " ".join(sentences)) for term, sentences in brief],
    )


def how_many(report: Evaluation) -> str:
    """Say how many the service took on in the year, of how many, and from how many families."""
    unit, cohort = report.service.unit, report.cohort
    taken, asked = (cohort.step(step) for step in _STEPS[unit])
    words = say(
        f"brief.counted_{unit}",
        n=taken,
        counted=fw.units(unit, taken),
        total=f"{asked:,}",
        asked=fw.units("pregnancy_or_baby" if unit == "baby" else unit, asked),
        year=report.year.label,
    )
    families = int(cohort.at_risk["family_id"].nunique())
    if unit == "parent" or not families:
        return words
    at_risk = fw.units(unit, len(cohort.at_risk))
    if cohort.stream == "edge_of_care" and len(cohort.at_risk) < taken:
        left = say("brief.already", n=taken - len(cohort.at_risk))
        return f"{words} {left} {say('brief.families_of', n=families, units=at_risk)}"
    return f"{words} {say('brief.families', n=families)}"


def this_year(report: Evaluation) -> list[str]:
    """Say what happened to those of the year, how many have been followed, and what the intervals allow for."""
    followed = say(
        "answer.followed",
        n=report.cohort.step("matured", HEADLINE_DAYS),
        total=fw.units(report.service.unit, len(report.cohort.at_risk)),
        window=fw.window(HEADLINE_DAYS),
    )
    happened = []
    if days := _followed_days(report):
        happened.append(outcome(report, primary(report, report.year, days), days))
    if STREAMS[report.service.stream].closing:
        happened.append(at_closure(report, report.year))
    if not happened:
        happened = [outcome(report, primary(report, report.year, HEADLINE_DAYS), HEADLINE_DAYS)]
    sentences = [say("answer.this_year", year=report.year.label, outcome="; ".join(happened))]
    wider = report.find("psw1p", report.year, days) if days else None
    if wider is not None:
        sentences.append(say("brief.wider", share=in_words(report, wider), window=fw.window(days)))
    if days < HEADLINE_DAYS:
        sentences.append(followed)
    if siblings_matter(report.full or report.cohort):
        sentences.append(say("brief.siblings"))
    return sentences


def changed(report: Evaluation) -> list[str]:
    """Say how the latest comparable years differ."""
    rows = latest_changes(report, "change")
    if rows.empty:
        return [say("change.nothing", year=report.year.label)]
    return [change_words(report, row, short=True) for _, row in rows.iterrows()]


def _followed_days(report: Evaluation) -> int:
    """Return the longest window, up to the headline's, that has passed for everybody of the year; 0 for none."""
    rows = report.cohort.at_risk
    on_time = rows[rows["entry_days"] == 0]
    passed = [
        days
        for days in report.service.windows_days
        if days <= HEADLINE_DAYS and len(on_time) and on_time[f"matured_{days}"].all()
    ]
    return max(passed, default=0)


def key_figures(report: Evaluation) -> KeyFigures:
    """Show the year's three or four main figures."""
    service, cohort, year = report.service, report.cohort, report.year.label
    measures, unit = STREAMS[service.stream], service.unit
    words = {"child": ("accepted", "of_referred"), "baby": ("live_born", "of_referred_baby")}
    first, of = words.get(unit, ("engaged", "of_offered"))
    taken, asked = (cohort.step(step) for step in _STEPS[unit])
    cards = [
        (
            f"{taken:,}",
            say(f"cards.{first}", unit=say(f"unit.{unit}", n=taken), year=year),
            say(f"cards.{of}", n=asked),
        )
    ]
    if measures.closing:
        cards.append(_card(report, report.deciding(measures.closing), f"closing_{service.stream}", year))
    if report.full:
        kind = "windowed" if measures.windowed else "incidence"
        row = primary(report, report.full.period, HEADLINE_DAYS)
        cards.append(_card(report, row, f"{kind}_{service.stream}", report.full.period.label))
    if unit != "parent":
        families = int(cohort.at_risk["family_id"].nunique())
        detail = say("cards.families_detail", unit=fw.units(unit, len(cohort.at_risk)), year=year)
        cards.append((f"{families:,}", say("cards.families", n=families), detail))
    return KeyFigures(cards)


def _card(report: Evaluation, row: pd.Series[Any] | None, key: str, year: str) -> tuple[str, str, str]:
    label = say(f"cards.{key}", year=year, window=fw.window(HEADLINE_DAYS))
    if row is None or pd.isna(row["value"]):
        return (fw.NOTHING, label, say("share.nobody"))
    counted = fw.frequency(int(row["numerator"]), int(row["denominator"]))
    if row["denominator"] < thresholds(report).percentages_from:
        return (
            counted,
            label,
            say("share.interval", lower=fw.limit(row["lower"]), upper=fw.limit(row["upper"])),
        )
    return (percent_words(row["value"]), label, in_words(report, row))
