from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.clusters import clustered_proportion, design_effect
from ehp_eval.errors import StatisticsError
from ehp_eval.proportions import Estimate, newcombe, proportion

untimed = settings(deadline=None, max_examples=60)


def series(values: Any) -> pd.Series:
    return pd.Series(list(values), dtype=object if isinstance(values, str) else None)


# ---------------------------------------------------------------- design effect


def test_design_effect_of_four_families_by_hand():
    # A: both good; B: neither; C and D: one child each, good. 4 of 6 are good.
    good = pd.Series([True, True, False, False, True, True])
    family = pd.Series(["A", "A", "B", "B", "C", "D"])
    # Residuals sum - share x size: 2/3, -4/3, 1/3, 1/3; squares add up to 22/9. Variance with families
    # 4/3 x 22/9 / 36 = 88/972; of independent children (2/3 x 1/3) / 6 = 1/27. The ratio is 22/9.
    assert design_effect(good, family) == pytest.approx(22 / 9)


def test_design_effect_of_only_children_is_the_correction_for_a_sample():
    # Every family one child: n/(n-1), here 4/3.
    assert design_effect(series([True, False, True, True]), series("ABCD")) == pytest.approx(4 / 3)


@pytest.mark.parametrize("good", [[True, True], [False, False]])
def test_design_effect_is_not_defined_where_everybody_is_alike(good):
    assert math.isnan(design_effect(series(good), series("AB")))


def test_design_effect_is_not_defined_for_one_family():
    assert math.isnan(design_effect(series([True, False]), series("AA")))


# ---------------------------------------------------------------- one proportion

GOOD, FAMILIES = series(bool(k) for k in (1, 1, 0, 0, 1, 1, 1, 1, 1, 0)), series("AABBCDEEEF")
OTHERS, THEIRS = series(bool(k) for k in (1, 0, 0, 1, 0, 0, 0, 1)), series("PPQRRSST")


# R, the limits as roots of the score equation rather than by Wilson's formula:
#   cl <- function(good, fam, conf = .95) {
#     n <- length(good); p <- mean(good); s <- tapply(good, fam, sum); m <- tapply(good, fam, length); k <- length(m)
#     deff <- k / (k - 1) * sum((s - p * m)^2) / n^2 / (p * (1 - p) / n)
#     ne <- n / max(deff, 1); q <- qt((1 + conf) / 2, k - 1)
#     f <- function(x) (p - x)^2 - q^2 * x * (1 - x) / ne
#     c(p, uniroot(f, c(0, p), tol = 1e-14)$root, uniroot(f, c(p, 1), tol = 1e-14)$root) }
#   cl(c(1,1,0,0,1,1,1,1,1,0), c("A","A","B","B","C","D","E","E","E","F"))           # design effect 2.1714
#   cl(c(1,0,0,1,0,0,0,1), c("P","P","Q","R","R","S","S","T"))                       # 0.8125, taken as 1
@pytest.mark.parametrize(
    ("good", "families", "confidence", "expected"),
    [
        (GOOD, FAMILIES, 0.95, (0.7, 0.211136996080, 0.953143744338)),
        (GOOD, FAMILIES, 0.998, (0.7, 0.0580130592031, 0.9888148377121)),
        (OTHERS, THEIRS, 0.95, (0.375, 0.0917008607217, 0.7809807301086)),
    ],
)
def test_clustered_proportion_is_that_of_r(good, families, confidence, expected):
    found = clustered_proportion(good, families, confidence=confidence)
    assert (found.value, found.lower, found.upper) == pytest.approx(expected, abs=1e-9)
    assert (found.confidence, found.method) == (confidence, "Wilson, family-clustered")


def test_where_everybody_is_alike_siblings_count_as_copies():
    # By hand: families of 3, 2 and 1 have n_eff = 36 / 14; the lower limit at 1 is n_eff / (n_eff + z^2).
    n_eff, z = 36 / 14, 1.959963984540054
    good = clustered_proportion(series([True] * 6), series("AAABBC"))
    assert (good.lower, good.upper) == (pytest.approx(n_eff / (n_eff + z**2)), 1.0)
    none = clustered_proportion(series([False] * 6), series("AAABBC"))
    assert (none.lower, none.upper) == (0.0, pytest.approx(1 - n_eff / (n_eff + z**2)))


def test_one_family_counts_as_one():
    # R: cl with ne = 1 and q <- qnorm(.975), at 2 of 3
    found = clustered_proportion(series([True, False, True]), series("AAA"))
    assert (found.lower, found.upper) == pytest.approx((0.0941860151056, 0.9746637563535), abs=1e-9)


