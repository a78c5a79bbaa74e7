"""Who a service worked with: one row a unit (child, baby or parent) from the tables that name them.

Each function returns the units of one period with their clock, and the flow that led to them. What happened
to them afterwards is the cohort's business.

Columns of the units: unit_id (the id under which they are followed), referral_id (missing for parents), family_id, t0
(start of the clock), entered_on (when they came under observation: after t0 for a baby accepted after birth),
support_started_on, closed_on (end of support, missing while open), end_reason, recorded_outcome (as the
service recorded it at closure).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.flow import Flow
from ehp_eval.once import once_a_council

if TYPE_CHECKING:
    from ehp_eval.load import Council
    from ehp_eval.years import Period

COLUMNS = [
    "unit_id",
    "referral_id",
    "family_id",
    "t0",
    "entered_on",
    "support_started_on",
    "closed_on",
    "end_reason",
    "recorded_outcome",
]
# Of a person's referrals of one day, whatever is recorded decides before the id: a pseudonym orders them otherwise.
_RECORDED = ["support_started_on", "support_ended_on", "end_reason", "closing_outcome"]
_ORDER = ["declined", "accepted_on", "referred_on", *_RECORDED, "referral_id"]
NO_LIVE_BIRTH = ("stillbirth", "miscarriage", "termination")


def children(council: Council, service: str, stream: str, period: Period) -> tuple[pd.DataFrame, Flow]:
    """Return the children of a stream: the first accepted referral of each in the period counts."""
    flow = Flow("referrals")
    accepted = _accepted(council, service, stream, period, flow, unit="children_referred")
    return accepted.assign(t0=accepted["accepted_on"], entered_on=accepted["accepted_on"])[COLUMNS], flow


def babies(council: Council, service: str, stream: str, period: Period) -> tuple[pd.DataFrame, Flow]:
    """Return the live-born babies of the pregnancies, and of the babies, accepted in the period.

    The period is that of the acceptance; the clock starts at birth. A baby accepted after birth comes
    under observation at acceptance, so that no time counts in which it could not have been seen.
    """
    flow = Flow("referrals")
    rows = _accepted_pregnancies(council, service, stream, period, flow)
    ended = rows["outcome"].isin(NO_LIVE_BIRTH)
    flow.leave_out("no_live_birth", ended)
    rows = rows[~ended]
    born = rows.merge(council.tables["babies"], on="pregnancy_id", how="left")
    unborn = born["born_on"].isna()
    flow.leave_out("not_yet_born", unborn)
    born = born[~unborn]
    flow.add("multiple_births", int(born.duplicated("pregnancy_id").sum()))
    flow.step("live_born")
    born = born.assign(
        unit_id=born["baby_id"],
        t0=born["born_on"],
        entered_on=born[["born_on", "accepted_on"]].max(axis=1),
    )
    return born.reset_index(drop=True)[COLUMNS], flow


def pregnancies(council: Council, service: str, stream: str, period: Period) -> pd.DataFrame:
    """Return the pregnancies, and those of the babies, accepted in the period, whether or not they led to a birth.

    One row a pregnancy, by its first accepted referral of the period: pregnancy_id (the referral's id where no
    pregnancy is recorded), referred_on, accepted_on, due_on, outcome, born_on (the first birth).
    """
    rows = _accepted_pregnancies(council, service, stream, period, Flow("referrals"))
    born_on = council.tables["babies"].groupby("pregnancy_id")["born_on"].min()
    rows = rows.assign(born_on=born_on.reindex(rows["pregnancy_id"]).set_axis(rows.index))
    rows["pregnancy_id"] = rows["pregnancy_id"].fillna(rows["referral_id"])
    return rows[["pregnancy_id", "referred_on", "accepted_on", "due_on", "outcome", "born_on"]]


def pregnancy_of_referral(council: Council, service: str, stream: str) -> pd.Series[str]:
    """Return the pregnancy_id, as `pregnancies` has it, of each referral to a stream; index referral_id."""
    table = referrals(council)
    rows = table[(table["service"] == service) & (table["stream"] == stream)].set_index("referral_id")
    found = _pregnancies(council).reindex(rows["person_id"]).set_axis(rows.index)
    return found.fillna(rows.index.to_series())


@once_a_council
def ids_before_birth(council: Council) -> pd.DataFrame:
    """Return the ids that babies were known under before birth: person_id, baby_id; twins mostly share one."""
    tables = council.tables
    named = pd.DataFrame({"person_id": council.born_ids.index, "baby_id": council.born_ids.to_numpy()})
    pregnancies = tables["pregnancies"].merge(tables["referrals"], on="referral_id")
    referred = pregnancies.merge(tables["babies"], on="pregnancy_id")[["person_id", "baby_id"]]
    # Of twins only one is named; and one that was referred after birth is no other's id before birth.
    own = referred["baby_id"].isin(named["baby_id"]) | referred["person_id"].isin(tables["babies"]["baby_id"])
    return pd.concat([named, referred[~own]], ignore_index=True).drop_duplicates(ignore_index=True)


@once_a_council
def later_children(council: Council) -> pd.DataFrame:
    """Return the children born to the parents offered support after the removal that led to the offer.

    One row a child: baby_id, born_on, parent_id, engaged_on. Where the removal is not dated, only a child born after
    the engagement is surely a later one.
    """
    tables = council.tables
    births = tables["babies"].merge(tables["pregnancies"], on="pregnancy_id").merge(tables["parents"], on="parent_id")
    later = births[births["born_on"] > births["index_removal_on"].fillna(births["engaged_on"])]
    return later[["baby_id", "born_on", "parent_id", "engaged_on"]].reset_index(drop=True)


def parents(council: Council, service: str, stream: str, period: Period) -> tuple[pd.DataFrame, Flow]:
    """Return the parents of the council's own area who engaged in the period.

    The clock starts when a parent engages. A parent who never engaged is counted in the year of the offer.
    """
    table, own = council.tables["parents"], own_parents(council)
    offered = table[period.holds(table["engaged_on"].fillna(table["offered_on"]))]
    flow = Flow("offered_in_region")
    flow.start(len(offered))
    in_area = offered.index.isin(own.index)
    flow.leave_out("other_area", pd.Series(~in_area))
    offered = offered[in_area]
    flow.step("offered")
    engaged = offered[offered["engaged_on"].notna()]
    flow.leave_out("not_engaged", offered["engaged_on"].isna())
    flow.step("engaged")
    units = engaged.assign(
        unit_id=engaged["parent_id"],
        referral_id=pd.Series(None, index=engaged.index, dtype="str"),
        family_id=engaged["parent_id"],
        t0=engaged["engaged_on"],
        entered_on=engaged["engaged_on"],
        support_started_on=engaged["engaged_on"],
        closed_on=engaged["ended_on"],
        end_reason=pd.Series(None, index=engaged.index, dtype="str"),
        recorded_outcome=pd.Series(None, index=engaged.index, dtype="str"),
    )
    return units.reset_index(drop=True)[COLUMNS], flow


@once_a_council
def referrals(council: Council) -> pd.DataFrame:
    """Return the referrals, a child referred before birth under the id given at birth: it is followed under that."""
    table = council.tables["referrals"]
    born = council.born_ids.reindex(table["person_id"]).set_axis(table.index)
    return table.assign(person_id=born.fillna(table["person_id"]))


@once_a_council
def _pregnancies(council: Council) -> pd.Series[str]:
    """Return the pregnancy of each person: of a baby its own, of an unborn child that of any of its referrals."""
    babies = council.tables["babies"].set_index("baby_id")["pregnancy_id"]
    referred = referrals(council)[["referral_id", "person_id"]]
    by_referral = council.tables["pregnancies"].dropna(subset="referral_id").merge(referred, on="referral_id")
    unborn = by_referral.drop_duplicates("person_id").set_index("person_id")["pregnancy_id"]
    of_person: pd.Series[str] = pd.concat([babies, unborn[~unborn.index.isin(babies.index)]])
    return of_person


def own_parents(council: Council) -> pd.DataFrame:
    """Return the parents of the council's own area; where no area is given, that is taken to be it."""
    table = council.tables["parents"]
    return table[table["region"].isna() | (table["region"] == council.settings.council.authority)]


