"""What a service's figures give the verdict to judge by.

The gates ask for numbers, not for children: how many were followed and are known, how they differ from a comparison
group, what happened that needs a case review, and how many entries fewer would meet the cost.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.verdict import CohortDifference, Evidence

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.comparison import Comparison
    from ehp_eval.config import Service
    from ehp_eval.load import Council
    from ehp_eval.value import Value

NO_COMPARISON, STANDARDISED = 0, 2
"""Design levels: no comparison group, and one that is standardised."""


def evidence_of(
    council: Council,
    service: Service,
    full: Cohort | None,
    comparison: Comparison | None,
    value: Value | None,
) -> Evidence:
    """Return what the records say on each gate of the verdict.

    Parameters
    ----------
    full : Cohort or None
        The years together in which 12 months have passed for everybody. None where there is none: then nobody counts
        as followed.
    comparison : Comparison or None
    value : Value or None

    Notes
    -----
    Incidents count from the first of these years to the extract date: what happened since those who were followed were
    accepted is no less a reason to look. Harm that a case audit confirmed is among them until a case review has
    looked at it (``safety.reviewed_until``); for re-direction it counts, reviewed or not.
    """
    outcome = full.at_risk[f"outcome_{HEADLINE_DAYS}"].dropna() if full else pd.Series(dtype="str")
    since = full.period.start if full else None
    known = int(outcome.isin(["event", "no_event"]).sum())
    used = comparison if comparison and not comparison.refused else None
    return Evidence(
        n=known,
        matured=known + int((outcome == "unknown").sum()),  # who died is neither known to be well nor lost
        followed=full is not None,
        level=STANDARDISED if used else NO_COMPARISON,
        refused=comparison.refused if comparison else "",
        outcome=used.outcome.difference if used and used.outcome else None,
        harm=used.harm.difference if used and used.harm else None,
        by_cohort=tuple(
            CohortDifference(year, found.difference, harm.difference if harm else None)
            for year, (found, harm) in (used.by_year if used else {}).items()
        ),
        incidents=_incidents(council, service, since, after=council.settings.safety.reviewed_until.get(service.id)),
        confirmed_harm=_incidents(council, service, since, kind="case_audit_confirmed_harm"),
        entries_fewer=value.entries_fewer if value else None,
        break_even=value.break_even.central if value and value.break_even else None,
    )


def _incidents(
    council: Council,
    service: Service,
    since: pd.Timestamp | None,
    *,
    kind: str | None = None,
    after: date | None = None,
) -> int:
    """Count a service's incidents of a kind, or of any, from a day on and after another; all where none is named."""
    table = council.tables["incidents"]
    own = table[(table["service"] == service.id) & (table["date"] <= council.extract_date)]
    if kind is not None:
        own = own[own["kind"] == kind]
    if since is not None:
        own = own[own["date"] >= since]
    return len(own if after is None else own[own["date"] > pd.Timestamp(after)])
