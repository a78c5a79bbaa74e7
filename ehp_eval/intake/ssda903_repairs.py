"""What the yearly files of one return repeat, cut off and correct, put right by stated rules, each counted.

docs/ssda903.md says why each rule is as it is. Here is what only the return knows: that every episode open on 31 March
is in the next year's file too, that an end with reason X1 is none of the care, and that a child has a header in every
year. Overlaps, gaps and open episodes with a later one are for `ehp_eval.periods`, which repairs them for every kind
of file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from ehp_eval.columns import UNKNOWN
from ehp_eval.errors import Finding
from ehp_eval.intake.source import Source
from ehp_eval.periods import STARTED

REPEATED, CORRECTED = "repeated_in_another_file", "corrected_in_a_later_file"
CLOSED, SPLIT = "closed_at_the_year_end", "split_at_the_year_end"
PERSON_REPEATED, RECODED = "person_repeated", "ethnicity_of_the_last_file"
REPAIRS = (REPEATED, CORRECTED, CLOSED, SPLIT, PERSON_REPEATED, RECODED)


class _LeftOut(NamedTuple):
    episodes: tuple[str, ...]
    persons: tuple[str, ...]


LEFT_OUT = _LeftOut((REPEATED, CORRECTED), (PERSON_REPEATED,))
"""Repairs that leave a row out; the others change cells."""

_UNFOLLOWED = (
    "no episode follows",
    "the reason says that a new episode begins that day, but the child has none: add it, or correct the reason",
)
_LEFT_OPEN = (
    "open in an earlier year",
    "the episode is in no file of a later year, and the child counts as still looked after: add the day that it ended",
)


def repair_episodes(
    sources: Sequence[Source], new_episode_begins: str
) -> tuple[list[Source], dict[str, int], list[Finding]]:
    """Make one set of episodes of those of all files.

    Parameters
    ----------
    sources : sequence of Source
        One a file.
    new_episode_begins : str
        The reason of an end after which care goes on: X1.

    Returns
    -------
    sources : list of Source
        The same files, without the rows that are left out.
    repairs : dict of int
        Rows in = rows out + those counted under `LEFT_OUT.episodes`.
    findings : list of Finding
        Warnings of what no rule can mend.
    """
    if not sources:
        return [], dict.fromkeys((REPEATED, CORRECTED, CLOSED, SPLIT), 0), []
    rows = _rows(sources)
    for name in ("reason_started", "ended_on", "reason_ended"):
        if name not in rows:
            rows[name] = pd.Series(None, index=rows.index, dtype="str")
    seen = _last_year_seen(rows)
    again = _again(rows)
    repairs = {REPEATED: int(again.sum())}
    rows, seen = rows[~again].copy(), seen[~again]

    start, end = _days(rows["started_on"]), _days(rows["ended_on"])
    next_day = end + pd.Timedelta(days=1)
    # An episode of no days does not follow itself.
    goes_on = (rows["reason_ended"] == new_episode_begins) & (end > start)
    followed, followed_next_day = _held(rows, end, rows), _held(rows, next_day, rows)
    last_of_march = (end.dt.month == 3) & (end.dt.day == 31)
    first_of_april = (end.dt.month == 4) & (end.dt.day == 1)

    split = goes_on & last_of_march & ~followed & _held(rows, next_day, rows[rows["reason_started"] == STARTED])
    rows["ended_on"] = rows["ended_on"].mask(split, next_day.dt.strftime("%Y-%m-%d"))

    in_care_after = (seen == seen.max()) | (seen > _year(end))
    open_elsewhere = _held(rows, start, rows[rows["ended_on"].isna()]) & in_care_after
    nothing_later = end >= pd.concat([start, end]).max() - pd.Timedelta(days=1)
    closed = goes_on & ((last_of_march & ~followed_next_day) | first_of_april) & ~followed
    closed &= open_elsewhere | nothing_later
    for name in ("ended_on", "reason_ended"):
        rows[name] = rows[name].mask(closed)

    ended = _held(rows, start, rows[rows["ended_on"].notna()])
    left_open = ~ended & (seen < seen.max()) & rows["person_id"].notna()
    corrected = left_open & _covered_later(rows, left_open, seen)
    left_open &= ~corrected & (start == start.groupby(rows["person_id"]).transform("max"))
    repairs |= {CORRECTED: int(corrected.sum()), CLOSED: int(closed.sum()), SPLIT: int(split.sum())}
    findings = [
        *_warnings(sources, rows[goes_on & ~followed & ~split & ~closed], "reason_ended", *_UNFOLLOWED),
        *_warnings(sources, rows[left_open], "ended_on", *_LEFT_OPEN),
    ]
    return _split(rows[~corrected], sources), repairs, findings


def join_persons(sources: Sequence[Source]) -> tuple[list[Source], dict[str, int]]:
    """Make one row of a child's headers, unless they differ in sex or month of birth: then the checks find them.

    Parameters
    ----------
    sources : sequence of Source
        One a file.

    Returns
    -------
    sources : list of Source
        The same files; a child's row is in the first that has one.
    repairs : dict of int
        Rows in = rows out + those counted under `LEFT_OUT.persons`.
    """
    if not sources:
        return [], dict.fromkeys((PERSON_REPEATED, RECODED), 0)
    rows = _rows(sources)
    person = rows["person_id"]
    known = rows.mask(rows == UNKNOWN)
    one = person.notna()
    for name in ("sex", "birth_month"):
        if name in rows:
            one &= _different(known[name], person) <= 1
    recoded = 0
    for name in ("sex", "birth_month", "ethnicity"):
        if name in rows:
            said = known[name].groupby(person).transform("last")
            rows[name] = rows[name].mask(one & said.notna(), said)
    if "ethnicity" in rows:
        recoded = person[one & (_different(known["ethnicity"], person) > 1)].nunique()
    again = (one & person.duplicated()) | (person.notna() & rows.duplicated())
    return _split(rows[~again], sources), {PERSON_REPEATED: int(again.sum()), RECODED: recoded}


def _rows(sources: Sequence[Source]) -> pd.DataFrame:
    """Return the rows of all files, labelled by the number of the file and the row of its spreadsheet."""
    return pd.concat([source.text for source in sources], keys=range(len(sources)), names=["file", "row"])


def _split(rows: pd.DataFrame, sources: Sequence[Source]) -> list[Source]:
    """Return the files with these of their rows."""
    file = rows.index.get_level_values("file")
    return [
        replace(source, text=rows.loc[file == number, list(source.text.columns)].droplevel("file"))
        for number, source in enumerate(sources)
    ]


def _again(rows: pd.DataFrame) -> pd.Series[bool]:
    """Tell the rows that an earlier file holds too, cell by cell."""
    file = pd.Series(rows.index.get_level_values("file"), index=rows.index)
    first = file.groupby([rows[name] for name in rows], dropna=False, sort=False).transform("first")
    again: pd.Series[bool] = (file != first) & rows["person_id"].notna() & rows["started_on"].notna()
    return again


def _last_year_seen(rows: pd.DataFrame) -> pd.Series[float]:
    """Return the first year of the latest financial year whose file holds the child with the same start."""
    # A file is of the year of its last day.
    last = pd.concat([_year(_days(rows["started_on"]), of_end=False), _year(_days(rows["ended_on"]))])
    years = last.groupby(level="file").max()
    year = years.reindex(rows.index.get_level_values("file")).set_axis(rows.index)
    return year.groupby([rows["person_id"], rows["started_on"]], dropna=False).transform("max")


def _covered_later(rows: pd.DataFrame, asked: pd.Series[bool], seen: pd.Series[float]) -> pd.Series[bool]:
    """Say of the rows asked about whether a later year's file has the child in an episode begun before and going on."""
    days = pd.DataFrame(
        {
            "person": rows["person_id"],
            "start": _days(rows["started_on"]),
            "end": _days(rows["ended_on"]),
            "seen": seen,
            "at": range(len(rows)),
        }
    )
    # The same start is open in one file and closed in the next: it ends where it is closed.
    days["end"] = days.groupby(["person", "start"])["end"].transform("max")
    met = days[asked].merge(days, on="person", suffixes=("", "_later"))
    goes_on = met["end_later"].isna() | (met["end_later"] > met["start"])
    covered = (met["seen_later"] > met["seen"]) & (met["start_later"] < met["start"]) & goes_on
    return days["at"].isin(met.loc[covered, "at"])


