"""The flow of a cohort: how many came in, how many were left out at each step, and why.

It adds up at every step by construction, and a test holds it to that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

COLUMNS = ["step", "reason", "window_days", "count"]


@dataclass
class Flow:
    """A flow in the making.

    Parameters
    ----------
    first : str
        Name of the step that everybody enters by.
    """

    first: str
    remaining: int = 0
    _rows: list[tuple[str, str, int | None, int]] = field(default_factory=list)

    def start(self, count: int) -> None:
        """Write down how many came in."""
        self.remaining = count
        self.step(self.first)

    def step(self, name: str, *, window_days: int | None = None) -> None:
        """Write down that those who remain have reached a step."""
        self._rows.append((name, "", window_days, self.remaining))

    def leave_out(self, reason: str, which: pd.Series[bool], *, window_days: int | None = None) -> None:
        """Write down that these are left out, and why; a reason that meets nobody is not written."""
        self._change(reason, int(which.sum()), window_days)

    def add(self, reason: str, count: int) -> None:
        """Write down that more come in, such as the second of two twins."""
        self._change(reason, -count, None)

    def branch(self) -> Flow:
        """Return a flow that goes on from here by itself: one for each window."""
        return Flow(self.first, self.remaining)

    def join(self, branch: Flow) -> None:
        """Write a branch beneath this flow."""
        self._rows.extend(branch._rows)

    def frame(self) -> pd.DataFrame:
        """Return the flow, one row a step or reason.

        Returns
        -------
        DataFrame
            step (empty in the row of a reason), reason (empty in the row of a step), window_days
            (missing before the flow divides by windows) and count (negative where somebody came in).
        """
        frame = pd.DataFrame(self._rows, columns=COLUMNS)
        return frame.astype({"step": "str", "reason": "str", "window_days": "Int64", "count": "int64"})

    def _change(self, reason: str, count: int, window_days: int | None) -> None:
        if count:
            self.remaining -= count
            self._rows.append(("", reason, window_days, count))
