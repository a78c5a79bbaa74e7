from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from ehp_eval.control_charts import RULES, rules_for, xmr
from ehp_eval.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Viscosity of 15 batches of an aircraft primer paint: Montgomery, Introduction to Statistical Quality Control, chapter
# on individuals charts (also R's qcc, data set viscosity), who finds a mean of 33.52, a mean moving range of 0.48,
# limits of 32.24 and 34.80, 1.57 for the moving range, and the process in control.
# R: mr <- mean(abs(diff(x))); c(mean(x), mean(x) + c(-1, 1) * 2.66 * mr, 3.268 * mr)
VISCOSITY = [
    *(33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27),
    *(33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84),
]


def test_the_chart_is_that_of_montgomery():
    chart = xmr(pd.Series(VISCOSITY))
    found = (chart.centre, chart.lower, chart.upper, chart.moving_range_upper)
    assert found == pytest.approx((33.523333333, 32.244633333, 34.802033333, 1.570974286))
    assert [round(limit, 2) for limit in found] == [33.52, 32.24, 34.80, 1.57]
    assert chart.sigma == pytest.approx(0.480714286 / 1.128)
    assert not chart.points["signal"].any()


def test_the_points_keep_their_index_and_hold_the_moving_ranges():
    months = pd.period_range("2025-04", periods=15, freq="M")
    points = xmr(pd.Series(VISCOSITY, index=months)).points
    assert list(points.columns) == ["value", "moving_range", *RULES, "signal"]
    assert points.index.equals(months)
    assert points["value"].tolist() == VISCOSITY
    assert math.isnan(points["moving_range"].iloc[0])
    assert points["moving_range"].iloc[1:4].tolist() == pytest.approx([0.70, 0.95, 0.19])


# Twelve months that alternate between 95 and 105: mean 100, every moving range 10, so limits 73.4 and 126.6, and
# one sigma is 10 / 1.128 = 8.865: zones end at 91.1, 108.9 and at 82.3, 117.7.
STEADY = [95, 105] * 6


def marked(*later: float) -> dict[str, list[int]]:
    """Return at which of the points after the baseline each rule holds, where it holds at all."""
    after = xmr(pd.Series([*STEADY, *later]), baseline=12).points.iloc[12:].reset_index(drop=True)
    return {rule: after.index[after[rule]].tolist() for rule in RULES if after[rule].any()}


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ((126.5, 95), {}),
        ((126.7, 95), {"beyond_limit": [0]}),
        ((73.3,), {"beyond_limit": [0]}),
        # 2 of 3 beyond two sigma: the point between may be anywhere, the two must be on one side.
        ((118, 118), {"two_of_three": [1]}),
        ((118, 95, 118), {"two_of_three": [2]}),
        ((118, 95, 95, 118), {}),
        ((118, 82), {}),
        ((82, 100, 82, 100), {"two_of_three": [2]}),
        # 4 of 5 beyond one sigma; the point that ends the pattern lies in the zone itself.
        ((109, 109, 95, 109, 109), {"four_of_five": [4]}),
        ((109, 109, 109, 109, 95), {"four_of_five": [3]}),
        ((91, 91, 91, 105, 91), {"four_of_five": [4]}),
        ((109, 109, 91, 109, 95, 109), {}),
        # 8 on one side (the baseline ends in 105, itself the first of a run above); the centre is neither side.
        ((101,) * 7, {"eight_in_a_row": [6]}),
        ((99,) * 9, {"eight_in_a_row": [7, 8]}),
        ((101, 101, 101, 100, 101, 101, 101, 101, 101), {}),
        # One point may break several.
        ((118, 127), {"beyond_limit": [1], "two_of_three": [1]}),
    ],
)
def test_each_rule_by_hand(later: Sequence[float], expected: dict[str, list[int]]):
    assert marked(*later) == expected


def test_a_signal_is_any_of_the_rules():
    points = xmr(pd.Series([*STEADY, 127, 100]), baseline=12).points
    assert points["signal"].tolist() == [False] * 12 + [True, False]


def test_the_baseline_alone_makes_the_limits():
    chart = xmr(pd.Series([*STEADY, 400, 400]), baseline=12)
    assert (chart.centre, chart.lower, chart.upper) == pytest.approx((100, 73.4, 126.6))
    assert chart.moving_range_upper == pytest.approx(32.68)


def test_limits_of_counts_stop_at_0_and_no_count_is_then_too_low():
    # Mean 5, every moving range 10: 5 - 26.6 is below 0.
    chart = xmr(pd.Series([0, 10] * 6))
    assert (chart.lower, chart.upper) == (0.0, pytest.approx(31.6))
    assert not chart.points["beyond_limit"].any()


def test_where_nothing_varies_anything_else_is_a_signal():
    points = xmr(pd.Series([4] * 12 + [5, 4]), baseline=12).points
    assert points["signal"].tolist() == [False] * 12 + [True, False]


def test_only_the_rules_that_are_asked_for_mark():
    # 118 and 118: 2 of 3 beyond two sigma, and none beyond a limit. 127 lies beyond one.
    values = pd.Series([*STEADY, 118, 118, 127])
    points = xmr(values, baseline=12, rules=RULES[:1]).points
    assert list(points.columns) == ["value", "moving_range", "beyond_limit", "signal"]
    assert points["signal"].tolist() == [False] * 14 + [True]
    assert not xmr(values, baseline=12, rules=()).points["signal"].any()


@pytest.mark.parametrize(
    ("mean", "rules"), [(0.99, ()), (1.0, ("beyond_limit",)), (2.99, ("beyond_limit",)), (3.0, RULES), (31.6, RULES)]
)
def test_small_counts_are_trusted_with_fewer_rules(mean: float, rules: tuple[str, ...]):
    assert rules_for(mean) == rules


# Shares from a simulation of its own (vectorised, 20,000 series each; checked point by point against xmr), as in the
# docstring of rules_for: 1 in 30, 1 in 105, 1 in 57, 1 in 64. The bounds leave room for the fewer series here.
@pytest.mark.parametrize(
    ("mean", "rules", "points", "baseline", "between"),
    [
        (2, RULES, 36, 24, (1 / 45, 1 / 22)),  # months by all four rules: 1 in 30
        (2, RULES[:1], 36, 24, (1 / 200, 1 / 60)),  # by the first alone: 1 in 105
        (6, RULES, 16, 12, (1 / 90, 1 / 38)),  # the same by quarter: 1 in 57
        (31.6, RULES, 60, 48, (1 / 90, 1 / 45)),  # 1 in 64
    ],
)
def test_how_often_nothing_signals(
    mean: float, rules: tuple[str, ...], points: int, baseline: int, between: tuple[float, float]
):
    series = np.random.default_rng(1956).poisson(mean, (120, points))
    signals = [xmr(pd.Series(each), baseline=baseline, rules=rules).points["signal"].mean() for each in series]
    assert between[0] < np.mean(signals) < between[1]


@pytest.mark.parametrize(
    ("values", "baseline", "message"),
    [
        ([3] * 11, None, "at least 12 points"),
        ([3] * 24, 11, "at least 12 points"),
        ([3] * 12, 13, "longer than the series"),
        ([3] * 12 + [-1], None, "missing or below 0"),
        ([3] * 12 + [None], None, "missing or below 0"),
    ],
)
def test_what_makes_no_chart_is_refused(values: list[float], baseline: int | None, message: str):
    with pytest.raises(StatisticsError, match=message):
        xmr(pd.Series(values), baseline=baseline)
