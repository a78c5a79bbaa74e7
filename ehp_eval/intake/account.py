"""What became of every row that came in: used, or left out for a reason that is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd


def no_rows() -> pd.DataFrame:
    """Return an empty account of rows left out."""
    return left_out_rows([])


def left_out_rows(counts: Iterable[tuple[str, str, int, bool]]) -> pd.DataFrame:
    """Return the account of rows left out: by table and rule how many, and whether they were at fault."""
    frame = pd.DataFrame(list(counts), columns=["table", "rule", "rows", "at_fault"])
    return frame.astype({"table": "str", "rule": "str", "rows": "int64", "at_fault": "bool"})


@dataclass(frozen=True)
class Account:
    """The rows of a council's folder, as they were read.

    Attributes
    ----------
    read : dict of int
        Rows of each supplied table, all its files together; rows = used + left out.
    left_out : DataFrame
        table, rule, rows, at_fault: why rows of a table were left out, each row under the first rule that it broke.
        Rows at fault are left out because that was asked for; the others are repeats that count once.
    warnings : dict of int
        Rows (or tables, columns and files) that a rule warns of, by rule. They are used as they are.
    dropped : dict of dict of int
        By table: filled cells that were not let in, by the council's own header.
    repairs : dict of int
        Repairs of looked-after episodes that came in the layout of the SSDA903 return, by rule.
    files : tuple of str
        The files that were read, as they are named.
    """

    read: dict[str, int] = field(default_factory=dict)
    left_out: pd.DataFrame = field(default_factory=no_rows)
    warnings: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, dict[str, int]] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def at_fault(self) -> int:
        """How many rows were left out because they were at fault."""
        return int(self.left_out.loc[self.left_out["at_fault"], "rows"].sum())

    def rows(self) -> pd.DataFrame:
        """Return the account of each supplied table: table, read, left_out, used."""
        out = self.left_out.groupby("table")["rows"].sum()
        frame = pd.DataFrame({"table": list(self.read), "read": list(self.read.values())})
        frame["left_out"] = frame["table"].map(out).fillna(0).astype("int64")
        return frame.assign(used=frame["read"] - frame["left_out"])
