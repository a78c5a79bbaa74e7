"""How a share differs from the year before and from the first whole year, each difference with its interval."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.measures.figures import POINTS, SHARE
from ehp_eval.measures.primary import EVERYBODY_FOLLOWED
from ehp_eval.measures.side_by_side import has_matured
from ehp_eval.measures.topics import LATER_CLOCK, MEASURE_IDS
from ehp_eval.proportions import Estimate, newcombe
from ehp_eval.streams import STREAMS
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.config import Service
    from ehp_eval.load import Council
    from ehp_eval.years import Period

Row = dict[str, Any]


def change(now: Row, before: Row, *, suffix: str = "change") -> Row:
    """Return the difference of two shares, the later minus the earlier.

    Parameters
    ----------
    now, before : dict
        Two rows of the figures, with the intervals that decide: family-clustered where siblings matter.
    suffix : str
        "change" against the year before, "baseline" against the first whole year.

    Notes
    -----
    Newcombe's (1998) hybrid score interval, from the limits of the two shares; they are taken as independent.
    """
    later, earlier = (
        Estimate(row["value"], row["lower"], row["upper"], row["confidence"], row["method"]) for row in (now, before)
    )
    clustered = any("clustered" in row["method"] for row in (now, before))
    estimate = newcombe(later, earlier, method=f"Newcombe, {'family-clustered' if clustered else 'hybrid score'}")
    return now | {
        "measure": f"{now['measure'].partition('_')[0]}_{suffix}",
        "numerator": None,
        "denominator": None,
        "value": estimate.value,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "unit": POINTS,
        "method": estimate.method,
        "note": say("figures.against", year=before["year"]),
    }


def changes(rows: list[Row], council: Council, service: Service, by_year: dict[str, Cohort]) -> list[Row]:
    """Return the differences from the year before and, for the main measures, from the first whole year.

    At closure and where a measure has no window; at a window once it has passed for everybody of both years. The
    main measure is compared at its primary window, a cumulative incidence at 12 months. Not compared: an
    incidence where somebody's follow-up ended early, and measures whose clock starts later than that of the
    cohort, since for these a year is never known to be complete.
    """
    main, shares = STREAMS[service.stream], _comparable(rows, council, service, by_year)
    years = [cohort.period for cohort in by_year.values()]
    baseline = baseline_year(service, years)
    pairs = [("change", now, before) for before, now in pairwise(years)]
    pairs += [("baseline", year, baseline) for year in years if year.first > baseline.first + 1]
    found = []
    for key in dict.fromkeys((measure, days, group) for measure, days, group, _ in shares):
        for suffix, now, before in pairs:
            later, earlier = shares.get((*key, now.label)), shares.get((*key, before.label))
            if later and earlier and (suffix == "change" or key[0] in (main.main, main.closing)):
                found.append(change(later, earlier, suffix=suffix))
    return found


def baseline_year(service: Service, years: list[Period]) -> Period:
    """Return the first of these years in which the service was in operation from the first day, or the first of all."""
    whole = [year for year in years if pd.Timestamp(service.operational_since) <= year.start]
    return (whole or years)[0]


def _comparable(
    rows: list[Row], council: Council, service: Service, by_year: dict[str, Cohort]
) -> dict[tuple[str, int | None, str, str], Row]:
    """Return the shares that may be set beside one another, with the intervals that decide, the main ones first."""
    main = STREAMS[service.stream]
    days = service.primary_window_days if main.windowed else HEADLINE_DAYS
    ids = [*filter(None, (main.closing, main.main)), *(each for each in MEASURE_IDS if each not in LATER_CLOCK)]
    found = {}
    for row in rows:
        stem, _, reading = row["measure"].partition("_")
        cohort = by_year.get(row["year"])
        if stem not in ids or reading not in ("", "family") or row["unit"] != SHARE or not row["denominator"]:
            continue
        if cohort is None or row["stream"] != service.stream:
            continue
        if stem in (main.incidence, "psw1p") and row["method"] != EVERYBODY_FOLLOWED:
            continue
        if stem == main.main and row["window_days"] != days:
            continue
        if row["window_days"] is None or has_matured(council, cohort, row["window_days"]):
            found[stem, row["window_days"], row["group"] or "", row["year"]] = row
    return dict(sorted(found.items(), key=lambda item: (ids.index(item[0][0]), item[0][3])))
