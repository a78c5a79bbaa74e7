"""What is gathered for a release: the rows of every report of a run, before anything is hidden.

A row is a row of the figures as a dict. Beside the columns it may hold "at_risk" (the number still followed at a point
of a curve), "against" (the year that a change is set against), "behind" (the counts of people behind a comparison),
"stated" (which of its counts a document gives) and "headline" (whether the report rests on it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ehp_eval.claims import Claim
from ehp_eval.cohort import Cohort, build_cohort
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.related import Row, is_small
from ehp_eval.disclosure.release import CLAIMED, FLOW
from ehp_eval.evaluation import Evaluation, Overview
from ehp_eval.front_door import Contacts
from ehp_eval.measures.figures import COUNT, FIGURE_COLUMNS, figures_frame
from ehp_eval.measures.primary import followed_at
from ehp_eval.measures.registry import cohort_figures
from ehp_eval.publishing import Disclosure
from ehp_eval.standardisation import Standardised
from ehp_eval.streams import STREAMS
from ehp_eval.years import Period

OTHER_READINGS = re.compile(r"_(worst|best|unlinked|unjoined)(_|$)")
"""Readings of a share that differ from it by the few whose status is not known: they would give those away."""
_YEAR = re.compile(r"\b\d{4}-\d{2}\b")
_WHOLE = ("window_days", "numerator", "denominator")


@dataclass(frozen=True)
class WholeRun:
    """What a run says from records, and what it repeats from published documents.

    Attributes
    ----------
    rows : list of dict
        Rows from records, in the order of the reports.
    published : list of dict
        Rows of published claims and series.
    headlines : dict of str
        By report, the years on which its headline rests; empty where there are no full years.
    shown_before : set of tuple
        Measure, year and count of the looked-after system as published documents give them.
    """

    rows: list[Row]
    published: list[Row]
    headlines: dict[str, str]
    shown_before: set[tuple[str, str, int]]


def whole_run(overview: Overview, rule: Disclosure) -> WholeRun:
    """Gather the rows of every report of a run."""
    rows: list[Row] = []
    published: list[Row] = []
    headlines: dict[str, str] = {}
    shown_before: set[tuple[str, str, int]] = set()
    system = overview.system
    if system:
        rows += _from_records(system.figures)
        published += _from_documents(system.figures)
        known = system.published.dropna(subset=["records"])
        known = known[(known["value"] == known["records"]) & (known["unit"] != "rate")]
        shown_before = {
            (row["measure"], row["year"], int(row["value"]))
            for row in known.to_dict("records")
            if row["value"].is_integer()
        }
    for each in overview.services:
        chosen, further = headline(each, rule)
        label = chosen.period.label if chosen else ""
        headlines[each.report] = label
        found = _from_records(each.figures) + _flows(each.report, _cohorts(each, chosen))
        rows += _with_people_behind(each, chosen, found + further) + _claimed(each)
        published += _from_documents(each.figures)
    door = overview.front_door
    if door:
        rows += _from_records(door.figures) + _flows(door.report, list(door.by_year.values()))
        published += _from_documents(door.figures)
    published += _from_documents(overview.figures)
    return WholeRun([_plain(row) for row in rows], [_plain(row) for row in published], headlines, shown_before)


def headline(report: Evaluation, rule: Disclosure) -> tuple[Cohort | None, list[Row]]:
    """Return the years on which a headline rests, and the rows that they add.

    The latest full years, as many as settings pool; where their main figure is small, the longest pool of full years
    in which it is not; where there is none, those of settings after all: "fewer than 5 of 22" is an answer too.
    """
    full = report.full
    if full is None or _large(main_row(report.figures, report, full.period.label), full, rule):
        return full, []
    for first in range(min(cohort.period.first for cohort in report.by_year.values()), full.period.first):
        cohort = build_cohort(report.council, report.service, Period(first, full.period.last))
        found = figures_frame(cohort_figures(report.council, cohort, kind=report.service.stream))
        found = found.assign(report=report.report)
        if _large(main_row(found, report, cohort.period.label), cohort, rule):
            return cohort, _from_records(found)
    return full, []


def main_measure(report: Evaluation) -> str:
    """Return the measure that answers for a service."""
    return STREAMS[report.service.stream].main


def main_row(figures: pd.DataFrame, report: Evaluation, year: str) -> pd.Series[Any] | None:
    """Return the main figure of a service at 12 months in these years; None where there is none."""
    rows = figures[
        (figures["measure"] == main_measure(report))
        & (figures["window_days"] == HEADLINE_DAYS)
        & (figures["year"] == year)
        & (figures["group"] == "")
        & (figures["stream"] == report.service.stream)
    ]
    return None if rows.empty else rows.iloc[0]


def _large(row: pd.Series[Any] | None, cohort: Cohort, rule: Disclosure) -> bool:
    """Return whether a main figure can be shown by itself: neither it nor what it leaves out is small."""
    if row is None or not row["denominator"]:
        return False
    numerator, denominator = int(row["numerator"]), int(row["denominator"])
    if any(is_small(count, rule) for count in (numerator, denominator - numerator)):
        return False
    if row["measure"] != STREAMS[cohort.stream].incidence:
        return True
    return int(followed_at(cohort, [HEADLINE_DAYS])["at_risk"].iloc[0]) >= rule.least_at_risk


def _cohorts(report: Evaluation, chosen: Cohort | None) -> list[Cohort]:
    """Return the single years and the pooled ones that stand in the release, each once."""
    found = {**report.by_year}
    for each in (report.full, chosen):
        if each:
            found.setdefault(each.period.label, each)
    return list(found.values())


def _flows(report: str, cohorts: Iterable[Cohort | Contacts]) -> list[Row]:
    return [
        dict.fromkeys(FIGURE_COLUMNS)
        | {
            "report": report,
            "service": cohort.service,
            "year": cohort.period.label,
            "stream": cohort.stream,
            "measure": FLOW,
            "group": f"step: {step['step']}" if step["step"] else f"left: {step['reason']}",
            "window_days": step["window_days"],
            "numerator": step["count"],
            "value": float(step["count"]),
            "unit": COUNT,
            "method": "count",
            "source": "records",
        }
        for cohort in cohorts
        for step in cohort.flow.to_dict("records")
    ]


def _claimed(report: Evaluation) -> list[Row]:
    """Return what the records give beside each published claim."""
    return [
        dict.fromkeys(FIGURE_COLUMNS)
        | claim.records
        | {
            "report": report.report,
            "measure": CLAIMED,
            "group": f"claim: {claim.id}",
            "stated": _stated(claim, claim.records),
        }
        for claim in report.claims
        if claim.records
    ]


def _stated(claim: Claim, records: Row) -> list[str]:
    """Return which of these counts the document gives too: a percentage may tell its numerator."""
    denominator = None if claim.verdict == "other_unit" else claim.denominator
    given = {"numerator": claim.numerator, "denominator": denominator}
    return [name for name, count in given.items() if count is not None and count == records[name]]


def _with_people_behind(report: Evaluation, chosen: Cohort | None, rows: list[Row]) -> list[Row]:
    """Add the number followed at each point of a curve, and the counts behind each comparison."""
    incidence = STREAMS[report.service.stream].incidence
    cohorts = {each.period.label: each for each in _cohorts(report, chosen)}
    comparison = report.comparison
    for row in rows:
        stem, days = row["measure"].partition("_")[0], row["window_days"]
        cohort = cohorts.get(row["year"])
        own = incidence and stem in (incidence, "psw1p") and row["stream"] == report.service.stream
        if own and cohort and not _missing(days) and not _missing(row["numerator"]):
            followed = int(followed_at(cohort, [int(days)])["at_risk"].iloc[0])
            # In the wider reading of psw1p more have had the event.
            row["at_risk"] = min(followed, int(row["denominator"]) - int(row["numerator"]))
        if stem == "eoc9" and comparison:
            both = comparison.by_year.get(row["year"]) or (comparison.outcome, comparison.harm)
            row["behind"] = [count for each in both if each for count in _behind(each)]
        row["headline"] = (
            row["year"] == (chosen.period.label if chosen else "")
            and stem == main_measure(report)
            and row["window_days"] == HEADLINE_DAYS
            and not row["group"]
        )
    return rows


def _behind(found: Standardised) -> list[int]:
    strata = found.strata
    counts = []
    for group in ("service", "comparison"):
        good, everybody = int(strata[f"{group}_good"].sum()), int(strata[group].sum())
        counts += [good, everybody - good]
    return counts


def _from_records(figures: pd.DataFrame) -> list[Row]:
    chosen = figures[figures["source"] == "records"]
    return _dicts(chosen[~chosen["measure"].str.contains(OTHER_READINGS.pattern.replace("(", "(?:"))])


def _from_documents(figures: pd.DataFrame) -> list[Row]:
    return _dicts(figures[figures["source"] != "records"])


def _dicts(figures: pd.DataFrame) -> list[Row]:
    found = [{str(name): value for name, value in row.items()} for row in figures.to_dict("records")]
    for row in found:
        against = _YEAR.search(str(row["note"]))
        row["against"] = against.group() if against else ""
    return found


def _plain(row: Row) -> Row:
    """Return a row with None for what is missing, whole numbers as int, and no note."""
    plain = {name: None if _missing(value) else value for name, value in row.items()} | {"note": ""}
    plain |= {name: int(value) for name in _WHOLE if (value := plain[name]) is not None}
    return plain | {name: plain[name] or "" for name in ("report", "service", "year", "stream", "group", "unit")}


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)
