"""Rows of one table from one file, in the contract's names and codes, still text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from ehp_eval.errors import Finding

DateStyle = Literal["iso", "uk", "us", "named", "basic", "excel"]
"""2020-03-31, 31/03/2020, 03/31/2020, 31-Mar-2020, 20200331, and 43921: the number under a date in a spreadsheet."""


@dataclass(frozen=True)
class Source:
    """What one file gives for one table.

    Attributes
    ----------
    file : str
        As the analyst knows it: the path inside the council's folder, "extracts/all.xlsx, sheet Referrals" for one of
        several sheets.
    text : DataFrame of str
        Columns by the contract's names, only those supplied; missing where the cell says nothing. The index is the row
        of the spreadsheet, counted from 1 for its first row. Dates are ISO, months YYYY-MM, codes those of the
        contract; a cell that could not be read so keeps its own text, so that the check of its column finds it.
    headers : dict of str
        The council's own header of each column, by the contract's name.
    styles : dict of str
        The date style in which each date column was read, by the contract's name.
    findings : tuple of Finding
        What is wrong with the file, its header or its columns as a whole.
    dropped : dict of int
        Filled cells that were not let in, by the council's own header, or by what was taken from them.
    """

    file: str
    text: pd.DataFrame
    headers: dict[str, str] = field(default_factory=dict)
    styles: dict[str, DateStyle] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)
