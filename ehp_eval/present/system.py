"""The looked-after system by year: the strategy's own figures, how they were made, and what they cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ehp_eval.charts import Chart, interval_chart, trend_chart
from ehp_eval.contract import TABLES
from ehp_eval.looked_after import NUMBER
from ehp_eval.present import figure_words as fw
from ehp_eval.present.audiences import framed
from ehp_eval.present.looked_after import own_series
from ehp_eval.present.service_charts import events_until
from ehp_eval.present.shared import document_numbers, documents_named
from ehp_eval.present.system_first import change_words, short
from ehp_eval.prose import Bullets, Callout
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import day_in_words, month_in_words, say

if TYPE_CHECKING:
    from ehp_eval.public import PublicSystem
    from ehp_eval.system import System
    from ehp_eval.years import Period

MEASURES = tuple(f"las{number}" for number in range(1, 13))
YEARS_SHOWN = 3
WINDOWS = {"las12": 365}
CENSUS, FLOWS = ("las5", "las6", "las7"), ("las3", "las4")
_LIMITS = ("numerator", "denominator", "value", "lower", "upper")


def system_table(report: System) -> Table:
    """Show las1 to las12, the latest year first, and how the year differs from the one before."""
    years = report.years[::-1][:YEARS_SHOWN]
    found = {measure: [_find(report, measure, year) for year in years] for measure in MEASURES}
    rows = [
        {
            "measure": fw.measure_title(measure),
            **{year.label: short(report, row) for year, row in zip(years, rows, strict=True)},
            "change": change_words(report, measure),
        }
        for measure, rows in found.items()
        if any(row is not None for row in rows)
    ]
    notes = [say("system.table_note", few=report.council.settings.thresholds.percentages_from)]
    if _find(report, "las12", report.year) is None and found["las12"]:
        notes.append(say("system.too_early", year=report.year.label))
    if report.missing:
        notes.append(say("further.missing", tables=", ".join(TABLES[name].file for name in report.missing)))
    return Table(
        pd.DataFrame(rows),
        caption=say("system.table_caption", year=report.year.label),
        headings={"measure": say("figures_table.measure"), "change": say("further.change")},
        note=" ".join(notes),
    )


def system_published(report: System) -> Table | None:
    """Show what the council's documents give of the same measures, beside the records."""
    rows, numbers = report.published, document_numbers(report)
    if rows.empty:
        return None
    frame = pd.DataFrame(
        {
            "measure": rows["measure"].map(fw.measure_title),
            "period": rows["period"].map(period_words),
            "published": [f"{value:,g}" for value in rows["value"]],
            "records": [fw.NOTHING if pd.isna(value) else f"{value:,.0f}" for value in rows["records"]],
            "source": [
                say("system.source", document=numbers[document], paragraph=paragraph)
                for document, paragraph in zip(rows["document"], rows["paragraph"], strict=True)
            ],
        }
    )
    note = [say("system.published_note"), *documents_named(numbers, set(rows["document"]))]
    return Table(
        frame,
        caption=say("system.published_caption"),
        headings={name: say(f"system.published_{name}") for name in frame.columns},
        note=Markup(" ").join(note),
    )


def system_stock(report: System) -> Chart | Callout:
    """Chart the number of children looked after at 31 March, as published and from records."""
    published = own_series(report)[["date", "children"]].assign(series=say("system.series_published"))
    records = pd.DataFrame(
        [
            {"date": year.end, "children": row["value"], "series": say("system.series_records")}
            for year in report.years
            if (row := report.find(NUMBER, year)) is not None
        ]
    )
    frame = pd.concat([published.astype({"children": "float64"}), records], ignore_index=True)
    frame["date"] = pd.to_datetime(frame["date"])  # an empty series of numbers published has no dates
    names = list(dict.fromkeys(frame["series"]))
    points = [line_words(name, frame[frame["series"] == name]) for name in names]
    events = events_until(report)
    return trend_chart(
        frame,
        x="date",
        y="children",
        series="series",
        highlight=names[-1],  # on top: where both agree, the other would hide it
        events=events,
        caption=say("system.stock_caption"),
        alt=say("system.stock_alt", points="; ".join(points), events="; ".join(events["label"])),
        y_label=say("system.stock_y"),
        note=say("system.stock_note"),
    )


