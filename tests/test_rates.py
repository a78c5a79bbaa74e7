from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.errors import StatisticsError
from ehp_eval.rates import rate, rate_ratio


# R: poisson.test(5)$conf.int; poisson.test(5, conf.level = 0.998)$conf.int
@pytest.mark.parametrize(
    ("count", "confidence", "lower", "upper"),
    [
        (0, 0.95, 0.0, 3.688879454),
        (1, 0.95, 0.025317807984, 5.571643390939),
        (5, 0.95, 1.6234863901, 11.6683320793),
        (9, 0.95, 4.115373097, 17.084803451),
        (0, 0.998, 0.0, 6.907755279),
        (9, 0.998, 2.452424404, 22.657373309),
    ],
)
def test_below_ten_the_limits_are_exact(count: int, confidence: float, lower: float, upper: float) -> None:
    found = rate(count, 1, per=1, confidence=confidence)
    assert found.value == count
    assert (found.lower, found.upper) == pytest.approx((lower, upper), rel=1e-9)
    assert (found.confidence, found.method) == (confidence, "exact Poisson")


# R: byar <- function(x, conf = .95) { z <- qnorm((1 + conf) / 2)
#      c(x * (1 - 1/9/x - z/3/sqrt(x))^3, (x + 1) * (1 - 1/9/(x + 1) + z/3/sqrt(x + 1))^3) }
@pytest.mark.parametrize(
    ("count", "confidence", "lower", "upper"),
    [
        (10, 0.95, 4.787449914, 18.39145861),
        (65, 0.95, 50.163187710, 82.84913855),
        (65, 0.998, 42.88026147, 94.00029084),
        (394, 0.95, 356.050602456, 434.89251935),
    ],
)
def test_from_ten_the_limits_are_those_of_byar(count: int, confidence: float, lower: float, upper: float) -> None:
    found = rate(count, 1, per=1, confidence=confidence)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), rel=1e-9)
    assert found.method == "Byar"


# R: c(394, byar(394)) * 1e4 / 29200
def test_the_rate_is_per_ten_thousand() -> None:
    found = rate(394, 29_200)
    assert (found.value, found.lower, found.upper) == pytest.approx((134.9315068, 121.9351378, 148.9357943))


# R: poisson.test(4, T = 2.5)$conf.int
def test_a_population_may_be_person_time() -> None:
    found = rate(np.int64(4), np.float64(2.5), per=1)
    assert (found.value, found.lower, found.upper) == pytest.approx((1.6, 0.4359461495, 4.0966354702))


@settings(deadline=None)
@given(st.integers(0, 2000), st.integers(1, 10**7), st.sampled_from([0.8, 0.95, 0.998]))
def test_limits_surround_the_rate(count: int, population: int, confidence: float) -> None:
    found = rate(count, population, confidence=confidence)
    assert 0.0 <= found.lower <= found.value < found.upper
    assert (found.lower == 0.0) == (count == 0)


@pytest.mark.parametrize(
    ("count", "population", "per", "message"),
    [
        (-1, 100, 1, "count is negative"),
        (1.5, 100, 1, "count is not a whole number"),
        (True, 100, 1, "count is not a whole number"),
        (1, 0, 1, "population must be a number above 0"),
        (1, -5, 1, "population must be a number above 0"),
        (1, math.nan, 1, "population must be a number above 0"),
        (1, math.inf, 1, "population must be a number above 0"),
        (1, None, 1, "population must be a number above 0"),
        (1, 100, 0, "must be a number above 0"),
    ],
)
def test_impossible_counts_and_populations_are_refused(count: Any, population: Any, per: Any, message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        rate(count, population, per=per)


def test_a_confidence_outside_0_and_1_is_refused() -> None:
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        rate(1, 100, confidence=95)


# R: poisson.test(c(121, 100)); poisson.test(c(11, 21), c(800, 3011)); ...; the last with conf.level = 0.9
@pytest.mark.parametrize(
    ("counts", "times", "confidence", "value", "lower", "upper"),
    [
        ((121, 100), (1, 1), 0.95, 1.21, 0.92073657685, 1.59312251265),
        ((11, 21), (800, 3011), 0.95, 1.971488095238, 0.858426403392, 4.277265943654),
        ((0, 5), (1, 1), 0.95, 0.0, 0.0, 1.09127910518),
        ((5, 0), (1, 1), 0.95, math.inf, 0.916355857315, math.inf),
        ((7, 3), (2, 1), 0.9, 1.166666666667, 0.324233498639, 5.229711150042),
        ((0, 0), (1, 1), 0.95, math.nan, 0.0, math.inf),
    ],
)
def test_a_ratio_of_two_rates(
    counts: tuple[int, int], times: tuple[int, int], confidence: float, value: float, lower: float, upper: float
) -> None:
    found = rate_ratio(counts[0], times[0], counts[1], times[1], confidence=confidence)
    assert (found.value, found.lower, found.upper) == pytest.approx((value, lower, upper), rel=1e-9, nan_ok=True)
    assert (found.confidence, found.method) == (confidence, "exact conditional")


@given(st.integers(1, 300), st.integers(1, 300))
def test_the_ratio_the_other_way_round_is_the_reciprocal(first: int, second: int) -> None:
    there, back = rate_ratio(first, 2, second, 3), rate_ratio(second, 3, first, 2)
    assert 1 / there.value == pytest.approx(back.value)
    assert (1 / there.upper, 1 / there.lower) == pytest.approx((back.lower, back.upper))


@pytest.mark.parametrize("arguments", [(-1, 1, 2, 1), (1.5, 1, 2, 1), (1, 0, 2, 1), (1, 1, 2, -1)])
def test_a_ratio_needs_counts_and_times_above_nought(arguments: tuple[float, float, float, float]) -> None:
    with pytest.raises(StatisticsError):
        rate_ratio(*arguments)
