"""Ids that lead nowhere: rows of one table that name no row of the table they belong to, and services that are none."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ehp_eval.checks.rule import Evidence, Found, Rule
from ehp_eval.intake.codes import unmapped_codes
from ehp_eval.streams import STREAMS
from ehp_eval.units import NO_LIVE_BIRTH

# Every column that names a person who may stand in `status_events`: parents have events too.
_ANYBODY = (
    ("persons", "person_id"),
    ("persons", "birth_person_id"),
    ("babies", "baby_id"),
    ("parents", "parent_id"),
    ("eligible_parents", "parent_id"),
    ("pregnancies", "parent_id"),
)


def _orphans(table: str, column: str, target: str, key: str) -> Callable[[Evidence], Found]:
    """Return a function that finds ids which the other table lacks; none where that was not supplied."""

    def orphans(council: Evidence) -> Found:
        ids = council[table][column]
        return ids.notna() & ~ids.isin(council[target][key].dropna()) & bool(len(council[target]))

    return orphans


def _no_record(table: str, column: str, *known: tuple[str, str]) -> Callable[[Evidence], Found]:
    """Return a function that finds ids which are nobody's, where there is a table of persons."""

    def nobody(council: Evidence) -> Found:
        ids = council[table][column]
        found = pd.concat([council[name][key] for name, key in known]).dropna()
        return ids.notna() & ~ids.isin(found) & bool(len(council["persons"]))

    return nobody


def _unused_pregnancy(council: Evidence) -> Found:
    """Pregnancies that neither a referral, nor a parent, nor a referred baby leads to: no figure can hold them."""
    pregnancies, referrals, parents = council["pregnancies"], council["referrals"], council["parents"]
    # A referral that is not among the referrals is a fault of its own.
    linked = pregnancies["referral_id"].notna() | pregnancies["parent_id"].isin(parents["parent_id"].dropna())
    referred = council["babies"]["baby_id"].isin(council.referred["person_id"])
    linked |= pregnancies["pregnancy_id"].isin(council["babies"].loc[referred, "pregnancy_id"].dropna())
    # Where a table was not supplied, what it would have held is not known.
    known = (pregnancies["parent_id"].isna() | bool(len(parents))) & bool(len(referrals) + len(parents))
    return ~linked & known


def _twice(council: Evidence) -> Found:
    ids = council["pregnancies"]["referral_id"]
    return ids.notna() & ids.duplicated()


def _no_live_birth(council: Evidence) -> Found:
    pregnancies = council["pregnancies"]
    has_baby = pregnancies["pregnancy_id"].isin(council["babies"]["pregnancy_id"].dropna())
    return has_baby & pregnancies["outcome"].isin(list(NO_LIVE_BIRTH))


def _chain(council: Evidence) -> Found:
    persons = council["persons"]
    born = persons["birth_person_id"]
    again = persons.loc[born.notna() & (born != persons["person_id"]), "person_id"].dropna()
    return born.isin(again) & (born != persons["person_id"])


def _unknown_service(table: str) -> Callable[[Evidence], Found]:
    def unknown(council: Evidence) -> Found:
        named = council[table]["service"]
        wrong = named.notna() & ~named.isin(list(council.services))
        if not wrong.any():
            return wrong
        return {f"{', '.join(sorted(council.services))}; not among them {unmapped_codes(named[wrong], ())}": wrong}

    return unknown


def _foreign_stream(council: Evidence) -> Found:
    referrals = council["referrals"]
    return {
        name: (referrals["service"] == name)
        & referrals["stream"].notna()
        & ~referrals["stream"].isin(list(service.streams if service else STREAMS))
        for name, service in council.services.items()
    }


ORPHANS = tuple(
    Rule("leads nowhere", table, column, message, _orphans(table, column, target, key))
    for table, column, target, key, message in (
        (
            "contacts",
            "referral_id",
            "referrals",
            "referral_id",
            "no such referral is in referrals, so the contact counts nowhere: supply it, or correct the id",
        ),
        (
            "assessments",
            "referral_id",
            "referrals",
            "referral_id",
            "no such referral is in referrals, so the assessment counts nowhere: supply it, or correct the id",
        ),
        (
            "pregnancies",
            "referral_id",
            "referrals",
            "referral_id",
            "no such referral is in referrals: supply the referral, or correct the id",
        ),
        (
            "babies",
            "pregnancy_id",
            "pregnancies",
            "pregnancy_id",
            "no such pregnancy is in pregnancies, so the baby counts nowhere: supply it, or correct the id",
        ),
        (
            "parent_measures",
            "parent_id",
            "parents",
            "parent_id",
            "no such parent is in parents, so the score counts nowhere: supply it, or correct the id",
        ),
    )
)

PREGNANCIES = (
    Rule(
        "unused pregnancy",
        "pregnancies",
        "referral_id, parent_id",
        "neither a referral nor a parent in parents nor a referred baby leads to it, so it counts nowhere: name one",
        _unused_pregnancy,
        "warning",
    ),
    Rule("repeated", "pregnancies", "referral_id", "an earlier row names this referral too: keep one", _twice),
    Rule(
        "outcome and baby",
        "pregnancies",
        "outcome",
        "babies holds a live birth of this pregnancy, which would not be counted: correct one of them",
        _no_live_birth,
    ),
)

PERSON_RECORDS = tuple(
    Rule("no person record", table, column, message, _no_record(table, column, *known), "warning")
    for table, column, known, message in (
        (
            "referrals",
            "person_id",
            (("persons", "person_id"),),
            "persons has no such row, so age, sex and family are unknown: supply it, or correct the id",
        ),
        (
            "looked_after_episodes",
            "person_id",
            (("persons", "person_id"), ("persons", "birth_person_id"), ("babies", "baby_id")),
            "persons has no such row, so perhaps no referral leads here: supply it, or correct the id",
        ),
        (
            "status_events",
            "person_id",
            _ANYBODY,
            "no row of persons or parents has this id, so perhaps no referral leads here: supply it, or correct the id",
        ),
        (
            "babies",
            "baby_id",
            (("persons", "person_id"), ("persons", "birth_person_id")),
            "persons has no such row, so sex and family are unknown: supply it, or correct the id",
        ),
        (
            "persons",
            "birth_person_id",
            (("persons", "person_id"), ("babies", "baby_id"), ("looked_after_episodes", "person_id")),
            "nobody has this id, so that the child may be lost sight of at birth: supply the row, or correct the id",
        ),
    )
)

BIRTH_IDS = (
    Rule(
        "chain of ids",
        "persons",
        "birth_person_id",
        "the row of this id names a further id given at birth, which would not be followed: name the last one here",
        _chain,
    ),
)

SERVICES = (
    *(
        Rule(
            "unknown service",
            table,
            "service",
            "no service has this id (the services are {}): map the names of your teams under "
            f"[{table}.codes.service] in mapping.toml, or add services/<id>.toml",
            _unknown_service(table),
        )
        for table in ("referrals", "incidents", "service_costs", "comparison")
    ),
    Rule(
        "stream of the service",
        "referrals",
        "stream",
        "services/{}.toml lists no such stream: add it there, or correct the row",
        _foreign_stream,
    ),
)

RULES = (*ORPHANS, *PREGNANCIES, *PERSON_RECORDS, *BIRTH_IDS, *SERVICES)
