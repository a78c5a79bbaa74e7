"""What happened after support closed: referred again, or stepped down and held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.followed import first_after, followed_share
from ehp_eval.measures.notes import counted_note
from ehp_eval.periods import looked_after_on
from ehp_eval.units import referrals

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

RE_REFERRED_DAYS = (183, 365)
HELD_DAYS = 183
STEP_DOWN_RECORDED_WITHIN = 28
"""Days: the end of a plan is recorded some days after the support that led to it."""


def re_referred(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share referred to the edge of care again within 183 and 365 days of closure (eoc5).

    Numerator: any referral of the child to the edge-of-care stream of any of the council's services after the day
    that support closed, accepted or not. Denominator: everybody accepted whose support closed so many days before the
    extract, looked after at acceptance or not. A child in care is not referred to the edge of care, so those looked
    after when support closed can hardly have the event; they stay in, and the note says how many they are, how
    many of the re-referrals were to another service, and how many are still open. Deaths are left out and
    counted; moved away first is unknown (`_worst`, `_best`). Wilson (1927) intervals.
    """
    rows = cohort.rows[cohort.rows["closed_on"].notna()]
    since = rows["closed_on"]
    to_edge = referrals(council)
    to_edge = to_edge[to_edge["stream"] == cohort.stream].rename(columns={"referred_on": "date"})
    again = first_after(rows, to_edge, since)
    own = first_after(rows, to_edge[to_edge["service"] == cohort.service], since)
    in_care = pd.Series(looked_after_on(council.care.periods, rows["unit_id"], since), index=rows.index)
    still_open = len(cohort.rows) - len(rows)
    found = []
    for days in RE_REFERRED_DAYS:
        until = since + pd.Timedelta(days=days)
        matured = until <= council.extract_date
        counts = {
            # First to another service: on a shared day the service's own counts.
            "elsewhere": int((matured & (again <= until) & ~(own <= again)).sum()),
            "in_care_at_closure": int((matured & in_care).sum()),
            "open": still_open,
        }
        found += followed_share(
            "eoc5", council, cohort, rows, since=since, event_on=again, days=days, with_event=True, good=False,
            note=counted_note(**counts),
        )  # fmt: skip
    return found


def stepped_down_and_held(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share stepped down by closure and not re-opened in the 183 days after it (eoc7).

    Numerator: a step-down between acceptance and 28 days after closure, the last of them if there are several, and
    then, up to 183 days after closure, no re-opening, no step-up and no entry into care. What happens on the day
    of the step-down or, where that comes first, of the closure counts against it, and so does being looked after when
    support closed. Denominator: everybody accepted whose support closed so many days before the extract, stepped
    down or not, looked after at acceptance or not; the note says how many of them were stepped down, and how many
    are still open. Deaths are left out and counted; moved away first, or before a step-down would have been
    recorded, is unknown (`_worst`, `_best`). Wilson (1927) intervals.
    """
    rows = cohort.rows[cohort.rows["closed_on"].notna()]
    closed_on = rows["closed_on"]
    recorded_by = closed_on + pd.Timedelta(days=STEP_DOWN_RECORDED_WITHIN)
    status = council.tables["status_events"]
    stepped_down_on = _last_between(rows, status[status["type"] == "stepped_down"], rows["t0"], recorded_by)
    since = pd.concat([stepped_down_on, closed_on], axis=1).min(axis=1)
    periods = council.care.periods
    undone = pd.concat(
        [
            status[status["type"].isin(["reopened", "stepped_up"])][["person_id", "date"]],
            periods.rename(columns={"started_on": "date"})[["person_id", "date"]],
        ]
    )
    ended_on = first_after(rows, undone, since, on_the_day=True)
    in_care = pd.Series(looked_after_on(periods, rows["unit_id"], closed_on), index=rows.index)
    ended_on = ended_on.mask(in_care, closed_on)
    # Never stepped down: known on the last day on which it would have been recorded, whatever comes after it, unless
    # the child was lost before or something came first that counts against it too.
    lost_on = rows[["died_on", "moved_on"]].min(axis=1)
    never = stepped_down_on.isna() & ~(ended_on <= recorded_by) & ~(lost_on <= recorded_by)
    ended_on = ended_on.mask(never, recorded_by)
    matured = closed_on + pd.Timedelta(days=HELD_DAYS) <= council.extract_date
    still_open = len(cohort.rows) - len(rows)
    counts = {"stepped_down": int((matured & stepped_down_on.notna()).sum()), "open": still_open}
    return followed_share(
        "eoc7", council, cohort, rows, since=closed_on, event_on=ended_on, days=HELD_DAYS, with_event=False, good=True,
        note=counted_note(**counts),
    )  # fmt: skip


def _last_between(
    rows: pd.DataFrame, happened: pd.DataFrame, first: pd.Series[pd.Timestamp], last: pd.Series[pd.Timestamp]
) -> pd.Series[pd.Timestamp]:
    """Return each unit's last happening between two days of its own, both included; missing where there is none."""
    spans = pd.DataFrame(
        {"row": rows.index, "person_id": rows["unit_id"].array, "first": first.array, "last": last.array}
    )
    met = spans.merge(happened[["person_id", "date"]], on="person_id")
    met = met[met["date"].between(met["first"], met["last"])]
    return met.groupby("row")["date"].max().reindex(rows.index)
