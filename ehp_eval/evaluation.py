"""The whole evaluation, in the order in which a report tells it.

referrals -> cohort -> measures -> comparison with earlier years -> comparison group -> cost -> verdict
-> published claims
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ehp_eval.claimed_saving import claimed_saving, claimed_saving_figures
from ehp_eval.claims import Claim, claim_figures, examine_claims
from ehp_eval.cohort import Cohort, build_cohort
from ehp_eval.comparison import Comparison, compare, comparison_figures
from ehp_eval.config import FRONT_DOOR, HEADLINE_DAYS, OVERVIEW, Service
from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError, DataError, EhpError
from ehp_eval.evidence import evidence_of
from ehp_eval.front_door import FrontDoor, evaluate_front_door
from ehp_eval.linking import linking_figures
from ehp_eval.load import Council, load_council
from ehp_eval.looked_after import looked_after_figures, looked_after_series
from ehp_eval.measures.figures import figures_frame, find_figure
from ehp_eval.measures.over_years import baseline_year, changes
from ehp_eval.measures.reach import outcome_by_group, reach
from ehp_eval.measures.registry import cohort_figures
from ehp_eval.measures.side_by_side import by_locality
from ehp_eval.published_verdict import published_verdict
from ehp_eval.streams import STREAMS
from ehp_eval.system import EPISODES, System, evaluate_system, system_years
from ehp_eval.value import Value, value_of
from ehp_eval.value_figures import value_figures
from ehp_eval.verdict import Verdict, judge
from ehp_eval.years import Period

FULL_FOLLOW_UP = pd.Timedelta(days=HEADLINE_DAYS)


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
    recent : Cohort
        The year and those before it, as many as may be pooled, whether or not they have matured: who was reached.
    other_streams : dict of Cohort
        Its other streams in the year, by stream.
    comparison : Comparison or None
        The full years beside a comparison group; None where the council supplied none for the service.
    value : Value or None
        What the service cost in the full years, and how many entries into care fewer would meet that.
    verdict : Verdict
        What the council's gates make of all this.
    published : Verdict
        What they would make of the published figures alone.
    claims : list of Claim
        What was published about the service up to this year.
    figures : DataFrame
        Every figure of the report; see `ehp_eval.measures.figures.FIGURE_COLUMNS`.
    """

    council: Council
    service: Service
    year: Period
    cohort: Cohort
    full: Cohort | None
    by_year: dict[str, Cohort]
    recent: Cohort
    other_streams: dict[str, Cohort]
    comparison: Comparison | None
    value: Value | None
    verdict: Verdict
    published: Verdict
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

    def find(
        self, measure: str, year: Period | None = None, window_days: int | None = None, group: str = ""
    ) -> pd.Series | None:
        """Return one row of the figures; None where there is none."""
        return find_figure(self.figures, measure, (year or self.year).label, window_days, group)

    def deciding(
        self, measure: str, year: Period | None = None, window_days: int | None = None, group: str = ""
    ) -> pd.Series | None:
        """Return a share with the interval that decides: the family-clustered one where siblings matter."""
        family = self.find(f"{measure}_family", year, window_days, group)
        return self.find(measure, year, window_days, group) if family is None else family

    @property
    def baseline(self) -> Period:
        """The first whole year of the service in the records, or its first year where none was whole."""
        return baseline_year(self.service, [cohort.period for cohort in self.by_year.values()])


