"""Warnings across columns, rows and tables: each on the fewest rows that break it, beside rows that just do not."""

from __future__ import annotations

import pytest

from tests.councils import declined, episode, referral, status
from tests.rule_cases import Brief, R, Tables, arrived, baby, brief, closed, faults, person, pregnancy, unborn, visit

ALIKE = "id written in two ways"
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


@pytest.mark.parametrize("name", WARNINGS)
def test_each_warning(name: str) -> None:
    tables, expected = WARNINGS[name]
    judged = faults(tables)
    assert brief(judged, "warning") == expected
    assert brief(judged, "error") == []
