"""A comparison group: what holds of referrals holds of it too, and its children are not those of the service."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ehp_eval.checks import dates, links, persons, plausible, support
from ehp_eval.checks.rule import Evidence, Found, Rule

STREAM = "edge_of_care"
"""The one stream in which a service can be compared: children on the edge of care who were not accepted by it."""
_OF_THE_SERVICE = ("not operational yet", "overlapping support")
"""What is said of the support that a service gives: the comparison group had none."""


def _of_comparison(rule: Rule) -> Rule:
    """Return a rule of the referrals as one of the comparison group, in the same words."""

    def find(council: Evidence) -> Found:
        return rule.find(council.compared)

    return replace(rule, table="comparison", find=find)


def _other_stream(council: Evidence) -> Found:
    stream = council["comparison"]["stream"]
    return stream.notna() & (stream != STREAM)


def _not_answered_for(council: Evidence) -> Found:
    named = council["comparison"]["service"]
    services = {name: service for name, service in council.services.items() if service}
    return {name: named == name for name, service in services.items() if service.stream != STREAM}


def _children(council: Evidence, table: str) -> pd.DataFrame:
    """Return the child, family and service of each accepted row, the child under the id given at birth."""
    rows = council[table][council[table]["accepted"] == "Y"]
    born = council.lookup(rows["person_id"], "persons", "person_id", "birth_person_id")
    child = born.fillna(rows["person_id"])
    family = council.lookup(child, "persons", "person_id", "family_id")
    own = council.lookup(rows["person_id"], "persons", "person_id", "family_id")
    family = rows["family_id"].fillna(own).fillna(family)
    who = {"child": child, "family": family, "service": rows["service"]}
    return pd.DataFrame(who | {"accepted_on": rows["accepted_on"]})


def _supported(council: Evidence, who: str) -> pd.Series[bool]:
    """Say of each row whether the service that it is a comparison for accepted the same child, or the same family."""
    compared, supported = (_children(council, table)[[who, "service"]] for table in ("comparison", "referrals"))
    met = compared.dropna().reset_index().merge(supported.dropna().drop_duplicates(), on=[who, "service"])
    index = council["comparison"].index
    return pd.Series(index.isin(met["index"]), index=index)


def _supported_before(council: Evidence) -> Found:
    """Find the children whom the service had accepted by the day from which they are compared."""
    compared, supported = (_children(council, table) for table in ("comparison", "referrals"))
    first = supported.dropna(subset="child").groupby(["child", "service"], as_index=False)["accepted_on"].min()
    met = compared.reset_index().merge(first, on=["child", "service"], suffixes=("", "_itself"))
    index = council["comparison"].index
    return pd.Series(index.isin(met.loc[met["accepted_on_itself"] <= met["accepted_on"], "index"]), index=index)


def _family_in_both(council: Evidence) -> Found:
    return _supported(council, "family") & ~_supported(council, "child")


def _never_meet(council: Evidence) -> Found:
    children = council["comparison"]["person_id"].nunique()
    looked_after = council[plausible.EPISODES]["person_id"].dropna()
    known = council.compared.referred
    met = known["person_id"].isin(looked_after).any()
    return [""] if children >= plausible.FEWEST_CHILDREN and len(looked_after) and not met else []


_CLOSURES = [rule for rule in plausible.RULES if rule.name == "closures do not link"]
_OF_REFERRALS = (*dates.ORDER, *links.PERSON_RECORDS, *persons.RULES, *support.RULES, *_CLOSURES)

RULES = (
    *(_of_comparison(rule) for rule in _OF_REFERRALS if rule.table == "referrals" and rule.name not in _OF_THE_SERVICE),
    Rule(
        "stream of the service",
        "comparison",
        "stream",
        "only edge_of_care has a comparison, so the row would not be used: correct the stream, or remove the row",
        _other_stream,
    ),
    Rule(
        "stream of the service",
        "comparison",
        "service",
        "edge_of_care is not the first stream in services/{}.toml, so the row would not be used: name the service that "
        "it is a comparison for, or remove the row",
        _not_answered_for,
    ),
    Rule(
        "supported too",
        "comparison",
        "person_id",
        "the service had accepted this child itself by that day, so it is left out of the comparison: correct the date "
        "or the id, or leave it so. A child that was accepted later stays: keep its row",
        _supported_before,
        "warning",
    ),
    Rule(
        "family in both groups",
        "comparison",
        "family_id",
        "the service accepted a brother or sister of this child; both stay, and the interval allows for it: make sure "
        "that the family id is right",
        _family_in_both,
        "warning",
    ),
    Rule(
        "ids that never meet",
        "comparison",
        "person_id",
        "not one child of the comparison group is in the looked-after episodes, so all seem to have stayed at home: "
        "make sure that both extracts use the same ids",
        _never_meet,
        "warning",
    ),
)
