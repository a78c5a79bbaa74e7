"""What the records say of one person or family in several places: months of birth, ages, families."""

from __future__ import annotations

import pandas as pd

from ehp_eval.checks.rule import Evidence, Found, Rule

ADULT_YEARS = 18
LARGEST_FAMILY = 15


def _born(council: Evidence) -> pd.Series:
    """First day of the month of birth of whom each referral names."""
    month = council.lookup(council["referrals"]["person_id"], "persons", "person_id", "birth_month")
    return pd.to_datetime(month, format="%Y-%m", errors="coerce")


def _referred_before_birth(council: Evidence) -> Found:
    referrals, persons = council["referrals"], council["persons"]
    of_pregnancy = referrals["referral_id"].isin(council["pregnancies"]["referral_id"].dropna())
    # Referred before birth once, a child may have been so again, to another service or in another stream.
    unborn = referrals.loc[of_pregnancy | (referrals["stream"] == "pre_birth"), "person_id"].dropna()
    named = persons.loc[persons["birth_person_id"].notna(), "person_id"].dropna()
    exempt = referrals["person_id"].isin(unborn) | referrals["person_id"].isin(named)
    return (referrals["referred_on"] < _born(council)) & ~exempt


def _adult(council: Evidence) -> Found:
    referrals = council["referrals"]
    # Only the month is held: nobody is surely 18 before the first of the month after.
    eighteen = _born(council) + pd.DateOffset(years=ADULT_YEARS, months=1)
    return (referrals["referred_on"] >= eighteen) & (referrals["stream"] != "parent_support")


def _another_month_than_the_baby(council: Evidence) -> Found:
    persons = council["persons"]
    born_on = council.lookup(persons["person_id"], "babies", "baby_id", "born_on")
    known = born_on.notna() & persons["birth_month"].notna()
    other: pd.Series[bool] = persons["birth_month"] != born_on.dt.strftime("%Y-%m")
    return known & other


def _babies_in_two_families(council: Evidence) -> Found:
    persons = council["persons"]
    pregnancy = council.lookup(persons["person_id"], "babies", "baby_id", "pregnancy_id")
    first = persons["family_id"].groupby(pregnancy).transform("first")
    return first.notna() & persons["family_id"].notna() & (persons["family_id"] != first)


def _two_families_at_birth(council: Evidence) -> Found:
    persons = council["persons"]
    after = council.lookup(persons["birth_person_id"], "persons", "person_id", "family_id")
    return after.notna() & persons["family_id"].notna() & (persons["family_id"] != after)


def _large_family(council: Evidence) -> Found:
    # An unborn child is the same person as the one born, whose row counts.
    persons = council["persons"]
    people = persons[persons["birth_person_id"].isna()].groupby("family_id")["person_id"].nunique()
    return persons["family_id"].isin(people.index[people > LARGEST_FAMILY])


def _large_family_referred(council: Evidence) -> Found:
    referrals = council["referrals"]
    people = referrals.groupby("family_id")["person_id"].nunique()
    return referrals["family_id"].isin(people.index[people > LARGEST_FAMILY])


_LARGE = "more than 15 people have this family id, perhaps a stand-in for unknown: correct it, or leave the cell blank"

RULES = (
    Rule(
        "birth after referral",
        "referrals",
        "referred_on",
        "the child was born in a later month, and nothing says that it was unborn: correct this date or birth_month in "
        "persons, or name the pregnancy's referral_id or the birth_person_id",
        _referred_before_birth,
    ),
    Rule(
        "birth month of the baby",
        "persons",
        "birth_month",
        "babies holds a day of birth in another month: correct one of them",
        _another_month_than_the_baby,
    ),
    Rule(
        "18 or older",
        "referrals",
        "referred_on",
        "who was referred was 18 or older, and is not counted as at risk: correct this date or birth_month in persons",
        _adult,
        "warning",
    ),
    Rule(
        "two families",
        "persons",
        "family_id",
        "a baby of the same pregnancy has another family id: give them the same",
        _babies_in_two_families,
        "warning",
    ),
    Rule(
        "two families",
        "persons",
        "family_id",
        "the row of the id given at birth has another family id: give both the same",
        _two_families_at_birth,
        "warning",
    ),
    Rule("large family", "persons", "family_id", _LARGE, _large_family, "warning"),
    Rule("large family", "referrals", "family_id", _LARGE, _large_family_referred, "warning"),
)
