"""Placements that were supported: whether they held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.columns import UNKNOWN
from ehp_eval.episodes import without_respite
from ehp_eval.measures.followed import followed_share
from ehp_eval.periods import looked_after_on
from ehp_eval.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

HELD_DAYS = (91, 183)


def placement_held(council: Council, rows: pd.DataFrame, on: pd.Series[pd.Timestamp]) -> pd.Series[bool]:
    """Whether each child was, on a day of its own, still in the period of care and placement that it had at t0."""
    held = pd.Series(looked_after_on(council.care.periods, rows["unit_id"], on), index=rows.index)
    return held & ~(placement_moves(council, rows) <= on)


def placement_moves(council: Council, rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return the day of each child's first change of placement after t0; missing where there is none."""
    return _later_starts(council, rows, ["started", "placement", "legal_status_and_placement"])


def _later_starts(council: Council, rows: pd.DataFrame, reasons: Sequence[str | None]) -> pd.Series[pd.Timestamp]:
    """Return the first day after t0 on which an episode, not of respite, began for one of these reasons."""
    episodes = without_respite(council)
    moves = episodes.loc[episodes["reason_started"].isin(reasons), ["person_id", "started_on"]]
    met = rows[["unit_id", "t0"]].reset_index(names="row").merge(moves, left_on="unit_id", right_on="person_id")
    return met[met["started_on"] > met["t0"]].groupby("row")["started_on"].min().reindex(rows.index)


def placements_held(council: Council, cohort: Cohort, *, measure: str) -> list[dict[str, Any]]:
    """Return the share of supported placements that held: the same placement, and still in care, 91 and 183 days on.

    Numerator: no new placement and no end of the period of care after the day of acceptance, up to and including that
    day. A change of legal status, or of placement with the same carer, is no new placement; respite is none either.
    Denominator: children looked after at acceptance for whom the days have passed and whose status is known.
    A child that went home or was adopted has left the placement too; the note says how many, since that is
    no breakdown. Deaths are left out and counted, though they end the period of care. Moved away first, or an episode
    that begins for an unknown reason, which may be a new placement, is unknown (`_worst`, `_best`). Wilson (1927)
    intervals.
    """
    rows = cohort.at_risk
    periods = council.care.periods
    met = rows[["unit_id", "t0"]].reset_index(names="row").merge(periods, left_on="unit_id", right_on="person_id")
    left = met[(met["started_on"] <= met["t0"]) & (met["ended_on"] >= met["t0"])].groupby("row")["ended_on"].min()
    left = left.reindex(rows.index)
    moved = placement_moves(council, rows)
    left = left.mask(rows["died_on"] <= left)
    ended = pd.concat([moved, left], axis=1).min(axis=1)
    perhaps_moved = _later_starts(council, rows, [UNKNOWN, None])
    found = []
    for days in HELD_DAYS:
        until = rows["t0"] + pd.Timedelta(days=days)
        matured = until <= council.extract_date
        n = int((matured & (left <= until) & ~(moved < left)).sum())
        note = say("figures.left_care", n=n) if n else ""
        found += followed_share(
            measure, council, cohort, rows, since=rows["t0"], event_on=ended, days=days, with_event=False, good=True,
            note=note, unsure=perhaps_moved <= until,
        )  # fmt: skip
    return found
