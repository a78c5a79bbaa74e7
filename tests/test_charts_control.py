"""The charts over time and side by side: control charts, funnels, gaps between rare events."""

import re
from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval import chart_style, charts_control, charts_funnel, charts_gaps
from ehp_eval.chart_labels import label_places
from ehp_eval.chart_months import month_axis
from ehp_eval.chart_style import new_figure
from ehp_eval.charts import Chart, control_chart, funnel_chart, gap_chart
from ehp_eval.errors import ReportError

NAN = float("nan")
SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"caption": "Caption", "alt": "Description"}

VALUES = [14.0, 16, 9, 12, 15, 11, 13, 17, 10, 14, 12, 16, 15, 31, 13, 12, 14, 18, 19, 18]
RULES = [""] * 13 + ["above the upper limit"] + [""] * 3 + ["a run above the centre line"] * 3
MONTHS = pd.DataFrame(
    {
        "month": pd.date_range("2019-01-01", periods=20, freq="MS"),
        "value": VALUES,
        "signal": [rule != "" for rule in RULES],
        "words": RULES,
    }
)
EVENTS = pd.DataFrame(
    {
        "at": pd.to_datetime(["2018-12-31", "2020-03-23", "2019-04-01", "2020-08-31", "2020-09-01"]),
        "label": ["Before", "Lockdown", "New team", "Last day", "After"],
    }
)
POINTS = pd.DataFrame(
    {
        "label": ["2018-19", "2019-20", "North", "East", "South"],
        "group": ["Years", "Years", "Localities", "Localities", "Localities"],
        "numerator": [151, 148, 27, 7, 0],
        "denominator": [157, 166, 28, 11, 0],
        "value": [151 / 157, 148 / 166, 27 / 28, 7 / 11, None],
    }
)
# Straight lines, so that what lies between two of them can be reckoned in the head.
LIMITS = pd.DataFrame(
    {
        "n": [1, 201],
        "lower_95": [0.60, 0.80],
        "upper_95": [1.00, 0.96],
        "lower_998": [0.40, 0.60],
        "upper_998": [1.00, 1.00],
    }
)
GAPS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2018-03-09", "2018-03-27", "2019-11-05", "2020-03-31"]),
        "weeks": [41, 18, 588, 147],
        "open": [False, False, False, True],
    }
)


def control(frame=MONTHS, **changes) -> Chart:
    arguments = {"centre": 13.0, "lower": 2.5, "upper": 23.5, "y_label": "Referrals", **WORDS}
    return control_chart(frame, **{**arguments, **changes})


def funnel(frame=POINTS, limits=LIMITS, **changes) -> Chart:
    arguments = {"centre": 0.9, "x_label": "Children", "y_label": "Share", "percent_from": 20, **WORDS}
    return funnel_chart(frame, limits, **{**arguments, **changes})


def gaps(frame=GAPS, **changes) -> Chart:
    arguments = {"centre": 120.0, "lower": NAN, "upper": 430.4, "y_label": "Days", **WORDS}
    return gap_chart(frame, **{**arguments, **changes})


