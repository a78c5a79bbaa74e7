"""Prices, present values and drawn assumptions: by hand, and by R."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.costs import WEEKS_A_YEAR, Range, draws_between, generator, present_value, to_prices
from ehp_eval.errors import StatisticsError

# HM Treasury, June 2023 release: 2016-17, 2018-19, 2020-21.
INDEX = {"2016-17": 83.7617, "2018-19": 86.6798, "2020-21": 94.5067}


@pytest.mark.parametrize(
    ("amount", "year", "expected"),
    [(646, "2016-17", 728.86925886), (360, "2018-19", 392.50681243), (835, "2018-19", 910.39774550)],
)
def test_an_amount_is_carried_to_another_years_prices(amount: float, year: str, expected: float) -> None:
    assert to_prices(amount, year, "2020-21", INDEX) == pytest.approx(expected)


def test_no_year_is_guessed() -> None:
    assert to_prices(10, "1999-00", "1999-00", {}) == 10
    with pytest.raises(StatisticsError, match="no value for 2014-15"):
        to_prices(10, "2014-15", "2020-21", INDEX)


def test_weekly_payments_at_their_present_value() -> None:
    # Three weeks by hand: one week's discount is 1.035 ^ (7 / 365.25) = 1.000659516.
    week = 1.035 ** (7 / 365.25)
    assert present_value(360, 3, 0.035) == pytest.approx(360 / week + 360 / week**2 + 360 / week**3)
    # R: i <- 1.035^(7/365.25) - 1; sum(100/(1+i)^(1:52)); the same of 835 x 94.5067 / 86.6798 for 156 weeks
    assert present_value([100, 910.39774549549], [52, 156], 0.035) == pytest.approx([5110.1874309264, 134918.08687442])
    assert present_value(100, 52, 0) == 5200
    assert present_value(100, 0, 0.035) == 0


def test_what_is_paid_for_ever_is_worth_the_payment_over_the_rate() -> None:
    week = 1.035 ** (1 / WEEKS_A_YEAR) - 1
    assert present_value(100, 1e6, 0.035) == pytest.approx(100 / week)


@pytest.mark.parametrize(("weeks", "rate"), [(-1, 0.035), (10, -0.01)])
def test_negative_weeks_and_rates_are_refused(weeks: float, rate: float) -> None:
    with pytest.raises(StatisticsError, match="0 or more"):
        present_value(100, weeks, rate)


@pytest.mark.parametrize(
    ("values", "centiles"),
    # R: a + (b - a) * qbeta(c(.025, .5, .975), 1 + 4 * (m - a) / (b - a), 1 + 4 * (b - m) / (b - a))
    [
        ((0.1, 0.2, 0.35), (0.12600103, 0.20636770, 0.30100213)),
        ((26, 52, 156), (31.097654, 61.967394, 114.807460)),
    ],
)
def test_draws_are_those_of_the_pert_distribution(
    values: tuple[float, float, float], centiles: tuple[float, float, float]
) -> None:
    draws = draws_between(values, generator(), 200_000)
    low, central, high = values
    assert draws.mean() == pytest.approx((low + 4 * central + high) / 6, rel=0.005)
    found = Range.of(draws)
    assert (found.low, found.central, found.high) == pytest.approx(centiles, rel=0.01)


def test_the_same_draws_every_time() -> None:
    first, second = (draws_between((0, 1, 2), generator()) for _ in range(2))
    assert np.array_equal(first, second)
    rng = generator()
    assert not np.array_equal(draws_between((0, 1, 2), rng), draws_between((0, 1, 2), rng))


def test_values_out_of_order_are_refused() -> None:
    with pytest.raises(StatisticsError, match="not in order"):
        draws_between((2, 1, 3), generator())


def test_the_centiles_of_a_range() -> None:
    assert Range.of(np.arange(1001.0)) == Range(25.0, 500.0, 975.0)


amounts = st.floats(0, 1e5)


@settings(max_examples=40)
@given(st.lists(amounts, min_size=3, max_size=3).map(sorted))
def test_draws_stay_between_their_ends(values: list[float]) -> None:
    low, central, high = values
    draws = draws_between((low, central, high), generator(), 100)
    slack = 1e-9 * max(high, 1)
    assert draws.min() >= low - slack
    assert draws.max() <= high + slack


@settings(max_examples=40)
@given(amounts, st.integers(0, 2000), st.just(0.0) | st.floats(1e-6, 0.2))
def test_a_present_value_is_never_above_the_sum_paid(weekly: float, weeks: int, rate: float) -> None:
    value = float(present_value(weekly, weeks, rate))
    assert 0 <= value <= weekly * weeks * (1 + 1e-9)
    assert value >= weekly * weeks * (1 + rate) ** (-weeks / WEEKS_A_YEAR) * (1 - 1e-6)