def _warnings(sources: Sequence[Source], rows: pd.DataFrame, column: str, rule: str, message: str) -> Iterator[Finding]:
    """Yield a warning a file for these rows."""
    for number, part in rows.groupby(level="file", sort=True):
        source = sources[int(str(number))]
        numbers = tuple(int(row) for row in part.index.get_level_values("row"))
        yield Finding(source.file, source.headers.get(column, column), rule, message, numbers, "warning")


def _different(values: pd.Series, person: pd.Series) -> pd.Series:
    """Count the different values of each row's child."""
    return values.groupby(person).transform("nunique")


def _held(rows: pd.DataFrame, days: pd.Series, others: pd.DataFrame) -> pd.Series[bool]:
    """Say of each row whether one of the others is of its child and starts on this day."""
    asked = pd.MultiIndex.from_arrays([rows["person_id"], days])
    held = pd.MultiIndex.from_arrays([others["person_id"], _days(others["started_on"])])
    return pd.Series(asked.isin(held), index=rows.index) & rows["person_id"].notna() & days.notna()


def _year(days: pd.Series, *, of_end: bool = True) -> pd.Series[float]:
    """Return the first year of the financial year of each day; an end on 1 April is of the year before."""
    shifted = days - pd.DateOffset(months=3, days=int(of_end))
    year: pd.Series[float] = shifted.dt.year.astype("float64")
    return year


def _days(text: pd.Series) -> pd.Series:
    """Return ISO dates as dates; what is none is found by the check of its column."""
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
