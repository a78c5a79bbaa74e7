"""The first screen of the report on the looked-after system: the answer, and what a committee member asks next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.front_door import signed_percent
from ehp_eval.other_authorities import RATE
from ehp_eval.present import figure_words as fw
from ehp_eval.present.glance import Answer
from ehp_eval.present.glance_council import of_system, terms
from ehp_eval.present.looked_after import own_series
from ehp_eval.present.other_authorities import counterpart_sentence, course_sentence
from ehp_eval.prose import Headline, KeyFigures
from ehp_eval.tables import percent_words, signed, unbroken
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ehp_eval.public import PublicSystem
    from ehp_eval.system import System
    from ehp_eval.years import Period

PLACED = ("las5", "las6", "las7")
ORDERS = ("las9", "las10")
_FLOWS = ("las3", "las4")
YEARS_BEFORE = 5


def system_sentence(report: System) -> str:
    """Return the report's answer: how many are looked after, against a year before and against other authorities."""
    return " ".join(filter(None, (_number(report), _range(report), elsewhere_sentence(report))))


def system_answer(report: System) -> Headline:
    """Show the answer, at a glance and in short: what it is for, what happened, what changed, what is unknown."""
    found = report.elsewhere
    brief = [
        ("for", [say("system.for")]),
        ("happened", [*_placed(report), *_orders(report)]),
        ("changed", _changed(report)),
        ("beside", [course_sentence(found), counterpart_sentence(found)] if found else []),
        ("cannot", [say("system.cannot")]),
        ("need", [say("system.need")]),
    ]
    return Headline(
        say("system.question"),
        unbroken(system_sentence(report)),
        glance=terms(system_glance(report)),
        brief=[(say(f"brief.{term}"), unbroken(" ".join(filter(None, lines)))) for term, lines in brief if any(lines)],
    )


def system_glance(report: System) -> list[Answer]:
    """Return the four answers of the first screen."""
    row, change = report.find("las1"), report.find("las1_change")
    assert row is not None  # a full count, of every year that the report knows
    rate = report.find("las2")
    return of_system(
        fw.units("child", int(row["value"])),
        None if change is None else int(change["value"]),
        _came_and_left(report),
        "" if rate is None else rate_words(report, float(rate["value"])),
    )


def system_cards(report: System) -> KeyFigures:
    """Show the year's main figures: children looked after, per 10,000, came in, left."""
    year = report.year.label
    day = day_in_words(report.year.end)
    cards = []
    for measure, label in (
        ("las1", say("system.card_las1", date=day)),
        ("las2", say("system.card_las2", date=day)),
        ("las3", say("system.card_las3", year=year)),
        ("las4", say("system.card_las4", year=year)),
    ):
        row = report.find(measure)
        if row is None:
            continue
        before = report.find(measure, report.year.earlier(1))
        detail = "" if before is None else say("system.card_before", value=short(report, before))
        cards.append((short(report, row), unbroken(label), detail))
    return KeyFigures(cards)


def short(report: System, row: pd.Series[Any] | None) -> str:
    """Write a figure without its interval: 390, 133, 72 of 390 (18%), and where n is small 7 of 11."""
    if row is None or pd.isna(row["value"]):
        return fw.NOTHING
    if row["unit"] != "share":
        return f"{row['value']:,.0f}"
    counted = fw.frequency(int(row["numerator"]), int(row["denominator"]))
    if row["denominator"] < report.council.settings.thresholds.percentages_from:
        return counted
    return say("system.counted", counted=counted, percent=percent_words(row["value"]))


def change_words(report: System, measure: str) -> str:
    """Write how a measure differs from the year before, with the interval where there is one."""
    for suffix in ("change", "ratio"):
        row = report.find(f"{measure}_{suffix}", window_days=365 if measure == "las12" else None)
        if row is None:
            continue
        if row["unit"] == "count":
            return signed(row["value"])
        if row["unit"] == "ratio":
            if min(row["numerator"], row["denominator"]) < report.council.settings.thresholds.percentages_from:
                return say("system.few")
            return say("system.interval", **{name: signed_percent(row[name] - 1) for name in _LIMITS})
        return say("system.points", **{name: fw.points(row[name]) for name in _LIMITS})
    return fw.NOTHING


