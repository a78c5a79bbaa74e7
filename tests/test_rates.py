from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.errors import StatisticsError
from ehp_eval.rates import rate


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
