"""Every released figure of a report, for the reader."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.release import CLAIMED, FLOW
from ehp_eval.measures.figures import POINTS, SHARE
from ehp_eval.measures.reach import REACHED
from ehp_eval.measures.topics import MEASURE_IDS
from ehp_eval.present import figure_words as fw
from ehp_eval.present.figure_words import NOTHING
from ehp_eval.present.public import words
from ehp_eval.present.shared import title
from ehp_eval.public import PublicReport, PublicService, PublicSystem
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, percent
from ehp_eval.words import say

CHANGES, RATIO = ("_change", "_baseline"), "ratio"


def figures_table(report: PublicReport) -> Table:
    """Show every released figure, as it stands in `figures.csv`; those of single earlier years stand there alone."""
    rows = report.figures[report.figures["source"] == "records"]
    changed = rows["measure"].str.endswith(CHANGES)
    changed &= not isinstance(report, PublicSystem)  # whose earlier changes the table by year does without
    earlier = [label for label in report.facts["years"] if label != report.year.label]
    # Who was reached, the outcome by group, the flow and the claims have tables of their own.
    elsewhere = (rows["group"] != "") & ~rows["measure"].isin(MEASURE_IDS)
    elsewhere |= rows["measure"].isin([FLOW, CLAIMED]) | rows["measure"].str.startswith(REACHED)
    rows = rows[(~rows["year"].isin(earlier) | changed) & ~elsewhere]
    frame = pd.DataFrame([_row(report, row) for _, row in rows.iterrows()])
    ids = "; ".join(f"{each}: {fw.measure_title(each)}" for each in rows["measure"].unique() if "_" not in each)
    return Table(
        report.publishable(frame),
        caption=say("public_service.figures_caption", title=title(report)),
        headings={name: say(f"figures_table.{name}") for name in frame.columns},
        note=words.note(report, frame, f"{ids}.", *_suffixes(report, rows), say("public_service.figures_note")),
    )


def _suffixes(report: PublicReport, rows: pd.DataFrame) -> list[str]:
    """Say what the suffixes of the measures mean that stand in the table, and in what the differences are."""
    measures = rows["measure"]
    at_closure = _closing(report)
    said = []
    if measures.isin(at_closure).any():
        said.append(say("public_service.suffix_c"))
    if measures.str.contains("_family").any():
        said.append(say("public_service.suffix_family"))
    changes = rows[measures.str.endswith(CHANGES)]
    if changes["measure"].str.endswith("_change").any():
        said.append(say("public_service.suffix_change"))
    if changes["measure"].str.endswith("_baseline").any():
        said.append(say("public_service.suffix_baseline"))
    if measures.str.endswith("_ratio").any():
        said.append(say("public_service.suffix_ratio"))
    units = changes["unit"]
    kinds = {"points": units == POINTS, "ratio": units == RATIO, "own_unit": ~units.isin([POINTS, RATIO])}
    return said + [say(f"public_service.change_{kind}") for kind, those in kinds.items() if those.any()]


def _row(report: PublicReport, row: pd.Series[Any]) -> dict[str, str]:
    return {
        "measure": " ".join(filter(None, (row["measure"], row["group"]))),
        "year": row["year"],
        "window": _window(report, row),
        "count": words.counted(row) if row["unit"] == SHARE else NOTHING,
        "value": _value(report, row),
        "interval": _interval(row),
        "method": row["method"],
    }


def _value(report: PublicReport, row: pd.Series[Any]) -> str:
    thresholds = report.council.settings.thresholds
    if row["hidden"] and (row["unit"] in (SHARE, POINTS) or pd.isna(row["value"]) or words.hides(row, "value")):
        return HIDDEN
    if row["hidden"]:  # what is hidden is how many it is of
        return fw.quantity(row, words.unit_of(report), thresholds)
    if row["unit"] == POINTS:
        return fw.points(row["value"]) if pd.notna(row["value"]) else NOTHING
    if row["unit"] != SHARE:
        return words.quantity(row, words.unit_of(report), thresholds)
    few = pd.isna(row["denominator"]) or row["denominator"] < thresholds.percentages_from
    return NOTHING if few or pd.isna(row["value"]) else percent(row["value"], 1)


def _interval(row: pd.Series[Any]) -> str:
    if row["unit"] not in (SHARE, POINTS) or (pd.isna(row["lower"]) and not row["hidden"]):
        return NOTHING
    if row["hidden"]:
        return HIDDEN
    if row["unit"] == SHARE:
        return fw.interval(row)
    return say("share.interval", lower=fw.points(row["lower"]), upper=fw.points(row["upper"]))


def _window(report: PublicReport, row: pd.Series[Any]) -> str:
    if pd.notna(row["window_days"]):
        return fw.window(int(row["window_days"]))
    return say("window.closing") if row["measure"].partition("_")[0] in _closing(report) else NOTHING


def _closing(report: PublicReport) -> set[str]:
    """Return the measures of the day on which support closed."""
    if not isinstance(report, PublicService):
        return set()
    return {STREAMS[stream].closing for stream in report.service.streams if stream in STREAMS}