_LIMITS = ("value", "lower", "upper")


def _number(report: System) -> str:
    row, change = report.find("las1"), report.find("las1_change")
    assert row is not None  # a full count, of every year that the report knows
    words = {"date": day_in_words(report.year.end), "n": int(row["value"]), "number": f"{row['value']:,.0f}"}
    if change is None:
        return say("system.answer", **words)
    less = int(change["value"])
    key = "answer_same" if not less else "answer_fewer" if less < 0 else "answer_more"
    return say(f"system.{key}", **words, change=f"{abs(less):,}")


def _range(report: System) -> str:
    years = [report.year.earlier(back) for back in range(1, YEARS_BEFORE + 1)]
    counts = {year: int(row["value"]) for year in years if (row := report.find("las1", year)) is not None}
    return range_sentence(report, counts)


def range_sentence(report: System | PublicSystem, counts: Mapping[Period, int]) -> str:
    """Say between which numbers it lay in the years before, as published or, where that is missing, from records."""
    own = own_series(report).set_index("date")["children"]
    years = [report.year.earlier(back) for back in range(1, YEARS_BEFORE + 1)]
    published = {year: int(own[year.end]) for year in years if year.end in own.index}
    numbers = {**counts, **published}
    if len(numbers) < YEARS_BEFORE:
        return ""
    low, high = min(numbers.values()), max(numbers.values())
    return say("system.answer_range", years=YEARS_BEFORE, low=f"{low:,}", high=f"{high:,}")


def elsewhere_sentence(report: System | PublicSystem) -> str:
    """Say whether the authority left the course of the others when its system changed."""
    found = report.elsewhere
    if found is None:
        return say("system.answer_alone")
    words = {"before": found.last_before, "last": found.years[-1]}
    if not found.leaves_counterpart:
        return say("system.answer_stays", **words)
    lower = found.outcomes[RATE].control.mean_gap < 0
    return say("system.answer_lower" if lower else "system.answer_higher", **words)


def rate_words(report: System | PublicSystem, rate: float) -> str:
    """Write of which day the number is, and the rate."""
    return say("glance_council.rate", date=day_in_words(report.year.end), rate=f"{rate:.0f}")


def _came_and_left(report: System) -> str:
    came, left = (report.find(measure) for measure in _FLOWS)
    if came is None or left is None:
        return ""
    return say("system.came_and_left", came=short(report, came), left=short(report, left), year=report.year.label)


def _placed(report: System) -> list[str]:
    """Say how the children of 31 March are placed."""
    rows = {measure: report.find(measure) for measure in PLACED}
    parts = [say(f"system.placed_{measure}", share=short(report, row)) for measure, row in rows.items()]
    return [say("system.placed", parts="; ".join(parts))]


def _orders(report: System) -> list[str]:
    discharged, guardians = (report.find(measure) for measure in ORDERS)
    if discharged is None or guardians is None:
        return []
    words = {"discharged": short(report, discharged), "guardians": short(report, guardians)}
    return [say("system.orders", **words)]


def _changed(report: System) -> list[str]:
    """Say what rose or fell since the year before, of what came to pass in the year."""
    lines = []
    for measure in _FLOWS:
        row = report.find(f"{measure}_ratio")
        if row is None:
            continue
        reading = "unclear" if row["lower"] <= 1 <= row["upper"] else "higher" if row["value"] > 1 else "lower"
        words = {"change": change_words(report, measure), "reading": say(f"front_door.{reading}")}
        lines.append(say(f"system.changed_{measure}", **words))
    return lines or [say("change.nothing", year=report.year.label)]
