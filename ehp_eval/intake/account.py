"""What became of every row that came in: used, or left out for a reason that is counted."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


def no_rows() -> pd.DataFrame:
    """Return an empty account of rows left out."""
    return pd.DataFrame({"table": [], "rule": [], "rows": []}).astype({"table": "str", "rule": "str", "rows": "int64"})


@dataclass(frozen=True)
class Account:
    """The rows of a council's folder, as they were read.

    Attributes
    ----------
    read : dict of int
        Rows of each supplied table, all its files together; rows = used + left out.
    left_out : DataFrame
        table, rule, rows: why rows of a table were left out, each row under the first rule that it broke.
    excluded : bool
        Whether rows at fault were left out because that was asked for.
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
    excluded: bool = False
    warnings: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, dict[str, int]] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def rows(self) -> pd.DataFrame:
        """Return the account of each supplied table: table, read, left_out, used."""
        out = self.left_out.groupby("table")["rows"].sum()
        frame = pd.DataFrame({"table": list(self.read), "read": list(self.read.values())})
        frame["left_out"] = frame["table"].map(out).fillna(0).astype("int64")
        return frame.assign(used=frame["read"] - frame["left_out"])
