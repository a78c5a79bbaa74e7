"""A service beside a comparison group: children like its own whom it did not work with, followed in the same way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.checks.comparison import STREAM
from ehp_eval.cohort import Cohort, build_cohort
from ehp_eval.columns import UNKNOWN
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.events import DIED
from ehp_eval.measures.figures import NAN, POINTS, figure, share_figure
from ehp_eval.measures.primary import counted_at
from ehp_eval.measures.reach import characteristics, whole_years
from ehp_eval.measures.safety import harmed_at
from ehp_eval.proportions import Estimate, difference
from ehp_eval.standardisation import Standardised, balance, standardised_difference, weights
from ehp_eval.units import referrals
from ehp_eval.words import say
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.config import Service, Thresholds
    from ehp_eval.load import Council

MEASURE = "eoc9"
NOT_KNOWN = "unknown"
TOO_FEW, NO_OVERLAP, NOT_MATURED, NOT_KNOWN_ENOUGH = "too_few", "no_overlap", "not_matured", "status_unknown"
NO_EVENTS, ALIKE_UNKNOWN = "no_events", "alike_unknown"
STRATA = ("age_band", "sex", "status_at_referral", "prior_care")
"""What like children have in common, as it stood when the clock started."""
FURTHER = ("year", "ethnicity", "disability", "wimd_quintile")
"""What is looked at besides, and not standardised: too many strata would leave hardly a child a like one."""
_AGES = {"0-4": 0, "5-10": 5, "11-17": 11}


@dataclass(frozen=True)
class Comparison:
    """What became of a service's children in 12 months, beside the children of its comparison group.

    Attributes
    ----------
    service : str
    period : Period
        The years of both groups.
    cohort : Cohort
        The comparison group, by the definitions of the service's own cohort.
    refused : str
        Why no difference is given: "not_matured" (12 months have not passed for everybody), "too_few" (fewer in either
        group than percentages are given for), "status_unknown" (of too many in either group the status is not known:
        those are the ones without an event so far, so that to leave them out is no small thing), "no_events" (nobody of
        the comparison became looked after, which looks as if its records did not link), "alike_unknown" (of too many a
        characteristic is not known by which children are alike), "no_overlap" (too few of the service's children have
        like children in the comparison); empty where one is.
    n_service, n_comparison : int
        Children of each group whose status at 12 months is known.
    covered : float
        Share of the service's who have like children in the comparison; nan where there are none.
    outcome : Standardised or None
        Of not being looked after at any time in 12 months (eoc1); None where refused.
    harm : Standardised or None
        Of a safety event within 12 months (eoc6): above 0 is more harm in the service. None where refused, where only
        one of the groups has any such event, as when the records of the other were not extracted, where the safety of
        too many is not known or the children of whom it is known do not overlap enough, and without the table
        status_events.
    by_year : dict of (Standardised, Standardised or None)
        The same of the children of one year, by its label; without years in which it would be refused.
    balance : DataFrame
        See `ehp_eval.standardisation.balance`; of the children whose status is known.
    known : float
        Share of the matured children of the comparison, less those who died, whose status is known.
    later_supported : int
        Children of the comparison whom the service accepted after their index date. They stay in it.
    left_out : dict of int
        Children of the comparison who are not used for the outcome, each under the first reason: also_supported,
        not_accepted, other_years, those of the cohort's flow, died, status_unknown, no_like_child (no child of the
        service is like it).
    """

    service: str
    period: Period
    cohort: Cohort
    refused: str
    n_service: int
    n_comparison: int
    covered: float
    known: float
    later_supported: int
    outcome: Standardised | None
    harm: Standardised | None
    by_year: dict[str, tuple[Standardised, Standardised | None]]
    balance: pd.DataFrame
    left_out: dict[str, int]


def compare(council: Council, service: Service, full: Cohort, by_year: dict[str, Cohort]) -> Comparison | None:
    """Hold a service against its comparison group.

    Parameters
    ----------
    council : Council
    service : Service
    full : Cohort
        The service's own stream in the years that its headline rests on.
    by_year : dict of Cohort
        The same in single years, by label: those within `full` are compared one by one too.

    Returns
    -------
    Comparison or None
        None where the service does not answer for edge of care first, or no comparison was supplied for it.

    Notes
    -----
    The table `comparison` takes the place of the referrals, so that clock, exclusions, events and windows are the
    same. A child that the service had accepted itself, in any stream, by its index date is no comparison. One that it
    accepted later stays: to leave it out would leave out, of a waiting list for instance, those who had fared well
    until then. It counts as not supported from its index date on, which draws the two groups together. Strata:
    age at the start of the clock, sex, status at referral, and whether a period of care (respite apart) had begun
    before; what is not known is a level of its own. A year is compared by the children of `full` whose clock began in
    it, so that no child is in two years.
    """
    table = council.tables["comparison"]
    table = table[(table["service"] == service.id) & (table["stream"] == STREAM)]
    if service.stream != STREAM or table.empty:
        return None
    other = replace(council, tables={**council.tables, "referrals": table})
    referred, everybody = referrals(council), referrals(other)
    supported = referred[(referred["service"] == service.id) & (referred["accepted"] == "Y")]
    first = (
        supported.groupby("person_id")["accepted_on"].min().reindex(everybody["person_id"]).set_axis(everybody.index)
    )
    also = first <= everybody["accepted_on"]
    other = replace(council, tables={**council.tables, "referrals": table[~also]})
    cohort = build_cohort(other, service, full.period)

    described = pd.concat(
        [_described(council, full).assign(served=True), _described(other, cohort).assign(served=False)],
        ignore_index=True,
    )
    thresholds = council.settings.thresholds
    known = described[described["good"].notna()].astype({"good": bool})
    refused = _refusal(described, "good", thresholds)
    if not full.at_risk[f"matured_{HEADLINE_DAYS}"].all():
        refused = NOT_MATURED
    served, weight = known["served"], weights(known)
    outcome = harm = None
    years: dict[str, tuple[Standardised, Standardised | None]] = {}
    if not refused:
        outcome, harm = both = _differences(described, thresholds)
        for label, one in by_year.items():
            period = one.period
            if full.period.first <= period.first and period.last <= full.period.last:
                alone = period == full.period
                of_year = both if alone else _differences(described[period.holds(described["t0"])], thresholds)
                if of_year[0] is not None:
                    years[label] = (of_year[0], of_year[1])
    return Comparison(
        service=service.id,
        period=full.period,
        cohort=cohort,
        refused=refused,
        n_service=int(served.sum()),
        n_comparison=int((~served).sum()),
        covered=float((weight[served] > 0).mean()) if served.any() else NAN,
        known=_share_known(described[~described["served"]], "good"),
        later_supported=int(
            (first[~also] > everybody.loc[~also, "accepted_on"]).groupby(everybody["person_id"]).any().sum()
        ),
        outcome=outcome,
        harm=harm,
        by_year=years,
        balance=balance(known, [*STRATA, *FURTHER]),
        left_out=_left_out(everybody.assign(also=also), cohort, int((weight[~served] == 0).sum())),
    )


def comparison_figures(comparison: Comparison, full: Cohort) -> list[dict[str, Any]]:
    """Return the differences and the shares behind them as rows of the figures; none where refused.

    eoc9 and eoc9_harm are differences from the standardised comparison, of the years together and of each alone;
    eoc9_service and eoc9_comparison (eoc9_harm_service, eoc9_harm_comparison) the two shares; eoc9_crude is the
    difference of all children of known status as they are (Newcombe's interval, which takes brothers and sisters as
    independent).
    """
    if comparison.outcome is None:
        return []
    rows = _shares(MEASURE, comparison.outcome, full)
    strata = comparison.outcome.strata
    counts = (int(strata[name].sum()) for name in ("service_good", "service", "comparison_good", "comparison"))
    rows.append(figure(f"{MEASURE}_crude", full, difference(*counts), window_days=HEADLINE_DAYS, unit=POINTS))
    if comparison.harm:
        rows += _shares(f"{MEASURE}_harm", comparison.harm, full)
    for label, (outcome, harm) in comparison.by_year.items():
        if label != full.period.label:
            rows.append(_difference(MEASURE, outcome, full) | {"year": label})
            rows += [_difference(f"{MEASURE}_harm", harm, full) | {"year": label}] if harm else []
    return rows


def _described(council: Council, cohort: Cohort) -> pd.DataFrame:
    """Return everybody at risk: what became of each (good, harmed; missing where not known), and who they are."""
    rows = cohort.at_risk
    known = characteristics(council, rows)
    table, persons = (council.tables[name] for name in ("referrals", "persons"))
    status = table.set_index("referral_id")["status_at_referral"].reindex(rows["referral_id"]).set_axis(rows.index)
    born = persons.set_index("person_id")["birth_month"].reindex(rows["unit_id"]).set_axis(rows.index)
    care = rows[["unit_id", "t0"]].merge(council.care.periods, left_on="unit_id", right_on="person_id")
    looked_after = care.loc[care["started_on"] < care["t0"], "unit_id"]
    found = (
        known.assign(
            age_band=_age_band(whole_years(born, rows["t0"])),
            status_at_referral=status,
            prior_care=rows["unit_id"].isin(looked_after).map({True: "Y", False: "N"}),
            year=rows["t0"].map(lambda day: Period.of_day(day).label),
        )[[*STRATA, *FURTHER]]
        .astype("str")
        .fillna(NOT_KNOWN)
        .replace(UNKNOWN, NOT_KNOWN)
    )
    harmed = harmed_at(council, cohort)["harmed"] if "status_events" in council.supplied else pd.Series(dtype="bool")
    outcome = rows[f"outcome_{HEADLINE_DAYS}"]
    return found.assign(
        stratum=found[list(STRATA)].agg("; ".join, axis="columns") if len(found) else "",
        family_id=rows["family_id"],
        t0=rows["t0"],
        followed=outcome.notna() & (outcome != DIED),
        good=counted_at(cohort, HEADLINE_DAYS)["good"].astype("object").reindex(rows.index),
        harmed=harmed.astype("object").reindex(rows.index),
    )


def _age_band(years: pd.Series[float]) -> pd.Series[str]:
    """Return the band of each age; who is not born yet is in the first."""
    band = pd.Series(None, index=years.index, dtype="str")
    for name, least in _AGES.items():
        band[(years >= least) | ((years < 0) & (least == 0))] = name
    return band


def _share_known(described: pd.DataFrame, name: str) -> float:
    """Return of which share of those followed for 12 months it is known; those who died are in neither."""
    followed = described.loc[described["followed"], name]
    return float(followed.notna().mean()) if len(followed) else NAN


def _refusal(described: pd.DataFrame, name: str, thresholds: Thresholds) -> str:
    """Say why these children cannot be compared in what is named; empty where they can."""
    known = described[described[name].notna()]
    served = known["served"]
    # Below the number from which percentages are given, to standardise one would be to pretend to exactness.
    if min(served.sum(), (~served).sum()) < thresholds.percentages_from:
        return TOO_FEW
    groups = (described[described["served"]], described[~described["served"]])
    if any(_share_known(group, name) < thresholds.outcome_known for group in groups):
        return NOT_KNOWN_ENOUGH
    if name == "good" and known.loc[~served, name].all():
        return NO_EVENTS
    if name == "harmed" and (known.loc[served, name].any() != known.loc[~served, name].any()):
        return NO_EVENTS
    told = (known[list(STRATA)] != NOT_KNOWN).groupby(served).mean()
    if (told < thresholds.overlap_minimum).any(axis=None):
        return ALIKE_UNKNOWN
    return NO_OVERLAP if (weights(known)[served] > 0).mean() < thresholds.overlap_minimum else ""


def _differences(described: pd.DataFrame, thresholds: Thresholds) -> tuple[Standardised | None, Standardised | None]:
    """Return the differences in outcome and harm; None where they are refused."""
    found = []
    for name in ("good", "harmed"):
        known = described.assign(good=described[name]).dropna(subset="good").astype({"good": bool})
        found.append(None if _refusal(described, name, thresholds) else standardised_difference(known))
    return found[0], found[1]


def _left_out(everybody: pd.DataFrame, cohort: Cohort, unlike: int) -> dict[str, int]:
    """Count the children of the comparison who are not used, each under the first reason."""
    children = everybody.groupby("person_id").agg(
        also=("also", "any"), accepted=("accepted", lambda column: (column == "Y").any())
    )
    rest = children[~children["also"]]
    elsewhere = rest.index[~rest.index.isin(cohort.rows["unit_id"])]
    outcome = cohort.at_risk[f"outcome_{HEADLINE_DAYS}"]
    counts = {
        "also_supported": int(children["also"].sum()),
        "not_accepted": int((~rest.loc[elsewhere, "accepted"]).sum()),
        "other_years": int(rest.loc[elsewhere, "accepted"].sum()),
        **{str(reason): int(n) for reason, n in cohort.rows["excluded"].value_counts().sort_index().items()},
        DIED: int((outcome == DIED).sum()),
        "status_unknown": int((outcome == "unknown").sum()),
        NOT_MATURED: int(outcome.isna().sum()),
        "no_like_child": unlike,
    }
    return {reason: n for reason, n in counts.items() if n}


def _difference(measure: str, found: Standardised, full: Cohort) -> dict[str, Any]:
    notes = [say("figures.like_children", n=found.n_covered, total=found.n_service)]
    notes.append(say("figures.of_comparison", n=found.n_comparison))
    return figure(
        measure, full, found.difference, window_days=HEADLINE_DAYS, unit=POINTS, note="; ".join(notes)
    )  # fmt: skip


def _shares(measure: str, found: Standardised, full: Cohort) -> list[dict[str, Any]]:
    """Return a difference, and the two shares that it is made of."""
    covered = found.strata[(found.strata["comparison"] > 0) & (found.strata["service"] > 0)]
    counts = int(covered["service_good"].sum()), int(covered["service"].sum())
    standardised = Estimate(found.comparison, NAN, NAN, NAN, "directly standardised")
    return [
        _difference(measure, found, full),
        share_figure(f"{measure}_service", full, *counts, window_days=HEADLINE_DAYS),
        figure(f"{measure}_comparison", full, standardised, window_days=HEADLINE_DAYS),
    ]
