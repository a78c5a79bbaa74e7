"""Children with a parent on a day: those never separated, those returned, those looked after together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval import events
from ehp_eval.episodes import care_episodes, with_parent
from ehp_eval.measures.followed import followed_share
from ehp_eval.periods import looked_after_on

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council


def share_with_parents(
    measure: str, council: Council, cohort: Cohort, rows: pd.DataFrame, *, days: int, note: str = ""
) -> list[dict[str, Any]]:
    """Return the share of children who were with a parent on one day of their life, however they got there.

    Numerator: those who on that day were not looked after apart from their parents and had not been adopted or given a
    guardian; a child who came home counts. Denominator: those observed from birth on for whom the day has
    come and whose status that day is known. A child who died by then is in neither, and counted. Unknown: moved
    away and not known to be apart; or left care apart from the parents with no word of a return home, an
    adoption or a guardian. They make the worst and the best case. A return as the council's settings name it
    can be one to relatives too: the records do not tell them apart.

    Parameters
    ----------
    rows : DataFrame
        Children with unit_id, t0 (birth), entered_on, died_on and moved_on.
    days : int
        Age in days on the day.
    """
    on = rows["t0"] + pd.Timedelta(days=days)
    state = state_on(council, rows, on)
    # Unlike an event, a state ends with death: who died is in neither count, whatever came before.
    alive = ~(rows["died_on"] <= on)
    return followed_share(
        measure, council, cohort, rows, since=rows["t0"], event_on=on.where((state == "apart") & alive), days=days,
        with_event=False, good=True, note=note, unsure=state == "unknown",
    )  # fmt: skip


def state_on(council: Council, rows: pd.DataFrame, on: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    """Say where each child was on a day of its own: "with_parents", "apart" or "unknown".

    Parameters
    ----------
    rows : DataFrame
        Children with unit_id.
    on : Series of Timestamp, on the index of `rows`

    Notes
    -----
    Of several episodes on that day the one begun last counts. Unknown is a child who left care apart from its
    parents without a return home, an adoption or a guardian on record. Deaths and moves are not looked at.
    """
    together, home = _last_episode(council, rows, on)
    in_care = pd.Series(looked_after_on(council.care.periods, rows["unit_id"], on), index=rows.index)
    elsewhere = placed_elsewhere(council, rows) <= on
    ever = together.notna()
    state = pd.Series("with_parents", index=rows.index, dtype="str")
    state[ever & ~in_care & ~(together.eq(True) | home.eq(True))] = "unknown"
    state[(ever & in_care & together.eq(False)) | elsewhere] = "apart"
    return state


def placed_elsewhere(council: Council, rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return the day each child was adopted or given a guardian, whichever came first; missing where neither."""
    table = council.tables["status_events"]
    placed = table[table["type"].isin(["adopted", "special_guardianship"])]
    return events.by_unit(placed.groupby("person_id")["date"].min(), rows)


def _last_episode(
    council: Council, rows: pd.DataFrame, on: pd.Series[pd.Timestamp]
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Whether each child's episode of the day, else its last one before, was with a parent, and whether it ended so.

    The second: whether it ended with a return home. Both on the index of `rows`, missing where a child had none.
    """
    episodes = care_episodes(council)
    episodes = episodes.assign(
        together=with_parent(council, episodes),
        home=episodes["reason_ended"].isin(council.settings.looked_after.returned_home),
    )
    asked = pd.DataFrame({"row": rows.index, "person_id": rows["unit_id"].to_numpy(), "on": on.to_numpy()})
    met = asked.merge(episodes, on="person_id")
    met = met[met["started_on"] <= met["on"]]
    open_then = ~(met["ended_on"] <= met["on"])
    before = met[~open_then].sort_values(["ended_on", "started_on"])
    last = pd.concat([before, met[open_then].sort_values("started_on")]).drop_duplicates("row", keep="last")
    last = last.set_index("row").reindex(rows.index)
    return last["together"], last["home"]
