"""Errors across columns, rows and tables: each on the fewest rows that break it, beside rows that only just do not."""

from __future__ import annotations

from typing import Any

import pytest

from ehp_eval.checks import council_faults
from tests.councils import council_of, declined, episode, referral, status
from tests.rule_cases import Brief, R, Tables, arrived, baby, brief, closed, faults, person, pregnancy, unborn, visit

ALIKE = "id written in two ways"
ERRORS: dict[str, tuple[Tables, list[Brief]]] = {
    # The first form stays, in the order of the tables: referrals, persons, episodes, events.
    "ids that only a computer tells apart": (
        {
            "referrals": [
                referral("0012", "2020-05-01", family_id="7"),
                referral("X\u00a01", "2020-05-01", family_id="07"),
                referral("0.50", "2020-05-01"),
            ],
            "persons": [person("0012"), person("X\u00a01", family_id="7.0"), person("1")],
            "looked_after_episodes": [
                episode("12", "2020-06-01"),
                episode("12.0", "2020-06-01"),
                episode("X1", "2020-06-01"),
                episode("120", "2020-06-01"),
                episode("0012", "2020-06-01"),
                episode("0.5", "2020-06-01"),
            ],
        },
        [
            (ALIKE, "looked_after_episodes", "person_id", (2, 3, 4)),
            (ALIKE, "referrals", "family_id", (3,)),
            (ALIKE, "persons", "family_id", (3,)),
        ],
    ),
    "ids in other characters": (
        {
            "referrals": [referral("Zo\u00eb1", "2020-05-01"), referral("10", "2020-05-01")],
            "status_events": [
                status("\uff11\uff10", "2020-06-01", "died"),  # the digits of a Japanese keyboard
                status("Zoe\u03081", "2020-06-01", "died"),  # the same letter, as two
                status("10", "2020-06-01", "died"),
            ],
            # Nobody's id beside that of a child.
            "parents": [{"parent_id": "010", "offered_on": "2020-05-01"}],
        },
        [(ALIKE, "status_events", "person_id", (2, 3))],
    ),
    # The extract is of 30 September 2021, and 43 weeks later is 28 July 2022.
    "after the extract": (
        {
            "status_events": [status("a", "2021-09-30", "died"), status("a", "2021-10-01", "died")],
            "pregnancies": [pregnancy("p", due_on="2022-07-28"), pregnancy("q", due_on="2022-07-29")],
        },
        [("after the extract", "status_events", "date", (3,)), ("implausible date", "pregnancies", "due_on", (3,))],
    ),
    "a stand-in for a blank": (
        {
            "eligible_parents": [
                {"parent_id": "p", "removal_on": "1980-01-01"},
                {"parent_id": "q", "removal_on": "1979-12-31"},
            ]
        },
        [("implausible date", "eligible_parents", "removal_on", (3,))],
    ),
    "support that ends before it starts": (
        {
            "referrals": [
                closed("a", "completed", support_started_on="2020-06-30"),
                closed("b", "completed", support_started_on="2020-07-01"),
            ]
        },
        [("order of dates", "referrals", "support_ended_on", (3,))],
    ),
    "a front door that answers before it is asked": (
        {
            "front_door": [
                arrived("2020-05-01", decided_on="2020-05-01", started_on="2020-05-01", reopened_on="2020-05-01"),
                arrived("2020-05-02", decided_on="2020-05-01"),
                arrived("2020-05-03", started_on="2020-05-01"),
                arrived("2020-05-04", reopened_on="2020-05-01"),
                arrived("2020-05-05", decided_on="2020-05-07", reopened_on="2020-05-06"),
            ]
        },
        [
            ("order of dates", "front_door", "decided_on", (3,)),
            ("order of dates", "front_door", "started_on", (4,)),
            ("order of dates", "front_door", "reopened_on", (6,)),
            ("order of dates", "front_door", "reopened_on", (5,)),
        ],
    ),
    "rows that lead nowhere": (
        {
            "referrals": [unborn("a", **R)],
            "contacts": [visit("r", "2020-05-01"), visit("s", "2020-05-01")],
            "assessments": [{"referral_id": "s"}],
            "pregnancies": [
                pregnancy("p", referral_id="r"),
                pregnancy("q", referral_id="s"),
                pregnancy("u", parent_id="m"),
                pregnancy("v", parent_id="n"),
                pregnancy("w"),
            ],
            "babies": [baby("b", "p", "2020-08-01"), baby("c", "x", "2020-08-01")],
            "parents": [{"parent_id": "m", "offered_on": "2020-05-01"}],
            "parent_measures": [{"parent_id": "m"}, {"parent_id": "n"}],
        },
        [
            ("leads nowhere", "contacts", "referral_id", (3,)),
            ("leads nowhere", "assessments", "referral_id", (2,)),
            ("leads nowhere", "pregnancies", "referral_id", (3,)),
            ("leads nowhere", "babies", "pregnancy_id", (3,)),
            ("leads nowhere", "parent_measures", "parent_id", (3,)),
        ],
    ),
    # A table that is not there lacks nobody.
    "tables that were not supplied": (
        {
            "contacts": [visit("s", "2020-05-01")],
            "assessments": [{"referral_id": "s"}],
            "pregnancies": [pregnancy("q", referral_id="s"), pregnancy("v", parent_id="n")],
            "parent_measures": [{"parent_id": "n"}],
            "status_events": [status("a", "2020-05-01", "died")],
        },
        [],
    ),
    "a pregnancy known by its baby, who was referred": (
        {"referrals": [unborn("b")], "pregnancies": [pregnancy("p")], "babies": [baby("b", "p", "2020-04-01")]},
        [],
    ),
    "two pregnancies of one referral": (
        {"pregnancies": [pregnancy(name, referral_id="r") for name in "pqs"]},
        [("repeated", "pregnancies", "referral_id", (3, 4))],
    ),
    "a live birth of a pregnancy without one": (
        {
            "pregnancies": [pregnancy("p", outcome="stillbirth"), pregnancy("q", outcome="live_birth")],
            "babies": [baby("b", "p", "2020-08-01"), baby("c", "q", "2020-08-01")],
        },
        [("outcome and baby", "pregnancies", "outcome", (2,))],
    ),
    "a chain of ids": (
        {
            "persons": [
                person("u", birth_person_id="v"),
                person("v", birth_person_id="w"),
                person("w", birth_person_id="w"),
            ]
        },
        [("chain of ids", "persons", "birth_person_id", (2,))],
    ),
    "services that are none": (
        {
            "referrals": [referral("a", "2020-05-01"), referral("b", "2020-05-01", service="doormat")],
            "incidents": [{"service": "doormat", "date": "2020-05-01"}],
            "service_costs": [{"service": "doormat", "year": "2020-21"}],
        },
        [
            ("unknown service", "referrals", "service", (3,)),
            ("unknown service", "incidents", "service", (2,)),
            ("unknown service", "service_costs", "service", (2,)),
        ],
    ),
    "a stream that the service does not serve": (
        {"referrals": [referral("a", "2020-05-01"), referral("b", "2020-05-01", stream="reunification")]},
        [("stream of the service", "referrals", "stream", (3,))],
    ),
    # Born in May, all of these were referred in April; the last in May itself.
    "birth after referral": (
        {
            "persons": [person(who, birth_month="2020-05") for who in "abde"]
            + [person("c", birth_month="2020-05", birth_person_id="e")],
            "referrals": [
                referral("a", "2020-04-30"),
                unborn("b", "2020-04-30"),
                referral("b", "2020-04-29"),
                referral("c", "2020-04-30"),
                referral("d", "2020-04-30", **R),
                referral("e", "2020-05-01"),
            ],
            "pregnancies": [pregnancy("p", referral_id="r")],
        },
        [("birth after referral", "referrals", "referred_on", (2,))],
    ),
    "a baby born in another month": (
        {
            "persons": [person("b", birth_month="2020-08"), person("c", birth_month="2020-07"), person("d")],
            "pregnancies": [pregnancy("p", parent_id="m")],
            "babies": [baby(who, "p", "2020-08-01") for who in "bcd"],
        },
        [("birth month of the baby", "persons", "birth_month", (3,))],
    ),
    "no date of acceptance": (
        {"referrals": [referral("a", "", referred_on="2020-05-01"), declined("b", "2020-05-01")]},
        [("no date", "referrals", "accepted_on", (2,))],
    ),
    # The services of the tests began on 1 April 2015.
    "accepted before the service began": (
        {"referrals": [referral("a", "2015-04-01"), referral("b", "2015-03-31"), declined("c", "2015-03-01")]},
        [("not operational yet", "referrals", "accepted_on", (3,))],
    ),
    "an end without a date": (
        {"referrals": [closed("a", "completed"), closed("b", "completed", ""), closed("c", "")]},
        [("end without a date", "referrals", "support_ended_on", (3,))],
    ),
    "groups that nobody can be in": (
        {
            "population_groups": [
                {"area": "Dyffryn Gwyn", "characteristic": kind, "group": group, "population": 1, "mid_year": 2020}
                for kind, group in (
                    *(("sex", "F"), ("sex", "girls"), ("sex", "U"), ("age", "5-9"), ("age", "0-4")),
                    *(("wimd_quintile", "5"), ("wimd_quintile", "6"), ("locality", "anywhere")),
                )
            ]
        },
        [("group", "population_groups", "group", (3, 4, 6, 8))],
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_each_error(name: str) -> None:
    tables, expected = ERRORS[name]
    assert brief(faults(tables), "error") == expected


def test_a_service_with_faults_of_its_own_may_have_any_stream() -> None:
    council = council_of(referrals=[referral("a", "2001-05-01", stream="reunification")])
    services: dict[str, Any] = {"doorstep": None}
    assert council_faults(council.tables, council.settings, services) == []


def test_messages_name_the_dates_of_settings_and_no_other() -> None:
    tables: Tables = {"referrals": [referral("Canary", "2015-03-30"), referral("Canary", "2021-10-02")]}
    messages = {fault.rule: fault.message for fault in faults(tables)}
    assert "2021-09-30" in messages["after the extract"]
    assert "services/doorstep.toml says 2015-04-01" in messages["not operational yet"]
    said = " ".join(messages.values())
    assert not any(value in said for value in ("Canary", "2015-03-30", "2021-10-02"))
