"""The services side by side: one row each with its verdict and reason, its main measure, the change and the cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.charts import Chart, interval_chart
from ehp_eval.present import figure_words as fw
from ehp_eval.present.changes import change_words, latest_changes
from ehp_eval.present.front_door import front_door_growth, front_door_sentence
from ehp_eval.present.overview_first import year_on
from ehp_eval.present.system import system_table
from ehp_eval.present.value import cost_words
from ehp_eval.present.verdict import verdict_why
from ehp_eval.prose import Callout, Paragraph
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, unbroken
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation, Overview
    from ehp_eval.front_door import FrontDoor


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
    """Show one row a service: the verdict and why, the main measure, how many, the change, the cost."""
    rows = [_service_row(report, each) for each in report.services]
    if report.front_door:
        rows.append(_front_door_row(report.front_door))
    frame = pd.DataFrame(rows)
    headings = {name: say(f"overview.{name}", year=report.year.label) for name in frame.columns}
    return Table(
        frame,
        caption=say("overview.table_caption", year=report.year.label),
        headings=headings,
        note=say("overview.table_note"),
    )


def system_beside(report: Overview) -> Table | Paragraph:
    """Show the looked-after system from the records; its own report shows more of it."""
    return system_table(report.system) if report.system else Paragraph(say("overview.system_none"))


def published_verdicts(report: Overview) -> Table:
    """Show what the same gates make of the published figures alone, beside what they make of the records."""
    rows = [
        {
            "service": each.service.title,
            "published": verdict_why(each.published),
            "records": verdict_why(each.verdict),
        }
        for each in report.services
    ]
    frame = pd.DataFrame(rows, columns=["service", "published", "records"])
    return Table(
        frame,
        caption=say("overview.back_test_caption"),
        headings={
            "service": say("overview.service"),
            "published": say("overview.on_published"),
            "records": say("overview.on_records"),
        },
        note=say("overview.back_test_note"),
    )


def _service_row(report: Overview, each: Evaluation) -> dict[str, str]:
    return {
        "service": each.service.title,
        "verdict": unbroken(verdict_why(each.verdict)),
        "year_on": unbroken(_at_12_months(report, each)),
        "counted": fw.units(each.service.unit, len(each.cohort.at_risk)),
        "changed_column": unbroken(_change_words(each)),
        "cost": unbroken(cost_words(each.value)),
    }


def _at_12_months(report: Overview, each: Evaluation) -> str:
    if each.full is None:
        return say("overview.too_early")
    thresholds = report.council.settings.thresholds
    if STREAMS[each.service.stream].windowed:
        found = fw.share(year_on(each), thresholds)
        words = say(f"overview.windowed_at_{each.service.stream}", share=found)
    else:
        found = fw.estimated(year_on(each), each.service.unit, thresholds)
        words = say(f"overview.incidence_at_{each.service.stream}", share=found)
    return say("overview.of_years", share=words, period=each.full.period.label)


def _change_words(each: Evaluation) -> str:
    rows = latest_changes(each, "change")
    main = rows[rows["measure"].str.startswith(f"{STREAMS[each.service.stream].main}_")]
    shown = main if len(main) else rows
    return change_words(each, shown.iloc[-1], short=True) if len(shown) else say("overview.no_change")


def _front_door_row(door: FrontDoor) -> dict[str, str]:
    """Return the front door's row: it is judged by no gate, since it names no child whose outcome could be known."""
    return {
        "service": door.service.title,
        "verdict": say("overview.not_judged"),
        "year_on": front_door_sentence(door),
        "counted": fw.units("contact", len(door.cohort.rows)),
        "changed_column": front_door_growth(door),
        "cost": say("overview.no_cost"),
    }
