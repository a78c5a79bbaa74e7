"""Sentences of a report that must hold for the figures beside them, on the shipped data."""

from __future__ import annotations

from pathlib import Path

import pytest

from ehp_eval import evaluate, load_council, present
from ehp_eval.load import Council

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture(scope="module")
def council() -> Council:
    return load_council(DATA)


@pytest.mark.parametrize(
    ("service", "says"),
    [
        ("ifss", "It was in operation before 2017-18, the first year of these records."),  # no source gives its start
        ("rapid_response", "It has been in operation since August 2017."),  # the report gives the month, no day
    ],
)
def test_no_start_is_more_exact_than_its_source(council: Council, service: str, says: str) -> None:
    assert says in str(present.about(evaluate(council, service, "2020-21")))


def test_those_who_have_not_matured_are_left_out_of_shares_and_not_of_incidences(council: Council) -> None:
    # Of Rapid Response's 166 some cannot be in the 12-month share yet; all 13 parents of Reflect are in the curve.
    share, incidence = (evaluate(council, service, "2020-21") for service in ("rapid_response", "reflect"))
    shown = " ".join(present.years_at_12_months(share)._repr_html_().striptags().split())
    assert "of 166 are in it" in shown
    assert "are in it" not in present.years_at_12_months(incidence)._repr_html_()
    assert "one more or fewer" not in str(present.limits(incidence))
