"""Whom a service reached, by group, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.columns import CHARACTERISTICS
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.measures.reach import LOCALITY, NOT_KNOWN, OTHER_PLACE, POPULATION, REACHED, REFERRED, group_of
from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_words import thresholds, title_of
from ehp_eval.prose import Paragraph
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation


def reached(report: Evaluation) -> Table | Paragraph:
    """Show who was accepted in the latest years, beside all who were referred and, where supplied, the population."""
    period = report.recent.period
    accepted, referred, population = (
        _by_group(report, measure, period.label) for measure in (REACHED, REFERRED, POPULATION)
    )
    if accepted.empty:
        if report.service.unit == "parent":
            return Paragraph(say("reach.nothing_parent"))
        return Paragraph(say("reach.nothing", period=period.in_words))
    columns = {"accepted": accepted, "referred": referred} | ({"population": population} if len(population) else {})
    # A group that only those referred or the population have is a finding too.
    groups = dict.fromkeys(group for rows in columns.values() for group in rows.index)
    frame = pd.DataFrame(
        [
            {"who": words_of(group), **{name: _share(report, rows, group) for name, rows in columns.items()}}
            for group in sorted(groups, key=rank)
        ]
    )
    notes = [say("reach.note", period=period.in_words)]
    if len(population):
        years = dict.fromkeys(population["note"])
        notes.append(say("reach.population_note", notes="; ".join(years)))
    elif report.service.unit == "child":
        notes.append(say("reach.no_population"))
    return Table(
        frame,
        caption=say("reach.caption", title=report.service.title, period=period.in_words),
        headings={name: say(f"reach.{name}") for name in frame.columns},
        note=" ".join(notes),
    )


def outcomes_by_group(report: Evaluation) -> Table | Paragraph:
    """Show the main measure at 12 months by group, for the groups of the latest full years that are large enough."""
    measure, full = STREAMS[report.service.stream].windowed, report.full
    least = thresholds(report).percentages_from
    if not measure:
        return _no_outcomes(say("reach.outcomes_no_share"))
    if full is None or full.at_risk.empty:
        return _no_outcomes(say("reach.outcomes_no_full", window=fw.window(HEADLINE_DAYS)))
    rows = _by_group(report, measure, full.period.label, HEADLINE_DAYS)
    rows = rows[~rows.index.str.startswith(group_of(LOCALITY, ""))]
    if rows.empty:
        return _no_outcomes(say("reach.outcomes_few", least=least))
    frame = pd.DataFrame(
        [{"who": words_of(str(group)), "outcome": fw.share(row, thresholds(report))} for group, row in rows.iterrows()]
    )
    title = title_of(measure, HEADLINE_DAYS)
    return Table(
        frame,
        caption=say("reach.outcomes_caption", measure=title, title=report.service.title, period=full.period.in_words),
        headings={name: say(f"reach.{name}") for name in frame.columns},
        note=f"{say('reach.outcomes_least', least=least)} {say('reach.outcomes_note')}",
    )


def words_of(group: str) -> str:
    """Write a group of the figures in words: "Sex: female"."""
    name, _, code = group.partition(": ")
    if name == LOCALITY and code not in (NOT_KNOWN, OTHER_PLACE):
        words = code
    else:
        words = say("reach.not_known" if code == NOT_KNOWN else f"reach.{name}_{code}")
    return say("reach.group", characteristic=say(f"reach.{name}"), group=words)


def _by_group(report: Evaluation, measure: str, year: str, days: int | None = None) -> pd.DataFrame:
    """Return the rows of a measure that are of a group, by group."""
    rows = report.figures[(report.figures["measure"] == measure) & (report.figures["group"] != "")]
    rows = rows[rows["year"] == year]
    return rows[rows["window_days"].isna() if days is None else rows["window_days"] == days].set_index("group")


def _share(report: Evaluation, rows: pd.DataFrame, group: str) -> str | None:
    if group not in rows.index:
        return None
    row: pd.Series[Any] = rows.loc[group]  # type: ignore[assignment]
    numerator, denominator = int(row["numerator"]), int(row["denominator"])
    counted = fw.frequency(numerator, denominator)
    if denominator < thresholds(report).percentages_from or not numerator:
        return counted
    return say("reach.share", share=counted, percent=percent_words(float(row["value"])))


def rank(group: str) -> tuple[Any, ...]:
    """Keep the characteristics in their order, their groups in theirs, and what is not known last."""
    name, _, code = group.partition(": ")
    return (CHARACTERISTICS.index(name), code == NOT_KNOWN)


def _no_outcomes(reason: str) -> Paragraph:
    return Paragraph(say("reach.outcomes_nothing", reason=reason))
