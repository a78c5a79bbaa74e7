"""One service's evaluation as sentences, cards and tables, in the order of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures import MEASURES, SIBLINGS_MATTER_FROM, siblings_share
from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_words import (
    HEADLINE_DAYS,
    answer_sentence,
    in_words,
    outcome,
    primary,
    thresholds,
    title_of,
)
from ehp_eval.prose import Bullets, Headline, KeyFigures, Paragraph
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import month_in_words, say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation


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
        happened = say(f"outcome.{report.service.stream}_closing", share=fw.share(row, thresholds(report)))
    else:
        happened = outcome(report, primary(report, report.year, HEADLINE_DAYS), HEADLINE_DAYS)
    details.insert(0, say("answer.this_year", year=report.year.label, outcome=happened, followed=followed))
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
        row = primary(report, report.full.period, HEADLINE_DAYS)
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
    # By the month, and not at all before the records: the sources of a definition rarely know the day.
    first = report.council.years[0]
    if pd.Timestamp(service.operational_since) <= first.start:
        parts.append(say("about.before", year=first.label))
    else:
        parts.append(say("about.since", since=month_in_words(service.operational_since)))
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
        happened = say(f"outcome.{stream}_closing", share=fw.share(row, thresholds(report)))
        lines.append(say("streams.heading", stream=name, outcome=happened))
    return Bullets(lines)


def _card(report: Evaluation, row: pd.Series[Any] | None, key: str, year: str) -> tuple[str, str, str]:
    label = say(f"cards.{key}", year=year, window=fw.window(HEADLINE_DAYS))
    if row is None or pd.isna(row["value"]):
        return ("\N{EN DASH}", label, say("share.nobody"))
    counted = fw.frequency(int(row["numerator"]), int(row["denominator"]))
    if row["denominator"] < thresholds(report).percentages_from:
        return (
            counted,
            label,
            say("share.interval", lower=fw.limit(row["lower"]), upper=fw.limit(row["upper"])),
        )
    return (percent_words(row["value"]), label, in_words(report, row))


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


def _change_words(report: Evaluation, row: pd.Series[Any]) -> str:
    measure = row["measure"].removesuffix("_change")
    days = None if pd.isna(row["window_days"]) else int(row["window_days"])
    year = report.by_year[row["year"]].period
    now, before = (report.figure(measure, period, days) for period in (year, year.earlier(1)))
    cohort = report.by_year[row["year"]]
    small = min(now["denominator"], before["denominator"]) < thresholds(report).percentages_from
    if row["lower"] <= 0 <= row["upper"]:
        reading = "unclear"
    elif small or siblings_share(cohort) >= SIBLINGS_MATTER_FROM:
        reading = "small"
    else:
        reading = "higher" if row["value"] > 0 else "lower"
    return say(
        "change.one",
        measure=title_of(measure, days),
        now=fw.share(now, thresholds(report)),
        year=year.label,
        before=fw.share(before, thresholds(report)),
        before_year=year.earlier(1).label,
        value=fw.points(row["value"]),
        lower=fw.points(row["lower"]),
        upper=fw.points(row["upper"]),
        reading=say(f"change.{reading}"),
    )
