"""One service's evaluation as charts: its measure by windows, over time and by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.chart_style import joined
from ehp_eval.charts import Chart, incidence_chart, interval_chart, year_chart
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.measures.primary import followed_at, incidence_curve
from ehp_eval.measures.siblings import siblings_matter
from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_words import answer_sentence, in_words, thresholds, title_of
from ehp_eval.prose import Callout
from ehp_eval.streams import STREAMS
from ehp_eval.tables import percent_words
from ehp_eval.words import month_in_words, say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.evaluation import Evaluation, Overview
    from ehp_eval.front_door import FrontDoor
    from ehp_eval.public import PublicReport
    from ehp_eval.system import System


def windows(report: Evaluation) -> Chart | Callout:
    """Chart the primary measure at its windows and at closure, for the year and the latest full years."""
    measures = STREAMS[report.service.stream]
    cohorts = [report.cohort]
    if report.full and report.full.period != report.year:
        cohorts.append(report.full)
    rows = []
    for cohort in cohorts:
        group = _group_words(report, cohort)
        if measures.closing:
            rows.append(
                _charted(report, report.deciding(measures.closing, cohort.period), say("window.closing"), group)
            )
        measure = measures.main
        rows += [
            _charted(report, report.deciding(measure, cohort.period, days), fw.window(days), group)
            for days in report.service.windows_days
        ]
    frame = pd.DataFrame(rows)
    if frame["value"].isna().all():
        return Callout(say("charts.none", reason=answer_sentence(report)))
    stream = report.service.stream
    names = {"measure": fw.measure_title(measures.main), "title": report.service.title}
    if measures.closing:
        caption = say("charts.windows_both", closing=fw.measure_title(measures.closing), **names)
        note = f"{say('charts.windows_note')} {say(f'charts.windows_{stream}')}"
    else:
        caption, note = say("charts.windows_caption", **names), _course_note(report)
    return interval_chart(
        frame,
        label="label",
        group="group",
        headings={"label": say("charts.label"), "group": say("charts.group")},
        caption=caption,
        alt=say("charts.windows_alt", points=_points(frame)),
        x_label=say("charts.windows_x") if measures.windowed else say(f"charts.course_y_{stream}"),
        percent_from=thresholds(report).percentages_from,
        note=note,
    )


def course(report: Evaluation) -> Chart | Callout:
    """Chart the cumulative incidence of the event over time, with the numbers at risk."""
    cohort = report.full or report.cohort
    measure = STREAMS[report.service.stream].incidence
    curve = incidence_curve(cohort)
    if curve.empty:
        return Callout(say("charts.none", reason=answer_sentence(report)))
    points = [
        say("charts.course_point", window=fw.window(days), value=in_words(report, row))
        for days in report.service.windows_days
        if (row := report.find(measure, cohort.period, days)) is not None and pd.notna(row["value"])
    ]
    return incidence_chart(
        curve,
        at_risk=followed_at(cohort, [0, *report.service.windows_days]),
        caption=say(
            "charts.course_caption",
            measure=fw.measure_title(measure),
            clock=say(f"clock.{report.service.unit}"),
            title=report.service.title,
            year=cohort.period.label,
        ),
        alt=say("charts.course_alt", points="; ".join(points)),
        y_label=say(f"charts.course_y_{report.service.stream}"),
        windows=report.service.windows_days,
        percent_from=thresholds(report).percentages_from,
        note=joined(_course_note(report), say("charts.course_siblings") if siblings_matter(cohort) else None),
    )


def years(report: Evaluation) -> Chart | Callout:
    """Chart the measure at closure by year, beside what was published; where there is none, that at 12 months."""
    closing = STREAMS[report.service.stream].closing
    if not closing:
        return years_at_12_months(report)
    published = {
        claim.year: float(claim.percent) / 100
        for claim in report.claims
        if claim.percent and claim.stream == report.service.stream
    }
    return _by_year(report, closing, None, published)


def years_at_12_months(report: Evaluation) -> Chart | Callout:
    """Chart the primary measure at 12 months by year."""
    return _by_year(report, STREAMS[report.service.stream].main, HEADLINE_DAYS, {})


def events_until(
    report: Evaluation | FrontDoor | Overview | System | PublicReport, service: str | None = None
) -> pd.DataFrame:
    """Return the events up to the extract date: all, or those that concern everybody or one service.

    Returns
    -------
    DataFrame
        Columns at (the first day of a month or year where no day is given) and label.
    """
    table = report.council.tables["events"]
    if service is not None:
        table = table[table["service"].isna() | (table["service"] == service)]
    at = pd.to_datetime(table["date"], format="ISO8601")  # a year, a month or a day
    frame = pd.DataFrame({"at": at, "label": table["event"]})
    past: pd.Series[bool] = frame["at"] <= report.council.extract_date
    return frame[past].reset_index(drop=True)


def _by_year(report: Evaluation, measure: str, days: int | None, published: dict[str, float]) -> Chart | Callout:
    frame = pd.DataFrame(
        [
            _charted(report, report.deciding(measure, cohort.period, days), label, label)
            for label, cohort in report.by_year.items()
        ]
    )
    if frame["value"].isna().all():
        return Callout(say("charts.none", reason=answer_sentence(report)))
    frame["published"] = frame["label"].map(published).astype("float64")
    events = events_until(report, report.service.id)
    notes = [say("charts.years_note")] if published else []
    if (
        days is not None and measure == STREAMS[report.service.stream].windowed
    ):  # an incidence counts everybody for as long as followed
        notes += [
            say("charts.so_far", n=passed, total=f"{total:,}", year=cohort.period.label, window=fw.window(days))
            for cohort in report.by_year.values()
            if (passed := cohort.step("matured", days)) < (total := len(cohort.at_risk))
        ]
    began, first = pd.Timestamp(report.service.operational_since), next(iter(report.by_year.values())).period
    if began > first.start:
        words = {"title": report.service.title, "since": month_in_words(began), "year": first.label}
        notes.append(say("charts.part_year", **words))
    return year_chart(
        frame,
        year="label",
        caption=say("charts.years_caption", measure=title_of(measure, days), title=report.service.title),
        alt=say("charts.years_alt", points=_points(frame))
        + " "
        + say("charts.events_alt", events="; ".join(events["label"]) or say("claims_table.none")),
        y_label=say("charts.years_y"),
        published="published" if published else None,
        events=events,
        percent_from=thresholds(report).percentages_from,
        note=" ".join(notes) or None,
    )


def _course_note(report: Evaluation) -> str:
    return say("charts.course_note", competing=say(f"charts.competing_{report.service.stream}"))


def _group_words(report: Evaluation, cohort: Cohort) -> str:
    which = "this_year" if cohort.period == report.year else "full"
    return say(
        f"charts.{which}_parent" if report.service.unit == "parent" else f"charts.{which}",
        year=cohort.period.label,
    )


def _charted(report: Evaluation, row: pd.Series[Any] | None, label: str, group: str) -> dict[str, Any]:
    names = ("numerator", "denominator", "value", "lower", "upper")
    values = {name: None if row is None else row[name] for name in names}
    return {"label": label, "group": group, "words": in_words(report, row), **values}


def _points(frame: pd.DataFrame) -> str:
    points = []
    for _, row in frame.iterrows():
        label = row["label"] if row["label"] == row["group"] else f"{row['group']}, {row['label']}"
        points.append(say("charts.point", label=label, share=row["words"]))
        if pd.notna(row.get("published", float("nan"))):
            points.append(say("charts.published_point", year=row["label"], percent=percent_words(row["published"])))
    return "; ".join(points)
