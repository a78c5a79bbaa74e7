"""A figure: numerator, denominator, value, interval, unit and method in one row, as `figures.csv` holds it.

Ids are those of the measures' specification. A suffix names a reading of the same measure: `c` at closure
of the support, `_worst` and `_best` with every unknown status counted against and for it, `_family` with the
interval that allows for brothers and sisters, `_change` the difference from the year before, `_baseline` that from
the first whole year. Of a difference from a comparison group, `_service` and `_comparison` are the two shares behind
it, `_crude` the same without standardisation and `_harm` that in safety events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.proportions import Estimate, proportion
from ehp_eval.rates import rate

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort

FIGURE_COLUMNS = [
    "report",
    "service",
    "year",
    "stream",
    "group",
    "measure",
    "window_days",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "unit",
    "confidence",
    "method",
    "source",
    "note",
]
SHARE, POINTS, COUNT = "share", "difference of shares", "count"
NAN = float("nan")


def figure(measure: str, cohort: Cohort | None, estimate: Estimate, **fields: Any) -> dict[str, Any]:
    """Return one row of the figures; `fields` are the columns that the cohort and estimate do not give.

    The unit is a share, 0 to 1, where `fields` name no other; `group` is empty where everybody counts.
    """
    row: dict[str, Any] = dict.fromkeys(FIGURE_COLUMNS)
    if cohort is not None:
        row |= {"service": cohort.service, "year": cohort.period.label, "stream": cohort.stream}
    row |= {
        "measure": measure,
        "value": estimate.value,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "unit": SHARE,
        "confidence": estimate.confidence,
        "method": estimate.method,
        "source": "records",
        "note": "",
    }
    return row | fields


def share_figure(
    measure: str, cohort: Cohort | None, numerator: int, denominator: int, **fields: Any
) -> dict[str, Any]:
    """Return a share with its Wilson (1927) interval as a row of the figures."""
    estimate = proportion(numerator, denominator)
    return figure(measure, cohort, estimate, numerator=numerator, denominator=denominator, **fields)


def count_figure(measure: str, cohort: Cohort | None, count: int, **fields: Any) -> dict[str, Any]:
    """Return a count with its exact Poisson (below 10) or Byar interval as a row of the figures."""
    estimate = rate(count, 1, per=1)
    return figure(measure, cohort, estimate, numerator=count, unit=COUNT, **fields)


def figures_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows of `figure` as a frame with the columns of `figures.csv`, typed."""
    frame = pd.DataFrame(rows, columns=FIGURE_COLUMNS)
    whole = dict.fromkeys(["window_days", "numerator", "denominator"], "Int64")
    real = dict.fromkeys(["value", "lower", "upper", "confidence"], "float64")
    text = [name for name in FIGURE_COLUMNS if name not in whole and name not in real]
    return frame.astype(whole | real).assign(**{name: frame[name].fillna("").astype("str") for name in text})


def find_figure(
    figures: pd.DataFrame, measure: str, year: str, window_days: int | None = None, group: str = ""
) -> pd.Series[Any] | None:
    """Return one row of the figures; None where there is none."""
    rows = figures[(figures["measure"] == measure) & (figures["group"] == group) & (figures["year"] == year)]
    rows = rows[rows["window_days"].isna() if window_days is None else rows["window_days"] == window_days]
    return None if rows.empty else rows.iloc[0]
