"""The front door of early help in one year: its contacts, measures and published claims.

It is evaluated apart from the services: a contact names nobody, so that there is no cohort of children, and what
happened to them afterwards cannot be followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from ehp_eval.claims import Claim, claim_figures, examine_claims
from ehp_eval.config import FRONT_DOOR, Service
from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError, DataError
from ehp_eval.flow import Flow
from ehp_eval.load import Council, load_council
from ehp_eval.measures import front_door as measures
from ehp_eval.measures.figures import figures_frame, find_figure
from ehp_eval.measures.over_years import baseline_year, change
from ehp_eval.tables import percent_words
from ehp_eval.words import say
from ehp_eval.years import Period

QUARTER = pd.DateOffset(months=3)


@dataclass(frozen=True)
class Contacts:
    """The contacts of one year: what a cohort is elsewhere.

    Attributes
    ----------
    service, stream, unit : str
        Ids; the unit is "contact".
    period : Period
    rows : DataFrame
        The columns of their table, and t0, the day received.
    flow : DataFrame
        From receipt to the start of support; see `ehp_eval.flow.Flow`.
    """

    service: str
    stream: str
    unit: str
    period: Period
    rows: pd.DataFrame
    flow: pd.DataFrame

    @property
    def fields(self) -> dict[str, Any]:
        """The columns of the figures that say whose they are."""
        return {"service": self.service, "year": self.period.label, "stream": self.stream}

    def step(self, name: str) -> int:
        """Return how many contacts reached a step of the flow."""
        return int(self.flow.loc[self.flow["step"] == name, "count"].iloc[0])


@dataclass(frozen=True)
class FrontDoor:
    """The front door in one year.

    Attributes
    ----------
    council : Council
    service : Service
    year : Period
    cohort : Contacts
        Those received in the year.
    by_year : dict of Contacts
        Those of each year to this one, by the year's label, oldest first.
    claims : list of Claim
        What was published about it: up to this year, in the latest report up to the extract date.
    figures : DataFrame
        Every figure of the report; see `ehp_eval.measures.figures.FIGURE_COLUMNS`.
    """

    council: Council
    service: Service
    year: Period
    cohort: Contacts
    by_year: dict[str, Contacts]
    claims: list[Claim]
    figures: pd.DataFrame

    @property
    def report(self) -> str:
        """Id of the report."""
        return self.service.report

    @property
    def baseline(self) -> Period:
        """The first whole year in the records, or the first where none was whole."""
        return baseline_year(self.service, [contacts.period for contacts in self.by_year.values()])

    def find(
        self, measure: str, year: Period | None = None, window_days: int | None = None, group: str = ""
    ) -> pd.Series[Any] | None:
        """Return one row of the figures; None where there is none."""
        return find_figure(self.figures, measure, (year or self.year).label, window_days, group)


def evaluate_front_door(council: Council | str | Path, service: Service | str, year: Period | str) -> FrontDoor:
    """Evaluate the front door in one year.

    Parameters
    ----------
    council : Council, or path of a council's folder
    service : Service, or its id
        One that is counted in contacts.
    year : Period, or a financial year such as ``"2020-21"``

    Raises
    ------
    ArgumentError
        For a service or year that there is not, or a service that is not counted in contacts.
    DataError
        For faults in the council's folder, or where there are no contacts in it.
    """
    council = council if isinstance(council, Council) else load_council(council)
    service = service if isinstance(service, Service) else council.service(service)
    year = council.year(year.label if isinstance(year, Period) else year)
    if service.stream != FRONT_DOOR:
        raise ArgumentError(f"{service.id} is counted in '{service.unit}', not in contacts: use evaluate instead")
    if lacking := [TABLES[name].file for name in sorted(service.tables - council.supplied)]:
        raise DataError(f"{service.id} cannot be evaluated without {', '.join(lacking)}: supply what is missing")
    began = pd.Timestamp(service.operational_since)
    years = [each for each in council.years if Period.of_day(began) <= each <= year]
    if year not in years:
        raise ArgumentError(f"{service.id} began on {began:%d %B %Y}: there is no {year.label} for it")

    by_year = {each.label: contacts_of(council, service, each) for each in years}
    rows = _figures(council, service, by_year)
    claims, growth = _claims(council, service, year)
    figures = figures_frame(rows + growth + claim_figures(council, claims)).assign(report=service.report)
    return FrontDoor(council, service, year, by_year[year.label], by_year, claims, figures)


def contacts_of(council: Council, service: Service, period: Period) -> Contacts:
    """Return the contacts received in a year, with their flow, which adds up at every step."""
    table = council.tables[FRONT_DOOR]
    rows = table[period.holds(table["received_on"])].assign(t0=lambda held: held["received_on"])
    flow = Flow("received")
    flow.start(len(rows))
    decision = rows["decision"]
    flow.leave_out("undecided", ~decision.isin(measures.DECIDED))
    flow.step("decided")
    for other in ("no_further_action", "stepped_up"):
        flow.leave_out(other, decision == other)
    flow.step("support")
    flow.leave_out("not_started", decision.isin(measures.SUPPORT) & rows["started_on"].isna())
    flow.step("started")
    return Contacts(service.id, service.stream, service.unit, period, rows, flow.frame())


def _figures(council: Council, service: Service, by_year: dict[str, Contacts]) -> list[dict[str, Any]]:
    """Return the figures of each year, and its differences from the year before and from the first whole year."""
    extract, days = council.extract_date, service.primary_window_days
    rows: list[dict[str, Any]] = []
    before: dict[str, dict[str, Any]] = {}
    baseline: dict[str, dict[str, Any]] = {}
    for contacts in by_year.values():
        own = measures.received(contacts) + measures.waits(contacts, extract)
        own += measures.decision_days(contacts, extract) + measures.step_ups(contacts)
        own += [row for window in service.windows_days for row in measures.step_downs_held(contacts, extract, window)]
        now = {row["measure"]: row for row in own if row["window_days"] in (None, days)}
        rows += own + measures.decisions(contacts)
        # Step-downs are compared once the window has passed for the whole year.
        matured = contacts.period.end + pd.Timedelta(days=days) <= extract
        shares = ("fd3", "fd4") if matured else ("fd3",)
        if before:
            rows += _differences(now, before, contacts, shares, suffix="change")
        if baseline and baseline is not before:
            rows += _differences(now, baseline, contacts, shares, suffix="baseline")
        if pd.Timestamp(service.operational_since) <= contacts.period.start:  # part of a year is set beside none
            before = now
            baseline = baseline or now
    return rows


def _differences(
    now: dict[str, dict[str, Any]],
    then: dict[str, dict[str, Any]],
    contacts: Contacts,
    shares: tuple[str, ...],
    *,
    suffix: str,
) -> list[dict[str, Any]]:
    """Return how one year differs from another: contacts as a ratio, waits in days, shares in points."""
    counts, against = (now["fd1"]["numerator"], then["fd1"]["numerator"]), then["fd1"]["year"]
    ratio = "fd1_ratio" if suffix == "change" else f"fd1_{suffix}"
    rows = [measures.growth(ratio, *counts, against=against, **contacts.fields)]
    rows += [measures.difference_in_days(now[name], then[name], suffix=suffix) for name in ("fd2", "fd2p90")]
    held = [name for name in shares if now[name]["denominator"] and then[name]["denominator"]]
    return rows + [change(now[name], then[name], suffix=suffix) for name in held]


def _claims(council: Council, service: Service, year: Period) -> tuple[list[Claim], list[dict[str, Any]]]:
    """Re-examine what was published about the front door.

    A claim of growth is held against the contacts of the last quarter of its period and of the first.
    """
    rows: dict[str, dict[str, Any]] = {}
    published = published_of(council, service, year)
    for claim, row in published:
        counted = _quarters(council, row["period_start"], row["period_end"])
        if row["percent_of"] == "growth" and counted:
            before, now = counted
            fields = {"service": service.id, "year": claim.year, "stream": service.stream}
            against = Period.of_day(row["period_start"]).label
            rows[claim.id] = measures.growth("fd1q_ratio", now, before, against=against, **fields)
    claims = [
        held_against(claim, rows[claim.id], row["caveat"]) if claim.id in rows else claim for claim, row in published
    ]
    return claims, list(rows.values())


def published_of(council: Council, service: Service, year: Period) -> list[tuple[Claim, pd.Series[Any]]]:
    """Return what was published about the front door with its row, in the latest report also what came since."""
    until = Period.of_day(council.extract_date) if year == council.latest_year else year
    table = council.tables["claims"]
    found = [
        (claim, table[table["claim_id"] == claim.id].iloc[0])
        for claim in examine_claims(council, until=until, subject=service.id)
    ]
    return [(claim, row) for claim, row in found if row["period_end"] <= council.extract_date]


def _quarters(council: Council, first: pd.Timestamp, last: pd.Timestamp) -> tuple[int, int] | None:
    """Count the contacts of the first and of the last quarter of a time; None where the records do not hold both."""
    received = council.tables[FRONT_DOOR]["received_on"]
    if first < council.years[0].start:
        return None
    quarters = ((first, first + QUARTER), (last + pd.Timedelta(days=1) - QUARTER, last + pd.Timedelta(days=1)))
    before, now = (int(((received >= start) & (received < end)).sum()) for start, end in quarters)
    return (before, now) if before else None


def held_against(claim: Claim, grown: Mapping[str, Any] | pd.Series[Any], caveat: Any) -> Claim:
    """Return a claim of growth with what the contacts give: a row of the measure fd1q_ratio."""
    places = len(claim.percent.partition(".")[2])
    found = f"{100 * (grown['value'] - 1):.{places}f}"
    agrees = found == claim.percent
    remark = say(
        "front_door.growth_agrees" if agrees else "front_door.growth_differs",
        now=f"{int(grown['numerator']):,}",
        before=f"{int(grown['denominator']):,}",
        found=found,
        percent=claim.percent,
        lower=signed_percent(grown["lower"] - 1),
        upper=signed_percent(grown["upper"] - 1),
    )
    if not pd.isna(caveat):
        remark = f"{remark} {say('claims.caveat', caveat=caveat)}"
    records = {"numerator": int(grown["numerator"]), "denominator": None}
    return replace(claim, verdict="agrees" if agrees else "disagrees", records=records, remark=remark)


def signed_percent(value: float) -> str:
    """Write a change in per cent, with its sign."""
    if not isfinite(value):
        return say("table.missing")
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return sign + percent_words(abs(value))
