"""Brothers and sisters in a cohort: whether they matter to an interval, and the interval that allows for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.clusters import clustered_proportion

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort

SIBLINGS_MATTER_FROM = 0.10
"""From this share of units with a sibling on, an interval that takes them as independent decides nothing."""


def siblings_share(rows: pd.DataFrame) -> float:
    """Return the share of units (with family_id) that have a brother or sister among them."""
    shared = rows["family_id"].duplicated(keep=False)
    return float(shared.mean()) if len(shared) else 0.0


def siblings_matter(cohort: Cohort) -> bool:
    """Return whether so many at risk are brothers and sisters that an interval has to allow for it."""
    return cohort.unit in ("child", "baby") and siblings_share(cohort.at_risk) >= SIBLINGS_MATTER_FROM


def family_rows(row: dict[str, Any], cohort: Cohort, counted: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the same share with the interval that allows for families; nothing where siblings do not matter.

    Parameters
    ----------
    row : dict
        A share, as `ehp_eval.measures.figures.share_figure` makes it.
    counted : DataFrame
        Everybody in its denominator: columns good and family_id.
    """
    if counted.empty or not siblings_matter(cohort):
        return []
    estimate = clustered_proportion(counted["good"], counted["family_id"])
    limits = {"lower": estimate.lower, "upper": estimate.upper, "method": estimate.method}
    return [row | limits | {"measure": f"{row['measure']}_family"}]
