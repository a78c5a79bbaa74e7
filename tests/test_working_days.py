"""Working days against the bank holidays that governments published: https://www.gov.uk/bank-holidays."""

from __future__ import annotations

import pandas as pd
import pytest

from ehp_eval.working_days import bank_holidays, working_days_after


@pytest.mark.parametrize(
    ("day", "after"),
    [
        pytest.param("2020-06-01", "2020-06-03", id="a Monday"),
        pytest.param("2020-06-05", "2020-06-09", id="a Friday"),
        pytest.param("2020-06-06", "2020-06-09", id="a Saturday"),
        pytest.param("2020-06-07", "2020-06-09", id="a Sunday"),
        # In 2020 the May holiday was moved to Friday the 8th: after Thursday come Monday and Tuesday.
        pytest.param("2020-05-07", "2020-05-12", id="before a moved holiday"),
        pytest.param("2020-05-04", "2020-05-06", id="the day that it was moved from"),
        pytest.param("2020-05-08", "2020-05-12", id="on a holiday"),
        # Boxing Day was a Saturday: Monday 28 December instead.
        pytest.param("2020-12-24", "2020-12-30", id="Christmas"),
        pytest.param("2020-12-31", "2021-01-05", id="across the year"),
    ],
)
def test_two_working_days_after(day: str, after: str) -> None:
    (found,) = working_days_after(pd.Series([pd.Timestamp(day)]), 2, calendar="GB-WLS")
    assert found == pd.Timestamp(after)


def test_a_missing_date_stays_missing_and_the_index_is_kept() -> None:
    dates = pd.Series(pd.to_datetime(["2020-06-01", None]), index=[5, 3])
    found = working_days_after(dates, 2, calendar="GB-WLS")
    assert found.isna().tolist() == [False, True]
    assert list(found.index) == [5, 3]
    assert working_days_after(dates[:0], 2, calendar="GB-WLS").empty


def test_nations_have_holidays_of_their_own() -> None:
    # St Andrew's Day 2021, a Tuesday, is a bank holiday in Scotland alone.
    monday = pd.Series([pd.Timestamp("2021-11-29")])
    assert working_days_after(monday, 2, calendar="GB-WLS").iloc[0] == pd.Timestamp("2021-12-01")
    assert working_days_after(monday, 2, calendar="GB-SCT").iloc[0] == pd.Timestamp("2021-12-02")


@pytest.mark.parametrize("calendar", ["XX", "GB-XX", ""])
def test_an_unknown_calendar_is_refused(calendar: str) -> None:
    with pytest.raises(NotImplementedError):
        bank_holidays(calendar, ())
