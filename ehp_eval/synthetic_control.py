"""Synthetic control: one area beside the weighted mean of others that best followed it before a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from ehp_eval.errors import StatisticsError

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

CLOSE_FIT = 5
"""A placebo is close where its mean squared error before is at most so many times that of the area itself."""


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticControl:
    """An area and its synthetic counterpart.

    Attributes
    ----------
    area : str
    last_before : int
        The last year before the change, which counts as before.
    weights : Series
        By donor, 0 to 1, the greatest first; they add up to 1.
    path : DataFrame
        By year: actual, synthetic and gap = actual - synthetic, in the unit of the outcome.
    rmspe_before, rmspe_after : float
        Root mean squared gap; 0 where it is less than a thousand-millionth of the outcome.
    ratio : float
        rmspe_after / rmspe_before; infinite where the fit before is perfect and that after is not, 1 where both are.
    mean_gap : float
        Mean gap after.
    """

    area: str
    last_before: int
    weights: pd.Series[float]
    path: pd.DataFrame
    rmspe_before: float
    rmspe_after: float
    ratio: float
    mean_gap: float


@dataclass(frozen=True, slots=True, eq=False)
class InSpace:
    """The placebo test in space: every area treated in turn.

    Attributes
    ----------
    table : DataFrame
        By area: rmspe_before, rmspe_after, ratio, mean_gap; the greatest ratio first.
    gaps : DataFrame
        Years x areas.
    areas : int
        How many there are, the treated one among them.
    rank : int
        So many areas have a ratio at least as great as that of the treated one: 1 where its is the greatest alone.
    p : float
        rank / areas.
    rank_gap : int
        So many areas have a mean gap at most as great, 1 where that of the treated one is the lowest alone.
    close_areas, close_rank, close_p : int, int, float
        The same without the areas that are not close (`CLOSE_FIT`).
    """

    table: pd.DataFrame
    gaps: pd.DataFrame
    areas: int
    rank: int
    p: float
    rank_gap: int
    close_areas: int
    close_rank: int
    close_p: float


def synthetic_control(outcomes: pd.DataFrame, area: str, *, last_before: int) -> SyntheticControl:
    """Return the synthetic control of an area.

    Parameters
    ----------
    outcomes : DataFrame of numbers, shape (years, areas)
        One row a year, in order and without a gap; one column an area, none missing. All but `area` are donors.
    area : str
    last_before : int
        The last year before the change, with at least one year before it and one after.

    Raises
    ------
    StatisticsError
        When a value is missing, a year is missing or out of order, `area` is no column, there are fewer than two
        donors, fewer than two years before the change or none after it.

    Notes
    -----
    Abadie and Gardeazabal (2003), Abadie, Diamond and Hainmueller (2010, Journal of the American Statistical
    Association 105, 493-505): weights of 0 or more that add up to 1. The predictors are the outcomes of every year
    before, each with the same weight, and nothing else. Then other predictors would have none (Kaul and others 2022,
    Journal of Business and Economic Statistics 40, 1362-1376), and there is no second search, with a start to choose.

    The weights are found exactly, by scipy's non-negative least squares. With D the donors' differences from the area
    before the change, let u be weights that add up to 1. The least over c of |D c u|^2 + (c - 1)^2 is
    |D u|^2 / (|D u|^2 + 1), which grows with |D u|^2 alone. So where c u is the solution with a row of ones, whose
    target is 1, below D, whose target is 0, this u is the best of all, and no penalty has to be chosen. pysyncon 1.7.0,
    which the tests hold this against, hands the same problem to a general optimiser (SLSQP, derivatives by
    differences): mean gaps came out 0.004 to 1.6 away, as the scale of the problem was, after 100 times as long.

    Where donors fit an area without any error, other weights may do so too, and those found are one choice of them.
    """
    values, column, before = _checked(outcomes, area, last_before)
    weights, synthetic = _fitted(values, column, before)
    donors = outcomes.columns.delete(column)
    path = pd.DataFrame({"actual": values[:, column], "synthetic": synthetic}, index=outcomes.index)
    path["gap"] = path["actual"] - path["synthetic"]
    errors = _errors(path[["gap"]].to_numpy(), before, _scale(values))[0]
    by_donor = pd.Series(weights, index=donors, name="weight").sort_values(ascending=False, kind="stable")
    return SyntheticControl(area, last_before, by_donor, path, *(float(error) for error in errors))


def placebos_in_space(outcomes: pd.DataFrame, area: str, *, last_before: int) -> InSpace:
    """Treat every area in turn as if the change had been its own, and rank the area among them.

    Parameters
    ----------
    outcomes, area, last_before
        As for `synthetic_control`, with three donors or more.

    Raises
    ------
    StatisticsError
        As for `synthetic_control`.

    Notes
    -----
    Abadie, Diamond and Hainmueller (2010), who rank the ratio so that an area which was badly fitted before cannot
    stand out after. `area` is no donor of a placebo: what happened to it must not enter its own yardstick.
    """
    values, column, before = _checked(outcomes, area, last_before, donors=3)
    ranked = _in_space(values, column, before)
    names = ["rmspe_before", "rmspe_after", "ratio", "mean_gap"]
    table = pd.DataFrame(ranked.errors, index=outcomes.columns, columns=names)
    gaps = pd.DataFrame(ranked.gaps, index=outcomes.index, columns=outcomes.columns)
    own = table.loc[area]
    close = table[table["rmspe_before"] ** 2 <= CLOSE_FIT * own["rmspe_before"] ** 2]
    close_rank = int((close["ratio"] >= own["ratio"]).sum())
    return InSpace(
        table=table.sort_values("ratio", ascending=False, kind="stable"),
        gaps=gaps,
        areas=len(table),
        rank=ranked.rank,
        p=ranked.rank / len(table),
        rank_gap=int((table["mean_gap"] <= own["mean_gap"]).sum()),
        close_areas=len(close),
        close_rank=close_rank,
        close_p=close_rank / len(close),
    )


def mean_gap_and_rank(values: Floats, column: int, before: int) -> tuple[float, int]:
    """Return the mean gap and the rank of the ratio alone, for simulations, which need nothing else.

    Parameters
    ----------
    values : array, shape (years, areas)
        As the outcomes of `placebos_in_space`, unchecked.
    column : int
        Where the area stands.
    before : int
        How many years are before the change.
    """
    ranked = _in_space(values, column, before)
    return float(ranked.errors[column, 3]), ranked.rank


@dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    errors: Floats  # areas x (rmspe before, rmspe after, ratio, mean gap)
    gaps: Floats  # years x areas
    rank: int


def _in_space(values: Floats, column: int, before: int) -> _Ranked:
    gaps = np.empty_like(values)
    without = np.delete(values, column, axis=1)
    for other in range(values.shape[1]):
        # The others by their place among the areas without the treated one.
        among = (values, column) if other == column else (without, other - (other > column))
        gaps[:, other] = values[:, other] - _fitted(*among, before)[1]
    errors = _errors(gaps, before, _scale(values))
    return _Ranked(errors, gaps, int((errors[:, 2] >= errors[column, 2]).sum()))


def _fitted(values: Floats, column: int, before: int) -> tuple[Floats, Floats]:
    """Return the donors' weights, and the synthetic outcome of every year."""
    donors = np.delete(values, column, axis=1)
    differences = donors[:before] - values[:before, [column]]
    # Both parts of the problem in like numbers; any scale has the same solution.
    differences = differences / (np.sqrt(np.mean(differences**2)) or 1.0)
    rows = np.vstack([differences, np.ones(donors.shape[1])])
    target = np.zeros(before + 1)
    target[-1] = 1.0
    found, _ = nnls(rows, target)
    weights = found / found.sum()
    return weights, donors @ weights


