"""The main measures of a cohort: the event by fixed days, over time, and when support closed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ehp_eval import events
from ehp_eval.errors import EhpError
from ehp_eval.measures.figures import COUNT, NAN, figure, share_figure
from ehp_eval.measures.placements import placement_held
from ehp_eval.measures.siblings import family_rows
from ehp_eval.periods import looked_after_on
from ehp_eval.proportions import Estimate, proportion
from ehp_eval.streams import SEPARATED, STREAMS
from ehp_eval.survival import at_times, cumulative_incidence
from ehp_eval.units import own_parents
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

CLOSED_TO_SOCIAL_CARE = "eoc7c"
ENGAGED = "rf4n"
STILL_FOLLOWED = "Wilson, on those still followed"
PARTLY_FOLLOWED = "Aalen-Johansen, log-log limits"
EVERYBODY_FOLLOWED = "Aalen-Johansen, log-log limits; everybody followed"
"""The cumulative incidence is then the share with the event."""


def windowed(cohort: Cohort, days: int) -> list[dict[str, Any]]:
    """Return the share without the event by day `days`, its worst and best case, and its family-clustered interval.

    The denominator is everybody at risk whose window has matured and whose status is known; in the worst and
    best case the unknown are in it, all with and all without the event. A unit that died is in none of them.
    What else competes with the event (the 18th birthday, adoption, guardianship) leaves it in the
    denominator without the event, as the cumulative incidence does; the note says how many. Wilson
    (1927) interval, the family-clustered one beside it where siblings matter.
    """
    measure = STREAMS[cohort.stream].windowed
    outcome = cohort.at_risk[f"outcome_{days}"].dropna()
    counted = counted_at(cohort, days)
    without, known = int(counted["good"].sum()), len(counted)
    died, unknown = int((outcome == events.DIED).sum()), int((outcome == "unknown").sum())
    notes = [say("figures.died", n=died)] if died else []
    notes += [say(f"figures.{cause}", n=n) for cause, n in competed(cohort, days).items()]
    row = share_figure(measure, cohort, without, known, window_days=days, note="; ".join(notes))
    rows = [row]
    if unknown:
        rows.append(share_figure(f"{measure}_worst", cohort, without, known + unknown, window_days=days))
        rows.append(share_figure(f"{measure}_best", cohort, without + unknown, known + unknown, window_days=days))
    return rows + family_rows(row, cohort, counted)


def counted_at(cohort: Cohort, days: int) -> pd.DataFrame:
    """Return those of known status at `days`, one row a unit: good (without the event) and family_id."""
    rows = cohort.at_risk
    known = rows[rows[f"outcome_{days}"].isin(["event", "no_event"])]
    return pd.DataFrame({"good": known[f"outcome_{days}"] == "no_event", "family_id": known["family_id"]})


def competed(cohort: Cohort, days: int) -> dict[str, int]:
    """Count, by cause, those without the event by day `days` who could no longer have it."""
    rows = cohort.at_risk[(cohort.at_risk[f"outcome_{days}"] == "no_event") & (cohort.at_risk["days"] <= days)]
    counts = rows.loc[rows["cause"] != "censored", "cause"].value_counts()
    return {str(cause): int(counts[cause]) for cause in sorted(counts.index)}


def incidence_curve(cohort: Cohort) -> pd.DataFrame:
    """Return the cumulative incidence of the event in days since t0, everybody at risk in it.

    Aalen-Johansen with log-log limits: censored at the extract date and where a unit moved away,
    delayed entry where it came in after t0. Columns as `ehp_eval.survival.cumulative_incidence`.
    """
    rows = cohort.at_risk
    # Whoever came in late and left the same day was never under observation.
    rows = rows[(rows["entry_days"] == 0) | (rows["entry_days"] < rows["days"])]
    return cumulative_incidence(rows["days"], rows["cause"], cause=cohort.event, entry=rows["entry_days"])


def followed_at(cohort: Cohort, days: list[int]) -> pd.DataFrame:
    """Return the numbers at risk just before each of these days: columns day, at_risk."""
    rows = cohort.at_risk
    counts = [
        int(((rows["days"] >= day) & ((rows["entry_days"] < day) | (rows["entry_days"] == 0))).sum()) for day in days
    ]
    return pd.DataFrame({"day": days, "at_risk": counts})


def incidence(cohort: Cohort) -> list[dict[str, Any]]:
    """Return the cumulative incidence of the event at each window: events so far of those at risk at t0.

    Before the first event the log-log limits do not exist. Wilson's, on those still followed that day, stand in
    for them: no narrower than the truth, since those no longer followed have shown no event either.
    """
    curve = incidence_curve(cohort)
    at = at_times(curve, list(cohort.windows))
    rows = cohort.at_risk
    found = []
    for position, days in enumerate(cohort.windows):
        point = at.iloc[position]
        value, lower, upper = (float(point[name]) for name in ("incidence", "lower", "upper"))
        # A share, and no estimate, where nobody's follow-up began late or ended early.
        partly = (rows["entry_days"] > 0) | ((rows["cause"] == "censored") & (rows["days"] < days))
        method = PARTLY_FOLLOWED if partly.any() else EVERYBODY_FOLLOWED
        estimate = Estimate(value, lower, upper, 0.95, method)
        numerator = int(((rows["cause"] == cohort.event) & (rows["days"] <= days)).sum())
        if value == 0:
            limits = STILL_FOLLOWED if partly.any() else EVERYBODY_FOLLOWED
            estimate = replace(proportion(0, int(point["at_risk"])), method=limits)
        if not np.isfinite(estimate.value):
            note = say("figures.not_followed")
        else:
            note = say("figures.estimate", n=int(point["at_risk"])) if partly.any() else ""
        measure = STREAMS[cohort.stream].incidence
        found.append(
            figure(
                measure,
                cohort,
                estimate,
                window_days=days,
                numerator=numerator,
                denominator=len(rows),
                note=note,
            )
        )
    return found


def closing(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the share with the good outcome when support closed, and its family-clustered interval.

    Edge of care: not looked after that day. Babies: not separated by then. Placement support: the period of
    care goes on, in the same placement. Reunification: recorded as returned home. The denominator is everybody
    at risk at t0 whose support has closed, who had not died, and whose status that day is known. Wilson
    (1927) interval.
    """
    counted, left_out = counted_at_closure(council, cohort)
    notes = [say(f"figures.{reason}", n=n) for reason, n in left_out.items() if n]
    row = share_figure(
        STREAMS[cohort.stream].closing, cohort, int(counted["good"].sum()), len(counted), note="; ".join(notes)
    )
    return [row, *family_rows(row, cohort, counted)]


