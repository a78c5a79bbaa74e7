"""Whom support for parents reaches: who engages, who stays, who of all those eligible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.figures import share_figure
from ehp_eval.measures.followed import followed_share
from ehp_eval.measures.notes import counted_note, joined
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

STAYED_DAYS = 183
ELIGIBLE_YEARS = 2


def engaged_of_offered(_council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of the parents offered support who engaged (rf4).

    The parents of the council's own area, as the flow has them: a parent who engaged belongs to the year of the
    engagement, one who did not to the year of the offer. Who was offered support shortly before the extract date
    and engages after it stands as not engaged. Wilson (1927) interval.
    """
    return [share_figure("rf4", cohort, cohort.step("engaged"), cohort.step("offered"))]


def stayed_half_a_year(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of engaged parents whose support went on for 183 days or more (rf4s).

    Denominator: parents who engaged and for whom 183 days have passed. Support that ended on day 183 has lasted them.
    Support that ended because a parent moved away has ended; where it is still open, a parent known to have
    moved away is unknown. A parent who died by then is left out. Wilson (1927) interval.
    """
    rows = cohort.at_risk
    died = rows["died_on"] <= rows["t0"] + pd.Timedelta(days=STAYED_DAYS)
    stopped_on = (rows["closed_on"] + pd.Timedelta(days=1)).mask(died)  # the first day without support
    return followed_share(
        "rf4s", council, cohort, rows, since=rows["t0"], event_on=stopped_on, days=STAYED_DAYS, with_event=False,
        good=True,
    )  # fmt: skip


def reached_of_eligible(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of the parents with a recent compulsory removal who had engaged by the end of the year (rf6).

    Denominator: the parents of `eligible_parents` with a removal in the 24 months up to the last day of the year: that
    year and the one before. Numerator: those of them who had engaged by then, in any area and whenever, as the
    table of the eligible names no area: it is a figure of the whole region. Years pooled have none. The note
    counts those who engaged in the year outside the denominator. Wilson (1927) interval.
    """
    period = cohort.period
    if len(period.years) > 1:
        return []
    eligible, parents = council.tables["eligible_parents"], council.tables["parents"]
    since = period.earlier(ELIGIBLE_YEARS - 1).start
    recent = set(eligible.loc[eligible["removal_on"].between(since, period.end), "parent_id"])
    reached = recent & set(parents.loc[parents["engaged_on"] <= period.end, "parent_id"])
    outside = set(parents.loc[period.holds(parents["engaged_on"]), "parent_id"]) - recent
    listed = outside & set(eligible["parent_id"])
    note = joined(
        say("figures.whole_region"),
        counted_note(engaged_other_removal=len(listed), engaged_not_listed=len(outside - listed)),
    )
    return [share_figure("rf6", cohort, len(reached), len(recent), note=note)]
