"""The figures of a service's evaluation in words: its answer, outcomes and titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.present import figure_words as fw
from ehp_eval.streams import STREAMS
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.config import Thresholds
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.years import Period


def answer_sentence(report: Evaluation) -> str:
    """Return the report's answer: of the latest full years, how many had the outcome at 12 months.

    Where 12 months have not passed for everybody of any year: the year itself, at the longest window that has; where
    none has, what is known of it when support closed.
    """
    if report.full is not None and not report.full.at_risk.empty:
        return _answer(report, report.full.period, HEADLINE_DAYS)
    too_early = say("answer.none", extract=day_in_words(report.council.extract_date))
    if days := followed_days(report):
        return f"{too_early} {_answer(report, report.year, days)}"
    if not STREAMS[report.service.stream].closing:
        return too_early
    return f"{too_early} {say('answer.this_year', year=report.year.label, outcome=at_closure(report, report.year))}"


def _answer(report: Evaluation, period: Period, days: int) -> str:
    happened = outcome(report, primary(report, period, days), days)
    return say(f"answer.{report.service.unit}", period=period.in_words, outcome=happened)


def followed_days(report: Evaluation) -> int:
    """Return the longest window, up to the headline's, that has passed for everybody of the year; 0 for none."""
    rows = report.cohort.at_risk
    on_time = rows[rows["entry_days"] == 0]
    passed = [
        days
        for days in report.service.windows_days
        if days <= HEADLINE_DAYS and len(on_time) and on_time[f"matured_{days}"].all()
    ]
    return max(passed, default=0)


def main_figure(report: Evaluation) -> tuple[pd.Series[Any] | None, Period, int]:
    """Return the figure on which the answer rests, its period, and its window in days: 0 for the day support closed.

    None in place of the figure where it says nothing of anybody yet.
    """
    if report.full is not None and not report.full.at_risk.empty:
        period, days = report.full.period, HEADLINE_DAYS
    else:
        period, days = report.year, followed_days(report)
    closing = STREAMS[report.service.stream].closing
    row = primary(report, period, days) if days else report.deciding(closing, period) if closing else None
    return (row if row is not None and row["denominator"] else None), period, days


def at_closure(report: Evaluation, period: Period, stream: str | None = None) -> str:
    """Write what is known of those of a period when support closed."""
    stream = stream or report.service.stream
    row = report.deciding(STREAMS[stream].closing, period)
    if row is None or not row["denominator"]:
        return say("outcome.nobody_closing")
    return say(f"outcome.{stream}_closing", share=fw.share(row, thresholds(report)))


def outcome(report: Evaluation, row: pd.Series[Any] | None, days: int) -> str:
    """Write what a figure of the service's own stream says of those in it."""
    if row is None or pd.isna(row["value"]):
        return say("outcome.nobody")
    stream = report.service.stream
    key = f"outcome.{stream}" if STREAMS[stream].windowed else f"outcome.{stream}_event"
    return say(key, share=in_words(report, row), window=fw.window(days))


def in_words(report: Evaluation, row: pd.Series[Any] | None) -> str:
    """Write a share of the report's, a cumulative incidence as the estimate that it is."""
    return fw.estimated(row, report.service.unit, thresholds(report))


def primary(report: Evaluation, period: Period, days: int) -> pd.Series[Any] | None:
    """Return the main measure of a period at a window, with the interval that decides; None where there is none."""
    return report.deciding(STREAMS[report.service.stream].main, period, days)


def thresholds(report: Evaluation) -> Thresholds:
    """Return what the council holds a figure against."""
    return report.council.settings.thresholds


def title_of(measure: str, days: int | None) -> str:
    """Write the title of a measure, with its window where it has one."""
    title = fw.measure_title(measure)
    return title if days is None else f"{title}, {fw.window(days)}"
