"""The first screen of the front door's report for the public, and what changed, from what a release holds."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.release import FLOW
from ehp_eval.front_door import signed_percent
from ehp_eval.measures.front_door import DECIDED
from ehp_eval.measures.over_years import baseline_year
from ehp_eval.present import figure_words as fw
from ehp_eval.present.front_door import days, decided_words, reading_of_wait, received, span
from ehp_eval.present.glance import Answer
from ehp_eval.present.glance_council import of_front_door, terms
from ehp_eval.present.public import words
from ehp_eval.present.public.front_door_parts import shown, window_words
from ehp_eval.prose import Bullets, Headline, KeyFigures, Paragraph
from ehp_eval.tables import percent_words
from ehp_eval.words import day_in_words, say
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.public import PublicFrontDoor

_CHANGES = ("fd1_ratio", "fd2_change", "fd2p90_change", "fd3_change", "fd4_change")
_FROM_BASELINE = ("fd1_baseline", "fd2_baseline", "fd2p90_baseline", "fd3_baseline", "fd4_baseline")


def front_door_answer(report: PublicFrontDoor) -> Headline:
    """Show the answer, at a glance and in short: what it is for, how many, what happened, what changed."""
    changed = [_sentence(report, row, "front_door.changed") for row in _changes(report, _CHANGES)]
    brief = [
        ("for", [report.service.what_it_does]),
        ("how_many", [_decided(report)]),
        ("happened", [_step_ups(report), _held(report)]),
        ("changed", changed or [say("front_door.nothing_before", year=report.year.label)]),
        ("cannot", [say("front_door.not_children"), say("front_door.no_outcome")]),
        ("need", [say("front_door.need")]),
    ]
    return Headline(
        say("front_door.question"),
        front_door_sentence(report),
        glance=terms(front_door_glance(report)),
        brief=[(say(f"brief.{term}"), " ".join(filter(None, said))) for term, said in brief if any(said)],
    )


def front_door_glance(report: PublicFrontDoor) -> list[Answer]:
    """Return the four answers of the first screen."""
    number = words.shown_count(report.find("fd1"))
    support = words.shown_count(report.find(FLOW, group="step: support"))
    median, slowest = (shown(report, measure) for measure in ("fd2", "fd2p90"))
    changed = _changes(report, ("fd2_change",))
    hidden = Answer(say("glance.many"), say("glance.not_shown_at_all"), say("glance.hidden"))
    return of_front_door(
        waits=(
            "" if median is None else days(median["value"]),
            "" if median is None or slowest is None else days(slowest["value"]),
        ),
        limits=(span(median), span(slowest)),
        received=hidden if number is None else received(number, report.year.label, support),
        reading=reading_of_wait(changed[0]) if changed else "",
        changed=_sentence(report, changed[0], "front_door.changed") if changed else "",
        why="" if median is not None else _no_wait(report),
    )


def front_door_sentence(report: PublicFrontDoor) -> str:
    """Return the report's answer: how many contacts were received, and how long it took until support began."""
    row = report.find("fd1")
    if row is None or row["hidden"]:
        return say("public.contacts_hidden", year=report.year.label)
    number = int(row["numerator"])
    counted = say("front_door.answer", n=number, number=f"{number:,}", year=report.year.label)
    median, slowest = (shown(report, measure) for measure in ("fd2", "fd2p90"))
    if median is None:
        return counted
    extract = day_in_words(report.council.extract_date)
    key = "answer_not_90" if slowest is None else "answer_waits"
    p90 = days(float("nan") if slowest is None else slowest["value"])
    return f"{counted} {say(f'front_door.{key}', median=days(median['value']), p90=p90, extract=extract)}"


def front_door_figures(report: PublicFrontDoor) -> KeyFigures:
    """Show the year's main figures: contacts, the two waits, step-downs held."""
    year = report.year.label
    number = report.find("fd1")
    n = 2 if number is None or number["hidden"] else int(number["numerator"])
    cards = [(words.bare_count(number), say("front_door.card_contacts", n=n, year=year), "")]
    for measure in ("fd2", "fd2p90"):
        row = shown(report, measure)
        value = HIDDEN if row is None else days(row["value"])
        cards.append((value, say(f"front_door.card_{measure}", year=year), "" if row is None else _limits(row)))
    held = report.find("fd4", window_days=report.service.primary_window_days)
    label = say("front_door.card_fd4", window=window_words(report), year=year)
    thresholds = report.council.settings.thresholds
    if held is None or held["hidden"] or pd.isna(held["value"]):
        detail = say("public.card_hidden") if held is not None and held["hidden"] else ""
        cards.append((words.counted(held), label, detail))
    elif held["denominator"] < thresholds.percentages_from:
        cards.append((words.counted(held), label, fw.interval(held)))
    else:
        cards.append((percent_words(held["value"]), label, words.in_words(report, held)))
    return KeyFigures(cards)


def front_door_changes(report: PublicFrontDoor) -> Bullets | Paragraph:
    """Say how the year differs from the year before and from the first whole year, with intervals."""
    found = [_sentence(report, row, "front_door.change") for row in _changes(report, (*_CHANGES, *_FROM_BASELINE))]
    return Bullets(found) if found else Paragraph(say("front_door.nothing_before", year=report.year.label))


