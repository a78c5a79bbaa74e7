"""A release that has passed the audit: the only kind that a report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.audit import Leak, audit
from ehp_eval.disclosure.making import release_and_truth
from ehp_eval.disclosure.release import FEW, SECONDARY
from ehp_eval.errors import ReportError
from ehp_eval.streams import STREAMS
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.disclosure.release import Release
    from ehp_eval.load import Council
    from ehp_eval.years import Period

_LISTED = 10


def checked_release(council: Council, year: Period, previous: Sequence[pd.DataFrame] = ()) -> Release:
    """Make the release of a run, and see that nothing hidden in it can be worked out.

    Parameters
    ----------
    council : Council
    year : Period
    previous : sequence of DataFrame
        What was published before, newest first; see `ehp_eval.archive.earlier_publications`.

    Raises
    ------
    ReportError
        Where a hidden count could be worked out: then nothing may be published.
    """
    release, truth = release_and_truth(council, year, previous)
    if leaks := audit(release.figures, truth, release.rule, previous):
        raise ReportError(_words(leaks))
    excluded = bool(council.account.at_fault)
    facts = {report: {**known, "excluded": excluded} for report, known in release.facts.items()}
    figures = release.figures.assign(reason=_told(release))
    if council.settings.council.made_up:
        # Copied out of its file, no figure of made-up records may look like a real one.
        own = figures["source"] == "records"
        figures = figures.assign(note=figures["note"].mask(own, say("figures.synthetic")))
    return replace(release, facts=facts, figures=figures)


def _told(release: Release) -> pd.Series[str]:
    """Return the reasons for which figures are hidden as far as a report may know them.

    Whoever knows which hidden counts are small knows more than is published of those beside them. So it is told of
    the headline alone, whose sentence says "fewer than 5 of 22", and of quantities of too few, which hide no count.
    """
    figures = release.figures
    headlines = {known["headline"] for known in release.facts.values() if known.get("headline")}
    main = {name for stream in STREAMS.values() for name in (stream.main, f"{stream.main}_family")}
    told = figures["measure"].isin(main) & figures["year"].isin(headlines) & (figures["group"] == "")
    told &= figures["window_days"] == HEADLINE_DAYS
    reasons = figures["reason"]
    return reasons.where(told | reasons.isin(["", FEW]), SECONDARY)


def _words(leaks: list[Leak]) -> str:
    """List what could be worked out, by the names of figures and never with a number."""
    lines = [
        f"  {leak.report}, {leak.measure}, {leak.year}{f', {leak.group}' if leak.group else ''}: {leak.how}"
        for leak in leaks[:_LISTED]
    ]
    more = [f"  and {len(leaks) - _LISTED} more"] if len(leaks) > _LISTED else []
    what = (
        f"The audit of the disclosure control could work out {len(leaks)} hidden counts, so that nothing is published. "
        "Make internal reports meanwhile, and report it to those who keep ehp_eval:"
    )
    return "\n".join([what, *dict.fromkeys(lines), *more])
