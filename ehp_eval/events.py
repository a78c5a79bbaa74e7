"""What can happen to a unit: the event that a stream counts, what competes with it, what ends observation.

Every function returns dates by unit, from the council's tables; none of them counts anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval import units
from ehp_eval.episodes import care_episodes, with_parent
from ehp_eval.errors import EhpError
from ehp_eval.once import once_a_council
from ehp_eval.streams import LEFT_CARE, SEPARATED, STREAMS

if TYPE_CHECKING:
    from ehp_eval.load import Council

TURNED_18 = "turned_18"
MOVED_AWAY = "moved_away"
DIED = "died"
_STATUS_CAUSES = {
    "died": DIED,
    "adopted": "adopted",
    "special_guardianship": "guardianship",
    "moved_away": MOVED_AWAY,
}
# On a shared day the event counts first, then a death, what else competes with it, and the end of observation.
LAST_RANK = 4
_RANKS = {DIED: 1, MOVED_AWAY: 3}
_COLUMNS = ["unit_id", "date", "cause", "rank"]


def after_entry(council: Council, rows: pd.DataFrame, stream: str) -> pd.DataFrame:
    """Return everything that ends the follow-up of these units, on or after the day they came in.

    Parameters
    ----------
    rows : DataFrame
        Units, with unit_id, entered_on, closed_on and end_reason.

    Returns
    -------
    DataFrame
        unit_id, date, cause, rank (the order on a shared day); any number of rows a unit.
    """
    found = pd.concat([_of_everybody(council, stream), _at_closure(rows)], ignore_index=True)
    happened = found.merge(rows[["unit_id", "entered_on"]], on="unit_id")
    happened = happened[(happened["date"] >= happened["entered_on"]) & (happened["date"] <= council.extract_date)]
    ranks = {**_RANKS, STREAMS[stream].event: 0}
    return happened.assign(rank=happened["cause"].map(ranks).fillna(2).astype("int64"))[_COLUMNS]


def losses(council: Council, rows: pd.DataFrame) -> pd.DataFrame:
    """Return when each of these units died or moved away, by status events or the end of support.

    Returns
    -------
    DataFrame
        Columns died_on and moved_on, on the index of `rows`; missing where neither is known.
    """
    known = pd.concat([_status_events(council), _at_closure(rows)], ignore_index=True)
    found = {}
    for name, cause in (("died_on", DIED), ("moved_on", MOVED_AWAY)):
        found[name] = by_unit(known[known["cause"] == cause].groupby("unit_id")["date"].min(), rows)
    return pd.DataFrame(found, index=rows.index)


@once_a_council
def returns_home(council: Council) -> pd.Series[pd.Timestamp]:
    """Days on which a period of care ended with a return home, by person; a person may have several."""
    episodes = council.episodes
    home = episodes[episodes["reason_ended"].isin(council.settings.looked_after.returned_home)]
    ended = council.care.periods.merge(home[["person_id", "ended_on"]].drop_duplicates(), on=["person_id", "ended_on"])
    return ended.set_index("person_id")["ended_on"]


@once_a_council
def first_separations(council: Council) -> pd.Series[pd.Timestamp]:
    """First day on which a child was looked after apart from its parents, by person.

    A placement with parents, or of parent and baby together, is no separation; nor is respite. Of rows that repeat an
    episode the one that the periods of care keep counts.
    """
    episodes = care_episodes(council)
    return episodes[~with_parent(council, episodes)].groupby("person_id")["started_on"].min()


@once_a_council
def status_events_of_born(council: Council) -> pd.DataFrame:
    """Status events, those under an id from before birth under that of every baby of the pregnancy too."""
    table = council.tables["status_events"]
    before = units.ids_before_birth(council).merge(table, on="person_id")
    before = before.assign(person_id=before["baby_id"])[list(table.columns)]
    return pd.concat([table, before], ignore_index=True)


@once_a_council
def eighteenth_birthdays(council: Council) -> pd.Series[pd.Timestamp]:
    """First day by which a person is certainly 18: the first of the month after the birthday, by person.

    Only the month of birth is held.
    """
    persons = council.tables["persons"]
    months = pd.to_datetime(persons["birth_month"], format="%Y-%m")
    return (months + pd.DateOffset(years=18, months=1)).set_axis(persons["person_id"]).dropna()


def by_unit(dates: pd.Series[pd.Timestamp], rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Line dates by person up with the rows of units; missing where a unit has none."""
    return dates.reindex(rows["unit_id"]).set_axis(rows.index)


@once_a_council
def _of_everybody(council: Council, stream: str) -> pd.DataFrame:
    """Return what ends the follow-up of anybody in a stream, whenever it was: unit_id, date, cause."""
    status = _status_events(council)
    if stream == "pre_birth":  # a baby that was adopted or given a guardian is no longer with its parents
        status["cause"] = status["cause"].replace(["adopted", "guardianship"], SEPARATED)
    found = [_named(_of_stream(council, stream), STREAMS[stream].event), status]
    if stream == "reunification":  # to leave care otherwise than home competes with going home
        found.append(_named(council.care.periods.set_index("person_id")["ended_on"].dropna(), LEFT_CARE))
    if stream != "parent_support":
        found.append(_named(eighteenth_birthdays(council), TURNED_18))
    return pd.concat(found, ignore_index=True)


def _of_stream(council: Council, stream: str) -> pd.Series[pd.Timestamp]:
    """Dates of the event that a stream counts, by unit; a unit may have several."""
    periods = council.care.periods.set_index("person_id")
    if stream == "edge_of_care":
        return periods["started_on"]
    if stream == "reunification":
        return returns_home(council)
    if stream == "pre_birth":
        return first_separations(council)
    if stream == "parent_support":
        return _proceedings_for_later_children(council)
    if stream == "placement_support":
        return periods["ended_on"].dropna()
    raise EhpError(f"No event is known for the stream '{stream}': add it here (CONTRIBUTING.md, a kind of evaluation)")


def _proceedings_for_later_children(council: Council) -> pd.Series[pd.Timestamp]:
    """Dates on which proceedings were issued for a child born after the index removal, by parent.

    Those recorded under the id before birth count for every child of that pregnancy.
    """
    happened = status_events_of_born(council)
    issued = happened[happened["type"] == "proceedings_issued"]
    found = units.later_children(council).merge(issued, left_on="baby_id", right_on="person_id")
    # An issue before the engagement is no event after it: it lies before the clock, and `after_entry` drops it.
    return found.set_index("parent_id")["date"]


@once_a_council
def _status_events(council: Council) -> pd.DataFrame:
    table = council.tables["status_events"]
    rows = table[table["type"].isin(list(_STATUS_CAUSES))]
    return pd.DataFrame({"unit_id": rows["person_id"], "date": rows["date"], "cause": rows["type"].map(_STATUS_CAUSES)})


def _at_closure(rows: pd.DataFrame) -> pd.DataFrame:
    """Deaths and moves that only the end of the support tells of."""
    told = rows["end_reason"].isin(["died", "moved_away"]) & rows["closed_on"].notna()
    closed = rows.loc[told, ["unit_id", "closed_on", "end_reason"]]
    return closed.set_axis(["unit_id", "date", "cause"], axis="columns")


def _named(dates: pd.Series[pd.Timestamp], cause: str) -> pd.DataFrame:
    return pd.DataFrame({"unit_id": dates.index.to_numpy(), "date": dates.to_numpy(), "cause": cause})