@cache
def drawn(draw) -> tuple[Chart, Chart]:
    """Draw a chart once for all the tests that only look at it: as it is, and with letters written as text."""
    events = {} if draw is funnel else {"events": EVENTS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(chart_style._RC, "svg.fonttype", "none")
        lettered = draw(**events)
    return draw(**events), lettered


def letters(chart: Chart) -> list[str]:
    return [part.text for part in ElementTree.fromstring(chart.svg).iter(f"{SVG}text")]


def cells(chart: Chart) -> list[list[str]]:
    return rows_of(chart.data)


def rows_of(table) -> list[list[str]]:
    page = BeautifulSoup(table._repr_html_(), "html.parser")
    return [[cell.get_text() for cell in row.select("th, td")] for row in page.select("tr")]


KINDS = pytest.mark.parametrize("draw", [control, funnel, gaps])


@KINDS
def test_a_chart_is_a_figure_with_description_and_data(draw):
    chart = drawn(draw)[0]
    figure = BeautifulSoup(chart._repr_html_(), "html.parser").figure
    assert figure.figcaption.get_text() == "Caption"
    assert (figure.svg["role"], figure.svg["aria-label"]) == ("img", "Description")
    assert figure.select_one("details table caption").get_text() == "Data: Caption"
    root = ElementTree.fromstring(chart.svg)
    assert root.get("viewBox")
    assert not list(root.iter(f"{SVG}style"))
    assert len(chart.svg) < 70_000
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', chart.svg))
    assert used == set(re.findall(r' id="([^"]+)"', chart.svg))


@KINDS
def test_a_chart_is_the_same_when_drawn_again(draw):
    assert draw(**({} if draw is funnel else {"events": EVENTS}))._repr_html_() == drawn(draw)[0]._repr_html_()


@KINDS
@pytest.mark.parametrize(("words", "message"), [("caption", "no caption"), ("alt", "no description")])
def test_words_are_demanded(draw, words, message):
    with pytest.raises(ReportError, match=message):
        draw(**{words: " "})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: control(MONTHS.drop(columns="words")), "column words"),
        (lambda: control(MONTHS.head(0)), "no rows"),
        (lambda: control(MONTHS.assign(value=NAN)), "no rows"),
        (lambda: control(events=pd.DataFrame({"at": []})), "column label"),
        (lambda: funnel(POINTS.drop(columns="group")), "column group"),
        (lambda: funnel(limits=LIMITS.drop(columns="upper_998")), "column upper_998"),
        (lambda: funnel(POINTS.head(0)), "no rows"),
        (lambda: funnel(POINTS.tail(1)), "no rows"),
        (lambda: funnel(POINTS.assign(group=POINTS["label"])), "5 groups and marks for 2"),
        (lambda: gaps(GAPS.drop(columns="open")), "column open"),
        (lambda: gaps(GAPS.head(0)), "no rows"),
    ],
)
def test_faults_are_named(make, message):
    with pytest.raises(ReportError, match=message):
        make()


def test_signals_are_named_in_the_chart_beneath_it_and_in_its_data():
    chart, lettered = drawn(control)
    assert {"February 2020", "June 2020 to", "August 2020"} <= set(letters(lettered))
    assert chart.note == (
        "What stands out: February 2020 (above the upper limit); "
        "June 2020 to August 2020 (a run above the centre line)."
    )
    table = {month: (value, rule) for month, value, rule in cells(chart)[1:]}
    assert table["January 2019"] == ("14", "no")
    assert table["February 2020"] == ("31", "above the upper limit")
    assert len(table) == 20


def test_signals_have_a_mark_of_their_own_in_shape_and_colour():
    def marks(chart):
        """The drawn shapes by their fill."""
        root = ElementTree.fromstring(chart.svg)
        return {use.get("fill") or "" for use in root.iter(f"{SVG}use")}

    quiet = MONTHS.assign(signal=False, words="")
    assert any(chart_style.ORANGE.lower() in fill.lower() for fill in marks(drawn(control)[0]))
    assert not any(chart_style.ORANGE.lower() in fill.lower() for fill in marks(control(quiet)))


def test_lines_are_named_with_their_values():
    assert {"upper limit", "23.5", "centre line", "13.0", "lower limit", "2.5"} <= set(letters(drawn(control)[1]))
    assert drawn(control)[0].data.note == "Lines of the chart: lower limit 2.5; centre line 13.0; upper limit 23.5."
    assert {"upper limit", "430", "centre line", "120"} <= set(letters(drawn(gaps)[1]))
    assert drawn(gaps)[0].data.note == "Lines of the chart: centre line 120; upper limit 430."
    assert {"99.8%", "95%", "centre line", "90.0%"} <= set(letters(drawn(funnel)[1]))


def test_events_within_the_months_are_numbered_and_listed():
    chart, lettered = drawn(control)
    assert chart.key == ("New team (2019)", "Lockdown (2020)", "Last day (2020)")
    assert {"1", "2", "3"} <= set(letters(lettered))
    assert drawn(gaps)[0].key == ("Before (2018)", "New team (2019)", "Lockdown (2020)")


def test_the_months_that_set_the_lines_are_named(monkeypatch):
    monkeypatch.setitem(chart_style._RC, "svg.fonttype", "none")
    chart = control(baseline=12)
    assert "lines set by these 12 months" in " ".join(letters(chart))
    assert chart.data.note.endswith("They come from the first 12 months.")


