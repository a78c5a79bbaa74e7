"""The first screen of a service's report for the public, from what a release holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.release import COMPLEMENT, FLOW, SMALL
from ehp_eval.present import figure_words as fw
from ehp_eval.present import glance
from ehp_eval.present.first_screen import STEPS
from ehp_eval.present.public import words
from ehp_eval.present.public.comparison import difference_sentence
from ehp_eval.present.public.safety import safe
from ehp_eval.present.public.service import period_of
from ehp_eval.present.public.verdict import flip_words, released_verdict
from ehp_eval.prose import Headline, KeyFigures
from ehp_eval.streams import STREAMS
from ehp_eval.tables import percent_words, unbroken
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.public import PublicService


def answer(report: PublicService) -> Headline:
    """Show the answer, the four answers at a glance, and in short what a committee member asks next."""
    compared = difference_sentence(report)
    brief = {
        "for": [report.service.what_it_does],
        "how_many": [how_many(report)],
        "happened": happened(report),
        "safe": safe(report),
        "compared": [compared] if compared else [],
        "changed": changed(report),
        "cannot": [say("answer.not_proof")] if compared else [],
        "need": [say("brief.need_compared" if compared else f"brief.need_{report.service.stream}")],
    }
    found = report.facts["verdict"]["verdict"]
    return Headline(
        say(f"question.{report.service.stream}"),
        unbroken(answer_sentence(report)),
        glance=at_a_glance(report),
        verdict=(say(f"verdict.title_{found}"), found),
        brief=[(say(f"brief.{term}"), unbroken(" ".join(said))) for term, said in brief.items() if said],
    )


def at_a_glance(report: PublicService) -> list[glance.Answer]:
    """Return the four answers of the first screen: does it work, for how many, how sure are we, what next."""
    service, thresholds = report.service, report.council.settings.thresholds
    row, label, days = main_figure(report)
    found = report.facts["comparison"]
    verdict = released_verdict(report)
    period, window = period_of(label).in_words, fw.window(days) if days else ""
    return [
        glance.works(
            words.estimate(report.find("eoc9", report.facts["full"], HEADLINE_DAYS)),
            refused=bool(found and found["refused"]),
            hidden=bool(found and not found["refused"]),
        ),
        glance.nobody(service) if row is None else glance.many(service, counted_units(report, row), period, window),
        glance.sure(row, thresholds, *glance.rests_on(service, row, days)),
        glance.next_step(
            verdict.verdict,
            verdict.reasons,
            flip_words(report, verdict.flips[0]) if verdict.flips else "",
        ),
    ]


def answer_sentence(report: PublicService) -> str:
    """Return the report's answer in a sentence; a hidden number as far as the rule says it."""
    if headline := report.facts["headline"]:
        return _answer(report, headline, HEADLINE_DAYS)
    too_early = say("answer.none", extract=day_in_words(report.council.extract_date))
    if days := followed_days(report):
        return f"{too_early} {_answer(report, report.year.label, days)}"
    if not STREAMS[report.service.stream].closing:
        return too_early
    return f"{too_early} {say('answer.this_year', year=report.year.label, outcome=at_closure(report))}"


def _answer(report: PublicService, label: str, days: int) -> str:
    happened = outcome(report, primary(report, label, days), days)
    return say(f"answer.{report.service.unit}", period=period_of(label).in_words, outcome=happened)


def main_figure(report: PublicService) -> tuple[pd.Series[Any] | None, str, int]:
    """Return the released figure on which the answer rests, its years, and its window in days: 0 for at closure.

    None in place of the figure where it says nothing of anybody yet.
    """
    label = report.facts["headline"] or report.year.label
    days = HEADLINE_DAYS if report.facts["headline"] else followed_days(report)
    closing = STREAMS[report.service.stream].closing
    row = primary(report, label, days) if days else report.deciding(closing, label) if closing else None
    return (None if row is None or words.of_nobody(row) else row), label, days


def primary(report: PublicService, label: str, days: int) -> pd.Series[Any] | None:
    """Return the main measure of some years at a window, with the interval that decides; None where there is none."""
    return report.deciding(STREAMS[report.service.stream].main, label, days)


