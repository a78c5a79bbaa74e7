from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.clusters import clustered_proportion
from ehp_eval.errors import StatisticsError
from ehp_eval.standardisation import balance, standardised_difference, weights

few = settings(deadline=None, max_examples=25)


def children(*strata: tuple[str, int, int, int, int]) -> pd.DataFrame:
    """Of each stratum: children of the service and how many with the outcome, the same of the comparison.

    No two are of one family.
    """
    rows = [
        {"stratum": name, "served": served, "good": child < good}
        for name, n1, good1, n0, good0 in strata
        for served, n, good in ((True, n1, good1), (False, n0, good0))
        for child in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["stratum", "served", "good"])
    return frame.assign(family_id=frame.index.astype("str"))


# C has no child of the comparison, D none of the service.
HAND = children(("A", 10, 8, 20, 10), ("B", 30, 27, 10, 8), ("C", 10, 5, 0, 0), ("D", 0, 0, 5, 5))


def test_shares_by_hand():
    found = standardised_difference(HAND, replicates=50)
    # (8 + 27) / 40; 10/40 x 10/20 + 30/40 x 8/10; (10 + 8 + 5) / 35.
    assert (found.service, found.comparison) == (pytest.approx(0.875), pytest.approx(0.725))
    assert found.crude == pytest.approx(23 / 35)
    assert found.difference.value == pytest.approx(0.15)
    assert (found.n_service, found.n_comparison, found.covered, found.n_covered) == (50, 35, 0.8, 40)
    assert found.strata.to_numpy().tolist() == [
        ["A", 10, 8, 20, 10],
        ["B", 30, 27, 10, 8],
        ["C", 10, 5, 0, 0],
        ["D", 0, 0, 5, 5],
    ]


def test_a_child_of_the_comparison_counts_for_those_like_it():
    found = weights(HAND).groupby([HAND["stratum"], HAND["served"]]).first()
    assert found.to_dict() == {
        ("A", True): 1, ("A", False): 0.5, ("B", True): 1, ("B", False): 3, ("C", True): 0, ("D", False): 0,
    }  # fmt: skip


# R, families of two, so that some stand in both groups:
#   i <- 0:119
#   d <- data.frame(family = i %/% 2, stratum = (i %/% 3) %% 2, served = i %% 5 < 2, good = (i * 7) %% 11 < 7)
#   std <- function(d) { w <- table(d$stratum[d$served]); p <- tapply(d$good[!d$served], d$stratum[!d$served], mean)
#     c(mean(d$good[d$served]), sum(w * p) / sum(w)) }
#   set.seed(1); f <- split(d, d$family)
#   b <- replicate(20000, { s <- std(do.call(rbind, f[sample(60, replace = TRUE)])); s[1] - s[2] })
#   std(d); quantile(b, c(.025, .975))
def test_shares_and_family_bootstrap_are_those_of_r():
    found = standardised_difference(families_of_two(), replicates=20_000)
    assert (found.service, found.comparison) == (pytest.approx(0.625), pytest.approx(0.638888888889))
    limits = (found.difference.lower, found.difference.upper)
    assert limits == pytest.approx((-0.1945632, 0.1630332), abs=0.008)


def families_of_two() -> pd.DataFrame:
    i = pd.Series(range(120))
    return pd.DataFrame(
        {
            "family_id": (i // 2).astype("str"),
            "stratum": (i // 3 % 2).astype("str"),
            "served": i % 5 < 2,
            "good": i * 7 % 11 < 7,
        }
    )


# Newcombe (1998), table II, method 10: where everybody of a group is alike the bootstrap alone would be a point.
@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((10, 0, 10, 0), (-0.2775, 0.2775)),
        ((10, 0, 20, 0), (-0.1611, 0.2775)),
        ((10, 10, 10, 0), (0.6075, 1.0)),
        ((10, 10, 20, 0), (0.6791, 1.0)),
    ],
)
def test_where_everybody_is_alike_the_interval_is_newcombe_s(counts, expected):
    found = standardised_difference(children(("only", *counts)), replicates=50).difference
    assert (found.lower, found.upper) == pytest.approx(expected, abs=5e-5)


def test_in_one_stratum_it_is_about_newcombe_s():
    # Newcombe (1998), table II, case (a): 56/70 less 48/80 is 0.2 (0.0524 to 0.3339).
    found = standardised_difference(children(("only", 70, 56, 80, 48))).difference
    assert found.value == pytest.approx(0.2)
    assert (found.lower, found.upper) == pytest.approx((0.0524, 0.3339), abs=0.012)
    assert found.lower <= 0.0524
    assert found.upper >= 0.3339


