"""The search over numerators, against published tables, hand calculation and the library that the reports use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.disclosure.numerators import (
    Range,
    Shown,
    behind_a_difference,
    compatible,
    poisson_limits,
    wilson_limits,
)
from ehp_eval.proportions import proportion

untimed = settings(deadline=None, max_examples=60)
counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
EXACT, WHOLE = 1e-9, 5.001e-3


# As in tests/test_proportions.py, from R: prop.test(7, 166, correct = FALSE)$conf.int
@pytest.mark.parametrize(
    ("k", "n", "confidence", "lower", "upper"),
    [
        (7, 166, 0.95, 0.02057424429, 0.08447348048),
        (7, 11, 0.95, 0.3538011745, 0.84833528905),
        (7, 11, 0.99, 0.2855669531, 0.88455029041),
        (0, 10, 0.95, 0.0, 0.27753279986),
    ],
)
def test_wilson_limits_are_those_of_r(k: int, n: int, confidence: float, lower: float, upper: float) -> None:
    found = wilson_limits(np.array([k]), np.array([n]), confidence)

    assert [float(limit[0]) for limit in found] == pytest.approx([lower, upper], abs=1e-9)


# Exact limits of 0, 3 and 9 as in any table after Garwood (1936); Byar's of 10 by hand: 10 (1 - 1/90 - 1.96/9.487)^3
# and 11 (1 - 1/99 + 1.96/9.950)^3
@pytest.mark.parametrize(
    ("count", "lower", "upper"), [(0, 0.0, 3.689), (3, 0.619, 8.767), (9, 4.115, 17.085), (10, 4.79, 18.39)]
)
def test_poisson_limits_are_those_of_the_tables(count: int, lower: float, upper: float) -> None:
    assert poisson_limits(count, 0.95) == pytest.approx((lower, upper), abs=0.006)


def test_a_whole_percentage_of_eleven_has_one_numerator() -> None:
    # 64% of 11: 7/11 = 63.6%; 6/11 = 54.5% and 8/11 = 72.7% do not round to it
    assert compatible(Shown(0.64), Range(0, 11), Range(11, 11), WHOLE) == (Range(7, 7), Range(11, 11))


def test_a_whole_percentage_of_many_has_several_numerators() -> None:
    # 50% of 400: from 49.5% (198) to 50.5% (202), the ends included since nobody says how they were rounded
    assert compatible(Shown(0.5), Range(0, 400), Range(400, 400), WHOLE) == (Range(198, 202), Range(400, 400))


def test_a_percentage_and_its_limits_give_the_denominator_too() -> None:
    limits = proportion(3, 40)
    shown = Shown(limits.value, limits.lower, limits.upper)

    assert compatible(shown, Range(1, 4), Range(1, 1000)) == (Range(3, 3), Range(40, 40))


def test_limits_alone_give_the_numerator() -> None:
    limits = proportion(3, 40)

    assert compatible(Shown(None, None, limits.upper), Range(1, 4), Range(40, 40)) == (Range(3, 3), Range(40, 40))


def test_a_bare_percentage_leaves_multiples() -> None:
    # 0.25 exactly, numerator 1 to 4: 1/4, 2/8, 3/12, 4/16
    assert compatible(Shown(0.25), Range(1, 4), Range(1, 100), EXACT) == (Range(1, 4), Range(4, 16))


def test_nothing_fits_a_share_that_cannot_be() -> None:
    # 96% of 22 (Connecting Families' claim): 21/22 is 95.5%, which rounds up only at a half; 0.96 exactly is none
    assert compatible(Shown(0.96), Range(0, 22), Range(22, 22), EXACT) is None


def test_a_difference_gives_the_other_side() -> None:
    # 12/50 - x/40 = 0.24 - 0.075 = 0.165: x is 3
    assert behind_a_difference(0.165, (Range(12, 12), 50), (Range(0, 40), 40)) == (Range(12, 12), Range(3, 3))


def test_a_difference_of_two_hidden_sides_leaves_several() -> None:
    # (x - y) / 40 = 0.05: y is 1 or 2 where x is at most 4
    found = behind_a_difference(0.05, (Range(1, 4), 40), (Range(1, 4), 40))

    assert found == (Range(3, 4), Range(1, 2))


@untimed
@given(counts, st.sampled_from([1e-9, 5.001e-4, 5.001e-3]), st.booleans())
def test_what_is_true_is_always_among_what_is_found(pair: tuple[int, int], within: float, limits: bool) -> None:
    k, n = pair
    true = proportion(k, n)
    places = {1e-9: 15, 5.001e-4: 3, 5.001e-3: 2}[within]
    value, lower, upper = (round(each, places) for each in (true.value, true.lower, true.upper))
    shown = Shown(value, lower, upper) if limits else Shown(value)

    found = compatible(shown, Range(0, n), Range(max(1, n - 5), n + 5), within)

    assert found is not None
    assert found[0].low <= k <= found[0].high
    assert found[1].low <= n <= found[1].high