def _errors(gaps: Floats, before: int, scale: float) -> Floats:
    """Return, one row an area, root mean squared gap before and after, their ratio, and the mean gap after."""
    first, then = (np.sqrt(np.mean(part**2, axis=0)) for part in (gaps[:before], gaps[before:]))
    # What is left of a perfect fit is the computer's rounding, of which no ratio must be made.
    first, then = (np.where(error < 1e-9 * scale, 0.0, error) for error in (first, then))
    neither = np.where(then > 0, np.inf, 1.0)
    ratio = np.divide(then, first, out=neither, where=first > 0)
    return np.column_stack([first, then, ratio, gaps[before:].mean(axis=0)])


def _scale(values: Floats) -> float:
    return float(np.abs(values).max())


def _checked(outcomes: pd.DataFrame, area: str, last_before: int, *, donors: int = 2) -> tuple[Floats, int, int]:
    """Return the values, the area's place and the number of years before the change."""
    values = outcomes.to_numpy(dtype=np.float64)
    years = outcomes.index.to_numpy()
    if area not in outcomes.columns:
        raise StatisticsError("The area itself is not among the outcomes: give it a column of its own.")
    if not np.isfinite(values).all():
        raise StatisticsError("An outcome is missing: leave out the area or the years with gaps.")
    if (np.diff(years) != 1).any():
        raise StatisticsError("The years are not in order or one is missing: give one row for each, oldest first.")
    if len(outcomes.columns) <= donors:
        raise StatisticsError(f"There are too few areas to compare with: at least {donors} besides the area itself.")
    before = int((years <= last_before).sum())
    if before < 2 or before == len(years):
        raise StatisticsError("Give at least two years up to the change and one after it.")
    return values, int(outcomes.columns.get_indexer(pd.Index([area]))[0]), before
