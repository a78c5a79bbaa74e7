"""A service beside its comparison group, for the public: from the released differences, and from no child's record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.present import figure_words as fw
from ehp_eval.present.comparison import points_words
from ehp_eval.present.glance import reading_of
from ehp_eval.present.public import words
from ehp_eval.present.public.service import period_of
from ehp_eval.prose import Callout, Paragraph
from ehp_eval.tables import Table, percent_words, unbroken
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.public import PublicService

_MEASURES = {"outcome": "eoc9", "harm": "eoc9_harm"}


def comparison_answer(report: PublicService) -> Callout | Paragraph:
    """Say how the service differs from its comparison group; or why that cannot be said."""
    found = report.facts["comparison"]
    if found is None:
        what = say("public.none_what", window=fw.window(HEADLINE_DAYS))
        return Paragraph(say("comparison.none", title=report.service.title), " ", what)
    if found["refused"]:
        refused = say(f"public.refused_{found['refused']}", **_asked(report))
        return Callout(f"{refused} {say('public.refused')}", title=say("comparison.refused_title"))
    return Paragraph(unbroken(difference_sentence(report) or say("glance.difference_hidden")))


def comparison_harm(report: PublicService) -> Paragraph | None:
    """Say how harm differs from the comparison group's, and what a comparison leaves open."""
    if not _compared(report):
        return None
    return Paragraph(unbroken(f"{_harm_sentence(report)} {say('comparison.not_proof')}"))


def difference_sentence(report: PublicService) -> str:
    """Write the released difference with both shares and how its interval reads; empty where it is not released."""
    found, service = words.estimate(_row(report, "eoc9")), _row(report, "eoc9_service")
    if found is None or service is None:
        return ""
    given = {
        "title": report.service.title,
        "period": period_of(report.facts["full"]).in_words,
        "window": fw.window(HEADLINE_DAYS),
        "service": words.in_words(report, service),
        "comparison": _share(report, "eoc9_comparison"),
        "difference": points_words(found),
        "reading": say(f"comparison.outcome_{reading_of(found.lower, found.upper)}"),
    }
    return say("public.associated", **given)


def comparison_shares(report: PublicService) -> Table | None:
    """Show both groups' shares, the standardised difference with its interval, and the crude one beside it."""
    if not _compared(report):
        return None
    thresholds, full = report.council.settings.thresholds, report.facts["full"]
    columns = {
        name: {
            "service": words.share(_row(report, f"{measure}_service"), thresholds),
            "standardised": _share(report, f"{measure}_comparison"),
            "difference": words.quantity(_row(report, measure), "child", thresholds),
            "crude": words.quantity(_row(report, f"{measure}_crude"), "child", thresholds),
        }
        for name, measure in _MEASURES.items()
        if _row(report, measure) is not None
    }
    frame = pd.DataFrame(columns)
    labels = {"crude": say("public.crude")}
    frame.insert(0, "what", [labels.get(name) or say(f"comparison.{name}") for name in frame.index])
    return Table(
        report.publishable(frame),
        caption=say("comparison.shares_caption", title=report.service.title, period=period_of(full).in_words),
        headings={name: say(f"comparison.column_{name}", window=fw.window(HEADLINE_DAYS)) for name in frame.columns},
        note=words.note(report, frame, say("comparison.shares_note")),
    )


def _compared(report: PublicService) -> bool:
    """Return whether there is a difference, released or not."""
    found = report.facts["comparison"]
    return found is not None and not found["refused"]


def _row(report: PublicService, measure: str) -> pd.Series[Any] | None:
    """Return a figure of the comparison, of the years together."""
    return report.find(measure, report.facts["full"], HEADLINE_DAYS)


def _share(report: PublicService, measure: str) -> str:
    """Write the comparison group's share, which is standardised and so no count of a count."""
    row = _row(report, measure)
    if row is None or pd.isna(row["value"]):
        return HIDDEN if row is not None and row["hidden"] else fw.NOTHING
    return percent_words(row["value"])


def _harm_sentence(report: PublicService) -> str:
    found, service = words.estimate(_row(report, "eoc9_harm")), _row(report, "eoc9_harm_service")
    if found is None or service is None:
        return say("comparison.harm_unknown" if _row(report, "eoc9_harm") is None else "public.harm_hidden")
    return say(
        "comparison.harm_associated",
        window=fw.window(HEADLINE_DAYS),
        service=words.in_words(report, service),
        comparison=_share(report, "eoc9_harm_comparison"),
        difference=points_words(found),
        reading=say(f"comparison.harm_{reading_of(found.lower, found.upper)}"),
    )


def _asked(report: PublicService) -> dict[str, Any]:
    """Return what the council asks of a comparison, in words."""
    thresholds = report.council.settings.thresholds
    return {
        "window": fw.window(HEADLINE_DAYS),
        "least": thresholds.percentages_from,
        "minimum": percent_words(thresholds.overlap_minimum),
        "needed": percent_words(thresholds.outcome_known),
    }
