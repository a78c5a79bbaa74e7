"""How far the tables of a council link to each other by exact ids, and what missing links do to the main measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.cohort import build_cohort
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.measures.figures import share_figure
from ehp_eval.measures.primary import counted_at
from ehp_eval.measures.siblings import family_rows
from ehp_eval.periods import looked_after_on
from ehp_eval.streams import STREAMS
from ehp_eval.units import ids_before_birth, later_children
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.config import Service
    from ehp_eval.load import Council

WITHIN = pd.Timedelta(days=28)
"""So near the end of support a period of care that began is the one that the closure speaks of."""
ENTERED_CARE, TWO_SERVICES, LATER_CHILDREN = "entered_care", "two_services", "later_children"
COUNTS = (TWO_SERVICES, LATER_CHILDREN)
"""These are no rates: nothing is amiss where few are linked."""
_COLUMNS = ["link", "year", "linked", "of"]


def link_rates(council: Council, service: Service | None = None) -> pd.DataFrame:
    """Return how far the records link, all years together.

    Parameters
    ----------
    council : Council
    service : Service, optional
        Where given: its own referrals, pregnancies and babies, and the links that its kind needs. A looked-after
        child, a contact and a status event belong to no service, so theirs are those of the whole council.

    Returns
    -------
    DataFrame
        link, year (of `TWO_SERVICES` alone, else empty), linked, of. A link has a row where the tables on both sides
        were supplied:

        - referred_person: referred children with a record in `persons`, under the id from before birth or after;
        - looked_after_person: looked-after children with a record in `persons`;
        - live_birth_baby: pregnancies with a live birth that have a baby;
        - baby_person: babies of the referred pregnancies, and babies referred, with a record in `persons`. Other
          babies, those of parents in support among them, need none;
        - born_under_id: referred pregnancies with a birth where `birth_person_id` leads to a baby of it, or the baby
          itself was referred;
        - unborn_born: persons with a `birth_person_id` that is in `persons` or `babies`;
        - pregnancy_parent: pregnancies without a referral, whose parent is in `parents`. A parent of a referred
          pregnancy need not be there;
        - later_children: no rate; later children, and parents who have a pregnancy;
        - contact_referral, assessment_referral: rows whose referral is there;
        - status_person: status events of somebody who is in `persons`, `referrals`, `looked_after_episodes` or
          `babies`;
        - entered_care: accepted referrals closed as entered care (or as became looked after) on a known day whose
          child is in a period of care that was running that day, or began within 28 days of it, before or after;
        - two_services: no rate; children accepted by two services or more in a complete financial year, and those
          accepted by any. An id from before birth counts as the baby's, of twins as that of one of them.
    """
    scope = _scope(council, service)
    rows: list[tuple[str, str, int, int]] = []
    for name, link in LINKS.items():
        if link.tables <= council.supplied and (service is None or service.unit in link.units):
            rows += [(name, year, linked, of) for year, linked, of in link.count(scope)]
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"link": "str", "year": "str", "linked": "int64", "of": "int64"})


def linking_figures(council: Council, service: Service, full: Cohort | None) -> list[dict[str, Any]]:
    """Return what missing links, and joining by details, do to the main share at 12 months in the latest full years.

    `<measure>_unlinked`, where there are such cases: every closure as entered care without its period of care (see
    `unlinked_entries`) counts as an event, also of somebody whose status is else unknown. `<measure>_unjoined`, where
    ids were joined by details: the same share without that. Numerator, denominator and intervals else as
    `ehp_eval.measures.primary.windowed`.
    """
    measure = STREAMS[service.stream].windowed
    if full is None or not measure or HEADLINE_DAYS not in full.windows:
        return []
    rows: list[dict[str, Any]] = []
    if (entered := unlinked_entries(council, full, HEADLINE_DAYS)).any():
        outcome = full.at_risk[f"outcome_{HEADLINE_DAYS}"]
        good = (outcome == "no_event") & ~entered
        counted = pd.DataFrame({"good": good, "family_id": full.at_risk["family_id"]})
        counted = counted[outcome.isin(["event", "no_event"]) | entered]
        note = say("linking.counted", n=int(entered.sum()))
        rows += _share(f"{measure}_unlinked", full, counted, note)
    if council.before_joining and council.joined and len(council.joined.pairs):
        before = build_cohort(council.before_joining, service, full.period)
        note = say("linking.not_joined", n=len(council.joined.pairs))
        rows += _share(f"{measure}_unjoined", before, counted_at(before, HEADLINE_DAYS), note)
    return rows


def unlinked_entries(council: Council, cohort: Cohort, days: int) -> pd.Series[bool]:
    """Say who, of those at risk, was closed as entered care by day `days`, and is in no period of care about then.

    Only those who count as without the event, as unknown or as died; and only where the closure is no later than what
    ended their follow-up. On the index of `cohort.at_risk`.
    """
    rows = cohort.at_risk
    asked = rows[_closed_as_entered(rows["end_reason"], rows["recorded_outcome"]) & rows["closed_on"].notna()]
    found = _in_care_about(council, asked["unit_id"], asked["closed_on"])
    missing = pd.Series(rows.index.isin(asked.index[~found]), index=rows.index)
    day = (rows["closed_on"] - rows["t0"]).dt.days
    in_time = (day >= 0) & (day <= rows["days"].clip(upper=days))
    return missing & in_time & rows[f"outcome_{days}"].isin(["no_event", "unknown", "died"])


def without_person(council: Council, cohort: Cohort) -> int:
    """Count the accepted of a cohort without a person record, under the id they are followed or were referred under."""
    known = council.tables["persons"]["person_id"]
    referred_as = cohort.rows["referral_id"].map(council.tables["referrals"].set_index("referral_id")["person_id"])
    return int((~cohort.rows["unit_id"].isin(known) & ~referred_as.isin(known)).sum())


def _share(measure: str, cohort: Cohort, counted: pd.DataFrame, note: str) -> list[dict[str, Any]]:
    good = int(counted["good"].sum())
    row = share_figure(measure, cohort, good, len(counted), window_days=HEADLINE_DAYS, note=note)
    return [row, *family_rows(row, cohort, counted)]


def _closed_as_entered(end_reason: pd.Series[str], outcome: pd.Series[str]) -> pd.Series[bool]:
    return (end_reason == "entered_care") | (outcome == "became_looked_after")


def _in_care_about(council: Council, ids: pd.Series[str], days: pd.Series[pd.Timestamp]) -> pd.Series[bool]:
    """Say of each id whether a period of care was running on its day, or began within 28 days of it."""
    asked = pd.DataFrame({"person_id": ids.array, "day": days.array, "row": range(len(ids))})
    met = asked.merge(council.care.periods, on="person_id")
    near = asked["row"].isin(met.loc[(met["started_on"] - met["day"]).abs() <= WITHIN, "row"]).to_numpy()
    return pd.Series(near | looked_after_on(council.care.periods, ids, days), index=ids.index)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the links are counted among: the records of the council, or what of them is a service's.

    `ids` has a row for each id that a referred child is known by: referral_id, person_id, and child, one id for all
    of them. `everywhere` has the same of every referral.
    """

    council: Council
    service: str | None
    referrals: pd.DataFrame
    pregnancies: pd.DataFrame
    ids: pd.DataFrame
    everywhere: pd.DataFrame


