"""Where looked-after children live: the placements that their episodes make, on a day and in a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.columns import UNKNOWN
from ehp_eval.episodes import care_episodes
from ehp_eval.once import once_a_council
from ehp_eval.periods import STARTED

if TYPE_CHECKING:
    from ehp_eval.load import Council
    from ehp_eval.years import Period

MOVES = (STARTED, "placement", "legal_status_and_placement")
"""The reasons with which a new placement begins; one with the same carer is none, nor is a new legal status."""


@once_a_council
def episodes_in_periods(council: Council) -> pd.DataFrame:
    """Return the episodes apart from respite with their period of care, and whether a placement begins with each.

    A placement begins with the first episode of a period, and with one whose reason is one of `MOVES`. Where the reason
    is not known, type, provider or place tell of a new placement when they differ from those of the episode before;
    when they do not, it may be another of the same kind, and is not known.

    Returns
    -------
    DataFrame
        The columns of `care_episodes`, period (the index of the period in `Council.care`), begins and perhaps (bool);
        by person and start.
    """
    episodes, periods = care_episodes(council), council.care.periods
    # Both come from the same rows in the same order, and a period says of how many it is made.
    episodes = episodes.assign(period=np.repeat(periods.index.to_numpy(), periods["episodes"].to_numpy()))
    first = ~episodes.duplicated("period")
    reason = episodes["reason_started"]
    unclear = ~first & (reason.isna() | (reason == UNKNOWN))
    differs = pd.Series(False, index=episodes.index)
    for name in ("placement_type", "provider", "placed_in"):
        now, before = (each.mask(each == UNKNOWN) for each in (episodes[name], episodes[name].shift()))
        differs |= now.notna() & before.notna() & (now != before)
    begins = first | reason.isin(MOVES) | (unclear & differs)
    return episodes.assign(begins=begins, perhaps=unclear & ~differs)


def placed_on(council: Council, day: pd.Timestamp) -> pd.DataFrame:
    """Return the children looked after on a day, one row each: the last of `episodes_in_periods` begun by then."""
    periods = council.care.periods
    held = periods[(periods["started_on"] <= day) & ~(periods["ended_on"] <= day)]
    episodes = episodes_in_periods(council)
    begun = episodes[episodes["period"].isin(held.index) & (episodes["started_on"] <= day)]
    return begun.drop_duplicates("period", keep="last").reset_index(drop=True)


def placements_in(council: Council, year: Period, ids: pd.Series[str]) -> tuple[pd.Series[int], pd.Series[int]]:
    """Return in how many placements each child lived in the year: certainly, and at most.

    A placement counts where it began in the year, or before it and lasted into its first day. Of several periods of
    care in the year all placements count.
    """
    episodes = episodes_in_periods(council)
    begun = episodes[episodes["begins"]]
    until = begun.groupby("period")["started_on"].shift(-1)
    until = until.fillna(council.care.periods["ended_on"].reindex(begun["period"]).set_axis(begun.index))
    carried_over = (begun["started_on"] < year.start) & ~(until <= year.start)
    lived_in = begun.loc[carried_over | year.holds(begun["started_on"]), "person_id"].value_counts()
    perhaps = episodes.loc[episodes["perhaps"] & year.holds(episodes["started_on"]), "person_id"].value_counts()
    certain = ids.map(lived_in).fillna(0).astype("int64")
    return certain, certain + ids.map(perhaps).fillna(0).astype("int64")
