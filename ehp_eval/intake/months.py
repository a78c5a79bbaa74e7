"""Months of birth: read as months, and full dates of birth kept out."""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

from ehp_eval.intake.dates import month_number, read_dates, style_of
from ehp_eval.intake.source import DateStyle

_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})")
_NUMBERED = re.compile(r"(?P<month>[0-9]{1,2})[/.-](?P<year>[0-9]{4})")
_PATTERNS: dict[DateStyle, re.Pattern[str]] = {
    "iso": re.compile(r"(?P<year>[0-9]{4})/(?P<month>[0-9]{2})"),
    "uk": _NUMBERED,
    "us": _NUMBERED,
    "named": re.compile(r"(?P<month>[A-Za-z]{3,9})[ /.-](?P<year>[0-9]{4})"),
    "basic": re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})"),
}
# A day in any style, or what looks like one: a year of two digits, a number under a date in a spreadsheet.
_FULL_DATE = re.compile(
    "|".join(
        (
            r"[0-9]{1,4}(?:st|nd|rd|th)?[ /.-]+[0-9A-Za-z]{1,9}[ /.,-]+[0-9]{1,4}(?:[T ].*)?",
            r"[A-Za-z]{3,9} [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{2,4}(?:[T ].*)?",
            r"[0-9]{1,2}[A-Za-z]{3,9}[0-9]{2,4}",
            r"[0-9]{8}(?:[T ].*)?",
            r"[1-5][0-9]{4}(?:\.[0-9]+)?",  # 1927 to 2064
        )
    ),
    re.DOTALL,
)


class Months(NamedTuple):
    """A column of months.

    Attributes
    ----------
    text : Series of str
        YYYY-MM where a month was read, missing where a full date was refused, else the cell's own text.
    refused : Series of bool
        Full dates that were not let in.
    reduced : int
        Full dates of which only year and month were.
    """

    text: pd.Series
    refused: pd.Series
    reduced: int


def read_months(text: pd.Series, days: pd.Series, style: DateStyle | None, *, reduce: bool) -> Months:
    """Read a column of months.

    Parameters
    ----------
    text : Series of str
        Stripped cells; those that a workbook holds as dates are ISO.
    days : Series of bool
        Which cells those are.
    style : DateStyle or None
        The style that is declared: without one, only YYYY-MM is a month.
    reduce : bool
        Take year and month of full dates; else refuse them.

    Returns
    -------
    Months
    """
    if (text[days].str[8:10] == "01").all():
        # What Excel makes of a month that is typed, 2010-04 or Apr-2010, is the first day of that month.
        text, days = text.mask(days, text.str[:7]), days & False
    values = text.dropna().unique()
    full = days | text.isin([value for value in values if _FULL_DATE.fullmatch(value)])
    month = text.map({value: _month(value, style) for value in values}).astype("str")
    if reduce:
        dates = read_dates(text, style or style_of(text[full & ~days]))
        month = month.mask(full, dates.mask(days, text).str[:7])
    refused = full & month.isna() if reduce else full
    read = month.where(month.notna(), text).mask(refused)
    return Months(read, refused, int((full & ~refused).sum()))


def _month(value: str, style: DateStyle | None) -> str | None:
    pattern = _PATTERNS.get(style) if style else None
    parts = _ISO.fullmatch(value) or (pattern.fullmatch(value) if pattern else None)
    number = month_number(parts["month"]) if parts else 0
    return f"{parts['year']}-{number:02d}" if parts and 1 <= number <= 12 else None
