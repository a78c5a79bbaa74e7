"""How much support was given, against what the service sets out to give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.figures import figure, share_figure
from ehp_eval.measures.notes import counted_note
from ehp_eval.measures.siblings import family_rows
from ehp_eval.quantiles import quantile_estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehp_eval.cohort import Cohort
    from ehp_eval.config import Dose
    from ehp_eval.load import Council

IN_PERSON = ("home", "office")
READINGS = {"eoc4": IN_PERSON, "eoc4v": (*IN_PERSON, "video")}
"""What counts as a visit: met in person, or seen on video too. A telephone call counts in neither."""
WEEKS, VISITS_A_WEEK = "weeks", "visits a week"


def dose_delivered(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share given the amount that the service sets out to give, and the medians of what was given.

    Figures: eoc4, the share; eoc4v, the same with video counted as a visit; eoc4w, median weeks of support; eoc4n,
    median visits in person a week.

    Numerator: support lasted at least the lowest number of weeks of the service's definition (days over 7, to the
    nearest whole week), with on average at least its lowest number of visits a week: kept contacts between the
    first and the last day of support, over its weeks, at least one. Denominator: everybody accepted whose support has
    closed, looked after at acceptance or not, whatever closed it: entry into care, a move or a death too. Support that
    never started counts as none. The note says how many are still open.

    Unknown, left out and counted, with all of them against and for it as `_worst` and `_best`: support without a
    first day though contacts were kept, and contacts without a mode or word of whether they were kept, where these
    decide it. The medians leave the same children out (eoc4w only those without a first day). No figure where the
    definition has no dose. Wilson (1927) intervals and family-clustered ones; those of the medians are from order
    statistics and take brothers and sisters as independent.
    """
    dose = council.service(cohort.service).dose
    if dose is None:
        return []
    rows = cohort.rows[cohort.rows["closed_on"].notna()]
    still_open = len(cohort.rows) - len(rows)
    given = {measure: _given(council, rows, modes) for measure, modes in READINGS.items()}
    found = [row for measure in READINGS for row in _shares(measure, cohort, given[measure], dose, still_open)]
    in_person = given["eoc4"]
    found.append(_median("eoc4w", cohort, in_person["weeks"], WEEKS, still_open))
    rate = in_person["visits"] / in_person["weeks"].clip(lower=1)
    rate = rate.where(in_person["visits"] == in_person["at_most"])
    found.append(_median("eoc4n", cohort, rate, VISITS_A_WEEK, still_open))
    return found


def _given(council: Council, rows: pd.DataFrame, modes: Sequence[str]) -> pd.DataFrame:
    """Return each child's weeks (missing where unknown), visits, and the most visits that it can have been."""
    asked = rows[["referral_id", "support_started_on", "closed_on"]].reset_index(names="row")
    met = asked.merge(council.tables["contacts"], on="referral_id")
    kept = met["kept"] == "Y"
    any_kept = rows.index.isin(met.loc[kept, "row"])
    unstarted = rows["support_started_on"].isna()
    weeks = (rows["closed_on"] - rows["support_started_on"]).dt.days / 7
    in_support = (met["contact_on"] >= met["support_started_on"]) & (met["contact_on"] <= met["closed_on"])
    is_visit, perhaps_visit = met["mode"].isin(modes), met["mode"].isin(modes) | met["mode"].isna()
    perhaps_kept = kept | met["kept"].isna()
    return pd.DataFrame(
        {
            "family_id": rows["family_id"],
            "weeks": weeks.mask(unstarted & ~any_kept, 0.0),
            "visits": met[in_support & is_visit & kept].groupby("row").size().reindex(rows.index, fill_value=0),
            "at_most": met[in_support & perhaps_visit & perhaps_kept]
            .groupby("row")
            .size()
            .reindex(rows.index, fill_value=0),
        }
    )


def _shares(measure: str, cohort: Cohort, given: pd.DataFrame, dose: Dose, still_open: int) -> list[dict[str, Any]]:
    lowest_weeks, lowest_visits = dose.weeks[0], dose.visits_per_week[0]
    unstarted = given["weeks"].isna()
    long_enough = given["weeks"].round() >= lowest_weeks
    needed = lowest_visits * given["weeks"].clip(lower=1)
    good = long_enough & (given["visits"] >= needed)
    unknown = unstarted | (long_enough & ~good & (given["at_most"] >= needed))
    known, n, n_unknown = int((~unknown).sum()), int(good.sum()), int(unknown.sum())
    counted = pd.DataFrame({"good": good, "family_id": given["family_id"]})[~unknown]
    row = share_figure(measure, cohort, n, known, note=counted_note(open=still_open, dose_unknown=n_unknown))
    found = [row, *family_rows(row, cohort, counted)]
    if n_unknown:
        found.append(share_figure(f"{measure}_worst", cohort, n, known + n_unknown))
        found.append(share_figure(f"{measure}_best", cohort, n + n_unknown, known + n_unknown))
    return found


def _median(measure: str, cohort: Cohort, values: pd.Series[float], unit: str, still_open: int) -> dict[str, Any]:
    known = values.dropna()
    note = counted_note(open=still_open, dose_unknown=len(values) - len(known))
    estimate = quantile_estimate(known, 0.5)
    return figure(measure, cohort, estimate, denominator=len(known), unit=unit, note=note)
