"""A service's main measure by windows, over time and by year, from released figures.

Where two points or more are shown it is a chart, in which what is hidden keeps its place; with fewer a table, or a
sentence. A curve is never drawn: of single steps each could be one person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import pandas as pd

from ehp_eval.charts import Chart, year_chart
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.present import figure_words as fw
from ehp_eval.present.public import words
from ehp_eval.present.public.points import (
    LEAST_DRAWN,
    drawn_intervals,
    hidden_note,
    mostly_hidden,
    point,
    several,
    shown,
    told_of,
)
from ehp_eval.present.public.service import AT_RISK, MATURED, flow_of, period_of, periods
from ehp_eval.present.service_charts import events_until
from ehp_eval.present.service_words import title_of
from ehp_eval.prose import Bullets, Callout, NotPublic, Paragraph
from ehp_eval.public import PublicService
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import month_in_words, say

Display: TypeAlias = Chart | Table | Callout | Paragraph


def windows(report: PublicService) -> Display:
    """Show the main measure at its windows and at closure, for the year and the headline's years."""
    stream, service = STREAMS[report.service.stream], report.service
    keys: list[tuple[str, int | None]] = [(stream.main, days) for days in service.windows_days]
    if stream.closing:
        keys.insert(0, (stream.closing, None))
    points = pd.DataFrame(
        [
            point(report, report.deciding(measure, label, days), _window(days), _group(report, label))
            for label in periods(report)
            for measure, days in keys
        ]
    )
    names = {"measure": fw.measure_title(stream.main), "title": service.title}
    if stream.closing:
        caption = say("charts.windows_both", closing=fw.measure_title(stream.closing), **names)
        notes = [say("public_service.further_note"), say(f"charts.windows_{service.stream}")]
    else:
        caption, notes = say("charts.windows_caption", **names), [_course_note(report)]
    if not _has_course(report):
        notes.append(say("public_service.no_curve"))
    axis = "charts.windows_x" if stream.windowed else f"charts.course_y_{service.stream}"
    return _intervals(report, points, caption, say(axis), notes)


def course(report: PublicService) -> Display | NotPublic:
    """Show the cumulative incidence of the event at fixed days, for the headline's years, and no curve between them.

    The year itself is no stand-in: not everybody has been followed for 12 months. Where nothing is shown, or the same
    days stand among the windows, the page leaves out what introduces it.
    """
    if not _has_course(report):
        return NotPublic()
    service, measure = report.service, STREAMS[report.service.stream].incidence
    caption = say(
        "charts.course_caption",
        measure=fw.measure_title(measure),
        clock=say(f"clock.{service.unit}"),
        title=service.title,
        year=report.facts["headline"],
    )
    notes = [say("public_service.course"), _course_note(report)]
    if report.facts["siblings"]:
        notes.append(say("public_service.course_siblings"))
    return _intervals(report, _course_points(report), caption, say(f"charts.course_y_{service.stream}"), notes)


def years(report: PublicService) -> Display:
    """Show the measure at closure by year, beside what was published; where there is none, that at 12 months."""
    closing = STREAMS[report.service.stream].closing
    if not closing:
        return years_at_12_months(report)
    published = {
        claim.year: float(claim.percent) / 100
        for claim in report.claims
        if claim.percent and claim.stream == report.service.stream
    }
    return _by_year(report, closing, None, published)


def years_at_12_months(report: PublicService) -> Display:
    """Show the main measure at 12 months by year, and for the headline's years together."""
    return _by_year(report, STREAMS[report.service.stream].main, HEADLINE_DAYS, {})


def changes(report: PublicService) -> Bullets | Paragraph:
    """Say how the latest comparable years differ, each difference with its interval, where both years are shown."""
    main, rows = STREAMS[report.service.stream], report.figures
    ids = [f"{each}_{how}" for each in filter(None, (main.main, main.closing)) for how in ("change", "baseline")]
    rows = rows[rows["measure"].isin(ids)]
    at_closure = rows["measure"].str.startswith(f"{main.closing}_") & bool(main.closing)
    rows = rows[~at_closure | (rows["year"] == report.year.label)]
    latest = [row for _, row in rows.groupby("measure", sort=False).tail(1).iterrows()]
    told = [sentence for row in latest if (sentence := _change(report, row))]
    if told:
        hidden = [say("public_service.changes_hidden")] if len(told) < len(latest) else []
        return Bullets([*told, *hidden])
    if latest:
        return Paragraph(say("public_service.changes_all_hidden", year=report.year.label))
    return Paragraph(say("change.nothing", year=report.year.label))


