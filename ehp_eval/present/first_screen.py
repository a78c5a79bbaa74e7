"""The first screen of a service's report: the answer, and what a committee member asks next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.measures.primary import competed
from ehp_eval.present import figure_words as fw
from ehp_eval.present import glance, verdict_words
from ehp_eval.present.changes import change_words, further_changes, latest_changes
from ehp_eval.present.comparison import difference_words
from ehp_eval.present.service_words import (
    answer_sentence,
    at_closure,
    followed_days,
    in_words,
    main_figure,
    outcome,
    primary,
    thresholds,
)
from ehp_eval.prose import Headline, KeyFigures
from ehp_eval.streams import STREAMS
from ehp_eval.tables import percent_words, unbroken
from ehp_eval.words import say
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation

STEPS = {
    "child": ("children_accepted", "children_referred"),
    "baby": ("live_born", "pregnancies_referred"),
    "parent": ("engaged", "offered"),
}
"""Steps of the flow that say how many a service took on, and of how many, by what it counts."""


def answer(report: Evaluation) -> Headline:
    """Show the answer, the four answers at a glance, and in short what a committee member asks next."""
    brief = {
        "for": [report.service.what_it_does],
        "how_many": [how_many(report)],
        "happened": happened(report),
        "safe": safe(report),
        "compared": compared(report),
        "changed": changed(report),
        "cannot": [say("answer.not_proof")] if report.comparison and report.comparison.outcome else [],
        "need": [need(report)],
    }
    found = report.verdict.verdict
    return Headline(
        say(f"question.{report.service.stream}"),
        unbroken(answer_sentence(report)),
        glance=at_a_glance(report),
        verdict=(say(f"verdict.title_{found}"), found),
        brief=[(say(f"brief.{term}"), unbroken(" ".join(said))) for term, said in brief.items() if said],
    )


def at_a_glance(report: Evaluation) -> list[glance.Answer]:
    """Return the four answers of the first screen: does it work, for how many, how sure are we, what next."""
    found, verdict, service = report.comparison, report.verdict, report.service
    row, period, days = main_figure(report)
    many = glance.nobody(service)
    if row is not None:
        words = glance.counted_units(row, service.unit, thresholds(report))
        many = glance.many(service, words, period.in_words, fw.window(days) if days else "")
    return [
        glance.works(found.outcome.difference if found and found.outcome else None, refused=found is not None),
        many,
        glance.sure(row, thresholds(report), *glance.rests_on(service, row, days)),
        glance.next_step(
            verdict.verdict,
            verdict.reasons,
            verdict_words.flip(verdict.flips[0]) if verdict.flips else "",
        ),
    ]


def need(report: Evaluation) -> str:
    """Say what one would need to know: who is compared with whom comes first."""
    compared = report.comparison and report.comparison.outcome
    return say("brief.need_compared" if compared else f"brief.need_{report.service.stream}")


def how_many(report: Evaluation) -> str:
    """Say how many the service took on in the year, of how many, and from how many families."""
    unit, cohort = report.service.unit, report.cohort
    taken, asked = (cohort.step(step) for step in STEPS[unit])
    words = say(
        f"brief.counted_{unit}",
        n=taken,
        counted=fw.units(unit, taken),
        total=f"{asked:,}",
        accepted=fw.units("pregnancy_or_baby", cohort.step("pregnancies_accepted")),
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


def happened(report: Evaluation) -> list[str]:
    """Say what happened to those of the year and of the full years."""
    found, days = [], followed_days(report)
    if days and report.full:  # where there is none, the answer itself says so much
        found.append(outcome(report, primary(report, report.year, days), days))
    if STREAMS[report.service.stream].closing:
        found.append(at_closure(report, report.year))
    if not found:
        found = [outcome(report, primary(report, report.year, HEADLINE_DAYS), HEADLINE_DAYS)]
    sentences = [say("answer.this_year", year=report.year.label, outcome="; ".join(found))]
    wider = report.find("psw1p", report.year, days) if days else None
    if wider is not None:
        sentences.append(say("brief.wider", share=in_words(report, wider), window=fw.window(days)))
    if days < HEADLINE_DAYS:
        on_time = int((report.cohort.at_risk["entry_days"] == 0).sum())
        total = fw.units(report.service.unit, on_time)
        matured = report.cohort.step("matured", HEADLINE_DAYS)
        sentences.append(say("answer.followed", n=matured, total=total, window=fw.window(HEADLINE_DAYS)))
    return sentences + _of_full_years(report)


def _of_full_years(report: Evaluation) -> list[str]:
    """Say what the answer leaves open: the primary window, and who turned 18."""
    sentences, full, last = [], report.full, report.service.primary_window_days
    if full and last > HEADLINE_DAYS:
        later = outcome(report, primary(report, full.period, last), last)
        sentences.append(say("brief.primary", period=full.period.in_words, outcome=later))
    if full and STREAMS[report.service.stream].windowed and (n := competed(full, HEADLINE_DAYS).get("turned_18", 0)):
        sentences.append(say("brief.turned_18", n=n, period=full.period.in_words))
    return sentences


def safe(report: Evaluation) -> list[str]:
    """Say what is known of the children's safety, in the latest full years; nothing where the service is not asked."""
    asked = {"edge_of_care": "eoc6", "pre_birth": "bm7"}.get(report.service.stream)
    if asked is None:
        return []
    row = report.deciding(asked, report.full.period, HEADLINE_DAYS) if report.full else None
    if row is None or not row["denominator"]:
        return [say("brief.safe_unknown")]
    words = {"share": in_words(report, row), "period": row["year"], "window": fw.window(HEADLINE_DAYS)}
    sentences = [say(f"brief.safe_{report.service.stream}", **words)]
    by_year = [report.find("eoc6i", cohort.period) for cohort in report.by_year.values()]
    known = [int(row["numerator"]) for row in by_year if row is not None]
    if known:
        years = Period(next(iter(report.by_year.values())).period.first, report.year.last)
        sentences.append(say("brief.incidents", n=sum(known), period=years.label))
    return sentences


