"""Two ids of one child, found by birth month, sex and family: the optional fallback behind exact ids.

It joins only where nothing else is possible, and only where the council asks for it; what it joined is told apart.
Anything less certain is a question of probabilities: that belongs before the extract (README.md, your own council).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.columns import UNKNOWN
from ehp_eval.units import ids_before_birth

if TYPE_CHECKING:
    from ehp_eval.load import Council

DETAILS = ["birth_month", "sex", "family_id"]
PERSON_COLUMNS = {
    "referrals": "person_id",
    "comparison": "person_id",
    "looked_after_episodes": "person_id",
    "status_events": "person_id",
    "babies": "baby_id",
    "persons": "birth_person_id",
}
"""Where a child is named, beside the key of `persons` itself."""


@dataclass(frozen=True, slots=True)
class SameByDetails:
    """What birth month, sex and family say of ids that no exact id joins.

    Attributes
    ----------
    pairs : DataFrame
        One row a child with two ids: person_id (with referrals), same_as (with looked-after episodes).
    ambiguous : int
        Referred children who could be one of those looked after, and for whom it cannot be told which, or whether:
        three ids or more have these details, as those of twins of one sex would.
    """

    pairs: pd.DataFrame
    ambiguous: int


def same_by_details(council: Council) -> SameByDetails:
    """Find the referred children who seem to be looked after under a second id.

    Two ids are one child where both are in `persons` with the same month of birth, sex (M or F) and family, all
    known; where one has referrals, or a pregnancy that led to its birth, and no looked-after episode, and the other
    looked-after episodes and no referral; and where no third id has these details. An id from before birth whose
    birth is known is not asked about: its referrals and episodes are those of the baby. Two ids of `babies` are
    never joined: they are two births.
    """
    tables, before = council.tables, ids_before_birth(council)

    def of_the_born(ids: pd.Series[str]) -> set[str]:
        return {*ids, *before.loc[before["person_id"].isin(ids), "baby_id"]}

    persons = tables["persons"]
    known = persons["sex"].isin(["M", "F"]) & persons[DETAILS].notna().all(axis="columns")
    people = persons.loc[known & ~persons["person_id"].isin(before["person_id"]), ["person_id", *DETAILS]]
    # The comparison group too: else its children alone would seem to have stayed at home.
    followed = pd.concat([tables["referrals"]["person_id"], tables["comparison"]["person_id"]])
    referred = people["person_id"].isin(of_the_born(followed))
    born = people["person_id"].isin(tables["babies"]["baby_id"])
    in_care = people["person_id"].isin(of_the_born(tables["looked_after_episodes"]["person_id"]))
    people = people.assign(born=born, alike=people.groupby(DETAILS)["person_id"].transform("size"))
    first, second = people[(referred | born) & ~in_care], people[in_care & ~referred]
    met = first.merge(second.drop(columns="alike"), on=DETAILS, suffixes=("", "_other"))
    met = met[~(met["born"] & met["born_other"])]
    pairs = met.loc[met["alike"] == 2, ["person_id", "person_id_other"]]
    ambiguous = int(met.loc[met["alike"] > 2, "person_id"].nunique())
    return SameByDetails(pairs.rename(columns={"person_id_other": "same_as"}).reset_index(drop=True), ambiguous)


def join_by_details(tables: dict[str, pd.DataFrame], pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables with one id for each pair; every table but `persons` keeps all its rows.

    Parameters
    ----------
    pairs : DataFrame
        person_id, which stays, and same_as, which it replaces. Of the two rows of `persons` the one that stays is
        filled from the other where it does not know.
    """
    kept = pairs.set_index("same_as")["person_id"]
    joined = dict(tables)
    for name, column in PERSON_COLUMNS.items():
        ids = tables[name][column]
        joined[name] = tables[name].assign(**{column: kept.reindex(ids).set_axis(ids.index).fillna(ids)})
    persons = joined["persons"]
    second = persons["person_id"].isin(kept.index)
    other = persons[second].set_axis(kept.reindex(persons.loc[second, "person_id"]).array)
    of_other = other.reindex(persons["person_id"]).set_axis(persons.index)
    filled = persons.mask(persons.isna() | (persons == UNKNOWN), of_other).fillna(persons)
    joined["persons"] = filled[~second]
    return joined


def joined_by_details(council: Council) -> Council:
    """Return the council with its children joined by details; it remembers what was joined, and itself before."""
    same = same_by_details(council)
    tables = join_by_details(council.tables, same.pairs)
    return replace(council, tables=tables, joined=same, before_joining=council)
