"""Years and localities of one service side by side: do they differ by more than chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ehp_eval.charts import Chart, funnel_chart
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.funnels import funnel_limits
from ehp_eval.measures.reach import NOT_KNOWN
from ehp_eval.measures.siblings import siblings_matter
from ehp_eval.measures.side_by_side import YEAR, siblings_factor, side_by_side
from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_words import thresholds, title_of
from ehp_eval.prose import Callout
from ehp_eval.streams import STREAMS
from ehp_eval.words import say

if TYPE_CHECKING:
    import pandas as pd

    from ehp_eval.cohort import Cohort
    from ehp_eval.evaluation import Evaluation

_BEYOND = 1.08  # the lines run on a little past the largest denominator


def funnel(report: Evaluation) -> Chart | Callout:
    """Chart the main measure of each year and locality in a funnel about that of the latest full years."""
    measure = STREAMS[report.service.stream].windowed
    full = report.full
    if not measure:
        return _nothing(say("side_by_side.no_share"))
    pooled = report.find(measure, full.period, HEADLINE_DAYS) if full else None
    if full is None or pooled is None or not pooled["denominator"]:
        return _nothing(say("side_by_side.no_full", window=fw.window(HEADLINE_DAYS)))
    period, centre = full.period.label, float(pooled["value"])
    points = side_by_side(report.council, report.by_year.values(), full, HEADLINE_DAYS)
    points = points.assign(
        label=points["label"].where(points["label"] != NOT_KNOWN, say("side_by_side.unknown")),
        group=[
            say("side_by_side.year") if kind == YEAR else say("side_by_side.locality", period=period)
            for kind in points["kind"]
        ],
        # Those of no known locality are no place to set beside the others: they stand in the table alone.
        value=(points["numerator"] / points["denominator"]).where(points["label"] != NOT_KNOWN),
    )
    factor = siblings_factor(full, HEADLINE_DAYS)
    outside = _outside(points, centre, factor)
    largest = int(points["denominator"].max() * _BEYOND) + 1
    return funnel_chart(
        points[["label", "group", "numerator", "denominator", "value"]],
        funnel_limits(centre, np.arange(1, largest + 1), design_effect=factor),
        centre=centre,
        caption=say("side_by_side.caption", measure=title_of(measure, HEADLINE_DAYS), title=report.service.title),
        alt=say(
            "side_by_side.alt",
            centre=fw.frequency(int(pooled["numerator"]), int(pooled["denominator"])),
            period=period,
            points="; ".join(
                say("side_by_side.point", label=label, share=fw.frequency(numerator, denominator))
                for label, numerator, denominator in zip(
                    points["label"], points["numerator"], points["denominator"], strict=True
                )
            ),
            outside=outside,
        ),
        x_label=say(f"side_by_side.x_{report.service.unit}"),
        y_label=say("side_by_side.y"),
        percent_from=thresholds(report).percentages_from,
        note=f"{outside} {say('side_by_side.note')} {_siblings_note(full, factor)}",
    )


def _siblings_note(full: Cohort, factor: float) -> str:
    """Say how the limits take brothers and sisters."""
    if not siblings_matter(full):
        return say("side_by_side.independent")
    return say("side_by_side.siblings", factor=f"{factor:.1f}", period=full.period.label)


def _outside(points: pd.DataFrame, centre: float, factor: float) -> str:
    """Name those outside the limits of chance about the centre."""
    limits = funnel_limits(centre, points["denominator"].to_numpy(), design_effect=factor)
    shares = points["value"].to_numpy()
    beyond, far = (
        (shares < limits[f"lower_{level}"].to_numpy()) | (shares > limits[f"upper_{level}"].to_numpy())
        for level in ("95", "998")
    )
    names = [
        say("side_by_side.outside_far", label=label) if is_far else str(label)
        for label, is_out, is_far in zip(points["label"], beyond, far, strict=True)
        if is_out
    ]
    return say("side_by_side.outside", n=len(names), names=say("side_by_side.between").join(names))


def _nothing(reason: str) -> Callout:
    return Callout(say("side_by_side.nothing", reason=reason))
