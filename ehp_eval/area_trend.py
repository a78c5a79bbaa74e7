"""How far an area's count had fallen before a change, and how those of all areas moved after it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class Trend:
    """How an area's count fell from its highest point before the change, in children.

    Attributes
    ----------
    peak_year, peak, before, latest : int
        Year and height of the highest 31 March up to the change (the latest of two as high), the count at the last
        31 March before the change, and at the last one of all.
    fall, fall_before : int
        From the peak to the latest, and how much of it lay before the change; negative where it rose.
    share_before : float
        fall_before / fall; nan where there was no fall.
    changes : DataFrame
        By area, the greatest fall first: before, latest, change (children), change_rate (per 10,000), percent,
        rank (of percent, 1 = fell the most).
    fell, rose : int
        Of the other areas from the last year before to the latest; the rest stayed as they were.
    """

    peak_year: int
    peak: int
    before: int
    latest: int
    fall: int
    fall_before: int
    share_before: float
    changes: pd.DataFrame
    fell: int
    rose: int


def trend_of(counts: pd.DataFrame, rates: pd.DataFrame, area: str, *, last_before: int) -> Trend:
    """Return how an area's count fell or rose around a change, and how those of the others did after it.

    Parameters
    ----------
    counts, rates : DataFrame of numbers, shape (years, areas)
        One row a year, none missing, counts above 0; whole counts.
    area : str
    last_before : int
        The last year before the change.
    """
    own = counts[area]
    so_far = own.loc[:last_before]
    peak_year = int(so_far.index[so_far == so_far.max()].to_numpy()[-1])  # of two as high, the later
    peak, before, latest = (int(own[year]) for year in (peak_year, last_before, counts.index[-1]))
    changes = pd.DataFrame({"before": counts.loc[last_before], "latest": counts.iloc[-1]}).astype("int64")
    changes["change"] = changes["latest"] - changes["before"]
    changes["change_rate"] = rates.iloc[-1] - rates.loc[last_before]
    changes["percent"] = changes["change"] / changes["before"] * 100
    changes["rank"] = changes["percent"].rank(method="min").astype("int64")
    others = changes["change"].drop(area)
    return Trend(
        peak_year=peak_year,
        peak=peak,
        before=before,
        latest=latest,
        fall=peak - latest,
        fall_before=peak - before,
        share_before=(peak - before) / (peak - latest) if peak > latest else float("nan"),
        changes=changes.sort_values("percent", kind="stable"),
        fell=int((others < 0).sum()),
        rose=int((others > 0).sum()),
    )
