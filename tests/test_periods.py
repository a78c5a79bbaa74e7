from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.errors import DataError
from ehp_eval.periods import RULES, looked_after_on, periods_of_care

COLUMNS = ["person_id", "started_on", "ended_on", "legal_status", "reason_started"]
Row = tuple[str, str, str | None, str | None, str | None]


def episodes(*rows: Row) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS, "str"))
    for name in ("started_on", "ended_on"):
        frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d").astype("datetime64[s]")
    return frame


def care(started: str, ended: str | None, reason: str | None = "started", person: str = "A") -> Row:
    return (person, started, ended, "C2", reason)


def rows_of(periods: pd.DataFrame) -> list[tuple[str, str, str | None, int]]:
    assert list(periods.columns) == ["person_id", "started_on", "ended_on", "episodes"]
    days = (periods[name].dt.strftime("%Y-%m-%d").tolist() for name in ("started_on", "ended_on"))
    closed = periods["ended_on"].notna()
    rows = zip(periods["person_id"], *days, periods["episodes"], closed, strict=True)
    return [(person, start, end if is_closed else None, n) for person, start, end, n, is_closed in rows]


def repaired(frame: pd.DataFrame, column: str = "care") -> dict[str, int]:
    counts = periods_of_care(frame).repairs[column]
    assert tuple(counts.index) == RULES
    return {str(rule): int(count) for rule, count in counts.items() if count}


@pytest.mark.parametrize(
    ("rows", "expected", "repairs"),
    [
        pytest.param(
            [care("2019-01-01", "2019-03-01"), care("2019-03-01", None, "placement")],
            [("A", "2019-01-01", None, 2)],
            {},
            id="a placement change continues the period",
        ),
        pytest.param(
            [care("2019-01-01", "2019-03-01"), care("2019-05-01", "2019-06-01")],
            [("A", "2019-01-01", "2019-03-01", 1), ("A", "2019-05-01", "2019-06-01", 1)],
            {},
            id="a return to care is another period",
        ),
        pytest.param(
            [care("2019-01-01", "2019-03-01"), care("2019-01-01", "2019-03-01", person="B")],
            [("A", "2019-01-01", "2019-03-01", 1), ("B", "2019-01-01", "2019-03-01", 1)],
            {},
            id="two children are never joined",
        ),
        pytest.param(
            [care("2019-01-01", "2019-01-01")],
            [("A", "2019-01-01", "2019-01-01", 1)],
            {},
            id="an episode may end on the day it starts",
        ),
        pytest.param(
            [care("2019-03-01", "2019-01-01"), care("2019-06-01", None)],
            [("A", "2019-06-01", None, 1)],
            {"ends_before_start": 1},
            id="an end before the start is set aside",
        ),
        pytest.param(
            [care("2019-03-01", "2019-01-01"), care("2019-03-01", None)],
            [("A", "2019-03-01", None, 1)],
            {"ends_before_start": 1},
            id="and does not stand for an open duplicate",
        ),
        pytest.param(
            [care("2019-01-01", None)] * 2 + [care("2019-01-01", "2019-03-01"), care("2019-01-01", "2019-02-01")],
            [("A", "2019-01-01", "2019-03-01", 1)],
            {"duplicate": 3},
            id="of duplicates the latest end stays and beats none",
        ),
        pytest.param(
            [
                care("2019-01-01", "2019-03-01"),
                care("2019-03-02", "2019-03-02", "started"),
                care("2019-03-02", "2019-06-01", "legal_status"),
            ],
            [("A", "2019-01-01", "2019-03-01", 1), ("A", "2019-03-02", "2019-06-01", 1)],
            {"duplicate": 1},
            id="a duplicate that is a start makes the one that stays a start",
        ),
        pytest.param(
            [care("2019-01-01", None), care("2019-05-01", "2019-06-01", "placement")],
            [("A", "2019-01-01", "2019-06-01", 2)],
            {"left_open": 1},
            id="an episode left open ends where the next starts",
        ),
        pytest.param(
            [care("2019-01-01", None), care("2019-05-01", None, "started")],
            [("A", "2019-01-01", None, 2)],
            {"left_open": 1, "started_on_the_day_of_the_end": 1},
            id="and a start there leaves no day out of care",
        ),
        pytest.param(
            [
                care("2019-01-01", "2019-09-01"),
                care("2019-03-01", "2019-04-01", "started"),
                care("2019-05-01", "2019-10-01", "placement"),
            ],
            [("A", "2019-01-01", "2019-10-01", 3)],
            {"overlap": 2},
            id="overlaps are merged up to the latest end",
        ),
        pytest.param(
            [
                care("2019-01-01", "2019-09-01"),
                care("2019-03-01", "2019-04-01", "placement"),
                care("2019-09-10", None, "started"),
            ],
            [("A", "2019-01-01", "2019-09-01", 2), ("A", "2019-09-10", None, 1)],
            {"overlap": 1},
            id="a gap is counted from the latest end, not from the last",
        ),
        pytest.param(
            [care("2019-01-01", "2019-03-01"), care("2019-03-01", "2019-04-01", "started")],
            [("A", "2019-01-01", "2019-04-01", 2)],
            {"started_on_the_day_of_the_end": 1},
            id="a start on the day of the end continues",
        ),
        pytest.param(
            [care("2019-01-01", "2019-03-01"), care("2019-03-02", "2019-04-01", "started")],
            [("A", "2019-01-01", "2019-03-01", 1), ("A", "2019-03-02", "2019-04-01", 1)],
            {},
            id="a start on the day after is another period",
        ),
        pytest.param(
            [care("2019-01-01", "2019-03-01"), care("2019-03-02", "2019-04-01", "placement")],
            [("A", "2019-01-01", "2019-04-01", 2)],
            {"continues_the_day_after": 1},
            id="another reason on the day after continues",
        ),
        pytest.param(
            [care("2019-01-01", "2019-03-01"), care("2019-03-03", "2019-04-01", None)],
            [("A", "2019-01-01", "2019-03-01", 1), ("A", "2019-03-03", "2019-04-01", 1)],
            {"continues_after_a_gap": 1},
            id="a continuation after a longer gap is another period",
        ),
        pytest.param(
            [care("2019-01-01", "2019-03-01", "legal_status")],
            [("A", "2019-01-01", "2019-03-01", 1)],
            {"first_is_no_start": 1},
            id="a first episode that continues began before the records",
        ),
        pytest.param([], [], {}, id="no episodes"),
    ],
)
def test_each_rule(rows: list[Row], expected: list[tuple[Any, ...]], repairs: dict[str, int]) -> None:
    frame = episodes(*rows)
    assert rows_of(periods_of_care(frame).periods) == expected
    assert repaired(frame) == repairs
    assert not repaired(frame, "respite")


