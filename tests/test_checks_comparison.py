"""What is checked of a comparison group: what is checked of referrals, and what is said of it alone."""

from __future__ import annotations

import pytest

from ehp_eval.checks.comparison import RULES
from ehp_eval.checks.outcomes import outcomes_not_known
from ehp_eval.checks.rule import Evidence
from ehp_eval.linking_by_details import same_by_details
from tests.councils import council_of, declined, episode, referral
from tests.rule_cases import Brief, Tables, brief, closed, faults, person, unborn

DAY = "2020-05-01"
ELSEWHERE = [episode(f"e{number}", "2020-06-01") for number in range(2)]
ERRORS: dict[str, tuple[Tables, list[Brief]]] = {
    "accepted and not dated": (
        {"comparison": [referral("a", DAY) | {"accepted_on": ""}, declined("b", DAY)]},
        [("no date", "comparison", "accepted_on", (2,))],
    ),
    "dates in the wrong order": (
        {
            "comparison": [
                referral("a", DAY, referred_on="2020-05-02"),
                referral("b", DAY, support_ended_on="2020-04-30"),
            ]
        },
        [
            ("order of dates", "comparison", "accepted_on", (2,)),
            ("order of dates", "comparison", "support_ended_on", (3,)),
        ],
    ),
    "after the extract, and a stand-in for a blank": (
        {"comparison": [referral("a", "2021-10-01"), referral("b", "1970-01-01")]},
        [
            ("after the extract", "comparison", "referred_on", (2,)),
            ("after the extract", "comparison", "accepted_on", (2,)),
            ("implausible date", "comparison", "referred_on", (3,)),
            ("implausible date", "comparison", "accepted_on", (3,)),
        ],
    ),
    "an end that is not dated": (
        {"comparison": [referral("a", DAY, end_reason="moved_away")]},
        [("end without a date", "comparison", "support_ended_on", (2,))],
    ),
    "born after it": (
        {"persons": [person("a", birth_month="2020-06")], "comparison": [referral("a", DAY)]},
        [("birth after referral", "comparison", "referred_on", (2,))],
    ),
    "ids that a spreadsheet has changed": (
        {"comparison": [referral("0012", DAY)], "looked_after_episodes": [episode("12", "2020-06-01")]},
        [("id written in two ways", "comparison", "person_id", (2,))],
    ),
    "no such service": (
        {"comparison": [referral("a", DAY, service="nowhere")]},
        [("unknown service", "comparison", "service", (2,))],
    ),
    # Homeward serves looked-after children; afresh and cradle other units.
    "what would be used nowhere": (
        {
            "comparison": [
                referral("a", DAY),
                referral("b", DAY, stream="placement_support"),
                referral("c", DAY, service="homeward"),
            ]
        },
        [
            ("stream of the service", "comparison", "stream", (3,)),
            ("stream of the service", "comparison", "service", (4,)),
        ],
    ),
}
WARNINGS: dict[str, tuple[Tables, list[Brief]]] = {
    "nobody's": (
        {"persons": [person("a")], "comparison": [referral("a", DAY), referral("b", DAY)]},
        [("no person record", "comparison", "person_id", (3,))],
    ),
    "grown up": (
        {"persons": [person("a", birth_month="2002-04")], "comparison": [referral("a", "2020-05-01")]},
        [("18 or older", "comparison", "referred_on", (2,))],
    ),
    "closed as entered care, and nothing of it": (
        {"comparison": [closed("a", "entered_care")], "looked_after_episodes": ELSEWHERE},
        [("end reason", "comparison", "end_reason", (2,))],
    ),
    "looked after already": (
        {
            "comparison": [referral("a", DAY, status_at_referral="early_help")],
            "looked_after_episodes": [episode("a", "2020-01-01")],
        },
        [
            ("stream and care", "comparison", "stream", (2,)),
            ("status and care", "comparison", "status_at_referral", (2,)),
        ],
    ),
    "not accepted, with dates": (
        {"comparison": [referral("a", DAY) | {"accepted": "N"}]},
        [("not accepted", "comparison", "accepted", (2,))],
    ),
    # Only the same service counts, and only those whom it accepted; u is b before birth.
    "a child, and a family, of the service": (
        {
            "persons": [
                person("u", birth_person_id="b"),
                *(person(who) for who in "acdx"),
                person("b", family_id="two"),
                person("y", family_id="two"),
                person("z", family_id="two"),
            ],
            "referrals": [
                referral("a", DAY, family_id="one"),
                referral("u", DAY),
                declined("c", DAY),
                referral("d", DAY, service="homeward", stream="placement_support"),
            ],
            "looked_after_episodes": [episode("d", "2019-01-01", "2021-01-01")],
            "comparison": [
                *(referral(who, DAY) for who in ("a", "b", "c")),
                referral("d", "2021-05-01"),
                referral("x", DAY, family_id="one"),
                referral("y", DAY),
                referral("z", DAY, family_id="three"),
            ],
        },
        [
            ("supported too", "comparison", "person_id", (2, 3)),
            ("family in both groups", "comparison", "family_id", (6, 7)),
        ],
    ),
    "not one of them ever looked after": (
        {"comparison": [referral(f"c{number}", DAY) for number in range(30)], "looked_after_episodes": ELSEWHERE},
        [("ids that never meet", "comparison", "person_id", ())],
    ),
}