def system_flows(report: System) -> Chart:
    """Chart the periods of care that started and that ended in each year, with their intervals."""
    rows = [_charted(report, measure, year) for measure in FLOWS for year in report.years]
    frame = pd.DataFrame(rows)
    points = [f"{row['group']}, {row['label']}: {row['value']:.0f}" for row in rows if row["value"] is not None]
    return interval_chart(
        frame,
        label="label",
        group="group",
        percent=False,
        headings={"label": say("chart.year"), "group": say("figures_table.measure")},
        caption=say("system.flows_caption"),
        alt=say("system.dots_alt", points="; ".join(points)),
        x_label=say("system.flows_x"),
        note=say("system.flows_note"),
    )


def system_shares(report: System) -> Chart:
    """Chart how the children of each 31 March are placed: with parents, moved often, out of county."""
    years = report.years[-YEARS_SHOWN:]
    rows = [_charted(report, measure, year) for measure in CENSUS for year in years]
    points = [
        f"{row['group']}, {row['label']}: {percent_words(row['value'])}" for row in rows if row["value"] is not None
    ]
    return interval_chart(
        pd.DataFrame(rows),
        label="label",
        group="group",
        headings={"label": say("chart.year"), "group": say("figures_table.measure")},
        caption=say("system.shares_caption"),
        alt=say("system.dots_alt", points="; ".join(points)),
        x_label=say("system.shares_x"),
        percent_from=report.council.settings.thresholds.percentages_from,
        note=say("system.shares_note"),
    )


def system_limits(report: System | PublicSystem) -> Bullets:
    """Say what the figures by year cannot tell."""
    first = report.years[0].label
    names = ("cause", "direction", "children", "chance")
    return Bullets([*(say(f"system.limit_{name}") for name in names), say("system.limit_history", first=first)])


def system_method(report: System | PublicSystem) -> Table:
    """Show the definitions behind the figures."""
    names = ("unit", "year", "stock", "rate", "flows", "census", "orders", "home", "again", "intervals", "elsewhere")
    rows = [(say(f"system.method_{name}_row"), say(f"system.method_{name}")) for name in names]
    rows.insert(2, (say("method.extract"), day_in_words(report.council.extract_date)))
    frame = framed(report, pd.DataFrame(rows, columns=["item", "what"]))
    headings = {"item": say("method.item"), "what": say("method.what")}
    return Table(frame, caption=say("method.caption"), headings=headings)


def _find(report: System, measure: str, year: Period) -> pd.Series[Any] | None:
    return report.find(measure, year, WINDOWS.get(measure))


def _charted(report: System, measure: str, year: Period) -> dict[str, Any]:
    row = report.find(measure, year)
    values = {name: None if row is None else row[name] for name in _LIMITS}
    return {"group": fw.measure_title(measure), "label": year.label, **values}


def line_words(name: str, rows: pd.DataFrame) -> str:
    """Describe one line of the chart of the stock: its first and its last number."""
    first, last = rows.iloc[0], rows.iloc[-1]
    return say(
        "system.stock_point",
        series=name,
        first=f"{first['children']:,.0f}",
        first_year=first["date"].year,
        last=f"{last['children']:,.0f}",
        last_year=last["date"].year,
    )


def period_words(period: str) -> str:
    """Write a day or month as a reader says it, and leave a year or part of one as it is written."""
    day = pd.to_datetime(period, format="%Y-%m-%d", errors="coerce")
    if pd.notna(day):
        return day_in_words(day)
    month = pd.to_datetime(period, format="%Y-%m", errors="coerce")
    # "2010-11" is a financial year, "2010-09" is none.
    return period if pd.isna(month) or month.month == (month.year + 1) % 100 else month_in_words(month)
