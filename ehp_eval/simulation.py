"""How often each verdict comes out, by simulation: the thresholds' operating characteristics.

Children of families and strata are made up, followed, compared and judged by the same steps as in a report: direct
standardisation with its family bootstrap, then the gates. `ehp-eval simulate` writes the table that reports show.
"""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.config import Thresholds, read_settings
from ehp_eval.contract import TABLES
from ehp_eval.errors import DataError
from ehp_eval.load import find_council
from ehp_eval.proportions import Estimate
from ehp_eval.standardisation import Standardised, standardised_difference
from ehp_eval.verdict import LEVEL_NEEDED, VERDICTS, CohortDifference, Evidence, judge

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from ehp_eval.load import Council

TABLE = "operating_characteristics"
SAMPLES, SEED = 1000, 20211
REPLICATES = 500
"""Bootstrap samples of families in each interval; a report draws more."""
FEWEST_SAMPLES = 100
"""Fewer are a trial run, which no report shows: a share could be off by 10 points or more (two standard errors)."""

GOOD, HARM = 0.80, 0.20
"""Shares with the good outcome, and with harm, among children like those of the service without it."""
FAMILY_SIZES = {1: 0.55, 2: 0.25, 3: 0.13, 4: 0.07}
SIBLINGS = 0.5
"""Correlation of brothers and sisters on the normal scale on which outcomes are cut; about 0.3 of the outcomes."""
AGE_BANDS, SEXES = 3, 2
BY_AGE = (-0.03, 0.0, 0.03)
REGISTERED, REGISTERED_COMPARED = 0.5, 0.35
"""Share on the child protection register: more in the service than in the comparison, hence to be standardised."""
BY_REGISTER = 0.08
_TRUTH = ("true_difference", "harm_difference")
_AFFECTING = (
    "verdict_minimum",
    "redirection_minimum",
    "safety_margin",
    "worthwhile_difference",
    "continue_above",
    "overlap_minimum",
)


@dataclass(frozen=True)
class Cell:
    """One truth: differences as shares (outcome: positive is better; harm: positive is worse), and sizes."""

    true_difference: float
    harm_difference: float
    cases: int
    compared: int


SIZES = (50, 100, 200, 300, 500)
CELLS = (
    *(Cell(true, 0.0, n, n) for true, n in product((0.10, 0.05, 0.0, -0.05), SIZES)),
    *(Cell(0.10, 0.0, n, 2 * n) for n in SIZES),
    *(Cell(0.10, 0.05, n, n) for n in SIZES),
)


