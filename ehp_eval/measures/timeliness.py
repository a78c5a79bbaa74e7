"""How soon after acceptance the service met the family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.figures import share_figure
from ehp_eval.measures.notes import counted_note
from ehp_eval.measures.siblings import family_rows
from ehp_eval.working_days import working_days_after

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

WITHIN_WORKING_DAYS = 2


def first_contact_in_time(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share first met within 2 working days of acceptance (eoc3).

    Numerator: first contact on or before the second working day after acceptance, by the calendar of the council's
    settings; one before acceptance counts. A blank date takes the first kept contact of the table of contacts, where
    there is one; where there is none nobody was met, which is not in time, and the note says how many.
    Denominator: everybody accepted for whom those days have passed, looked after at acceptance or not, since
    it is the service's promptness that is asked; nobody is left out for having died or moved away. No figure where the
    records date no first contact at all. Wilson (1927) interval, and the family-clustered one.
    """
    referrals = council.tables["referrals"].set_index("referral_id")
    if referrals["first_contact_on"].isna().all():
        return []
    rows = cohort.rows
    contacts = council.tables["contacts"]
    kept = contacts[contacts["kept"] == "Y"].groupby("referral_id")["contact_on"].min()
    first = referrals["first_contact_on"].reindex(rows["referral_id"]).set_axis(rows.index)
    first = first.fillna(kept.reindex(rows["referral_id"]).set_axis(rows.index))
    until = working_days_after(rows["t0"], WITHIN_WORKING_DAYS, calendar=council.settings.council.holidays)
    passed = until <= council.extract_date
    counted = pd.DataFrame({"good": first <= until, "family_id": rows["family_id"]})[passed]
    never = int(first[passed].isna().sum())
    row = share_figure("eoc3", cohort, int(counted["good"].sum()), len(counted), note=counted_note(never_met=never))
    return [row, *family_rows(row, cohort, counted)]
