from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.errors import StatisticsError
from ehp_eval.quantiles import quantile_estimate


# Values 1 to n, so that a limit is its own rank. Medians: the ranks of published tables of the median's interval
# (n = 10: 2 and 9, 97.9%; n = 20: 6 and 15, 95.9%). R for all:
#   l <- qbinom(.025, n, q); u <- qbinom(.975, n, q) + 1; c(l, u, pbinom(u - 1, n, q) - pbinom(l - 1, n, q))
#   and quantile(1:n, q) for the value (type 7)
@pytest.mark.parametrize(
    ("n", "q", "value", "lower", "upper"),
    [
        (6, 0.5, 3.5, 1, 6),
        (10, 0.5, 5.5, 2, 9),
        (20, 0.5, 10.5, 6, 15),
        (25, 0.5, 13, 8, 18),
        (30, 0.25, 8.25, 3, 13),
        (36, 0.9, 32.5, 29, 36),
        (40, 0.9, 36.1, 32, 40),
        (60, 0.9, 54.1, 49, 59),
    ],
)
def test_limits_are_the_ranks_of_the_binomial(n: int, q: float, value: float, lower: float, upper: float):
    found = quantile_estimate(np.arange(n, 0, -1), q)
    assert (found.value, found.lower, found.upper) == pytest.approx((value, lower, upper))
    assert (found.confidence, found.method) == (0.95, "order statistics")


def test_the_median_of_a_published_example():
    # R: statpsych::ci.median(.05, y), the example of its manual: 20.7, 10.8 to 30.9.
    y = [30.2, 20.4, 15.1, 10.2, 10.5, 60.8, 20.8, 25.0, 20.7, 30.9, 10.8, 5.1, 50.9, 40.0, 20.9, 10.8, 0, 20.5, 50.8]
    found = quantile_estimate(y, 0.5)
    assert (found.value, found.lower, found.upper) == (20.7, 10.8, 30.9)


@pytest.mark.parametrize(("n", "q", "value"), [(1, 0.5, 1), (5, 0.5, 3), (35, 0.9, 31.6)])
def test_too_few_for_the_confidence_have_a_quantile_and_no_limits(n: int, q: float, value: float):
    # 2 x 0.5^5 is 6%; at n = 35 the greatest value lies below the 90th centile with 0.9^35 = 2.503%, just above 2.5%.
    found = quantile_estimate(np.arange(1, n + 1), q)
    assert found.value == pytest.approx(value)
    assert math.isnan(found.lower)
    assert math.isnan(found.upper)


def test_a_lower_confidence_needs_fewer():
    # 1 to 5 hold the median with 1 - 2 x 0.5^5 = 93.75%.
    found = quantile_estimate([5, 1, 4, 2, 3], 0.5, confidence=0.9)
    assert (found.lower, found.upper) == (1, 5)


def test_no_values_are_nan():
    found = quantile_estimate([], 0.5)
    assert all(math.isnan(number) for number in (found.value, found.lower, found.upper))


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 60), min_size=6, max_size=80), st.sampled_from([0.25, 0.5, 0.75, 0.9]))
def test_limits_surround_the_quantile_and_are_values_that_were_seen(values: list[int], q: float):
    found = quantile_estimate(values, q)
    if not math.isnan(found.lower):
        assert found.lower <= found.value <= found.upper
        assert {found.lower, found.upper} <= set(values)


@pytest.mark.parametrize(
    ("values", "q", "message"),
    [([1, 2], 0, "between 0 and 1"), ([1, 2], 90, "between 0 and 1"), ([1, math.nan], 0.5, "missing or infinite")],
)
def test_what_has_no_quantile_is_refused(values: Any, q: float, message: str):
    with pytest.raises(StatisticsError, match=message):
        quantile_estimate(values, q)