def _intervals(report: PublicService, points: pd.DataFrame, caption: str, axis: str, notes: Sequence[str]) -> Display:
    """Draw points with their intervals, or show them in a table where there are too few to draw."""
    if points["value"].isna().all() and not points["hidden"].any():
        return Callout(say("public_service.too_early"))
    if shown(points).empty:
        return _told(points, caption)
    if len(shown(points)) < LEAST_DRAWN:
        return _table(report, points, caption, notes)
    note = " ".join([say("public_service.dots"), *notes])
    headings = {"label": say("charts.label"), "group": say("charts.group")}
    return drawn_intervals(report, points, headings, caption=caption, axis=axis, note=note, grouped=several(points))


def _has_course(report: PublicService) -> bool:
    """Return whether the cumulative incidence has something to show that does not stand among the windows."""
    main = STREAMS[report.service.stream]
    return main.incidence != main.main and bool(report.facts["headline"]) and not shown(_course_points(report)).empty


def _course_points(report: PublicService) -> pd.DataFrame:
    measure, label = STREAMS[report.service.stream].incidence, report.facts["headline"]
    return pd.DataFrame(
        [
            point(report, report.find(measure, label, days), fw.window(days), _group(report, label))
            for days in report.service.windows_days
        ]
    )


def _told(points: pd.DataFrame, caption: str) -> Paragraph:
    """Say what is shown, and of what is hidden as much as the rule says; of the last group, the largest."""
    last = points[(points["told"] != "") & (points["group"] == points["group"].iloc[-1])]
    given = "; ".join(told_of(shown(points)))
    key = "mostly_hidden_shares" if given else "all_hidden"
    sentences = [say(f"public_service.{key}", caption=caption, shown=given)]
    if not last.empty:
        told = [
            row["told"] if row["label"] == row["group"] else say("public_service.told_at", **row[["told", "label"]])
            for _, row in last.iterrows()
        ]
        sentences.append(say("public_service.told", group=last["group"].iloc[0], told="; ".join(told)))
    return Paragraph(" ".join(sentences))


def _table(report: PublicService, points: pd.DataFrame, caption: str, notes: Sequence[str]) -> Table | Paragraph:
    """Show points by label, one column a group; where most are hidden, say what is shown."""
    if mostly_hidden(points["words"]):
        return _told(points, caption)
    frame = points.pivot(index="label", columns="group", values="words")
    frame = frame.reindex(index=points["label"].unique(), columns=points["group"].unique()).reset_index()
    return Table(
        report.publishable(frame),
        caption=caption,
        headings={"label": say("charts.label")},
        note=words.note(report, frame, *notes),
    )


def _by_year(report: PublicService, measure: str, days: int | None, published: dict[str, float]) -> Display:
    labels = list(dict.fromkeys([*report.facts["years"], periods(report)[-1]]))
    points = pd.DataFrame([point(report, report.deciding(measure, each, days), each, each) for each in labels])
    if points["value"].isna().all() and not points["hidden"].any():
        return Callout(say("public_service.too_early"))
    caption = say("charts.years_caption", measure=title_of(measure, days), title=report.service.title)
    single = points["label"].isin(report.facts["years"])
    given = list(shown(points[single])["label"])
    notes = [*_so_far(report, measure, days, given), *_part_year(report, given)]
    if shown(points).empty:
        return _told(points, caption)
    if len(shown(points[single])) < LEAST_DRAWN:
        return _table_by_year(report, points, caption, published, notes)
    drawn = points[single].assign(published=lambda rows: rows["label"].map(published))
    told = told_of(drawn)
    told += [say("charts.published_point", year=year, percent=percent_words(of)) for year, of in published.items()]
    events = events_until(report, report.service.id)
    listed = "; ".join(events["label"]) or say("claims_table.none")
    if published:
        notes.insert(0, say("charts.years_note"))
    together = points[~single]
    if not together.empty:
        row = together.iloc[0]
        period = period_of(row["label"]).in_words
        notes.append(say("public_service.together", period=period, share=row["words"]))
    return year_chart(
        report.publishable(drawn.astype({"published": "float64"})),
        year="label",
        caption=caption,
        alt=f"{say('charts.years_alt', points='; '.join(told))} {say('charts.events_alt', events=listed)}",
        y_label=say("charts.years_y"),
        published="published" if published else None,
        events=events,
        percent_from=report.council.settings.thresholds.percentages_from,
        note=" ".join(filter(None, [*notes, hidden_note(drawn)])) or None,
    )


