from __future__ import annotations

import math

import pandas as pd
import pytest

from ehp_eval.errors import StatisticsError
from ehp_eval.paired import paired_change

NAN = math.nan


# R's data set sleep (Student 1908, ten patients under two drugs): with(sleep,
#   t.test(extra[group == 2], extra[group == 1], paired = TRUE)); the mean, 1.58, is Student's own.
def test_the_change_is_that_of_student():
    first = pd.Series([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = pd.Series([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    found = paired_change(first, second)
    estimate = found.estimate
    assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx((1.58, 0.700114236723, 2.459885763277))
    assert (estimate.confidence, estimate.method) == (0.95, "paired t")
    assert (found.pairs, found.improved, found.same, found.worse) == (10, 9, 1, 0)


# R: b <- c(10, 12, 9, 15, 11); a <- c(13, 12, 14, 14, 16); t.test(a, b, paired = TRUE, conf.level = .9)
def test_those_with_one_score_are_counted_and_left_out():
    before = pd.Series([10, NAN, 12, 9, 8, 15, 11, NAN])
    after = pd.Series([13, 20, 12, 14, NAN, 14, 16, NAN])
    found = paired_change(before, after, confidence=0.9)
    estimate = found.estimate
    assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx((2.4, -0.2626757827, 5.0626757827))
    assert (found.improved, found.same, found.worse) == (3, 1, 1)
    # Everybody stands in one of three: 5 pairs, 2 without a first score (one without either), 1 with the first only.
    assert (found.pairs, found.missing_before, found.missing_after) == (5, 2, 1)


def test_one_pair_has_a_change_and_no_limits():
    estimate = paired_change(pd.Series([3.0]), pd.Series([5.0])).estimate
    assert estimate.value == 2
    assert math.isnan(estimate.lower)
    assert math.isnan(estimate.upper)


def test_no_pair_is_nan():
    found = paired_change(pd.Series([3.0, NAN]), pd.Series([NAN, 5.0]))
    assert math.isnan(found.estimate.value)
    assert (found.pairs, found.missing_before, found.missing_after) == (0, 1, 1)


def test_changes_that_are_all_alike_have_no_spread_to_make_limits_of():
    # R: t.test(c(1.1, 1.2, 1.3) - c(1, 1.1, 1.2)) stops: data are essentially constant
    estimate = paired_change(pd.Series([1.0, 1.1, 1.2]), pd.Series([1.1, 1.2, 1.3])).estimate
    assert estimate.value == pytest.approx(0.1)
    assert math.isnan(estimate.lower)


def test_scores_of_a_nullable_type_are_taken():
    found = paired_change(pd.Series([1, None, 3], dtype="Int64"), pd.Series([2, 5, 7], dtype="Int64"))
    assert (found.pairs, found.estimate.value) == (2, 2.5)


def test_scores_of_other_people_are_refused():
    with pytest.raises(StatisticsError, match="same index"):
        paired_change(pd.Series([1.0, 2.0], index=["a", "b"]), pd.Series([1.0, 2.0], index=["b", "a"]))
