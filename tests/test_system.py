"""The looked-after system as a whole: the shipped records, what was published, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from ehp_eval.errors import ArgumentError, DataError
from ehp_eval.measures.looked_after_system import system_figures
from ehp_eval.system import System, evaluate_system, system_years
from ehp_eval.years import Period
from tests.councils import Row, council_of, episode, referral

BEFORE, YEAR = Period(2019, 2019), Period(2020, 2020)
LONG_AGO = "2015-06-01"

# --- the shipped data ---------------------------------------------------------------------------------------------


def test_the_shipped_records_give_the_published_counts() -> None:
    records = Path(__file__).parents[1] / "data/records"
    tables = {}
    for name in ("looked_after_episodes", "status_events", "persons"):
        cells = pd.read_csv(records / f"{name}.csv", dtype="str", keep_default_na=False)
        tables[name] = cells.apply(lambda column: column.str.strip()).to_dict("records")
    council = council_of(extract="2021-09-30", **tables)
    # Typed in from the report of 2021, paragraphs 4.15, 4.19 (10.26% of 390) and 4.20; 394 and 48 are of 1 April 2020.
    published = {"las1": (394, 390), "las7": (48, 39), "las9": (3, 10), "las10": (6, 9)}
    before, now = ({row["measure"]: row for row in system_figures(council, year)} for year in (BEFORE, YEAR))
    assert {each: (before[each]["numerator"], now[each]["numerator"]) for each in published} == published
    assert (now["las6"]["numerator"], now["las6"]["denominator"]) == (40, 390)
    assert [("las12" in rows) for rows in (before, now)] == [
        True,
        False,
    ]  # of 2020-21 it is too early in September 2021


# --- the whole evaluation -----------------------------------------------------------------------------------------


def published(measure: str, period: str, value: int) -> Row:
    fields = {"unit": "children", "document": "A report", "paragraph": "1"}
    return {"subject": "Something", "period": period, "value": value, "measure": measure} | fields


REFERRALS = [referral("x", "2018-05-01")]
EPISODES = [
    episode("a", LONG_AGO, "2019-05-01", reason_ended="returned_home"),
    episode("b", LONG_AGO, placed_in="outside_wales"),
    episode("c", "2020-09-01", placed_in="in_county"),
]


@pytest.fixture
def nothing_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No comparison with other authorities: it has tests of its own."""
    module = SimpleNamespace(against_other_authorities=lambda council: None, other_authorities_figures=None)
    monkeypatch.setitem(sys.modules, "ehp_eval.other_authorities", module)


def system(year: str = "2020-21", **changes: Any) -> System:
    tables: dict[str, Any] = {"referrals": REFERRALS, "looked_after_episodes": EPISODES, "status_events": []}
    return evaluate_system(council_of(extract="2021-09-30", **(tables | changes)), year)


@pytest.mark.usefixtures("nothing_elsewhere")
def test_records_stand_beside_the_published_series() -> None:
    census = {"area": "Dyffryn Gwyn", "date": "2021-03-31", "children": 5, "source": "A census"}
    people = {"area": "Dyffryn Gwyn", "mid_year": 2020, "population": 10_000, "source": "Estimates"}
    report = system(looked_after_children=[census], population_under_18=[people])
    # Nobody had left care before 2019-20, so that 2018-19 is not taken to be complete.
    assert [year.label for year in report.years] == ["2019-20", "2020-21"]
    rows = report.figures[(report.figures["measure"] == "las1") & (report.figures["year"] == "2020-21")]
    assert dict(zip(rows["source"], rows["numerator"], strict=True)) == {"records": 2, "reference": 5}
    found = report.find("las1")
    assert found is not None
    assert found["source"] == "records"
    assert report.find("las1", BEFORE) is not None
    assert report.find("las12", window_days=365) is None
    assert set(report.figures["report"]) == {report.report} == {"looked-after-system"}
    assert report.missing == ("persons",)
    assert (report.elsewhere, report.claims) == (None, [])


@pytest.mark.usefixtures("nothing_elsewhere")
def test_published_counts_beside_the_records() -> None:
    beside: dict[str, tuple[str, int | None]] = {
        "2021-03-31": ("2020-21", 2),
        "2020-04-01": ("2019-20", 1),  # as on 31 March
        "2020-21": ("2020-21", 2),
        "2019-03-31": ("2018-19", None),  # before the records are complete
        "2020-10-01": ("", None),
        "2020-21 Q4": ("", None),  # part of a year stands beside no full one
        "2021-22 to September": ("", None),
        "2021-09": ("", None),  # a month
        "at the start": ("", None),
    }
    rows = system(
        counts=[published("las1", period, 7) for period in beside] + [published("eoc1", "2020-21", 8)]
    ).published
    assert set(rows["measure"]) == {"las1"}
    found = {row["period"]: (row["year"], row["records"]) for row in rows.to_dict("records")}
    assert {period: (year, None if pd.isna(n) else n) for period, (year, n) in found.items()} == beside


@pytest.mark.usefixtures("nothing_elsewhere")
def test_what_was_published_later_is_not_in_an_earlier_report() -> None:
    counts = [published("las1", "2020-03-31", 7), published("las1", "2021-03-31", 8), published("las1", "2021-09", 9)]
    assert system("2019-20", counts=counts).published["value"].tolist() == [7]
    assert system("2020-21", counts=counts).published["value"].tolist() == [7, 8, 9]


@pytest.mark.usefixtures("nothing_elsewhere")
def test_a_year_without_a_history_and_a_council_without_episodes_are_refused() -> None:
    with pytest.raises(ArgumentError, match="nobody who left care up to 2018-19"):
        system("2018-19")
    with pytest.raises(ArgumentError, match="no complete records for 2021-22"):
        system("2021-22")
    council = council_of(referrals=REFERRALS)
    assert system_years(council) == []
    with pytest.raises(DataError, match=r"looked_after_episodes\.csv"):
        evaluate_system(council, council.latest_year)
