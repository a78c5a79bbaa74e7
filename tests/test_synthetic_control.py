from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ehp_eval.errors import StatisticsError
from ehp_eval.synthetic_control import mean_gap_and_rank, placebos_in_space, synthetic_control

YEARS = pd.RangeIndex(2010, 2016)
AREAS = {
    "T": [50, 52, 55, 54, 60, 58],
    "A": [40, 45, 44, 47, 50, 49],
    "B": [70, 66, 72, 71, 80, 79],
    "C": [30, 28, 33, 40, 41, 50],
    "D": [90, 100, 95, 99, 97, 90],
}


def frame(**areas: list[float]) -> pd.DataFrame:
    return pd.DataFrame(areas or AREAS, index=YEARS).astype("float64")


def test_two_donors_by_hand() -> None:
    # With w for A and 1 - w for B, the gap before is -(w a + (1 - w) b), where a and b are the donors' differences
    # from T: a = -10, -7, -11, -7 and b = 20, 14, 17, 17. Least squares: w = sum b(b - a) / sum (b - a)^2
    # = (600 + 294 + 476 + 408) / (900 + 441 + 784 + 576) = 1778 / 2701.
    found = synthetic_control(frame(**{name: AREAS[name] for name in "TAB"}), "T", last_before=2013)
    weight = 1778 / 2701
    assert found.weights.to_dict() == pytest.approx({"A": weight, "B": 1 - weight})
    gaps = [60 - 50 * weight - 80 * (1 - weight), 58 - 49 * weight - 79 * (1 - weight)]
    assert found.path["gap"].iloc[4:].tolist() == pytest.approx(gaps)
    assert found.mean_gap == pytest.approx(sum(gaps) / 2)
    assert found.rmspe_after == pytest.approx(math.sqrt((gaps[0] ** 2 + gaps[1] ** 2) / 2))
    assert found.path["actual"].tolist() == AREAS["T"]
    assert found.path["synthetic"].iloc[4] == pytest.approx(50 * weight + 80 * (1 - weight))


def test_four_donors_as_in_r() -> None:
    # R: y <- c(50,52,55,54,60,58)
    #    D <- cbind(c(40,45,44,47,50,49), c(70,66,72,71,80,79), c(30,28,33,40,41,50), c(90,100,95,99,97,90))
    #    loss <- function(v) sum((y[1:4] - D[1:4, ] %*% c(v, 1 - sum(v)))^2)
    #    v <- constrOptim(rep(.25, 3), loss, NULL, ui = rbind(diag(3), -1), ci = c(0, 0, 0, -1), mu = 1e-9,
    #                     control = list(reltol = 1e-15, maxit = 20000), outer.eps = 1e-14)$par
    #    gap <- y - D %*% c(v, 1 - sum(v)); c(v, sqrt(mean(gap[1:4]^2)), sqrt(mean(gap[5:6]^2)), mean(gap[5:6]))
    found = synthetic_control(frame(), "T", last_before=2013)
    assert found.weights[["A", "B", "C", "D"]].tolist() == pytest.approx([0.658277, 0.341723, 0, 0], abs=5e-6)
    measured = (found.rmspe_before, found.rmspe_after, found.mean_gap)
    assert measured == pytest.approx((0.94704279, 0.90279590, -0.75169171), abs=1e-4)
    assert found.ratio == pytest.approx(found.rmspe_after / found.rmspe_before)


@pytest.mark.parametrize("area", list(AREAS))
def test_pysyncon_comes_to_the_same(area: str) -> None:
    from pysyncon import Synth  # here: it brings pyplot, which takes a second

    outcomes = frame()
    before = outcomes.loc[:2013]
    # It divides each year by its standard deviation over the areas; these weights undo it.
    differences = before.drop(columns=area).sub(before[area], axis=0)
    own = pd.Series(0.0, index=before.index, name=area)
    undo = pd.concat([differences, own], axis=1).var(axis=1).to_numpy()
    synth = Synth()
    synth.fit(X0=differences, X1=own, Z0=differences, Z1=own, custom_V=undo / 100)
    assert synth.W is not None
    found = synthetic_control(outcomes, area, last_before=2013).weights[differences.columns]
    assert found.to_numpy() == pytest.approx(synth.W, abs=2e-3)


@settings(max_examples=25)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(3, 10), st.integers(3, 12)),
        elements=st.integers(20, 400).map(float),
    )
)
def test_the_weights_are_the_best_there_are(values: np.ndarray) -> None:
    outcomes = pd.DataFrame(
        values, index=range(2000, 2000 + len(values)), columns=[f"a{n}" for n in range(values.shape[1])]
    )
    before = len(values) - 1
    found = synthetic_control(outcomes, "a0", last_before=2000 + before - 1)
    weights = found.weights[outcomes.columns[1:]].to_numpy()
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    # Karush, Kuhn and Tucker: no donor, given more weight, would make the squared gap less.
    differences = values[:before, 1:] - values[:before, [0]]
    slope = differences.T @ differences @ weights
    assert slope.min() >= weights @ slope - 1e-6 * np.abs(differences).max() ** 2 * before


