"""Babies after birth: with their parents a year on, care proceedings, and safety."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval import events
from ehp_eval.episodes import entries_into_care
from ehp_eval.measures.followed import first_after, followed_share
from ehp_eval.measures.notes import counted_note, joined
from ehp_eval.measures.with_parents import share_with_parents

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

YEAR_DAYS = 365
PROCEEDINGS_DAYS = (14, YEAR_DAYS)


def with_parents_a_year_on(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of babies who were with a parent 365 days after birth, those returned included (bm2).

    The counting is that of `share_with_parents`. As in bm1, a baby accepted after birth is left out and counted: before
    its acceptance it could not have been seen elsewhere.
    """
    rows = cohort.at_risk
    return share_with_parents("bm2", council, cohort, rows, days=YEAR_DAYS, note=_late_note(council, rows, YEAR_DAYS))


def proceedings_issued(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of babies for whom care proceedings had been issued by day 14 and 365 from birth (bm3).

    Denominator: babies accepted by birth for whom the days have passed and whose status is known. Proceedings
    recorded under the id before birth count for every baby of that pregnancy. The law knows none before a
    birth: where they are dated so, the baby counts as issued, and the note says how many. Who died without is
    left out, who moved away without is unknown.
    """
    rows = cohort.at_risk
    happened = events.status_events_of_born(council)
    issued = happened[happened["type"] == "proceedings_issued"]
    issued_on = events.by_unit(issued.groupby("person_id")["date"].min(), rows)
    found = []
    for days in PROCEEDINGS_DAYS:
        early = int((_observed(council, rows, days) & (issued_on < rows["t0"])).sum())
        note = joined(_late_note(council, rows, days), counted_note(proceedings_before_birth=early))
        found += followed_share(
            "bm3", council, cohort, rows, since=rows["t0"], event_on=issued_on, days=days, with_event=True, good=False,
            note=note,
        )  # fmt: skip
    return found


def registered_or_unplanned(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share registered or taken into care unplanned by day 365 from birth (bm7); registered alone (bm7r).

    Denominator: babies accepted by birth for whom the days have passed and whose status is known.

    Registered: put on the child protection register after the day of birth, and not on it already. To be
    on it at birth is mostly why the baby was referred, and to be written over to the id given at birth is no new
    registration; both stand in the note and not in the numerator. Unplanned entry: see `unplanned_entry`.
    """
    rows = cohort.at_risk
    registered_on, at_birth = _registrations(council, rows)
    unplanned_on, unsure, together = _unplanned(council, rows)
    note = joined(
        _late_note(council, rows, YEAR_DAYS),
        counted_note(registered_at_birth=int((_observed(council, rows, YEAR_DAYS) & at_birth).sum())),
    )
    either_on = pd.concat([registered_on, unplanned_on], axis=1).min(axis=1)
    shared: dict[str, Any] = {"since": rows["t0"], "days": YEAR_DAYS, "with_event": True, "good": False}
    both_note = joined(note, counted_note(unplanned_together=together))
    return [
        *followed_share("bm7", council, cohort, rows, event_on=either_on, note=both_note, unsure=unsure, **shared),
        *followed_share("bm7r", council, cohort, rows, event_on=registered_on, note=note, **shared),
    ]


def unplanned_entry(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share whose becoming looked after, by day 365 from birth, was not planned (bm7u).

    Denominator: babies accepted by birth for whom the days have passed and whose status is known. An unplanned
    entry counts wherever the baby was placed, together with a parent too: what is asked is whether it came to
    an emergency. The note says how many were placed together. An entry of which it is not recorded whether
    it was planned makes the baby's status unknown.
    """
    rows = cohort.at_risk
    unplanned_on, unsure, together = _unplanned(council, rows)
    note = joined(_late_note(council, rows, YEAR_DAYS), counted_note(unplanned_together=together))
    return followed_share(
        "bm7u", council, cohort, rows, since=rows["t0"], event_on=unplanned_on, days=YEAR_DAYS, with_event=True,
        good=False, note=note, unsure=unsure,
    )  # fmt: skip


def _observed(council: Council, rows: pd.DataFrame, days: int) -> pd.Series[bool]:
    """Whether each baby was accepted by birth and has been followed for so many days."""
    return (rows["t0"] + pd.Timedelta(days=days) <= council.extract_date) & (rows["entered_on"] <= rows["t0"])


def _late_note(council: Council, rows: pd.DataFrame, days: int) -> str:
    """Say how many were accepted after birth, of those for whom so many days have passed."""
    late = rows["entered_on"] > rows["t0"]
    passed = rows["t0"] + pd.Timedelta(days=days) <= council.extract_date
    return counted_note(accepted_after_birth=int((late & passed).sum()))


def _registrations(council: Council, rows: pd.DataFrame) -> tuple[pd.Series[pd.Timestamp], pd.Series[bool]]:
    """Return each baby's first new registration after the day of birth, and whether it was on the register by then."""
    happened = events.status_events_of_born(council)
    register = happened[happened["type"].isin(["registered", "deregistered"])]
    # On a shared day the removal comes first: a registration on that day is a new one.
    register = register.sort_values(["person_id", "date", "type"], kind="stable")
    again = register.groupby("person_id")["type"].shift() == "registered"
    new = register[(register["type"] == "registered") & ~again]
    births = pd.DataFrame({"person_id": rows["unit_id"], "t0": rows["t0"]})
    by_birth = register.merge(births, on="person_id")
    by_birth = by_birth[by_birth["date"] <= by_birth["t0"]].drop_duplicates("person_id", keep="last")
    on_it = by_birth.loc[by_birth["type"] == "registered", "person_id"]
    return first_after(rows, new, rows["t0"]), rows["unit_id"].isin(on_it)


def _unplanned(council: Council, rows: pd.DataFrame) -> tuple[pd.Series[pd.Timestamp], pd.Series[bool], int]:
    """Return the first unplanned entry, whether an entry in the year is not known to be planned or not, and a count.

    The count is of those observed whose first unplanned entry in the year was to a placement together with a parent.
    """
    entries = entries_into_care(council)
    until = rows["t0"] + pd.Timedelta(days=YEAR_DAYS)
    unplanned = entries[entries["planned"] == "N"]
    unplanned_on = first_after(rows, unplanned, rows["t0"], on_the_day=True)
    unclear_on = first_after(rows, entries[entries["planned"] == "U"], rows["t0"], on_the_day=True)
    together_on = first_after(rows, unplanned[unplanned["parent_and_baby"]], rows["t0"], on_the_day=True)
    together = _observed(council, rows, YEAR_DAYS) & (unplanned_on <= until) & (together_on == unplanned_on)
    return unplanned_on, unclear_on <= until, int(together.sum())
