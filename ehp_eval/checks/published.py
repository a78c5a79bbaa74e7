"""Published figures that could not be re-examined, or that say something without saying where it stands.

And simulated ones: shares that cannot be.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ehp_eval.checks.rule import Evidence, Found, Rule
from ehp_eval.columns import STREAM_CLAIMS, SYSTEM_CLAIMS, UNKNOWN
from ehp_eval.contract import TABLES
from ehp_eval.measures.reach import AGE, AGE_BANDS
from ehp_eval.verdict import VERDICTS

ROUNDING = 0.005
"""The most that the printed shares of a table may be away from 1 together."""


def _no_denominator(council: Evidence) -> Found:
    return (council["claims"]["denominator"] == 0).fillna(False).astype(bool)


def _numerator_too_large(council: Evidence) -> Found:
    claims = council["claims"]
    return (claims["numerator_stated"] > claims["denominator"]).fillna(False).astype(bool)


def _percentage_of_nothing(council: Evidence) -> Found:
    claims = council["claims"]
    return claims["percent_stated"].notna() & claims["percent_of"].isna()


def _no_stream(council: Evidence) -> Found:
    claims = council["claims"]
    return claims["measure"].isin(list(STREAM_CLAIMS)) & claims["stream"].isna()


def _not_in_the_series(council: Evidence) -> Found:
    """Claims about areas and years for which the looked-after series has no count at 31 March."""
    claims, series = council["claims"], council["looked_after_children"].dropna(subset=["area", "date"])
    at_march = series[(series["date"].dt.month == 3) & (series["date"].dt.day == 31)]
    known = set(zip(at_march["area"], at_march["date"].dt.year, strict=True))
    years_known = {year for _, year in known}

    def uncovered(claim: pd.Series) -> bool:
        first, last = claim["period_start"].year, claim["period_end"].year
        if claim["measure"] == "areas_rising":
            return not {first, last} <= years_known
        areas = [area.strip() for area in str(claim["areas"]).split(";")]
        return any((area, year) not in known for area in areas for year in range(first, last + 1))

    of_system = claims[claims["measure"].isin(list(SYSTEM_CLAIMS))].dropna(subset=["period_start", "period_end"])
    wrong = [row for row, claim in of_system.iterrows() if uncovered(claim)]
    return pd.Series(claims.index.isin(wrong), index=claims.index)


def _evidence_without(column: str) -> Callable[[Evidence], Found]:
    return lambda council: council["actions"]["evidence"].notna() & council["actions"][column].isna()


def _done_without_evidence(council: Evidence) -> Found:
    actions = council["actions"]
    return actions["status"].isin(["done", "in_progress"]) & actions["evidence"].isna()


def _no_such_group(council: Evidence) -> Found:
    groups = council["population_groups"]
    wrong = pd.Series(False, index=groups.index)
    for name, codes in _codes().items():
        wrong |= (groups["characteristic"] == name) & groups["group"].notna() & ~groups["group"].isin(codes)
    return wrong


def _no_shares(council: Evidence) -> Found:
    """Tell the rows in which a share of a verdict is outside 0 to 1, or in which they do not make up the whole."""
    shares = council["operating_characteristics"][list(VERDICTS)].astype(float)
    outside = ((shares < 0) | (shares > 1)).any(axis=1)
    return outside | (shares.sum(axis=1, skipna=False) - 1).abs().gt(ROUNDING)


def _codes() -> dict[str, list[str]]:
    """Return the groups of each characteristic of a person that has fixed ones."""
    coded = {column.name: column.codes for column in TABLES["persons"].of_kind("code")}
    return {name: [code for code in codes if code != UNKNOWN] for name, codes in coded.items()} | {AGE: list(AGE_BANDS)}


RULES = (
    Rule(
        "claim",
        "claims",
        "denominator",
        "it must be at least 1: correct it, or leave it blank",
        _no_denominator,
    ),
    Rule(
        "claim",
        "claims",
        "numerator_stated",
        "it is larger than the denominator: correct one of them",
        _numerator_too_large,
    ),
    Rule(
        "claim",
        "claims",
        "percent_of",
        "nothing says what the percentage is of: name it, such as child",
        _percentage_of_nothing,
    ),
    Rule("claim", "claims", "stream", "this measure is one of a stream: name it", _no_stream),
    Rule(
        "claim",
        "claims",
        "areas",
        "looked_after_children has no count for one of these areas or years: correct the areas or add them",
        _not_in_the_series,
    ),
    *(
        Rule(
            "source",
            "actions",
            column,
            "evidence needs its document and paragraph: name both",
            _evidence_without(column),
        )
        for column in ("evidence_document", "evidence_paragraph")
    ),
    Rule(
        "no evidence",
        "actions",
        "evidence",
        "done or in progress needs its evidence: add it, or write unknown as the status",
        _done_without_evidence,
    ),
    Rule(
        "group",
        "population_groups",
        "group",
        "nobody in persons can be in this group: name it by its code in persons, or by its age band",
        _no_such_group,
    ),
    Rule(
        "shares",
        "operating_characteristics",
        ", ".join(VERDICTS),
        "each share must lie between 0 and 1, and the three must add up to 1: make the table anew with "
        "ehp-eval simulate",
        _no_shares,
    ),
)
