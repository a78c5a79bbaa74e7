"""Side by side: the main measure by year and by locality, two cuts of the children of one service."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.clusters import design_effect
from ehp_eval.measures.figures import share_figure
from ehp_eval.measures.primary import counted_at
from ehp_eval.measures.reach import LOCALITY, NOT_KNOWN, characteristics, group_of
from ehp_eval.measures.siblings import siblings_matter
from ehp_eval.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

YEAR = "year"
COLUMNS = ["label", "kind", "numerator", "denominator"]


def side_by_side(council: Council, by_year: Iterable[Cohort], full: Cohort, days: int) -> pd.DataFrame:
    """Return the main windowed measure of each year, and of each locality of the pooled years.

    Parameters
    ----------
    by_year : iterable of Cohort
        Single years, oldest first; those in which the window has passed for everybody are in it.
    full : Cohort
        The pooled years.
    days : int
        The window.

    Returns
    -------
    DataFrame
        label (a year, a locality, or "unknown"), kind ("year" or "locality"), numerator (without the event),
        denominator (of known status). A child accepted in two years is in both; among the localities it is once.
        Empty where the stream has no share at fixed days.
    """
    if not STREAMS[full.stream].windowed or days not in full.windows:
        return pd.DataFrame([], columns=COLUMNS)
    rows: list[dict[str, Any]] = []
    for cohort in by_year:
        if has_matured(council, cohort, days) and len(counted := counted_at(cohort, days)):
            good = int(counted["good"].sum())
            rows.append(dict(zip(COLUMNS, (cohort.period.label, YEAR, good, len(counted)), strict=True)))
    for figure in by_locality(council, full, days):
        label = figure["group"].removeprefix(group_of(LOCALITY, ""))
        rows.append(dict(zip(COLUMNS, (label, LOCALITY, figure["numerator"], figure["denominator"]), strict=True)))
    return pd.DataFrame(rows, columns=COLUMNS)


def siblings_factor(full: Cohort, days: int) -> float:
    """Return by how much brothers and sisters widen the variance of the main windowed measure, 1 at least.

    The design effect of the pooled years, for all their parts: a single year or locality has too few families to
    tell its own. 1 where siblings do not matter. Where nothing says how alike siblings are, they are taken as copies
    of each other, as in `ehp_eval.clusters.clustered_proportion`.
    """
    counted = counted_at(full, days)
    if counted.empty or not siblings_matter(full):
        return 1.0
    found = design_effect(counted["good"], counted["family_id"])
    if math.isnan(found):
        sizes = counted["family_id"].value_counts()
        found = float((sizes**2).sum() / sizes.sum())
    return max(1.0, found)


def by_locality(council: Council, cohort: Cohort, days: int) -> list[dict[str, Any]]:
    """Return the main windowed measure by locality, however few are in one.

    Numerator: those of the locality without the event by day `days`. Denominator: those of the locality whose
    window has matured and whose status is known; who has no locality in the record is in a row of their own.
    Wilson (1927) intervals, which take brothers and sisters as independent.
    """
    measure = STREAMS[cohort.stream].windowed
    if not measure or days not in cohort.windows or "persons" not in council.supplied:
        return []
    counted = counted_at(cohort, days)
    people = characteristics(council, cohort.at_risk.loc[counted.index])
    places = people[LOCALITY].fillna(NOT_KNOWN)
    good, n = (getattr(counted["good"].groupby(places.to_numpy()), how)() for how in ("sum", "size"))
    return [
        share_figure(
            measure, cohort, int(good[place]), int(n[place]), window_days=days, group=group_of(LOCALITY, str(place))
        )
        for place in sorted(n.index, key=lambda place: (place == NOT_KNOWN, place))
    ]


def has_matured(council: Council, cohort: Cohort, days: int) -> bool:
    """Return whether the window has passed for everybody of a cohort, and for whoever its period could still add."""
    window = pd.Timedelta(days=days)
    passed = (cohort.at_risk["t0"] + window <= council.extract_date).all()
    return bool(cohort.period.end + window <= council.extract_date and passed)
