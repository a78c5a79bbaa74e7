"""How a share differs from the year before and from the first whole year, each difference with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.clusters import clustered_difference
from ehp_eval.measures.figures import POINTS
from ehp_eval.proportions import difference
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.config import Service
    from ehp_eval.years import Period


def change(
    now: dict[str, Any],
    before: dict[str, Any],
    *,
    suffix: str = "change",
    families: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> dict[str, Any]:
    """Return the difference of two shares, the later minus the earlier.

    Parameters
    ----------
    now, before : dict
        Two rows of the figures.
    suffix : str
        "change" against the year before, "baseline" against the first whole year.
    families : tuple of DataFrame, optional
        Everybody in the two denominators (good, family_id), where brothers and sisters have to be allowed for.

    Notes
    -----
    Newcombe's (1998) hybrid score interval; with families, from the family-clustered limits of the two shares.
    """
    if families is None:
        estimate = difference(now["numerator"], now["denominator"], before["numerator"], before["denominator"])
    else:
        later, earlier = families
        estimate = clustered_difference(later["good"], later["family_id"], earlier["good"], earlier["family_id"])
    return now | {
        "measure": f"{now['measure']}_{suffix}",
        "numerator": None,
        "denominator": None,
        "value": estimate.value,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "unit": POINTS,
        "method": estimate.method,
        "note": say("figures.against", year=before["year"]),
    }


def baseline_year(service: Service, years: list[Period]) -> Period:
    """Return the first of these years in which the service was in operation from the first day, or the first of all."""
    whole = [year for year in years if pd.Timestamp(service.operational_since) <= year.start]
    return (whole or years)[0]
