"""What a table is declared by: its columns, their kinds, the codes that several share, and what a blank means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ehp_eval.streams import STREAMS

Kind = Literal["id", "code", "date", "month", "year", "whole", "number", "percent", "text"]
Blank = Literal["not allowed", "unknown", "not applicable", "still open"]

UNKNOWN = "U"
# What a published claim can be held against: a stream of a service, a service as a whole, the looked-after series.
STREAM_CLAIMS = tuple(stream.closing for stream in STREAMS.values() if stream.closing)
SERVICE_CLAIMS = ("eoc7c", "rf4n")
SYSTEM_CLAIMS = ("areas_rising", "areas_falling_each_year", "growth")
# What is asked of who is reached: columns of `persons`, and the age that the month of birth gives.
CHARACTERISTICS = ("sex", "age", "ethnicity", "disability", "language", "wimd_quintile", "locality")
YES_NO = ("Y", "N")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
    kind : Kind
        How its text is read. `id` may identify somebody and is never shown.
    required : bool
        Whether the table must have the column at all.
    blank : Blank
        What an empty cell means.
    codes : tuple of str
        The values that a column of kind `code` may hold.
    """

    name: str
    kind: Kind
    required: bool = False
    blank: Blank = "unknown"
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableContract:
    """One table: its file is `<name>.csv` in `folder`.

    Attributes
    ----------
    key : tuple of str
        Columns that together may not repeat; empty where repeats are repaired later.
    """

    name: str
    folder: Literal["records", "reference"]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Path of the table inside the council's folder."""
        return f"{self.folder}/{self.name}.csv"

    def of_kind(self, *kinds: Kind) -> Iterator[Column]:
        """Yield the columns of these kinds."""
        return (column for column in self.columns if column.kind in kinds)


def must(name: str, kind: Kind, *codes: str) -> Column:
    """Return a column that a table must have, without blanks."""
    return Column(name, kind, required=True, blank="not allowed", codes=codes)


def may(name: str, kind: Kind, *codes: str, blank: Blank = "unknown") -> Column:
    """Return a column that a table may have; `blank` says what an empty cell means."""
    return Column(name, kind, blank=blank, codes=codes)
