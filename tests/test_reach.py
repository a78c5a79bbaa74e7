"""Who is reached, by group, and what became of them: small councils counted by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval import present
from ehp_eval.columns import CHARACTERISTICS
from ehp_eval.errors import DataError
from ehp_eval.evaluation import Evaluation, evaluate
from ehp_eval.load import Council
from ehp_eval.measures.figures import figures_frame
from ehp_eval.measures.reach import (
    AGE_BANDS,
    POPULATION,
    REACHED,
    REFERRED,
    characteristics,
    outcome_by_group,
    reach,
    referred,
)
from ehp_eval.measures.side_by_side import by_locality, has_matured, side_by_side
from ehp_eval.present.reach import words_of
from ehp_eval.years import Period
from tests.cohorts import Tables, cohort, pregnancy, together
from tests.councils import Row, council_of, declined, episode, referral

Groups = dict[str, tuple[int, int]]


def person(name: str, **known: Any) -> Row:
    return {"person_id": name} | known


def groups(rows: list[dict[str, Any]], measure: str = REACHED) -> Groups:
    """Numerator and denominator by group of one measure."""
    return {row["group"]: (row["numerator"], row["denominator"]) for row in rows if row["measure"] == measure}


def of(found: Groups, characteristic: str) -> Groups:
    return {group: share for group, share in found.items() if group.startswith(f"{characteristic}: ")}


# --- age ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth_month", "band"),
    [
        # Accepted on 10 May 2020. Only the month of birth is held: a birthday counts from the first of the month after
        # it, so that whoever was born in a May is taken for the younger age until June.
        ("2020-08", "under_1"),  # not yet born
        ("2020-05", "under_1"),
        ("2019-05", "under_1"),
        ("2019-04", "1-4"),
        ("2015-05", "1-4"),
        ("2015-04", "5-9"),
        ("2010-05", "5-9"),
        ("2010-04", "10-15"),
        ("2004-05", "10-15"),
        ("2004-04", "16-17"),
        ("2002-05", "16-17"),
        ("2002-04", "18_and_over"),  # and the cohort leaves this one out as aged 18
    ],
)
def test_the_age_band_turns_in_the_month_after_the_birthday(birth_month: str, band: str) -> None:
    council = council_of(referrals=[referral("a", "2020-05-10")], persons=[person("a", birth_month=birth_month)])
    built = cohort(council)
    assert characteristics(council, built.rows)["age"].tolist() == [band]
    assert (built.rows["excluded"] == "aged_18").tolist() == [band == "18_and_over"]


def test_whoever_came_in_at_18_is_counted_and_the_band_is_not_there_otherwise() -> None:
    rows = [referral("a", "2020-05-10"), referral("b", "2020-05-10")]
    born = [person("a", birth_month="2001-01"), person("b", birth_month="2012-01")]
    council = council_of(referrals=rows, persons=born)
    ages = of(groups(reach(council, cohort(council))), "age")
    assert (ages["age: 18_and_over"], ages["age: 5-9"], ages["age: unknown"]) == ((1, 2), (1, 2), (0, 2))
    council = council_of(referrals=rows[1:], persons=born)
    assert "age: 18_and_over" not in groups(reach(council, cohort(council)))


# --- who was accepted, and who was referred -----------------------------------------------------------------------

PEOPLE = [
    person("a", sex="F", disability="N", wimd_quintile="1", locality="Uplands"),
    person("b", sex="F", disability="Y", wimd_quintile="5", locality="Coast"),
    person("c", sex="M", disability="U", wimd_quintile="1"),
    person("d", sex="U", disability="U", locality="Coast"),
    person("turned away", sex="M", disability="N", locality="Valley"),
    person("elsewhere", sex="M", disability="Y", locality="Coast"),
    person("year before", sex="F", locality="Island"),
]
REFERRALS = [
    *(referral(name, "2020-05-10") for name in "abcd"),
    referral("a", "2020-11-10"),  # again: counts once
    declined("turned away", "2020-06-01"),
    referral("elsewhere", "2020-06-01", service="homeward", stream="reunification"),
    referral("year before", "2019-06-01"),
]


def test_the_accepted_are_shared_among_the_groups_and_the_unknown_have_a_row_of_their_own() -> None:
    council = council_of(referrals=REFERRALS, persons=PEOPLE)
    rows = reach(council, cohort(council))
    found = groups(rows)
    assert of(found, "sex") == {"sex: M": (1, 3), "sex: F": (2, 3), "sex: unknown": (1, 4)}
    assert of(found, "disability") == {"disability: Y": (1, 2), "disability: N": (1, 2), "disability: unknown": (2, 4)}
    # A code that nobody has is a finding, and stays; a locality that only the referred have stays too.
    assert [found[f"wimd_quintile: {fifth}"] for fifth in "12345"] == [(2, 3), (0, 3), (0, 3), (0, 3), (1, 3)]
    assert of(found, "locality") == {
        "locality: Coast": (2, 3),
        "locality: Uplands": (1, 3),
        "locality: Valley": (0, 3),
        "locality: unknown": (1, 4),
    }
    # Of nobody the ethnic group is known: no group has a share.
    assert of(found, "ethnicity") == {"ethnicity: unknown": (4, 4)}
    by_group = {row["group"]: row for row in rows if row["measure"] == REACHED}
    assert (by_group["sex: F"]["note"], by_group["sex: unknown"]["note"]) == ("1 not known left out", "")
    assert by_group["sex: F"]["method"] == "Wilson"
    assert by_group["sex: F"]["window_days"] is None


def test_beside_them_stand_all_who_were_referred_in_the_same_years_each_once() -> None:
    council = council_of(referrals=REFERRALS, persons=PEOPLE)
    found = groups(reach(council, cohort(council)), REFERRED)
    # a, b, c, d, the one turned away and the one referred elsewhere; not the one of the year before.
    assert of(found, "sex") == {"sex: M": (3, 5), "sex: F": (2, 5), "sex: unknown": (1, 6)}
    assert found["locality: Valley"] == (1, 5)
    pooled = cohort(council, year=Period(2019, 2020))
    assert of(groups(reach(council, pooled), REFERRED), "sex")["sex: F"] == (3, 6)


def test_a_child_referred_before_and_after_birth_is_one_and_the_record_after_birth_comes_first() -> None:
    people = [
        person("u-a", birth_month="2020-09", sex="U", ethnicity="mixed", language="cy", birth_person_id="a1"),
        person("a1", birth_month="2020-08", sex="F", language="en"),
    ]
    tables = together(
        pregnancy("a", "2020-06-01", "2020-08-15"),
        {"persons": people, "referrals": [referral("a1", "2020-12-01")]},
    )
    council = council_of(**tables)
    assert referred(council, Period.year("2020-21"))["unit_id"].tolist() == ["a1"]
    found = groups(reach(council, cohort(council, "cradle")))
    assert found["sex: F"] == (1, 1)
    assert found["language: en"] == (1, 1)  # the record under the id given at birth
    assert found["ethnicity: mixed"] == (1, 1)  # which does not know this
    assert not of(found, "age")  # babies have no age band


def test_nothing_is_said_of_parents_of_nobody_or_without_persons() -> None:
    engaged = {"parent_id": "p", "offered_on": "2020-04-01", "engaged_on": "2020-05-01"}
    for council, service in [
        (council_of(parents=[engaged], persons=PEOPLE), "afresh"),
        (council_of(referrals=[declined("a", "2020-05-10")], persons=PEOPLE), "doorstep"),
        (council_of(referrals=REFERRALS), "doorstep"),
    ]:
        built = cohort(council, service)
        assert reach(council, built) == []
        assert outcome_by_group(council, built, 365) == []
        assert by_locality(council, built, 365) == []


codes = st.sampled_from
people_met = st.lists(
    st.fixed_dictionaries(
        {
            "sex": codes(["M", "F", "U", ""]),
            "ethnicity": codes(["asian", "white", "U", ""]),
            "disability": codes(["Y", "N", "U", ""]),
            "language": codes(["cy", "en", "U"]),
            "wimd_quintile": codes(["1", "5", ""]),
            "locality": codes(["Coast", "Valley", ""]),
            "birth_month": codes(["1999-01", "2002-04", "2002-05", "2012-01", "2019-05", "2020-12", ""]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=8, deadline=None)
@given(people_met)
def test_the_groups_and_the_unknown_add_up_to_the_accepted(known: list[Row]) -> None:
    people = [person(f"c{number}", **each) for number, each in enumerate(known)]
    council = council_of(referrals=[referral(each["person_id"], "2020-05-10") for each in people], persons=people)
    built = cohort(council)
    rows = reach(council, built)
    for measure in (REACHED, REFERRED):
        found = groups(rows, measure)
        for name in CHARACTERISTICS:
            own = of(found, name)
            assert sum(count for count, _ in own.values()) == len(built.rows)
            unknown = own.pop(f"{name}: unknown")
            assert unknown[1] == len(built.rows)
            assert {known for _, known in own.values()} <= {len(built.rows) - unknown[0]}


# --- population ---------------------------------------------------------------------------------------------------


def population(group: str, number: int, mid_year: int = 2020, characteristic: str = "sex", **changes: Any) -> Row:
    return {
        "area": "Dyffryn Gwyn",
        "characteristic": characteristic,
        "group": group,
        "population": number,
        "mid_year": mid_year,
        "source": "the tests",
    } | changes


def test_the_population_of_the_nearest_mid_year_stands_beside_them() -> None:
    rows = [
        population("M", 600, 2019),
        population("F", 400, 2019),
        population("M", 1, 2022),
        population("F", 1, 2022),
        population("M", 7, area="Bryn Onnen"),
        population("under_1", 50, characteristic="age"),
    ]
    council = council_of(referrals=REFERRALS, persons=PEOPLE, population_groups=rows)
    found = [row for row in reach(council, cohort(council)) if row["measure"] == POPULATION]
    assert groups(found, POPULATION) == {"sex: M": (600, 1000), "sex: F": (400, 1000), "age: under_1": (50, 50)}
    assert {row["source"] for row in found} == {"reference"}
    assert found[0]["value"] == 0.6
    assert found[0]["note"] == "population of mid-2019"


def test_a_group_of_the_population_that_nobody_can_be_in_is_a_fault_with_its_row() -> None:
    rows = [population("F", 400), population("female", 400)]
    council = council_of(referrals=REFERRALS, persons=PEOPLE, population_groups=rows)
    with pytest.raises(DataError, match=r"reference/population_groups.csv, row 3, group: .*by its code") as raised:
        reach(council, cohort(council))
    assert "female" not in str(raised.value)


# --- outcome by group, years and localities -----------------------------------------------------------------------


def many(number: int, entered: int, *, prefix: str = "g", accepted_on: str = "2019-05-10", **known: Any) -> Tables:
    """So many children of one kind, the first few of them looked after a month later."""
    entered_on = str(pd.Timestamp(accepted_on) + pd.Timedelta(days=31))[:10]
    return {
        "referrals": [referral(f"{prefix}{n}", accepted_on) for n in range(number)],
        "persons": [person(f"{prefix}{n}", **known) for n in range(number)],
        "looked_after_episodes": [episode(f"{prefix}{n}", entered_on) for n in range(entered)],
    }


GIRLS, BOYS = {"sex": "F", "locality": "Coast"}, {"sex": "M", "locality": "Valley"}


def test_the_outcome_is_given_for_groups_of_twenty_or_more_whose_status_is_known() -> None:
    tables = together(
        many(21, 3, prefix="f", **GIRLS),
        many(19, 1, prefix="m", **BOYS),
        many(20, 0, prefix="u"),
        {"status_events": [{"person_id": "f20", "date": "2019-08-01", "type": "moved_away"}]},
    )
    council = council_of(**tables)
    built = cohort(council, year="2019-20")
    rows = outcome_by_group(council, built, 365)
    # Of 21 girls one moved away: 20 of known status, 3 of them looked after. The 19 boys are one too few.
    assert of(groups(rows, "eoc1"), "sex") == {"sex: F": (17, 20), "sex: unknown": (20, 20)}
    assert {row["note"] for row in rows if row["group"].startswith("sex")} == {
        "1 group with fewer than 20 is not given"
    }
    # Nobody's language is known: one group, all 59 of known status, and none too small.
    languages = [row for row in rows if row["group"].startswith("language")]
    assert [(row["group"], row["numerator"], row["denominator"], row["note"]) for row in languages] == [
        ("language: unknown", 55, 59, "")
    ]
    assert {row["window_days"] for row in rows} == {365}
    assert not any(row["group"].startswith("locality") for row in rows)
    assert outcome_by_group(council, built, 730) == []  # no window of this service


def test_localities_are_given_however_few_the_unknown_last() -> None:
    tables = together(many(2, 1, prefix="f", **GIRLS), many(1, 0, prefix="m", **BOYS), many(3, 1, prefix="u"))
    council = council_of(**tables)
    rows = by_locality(council, cohort(council, year="2019-20"), 365)
    shares = [("locality: Coast", (1, 2)), ("locality: Valley", (1, 1)), ("locality: unknown", (2, 3))]
    assert list(groups(rows, "eoc1").items()) == shares


def test_years_that_have_matured_stand_beside_the_localities_of_the_pooled_years() -> None:
    tables = together(
        many(2, 1, prefix="f", **GIRLS),
        many(3, 1, prefix="m", accepted_on="2020-03-31", **BOYS),
        many(4, 0, prefix="new", accepted_on="2020-06-01", **GIRLS),
    )
    council = council_of(**tables)
    single = [cohort(council, year=year) for year in ("2018-19", "2019-20", "2020-21")]
    # The extract is of 30 September 2021: 12 months have passed for all of 2019-20, and not for all of 2020-21 (for
    # those of June 2020 they have, but more could come by March). Nobody came in 2018-19.
    assert [has_matured(council, built, 365) for built in single] == [True, True, False]
    full = cohort(council, year=Period(2018, 2019))
    found = side_by_side(council, single, full, 365)
    assert list(found.itertuples(index=False, name=None)) == [
        ("2019-20", "year", 3, 5),
        ("Coast", "locality", 1, 2),
        ("Valley", "locality", 2, 3),
    ]
    assert side_by_side(council, single, full, 730).empty


# --- in words -----------------------------------------------------------------------------------------------------


def reported(council: Council, service: str = "doorstep", year: str = "2020-21") -> Evaluation:
    """An evaluation whose figures by group are those of the functions here."""
    report = evaluate(council, service, year)
    rows = reach(council, report.recent)
    if report.full:
        rows += outcome_by_group(council, report.full, 365) + by_locality(council, report.full, 365)
    whole = report.figures[report.figures["group"] == ""]
    return replace(report, figures=pd.concat([whole, figures_frame(rows)], ignore_index=True))


def cells(shown: Any) -> dict[str, list[str]]:
    """The cells of a table by the name of their row."""
    return {row[0]: list(row[1:]) for row in shown.frame.itertuples(index=False, name=None)}


def test_every_group_has_words() -> None:
    assert words_of("sex: F") == "Sex: female"
    assert words_of("locality: Coast") == "Locality: Coast"
    assert words_of("locality: unknown") == "Locality: not known"
    assert {words_of(f"age: {band}") for band in AGE_BANDS} == {
        "Age: under 1, or not yet born",
        "Age: 1 to 4",
        "Age: 5 to 9",
        "Age: 10 to 15",
        "Age: 16 to 17",
        "Age: 18 and over",
    }


def test_who_was_reached_is_told_in_counts_and_above_twenty_in_percentages_too() -> None:
    tables = together(
        many(15, 0, prefix="f", accepted_on="2020-05-10", **GIRLS),
        many(4, 0, prefix="m", accepted_on="2020-05-10", **BOYS),
        {"referrals": [declined("one more", "2020-05-10")], "persons": [person("one more", sex="M")]},
    )
    tables["looked_after_episodes"] = [episode("nobody of them", "2020-05-10")]
    shown = present.reached(reported(council_of(**tables)))
    assert "accepted in 2020-21" in shown.caption
    # 15 of 19 accepted; 15 of 20 referred are 75%.
    assert cells(shown)["Sex: female"] == ["15 of 19", "15 of 20 (75%)"]
    assert cells(shown)["Sex: not known"] == ["none of 19", "none of 20"]
    assert cells(shown)["Locality: not known"] == ["none of 19", "1 of 20 (5%)"]
    assert "not who was in need" in shown.note
    assert "was not supplied" in shown.note
    with_population = council_of(**tables, population_groups=[population("M", 600), population("F", 400)])
    shown = present.reached(reported(with_population))
    assert cells(shown)["Sex: female"] == ["15 of 19", "15 of 20 (75%)", "400 of 1,000 (40%)"]
    assert cells(shown)["Main language: not known"][2] is None or pd.isna(cells(shown)["Main language: not known"][2])
    assert "was not supplied" not in shown.note
    assert "population of mid-2020" in shown.note


def test_outcomes_by_group_are_told_or_why_they_are_not() -> None:
    tables = together(many(20, 5, prefix="f", **GIRLS), many(3, 0, prefix="m", **BOYS))
    shown = present.outcomes_by_group(reported(council_of(**tables)))
    assert "15 of 20 (75%" in cells(shown)["Sex: female"][0]
    assert "Sex: male" not in cells(shown)
    assert not any(name.startswith("Locality") for name in cells(shown))


def test_the_funnel_names_who_lies_outside_or_says_that_nobody_does() -> None:
    # Coast 20 of 40, Valley 60 of 60: together 80 of 100. Where 80% is true, 20 or fewer of 40 has a chance below 1 in
    # 10,000 (R: pbinom(20, 40, 0.8) = 2.2e-05), and 60 of 60 one of 0.8^60 = 1.5e-06: both beyond the 1 in 1,000.
    tables = together(many(40, 20, prefix="f", **GIRLS), many(60, 0, prefix="m", **BOYS))
    chart = present.funnel(reported(council_of(**tables)))
    outside = "Outside the 95% limits: Coast, outside the 99.8% limits too, Valley, outside the 99.8% limits too."
    assert outside in chart.note
    assert "80 of 100" in chart.alt
    assert "Coast: 20 of 40" in chart.alt
    same = together(many(40, 8, prefix="f", **GIRLS), many(60, 12, prefix="m", **BOYS))
    assert "No mark lies outside the 95% limits." in present.funnel(reported(council_of(**same))).note


def test_where_there_is_nothing_to_show_the_report_says_why() -> None:
    engaged = {"parent_id": "p", "offered_on": "2020-04-01", "engaged_on": "2020-05-01"}
    none = {"pregnancies": [], "babies": [], "status_events": []}
    parents = reported(council_of(parents=[engaged], **none), "afresh")
    assert "no characteristics of parents" in str(present.reached(parents))
    assert "cumulative incidence" in str(present.outcomes_by_group(parents))
    assert "a funnel needs a share" in str(present.funnel(parents))
    early = many(3, 1, accepted_on="2020-12-01", **GIRLS)
    early_report = reported(council_of(**early))
    assert "12 months have not yet passed" in str(present.outcomes_by_group(early_report))
    assert "12 months have not yet passed" in str(present.funnel(early_report))
    small = reported(council_of(**many(3, 1, **GIRLS)))
    assert "in no group is the outcome of at least 20 known" in str(present.outcomes_by_group(small))


def test_a_place_that_the_council_has_not_listed_is_never_named() -> None:
    council = council_of(
        referrals=[referral("a", "2020-05-01"), referral("b", "2020-05-01")],
        persons=[person("a", locality="3 Mill Lane"), person("b", locality="Coast")],
    )
    found = reach(council, cohort(council))
    places = {row["group"]: row["numerator"] for row in found if row["group"].startswith("locality")}
    assert places == {"locality: Coast": 1, "locality: other": 1, "locality: unknown": 0}
    assert "Mill" not in str(found)
