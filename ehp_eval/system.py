"""The looked-after system of a council: its children in care as a whole, year by year, and what was published of them.

It is evaluated apart from the services, of which none answers for it: it is the context in which they work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.claims import Claim, claim_figures, examine_claims
from ehp_eval.config import SYSTEM
from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError, DataError
from ehp_eval.load import Council, load_council
from ehp_eval.looked_after import NUMBER, RATE, looked_after_figures, looked_after_series
from ehp_eval.measures.figures import figures_frame, find_figure
from ehp_eval.measures.looked_after_system import NEEDED, system_changes, system_figures
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.other_authorities import OtherAuthorities

EPISODES = "looked_after_episodes"
PUBLISHED_COLUMNS = ["measure", "subject", "period", "year", "value", "records", "unit", "document", "paragraph"]
_PERIOD = re.compile(r"(?P<year>\d{4}-\d{2})(?P<day>-\d{2})?(?P<rest>.*)")


@dataclass(frozen=True)
class System:
    """The looked-after system in one year and those before it.

    Attributes
    ----------
    council : Council
    year : Period
    years : tuple of Period
        Those to this one of which the figures are given, oldest first; see `system_years`.
    series : DataFrame
        The published number and rate of the authority, its comparators and the nation; see `looked_after_series`.
    elsewhere : OtherAuthorities or None
        The authority against the others of its nation, where the settings name a change to be looked at.
    published : DataFrame
        What else was published of the same measures (`counts.csv`): measure, subject, period (as it is written there),
        year (empty where the period is no whole year and no end of one), value, records (the same from records;
        missing where they do not hold it, and for part of a year), unit, document, paragraph.
    missing : tuple of str
        The tables that were not supplied, so that a measure was left out.
    claims : list of Claim
        What was published about the system up to this year.
    figures : DataFrame
        Every figure of the report. las1 and las2 stand in it from records and, as `reference`, from the series.
    """

    council: Council
    year: Period
    years: tuple[Period, ...]
    series: pd.DataFrame
    elsewhere: OtherAuthorities | None
    published: pd.DataFrame
    missing: tuple[str, ...]
    claims: list[Claim]
    figures: pd.DataFrame

    report = SYSTEM.replace("_", "-")

    def find(
        self, measure: str, year: Period | None = None, window_days: int | None = None, group: str = ""
    ) -> pd.Series[Any] | None:
        """Return one row of the figures, las1 and las2 from records; None where there is none."""
        series = (self.figures["source"] == "reference") & self.figures["measure"].isin([NUMBER, RATE])
        return find_figure(self.figures[~series], measure, (year or self.year).label, window_days, group)


def evaluate_system(council: Council | str | Path, year: Period | str) -> System:
    """Evaluate the looked-after system in one year.

    Parameters
    ----------
    council : Council, or path of a council's folder
    year : Period, or a financial year such as ``"2020-21"``

    Raises
    ------
    ArgumentError
        For a year that there is not, or of which the records hold no looked-after children.
    DataError
        For faults in the council's folder, or where there are no looked-after episodes in it.
    """
    council = council if isinstance(council, Council) else load_council(council)
    year = council.year(year.label if isinstance(year, Period) else year)
    if EPISODES not in council.supplied:
        raise DataError(f"{SYSTEM} cannot be evaluated without {TABLES[EPISODES].file}: supply what is missing")
    years = tuple(each for each in system_years(council) if each <= year)
    if year not in years:
        raise ArgumentError(
            f"{TABLES[EPISODES].file} has nobody who left care up to {year.label}: its history begins later. "
            "Choose a later year, or supply the earlier episodes"
        )
    # Imported here: nothing else needs what it is worked out with, which takes long to import.
    from ehp_eval.other_authorities import against_other_authorities, other_authorities_figures

    by_year = [system_figures(council, each) for each in years]
    rows = [row for figures in by_year for row in figures]
    rows += [row for before, now in pairwise(by_year) for row in system_changes(now, before)]
    published = published_counts(council, rows, until=year)
    series = looked_after_series(council, until=year)
    elsewhere = against_other_authorities(council)
    claims = examine_claims(council, until=year, subject=SYSTEM)
    rows += looked_after_figures(series) + claim_figures(council, claims)
    rows += other_authorities_figures(elsewhere) if elsewhere else []
    missing = tuple(sorted({name for tables in NEEDED.values() for name in tables} - council.supplied))
    figures = figures_frame(rows).assign(report=System.report)
    return System(council, year, years, series, elsewhere, published, missing, claims, figures)


def system_years(council: Council) -> list[Period]:
    """Return the complete years of the records whose looked-after children can be counted, oldest first.

    From the first in which a period of care ended: every year some do, so that an extract in which none has ended
    yet begins later. That an extract holds everybody who was looked after since, no table shows: hold the number of
    children against the published one.
    """
    periods = council.care.periods
    known = periods["ended_on"] if periods["ended_on"].notna().any() else periods["started_on"]
    return [] if known.empty else [each for each in council.years if each >= Period.of_day(known.min())]


def published_counts(council: Council, rows: list[dict[str, Any]], *, until: Period) -> pd.DataFrame:
    """Return the published counts of these measures beside the records; see `System.published`.

    A count of 31 March, or of 1 April, is set beside that of 31 March. In the latest report those since are there too.
    """
    counts = council.tables["counts"]
    counts = counts[counts["measure"].isin([row["measure"] for row in rows])]
    if until == council.latest_year:
        until = Period.of_day(council.extract_date)
    ours = {(row["measure"], row["year"]): row for row in rows}
    found = []
    for count in counts.to_dict("records"):
        begins, year = _when(count["period"])
        if begins and begins > until:
            continue
        row = ours.get((count["measure"], year))
        value = None if row is None else row["value"] if row["measure"] == RATE else row["numerator"]
        found.append({**count, "year": year, "records": value})
    return pd.DataFrame(found, columns=PUBLISHED_COLUMNS).astype({"value": "float64", "records": "float64"})


def _when(period: str) -> tuple[Period | None, str]:
    """Return the year in which a written period begins, and the label of the year that it is the whole or the end of.

    The former is None where that cannot be read, the latter empty where it is neither.
    """
    match = _PERIOD.fullmatch(str(period))
    if match is None:
        return None, ""
    try:
        if match["day"]:
            day = pd.Timestamp(match["year"] + match["day"])
            closed = Period.of_day(day - pd.Timedelta(days=1))  # 1 April is the evening of 31 March
            at_end = day in (closed.end, closed.end + pd.Timedelta(days=1)) and not match["rest"]
            return closed, closed.label if at_end else ""
        year = Period.year(match["year"])
    except (ArgumentError, ValueError):  # a month, or no date at all
        month = pd.to_datetime(match["year"], format="%Y-%m", errors="coerce")
        return (None if pd.isna(month) else Period.of_day(month)), ""
    return year, "" if match["rest"] else year.label