def test_brothers_and_sisters_widen_it():
    alone = children(("only", 60, 45, 60, 30))
    fours = alone.assign(family_id=(alone.index // 4).astype("str"))
    widths = [
        limits.upper - limits.lower
        for limits in (standardised_difference(rows, replicates=500).difference for rows in (alone, fours))
    ]
    # Nearly everybody is like the three others of the family: at most twice as wide, the square root of four.
    assert 1.7 < widths[1] / widths[0] < 2.3


def test_without_like_children_there_is_no_difference():
    found = standardised_difference(children(("A", 5, 3, 0, 0), ("B", 0, 0, 5, 4)))
    assert found.covered == 0
    assert found.crude == 0.8
    assert all(math.isnan(value) for value in (found.service, found.comparison, found.difference.value))
    assert all(math.isnan(value) for value in (found.difference.lower, found.difference.upper))


@pytest.mark.parametrize("column", ["good", "served", "stratum", "family_id"])
def test_a_missing_cell_is_refused(column):
    rows = HAND.astype("object")
    rows.loc[3, column] = None
    with pytest.raises(StatisticsError, match="leave unknown outcomes out"):
        standardised_difference(rows)


def test_an_outcome_is_true_or_false():
    with pytest.raises(StatisticsError, match="neither True nor False"):
        standardised_difference(HAND.assign(good=2))


@st.composite
def two_groups(draw: st.DrawFn) -> pd.DataFrame:
    n = draw(st.integers(4, 40))
    roll = random.Random(draw(st.integers(0, 2**32)))
    return pd.DataFrame(
        [
            {
                "stratum": roll.choice("ABC"),
                "served": roll.random() < 0.5,
                "good": roll.random() < 0.8,
                "family_id": str(roll.randrange(n)),
            }
            for _ in range(n)
        ]
    )


@few
@given(two_groups(), st.randoms(use_true_random=False))
def test_neither_order_nor_ids_matter(rows: pd.DataFrame, roll: random.Random) -> None:
    def told(of: pd.DataFrame) -> list[Any]:
        found = standardised_difference(of, replicates=50)
        limits = found.difference
        return [found.service, found.comparison, limits.value, limits.lower, limits.upper]

    names = [str(name) for name in range(1000, 1000 + len(rows))]
    roll.shuffle(names)
    order = list(rows.index)
    roll.shuffle(order)
    others = rows.assign(family_id=rows["family_id"].map(lambda name: names[int(name)])).loc[order]
    assert told(rows) == pytest.approx(told(others), nan_ok=True)


@few
@given(two_groups())
def test_the_estimate_is_inside_its_limits_and_they_are_differences_of_shares(rows: pd.DataFrame) -> None:
    found = standardised_difference(rows, replicates=50).difference
    if not math.isnan(found.value):
        assert -1 <= found.lower <= found.value <= found.upper <= 1
        assert found.upper > found.lower


def test_the_seed_decides():
    first, again, other = (standardised_difference(families_of_two(), replicates=200, seed=seed) for seed in (1, 1, 2))
    assert first.difference == again.difference != other.difference


# ---------------------------------------------------------------- weighted shares


# R: as for `clustered_proportion` in test_clusters.py, with weights
#   cl <- function(good, fam, w, conf = .95) {
#     n <- sum(w)^2 / sum(w^2); a <- w / sum(w); p <- sum(a * good); z <- tapply(a * (good - p), fam, sum)
#     k <- length(z); deff <- k / (k - 1) * sum(z^2) / (p * (1 - p) / n); ne <- n / max(deff, 1)
#     q <- qt((1 + conf) / 2, k - 1); f <- function(x) (p - x)^2 - q^2 * x * (1 - x) / ne
#     c(p, uniroot(f, c(0, p), tol = 1e-14)$root, uniroot(f, c(p, 1), tol = 1e-14)$root) }
#   cl(c(1,1,0,0,1,1,1,1,1,0), c("A","A","B","B","C","D","E","E","E","F"), c(1,2,2,.5,3,1,1,1,2,1))
def test_a_weighted_share_is_that_of_r():
    good = pd.Series([bool(k) for k in (1, 1, 0, 0, 1, 1, 1, 1, 1, 0)])
    found = clustered_proportion(
        good, pd.Series(list("AABBCDEEEF")), weights=pd.Series([1, 2, 2, 0.5, 3, 1, 1, 1, 2, 1])
    )
    assert (found.value, found.lower, found.upper) == pytest.approx(
        (0.758620689655, 0.261539337290, 0.965385262980), abs=1e-9
    )


@pytest.mark.parametrize("weight", [1.0, 0.1])
def test_weights_that_are_all_alike_change_nothing(weight):
    rows = families_of_two()
    plain = clustered_proportion(rows["good"], rows["family_id"])
    weighted = clustered_proportion(rows["good"], rows["family_id"], weights=pd.Series(weight, index=rows.index))
    assert (weighted.value, weighted.lower, weighted.upper) == pytest.approx((plain.value, plain.lower, plain.upper))


# ---------------------------------------------------------------- balance


def test_balance_by_hand():
    rows = HAND.assign(stratum_again=HAND["stratum"], sex=np.where(HAND.index % 2 == 0, "F", "M"))
    found = balance(rows, ["stratum_again", "sex"]).set_index(["characteristic", "level"])
    a = found.loc[("stratum_again", "A")]
    # 10 of the 40 in the service; 20 of 35 in the comparison as it is; 10 of 40 once standardised.
    assert (a["service"], a["crude"], a["comparison"]) == (pytest.approx(0.25), pytest.approx(20 / 35), 0.25)
    spread = math.sqrt((0.25 * 0.75 + 20 / 35 * 15 / 35) / 2)
    assert a["before"] == pytest.approx((0.25 - 20 / 35) / spread)
    assert (a["after"], a["unbalanced"]) == (0, False)
    assert found.loc[("stratum_again", "D"), "service"] == 0
    f = found.loc[("sex", "F")]
    assert (f["service"], f["crude"]) == (0.5, pytest.approx(18 / 35))
    assert f["comparison"] == pytest.approx((10 * 0.5 + 5 * 3) / 40)


def test_a_level_that_one_group_lacks_altogether_is_unbalanced():
    rows = children(("A", 4, 2, 4, 2))
    found = balance(rows.assign(year=np.where(rows["served"], "2019", "2018")), ["year"])
    assert found["before"].tolist() == [-math.inf, math.inf]
    assert found["unbalanced"].tolist() == [True, True]
