"""Dates: financial years, quarters, birthdays and working days."""

from __future__ import annotations

from datetime import date, timedelta

_CLOSED = ((12, 25), (12, 26), (1, 1))  # enough for plausible dates; the measures know every bank holiday


def year_bounds(label: str) -> tuple[date, date]:
    """Return the first and the last day of a financial year such as "2020-21"."""
    begins = int(label[:4])
    return date(begins, 4, 1), date(begins + 1, 3, 31)


def quarter_bounds(label: str, quarter: int) -> tuple[date, date]:
    """Return the first and the last day of a quarter, 1 to 4, of a financial year."""
    begins = int(label[:4])
    starts = [
        date(begins, 4, 1),
        date(begins, 7, 1),
        date(begins, 10, 1),
        date(begins + 1, 1, 1),
        date(begins + 1, 4, 1),
    ]
    return starts[quarter - 1], starts[quarter] - timedelta(days=1)


def later(day: date, days: int) -> date:
    """Return the day this many days later."""
    return day + timedelta(days=days)


def eighteenth(born: date) -> date:
    """Return the 18th birthday; 1 March for a child born on 29 February."""
    leap_day = (born.month, born.day) == (2, 29)
    return date(born.year + 18, 3, 1) if leap_day else born.replace(year=born.year + 18)


def age_on(born: date, day: date) -> float:
    """Return the age in years, near enough to choose by."""
    return (day - born).days / 365.25


def at_work(day: date, *, backwards: bool = False) -> date:
    """Return the day itself or the nearest working day after (before) it."""
    step = timedelta(days=-1 if backwards else 1)
    while day.weekday() >= 5 or (day.month, day.day) in _CLOSED:
        day += step
    return day
