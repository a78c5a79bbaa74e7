"""How far records link, and what missing links do: small councils whose links can be counted by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.evaluation import evaluate, evaluate_council
from ehp_eval.linking import LATER_CHILDREN, LINKS, link_rates, linking_figures, unlinked_entries, without_person
from ehp_eval.load import Council
from ehp_eval.present.linking import link_effects, link_table
from ehp_eval.words import say
from tests.cohorts import Tables, cohort, pregnancy, share, together
from tests.councils import Row, council_of, declined, episode, referral, status


def person(name: str, **known: Any) -> Row:
    return {"person_id": name} | known


def entered(name: str, ended_on: str, accepted_on: str = "2019-05-01", **changes: Any) -> Row:
    """A referral whose support ended because the child entered care."""
    closed = {"support_ended_on": ended_on, "end_reason": "entered_care"}
    return referral(name, accepted_on, **(closed | changes))


def rates(council: Council, service: str = "") -> dict[Any, tuple[int, int]]:
    """Linked, and of how many, by link; by link and year where there is one."""
    found = link_rates(council, council.service(service) if service else None)
    return {(link, year) if year else link: (linked, of) for link, year, linked, of in found.itertuples(index=False)}


def shown(display: Any) -> str:
    return " ".join(display._repr_html_().split())


# --- each link ----------------------------------------------------------------------------------------------------


def test_referred_and_looked_after_children_with_a_person_record_count_once_each() -> None:
    council = council_of(
        referrals=[referral("a", "2020-05-01"), referral("a", "2020-09-01"), declined("b", "2020-05-01")],
        persons=[person("a"), person("x")],
        looked_after_episodes=[episode("a", "2020-06-01"), episode("y", "2020-06-01"), episode("y", "2020-08-01")],
    )
    found = rates(council)
    assert found["referred_person"] == (1, 2)  # a twice, and b who was declined
    assert found["looked_after_person"] == (1, 2)
    # Of a service: its own referrals, and all looked-after children.
    assert rates(council, "homeward")["referred_person"] == (0, 0)
    assert rates(council, "homeward")["looked_after_person"] == (1, 2)


def test_a_link_needs_the_tables_on_both_its_sides() -> None:
    assert set(link_rates(council_of(referrals=[referral("a", "2020-05-01")]))["link"]) == {"two_services"}
    both = council_of(referrals=[referral("a", "2020-05-01")], persons=[person("a")])
    assert set(link_rates(both)["link"]) == {"referred_person", "unborn_born", "two_services"}
    assert link_rates(council_of()).empty


def test_births_are_found_by_their_pregnancy_and_by_the_id_given_at_birth() -> None:
    named, unnamed = pregnancy("m", "2020-05-01", "2020-07-01"), pregnancy("n", "2020-05-01", "2020-07-01")
    lost, still = pregnancy("l", "2020-05-01"), pregnancy("s", "2020-05-01", outcome="stillbirth")
    twins = pregnancy("t", "2020-05-01", "2020-07-01", "2020-07-01")
    after = pregnancy("w", "2020-08-01", "2020-07-01")
    after["referrals"][0]["person_id"] = "w1"  # referred after the birth, under the baby's own id
    tables = together(named, unnamed, lost, still, twins, after)
    tables["persons"] = [
        person("u-m", birth_person_id="m1"),
        person("m1"),
        person("u-n"),
        person("u-t", birth_person_id="t2"),
        person("t1"),
        person("w1"),
        person("elsewhere", birth_person_id="nobody"),
    ]
    council = council_of(**tables)
    found = rates(council)
    assert found["live_birth_baby"] == (4, 5)  # l has none; the stillbirth needs none
    assert found["baby_person"] == (3, 5)  # m1, t1, w1 of m1, n1, t1, t2, w1
    assert found["born_under_id"] == (3, 4)  # m, t by one of the twins, w itself; not n
    assert found["unborn_born"] == (2, 3)  # t2 is in babies alone, and that is enough
    # Of six referred: m and n under the id from before birth, t and w; not l and s.
    assert found["referred_person"] == (4, 6)
    own = rates(council, "cradle")
    assert own["unborn_born"] == (2, 2)
    assert {name: own[name] for name in ("baby_person", "born_under_id")} == {
        "baby_person": (3, 5),
        "born_under_id": (3, 4),
    }
    assert "live_birth_baby" not in rates(council, "doorstep")


def test_pregnancies_link_to_parents_and_later_children_are_counted() -> None:
    parent = {"offered_on": "2019-04-01", "engaged_on": "2019-05-01", "index_removal_on": "2019-01-01"}
    of_parents = [{"pregnancy_id": f"g-{name}", "parent_id": name, "outcome": "live_birth"} for name in ("p", "q", "z")]
    tables = together(
        pregnancy("m", "2020-05-01", "2020-07-01"),
        {
            "parents": [{"parent_id": name} | parent for name in ("p", "q", "r")],
            "pregnancies": of_parents,
            "babies": [
                {"baby_id": "b1", "pregnancy_id": "g-p", "born_on": "2020-01-01"},
                {"baby_id": "b2", "pregnancy_id": "g-p", "born_on": "2020-01-01"},
                {"baby_id": "b3", "pregnancy_id": "g-q", "born_on": "2018-06-01"},  # before the removal
            ],
        },
    )
    tables["pregnancies"][0]["parent_id"] = "a mother who is in no support of this kind"
    council = council_of(**tables, persons=[])
    found = rates(council)
    assert found["pregnancy_parent"] == (2, 3)  # z is in no table; the mother of a referred child need not be
    assert found["later_children"] == (2, 2)  # two children; p and q have a pregnancy, r has none
    assert found["live_birth_baby"] == (3, 4)
    assert found["baby_person"] == (0, 1)  # those of parents need no record
    own = rates(council, "afresh")
    assert own["live_birth_baby"] == (2, 3)
    assert set(own) == {"live_birth_baby", "pregnancy_parent", "later_children"}


def test_contacts_assessments_and_status_events_have_somebody_they_are_of() -> None:
    known, unknown = referral("a", "2020-05-01")["referral_id"], "nobody's"
    council = council_of(
        referrals=[referral("a", "2020-05-01")],
        persons=[person("p")],
        looked_after_episodes=[episode("e", "2020-06-01")],
        babies=[{"baby_id": "b", "pregnancy_id": "g", "born_on": "2020-06-01"}],
        contacts=[{"referral_id": each, "contact_on": "2020-06-01"} for each in (known, known, unknown)],
        assessments=[{"referral_id": each} for each in (known, unknown)],
        status_events=[status(name, "2020-07-01", "registered") for name in ("a", "p", "e", "b", "u")],
    )
    found = rates(council)
    assert (found["contact_referral"], found["assessment_referral"]) == ((2, 3), (1, 2))
    assert found["status_person"] == (4, 5)


@pytest.mark.parametrize(
    ("started_on", "ended_on", "found"),
    [
        ("2019-07-29", "", True),  # 28 days after the end of support on 1 July
        ("2019-07-30", "", False),
        ("2019-06-03", "2019-06-10", True),  # 28 days before it, over by then
        ("2019-06-02", "2019-06-10", False),
        ("2015-01-01", "2019-07-02", True),  # running that day
        ("2015-01-01", "2019-07-01", False),  # home again that day
    ],
)
def test_who_is_closed_as_entered_care_is_in_a_period_of_care_about_that_day(
    started_on: str, ended_on: str, found: bool
) -> None:
    council = council_of(
        referrals=[
            entered("a", "2019-07-01"),
            entered("b", "2019-07-01", end_reason="other", closing_outcome="became_looked_after"),
            entered("c", "2019-07-01", end_reason="completed"),
            entered("d", ""),  # no day: nothing can be asked
            declined("e", "2019-05-01", end_reason="entered_care", support_ended_on="2019-07-01"),
        ],
        looked_after_episodes=[episode(name, started_on, ended_on) for name in ("a", "c", "somebody else")],
    )
    assert rates(council)["entered_care"] == (int(found), 2)


def test_a_short_break_is_no_entry_and_a_child_is_found_under_its_id_from_birth() -> None:
    respite = council_of(
        referrals=[entered("a", "2019-07-01")],
        looked_after_episodes=[episode("a", "2019-07-01", legal_status="V4")],
    )
    assert rates(respite)["entered_care"] == (0, 1)
    closed = {"support_ended_on": "2020-07-02", "end_reason": "entered_care"}
    tables = pregnancy("m", "2020-05-01", "2020-07-01", "2020-07-01", **closed)
    born = council_of(**tables, looked_after_episodes=[episode("m2", "2020-07-02")])
    assert rates(born, "cradle")["entered_care"] == (1, 1)  # by its pregnancy alone


def test_children_in_two_services_are_counted_by_year() -> None:
    elsewhere = {"service": "homeward", "stream": "reunification"}
    council = council_of(
        referrals=[
            referral("a", "2019-05-01"),
            referral("a", "2020-03-31", **elsewhere),
            referral("b", "2020-03-31"),
            referral("b", "2020-04-01", **elsewhere),  # the next financial year
            referral("c", "2019-05-01", **elsewhere),
            declined("c", "2019-05-01"),
            referral("d", "2019-05-01"),
            referral("d", "2019-09-01"),  # twice in one service
        ]
    )
    found = rates(council)
    assert (found["two_services", "2019-20"], found["two_services", "2020-21"]) == ((1, 4), (0, 1))
    assert rates(council, "doorstep")["two_services", "2019-20"] == (1, 3)
    assert rates(council, "homeward")["two_services", "2019-20"] == (1, 2)


LINKED: Tables = {
    "referrals": [entered("a", "2019-07-01"), entered("b", "2019-07-01")],
    "persons": [person("a")],
    "looked_after_episodes": [episode("a", "2019-07-01")],
    "status_events": [status("a", "2019-07-01", "registered")],
}
ids = st.lists(st.sampled_from([f"new{number}" for number in range(6)]), unique=True, max_size=4)


@settings(max_examples=6, deadline=None)
@given(ids, ids)
def test_people_who_have_nothing_to_do_with_it_change_no_link_but_their_own(known: list[str], cared: list[str]) -> None:
    more = {
        "persons": [person(name) for name in known],
        "looked_after_episodes": [episode(name, "2019-07-01") for name in cared],
    }
    own = (1 + len({*known} & {*cared}), 1 + len(cared))
    assert rates(council_of(**together(LINKED, more))) == {
        "referred_person": (1, 2),
        "entered_care": (1, 2),
        "looked_after_person": own,
        "unborn_born": (0, 0),
        "status_person": (1, 1),
        ("two_services", "2019-20"): (0, 2),
        ("two_services", "2020-21"): (0, 0),
    }


# --- what missing links do ----------------------------------------------------------------------------------------


def lacking() -> Council:
    """Six children of 2019-20, followed 12 months; three closed as entered care are in no period of care."""
    return council_of(
        referrals=[
            referral("home", "2019-05-01"),
            entered("in care", "2019-07-01"),
            entered("lost", "2019-07-01"),
            entered("lost late", "2020-04-30"),  # 365 days on: the last day that counts
            entered("too late", "2020-05-01"),
            entered("moved", "2019-07-01"),
        ],
        persons=[person(name) for name in ("home", "in care", "lost", "lost late", "too late")],
        looked_after_episodes=[episode("in care", "2019-07-01"), episode("nobody", "2019-07-01")],
        status_events=[status("moved", "2019-08-01", "moved_away")],
    )


def test_closures_as_entered_care_without_a_period_of_care_count_as_events_in_a_reading_of_its_own() -> None:
    council = lacking()
    built = cohort(council, year="2019-20")
    service = council.service("doorstep")
    # As it stands: moved is unknown, and of the five others one was looked after.
    assert built.step("outcome_known", 365) == 5
    figures = {row["measure"]: row for row in linking_figures(council, service, built)}
    # Events: in care, lost, lost late and moved, whose closure came before the move; 365 days are 30 April.
    assert share(figures["eoc1_unlinked"]) == (2, 6)
    assert figures["eoc1_unlinked"]["window_days"] == 365
    assert figures["eoc1_unlinked"]["note"].startswith("3 closed as entered care")
    # Wilson (1927) for 2 of 6, R 4.3: prop.test(2, 6, correct = FALSE).
    assert figures["eoc1_unlinked"]["lower"] == pytest.approx(0.0968, abs=5e-5)
    assert figures["eoc1_unlinked"]["upper"] == pytest.approx(0.7000, abs=5e-5)
    assert set(figures) == {"eoc1_unlinked"}  # no brothers or sisters among them
    assert without_person(council, built) == 1


def test_a_closure_after_what_ended_the_follow_up_is_no_event() -> None:
    council = council_of(
        referrals=[entered("a", "2019-08-02"), entered("b", "2019-08-01")],
        looked_after_episodes=[episode("nobody", "2019-07-01")],
        status_events=[status(name, "2019-08-01", "special_guardianship") for name in ("a", "b")],
    )
    built = cohort(council, year="2019-20")
    found = unlinked_entries(council, built, 365)
    assert dict(zip(built.at_risk["unit_id"], found, strict=True)) == {"a": False, "b": True}


def test_where_every_closure_is_found_or_there_is_no_share_there_is_no_such_figure() -> None:
    council = council_of(referrals=[entered("a", "2019-07-01")], looked_after_episodes=[episode("a", "2019-07-01")])
    built, service = cohort(council, year="2019-20"), council.service("doorstep")
    assert linking_figures(council, service, built) == []
    assert linking_figures(council, service, None) == []
    returned = cohort(council, "homeward", "2019-20")
    assert linking_figures(council, council.service("homeward"), returned) == []


# --- in words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", LINKS)
def test_every_link_has_words_for_what_is_found_and_for_what_is_missing(link: str) -> None:
    for n in (0, 1, 5):
        assert say(f"linking.{link}", n=n, found=f"{n} of 5", of="5", year="2020-21")
    assert link == LATER_CHILDREN or say(f"linking.missing_{link}")


def test_a_report_says_how_its_records_link_and_what_it_means_where_they_do_not() -> None:
    report = evaluate(lacking(), "doorstep", "2020-21")
    table = link_table(report)
    rows = dict(table.frame.itertuples(index=False, name=None))
    assert rows["5 of 6 referred children have a person record"].startswith("Sex, age and other groups are unknown")
    assert "1 of 5 referrals closed as entered care leads to a period of care about that day" in rows
    assert rows["1 of 2 looked-after children has a person record"].startswith("The child is in no count by age.")
    assert rows["1 of 1 status events is of a known person"] == "\N{EN DASH}"
    assert not any("two" in name for name in rows)  # nobody was accepted in 2020-21
    said = shown(link_effects(report))
    assert "3 were closed as entered care and are in no period of care about then" in said
    assert "4 of 5 (95% interval" in said
    assert "2 of 6 (95% interval 10% to 70%)" in said
    assert "Of the 6 children accepted" in said
    assert "1 has no person record" in said


def test_a_report_and_the_overview_say_who_is_in_two_services() -> None:
    council = council_of(
        referrals=[
            referral("a", "2020-05-01"),
            referral("a", "2020-06-01", service="homeward", stream="reunification"),
            referral("b", "2020-05-01"),
        ],
        looked_after_episodes=[episode("a", "2020-06-01")],
        persons=[],
    )
    said = shown(link_effects(evaluate(council, "doorstep", "2020-21")))
    assert "1 of the 2 accepted by Doorstep" in said.replace("children ", "")
    assert "not independent of each other" in said
    overview = evaluate_council(council, "2020-21")
    assert "1 of the 2 children accepted in 2020-21 was accepted by two services or more" in shown(
        link_effects(overview)
    )
    linked = link_table(overview).frame["linked"].tolist()
    assert linked[0] == "none of 2 referred children have a person record"
