from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.errors import EhpError, StatisticsError
from ehp_eval.proportions import Rounding, difference, feasible_numerators, proportion

untimed = settings(deadline=None)

counts = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
some = counts.filter(lambda pair: pair[1] > 0)


# R: w <- function(k, n, conf = .95) {
#      z <- qnorm((1 + conf) / 2); p <- k / n
#      c(p, (p + z^2/2/n + c(-1, 1) * z * sqrt(p * (1 - p) / n + z^2/4/n^2)) / (1 + z^2/n)) }
#    w(7, 166); prop.test(7, 166, correct = FALSE)$conf.int gives the same limits
@pytest.mark.parametrize(
    ("numerator", "denominator", "confidence", "value", "lower", "upper"),
    [
        (7, 166, 0.95, 0.0421686747, 0.02057424429, 0.08447348048),
        (159, 166, 0.95, 0.9578313253, 0.9155265195, 0.97942575571),
        (186, 204, 0.95, 0.9117647059, 0.8648496926, 0.94345872171),
        (7, 11, 0.95, 0.6363636364, 0.3538011745, 0.84833528905),
        (7, 11, 0.99, 0.6363636364, 0.2855669531, 0.88455029041),
        (7, 11, 0.998, 0.6363636364, 0.2390011984, 0.90698750147),
        (0, 10, 0.95, 0.0, 0.0, 0.27753279986),
        (10, 10, 0.95, 1.0, 0.7224672001, 1.0),
        (1, 1, 0.95, 1.0, 0.2065493144, 1.0),
    ],
)
def test_proportion_is_that_of_r(
    numerator: int, denominator: int, confidence: float, value: float, lower: float, upper: float
) -> None:
    found = proportion(numerator, denominator, confidence=confidence)
    assert (found.value, found.lower, found.upper) == pytest.approx((value, lower, upper), abs=1e-9)
    assert (found.confidence, found.method) == (confidence, "Wilson")


@untimed
@given(st.integers(1, 10_000))
def test_limits_at_none_and_all_are_exact(n: int) -> None:
    assert proportion(0, n).lower == 0.0
    assert proportion(n, n).upper == 1.0


def test_nothing_over_nothing_is_nan_and_names_its_method() -> None:
    found = proportion(0, 0)
    assert all(math.isnan(number) for number in (found.value, found.lower, found.upper))
    assert (found.confidence, found.method) == (0.95, "Wilson")


@untimed
@given(some)
def test_limits_surround_the_value_within_0_and_1(pair: tuple[int, int]) -> None:
    found = proportion(*pair)
    assert 0.0 <= found.lower <= found.value <= found.upper <= 1.0
    mirrored = proportion(pair[1] - pair[0], pair[1])
    assert (1 - mirrored.upper, 1 - mirrored.lower) == pytest.approx((found.lower, found.upper), abs=1e-9)


def test_whole_numbers_of_other_types_are_taken() -> None:
    assert proportion(np.int64(7), np.int32(11)) == proportion(7, 11)
    assert proportion(7.0, np.float64(11)) == proportion(7, 11)


@pytest.mark.parametrize(
    ("numerator", "denominator", "message"),
    [
        (12, 11, "greater than its denominator"),
        (1, 0, "greater than its denominator"),
        (-1, 11, "numerator is negative"),
        (0, -11, "denominator is negative"),
        (3.5, 11, "numerator is not a whole number"),
        (3, 11.5, "denominator is not a whole number"),
        (math.nan, 11, "numerator is not a whole number"),
        (3, math.inf, "denominator is not a whole number"),
        (True, 11, "numerator is not a whole number"),
        (np.True_, 11, "numerator is not a whole number"),
        ("3", 11, "numerator is not a whole number"),
        (None, 11, "numerator is not a whole number"),
    ],
)
def test_counts_that_are_none_are_refused(numerator: Any, denominator: Any, message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        proportion(numerator, denominator)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, math.nan, "0.95"])
def test_a_confidence_outside_0_and_1_is_refused(confidence: Any) -> None:
    with pytest.raises(StatisticsError, match=r"0\.95 stands for 95%"):
        proportion(3, 11, confidence=confidence)
    with pytest.raises(StatisticsError, match=r"0\.95 stands for 95%"):
        proportion(0, 0, confidence=confidence)


def test_the_error_is_of_the_package_and_a_value_error() -> None:
    with pytest.raises(EhpError):
        proportion(2, 1)
    with pytest.raises(ValueError, match="denominator"):
        proportion(2, 1)