def compared(report: Evaluation) -> list[str]:
    """Say how the outcome differs from the comparison group's; nothing where there is none that can be used."""
    found = report.comparison
    return [difference_words(report, found, found.outcome)] if found and found.outcome else []


def changed(report: Evaluation) -> list[str]:
    """Say how the latest comparable years differ; of the further measures, which differ by more than chance."""
    rows = latest_changes(report, "change")
    main = [change_words(report, row, short=True) for _, row in rows.iterrows()]
    # One measure, one mention: eoc4v is another reading of eoc4.
    further = further_changes(report)
    ids = set(further["measure"].str.removesuffix("_change"))
    readings = [f"{each}_change" for each in ids if any(each != other and each.startswith(other) for other in ids)]
    further = further[~further["measure"].isin(readings)]
    clear = further[(further["lower"] > 0) | (further["upper"] < 0)]
    found = main or [say("change.nothing", year=report.year.label)]
    if len(clear):
        words = "; ".join(change_words(report, row, short=True).rstrip(".") for _, row in clear.iterrows())
        found.append(say("change.further", n=len(clear), total=len(further), changes=words))
    return found


def key_figures(report: Evaluation) -> KeyFigures:
    """Show the year's three or four main figures."""
    service, cohort, year = report.service, report.cohort, report.year.label
    measures, unit = STREAMS[service.stream], service.unit
    words = {"child": ("accepted", "of_referred"), "baby": ("live_born", "of_referred_baby")}
    first, of = words.get(unit, ("engaged", "of_offered"))
    taken, asked = (cohort.step(step) for step in STEPS[unit])
    cards = [
        (
            f"{taken:,}",
            say(f"cards.{first}", unit=say(f"unit.{unit}", n=taken), year=year),
            say(f"cards.{of}", n=asked),
        )
    ]
    kind = "windowed" if measures.windowed else "incidence"
    if report.full:
        row = primary(report, report.full.period, HEADLINE_DAYS)
        cards.append(_card(report, row, f"{kind}_{service.stream}", report.full.period.label, HEADLINE_DAYS))
    elif days := followed_days(report):
        cards.append(_card(report, primary(report, report.year, days), f"{kind}_{service.stream}", year, days))
    if measures.closing:
        row = report.deciding(measures.closing)
        cards.append(_card(report, row, f"closing_{service.stream}", year, HEADLINE_DAYS))
    if unit != "parent":
        families = int(cohort.at_risk["family_id"].nunique())
        detail = say("cards.families_detail", unit=fw.units(unit, len(cohort.at_risk)), year=year)
        cards.append((f"{families:,}", say("cards.families", n=families), detail))
    return KeyFigures(cards)


def _card(report: Evaluation, row: pd.Series[Any] | None, key: str, year: str, days: int) -> tuple[str, str, str]:
    label = say(f"cards.{key}", year=year, window=fw.window(days))
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