def test_respite_is_apart_and_its_statuses_are_the_callers() -> None:
    frame = episodes(
        care("2019-01-01", "2019-03-01"),
        ("A", "2019-02-01", "2019-02-03", "V3", "started"),
        ("A", "2019-02-03", "2019-02-04", "V4", "placement"),
        ("A", "2019-06-01", "2019-06-02", None, "started"),
    )
    found = periods_of_care(frame)
    assert rows_of(found.periods) == [
        ("A", "2019-01-01", "2019-03-01", 1),
        ("A", "2019-06-01", "2019-06-02", 1),
    ]
    assert rows_of(found.respite) == [("A", "2019-02-01", "2019-02-04", 2)]
    assert rows_of(periods_of_care(frame, respite_statuses=["V9"]).respite) == []


def test_types_are_kept_where_there_is_nothing() -> None:
    found = periods_of_care(episodes(care("2019-01-01", None)))
    assert found.respite.dtypes.to_dict() == found.periods.dtypes.to_dict()
    assert found.periods["ended_on"].dtype == "datetime64[s]"
    nothing = periods_of_care(episodes())
    assert nothing.periods.dtypes.to_dict() == found.periods.dtypes.to_dict()
    assert nothing.repairs.eq(0).all(axis=None)


def test_other_columns_and_the_index_are_ignored() -> None:
    frame = episodes(care("2019-01-01", "2019-03-01"), care("2019-03-01", None, "placement"))
    other = frame.assign(provider="x").set_index(pd.Index([7, 7]))
    pd.testing.assert_frame_equal(periods_of_care(other).periods, periods_of_care(frame).periods)


quick = settings(deadline=None, max_examples=25)

dates = st.dates(pd.Timestamp("2019-01-01").date(), pd.Timestamp("2019-02-09").date()).map(str)
reasons = st.sampled_from(["started", "placement", None])
some_rows = st.lists(
    st.tuples(st.sampled_from("ABC"), dates, dates | st.none(), st.sampled_from(["C2", "V3", "V4", None]), reasons),
    max_size=14,
)
closed_rows = st.lists(st.tuples(st.sampled_from("AB"), dates, dates, st.just("C2"), reasons), max_size=8)


