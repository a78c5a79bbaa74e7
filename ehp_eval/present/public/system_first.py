"""The first screen of the public report on the looked-after system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ehp_eval.present import figure_words as fw
from ehp_eval.present.glance import Answer
from ehp_eval.present.glance_council import of_system, terms
from ehp_eval.present.other_authorities import counterpart_sentence, course_sentence
from ehp_eval.present.public import words
from ehp_eval.present.public.system import bare, change_words, find
from ehp_eval.present.system_first import ORDERS, PLACED, YEARS_BEFORE, elsewhere_sentence, range_sentence, rate_words
from ehp_eval.prose import Headline, KeyFigures
from ehp_eval.tables import unbroken
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.public import PublicSystem

_CARDS = ("las1", "las2", "las3", "las4")
_OF_A_DAY = ("las1", "las2")


def system_sentence(report: PublicSystem) -> str:
    """Return the report's answer: how many are looked after, against a year before and against other authorities."""
    return " ".join(filter(None, (_number(report), _range(report), elsewhere_sentence(report))))


def system_answer(report: PublicSystem) -> Headline:
    """Show the answer, at a glance and in short what a committee member asks next."""
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


def system_glance(report: PublicSystem) -> list[Answer]:
    """Return the four answers of the first screen."""
    row, change = find(report, "las1"), find(report, "las1_change")
    number, less = words.shown_count(row), None if change is None or change["hidden"] else int(change["value"])
    if number is None:
        return of_system(say("glance.not_shown_at_all"), None, _came_and_left(report), "", hidden=True)
    rate = find(report, "las2")
    shown = rate is not None and not rate["hidden"]
    return of_system(
        fw.units("child", number),
        less,
        _came_and_left(report),
        rate_words(report, float(rate["value"])) if shown and rate is not None else "",
        hidden=change is not None,
    )


def system_cards(report: PublicSystem) -> KeyFigures:
    """Show the year's main figures: children looked after, per 10,000, came in, left."""
    cards = []
    for measure in _CARDS:
        row = find(report, measure)
        if row is None:
            continue
        when = {"date": day_in_words(report.year.end)} if measure in _OF_A_DAY else {"year": report.year.label}
        before = find(report, measure, report.year.earlier(1).label)
        detail = "" if before is None else say("system.card_before", value=bare(before))
        cards.append((bare(row), unbroken(say(f"system.card_{measure}", **when)), detail))
    return KeyFigures(cards)


def _number(report: PublicSystem) -> str:
    row, change = find(report, "las1"), find(report, "las1_change")
    if row is None or row["hidden"]:
        return say("public.number_hidden", date=day_in_words(report.year.end))
    given = {"date": day_in_words(report.year.end), "n": int(row["value"]), "number": f"{row['value']:,.0f}"}
    if change is None or change["hidden"]:
        return say("system.answer", **given)
    less = int(change["value"])
    key = "answer_same" if not less else "answer_fewer" if less < 0 else "answer_more"
    return say(f"system.{key}", **given, change=f"{abs(less):,}")


def _range(report: PublicSystem) -> str:
    years = [report.year.earlier(back) for back in range(1, YEARS_BEFORE + 1)]
    counts = {year: words.shown_count(find(report, "las1", year.label)) for year in years}
    return range_sentence(report, {year: number for year, number in counts.items() if number is not None})


def _came_and_left(report: PublicSystem) -> str:
    came, left = find(report, "las3"), find(report, "las4")
    if came is None or left is None:
        return ""
    given = {"came": words.count_in_words(report, came), "left": words.count_in_words(report, left)}
    return say("system.came_and_left", **given, year=report.year.label)


def _placed(report: PublicSystem) -> list[str]:
    """Say how the children of 31 March are placed."""
    rows = {measure: find(report, measure) for measure in PLACED}
    parts = [say(f"system.placed_{measure}", share=words.in_words(report, row)) for measure, row in rows.items()]
    return [say("system.placed", parts="; ".join(parts))]


def _orders(report: PublicSystem) -> list[str]:
    discharged, guardians = (find(report, measure) for measure in ORDERS)
    if discharged is None or guardians is None:
        return []
    given = {"discharged": words.count_in_words(report, discharged)}
    return [say("system.orders", **given, guardians=words.count_in_words(report, guardians))]


def _changed(report: PublicSystem) -> list[str]:
    """Say what rose or fell since the year before, of what came to pass in the year."""
    lines = []
    for measure in ("las3", "las4"):
        row = find(report, f"{measure}_ratio")
        if row is None or row["hidden"]:
            continue
        reading = "unclear" if row["lower"] <= 1 <= row["upper"] else "higher" if row["value"] > 1 else "lower"
        given = {"change": change_words(report, measure), "reading": say(f"front_door.{reading}")}
        lines.append(say(f"system.changed_{measure}", **given))
    return lines or [say("change.nothing", year=report.year.label)]
