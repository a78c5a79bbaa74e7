import re
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from ehp_eval import chart_style
from ehp_eval.chart_style import share_limits, spread
from ehp_eval.charts import Chart, incidence_chart, interval_chart, trend_chart, year_chart
from ehp_eval.errors import ReportError

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert("1")</script> $\\frac{1}{$ & ŵ'

# Wilson limits: R, binom::binom.wilson(c(151, 21, 7), c(157, 22, 11))
ESTIMATES = pd.DataFrame(
    {
        "service": ["Rapid Response", "IFSS", "Tŷ Ŵyn", "Reflect"],
        "kind": ["edge of care", "edge of care", "before birth", "before birth"],
        "numerator": [151, 21, 7, None],
        "denominator": [157, 22, 11, 0],
        "value": [0.9618, 0.9545, 0.6364, None],
        "lower": [0.9191, 0.7820, 0.3538, None],
        "upper": [0.9824, 0.9919, 0.8483, None],
        "published": [0.96, None, None, None],
    }
)
YEARS = ESTIMATES.head(3).assign(year=["2018-19", "2019-20", "2020-21"])
CURVE = pd.DataFrame(
    {
        "time": [30, 200, 400, 800],  # on the last day only follow-up ends
        "incidence": [0.02, 0.06, 0.11, 0.11],
        "lower": [0.0, 0.02, 0.06, 0.06],
        "upper": [0.05, 0.11, 0.18, 0.18],
    }
)
AT_RISK = pd.DataFrame({"day": [0, 91, 365, 730], "at_risk": [50, 49, 40, 6]})
AREAS = ["Bridgend", "Newport", "Carmarthenshire", "Merthyr Tydfil", "Rhondda Cynon Taf", "Wales"]
TREND = pd.DataFrame(
    [
        {"area": area, "year": year, "rate": 100.0 + 3 * number + (year - 2014) * (number - 2)}
        for number, area in enumerate(AREAS)
        for year in range(2014, 2019)
    ]
)
EVENTS = pd.DataFrame({"at": pd.to_datetime(["2011-01-01", "2019-05-01"]), "label": ["Before", "Reflect begins"]})


def intervals(**changes) -> Chart:
    arguments = {"label": "service", "caption": "Caption", "alt": "Description", "x_label": "Share"}
    return interval_chart(changes.pop("frame", ESTIMATES), **{**arguments, **changes})


def years(**changes) -> Chart:
    arguments = {"year": "year", "caption": "Caption", "alt": "Description", "y_label": "Share"}
    return year_chart(changes.pop("frame", YEARS), **{**arguments, **changes})


def incidence(**changes) -> Chart:
    arguments = {"at_risk": AT_RISK, "caption": "Caption", "alt": "Description", "y_label": "Share"}
    return incidence_chart(changes.pop("frame", CURVE), **{**arguments, **changes})


def trend(areas: int = 4, **changes) -> Chart:
    frame = changes.pop("frame", TREND[TREND["area"].isin(AREAS[:areas])])
    arguments = {"x": "year", "y": "rate", "series": "area", "highlight": "Bridgend", "caption": "Caption"}
    return trend_chart(frame, **{**arguments, "alt": "Description", "y_label": "Rate", **changes})


KINDS = pytest.mark.parametrize("draw", [intervals, years, incidence, trend, lambda **c: trend(6, **c)])


@pytest.fixture
def lettered(monkeypatch):
    """Have letters written as text and not as paths, so that a test can read them."""
    monkeypatch.setitem(chart_style._RC, "svg.fonttype", "none")


def letters(chart: Chart) -> list[str]:
    return [part.text for part in ElementTree.fromstring(chart.svg).iter(f"{SVG}text")]


def cells(chart: Chart) -> list[list[str]]:
    page = BeautifulSoup(chart.data._repr_html_(), "html.parser")
    return [[cell.get_text() for cell in row.select("th, td")] for row in page.select("tr")]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_palette_is_that_of_the_guidance_and_shows_on_white():
    assert chart_style.COLOURS == ("#12436D", "#28A197", "#801650", "#F46A25")
    light = [luminance(colour) for colour in chart_style.COLOURS]
    assert all(1.05 / (each + 0.05) >= 3 for each in light)
    # In black and white, neighbours are told apart by lightness; everywhere, by dashes and marks.
    assert all(max(pair) + 0.05 >= 3 * (min(pair) + 0.05) for pair in pairwise(light))
    assert len(set(chart_style.DASHES)) == len(set(chart_style.MARKERS)) == chart_style.MOST_LINES == 4


@KINDS
def test_a_chart_is_a_figure_with_description_and_data(draw):
    page = BeautifulSoup(draw()._repr_html_(), "html.parser")
    figure = page.figure
    assert page.find(id=figure["aria-labelledby"]).get_text() == "Caption"
    assert (figure.svg["role"], figure.svg["aria-label"]) == ("img", "Description")
    assert figure.select_one("details table caption").get_text() == "Data: Caption"


@KINDS
def test_a_chart_is_the_same_when_drawn_again(draw):
    first = draw()._repr_html_()
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": "x", "axes.facecolor": "red"}):
        assert draw()._repr_html_() == first


@KINDS
def test_drawing_leaves_the_settings_of_the_notebook(draw):
    before = dict(matplotlib.rcParams)
    draw()
    assert dict(matplotlib.rcParams) == before


@KINDS
def test_the_ids_of_a_drawing_are_its_own_and_all_found(draw):
    ids = [set(re.findall(r' id="([^"]+)"', draw(alt=alt).svg)) for alt in ("One", "Two")]
    assert ids[0]
    assert not ids[0] & ids[1]
    for alt, own in zip(("One", "Two"), ids, strict=True):
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', draw(alt=alt).svg)) == own


@KINDS
def test_a_drawing_scales_and_reaches_nothing_outside(draw):
    root = ElementTree.fromstring(draw().svg)
    assert root.get("viewBox")
    assert root.get("width") is None
    assert not list(root.iter(f"{SVG}style"))
    assert not list(root.iter(f"{SVG}metadata"))
    assert len(draw().svg) < 70_000


@KINDS
@pytest.mark.parametrize(("words", "message"), [("caption", "no caption"), ("alt", "no description")])
def test_words_are_demanded(draw, words, message):
    with pytest.raises(ReportError, match=message):
        draw(**{words: " "})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: intervals(frame=ESTIMATES.drop(columns="lower")), "column lower"),
        (lambda: intervals(frame=ESTIMATES.head(0)), "no rows"),
        (lambda: intervals(published="said"), "column said"),
        (lambda: years(events=pd.DataFrame({"at": []})), "column label"),
        (lambda: incidence(at_risk=AT_RISK.drop(columns="day")), "column day"),
        (lambda: trend(highlight="Cardiff"), "no series 'Cardiff'"),
        (lambda: trend(events=EVENTS), "only one are dates"),
    ],
)
def test_faults_are_named(make, message):
    with pytest.raises(ReportError, match=message):
        make()


