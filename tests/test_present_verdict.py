"""The verdict as a report shows it: its word, its reasons, its gates, and what would change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from ehp_eval import evaluate, present
from ehp_eval.evaluation import Evaluation
from ehp_eval.present.verdict import reasons_words, verdict_word
from ehp_eval.proportions import Estimate
from ehp_eval.simulation import TABLE, in_one_line
from ehp_eval.verdict import REASONS, VERDICTS, CohortDifference, Evidence, Verdict, judge
from tests.councils import council_of, referral


def estimate(value: float, lower: float, upper: float) -> Estimate:
    return Estimate(value, lower, upper, 0.95, "by hand")


GOOD = Evidence(
    n=200,
    matured=200,
    followed=True,
    level=2,
    outcome=estimate(0.10, 0.04, 0.16),
    harm=estimate(-0.02, -0.06, 0.02),
    entries_fewer=estimate(20, 8, 32),
    break_even=12.0,
)
LITTLE = estimate(-0.02, -0.06, 0.02)
POOR = replace(
    GOOD,
    outcome=LITTLE,
    entries_fewer=estimate(-4, -12, 4),
    by_cohort=(CohortDifference("2018-19", LITTLE, None), CohortDifference("2019-20", LITTLE, None)),
)


@pytest.fixture(scope="module")
def report() -> Evaluation:
    accepted = [referral("c1", "2019-05-01"), referral("c2", "2019-06-01")]
    return evaluate(council_of(referrals=accepted, looked_after_episodes=[]), "doorstep", "2019-20")


def judged(report: Evaluation, evidence: Evidence) -> Evaluation:
    return replace(report, verdict=judge(evidence, report.council.settings.thresholds))


def text(shown: Any) -> str:
    return " ".join(BeautifulSoup(shown._repr_html_(), "html.parser").get_text(" ").split())


@pytest.mark.parametrize(
    ("evidence", "title", "says"),
    [
        (GOOD, "Continue", ["More of its children had the good outcome"]),
        (
            POOR,
            "Consider re-direction",
            [
                "\N{MINUS SIGN}2.0 percentage points ( 95% interval \N{MINUS SIGN}6.0 to +2.0 )",
                "below the 5 points that the council calls worthwhile",
                "a question put to people, and no decision",
                "What would be lost: It helps families.",
                "200 cases of it are counted here",
            ],
        ),
        (Evidence(n=30, matured=30, followed=True), "Watch", ["There is no comparison", "30 cases"]),
    ],
)
def test_the_panel_says_the_verdict_and_why(
    report: Evaluation, evidence: Evidence, title: str, says: list[str]
) -> None:
    shown = judged(report, evidence)
    said = text(present.verdict_panel(shown))
    assert said.startswith(title)
    assert all(words in said for words in says), said
    brief = text(present.answer(shown))
    assert f"What next? {title}" in brief
    assert "What would be lost" not in brief


def test_every_gate_stands_with_its_state_and_numbers(report: Evaluation) -> None:
    table = present.gates_table(judged(report, GOOD))
    assert [row.split(":")[0] for row in table.frame["gate"]] == [
        "Data",
        "Safety",
        "Outcome",
        "Value",
        "The looked-after system",
    ]
    assert "Outcome: better" in list(table.frame["gate"])
    said = text(table)
    assert "200 of 200" in said
    assert "+10.0 points" in said
    assert "12" in said


def test_what_would_change_it_is_listed(report: Evaluation) -> None:
    shown = judged(report, Evidence(n=30, matured=30, followed=True))
    assert "20 cases more than the 30" in text(present.flips(shown))
    assert len(BeautifulSoup(present.flips(shown)._repr_html_(), "html.parser").select("li")) == 2


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_its_few_words(reason: str) -> None:
    assert 0 < len(reasons_words(Verdict("watch", (reason,), (), ()))) < 70


def test_reasons_follow_the_word_and_only_watch_has_any(report: Evaluation) -> None:
    verdict = judged(report, Evidence(n=30, matured=30, followed=True)).verdict
    assert reasons_words(verdict) == "no comparison group that can be used, too few cases"
    assert reasons_words(judged(report, GOOD).verdict) == ""
    assert verdict_word(judged(report, GOOD).verdict) == "Continue"


def test_the_published_figures_alone_are_judged_by_the_same_gates(report: Evaluation) -> None:
    assert "Nothing was published about Doorstep. On that alone the same gates give: Watch." in text(
        present.published_back_test(report)
    )


def test_how_often_each_verdict_comes_out_is_shown_for_the_present_thresholds_only(report: Evaluation) -> None:
    assert "ehp-eval simulate" in text(present.operating_characteristics_table(report))
    thresholds = report.council.settings.thresholds
    row = {"true_difference": 0.05, "harm_difference": 0.0, "cases": 100, "compared": 200}
    shares = dict(zip(VERDICTS, (0.125, 0.625, 0.25), strict=True))
    stored = pd.DataFrame(
        [
            {**row, **shares, "samples": 400, "thresholds": in_one_line(thresholds), "source": "by hand"},
            {**row, "harm_difference": 0.05, **shares, "samples": 400} | {"thresholds": in_one_line(thresholds)},
        ]
    )
    council = replace(report.council, tables={**report.council.tables, TABLE: stored})
    table = present.operating_characteristics_table(replace(report, council=council))
    said = text(table)
    assert "+5.0 100, 200 13% 63% 25%" in said  # halves rounded up
    assert "+5.0, with +5.0 more harm" in said
    assert "exact to within 2.5 points" in said  # the root of 0.25 / 400
    other = stored.assign(thresholds="other")
    council = replace(report.council, tables={**report.council.tables, TABLE: other})
    assert "Run: ehp-eval simulate" in text(present.operating_characteristics_table(replace(report, council=council)))
