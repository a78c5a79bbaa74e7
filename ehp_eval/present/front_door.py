"""The first screen of the front door's report: the answer, what a committee member asks next, and what changed."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.front_door import signed_percent
from ehp_eval.measures.front_door import DECIDED
from ehp_eval.present import figure_words as fw
from ehp_eval.present.glance import Answer
from ehp_eval.present.glance_council import of_front_door, terms
from ehp_eval.prose import Bullets, Headline, KeyFigures, Paragraph
from ehp_eval.tables import percent_words
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ehp_eval.front_door import FrontDoor

_CHANGES = ("fd1_ratio", "fd2_change", "fd2p90_change", "fd3_change", "fd4_change")
_FROM_BASELINE = ("fd1_baseline", "fd2_baseline", "fd2p90_baseline", "fd3_baseline", "fd4_baseline")


def front_door_answer(report: FrontDoor) -> Headline:
    """Show the answer, at a glance and in short: what it is for, how many, what happened, what changed."""
    changed = [_sentence(report, row, "front_door.changed") for row in _changes(report, *_CHANGES)]
    brief = [
        ("for", [report.service.what_it_does]),
        ("how_many", [_decided(report)]),
        ("happened", [_step_ups(report), _held(report)]),
        ("changed", changed or [_nothing_before(report)]),
        ("cannot", [say("front_door.not_children"), say("front_door.no_outcome")]),
        ("need", [say("front_door.need")]),
    ]
    return Headline(
        say("front_door.question"),
        front_door_sentence(report),
        glance=terms(front_door_glance(report)),
        brief=[(say(f"brief.{term}"), " ".join(filter(None, sentences))) for term, sentences in brief],
    )


def front_door_glance(report: FrontDoor) -> list[Answer]:
    """Return the four answers of the first screen."""
    n, support = len(report.cohort.rows), report.cohort.step("support")
    median, slowest = (report.find(measure) for measure in ("fd2", "fd2p90"))
    known = [row is not None and not isnan(row["value"]) for row in (median, slowest)]
    why = say("front_door.answer_no_support") if not support else " ".join(still_waiting(report))
    changed = _changes(report, "fd2_change")
    return of_front_door(
        waits=(
            days(_value(report, "fd2")) if known[0] else "",
            days(_value(report, "fd2p90")) if all(known) else "",
        ),
        limits=(span(median), span(slowest)),
        received=received(n, report.year.label, support),
        reading=reading_of_wait(changed[0]) if changed else "",
        changed=_sentence(report, changed[0], "front_door.changed") if changed else "",
        why=why,
    )


def received(n: int, year: str, support: int | None) -> Answer:
    """Say how many contacts were received, and for how many of them support was to begin, where that is known."""
    given = {} if support is None else {"support": say("front_door.card_support", n=support)}
    key = "received_only" if support is None else "received"
    return Answer(say("glance.many"), fw.units("contact", n), say(f"glance_council.{key}", year=year, **given))


def span(row: pd.Series[Any] | None) -> str:
    """Write the limits of a wait alone: 13 to 16 days; empty where they are not known."""
    if row is None or pd.isna(row["lower"]):
        return ""
    upper = say("front_door.open") if pd.isna(row["upper"]) else f"{row['upper']:g}"
    return say("glance_council.span", lower=f"{row['lower']:g}", upper=upper)


def reading_of_wait(row: pd.Series[Any]) -> str:
    """Return how the wait differs from the year before: longer, shorter, unclear."""
    if pd.isna(row["lower"]) or pd.isna(row["upper"]) or row["lower"] <= 0 <= row["upper"]:
        return "unclear"
    return "longer" if row["value"] > 0 else "shorter"


def front_door_sentence(report: FrontDoor) -> str:
    """Return the report's answer: how many contacts were received, and how long it took until support began."""
    number, median, slowest = len(report.cohort.rows), _value(report, "fd2"), _value(report, "fd2p90")
    counted = say("front_door.answer", n=number, number=f"{number:,}", year=report.year.label)
    if not report.cohort.step("support"):
        return f"{counted} {say('front_door.answer_no_support')}" if number else counted
    extract = day_in_words(report.council.extract_date)
    if isnan(median):
        return f"{counted} {say('front_door.answer_few_begun', extract=extract)}"
    key = "answer_not_90" if isnan(slowest) else "answer_waits"
    waits = say(f"front_door.{key}", median=days(median), p90=days(slowest), extract=extract)
    return f"{counted} {waits}"


def front_door_figures(report: FrontDoor) -> KeyFigures:
    """Show the year's main figures: contacts, the two waits, step-downs held."""
    year = report.year.label
    number, support = len(report.cohort.rows), report.cohort.step("support")
    detail = say("front_door.card_support", n=support)
    cards = [(f"{number:,}", say("front_door.card_contacts", n=number, year=year), detail)]
    for measure in ("fd2", "fd2p90"):
        row = report.find(measure)
        shown = days(_value(report, measure))
        cards.append((shown, say(f"front_door.card_{measure}", year=year), _limits(row)))
    row = _held_row(report)
    few = row is None or row["denominator"] < report.council.settings.thresholds.percentages_from
    label = say("front_door.card_fd4", window=_window(report), year=year)
    if row is None or not row["denominator"]:
        cards.append(("\N{EN DASH}", label, say("share.nobody")))
    else:
        counted = fw.frequency(int(row["numerator"]), int(row["denominator"]))
        shown = counted if few else percent_words(row["value"])
        cards.append((shown, label, fw.share(row, report.council.settings.thresholds)))
    return KeyFigures(cards)