@pytest.mark.parametrize(("tables", "expected"), ERRORS.values(), ids=ERRORS)
def test_errors(tables: Tables, expected: list[Brief]) -> None:
    assert brief(faults(tables), "error") == expected


@pytest.mark.parametrize(("tables", "expected"), WARNINGS.values(), ids=WARNINGS)
def test_warnings(tables: Tables, expected: list[Brief]) -> None:
    found = faults(tables)
    assert brief(found, "error") == []
    assert brief(found, "warning") == expected


def test_29_children_need_not_have_been_looked_after() -> None:
    children = [referral(f"c{number}", DAY) for number in range(29)]
    assert faults({"comparison": children, "looked_after_episodes": ELSEWHERE}) == []


def test_closures_that_are_nowhere_in_the_episodes() -> None:
    table = [closed(f"c{number}", "entered_care") for number in range(5)]
    found = faults({"comparison": table, "looked_after_episodes": ELSEWHERE})
    assert [
        (fault.table, fault.rows, fault.message[:16]) for fault in found if fault.rule == "closures do not link"
    ] == [("comparison", (), "only 0 of 5 refe")]


def test_a_service_whose_file_has_faults_is_said_nothing_of() -> None:
    council = council_of(comparison=[referral("a", DAY, service="homeward")])
    services = {service.id: None for service in council.services}
    evidence = Evidence(council.tables, council.settings, services)
    assert [fault for rule in RULES for fault in rule.faults(evidence)] == []


def test_it_is_no_matter_of_the_referrals() -> None:
    # The same child in both: the faults are those of the comparison alone.
    found = faults({"referrals": [referral("a", DAY)], "comparison": [referral("b", DAY) | {"accepted_on": ""}]})
    assert {fault.table for fault in found} == {"comparison"}
    assert faults({"referrals": [unborn("a")], "comparison": [referral("b", DAY)]}) == []


def test_who_has_lost_an_episode_is_left_out() -> None:
    council = council_of(
        comparison=[referral("a", DAY), referral("b", DAY)], looked_after_episodes=[episode("a", "2020-06-01")]
    )
    evidence = Evidence(council.tables, council.settings, {})
    lost = {"looked_after_episodes": [2], "status_events": []}
    assert [(fault.table, fault.rows) for fault in outcomes_not_known(evidence, lost)] == [("comparison", (2,))]


def test_its_children_are_joined_by_details_as_those_of_the_service_are() -> None:
    about = {"birth_month": "2010-01", "sex": "F", "family_id": "f"}
    council = council_of(
        persons=[person("a", **about), person("b", **about)],
        comparison=[referral("a", DAY)],
        looked_after_episodes=[episode("b", "2020-06-01")],
    )
    assert same_by_details(council).pairs.to_numpy().tolist() == [["a", "b"]]
