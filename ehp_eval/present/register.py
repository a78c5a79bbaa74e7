"""What was promised and what is known of it: a paragraph and a table of the overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ehp_eval.errors import EhpError
from ehp_eval.present import figure_words as fw
from ehp_eval.prose import Paragraph, quoted, sentence
from ehp_eval.register import STATUSES, register
from ehp_eval.tables import Table
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Overview


def register_summary(report: Overview) -> Paragraph:
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


def overdue_sentence(report: Overview) -> str:
    """Say in a sentence how much of what was promised is overdue."""
    rows = register(report.council)
    return say("register.overdue_short", n=int(rows["overdue"].sum()), total=len(rows))


def register_table(report: Overview) -> Table | Paragraph:
    """Show every promise with its source, its due date, what is known of it and the measures that follow it."""
    rows = register(report.council)
    if rows.empty:
        return Paragraph(say("register.nothing"))
    # Numbered as the table of the council names them, not in the order of this one.
    actions = report.council.tables["actions"]
    named = pd.concat([actions["document"], actions["evidence_document"].dropna()])
    documents = {title: n for n, title in enumerate(named.unique(), start=1)}
    frame = pd.DataFrame([_row(row, documents) for _, row in rows.iterrows()])
    return Table(
        frame,
        caption=say("register.caption", date=day_in_words(report.council.extract_date)),
        headings={name: say(f"register.{name}") for name in frame.columns},
        note=Markup(" ").join(
            [
                say("register.note"),
                *(sentence("register.document", n=n, title=quoted(title)) for title, n in documents.items()),
            ]
        ),
    )


def _row(row: pd.Series[Any], documents: dict[str, int]) -> dict[str, str]:
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
        "followed": _followed(row),
    }


def _due(row: pd.Series[Any]) -> str:
    if pd.isna(row["due_on"]):
        return say("register.no_date")
    date = day_in_words(row["due_on"])
    return say("register.due_overdue", date=date) if row["overdue"] else date


def _known(row: pd.Series[Any], documents: dict[str, int]) -> str:
    status = say(f"register.{row['status']}")
    if pd.isna(row["evidence"]):
        return say("register.known_nothing", status=status)
    return say(
        "register.known_cell",
        status=status,
        evidence=row["evidence"],
        document=documents[row["evidence_document"]],
        paragraph=row["evidence_paragraph"],
    )


def _followed(row: pd.Series[Any]) -> str:
    if pd.isna(row["measure"]):
        return say("register.no_measure")
    return say("register.between").join(_measure(measure) for measure in row["measure"].split())


def _measure(measure: str) -> str:
    try:
        return say("register.measure", title=fw.measure_title(measure), id=measure)
    except EhpError:  # a council may name a measure that is not computed yet: its id alone
        return measure
