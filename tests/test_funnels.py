from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from ehp_eval import present
from ehp_eval.errors import StatisticsError
from ehp_eval.evaluation import evaluate
from ehp_eval.funnels import funnel, funnel_limits
from ehp_eval.measures.side_by_side import siblings_factor
from tests.councils import council_of, episode, referral


# R, from Spiegelhalter's definition with the probabilities written out:
#   low <- function(th, n, p) { k <- 0:n; pr <- choose(n, k) * th^k * (1 - th)^(n - k); F <- cumsum(pr)
#     i <- which(F >= p)[1]; max(0, (k[i] - (F[i] - p) / pr[i]) / n) }
#   f <- function(th, n) c(low(th, n, .025), 1 - low(1 - th, n, .025), low(th, n, .001), 1 - low(1 - th, n, .001))
#   f(.9, 20); f(.9, 100); f(.9, 204); f(.5, 20); f(.96, 22)
@pytest.mark.parametrize(
    ("share", "n", "expected"),
    [
        (0.9, 20, (0.72153239297, 1, 0.614828178315, 1)),
        (0.9, 100, (0.832281388361, 0.959619404476, 0.791643281497, 0.985821134992)),
        (0.9, 204, (0.854446578744, 0.941685293563, 0.827331537173, 0.961202952621)),
        (0.5, 20, (0.255823529412, 0.744176470588, 0.136735789474, 0.863264210526)),
        (0.96, 22, (0.832702092849, 1, 0.755093190136, 1)),
    ],
)
def test_limits_are_those_of_r(share: float, n: int, expected: tuple[float, ...]):
    found = funnel_limits(share, np.array([n, n + 1]))
    assert list(found.columns) == ["n", "lower_95", "upper_95", "lower_998", "upper_998"]
    assert found["n"].tolist() == [n, n + 1]
    assert tuple(found.iloc[0, 1:]) == pytest.approx(expected, abs=1e-9)


shares, sizes = st.floats(0.01, 0.99), st.integers(1, 300)


@settings(deadline=None, max_examples=60)
@given(shares, sizes)
def test_beyond_a_limit_lies_at_most_its_tail(share: float, n: int):
    row = funnel_limits(share, [n]).iloc[0]
    counts = np.arange(n + 1)
    chance = binom.pmf(counts, n, share)
    for name, tail in (("95", 0.025), ("998", 0.001)):
        assert chance[counts / n < row[f"lower_{name}"]].sum() <= tail + 1e-9
        assert chance[counts / n > row[f"upper_{name}"]].sum() <= tail + 1e-9
    assert 0 <= row["lower_998"] <= row["lower_95"] <= row["upper_95"] <= row["upper_998"] <= 1


@settings(deadline=None, max_examples=40)
@given(shares, sizes)
def test_the_funnel_of_the_opposite_outcome_is_its_mirror(share: float, n: int):
    there, back = funnel_limits(share, [n]).iloc[0], funnel_limits(1 - share, [n]).iloc[0]
    for name in ("95", "998"):
        assert back[f"lower_{name}"] == pytest.approx(1 - there[f"upper_{name}"], abs=1e-9)


def test_brothers_and_sisters_widen_the_funnel():
    # The limits of 204 at a factor of 2.04 are those of 100, in R's table above.
    found = funnel_limits(0.9, [204], design_effect=2.04).iloc[0]
    assert (found["n"], found["lower_95"], found["upper_998"]) == pytest.approx((204, 0.832281388361, 0.985821134992))
    between = funnel_limits(0.5, [25], design_effect=2.0).iloc[0]  # R at 12 and 13: 0.1755303030, 0.1841850457
    assert between["lower_95"] == pytest.approx((0.1755303030 + 0.1841850457) / 2)
    # Never fewer than one.
    assert funnel_limits(0.5, [1], design_effect=3).equals(funnel_limits(0.5, [1]))


@settings(deadline=None, max_examples=40)
@given(shares, sizes, st.floats(1, 3))
def test_no_factor_puts_a_limit_outside_0_to_1_or_the_wrong_way_round(share: float, n: int, factor: float):
    row = funnel_limits(share, [n], design_effect=factor).iloc[0]
    assert 0 <= row["lower_998"] <= row["lower_95"] <= row["upper_95"] <= row["upper_998"] <= 1


def test_a_flag_goes_where_siblings_explain_it():
    # 19 of 20 and 19 of 36 together: 38 of 56. By R (low as above) 1 - low(1 - 38/56, 20, .025) = 0.898, and at 11 and
    # 12 independent ones 0.986 and 0.976; 20 / 1.72 = 11.63 lies between.
    units = pd.DataFrame({"numerator": [19, 19], "denominator": [20, 36]})
    assert funnel(units)["inside_95"].tolist() == [False, True]
    assert funnel(units, design_effect=1.72)["inside_95"].tolist() == [True, True]