def _scope(council: Council, service: Service | None) -> _Scope:
    referrals, pregnancies = council.tables["referrals"], council.tables["pregnancies"]
    before = ids_before_birth(council)
    child = before.drop_duplicates("person_id").set_index("person_id")["baby_id"]
    named = referrals[["referral_id", "person_id"]]
    born_as = child.reindex(named["person_id"]).set_axis(named.index)
    named = named.assign(child=born_as.fillna(named["person_id"]))
    born = named.merge(before, on="person_id")
    everywhere = pd.concat([named, born.assign(person_id=born["baby_id"])[list(named.columns)]], ignore_index=True)
    if service is None:
        return _Scope(council, None, referrals, pregnancies, everywhere, everywhere)
    referrals = referrals[referrals["service"] == service.id]
    of_parents = _of_parents(pregnancies) | pregnancies["parent_id"].isin(council.tables["parents"]["parent_id"])
    own = of_parents if service.unit == "parent" else pregnancies["referral_id"].isin(referrals["referral_id"])
    ids = everywhere[everywhere["referral_id"].isin(referrals["referral_id"])]
    return _Scope(council, service.id, referrals, pregnancies[own], ids, everywhere)


def _of_parents(pregnancies: pd.DataFrame) -> pd.Series[bool]:
    """Say which pregnancies are there for their parent alone: nobody was referred before the birth."""
    return pregnancies["parent_id"].notna() & pregnancies["referral_id"].isna()


_Counted = list[tuple[str, int, int]]


def _found(found: pd.Series[bool]) -> _Counted:
    return [("", int(found.sum()), len(found))]


def _referred_person(scope: _Scope) -> _Counted:
    known = scope.ids["person_id"].isin(scope.council.tables["persons"]["person_id"])
    return _found(known.groupby(scope.ids["child"]).any())


def _looked_after_person(scope: _Scope) -> _Counted:
    ids = scope.council.tables["looked_after_episodes"]["person_id"].drop_duplicates()
    return _found(ids.isin(scope.council.tables["persons"]["person_id"]))


def _live_birth_baby(scope: _Scope) -> _Counted:
    births = scope.pregnancies[scope.pregnancies["outcome"] == "live_birth"]
    return _found(births["pregnancy_id"].isin(scope.council.tables["babies"]["pregnancy_id"]))


