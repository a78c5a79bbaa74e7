"""A cohort: the units of a service in a period, followed from their clock to the first thing that ends it.

One row a unit, with the reason for everybody who is left out, so that the flow adds up at every step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval import events, units
from ehp_eval.errors import EhpError
from ehp_eval.once import once_a_council
from ehp_eval.periods import looked_after_on
from ehp_eval.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehp_eval.config import Service
    from ehp_eval.flow import Flow
    from ehp_eval.load import Council
    from ehp_eval.years import Period

UNITS: dict[str, Callable[[Council, str, str, Period], tuple[pd.DataFrame, Flow]]] = {
    "child": units.children,
    "baby": units.babies,
    "parent": units.parents,
}
CENSORED = "censored"


@dataclass(frozen=True)
class Cohort:
    """The units of one service, stream and period, followed.

    Attributes
    ----------
    service, stream : str
    unit : str
        child, baby or parent.
    period : Period
    windows : tuple of int
        Days.
    rows : DataFrame
        One row a unit that was accepted: the columns of `ehp_eval.units`, then

        - excluded: why it is not at risk at t0; missing where it is;
        - cause: what ended the follow-up: the event, a competing event, or "censored";
        - censored_by: "extract" or "moved_away" where censored, else missing;
        - entry_days, days: follow-up from t0, begun and ended;
        - died_on, moved_on: when the unit died or moved away; missing where it is not known to have;
        - matured_<W>: whether t0 + W is on or before the extract date, and the unit was under observation
          from t0: one that came in later could not have shown an event before, so that a share with it
          would hold immortal time. The curve has it from its day of entry;
        - outcome_<W>: "event", "no_event", "died" or "unknown" by day W; missing where not matured.
    flow : DataFrame
        step, reason, window_days, count; see `ehp_eval.flow`.
    event : str
        The cause that the primary measure counts.
    """

    service: str
    stream: str
    unit: str
    period: Period
    windows: tuple[int, ...]
    rows: pd.DataFrame
    flow: pd.DataFrame
    event: str

    @cached_property
    def _at_risk(self) -> pd.DataFrame:
        return self.rows[self.rows["excluded"].isna()]

    @property
    def at_risk(self) -> pd.DataFrame:
        """The rows of those at risk at t0."""
        return self._at_risk.copy(deep=False)  # so that no caller can change another's

    def step(self, name: str, window_days: int | None = None) -> int:
        """Return how many reached a step of the flow; 0 where nobody could."""
        rows = self.flow[self.flow["step"] == name]
        rows = rows[rows["window_days"].isna() if window_days is None else rows["window_days"] == window_days]
        return int(rows["count"].sum())


def build_cohort(
    council: Council,
    service: Service,
    period: Period,
    *,
    stream: str | None = None,
    windows: Sequence[int] | None = None,
) -> Cohort:
    """Follow the units of a service from their clock to an event, a competing event or the extract date.

    Parameters
    ----------
    council : Council
    service : Service
    period : Period
        One financial year or several; in several a unit still counts once, from its first acceptance.
    stream : str, optional
        The service's own first stream where left out. Streams are never mixed.
    windows : sequence of int, optional
        Days; the service's own where left out.

    Returns
    -------
    Cohort

    Notes
    -----
    The event is becoming looked after (children), being separated from the parents (babies) or care
    proceedings for a later child (parents). Death, adoption, guardianship and the 18th birthday
    compete with it. Moving away ends the follow-up: the status of such a unit is unknown in a window
    that runs past it, unless the event came first. A death leaves the unit out of a fixed window, counted: to
    have died is not to have stayed at home. A baby that was adopted or given a guardian has been separated.
    """
    chosen = tuple(service.windows_days if windows is None else windows)
    built = _built(council, service.id, stream or service.stream, period, chosen)
    # Each caller's own, so that none can change another's; pandas copies on writing only.
    return replace(built, rows=built.rows.copy(deep=False), flow=built.flow.copy(deep=False))


@once_a_council
def _built(council: Council, service: str, stream: str, period: Period, windows: tuple[int, ...]) -> Cohort:
    unit = STREAMS[stream].unit
    rows, flow = UNITS[unit](council, service, stream, period)
    rows = rows.assign(excluded=_excluded(council, rows, stream))
    for reason in rows["excluded"].dropna().unique():
        flow.leave_out(str(reason), rows["excluded"] == reason)
    flow.step("at_risk")

    rows = _followed(council, rows, stream)
    for days in windows:
        rows = _window(rows, days, council.extract_date, STREAMS[stream].event)
        branch = flow.branch()
        at_risk = rows[rows["excluded"].isna()]
        late = at_risk["entry_days"] > 0
        branch.leave_out("entered_late", late, window_days=days)
        branch.leave_out("not_matured", ~late & ~at_risk[f"matured_{days}"], window_days=days)
        branch.step("matured", window_days=days)
        branch.leave_out("died", at_risk[f"outcome_{days}"].eq(events.DIED), window_days=days)
        branch.leave_out("status_unknown", at_risk[f"outcome_{days}"].eq("unknown"), window_days=days)
        branch.step("outcome_known", window_days=days)
        flow.join(branch)
    return Cohort(service, stream, unit, period, windows, rows, flow.frame(), STREAMS[stream].event)


def _excluded(council: Council, rows: pd.DataFrame, stream: str) -> pd.Series[str]:
    """Say why a unit is not at risk when it comes under observation; missing where it is."""
    reasons = pd.Series(None, index=rows.index, dtype="str")
    if stream == "parent_support" or rows.empty:
        return reasons
    turned_18 = events.by_unit(events.eighteenth_birthdays(council), rows) <= rows["entered_on"]
    reasons[turned_18] = "aged_18"
    if stream == "pre_birth":
        # A separation on the day of birth is an event; one before a later acceptance is not the service's.
        separated_on = events.by_unit(events.first_separations(council), rows)
        late = rows["entered_on"] > rows["t0"]
        reasons[late & (separated_on <= rows["entered_on"])] = "separated_before_acceptance"
        return reasons
    periods = council.care.periods
    in_care = pd.Series(looked_after_on(periods, rows["unit_id"], rows["entered_on"]), index=rows.index)
    if stream == "edge_of_care":
        # A period that begins on the day of acceptance is an event: to leave it out would flatter a crisis service.
        began = rows[["unit_id", "entered_on"]].merge(
            periods, left_on=["unit_id", "entered_on"], right_on=["person_id", "started_on"]
        )
        reasons[in_care & ~rows["unit_id"].isin(began["unit_id"]) & reasons.isna()] = "looked_after_at_t0"
    elif stream in ("placement_support", "reunification"):
        reasons[~in_care & reasons.isna()] = "not_looked_after_at_t0"
    else:
        raise EhpError(
            f"Who of the stream '{stream}' is not at risk at t0 is not known: say it here, even where it is nobody "
            "(CONTRIBUTING.md, a kind of evaluation)"
        )
    return reasons


def _followed(council: Council, rows: pd.DataFrame, stream: str) -> pd.DataFrame:
    """Add what ended the follow-up of each unit, and when."""
    found = events.after_entry(council, rows, stream)
    ends = rows[["unit_id"]].assign(date=council.extract_date, cause=CENSORED, rank=events.LAST_RANK)
    in_order = pd.concat([found, ends]).sort_values(["unit_id", "date", "rank", "cause"])
    first = in_order.drop_duplicates("unit_id")
    first = rows[["unit_id"]].merge(first, on="unit_id", how="left").set_index(rows.index)
    lost = events.losses(council, rows)
    moved = first["cause"] == events.MOVED_AWAY
    censored_by = pd.Series(None, index=rows.index, dtype="str")
    censored_by[first["cause"] == CENSORED] = "extract"
    censored_by[moved] = events.MOVED_AWAY
    return rows.assign(
        cause=first["cause"].where(~moved, CENSORED).astype("str"),
        censored_by=censored_by,
        entry_days=(rows["entered_on"] - rows["t0"]).dt.days.astype("int64"),
        days=(first["date"] - rows["t0"]).dt.days.astype("int64"),
        died_on=lost["died_on"],
        moved_on=lost["moved_on"],
    )


def _window(rows: pd.DataFrame, days: int, extract_date: pd.Timestamp, event: str) -> pd.DataFrame:
    """Add whether each unit has matured for a window, and what is known of it then."""
    matured = (rows["t0"] + pd.Timedelta(days=days) <= extract_date) & (rows["entry_days"] == 0)
    by_then = rows["days"] <= days
    happened = {
        "unknown": by_then & (rows["censored_by"] == events.MOVED_AWAY),
        events.DIED: by_then & (rows["cause"] == events.DIED),
        "event": by_then & (rows["cause"] == event),
    }
    outcome = np.select(list(happened.values()), list(happened), default="no_event")
    known = pd.Series(outcome, index=rows.index, dtype="str").where(matured)
    added = {f"matured_{days}": matured, f"outcome_{days}": known}
    return pd.concat([rows, pd.DataFrame(added)], axis="columns")