def counted_at_closure(council: Council, cohort: Cohort) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return those of known status when support closed (good, family_id), and how many were left out, by reason."""
    rows = cohort.at_risk
    # Support for a pregnancy can close before the birth: the clock had not started, so nothing can be said.
    early = rows["closed_on"] < rows["t0"]
    rows = rows[~early]
    closed = rows[rows["closed_on"].notna()]
    ended_on = closed["t0"] + pd.to_timedelta(closed["days"], unit="D")
    unknown = (closed["censored_by"] == events.MOVED_AWAY) & (ended_on <= closed["closed_on"])
    died = (closed["cause"] == events.DIED) & (ended_on <= closed["closed_on"])
    known = closed[~unknown & ~died]
    if cohort.stream == "reunification":
        good = known["recorded_outcome"] == "returned_home"
    elif cohort.stream == "placement_support":
        good = placement_held(council, known, known["closed_on"])
    elif cohort.stream == "pre_birth":
        good = ~((known["cause"] == SEPARATED) & (ended_on[known.index] <= known["closed_on"]))
    elif cohort.stream == "edge_of_care":
        good = pd.Series(
            ~looked_after_on(council.care.periods, known["unit_id"], known["closed_on"]), index=known.index
        )
    else:
        raise EhpError(
            f"What is good at closure is not known for the stream '{cohort.stream}': say it here "
            "(CONTRIBUTING.md, a kind of evaluation)"
        )
    left_out = {
        "closed_early": int(early.sum()),
        "died": int(died.sum()),
        "unknown": int(unknown.sum()),
        "open": len(rows) - len(closed),
    }
    return pd.DataFrame({"good": good, "family_id": known["family_id"]}), left_out


def closed_to_social_care(cohorts: list[Cohort]) -> dict[str, Any]:
    """Return the share recorded as closed to social care, of everybody accepted in these streams of a service.

    Only published claims are held against it: the report that gives it mixes the streams.
    """
    rows = pd.concat([cohort.rows for cohort in cohorts])
    closed = int((rows["recorded_outcome"] == "closed_to_social_care").sum())
    return share_figure(CLOSED_TO_SOCIAL_CARE, cohorts[0], closed, len(rows)) | {"stream": ""}


def engaged(council: Council, service: str, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, Any]:
    """Return how many parents of the council's own area engaged between two days, both included: a count alone."""
    count = int(own_parents(council)["engaged_on"].between(first, last).sum())
    estimate = Estimate(NAN, NAN, NAN, NAN, "count")
    return figure(ENGAGED, None, estimate, service=service, numerator=count, unit=COUNT)