def test_nobody_is_nan():
    found = clustered_proportion(pd.Series([], dtype=bool), pd.Series([], dtype=str))
    assert all(math.isnan(number) for number in (found.value, found.lower, found.upper))


def test_children_go_by_position_whatever_their_index():
    shuffled = pd.Series(FAMILIES.to_numpy(), index=range(90, 100))
    assert clustered_proportion(GOOD, shuffled) == clustered_proportion(GOOD, FAMILIES)


outcomes = st.lists(st.tuples(st.booleans(), st.sampled_from("ABCDEFGHIJKL")), min_size=1, max_size=40)


@untimed
@given(outcomes)
def test_never_narrower_than_wilson_and_within_0_and_1(children):
    good, families = series(k for k, _ in children), series(f for _, f in children)
    found, plain = clustered_proportion(good, families), proportion(int(good.sum()), len(good))
    assert 0.0 <= found.lower <= plain.lower + 1e-9
    assert plain.upper - 1e-9 <= found.upper <= 1.0
    turned = clustered_proportion(~good, families)
    assert (1 - turned.upper, 1 - turned.lower) == pytest.approx((found.lower, found.upper), abs=1e-9)


@pytest.mark.parametrize(
    ("good", "families", "message"),
    [
        ([True, False], ["A"], "differ in length"),
        ([True, False], ["A", None], "has no family"),
        ([True, None], ["A", "B"], "neither True nor False"),
        ([1, 2], ["A", "B"], "neither True nor False"),
    ],
)
def test_what_is_missing_or_no_outcome_is_refused(good, families, message):
    with pytest.raises(StatisticsError, match=message):
        clustered_proportion(pd.Series(good), pd.Series(families))


# Beta-binomial families of 1 to 5: siblings share the chance p_f ~ Beta(p (1-r)/r, (1-p) (1-r)/r), whose
# intraclass correlation is r. 400 samples: the standard error of a coverage of 95% is 1 point.
@pytest.mark.parametrize(("p", "correlation", "families"), [(0.7, 0.6, 32), (0.9, 0.3, 75), (0.96, 0.6, 75)])
def test_coverage_is_near_95_where_siblings_are_alike(p: float, correlation: float, families: int) -> None:
    rng = np.random.default_rng(20260401)
    spread = (1 - correlation) / correlation
    covered = plain = 0
    for _ in range(draws := 400):
        sizes = rng.choice([1, 2, 3, 4, 5], size=families, p=[0.5, 0.25, 0.13, 0.08, 0.04])
        family = np.repeat(np.arange(families), sizes)
        chance = rng.beta(p * spread, (1 - p) * spread, size=families)
        good = rng.random(len(family)) < chance[family]
        clustered = clustered_proportion(pd.Series(good), pd.Series(family.astype(str)))
        wilson = proportion(int(good.sum()), len(good))
        covered += clustered.lower <= p <= clustered.upper
        plain += wilson.lower <= p <= wilson.upper
    assert 0.93 <= covered / draws <= 0.98
    assert plain / draws < 0.92


# ---------------------------------------------------------------- a difference of two


def difference(good1: pd.Series, families1: pd.Series, good2: pd.Series, families2: pd.Series) -> Estimate:
    """As the reports make it: from the two family-clustered intervals."""
    first, second = clustered_proportion(good1, families1), clustered_proportion(good2, families2)
    return newcombe(first, second, method="Newcombe, family-clustered")


# R: a <- cl(<the first above>); b <- cl(<the second>); d <- a[1] - b[1]
#    c(d, d - sqrt((a[1] - a[2])^2 + (b[3] - b[1])^2), d + sqrt((a[3] - a[1])^2 + (b[1] - b[2])^2))
def test_clustered_difference_is_that_of_r():
    found = difference(GOOD, FAMILIES, OTHERS, THEIRS)
    assert (found.value, found.lower, found.upper) == pytest.approx((0.325, -0.310458409199, 0.704921251858), abs=1e-9)
    assert (found.confidence, found.method) == (0.95, "Newcombe, family-clustered")


def test_a_difference_from_nobody_is_nan():
    nobody, none = pd.Series([], dtype=bool), pd.Series([], dtype=str)
    found = difference(GOOD, FAMILIES, nobody, none)
    assert all(math.isnan(number) for number in (found.value, found.lower, found.upper))
