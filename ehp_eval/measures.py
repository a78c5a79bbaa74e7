"""The measures of a cohort: numerator, denominator, value, interval and method, one row a figure.

Ids are those of the measures' specification. A suffix names a reading of the same measure: `c` at closure
of the support, `_worst` and `_best` with every unknown status counted against and for it, `_change` the
difference from the year before. Measures of a stream stand together in `MEASURES`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isclose, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ehp_eval import events
from ehp_eval.periods import looked_after_on
from ehp_eval.proportions import Estimate, design_effect, difference, proportion
from ehp_eval.survival import at_times, cumulative_incidence
from ehp_eval.units import own_parents
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

FIGURE_COLUMNS = [
    "report",
    "service",
    "year",
    "stream",
    "measure",
    "window_days",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "confidence",
    "method",
    "source",
    "note",
]


@dataclass(frozen=True, slots=True)
class StreamMeasures:
    """Ids of the measures that a stream is answered with; empty where it has none.

    Attributes
    ----------
    windowed : str
        Share without the event by fixed days, among those whose status is known.
    incidence : str
        Cumulative incidence of the event.
    closing : str
        Share with the good outcome when support closed.
    primary : str
        The one that the report answers with: `windowed` or `incidence`.
    """

    primary: str
    windowed: str = ""
    incidence: str = ""
    closing: str = ""


MEASURES = {
    "edge_of_care": StreamMeasures("eoc1", windowed="eoc1", incidence="eoc2", closing="eoc1c"),
    "placement_support": StreamMeasures("eoc8c", closing="eoc8c"),
    "reunification": StreamMeasures("psw1c", closing="psw1c"),
    "pre_birth": StreamMeasures("bm1", windowed="bm1", incidence="bm1i", closing="bm1c"),
    "parent_support": StreamMeasures("rf1", incidence="rf1"),
}
CLOSED_TO_SOCIAL_CARE = "eoc7c"
ENGAGED = "rf4n"
SIBLINGS_MATTER_FROM = 0.10
"""From this share of units with a sibling on, an interval that takes them as independent decides nothing."""


def figure(measure: str, cohort: Cohort | None, estimate: Estimate, **fields: Any) -> dict[str, Any]:
    """Return one row of the figures; `fields` are the columns that the cohort and estimate do not give."""
    row: dict[str, Any] = dict.fromkeys(FIGURE_COLUMNS)
    if cohort is not None:
        row |= {"service": cohort.service, "year": cohort.period.label, "stream": cohort.stream}
    row |= {
        "measure": measure,
        "value": estimate.value,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "confidence": estimate.confidence,
        "method": estimate.method,
        "source": "records",
        "note": "",
    }
    return row | fields


def figures_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows of `figure` as a frame with the columns of `figures.csv`, typed."""
    frame = pd.DataFrame(rows, columns=FIGURE_COLUMNS)
    whole = dict.fromkeys(["window_days", "numerator", "denominator"], "Int64")
    real = dict.fromkeys(["value", "lower", "upper", "confidence"], "float64")
    text = [name for name in FIGURE_COLUMNS if name not in whole and name not in real]
    return frame.astype(whole | real).assign(**{name: frame[name].fillna("").astype("str") for name in text})


