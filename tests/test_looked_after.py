"""The published series beside the services; Dyffryn Gwyn is the council's own area, Gwlad its nation."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ehp_eval.looked_after import counts_by_year, looked_after_figures, looked_after_series
from ehp_eval.measures.figures import figures_frame
from ehp_eval.years import Period
from tests.councils import Row, council_of

YEAR = Period.year("2024-25")


def count(area: str, day: str, children: int, **changes: object) -> Row:
    return {"area": area, "date": day, "children": children, "source": "A census"} | changes


def population(area: str, mid_year: int, people: int) -> Row:
    return {"area": area, "mid_year": mid_year, "population": people, "source": "Estimates"}


def test_counts_and_rates_by_area_and_year() -> None:
    council = council_of(
        looked_after_children=[
            count("Gwlad", "2021-03-31", 8),
            count("Dyffryn Gwyn", "2021-03-31", 390, rounded_to=5),
            count("Dyffryn Gwyn", "2020-03-31", 400),
            count("Rhos Dawel", "2021-03-31", 100),
            count("Bryn Onnen", "2021-03-31", 100),
            count("Nowhere", "2021-03-31", 100),  # no comparator
            count("Dyffryn Gwyn", "2021-09-30", 384),  # not the day of the census
        ],
        population_under_18=[
            population("Dyffryn Gwyn", 2020, 30_000),
            population("Gwlad", 2020, 10_000),
            population("Bryn Onnen", 2020, 20_000),
            population("Nowhere", 2020, 10_000),
            # None for Rhos Dawel: no rate, and so no row.
        ],
    )
    series = looked_after_series(council, until=YEAR)
    # The council's own area first, then its comparators, then the nation; within an area by time.
    assert list(zip(series["area"], series["date"].dt.year, series["children"], strict=True)) == [
        ("Dyffryn Gwyn", 2020, 400),
        ("Dyffryn Gwyn", 2021, 390),
        ("Bryn Onnen", 2021, 100),
        ("Gwlad", 2021, 8),
    ]
    # 390 of 30,000 is 130 per 10,000. Byar's limits, in R:
    #   z <- qnorm(.975); x <- 390; n <- 30000
    #   c(x * (1 - 1/(9*x) - z/(3*sqrt(x)))^3, (x+1) * (1 - 1/(9*(x+1)) + z/(3*sqrt(x+1)))^3) / n * 1e4
    own = series.iloc[1]
    assert (own["value"], own["lower"], own["upper"]) == pytest.approx((130, 117.4162090, 143.5649139), abs=1e-6)
    assert own["rounded_to"] == 5
    # Below ten, R: poisson.test(8)$conf.int
    nation = series.iloc[3]
    assert (nation["value"], nation["lower"], nation["upper"]) == pytest.approx((8, 3.453832177, 15.76318922), abs=1e-6)


@pytest.mark.parametrize(
    ("census", "mid_year"),
    [
        ("2003-03-31", 2010),  # before the first at hand: held fixed
        ("2014-03-31", 2010),  # the middle of 2013-14 is mid-2013: three years from 2010, four from 2017
        ("2015-03-31", 2017),
        ("2018-03-31", 2017),  # exactly the middle of 2017-18
        ("2019-03-31", 2017),  # mid-2018: one year from both, so the earlier
        ("2020-03-31", 2019),
        ("2025-03-31", 2019),
    ],
)
def test_a_rate_takes_the_nearest_mid_year(census: str, mid_year: int) -> None:
    people = {2010: 10_000, 2017: 20_000, 2019: 40_000}
    council = council_of(
        looked_after_children=[count("Gwlad", census, 100)],
        population_under_18=[population("Gwlad", year, people[year]) for year in (2019, 2010, 2017)],
    )
    row = looked_after_series(council, until=YEAR).iloc[0]
    assert (row["mid_year"], row["population"]) == (mid_year, people[mid_year])
    assert row["value"] == 100 / people[mid_year] * 10_000


def test_chosen_areas_come_in_the_order_given() -> None:
    council = council_of(
        looked_after_children=[count(area, "2021-03-31", 100) for area in ("A", "B", "C")],
        population_under_18=[population(area, 2020, 10_000) for area in ("A", "B", "C")],
    )
    assert looked_after_series(council, until=YEAR, areas=("C", "A"))["area"].tolist() == ["C", "A"]


def test_counts_after_the_year_are_left_out() -> None:
    council = council_of(
        looked_after_children=[count("Gwlad", f"{year}-03-31", 100) for year in (2020, 2021, 2022)],
        population_under_18=[population("Gwlad", 2020, 10_000)],
    )
    series = looked_after_series(council, until=Period.year("2020-21"))
    assert series["date"].dt.year.tolist() == [2020, 2021]  # 31 March 2021 is the year's last day


def test_without_the_reference_tables_the_series_is_empty() -> None:
    series = looked_after_series(council_of(), until=YEAR)
    assert series.empty
    assert {"area", "date", "children", "value", "lower", "upper", "rounded_to", "source"} <= set(series.columns)
    assert looked_after_figures(series) == []


def test_the_series_as_figures() -> None:
    council = council_of(
        looked_after_children=[count("Gwlad", "2021-03-31", 390)],
        population_under_18=[population("Gwlad", 2019, 30_000)],
    )
    rows = looked_after_figures(looked_after_series(council, until=YEAR))
    number, rate = rows
    assert (number["measure"], number["value"], number["method"]) == ("las1", 390, "count")
    assert math.isnan(number["lower"])
    assert number["note"] == "area: Gwlad; date: 2021-03-31; A census"
    assert (rate["measure"], rate["numerator"], rate["denominator"]) == ("las2", 390, 30_000)
    assert rate["value"] == pytest.approx(130)
    assert rate["note"].startswith("area: Gwlad; date: 2021-03-31; ")
    assert "mid-2019" in rate["note"]
    # The 31st of March is the last day of a financial year.
    assert {row["year"] for row in rows} == {"2020-21"}
    assert {row["source"] for row in rows} == {"reference"}
    assert len(figures_frame(rows)) == 2


def test_counts_side_by_side_by_year() -> None:
    council = council_of(
        looked_after_children=[
            count("A", "2016-03-31", 10),
            count("A", "2017-03-31", 15),
            count("B", "2017-03-31", 20),
            count("A", "2017-09-30", 99),
            count("Gwlad", "2017-03-31", 35),
        ]
    )
    wide = counts_by_year(council)
    assert wide.loc["A"].tolist() == [10, 15]
    assert pd.isna(wide.loc["B", 2016])
    assert wide.loc["B", 2017] == 20
    assert set(wide.index) == {"A", "B"}  # every authority, and the nation is none
    assert counts_by_year(council, ("Gwlad",)).loc["Gwlad", 2017] == 35