@quick
@given(some_rows, st.randoms())
def test_the_order_of_rows_changes_nothing(rows: list[Row], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    first, second = periods_of_care(episodes(*rows)), periods_of_care(episodes(*shuffled))
    pd.testing.assert_frame_equal(first.periods, second.periods)
    pd.testing.assert_frame_equal(first.respite, second.respite)
    pd.testing.assert_frame_equal(first.repairs, second.repairs)


@quick
@given(some_rows)
def test_respite_changes_no_period(rows: list[Row]) -> None:
    with_respite = periods_of_care(episodes(*rows))
    without = periods_of_care(episodes(*(row for row in rows if row[3] not in ("V3", "V4"))))
    pd.testing.assert_frame_equal(with_respite.periods, without.periods)
    pd.testing.assert_series_equal(with_respite.repairs["care"], without.repairs["care"])


@quick
@given(some_rows)
def test_every_row_is_counted_once(rows: list[Row]) -> None:
    found = periods_of_care(episodes(*rows))
    dropped = found.repairs.loc[["ends_before_start", "duplicate"]].to_numpy().sum()
    assert found.periods["episodes"].sum() + found.respite["episodes"].sum() + dropped == len(rows)


@quick
@given(some_rows)
def test_periods_of_a_person_share_no_day_and_only_the_last_is_open(rows: list[Row]) -> None:
    periods = periods_of_care(episodes(*rows)).periods
    for _, own in periods.groupby("person_id"):
        assert own["ended_on"].iloc[:-1].notna().all()
        assert (own["started_on"].iloc[1:].to_numpy() > own["ended_on"].iloc[:-1].to_numpy()).all()
    assert not (periods["ended_on"] < periods["started_on"]).any()


@quick
@given(closed_rows)
def test_the_days_in_care_are_those_of_the_episodes(rows: list[Row]) -> None:
    frame = episodes(*rows)
    found = periods_of_care(frame)
    usable = frame[frame["ended_on"] >= frame["started_on"]]
    expected = {
        (person, day)
        for person, start, end in zip(usable["person_id"], usable["started_on"], usable["ended_on"], strict=True)
        for day in pd.date_range(start, end, inclusive="left")
    }
    asked = [(person, day) for person in "AB" for day in pd.date_range("2019-01-01", "2019-02-12")]
    people = pd.Series([person for person, _ in asked], dtype="str")
    inside = looked_after_on(found.periods, people, pd.Series([day for _, day in asked]))
    days = {pair for pair, is_inside in zip(asked, inside, strict=True) if is_inside}
    assert expected <= days
    # The one day between an end and a continuation on the day after is the only one that is filled in.
    assert len(days - expected) == found.repairs.loc["continues_the_day_after", "care"]


def test_a_child_is_looked_after_from_the_start_up_to_the_end() -> None:
    periods = periods_of_care(
        episodes(care("2019-01-01", "2019-03-01"), care("2019-05-01", None), care("2019-01-10", None, person="B"))
    ).periods
    asked = {
        ("A", "2018-12-31"): False,
        ("A", "2019-01-01"): True,
        ("A", "2019-02-28"): True,
        ("A", "2019-03-01"): False,
        ("A", "2019-04-30"): False,
        ("A", "2019-05-01"): True,
        ("A", "2030-01-01"): True,
        ("B", "2019-01-01"): False,
        ("C", "2019-02-01"): False,
    }
    people = pd.Series([person for person, _ in asked], dtype="str", index=[5] * len(asked))
    days = pd.to_datetime(pd.Series([day for _, day in asked]))
    found = looked_after_on(periods, people, days)
    assert found.dtype == np.bool_
    assert found.tolist() == list(asked.values())
    on_one_day = looked_after_on(periods, pd.Series(["B", "A", "C"]), pd.Timestamp("2019-02-01"))
    assert on_one_day.tolist() == [True, True, False]
    assert looked_after_on(periods, people.iloc[:0], days.iloc[:0]).tolist() == []


def test_a_missing_or_extra_date_is_refused() -> None:
    periods = periods_of_care(episodes(care("2019-01-01", None))).periods
    with pytest.raises(DataError, match="a date is missing"):
        looked_after_on(periods, pd.Series(["A"]), pd.to_datetime(pd.Series([None])))
    with pytest.raises(DataError, match="one date for each person"):
        looked_after_on(periods, pd.Series(["A"]), pd.to_datetime(pd.Series(["2019-01-01", "2019-01-02"])))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop(columns=["started_on", "ended_on"]), "no column started_on, ended_on"),
        (lambda frame: frame.astype({"started_on": "str"}), "started_on: not read as dates"),
        (lambda frame: frame.assign(ended_on="secret"), "ended_on: not read as dates"),
        (lambda frame: frame.assign(started_on=pd.NaT), "started_on: blank in some rows"),
        (lambda frame: frame.assign(person_id=None), "person_id: blank in some rows"),
    ],
)
def test_unfit_episodes_are_refused_without_a_cell_of_theirs(change: Any, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        periods_of_care(change(episodes(("secret", "2019-01-01", None, "C2", "started"))))
    assert "secret" not in str(caught.value)


def test_reason_and_legal_status_may_be_left_out() -> None:
    # Two episodes that touch are one period; the third comes months later.
    episodes = pd.DataFrame(
        {
            "person_id": ["a", "a", "a"],
            "started_on": pd.to_datetime(["2020-01-01", "2020-02-01", "2020-06-01"]),
            "ended_on": pd.to_datetime(["2020-02-01", "2020-03-01", None]),
        }
    )
    found = periods_of_care(episodes)
    assert found.periods["episodes"].tolist() == [2, 1]
    assert found.respite.empty