def test_figures_stand_in_words_beside_their_dots(lettered):
    words = letters(intervals(group="kind"))
    for expected in ("151 of 157 (96%)", "21 of 22 (95%)", "7 of 11", "not available yet", "edge of care"):
        assert expected in words


def test_the_least_number_for_percentages_is_the_councils(lettered):
    assert "21 of 22" in letters(intervals(percent_from=50))


def test_welsh_letters_and_hostile_words_are_drawn_as_they_are(lettered):
    frame = ESTIMATES.head(1).assign(service=["ŵŷŴŶ $a$"])
    chart = intervals(frame=frame, caption=HOSTILE, alt=HOSTILE, x_label=HOSTILE, note=HOSTILE)
    assert "ŵŷŴŶ $a$" in letters(chart)
    assert HOSTILE in letters(chart)
    page = BeautifulSoup(chart._repr_html_(), "html.parser")
    assert page.find("script") is None
    assert page.svg["aria-label"] == HOSTILE


def test_welsh_letters_are_in_the_font_and_it_is_the_pinned_one():
    from matplotlib.font_manager import FontProperties, findfont, get_font

    with chart_style.drawing():
        path = findfont(FontProperties(), fallback_to_default=False)
    assert path.endswith("DejaVuSans.ttf")
    assert all(get_font(path).get_char_index(ord(letter)) for letter in "ŵŷŴŶâêîôûẁỳ")


