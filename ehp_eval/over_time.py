"""Over time: how many a service took on each month or quarter, and the days of the rare events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.control_charts import LEAST_MEAN_OF_RUNS, LEAST_POINTS
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.front_door import FrontDoor

QUARTER = 3  # months
RARE_BELOW = 12
"""Events are rare where there are fewer a year than this: in most months there is none then."""


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """How many were taken on each month, or each quarter.

    Attributes
    ----------
    counts : DataFrame
        Columns month (the first day of the month or quarter) and value; those without anybody are in it with 0.
    baseline : int
        How many of them, from the first, lie before the report year: what that year is held against. All, where
        those before are fewer than a control chart needs.
    months_each : int
        1 where they are months, 3 where they are quarters.
    """

    counts: pd.DataFrame
    baseline: int
    months_each: int

    @property
    def mean(self) -> float:
        """How many in one of them on average, in the baseline; nan where there is none."""
        return float(self.counts["value"].iloc[: self.baseline].mean())


@dataclass(frozen=True, slots=True, eq=False)
class RareEvents:
    """The days of the events of a service.

    Attributes
    ----------
    dates : Series of Timestamp
        In order; brothers and sisters with the event on one day count once.
    since, until : Timestamp
        The first and the last day on which an event would count.
    rare : bool
        Whether there are fewer than 12 a year.
    """

    dates: pd.Series[pd.Timestamp]
    since: pd.Timestamp
    until: pd.Timestamp

    @property
    def a_year(self) -> float:
        """Events a year, on average."""
        return len(self.dates) / (((self.until - self.since).days + 1) / 365.25)

    @property
    def rare(self) -> bool:
        """Whether months are too short to count them by."""
        return self.a_year < RARE_BELOW


def monthly(dates: pd.Series[pd.Timestamp], first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Count dates by month, from the month of `first` to that of `last`.

    Returns
    -------
    DataFrame
        Columns month (its first day) and value; a month without any has 0. Dates outside are not counted.
    """
    months = pd.period_range(first, last, freq="M")
    counts = dates.dropna().dt.to_period("M").value_counts().reindex(months, fill_value=0)
    return pd.DataFrame({"month": months.to_timestamp(), "value": counts.to_numpy(dtype="int64")})


def quarterly(months: pd.DataFrame) -> pd.DataFrame:
    """Put the months of `monthly` together by quarter (April to June, ...); months of a part quarter are left out."""
    quarter = months["month"].dt.to_period("Q")
    whole = months[quarter.map(quarter.value_counts()) == QUARTER]
    together: pd.DataFrame = whole.groupby(quarter).agg({"month": "first", "value": "sum"}).reset_index(drop=True)
    return together


def accepted_volumes(report: Evaluation | FrontDoor) -> Volumes:
    """Count whom the service took on, in its own stream, up to the last month of the report year.

    By month; where a month has fewer than 3 on average, by quarter if there are the 12 that a control chart needs:
    single months would then stand out too often by chance (`ehp_eval.control_charts.rules_for`).

    From the first whole month or quarter of the service in the records. Each child, or pregnancy and baby, counts
    once a year, by its first acceptance, each parent by the engagement: as in the flow of that year. Pregnancies
    count whether or not the baby has been born, since the latest would otherwise be missing.
    """
    began = pd.Timestamp(report.service.operational_since)
    whole = began if began.day == 1 else began + pd.offsets.MonthBegin(1)
    first = max(whole, Period.year(next(iter(report.by_year))).start)
    months = monthly(_taken_on(report), first, report.year.end)
    by_month = _volumes(months, report.year.start, 1)
    if by_month.mean < LEAST_MEAN_OF_RUNS and len(quarters := quarterly(months)) >= LEAST_POINTS:
        return _volumes(quarters, report.year.start, QUARTER)
    return by_month


def _volumes(counts: pd.DataFrame, year_began: pd.Timestamp, months_each: int) -> Volumes:
    before = int((counts["month"] < year_began).sum())
    return Volumes(counts, before if before >= LEAST_POINTS else len(counts), months_each)


def event_dates(report: Evaluation) -> RareEvents:
    """Return the days of the primary event among those at risk, up to the end of the report year.

    Only events within the primary window of the clock count. Whoever was accepted years ago would else stay at
    risk for good, and events come faster with every year's cohort although nobody's risk has changed. For the same
    reason nothing counts after the report year: those accepted since are not in it. In the first
    window after the service began fewer are at risk than later, so that gaps are longer there.
    """
    window = report.service.primary_window_days
    found = []
    for cohort in report.by_year.values():
        rows = cohort.at_risk
        happened = rows[(rows["cause"] == cohort.event) & (rows["days"] <= window)]
        dates = happened["t0"] + pd.to_timedelta(happened["days"], unit="D")
        found.append(pd.DataFrame({"family_id": happened["family_id"], "date": dates}))
    since, until = next(iter(report.by_year.values())).period.start, report.year.end
    since = max(since, pd.Timestamp(report.service.operational_since))
    # A child accepted in two years is in both cohorts; a family counts once a day.
    once = pd.concat(found).drop_duplicates()
    dates = once.loc[once["date"].between(since, until), "date"].sort_values(ignore_index=True)
    return RareEvents(dates, since, until)


def _taken_on(report: Evaluation | FrontDoor) -> pd.Series[pd.Timestamp]:
    taken_on: pd.Series[pd.Timestamp]
    if report.service.unit != "baby":
        taken_on = pd.concat([cohort.rows["t0"] for cohort in report.by_year.values()])
        return taken_on
    council, table = report.council, report.council.tables["referrals"]
    own = (table["service"] == report.service.id) & (table["stream"] == report.service.stream)
    rows = table[own & (table["accepted"] == "Y")]
    born = council.born_ids.reindex(rows["person_id"]).set_axis(rows.index).fillna(rows["person_id"])
    begins = rows["accepted_on"].dt.year - (rows["accepted_on"].dt.month < 4)
    rows = rows.assign(born=born, begins=begins).sort_values("accepted_on", kind="stable")
    taken_on = rows.drop_duplicates(["born", "begins"])["accepted_on"]
    return taken_on
