"""Placements of parent and baby together, and babies coming into care, of the whole authority, counted by hand.

The year is 2020-21: 2020-04-01 to 2021-03-31.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from ehp_eval.config import CouncilSettings
from ehp_eval.errors import DataError
from ehp_eval.load import Council
from ehp_eval.measures.whole_authority import babies_into_care, parent_and_baby_cost, parent_and_baby_placements
from ehp_eval.years import Period
from tests.cohorts import cohort, pregnancy
from tests.councils import SETTINGS, Row, changed, council_of, episode

NAMES = ["parent and child, low", "parent and child, high"]


def together(person: str, started_on: str, ended_on: str = "", **changes: Any) -> Row:
    return episode(person, started_on, ended_on, parent_and_baby="Y", **changes)


def placements(council: Council) -> tuple[int, float]:
    """How many began in the year, and the weeks in them."""
    number, weeks = parent_and_baby_placements(council, cohort(council, "cradle"))
    assert (number["measure"], weeks["measure"], weeks["unit"]) == ("bm4", "bm4w", "weeks")
    return number["numerator"], weeks["value"]


def test_placements_begun_in_the_year_and_the_weeks_in_them() -> None:
    council = council_of(
        looked_after_episodes=[
            together("before", "2020-03-25", "2020-04-08"),  # 7 days of the year, begun before it
            together("first", "2020-04-01", "2020-04-15"),  # 14
            together("last", "2021-03-31"),  # 1, still open at the extract
            together("after", "2021-04-01", "2021-06-01"),
            together("ended", "2020-03-01", "2020-04-01"),  # the last day is not counted
            episode("apart", "2020-06-01"),
        ]
    )
    assert placements(council) == (2, pytest.approx(22 / 7))
    number, weeks = parent_and_baby_placements(council, cohort(council, "cradle"))
    # R: poisson.test(2)$conf.int
    assert (number["lower"], number["upper"]) == pytest.approx((0.2422092786, 7.2246879357), abs=1e-6)
    assert weeks["note"] == "in 3 placements, begun in the year or before"
    assert math.isnan(weeks["lower"])


def test_a_placement_still_open_counts_up_to_the_day_of_the_extract() -> None:
    council = council_of(extract="2021-03-31", looked_after_episodes=[together("a", "2021-03-25")])
    assert placements(council) == (1, pytest.approx(1))


def test_what_follows_on_and_what_a_family_does_together_is_one_placement() -> None:
    council = council_of(
        persons=[
            {"person_id": "twin", "family_id": "f"},
            {"person_id": "other twin", "family_id": "f"},
            {"person_id": "later", "family_id": "g"},
            {"person_id": "much later", "family_id": "g"},
        ],
        looked_after_episodes=[
            # Ten weeks: another order, and another placement of both.
            together("moved", "2020-05-01", "2020-05-29"),
            together("moved", "2020-05-29", "2020-06-26", reason_started="legal_status"),
            together("moved", "2020-06-26", "2020-07-10", reason_started="placement"),
            # Four weeks, the second twin a week after the first.
            together("twin", "2020-08-03", "2020-08-31"),
            together("other twin", "2020-08-10", "2020-08-31"),
            # Two weeks each, apart.
            together("later", "2020-05-01", "2020-05-15"),
            together("much later", "2021-03-01", "2021-03-15"),
            # One week, left open where the baby went to foster care.
            together("left open", "2020-09-01"),
            episode("left open", "2020-09-08", "2020-12-01", reason_started="placement"),
            # One week, repeated by a later return.
            together("repeated", "2020-09-01"),
            together("repeated", "2020-09-01", "2020-09-08"),
        ],
    )
    assert placements(council) == (6, pytest.approx(10 + 4 + 2 + 2 + 1 + 1))


def costed(names: list[str] | None, *, year: str = "2014-15", **tables: list[Row]) -> Council:
    council = council_of(
        unit_costs=[
            {"placement_type": NAMES[1], "weekly_cost": "1650", "price_year": year, "source": "here"},
            {"placement_type": NAMES[0], "weekly_cost": "1000", "price_year": "2013-14", "source": "there"},
            {"placement_type": NAMES[0], "weekly_cost": "1364.7", "price_year": year, "source": "there"},
            {"placement_type": "foster care", "weekly_cost": "500", "price_year": year, "source": "here"},
        ],
        looked_after_episodes=[together("a", "2020-05-01", "2020-05-22")],
    )
    content = changed(SETTINGS, costs__parent_and_baby=names)
    return dataclasses.replace(council, settings=CouncilSettings.model_validate(content))


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]])
def test_cost_of_three_weeks_at_the_lower_and_the_upper_unit_cost(names: list[str]) -> None:
    council = costed(names)
    rows = parent_and_baby_cost(council, cohort(council, "cradle"))
    assert [(row["group"], row["value"]) for row in rows] == [
        ("cost: lower", pytest.approx(4094.1)),
        ("cost: upper", pytest.approx(4950)),
    ]
    assert {row["unit"] for row in rows} == {"GBP, price year 2014-15"}
    assert rows[0]["note"] == "GBP 1,364.70 a week, not carried to another price year; there"


def test_a_unit_cost_that_is_not_there_is_a_fault_and_none_named_no_cost() -> None:
    council = costed([NAMES[0], "another"])
    with pytest.raises(DataError, match=r"unit_costs\.csv, placement_type: .* add it or correct the name"):
        parent_and_baby_cost(council, cohort(council, "cradle"))
    council = council_of(unit_costs=[])
    assert parent_and_baby_cost(council, cohort(council, "cradle")) == []


def test_children_under_1_who_started_to_be_looked_after() -> None:
    starts = {
        "day before": "2020-07-31",  # born 2019-08-01, by day
        "birthday": "2020-08-01",
        "month before": "2020-07-01",  # by month, 2019-08: 11 months
        "month of the birthday": "2020-08-01",
        "newborn": "2021-03-31",
        "year before": "2020-03-31",
        "year after": "2021-04-01",
        "unknown": "2020-07-01",
    }
    tables = pregnancy("a", "2019-06-01", "2019-08-01", "2019-08-01")
    tables["babies"][0]["baby_id"], tables["babies"][1]["baby_id"] = "day before", "birthday"
    months = dict.fromkeys(starts, "2019-08") | {"newborn": "2021-03", "year after": "2021-03", "unknown": ""}
    council = council_of(
        **tables,
        persons=[{"person_id": name, "birth_month": month} for name, month in months.items()],
        looked_after_episodes=[
            *(episode(name, day) for name, day in starts.items()),
            # Neither a move, nor a second start of the same child, nor respite, nor a stay with a parent changes it.
            episode("newborn", "2021-04-02", reason_started="placement"),
            episode("month before", "2020-07-15", legal_status="V3"),
        ],
    )
    [row] = babies_into_care(council, cohort(council, "cradle"))
    assert (row["measure"], row["numerator"], row["unit"]) == ("bm8", 3, "count")
    assert row["note"].endswith("1 child without a known month of birth left out")


def test_a_child_who_starts_twice_in_the_year_counts_once() -> None:
    council = council_of(
        persons=[{"person_id": "a", "birth_month": "2020-04"}],
        looked_after_episodes=[episode("a", "2020-06-01", "2020-07-01"), episode("a", "2020-12-01")],
    )
    [row] = babies_into_care(council, cohort(council, "cradle"))
    assert row["numerator"] == 1


def test_years_pooled_have_no_figure_of_a_year() -> None:
    council = costed(NAMES)
    pooled = cohort(council, "cradle", Period(2018, 2020))
    for measure in (parent_and_baby_placements, parent_and_baby_cost, babies_into_care):
        assert measure(council, pooled) == []
