"""The fewest rows that break a rule of the checks, and what is found in them: helpers of the tests of the rules."""

from __future__ import annotations

from ehp_eval.checks import council_faults
from ehp_eval.checks.fault import Fault
from tests.councils import Row, council_of, referral

Brief = tuple[str, str, str, tuple[int, ...]]
Tables = dict[str, list[Row]]


def faults(tables: Tables) -> list[Fault]:
    council = council_of(**tables)
    return council_faults(council.tables, council.settings, {service.id: service for service in council.services})


def brief(judged: list[Fault], severity: str) -> list[Brief]:
    rows = [fault for fault in judged if fault.severity == severity]
    return [(fault.rule, fault.table, fault.column, fault.rows) for fault in rows]


def person(who: str, **columns: str) -> Row:
    return {"person_id": who} | columns


def closed(who: str, reason: str, ended_on: str = "2020-06-30", **columns: str) -> Row:
    return referral(who, "2020-05-01", support_ended_on=ended_on, end_reason=reason, **columns)


def pregnancy(name: str, **columns: str) -> Row:
    return {"pregnancy_id": name} | columns


def baby(who: str, of: str, born_on: str) -> Row:
    return {"baby_id": who, "pregnancy_id": of, "born_on": born_on}


def unborn(who: str, on: str = "2020-05-01", **columns: str) -> Row:
    return referral(who, on, service="cradle", stream="pre_birth", **columns)


def visit(of: str, on: str) -> Row:
    return {"referral_id": of, "contact_on": on}


def arrived(received_on: str, **columns: str) -> Row:
    return {"contact_id": f"c-{received_on}", "received_on": received_on} | columns


R = {"referral_id": "r"}  # a referral by this id
