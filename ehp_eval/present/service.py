"""One service's evaluation as sentences, tables and charts, in the order of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.charts import Chart, incidence_chart, interval_chart, year_chart
from ehp_eval.evaluation import FULL_FOLLOW_UP
from ehp_eval.measures import MEASURES, SIBLINGS_MATTER_FROM, followed_at, incidence_curve, siblings_share
from ehp_eval.present import figure_words as fw
from ehp_eval.prose import Bullets, Callout, Headline, KeyFigures, Paragraph
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.config import Thresholds
    from ehp_eval.evaluation import Evaluation, Overview
    from ehp_eval.years import Period

HEADLINE_DAYS = FULL_FOLLOW_UP.days


def answer_sentence(report: Evaluation) -> str:
    """Return the report's answer: of the latest full years, how many had the outcome at 12 months."""
    if report.full is None or report.full.at_risk.empty:
        return say("answer.none", extract=day_in_words(report.council.extract_date))
    return say(
        f"answer.{report.service.unit}",
        period=report.full.period.in_words,
        outcome=_outcome(report, _primary(report, report.full.period, HEADLINE_DAYS), HEADLINE_DAYS),
    )


def answer(report: Evaluation) -> Headline:
    """Show the answer, what this year adds to it, and what it cannot show."""
    measures = MEASURES[report.service.stream]
    details = [say("answer.no_comparison", title=report.service.title)]
    if report.service.primary_window_days > HEADLINE_DAYS:
        windows = {"window": fw.window(HEADLINE_DAYS), "primary": fw.window(report.service.primary_window_days)}
        details.insert(0, say("answer.early_parent", **windows))
    followed = say(
        "answer.followed",
        n=report.cohort.step("matured", HEADLINE_DAYS),
        total=fw.units(report.service.unit, len(report.cohort.at_risk)),
        window=fw.window(HEADLINE_DAYS),
    )
    if measures.closing:
        row = report.find(measures.closing)
        outcome = say(f"outcome.{report.service.stream}_closing", share=fw.share(row, _thresholds(report)))
    else:
        outcome = _outcome(report, _primary(report, report.year, HEADLINE_DAYS), HEADLINE_DAYS)
    details.insert(0, say("answer.this_year", year=report.year.label, outcome=outcome, followed=followed))
    return Headline(say(f"question.{report.service.stream}"), answer_sentence(report), details)


def key_figures(report: Evaluation) -> KeyFigures:
    """Show the year's three or four main figures."""
    service, cohort, year = report.service, report.cohort, report.year.label
    measures, unit = MEASURES[service.stream], service.unit
    first = {
        "child": ("accepted", "children_accepted", "of_referred", "children_referred"),
        "baby": ("live_born", "live_born", "of_referred_baby", "pregnancies_referred"),
        "parent": ("engaged", "engaged", "of_offered", "offered"),
    }[unit]
    accepted = cohort.step(first[1])
    cards = [
        (
            f"{accepted:,}",
            say(f"cards.{first[0]}", unit=say(f"unit.{unit}", n=accepted), year=year),
            say(f"cards.{first[2]}", n=cohort.step(first[3])),
        )
    ]
    if measures.closing:
        cards.append(_card(report, report.find(measures.closing), f"closing_{service.stream}", year))
    if report.full:
        kind = "windowed" if measures.windowed else "incidence"
        row = _primary(report, report.full.period, HEADLINE_DAYS)
        cards.append(_card(report, row, f"{kind}_{service.stream}", report.full.period.label))
    if unit != "parent":
        families = int(cohort.at_risk["family_id"].nunique())
        detail = say("cards.families_detail", unit=fw.units(unit, len(cohort.at_risk)), year=year)
        cards.append((f"{families:,}", say("cards.families", n=families), detail))
    return KeyFigures(cards)


def about(report: Evaluation) -> Bullets:
    """Say what the service is, for whom, how much support it sets out to give, and since when."""
    service = report.service
    parts = [service.what_it_does, say("about.who", cohort=service.cohort)]
    if service.dose:
        parts.append(say("about.dose", visits=_range(service.dose.visits_per_week), weeks=_range(service.dose.weeks)))
    for measure, target in service.targets.items():
        parts.append(say("about.target", measure=fw.measure_title(measure), target=percent_words(target)))
    parts.append(say("about.since", since=day_in_words(service.operational_since)))
    return Bullets(parts)


def flow(report: Evaluation) -> Table:
    """Show how many came in, how many were left out at each step, and why."""
    frame = report.cohort.flow[report.cohort.flow["window_days"].isna()]
    shown = pd.DataFrame({"step": [_flow_words(row) for row in frame.itertuples()], "number": frame["count"].abs()})
    return Table(
        shown,
        caption=say("flow.caption", title=report.service.title, year=report.year.label),
        headings={"step": say("flow.step"), "number": say("flow.number")},
        note=_flow_note(report),
    )


