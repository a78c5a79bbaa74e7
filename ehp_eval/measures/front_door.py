"""The front door: contacts, waits from receipt, step-ups, and step-downs that held.

A contact counts in the year in which it was received, however late it is decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.figures import count_figure, figure, share_figure
from ehp_eval.proportions import Estimate, newcombe
from ehp_eval.rates import rate_ratio
from ehp_eval.survival_quantiles import time_quantile
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.front_door import Contacts

SUPPORT = ("early_help", "stepped_down")
"""The decisions after which support is to begin: those stepped down come to early help from social care."""

DECIDED = (*SUPPORT, "stepped_up", "no_further_action")
QUANTILES = {"": 0.5, "p90": 0.9}
DAYS, RATIO = "days", "ratio"


def received(contacts: Contacts) -> list[dict[str, Any]]:
    """Return fd1, the contacts received in the year: a count, with its exact Poisson or Byar interval.

    Nothing is left out. Brothers and sisters who come together make the count vary more than the interval says.
    """
    return [count_figure("fd1", None, len(contacts.rows), **contacts.fields)]


def decisions(contacts: Contacts) -> list[dict[str, Any]]:
    """Return fd1 by decision: the contacts of each, and those whose decision is not known; they add up to fd1."""
    decision = contacts.rows["decision"]
    counts = {name: int((decision == name).sum()) for name in DECIDED}
    counts["unknown"] = len(decision) - sum(counts.values())
    return [count_figure("fd1", None, n, group=f"decision: {name}", **contacts.fields) for name, n in counts.items()]


def waits(contacts: Contacts, extract: pd.Timestamp) -> list[dict[str, Any]]:
    """Return fd2 and fd2p90, the days from receipt to the start of support: median and 90th centile.

    Denominator: contacts decided as early help or stepped down, for both of which support is to begin; numerator:
    those for whom it has begun. Who has not begun by the extract date counts as having waited until then
    (Kaplan-Meier; Brookmeyer and Crowley 1982), since to leave out those still waiting makes every wait look
    shorter. The records do not tell a family that waits from one that no longer wants support. Left out: a start
    before receipt, and whose decision is not known; the note counts both.
    """
    decision = contacts.rows["decision"]
    notes = _left_out(unknown=int((~decision.isin(DECIDED)).sum()))
    support = contacts.rows[decision.isin(SUPPORT)]
    return _times("fd2", contacts, support, "started_on", extract, notes, waiting="note_waiting")


def decision_days(contacts: Contacts, extract: pd.Timestamp) -> list[dict[str, Any]]:
    """Return fd2d and fd2dp90, the days from receipt to the decision: median and 90th centile.

    Denominator: all contacts; numerator: those with a day of decision. A contact without decision and day is taken
    for undecided at the extract date and counts as `waits` says. Left out, and counted in the note: a decision
    without its day, and one before receipt.
    """
    rows = contacts.rows
    undated = rows["decided_on"].isna() & rows["decision"].isin(DECIDED)
    notes = _left_out(undated=int(undated.sum()))
    return _times("fd2d", contacts, rows[~undated], "decided_on", extract, notes, waiting="note_undecided")


def step_ups(contacts: Contacts) -> list[dict[str, Any]]:
    """Return fd3, the share stepped up to social care, and its two extremes where decisions are unknown.

    Denominator: contacts whose decision is known. `_worst` counts every unknown decision as stepped up, `_best`
    none; that a step-up is bad is not meant, since for many a child it is right. No window. Wilson (1927).
    """
    decision = contacts.rows["decision"]
    stepped_up, known = int((decision == "stepped_up").sum()), int(decision.isin(DECIDED).sum())
    unknown = len(decision) - known
    note = "; ".join(_left_out(unknown=unknown))
    rows = [share_figure("fd3", None, stepped_up, known, note=note, **contacts.fields)]
    if unknown:
        rows.append(share_figure("fd3_worst", None, stepped_up + unknown, len(decision), **contacts.fields))
        rows.append(share_figure("fd3_best", None, stepped_up, len(decision), **contacts.fields))
    return rows


def step_downs_held(contacts: Contacts, extract: pd.Timestamp, days: int) -> list[dict[str, Any]]:
    """Return fd4, the share of step-downs that were not re-opened within so many days of the decision.

    Denominator: contacts stepped down whose day of decision plus the days is on or before the extract date. A
    re-opening up to and including that day counts. Left out, and counted in the note: those for whom the days have
    not passed, and those without a day of decision. A re-opening in another authority is not in the records.
    Wilson (1927).
    """
    down = contacts.rows[contacts.rows["decision"] == "stepped_down"]
    until = down["decided_on"] + pd.Timedelta(days=days)
    matured = until <= extract
    undated = int(down["decided_on"].isna().sum())
    notes = _left_out(undated=undated, not_matured=int((~matured).sum()) - undated)
    held = matured & ~(down["reopened_on"] <= until)
    note = "; ".join(notes)
    counts = (int(held.sum()), int(matured.sum()))
    return [share_figure("fd4", None, *counts, window_days=days, note=note, **contacts.fields)]


def growth(measure: str, now: int, before: int, *, against: str, **fields: Any) -> dict[str, Any]:
    """Return the ratio of two counts of contacts over equal times, with its exact conditional interval.

    Numerator and denominator are the later and the earlier count: 1.21 is a rise of 21%.
    """
    note = say("figures.against", year=against)
    counts = {"numerator": now, "denominator": before}
    return figure(measure, None, rate_ratio(now, 1, before, 1), **counts, unit=RATIO, note=note, **fields)


def difference_in_days(now: dict[str, Any], before: dict[str, Any], *, suffix: str) -> dict[str, Any]:
    """Return the difference of two quantiles of days, the later minus the earlier, limits from theirs (MOVER)."""
    later, earlier = (
        Estimate(row["value"], row["lower"], row["upper"], row["confidence"], row["method"]) for row in (now, before)
    )
    estimate = newcombe(later, earlier, method=f"MOVER of {later.method}")
    fields = {name: now[name] for name in ("service", "year", "stream", "unit")}
    note = say("figures.against", year=before["year"])
    return figure(f"{now['measure']}_{suffix}", None, estimate, note=note, **fields)


def _times(
    measure: str,
    contacts: Contacts,
    rows: pd.DataFrame,
    column: str,
    extract: pd.Timestamp,
    notes: list[str],
    *,
    waiting: str,
) -> list[dict[str, Any]]:
    """Return median and 90th centile of the days from receipt to the date of a column."""
    early = rows[column] < rows["received_on"]
    notes = notes + _left_out(early=int(early.sum()))
    rows = rows[~early]
    done = rows[column] <= extract
    days = (rows[column].where(done, extract) - rows["received_on"]).dt.days
    if still := int((~done).sum()):
        notes = [say(f"front_door.{waiting}", n=still), *notes]
    counts = {"numerator": int(done.sum()), "denominator": len(rows), "unit": DAYS, "note": "; ".join(notes)}
    return [
        figure(f"{measure}{suffix}", None, time_quantile(days, done, q), **counts, **contacts.fields)
        for suffix, q in QUANTILES.items()
    ]


def _left_out(**counts: int) -> list[str]:
    return [say(f"front_door.note_{reason}", n=n) for reason, n in counts.items() if n]
