"""What the tests of cohorts share: a cohort whose flow has been seen to add up, and ways to read it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ehp_eval.cohort import Cohort, build_cohort
from ehp_eval.load import Council
from ehp_eval.years import Period
from tests.councils import Row, council_of, referral

Tables = dict[str, list[Row]]
ACCEPTED = "2020-05-01"


def cohort(council: Council, service: str = "doorstep", year: Period | str = "2020-21", **options: Any) -> Cohort:
    """Build a cohort and see that its flow adds up."""
    period = Period.year(year) if isinstance(year, str) else year
    built = build_cohort(council, council.service(service), period, **options)
    assert_adds_up(built)
    return built


def assert_adds_up(built: Cohort) -> None:
    """Every step of the flow is the one before it less the reasons between, and the last are the rows themselves."""
    remaining = at_risk = None
    for step, _, window, count in built.flow.itertuples(index=False):
        if not pd.isna(window) and at_risk is None:
            at_risk = remaining
        if step:
            assert remaining is None or remaining == count
            remaining = count
            if step == "outcome_known":  # the next window starts again from those at risk
                remaining = at_risk
        else:
            assert count != 0
            remaining -= count
    assert built.step("at_risk") == len(built.at_risk)
    assert built.rows["unit_id"].is_unique
    for days in built.windows:
        matured = built.at_risk[built.at_risk[f"matured_{days}"]]
        assert built.step("matured", days) == len(matured)
        assert built.step("outcome_known", days) == matured[f"outcome_{days}"].isin(["event", "no_event"]).sum()
        assert built.rows[f"outcome_{days}"].notna().equals(built.rows[f"matured_{days}"])


def steps(built: Cohort) -> list[tuple[Any, ...]]:
    """The steps of the flow: name, window where it has one, and count."""
    rows = built.flow[built.flow["step"] != ""]
    return [
        (step, count) if pd.isna(window) else (step, window, count)
        for step, _, window, count in rows.itertuples(index=False)
    ]


def reasons(built: Cohort) -> dict[Any, int]:
    """How many were left out, by reason, or by reason and window."""
    rows = built.flow[built.flow["reason"] != ""]
    return {
        reason if pd.isna(window) else (reason, window): count
        for _, reason, window, count in rows.itertuples(index=False)
    }


def one(built: Cohort) -> pd.Series:
    """The row of a cohort of one."""
    assert len(built.rows) == 1
    return built.rows.iloc[0]


def child(*, extract: str = "2021-09-30", accepted_on: str = ACCEPTED, **tables: list[Row]) -> pd.Series:
    """What the cohort says of one child, accepted on a day."""
    rows = [referral("a", accepted_on, **tables.pop("referral")[0])] if "referral" in tables else None
    return one(cohort(council_of(extract=extract, referrals=rows or [referral("a", accepted_on)], **tables)))


def together(*parts: Tables) -> Tables:
    """The tables of all parts, row after row."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: [row for part in parts for row in part.get(name, [])] for name in names}


def pregnancy(name: str, accepted_on: str, *born_on: str, outcome: str = "live_birth", **changes: Any) -> Tables:
    """An unborn child's referral, the pregnancy, and babies `<name>1`, `<name>2`."""
    return {
        "referrals": [
            referral(f"u-{name}", accepted_on, referral_id=f"r-{name}", service="cradle", stream="pre_birth", **changes)
        ],
        "pregnancies": [{"pregnancy_id": f"g-{name}", "referral_id": f"r-{name}", "outcome": outcome}],
        "babies": [
            {"baby_id": f"{name}{number}", "pregnancy_id": f"g-{name}", "born_on": day}
            for number, day in enumerate(born_on, start=1)
        ],
    }


def share(row: dict[str, Any]) -> tuple[int, int]:
    """Numerator and denominator of a figure."""
    return row["numerator"], row["denominator"]