def followed_days(report: PublicService) -> int:
    """Return the longest window, up to the headline's, that has passed for everybody of the year; 0 for none.

    The flow says so: nobody is left out of such a window because it has not passed.
    """
    year = report.year.label
    passed = [
        days
        for days in report.service.windows_days
        if days <= HEADLINE_DAYS
        and (matured := report.find(FLOW, year, days, "step: matured")) is not None
        and words.shown_count(matured) != 0
        and ((left := report.find(FLOW, year, days, "left: not_matured")) is None or words.shown_count(left) == 0)
    ]
    return max(passed, default=0)


def outcome(report: PublicService, row: pd.Series[Any] | None, days: int) -> str:
    """Write what a released figure of the service's own stream says of those in it."""
    if row is None or words.of_nobody(row):
        return say("outcome.nobody")
    stream = report.service.stream
    name = stream if STREAMS[stream].windowed else f"{stream}_event"
    if words.tells_nothing(row):
        return say(f"public.hidden_{name}", window=fw.window(days))
    return say(f"outcome.{name}", share=words.in_words(report, row), window=fw.window(days))


def at_closure(report: PublicService) -> str:
    """Write what is released of those of the year when support closed."""
    stream = report.service.stream
    row = report.deciding(STREAMS[stream].closing)
    if row is None or words.of_nobody(row):
        return say("outcome.nobody_closing")
    if words.tells_nothing(row):
        return say(f"public.hidden_{stream}_closing")
    return say(f"outcome.{stream}_closing", share=words.in_words(report, row))


def counted_units(report: PublicService, row: pd.Series[Any]) -> str:
    """Write a share as so many of so many units: "360 of 410 children (88%)", "fewer than 5 of 22 babies"."""
    unit = report.service.unit
    if not words.hides(row, "numerator") and not words.hides(row, "denominator"):
        return glance.counted_units(row, unit, report.council.settings.thresholds)
    if words.hides(row, "denominator") or pd.isna(row["denominator"]):
        return say("glance.not_shown_at_all")
    units = fw.units(unit, int(row["denominator"]))
    by_rule = row["reason"] in (SMALL, COMPLEMENT)
    return words.hidden_of(report, row, units) if by_rule else say("glance.not_shown", units=units)


def how_many(report: PublicService) -> str:
    """Say how many the service took on in the year, and of how many."""
    unit = report.service.unit
    taken, asked = (report.find(FLOW, group=f"step: {step}") for step in STEPS[unit])
    if taken is None or asked is None:
        return say("public.how_many_unknown", year=report.year.label)
    n, total = words.shown_count(taken), words.shown_count(asked)
    if n is not None and total is not None and unit != "baby":
        given = {"counted": fw.units(unit, n), "total": f"{total:,}", "asked": fw.units(unit, total)}
        return say(f"brief.counted_{unit}", n=n, year=report.year.label, **given)
    # Of how many is left out where nothing can be said of it.
    alone = "" if total is not None or asked["reason"] == SMALL else "_alone"
    given = {"total": words.count_in_words(report, asked), "year": report.year.label}
    if n is None and taken["reason"] != SMALL:
        said = say(f"public.counted_hidden_{unit}{alone}", **given)
    else:
        said = say(f"public.counted_{unit}{alone}", n=n, counted=words.count_in_words(report, taken), **given)
    return glance.capital(said)


def happened(report: PublicService) -> list[str]:
    """Say what happened to those of the year and of the full years."""
    found, days, year, stream = [], followed_days(report), report.year.label, STREAMS[report.service.stream]
    if days and report.facts["headline"]:  # where there is none, the answer itself says so much
        found.append(outcome(report, primary(report, year, days), days))
    if stream.closing:
        found.append(at_closure(report))
    if not found:
        found = [outcome(report, primary(report, year, HEADLINE_DAYS), HEADLINE_DAYS)]
    sentences = [say("answer.this_year", year=year, outcome="; ".join(dict.fromkeys(found)))]
    wider = report.find("psw1p", year, days) if days else None
    if wider is not None and not words.tells_nothing(wider):
        sentences.append(say("brief.wider", share=words.in_words(report, wider), window=fw.window(days)))
    label, last = report.facts["headline"], report.service.primary_window_days
    if label and last > HEADLINE_DAYS:
        later = outcome(report, primary(report, label, last), last)
        sentences.append(say("brief.primary", period=period_of(label).in_words, outcome=later))
    return sentences


