"""Released shares as points of a chart: what is shown is drawn, what is hidden keeps its place and bears its mark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ehp_eval.charts import Chart, interval_chart
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.release import COMPLEMENT, SMALL
from ehp_eval.present.figure_words import NOTHING
from ehp_eval.present.public import words
from ehp_eval.public import PublicService
from ehp_eval.words import say

LEAST_DRAWN = 2
"""So many points make a chart; fewer are told in a table."""
MOST_HIDDEN = 3 / 4
"""A table of which a larger part is hidden is left out, for a sentence on what is shown."""


def point(report: PublicService, row: pd.Series[Any] | None, label: str, group: str) -> dict[str, Any]:
    """Return a released share as a row of a chart's frame, with its words and whether it is hidden."""
    hidden = row is not None and bool(row["hidden"])
    # Of what is hidden no dot is drawn, whatever of it is left.
    values = {name: None if row is None or hidden else row[name] for name in ("value", "lower", "upper")}
    told = row is not None and row["reason"] in (SMALL, COMPLEMENT) and not words.hides(row, "denominator")
    return {
        "label": label,
        "group": group,
        "words": words.share(row, report.council.settings.thresholds),
        "told": words.in_words(report, row) if told else "",
        "hidden": hidden,
        **{name: None if row is None else row[name] for name in ("numerator", "denominator")},
        **values,
    }


def hidden_note(frame: pd.DataFrame) -> str:
    """Say what the mark of the hidden rows of a chart's frame means; empty where none is hidden."""
    return say("public.note_annex", mark=HIDDEN) if frame["hidden"].any() else ""


def mostly_hidden(cells: Iterable[str]) -> bool:
    """Return whether of the cells that have a figure so many are hidden that a sentence says more than the table."""
    marked = [HIDDEN in cell for cell in cells if cell not in (NOTHING, say("share.nobody"))]
    return sum(marked) > MOST_HIDDEN * len(marked)


def several(points: pd.DataFrame) -> bool:
    """Return whether points are of more than one group, so that the groups are to be named."""
    return len(points["group"].unique()) > 1


def shown(points: pd.DataFrame) -> pd.DataFrame:
    """Return the points that have something to draw."""
    return points[~points["hidden"] & points["value"].notna()]


def drawn_intervals(
    report: PublicService,
    points: pd.DataFrame,
    headings: dict[str, str],
    *,
    caption: str,
    axis: str,
    note: str,
    grouped: bool = True,
) -> Chart:
    """Draw points, as `point` makes them, with their intervals.

    Parameters
    ----------
    headings : dict of str
        Words for the columns "label" and "group" in the data beneath.
    note : str
        Sentences beneath the chart; what the mark of hidden points means is added.
    axis : str
        What the axis measures.
    grouped : bool
        Whether the points stand under the names of their groups.
    """
    return interval_chart(
        report.publishable(points),
        label="label",
        group="group" if grouped else None,
        headings=headings if grouped else {"label": headings["label"]},
        caption=caption,
        alt=say("charts.windows_alt", points="; ".join(told_of(points))),
        x_label=axis,
        percent_from=report.council.settings.thresholds.percentages_from,
        note=" ".join(filter(None, [note, hidden_note(points)])),
    )


def told_of(points: pd.DataFrame) -> list[str]:
    """Write each point for a description: its name and its share."""
    return [say("charts.point", label=_named(row), share=row["words"]) for _, row in points.iterrows()]


def _named(row: pd.Series[Any]) -> str:
    return str(row["label"]) if row["label"] == row["group"] else f"{row['group']}, {row['label']}"
