"""Looked-after episodes into continuous periods of care, by stated rules, each repair counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

STARTED = "started"
RESPITE_STATUSES = ("V3", "V4")
RULES = (
    "ends_before_start",
    "duplicate",
    "left_open",
    "overlap",
    "started_on_the_day_of_the_end",
    "continues_the_day_after",
    "continues_after_a_gap",
    "first_is_no_start",
)
_NEEDED = ("person_id", "started_on", "ended_on")
_COLUMNS = (*_NEEDED, "legal_status", "reason_started")


@dataclass(frozen=True, slots=True)
class PeriodsOfCare:
    """Periods of care, respite apart, and what was repaired.

    Attributes
    ----------
    periods : DataFrame
        One row a period, by person and start: person_id, started_on, ended_on (NaT while still looked
        after), episodes (rows that the period is made of). A person's periods never share a day.
    respite : DataFrame
        The same for respite, which is not "becoming looked after".
    repairs : DataFrame
        How often each rule was applied: index rule (all of `RULES`, in order), columns care and
        respite. Every input row is counted once among the episodes of `periods`, those of
        `respite` and the rules "ends_before_start" and "duplicate".
    """

    periods: pd.DataFrame
    respite: pd.DataFrame
    repairs: pd.DataFrame


def periods_of_care(episodes: pd.DataFrame, *, respite_statuses: Collection[str] = RESPITE_STATUSES) -> PeriodsOfCare:
    """Join looked-after episodes into continuous periods of care.

    Parameters
    ----------
    episodes : DataFrame
        One row an episode, in any order: person_id, started_on and ended_on (datetime64; NaT = still looked
        after), legal_status (without it no respite can be told apart), reason_started ("started"
        where a period begins; all else, blanks too, continues one). The last two may be left out;
        other columns are ignored.
    respite_statuses : collection of str
        Legal statuses that are respite; the default is that of the SSDA903 return.

    Returns
    -------
    PeriodsOfCare

    Raises
    ------
    DataError
        When a column is missing, a date column holds no dates, or a row has no person or no start.

    Notes
    -----
    Respite is split off first; then these rules apply in order, to care and to respite apart.

    1. ends_before_start: the row is set aside.
    2. duplicate: of the rows of a person with the same start the one with the latest end stays. An end beats
       none: yearly returns repeat an open episode, and close it later. It is a start if any of them is.
    3. left_open: an episode without an end and with a later one ends where the next starts.
    4. overlap: an episode that starts before the latest end so far continues the period.
    5. started_on_the_day_of_the_end: so does one with reason "started" on the day of that end: there is no
       day out of care between the two.
    6. continues_the_day_after: an episode that starts the day after that end begins a period where its reason
       is "started", and otherwise continues it (the rule counts these). On the day of the end itself a
       continuing reason is what a return should hold and is not counted.
    7. continues_after_a_gap: after a longer gap a new period begins, whatever the reason. Counted where the
       reason is not "started": an episode is missing, or the reason is wrong.
    8. first_is_no_start: a person's first episode begins a period, whatever the reason. Counted where the
       reason is not "started": the period began before the records do.
    """
    _check(episodes)
    rows = episodes.reindex(columns=list(_COLUMNS)).reset_index(drop=True)
    is_respite = rows["legal_status"].isin(list(respite_statuses))
    periods, care = _join(rows[~is_respite])
    respite, apart = _join(rows[is_respite])
    repairs = pd.DataFrame({"care": care, "respite": apart}, index=pd.Index(RULES, name="rule"))
    return PeriodsOfCare(periods, respite, repairs)


def looked_after_on(
    periods: pd.DataFrame, person_ids: pd.Series[str], dates: pd.Series[pd.Timestamp] | pd.Timestamp
) -> NDArray[np.bool_]:
    """Say of each person whether they were looked after on a date.

    Parameters
    ----------
    periods : DataFrame
        The `periods` (or `respite`) of `PeriodsOfCare`.
    person_ids : Series of str, shape (n,)
    dates : Series of datetime64, shape (n,), or one Timestamp
        Each person's date, by position, or one for all.

    Returns
    -------
    ndarray of bool, shape (n,)
        In the order of `person_ids`. A person is looked after from the day a period starts up to, not
        including, the day it ends, so on the day of a move home they are not.

    Raises
    ------
    DataError
        When a date is missing or the lengths differ.
    """
    asked = pd.DataFrame({"person_id": person_ids.to_numpy(), "row": np.arange(len(person_ids))})
    if isinstance(dates, pd.Series) and len(dates) != len(asked):
        raise DataError("looked_after_on: give one date for each person, or one for all.")
    asked["day"] = dates.to_numpy() if isinstance(dates, pd.Series) else dates
    if asked["day"].isna().any():
        raise DataError("looked_after_on: a date is missing; leave such people out and count them.")
    met = asked.merge(periods, on="person_id")
    inside = (met["started_on"] <= met["day"]) & (met["ended_on"].isna() | (met["day"] < met["ended_on"]))
    return asked["row"].isin(met.loc[inside, "row"]).to_numpy()


def _join(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """Return the periods that the rows make, and how often each of `RULES` was applied."""
    backwards = rows["ended_on"] < rows["started_on"]
    usable = rows[~backwards].sort_values(["person_id", "started_on", "ended_on"], na_position="first")
    usable["starts"] = usable["reason_started"].isin([STARTED])
    usable["starts"] = usable.groupby(["person_id", "started_on"])["starts"].transform("any")
    kept = usable.drop_duplicates(["person_id", "started_on"], keep="last")

    person = kept["person_id"]
    next_start = kept.groupby("person_id")["started_on"].shift(-1)
    left_open = kept["ended_on"].isna() & next_start.notna()
    kept = kept.assign(ended_on=kept["ended_on"].where(~left_open, next_start))

    # Only a person's last episode can still be open here, so no end before it is unknown.
    latest_end = kept.groupby("person_id")["ended_on"].cummax().groupby(person).shift()
    gap = (kept["started_on"] - latest_end).dt.days  # missing for a person's first episode
    starts, first = kept["starts"], gap.isna()
    begins = first | (gap > 1) | (starts & (gap == 1))
    applied = (
        backwards,
        usable.index.difference(kept.index),
        left_open,
        gap < 0,
        starts & (gap == 0),
        ~starts & (gap == 1),
        ~starts & (gap > 1),
        ~starts & first,
    )
    counts = [len(rule) if isinstance(rule, pd.Index) else int(rule.sum()) for rule in applied]

    kept = kept.assign(period=begins.cumsum(), is_open=kept["ended_on"].isna())
    periods = kept.groupby("period").agg(
        person_id=("person_id", "first"),
        started_on=("started_on", "min"),
        ended_on=("ended_on", "max"),
        is_open=("is_open", "any"),
        episodes=("started_on", "size"),
    )
    periods["ended_on"] = periods["ended_on"].where(~periods["is_open"])
    return periods.drop(columns="is_open").reset_index(drop=True), counts


def _check(episodes: pd.DataFrame) -> None:
    missing = [name for name in _NEEDED if name not in episodes]
    if missing:
        raise DataError(f"looked_after_episodes: no column {', '.join(missing)}; see the data dictionary.")
    for name in ("started_on", "ended_on"):
        if not pd.api.types.is_datetime64_any_dtype(episodes[name]):
            raise DataError(f"looked_after_episodes, {name}: not read as dates; load it with `load`.")
    for name in ("person_id", "started_on"):
        if episodes[name].isna().any():
            raise DataError(f"looked_after_episodes, {name}: blank in some rows; every episode needs one.")
