"""Whether children who stayed at home were safe there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.episodes import entries_into_care
from ehp_eval.measures.figures import count_figure
from ehp_eval.measures.followed import first_after, followed_outcome, followed_share
from ehp_eval.measures.notes import counted_note

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

DAYS = 365
REGISTERED, SECTION_47 = "registered", "section_47"


def safety(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share with a safety event within 365 days of acceptance (eoc6), and with each kind alone.

    Figures: eoc6, any of the three; eoc6r, placed on the child protection register, or placed on it again; eoc6s, a
    section 47 enquiry. The third kind, eoc6u, is `unplanned_entries`.

    Numerator: a registration or section 47 enquiry after the day of acceptance (on the day itself it is part of the
    referral), or an unplanned entry into care from that day on. Denominator: those at risk at acceptance for whom the
    365 days have passed and whose status is known. A low share is good, but not by itself: a service that looks
    closely finds more. Deaths are left out and counted, since a death is not a share of anything: every one of them is
    looked at for itself. Moved away first, or an entry of which it is not known whether it was planned, is
    unknown (`_worst`, `_best`). Wilson (1927) intervals.
    """
    rows = cohort.at_risk
    dates = {kind: _first_status(council, rows, kind) for kind in (REGISTERED, SECTION_47)}
    any_on, unsure = _first_of_any(council, rows)
    return [
        *_share("eoc6", council, cohort, any_on, unsure),
        *_share("eoc6r", council, cohort, dates[REGISTERED]),
        *_share("eoc6s", council, cohort, dates[SECTION_47]),
    ]


def harmed_at(council: Council, cohort: Cohort) -> pd.DataFrame:
    """Return those whose safety within 365 days is known, as eoc6 counts them: harmed (with an event) and family_id."""
    rows = cohort.at_risk
    any_on, unsure = _first_of_any(council, rows)
    outcome = followed_outcome(council, rows, since=rows["t0"], event_on=any_on, days=DAYS, unsure=unsure)
    known = rows[outcome.isin(["event", "no_event"])]
    return pd.DataFrame({"harmed": outcome[known.index] == "event", "family_id": known["family_id"]})


def unplanned_entries(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share with an unplanned entry into care within 365 days of acceptance (eoc6u).

    Numerator: any period of care from the day of acceptance on, that day included, whose first episode was not
    planned, also where a planned one came before. It overlaps eoc1: everybody in it is counted there as having
    entered care. Denominator, deaths and unknowns as in `safety`.
    """
    unplanned_on, unsure = _entries(council, cohort.at_risk)
    return _share("eoc6u", council, cohort, unplanned_on, unsure)


def incidents(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the number of serious incidents and case audits with harm confirmed of the service in the year (eoc6i).

    Counted by their own date, whatever the year of the child's acceptance and the stream, so that it is no share of
    the cohort. The note says how many are of which kind. Exact Poisson interval below 10, Byar's above.
    """
    table = council.tables["incidents"]
    own = table[(table["service"] == cohort.service) & cohort.period.holds(table["date"])]
    counts = {kind: int((own["kind"] == kind).sum()) for kind in ("serious_incident", "case_audit_confirmed_harm")}
    return [count_figure("eoc6i", cohort, len(own), note=counted_note(**counts)) | {"stream": ""}]


def _first_status(council: Council, rows: pd.DataFrame, kind: str) -> pd.Series[pd.Timestamp]:
    status = council.tables["status_events"]
    return first_after(rows, status[status["type"] == kind], rows["t0"])


def _first_of_any(council: Council, rows: pd.DataFrame) -> tuple[pd.Series[pd.Timestamp], pd.Series[bool]]:
    """Return the first safety event of any kind, and whether an entry into care may have been one."""
    unplanned_on, unsure = _entries(council, rows)
    dates = [_first_status(council, rows, kind) for kind in (REGISTERED, SECTION_47)]
    return pd.concat([*dates, unplanned_on], axis=1).min(axis=1), unsure


def _entries(council: Council, rows: pd.DataFrame) -> tuple[pd.Series[pd.Timestamp], pd.Series[bool]]:
    """Return the first unplanned entry into care from t0 on, and whether there is one that may have been unplanned."""
    entries = entries_into_care(council)
    unplanned = first_after(rows, entries[entries["planned"] == "N"], rows["t0"], on_the_day=True)
    perhaps = first_after(rows, entries[entries["planned"] == "U"], rows["t0"], on_the_day=True)
    return unplanned, perhaps <= rows["t0"] + pd.Timedelta(days=DAYS)


def _share(
    measure: str,
    council: Council,
    cohort: Cohort,
    event_on: pd.Series[pd.Timestamp],
    unsure: pd.Series[bool] | None = None,
) -> list[dict[str, Any]]:
    rows = cohort.at_risk
    return followed_share(
        measure, council, cohort, rows, since=rows["t0"], event_on=event_on, days=DAYS, with_event=True, good=False,
        unsure=unsure,
    )  # fmt: skip
