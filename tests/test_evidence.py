"""What the verdict is given to judge by: counts, incidents and their review, and the comparison."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ehp_eval.config import Safety
from ehp_eval.evidence import evidence_of
from ehp_eval.verdict import Evidence
from tests.cohorts import cohort
from tests.councils import council_of, referral, status

EXTRACT = "2021-09-30"


def evidence(*, reviewed: str = "", matured: bool = True, **tables: Any) -> Evidence:
    people = [referral(f"p{n}", "2019-05-01") for n in range(10)]
    council = council_of(extract=EXTRACT, **({"referrals": people, "looked_after_episodes": []} | tables))
    if reviewed:
        safety = Safety(reviewed_until={"doorstep": date.fromisoformat(reviewed)})
        object.__setattr__(council, "settings", council.settings.model_copy(update={"safety": safety}))
    full = cohort(council, year="2019-20") if matured else None
    return evidence_of(council, council.service("doorstep"), full, None, None)


def incident(day: str, kind: str = "serious_incident", service: str = "doorstep") -> dict[str, str]:
    return {"service": service, "date": day, "kind": kind}


def test_who_is_known_of_those_followed() -> None:
    gone = [status("p0", "2019-08-01", "moved_away"), status("p1", "2019-09-01", "died")]
    found = evidence(status_events=gone)
    # Ten were followed. One died, and is in neither number; of one nobody knows.
    assert (found.n, found.matured, found.followed) == (8, 9, True)
    assert (found.level, found.outcome, found.harm, found.by_cohort) == (0, None, None, ())


def test_without_a_matured_year_nobody_is_followed() -> None:
    found = evidence(matured=False)
    assert (found.n, found.matured, found.followed) == (0, 0, False)


@pytest.mark.parametrize(
    ("day", "counted"),
    [("2019-03-31", 0), ("2019-04-01", 1), ("2021-04-01", 1), (EXTRACT, 1)],
    ids=["before", "first day", "after the report's year", "extract date"],
)
def test_incidents_count_from_the_first_year_to_the_extract_date(day: str, counted: int) -> None:
    found = evidence(incidents=[incident(day), incident(day, service="homeward")])
    assert (found.incidents, found.confirmed_harm) == (counted, 0)


def test_what_a_case_review_has_looked_at_does_not_wait_any_more() -> None:
    rows = [incident("2020-05-01"), incident("2020-05-02"), incident("2020-04-01", "case_audit_confirmed_harm")]
    assert evidence(incidents=rows).incidents == 3
    found = evidence(incidents=rows, reviewed="2020-05-01")
    # The harm that an audit confirmed counts for re-direction, reviewed or not.
    assert (found.incidents, found.confirmed_harm) == (1, 1)
