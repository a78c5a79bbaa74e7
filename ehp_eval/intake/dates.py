"""Dates as people and systems write them, read in one style a column and never in another.

pandas' own parser is not asked: by one format it reads either 3/4/2020, which Excel writes, or a time after it, and it
guesses without one.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pandas as pd

from ehp_eval.intake.source import DateStyle

STYLES: tuple[DateStyle, ...] = get_args(DateStyle)
EXAMPLES: dict[DateStyle, str] = {
    "iso": "2020-03-31",
    "uk": "31/03/2020",
    "us": "03/31/2020",
    "named": "31-Mar-2020",
    "basic": "20200331",
    "excel": "43921",
}
MONTHS = {
    name[:letters]: number
    for number, name in enumerate(
        (
            *("january", "february", "march", "april", "may", "june"),
            *("july", "august", "september", "october", "november", "december"),
        ),
        start=1,
    )
    for letters in (3, 4 if name == "september" else 3, len(name))
}
"""Number of each English month, by its name in full and in short."""

UNREAD = "?"
"""Stands before the text of a cell that looks like an ISO date but contradicts the style of its column."""

_TIME = (
    r"(?:[T ] *(?P<time>[0-9]{1,2}:[0-9]{2})(?P<seconds>:[0-9]{2}(?:[.,][0-9]+)?)? *(?:[AaPp][Mm])?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_DAY, _MONTH, _YEAR = r"(?P<day>[0-9]{1,2})", r"(?P<month>[0-9]{1,2})", r"(?P<year>[0-9]{4})"
_PATTERNS: dict[DateStyle, re.Pattern[str]] = {
    "iso": re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})" + _TIME),
    "uk": re.compile(rf"{_DAY}([/.-]){_MONTH}\2{_YEAR}" + _TIME),
    "us": re.compile(rf"{_MONTH}([/.-]){_DAY}\2{_YEAR}" + _TIME),
    "named": re.compile(rf"{_DAY}([ /.-])(?P<month>[A-Za-z]{{3,9}})\2{_YEAR}" + _TIME),
    "basic": re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})" + _TIME),
    "excel": re.compile(r"([0-9]{1,7})(?:\.[0-9]+)?"),
}
_HERE = ZoneInfo("Europe/London")  # as in `parquet`
_FALSE_LEAP_DAY = 60  # 29 February 1900, a day that Excel has and the calendar has not
_LAST_SERIAL = 2_958_465  # 31 December 9999


def read_dates(text: pd.Series, style: DateStyle) -> pd.Series:
    """Read the cells of a column that are dates in this style.

    Parameters
    ----------
    text : Series of str
        Stripped cells; a time of day after the date is ignored, but for 23:00 UTC that is midnight of a day in summer.
    style : DateStyle

    Returns
    -------
    Series of str
        ISO dates; missing where the cell is missing or no such date, as 30/02/2020 and years of two digits are not.
    """
    # Days repeat: each is read once.
    return text.map({value: _day(value, style) for value in text.dropna().unique()}).astype("str")


def as_dates(text: pd.Series, style: DateStyle) -> pd.Series:
    """Write the dates of a column as ISO; what is none in this style keeps a text that is no ISO date.

    Parameters
    ----------
    text : Series of str
    style : DateStyle

    Returns
    -------
    Series of str
    """
    read = read_dates(text, style)
    astray = read.isna() & text.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fillna(False).astype(bool)
    return read.where(read.notna(), text.mask(astray, UNREAD + text))


def style_of(text: pd.Series) -> DateStyle:
    """Return the style of a column for which none is declared: UK where its first filled cell is so, else ISO."""
    first = next((_PATTERNS["uk"].fullmatch(value) for value in text.dropna().head(1)), None)
    return "uk" if first and 1 <= int(first["month"]) <= 12 else "iso"


def explain_dates(unread: pd.Series, style: DateStyle) -> str:
    """Say what is wrong with the cells of a date column that could not be read, and what to do.

    Parameters
    ----------
    unread : Series of str
        The cells at fault, as `as_dates` left them.
    style : DateStyle
        The style in which the column was read.
    """
    said = f"not a date like {EXAMPLES[style]}, the style in which this column is read"
    plain = unread.dropna().str.removeprefix(UNREAD)
    others = [other for other in STYLES if other != style and read_dates(plain, other).notna().all()]
    if plain.empty or not others:
        if not plain.empty and plain.str.fullmatch(r"[0-9]{1,2}[/. -][0-9A-Za-z]{1,9}[/. -][0-9]{2}").all():
            return f"{said}: write the year with four digits"
        return f"{said}: correct the cell, or declare the style of the column with dates in mapping.toml"
    if others == ["excel"]:
        return (
            f'{said}, but a number: format the cells as dates in the workbook, or declare dates = "excel" in '
            "mapping.toml"
        )
    forms = " or ".join(EXAMPLES[other] for other in others)
    names = " or ".join(f'dates = "{other}"' for other in others)
    return (
        f"{said}, but all of these are dates like {forms}: write them as the rest, or declare {names} in mapping.toml "
        "if the whole column is so"
    )


def month_number(text: str) -> int:
    """Return the number of a month by its number or its English name; 0 where there is no such month."""
    return MONTHS.get(text.lower(), 0) if text.isalpha() else int(text)


def _day(value: str, style: DateStyle) -> str | None:
    parts = _PATTERNS[style].fullmatch(value)
    if parts is None:
        return None
    if style == "excel":
        return _day_of_serial(int(parts[1]))
    try:
        day = date(int(parts["year"]), month_number(parts["month"]), int(parts["day"]))
        return (_local_day(day, parts) if parts["zone"] else day).isoformat()
    except (ValueError, OverflowError):  # 30 February, 25 o'clock, the year 0
        return None


def _local_day(day: date, parts: re.Match[str]) -> date:
    """Return the next day where a time in another zone is midnight here, as systems in UTC write a day of summer."""
    hour, minute = map(int, parts["time"].split(":"))
    offset = datetime.strptime(parts["zone"], "%z").tzinfo
    here = datetime.combine(day, time(hour, minute), offset).astimezone(_HERE)
    is_midnight = here.time() == time() and not (parts["seconds"] or "").strip(":0.,")
    return here.date() if is_midnight else day


def _day_of_serial(number: int) -> str | None:
    if number == _FALSE_LEAP_DAY or not 1 <= number <= _LAST_SERIAL:
        return None
    return (date(1899, 12, 31) + timedelta(days=number - (number > _FALSE_LEAP_DAY))).isoformat()
