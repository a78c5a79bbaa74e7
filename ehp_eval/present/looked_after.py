"""Children looked after in the authority and elsewhere: the published series, in the reports of the whole council."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.charts import Chart, trend_chart
from ehp_eval.evaluation import Overview
from ehp_eval.present.audiences import framed
from ehp_eval.present.service_charts import events_until
from ehp_eval.prose import Paragraph
from ehp_eval.public import PublicOverview
from ehp_eval.tables import Table
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.public import PublicSystem
    from ehp_eval.system import System


def looked_after_sentence(report: Overview | System | PublicOverview | PublicSystem) -> Paragraph:
    """Say how many children the authority looked after at the beginning, the peak and the end of its series."""
    own = own_series(report)
    if own.empty:
        return Paragraph(say("overview.no_series", authority=report.council.settings.council.authority))
    first, last = own.iloc[0], own.iloc[-1]
    peak = own.sort_values("children", kind="stable").iloc[-1]
    return Paragraph(
        say(
            "overview.trend_sentence",
            authority=report.council.settings.council.authority,
            first=f"{first['children']:,}",
            first_year=first["date"].year,
            last=f"{last['children']:,}",
            last_year=last["date"].year,
            peak=f"{peak['children']:,}",
            peak_year=peak["date"].year,
        )
    )


def looked_after_chart(report: Overview | System | PublicOverview | PublicSystem) -> Chart | Paragraph:
    """Chart the rate of looked-after children beside each comparator and the nation."""
    if own_series(report).empty:
        return Paragraph(say("overview.no_series_chart"))
    series = series_of(report)
    series = series.assign(year=series["date"].dt.year)
    points = []
    for area, rows in series.groupby("area", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        peak = rows.sort_values("value", kind="stable").iloc[-1]
        points.append(
            say(
                "overview.trend_point",
                area=area,
                first=f"{first['value']:.0f}",
                first_year=first["year"],
                peak=f"{peak['value']:.0f}",
                peak_year=peak["year"],
                last=f"{last['value']:.0f}",
                last_year=last["year"],
            )
        )
    authority = report.council.settings.council.authority
    mid_years = ", ".join(f"mid-{year}" for year in sorted(series["mid_year"].unique()))
    last_year = int(series.groupby("area")["year"].max().min())
    to = series["rounded_to"].max()
    rounded = "" if pd.isna(to) else say("overview.rounded", to=int(to))
    events = events_until(report)
    return trend_chart(
        framed(report, series),
        x="date",
        y="value",
        series="area",
        highlight=authority,
        events=events,
        caption=say("overview.trend_caption"),
        alt=say("overview.trend_alt", authority=authority, points="; ".join(points), events="; ".join(events["label"])),
        y_label=say("overview.trend_y"),
        note=say("overview.trend_note", rounded=rounded, mid_years=mid_years, last_year=last_year).strip(),
    )


def counts_table(report: Overview | System | PublicOverview | PublicSystem) -> Table | Paragraph:
    """Show the published counts behind the rates, a year a row: on paper too many years for columns."""
    series = series_of(report)
    if series.empty:
        return Paragraph(say("overview.no_counts"))
    series = series.assign(year=series["date"].dt.year)
    wide = series.pivot(index="year", columns="area", values="children")[list(series["area"].unique())]
    frame = wide.astype("Int64").reset_index().assign(year=lambda rows: rows["year"].astype("str"))
    return Table(
        framed(report, frame),
        caption=say("overview.counts_caption"),
        headings={"year": say("chart.year")},
        note="; ".join(dict.fromkeys(series["source"])),
    )


def series_of(report: Overview | System | PublicOverview | PublicSystem) -> pd.DataFrame:
    """Return the looked-after series of the authority, its comparators and the nation."""
    return report.looked_after if isinstance(report, Overview | PublicOverview) else report.series


def own_series(report: Overview | System | PublicOverview | PublicSystem) -> pd.DataFrame:
    """Return the authority's own looked-after series."""
    series = series_of(report)
    return series[series["area"] == report.council.settings.council.authority]
