"""What was promised and what is known of it: a paragraph and a table of the overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ehp_eval.errors import EhpError
from ehp_eval.present import figure_words as fw
from ehp_eval.present.audiences import framed
from ehp_eval.present.shared import document_numbers, documents_named
from ehp_eval.prose import Paragraph
from ehp_eval.register import STATUSES, register
from ehp_eval.tables import Table
from ehp_eval.words import day_in_words, month_in_words, say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Overview
    from ehp_eval.public import PublicOverview


def register_summary(report: Overview | PublicOverview) -> Paragraph:
    """Say how many promises there are, how they stand by the documents, and how many are overdue."""
    council = report.council
    if "actions" not in council.supplied:
        return Paragraph(say("register.not_supplied"))
    rows = register(council)
    sentences = [say("register.promised", n=len(rows))]
    if len(rows):
        counts = rows["status"].value_counts()
        standing = {status: say(f"register.count_{status}", n=int(counts.get(status, 0))) for status in STATUSES}
        date = day_in_words(council.extract_date)
        sentences.append(say("register.standing", **standing))
        sentences.append(say("register.overdue", n=int(rows["overdue"].sum()), date=date))
    return Paragraph(" ".join(sentences))


def overdue_sentence(report: Overview | PublicOverview) -> str:
    """Say in a sentence how much of what was promised is overdue, by what the documents say."""
    rows = register(report.council)
    if rows.empty:
        return say("register.promised", n=0)
    return say("register.overdue_short", n=int(rows["overdue"].sum()), of=say("register.of", n=len(rows)))


def register_table(report: Overview | PublicOverview) -> Table | Paragraph:
    """Show every promise with its source, its due date, what is known of it and the measures that follow it."""
    rows = register(report.council)
    if rows.empty:
        return Paragraph(say("register.nothing"))
    documents, measured = document_numbers(report), _measured(report)
    rows = rows.assign(latest=_set_by_the_latest(rows, set(documents)))
    frame = pd.DataFrame([_row(row, documents, measured) for _, row in rows.iterrows()])
    return Table(
        framed(report, frame),
        caption=say("register.caption", date=day_in_words(report.council.extract_date)),
        headings={name: say(f"register.{name}") for name in frame.columns},
        note=Markup(" ").join(
            [
                say("register.note"),
                *documents_named(documents, {*rows["document"], *rows["evidence_document"].dropna()}),
            ]
        ),
    )


def _set_by_the_latest(rows: pd.DataFrame, documents: set[str]) -> pd.Series[pd.Timestamp]:
    """Return the month in which the latest document set a promise; missing where another one set it.

    A document is dated by what it sets. Where one sets nothing, or not all months are known, none is surely the latest.
    """
    months = pd.to_datetime(rows["set_on"].str[: len("2021-09")], format="%Y-%m", errors="coerce")
    surely = bool(months.notna().all()) and documents <= set(rows["document"])
    return months.where((months == months.max()) & surely)


def _measured(report: Overview | PublicOverview) -> set[str]:
    """Return the ids of the measures that the overview's reports compute."""
    reports = [report.figures, *(each.figures for each in report.services)]
    reports += [each.figures for each in (report.front_door, report.system) if each]
    return {measure for figures in reports for measure in figures["measure"]}


def _row(row: pd.Series[Any], documents: dict[str, int], measured: set[str]) -> dict[str, str]:
    return {
        "action": row["action"],
        "source": say(
            "register.source_cell",
            kind=say(f"register.{row['kind']}"),
            document=documents[row["document"]],
            paragraph=row["paragraph"],
        ),
        "due": _due(row),
        "known": _known(row, documents),
        "followed": _followed(row, measured),
    }


def _due(row: pd.Series[Any]) -> str:
    if pd.isna(row["due_on"]):
        return say("register.no_date")
    date = day_in_words(row["due_on"])
    return say("register.due_overdue", date=date) if row["overdue"] else date


def _known(row: pd.Series[Any], documents: dict[str, int]) -> str:
    status = say(f"register.{row['status']}")
    if pd.isna(row["evidence"]) and pd.notna(row["latest"]):
        return say("register.known_latest", status=status, month=month_in_words(row["latest"]))
    if pd.isna(row["evidence"]):
        return say("register.known_nothing", status=status)
    return say(
        "register.known_cell",
        status=status,
        evidence=row["evidence"],
        document=documents[row["evidence_document"]],
        paragraph=row["evidence_paragraph"],
    )


def _followed(row: pd.Series[Any], measured: set[str]) -> str:
    if pd.isna(row["measure"]):
        return say("register.no_measure")
    return say("register.between").join(_measure(measure, measured) for measure in row["measure"].split())


def _measure(measure: str, measured: set[str]) -> str:
    if measure in measured:
        return say("register.measure", title=fw.measure_title(measure), id=measure)
    try:
        return say("register.not_measured", title=fw.measure_title(measure))
    except EhpError:  # the words have no title of it: its id alone
        return say("register.not_measured", title=measure)
