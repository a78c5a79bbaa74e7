"""A service over time: months counted by hand, the days of rare events, and what the report says of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval import present
from ehp_eval.evaluation import Evaluation, evaluate
from ehp_eval.load import Council
from ehp_eval.over_time import accepted_volumes, event_dates, monthly, quarterly
from tests.cohorts import Tables, pregnancy, together
from tests.councils import SERVICES, council_of, declined, episode, referral

NO_CARE: Tables = {"looked_after_episodes": []}


def dates(*days: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(days)))


def children(*accepted_on: str) -> Tables:
    """A child for each day, accepted on it."""
    return {"referrals": [referral(f"c{n}", day) for n, day in enumerate(accepted_on)], "looked_after_episodes": []}


def each_month(numbers: Sequence[int], first: str = "2019-04") -> Tables:
    """So many children accepted in each month, from the first on."""
    months = pd.period_range(first, periods=len(numbers), freq="M")
    return children(*(f"{month}-15" for month, number in zip(months, numbers, strict=True) for _ in range(number)))


def report_of(council: Council, service: str = "doorstep", year: str = "2020-21") -> Evaluation:
    return evaluate(council, service, year)


# --- months -------------------------------------------------------------------------------------------------------


def test_months_are_counted_from_the_first_to_the_last_day_and_those_without_anybody_are_there() -> None:
    days = dates("2019-12-31", "2020-01-01", "2020-01-31", "2020-03-01", "2020-04-01")
    counted = monthly(days, pd.Timestamp("2020-01-15"), pd.Timestamp("2020-03-31"))
    assert counted["month"].dt.strftime("%Y-%m-%d").tolist() == ["2020-01-01", "2020-02-01", "2020-03-01"]
    assert counted["value"].tolist() == [2, 0, 1]
    assert monthly(days[:0], pd.Timestamp("2020-01-01"), pd.Timestamp("2020-02-01"))["value"].tolist() == [0, 0]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.dates(pd.Timestamp("2019-01-01").date(), pd.Timestamp("2020-12-31").date()), max_size=20))
def test_nobody_within_the_months_is_lost(days: list[object]) -> None:
    counted = monthly(pd.Series(pd.to_datetime(days)), pd.Timestamp("2019-01-01"), pd.Timestamp("2020-12-01"))
    assert (len(counted), counted["value"].sum()) == (24, len(days))


def test_a_child_counts_in_the_month_of_its_first_acceptance_of_a_year() -> None:
    council = council_of(
        referrals=[
            referral("a", "2019-04-10"),
            referral("a", "2019-06-10"),  # the same year: a re-referral
            referral("a", "2020-04-10"),  # another year
            referral("b", "2020-04-20"),
            declined("c", "2020-04-20"),
            referral("d", "2020-04-20", stream="placement_support"),
            referral("e", "2021-04-01"),  # after the report year
        ],
        **NO_CARE,
    )
    found = accepted_volumes(report_of(council))
    counts = found.counts.set_index("month")["value"]
    assert (len(counts), counts.sum()) == (24, 3)
    assert (counts["2019-04-01"], counts["2019-06-01"], counts["2020-04-01"]) == (1, 0, 2)
    assert found.baseline == 12  # the months of 2019-20


def test_pregnancies_count_when_they_are_accepted_whether_or_not_the_baby_is_born() -> None:
    council = council_of(
        **together(
            pregnancy("twins", "2020-05-10", "2020-09-01", "2020-09-01"),
            pregnancy("lost", "2020-05-20", outcome="stillbirth"),
            pregnancy("not yet", "2021-03-31", outcome=""),
            {"referrals": [declined("u-x", "2020-06-10", service="cradle", stream="pre_birth")]},
        ),
        **NO_CARE,
    )
    report = report_of(council, "cradle")
    counts = accepted_volumes(report).counts.set_index("month")["value"]
    assert (counts["2020-05-01"], counts["2020-06-01"], counts["2021-03-01"]) == (2, 0, 1)
    assert counts.sum() == report.cohort.step("pregnancies_accepted")


def test_parents_count_when_they_engage() -> None:
    parents = [
        {"parent_id": "p", "offered_on": "2020-04-10", "engaged_on": "2020-06-01"},
        {"parent_id": "never", "offered_on": "2020-04-10"},
    ]
    council = council_of(parents=parents, pregnancies=[], babies=[], status_events=[])
    counts = accepted_volumes(report_of(council, "afresh")).counts
    assert counts.loc[counts["value"] > 0, "month"].tolist() == [pd.Timestamp("2020-06-01")]


@pytest.mark.parametrize(
    ("began", "first", "baseline"),
    [
        ("2019-04-01", "2019-04-01", 12),
        ("2019-04-02", "2019-05-01", 23),  # 11 months before the report year are too few: all 23
        ("2015-04-01", "2019-04-01", 12),  # never before the records
    ],
)
def test_the_months_begin_with_the_first_whole_month_of_operation(began: str, first: str, baseline: int) -> None:
    council = council_of(**children("2019-04-20", "2020-05-10"))
    service = council.service("doorstep").model_copy(update={"operational_since": pd.Timestamp(began).date()})
    found = accepted_volumes(evaluate(council, service, "2020-21"))
    assert found.counts["month"].iloc[0] == pd.Timestamp(first)
    assert found.counts["month"].iloc[-1] == pd.Timestamp("2021-03-01")
    assert found.baseline == baseline


def test_quarters_are_whole_and_in_order() -> None:
    months = pd.DataFrame({"month": pd.date_range("2019-05-01", "2020-02-01", freq="MS"), "value": range(10)})
    # May and June, and January and February, are parts of a quarter; July to December are 2 to 7.
    found = quarterly(months)
    assert found["month"].tolist() == [pd.Timestamp("2019-07-01"), pd.Timestamp("2019-10-01")]
    assert found["value"].tolist() == [2 + 3 + 4, 5 + 6 + 7]
    assert quarterly(months[:2]).empty


def long_running(numbers: Sequence[int], first: str) -> Evaluation:
    """So many accepted in each month from the first on, by a service that began then; 2020-21 is the report year."""
    council = council_of(**each_month(numbers, first=first))
    began = {"operational_since": pd.Timestamp(f"{first}-01").date()}
    return evaluate(council, council.service("doorstep").model_copy(update=began), "2020-21")


@pytest.mark.parametrize(
    ("numbers", "first", "each", "points", "baseline"),
    [
        ([1, 2] * 18, "2018-04", 3, 12, 12),  # 8 before the year are too few: all 12
        ([2, 1] * 17, "2018-06", 1, 34, 22),  # 11 whole quarters are too few
        ([1, 4] * 18 + [9] * 12, "2017-04", 3, 16, 12),  # 2.5 a month before the report year is what decides
    ],
)
def test_few_a_month_are_counted_by_quarter(
    numbers: list[int], first: str, each: int, points: int, baseline: int
) -> None:
    found = accepted_volumes(long_running(numbers, first))
    assert (found.months_each, len(found.counts), found.baseline) == (each, points, baseline)
    assert found.counts["value"].sum() == sum(numbers)


# --- events -------------------------------------------------------------------------------------------------------


def test_events_are_those_within_the_primary_window_up_to_the_end_of_the_year_a_family_once_a_day() -> None:
    assert SERVICES["doorstep"]["primary_window_days"] == 365
    council = council_of(
        referrals=[
            referral("a", "2019-05-01"),
            referral("a", "2020-05-01"),  # in both cohorts; the event comes once
            referral("late", "2019-05-01"),
            referral("in time", "2019-05-02"),
            *(referral(name, "2020-06-01", family_id="f") for name in ("sister", "brother", "cousin")),
            referral("after", "2021-03-01"),
        ],
        looked_after_episodes=[
            episode("a", "2020-05-01"),  # 366 days after the first acceptance, and on the day of the second
            episode("late", "2020-05-01"),  # day 366: 2020 has a 29 February
            episode("in time", "2020-05-01"),  # day 365
            episode("sister", "2020-07-01"),
            episode("brother", "2020-07-01"),
            episode("cousin", "2020-08-01"),
            episode("after", "2021-04-01"),  # after the report year
        ],
    )
    found = event_dates(report_of(council))
    assert found.dates.dt.strftime("%m-%d").tolist() == ["05-01", "05-01", "07-01", "08-01"]
    assert (found.since, found.until) == (pd.Timestamp("2019-04-01"), pd.Timestamp("2021-03-31"))
    assert found.a_year == pytest.approx(4 / 2, rel=0.01)
    assert found.rare


@pytest.mark.parametrize(("events", "rare"), [(11, True), (12, False)])
def test_fewer_than_twelve_a_year_are_rare(events: int, rare: bool) -> None:
    # 2020-21 alone: 365 days are 0.9993 years, so that 12 events are just over 12 a year.
    days = [f"2020-{month:02d}-03" for month in range(4, 13)] + ["2021-01-03", "2021-02-03", "2021-03-03"]
    tables = children(*days[:events])
    tables["looked_after_episodes"] = [episode(f"c{n}", day) for n, day in enumerate(days[:events])]
    report = report_of(council_of(**tables))
    assert event_dates(report).rare is rare
    shown = present.between_events(report)
    assert ("not rare here" in str(shown)) is not rare


# --- in words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        # About 2 and 3 in turn: centre 2.5, mean moving range 1, limits 0 and 5.16 (2.66 x 1 above the centre).
        ([2, 3] * 12, "No month stands out."),
        ([2, 3] * 11 + [2, 9], "One month stands out: March 2021."),
        # 9 and 9: the first lies outside; so does the second, which also makes 2 of 3 beyond two sigma.
        ([2, 3] * 11 + [9, 9], "2 months stand out: February 2021; March 2021."),
    ],
)
def test_the_months_that_stand_out_are_named(numbers: list[int], says: str) -> None:
    chart = present.volumes(report_of(council_of(**each_month(numbers))))
    assert says in chart.alt
    words = chart.data.frame.set_index("month")["signal"]
    assert words["March 2020"] == "no"
    assert ("outside the limits" in words["March 2021"]) == (numbers[-1] == 9)


def test_the_lines_come_from_the_months_before_the_year_where_there_are_twelve() -> None:
    chart = present.volumes(report_of(council_of(**each_month([2, 3] * 12))))
    assert "the lines come from all months" not in chart.note
    assert "2.5" in chart.alt
    chart = present.volumes(report_of(council_of(**each_month([2, 3] * 6, first="2020-04"))))
    assert "Fewer than 12 months lie before 2020-21, so the lines come from all months" in chart.note


def test_the_note_says_by_which_rules_and_how_often_nothing_stands_out() -> None:
    chart = present.volumes(long_running([2, 4] * 24, "2017-04"))
    assert "by one of four rules; about one month in 60 does so by chance where nothing has changed" in chart.note
    # Quarters of 5 and 4 in turn, then one of 15: mean 4.5, every moving range 1, upper limit 7.16.
    chart = present.volumes(long_running([1, 2, 2, 2, 1, 1] * 7 + [1, 2, 2, 2, 1, 12], "2017-04"))
    assert "by quarter" in chart.caption
    assert chart.alt.endswith(
        "April 2017 to March 2021, 4 to 15 a quarter, about a centre line of 4.5. "
        "One quarter stands out: January to March 2021."
    )
    assert "because a month has fewer than 3 on average" in chart.note
    assert "about one quarter in 60 does so by chance" in chart.note
    assert "January to March 2021 (outside the limits)" in chart.note


def test_where_runs_mislead_only_the_limits_count_and_where_limits_do_there_are_none() -> None:
    # 24 months, 12 the baseline; mean 1.5, every moving range 1, upper limit 4.16. The 8 months of 2 from April 2020
    # on are a run of 8 above the centre, which does not count; the 5 of March does.
    chart = present.volumes(report_of(council_of(**each_month([1, 2] * 6 + [2] * 8 + [1, 2, 1, 5]))))
    assert "One month stands out: March 2021." in chart.alt
    assert "only where it lies outside the limits" in chart.note
    chart = present.volumes(report_of(council_of(**each_month([1, 0] * 11 + [0, 5]))))
    assert chart.alt.endswith("0 to 5 a month, without lines of what is usual.")
    assert chart.note == (
        "No limits are drawn: with fewer than one a month on average, too many months would lie outside them by chance."
    )
    assert chart.data.note is None
    assert set(chart.data.frame["signal"]) == {"no"}


@pytest.mark.parametrize(
    ("began", "says"),
    [
        ("2021-03-02", "There is no whole month to draw yet"),
        ("2021-03-01", "There is one month so far"),
        ("2021-02-01", "There are 2 months so far"),
    ],
)
def test_fewer_than_twelve_months_are_not_drawn(began: str, says: str) -> None:
    council = council_of(**children("2021-03-10"))
    service = council.service("doorstep").model_copy(update={"operational_since": pd.Timestamp(began).date()})
    assert says in str(present.volumes(evaluate(council, service, "2020-21")))


def with_entries(*days: str) -> Evaluation:
    """Children accepted three days before they became looked after; and one who never was."""
    accepted = [str(pd.Timestamp(day) - pd.Timedelta(days=3))[:10] for day in days]
    tables = children(*accepted, "2020-05-01")
    tables["looked_after_episodes"] = [episode(f"c{n}", day) for n, day in enumerate(days)]
    return report_of(council_of(**tables))


def test_no_event_one_event_and_two() -> None:
    assert "Nobody had the event between 1 April 2020 and 31 March 2021" in str(present.between_events(with_entries()))
    assert "The event came once between" in str(present.between_events(with_entries("2020-06-10")))
    chart = present.between_events(with_entries("2020-06-10", "2020-06-11", "2020-07-11"))
    assert "2 times have ended: 0 to 4 weeks." in chart.alt  # 1 and 30 days
    chart = present.between_events(with_entries("2020-06-10", "2020-06-20"))
    assert "1 time has ended: 1 week. There are too few to say what would be usual." in chart.alt
    # From 20 June to 31 March are 284 days: 40.6 weeks. In whole weeks, so that no day can be worked out.
    assert chart.data.frame["weeks"].tolist() == [1, 41]
    assert "within 12 months of acceptance, up to 31 March 2021" in chart.note


def test_times_outside_the_limits_are_counted() -> None:
    # Five gaps of 10 days: mean 10, and 95% of an exponential time lie between 0.25 (-10 ln 0.975) and 36.9 days
    # (-10 ln 0.025), in weeks 0.04 and 5.3; the one since 30 July, 244 days or 35 weeks, lies outside.
    days = [f"2020-06-{day}" for day in (10, 20, 30)] + [f"2020-07-{day}" for day in (10, 20, 30)]
    chart = present.between_events(with_entries(*days))
    assert "5 times have ended: 1 week." in chart.alt
    assert "half shorter than 1, and 95 of 100 between 0 and 5. One lies outside." in chart.alt
