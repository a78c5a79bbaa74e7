"""The overview: the services side by side, the looked-after children, the claims, and what lies behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.charts import Chart, interval_chart, trend_chart
from ehp_eval.present import figure_words as fw
from ehp_eval.present.overview_first import own_series, year_on
from ehp_eval.present.service_charts import events_until
from ehp_eval.prose import Bullets, Callout, Paragraph
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, percent
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation, Overview


def services_chart(report: Overview) -> Chart | Callout:
    """Chart the services whose measure is a share without the event, at 12 months, in the latest full years."""
    rows, left_out = [], False
    for each in report.services:
        if not STREAMS[each.service.stream].windowed:
            left_out = True
            continue
        row = year_on(each)
        label = each.service.title if each.full is None else f"{each.service.title}, {each.full.period.label}"
        names = ("numerator", "denominator", "value", "lower", "upper")
        rows.append({"label": label, **{name: None if row is None else row[name] for name in names}})
    frame = pd.DataFrame(rows)
    if frame.empty or frame["value"].isna().all():
        return Callout(say("charts.none", reason=say("overview.edge_none")))
    thresholds = report.council.settings.thresholds
    points = "; ".join(
        say("charts.point", label=row["label"], share=fw.share(row, thresholds)) for _, row in frame.iterrows()
    )
    return interval_chart(
        frame,
        label="label",
        headings={"label": say("overview.service")},
        caption=say("overview.side_caption"),
        alt=say("overview.side_alt", points=points),
        x_label=say("overview.side_x"),
        percent_from=thresholds.percentages_from,
        note=say("overview.side_note" if left_out else "overview.side_note_plain"),
    )


def services_table(report: Overview) -> Table:
    """Show one row a service: how many, the outcome at closure and at 12 months."""
    frame = pd.DataFrame([_service_row(report, each) for each in report.services])
    headings = {name: say(f"overview.{name}", year=report.year.label) for name in frame.columns}
    return Table(frame, caption=say("overview.table_caption", year=report.year.label), headings=headings)


def looked_after_sentence(report: Overview) -> Paragraph:
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


def looked_after_chart(report: Overview) -> Chart | Paragraph:
    """Chart the rate of looked-after children beside each comparator and the nation."""
    if own_series(report).empty:
        return Paragraph(say("overview.no_series_chart"))
    series = report.looked_after.assign(year=report.looked_after["date"].dt.year)
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
    mid_years = ", ".join(f"mid-{year}" for year in sorted(report.looked_after["mid_year"].unique()))
    last_year = int(series.groupby("area")["year"].max().min())
    rounded = say("overview.rounded", to=int(report.looked_after["rounded_to"].max()))
    events = events_until(report)
    return trend_chart(
        report.looked_after,
        x="date",
        y="value",
        series="area",
        highlight=authority,
        events=events,
        caption=say("overview.trend_caption"),
        alt=say("overview.trend_alt", authority=authority, points="; ".join(points), events="; ".join(events["label"])),
        y_label=say("overview.trend_y"),
        note=say("overview.trend_note", rounded=rounded, mid_years=mid_years, last_year=last_year),
    )


def counts_table(report: Overview) -> Table | Paragraph:
    """Show the published counts behind the rates, a year a row: on paper too many years for columns."""
    if report.looked_after.empty:
        return Paragraph(say("overview.no_counts"))
    series = report.looked_after.assign(year=report.looked_after["date"].dt.year)
    wide = series.pivot(index="year", columns="area", values="children")[list(series["area"].unique())]
    frame = wide.astype("Int64").reset_index().assign(year=lambda rows: rows["year"].astype("str"))
    return Table(
        frame,
        caption=say("overview.counts_caption"),
        headings={"year": say("chart.year")},
        note="; ".join(dict.fromkeys(report.looked_after["source"])),
    )


def impossible_claims(report: Overview) -> Bullets | Paragraph:
    """Name the published percentages that no whole number of the stated denominator gives."""
    wrong = [claim for claim in report.claims if claim.verdict == "impossible"]
    intro = say("overview.impossible_intro", n=len(wrong))
    if not wrong:
        return Paragraph(intro)
    titles = {service.id: service.title for service in report.council.services}
    lines = [
        say(
            "overview.impossible",
            percent=claim.percent,
            denominator=claim.denominator,
            service=titles.get(claim.subject, claim.subject),
            period=claim.period,
            remark=claim.remark,
        )
        for claim in wrong
    ]
    return Bullets([intro, *lines]) if len(lines) > 3 else Bullets(lines)


def repairs_table(report: Overview) -> Table:
    """Show how often each rule was applied that turns episodes into periods of care."""
    repairs = report.council.care.repairs.reset_index()
    shown = repairs.assign(rule=repairs["rule"].map(lambda rule: say(f"repair.{rule}")))
    headings = {
        "rule": say("overview.repair"),
        "care": say("overview.care"),
        "respite": say("overview.respite"),
    }
    care = report.council.care
    note = say("overview.repairs_note", care=f"{len(care.periods):,}", respite=f"{len(care.respite):,}")
    return Table(shown, caption=say("overview.repairs_caption"), headings=headings, note=note)


def not_evaluated(report: Overview) -> Bullets | Paragraph:
    """Say which services could not be evaluated, and for want of which tables."""
    lines = [
        say("limits.not_evaluated", title=title, tables=", ".join(lacking))
        if lacking
        else say("limits.no_notebook", title=title)
        for title, lacking in report.not_evaluated.items()
    ]
    return Bullets(lines) if lines else Paragraph(say("limits.none_missing"))


def settings_table(report: Overview) -> Table:
    """Show the thresholds and assumptions that the council has set."""
    settings = report.council.settings
    values = {**settings.thresholds.model_dump(), **settings.costs.model_dump()}
    rows = [(say(f"thresholds.{name}"), _setting(value)) for name, value in values.items()]
    return Table(
        pd.DataFrame(rows, columns=["setting", "value"]),
        caption=say("overview.settings_caption"),
        headings={"setting": say("overview.setting"), "value": say("overview.value")},
        note=say("overview.settings_note"),
    )


def _service_row(report: Overview, each: Evaluation) -> dict[str, str]:
    thresholds, measures = report.council.settings.thresholds, STREAMS[each.service.stream]
    if each.full is None:
        followed = say("overview.too_early")
    elif measures.windowed:
        followed = fw.share(year_on(each), thresholds)
    else:
        share = fw.estimated(year_on(each), each.service.unit, thresholds)
        followed = say(f"overview.incidence_at_{each.service.stream}", share=share)
    closing = fw.share(each.deciding(measures.closing), thresholds) if measures.closing else say("overview.no_closing")
    return {
        "service": each.service.title,
        "counted": fw.units(each.service.unit, len(each.cohort.at_risk)),
        "closing": closing,
        "year_on": followed,
        "period": each.full.period.label if each.full else say("overview.no_period"),
    }


def _setting(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_setting(each) for each in value)
    return percent(value, 1).replace(".0%", "%") if isinstance(value, float) else str(value)