def _accepted_pregnancies(council: Council, service: str, stream: str, period: Period, flow: Flow) -> pd.DataFrame:
    """Return the first accepted referral of each pregnancy, with its due date and outcome; see `_accepted`."""
    accepted = _accepted(council, service, stream, period, flow, unit="pregnancies_referred")
    rows = accepted.assign(pregnancy_id=_pregnancies(council).reindex(accepted["person_id"]).array)
    twice = rows["pregnancy_id"].notna() & rows.duplicated("pregnancy_id")
    flow.leave_out("same_pregnancy", twice)
    known = council.tables["pregnancies"][["pregnancy_id", "due_on", "outcome"]]
    return rows[~twice].merge(known, on="pregnancy_id", how="left")


def _accepted(council: Council, service: str, stream: str, period: Period, flow: Flow, *, unit: str) -> pd.DataFrame:
    """Return each person's first accepted referral of the period, and write the flow down to it."""
    rows = _referred(council, service, stream)
    # A referral belongs to the year of its acceptance; one that was not accepted, to the year it came.
    rows = rows[period.holds(rows["accepted_on"].where(~rows["declined"], rows["referred_on"]))]
    flow.start(len(rows))
    again = rows.duplicated("person_id")
    flow.leave_out("referred_again", again)
    rows = rows[~again]
    flow.step(unit)
    flow.leave_out("not_accepted", rows["declined"])
    rows = rows[~rows["declined"]]
    flow.step(unit.replace("referred", "accepted"))
    return rows.reset_index(drop=True)


@once_a_council
def _referred(council: Council, service: str, stream: str) -> pd.DataFrame:
    """Return the referrals to a stream in the terms of the units, a person's first accepted one before its others."""
    table = referrals(council)
    rows = table[(table["service"] == service) & (table["stream"] == stream)]
    families = council.tables["persons"].set_index("person_id")["family_id"]
    family = rows["family_id"].fillna(families.reindex(rows["person_id"]).set_axis(rows.index))
    rows = rows.assign(
        declined=rows["accepted"] != "Y",
        accepted_on=rows["accepted_on"].where(rows["accepted"] == "Y"),
        unit_id=rows["person_id"],
        family_id=family.fillna(rows["person_id"]),
        closed_on=rows["support_ended_on"],
        recorded_outcome=rows["closing_outcome"],
    )
    return rows.sort_values(_ORDER, kind="stable")
