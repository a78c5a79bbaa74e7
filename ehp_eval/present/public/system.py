"""The looked-after system by year, for the public: the strategy's own figures as far as the release shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ehp_eval.charts import Chart, interval_chart, trend_chart
from ehp_eval.contract import TABLES
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.front_door import signed_percent
from ehp_eval.looked_after import NUMBER
from ehp_eval.measures.figures import COUNT, SHARE
from ehp_eval.present import figure_words as fw
from ehp_eval.present import system
from ehp_eval.present.looked_after import own_series
from ehp_eval.present.public import words
from ehp_eval.present.public.cautions import rule_rows
from ehp_eval.present.service_charts import events_until
from ehp_eval.present.shared import document_numbers, documents_named
from ehp_eval.present.system import CENSUS, FLOWS, MEASURES, WINDOWS, YEARS_SHOWN, line_words, period_words
from ehp_eval.prose import Callout
from ehp_eval.tables import Table, percent_words, signed
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.public import PublicSystem

_LIMITS = ("value", "lower", "upper")


def system_table(report: PublicSystem) -> Table:
    """Show las1 to las12, the latest year first, and how the year differs from the one before."""
    years = report.years[::-1][:YEARS_SHOWN]
    found = {measure: [find(report, measure, year.label) for year in years] for measure in MEASURES}
    frame = pd.DataFrame(
        [
            {
                "measure": fw.measure_title(measure),
                **{year.label: short(report, row) for year, row in zip(years, rows, strict=True)},
                "change": change_words(report, measure),
            }
            for measure, rows in found.items()
            if any(row is not None for row in rows)
        ]
    )
    notes = [say("system.table_note", few=report.council.settings.thresholds.percentages_from)]
    if find(report, "las12") is None and any(row is not None for row in found["las12"]):
        notes.append(say("system.too_early", year=report.year.label))
    if report.missing:
        notes.append(say("further.missing", tables=", ".join(TABLES[name].file for name in report.missing)))
    return Table(
        report.publishable(frame),
        caption=say("system.table_caption", year=report.year.label),
        headings={"measure": say("figures_table.measure"), "change": say("further.change")},
        note=words.note(report, frame, *notes),
    )


def system_published(report: PublicSystem) -> Table | None:
    """Show what the council's documents give of the same measures, beside what is released of the records."""
    rows, numbers = report.published, document_numbers(report)
    if rows.empty:
        return None
    frame = pd.DataFrame(
        {
            "measure": rows["measure"].map(fw.measure_title),
            "period": rows["period"].map(period_words),
            "published": [f"{value:,g}" for value in rows["value"]],
            "records": [
                _counted(find(report, measure, year)) if year else fw.NOTHING
                for measure, year in zip(rows["measure"], rows["year"], strict=True)
            ],
            "source": [
                say("system.source", document=numbers[document], paragraph=paragraph)
                for document, paragraph in zip(rows["document"], rows["paragraph"], strict=True)
            ],
        }
    )
    note = words.note(report, frame, say("system.published_note"))
    return Table(
        report.publishable(frame),
        caption=say("system.published_caption"),
        headings={name: say(f"system.published_{name}") for name in frame.columns},
        note=Markup(" ").join([note or "", *documents_named(numbers, set(rows["document"]))]),
    )


def system_stock(report: PublicSystem) -> Chart | Callout:
    """Chart the number of children looked after at 31 March, as published and as released from records."""
    published = own_series(report)[["date", "children"]].assign(series=say("system.series_published"))
    records = pd.DataFrame(
        [
            {"date": year.end, "children": row["value"], "series": say("system.series_records")}
            for year in report.years
            if (row := find(report, NUMBER, year.label)) is not None and not row["hidden"]
        ]
    )
    frame = pd.concat([published.astype({"children": "float64"}), records], ignore_index=True)
    frame["date"] = pd.to_datetime(frame["date"])
    if frame.empty:
        return Callout(say("charts.none", reason=say("public.nothing_shown")))
    names = list(dict.fromkeys(frame["series"]))
    points = [line_words(name, frame[frame["series"] == name]) for name in names]
    events = events_until(report)
    return trend_chart(
        report.publishable(frame),
        x="date",
        y="children",
        series="series",
        highlight=names[-1],
        events=events,
        caption=say("system.stock_caption"),
        alt=say("system.stock_alt", points="; ".join(points), events="; ".join(events["label"])),
        y_label=say("system.stock_y"),
        note=say("system.stock_note"),
    )