def _table_by_year(
    report: PublicService, points: pd.DataFrame, caption: str, published: dict[str, float], notes: Sequence[str]
) -> Table | Paragraph:
    if mostly_hidden(points["words"]):
        return _told(points, caption)
    frame = points[["label", "words"]]
    if published:
        given = {year: percent_words(share) for year, share in published.items()}
        frame = frame.assign(published=frame["label"].map(given).fillna(fw.NOTHING))
    headings = {"label": say("chart.year"), "words": say("charts.years_y"), "published": say("chart.published")}
    return Table(
        report.publishable(frame),
        caption=caption,
        headings={name: headings[name] for name in frame.columns},
        note=words.note(report, frame, *notes),
    )


def _change(report: PublicService, row: pd.Series[Any]) -> str:
    """Write one difference with both shares; empty where one of the three is hidden."""
    measure, _, suffix = row["measure"].rpartition("_")
    days = None if pd.isna(row["window_days"]) else int(row["window_days"])
    year = period_of(row["year"])
    against = year.earlier(1) if suffix == "change" else period_of(report.facts["baseline"])
    now, before = (report.deciding(measure, each.label, days, row["group"]) for each in (year, against))
    if now is None or before is None or row["hidden"] or now["hidden"] or before["hidden"]:
        return ""
    titles = {"measure": title_of(measure, days), "before_year": say(f"change.against_{suffix}", year=against.label)}
    thresholds = report.council.settings.thresholds
    if min(now["denominator"], before["denominator"]) < thresholds.percentages_from:
        counts = {"now": words.counted(now), "before": words.counted(before)}
        return say("change.few", year=year.label, against=against.label, **counts, **titles)
    reading = "unclear" if row["lower"] <= 0 <= row["upper"] else "higher" if row["value"] > 0 else "lower"
    return say(
        "change.one",
        now=words.share(now, thresholds),
        year=year.label,
        before=words.share(before, thresholds),
        value=fw.points(row["value"]),
        lower=fw.points(row["lower"]),
        upper=fw.points(row["upper"]),
        reading=say(f"change.{reading}"),
        **titles,
    )


def _so_far(report: PublicService, measure: str, days: int | None, labels: list[str]) -> list[str]:
    """Say for how many of these years the window has passed, where it has not for all and both counts are shown."""
    if days is None or measure != STREAMS[report.service.stream].windowed:
        return []  # an incidence counts everybody for as long as followed
    notes = []
    for label in labels:
        counted, passed = flow_of(report, label).get(AT_RISK), flow_of(report, label, days).get(MATURED)
        if counted is None or passed is None or counted["hidden"] or passed["hidden"]:
            continue
        n, total = int(passed["numerator"]), int(counted["numerator"])
        if n < total:
            notes.append(say("charts.so_far", n=n, total=f"{total:,}", year=label, window=fw.window(days)))
    return notes


def _part_year(report: PublicService, labels: list[str]) -> list[str]:
    """Say that the first year is part of one, where it is among these."""
    began, first = pd.Timestamp(report.service.operational_since), period_of(report.facts["years"][0])
    if began <= first.start or first.label not in labels:
        return []
    return [say("charts.part_year", title=report.service.title, since=month_in_words(began), year=first.label)]


def _course_note(report: PublicService) -> str:
    return say("charts.course_note", competing=say(f"charts.competing_{report.service.stream}"))


def _group(report: PublicService, label: str) -> str:
    which = "this_year" if label == report.year.label else "full"
    return say(f"charts.{which}_parent" if report.service.unit == "parent" else f"charts.{which}", year=label)


def _window(days: int | None) -> str:
    return say("window.closing") if days is None else fw.window(days)
