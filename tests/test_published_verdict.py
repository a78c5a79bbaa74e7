"""The back-test: what a committee was told carries no verdict but `watch`, and for the reasons that are expected."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ehp_eval.errors import ArgumentError
from ehp_eval.load import Council, load_council
from ehp_eval.published_verdict import published_evidence, published_verdict
from ehp_eval.streams import STREAMS
from tests.councils import Row, council_of

DATA = Path(__file__).parents[1] / "data"
WITHOUT = ("no_comparator", "immature_followup")
FEW = (*WITHOUT, "insufficient_n")
# Numbers by hand from the two committee reports; the reasons are those that the design foresees.
EXPECTED = {
    "connecting_families": (115 + 153, WITHOUT),
    "rapid_response": (157 + 166, WITHOUT),
    "ifss": (11 + 22, FEW),
    "baby_in_mind": (18 + 29, FEW),  # families: the babies are not counted
    "reflect": (11, FEW),
    "practice_support_workers": (68, WITHOUT),  # referrals of all kinds
}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Council:
    """The shipped council with its published tables alone: no case records."""
    folder = tmp_path_factory.mktemp("published")
    for name in ("council.toml", "services", "reference"):
        copy = shutil.copytree if (DATA / name).is_dir() else shutil.copyfile
        copy(DATA / name, folder / name)
    return load_council(folder)


def test_every_service_is_covered(shipped: Council) -> None:
    assert set(EXPECTED) == {service.id for service in shipped.services if service.stream in STREAMS}


@pytest.mark.parametrize("service", EXPECTED)
def test_on_the_published_figures_alone_it_is_watched(shipped: Council, service: str) -> None:
    n, reasons = EXPECTED[service]
    assert published_evidence(shipped, shipped.service(service)).n == n
    found = published_verdict(shipped, shipped.service(service))
    assert (found.verdict, found.reasons) == ("watch", reasons)


def claim(year: int, **changes: object) -> Row:
    return {
        "claim_id": f"c{year}{changes}",
        "subject": "doorstep",
        "stream": "edge_of_care",
        "period_start": f"{year}-04-01",
        "period_end": f"{year + 1}-03-31",
        "unit": "child",
        "wording": "stayed at home",
        "document": "Report",
        "paragraph": "1",
    } | changes


def counted(*claims: Row, counts: tuple[Row, ...] = ()) -> int:
    council = council_of(claims=claims, counts=counts)
    return published_evidence(council, council.service("doorstep")).n


def test_the_latest_years_are_pooled_and_a_year_counts_once() -> None:
    years = [claim(year, denominator=10 ** (year - 2016)) for year in (2016, 2017, 2018, 2019)]
    assert counted(*years) == 10 + 100 + 1000
    assert counted(*years, claim(2019, denominator=900)) == 1110
    assert counted(*years, claim(2019, denominator=2000)) == 2110
    # A year without a claim takes a place among the three.
    assert counted(claim(2016, denominator=5), claim(2019, denominator=7)) == 7


def test_a_claim_without_a_denominator_counts_the_referrals_of_its_paragraph_else_whom_it_names() -> None:
    beside = {"subject": "Doorstep", "period": "2019-20", "document": "Report"}
    here = beside | {"paragraph": "1", "unit": "referrals", "value": 68}
    elsewhere = beside | {"paragraph": "2", "unit": "referrals", "value": 99}
    others = beside | {"paragraph": "1", "unit": "children", "value": 77}
    unstated = claim(2019, numerator_stated=23)
    assert counted(unstated, counts=(here, elsewhere, others)) == 68
    assert counted(unstated, counts=(elsewhere, others)) == 23
    assert counted(claim(2019, denominator=30), counts=(here,)) == 30
    assert counted(claim(2019)) == 0


def test_other_streams_and_services_do_not_count() -> None:
    other_stream, other_service = claim(2019, denominator=9, stream="placement_support"), claim(2019, subject="x")
    assert counted(other_stream, other_service) == 0


def test_contacts_have_no_outcome_to_judge(shipped: Council) -> None:
    with pytest.raises(ArgumentError, match="has no outcome to judge"):
        published_verdict(shipped, shipped.service("front_door"))