def simulate(
    thresholds: Thresholds,
    *,
    samples: int = SAMPLES,
    seed: int = SEED,
    cells: tuple[Cell, ...] = CELLS,
    jobs: int = 1,
    tell: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Work out how often each verdict comes out.

    Parameters
    ----------
    thresholds : Thresholds
    samples : int
        Simulated evaluations a cell.
    seed : int
        The same gives the same table.
    cells : tuple of Cell
    jobs : int
        Cells simulated at a time, each in a process of its own; the table is the same.
    tell : callable, optional
        Given a line when a cell is done.

    Returns
    -------
    DataFrame
        The table `operating_characteristics`: true_difference, harm_difference, cases, compared, then the share of
        each verdict, 0 to 1, samples, thresholds and source.

    Notes
    -----
    Assumed: every status known and everybody followed; no serious incident, and no harm confirmed by audit, so that
    only the outcome can lead to re-direction; two yearly cohorts of half the families each; a break-even at the
    smallest worthwhile difference, since this is what the council calls worth paying for. Children of the same family
    are alike (`SIBLINGS`); outcome and harm of a child are drawn apart.
    """
    source = f"ehp-eval simulate, {samples} samples a row, seed {seed}, {REPLICATES} bootstrap samples an interval"
    rows = []
    for number, (cell, shares) in enumerate(
        zip(cells, _shares(cells, thresholds, samples, seed, jobs), strict=True), start=1
    ):
        rows.append({**vars(cell), **shares, "samples": samples})
        if tell:
            found = ", ".join(f"{verdict} {share:.1%}" for verdict, share in shares.items())
            tell(f"{number} of {len(cells)}: {_in_words(cell)}: {found}")
    return pd.DataFrame(rows).assign(thresholds=in_one_line(thresholds), source=source)


def _shares(
    cells: tuple[Cell, ...], thresholds: Thresholds, samples: int, seed: int, jobs: int
) -> Iterator[dict[str, float]]:
    """Yield, cell by cell in their order, the share of each verdict."""
    one = partial(_share_of, thresholds=thresholds, samples=samples, seed=seed)
    if jobs == 1:
        yield from map(one, cells)
        return
    # Spawned, as on Windows: a forked child would inherit the threads of the libraries.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(one, cells)


def _share_of(cell: Cell, *, thresholds: Thresholds, samples: int, seed: int) -> dict[str, float]:
    # Each cell has a stream of its own, so that another cell beside it changes nothing.
    named = (round(1000 * (cell.true_difference + 1)), round(1000 * (cell.harm_difference + 1)))
    rng = np.random.default_rng([seed, *named, cell.cases, cell.compared])
    verdicts = [judge(_evidence(cell, thresholds, rng), thresholds).verdict for _ in range(samples)]
    return {verdict: verdicts.count(verdict) / samples for verdict in VERDICTS}


def write_simulated(
    folder: str | Path, *, samples: int = SAMPLES, tell: Callable[[str], None] | None = None
) -> tuple[pd.DataFrame, Path]:
    """Simulate under the thresholds of a council's folder and write the table into it.

    Returns
    -------
    DataFrame, and Path of the file

    Raises
    ------
    ArgumentError
        When there is no such folder.
    DataError
        When its settings have faults.
    """
    path = find_council(folder)
    settings, _, findings = read_settings(path)
    if settings is None:
        wrong = [finding for finding in findings if finding.file == "council.toml"]
        raise DataError(f"{path.name}: the thresholds cannot be read. Faults to mend:", wrong)
    table = simulate(settings.thresholds, samples=samples, jobs=os.cpu_count() or 1, tell=tell)
    file = path / TABLES[TABLE].file
    file.parent.mkdir(exist_ok=True)
    table.to_csv(file, index=False, lineterminator="\n")
    return table, file


def operating_characteristics(council: Council) -> pd.DataFrame | None:
    """Return the stored table; None where there is none, or it is a trial run, or made for other thresholds."""
    stored = council.tables[TABLE]
    if stored.empty or (stored["samples"] < FEWEST_SAMPLES).any():
        return None
    if (stored["thresholds"] != in_one_line(council.settings.thresholds)).any():
        return None
    return stored.reset_index(drop=True)


def as_markdown(table: pd.DataFrame) -> str:
    """Write the table as the command prints it and docs/verdict.md has it: points, and shares in per cent."""
    points = [[f"{100 * row[name]:+.0f}" for name in _TRUTH] for _, row in table.iterrows()]
    rows = [
        [*truth, str(row["cases"]), str(row["compared"]), *(f"{100 * row[verdict]:.1f}%" for verdict in VERDICTS)]
        for truth, (_, row) in zip(points, table.iterrows(), strict=True)
    ]
    head = [
        "true difference",
        "difference in harm",
        "cases",
        "compared",
        *(name.replace("_", " ") for name in VERDICTS),
    ]
    lines = [head, ["---:"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def standard_error(samples: int) -> float:
    """Return the greatest standard error that a simulated share can have, 0 to 1."""
    return math.sqrt(0.25 / samples)


def in_one_line(thresholds: Thresholds) -> str:
    """Write the thresholds on which the table depends, so that a report can tell whether it is up to date."""
    return "; ".join(f"{name} {getattr(thresholds, name):g}" for name in _AFFECTING)


def _in_words(cell: Cell) -> str:
    truth = f"true difference {100 * cell.true_difference:+.0f} points, harm {100 * cell.harm_difference:+.0f}"
    return f"{truth}, {cell.cases} cases, {cell.compared} compared"


def _evidence(cell: Cell, thresholds: Thresholds, rng: Generator) -> Evidence:
    """Make one evaluation's cases up and compare them as a report does."""
    rows = pd.concat([made_up(cell, rng, served=True), made_up(cell, rng, served=False)], ignore_index=True)
    outcome = _compared(rows, "good")
    covered = outcome.covered >= thresholds.overlap_minimum
    found = Evidence(
        n=cell.cases,
        matured=cell.cases,
        followed=True,
        level=LEVEL_NEEDED if covered else 0,
        refused="" if covered else "overlap",
        outcome=outcome.difference,
        entries_fewer=_times(cell.cases, outcome.difference),
        break_even=cell.cases * thresholds.worthwhile_difference,
    )
    # What takes time is worked out only where it can decide: single years for re-direction, harm for continuing.
    gates = {gate.name: gate.state for gate in judge(found, thresholds).gates}
    if gates["outcome"] in ("below_worthwhile", "better_by_little"):
        return replace(found, by_cohort=tuple(_by_cohort(rows)))
    if gates["outcome"] == "better" and gates["value"] == "pass":
        return replace(found, harm=_compared(rows, "harmed").difference)
    return found


def _compared(rows: pd.DataFrame, outcome: str, replicates: int = REPLICATES) -> Standardised:
    return standardised_difference(rows.assign(good=rows[outcome]), replicates=replicates)


def _by_cohort(rows: pd.DataFrame) -> Iterator[CohortDifference]:
    for year, cohort in rows.groupby("year"):
        # Of a single year the verdict asks for the direction alone, which needs no interval.
        yield CohortDifference(str(year), _compared(cohort, "good", replicates=1).difference, None)


def _times(n: int, difference: Estimate) -> Estimate:
    limits = {name: n * getattr(difference, name) for name in ("value", "lower", "upper")}
    return replace(difference, **limits)


def made_up(cell: Cell, rng: Generator, *, served: bool) -> pd.DataFrame:
    """Make up the cases of one group: good, harmed, served, stratum, family_id and year, one row a case."""
    n = cell.cases if served else cell.compared
    sizes = rng.choice(list(FAMILY_SIZES), p=list(FAMILY_SIZES.values()), size=n)
    family = np.repeat(np.arange(n), sizes)[:n]
    age, sex = rng.integers(AGE_BANDS, size=n), rng.integers(SEXES, size=n)
    registered = rng.random(n) < (REGISTERED if served else REGISTERED_COMPARED)
    # Centred on the service's children: standardised to them, the base rates are what they say.
    easier = np.array(BY_AGE)[age] - BY_REGISTER * (registered - REGISTERED)
    good = _alike(GOOD + easier + served * cell.true_difference, family, rng)
    harmed = _alike(HARM - easier + served * cell.harm_difference, family, rng)
    group = "service" if served else "comparison"
    return pd.DataFrame(
        {
            "good": good,
            "harmed": harmed,
            "served": served,
            "stratum": [f"{a}-{s}-{r:d}" for a, s, r in zip(age, sex, registered, strict=True)],
            "family_id": [f"{group}-{each}" for each in family],
            "year": np.where(family < family[n // 2], "first", "second"),
        }
    )


def _alike(share: NDArray[np.float64], family: NDArray[np.int64], rng: Generator) -> NDArray[np.bool_]:
    """Draw who has an outcome, brothers and sisters alike: each by the given share, through a normal copula."""
    # The quantile itself: scipy.special imports in a third of the time of scipy.stats.
    from scipy.special import ndtri

    common, own = rng.standard_normal(family.max() + 1)[family], rng.standard_normal(len(family))
    drawn: NDArray[np.bool_] = math.sqrt(SIBLINGS) * common + math.sqrt(1 - SIBLINGS) * own < ndtri(share)
    return drawn
