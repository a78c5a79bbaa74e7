from __future__ import annotations

import math

import pandas as pd
import pytest

from ehp_eval.difference_in_differences import difference_in_differences, event_study
from ehp_eval.errors import StatisticsError

# Means 2010-2012 and 2013-2014, so that the changes are T -6, A +2, B -1, C +5.
OUTCOMES = pd.DataFrame(
    {"T": [50, 52, 54, 45, 47], "A": [30, 30, 30, 31, 33], "B": [20, 22, 24, 20, 22], "C": [10, 11, 12, 15, 17]},
    index=pd.RangeIndex(2010, 2015, name="year"),
).astype("float64")


def test_by_hand() -> None:
    found = difference_in_differences(OUTCOMES, "T", before=[2010, 2011, 2012], after=[2013, 2014])
    # The controls' mean change is +2: -6 - 2 = -8. Their departures from it are 0, -3 and +3: -8 - 3 and -8 + 3.
    estimate = found.estimate
    assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx((-8, -11, -5))
    # The widest limits that three controls can give hold in 2 of 4 cases.
    assert (estimate.confidence, estimate.method) == (0.5, "Conley-Taber, 3 controls")
    assert (found.rank, found.areas) == (1, 4)


def test_the_window_before_counts() -> None:
    found = difference_in_differences(OUTCOMES, "T", before=[2012], after=[2013, 2014])
    # From 2012: T -8, A +2, B -3, C +4; the controls' mean change is +1.
    assert (found.estimate.value, found.estimate.lower, found.estimate.upper) == pytest.approx((-9, -12, -5))


@pytest.mark.parametrize(("area", "rank"), [("T", 1), ("B", 2), ("A", 3), ("C", 4)])
def test_the_rank_counts_from_the_greatest_fall(area: str, rank: int) -> None:
    found = difference_in_differences(OUTCOMES, area, before=[2010, 2011, 2012], after=[2013, 2014])
    assert found.rank == rank


def test_twenty_one_controls_give_at_most_91_percent() -> None:
    many = pd.DataFrame({f"a{n}": [0.0, float(n)] for n in range(22)}, index=[2015, 2016])
    found = difference_in_differences(many, "a0", before=[2015], after=[2016])
    assert found.estimate.confidence == pytest.approx(20 / 22)
    # The controls rose by 1 to 21, 11 on average.
    assert (found.estimate.value, found.estimate.lower, found.estimate.upper) == pytest.approx((-11, -21, -1))


def test_event_study_by_hand() -> None:
    found = event_study(OUTCOMES, "T", base=2012)
    # Differences from 2012: T -4 -2 . -9 -7; A 0 0 . 1 3; B -4 -2 . -4 -2; C -2 -1 . 3 5; means -2 -1 . 0 2.
    assert found["value"].tolist() == pytest.approx([-2, -1, 0, -9, -9])
    assert found.loc[2013, ["lower", "upper"]].tolist() == pytest.approx([-12, -5])
    assert found.loc[2014, ["lower", "upper"]].tolist() == pytest.approx([-12, -5])
    assert math.isnan(found.loc[2012, "lower"])
    assert found.index.equals(OUTCOMES.index)
    assert set(found["confidence"]) == {0.5}


@pytest.mark.parametrize(
    ("outcomes", "area", "before", "after", "words"),
    [
        (OUTCOMES, "Z", [2012], [2013], "not among the outcomes"),
        (OUTCOMES[["T", "A"]], "T", [2012], [2013], "at least 2"),
        (OUTCOMES, "T", [], [2013], "one year before"),
        (OUTCOMES, "T", [2012], [], "one after"),
        (OUTCOMES, "T", [2009], [2013], "all among the outcomes"),
        (OUTCOMES.mask(OUTCOMES == 54), "T", [2012], [2013], "missing"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    outcomes: pd.DataFrame, area: str, before: list[int], after: list[int], words: str
) -> None:
    with pytest.raises(StatisticsError, match=words):
        difference_in_differences(outcomes, area, before=before, after=after)


def test_a_value_missing_in_another_year_is_no_matter() -> None:
    gap = OUTCOMES.copy()
    gap.loc[2010, "A"] = float("nan")
    assert difference_in_differences(gap, "T", before=[2012], after=[2013]).areas == 4
    with pytest.raises(StatisticsError, match="missing"):
        event_study(gap, "T", base=2012)
