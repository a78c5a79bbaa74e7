"""Released figures in words: what is shown as it is, what is hidden as its mark, and no more than the rule says."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehp_eval.disclosure.marks import HIDDEN, PUBLISHED
from ehp_eval.disclosure.release import BASE, COMPLEMENT, FEW, SECONDARY, SMALL
from ehp_eval.measures.figures import POINTS
from ehp_eval.measures.primary import PARTLY_FOLLOWED
from ehp_eval.present.public import words
from ehp_eval.publishing import Disclosure
from tests.councils import council_of
from tests.releases import Row, difference, hidden, report_of, share, step

THRESHOLDS = council_of().settings.thresholds  # percentages from 20, caution below 50


def row_of(row: Row) -> pd.Series:
    return report_of(row).figures.iloc[0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (share("eoc1", 159, 166), "159 of 166 (96%; 95% interval 86% to 100%)"),
        (share("eoc1", 7, 11), "7 of 11 (95% interval 54% to 74%)"),
        (share("eoc1", 0, 200), "none of 200 (0%; 95% interval 0% to 10%)"),
        (share("eoc1", 0, 0), "nobody yet"),
        (hidden("eoc1", SMALL, 166), "[c] of 166"),
        (hidden("eoc1", COMPLEMENT, 166), "[c] of 166"),
        (hidden("eoc1", SECONDARY, 166), "[c] of 166"),
        (hidden("eoc1", BASE), "[c]"),
        (share("eoc1", 3, 200, known="published"), "3 of 200 (2%; 95% interval 0% to 12%) [pub]"),
        (
            share("eoc2", 50, 415, method=PARTLY_FOLLOWED, value=0.2, lower=0.1, upper=0.3),
            "50 of 415 (an estimated 20%, not all followed that long; 95% interval 10% to 30%)",
        ),
    ],
)
def test_a_share_in_a_table(row: Row, says: str) -> None:
    assert words.share(row_of(row), THRESHOLDS) == says


def test_a_count_whose_percentage_is_hidden_stands_alone() -> None:
    shown = row_of(share("eoc1", 50, 100, hidden="value", value=None, lower=None, upper=None))
    assert words.share(shown, THRESHOLDS) == "50 of 100"


def test_there_is_a_dash_where_there_is_no_figure() -> None:
    assert words.share(None, THRESHOLDS) == words.quantity(None, "child", THRESHOLDS) == words.count(None)
    assert words.counted(None) == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (share("eoc1", 15, 22), "15 of 22 (68%; 95% interval 58% to 78%; small number, interpret with caution)"),
        (hidden("eoc1", SMALL, 22), "fewer than 5 of 22"),
        (hidden("eoc1", COMPLEMENT, 22), "all but fewer than 5 of 22"),
        (hidden("eoc1", SECONDARY, 22), "a number that is not shown (of 22)"),
        (hidden("eoc1", BASE), "a number that is not shown"),
        (share("eoc1", 2, 11, known="published"), "2 of 11 (95% interval 8% to 28%) (published before)"),
    ],
)
def test_a_share_in_a_sentence(row: Row, says: str) -> None:
    assert words.in_words(report_of(row), row_of(row)) == says


def test_the_limit_is_that_of_the_rule() -> None:
    row = hidden("eoc1", SMALL, 22)
    assert words.in_words(report_of(row, rule=Disclosure(hide_up_to=9)), row_of(row)) == "fewer than 10 of 22"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (difference("eoc1_change", 0.08), "+8.0 percentage points (95% interval \N{MINUS SIGN}2.0 to +18.0)"),
        ({"measure": "eoc1_change", "unit": POINTS, "hidden": "value", "reason": SECONDARY}, "[c]"),
        ({"measure": "eoc4w", "unit": "weeks", "hidden": "value", "reason": FEW, "denominator": 15}, "[c] (n = 15)"),
        ({"measure": "eoc4w", "unit": "weeks", "hidden": "value denominator", "reason": FEW}, "[c]"),
        (
            {"measure": "eoc4w", "unit": "weeks", "denominator": 60, "value": 5.13, "lower": 4.9, "upper": 5.2},
            "5.1 weeks (95% interval 4.9 to 5.2; n = 60)",
        ),
        (step("step: at_risk", 1500), "1,500"),
        (step("left: died", None), "[c]"),
    ],
)
def test_a_figure_in_its_own_unit(row: Row, says: str) -> None:
    assert words.quantity(row_of(row), "child", THRESHOLDS) == says


def test_the_note_says_what_the_marks_in_the_table_mean_and_no_other() -> None:
    report = report_of(share("eoc1", 1, 2))
    assert words.note(report, pd.DataFrame({"a": ["12 of 30"]})) is None
    assert words.note(report, pd.DataFrame({"a": ["12 of 30"]}), "", "Its own.") == "Its own."
    said = words.note(report, pd.DataFrame({"a": ["[c] of 30", "5 of 7 [pub]"]}), "Its own.") or ""
    assert said.startswith("Its own. [c]: hidden so that nobody can be identified; see the annex. [pub]")
    assert f"{PUBLISHED}: already published" in said
    assert "ounded" not in said
    rounded = report_of(share("eoc1", 1, 2), rule=Disclosure(round_to=5, show_zero=False))
    said = words.note(rounded, pd.DataFrame({"a": ["10 of 30", "[c]"]})) or ""
    assert said.endswith("rounded to the nearest 5; percentages and intervals are worked out from the rounded counts.")


SECRET = row_of(hidden("eoc1", SMALL, 22)).astype("object")


@given(
    denominator=st.integers(5, 900),
    reason=st.sampled_from([SMALL, COMPLEMENT, SECONDARY, BASE]),
)
def test_nothing_but_the_denominator_is_said_of_what_is_hidden(denominator: int, reason: str) -> None:
    row = SECRET.copy()
    row["reason"], row["denominator"] = reason, denominator
    if reason == BASE:
        row["hidden"], row["denominator"] = "numerator denominator", None
    for said in (words.share(row, THRESHOLDS), words.counted(row), words.quantity(row, "child", THRESHOLDS)):
        assert said == (HIDDEN if reason == BASE else f"[c] of {denominator}")
