"""Children looked after who were to go home: whether they got there, and whether they stayed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.episodes import without_respite
from ehp_eval.measures.followed import first_after, followed_share
from ehp_eval.measures.notes import counted_note, joined
from ehp_eval.measures.primary import incidence

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

DAYS = (183, 365)


def at_home_in_the_wider_reading(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the cumulative incidence of being at home, on a care order or not, by 183 and 365 days (psw1p).

    As psw1, but a child placed with its parents under a care order, who is looked after and at home, counts as at home
    too, from the first such placement on. One who lived with them already at acceptance counts from that day;
    the note says how many. Denominator, competing events and interval (Aalen-Johansen, log-log limits) as psw1.
    A later return to care does not take the event away: psw2 asks for that.
    """
    rows = cohort.at_risk
    settings = council.settings.looked_after
    episodes = without_respite(council)
    met = rows[["unit_id", "t0"]].reset_index(names="row").merge(episodes, left_on="unit_id", right_on="person_id")
    # The placement at acceptance is the last that had begun: an episode before it may have been left open.
    begun = met["started_on"].where(met["started_on"] <= met["t0"])
    current = begun == begun.groupby(met["row"]).transform("max")
    with_parents = met["placement_type"].isin(settings.placed_with_parents)
    met = met[with_parents & (current | begun.isna())]
    since = (met["started_on"] - met["t0"]).dt.days.clip(lower=0)
    placed_on_day = since.groupby(met["row"]).min().reindex(rows.index)
    sooner = placed_on_day <= rows["days"]  # nothing after what ended the follow-up counts
    wider = rows.assign(
        cause=rows["cause"].mask(sooner, cohort.event),
        censored_by=rows["censored_by"].mask(sooner),
        days=rows["days"].mask(sooner, placed_on_day).astype("int64"),
    )
    already = int((placed_on_day == 0).sum())
    note = counted_note(with_parents_at_t0=already)
    found = incidence(replace(cohort, rows=wider, windows=DAYS))
    return [row | {"measure": "psw1p", "note": joined(note, row["note"])} for row in found]


def still_home(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share still home 183 and 365 days after they returned (psw2).

    Numerator: no new period of care up to and including that day. Denominator: those who returned home, as psw1 counts
    them (the first thing that ended their stay in care was a return home), so many days before the extract. A
    placement with parents under a care order is no return here: such a child is looked after. Those who turned 18
    or were adopted since stay in, as home. Deaths are left out and counted; moved away first is unknown
    (`_worst`, `_best`). Wilson (1927) intervals.
    """
    rows = cohort.at_risk
    rows = rows[rows["cause"] == cohort.event]
    returned_on = rows["t0"] + pd.to_timedelta(rows["days"], unit="D")
    again = first_after(rows, council.care.periods.rename(columns={"started_on": "date"}), returned_on)
    found = []
    for days in DAYS:
        found += followed_share(
            "psw2", council, cohort, rows, since=returned_on, event_on=again, days=days, with_event=False, good=True
        )
    return found
