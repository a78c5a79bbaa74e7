from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehp_eval.errors import StatisticsError
from ehp_eval.survival_quantiles import time_quantile


# R: quantile(survfit(Surv(d, e) ~ 1, conf.type = "log-log"), c(.25, .5, .9)), package survival
@pytest.mark.parametrize(
    ("q", "value", "lower", "upper"), [(0.25, 1.5, 0, 5), (0.5, 6.5, 1, 21), (0.9, math.nan, 13, math.nan)]
)
def test_a_quantile_of_waits_that_have_not_all_ended(q: float, value: float, lower: float, upper: float) -> None:
    found = time_quantile([0, 1, 1, 2, 3, 5, 8, 8, 13, 21, 30, 40], [1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0], q)
    assert (found.value, found.lower, found.upper) == pytest.approx((value, lower, upper), nan_ok=True)
    assert (found.confidence, found.method) == (0.95, "Kaplan-Meier, log-log")


# R: the same of Surv(1:10, rep(1, 10)), whose curve rests exactly at 0.5 and at 0.1
@pytest.mark.parametrize(("q", "value", "lower", "upper"), [(0.5, 5.5, 1, 8), (0.9, 9.5, 7, math.nan)])
def test_where_the_curve_rests_at_the_share_the_middle_counts(
    q: float, value: float, lower: float, upper: float
) -> None:
    found = time_quantile(range(1, 11), [True] * 10, q)
    assert (found.value, found.lower, found.upper) == pytest.approx((value, lower, upper), nan_ok=True)


# R: the same of Surv(c(1, 2, 3, 4, 9, 9), c(1, 1, 1, 0, 0, 0)): 6, with limits 1 and NA
def test_where_it_rests_there_to_the_end_the_middle_of_that() -> None:
    found = time_quantile([1, 2, 3, 4, 9, 9], [1, 1, 1, 0, 0, 0], 0.5)
    assert (found.value, found.lower, found.upper) == pytest.approx((6, 1, math.nan), nan_ok=True)


@pytest.mark.parametrize("observed", [[], [False, False, False]])
def test_a_share_that_nobody_has_reached_is_unknown(observed: list[bool]) -> None:
    found = time_quantile([4] * len(observed), observed, 0.5)
    assert np.isnan([found.value, found.lower, found.upper]).all()


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
def test_with_complete_waits_the_median_is_the_usual_one(days: list[int]) -> None:
    found = time_quantile(days, [True] * len(days), 0.5)
    assert found.value == pytest.approx(float(np.median(days)))
    assert not found.lower > found.value
    assert not found.upper < found.value


@pytest.mark.parametrize("q", [0, 1, -0.1, 90])
def test_a_quantile_lies_between_nought_and_one(q: float) -> None:
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        time_quantile([1], [True], q)
