"""The figures of a service's evaluation in words: its answer, outcomes and titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.evaluation import FULL_FOLLOW_UP
from ehp_eval.measures import MEASURES
from ehp_eval.present import figure_words as fw
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.config import Thresholds
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.years import Period

HEADLINE_DAYS = FULL_FOLLOW_UP.days


def answer_sentence(report: Evaluation) -> str:
    """Return the report's answer: of the latest full years, how many had the outcome at 12 months."""
    if report.full is None or report.full.at_risk.empty:
        return say("answer.none", extract=day_in_words(report.council.extract_date))
    return say(
        f"answer.{report.service.unit}",
        period=report.full.period.in_words,
        outcome=outcome(report, primary(report, report.full.period, HEADLINE_DAYS), HEADLINE_DAYS),
    )


def outcome(report: Evaluation, row: pd.Series[Any] | None, days: int) -> str:
    """Write what a figure of the service's own stream says of those in it."""
    stream = report.service.stream
    key = f"outcome.{stream}" if MEASURES[stream].windowed else f"outcome.{stream}_event"
    return say(key, share=in_words(report, row), window=fw.window(days))


def in_words(report: Evaluation, row: pd.Series[Any] | None) -> str:
    """Write a figure of the report, a cumulative incidence as the estimate that it is."""
    if row is not None and row["measure"] == MEASURES[report.service.stream].incidence:
        return fw.estimated(row, report.service.unit, thresholds(report))
    return fw.share(row, thresholds(report))


def primary(report: Evaluation, period: Period, days: int) -> pd.Series[Any] | None:
    """Return the primary measure of a period at a window; None where there is none."""
    measures = MEASURES[report.service.stream]
    return report.find(measures.windowed or measures.incidence, period, days)


def thresholds(report: Evaluation) -> Thresholds:
    """Return what the council holds a figure against."""
    return report.council.settings.thresholds


def title_of(measure: str, days: int | None) -> str:
    """Write the title of a measure, with its window where it has one."""
    title = fw.measure_title(measure)
    return title if days is None else f"{title}, {fw.window(days)}"
