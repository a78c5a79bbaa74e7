"""Before the birth: parenting assessments in time, and how early in the pregnancy the referral came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval import units
from ehp_eval.measures.figures import figure, share_figure
from ehp_eval.measures.notes import counted_note
from ehp_eval.quantiles import quantile_estimate

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

AHEAD_DAYS = 28
TERM_DAYS = 280  # a due date is 40 weeks after the first day of the last period
LONGEST_WEEKS = 44
WEEKS = "weeks"
_QUARTILES = {"bm6": 0.5, "bm6q1": 0.25, "bm6q3": 0.75}


def assessed_in_time(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share of required parenting assessments completed at least 28 days before the due date (bm5).

    Unit: the assessment. Denominator: the required parenting assessments of the pregnancies accepted in the period,
    under any of their referrals to the service, whose 28th day before the due date has come by the extract date:
    completed late, open still, and of pregnancies accepted after that day too (the note says how many), since
    families who come late were not assessed in time either.

    Left out, each counted in the note: pregnancies that ended without a live birth (the records do not date
    the end, so that nobody knows whether the day was reached), without a due date, whose day has not come; and
    assessments of which kind or need is not recorded. No matter when the birth was: the aim is set by the due date.
    Wilson (1927) interval; it takes two assessments in one pregnancy as independent.
    """
    pregnancies = units.pregnancies(council, cohort.service, cohort.stream, cohort.period)
    of_referral = units.pregnancy_of_referral(council, cohort.service, cohort.stream)
    table = council.tables["assessments"]
    rows = table.assign(pregnancy_id=table["referral_id"].map(of_referral)).merge(pregnancies, on="pregnancy_id")
    parenting, required = rows["kind"] == "parenting", rows["required"] == "Y"
    unclear = (rows["kind"].isna() & (rows["required"] != "N")) | (parenting & rows["required"].isna())
    rows = rows[parenting & required]
    ended = rows["outcome"].isin(units.NO_LIVE_BIRTH)
    last_day = rows["due_on"] - pd.Timedelta(days=AHEAD_DAYS)
    to_come = last_day > council.extract_date
    undated = last_day.isna()
    counted = ~ended & ~to_come & ~undated
    note = counted_note(
        assessments_accepted_late=int((counted & (rows["accepted_on"] > last_day)).sum()),
        assessments_ended=int(ended.sum()),
        assessments_undated=int((undated & ~ended).sum()),
        assessments_to_come=int((to_come & ~ended).sum()),
        assessments_unclear=int(unclear.sum()),
    )
    in_time = counted & (rows["completed_on"] <= last_day)
    return [share_figure("bm5", cohort, int(in_time.sum()), int(counted.sum()), note=note)]


def weeks_at_referral(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the completed weeks of pregnancy at referral: median (bm6), lower (bm6q1) and upper quartile (bm6q3).

    Among the pregnancies accepted in the period and referred before the birth, however they ended; 40 weeks
    less the time to the due date, whole weeks. Denominator: how many they are. Left out and counted: referred on the
    day of birth or later, without a due date, and dates that no pregnancy can have (before it began, or past
    44 weeks). Among those referred before birth alone, so read it with their number: a service can look earlier
    because more come after birth.
    """
    rows = units.pregnancies(council, cohort.service, cohort.stream, cohort.period)
    after = rows["born_on"] <= rows["referred_on"]
    undated = ~after & rows["due_on"].isna()
    weeks = (TERM_DAYS - (rows["due_on"] - rows["referred_on"]).dt.days) // 7
    possible = weeks.between(0, LONGEST_WEEKS)
    counted = ~after & ~undated & possible
    note = counted_note(
        referred_after_birth=int(after.sum()),
        due_unknown=int(undated.sum()),
        due_impossible=int((~after & ~undated & ~possible).sum()),
    )
    values = weeks[counted].to_numpy(dtype="float64")
    return [
        figure(measure, cohort, quantile_estimate(values, q), denominator=len(values), unit=WEEKS, note=note)
        for measure, q in _QUARTILES.items()
    ]
