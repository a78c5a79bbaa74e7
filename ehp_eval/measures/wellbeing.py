"""How parents' scores changed from entry to exit, with those who have only one of the two in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ehp_eval.contract import TABLES
from ehp_eval.measures.figures import figure
from ehp_eval.measures.notes import counted_note, joined
from ehp_eval.paired import paired_change
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

SCORE_POINTS = "score points"
DOMAINS = next(column.codes for column in TABLES["parent_measures"].columns if column.name == "domain")


def score_change(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the mean change of the score from entry to exit, one row a domain (rf5).

    Among the parents whose support has ended: an exit score exists only then. Value: mean of exit less entry over
    those with both, with its paired t interval, in points of the score, higher being better. Numerator: pairs whose
    score rose; denominator: pairs. Of several entries the first with a score counts, of several exits the last, in
    the order of the rows: they bear no date. The note counts who is missing: those with a score at
    both ends are those who stayed, and a low score tends to rise by itself.
    """
    ended = cohort.at_risk.loc[cohort.at_risk["closed_on"].notna(), "unit_id"]
    still_open = len(cohort.at_risk) - len(ended)
    table = council.tables["parent_measures"]
    found = []
    for domain in DOMAINS:
        own = table[table["domain"] == domain]
        # `first` and `last` of a group pass over the missing.
        entry = own[own["timepoint"] == "entry"].groupby("parent_id")["score"].first().reindex(ended)
        leaving = own[own["timepoint"] == "exit"].groupby("parent_id")["score"].last().reindex(ended)
        change = paired_change(entry, leaving)
        neither = int((entry.isna() & leaving.isna()).sum())
        note = joined(
            say("figures.scores", same=change.same, worse=change.worse) if change.pairs else "",
            counted_note(
                entry_only=change.missing_after,
                exit_only=change.missing_before - neither,
                no_score=neither,
                not_ended=still_open,
            ),
        )
        found.append(
            figure(
                "rf5", cohort, change.estimate, group=f"domain: {domain}", numerator=change.improved,
                denominator=change.pairs, unit=SCORE_POINTS, note=note,
            )
        )  # fmt: skip
    return found
