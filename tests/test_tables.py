from datetime import date

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from ehp_eval.disclosure.publishable import Publishable
from ehp_eval.disclosure.release import Release, released_frame
from ehp_eval.errors import ReportError
from ehp_eval.publishing import Disclosure
from ehp_eval.tables import Table, percent, percent_words, slug, unbroken, written

HOSTILE = '<script>alert("1")</script> & {{ 7 * 7 }} $x$ **b**'


def parsed(table: Table) -> BeautifulSoup:
    return BeautifulSoup(table._repr_html_(), "html.parser")


def cells(table: Table) -> list[list[str]]:
    return [[cell.get_text() for cell in row.select("th, td")] for row in parsed(table).select("tbody tr")]


def test_heads_have_scopes_and_the_caption_names_the_scrolling_region():
    page = parsed(Table(pd.DataFrame({"Year": ["2020-21"], "Children": [157]}), caption="Accepted"))
    assert [head["scope"] for head in page.select("th")] == ["col", "col", "row"]
    region = page.select_one("[role=region]")
    assert region["tabindex"] == "0"
    assert page.find(id=region["aria-labelledby"]).get_text() == "Accepted"


def test_values_are_written_for_readers():
    frame = pd.DataFrame(
        {
            "name": ["Tŷ ŵyl", "b"],
            "count": [12345, 7],
            "share": [0.5, 0.25],
            "rate": [142.25, 7.0],
            "day": pd.to_datetime(["2021-03-31", "2021-04-01"]),
            "known": [True, False],
        }
    )
    table = Table(frame, caption="Values", formats={"share": ".1%"})
    assert cells(table) == [
        ["Tŷ ŵyl", "12,345", "50.0%", "142.2", "31 March 2021", "yes"],
        ["b", "7", "25.0%", "7.0", "1 April 2021", "no"],
    ]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT, "", "  "])
def test_what_is_missing_is_never_blank(missing):
    frame = pd.DataFrame({"name": ["a"], "value": pd.Series([missing], dtype=object)})
    assert cells(Table(frame, caption="Missing")) == [["a", "not available"]]


def test_a_missing_count_leaves_the_others_whole():
    frame = pd.DataFrame({"name": ["a", "b"], "n": [1200, None]})
    assert cells(Table(frame, caption="Counts")) == [["a", "1,200"], ["b", "not available"]]


def test_numbers_stand_at_the_right_words_at_the_left():
    frame = pd.DataFrame({"name": ["a"], "n": [1], "word": ["x"], "mixed": pd.Series(["[c]"], dtype=object)})
    classes = [cell.get("class") for cell in parsed(Table(frame, caption="Sides")).select("td")]
    assert classes == [["ehp-number"], ["ehp-short"], ["ehp-short"]]


def test_only_columns_of_short_words_stay_on_one_line():
    frame = pd.DataFrame(
        {"name": ["a", "b"], "years": ["2019-20", "2017-18 to 2019-20"], "share": ["7 of 11", "9 of 12"]}
    )
    classes = [cell.get("class") for cell in parsed(Table(frame, caption="Lines")).select("tr:nth-child(1) td")]
    assert classes == [None, ["ehp-short"]]


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("2017-18 to 2019-20", ["2017-18 to", "2019-20"]),
        ("14 of 72 (19%; 95% interval 12% to 31%)", ["14 of 72", "95% interval", "12% to 31%"]),
        ("\u22120.4 points (\u22125.9 to +4.6)", ["\u22120.4 points", "\u22125.9 to +4.6"]),
        ("1,054 o 1,150", ["1,054 o 1,150"]),  # Welsh
        ("<i>5</i> & '6'", []),
        ("no number", []),
    ],
)
def test_what_is_read_as_one_stays_on_one_line_and_the_text_is_the_same(words, whole):
    page = BeautifulSoup(unbroken(words), "html.parser")
    assert [span.get_text() for span in page.select("span.ehp-whole")] == whole
    assert page.get_text() == words


def test_paper_is_told_of_wide_tables_and_of_long_narrow_ones():
    def shape(rows: int, columns: int, words: str = "x") -> list[str]:
        frame = pd.DataFrame({f"c{i}": [words] * rows for i in range(columns)})
        return parsed(Table(frame, caption="Shape")).select_one(".ehp-table")["class"]

    assert shape(40, 3) == ["ehp-table", "ehp-long"]
    assert shape(15, 3) == shape(40, 3, "x" * 30) == shape(15, 6) == ["ehp-table"]
    assert shape(40, 7) == ["ehp-table", "ehp-wide"]


def test_text_stays_text():
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "other": [HOSTILE]})
    table = Table(frame, caption=HOSTILE, note=HOSTILE, headings={"other": HOSTILE})
    page = parsed(table)
    assert page.find("script") is None
    assert page.caption.get_text() == HOSTILE
    assert cells(table) == [[HOSTILE, HOSTILE]]
    assert page.select_one(".ehp-note").get_text() == HOSTILE


def test_markup_made_on_purpose_stays_markup():
    frame = pd.DataFrame({"name": ["a"], "link": [Markup('<a href="#b">b</a>')]})
    assert parsed(Table(frame, caption="Links")).select_one("td a")["href"] == "#b"


