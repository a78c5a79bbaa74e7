"""The register of what was promised: what is overdue first, what is done last.

How a promise stands goes by the documents alone (`data/reference/actions.csv`): no figure of the records
turns an open promise into a kept one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from ehp_eval.load import Council

STATUSES = ("done", "in_progress", "open", "unknown")


def register(council: Council) -> pd.DataFrame:
    """Return the register in the order in which it is read.

    Overdue is what was due before the extract date and is not done; what is due on that very day is not. What
    is overdue comes first, then what is neither overdue nor done, then what is done; in each the earliest due
    date first, rows without one after them, and among equals the earliest set.

    Parameters
    ----------
    council : Council

    Returns
    -------
    DataFrame
        The columns of the table `actions` and `overdue` (bool); one row a promise, without rows where none was
        supplied.
    """
    actions = council.tables["actions"]
    done = actions["status"] == "done"
    overdue = ~done & (actions["due_on"] < council.extract_date)
    ordered = actions.assign(overdue=overdue.astype(bool), place=done.astype(int) - overdue.astype(int))
    ordered = ordered.sort_values(["place", "due_on", "set_on"], kind="stable", ignore_index=True)
    return ordered.drop(columns="place")