def changed(report: PublicService) -> list[str]:
    """Say how the latest comparable years differ, where both are released and large enough for percentages."""
    return [sentence for sentence, _ in changes_shown(report)] or [say("public.change_nothing")]


def changes_shown(report: PublicService) -> list[tuple[str, bool]]:
    """Return the sentences of `changed`, and whether each leaves open if the figure rose or fell."""
    main = STREAMS[report.service.stream]
    shown = []
    for measure in filter(None, (main.main, main.closing)):
        rows = report.figures[(report.figures["measure"] == f"{measure}_change") & (report.figures["group"] == "")]
        if measure == main.closing:
            rows = rows[rows["year"] == report.year.label]
        if len(rows) and (said := _change(report, measure, rows.iloc[-1])):
            shown.append((said, bool(rows.iloc[-1]["lower"] <= 0 <= rows.iloc[-1]["upper"])))
    return shown


def _change(report: PublicService, measure: str, row: pd.Series[Any]) -> str:
    """Write one difference between two years in short; nothing where it is not released or its years are small."""
    found = words.estimate(row)
    days = None if pd.isna(row["window_days"]) else int(row["window_days"])
    before = period_of(row["year"]).earlier(1).label
    shares = [report.deciding(measure, label, days) for label in (row["year"], before)]
    least = report.council.settings.thresholds.percentages_from
    if found is None or any(each is None or each["hidden"] or each["denominator"] < least for each in shares):
        return ""
    direction = "higher" if found.value > 0 else "lower"
    reading = "unclear" if found.lower <= 0 <= found.upper else direction
    return say(
        "change.short",
        measure=say("change.closing") if days is None else say("change.window", window=fw.window(days)),
        year=row["year"],
        before=before,
        value=fw.points(found.value),
        lower=fw.points(found.lower),
        upper=fw.points(found.upper),
        reading=say(f"change.{reading}_short"),
    )


def key_figures(report: PublicService) -> KeyFigures:
    """Show the main figures of the year and of the years that the answer rests on."""
    service, year = report.service, report.year.label
    measures, unit = STREAMS[service.stream], service.unit
    first, of = {"child": ("accepted", "of_referred"), "baby": ("live_born", "of_referred_baby")}.get(
        unit, ("engaged", "of_offered")
    )
    taken, asked = (report.find(FLOW, group=f"step: {step}") for step in STEPS[unit])
    label = say(f"cards.{first}", unit=say(f"unit.{unit}", n=words.shown_count(taken)), year=year)
    total = "" if asked is None or words.hides(asked, "numerator") else say(f"cards.{of}", n=words.bare_count(asked))
    cards = [(words.bare_count(taken), label, total)]
    kind = "windowed" if measures.windowed else "incidence"
    row, years, days = main_figure(report)
    if days:
        cards.append(_card(report, row, f"{kind}_{service.stream}", years, days))
    if measures.closing:
        cards.append(_card(report, report.deciding(measures.closing), f"closing_{service.stream}", year, HEADLINE_DAYS))
    return KeyFigures(cards)


def _card(report: PublicService, row: pd.Series[Any] | None, key: str, year: str, days: int) -> tuple[str, str, str]:
    label = say(f"cards.{key}", year=year, window=fw.window(days))
    if row is None or words.of_nobody(row):
        return (fw.NOTHING, label, say("share.nobody"))
    if row["hidden"]:
        return (words.counted(row), label, say("public.card_hidden"))
    if row["denominator"] < report.council.settings.thresholds.percentages_from or pd.isna(row["value"]):
        return (words.counted(row), label, fw.interval(row))
    return (percent_words(row["value"]), label, words.in_words(report, row))
