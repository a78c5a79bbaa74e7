"""What changed between two editions: expected values counted by hand from a few rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.archive import IDENTITY, Record
from ehp_eval.config import CouncilSettings
from ehp_eval.since_last_year import REVISION_COLUMNS, compare_editions, settings_hash
from tests.councils import SETTINGS, changed

COLUMNS = [
    *(*IDENTITY, "numerator", "denominator", "value", "lower", "upper"),
    *("unit", "confidence", "method", "source", "note"),
]
INPUTS = {"council.toml": "1", "services/a.toml": "1", "reference/claims.csv": "1", "records/referrals.csv": "1"}


def row(year: str = "2018-19", numerator: str = "90", denominator: str = "100", **changes: str) -> dict[str, str]:
    """A share of service a at 12 months, without its limits unless they are given."""
    value = ""
    if numerator.isdigit() and denominator.isdigit():
        value = f"{int(numerator) / int(denominator):.6f}".rstrip("0").rstrip(".")
    elif "[c]" in (numerator, denominator):
        value = "[c]"
    own = {"report": "a", "service": "a", "year": year, "stream": "edge_of_care", "measure": "eoc1"}
    own |= {"window_days": "365", "numerator": numerator, "denominator": denominator, "value": value}
    own |= {"unit": "share", "method": "Wilson", "source": "records"}
    return dict.fromkeys(COLUMNS, "") | own | changes


def count(number: str, **changes: str) -> dict[str, str]:
    own = {"measure": "fd1", "window_days": "", "unit": "count", "method": "Byar", "value": number}
    return row(numerator=number, denominator="", **(own | changes))


def frame(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS, dtype="str")


def record(year: str, **changes: Any) -> Record:
    content = {
        "council": "A council",
        "records": "case records",
        "extract_date": "2021-09-30",
        "year": year,
        "started_at": "2021-10-04T09:30:05+00:00",
        "versions": {"ehp-eval": "0.1.0"},
        "commit": "c0ffee",
        "settings": "1",
        "inputs": INPUTS,
        "reports": {},
    }
    return Record.model_validate(content | changes)


def compare(before: list[dict[str, str]], now: list[dict[str, str]], **changes: Any) -> Any:
    """Compare the editions of 2019-20 and 2020-21, the record of the latter changed."""
    return compare_editions(frame(*before), frame(*now), record("2019-20"), record("2020-21", **changes))


def revised(before: list[dict[str, str]], now: list[dict[str, str]], **changes: Any) -> list[dict[str, str]]:
    revisions = compare(before, now, **changes).revisions
    assert list(revisions.columns) == REVISION_COLUMNS
    return [{str(name): value for name, value in each.items()} for each in revisions.to_dict("records")]


# The main result then and now


def test_the_main_result_is_that_of_the_largest_cohort_with_the_interval_that_decides():
    before = [row("2017-18", "45", "50"), row("2018-19", "40", "50"), row("2017-18 to 2018-19", "85", "100")]
    now = [
        row("2019-20", "45", "60"),
        row("2017-18 to 2019-20", "130", "160", lower="0.74", upper="0.87"),
        row("2017-18 to 2019-20", "130", "160", measure="eoc1_family", lower="0.73", upper="0.88"),
        row("2017-18 to 2019-20", "150", "170", window_days="91"),
        row("2017-18 to 2019-20", "90", "165", group="sex: F"),
        row("2017-18 to 2019-20", "150", "180", measure="eoc1c", window_days=""),
        row("2017-18 to 2019-20", "151", "190", source="published"),
        row("2017-18 to 2019-20", "151", "190", report="overview"),
    ]
    results = compare(before, now).results
    assert len(results) == 1
    found = results.iloc[0]
    assert (found["report"], found["measure"]) == ("a", "eoc1")
    assert (found["year_before"], found["numerator_before"], found["denominator_before"]) == (
        *("2017-18 to 2018-19", 85, 100),
    )
    assert (found["year_now"], found["numerator_now"], found["denominator_now"]) == ("2017-18 to 2019-20", 130, 160)
    assert (found["lower_now"], found["upper_now"]) == (0.73, 0.88)


def test_of_hidden_results_the_largest_that_is_shown_stands():
    before = [row("2017-18 to 2018-19", "[c]", "100"), row("2017-18", "45", "50"), row("2018-19", "[c]", "50")]
    found = compare(before, [row("2019-20", "[c]", "60")]).results.iloc[0]
    assert (found["year_before"], found["numerator_before"]) == ("2017-18", 45)
    assert pd.isna(found["year_now"])


def test_the_front_door_has_the_count_of_its_year_and_a_report_that_came_or_went_stands_alone():
    before = [count("300", year="2019-20", report="door"), count("250", year="2018-19", report="door"), row()]
    now = [row(report="b"), count("310", year="2020-21", report="door"), count("301", year="2019-20", report="door")]
    results = compare(before, now).results.set_index("report")
    assert list(results.index) == ["b", "door", "a"]  # as in the new edition, then what is gone
    assert results.loc["door", ["value_before", "value_now"]].to_list() == [300, 310]
    assert pd.isna(results.loc["b", "value_before"])
    assert pd.isna(results.loc["a", "value_now"])


# Revisions


def test_a_figure_that_is_the_same_is_no_revision_nor_one_that_came_or_went():
    assert revised([row(), row("2017-18")], [row(), row("2019-20")]) == []


@pytest.mark.parametrize(("now", "number"), [("0.900001", 0), ("0.900009", 1), ("0.91", 1)])
def test_the_last_place_of_a_rounded_number_is_no_revision(now, number):
    assert len(revised([row()], [row(value=now)])) == number


def test_a_revision_has_both_numbers():
    found = revised([row(numerator="90")], [row(numerator="88")], extract_date="2022-09-30")
    expected = {"report": "a", "service": "a", "year": "2018-19", "stream": "edge_of_care", "group": ""}
    expected |= {"measure": "eoc1", "window_days": "365", "unit": "share", "reason": "late_data"}
    expected |= {"numerator_before": "90", "numerator_now": "88", "denominator_before": "100", "denominator_now": "100"}
    assert found == [expected | {"value_before": "0.9", "value_now": "0.88"}]


LATER = {"extract_date": "2022-09-30"}
CLAIMS, PRICES = ({"inputs": INPUTS | {f"reference/{name}.csv": "2"}} for name in ("claims", "unit_costs"))
PARTLY, FULLY = ({"method": f"Aalen-Johansen, log-log limits{end}"} for end in ("", "; everybody followed"))
QUOTED = {"source": "published"}


@pytest.mark.parametrize(
    ("before", "now", "changes", "reason"),
    [
        ({}, {}, LATER, "late_data"),
        ({}, {}, {"inputs": INPUTS | {"records/referrals.csv": "2"}}, "late_data"),
        ({}, {}, {"inputs": INPUTS | {"council.toml": "2"}}, "unexplained"),  # the extract date stands in it
        ({}, {}, {"settings": "2"}, "settings"),
        ({}, {}, {"settings": ""}, "unexplained"),  # a record that does not say
        ({}, {}, {"inputs": INPUTS | {"mapping.toml": "1"}}, "settings"),
        ({}, {}, {"commit": "decaf"}, "program"),
        ({}, {}, {"commit": "decaf", **LATER}, "late_data"),
        ({}, {}, {}, "unexplained"),
        ({}, {}, {"inputs": INPUTS | {"services/a.toml": "2"}}, "definition"),
        ({}, {}, {"inputs": INPUTS | {"services/b.toml": "2"}, **LATER}, "late_data"),
        ({}, {}, {"inputs": INPUTS | {"services/a.toml": "2"}, **LATER}, "definition late_data"),
        ({"unit": "days"}, {}, LATER, "definition late_data"),
        ({"method": "Newcombe"}, {}, {}, "definition"),
        # The same definition: the size of the count and the length of follow-up choose.
        ({"method": "exact Poisson"}, {"method": "Byar"}, LATER, "late_data"),
        (PARTLY, FULLY, LATER, "late_data"),
        ({"method": "Wilson, on those still followed"}, {}, LATER, "late_data"),
        # Figures of documents and prices.
        ({}, QUOTED, {}, "definition"),
        (QUOTED, QUOTED, CLAIMS, "reference"),
        (QUOTED, QUOTED, LATER, "unexplained"),
        ({"unit": "GBP"}, {"unit": "GBP"}, {**PRICES, **LATER}, "reference late_data"),
        # A public record does not say whether the records are others.
        ({}, {}, {"inputs": {"council.toml": "1"}}, "late_data"),
        ({}, {}, {"inputs": {"council.toml": "1"}, "commit": "decaf"}, "program late_data"),
    ],
)  # fmt: skip
def test_the_reason(before, now, changes, reason):
    if changes.get("inputs") == {"council.toml": "1"}:
        old = record("2019-20", inputs={"council.toml": "1"})
    else:
        old = record("2019-20")
    first, second = frame(row(numerator="90", **before)), frame(row(numerator="80", **now))
    found = compare_editions(first, second, old, record("2020-21", **changes)).revisions
    assert found["reason"].to_list() == [reason]


def test_what_is_hidden_now_is_not_shown_as_what_it_was():
    found = revised([row(numerator="96", lower="0.9", upper="0.98")], [row(numerator="[c]")], **LATER)
    assert [each["reason"] for each in found] == ["now_hidden"]
    assert not {"96", "0.96"} & set(found[0].values())
    assert (found[0]["numerator_before"], found[0]["value_before"]) == ("[c]", "[c]")


def test_what_was_hidden_and_is_shown_now_says_so():
    found = revised([row(numerator="[c]")], [row(numerator="90")], **LATER)
    assert [(each["reason"], each["numerator_before"], each["numerator_now"]) for each in found] == [
        ("now_shown", "[c]", "90")
    ]


def test_reports_keep_their_order_and_the_largest_change_comes_first():
    years = ("2016-17", "2017-18", "2018-19")
    changed_to = {"b": ("51", "40", "[c]"), "a": ("60", "50", "52")}
    before = [row(year, "50", report=report) for report in changed_to for year in years]
    now = [
        row(year, number, report=report)
        for report, numbers in changed_to.items()
        for year, number in zip(years, numbers, strict=True)
    ]
    found = revised(before, now)
    assert [(each["report"], each["numerator_now"]) for each in found] == [
        *(("b", "40"), ("b", "51"), ("b", "[c]"), ("a", "60"), ("a", "52")),
    ]


def test_figures_of_other_bodies_and_figures_that_cannot_be_told_apart_are_no_revisions():
    area = {"measure": "las1", "window_days": "", "unit": "count", "source": "reference"}
    before = [row(numerator="200", **area), row(numerator="210", **area), row("2017-18", "3"), row("2017-18", "4")]
    now = [row(numerator="205", **area), row(numerator="215", **area), row("2017-18", "5"), row("2017-18", "4")]
    assert revised(before, now) == []


def test_main_revisions_are_those_of_everybody_at_12_months_at_closure_and_of_a_year():
    main = [row(), row(measure="eoc1c", window_days=""), count("90", report="door")]
    others = [
        row(window_days="91"),
        row(measure="eoc3", window_days=""),
        row(group="sex: F"),
        row(measure="eoc1_family"),
        row(report="overview"),
    ]
    now = [each | {"numerator": "80", "value": "0.8"} for each in [*main, *others]]
    changes = compare([*main, *others], now)
    assert len(changes.revisions) == 8
    assert list(changes.main_revisions[["report", "measure"]].itertuples(index=False, name=None)) == [
        *(("a", "eoc1"), ("a", "eoc1c"), ("door", "fd1")),
    ]


numbers = st.sampled_from(["", "[c]", "0", "5", "17", "100"])
figures = st.lists(
    st.builds(
        lambda year, numerator, denominator, report: row(year, numerator, denominator, report=report),
        *(st.sampled_from(["2017-18", "2018-19", "2017-18 to 2018-19"]), numbers, st.sampled_from(["", "[c]", "100"])),
        st.sampled_from("ab"),
    ),
    max_size=5,
).map(lambda rows: frame(*rows))


@settings(max_examples=20, deadline=None)
@given(figures, figures)
def test_no_revision_shows_what_either_edition_hides(before, now):
    changes = compare_editions(before, now, record("2019-20"), record("2020-21"))
    for _, found in changes.revisions.iterrows():
        same = now[(now["report"] == found["report"]) & (now["year"] == found["year"])].iloc[0]
        for name in ("numerator", "denominator", "value"):
            assert found[f"{name}_now"] == same[name]
            if same[name] == "[c]":
                assert found[f"{name}_before"] == "[c]"
    assert compare_editions(now, now, record("2019-20"), record("2020-21")).revisions.empty


def test_the_hash_of_the_settings_is_that_of_all_but_the_extract_date():
    def hashed(**changes: Any) -> str:
        return settings_hash(CouncilSettings.model_validate(changed(SETTINGS, **changes)))

    assert hashed(council__extract_date="2022-03-31") == hashed()
    assert hashed(thresholds__pooled_years=2) != hashed()
