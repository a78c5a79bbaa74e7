"""The published claims, re-examined: what was published is shown whole, what the records give as it was released."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from ehp_eval.disclosure.release import CLAIMED
from ehp_eval.measures.figures import COUNT
from ehp_eval.present import shared
from ehp_eval.present.figure_words import NOTHING
from ehp_eval.present.public import words
from ehp_eval.prose import Paragraph
from ehp_eval.public import PublicOverview, PublicService, PublicSystem
from ehp_eval.tables import Table
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.claims import Claim


def claims_table(report: PublicService | PublicSystem | PublicOverview) -> Table | Paragraph:
    """Show the published claims with their numerators, their interval and what the records give."""
    title, whole_council = shared.title(report), not isinstance(report, PublicService)
    if not report.claims:
        return Paragraph(say("claims_table.empty", title=title, year=report.year.label))
    numbers = shared.document_numbers(report)
    frame = pd.DataFrame(
        [
            shared.claim_row(report.council, claim, numbers[claim.document], whole_council)
            | {"records": _from_records(report, claim)}
            for claim in report.claims
        ]
    )
    return Table(
        report.publishable(frame),
        caption=say("claims_table.caption", title=title),
        headings={name: say(f"claims_table.{name}") for name in frame.columns},
        note=Markup(" ").join(
            [
                words.note(report, frame, say("claims_table.note_real"), say("public_service.claims_dash")) or "",
                *shared.documents_named(numbers, {claim.document for claim in report.claims}),
            ]
        ),
    )


def _from_records(report: PublicService | PublicSystem | PublicOverview, claim: Claim) -> str:
    """Write what was released beside a claim; the release holds it once, with the figures of the service."""
    figures = report.release.figures
    rows = figures[(figures["measure"] == CLAIMED) & (figures["group"] == f"claim: {claim.id}")]
    if rows.empty:
        return NOTHING
    row = rows.iloc[0]
    return words.count(row) if row["unit"] == COUNT else words.counted(row)