def followed(report: Evaluation) -> Table:
    """Show by window how many of those at risk have been followed for it, and how many statuses are known."""
    flow, total = report.cohort.flow, len(report.cohort.at_risk)
    before, after = ("entered_late", "not_matured"), ("died", "status_unknown")
    met = set(flow["reason"])
    rows = []
    for days in report.cohort.windows:
        own = flow[flow["window_days"] == days]
        left_out = {reason: int(own.loc[own["reason"] == reason, "count"].sum()) for reason in met}
        rows.append(
            {
                "window": fw.window(days),
                "at_risk": total,
                **{reason: left_out[reason] for reason in before if reason in met},
                "matured": report.cohort.step("matured", days),
                **{reason: left_out[reason] for reason in after if reason in met},
                "outcome_known": report.cohort.step("outcome_known", days),
            }
        )
    frame = pd.DataFrame(rows)
    return Table(
        frame,
        caption=say("followed.caption", title=report.service.title, year=report.year.label),
        headings={name: say(f"followed.{name}") for name in frame.columns},
    )


def windows(report: Evaluation) -> Chart | Callout:
    """Chart the primary measure at its windows and at closure, for the year and the latest full years."""
    measures = MEASURES[report.service.stream]
    cohorts = [report.cohort]
    if report.full and report.full.period != report.year:
        cohorts.append(report.full)
    rows = []
    for cohort in cohorts:
        group = _group_words(report, cohort)
        if measures.closing:
            rows.append(_charted(report, report.find(measures.closing, cohort.period), say("window.closing"), group))
        measure = measures.windowed or measures.incidence
        rows += [
            _charted(report, report.find(measure, cohort.period, days), fw.window(days), group)
            for days in report.service.windows_days
        ]
    frame = pd.DataFrame(rows)
    if frame["value"].isna().all():
        return Callout(say("charts.none", reason=answer_sentence(report)))
    stream = report.service.stream
    names = {"measure": fw.measure_title(measures.windowed or measures.incidence), "title": report.service.title}
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
        percent_from=_thresholds(report).percentages_from,
        note=note,
    )


def course(report: Evaluation) -> Chart | Callout:
    """Chart the cumulative incidence of the event over time, with the numbers at risk."""
    cohort = report.full or report.cohort
    measure = MEASURES[report.service.stream].incidence
    curve = incidence_curve(cohort)
    if curve.empty:
        return Callout(say("charts.none", reason=answer_sentence(report)))
    points = [
        say("charts.course_point", window=fw.window(days), value=_in_words(report, row))
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
        percent_from=_thresholds(report).percentages_from,
        note=_course_note(report),
    )


def years(report: Evaluation) -> Chart | Callout:
    """Chart the measure at closure by year, beside what was published; where there is none, that at 12 months."""
    closing = MEASURES[report.service.stream].closing
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
    measures = MEASURES[report.service.stream]
    return _by_year(report, measures.windowed or measures.incidence, HEADLINE_DAYS, {})


def _by_year(report: Evaluation, measure: str, days: int | None, published: dict[str, float]) -> Chart | Callout:
    frame = pd.DataFrame(
        [
            _charted(report, report.find(measure, cohort.period, days), label, label)
            for label, cohort in report.by_year.items()
        ]
    )
    if frame["value"].isna().all():
        return Callout(say("charts.none", reason=answer_sentence(report)))
    frame["published"] = frame["label"].map(published).astype("float64")
    events = events_until(report, report.service.id)
    notes = [say("charts.years_note")] if published else []
    if days is not None:
        notes += [
            say("charts.so_far", n=passed, total=f"{total:,}", year=cohort.period.label, window=fw.window(days))
            for cohort in report.by_year.values()
            if (passed := cohort.step("matured", days)) < (total := len(cohort.at_risk))
        ]
    began, first = pd.Timestamp(report.service.operational_since), next(iter(report.by_year.values())).period
    if began > first.start:
        words = {"title": report.service.title, "since": day_in_words(began), "year": first.label}
        notes.append(say("charts.part_year", **words))
    return year_chart(
        frame,
        year="label",
        caption=say("charts.years_caption", measure=_title_of(measure, days), title=report.service.title),
        alt=say("charts.years_alt", points=_points(frame))
        + " "
        + say("charts.events_alt", events="; ".join(events["label"]) or say("claims_table.none")),
        y_label=say("charts.years_y"),
        published="published" if published else None,
        events=events,
        percent_from=_thresholds(report).percentages_from,
        note=" ".join(notes) or None,
    )


def changes(report: Evaluation) -> Bullets | Paragraph:
    """Say how the latest comparable years differ, each difference with its interval."""
    rows = report.figures[report.figures["measure"].str.endswith("_change")]
    latest = rows.groupby("measure", sort=False).tail(1)
    found = [_change_words(report, row) for _, row in latest.iterrows()]
    return Bullets(found) if found else Paragraph(say("change.nothing", year=report.year.label))


def other_streams(report: Evaluation) -> Bullets | Paragraph:
    """Say what the service's other streams came to in the year."""
    lines = []
    for stream, cohort in report.other_streams.items():
        name = say(f"stream.{stream}").capitalize()
        if cohort.at_risk.empty:
            lines.append(say("streams.nobody", stream=name, year=report.year.label))
            continue
        row = report.find(MEASURES[stream].closing)
        outcome = say(f"outcome.{stream}_closing", share=fw.share(row, _thresholds(report)))
        lines.append(say("streams.heading", stream=name, outcome=outcome))
    return Bullets(lines)


