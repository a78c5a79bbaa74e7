"""Ids and codes that a person would take for one, and that are two to a computer: what hides a link in silence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from ehp_eval.checks.rule import Evidence, Found, Rule

# In this order the first form of an id is the one that the others are held against.
PEOPLE = (
    ("referrals", "person_id"),
    ("persons", "person_id"),
    ("persons", "birth_person_id"),
    ("babies", "baby_id"),
    ("looked_after_episodes", "person_id"),
    ("status_events", "person_id"),
    ("comparison", "person_id"),
)
# Apart from children: a service may number its parents by itself.
PARENTS = tuple((table, "parent_id") for table in ("parents", "pregnancies", "eligible_parents", "parent_measures"))
FAMILIES = (("referrals", "family_id"), ("persons", "family_id"), ("comparison", "family_id"))
REFERRALS = (("referrals", "referral_id"),)
COMPARED = (("comparison", "referral_id"),)  # nothing else leads to a row of the comparison group
_SHORT_BREAK = re.compile(r"\brespite\b|\bshort[ -]?(term )?breaks?\b")


def bare(value: str) -> str:
    """Return an id without what files add to it or take from it.

    That is white space, characters without a width, forms of one letter in Unicode, leading zeros, and the ".0" of a
    number.
    """
    if value.isascii() and value.isprintable() and " " not in value and "." not in value:  # nearly all
        return value.lstrip("0") or "0"
    seen = unicodedata.normalize("NFKC", value)
    seen = "".join(
        letter for letter in seen if not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Cc")
    )
    return re.sub(r"\.0+$", "", seen).lstrip("0") or "0"


def _written_otherwise(
    ids: tuple[tuple[str, str], ...], at: tuple[str, str], form: Callable[[str], str]
) -> Callable[[Evidence], Found]:
    def find(council: Evidence) -> Found:
        first: dict[str, str] = {}
        for table, column in ids[: ids.index(at) + 1]:
            for value in council[table][column].dropna().unique():
                first.setdefault(form(value), value)
        asked = council[at[0]][at[1]]
        return asked.isin([value for value in asked.dropna().unique() if first[form(value)] != value])

    return find


def _perhaps_respite(council: Evidence) -> Found:
    codes = council.settings.looked_after.respite_legal_statuses
    begins = re.compile(rf"(?:{'|'.join(map(re.escape, codes))})(?!\w)", re.IGNORECASE) if codes else None
    statuses = council["looked_after_episodes"]["legal_status"]
    like = [
        value
        for value in statuses.dropna().unique()
        if value not in codes and ((begins and begins.match(value)) or _SHORT_BREAK.search(value.casefold()))
    ]
    return statuses.isin(like)


RULES = (
    *(
        Rule(
            "id written in two ways",
            *at,
            "but for spaces, leading zeros or a .0 this id stands elsewhere too, and is not joined to it: write it the "
            "same everywhere, as text",
            _written_otherwise(ids, at, bare),
        )
        for ids in (PEOPLE, PARENTS, FAMILIES, REFERRALS, COMPARED)
        for at in ids
    ),
    *(
        Rule(
            "id in other letters",
            *at,
            "but for capital letters this id stands elsewhere too, and is not joined to it: write both the same, if "
            "they are the same",
            _written_otherwise(ids, at, str.casefold),
            "warning",
        )
        for ids in (PEOPLE, PARENTS, FAMILIES, REFERRALS, COMPARED)
        for at in ids
    ),
    Rule(
        "perhaps respite",
        "looked_after_episodes",
        "legal_status",
        "it looks like respite, but council.toml does not list it so under respite_legal_statuses, and it counts as "
        "becoming looked after: map it, or list it there",
        _perhaps_respite,
        "warning",
    ),
)
