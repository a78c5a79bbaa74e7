"""The first screen at a glance: does it work, for how many, how sure are we, what next; the same for both audiences.

Each answer is a few words and a line beside them, and none is stronger than the design of the evidence bears.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.measures.primary import PARTLY_FOLLOWED, STILL_FOLLOWED
from ehp_eval.present import figure_words as fw
from ehp_eval.tables import percent_words
from ehp_eval.verdict import REDIRECTION
from ehp_eval.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ehp_eval.config import Service, Thresholds
    from ehp_eval.proportions import Estimate


class Answer(NamedTuple):
    """One of the four questions with its answer in a few words, and what must be read with it."""

    question: str
    short: str
    detail: str


def works(difference: Estimate | None, *, refused: bool = False, hidden: bool = False) -> Answer:
    """Say how the outcome compares: what the design of the evidence bears, and no more.

    Parameters
    ----------
    difference : Estimate or None
        From like children of a comparison group, as a share, above nought is better; None where there is none that
        can be read.
    refused : bool
        Whether there is a comparison group, and it cannot be used.
    hidden : bool
        Whether there is a difference that may not be shown.
    """
    question = say("glance.works")
    if difference is None or isnan(difference.lower):
        why = "refused" if refused else "difference_hidden" if hidden else "no_comparison"
        return Answer(question, say("glance.interval_hidden" if hidden else "glance.not_known"), say(f"glance.{why}"))
    value, lower, upper = (fw.points(each) for each in (difference.value, difference.lower, difference.upper))
    reading = reading_of(difference.lower, difference.upper)
    interval = say("glance.difference", lower=lower, upper=upper)
    return Answer(
        question, say(f"glance.compared_{reading}", difference=value), f"{interval} {say(f'glance.read_{reading}')}"
    )


def many(service: Service, counted: str, period: str, window: str) -> Answer:
    """Say how many had the outcome.

    Parameters
    ----------
    counted : str
        "360 of 410 children (88%)", or what a public report says in its place.
    period : str
        In words: "from 2017-18 to 2019-20".
    window : str
        In words; empty for those whose support closed.
    """
    key = f"glance.many_{service.stream}" if window else f"glance.closed_{service.stream}"
    detail = say(key, period=period, window=window)
    return Answer(say("glance.many"), capital(counted), detail)


def nobody(service: Service) -> Answer:
    """Say that nobody can be counted yet."""
    return Answer(say("glance.many"), say("glance.too_early"), say(f"glance.nobody_{service.unit}"))


def counted_units(row: pd.Series[Any], unit: str, thresholds: Thresholds) -> str:
    """Write a share that is shown as so many of so many units: "360 of 410 children (88%)"."""
    n = int(row["denominator"])
    words = f"{fw.frequency(int(row['numerator']), n)} {say(f'unit.{unit}', n=n)}"
    if n < thresholds.percentages_from or pd.isna(row["value"]):
        return words
    key = "estimated" if row["method"] in (PARTLY_FOLLOWED, STILL_FOLLOWED) else "percent"
    return say(f"glance.{key}", counted=words, percent=percent_words(row["value"]))


def sure(row: pd.Series[Any] | None, thresholds: Thresholds, *further: str) -> Answer:
    """Say between which limits the share lies, and what the interval allows for; of a row without limits, that.

    Parameters
    ----------
    row : Series or None
        The share of `many`.
    *further : str
        Sentences on what the interval rests on; empty ones are left out.
    """
    question = say("glance.sure")
    if row is None or pd.isna(row["lower"]):
        hidden = row is not None and bool(row.get("hidden"))
        short = say("glance.interval_hidden" if hidden else "glance.no_interval")
        given = [say("glance.hidden")] if hidden else []
        return Answer(question, short, _joined([*given, *further]))
    short = say("glance.between", lower=fw.limit(row["lower"]), upper=fw.limit(row["upper"]))
    few = [say("glance.few")] if row["denominator"] < thresholds.caution_below else []
    return Answer(question, short, _joined([say("glance.interval"), *few, *further]))


def rests_on(service: Service, row: pd.Series[Any] | None, days: int) -> list[str]:
    """Say what else the answer rests on: who was followed for less than 12 months, how early it is, siblings.

    Parameters
    ----------
    days : int
        The window of the share; 0 for those whose support closed.
    """
    sentences = []
    if days < HEADLINE_DAYS:
        sentences.append(say("glance.not_12_months"))
    elif service.primary_window_days > HEADLINE_DAYS:
        windows = {"window": fw.window(days), "primary": fw.window(service.primary_window_days)}
        sentences.append(say("glance.early", **windows))
    if row is not None and row["measure"].endswith("_family"):
        sentences.append(say("glance.siblings"))
    return sentences


def next_step(verdict: str, reasons: Sequence[str], flip: str) -> Answer:
    """Say the verdict, its reasons in a few words each, and the first thing that would change it.

    Parameters
    ----------
    verdict : str
        One of `ehp_eval.verdict.VERDICTS`.
    reasons : sequence of str
        Codes; `watch` alone has any.
    flip : str
        In a sentence; empty where nothing is known to change it.
    """
    sentences = [say("judged.question")] if verdict == REDIRECTION else []
    if reasons:
        words = ", ".join(say(f"judged.short_{reason}") for reason in reasons)
        sentences.append(say("glance.because", reasons=capital(words)))
    if flip:
        sentences.append(say("judged.flip", flip=flip) if reasons else flip)
    return Answer(say("glance.next"), say(f"verdict.title_{verdict}"), _joined(sentences))


def reading_of(lower: float, upper: float) -> str:
    """Return how the interval of a difference reads: "higher", "lower" or "unclear"."""
    if lower > 0:
        return "higher"
    return "lower" if upper < 0 else "unclear"


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(filter(None, sentences))


def capital(words: str) -> str:
    """Return words as a sentence begins."""
    return words[:1].upper() + words[1:]
