"""What a report says beside a comparison group, beside one that cannot be used, and without one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from ehp_eval import evaluate, present
from ehp_eval.charts_interval import value_limits
from ehp_eval.comparison import Comparison
from ehp_eval.evaluation import Evaluation
from ehp_eval.proportions import Estimate
from ehp_eval.standardisation import Standardised
from tests.councils import council_of, referral

SHOWN = [
    present.comparison_harm,
    present.comparison_shares,
    present.comparison_chart,
    present.comparison_flow,
    present.comparison_balance,
]


@pytest.fixture(scope="module")
def alone() -> Evaluation:
    """A report on two children, without a comparison group."""
    accepted = [referral("c1", "2019-05-01"), referral("c2", "2019-06-01")]
    return evaluate(council_of(referrals=accepted, looked_after_episodes=[]), "doorstep", "2019-20")


def standardised(lower: float = 0.02, upper: float = 0.18) -> Standardised:
    # 90 of 100 like children; (60 x 45/60 + 40 x 34/40) / 100 = 79 of 100; 79 and 5 of 100 + 10 as they are: 84 of 110.
    counts = [(60, 54, 60, 45), (40, 36, 40, 34), (20, 1, 0, 0), (0, 0, 10, 5)]
    names = ["service", "service_good", "comparison", "comparison_good"]
    strata = pd.DataFrame(counts, columns=names).assign(stratum=list("abcd"))
    difference = Estimate(0.11, lower, upper, 0.95, "by hand")
    return Standardised(0.90, 0.79, 84 / 110, difference, 120, 110, 100 / 120, strata)


def compared(report: Evaluation, **changes: Any) -> Evaluation:
    """The report, beside a comparison group made by hand."""
    assert report.full
    balance = pd.DataFrame(
        [
            ("age_band", "0-4", 0.25, 0.5, 0.25, False),
            ("age_band", "11-17", 0.5, 0.25, 0.5, False),
            ("age_band", "5-10", 0.25, 0.25, 0.25, False),
            ("sex", "F", 0.5, 0.5, 0.5, False),
            ("sex", "unknown", 0.1, 0.0, 0.0, True),
            ("status_at_referral", "public_law_outline", 1.0, 1.0, 1.0, False),
            ("prior_care", "Y", 0.1, 0.1, 0.1, False),
            ("year", "2019-20", 1.0, 1.0, 1.0, False),
        ],
        columns=["characteristic", "level", "service", "crude", "comparison", "unbalanced"],
    )
    given: dict[str, Any] = {
        "service": "doorstep",
        "period": report.year,
        "cohort": report.full,
        "refused": "",
        "n_service": 120,
        "n_comparison": 110,
        "covered": 100 / 120,
        "known": 110 / 115,
        "later_supported": 0,
        "outcome": standardised(),
        "harm": replace(standardised(), difference=Estimate(-0.02, -0.10, 0.06, 0.95, "by hand")),
        "by_year": {},
        "balance": balance,
        "left_out": {"also_supported": 3, "looked_after_at_t0": 2, "status_unknown": 5, "no_like_child": 10},
    }
    return replace(report, comparison=Comparison(**(given | changes)))


def text(shown: Any) -> str:
    return " ".join(BeautifulSoup(shown._repr_html_(), "html.parser").get_text(" ").split())


def cells(shown: Any) -> list[list[str]]:
    page = BeautifulSoup(shown._repr_html_(), "html.parser")
    rows = page.select("tbody tr")
    return [["".join(cell.get_text().split("\n")) for cell in row.find_all(["th", "td"])] for row in rows]


def test_without_a_comparison_one_paragraph_says_what_is_missing(alone: Evaluation) -> None:
    said = text(present.comparison_answer(alone))
    assert said.startswith("No comparison group was supplied for Doorstep.")
    assert "records/comparison.csv" in said
    assert [show(alone) for show in SHOWN] == [None] * 5


@pytest.mark.parametrize(
    ("refused", "says"),
    [
        (
            "no_overlap",
            ["Of the 120 children", "83% have a like child among the 110", "The council asks for 90%", "no difference"],
        ),
        ("too_few", ["120 of Doorstep and 110 of the comparison group", "At least 20 are needed", "no difference"]),
        ("not_matured", ["12 months have not passed for everybody", "no difference"]),
    ],
)
def test_a_comparison_that_cannot_be_used_is_refused_in_plain_words(
    alone: Evaluation, refused: str, says: list[str]
) -> None:
    report = compared(alone, refused=refused, outcome=None, harm=None)
    said = text(present.comparison_answer(report))
    assert all(words in said for words in says)
    assert "associated" not in said
    assert present.comparison_shares(report) is None
    assert present.comparison_chart(report) is None
    assert present.comparison_flow(report) is not None
    assert "cannot be used" in str(present.limits(report))


def test_the_difference_stands_with_both_shares_and_its_interval(alone: Evaluation) -> None:
    said = text(present.comparison_answer(compared(alone)))
    assert "Of 100 children accepted by Doorstep in 2019-20 , 90% had not been looked after" in said
    assert "it is 79%" in said
    assert "no proof" in text(present.comparison_harm(compared(alone)))
    assert "associated with a difference of +11.0 percentage points ( 95% interval +2.0 to +18.0 )" in said


@pytest.mark.parametrize(
    ("lower", "upper", "says"),
    [
        (0.02, 0.18, "More of the service's children stayed out of care"),
        (-0.02, 0.18, "leave open which group did better"),
        (0.0, 0.18, "leave open which group did better"),
        (-0.2, -0.01, "Fewer of the service's children stayed out of care"),
    ],
)
def test_the_sentence_follows_the_interval(alone: Evaluation, lower: float, upper: float, says: str) -> None:
    report = compared(alone, outcome=standardised(lower, upper))
    assert says in text(present.comparison_answer(report))


def test_harm_is_compared_where_it_is_known(alone: Evaluation) -> None:
    said = text(present.comparison_harm(compared(alone)))
    assert (
        "\N{MINUS SIGN}2.0 percentage points ( 95% interval \N{MINUS SIGN}10.0 to +6.0 ); above nought is more" in said
    )
    without = compared(alone, harm=None)
    assert "Harm could not be compared." in text(present.comparison_harm(without))
    table = present.comparison_shares(without)
    assert table is not None
    assert list(table.frame) == ["what", "outcome"]


def test_the_crude_share_stands_beside_the_standardised_one(alone: Evaluation) -> None:
    table = present.comparison_shares(compared(alone))
    assert [row[:2] for row in cells(table)] == [
        ["Service", "90 of 100 (90%)"],
        ["Comparison group, weighted to the same mix", "79%"],
        ["Difference", "+11.0 percentage points (95% interval +2.0 to +18.0)"],
        ["Comparison group as it is", "84 of 110 (76%)"],
    ]


def test_who_is_compared_adds_up(alone: Evaluation) -> None:
    table = present.comparison_flow(compared(alone))
    assert cells(table) == [
        ["Children in the table", "120"],
        ["less: accepted by the service itself by then", "3"],
        ["less: already looked after", "2"],
        ["less: status unknown (moved away)", "5"],
        ["Status at 12 months known", "110"],
        ["less: like no child of the service", "10"],
        ["Compared: like a child of the service", "100"],
    ]
    assert "120 children whose status is known, 100 have a like child" in text(table)


def test_the_balance_is_in_the_order_that_a_reader_expects(alone: Evaluation) -> None:
    table = present.comparison_balance(compared(alone))
    assert [row[0] for row in cells(table)] == [
        "Age: 0 to 4, or not yet born",
        "Age: 5 to 10",
        "Age: 11 to 17",
        "Sex: female",
        "Sex: not known",
        "Status at referral: public law outline",
        "Looked after before: yes",
        "Accepted in: 2019-20",
    ]
    assert "still differ by more than a tenth of a standard deviation, a usual limit: Sex: not known." in text(table)


def test_the_chart_draws_differences_on_both_sides_of_nought(alone: Evaluation) -> None:
    years = {"2018-19": (standardised(-0.3, 0.3), None), "2019-20": (standardised(), None)}
    chart = present.comparison_chart(compared(alone, by_year=years))
    assert chart is not None
    assert chart.alt.count("(95% interval") == 3  # the outcome of all and of 2018-19, and harm
    shown = text(chart.data)
    assert "+11.0" in shown
    assert "\N{MINUS SIGN}30.0" in shown
    assert "\N{MINUS SIGN}10.0" in shown


def test_the_axis_of_differences_holds_all_that_is_drawn() -> None:
    drawn = pd.DataFrame({"value": [11.0, -2.0], "lower": [-30.0, -10.0], "upper": [30.0, 6.0]})
    low, high = value_limits(drawn, None, percent=False)
    assert low < -30 < 30 < high
    assert value_limits(drawn.abs(), None, percent=False)[0] == 0


def test_the_first_screen_has_the_comparison_where_there_is_one(alone: Evaluation) -> None:
    without, beside = (text(present.answer(report)) for report in (alone, compared(alone)))
    assert "Beside like children" not in without
    assert "There is no comparison group, so nobody can say" in without
    assert "Beside like children" in beside
    assert "+11.0 percentage points" in beside
    assert "There is no comparison group" not in beside
    assert "no proof" in beside
    assert "allows for age, sex" in str(present.limits(compared(alone)))
