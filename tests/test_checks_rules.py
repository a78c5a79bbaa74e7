"""Rules across columns, rows and tables: each on the fewest rows that break it, beside rows that only just do not."""

from __future__ import annotations

from typing import Any

import pytest

from ehp_eval.checks import council_faults
from ehp_eval.checks.fault import Fault
from tests.councils import Row, council_of, declined, episode, referral, status

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

WARNINGS: dict[str, tuple[Tables, list[Brief]]] = {
    # Some systems have ids that differ in nothing else: a warning, and no error.
    "ids in other letters": (
        {"referrals": [referral("a1", "2020-05-01")], "looked_after_episodes": [episode("A1", "2020-06-01")]},
        [("id in other letters", "looked_after_episodes", "person_id", (2,))],
    ),
    # council.toml lists V3 and V4.
    "what may be respite": (
        {
            "looked_after_episodes": [
                episode(who, "2020-06-01", legal_status=status)
                for who, status in zip(
                    "abcdefgh",
                    ["V3", "v3", "V4 - agreed", "V40", "C2", "Short-term breaks", "RESPITE", ""],
                    strict=True,
                )
            ]
        },
        [("perhaps respite", "looked_after_episodes", "legal_status", (3, 4, 7, 8))],
    ),
    "a pregnancy that nothing leads to": (
        {
            "referrals": [unborn("a", **R)],
            "pregnancies": [pregnancy("p", referral_id="r"), pregnancy("v", parent_id="n"), pregnancy("w")],
            "parents": [{"parent_id": "m", "offered_on": "2020-05-01"}],
        },
        [("unused pregnancy", "pregnancies", "referral_id, parent_id", (3, 4))],
    ),
    "before the referral": (
        {
            "referrals": [
                referral("a", "2020-05-01", first_contact_on="2020-04-30", support_started_on="2020-04-30", **R)
            ],
            "contacts": [visit("r", "2020-05-01"), visit("r", "2020-04-30")],
            "assessments": [{"referral_id": "r", "completed_on": on} for on in ("2020-05-01", "2020-04-30")],
        },
        [
            ("order of dates", "referrals", "first_contact_on", (2,)),
            ("order of dates", "referrals", "support_started_on", (2,)),
            ("before the referral", "contacts", "contact_on", (3,)),
            ("before the referral", "assessments", "completed_on", (3,)),
        ],
    ),
    "help before the decision": (
        {"front_door": [arrived("2020-05-01", decided_on="2020-05-03", started_on="2020-05-02")]},
        [("order of dates", "front_door", "started_on", (2,))],
    ),
    # Due on 30 June 2020: 150 days before is 1 February, 31 days after is 31 July.
    "far from the due date": (
        {
            "pregnancies": [
                pregnancy("p", due_on="2020-06-30", known_on="2020-07-31"),
                pregnancy("q", due_on="2020-06-30", known_on="2020-08-01"),
            ],
            "babies": [baby(f"b-{on}", "p", on) for on in ("2020-02-01", "2020-01-31", "2020-07-31", "2020-08-01")],
        },
        [
            ("far from the due date", "pregnancies", "known_on", (3,)),
            ("far from the due date", "babies", "born_on", (3, 5)),
        ],
    ),
    "an episode that ends before it starts": (
        {"looked_after_episodes": [episode("a", "2020-05-02", "2020-05-02"), episode("a", "2020-05-02", "2020-05-01")]},
        [("ends before it starts", "looked_after_episodes", "ended_on", (3,))],
    ),
    "people without a record": (
        {
            "persons": [person("a", birth_person_id="born"), person("u", birth_person_id="nobody")],
            "referrals": [referral("a", "2020-05-01"), referral("b", "2020-05-01")],
            "looked_after_episodes": [episode("born", "2020-06-01"), episode("c", "2020-06-01")],
            "status_events": [status(who, "2020-05-01", "registered") for who in ("a", "m", "d")],
            "parents": [{"parent_id": "m", "offered_on": "2020-05-01"}],
        },
        [
            ("no person record", "referrals", "person_id", (3,)),
            ("no person record", "looked_after_episodes", "person_id", (3,)),
            ("no person record", "status_events", "person_id", (4,)),
            ("no person record", "persons", "birth_person_id", (3,)),
        ],
    ),
    # Born in April 2002: surely 18 on 1 May 2020. Parents are adults.
    "18 or older": (
        {
            "persons": [person("a", birth_month="2002-04")],
            "referrals": [
                referral("a", "2020-04-30"),
                referral("a", "2020-05-01"),
                referral("a", "2020-05-02", service="afresh", stream="parent_support"),
            ],
        },
        [
            ("18 or older", "referrals", "referred_on", (3,)),
            # Nothing says that support ended, so each runs into the next of the same service.
            ("overlapping support", "referrals", "support_started_on", (3,)),
        ],
    ),
    "two families": (
        {
            "persons": [
                person("b", family_id="f"),
                person("c", family_id="g"),
                person("d"),
                person("u", family_id="g", birth_person_id="b"),
            ],
            "pregnancies": [pregnancy("p", parent_id="m")],
            "babies": [baby(who, "p", "2020-08-01") for who in "bcd"],
        },
        [("two families", "persons", "family_id", (3,)), ("two families", "persons", "family_id", (5,))],
    ),
    # The unborn child is one of the fifteen, and not a sixteenth.
    "families of fifteen and sixteen": (
        {
            "persons": [person(f"a{n}", family_id="f") for n in range(15)]
            + [person("u", family_id="f", birth_person_id="a0")]
            + [person(f"b{n}", family_id="g") for n in range(16)]
        },
        [("large family", "persons", "family_id", tuple(range(18, 34)))],
    ),
    "families of those referred": (
        {
            "referrals": [
                referral(f"{family}{n}", "2020-05-01", family_id=family)
                for family, people in (("f", 15), ("g", 16))
                for n in range(people)
            ]
        },
        [("large family", "referrals", "family_id", tuple(range(17, 33)))],
    ),
    # One begins on the day that another ends; the last two are open, and go on together.
    "overlapping support": (
        {
            "persons": [person("u", birth_person_id="a"), person("a")],
            "referrals": [
                closed("a", "completed"),
                referral("a", "2020-06-01", support_started_on="2020-06-30"),
                referral("u", "2021-09-29"),
                referral("a", "2020-06-30", service="homeward", stream="placement_support"),
            ],
        },
        [("overlapping support", "referrals", "support_started_on", (4,))],
    ),
    # Support ended on 30 June 2020: 28 days after is 28 July, 28 before is 2 June.
    "entered care without an entry": (
        {
            "referrals": [closed(who, "entered_care") for who in "abcdef"] + [closed("u", "entered_care")],
            "persons": [person(who) for who in "abcdef"] + [person("u", birth_person_id="n"), person("n")],
            "looked_after_episodes": [
                episode("a", "2020-07-28"),
                episode("b", "2020-07-29"),
                episode("c", "2020-06-02", "2020-06-09"),
                episode("d", "2020-06-01", "2020-06-09"),
                episode("e", "2020-05-02"),
                episode("f", "2020-06-30", legal_status="V3"),
                episode("n", "2020-06-30"),
            ],
        },
        [
            ("end reason", "referrals", "end_reason", (3, 5, 7)),
            ("closures do not link", "referrals", "end_reason", ()),  # 4 of 7
        ],
    ),
    "entered care, and no table of episodes": ({"referrals": [closed("a", "entered_care")]}, []),
    "an outcome that contradicts the reason, or comes too early": (
        {
            "referrals": [
                closed("a", "entered_care", closing_outcome="remained_home"),
                closed("b", "entered_care", closing_outcome="became_looked_after"),
                closed("c", "completed", closing_outcome="remained_home"),
                referral("d", "2020-05-01", closing_outcome="U"),
            ]
        },
        [
            ("closing outcome", "referrals", "closing_outcome", (2,)),
            ("closing outcome", "referrals", "support_ended_on, closing_outcome", (5,)),
        ],
    ),
    "a contact after a death": (
        {
            "referrals": [closed("a", "died", **R), closed("b", "moved_away", referral_id="s")],
            "contacts": [visit("r", "2020-06-30"), visit("r", "2020-07-01"), visit("s", "2020-07-01")],
        },
        [("contact after death", "contacts", "contact_on", (3,))],
    ),
    "dates of what was not accepted": (
        {
            "referrals": [
                declined("a", "2020-05-01"),
                declined("b", "2020-05-01", accepted_on="2020-05-02"),
                declined("c", "2020-05-01", support_started_on="2020-05-02"),
            ]
        },
        [("not accepted", "referrals", "accepted", (3, 4))],
    ),
    # Accepted on 1 May 2020. To enter care that day is an event, and to leave it that day is to be at home.
    "streams against care": (
        {
            "referrals": [
                *(referral(who, "2020-05-01") for who in "abcd"),
                *(referral(who, "2020-05-01", stream="placement_support") for who in "efg"),
                *(referral(who, "2020-05-01", service="homeward", stream="reunification") for who in "hi"),
            ],
            "looked_after_episodes": [
                episode("a", "2020-04-30"),
                episode("b", "2020-05-01"),
                episode("c", "2020-04-01", "2020-05-01"),
                episode("e", "2020-05-01"),
                episode("f", "2020-05-02"),
                episode("h", "2020-04-01"),
            ],
        },
        [("stream and care", "referrals", "stream", (2,)), ("stream and care", "referrals", "stream", (7, 8, 10))],
    ),
    "status against care": (
        {
            "referrals": [
                *(declined(who, "2020-05-01", status_at_referral="looked_after") for who in "abc"),
                *(declined(who, "2020-05-01", status_at_referral="care_and_support") for who in "defg"),
            ],
            "looked_after_episodes": [
                episode("a", "2020-05-01"),
                episode("b", "2020-04-01", "2020-05-01"),
                episode("c", "2020-04-01", "2020-04-30"),
                episode("d", "2020-04-30"),
                episode("e", "2020-05-01"),
                episode("f", "2020-04-01", "2020-05-01"),
            ],
        },
        [
            ("status and care", "referrals", "status_at_referral", (4,)),
            ("status and care", "referrals", "status_at_referral", (5,)),
        ],
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_each_error(name: str) -> None:
    tables, expected = ERRORS[name]
    assert brief(faults(tables), "error") == expected


@pytest.mark.parametrize("name", WARNINGS)
def test_each_warning(name: str) -> None:
    tables, expected = WARNINGS[name]
    judged = faults(tables)
    assert brief(judged, "warning") == expected
    assert brief(judged, "error") == []


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
