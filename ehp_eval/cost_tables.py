"""What the tables say of costs: of a service by year, and of a week in care, each carried to one year's prices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.contract import TABLES
from ehp_eval.costs import to_prices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehp_eval.load import Council


@dataclass(frozen=True)
class UnitCost:
    """A row of `unit_costs`: GBP a week in the prices of `price_year`, and `real` in those of the settings."""

    placement_type: str
    weekly: float
    price_year: str
    real: float
    source: str


def cost_by_year(council: Council, service: str, years: Sequence[str]) -> pd.DataFrame:
    """Return what a service cost in each year.

    Returns
    -------
    DataFrame
        year, cash (GBP), real (GBP of the settings' price year), source. An amount that the records leave blank is
        not known, and neither is its year; nor is `real` where the price index lacks a year.
    """
    table, to_year, index = council.tables["service_costs"], council.settings.costs.price_year, price_index(council)
    # The file alone: what stands in its own column `source` is free text, which can name a person.
    source = Path(TABLES["service_costs"].file).name + (
        f", {made_up}" if (made_up := council.settings.council.made_up) else ""
    )
    rows = []
    for year in years:
        own = table[(table["service"] == service) & (table["year"] == year)]
        cash = float(own[["staff", "other"]].to_numpy(dtype=float).sum()) if len(own) else float("nan")
        rows.append((year, cash, carried(cash, year, to_year, index), source if len(own) else ""))
    return pd.DataFrame(rows, columns=["year", "cash", "real", "source"])


def price_index(council: Council) -> dict[str, float]:
    """Return the price index by financial year; empty where none was supplied."""
    table = council.tables["price_index"]
    return dict(zip(table["year"], table["value"].astype(float), strict=True))


def weekly_costs(council: Council, placements: Sequence[str]) -> tuple[UnitCost, ...]:
    """Return the unit costs of placements, in their order; none at all where one of them is not in the table.

    Of several price years of a placement the latest counts. `real` is nan where the price index lacks the year.
    """
    table, to_year, index = council.tables["unit_costs"], council.settings.costs.price_year, price_index(council)
    latest = table.sort_values("price_year").drop_duplicates("placement_type", keep="last").set_index("placement_type")
    if not set(placements) <= set(latest.index):
        return ()
    amounts, years, sources = latest["weekly_cost"].astype(float), latest["price_year"], latest["source"]
    return tuple(
        UnitCost(
            placement,
            amounts[placement],
            years[placement],
            carried(amounts[placement], years[placement], to_year, index),
            sources[placement],
        )
        for placement in placements
    )


def carried(amount: float, from_year: str, to_year: str, index: dict[str, float]) -> float:
    """Carry an amount to another year's prices; nan where the index lacks a year."""
    known = from_year == to_year or {from_year, to_year} <= index.keys()
    return to_prices(amount, from_year, to_year, index) if known else float("nan")
