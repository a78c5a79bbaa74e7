from __future__ import annotations

import math
from dataclasses import astuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.errors import StatisticsError
from ehp_eval.rare_events import gap_limits, gaps

SINCE, UNTIL = pd.Timestamp("2025-04-01"), pd.Timestamp("2026-03-31")


def days(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts)))


def of_lengths(*closed: int, still_open: int = 0) -> pd.DataFrame:
    lengths = [*closed, still_open]
    return pd.DataFrame({"days": lengths, "open": [False] * len(closed) + [True]})


def test_gaps_by_hand_in_any_order_with_two_events_on_one_day():
    # April has 30 days: 10 April to 10 May is 30; 10 May to 31 March the next year is 325 (365 - 39 - 1).
    found = gaps(days("2025-05-10", "2025-04-10", "2025-05-10"), since=SINCE, until=UNTIL)
    assert list(found.columns) == ["start", "end", "days", "open"]
    assert found["days"].tolist() == [30, 0, 325]
    assert found["open"].tolist() == [False, False, True]
    assert found["start"].tolist() == [pd.Timestamp("2025-04-10"), *[pd.Timestamp("2025-05-10")] * 2]
    assert found["end"].iloc[-1] == UNTIL


def test_one_event_leaves_only_the_open_gap():
    assert gaps(days("2026-03-01"), since=SINCE, until=UNTIL)["days"].tolist() == [30]


def test_without_an_event_the_open_gap_is_the_whole_time():
    found = gaps(days(), since=SINCE, until=UNTIL)
    assert found[["days", "open"]].to_numpy().tolist() == [[364, True]]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 364), min_size=1, max_size=30))
def test_gaps_add_up_to_the_time_since_the_first_event(offsets: list[int]):
    found = gaps(SINCE + pd.Series(pd.to_timedelta(offsets, unit="D")), since=SINCE, until=UNTIL)
    assert len(found) == len(offsets)
    assert (found["days"] >= 0).all()
    assert found["days"].sum() == 364 - min(offsets)


@pytest.mark.parametrize("day", ["2025-03-31", "2026-04-01", None])
def test_events_outside_or_without_a_date_are_refused(day: str | None):
    with pytest.raises(StatisticsError, match="leave it out and count it"):
        gaps(pd.Series(pd.to_datetime(["2025-06-01", day])), since=SINCE, until=UNTIL)


def test_an_end_before_the_beginning_is_refused():
    with pytest.raises(StatisticsError, match="on or after"):
        gaps(days(), since=UNTIL, until=SINCE)


# R: qexp(c(.5, .025, .975, .001, .999), 1/40)
def test_limits_are_the_quantiles_of_the_exponential():
    found = gap_limits(of_lengths(10, 20, 40, 50, 80, still_open=900))
    assert (found.closed, found.mean) == (5, 40.0)
    assert (found.centre, found.lower_95, found.upper_95) == pytest.approx(
        (27.7258872224, 1.0127123194, 147.5551781646)
    )
    assert (found.lower_998, found.upper_998) == pytest.approx((0.0400200133, 276.3102111593))


@pytest.mark.parametrize("closed", [(), (10, 20, 40, 50), (0, 0, 0, 0, 0)])
def test_too_little_gives_no_limits(closed: tuple[int, ...]):
    found = gap_limits(of_lengths(*closed, still_open=30))
    assert found.closed == len(closed)
    assert all(math.isnan(number) for number in astuple(found)[1:])
