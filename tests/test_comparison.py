"""A service beside a comparison group: both small enough to count by hand.

Everybody is accepted on 2019-05-01, unless said otherwise: their 12 months end before the extract of 2021-09-30.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ehp_eval.cohort import Cohort
from ehp_eval.comparison import Comparison, compare, comparison_figures
from ehp_eval.load import Council
from ehp_eval.proportions import difference
from ehp_eval.years import Period
from tests.cohorts import Tables, cohort, together
from tests.councils import council_of, declined, episode, referral, status

DAY, YEAR = "2019-05-01", "2019-20"
GROUPS = {True: "referrals", False: "comparison"}


def group(name: str, served: bool, n: int, good: int, *, day: str = DAY, harmed: int = 0, **person: str) -> Tables:
    """Children of one kind; those without the good outcome enter care in June, the first of them are harmed."""
    people = [f"{name}{number}" for number in range(n)]
    about = {"birth_month": "2010-01", "sex": "F"} | person
    year = day[:4]
    return {
        "persons": [{"person_id": who} | about for who in people],
        GROUPS[served]: [referral(who, day, status_at_referral="child_protection") for who in people],
        "looked_after_episodes": [episode(who, f"{year}-06-01", planned="Y") for who in people[good:]],
        "status_events": [status(who, f"{year}-06-01", "registered") for who in people[:harmed]],
    }


BOYS = {"birth_month": "2005-01", "sex": "M"}
SERVED = together(group("f", True, 10, 9, harmed=3), group("m", True, 20, 12, harmed=2, **BOYS))
COMPARED = together(group("F", False, 20, 12, harmed=2), group("M", False, 10, 5, harmed=1, **BOYS))


def compared(*parts: Tables, period: Period | str = YEAR, extract: str = "2021-09-30") -> Comparison:
    council = council_of(extract=extract, **together(*parts))
    return held(council, *cohorts(council, period))


def cohorts(council: Council, period: Period | str) -> tuple[Cohort, dict[str, Cohort]]:
    full = cohort(council, year=period)
    return full, {year.label: cohort(council, year=year) for year in full.period.years}


def held(council: Council, full: Cohort, by_year: dict[str, Cohort]) -> Comparison:
    found = compare(council, council.service("doorstep"), full, by_year)
    assert found is not None
    # Nobody of the comparison is lost without a word.
    people = council.tables["comparison"].query("service == 'doorstep'")["person_id"].nunique()
    used = found.n_comparison - found.left_out.get("no_like_child", 0)
    assert used + sum(found.left_out.values()) == people
    return found


def strata(found: Comparison) -> list[str]:
    assert found.outcome is not None
    return list(found.outcome.strata["stratum"])


def test_the_difference_by_hand() -> None:
    found = compared(SERVED, COMPARED)
    assert (found.refused, found.service, found.period.label, found.left_out) == ("", "doorstep", YEAR, {})
    assert (found.n_service, found.n_comparison, found.covered) == (30, 30, 1)
    assert found.outcome is not None
    assert strata(found) == ["11-17; M; child_protection; N", "5-10; F; child_protection; N"]
    # 21 of 30; 10/30 x 12/20 + 20/30 x 5/10.
    assert found.outcome.service == pytest.approx(0.7)
    assert found.outcome.comparison == pytest.approx(1.6 / 3)
    assert found.harm is not None
    # 5 of 30; 10/30 x 2/20 + 20/30 x 1/10: more harm in the service is above 0.
    assert found.harm.difference.value == pytest.approx(5 / 30 - 0.1)


def test_its_figures() -> None:
    council = council_of(**together(SERVED, COMPARED))
    full, by_year = cohorts(council, YEAR)
    found = held(council, full, by_year)
    rows = {row["measure"]: row for row in comparison_figures(found, full)}
    assert list(rows) == [
        "eoc9",
        "eoc9_service",
        "eoc9_comparison",
        "eoc9_crude",
        "eoc9_harm",
        "eoc9_harm_service",
        "eoc9_harm_comparison",
    ]
    assert {
        (row["service"], row["stream"], row["year"], row["window_days"], row["source"]) for row in rows.values()
    } == {("doorstep", "edge_of_care", YEAR, 365, "records")}
    assert rows["eoc9"]["value"] == pytest.approx(0.7 - 1.6 / 3)
    assert rows["eoc9"]["note"].startswith("for the 30 of the service's 30 children")
    assert rows["eoc9"]["unit"] == rows["eoc9_crude"]["unit"] == "difference of shares"
    assert (rows["eoc9_service"]["numerator"], rows["eoc9_service"]["denominator"]) == (21, 30)
    assert (rows["eoc9_comparison"]["value"], rows["eoc9_comparison"]["unit"]) == (pytest.approx(1.6 / 3), "share")
    # As they are: 21 of 30 less 17 of 30.
    assert rows["eoc9_crude"]["value"] == pytest.approx(4 / 30)
    assert rows["eoc9_crude"]["lower"] == difference(21, 30, 17, 30).lower
    assert (rows["eoc9_harm_service"]["numerator"], rows["eoc9_harm_service"]["denominator"]) == (5, 30)


def test_without_status_events_nothing_is_said_of_harm() -> None:
    tables = together(SERVED, COMPARED)
    del tables["status_events"]
    found = compared(tables)
    assert found.outcome is not None
    assert found.harm is None


def test_who_is_left_out_of_the_comparison_and_why() -> None:
    also = group("f", False, 1, 1)["comparison"]  # f0 is one of the service's own
    extra = group("x", False, 4, 4)
    extra["comparison"][0] |= {"accepted": "N", "accepted_on": ""}
    extra["looked_after_episodes"] = [episode("x1", "2019-01-01")]
    extra["status_events"] = [status("x2", "2019-08-01", "died"), status("x3", "2019-08-01", "moved_away")]
    found = compared(
        SERVED,
        COMPARED,
        {"comparison": also},
        extra,
        group("later", False, 2, 2, day="2020-05-01"),
        group("unlike", False, 3, 3, birth_month="2018-01"),
    )
    assert found.left_out == {
        "also_supported": 1,
        "not_accepted": 1,
        "other_years": 2,
        "looked_after_at_t0": 1,
        "died": 1,
        "status_unknown": 1,
        "no_like_child": 3,
    }
    assert found.n_comparison == 33
    assert found.outcome is not None
    assert found.outcome.comparison == pytest.approx(1.6 / 3)  # none of them changes it


def test_a_child_accepted_in_any_stream_or_under_its_id_from_before_birth_is_no_comparison() -> None:
    own: Tables = {
        "persons": [{"person_id": "u", "birth_person_id": "b"}, {"person_id": "b", "birth_month": "2019-04"}],
        "referrals": [
            referral("u", "2019-03-01"),
            referral("F0", "2020-10-01", stream="placement_support"),
            # Declined, and accepted by another service: still comparisons.
            declined("F1", DAY),
            referral("F2", DAY, service="homeward", stream="reunification"),
        ],
        "comparison": [referral("b", DAY)],
    }
    found = compared(SERVED, COMPARED, own)
    assert found.left_out == {"also_supported": 1}
    # F0 was accepted later than the day from which it is compared: to leave it out would go by what became of it.
    assert found.later_supported == 1


# Day 0 is 2019-05-01: whose 5th or 11th birthday is that month is still 4 or 10 until the first of the next.
def test_bands_of_age() -> None:
    months = ("2014-05", "2014-04", "2008-05", "2008-04", "")
    kinds = [
        group(f"{name}{month}-", served, 5 if month else 2, 1, birth_month=month)
        for name, served in GROUP_OF_20
        for month in months
    ]
    found = compared(*kinds).outcome
    assert found is not None
    counts = {stratum.split(";")[0]: n for stratum, n in found.strata[["stratum", "service"]].itertuples(index=False)}
    assert counts == {"0-4": 5, "5-10": 10, "11-17": 5, "unknown": 2}


GROUP_OF_20: Sequence[tuple[str, bool]] = (("s", True), ("c", False))


def test_what_is_not_known_is_a_level_of_its_own() -> None:
    known = [group(name, served, 20, 15) for name, served in GROUP_OF_20]
    unknown = together(*(group(f"{name}x", served, 2, 1, sex="U") for name, served in GROUP_OF_20))
    for row in (*unknown["referrals"], *unknown["comparison"]):
        row["status_at_referral"] = ""
    del unknown["persons"][0]
    assert strata(compared(*known, unknown)) == [
        "5-10; F; child_protection; N",
        "5-10; unknown; unknown; N",
        "unknown; unknown; unknown; N",
    ]


def test_prior_care_is_a_period_of_care_begun_before_respite_apart() -> None:
    def before(who: str, **changes: Any) -> Tables:
        return {"looked_after_episodes": [episode(who, "2018-01-01", "2018-02-01", **changes)]}

    parts = [group(name, served, 21, 15) for name, served in GROUP_OF_20]
    found = compared(*parts, before("s0"), before("c0"), before("s1", legal_status="V4"))
    assert found.outcome is not None
    counts = found.outcome.strata.set_index("stratum")["service"].to_dict()
    assert counts == {"5-10; F; child_protection; N": 20, "5-10; F; child_protection; Y": 1}


def test_19_of_one_group_are_too_few() -> None:
    for served, compared_with, refused in ((19, 30, "too_few"), (30, 19, "too_few"), (20, 20, "")):
        found = compared(group("s", True, served, 15), group("c", False, compared_with, 15))
        assert (found.refused, found.n_service, found.n_comparison) == (refused, served, compared_with)
        assert (found.outcome is None) == bool(refused)


def test_too_few_like_children_are_refused() -> None:
    # The threshold is 0.9: 27 of 30 have like children, then 26 of 29.
    for like, unlike, refused in ((27, 3, ""), (26, 3, "no_overlap")):
        parts = group("s", True, like, 20), group("t", True, unlike, 1, **BOYS), group("c", False, 30, 20)
        council = council_of(**together(*parts))
        full, by_year = cohorts(council, YEAR)
        found = held(council, full, by_year)
        assert found.refused == refused
        assert found.covered == pytest.approx(like / (like + unlike))
        assert bool(comparison_figures(found, full)) == (not refused)
        assert len(found.balance)  # shown all the same: it says where the groups differ


def test_before_12_months_have_passed_it_is_refused() -> None:
    assert compared(SERVED, COMPARED, extract="2020-04-29").refused == "not_matured"
    assert compared(SERVED, COMPARED, extract="2020-04-30").refused == ""


def test_each_year_by_itself() -> None:
    parts = [
        group("a", True, 20, 20, day="2018-05-01"),
        group("b", True, 20, 10),
        group("c", False, 20, 10, day="2018-05-01"),
        group("d", False, 20, 10),
        # Supported in both years, it counts in the first alone, as in the years together.
        {"referrals": [referral("a0", "2019-05-02")]},
    ]
    council = council_of(**together(*parts))
    full, by_year = cohorts(council, Period(2018, 2019))
    found = held(council, full, by_year)
    values = {year: (outcome.n_service, outcome.difference.value) for year, (outcome, _) in found.by_year.items()}
    assert values == {"2018-19": (20, 0.5), "2019-20": (20, 0.0)}
    years = [(row["year"], row["value"]) for row in comparison_figures(found, full) if row["measure"] == "eoc9"]
    assert years == [("2018-19 to 2019-20", 0.25), ("2018-19", 0.5), ("2019-20", 0.0)]


def test_a_year_with_too_few_is_left_out() -> None:
    parts = [group("a", True, 20, 20, day="2018-05-01"), group("b", True, 20, 10), group("d", False, 20, 10)]
    found = compared(*parts, group("c", False, 19, 10, day="2018-05-01"), period=Period(2018, 2019))
    assert found.outcome is not None
    assert list(found.by_year) == ["2019-20"]


def test_balance_names_what_was_standardised_and_what_was_not() -> None:
    found = compared(
        SERVED, together(group("F", False, 20, 12, ethnicity="white"), group("M", False, 10, 5, **BOYS))
    ).balance.set_index(["characteristic", "level"])
    # Boys: 20 of 30, and 10 of 30 in the comparison as it is.
    boys = found.loc[("sex", "M")]
    assert (boys["service"], boys["crude"], boys["comparison"]) == (
        pytest.approx(2 / 3),
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
    )
    assert not boys["unbalanced"]
    assert found.loc[("ethnicity", "white"), "unbalanced"]


def test_without_a_comparison_there_is_none() -> None:
    council = council_of(**together(SERVED, {"comparison": [referral("F0", DAY, service="homeward")]}))
    full, by_year = cohorts(council, YEAR)
    assert compare(council, council.service("doorstep"), full, by_year) is None
    homeward = cohort(council, "homeward", YEAR)
    assert compare(council, council.service("homeward"), homeward, {YEAR: homeward}) is None


def test_a_comparison_that_is_empty_after_all_is_too_small() -> None:
    found = compared(SERVED, {"comparison": [referral("f0", DAY)]})
    assert (found.refused, found.n_comparison, found.covered) == ("too_few", 0, 0)
    assert found.left_out == {"also_supported": 1}