def quarters(**changes) -> Chart:
    """The values by quarter, April to June 2019 the first."""
    frame = MONTHS.assign(month=pd.date_range("2019-04-01", periods=20, freq="QS"))
    return control(frame, months_each=3, **changes)


def test_quarters_are_named_by_their_months(monkeypatch):
    monkeypatch.setitem(chart_style._RC, "svg.fonttype", "none")
    chart = quarters(baseline=12)
    rows = cells(chart)
    assert rows[0] == ["Quarter", "Referrals", "Stands out"]
    assert rows[1] == ["April to June 2019", "14", "no"]
    assert rows[4] == ["January to March 2020", "12", "no"]
    assert rows[14] == ["July to September 2022", "31", "above the upper limit"]
    # The 18th to the 20th quarter: July 2023 to March 2024.
    assert chart.note == (
        "What stands out: July to September 2022 (above the upper limit); "
        "July 2023 to March 2024 (a run above the centre line)."
    )
    words = " ".join(letters(chart))
    assert "lines set by these 12 quarters" in words
    assert {"a quarter", "a quarter that stands out"} <= set(letters(chart))
    assert chart.data.note.endswith("They come from the first 12 quarters.")
    quiet = {"signal": False, "words": ""}
    assert control(MONTHS.assign(**quiet), months_each=3).note == "No quarter stands out."


def test_quarters_stand_at_their_middle_and_hold_the_events_of_their_last_month(monkeypatch):
    drawn_at = []
    monkeypatch.setattr(charts_control, "_name_runs", lambda axes, runs, places, *rest: drawn_at.append((axes, places)))
    # The last of the 20 quarters is January to March 2024.
    events = pd.DataFrame({"at": pd.to_datetime(["2024-03-31", "2024-04-01"]), "label": ["Last day", "After"]})
    chart = quarters(events=events)
    ((axes, places),) = drawn_at
    # Months are counted as year x 12 + month: April 2019 starts at 24231.5, May, the middle, is 24233.
    assert places[:2].tolist() == [2019 * 12 + 5, 2019 * 12 + 8]
    assert axes.get_xlim() == (2019 * 12 + 3.5, 2024 * 12 + 3.5)
    assert chart.key == ("Last day (2024)",)


@pytest.mark.parametrize("months", [1, 2, 14, 60, 150])
def test_every_year_of_the_axis_can_be_read(months):
    dates = pd.Series(pd.date_range("2018-12-01", periods=months, freq="MS"))
    with chart_style.drawing():
        axes = new_figure(3).subplots()
        month_axis(axes, dates)
        axes.get_figure().draw_without_rendering()
        labels = [tick for tick in axes.get_xticklabels(minor=True) if tick.get_text()]
        extents = [tick.get_window_extent() for tick in labels]
    named = [tick.get_text() for tick in labels]
    years = [str(year) for year in range(2018, dates.iloc[-1].year + 1)]
    assert named == years[:: 1 if months < 150 else 2]
    assert not any(one.overlaps(other) for one, other in combinations(extents, 2))


def test_many_signals_are_left_to_the_table():
    loud = [number % 2 == 0 for number in range(20)]
    chart = control(MONTHS.assign(signal=loud, words=["a rule" if each else "" for each in loud]))
    assert chart.note == "10 months stand out; the data behind this chart name them."


def test_no_signal_is_said_only_where_there_are_lines():
    quiet = MONTHS.head(1).assign(signal=False, words=None)
    chart = control(quiet, lower=NAN, centre=NAN, upper=NAN)
    assert (chart.note, chart.data.note) == (None, None)
    assert cells(chart)[1:] == [["January 2019", "14", "no"]]
    assert control(quiet).note == "No month stands out."


def test_each_point_of_a_funnel_is_named_and_groups_have_a_key():
    words = letters(drawn(funnel)[1])
    assert {"2018-19", "2019-20", "North", "East", "Years", "Localities"} <= set(words)
    assert "South" not in words  # nobody to give a share of


