"""The further measures of a service, a topic a table: the year, the year before and the latest full years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.contract import TABLES
from ehp_eval.measures.registry import tables_missing
from ehp_eval.measures.topics import NONE, TOPICS
from ehp_eval.present import figure_words as fw
from ehp_eval.present.changes import further_changes
from ehp_eval.present.figure_words import NOTHING
from ehp_eval.present.service_words import thresholds
from ehp_eval.prose import Bullets, Paragraph, quoted, sentence
from ehp_eval.tables import Table
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.public import PublicReport
    from ehp_eval.years import Period


def further(report: Evaluation, topic: str) -> Table | Paragraph:
    """Show the measures of a topic.

    Parameters
    ----------
    topic : str
        One of `ehp_eval.measures.topics.TOPICS`.
    """
    figures = report.figures[report.figures["source"] == "records"]
    rows = figures[figures["measure"].isin(list(TOPICS[topic]))]
    keys = rows[["measure", "window_days", "group"]].drop_duplicates()
    order = list(TOPICS[topic])
    keys = keys.sort_values("measure", key=lambda ids: ids.map(order.index), kind="stable")
    if keys.empty:
        return Paragraph(say("further.nothing", year=report.year.label))
    periods = _periods(report)
    changes = further_changes(report)
    frame = pd.DataFrame([_row(report, topic, key, periods, changes) for key in keys.itertuples(index=False)])
    if (frame["change"] == NOTHING).all():
        frame = frame.drop(columns="change")
    headings = {period.label: period.label for period in periods}
    return Table(
        frame,
        caption=say(f"further.{topic}", title=report.service.title),
        headings={"measure": say("figures_table.measure"), **headings} | _change_heading(frame),
        note=Markup(" ").join([*_notes(report, keys), *published_beside(report, list(TOPICS[topic]))]),
    )


def _notes(report: Evaluation, keys: pd.DataFrame) -> list[str]:
    """Say who is in the counts, for how many of the year it is too early, and where those left out are counted."""
    notes = [say("further.note")]
    at_risk, matured = len(report.cohort.at_risk), report.cohort.step("matured", HEADLINE_DAYS)
    if matured < at_risk and (keys["window_days"] == HEADLINE_DAYS).any():
        window = fw.window(HEADLINE_DAYS)
        notes.append(say("further.so_far", year=report.year.label, n=matured, total=f"{at_risk:,}", window=window))
    return notes


def published_beside(report: Evaluation | PublicReport, measures: list[str]) -> list[Markup]:
    """Quote the published counts that these measures are to be set beside."""
    counts = report.council.tables["counts"]
    return [
        sentence(
            "further.published",
            measure=fw.measure_title(row["measure"]),
            value=f"{row['value']:g}",
            period=row["period"],
            document=quoted(row["document"]),
            paragraph=row["paragraph"],
        )
        for _, row in counts[counts["measure"].isin(measures)].iterrows()
    ]


def left_out(report: Evaluation) -> Bullets | Paragraph:
    """Say which tables were not supplied, so that measures are missing from the report."""
    missing = [TABLES[name].file for name in tables_missing(report.council, report.service.stream)]
    if not missing:
        return Paragraph(say("further.complete"))
    return Bullets([say("further.missing", tables=", ".join(missing))])


def _periods(report: Evaluation) -> list[Period]:
    """Return the year, the year before where there is one, and the latest full years where they are others."""
    periods = [report.year]
    if (before := report.year.earlier(1)).label in report.by_year:
        periods.append(before)
    if report.full and report.full.period not in periods:
        periods.append(report.full.period)
    return periods


def _row(report: Evaluation, topic: str, key: Any, periods: list[Period], changes: pd.DataFrame) -> dict[str, str]:
    good = TOPICS[topic][key.measure]
    title = _title(key) if good == NONE else say(f"further.{good}", measure=_title(key))
    found = {period.label: _find(report, key, period) for period in periods}
    unit, limits = report.service.unit, thresholds(report)
    words = {label: NOTHING if row is None else fw.quantity(row, unit, limits) for label, row in found.items()}
    return {"measure": title, **words, "change": _change(changes, key)}


def _change_heading(frame: pd.DataFrame) -> dict[str, str]:
    return {"change": say("further.change")} if "change" in frame else {}


def _change(rows: pd.DataFrame, key: Any) -> str:
    """Write the difference from the year before, where both years are comparable and large enough."""
    days = None if pd.isna(key.window_days) else int(key.window_days)
    same = (rows["measure"] == f"{key.measure}_change") & (rows["group"] == key.group)
    rows = rows[same & (rows["window_days"].isna() if days is None else rows["window_days"] == days)]
    if rows.empty:
        return NOTHING
    value, lower, upper = (fw.points(rows.iloc[0][name]) for name in ("value", "lower", "upper"))
    return say("further.points", value=value, lower=lower, upper=upper)


def _find(report: Evaluation, key: Any, period: Period) -> pd.Series[Any] | None:
    days = None if pd.isna(key.window_days) else int(key.window_days)
    return report.deciding(key.measure, period, days, key.group)


def _title(key: Any) -> str:
    title = fw.measure_title(key.measure)
    if key.group:
        title = say("further.group", measure=title, group=fw.group(key.group))
    return title if pd.isna(key.window_days) else f"{title}, {fw.window(int(key.window_days))}"