def cohort_figures(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return every figure of a cohort, by the measures of its stream."""
    rows = []
    if MEASURES[cohort.stream].windowed:
        rows += [row for days in cohort.windows for row in windowed(cohort, days)]
    if MEASURES[cohort.stream].incidence:
        rows += incidence(cohort)
    if MEASURES[cohort.stream].closing:
        rows.append(closing(council, cohort))
    return rows


def windowed(cohort: Cohort, days: int) -> list[dict[str, Any]]:
    """Return the share without the event by day `days`, and its worst and best case.

    The denominator is everybody at risk whose window has matured and whose status is known; in the worst and
    best case the unknown are in it, all with and all without the event. A unit that died is in none of them.
    What else competes with the event (the 18th birthday, adoption, guardianship) leaves it in the
    denominator without the event, as the cumulative incidence does; the note says how many. Wilson
    (1927) interval.
    """
    measure = MEASURES[cohort.stream].windowed
    outcome = cohort.at_risk[f"outcome_{days}"].dropna()
    without, unknown = int((outcome == "no_event").sum()), int((outcome == "unknown").sum())
    died = int((outcome == events.DIED).sum())
    known = len(outcome) - unknown - died
    notes = [say("figures.died", n=died)] if died else []
    notes += [say(f"figures.{cause}", n=n) for cause, n in competed(cohort, days).items()]
    note = "; ".join(notes)
    rows = [_share(measure, cohort, without, known, window_days=days, note=note)]
    if unknown:
        rows.append(_share(f"{measure}_worst", cohort, without, known + unknown, window_days=days))
        rows.append(_share(f"{measure}_best", cohort, without + unknown, known + unknown, window_days=days))
    return rows


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


def siblings_share(cohort: Cohort) -> float:
    """Return the share of the units at risk that have a brother or sister among them."""
    shared = cohort.at_risk["family_id"].duplicated(keep=False)
    return float(shared.mean()) if len(shared) else 0.0


def family_width(cohort: Cohort, days: int) -> float:
    """Return how many times wider the interval of the share at `days` is when families are allowed for."""
    known = cohort.at_risk[cohort.at_risk[f"outcome_{days}"].isin(["event", "no_event"])]
    return sqrt(design_effect(known[f"outcome_{days}"] == "no_event", known["family_id"]))


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
        estimate = Estimate(value, lower, upper, 0.95, "Aalen-Johansen, log-log limits")
        numerator = int(((rows["cause"] == cohort.event) & (rows["days"] <= days)).sum())
        if value == 0:
            estimate = replace(proportion(0, int(point["at_risk"])), method="Wilson, on those still followed")
        if not np.isfinite(estimate.value):
            note = say("figures.not_followed")
        elif isclose(estimate.value, numerator / len(rows), abs_tol=1e-9):
            note = ""
        else:
            note = say("figures.estimate", n=int(point["at_risk"]))
        measure = MEASURES[cohort.stream].incidence
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


def closing(council: Council, cohort: Cohort) -> dict[str, Any]:
    """Return the share with the good outcome when support closed.

    Edge of care: not looked after that day. Babies: not separated by then. Placement support: the period of
    care goes on, in the same placement. Reunification: recorded as returned home. The denominator is everybody
    at risk at t0 whose support has closed, who had not died, and whose status that day is known. Wilson
    (1927) interval.
    """
    rows = cohort.at_risk
    # Support for a pregnancy can close before the birth: the clock had not started, so nothing can be said.
    early = rows["closed_on"] < rows["t0"]
    rows = rows[~early]
    closed = rows[rows["closed_on"].notna()]
    ended_on = closed["t0"] + pd.to_timedelta(closed["days"], unit="D")
    unknown = (closed["censored_by"] == events.MOVED_AWAY) & (ended_on <= closed["closed_on"])
    died = (closed["cause"] == events.DIED) & (ended_on <= closed["closed_on"])
    open_still = len(rows) - len(closed)
    known = closed[~unknown & ~died]
    if cohort.stream == "reunification":
        good = known["recorded_outcome"] == "returned_home"
    elif cohort.stream == "placement_support":
        good = _placement_held(council, known)
    elif cohort.stream == "pre_birth":
        good = ~((known["cause"] == events.SEPARATED) & (ended_on[known.index] <= known["closed_on"]))
    else:
        good = pd.Series(
            ~looked_after_on(council.care.periods, known["unit_id"], known["closed_on"]), index=known.index
        )
    notes = [say("figures.closed_early", n=int(early.sum()))] if early.any() else []
    if died.any():
        notes.append(say("figures.died", n=int(died.sum())))
    if unknown.any():
        notes.append(say("figures.unknown", n=int(unknown.sum())))
    if open_still:
        notes.append(say("figures.open", n=open_still))
    return _share(MEASURES[cohort.stream].closing, cohort, int(good.sum()), len(known), note="; ".join(notes))


def closed_to_social_care(cohorts: list[Cohort]) -> dict[str, Any]:
    """Return the share recorded as closed to social care, of everybody accepted in these streams of a service.

    Only published claims are held against it: the report that gives it mixes the streams.
    """
    rows = pd.concat([cohort.rows for cohort in cohorts])
    closed = int((rows["recorded_outcome"] == "closed_to_social_care").sum())
    return _share(CLOSED_TO_SOCIAL_CARE, cohorts[0], closed, len(rows)) | {"stream": ""}


def engaged(council: Council, service: str, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, Any]:
    """Return how many parents of the council's own area engaged between two days, both included: a count alone."""
    count = int(own_parents(council)["engaged_on"].between(first, last).sum())
    nothing = float("nan")
    estimate = Estimate(nothing, nothing, nothing, nothing, "count")
    return figure(ENGAGED, None, estimate, service=service, numerator=count)


def change(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return the difference of two shares, the later minus the earlier (Newcombe 1998, hybrid score)."""
    estimate = difference(now["numerator"], now["denominator"], before["numerator"], before["denominator"])
    return now | {
        "measure": f"{now['measure']}_change",
        "numerator": None,
        "denominator": None,
        "value": estimate.value,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "method": estimate.method,
        "note": say("figures.against", year=before["year"]),
    }


def _share(measure: str, cohort: Cohort, numerator: int, denominator: int, **fields: Any) -> dict[str, Any]:
    estimate = proportion(numerator, denominator)
    return figure(measure, cohort, estimate, numerator=numerator, denominator=denominator, **fields)


def _placement_held(council: Council, rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether each child was still in its period of care, in the same placement, when support closed."""
    held = pd.Series(looked_after_on(council.care.periods, rows["unit_id"], rows["closed_on"]), index=rows.index)
    episodes = council.episodes
    respite = episodes["legal_status"].isin(council.settings.looked_after.respite_legal_statuses)
    to_another = episodes["reason_started"].isin(["started", "placement", "legal_status_and_placement"])
    moves = episodes[to_another & ~respite]
    met = rows.reset_index(names="row").merge(moves, left_on="unit_id", right_on="person_id")
    moved = met[(met["started_on"] > met["t0"]) & (met["started_on"] <= met["closed_on"])]
    return held & ~held.index.isin(moved["row"])
