"""The share with or without an event by a fixed day, among units followed from a clock of their own.

What the primary measures do by the cohort's columns, this does for any clock and event: so many days since
support closed, since a child came home, since a birth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.events import DIED
from ehp_eval.measures.figures import share_figure
from ehp_eval.measures.siblings import family_rows
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council


def followed_share(
    measure: str,
    council: Council,
    cohort: Cohort,
    rows: pd.DataFrame,
    *,
    since: pd.Series[pd.Timestamp],
    event_on: pd.Series[pd.Timestamp],
    days: int,
    with_event: bool,
    good: bool,
    note: str = "",
    unsure: pd.Series[bool] | None = None,
    **fields: Any,
) -> list[dict[str, Any]]:
    """Return the share with (or without) an event within so many days, and its worst and best case.

    Parameters
    ----------
    rows : DataFrame
        Units with family_id, entered_on, died_on and moved_on.
    since, event_on : Series of Timestamp, on the index of `rows`
        Start of each unit's clock, and its first event from then on; missing where there is none.
    days : int
        The window: the event counts up to and including this day.
    with_event : bool
        Whether the numerator counts those with the event, or those without.
    good : bool
        Whether to be counted is the good outcome: it decides which case is the worst.
    note : str
        Put before the counts of those left out.
    unsure : Series of bool, optional
        Those of whom it is not known whether what happened was the event; unknown where they had none.
    fields
        Further columns of the figures, such as `group`.

    Returns
    -------
    list of dict
        The share among those for whom the window has passed, who came under observation by the start of the
        clock, did not die first and whose status is known; where some are unknown because they moved away first,
        two more rows, all of them counted as bad and all as good. Wilson (1927) intervals, the family-clustered one
        beside it where siblings matter.
    """
    outcome = followed_outcome(council, rows, since=since, event_on=event_on, days=days, unsure=unsure).dropna()
    counted = outcome == ("event" if with_event else "no_event")
    n, n_unknown, n_died = (int(each.sum()) for each in (counted, outcome == "unknown", outcome == DIED))
    known = len(outcome) - n_unknown - n_died
    notes = [note] if note else []
    if n_died:
        notes.append(say("figures.died", n=n_died))
    if n_unknown:
        notes.append(say("figures.unknown", n=n_unknown))
    row = share_figure(measure, cohort, n, known, window_days=days, note="; ".join(notes), **fields)
    found = [row]
    if n_unknown:
        best = n + n_unknown if good else n
        worst = n if good else n + n_unknown
        found += [
            share_figure(f"{measure}_{case}", cohort, count, known + n_unknown, window_days=days, **fields)
            for case, count in (("worst", worst), ("best", best))
        ]
    is_known = outcome[outcome.isin(["event", "no_event"])].index
    families = pd.DataFrame({"good": counted[is_known], "family_id": rows.loc[is_known, "family_id"]})
    return found + family_rows(row, cohort, families)


def followed_outcome(
    council: Council,
    rows: pd.DataFrame,
    *,
    since: pd.Series[pd.Timestamp],
    event_on: pd.Series[pd.Timestamp],
    days: int,
    unsure: pd.Series[bool] | None = None,
) -> pd.Series[str]:
    """Return what is known of each unit by the end of its window; parameters as in `followed_share`.

    Returns
    -------
    Series of str, on the index of `rows`
        "event", "no_event", "died" (first) or "unknown"; missing where the window has not passed, or the unit came
        under observation after the start of its clock.
    """
    until = since + pd.Timedelta(days=days)
    matured = (until <= council.extract_date) & (rows["entered_on"] <= since)
    happened = event_on <= until
    unknown = rows["moved_on"] <= until
    if unsure is not None:
        unknown |= unsure
    outcome = pd.Series("no_event", index=rows.index, dtype="str")
    outcome = outcome.mask(unknown, "unknown").mask(rows["died_on"] <= until, DIED).mask(happened, "event")
    return outcome.where(matured)


def first_after(
    rows: pd.DataFrame, happened: pd.DataFrame, since: pd.Series[pd.Timestamp], *, on_the_day: bool = False
) -> pd.Series[pd.Timestamp]:
    """Return the first date of each unit's happenings after a day of its own; missing where there is none.

    Parameters
    ----------
    rows : DataFrame
        Units with unit_id.
    happened : DataFrame
        Columns person_id and date, any number of rows a person.
    since : Series of Timestamp, on the index of `rows`
    on_the_day : bool
        Whether a happening on that day itself counts.
    """
    pairs = pd.DataFrame({"row": rows.index, "person_id": rows["unit_id"].to_numpy(), "since": since.to_numpy()})
    met = pairs.merge(happened[["person_id", "date"]], on="person_id")
    met = met[(met["date"] >= met["since"]) if on_the_day else (met["date"] > met["since"])]
    return met.groupby("row")["date"].min().reindex(rows.index)
