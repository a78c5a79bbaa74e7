"""Codes of a council turned into those of the contract, markers of unknown, and words for codes that nobody mapped."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache

import pandas as pd

from ehp_eval.columns import UNKNOWN, Column
from ehp_eval.contract import TABLES
from ehp_eval.intake.private import free_text

MARKERS = ("N/A", "NA", "-", UNKNOWN, "unknown", "not known", "NULL")
"""What case systems write where nothing is known; in any case of the letters."""

_FEW = 3  # rows: what fewer hold may be somebody's
_MOST_VALUES = 20  # more of them are no list of codes
_MOST_LETTERS = 40


def read_codes(
    text: pd.Series, column: Column, own: Mapping[str, str], general: Mapping[str, str], markers: Collection[str]
) -> pd.Series:
    """Turn the cells of a column into the contract's codes.

    Parameters
    ----------
    text : Series of str
        Stripped cells.
    column : Column
        Of any kind: those that hold no codes have markers of unknown all the same.
    own : mapping of str to str
        Codes that `mapping.toml` gives for this column, by the council's own in any case; they win over all else.
    general : mapping of str to str
        Codes that it gives for every coded column; a code of the contract wins over them.
    markers : collection of str
        Of unknown, in any case; every code wins over them.

    Returns
    -------
    Series of str
        Codes; missing where unknown is blank; a cell that is none of these keeps its text.
    """
    meant = {_folded(code): target for code, target in own.items()}
    spread = {_folded(code): target for code, target in general.items() if target in column.codes}
    unknown = {_folded(marker) for marker in markers}
    blank = _unknown_of(column)
    read: dict[str, str | None] = {}
    for value in text.dropna().unique():
        folded = _folded(value)
        if folded in meant:
            read[value] = meant[folded]
        elif value in column.codes:
            read[value] = value
        elif folded in spread:
            read[value] = spread[folded]
        else:
            read[value] = blank if folded in unknown and blank != "" else value
    return text.map({value: code or None for value, code in read.items()}).astype("str")


def marked_unknown(text: pd.Series, markers: Collection[str]) -> pd.Series:
    """Tell the cells that hold a marker of unknown."""
    unknown = {_folded(marker) for marker in markers}
    return text.isin([value for value in text.dropna().unique() if _folded(value) in unknown])


def unmapped_codes(values: pd.Series, allowed: Collection[str]) -> str:
    """Put into words which codes of a column are not mapped, with their counts, the most frequent first.

    A value is shown where it can identify nobody: it is made of the words of the contract, or several rows hold it,
    it looks like a code and not like a name, and the column does not hold too many others to be one of codes. The
    others are only counted.

    Parameters
    ----------
    values : Series of str
        The cells of one column.
    allowed : collection of str
        Codes that are known; cells that hold one are not counted.

    Returns
    -------
    str
        Such as '"Edge of Care" (12 rows), "EOC" (3 rows), and 2 rarer values in 3 rows (see those rows)'; empty where
        every code is known.
    """
    counts = values[~values.isin(list(allowed))].value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    plain = {value for value in counts.index if _words(value) and set(_words(value)) <= _vocabulary()}
    others = pd.Series([value for value in counts.index if value not in plain], dtype="str")
    private = set(others[free_text(others)])
    codes = {value for value in others if counts[value] >= _FEW and _is_code(value) and value not in private}
    shown = plain | (codes if len(others) <= _MOST_VALUES else set())
    listed = [f'"{value}" ({_rows(count)})' for value, count in counts.items() if value in shown]
    rest = counts[[value not in shown for value in counts.index]]
    if rest.empty:
        return ", ".join(listed)
    kind = f"{'rarer' if listed else 'rare or private'} value{'s' if len(rest) > 1 else ''}"
    hidden = f"{len(rest)} {kind} in {_rows(int(rest.sum()))} (see {'those rows' if rest.sum() > 1 else 'that row'})"
    return ", ".join([*listed, f"and {hidden}" if listed else hidden])


def _unknown_of(column: Column) -> str | None:
    """Return what a marker of unknown becomes in a column: its code, None for missing, "" where it is a fault."""
    if UNKNOWN in column.codes:
        return UNKNOWN
    if column.blank == "still open":  # to be unknown is not to be open
        return ""
    if column.kind in ("id", "text", "whole", "number", "percent") or column.blank in ("unknown", "not applicable"):
        return None
    return ""


def _folded(value: str) -> str:
    return value.strip().casefold()


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"


def _is_code(value: str) -> bool:
    short = len(value) <= _MOST_LETTERS and value.isprintable() and not re.search(r"\d{3}", value)
    return short and not _is_name(value)


def _is_name(value: str) -> bool:
    """Whether a value looks like the name of a person: two to four words with capitals, none of them the contract's."""
    words = re.split(r"[\s,]+", value.strip(" ,."))
    capitals = all(re.fullmatch(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]*)*", word) and word[0].isupper() for word in words)
    return 2 <= len(words) <= 4 and capitals and not set(_words(value)) & _vocabulary()


def _words(value: str) -> list[str]:
    return re.findall(r"\w+", value.casefold().replace("_", " "))


@cache
def _vocabulary() -> frozenset[str]:
    """Return the words of the contract's names and codes; numbers are none, since a few can be a telephone's."""
    names = [name for table in TABLES.values() for column in table.columns for name in (column.name, *column.codes)]
    return frozenset(word for name in [*TABLES, *names] for word in _words(name) if not word.isdecimal())