def test_data_of_intervals_says_why_there_is_no_percentage():
    chart = intervals(group="kind", published="published", headings={"service": "Service", "kind": "Kind"})
    head, first, _, small, none = cells(chart)
    assert head == [
        "Kind", "Service", "Number", "Out of", "Percentage", "Lower limit", "Upper limit", "As published",
    ]  # fmt: skip
    assert first == ["edge of care", "Rapid Response", "151", "157", "96.2%", "91.9%", "98.2%", "96.0%"]
    assert small[4:] == ["not given: fewer than 20", "35.4%", "84.8%", "not available"]
    assert none[2:] == ["not available", "0", *["not available"] * 4]


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([0.6, 0.99], (0.5, 1.0)),
        ([0.5, 0.99], (0.0, 1.0)),
        ([0.01, 0.19], (0.0, 0.2)),
        ([0.01, 0.2], (0.0, 0.3)),
        ([0.0, 0.0], (0.0, 0.05)),
    ],
)
def test_the_axis_shows_what_there_is(values, limits):
    assert share_limits(pd.Series(values)) == limits


def test_an_axis_that_does_not_start_at_nought_says_so():
    assert intervals(frame=ESTIMATES.head(2)).note == "The scale starts at 50%, not at 0."
    assert intervals(note="A note.").note == "A note."
    assert incidence().note == "The scale ends at 20%, not at 100%."


def test_a_chart_of_what_is_not_there_yet_can_be_drawn(lettered):
    empty = ESTIMATES.tail(1)
    assert "not available yet" in letters(intervals(frame=empty))
    assert "not available" in letters(years(frame=empty.assign(year="2021-22")))


def test_rates_are_drawn_without_percentages(lettered):
    frame = ESTIMATES.head(2).assign(value=[142.0, 131.5], lower=[120.0, 110.0], upper=[160.0, 150.0])
    chart = intervals(frame=frame, percent=False, reference=(134.0, "2017"))
    assert {"142.0", "131.5", "2017"} <= set(letters(chart))
    assert chart.note is None


def test_events_within_the_years_are_numbered_and_explained(lettered):
    chart = years(events=EVENTS)
    assert chart.key == ("Reflect begins (2019)",)
    assert "1" in letters(chart)
    assert BeautifulSoup(chart._repr_html_(), "html.parser").select_one("ol li").get_text() == chart.key[0]
    assert years(events=EVENTS.head(0)).key == ()


def test_events_close_together_share_a_mark(lettered):
    events = pd.DataFrame({"at": [2017.2, 2014.5, 2017.1], "label": ["c", "a", "b"]})
    chart = trend(events=events)
    assert chart.key == ("a (2014)", "b (2017)", "c (2017)")
    assert {"1", "2-3"} <= set(letters(chart))


def test_trends_over_dates_take_dated_events():
    frame = TREND.assign(year=pd.to_datetime(TREND["year"].astype(str) + "-03-31"))
    chart = trend(frame=frame, events=EVENTS.assign(at=pd.to_datetime(["2015-04-01", "2030-01-01"])))
    assert chart.key == ("Before (2015)",)
    assert cells(chart)[1][0] == "31 March 2014"


def test_lines_are_named_at_their_ends_and_many_become_panels(lettered):
    few, many = letters(trend(4)), letters(trend(6))
    assert [few.count(area) for area in AREAS[:4]] == [1] * 4
    assert "the authority named above each panel" not in few
    assert [many.count(area) for area in AREAS] == [1] * 6
    assert "the authority named above each panel" in many