def front_door_growth(report: PublicFrontDoor) -> str:
    """Say how the number of contacts differs from the year before, or that there is none to compare with."""
    rows = _changes(report, ("fd1_ratio",))
    if rows:
        return _sentence(report, rows[0], "front_door.changed")
    return say("front_door.nothing_before", year=report.year.label)


def _changes(report: PublicFrontDoor, measures: tuple[str, ...]) -> list[pd.Series[Any]]:
    """Return the differences that are shown, and whose two years are."""
    window = report.service.primary_window_days
    rows = (report.find(measure, window_days=window if measure.startswith("fd4") else None) for measure in measures)
    return [
        row
        for row in rows
        if row is not None and not row["hidden"] and isfinite(row["value"]) and _both_shown(report, row)
    ]


def _years_of(report: PublicFrontDoor, row: pd.Series[Any]) -> tuple[str, str]:
    if row["measure"].endswith("_baseline"):
        years = [Period.year(label) for label in report.facts["years"]]
        return report.year.label, baseline_year(report.service, years).label
    return report.year.label, report.year.earlier(1).label


def _compared_rows(report: PublicFrontDoor, row: pd.Series[Any]) -> list[pd.Series[Any] | None]:
    measure = row["measure"].rpartition("_")[0]
    window = report.service.primary_window_days if measure == "fd4" else None
    return [report.find(measure, year, window) for year in _years_of(report, row)]


def _both_shown(report: PublicFrontDoor, row: pd.Series[Any]) -> bool:
    return all(each is not None and not each["hidden"] for each in _compared_rows(report, row))


def _sentence(report: PublicFrontDoor, row: pd.Series[Any], key: str) -> str:
    """Write a difference from the year before; what is compared is written out where the key asks for it."""
    measure = row["measure"].rpartition("_")[0]
    now, then = _compared_rows(report, row)
    year, before = _years_of(report, row)
    neutral = 1 if row["unit"] == "ratio" else 0
    if pd.isna(row["lower"]) or pd.isna(row["upper"]) or row["lower"] <= neutral <= row["upper"]:
        reading = "unclear"
    else:
        up, down = ("longer", "shorter") if row["unit"] == "days" else ("higher", "lower")
        reading = up if row["value"] > neutral else down
    value, lower, upper = (_changed(row["unit"], row[name]) for name in ("value", "lower", "upper"))
    thresholds = report.council.settings.thresholds
    return say(
        key,
        measure=fw.measure_title(measure),
        short=say(f"front_door.short_{measure}"),
        now=words.quantity(now, "contact", thresholds),
        before=words.quantity(then, "contact", thresholds),
        year=year,
        before_year=before,
        value=value,
        unit=say(f"front_door.unit_{row['unit'].replace(' ', '_')}"),
        lower=lower,
        upper=upper,
        reading=say(f"front_door.{reading}"),
    )


def _changed(unit: str, value: float) -> str:
    if not isfinite(value):
        return say("table.missing")
    if unit == "ratio":
        return signed_percent(value - 1)
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}") if unit == "days" else fw.points(value)


def _no_wait(report: PublicFrontDoor) -> str:
    """Say why no wait is shown."""
    if words.shown_count(report.find(FLOW, group="step: support")) == 0:
        return say("front_door.answer_no_support")
    row = report.find("fd2")
    if row is not None and row["hidden"]:
        return say("public.wait_hidden", least=report.release.rule.least_at_risk)
    return say("front_door.answer_few_begun", extract=day_in_words(report.council.extract_date))


def _decided(report: PublicFrontDoor) -> str:
    """Say what was decided, where every number of it is shown."""
    names = (*DECIDED, "unknown")
    counts = {name: words.shown_count(report.find("fd1", group=f"decision: {name}")) for name in names}
    shown = {name: n for name, n in counts.items() if n is not None}
    number = words.shown_count(report.find("fd1"))
    return decided_words(number, shown, report.year.label) if number is not None and len(shown) == len(names) else ""


def _step_ups(report: PublicFrontDoor) -> str:
    row = report.find("fd3")
    if row is not None and words.tells_nothing(row):
        return say("public.step_ups_hidden")
    return say("front_door.step_ups", share=words.in_words(report, row))


def _held(report: PublicFrontDoor) -> str:
    row = report.find("fd4", window_days=report.service.primary_window_days)
    if row is None or not (words.hides(row, "denominator") or row["denominator"]):
        return say("front_door.held_none", window=window_words(report))
    if words.tells_nothing(row):
        return say("public.held_not_shown", window=window_words(report))
    return say("front_door.held", share=words.in_words(report, row), window=window_words(report))


def _limits(row: pd.Series[Any]) -> str:
    if pd.isna(row["lower"]):
        return say("front_door.no_interval")
    upper = say("front_door.open") if pd.isna(row["upper"]) else f"{row['upper']:g}"
    return say("front_door.interval", lower=f"{row['lower']:g}", upper=upper)
