"""Whose outcome is not known once rows are left out: to go on without an episode must not make it a good outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.checks.fault import Fault, faults
from ehp_eval.checks.rule import Evidence

if TYPE_CHECKING:
    from collections.abc import Collection

TELLING = ("looked_after_episodes", "status_events")
"""Tables that say what happened to a person: whoever is not in them seems to have stayed at home, and safe."""
RULE = "outcome not known"


def outcomes_not_known(evidence: Evidence, left_out: Mapping[str, Collection[int]]) -> list[Fault]:
    """Return the referrals, children of a comparison group and parents whose outcome stands in a row that is left out.

    Parameters
    ----------
    evidence : Evidence
        All rows that came in.
    left_out : mapping of str to collection of int
        Labels of the rows that are left out, by table.

    Returns
    -------
    list of Fault
        Of a row that names nobody it cannot be told whose outcome it holds.
    """
    lost = pd.concat([evidence[name].loc[list(left_out[name]), "person_id"] for name in TELLING]).dropna().unique()
    if not len(lost):
        return []
    message = "an episode or event of this person is left out: mend that row, or the outcome is not known"
    referred, compared = (
        known.loc[known["person_id"].isin(lost), "row"].unique()
        for known in (evidence.referred, evidence.compared.referred)
    )
    pregnancies, babies = evidence["pregnancies"], evidence["babies"]
    of_lost = babies.loc[babies["baby_id"].isin(lost), "pregnancy_id"].dropna()
    mothers = pregnancies.loc[pregnancies["pregnancy_id"].isin(of_lost), "parent_id"].dropna()
    parents = evidence["parents"]
    concerned = parents["parent_id"].isin([*lost, *mothers])
    return [
        *faults("referrals", "person_id", RULE, message, referred),
        *faults("comparison", "person_id", RULE, message, compared),
        *faults("parents", "parent_id", RULE, message, parents.index[concerned]),
    ]