def front_door_changes(report: FrontDoor) -> Bullets | Paragraph:
    """Say how the year differs from the year before and from the first whole year, with intervals."""
    found = [_sentence(report, row, "front_door.change") for row in _changes(report, *_CHANGES, *_FROM_BASELINE)]
    return Bullets(found) if found else Paragraph(_nothing_before(report))


def front_door_growth(report: FrontDoor) -> str:
    """Say how the number of contacts differs from the year before, or that there is none to compare with."""
    rows = _changes(report, "fd1_ratio")
    return _sentence(report, rows[0], "front_door.changed") if rows else _nothing_before(report)


def still_waiting(report: FrontDoor) -> list[str]:
    """Say for how many of the year support had not begun; nothing where it had for all."""
    waiting = report.cohort.step("support") - report.cohort.step("started")
    extract = day_in_words(report.council.extract_date)
    return [say("front_door.still_waiting", n=waiting, extract=extract)] if waiting else []


def days(value: float) -> str:
    """Write a number of days: 1 day, 12 days, 5.5 days."""
    return say("front_door.not_reached") if isnan(value) else say("front_door.days", n=value, number=f"{value:g}")


def _decided(report: FrontDoor) -> str:
    decision = report.cohort.rows["decision"]
    counts = {name: int((decision == name).sum()) for name in DECIDED}
    counts["unknown"] = len(decision) - report.cohort.step("decided")
    return decided_words(len(decision), counts, report.year.label)


def decided_words(received: int, counts: Mapping[str, int], year: str) -> str:
    """Say what was decided: each decision, and `unknown`, as a count of the contacts of a year."""
    known = received - counts["unknown"]
    given = {"n": received, "number": f"{received:,}", "year": year}
    if not known:
        return say("front_door.none_decided", **given)
    parts = [say(f"front_door.by_{name}", n=counts[name]) for name in DECIDED if counts[name]]
    by = say("front_door.and").join([*([say("front_door.between").join(parts[:-1])] if parts[1:] else []), parts[-1]])
    unknown = say("front_door.unknown_decisions", n=counts["unknown"])
    return f"{say('front_door.decided', **given, known=f'{known:,}', by=by)} {unknown}"


def _step_ups(report: FrontDoor) -> str:
    return say("front_door.step_ups", share=fw.share(report.find("fd3"), report.council.settings.thresholds))


def _held(report: FrontDoor) -> str:
    row = _held_row(report)
    if row is None or not row["denominator"]:
        return say("front_door.held_none", window=_window(report))
    return say("front_door.held", share=fw.share(row, report.council.settings.thresholds), window=_window(report))


def _held_row(report: FrontDoor) -> pd.Series[Any] | None:
    return report.find("fd4", window_days=report.service.primary_window_days)


def _changes(report: FrontDoor, *measures: str) -> list[pd.Series[Any]]:
    days = report.service.primary_window_days
    rows = (report.find(measure, window_days=days if measure.startswith("fd4") else None) for measure in measures)
    return [row for row in rows if row is not None and isfinite(row["value"])]


def _sentence(report: FrontDoor, row: pd.Series[Any], key: str) -> str:
    """Write a difference from the year before; what is compared is written out where the key asks for it."""
    measure, _, suffix = row["measure"].rpartition("_")
    window = report.service.primary_window_days if measure == "fd4" else None
    year = report.year
    before = report.baseline if suffix == "baseline" else year.earlier(1)
    now, then = (report.find(measure, period, window) for period in (year, before))
    assert now is not None
    assert then is not None
    neutral = 1 if row["unit"] == "ratio" else 0
    if row["lower"] <= neutral <= row["upper"] or pd.isna(row["lower"]) or pd.isna(row["upper"]):
        reading = "unclear"
    elif measure in ("fd3", "fd4") and _few(report, now, then):
        reading = "small"
    else:
        up, down = ("longer", "shorter") if row["unit"] == "days" else ("higher", "lower")
        reading = up if row["value"] > neutral else down
    value, lower, upper = (_changed(row["unit"], row[name]) for name in ("value", "lower", "upper"))
    return say(
        key,
        measure=fw.measure_title(measure),
        short=say(f"front_door.short_{measure}"),
        now=_compared(report, now),
        before=_compared(report, then),
        year=year.label,
        before_year=before.label,
        value=value,
        unit=say(f"front_door.unit_{row['unit'].replace(' ', '_')}"),
        lower=lower,
        upper=upper,
        reading=say(f"front_door.{reading}"),
    )


def _compared(report: FrontDoor, row: pd.Series[Any]) -> str:
    if row["unit"] == "count":
        return f"{int(row['numerator']):,}"
    if row["unit"] == "days":
        return days(row["value"])
    return fw.share(row, report.council.settings.thresholds)


def _changed(unit: str, value: float) -> str:
    if not isfinite(value):
        return say("table.missing")
    if unit == "ratio":
        return signed_percent(value - 1)
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}") if unit == "days" else fw.points(value)


def _few(report: FrontDoor, *rows: pd.Series[Any]) -> bool:
    return min(int(row["denominator"]) for row in rows) < report.council.settings.thresholds.percentages_from


def _limits(row: pd.Series[Any] | None) -> str:
    if row is None or pd.isna(row["lower"]):
        return say("front_door.no_interval")
    upper = say("front_door.open") if pd.isna(row["upper"]) else f"{row['upper']:g}"
    return say("front_door.interval", lower=f"{row['lower']:g}", upper=upper)


def _value(report: FrontDoor, measure: str) -> float:
    row = report.find(measure)
    return float("nan") if row is None else float(row["value"])


def _window(report: FrontDoor) -> str:
    return say("window.days", n=report.service.primary_window_days)


def _nothing_before(report: FrontDoor) -> str:
    return say("front_door.nothing_before", year=report.year.label)
