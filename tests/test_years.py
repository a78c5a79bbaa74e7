from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.errors import ArgumentError
from ehp_eval.years import Period


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2020-21", "2020-04-01", "2021-03-31"),
        ("2009-10", "2009-04-01", "2010-03-31"),
        # The last two digits turn over with the century.
        ("1999-00", "1999-04-01", "2000-03-31"),
    ],
)
def test_a_financial_year_runs_from_april_to_march(label: str, first: str, last: str) -> None:
    year = Period.year(label)
    assert (year.start, year.end, year.label) == (pd.Timestamp(first), pd.Timestamp(last), label)


@pytest.mark.parametrize("label", ["2020", "2020-22", "2020-20", "20-21", "2020/21", "2020-2021", " 2020-21", ""])
def test_anything_else_is_no_financial_year(label: str) -> None:
    with pytest.raises(ArgumentError, match="write it as 2020-21") as caught:
        Period.year(label)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("day", "label"), [("2020-03-31", "2019-20"), ("2020-04-01", "2020-21"), ("2020-12-31", "2020-21")]
)
def test_the_year_of_a_day_changes_on_the_first_of_april(day: str, label: str) -> None:
    assert Period.of_day(date.fromisoformat(day)).label == label


def test_years_pooled() -> None:
    pooled = Period(2017, 2019)
    assert pooled.label == "2017-18 to 2019-20"
    assert (pooled.start, pooled.end) == (pd.Timestamp("2017-04-01"), pd.Timestamp("2020-03-31"))
    assert [year.label for year in pooled.years] == ["2017-18", "2018-19", "2019-20"]
    assert pooled.earlier(1).label == "2016-17 to 2018-19"
    assert Period.year("2019-20").earlier(2) == Period.year("2017-18")


def test_years_sort_by_time() -> None:
    labels = ["2020-21", "2018-19", "2019-20"]
    assert [year.label for year in sorted(map(Period.year, labels))] == ["2018-19", "2019-20", "2020-21"]


def test_a_period_holds_its_first_and_last_day_and_no_missing_date() -> None:
    days = pd.Series(pd.to_datetime(["2020-03-31", "2020-04-01", "2021-03-31", "2021-04-01", None]))
    assert Period.year("2020-21").holds(days).tolist() == [False, True, True, False, False]


@settings(deadline=None)
@given(st.dates(date(1980, 1, 1), date(2090, 1, 1)))
def test_every_day_lies_in_one_year_and_the_next_begins_the_day_after(day: date) -> None:
    year = Period.of_day(day)
    assert year.start.date() <= day <= year.end.date()
    assert Period.year(year.label) == year
    assert Period.of_day(year.end.date() + timedelta(days=1)).earlier(1) == year