def test_trend_data_has_a_column_for_each_line():
    assert cells(trend(2))[:2] == [["Year", "Bridgend", "Newport"], ["2014", "100", "103"]]


def test_limits_of_the_highlighted_line_are_drawn():
    frame = TREND.assign(low=TREND["rate"] - 5, high=TREND["rate"] + 5)
    assert len(trend(frame=frame, lower="low", upper="high").svg) > len(trend(frame=frame).svg)


def test_incidence_is_read_at_fixed_days_only(lettered):
    chart = incidence()
    assert cells(chart) == [
        ["Days since the start", "Still followed", "Cumulative incidence", "Lower limit", "Upper limit"],
        ["0", "50", "0.0%", "not available", "not available"],  # before the first event there are no limits
        ["91", "49", "2.0%", "0.0%", "5.0%"],
        ["365", "40", "6.0%", "2.0%", "11.0%"],
        ["730", "6", "11.0%", "6.0%", "18.0%"],
    ]
    assert {"50", "49", "40", "6", "2%", "11%", "3", "12", "24"} <= set(letters(chart))


def test_incidence_is_unknown_beyond_the_last_follow_up(lettered):
    chart = incidence(frame=CURVE[CURVE["time"] <= 400], at_risk=AT_RISK.assign(at_risk=[50, 49, 40, 0]))
    assert cells(chart)[-1] == ["730", "0", *["not available"] * 3]
    assert "11%" not in letters(chart)


def test_incidence_of_few_has_no_percentages(lettered):
    few = incidence(at_risk=AT_RISK.assign(at_risk=[19, 18, 12, 2]))
    assert "11%" not in letters(few)
    assert cells(few)[0] == ["Days since the start", "Still followed", "Lower limit", "Upper limit"]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_labels_never_touch_and_keep_their_order(places):
    moved = spread(places, 10, 0, 100)
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in moved)
    order = sorted(range(len(places)), key=lambda i: places[i])
    assert all(moved[b] - moved[a] >= 10 - 1e-6 for a, b in pairwise(order))


def test_labels_with_room_stay_where_they_are():
    assert spread([10, 50, 90], 10, 0, 100) == [10, 50, 90]
    assert spread([50, 50], 10, 0, 100) == [45, 55]
    assert spread([99, 100], 10, 0, 100) == [90, 100]


def test_what_is_hidden_keeps_its_place_and_bears_the_mark(lettered):
    hidden = ESTIMATES.assign(hidden=[False, True, True, False])
    hidden.loc[[1, 2], ["numerator", "value", "lower", "upper"]] = None
    hidden.loc[2, "denominator"] = None
    chart = intervals(frame=hidden)
    assert {"[c] of 22", "[c]", "not available yet"} <= set(letters(chart))
    assert cells(chart)[2:4] == [["IFSS", "[c]", "22", "[c]", "[c]", "[c]"], ["Tŷ Ŵyn", *["[c]"] * 5]]
    by_year = years(frame=hidden.head(3).assign(year=YEARS["year"]))
    assert {"2018-19", "2019-20", "2020-21", "[c] of 22", "[c]"} <= set(letters(by_year))
    assert [row[0] for row in cells(by_year)[1:]] == ["2018-19", "2019-20", "2020-21"]


@pytest.mark.parametrize(("second", "written"), [(9.0, ["8", "9"]), (9.5, ["8.0", "9.5"])])
def test_numbers_that_are_all_whole_have_no_decimals(lettered, second, written):
    counts = YEARS.head(2).assign(value=[8.0, second], lower=[6.0, 7.0], upper=[9.0, 11.0], denominator=[30, 40])
    for chart in (years(frame=counts, percent=False), intervals(frame=counts, percent=False)):
        assert set(written) <= set(letters(chart))
        column = cells(chart)[0].index("Value")
        assert [row[column] for row in cells(chart)[1:]] == written
