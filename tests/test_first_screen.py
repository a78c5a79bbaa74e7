"""The first screen says what the figures say: other data, other sentences; one, several and none in plain English."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from bs4 import BeautifulSoup

from ehp_eval import evaluate, present
from ehp_eval.present import glance
from ehp_eval.proportions import Estimate
from tests.cohorts import pregnancy, together
from tests.councils import Row, council_of, declined, episode, referral, status

YEAR = "2019-20"
GLANCE = ["Does it work?", "For how many?", "How sure are we?", "What next?"]
TERMS = [
    *GLANCE,
    "What it is for",
    "How many",
    "What happened",
    "Was it safe",
    "What changed",
    "What one would need to know",
]


def screen(service: str = "doorstep", year: str = YEAR, **tables: Sequence[Row]) -> tuple[str, dict[str, str]]:
    """The answer and what stands under each term."""
    shown = present.answer(evaluate(council_of(**tables), service, year))
    page = BeautifulSoup(shown._repr_html_(), "html.parser")
    terms = {dt.get_text(): dt.find_next("dd").get_text() for dt in page.select("dl dt")}
    asked = service in ("doorstep", "cradle")  # parents, and children in care, are asked something else
    assert list(terms) == [term for term in TERMS if asked or term != "Was it safe"]
    return page.select_one(".ehp-answer").get_text(), terms


def children(*days: str, family: str = "", **changes: str) -> list[Row]:
    return [referral(f"c{n}", day, family_id=family, **changes) for n, day in enumerate(days)]


def test_the_answer_follows_the_figures() -> None:
    accepted = children("2019-05-01", "2019-06-01", "2019-07-01")
    answer, _ = screen(referrals=accepted, looked_after_episodes=[episode("x", "2015-01-01")])
    assert answer.startswith("Of the children accepted in 2019-20, 3 of 3 (95% interval 44% to 100%) had not been")
    answer, _ = screen(referrals=accepted, looked_after_episodes=[episode("c0", "2019-08-01")])
    assert "2 of 3 (95% interval 21% to 94%)" in answer
    answer, _ = screen(referrals=accepted, looked_after_episodes=[episode(f"c{n}", "2019-08-01") for n in range(3)])
    assert "none of 3 (95% interval 0% to 56%)" in answer


def test_percentages_appear_where_the_number_carries_them() -> None:
    days = [f"2019-05-{day:02d}" for day in range(1, 20)]
    without, _ = screen(referrals=children(*days), looked_after_episodes=[])
    assert "19 of 19 (95% interval 83% to 100%)" in without
    with_percent, _ = screen(referrals=children(*days, "2019-06-01"), looked_after_episodes=[])
    assert "20 of 20 (100%; 95% interval 84% to 100%; small number, interpret with caution)" in with_percent


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (["2019-05-01"], "1 child was accepted in 2019-20, of 2 referred. They belong to one family."),
        (["2019-05-01"] * 2, "2 children were accepted in 2019-20, of 3 referred. They belong to 2 families."),
        ([], "Of 1 child referred in 2019-20 none was accepted."),
    ],
)
def test_how_many(days: list[str], says: str) -> None:
    _, terms = screen(referrals=[*children(*days), declined("no", "2019-05-02")], looked_after_episodes=[])
    assert terms["How many"] == says


def test_who_was_looked_after_already_is_said_to_be_counted_apart() -> None:
    accepted = children("2019-05-01", "2019-06-01", "2019-07-01")
    _, terms = screen(referrals=accepted, looked_after_episodes=[episode("c0", "2018-01-01")])
    assert "One of them was looked after already and is counted apart." in terms["How many"]
    assert "Apart from these: 2 children from 2 families." in terms["How many"]
    both = [episode(name, "2018-01-01") for name in ("c0", "c1")]
    _, terms = screen(referrals=accepted, looked_after_episodes=both)
    assert "2 of them were looked after already and are counted apart." in terms["How many"]
    assert "Apart from these: 1 child from one family." in terms["How many"]


def test_too_early_is_said_and_so_is_what_is_known() -> None:
    accepted = children("2020-11-02", "2021-03-01", support_ended_on="2021-03-20")
    answer, terms = screen(
        year="2020-21",
        referrals=accepted,
        looked_after_episodes=[episode("c1", "2021-03-05"), episode("c0", "2021-03-19")],
    )
    assert answer.startswith(
        "It is too early to say for 12 months, which have not passed for everybody of any year by 30"
    )
    assert (
        "none of 2 (95% interval 0% to 66%) were not looked after on the day support closed" in terms["What happened"]
    )
    # 91 days have passed for both, 365 for neither.
    assert "1 of 2 (95% interval 9% to 91%) had not been looked after at any time in the 3 months" in answer
    assert "12 months have not yet passed for any of them." in terms["What happened"]
    assert terms["What changed"] == "There is no earlier year with full follow-up to set 2020-21 beside."


def test_brothers_and_sisters_are_named_where_they_matter() -> None:
    _, terms = screen(referrals=children("2019-05-01", "2019-06-01"), looked_after_episodes=[])
    assert "brothers and sisters" not in terms["How sure are we?"]
    _, terms = screen(referrals=children("2019-05-01", "2019-06-01", family="f"), looked_after_episodes=[])
    assert "It allows for brothers and sisters" in terms["How sure are we?"]


@pytest.mark.parametrize(
    ("taken", "says"),
    [
        # 20 of 20 against 4 of 20: 80 points, whose interval leaves out zero; then the other way; then none.
        ((0, 16), "higher than before."),
        ((16, 0), "lower than before."),
        ((1, 1), "which leaves open whether it rose or fell."),
    ],
)
def test_what_changed_is_read_from_the_interval(taken: tuple[int, int], says: str) -> None:
    now, before = taken
    referrals = [
        referral(f"{year}-{n}", f"{year}-05-{n + 1:02d}", support_ended_on=f"{year}-07-01")
        for year in (2018, 2019)
        for n in range(20)
    ]
    entries = [episode(f"{year}-{n}", f"{year}-06-15") for year, k in ((2019, now), (2018, before)) for n in range(k)]
    _, terms = screen(referrals=referrals, looked_after_episodes=entries)
    assert "When support closed, 2019-20 against 2018-19: " in terms["What changed"]
    assert terms["What changed"].count(says) == 2  # at closure and at 12 months
    percentage_points = {(0, 16): "+80.0", (16, 0): "\N{MINUS SIGN}80.0", (1, 1): "+0.0"}[taken]
    assert f"{percentage_points} percentage points" in terms["What changed"]


@pytest.mark.parametrize(
    ("born", "says"),
    [
        ([], "Of 1 pregnancy or baby referred in 2019-20 no baby has been born yet."),
        (["2019-09-01"], "1 baby was born alive of 1 pregnancy or baby accepted in 2019-20, out of 1 referred."),
        (
            ["2019-09-01", "2019-09-01"],
            "2 babies were born alive of 1 pregnancy or baby accepted in 2019-20, out of 1 referred.",
        ),
    ],
)
def test_babies(born: list[str], says: str) -> None:
    outcome = "live_birth" if born else ""
    tables = together(pregnancy("a", "2019-06-01", *born, outcome=outcome))
    answer, terms = screen("cradle", **({"babies": [], "looked_after_episodes": []} | tables))
    assert terms["How many"].startswith(says)
    expected = f"{len(born)} of {len(born)}" if born else "too early"
    assert expected in answer


@pytest.mark.parametrize("engaged", [0, 1, 2])
def test_parents(engaged: int) -> None:
    parents = [
        {"parent_id": f"p{n}", "offered_on": "2019-05-01", "engaged_on": "2019-05-10" if n < engaged else ""}
        for n in range(3)
    ]
    tables: dict[str, Sequence[Row]] = {"pregnancies": [], "babies": [], "status_events": []}
    _, terms = screen("afresh", parents=parents, **tables)
    says = {
        0: "Of 3 parents offered the service in 2019-20 none engaged.",
        1: "1 parent engaged in 2019-20, of 3 offered the service.",
        2: "2 parents engaged in 2019-20, of 3 offered the service.",
    }
    assert terms["How many"] == says[engaged]


def test_going_home_in_both_readings() -> None:
    work = {"service": "homeward", "stream": "reunification", "support_ended_on": "2019-12-01"}
    accepted = [
        referral("home", "2019-05-01", closing_outcome="returned_home", **work),
        referral("care", "2019-05-01", closing_outcome="U", **work),
    ]
    care = [
        episode("home", "2018-05-01", "2019-08-01", reason_ended="returned_home"),
        episode("care", "2018-05-01"),
    ]
    _, terms = screen("homeward", referrals=accepted, looked_after_episodes=care)
    assert "1 of 2 (95% interval 1% to 91%) had returned home within 12 months of acceptance" in terms["What happened"]
    assert "1 of 2 (95% interval 9% to 91%) were recorded as returned home" in terms["What happened"]
    _, terms = screen("homeward", referrals=accepted, looked_after_episodes=care[1:] + care[:0])
    assert "none" in terms["What happened"]


def test_a_death_is_counted_apart() -> None:
    accepted = children("2019-05-01", "2019-06-01")
    answer, _ = screen(referrals=accepted, looked_after_episodes=[], status_events=[status("c0", "2019-08-01", "died")])
    assert "1 of 1" in answer


def test_the_four_questions_are_answered_at_a_glance() -> None:
    days = [f"2019-05-{day:02d}" for day in range(1, 26)]
    taken = [episode("c0", "2019-08-01"), episode("c1", "2019-08-01")]
    _, terms = screen(referrals=children(*days), looked_after_episodes=taken)
    assert terms["Does it work?"].startswith("Not known There is no comparison group, so nobody can say")
    assert terms["For how many?"] == (
        "23 of 25 children (92%) Not looked after at any time in the 12 months after acceptance. Accepted in 2019-20."
    )
    # Wilson's interval of 23 of 25, by hand: 0.750 to 0.978.
    assert terms["How sure are we?"].startswith("75% to 98% 95% interval")
    assert "The number is small" in terms["How sure are we?"]
    assert terms["What next?"].startswith("Watch No comparison group that can be used, too few cases.")
    assert "What would change it: Records of similar cases" in terms["What next?"]


def test_at_a_glance_says_too_early_and_what_is_known() -> None:
    _, terms = screen(year="2020-21", referrals=children("2020-11-02", "2021-03-01"), looked_after_episodes=[])
    assert terms["For how many?"].startswith("2 of 2 children Not looked after at any time in the 3 months")
    assert terms["How sure are we?"].endswith("12 months have not passed for everybody of any year.")
    _, terms = screen(referrals=[declined("no", "2019-05-02")], looked_after_episodes=[])
    assert terms["For how many?"].startswith("Too early to say No child can be counted yet")
    assert terms["How sure are we?"].startswith("Not known yet")


@pytest.mark.parametrize(
    ("value", "lower", "upper", "short", "reads"),
    [
        (0.10, 0.04, 0.16, "Looks better than like children: +10.0 points", "That is an association, and no proof."),
        (-0.1, -0.2, -0.01, "Looks worse than like children: \N{MINUS SIGN}10.0 points", "and no proof."),
        (0.03, -0.02, 0.08, "Not clear: +3.0 points", "It includes nought"),
    ],
)
def test_whether_it_works_is_no_stronger_than_a_comparison(
    value: float, lower: float, upper: float, short: str, reads: str
) -> None:
    said = glance.works(Estimate(value, lower, upper, 0.95, "by hand"))
    assert said.short == short
    assert reads in said.detail
    assert not any(word in said.detail for word in ("prevented", "avoided", "saved", "impact", "because of"))


def test_a_comparison_that_cannot_be_used_or_shown_leaves_it_open() -> None:
    assert glance.works(None, refused=True).short == "Not known"
    assert "cannot be used" in glance.works(None, refused=True).detail
    assert glance.works(None, hidden=True).short == "Not shown"


def test_the_early_window_of_parents_is_said() -> None:
    parents = [{"parent_id": "p1", "offered_on": "2019-05-01", "engaged_on": "2019-05-10"}]
    _, terms = screen("afresh", parents=parents, pregnancies=[], babies=[], status_events=[])
    assert "12 months is early: the time that counts most is 24 months." in terms["How sure are we?"]