@dataclass(frozen=True)
class Overview:
    """All services of a council in one year, the looked-after children beside them, and the claims.

    Attributes
    ----------
    services : tuple of Evaluation
        Those in operation in the year that have a report and the tables it needs.
    front_door : FrontDoor or None
        Where the council has one, was it in operation and were its contacts supplied.
    not_evaluated : dict of list of str
        Titles of the services in operation without a report, and the tables they lack; none where no notebook
        evaluates them yet.
    looked_after : DataFrame
        See `ehp_eval.looked_after.looked_after_series`.
    system : System or None
        The looked-after system from records; None where they hold no looked-after children of the year.
    """

    council: Council
    year: Period
    services: tuple[Evaluation, ...]
    front_door: FrontDoor | None
    not_evaluated: dict[str, list[str]]
    looked_after: pd.DataFrame
    system: System | None
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
    full = _pooled(council, service, full_period, by_year) if full_period else None
    pooled = years[-council.settings.thresholds.pooled_years :]
    recent = _pooled(council, service, Period(pooled[0].first, pooled[-1].last), by_year)
    periods = [*years, full_period or recent.period]
    others = {
        stream: {each.label: build_cohort(council, service, each, stream=stream, windows=()) for each in periods}
        for stream in service.streams[1:]
    }
    claims = examine_claims(council, until=year, subject=service.id)

    rows = [row for cohort in by_year.values() for row in cohort_figures(council, cohort, kind=service.stream)]
    if full and full.period.label not in by_year:
        rows += cohort_figures(council, full, kind=service.stream)
    rows += changes(rows, council, service, by_year)
    rows += [
        row
        for cohorts in others.values()
        for cohort in cohorts.values()
        for row in cohort_figures(council, cohort, kind=service.stream)
    ]
    other_streams = {stream: cohorts[year.label] for stream, cohorts in others.items()}
    # After the changes, which take a measure of a year to be that of everybody.
    rows += reach(council, recent)
    if full:
        rows += outcome_by_group(council, full, HEADLINE_DAYS) + by_locality(council, full, HEADLINE_DAYS)
    rows += linking_figures(council, service, full)
    comparison = compare(council, service, full, by_year) if full else None
    if comparison and full:
        rows += comparison_figures(comparison, full)
    value = value_of(council, service, full or recent, comparison)
    if value:
        rows += value_figures(value, full or recent)
    if rebuilt := claimed_saving(council, service):
        rows += claimed_saving_figures(rebuilt)
    verdict = judge(evidence_of(council, service, full, comparison, value), council.settings.thresholds)
    rows += claim_figures(council, claims)
    figures = figures_frame(rows).assign(report=service.report)
    return Evaluation(
        council=council,
        service=service,
        year=year,
        cohort=by_year[year.label],
        full=full,
        by_year=by_year,
        recent=recent,
        other_streams=other_streams,
        comparison=comparison,
        value=value,
        verdict=verdict,
        published=published_verdict(council, service, until=year),
        claims=claims,
        figures=figures,
    )


def _pooled(council: Council, service: Service, period: Period, by_year: dict[str, Cohort]) -> Cohort:
    return by_year.get(period.label) or build_cohort(council, service, period)


def evaluate_council(council: Council | str | Path, year: Period | str) -> Overview:
    """Evaluate every service with a report, and put the looked-after children and all claims beside them."""
    council = council if isinstance(council, Council) else load_council(council)
    year = council.year(year.label if isinstance(year, Period) else year)
    reported = reported_services(council, year)
    services = tuple(evaluate(council, each, year) for each in reported if each.stream != FRONT_DOOR)
    doors = [evaluate_front_door(council, each, year) for each in reported if each.stream == FRONT_DOOR]
    front_door = doors[0] if doors else None
    not_evaluated = {
        service.title: lacking
        for service in council.services
        if year in service_years(council, service)
        and ((lacking := missing_tables(council, service)) or not service.notebook)
    }
    looked_after = looked_after_series(council, until=year)
    claims = examine_claims(council, until=year)
    headline = [_main_figures(each) for each in services]
    rows = looked_after_figures(looked_after) + claim_figures(council, claims)
    figures = pd.concat([*headline, figures_frame(rows)], ignore_index=True).assign(report=Overview.report)
    known = EPISODES in council.supplied and year in system_years(council)
    system = evaluate_system(council, year) if known else None
    return Overview(council, year, services, front_door, not_evaluated, looked_after, system, claims, figures)


def _main_figures(report: Evaluation) -> pd.DataFrame:
    """Return the main figures of a service, for the overview; the further ones stand in its own report."""
    figures, streams = report.figures, [STREAMS[stream] for stream in report.service.streams]
    ids = [each for main in streams for each in (main.windowed, main.incidence, main.closing) if each]
    stem = figures["measure"].str.partition("_")[0]
    return figures[(figures["source"] == "records") & stem.isin(ids) & (figures["group"] == "")]


def reported_services(council: Council, year: Period) -> list[Service]:
    """Return the services that have a report, were in operation in the year, and have the tables it needs."""
    return [
        service
        for service in council.services
        if service.notebook and year in service_years(council, service) and not missing_tables(council, service)
    ]


def missing_tables(council: Council, service: Service) -> list[str]:
    """Return the tables that a service cannot be evaluated without and that were not supplied."""
    return sorted(service.tables - council.supplied)


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
