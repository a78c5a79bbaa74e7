"""The first screens of the reports on the whole council and on its front door at a glance, for both audiences.

Four answers each, by the report's own question: what it comes to, for how many, how sure that is, what next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ehp_eval.present import figure_words as fw
from ehp_eval.present.glance import Answer
from ehp_eval.verdict import CONTINUE, REDIRECTION, WATCH
from ehp_eval.words import say

COMPARED = ("higher", "unclear", "lower")
HIDDEN_READING, NO_READING = "hidden", "none"
"""How a service does against like children: as `glance.reading_of` says, or not shown, or there is nothing to say."""


def terms(answers: Sequence[Answer]) -> list[tuple[str, str, str]]:
    """Return answers as a headline takes them."""
    return [(each.question, each.short, each.detail) for each in answers]


def shared_verdict(verdicts: Sequence[str]) -> tuple[str, str] | None:
    """Return the verdict that all services have, in words and as it is called; None where they differ."""
    if len(set(verdicts)) != 1:
        return None
    title = say(f"verdict.title_{verdicts[0]}")
    return say("glance_council.verdict_all", verdict=title, n=len(verdicts)), verdicts[0]


def of_services(
    readings: Sequence[str],
    counted: Mapping[str, int],
    not_counted: Sequence[str],
    enough: int,
    minimum: int,
    verdicts: Mapping[str, str],
    year: str,
    next_to: str,
) -> list[Answer]:
    """Return the overview's answers.

    Parameters
    ----------
    readings : sequence of str
        One a service: of `COMPARED`, `HIDDEN_READING` or `NO_READING`.
    counted : mapping of str to int
        How many of each unit (child, baby, parent) the services took on in the year, as far as it is shown.
    not_counted : sequence of str
        Titles of the services whose number is not shown.
    enough : int
        Services with as many cases followed and known as a verdict needs.
    minimum : int
        So many.
    verdicts : mapping of str to str
        The verdict on each service, by its title.
    year : str
    next_to : str
        What else is to be done.
    """
    n = len(readings)
    if not n:
        nothing = say("glance_council.no_services", year=year)
        return [Answer(say(f"glance.{name}"), say("glance.not_known"), nothing) for name in ("works", "many", "sure")]
    found = [(name, readings.count(name)) for name in (*COMPARED, HIDDEN_READING, NO_READING)]
    parts = [say(f"glance_council.{name}", n=k) for name, k in found if k]
    alone = readings.count(NO_READING) == n
    works = Answer(
        say("glance.works"),
        say("glance_council.not_known", n=n) if alone else _sentence("; ".join(parts)),
        say("glance_council.no_comparison" if alone else "glance_council.association", n=n),
    )
    people = ", ".join(fw.units(unit, many) for unit, many in counted.items() if many)
    left_out = [say("glance_council.left_out", services=", ".join(not_counted))] if not_counted else []
    many = Answer(
        say("glance.many"),
        people or say("glance.not_shown_at_all"),
        " ".join([say("glance_council.each_apart", n=n, year=year), *left_out]),
    )
    sure = Answer(
        say("glance.sure"),
        say("glance_council.enough", enough=enough, n=n),
        say("glance_council.intervals", minimum=minimum),
    )
    return [works, many, sure, Answer(say("glance.next"), *_verdicts(verdicts, next_to))]


def _verdicts(verdicts: Mapping[str, str], next_to: str) -> tuple[str, str]:
    """Count the services by their verdict, and name them, those first that ask for a decision."""
    if shared := shared_verdict(list(verdicts.values())):
        return shared[0], next_to
    counts, named = [], []
    for verdict in (REDIRECTION, CONTINUE, WATCH):
        if titles := [title for title, found in verdicts.items() if found == verdict]:
            word = say(f"verdict.title_{verdict}")
            counts.append(say("glance_council.verdict", verdict=word, n=len(titles)))
            named.append(say("overview.verdicts_one", verdict=word, services=", ".join(titles)))
    return "; ".join(counts), " ".join([*named, next_to]).strip()


def of_system(number: str, change: int | None, flow: str, rate: str, *, hidden: bool = False) -> list[Answer]:
    """Return the answers of the looked-after system.

    Parameters
    ----------
    number : str
        Children looked after at the end of the year, in words.
    change : int or None
        More than a year before; None where that is not known.
    flow, rate : str
        How many came and left, and the rate, as sentences; empty where they are not known.
    hidden : bool
        Whether the number may not be shown.
    """
    unknown = "glance.interval_hidden" if hidden else "glance.not_known"
    if change is None:
        fewer = say(unknown)
    else:
        key = "same" if not change else "fewer" if change < 0 else "more"
        fewer = say(f"glance_council.{key}", change=f"{abs(change):,}")
    return [
        Answer(say("glance_council.is_it_fewer"), fewer, f"{flow} {say('glance_council.chance')}".strip()),
        Answer(say("glance.many"), number, rate),
        Answer(say("glance.sure"), say("glance_council.full_count"), say("glance_council.no_reason")),
        Answer(say("glance.next"), say("glance_council.context"), say("glance_council.system_next")),
    ]


def of_front_door(
    waits: tuple[str, str], limits: tuple[str, str], received: Answer, reading: str, changed: str, *, why: str
) -> list[Answer]:
    """Return the answers of the front door.

    Parameters
    ----------
    waits, limits : (str, str)
        The wait that half did not exceed, and that 9 in 10 did not, and their limits; empty where not known.
    received : Answer
        How many came.
    reading : str
        How the first of them differs from the year before: longer, shorter, unclear; empty where that is not known.
    changed : str
        The same as a sentence; empty where it is not known.
    why : str
        Why a wait is not known, or who still waits; may be empty.
    """
    if not waits[0]:
        wait, of = say("glance.not_known"), why
        sure, sure_of = say("glance.no_interval"), ""
    else:
        wait = say("glance_council.wait", median=waits[0])
        of = " ".join(
            filter(
                None, [say("glance_council.wait_of_both" if waits[1] else "glance_council.wait_of", p90=waits[1]), why]
            )
        )
        sure = limits[0] or say("glance.no_interval")
        ninety = say("glance_council.sure_90", limits=limits[1]) if limits[1] else ""
        sure_of = " ".join(filter(None, [ninety, say("glance_council.sure")]))
    return [
        Answer(say("glance_council.how_long"), wait, of),
        received,
        Answer(say("glance.sure"), sure, sure_of),
        Answer(
            say("glance.next"),
            say(f"glance_council.next_{reading or 'unknown'}"),
            f"{changed} {say('front_door.limits_waits')}".strip(),
        ),
    ]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