def _baby_person(scope: _Scope) -> _Counted:
    babies = scope.council.tables["babies"]
    referred = scope.pregnancies[scope.pregnancies["referral_id"].isin(scope.referrals["referral_id"])]
    own = babies["pregnancy_id"].isin(referred["pregnancy_id"]) | babies["baby_id"].isin(scope.referrals["person_id"])
    return _found(babies.loc[own, "baby_id"].isin(scope.council.tables["persons"]["person_id"]))


def _born_under_id(scope: _Scope) -> _Counted:
    rows = scope.pregnancies.merge(scope.referrals, on="referral_id")
    rows = rows.merge(scope.council.tables["babies"], on="pregnancy_id")
    leads_to = scope.council.born_ids.reindex(rows["person_id"]).set_axis(rows.index).fillna(rows["person_id"])
    return _found((leads_to == rows["baby_id"]).groupby(rows["pregnancy_id"]).any())


def _unborn_born(scope: _Scope) -> _Counted:
    tables, born = scope.council.tables, scope.council.born_ids
    if scope.service:
        born = born[born.index.isin(scope.referrals["person_id"])]
    return _found(born.isin(tables["persons"]["person_id"]) | born.isin(tables["babies"]["baby_id"]))


def _pregnancy_parent(scope: _Scope) -> _Counted:
    named = scope.pregnancies.loc[_of_parents(scope.pregnancies), "parent_id"]
    return _found(named.isin(scope.council.tables["parents"]["parent_id"]))


def _later_children(scope: _Scope) -> _Counted:
    parents = scope.council.tables["parents"]["parent_id"]
    return [("", len(later_children(scope.council)), int(parents.isin(scope.pregnancies["parent_id"]).sum()))]


def _of_referral(table: str) -> Callable[[_Scope], _Counted]:
    def count(scope: _Scope) -> _Counted:
        tables = scope.council.tables
        return _found(tables[table]["referral_id"].isin(tables["referrals"]["referral_id"]))

    return count


def _status_person(scope: _Scope) -> _Counted:
    tables = scope.council.tables
    known = [tables[name]["person_id"] for name in ("persons", "referrals", "looked_after_episodes")]
    return _found(tables["status_events"]["person_id"].isin(pd.concat([*known, tables["babies"]["baby_id"]])))


def _entered_care(scope: _Scope) -> _Counted:
    rows = scope.referrals
    closed = _closed_as_entered(rows["end_reason"], rows["closing_outcome"]) & rows["support_ended_on"].notna()
    asked = scope.ids.merge(rows.loc[closed & (rows["accepted"] == "Y"), ["referral_id", "support_ended_on"]])
    found = _in_care_about(scope.council, asked["person_id"], asked["support_ended_on"])
    return _found(found.groupby(asked["referral_id"]).any())


def _two_services(scope: _Scope) -> _Counted:
    table = scope.council.tables["referrals"]
    child = scope.everywhere.drop_duplicates("referral_id").set_index("referral_id")["child"]
    accepted = table[table["accepted"] == "Y"]
    accepted = accepted.assign(child=child.reindex(accepted["referral_id"]).array)
    rows = []
    for year in scope.council.years:
        met = accepted[year.holds(accepted["accepted_on"])]
        if scope.service:
            met = met[met["child"].isin(met.loc[met["service"] == scope.service, "child"])]
        services = met.groupby("child")["service"].nunique()
        rows.append((year.label, int((services > 1).sum()), len(services)))
    return rows


@dataclass(frozen=True, slots=True)
class _Link:
    """A link: how it is counted, the tables on both sides of it, and the units whose reports it is told in."""

    count: Callable[[_Scope], _Counted]
    tables: frozenset[str]
    units: tuple[str, ...]


def _link(count: Callable[[_Scope], _Counted], tables: str, units: str) -> _Link:
    return _Link(count, frozenset(tables.split()), tuple(units.split()))


LINKS = {
    "referred_person": _link(_referred_person, "referrals persons", "child baby"),
    ENTERED_CARE: _link(_entered_care, "referrals looked_after_episodes", "child baby"),
    "looked_after_person": _link(_looked_after_person, "looked_after_episodes persons", "child baby"),
    "live_birth_baby": _link(_live_birth_baby, "pregnancies babies", "baby parent"),
    "baby_person": _link(_baby_person, "referrals pregnancies babies persons", "baby"),
    "born_under_id": _link(_born_under_id, "referrals pregnancies babies persons", "baby"),
    "unborn_born": _link(_unborn_born, "persons", "baby"),
    "pregnancy_parent": _link(_pregnancy_parent, "pregnancies parents", "parent"),
    LATER_CHILDREN: _link(_later_children, "parents pregnancies babies", "parent"),
    "contact_referral": _link(_of_referral("contacts"), "contacts referrals", "child"),
    "assessment_referral": _link(_of_referral("assessments"), "assessments referrals", "baby"),
    "status_person": _link(_status_person, "status_events persons", "child baby parent"),
    TWO_SERVICES: _link(_two_services, "referrals", "child baby"),
}
