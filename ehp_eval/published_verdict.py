"""The verdict that the published figures alone would carry: a back-test of the gates on what a committee was told.

The reports give shares when support closed, with neither a window nor a comparison, so that no published figure
reaches the outcome: only how many were counted is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.errors import ArgumentError
from ehp_eval.streams import STREAMS
from ehp_eval.verdict import Evidence, Verdict, judge
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.config import Service
    from ehp_eval.load import Council

_REFERRALS = "referrals"
"""Unit of the published counts that say how many were referred."""


def published_verdict(council: Council, service: Service, *, until: Period | None = None) -> Verdict:
    """Judge a service by what was published about it, and by nothing else.

    Raises
    ------
    ArgumentError
        For a service that serves no stream of referrals: contacts have no outcome to judge.
    """
    return judge(published_evidence(council, service, until=until), council.settings.thresholds)


def published_evidence(council: Council, service: Service, *, until: Period | None = None) -> Evidence:
    """Return what the published claims and counts say on the gates.

    Parameters
    ----------
    council : Council
    service : Service
    until : Period, optional
        Claims about later years are left out.

    Returns
    -------
    Evidence
        n is what its claims about its own stream count in the latest years that may be pooled, in their own unit
        (children, families, parents): one number a year, the greatest that is stated. Every one of them is taken to
        be known, which flatters the claims; nobody is followed for 12 months, and nothing is compared.

    Raises
    ------
    ArgumentError
        As for `published_verdict`.
    """
    if service.stream not in STREAMS:
        raise ArgumentError(f"The service '{service.id}' has no outcome to judge: choose one that serves referrals.")
    claims = council.tables["claims"]
    own = claims[(claims["subject"] == service.id) & (claims["stream"] == service.stream)]
    if until is not None:
        own = own[own["period_end"] <= until.end]
    by_year: dict[Period, int] = {}
    for _, claim in own.iterrows():
        year = Period.of_day(claim["period_end"])
        by_year[year] = max(by_year.get(year, 0), _counted(claim, council.tables["counts"]))
    latest = max((year.last for year in by_year), default=0)
    pooled = council.settings.thresholds.pooled_years
    n = sum(counted for year, counted in by_year.items() if year.last > latest - pooled)
    return Evidence(n=n, matured=n, followed=False)


def _counted(claim: pd.Series, counts: pd.DataFrame) -> int:
    """Return how many a claim is about: its denominator, else the referrals of its paragraph, else who it counts."""
    if pd.notna(claim["denominator"]):
        return int(claim["denominator"])
    beside = (counts["document"] == claim["document"]) & (counts["paragraph"] == claim["paragraph"])
    referred = counts.loc[beside & (counts["unit"] == _REFERRALS), "value"]
    if len(referred):
        return int(referred.max())
    return 0 if pd.isna(claim["numerator_stated"]) else int(claim["numerator_stated"])
