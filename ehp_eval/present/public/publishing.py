"""Hands a public report's answer to the run, and shows its figures."""

from __future__ import annotations

from typing import Any

from ehp_eval.present.public.figures import figures_table
from ehp_eval.present.shared import MIME, title
from ehp_eval.prose import Paragraph
from ehp_eval.public import PublicOverview, PublicReport
from ehp_eval.words import say


def publish(report: PublicReport, answer: str) -> PublicFigures:
    """Hand the report's one-line answer to the run, and show its figures; the run has them from its release."""
    return PublicFigures(report, answer)


class PublicFigures:
    """A public report's figures: a table for the reader, its answer for the run."""

    def __init__(self, report: PublicReport, answer: str) -> None:
        self._report = report
        self._answer = answer

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        report = self._report
        content = {
            "report": report.report,
            "title": title(report),
            "year": report.year.label,
            "answer": self._answer,
            "rows": {},
            "flow": [],
            "figures": [],
        }
        whole = isinstance(report, PublicOverview)
        shown = (
            Paragraph(say("figures_table.elsewhere", n=len(report.figures))) if whole else figures_table(report)
        )._repr_html_()
        return {MIME: content, "text/html": shown, "text/plain": self._answer}
