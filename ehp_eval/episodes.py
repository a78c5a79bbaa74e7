"""Looked-after episodes as they were, one after another, where the details of each matter and not only the period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.once import once_a_council

if TYPE_CHECKING:
    from ehp_eval.load import Council


@once_a_council
def without_respite(council: Council) -> pd.DataFrame:
    """Return the episodes that end no earlier than they start, those of respite left out."""
    episodes = council.episodes
    return episodes[~episodes["legal_status"].isin(council.settings.looked_after.respite_legal_statuses)]


@once_a_council
def care_episodes(council: Council) -> pd.DataFrame:
    """Return the episodes apart from respite, by person and start, after the first three repairs of `periods_of_care`.

    Set aside: an end before the start. Of a person's episodes with one start the one with the latest end
    stays, an end before none. An episode left open with a later one ends where the next starts.
    """
    rows = without_respite(council).sort_values(
        ["person_id", "started_on", "ended_on"], na_position="first", kind="stable"
    )
    rows = rows.drop_duplicates(["person_id", "started_on"], keep="last").reset_index(drop=True)
    return rows.assign(ended_on=rows["ended_on"].fillna(rows.groupby("person_id")["started_on"].shift(-1)))


def with_parent(council: Council, episodes: pd.DataFrame) -> pd.Series[bool]:
    """Whether the child lived with a parent in each episode: parent and baby together, or placed with parents."""
    kinds = council.settings.looked_after.placed_with_parents
    return (episodes["parent_and_baby"] == "Y") | episodes["placement_type"].isin(kinds)


@once_a_council
def entries_into_care(council: Council) -> pd.DataFrame:
    """Return the first day of each period of care, and how the child came into care.

    Returns
    -------
    DataFrame
        One row a period: person_id, date, planned ("Y", "N", or "U" where it is not known), parent_and_baby (whether
        parent and baby were placed together). Of rows that repeat a start, those that say nothing do not
        count; where they disagree it is not known.
    """
    first = council.care.periods[["person_id", "started_on"]].merge(
        without_respite(council), on=["person_id", "started_on"]
    )
    first = first.assign(
        no=first["planned"] == "N", yes=first["planned"] == "Y", together=first["parent_and_baby"] == "Y"
    )
    found = first.groupby(["person_id", "started_on"], as_index=False).agg(
        no=("no", "any"), yes=("yes", "any"), together=("together", "any")
    )
    planned = (
        pd.Series("U", index=found.index).mask(found["yes"] & ~found["no"], "Y").mask(found["no"] & ~found["yes"], "N")
    )
    return pd.DataFrame(
        {
            "person_id": found["person_id"],
            "date": found["started_on"],
            "planned": planned,
            "parent_and_baby": found["together"],
        }
    )