def test_funnel_data_has_limits_and_no_percentage_of_few():
    assert cells(drawn(funnel)[0]) == [
        ["Group", "Name", "Number", "Out of", "Percentage", "95% limits for so many", "99.8% limits for so many"],
        # lower 95% limit at 157: 0.60 + 0.20 x 156/200
        ["Years", "2018-19", "151", "157", "96.2%", "75.6% to 96.9%", "55.6% to 100.0%"],
        ["Years", "2019-20", "148", "166", "89.2%", "76.5% to 96.7%", "56.5% to 100.0%"],
        ["Localities", "North", "27", "28", "96.4%", "62.7% to 99.5%", "42.7% to 100.0%"],
        ["Localities", "East", "7", "11", "not given: fewer than 20", "61.0% to 99.8%", "41.0% to 100.0%"],
        ["Localities", "South", "0", "0", "not available", "not available", "not available"],
    ]


def test_a_funnel_says_where_its_scale_starts():
    chart = funnel(POINTS.head(1), LIMITS.assign(lower_95=0.85))
    assert chart.note.endswith("The scale starts at 80%, not at 0.")


def test_gaps_are_given_by_month_and_never_by_day():
    chart, lettered = drawn(gaps)
    assert cells(chart) == [
        ["Month the time ended", "Days", "Still running"],
        ["March 2018", "41", "no"],
        ["March 2018", "18", "no"],
        ["November 2019", "588", "no"],
        ["March 2020", "147", "yes"],
    ]
    assert {"still running:", "147 weeks"} <= set(letters(lettered))
    # Other days of the same months give the same drawing.
    days = pd.to_datetime(["2018-03-01", "2018-03-02", "2019-11-30", "2020-03-01"])
    assert gaps(GAPS.assign(date=days), events=EVENTS).svg == chart.svg


def test_one_gap_alone_can_be_drawn():
    chart = gaps(GAPS.tail(1), centre=NAN, upper=NAN)
    assert cells(chart)[1:] == [["March 2020", "147", "yes"]]
    assert chart.data.note is None
    assert gaps(GAPS.head(1)).note is None


COUNTS = st.lists(st.integers(0, 5000), min_size=1, max_size=30)


@settings(deadline=None, max_examples=15)
@given(COUNTS)
def test_every_value_of_a_control_chart_is_in_its_data(values):
    months = pd.Series(pd.date_range("2019-01-01", periods=len(values), freq="MS"))
    frame = pd.DataFrame({"value": values, "signal": False, "words": [f"rule {value}" for value in values]})
    table = charts_control._table(frame, months, "Caption", "Number", None)
    assert [row[1:] for row in rows_of(table)[1:]] == [[f"{value:,}", f"rule {value}"] for value in values]


@settings(deadline=None, max_examples=15)
@given(COUNTS)
def test_every_gap_is_in_the_data(values):
    frame = pd.DataFrame({"date": pd.Timestamp("2020-05-17"), "weeks": values, "open": False})
    table = charts_gaps._table(frame, "Caption", "Days", None)
    assert rows_of(table)[1:] == [["May 2020", f"{value:,}", "no"] for value in values]


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=12)
)
def test_every_share_of_a_funnel_is_in_its_data_unless_few(counts):
    frame = pd.DataFrame(counts, columns=["numerator", "denominator"])
    frame = frame.assign(value=frame["numerator"] / frame["denominator"], label="Name", group="Group")
    for (numerator, n), row in zip(
        counts, rows_of(charts_funnel._table(frame, LIMITS, "Caption", 20))[1:], strict=True
    ):
        assert row[2:4] == [str(numerator), str(n)]
        tenths = (2000 * numerator + n) // (2 * n)  # a half rounded up
        assert row[4] == (f"{tenths // 10}.{tenths % 10}%" if n >= 20 else "not given: fewer than 20")


@settings(deadline=None, max_examples=12)
@given(st.lists(st.tuples(st.integers(10, 390), st.integers(10, 240)), min_size=1, max_size=6))
def test_names_of_points_never_touch_nor_leave_the_axes(points):
    marks = np.array(points, dtype=float)
    places = label_places(
        [mark[np.newaxis] for mark in marks], [(60, 13)] * len(marks), (400, 250), marked=marks, lines=np.empty((0, 2))
    )
    assert not any(one.meets(other) for one, other in combinations(places, 2))
    for place in places:
        assert (place.low >= 0).all()
        assert (place.high <= (400, 250)).all()
        assert not place.holds(marks)
