"""Financial years, April to March, which every figure is counted by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ehp_eval.errors import ArgumentError
from ehp_eval.words import say


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One financial year, or several that follow each other.

    Attributes
    ----------
    first, last : int
        The calendar years in which the first and the last financial year begin.
    """

    first: int
    last: int

    @classmethod
    def year(cls, label: str) -> Period:
        """Read one financial year, such as ``"2020-21"``; raises `ArgumentError` for anything else."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", str(label))
        if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
            raise ArgumentError(f"'{label}' is not a financial year: write it as 2020-21 (April 2020 to March 2021)")
        return cls(int(match[1]), int(match[1]))

    @classmethod
    def of_day(cls, day: date) -> Period:
        """Return the financial year that holds `day`."""
        begins = day.year if day.month >= 4 else day.year - 1
        return cls(begins, begins)

    @property
    def start(self) -> pd.Timestamp:
        """First day: 1 April."""
        return pd.Timestamp(self.first, 4, 1)

    @property
    def end(self) -> pd.Timestamp:
        """Last day: 31 March."""
        return pd.Timestamp(self.last + 1, 3, 31)

    @property
    def label(self) -> str:
        """``2020-21``, or ``2017-18 to 2019-20``."""
        first, last = (f"{begins}-{(begins + 1) % 100:02d}" for begins in (self.first, self.last))
        return first if first == last else say("period.pooled", first=first, last=last)

    @property
    def in_words(self) -> str:
        """``in 2020-21``, or ``from 2017-18 to 2019-20``: as a sentence says it."""
        first, last = self.years[0].label, self.years[-1].label
        return say("period.in_one", year=first) if first == last else say("period.in_several", first=first, last=last)

    @property
    def years(self) -> list[Period]:
        """The single financial years, oldest first."""
        return [Period(begins, begins) for begins in range(self.first, self.last + 1)]

    def earlier(self, years: int) -> Period:
        """Return the same length of time, `years` earlier."""
        return Period(self.first - years, self.last - years)

    def holds(self, dates: pd.Series[pd.Timestamp]) -> pd.Series[bool]:
        """Whether each date lies in the period; a missing date does not."""
        return dates.between(self.start, self.end)
