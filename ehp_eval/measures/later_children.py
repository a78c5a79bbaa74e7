"""Later children of parents who were supported after a removal: born, removed, with a parent. Unit: the child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval import events, units
from ehp_eval.measures.followed import followed_share
from ehp_eval.measures.with_parents import placed_elsewhere, share_with_parents
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

YEAR_DAYS, BIRTH_DAYS = 365, 730


def removed_within_a_year(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of later children removed within 365 days of birth (rf2).

    Unit: the child. Denominator: children born alive to the cohort's parents, on or after the engagement and after the
    removal that led to the offer, for whom 365 days have passed and whose status is known. Removed: looked
    after apart from the parents, adopted or given a guardian for the first time, the day of birth included; to be
    looked after together with a parent is none. Died without: left out. Unknown: the child, or its parent, moved
    away and no removal is on record; the looked-after table holds the council's own children alone. A parent
    with two later children is in it twice, which the Wilson (1927) interval does not know.
    """
    rows = _rows(council, cohort)
    first = [events.by_unit(events.first_separations(council), rows), placed_elsewhere(council, rows)]
    removed_on = pd.concat(first, axis=1).min(axis=1)
    return followed_share(
        "rf2", council, cohort, rows, since=rows["t0"], event_on=removed_on, days=YEAR_DAYS, with_event=True,
        good=False, note=_note(rows),
    )  # fmt: skip


def with_a_parent_a_year_on(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of later children with a parent 365 days after birth, those returned included (rf3).

    Unit: the child; the children of `removed_within_a_year`, counted as `share_with_parents` says. With rf2 it need
    not add up to all: a child can be removed and returned within the year.
    """
    rows = _rows(council, cohort)
    return share_with_parents("rf3", council, cohort, rows, days=YEAR_DAYS, note=_note(rows))


def births(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of parents with a later child born alive within 730 days of engaging (rf7).

    Described only. A birth is neither good nor bad, so there is no worst and no best case: parents who died or
    moved away before one are left out and counted. Denominator: parents for whom 730 days have passed.
    """
    rows = cohort.at_risk
    born_on = _rows(council, cohort).groupby("family_id")["t0"].min()
    found = followed_share(
        "rf7", council, cohort, rows, since=rows["t0"], event_on=events.by_unit(born_on, rows), days=BIRTH_DAYS,
        with_event=True, good=True, note=say("figures.described"),
    )  # fmt: skip
    return found[:1]


def _rows(council: Council, cohort: Cohort) -> pd.DataFrame:
    """Return the later children born since their parent engaged, as units with birth as their clock."""
    parents = cohort.at_risk
    children = units.later_children(council)
    children = children[
        children["parent_id"].isin(parents["unit_id"]) & (children["born_on"] >= children["engaged_on"])
    ]
    children = children.reset_index(drop=True)
    # Where a parent has moved away, what became of the child is not known here either.
    moved_on = parents.set_index("unit_id")["moved_on"].reindex(children["parent_id"]).set_axis(children.index)
    reason = pd.Series(None, index=children.index, dtype="str").mask(moved_on.notna(), events.MOVED_AWAY)
    rows = pd.DataFrame(
        {
            "unit_id": children["baby_id"],
            "family_id": children["parent_id"],
            "t0": children["born_on"],
            "entered_on": children["born_on"],
            "closed_on": moved_on,
            "end_reason": reason,
        }
    )
    return pd.concat([rows, events.losses(council, rows)], axis="columns")


def _note(rows: pd.DataFrame) -> str:
    """Say of how many parents the children are, and how many children there are with those not followed yet."""
    return say("figures.later_children", n=len(rows), parents=rows["family_id"].nunique())