def report_of_pairs(together: bool):
    """56 children of 28 pairs, or of no family; a pair fares alike; 18 of them become looked after."""
    referrals = [
        referral(f"c{n}", "2019-05-10", **({"family_id": f"f{n // 2}"} if together else {})) for n in range(56)
    ]
    people = [{"person_id": f"c{n}", "locality": "West" if n < 20 else "East"} for n in range(56)]
    care = [episode(f"c{n}", "2019-06-10") for n in (0, 1, *range(20, 36))]
    council = council_of(referrals=referrals, persons=people, looked_after_episodes=care)
    return evaluate(council, "doorstep", "2020-21")


def test_the_report_widens_its_limits_by_what_siblings_do_and_says_so():
    # Pairs that fare alike: with 28 clusters of 2 the variance is twice that of 56, times 28 / 27 for the small number.
    report = report_of_pairs(together=True)
    assert siblings_factor(report.full, 365) == pytest.approx(2 * 28 / 27)
    shown = present.funnel(report)
    assert "as wide as 2.1 times fewer children would make them (the design effect of" in shown.note
    assert (
        "The band counts brothers and sisters as independent, and is somewhat too narrow."
        in present.course(report).note
    )
    alone = report_of_pairs(together=False)
    assert siblings_factor(alone.full, 365) == 1
    assert "The limits count all as independent" in present.funnel(alone).note
    assert "brothers and sisters" not in present.course(alone).note
    # 18 of 20 in the West, where together 38 of 56: inside both; its 95% limits are wider with pairs.
    limits = [chart.data.frame.set_index("label").loc["West", "limits_95"] for chart in (shown, present.funnel(alone))]
    assert limits[1].endswith(" to 89.8%")
    assert limits[0] != limits[1]


def test_where_everybody_fares_alike_siblings_count_as_copies():
    referrals = [referral(f"c{n}", "2019-05-10", family_id=f"f{n // 2}") for n in range(12)]
    report = evaluate(council_of(referrals=referrals, looked_after_episodes=[]), "doorstep", "2020-21")
    assert siblings_factor(report.full, 365) == 2


@pytest.mark.parametrize("factor", [0.9, float("nan"), float("inf")])
def test_impossible_factors_are_refused(factor: float):
    with pytest.raises(StatisticsError, match="must be 1 or more"):
        funnel_limits(0.9, [20], design_effect=factor)


def test_units_lie_about_the_share_of_all_together():
    # 360 of 400 together: 0.9. By the R limits above, at n = 100 the 95% funnel is 0.832 to 0.960 and the 99.8%
    # funnel 0.792 to 0.986.
    units = pd.DataFrame(
        {"unit": list("abcd"), "numerator": [90, 97, 95, 78], "denominator": [100] * 4}, index=[5, 6, 7, 8]
    )
    found = funnel(units)
    assert list(found.columns) == ["unit", "numerator", "denominator", "share", "inside_95", "inside_998"]
    assert found.index.tolist() == [5, 6, 7, 8]
    assert found["share"].tolist() == [0.9, 0.97, 0.95, 0.78]
    assert found["inside_95"].tolist() == [True, False, True, False]
    assert found["inside_998"].tolist() == [True, True, True, False]
    assert "share" not in units


def test_a_small_unit_without_a_failure_is_no_outlier():
    units = pd.DataFrame({"numerator": [22, 362], "denominator": [22, 378]})  # 384 of 400: 0.96
    assert funnel(units)["inside_95"].tolist() == [True, True]


@pytest.mark.parametrize("numerators", [[0, 0], [12, 30]])
def test_units_that_are_all_alike_are_inside(numerators: list[int]):
    found = funnel(pd.DataFrame({"numerator": numerators, "denominator": [12, 30]}))
    assert found[["inside_95", "inside_998"]].all(axis=None)


def test_no_units_give_no_rows():
    found = funnel(pd.DataFrame({"numerator": [], "denominator": []}))
    assert (len(found), list(found.columns[-3:])) == (0, ["share", "inside_95", "inside_998"])


@pytest.mark.parametrize(
    ("share", "n", "message"),
    [
        (1.2, [10], "between 0 and 1"),
        (float("nan"), [10], "between 0 and 1"),
        (0.9, [10, 0], "denominator of the funnel is 0"),
        (0.9, [10.5], "not a whole number"),
    ],
)
def test_impossible_funnels_are_refused(share: float, n: Any, message: str):
    with pytest.raises(StatisticsError, match=message):
        funnel_limits(share, n)


def test_a_numerator_above_its_denominator_is_refused():
    with pytest.raises(StatisticsError, match="greater than its denominator"):
        funnel(pd.DataFrame({"numerator": [3], "denominator": [2]}))