def events_until(report: Evaluation | Overview, service: str | None = None) -> pd.DataFrame:
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


def _course_note(report: Evaluation) -> str:
    return say("charts.course_note", competing=say(f"charts.competing_{report.service.unit}"))


def _thresholds(report: Evaluation) -> Thresholds:
    return report.council.settings.thresholds


def _primary(report: Evaluation, period: Period, days: int) -> pd.Series[Any] | None:
    measures = MEASURES[report.service.stream]
    return report.find(measures.windowed or measures.incidence, period, days)


def _outcome(report: Evaluation, row: pd.Series[Any] | None, days: int) -> str:
    stream = report.service.stream
    key = f"outcome.{stream}" if MEASURES[stream].windowed else f"outcome.{stream}_event"
    return say(key, share=_in_words(report, row), window=fw.window(days))


def _in_words(report: Evaluation, row: pd.Series[Any] | None) -> str:
    """Write a figure of the report, a cumulative incidence as the estimate that it is."""
    if row is not None and row["measure"] == MEASURES[report.service.stream].incidence:
        return fw.estimated(row, report.service.unit, _thresholds(report))
    return fw.share(row, _thresholds(report))


def _card(report: Evaluation, row: pd.Series[Any] | None, key: str, year: str) -> tuple[str, str, str]:
    label = say(f"cards.{key}", year=year, window=fw.window(HEADLINE_DAYS))
    if row is None or pd.isna(row["value"]):
        return ("\N{EN DASH}", label, say("share.nobody"))
    counted = fw.frequency(int(row["numerator"]), int(row["denominator"]))
    if row["denominator"] < _thresholds(report).percentages_from:
        return (
            counted,
            label,
            say("share.interval", lower=fw.limit(row["lower"]), upper=fw.limit(row["upper"])),
        )
    return (percent_words(row["value"]), label, _in_words(report, row))


def _range(ends: tuple[float, float]) -> str:
    low, high = (f"{end:g}" for end in ends)
    return low if low == high else say("about.range", low=low, high=high)


def _flow_note(report: Evaluation) -> str:
    rows = report.cohort.at_risk
    started, completed = int(rows["support_started_on"].notna().sum()), int((rows["end_reason"] == "completed").sum())
    return say(f"flow.note_{report.service.unit}", n=len(rows), started=started, completed=completed)


def _flow_words(row: Any) -> str:
    if row.step:
        return say(f"flow.{row.step}")
    return say("flow.plus" if row.count < 0 else "flow.minus", reason=say(f"flow.{row.reason}"))


def _group_words(report: Evaluation, cohort: Cohort) -> str:
    which = "this_year" if cohort.period == report.year else "full"
    return say(
        f"charts.{which}_parent" if report.service.unit == "parent" else f"charts.{which}",
        year=cohort.period.label,
    )


def _charted(report: Evaluation, row: pd.Series[Any] | None, label: str, group: str) -> dict[str, Any]:
    names = ("numerator", "denominator", "value", "lower", "upper")
    values = {name: None if row is None else row[name] for name in names}
    return {"label": label, "group": group, "words": _in_words(report, row), **values}


def _points(frame: pd.DataFrame) -> str:
    points = []
    for _, row in frame.iterrows():
        label = row["label"] if row["label"] == row["group"] else f"{row['group']}, {row['label']}"
        points.append(say("charts.point", label=label, share=row["words"]))
        if pd.notna(row.get("published", float("nan"))):
            points.append(say("charts.published_point", year=row["label"], percent=percent_words(row["published"])))
    return "; ".join(points)


def _title_of(measure: str, days: int | None) -> str:
    title = fw.measure_title(measure)
    return title if days is None else f"{title}, {fw.window(days)}"


def _change_words(report: Evaluation, row: pd.Series[Any]) -> str:
    measure = row["measure"].removesuffix("_change")
    days = None if pd.isna(row["window_days"]) else int(row["window_days"])
    year = report.by_year[row["year"]].period
    now, before = (report.figure(measure, period, days) for period in (year, year.earlier(1)))
    cohort, thresholds = report.by_year[row["year"]], _thresholds(report)
    small = min(now["denominator"], before["denominator"]) < thresholds.percentages_from
    if row["lower"] <= 0 <= row["upper"]:
        reading = "unclear"
    elif small or siblings_share(cohort) >= SIBLINGS_MATTER_FROM:
        reading = "small"
    else:
        reading = "higher" if row["value"] > 0 else "lower"
    return say(
        "change.one",
        measure=_title_of(measure, days),
        now=fw.share(now, _thresholds(report)),
        year=year.label,
        before=fw.share(before, _thresholds(report)),
        before_year=year.earlier(1).label,
        value=fw.points(row["value"]),
        lower=fw.points(row["lower"]),
        upper=fw.points(row["upper"]),
        reading=say(f"change.{reading}"),
    )
