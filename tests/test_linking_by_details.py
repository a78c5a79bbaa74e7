"""Two ids of one child, joined by birth month, sex and family where the council asks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.evaluation import evaluate
from ehp_eval.linking import linking_figures
from ehp_eval.linking_by_details import join_by_details, joined_by_details, same_by_details
from ehp_eval.load import Council
from ehp_eval.measures.figures import figures_frame
from ehp_eval.present.linking import link_effects
from tests.cohorts import cohort, pregnancy, share
from tests.councils import Row, council_of, episode, referral, status


def person(name: str, **known: Any) -> Row:
    """Somebody with all details known: the same of everybody, but where they are changed."""
    return {"person_id": name, "birth_month": "2012-03", "sex": "F", "family_id": "f1"} | known


def two_ids(**changes: Any) -> Council:
    """A child that is referred as a and looked after as x; the changes are to the record of x."""
    return council_of(
        referrals=[referral("a", "2019-05-01")],
        persons=[person("a"), person("x", **changes)],
        looked_after_episodes=[episode("x", "2019-07-01")],
    )


def pairs(council: Council) -> list[tuple[str, str]]:
    return list(same_by_details(council).pairs.itertuples(index=False, name=None))


def found(council: Council) -> tuple[list[tuple[str, str]], int]:
    return pairs(council), same_by_details(council).ambiguous


def test_a_referred_child_and_a_looked_after_one_with_the_same_details_are_one() -> None:
    assert found(two_ids()) == ([("a", "x")], 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_month": "2012-04"},
        {"sex": "M"},
        {"family_id": "f2"},
        {"birth_month": ""},
        {"family_id": ""},
    ],
)
def test_every_detail_must_be_known_and_the_same(changes: Row) -> None:
    assert found(two_ids(**changes)) == ([], 0)


def test_sex_unknown_on_both_sides_is_no_match() -> None:
    council = council_of(
        referrals=[referral("a", "2019-05-01")],
        persons=[person("a", sex="U"), person("x", sex="U")],
        looked_after_episodes=[episode("x", "2019-07-01")],
    )
    assert found(council) == ([], 0)


def test_an_id_with_referrals_and_episodes_is_whole() -> None:
    persons = [person("a"), person("x")]
    both_in_care = [episode("a", "2018-01-01", "2018-02-01"), episode("x", "2019-07-01")]
    council = council_of(referrals=[referral("a", "2019-05-01")], persons=persons, looked_after_episodes=both_in_care)
    assert found(council) == ([], 0)
    both_referred = [referral("a", "2019-05-01"), referral("x", "2019-05-01")]
    council = council_of(referrals=both_referred, persons=persons, looked_after_episodes=[episode("x", "2019-07-01")])
    assert found(council) == ([], 0)


def test_twins_of_one_sex_are_counted_and_not_joined() -> None:
    persons = [person("a"), person("b"), person("x")]
    council = council_of(
        referrals=[referral("a", "2019-05-01"), referral("b", "2019-05-01")],
        persons=persons,
        looked_after_episodes=[episode("x", "2019-07-01")],
    )
    assert found(council) == ([], 2)
    # One referred, two looked after; and one each beside a third of whom nothing else is known.
    for cared in (["b", "x"], ["x"]):
        council = council_of(
            referrals=[referral("a", "2019-05-01")],
            persons=persons,
            looked_after_episodes=[episode(name, "2019-07-01") for name in cared],
        )
        assert found(council) == ([], 1)


def test_what_exact_ids_join_is_not_asked_again() -> None:
    tables = pregnancy("m", "2020-05-01", "2020-07-01")
    born = {"birth_month": "2020-07"}
    persons = [person("u-m", birth_person_id="m1", **born), person("m1", **born)]
    council = council_of(**tables, persons=persons, looked_after_episodes=[episode("m1", "2020-07-02")])
    assert found(council) == ([], 0)
    # The same by the pregnancy alone; and a second id of the baby is joined to that of its birth.
    persons = [person("u-m", **born), person("m1", **born)]
    council = council_of(**tables, persons=persons, looked_after_episodes=[episode("m1", "2020-07-02")])
    assert found(council) == ([], 0)
    persons.append(person("x", **born))
    council = council_of(**tables, persons=persons, looked_after_episodes=[episode("x", "2020-07-02")])
    assert found(council) == ([("m1", "x")], 0)


def test_two_births_are_two_children() -> None:
    tables = pregnancy("m", "2020-05-01", "2020-07-01")
    tables["pregnancies"].append({"pregnancy_id": "g-other", "outcome": "live_birth"})
    tables["babies"].append({"baby_id": "x", "pregnancy_id": "g-other", "born_on": "2020-07-20"})
    persons = [person("m1", birth_month="2020-07"), person("x", birth_month="2020-07")]
    council = council_of(**tables, persons=persons, looked_after_episodes=[episode("x", "2020-07-22")])
    assert found(council) == ([], 0)


def test_joining_renames_every_place_and_fills_what_is_not_known() -> None:
    council = council_of(
        referrals=[referral("a", "2019-05-01")],
        persons=[
            person("a", ethnicity="U", language="cy"),
            person("x", ethnicity="white", language="en", locality="Coast", wimd_quintile="2"),
            person("unborn", birth_month="2012-04", birth_person_id="x"),
        ],
        looked_after_episodes=[episode("x", "2019-07-01"), episode("y", "2019-07-01")],
        status_events=[status("x", "2019-07-01", "registered")],
        babies=[{"baby_id": "x", "pregnancy_id": "g", "born_on": "2012-03-05"}],
    )
    pairs_of = pd.DataFrame({"person_id": ["a"], "same_as": ["x"]})
    joined = join_by_details(council.tables, pairs_of)
    assert joined["looked_after_episodes"]["person_id"].tolist() == ["a", "y"]
    assert joined["status_events"]["person_id"].tolist() == ["a"]
    assert joined["babies"]["baby_id"].tolist() == ["a"]
    persons = joined["persons"].set_index("person_id")
    assert persons.index.tolist() == ["a", "unborn"]
    assert persons.loc["unborn", "birth_person_id"] == "a"
    # What was known of a stays; what was not comes from x.
    columns = ["ethnicity", "language", "locality", "wimd_quintile"]
    assert persons.loc["a", columns].tolist() == ["white", "cy", "Coast", "2"]
    assert joined["persons"].dtypes.equals(council.tables["persons"].dtypes)
    # The council's own tables are as they were.
    assert council.tables["persons"]["person_id"].tolist() == ["a", "x", "unborn"]


people = st.lists(
    st.fixed_dictionaries(
        {
            "birth_month": st.sampled_from(["2012-03", "2012-04", ""]),
            "sex": st.sampled_from(["M", "F", "U"]),
            "family_id": st.sampled_from(["f1", "f2", ""]),
            "referred": st.booleans(),
            "cared": st.booleans(),
        }
    ),
    max_size=9,
)


@settings(max_examples=12, deadline=None)
@given(people)
def test_joining_keeps_every_row_but_the_second_record_of_a_person(known: list[Row]) -> None:
    named = [(f"p{number}", dict(each)) for number, each in enumerate(known)]
    referrals = [referral(name, "2019-05-01") for name, each in named if each.pop("referred")]
    episodes = [episode(name, "2019-07-01") for name, each in named if each.pop("cared")]
    council = council_of(
        referrals=referrals,
        looked_after_episodes=episodes,
        persons=[{"person_id": name} | each for name, each in named],
        status_events=[status(name, "2019-07-01", "registered") for name, _ in named],
    )
    joined = joined_by_details(council)
    assert joined.joined is not None
    assert joined.before_joining is council
    together = joined.joined.pairs
    gone = set(together["same_as"])
    assert len(gone) == len(together) == together["person_id"].nunique()
    for name in ("persons", "referrals", "looked_after_episodes", "status_events", "babies"):
        rows = joined.tables[name]
        lost = len(gone) if name == "persons" else 0
        assert len(rows) == len(council.tables[name]) - lost
        if not gone:
            pd.testing.assert_frame_equal(rows, council.tables[name])
    for name in ("persons", "looked_after_episodes", "status_events"):
        assert not gone & set(joined.tables[name]["person_id"])
    assert pairs(joined) == []  # once is enough


# --- what it does to the figures ----------------------------------------------------------------------------------


def test_the_main_measure_stands_beside_itself_without_joining() -> None:
    council = joined_by_details(two_ids())
    built = cohort(council, year="2019-20")
    assert built.at_risk["outcome_365"].tolist() == ["event"]
    rows = {row["measure"]: row for row in linking_figures(council, council.service("doorstep"), built)}
    assert set(rows) == {"eoc1_unjoined"}
    assert share(rows["eoc1_unjoined"]) == (1, 1)
    assert rows["eoc1_unjoined"]["note"] == "without joining 1 pair of ids by birth month, sex and family"


def test_what_was_joined_and_what_could_be_is_said() -> None:
    council = two_ids()
    said = str(link_effects(evaluate(council, "doorstep", "2019-20")))
    assert "1 child seems to be referred under one id and looked after under another" in said
    assert "does not ask for it" in said
    joined = joined_by_details(council)
    report = evaluate(joined, "doorstep", "2019-20")
    rows = report.figures[~report.figures["measure"].str.contains("unjoined")]
    rows = pd.concat([rows, figures_frame(linking_figures(joined, report.service, report.full))])
    said = str(link_effects(replace(report, figures=rows)))
    assert "1 child with two ids, referred under one and looked after under the other, was joined" in said
    assert "none of 1" in said
    assert "1 of 1" in said
    # Of children that differ, nothing is to be joined; only the words hang on that, not the figures.
    none = two_ids(sex="M")
    assert "no child seems to be referred" in str(link_effects(replace(report, council=none)))
    assert "there were none to join" in str(link_effects(replace(report, council=joined_by_details(none))))


def test_those_of_whom_it_cannot_be_told_are_said_too() -> None:
    council = council_of(
        referrals=[referral("a", "2019-05-01")],
        persons=[person("a"), person("b"), person("x")],
        looked_after_episodes=[episode("x", "2019-07-01")],
    )
    said = str(link_effects(evaluate(council, "doorstep", "2019-20")))
    assert "1 referred child could be one of several with these details, as twins are, and is not joined" in said