# Newcombe (1998), Statistics in Medicine 17, 873-890, Table II, method 10, contrasts (a) to (h).
@pytest.mark.parametrize(
    ("first", "second", "lower", "upper"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_difference_is_that_of_newcombe(
    first: tuple[int, int], second: tuple[int, int], lower: float, upper: float
) -> None:
    found = difference(*first, *second)
    assert found.value == pytest.approx(first[0] / first[1] - second[0] / second[1])
    # 0.00006: the published 0.8062 is 0.80625 rounded to even.
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=6e-5)
    assert (found.confidence, found.method) == (0.95, "Newcombe hybrid score")


# R, with w as above: x <- w(159, 166); y <- w(151, 157); d <- x[1] - y[1]
#    c(d, d - sqrt((x[1] - x[2])^2 + (y[3] - y[1])^2), d + sqrt((x[3] - x[1])^2 + (y[1] - y[2])^2))
def test_difference_is_the_first_minus_the_second() -> None:
    found = difference(159, 166, 151, 157)
    expected = (-0.003952, -0.051000, 0.043848)
    assert (found.value, found.lower, found.upper) == pytest.approx(expected, abs=1e-6)


@untimed
@given(some, some)
def test_a_difference_stays_within_its_bounds_and_turns_round(first: tuple[int, int], second: tuple[int, int]) -> None:
    there, back = difference(*first, *second), difference(*second, *first)
    assert -1.0 - 1e-9 <= there.lower <= there.value <= there.upper <= 1.0 + 1e-9
    assert (back.value, -back.upper, -back.lower) == pytest.approx((-there.value, there.lower, there.upper))


@untimed
@given(counts)
def test_a_difference_from_nobody_is_nan(pair: tuple[int, int]) -> None:
    for found in (difference(*pair, 0, 0), difference(0, 0, *pair)):
        assert all(math.isnan(number) for number in (found.value, found.lower, found.upper))


# By hand: k is feasible where (percent - half a unit) * n / 100 <= k < (percent + half a unit) * n / 100.
@pytest.mark.parametrize(
    ("percent", "denominator", "decimals", "expected"),
    [
        (96, 22, 0, ()),  # 21.01 <= k < 21.23
        (92.7, 153, 1, ()),  # 141.75 <= k < 141.91
        (96, 157, 0, (150, 151)),  # 149.94 to 151.51
        (96, 166, 0, (159, 160)),  # 158.53 to 160.19
        (93, 115, 0, (107,)),  # 106.38 to 107.53
        (91, 204, 0, (185, 186)),  # 184.62 to 186.66
        (92.6, 121, 1, (112,)),  # 111.99 to 112.11
        (64, 11, 0, (7,)),  # 6.99 to 7.10
        (96, 28, 0, (27,)),  # 26.74 to 27.02
        (92.7, 178, 1, (165,)),  # 164.92 to 165.10
        (86, 29, 0, (25,)),  # 24.80 to 25.09
        (86, 28, 0, (24,)),  # 23.94 to 24.22
        (83, 18, 0, (15,)),  # 14.85 to 15.03
        (0, 300, 0, (0, 1)),  # 0 to 1.5
        (100, 300, 0, (299, 300)),  # 298.5 to 301.5, of 300
        (100, 4, 0, (4,)),
    ],
)
def test_feasible_numerators_by_hand(
    percent: float, denominator: int, decimals: int, expected: tuple[int, ...]
) -> None:
    assert feasible_numerators(percent, denominator, decimals=decimals) == expected


@pytest.mark.parametrize(
    ("percent", "denominator", "rounding", "expected"),
    [
        (13, 8, "half_up", (1,)),  # 1 of 8 is 12.5%
        (12, 8, "half_up", ()),
        (13, 8, "half_even", ()),
        (12, 8, "half_even", (1,)),
        (12, 8, "truncated", (1,)),
        (38, 8, "half_even", (3,)),  # 3 of 8 is 37.5%
        (37, 8, "truncated", (3,)),
        (96, 157, "truncated", (151, 152)),  # 150.72 <= k < 152.29
        (96, 22, "half_even", ()),
        (96, 22, "truncated", ()),  # 21.12 <= k < 21.34
        (92.7, 153, "truncated", ()),  # 92.8 * 153 / 100 is 141.98
        (100, 300, "truncated", (300,)),
    ],
)
def test_feasible_numerators_by_rounding(
    percent: float, denominator: int, rounding: Rounding, expected: tuple[int, ...]
) -> None:
    decimals = 0 if isinstance(percent, int) else 1
    assert feasible_numerators(percent, denominator, decimals=decimals, rounding=rounding) == expected


MODES: dict[Rounding, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "truncated": ROUND_DOWN,
}


@untimed
@given(st.integers(1, 250), st.integers(0, 2), st.sampled_from(list(MODES)), st.data())
def test_feasible_numerators_are_those_that_decimal_rounds_there(
    n: int, decimals: int, rounding: Rounding, data: st.DataObject
) -> None:
    def published(k: int) -> Decimal:
        # 50 places would not be exact for 1/3, but no tie has more than a few.
        return (Decimal(100 * k) / n).quantize(Decimal(1).scaleb(-decimals), rounding=MODES[rounding])

    percent = published(data.draw(st.integers(0, n)))
    expected = tuple(k for k in range(n + 1) if published(k) == percent)
    assert feasible_numerators(percent, n, decimals=decimals, rounding=rounding) == expected


def test_a_percentage_is_taken_in_any_form() -> None:
    forms: tuple[str | float | Decimal, ...] = ("92.7", " 92.70 ", 92.7, np.float64(92.7), Decimal("92.7"))
    assert {feasible_numerators(form, np.int64(178), decimals=1) for form in forms} == {(165,)}


@pytest.mark.parametrize(
    ("percent", "denominator", "decimals", "rounding", "message"),
    [
        ("most", 22, 0, "half_up", "not a number"),
        (math.nan, 22, 0, "half_up", "not a number"),
        (math.inf, 22, 0, "half_up", "not a number"),
        (None, 22, 0, "half_up", "not a number"),
        (101, 22, 0, "half_up", "between 0 and 100"),
        (-1, 22, 0, "half_up", "between 0 and 100"),
        (92.75, 22, 1, "half_up", "more places than `decimals`"),
        (96, 0, 0, "half_up", "at least 1"),
        (96, -22, 0, "half_up", "denominator is negative"),
        (96, 2.5, 0, "half_up", "denominator is not a whole number"),
        (96, 22, -1, "half_up", "number of decimals is negative"),
        (96, 22, 0, "up", "half_up, half_even, truncated"),
    ],
)
def test_impossible_percentages_are_refused(
    percent: Any, denominator: Any, decimals: Any, rounding: Any, message: str
) -> None:
    with pytest.raises(StatisticsError, match=message):
        feasible_numerators(percent, denominator, decimals=decimals, rounding=rounding)
