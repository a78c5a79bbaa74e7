"""The published looked-after series of all authorities of a nation, aligned around a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ehp_eval.looked_after import looked_after_series
from ehp_eval.years import Period

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from ehp_eval.load import Council

    Floats: TypeAlias = NDArray[np.float64]

LEAST = 5
"""Other authorities, and years up to the change, without which there is no comparison."""


@dataclass(frozen=True, eq=False)
class AlignedSeries:
    """Counts and populations of the same years and authorities, without a gap.

    Attributes
    ----------
    counts, populations : DataFrame, shape (years, authorities)
        At each 31 March, the council's own authority first; the population under 18 that the rate of the year rests on.
    half : DataFrame, same shape
        How far a count may lie from what it was rounded to; 0 where it is exact.
    mid_years : tuple of int
        The mid-years of the populations.
    left_out : dict of str to str
        Authorities that are not among them, and why: "gaps", "population" or "none" (nobody was looked after).
    nation : Series
        The nation's rate by year, where there is one.
    rounded_to : int
        The coarsest rounding; 1 where every count is exact.
    """

    counts: pd.DataFrame
    populations: pd.DataFrame
    half: pd.DataFrame
    mid_years: tuple[int, ...]
    left_out: dict[str, str]
    nation: pd.Series[float]
    rounded_to: int

    @property
    def rates(self) -> pd.DataFrame:
        """Children looked after per 10,000 under 18."""
        return self.counts / self.populations * 10_000

    def unrounded(self, draws: int, seed: int) -> list[Floats]:
        """Return the counts as they may have been before they were rounded: each anything within half of that.

        One draw is enough, and is all there is, where every count is exact.
        """
        generator = np.random.default_rng(seed)
        counts, half = self.counts.to_numpy(), self.half.to_numpy()
        return [counts + generator.uniform(-half, half) for _ in range(draws if half.any() else 1)]


def aligned_series(council: Council, *, last_before: int) -> AlignedSeries | None:
    """Return the published series of the authority and all others around a change.

    Parameters
    ----------
    council : Council
    last_before : int
        The year whose 31 March is the last before the change.

    Returns
    -------
    AlignedSeries or None
        The years are those around the change, without a gap, in which the authority has a count and so have at least
        half of the others, and five. None where fewer than five of them are up to the change or none is after it, or
        fewer than five others have a count in every one.
    """
    names = council.settings.council
    table = council.tables["looked_after_children"]
    areas = tuple(dict.fromkeys([names.authority, *sorted(table["area"].unique())]))
    if table.empty:
        return None
    long = looked_after_series(council, until=Period.of_day(table["date"].max()), areas=areas)
    long = long.assign(year=long["date"].dt.year, rounded_to=long["rounded_to"].astype("Int64").fillna(1))
    wide = {
        name: pd.DataFrame(long.pivot(index="year", columns="area", values=name)).astype("float64")
        for name in ("children", "population", "value", "rounded_to", "mid_year")
    }
    counts = wide["children"].drop(columns=names.nation, errors="ignore")
    years = _years(counts, names.authority, last_before)
    if sum(year <= last_before for year in years) < LEAST or last_before + 1 not in years:
        return None
    counts = counts.loc[years]
    # An index has no base where nobody was looked after.
    whole = [name for name in counts if (counts[name] > 0).all()]
    left_out = {name: "population" for name in areas if name not in wide["children"] and name != names.nation}
    left_out |= {name: "gaps" if counts[name].isna().any() else "none" for name in counts if name not in whole}
    if names.authority not in whole or len(whole) <= LEAST:
        return None
    chosen = [names.authority, *sorted(str(name) for name in whole if name != names.authority)]
    rounded = wide["rounded_to"].loc[years, chosen]
    nation = wide["value"].get(names.nation, pd.Series(dtype="float64")).reindex(years).dropna()
    mid_years = np.unique(wide["mid_year"].loc[years, chosen].to_numpy())
    return AlignedSeries(
        counts=counts[chosen],
        populations=wide["population"].loc[years, chosen],
        half=(rounded / 2).where(rounded > 1, 0.0),
        mid_years=tuple(int(year) for year in mid_years),
        left_out=left_out,
        nation=nation,
        rounded_to=int(rounded.to_numpy().max()),
    )


def _years(counts: pd.DataFrame, area: str, last_before: int) -> list[int]:
    """Return the years without a gap, around the last before the change, of the area and of most others."""
    if area not in counts:
        return []
    others = counts.drop(columns=area)
    enough = others.notna().sum(axis=1) >= max(LEAST, len(others.columns) / 2)
    at_hand = set(counts.index[counts[area].notna() & enough])
    first = last = last_before
    while first - 1 in at_hand:
        first -= 1
    while last + 1 in at_hand:
        last += 1
    return list(range(first, last + 1)) if last_before in at_hand else []
