"""Children looked after by authority and year, from the published series.

The population under 18 is at hand for a few mid-years only. The rate of a year takes the mid-year at hand that is
nearest to it, and says which: before the first one the population is held fixed, so that a rate of those years
moves with the count alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.figures import COUNT, NAN, figure
from ehp_eval.measures.notes import joined
from ehp_eval.once import once_a_council
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
    rows: list[dict[str, Any]] = []
    for count in counts.itertuples():
        nearest = nearest_population(council, count.area, count.date.year)
        if nearest is None:
            continue
        under_18, mid_year = nearest
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


def nearest_population(council: Council, area: str, census: int) -> tuple[int, int] | None:
    """Return the population under 18 for the census of 31 March of a year, and the mid-year it is of.

    None where none of the area is at hand; of two mid-years that are as near, the earlier.
    """
    at_hand = _populations(council).get(area)
    if not at_hand:
        return None
    # The census of 31 March closes a year whose middle is the June before.
    mid_year = min(at_hand, key=lambda each: (abs(each - (census - 1)), each))
    return at_hand[mid_year], mid_year


@once_a_council
def _populations(council: Council) -> dict[str, dict[int, int]]:
    """Return the population under 18 by area and mid-year."""
    found: dict[str, dict[int, int]] = {}
    table = council.tables["population_under_18"]
    for area, mid_year, population in zip(table["area"], table["mid_year"], table["population"], strict=True):
        found.setdefault(area, {})[int(mid_year)] = int(population)
    return found


def looked_after_figures(series: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the series as rows of the figures: the number (las1) and the rate per 10,000 (las2)."""
    rows = []
    records: list[dict[str, Any]] = series.to_dict("records")  # type: ignore[assignment]
    for row in records:
        area, day, children = row["area"], row["date"], row["children"]
        where_from = "" if pd.isna(row["source"]) else row["source"]
        rows.append(number_figure(area, day, children, source="reference", note=where_from))
        rows.append(rate_figure(area, day, children, (row["population"], row["mid_year"]), source="reference"))
    return rows


def number_figure(area: str, day: pd.Timestamp, children: int, *, source: str, note: str = "") -> dict[str, Any]:
    """Return the number looked after on a day (las1): a full count, which has no interval."""
    estimate = Estimate(float(children), NAN, NAN, NAN, "count")
    note = joined(_place(area, day), note)
    fields = {"year": Period.of_day(day).label, "numerator": children, "source": source, "note": note}
    return figure(NUMBER, None, estimate, unit=COUNT, **fields)


def rate_figure(
    area: str, day: pd.Timestamp, children: int, population: tuple[int, int], *, source: str
) -> dict[str, Any]:
    """Return the number looked after per 10,000 of `nearest_population` (las2), with Poisson limits."""
    under_18, mid_year = population
    note = joined(_place(area, day), say("figures.mid_year", year=mid_year))
    fields = {"year": Period.of_day(day).label, "numerator": children, "source": source, "note": note}
    return figure(RATE, None, rate(children, under_18), denominator=under_18, unit=PER_10000, **fields)


def _place(area: str, day: pd.Timestamp) -> str:
    return f"area: {area}; date: {day:%Y-%m-%d}"  # to be read by programs too


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