def system_flows(report: PublicSystem) -> Chart | Callout:
    """Chart the periods of care that started and that ended in each year, with their intervals."""
    rows = _charted(report, FLOWS, [year.label for year in report.years])
    if not rows:
        return Callout(say("charts.none", reason=say("public.nothing_shown")))
    points = [f"{row['group']}, {row['label']}: {row['value']:.0f}" for row in rows]
    return interval_chart(
        report.publishable(pd.DataFrame(rows)),
        label="label",
        group="group",
        percent=False,
        headings={"label": say("chart.year"), "group": say("figures_table.measure")},
        caption=say("system.flows_caption"),
        alt=say("system.dots_alt", points="; ".join(points)),
        x_label=say("system.flows_x"),
        note=say("system.flows_note"),
    )


def system_shares(report: PublicSystem) -> Chart | Callout:
    """Chart how the children of each 31 March are placed, as far as the release shows it."""
    rows = _charted(report, CENSUS, [year.label for year in report.years[-YEARS_SHOWN:]])
    if not rows:
        return Callout(say("charts.none", reason=say("public.nothing_shown")))
    points = [f"{row['group']}, {row['label']}: {percent_words(row['value'])}" for row in rows]
    return interval_chart(
        report.publishable(pd.DataFrame(rows)),
        label="label",
        group="group",
        headings={"label": say("chart.year"), "group": say("figures_table.measure")},
        caption=say("system.shares_caption"),
        alt=say("system.dots_alt", points="; ".join(points)),
        x_label=say("system.shares_x"),
        percent_from=report.council.settings.thresholds.percentages_from,
        note=say("system.shares_note"),
    )


def system_method(report: PublicSystem) -> Table:
    """Show the definitions behind the figures, and by which rule small numbers are hidden."""
    internal = system.system_method(report)
    frame = pd.concat([internal.frame, pd.DataFrame(rule_rows(report), columns=["item", "what"])], ignore_index=True)
    return Table(report.publishable(frame), caption=internal.caption, headings=internal.headings)


def find(report: PublicSystem, measure: str, year: str | None = None) -> pd.Series[Any] | None:
    """Return a released figure from records; None where there is none."""
    rows = report.figures[report.figures["source"] == "records"]
    rows = rows[(rows["measure"] == measure) & (rows["group"] == "") & (rows["year"] == (year or report.year.label))]
    window = WINDOWS.get(measure.partition("_")[0])
    rows = rows[rows["window_days"] == window] if window else rows[rows["window_days"].isna()]
    return None if rows.empty else rows.iloc[0]


def short(report: PublicSystem, row: pd.Series[Any] | None) -> str:
    """Write a released figure without its interval: 390, 72 of 390 (18%), [c] of 390, [c]."""
    if row is None:
        return fw.NOTHING
    if row["unit"] == COUNT:
        return words.count(row)
    if row["unit"] != SHARE:
        return HIDDEN if row["hidden"] else f"{row['value']:,.0f}"
    few = pd.isna(row["denominator"]) or row["denominator"] < report.council.settings.thresholds.percentages_from
    counted = words.counted(row)
    if row["hidden"] or few or pd.isna(row["value"]):
        return counted
    return say("system.counted", counted=counted, percent=percent_words(row["value"]))


def _counted(row: pd.Series[Any] | None) -> str:
    """Write what a document could give of a measure: a number of children or events, or a rate."""
    return words.count(row) if row is None or row["unit"] in (COUNT, SHARE) else bare(row)


def bare(row: pd.Series[Any]) -> str:
    """Write a number alone, for a card: 390, 133, [c]."""
    return HIDDEN if row["hidden"] else f"{row['value']:,.0f}"


def change_words(report: PublicSystem, measure: str) -> str:
    """Write how a measure differs from the year before, where the release shows both years."""
    for suffix in ("change", "ratio"):
        row = find(report, f"{measure}_{suffix}")
        if row is None:
            continue
        if row["hidden"] or pd.isna(row["value"]):
            return HIDDEN
        if row["unit"] == COUNT:
            return signed(row["value"])
        if row["unit"] == "ratio":
            if min(row["numerator"], row["denominator"]) < report.council.settings.thresholds.percentages_from:
                return say("system.few")
            return say("system.interval", **{name: signed_percent(row[name] - 1) for name in _LIMITS})
        return say("system.points", **{name: fw.points(row[name]) for name in _LIMITS})
    return fw.NOTHING


def _charted(report: PublicSystem, measures: tuple[str, ...], years: list[str]) -> list[dict[str, Any]]:
    """Return what of these is shown; a chart has no place for what is hidden, the tables do."""
    return [
        {
            "group": fw.measure_title(measure),
            "label": year,
            **{name: row[name] for name in ("numerator", "denominator", *_LIMITS)},
        }
        for measure in measures
        for year in years
        if (row := find(report, measure, year)) is not None and not row["hidden"] and pd.notna(row["value"])
    ]
