"""Dates and months in the styles in which people and systems write them."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.intake.dates import STYLES, as_dates, explain_dates, read_dates, style_of
from ehp_eval.intake.months import read_months
from ehp_eval.intake.source import DateStyle

SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def texts(*cells: str | None) -> pd.Series:
    return pd.Series(cells, dtype="str")


def read(style: DateStyle, *cells: str | None) -> list[str | None]:
    return [None if pd.isna(cell) else cell for cell in read_dates(texts(*cells), style)]


@pytest.mark.parametrize(
    ("style", "cell"),
    [
        ("iso", "2020-04-01"),
        ("iso", "2020-04-01 00:00:00"),
        ("iso", "2020-04-01T23:59:59.999Z"),
        ("iso", "2020-04-01T09:30:00+01:00"),
        ("uk", "01/04/2020"),
        ("uk", "1/4/2020"),
        ("uk", "01-04-2020"),
        ("uk", "01.04.2020"),
        ("uk", "01/04/2020 00:00"),
        ("uk", "1/4/2020 9:05:00 AM"),
        ("us", "04/01/2020"),
        ("us", "4/1/2020 12:00 PM"),
        ("named", "01-Apr-2020"),
        ("named", "1 APRIL 2020"),
        ("named", "1/apr/2020"),
        ("named", "01 Apr 2020 10:00"),
        ("basic", "20200401"),
        # The 1900 system of Excel: 43922 is the number that Microsoft's function DATEVALUE gives for 1 April 2020.
        ("excel", "43922"),
        ("excel", "43922.75"),
    ],
)
def test_the_first_of_april(style: DateStyle, cell: str) -> None:
    assert read(style, cell) == ["2020-04-01"]


@pytest.mark.parametrize(
    ("style", "cell"),
    [
        ("iso", "01/04/2020"),
        ("iso", "2020-4-1"),
        ("iso", "2019-02-29"),
        ("iso", "0000-01-01"),
        ("uk", "2020-04-01"),
        ("uk", "01/04/20"),
        ("uk", "01/04-2020"),
        ("uk", "30/02/2020"),
        ("uk", "03/25/2020"),
        ("uk", "01/04/2020 or later"),
        ("uk", "\u0660\u0661/04/2020"),  # digits, but not ours
        ("us", "25/03/2020"),
        ("named", "01-Avr-2020"),
        ("named", "01/04/2020"),
        ("named", "31 Apr 2020"),
        ("basic", "2020401"),
        ("basic", "20201301"),
        ("excel", "60"),  # 29 February 1900, which never was
        ("excel", "0"),
        ("excel", "-1"),
        ("excel", "2958466"),
        ("excel", "2020-04-01"),
        ("excel", "1e4"),
    ],
)
def test_what_is_no_date_in_its_style(style: DateStyle, cell: str) -> None:
    assert read(style, cell, None) == [None, None]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        # British Summer Time is UTC+1 from the last Sunday of March to that of October: 31 March to 27 October 2019.
        ("2019-07-31T23:00:00Z", "2019-08-01"),
        ("2019-07-31T23:00:00.000+00:00", "2019-08-01"),
        ("2019-08-01T00:00:00+01:00", "2019-08-01"),
        ("2019-03-30T23:00Z", "2019-03-30"),  # still winter
        ("2019-01-31T00:00:00Z", "2019-01-31"),
        ("2019-07-31T23:30:00Z", "2019-07-31"),  # a time of day, and no shifted midnight
        ("2019-07-31T23:00:00", "2019-07-31"),  # without a zone
    ],
)
def test_a_day_of_summer_that_a_system_wrote_in_utc(cell: str, day: str) -> None:
    assert read("iso", cell) == [day]


def test_the_days_of_excel() -> None:
    # Its 1900 system counts from 1 January 1900 and holds 1900 to be a leap year (Microsoft, article 214326).
    assert read("excel", "1", "59", "61", "2958465") == ["1900-01-01", "1900-02-28", "1900-03-01", "9999-12-31"]


def test_without_a_declared_style_the_first_filled_cell_decides() -> None:
    assert style_of(texts(None, "1/4/2020", "2020-04-01")) == "uk"
    assert style_of(texts("2020-04-01", "01/04/2020")) == "iso"
    assert style_of(texts("03/25/2020")) == "iso"  # neither: ISO is asked for
    assert style_of(texts(None)) == "iso"
    assert style_of(texts()) == "iso"


def test_a_cell_that_contradicts_its_column_is_never_left_as_a_date() -> None:
    column = texts("01/04/2020", "2020-04-02", "soon", None)
    left = as_dates(column, "uk")
    assert left[[0, 1, 2]].tolist() == ["2020-04-01", "?2020-04-02", "soon"]
    assert left.isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("style", "cells", "says"),
    [
        ("iso", ["soon"], "like 2020-03-31"),
        ("uk", ["03/25/2020", "12/31/2020"], 'dates = "us"'),
        ("uk", ["?2020-03-25"], 'dates = "iso"'),
        ("iso", ["01/02/2020"], 'dates = "uk" or dates = "us"'),
        ("iso", ["30-Mar-2020"], 'dates = "named"'),
        ("iso", ["43921", "43922"], "format the cells as dates"),
        ("uk", ["01/04/20"], "four digits"),
        ("uk", ["01-Apr-20"], "four digits"),
        ("uk", ["03/25/2020", "soon"], "correct the cell"),
    ],
)
def test_what_is_said_of_dates_that_cannot_be_read(style: DateStyle, cells: list[str], says: str) -> None:
    said = explain_dates(texts(*cells), style)
    assert says in said
    assert not any(cell.removeprefix("?") in said for cell in cells)


def in_style(day: date, style: DateStyle, form: int) -> str:
    """A day as somebody would write it in this style, in one of its forms."""
    separator = "/-."[form % 3]
    padded = "{:02d}" if form % 2 else "{}"
    number, month = padded.format(day.day), padded.format(day.month)
    year = f"{day.year:04d}"
    if style == "iso":
        return f"{year}-{day.month:02d}-{day.day:02d}"
    if style == "uk":
        return separator.join((number, month, year))
    if style == "us":
        return separator.join((month, number, year))
    if style == "named":
        name = (SHORT if form % 2 else LONG)[day.month - 1]
        return separator.join((number, name.upper() if form % 3 else name, year))
    if style == "basic":
        return f"{year}{day.month:02d}{day.day:02d}"
    return str((day - date(1899, 12, 30)).days)


DAYS = st.dates(date(1900, 3, 1), date(9999, 12, 31))
TIMES = st.sampled_from(["", " 00:00", " 9:30:15", "T23:59:59"])


@settings(max_examples=60)
@given(st.lists(st.tuples(DAYS, st.integers(0, 5), TIMES), max_size=6), st.sampled_from(STYLES))
def test_a_day_written_in_a_style_is_read_as_that_day(days: list[tuple[date, int, str]], style: DateStyle) -> None:
    cells = [in_style(day, style, form) + ("" if style == "excel" else time) for day, form, time in days]
    assert read(style, *cells) == [day.isoformat() for day, _, _ in days]


@settings(max_examples=60)
@given(DAYS, st.integers(0, 5), st.sampled_from(STYLES), st.sampled_from(STYLES))
def test_a_day_written_in_another_style_is_that_day_or_none_but_for_days_and_months_swapped(
    day: date, form: int, written: DateStyle, style: DateStyle
) -> None:
    found = read(style, in_style(day, written, form))[0]
    may_be = {None, day.isoformat()}
    if {written, style} == {"uk", "us"} and day.day <= 12:
        may_be.add(date(day.year, day.day, day.month).isoformat())  # 3/4/2020: only the declared style can tell
    assert found in may_be


@given(st.text(max_size=12), st.sampled_from(STYLES))
def test_any_text_is_a_real_day_or_none(text: str, style: DateStyle) -> None:
    found = read(style, text)[0]
    assert found is None or date.fromisoformat(found)


@settings(max_examples=25)
@given(
    st.lists(st.one_of(st.none(), DAYS.map(date.isoformat), st.text("0123456789/-", max_size=10)), max_size=8),
    st.sampled_from(STYLES),
)
def test_the_order_of_rows_changes_no_date(cells: list[str | None], style: DateStyle) -> None:
    forwards, backwards = as_dates(texts(*cells), style), as_dates(texts(*cells[::-1]), style)
    assert forwards.fillna("").tolist() == backwards.fillna("").tolist()[::-1]


def months(
    *cells: str | None, days: tuple[int, ...] = (), style: DateStyle | None = None, reduce: bool = False
) -> list:
    text = texts(*cells)
    found = read_months(text, pd.Series(text.index.isin(days)), style, reduce=reduce)
    read = ["refused" if refused else cell for cell, refused in zip(found.text, found.refused, strict=True)]
    assert found.text[found.refused].isna().all()  # a day that is not let in is not left there
    return [*read, found.reduced]


@pytest.mark.parametrize(
    ("style", "cell"),
    [
        (None, "2010-04"),
        ("uk", "2010-04"),
        ("iso", "2010/04"),
        ("uk", "04/2010"),
        ("uk", "4-2010"),
        ("us", "04/2010"),
        ("named", "Apr-2010"),
        ("named", "APRIL 2010"),
        ("basic", "201004"),
    ],
)
def test_a_month(style: DateStyle | None, cell: str) -> None:
    assert months(cell, style=style) == ["2010-04", 0]


@pytest.mark.parametrize(
    ("style", "cell"),
    [
        (None, "04/2010"),
        (None, "Apr-2010"),
        ("uk", "13/2010"),
        ("named", "Avr 2010"),
        ("excel", "04/2010"),
        ("uk", "?"),
    ],
)
def test_what_is_no_month_in_its_style_keeps_its_text(style: DateStyle | None, cell: str) -> None:
    assert months(cell, style=style) == [cell, 0]


FULL = (
    *("2010-04-02", "2010-04-02 00:00:00", "02/04/2010", "2/4/10", "04/22/2010", "2 April 2010", "2nd April 2010"),
    *("April 2, 2010", "02-Apr-10", "02Apr2010", "20100402", "40270", "2010/04/02", "02.04.2010 10:00"),
)


@pytest.mark.parametrize("cell", FULL)
@pytest.mark.parametrize("style", [None, *STYLES])
def test_a_full_date_of_birth_is_refused_however_it_is_written(style: DateStyle | None, cell: str) -> None:
    assert months("2010-05", cell, style=style) == ["2010-05", "refused", 0]


def test_a_full_date_of_birth_is_reduced_where_that_is_asked_for() -> None:
    assert months("02/04/2010", "2010-05", None, "31/12/2011", style="uk", reduce=True)[:2] == ["2010-04", "2010-05"]
    assert months("2/4/2010", "13/4/2010", reduce=True) == ["2010-04", "2010-04", 2]  # UK by its first full date
    assert months("40270", style="excel", reduce=True) == ["2010-04", 1]
    # In another style than the column's it is neither read nor let in.
    assert months("02/04/2010", "04/22/2010", "2010-04-02", reduce=True) == ["2010-04", "refused", "refused", 1]


def test_a_month_typed_into_excel_is_a_month_though_excel_holds_its_first_day() -> None:
    assert months("2010-04-01", "2011-12-01", "2009-03", days=(0, 1)) == ["2010-04", "2011-12", "2009-03", 0]
    assert months("2010-04-01", "2011-12-02", days=(0, 1)) == ["refused", "refused", 0]
    assert months("2010-04-01", "2011-12-02", days=(0, 1), reduce=True) == ["2010-04", "2011-12", 2]
    assert months("2010-04-01") == ["refused", 0]  # text: nobody but the council knows


@settings(max_examples=30)
@given(
    st.dates(date(1930, 1, 1), date(2060, 1, 1)),
    st.integers(0, 5),
    st.sampled_from(STYLES),
    st.booleans(),
    st.booleans(),
)
def test_no_day_of_birth_comes_in(day: date, form: int, style: DateStyle, declared: bool, reduce: bool) -> None:
    found = months(in_style(day, style, form), style=style if declared else None, reduce=reduce)
    assert found[0] in ({"refused"} if not reduce else {"refused", f"{day:%Y-%m}", f"{day.year}-{day.day:02d}"})
    if reduce and declared:
        assert found == [f"{day:%Y-%m}", 1]


def test_every_day_of_a_leap_year_in_every_style() -> None:
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(366)]
    for style in STYLES:
        assert read(style, *(in_style(day, style, 3) for day in days)) == [day.isoformat() for day in days]
