"""Children looked after by authority and year, from the published series.

The population under 18 is at hand for a few mid-years only. The rate of a year takes the mid-year at hand that is
nearest to it, and says which: before the first one the population is held fixed, so that a rate of those years
moves with the count alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.figures import COUNT, NAN, figure
from ehp_eval.proportions import Estimate
from ehp_eval.rates import rate
from ehp_eval.words import say
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.load import Council

NUMBER, RATE = "las1", "las2"
PER_10000 = "per 10,000 under 18"
COLUMNS = ["area", "date", "children", "population", "mid_year", "value", "lower", "upper", "confidence", "method"]
COLUMNS += ["rounded_to", "source"]


def looked_after_series(council: Council, *, until: Period, areas: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return counts and rates of children looked after at each 31 March.

    Parameters
    ----------
    council : Council
    until : Period
        Counts after its last day are left out.
    areas : tuple of str, optional
        The authority, its comparators and the nation where left out.

    Returns
    -------
    DataFrame
        One row an area and 31 March: area, date, children, population, mid_year, value (children per
        10,000 under 18), lower, upper, confidence, method, rounded_to, source.
    """
    settings = council.settings
    chosen = areas or (settings.council.authority, *settings.comparators.authorities, settings.council.nation)
    counts = council.tables["looked_after_children"]
    counts = counts[counts["date"] <= until.end]
    counts = counts[counts["area"].isin(chosen) & (counts["date"].dt.month == 3) & (counts["date"].dt.day == 31)]
    population = council.tables["population_under_18"].sort_values("mid_year")  # of two as near, the earlier
    rows: list[dict[str, Any]] = []
    for count in counts.itertuples():
        at_hand = population[population["area"] == count.area]
        # The census of 31 March closes a year whose middle is the June before.
        nearest = at_hand.loc[(at_hand["mid_year"] - (count.date.year - 1)).abs().sort_values(kind="stable").index[:1]]
        if nearest.empty:
            continue
        under_18, mid_year = (int(nearest[name].iloc[0]) for name in ("population", "mid_year"))
        estimate = rate(int(count.children), under_18)
        rows.append(
            {
                "area": count.area,
                "date": count.date,
                "children": int(count.children),
                "population": under_18,
                "mid_year": mid_year,
                "value": estimate.value,
                "lower": estimate.lower,
                "upper": estimate.upper,
                "confidence": estimate.confidence,
                "method": estimate.method,
                "rounded_to": count.rounded_to,
                "source": count.source,
            }
        )
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values(
        ["area", "date"], key=lambda column: column.map(chosen.index) if column.name == "area" else column
    )


def looked_after_figures(series: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the series as rows of the figures: the number (las1) and the rate per 10,000 (las2)."""
    rows = []
    records: list[dict[str, Any]] = series.to_dict("records")  # type: ignore[assignment]
    for row in records:
        shared = {"year": Period.of_day(row["date"]).label, "source": "reference", "numerator": row["children"]}
        place = f"area: {row['area']}; date: {row['date']:%Y-%m-%d}"  # to be read by programs too
        estimate = Estimate(float(row["children"]), NAN, NAN, NAN, "count")
        rows.append(figure(NUMBER, None, estimate, **shared, unit=COUNT, note=f"{place}; {row['source']}"))
        estimate = Estimate(row["value"], row["lower"], row["upper"], row["confidence"], row["method"])
        note = f"{place}; {say('figures.mid_year', year=row['mid_year'])}"
        rows.append(figure(RATE, None, estimate, **shared, denominator=row["population"], unit=PER_10000, note=note))
    return rows


def counts_by_year(council: Council, areas: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return counts at 31 March, one row an area and one column a year.

    Parameters
    ----------
    areas : tuple of str, optional
        Every authority of the nation where left out.
    """
    counts = council.tables["looked_after_children"]
    counts = counts[(counts["date"].dt.month == 3) & (counts["date"].dt.day == 31)]
    chosen = counts["area"].isin(areas) if areas else counts["area"] != council.settings.council.nation
    by_area = counts[chosen].assign(year=counts["date"].dt.year)
    return pd.DataFrame(by_area.pivot(index="area", columns="year", values="children"))