@pytest.mark.parametrize("scale", [1e-3, 1, 1e4])
def test_no_scale_changes_the_weights(scale: float) -> None:
    expected = synthetic_control(frame(), "T", last_before=2013)
    found = synthetic_control(frame() * scale, "T", last_before=2013)
    assert found.weights.to_dict() == pytest.approx(expected.weights.to_dict())
    assert found.ratio == pytest.approx(expected.ratio)


def test_a_perfect_fit_has_no_ratio_made_of_rounding() -> None:
    mean = [(a + b) / 2 for a, b in zip(AREAS["A"], AREAS["B"], strict=True)]
    for after, ratio in ((0.0, 1.0), (3.0, math.inf)):
        exact = [*mean[:4], *(value + after for value in mean[4:])]
        found = synthetic_control(frame(T=exact, A=AREAS["A"], B=AREAS["B"]), "T", last_before=2013)
        assert found.weights.to_dict() == pytest.approx({"A": 0.5, "B": 0.5})
        assert (found.rmspe_before, found.ratio) == (0, ratio)
        assert found.mean_gap == pytest.approx(after)


def test_all_areas_alike_have_no_gap() -> None:
    found = synthetic_control(frame(T=[5.0] * 6, A=[5.0] * 6, B=[5.0] * 6), "T", last_before=2013)
    assert (found.mean_gap, found.ratio, found.weights.sum()) == (0, 1, 1)


def test_every_area_is_treated_in_turn_with_the_treated_one_no_donor() -> None:
    found = placebos_in_space(frame(), "T", last_before=2013)
    for name in "ABCD":
        alone = synthetic_control(frame().drop(columns="T"), name, last_before=2013)
        row = found.table.loc[name]
        assert (row["rmspe_before"], row["ratio"]) == pytest.approx((alone.rmspe_before, alone.ratio))
        assert found.gaps[name].tolist() == pytest.approx(alone.path["gap"].tolist())
    own = synthetic_control(frame(), "T", last_before=2013)
    assert found.table.loc["T", "mean_gap"] == pytest.approx(own.mean_gap)
    # Ratios: A 2.15, B 1.55, T 0.95, C 0.54, D 0.53. Mean gaps: A -4.7, C -4.0, T -0.8, B 6.0, D 14.0.
    assert (found.areas, found.rank, found.p, found.rank_gap) == (5, 3, 0.6, 3)
    assert found.table.index.tolist() == ["A", "B", "T", "C", "D"]
    # Five times 0.947^2 is 4.48; the squares before: A 7.5, B 15.2, C 139.7, D 717.2.
    assert (found.close_areas, found.close_rank, found.close_p) == (1, 1, 1.0)
    assert mean_gap_and_rank(frame().to_numpy(), 0, 4) == (pytest.approx(own.mean_gap), 3)


def test_an_area_that_leaves_its_counterpart_comes_first() -> None:
    steady = np.random.default_rng(7).normal(100, 3, size=(16, 20)).cumsum(axis=0)
    outcomes = pd.DataFrame(steady, index=range(2000, 2016), columns=[f"a{n}" for n in range(20)])
    outcomes["T"] = outcomes.iloc[:, :10].mean(axis=1) + np.where(outcomes.index > 2012, -60, 0)
    found = placebos_in_space(outcomes, "T", last_before=2012)
    assert (found.rank, found.p, found.rank_gap) == (1, pytest.approx(1 / 21), 1)
    assert found.table.index[0] == "T"


def test_a_ratio_as_great_counts_against_the_area() -> None:
    # T and A are the same, and so are their counterparts but for T, which is no donor of A.
    outcomes = frame(T=AREAS["A"], A=AREAS["A"], B=AREAS["B"], C=AREAS["C"])
    found = placebos_in_space(outcomes, "T", last_before=2013)
    assert found.table.loc["T", "ratio"] == 1  # A fits it perfectly, before and after
    assert found.rank == int((found.table["ratio"] >= 1).sum())


@pytest.mark.parametrize(
    ("outcomes", "area", "last_before", "words"),
    [
        (frame(), "Z", 2013, "not among the outcomes"),
        (frame().mask(frame() == 40), "T", 2013, "missing"),
        (frame().drop(index=2012), "T", 2013, "in order"),
        (frame().iloc[::-1], "T", 2013, "in order"),
        (frame()[["T", "A"]], "T", 2013, "at least 2"),
        (frame(), "T", 2010, "two years up to the change"),
        (frame(), "T", 2015, "one after"),
    ],
)
def test_what_cannot_be_fitted_is_refused(outcomes: pd.DataFrame, area: str, last_before: int, words: str) -> None:
    with pytest.raises(StatisticsError, match=words):
        synthetic_control(outcomes, area, last_before=last_before)


def test_placebos_need_three_others() -> None:
    with pytest.raises(StatisticsError, match="at least 3"):
        placebos_in_space(frame()[["T", "A", "B"]], "T", last_before=2013)