def test_row_header_can_be_another_column():
    frame = pd.DataFrame({"stream": ["edge of care"], "service": ["IFSS"]})
    page = parsed(Table(frame, caption="Services", row_header="service"))
    assert page.select_one("tbody th").get_text() == "IFSS"


def test_ids_depend_on_words_and_content_alone():
    def identity(n: int, caption: str = "A table") -> str:
        return Table(pd.DataFrame({"a": [n]}), caption=caption).id

    assert identity(1) == identity(1)
    assert len({identity(1), identity(2), identity(1, "Another table")}) == 3
    assert identity(1).startswith("table-a-table-")


class Report:
    """What a publishable frame asks of a public report."""

    release = Release("2020-21", Disclosure(), released_frame([]), {})


def test_a_table_of_a_release_says_so():
    frame = pd.DataFrame({"a": [1]})
    table = Table(Publishable.made_by(Report(), frame), caption="Released")
    assert table.released
    assert parsed(table).select_one(".ehp-table").has_attr("data-released")
    assert cells(table) == [["1"]]
    assert not Table(frame, caption="Released").released
    assert not parsed(Table(frame, caption="Released")).select_one("[data-released]")


def test_only_a_report_of_a_release_makes_a_frame_publishable():
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(ReportError, match=r"by PublicReport\.publishable\(frame\) alone"):
        Publishable(frame, object())
    for report in (object(), frame):
        with pytest.raises(ReportError, match="holds a release and no records"):
            Publishable.made_by(report, frame)
    with pytest.raises(ReportError, match="Only a frame"):
        Publishable.made_by(Report(), [1])


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        (None, "[c]: hidden so that nobody can be identified."),
        ("Of those accepted.", "Of those accepted. [c]: hidden so that nobody can be identified."),
        ("[c]: a count of 1 to 4.", "[c]: a count of 1 to 4."),
    ],
)
def test_what_is_hidden_is_marked_and_explained_once(note, shown):
    table = Table(pd.DataFrame({"Year": ["2020-21"], "n": ["[c] of 166"]}), caption="Hidden", note=note)
    assert [mark.get_text() for mark in parsed(table).select("td .ehp-suppressed")] == ["[c]"]
    assert cells(table) == [["2020-21", "[c] of 166"]]
    assert parsed(table).select_one(".ehp-note").get_text() == shown


def test_plain_text_for_a_terminal():
    assert repr(Table(pd.DataFrame({"a": [1]}), caption="Plain")) == "Plain\n a\n 1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"caption": " "}, "no caption"),
        ({"caption": "C", "row_header": "b"}, "no column b"),
        ({"caption": "C", "headings": {"c": "x"}}, "no column c"),
        ({"caption": "C", "formats": {"d": "x"}}, "no column d"),
    ],
)
def test_faults_are_named(arguments, message):
    with pytest.raises(ReportError, match=message):
        Table(pd.DataFrame({"a": [1]}), **arguments)


def test_a_table_needs_columns():
    with pytest.raises(ReportError, match="no columns"):
        Table(pd.DataFrame(), caption="Nothing")


@pytest.mark.parametrize(
    ("value", "how", "words"),
    [
        (np.int64(1234), ",d", "1,234"),
        (np.float64(3), ",d", "3"),
        (np.bool_(True), ",d", "yes"),
        (date(2020, 12, 1), ",d", "1 December 2020"),
        (0.5, lambda value: f"half {value}", "half 0.5"),
        (pd.Period("2020"), ",d", "2020"),
    ],
)
def test_one_value(value, how, words):
    assert written(value, how) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0%"), (1, "100%"), (0.996, "99.6%"), (0.004, "0.4%"), (0.9618, "96%"), (0.5, "50%")],
)
def test_nothing_is_rounded_to_none_or_all(value, words):
    assert percent_words(value) == words


# 15 of 24 is 62.5 per cent, which Python rounds to the even 62; 57 of 200 is 28.5, and 0.285 as a float lies below it.
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (15 / 24, "63%"),
        (57 / 200, "29%"),
        (0.285, "29%"),
        (1 - 0.665, "34%"),  # 0.33499999999999996
        (0.2849, "28%"),
        (1 / 8, "13%"),
        (np.float64(0.125), "13%"),
        (0.005, "1%"),
        (0.995, "99.5%"),
    ],
)
def test_half_a_per_cent_is_rounded_up(value, words):
    assert percent_words(value) == words


@pytest.mark.parametrize(("value", "words"), [(1 / 16, "6.3%"), (0.28125, "28.1%"), (-1 / 16, "-6.3%"), (2, "200.0%")])
def test_half_a_tenth_is_rounded_up_in_tables_too(value, words):
    assert percent(value, 1) == written(value, ".1%") == words


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_shares_are_rounded_as_by_hand(counts):
    k, n = counts
    tenths = (2000 * k + n) // (2 * n)  # the whole number nearest to 1000 k / n, a half rounded up
    assert percent(k / n, 1) == f"{tenths // 10}.{tenths % 10}%"


def test_slug_drops_accents():
    assert slug("Teuluoedd a'r Tŷ Ŵyn!") == "teuluoedd-a-r-ty-wyn"
