"""The whole evaluation, in the order in which a report tells it.

referrals -> cohort -> measures -> comparison with earlier years -> published claims
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isclose
from pathlib import Path
from typing import Any

import pandas as pd

from ehp_eval.claims import Claim, claim_figures, examine_claims
from ehp_eval.cohort import NEEDED_TABLES, Cohort, build_cohort
from ehp_eval.config import OVERVIEW, Service
from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError, DataError, EhpError
from ehp_eval.load import Council, load_council
from ehp_eval.looked_after import looked_after_figures, looked_after_series
from ehp_eval.measures import MEASURES, change, cohort_figures, figures_frame
from ehp_eval.years import Period

FULL_FOLLOW_UP = pd.Timedelta(days=365)


@dataclass(frozen=True)
class Evaluation:
    """One service in one year.

    Attributes
    ----------
    council : Council
    service : Service
    year : Period
    cohort : Cohort
        Those whose clock began in the year.
    full : Cohort or None
        The latest years, up to three together, in which 12 months have passed for everybody: what the
        headline rests on. None where there is no such year.
    by_year : dict of Cohort
        The service's own stream in each year to this one, by the year's label, oldest first.
    other_streams : dict of Cohort
        Its other streams in the year, by stream.
    claims : list of Claim
        What was published about the service up to this year.
    figures : DataFrame
        Every figure of the report; see `ehp_eval.measures.FIGURE_COLUMNS`.
    """

    council: Council
    service: Service
    year: Period
    cohort: Cohort
    full: Cohort | None
    by_year: dict[str, Cohort]
    other_streams: dict[str, Cohort]
    claims: list[Claim]
    figures: pd.DataFrame

    @property
    def report(self) -> str:
        """Id of the report."""
        return self.service.report

    def figure(self, measure: str, year: Period, window_days: int | None = None) -> pd.Series[Any]:
        """Return one row of the figures that is known to be there."""
        row = self.find(measure, year, window_days)
        if row is None:
            raise EhpError(f"There is no figure {measure} of {year.label}: look at .figures for those there are")
        return row

    def find(self, measure: str, year: Period | None = None, window_days: int | None = None) -> pd.Series | None:
        """Return one row of the figures; None where there is none."""
        rows = self.figures[self.figures["measure"] == measure]
        rows = rows[rows["year"] == (year or self.year).label]
        rows = rows[rows["window_days"].isna() if window_days is None else rows["window_days"] == window_days]
        return None if rows.empty else rows.iloc[0]


@dataclass(frozen=True)
class Overview:
    """All services of a council in one year, the looked-after children beside them, and the claims.

    Attributes
    ----------
    services : tuple of Evaluation
        Those in operation in the year that have a report and the tables it needs.
    not_evaluated : dict of list of str
        Titles of the services in operation without a report, and the tables they lack; none where no notebook
        evaluates them yet.
    looked_after : DataFrame
        See `ehp_eval.looked_after.looked_after_series`.
    """

    council: Council
    year: Period
    services: tuple[Evaluation, ...]
    not_evaluated: dict[str, list[str]]
    looked_after: pd.DataFrame
    claims: list[Claim]
    figures: pd.DataFrame

    report = OVERVIEW


def evaluate(council: Council | str | Path, service: Service | str, year: Period | str) -> Evaluation:
    """Evaluate one service in one year.

    Parameters
    ----------
    council : Council, or path of a council's folder
    service : Service, or its id
    year : Period, or a financial year such as ``"2020-21"``

    Returns
    -------
    Evaluation

    Raises
    ------
    ArgumentError
        For a service or year that there is not.
    DataError
        For faults in the council's folder.
    """
    council = council if isinstance(council, Council) else load_council(council)
    service = service if isinstance(service, Service) else council.service(service)
    year = council.year(year.label if isinstance(year, Period) else year)
    if lacking := missing_tables(council, service):
        files = ", ".join(TABLES[name].file for name in lacking)
        raise DataError(f"{service.id} cannot be evaluated without {files}: supply what is missing")
    years = [each for each in service_years(council, service) if each <= year]
    if year not in years:
        raise ArgumentError(
            f"{service.id} began on {service.operational_since:%d %B %Y}: there is no {year.label} for it"
        )

    by_year = {each.label: build_cohort(council, service, each) for each in years}
    full_period = latest_full_period(council, by_year)
    full = build_cohort(council, service, full_period) if full_period else None
    other_streams = {
        stream: build_cohort(council, service, year, stream=stream, windows=()) for stream in service.streams[1:]
    }
    claims = examine_claims(council, until=year, subject=service.id)

    rows = [row for cohort in by_year.values() for row in cohort_figures(council, cohort)]
    if full and full.period.label not in by_year:
        rows += cohort_figures(council, full)
    rows += changes(rows, council, service, years)
    rows += [row for cohort in other_streams.values() for row in cohort_figures(council, cohort)]
    rows += claim_figures(council, claims)
    figures = figures_frame(rows).assign(report=service.report)
    return Evaluation(council, service, year, by_year[year.label], full, by_year, other_streams, claims, figures)


def evaluate_council(council: Council | str | Path, year: Period | str) -> Overview:
    """Evaluate every service with a report, and put the looked-after children and all claims beside them."""
    council = council if isinstance(council, Council) else load_council(council)
    year = council.year(year.label if isinstance(year, Period) else year)
    services = tuple(evaluate(council, service, year) for service in reported_services(council, year))
    not_evaluated = {
        service.title: lacking
        for service in council.services
        if year in service_years(council, service)
        and ((lacking := missing_tables(council, service)) or not service.notebook)
    }
    looked_after = looked_after_series(council, until=year)
    claims = examine_claims(council, until=year)
    headline = [each.figures[each.figures["source"] == "records"] for each in services]
    rows = looked_after_figures(looked_after) + claim_figures(council, claims)
    figures = pd.concat([*headline, figures_frame(rows)], ignore_index=True).assign(report=Overview.report)
    return Overview(council, year, services, not_evaluated, looked_after, claims, figures)


def reported_services(council: Council, year: Period) -> list[Service]:
    """Return the services that have a report, were in operation in the year, and have the tables it needs."""
    return [
        service
        for service in council.services
        if service.notebook and year in service_years(council, service) and not missing_tables(council, service)
    ]


def missing_tables(council: Council, service: Service) -> list[str]:
    """Return the tables that a service cannot be evaluated without and that were not supplied."""
    needed = {table for stream in service.streams for table in NEEDED_TABLES[stream]}
    return sorted(needed - council.supplied)


def service_years(council: Council, service: Service) -> list[Period]:
    """Return the complete years of the records in which a service was in operation, oldest first."""
    began = Period.of_day(service.operational_since)
    return [year for year in council.years if year >= began]


def latest_full_period(council: Council, by_year: dict[str, Cohort]) -> Period | None:
    """Return the latest years in which 12 months have passed for everybody, pooled as settings allow.

    For everybody: of a year's pregnancies the last baby is born months after the year has ended.
    """
    full = [
        cohort.period
        for cohort in by_year.values()
        if cohort.period.end + FULL_FOLLOW_UP <= council.extract_date
        and (cohort.at_risk["t0"] + FULL_FOLLOW_UP <= council.extract_date).all()
    ]
    pooled = full[-council.settings.thresholds.pooled_years :]
    return Period(pooled[0].first, pooled[-1].last) if pooled else None


def changes(
    rows: list[dict[str, Any]], council: Council, service: Service, years: list[Period]
) -> list[dict[str, Any]]:
    """Return the differences from the year before: at closure, and at a window once both years have matured.

    The window is the primary one; for a cumulative incidence 12 months, where it is a plain share (nobody's
    follow-up ended early), since Newcombe's interval is one of shares.
    """
    measures = MEASURES[service.stream]
    measure = measures.windowed or measures.incidence
    days = service.primary_window_days if measures.windowed else FULL_FOLLOW_UP.days

    def share(measure: str, year: Period, days: int | None) -> dict[str, Any] | None:
        wanted = (measure, year.label, service.stream, days)
        for row in rows:
            if (row["measure"], row["year"], row["stream"], row["window_days"]) == wanted and row["denominator"]:
                plain = isclose(row["value"], row["numerator"] / row["denominator"])
                return row if plain else None
        return None

    pairs = []
    for before, now in pairwise(years):
        if measures.closing:
            pairs.append((share(measures.closing, now, None), share(measures.closing, before, None)))
        if measure and now.end + pd.Timedelta(days=days) <= council.extract_date:
            pairs.append((share(measure, now, days), share(measure, before, days)))
    return [change(now, before) for now, before in pairs if now and before]
