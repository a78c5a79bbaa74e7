"""A grid of cells in the contract's names, codes and styles."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.contract import RECORDS, TABLES
from ehp_eval.errors import Finding
from ehp_eval.intake.mapping import Mapping
from ehp_eval.intake.sheets import Sheet
from ehp_eval.intake.source import Source
from ehp_eval.intake.values import prepare

FILE = "extracts/all.xlsx, sheet Referrals"
NAN, INF = float("nan"), float("inf")


def grid(header: list[str], *rows: list[object], first: int = 2) -> Sheet:
    index = pd.Index(range(first, first + len(rows)), dtype="int64")
    columns = [pd.Series([row[at] for row in rows], index=index, dtype=object) for at in range(len(header))]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=index)
    return Sheet(FILE, frame.set_axis(header, axis=1))


def read(table: str, header: list[str], *rows: list[object], said: dict[str, Any] | None = None, **more: Any) -> Source:
    """A table prepared from these rows, with what mapping.toml says of it and of everything."""
    mapping = Mapping.model_validate({"tables": {table: said or {}}, **more})
    return prepare(grid(header, *rows), TABLES[table], mapping)


def column(table: str, name: str, *cells: object, **said: Any) -> list[object]:
    source = read(table, [name], *([cell] for cell in cells), said=said)
    return [None if pd.isna(cell) else cell for cell in source.text[name]]


def rules(source: Source) -> list[tuple[str, str, tuple[int, ...]]]:
    assert all(finding.file == FILE and finding.severity == "error" for finding in source.findings)
    return [(finding.column, finding.rule, finding.rows) for finding in source.findings]


def test_the_councils_own_headers_and_codes_become_the_contracts() -> None:
    source = read(
        "referrals",
        ["Person ID", "Type", "referral_id", "Child name", "Other"],
        ["007", "Edge of Care", "r1", "A", None],
        ["08", "EDGE OF CARE", "r2", None, 3],
        said={
            "columns": {"person_id": "Person ID", "stream": "Type"},
            "codes": {"stream": {"Edge of Care": "edge_of_care"}},
            "drop": ["Child name", "Not there"],
            "other_columns": "drop",
        },
    )
    assert source.findings == ()
    assert source.file == FILE
    assert source.text.to_dict("list") == {
        "referral_id": ["r1", "r2"],
        "person_id": ["007", "08"],
        "stream": ["edge_of_care", "edge_of_care"],
    }
    assert source.text.index.tolist() == [2, 3]
    assert source.headers == {"referral_id": "referral_id", "person_id": "Person ID", "stream": "Type"}
    assert source.dropped == {"Child name": 1, "Other": 1}


def test_a_header_of_the_mapping_that_the_file_does_not_have() -> None:
    said = {"columns": {"person_id": "Person ID", "locality": "Area"}}
    source = read("persons", ["Person Id", "sex"], ["a", "F"], said=said | {"other_columns": "drop"})
    assert rules(source) == [("Person ID", "missing header", ()), ("Area", "missing header", ())]
    assert "'Person Id'" in source.findings[0].message  # the nearest one
    assert "did you mean" not in source.findings[1].message


def test_a_header_is_read_as_the_mapping_says_even_where_it_is_a_name_of_the_contract() -> None:
    said = {"columns": {"started_on": "ended_on", "ended_on": "started_on"}}
    source = read("looked_after_episodes", ["started_on", "ended_on"], ["2020-02-01", "2020-01-01"], said=said)
    assert source.text.iloc[0].to_dict() == {"started_on": "2020-01-01", "ended_on": "2020-02-01"}


def test_two_columns_that_are_one_of_the_contract() -> None:
    source = read("persons", ["ID", "person_id"], ["a", "b"], said={"columns": {"person_id": "ID"}})
    assert rules(source) == [("person_id", "repeated column", ())]
    assert source.text["person_id"].tolist() == ["a"]


def test_a_column_that_nobody_knows() -> None:
    source = read("referrals", ["person_id", "Referred On", "Colour", "943 476 5919", ""], ["a", "b", "c", "d", None])
    assert rules(source) == [
        ("Referred On", "unknown column", ()),
        ("Colour", "unknown column", ()),
        ("column D", "unknown column", ()),  # a header that may be somebody's number is not repeated
    ]
    for word in ("'referred_on'", "[referrals.columns]", "drop", 'other_columns = "drop"'):
        assert word in source.findings[0].message


def test_very_many_columns_that_nobody_knows_are_one_finding() -> None:
    many = [f"Extra {letter}{other}" for letter in "abcdef" for other in "uvwxyz"][:31]
    assert rules(read("referrals", ["person_id", *many], ["a"] * 32)) == [("", "unknown column", ())]
    assert len(read("referrals", ["person_id", *many[:30]], ["a"] * 31).findings) == 30
    private = [f"Note {letter}" for letter in "abcdefghijklmnopqrstuvwxyzabcde"]
    assert rules(read("referrals", ["person_id", *private], ["a"] * 32)) == [("", "private column", ())]


def test_a_header_that_names_nothing_is_not_repeated() -> None:
    source = read("persons", ["Ann Example", "CF10 3NQ"], ["a", "b"])
    assert rules(source) == [("", "header", ())]
    assert "Ann" not in source.findings[0].message
    assert source.text.index.tolist() == [2]


@pytest.mark.parametrize("header", ["Child name", "Postcode", "Date of birth", "Phone", "NHS number", "Case notes"])
def test_a_private_column_may_not_come_in(header: str) -> None:
    source = read("persons", ["person_id", header], ["a", "something"])
    assert rules(source) == [(header, "private column", ())]
    assert "drop" in source.findings[0].message
    assert ('birth_dates = "month"' in source.findings[0].message) is (header == "Date of birth")
    assert list(source.text) == ["person_id"]
    for said in ({"drop": [header]}, {"other_columns": "drop"}):
        dropped = read("persons", ["person_id", header], ["a", "something"], ["b", " "], said=said)
        assert (dropped.findings, dropped.dropped) == ((), {header: 1})


def test_a_private_column_may_not_come_in_as_a_column_of_text_either() -> None:
    said = {"columns": {"locality": "Home address"}, "other_columns": "drop"}
    source = read("persons", ["person_id", "Home address"], ["a", "1 High Street"], said=said)
    assert rules(source) == [("Home address", "private column", ())]
    assert list(source.text) == ["person_id"]


def test_a_babys_day_of_birth_comes_in() -> None:
    assert column("babies", "born_on", "2020-04-02") == ["2020-04-02"]
    source = read("babies", ["baby_id", "DOB"], ["a", "2020-04-02"])
    assert rules(source) == [("DOB", "unknown column", ())]  # to be mapped, not to be dropped


def test_ids_stay_as_they_are_and_whole_numbers_become_their_digits() -> None:
    cells = ["007", "7", 7, 7.0, "1E5", "00012345678901234567", 123456789012345, None, NAN, " x "]
    assert column("persons", "person_id", *cells) == [
        *("007", "7", "7", "7", "1E5", "00012345678901234567", "123456789012345"),
        *(None, None, "x"),
    ]


def test_an_id_that_a_spreadsheet_has_spoilt() -> None:
    cells = ["1", 1234567890123456, 1.234567890123456e18, "1.23457E+15", "1,23457e+15", INF, "8"]
    source = read("persons", ["ID"], *([cell] for cell in cells), said={"columns": {"person_id": "ID"}})
    assert rules(source) == [("ID", "rounded id", (3, 4, 5, 6, 7))]
    assert "1234567890123456" not in source.text["person_id"].tolist()  # its digits may be another child's
    source = read("persons", ["person_id"], ["a"], [datetime(2020, 4, 1)], [date(2020, 4, 1)])
    assert rules(source) == [("person_id", "id turned into a date", (3, 4))]


def test_numbers_and_truth_values_of_a_workbook() -> None:
    assert column("parents", "prior_removals", 2.0, 3, 2.5, "1,000", "2.0") == ["2", "3", "2.5", "1,000", "2.0"]
    assert column("parent_measures", "score", 0.1, 1e-7, 1e16, -3.0, INF) == [
        *("0.1", "0.0000001", "10000000000000000", "-3", "inf"),
    ]
    assert column("persons", "wimd_quintile", 3.0, "3") == ["3", "3"]
    truth = {"codes": {"accepted": {"True": "Y", "FALSE": "N"}}}
    assert column("referrals", "accepted", True, False, "true", **truth) == ["Y", "N", "Y"]
    assert column("referrals", "accepted", True) == ["TRUE"]


def test_a_days_cell_is_that_day_in_any_style() -> None:
    day = [date(2020, 4, 1), datetime(2020, 4, 1, 23, 59), pd.Timestamp("2020-04-01 12:00")]
    for style in ({}, {"dates": "us"}, {"dates": {"referred_on": "excel"}}):
        assert column("referrals", "referred_on", *day, pd.NaT, **style) == ["2020-04-01"] * 3 + [None]


def test_the_declared_style_decides() -> None:
    cells = ["03/04/2020", "13/04/2020", "04/13/2020", "2020-04-03"]
    assert column("referrals", "referred_on", *cells, dates="uk")[:3] == ["2020-04-03", "2020-04-13", "04/13/2020"]
    assert column("referrals", "referred_on", *cells, dates="us")[:3] == ["2020-03-04", "13/04/2020", "2020-04-13"]
    assert column("referrals", "referred_on", *cells, dates={"accepted_on": "us"})[:2] == ["2020-04-03", "2020-04-13"]
    for style in ("uk", "us"):  # what contradicts the style cannot be taken for a date that was read
        assert column("referrals", "referred_on", *cells, dates=style)[3] == "?2020-04-03"
    styles = read(
        "referrals", ["referred_on", "accepted_on"], ["1/4/2020", None], said={"dates": {"accepted_on": "us"}}
    )
    assert styles.styles == {"referred_on": "uk", "accepted_on": "us"}


def test_a_marker_of_unknown_does_not_decide_the_style() -> None:
    assert column("looked_after_episodes", "ended_on", "N/A", "01/04/2020") == ["N/A", "2020-04-01"]


def test_the_number_under_a_date_is_a_date_only_where_that_is_declared() -> None:
    assert column("referrals", "referred_on", 43922, 43922.5, "43922", 60, dates="excel") == ["2020-04-01"] * 3 + ["60"]
    for style in ({}, {"dates": "uk"}, {"dates": "iso"}):
        assert column("referrals", "referred_on", 43922, 43922.0, **style) == ["43922", "43922"]
    assert column("referrals", "referred_on", 20200401, "20200402", dates="basic") == ["2020-04-01", "2020-04-02"]


def test_further_markers_of_unknown() -> None:
    source = read("persons", ["person_id", "sex"], ["a", "Not recorded"], ["b", "-"], unknown=["not RECORDED"])
    assert source.text["sex"].tolist() == ["U", "U"]


def test_a_full_date_of_birth() -> None:
    rows = [["a", "2010-04"], ["b", "02/04/2010"], ["c", date(2010, 4, 2)]]
    source = read("persons", ["person_id", "DOB"], *rows, said={"columns": {"birth_month": "DOB"}})
    assert rules(source) == [("DOB", "full date of birth", (3, 4))]
    assert source.text["birth_month"].fillna("").tolist() == ["2010-04", "", ""]
    said = {"columns": {"birth_month": "DOB"}, "birth_dates": "month", "dates": "uk"}
    source = read("persons", ["person_id", "DOB"], *rows, said=said)
    assert (source.findings, source.dropped) == ((), {"day of birth": 2})
    assert source.text["birth_month"].tolist() == ["2010-04"] * 3


def test_free_text() -> None:
    rows = [["a", "West"], ["b", "call 07700 900123"], ["c", "x" * 61]]
    source = read("persons", ["person_id", "locality"], *rows)
    assert rules(source) == [("locality", "free text", (3, 4))]
    said = {"codes": {"locality": {"call 07700 900123": "East", "x" * 61: "North"}}}
    assert rules(read("persons", ["person_id", "locality"], *rows, said=said)) == []


def test_published_figures_are_read_as_they_are() -> None:
    header = ["area", "date", "children", "source"]
    rows = [["N/A", "31/03/2020", 12.0, "A report, " * 10 + "someone@example.org"], ["-", "31/03/2021", "12", "U"]]
    source = read("looked_after_children", header, *rows)
    assert source.findings == ()
    assert source.text.to_numpy().tolist() == [
        ["N/A", "2020-03-31", "12", str(rows[0][3])],
        ["-", "2021-03-31", "12", "U"],
    ]


CELLS = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.sampled_from(["a", "N/A", "01/04/2020", "2020-04-01", "2010-04", "43922", "?", "F", "1.23457E+15"]),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[str, Sheet, Mapping]:
    contract = draw(st.sampled_from(RECORDS))
    names = st.sampled_from([column.name for column in contract.columns])
    header = draw(st.lists(st.one_of(names, st.text(max_size=5), st.sampled_from(["Name", "ID"])), max_size=5))
    rows = draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=4))
    said = {
        "dates": draw(st.sampled_from(["iso", "uk", "excel", "basic", "named"])),
        "other_columns": draw(st.sampled_from(["refuse", "drop"])),
        "birth_dates": draw(st.sampled_from(["refuse", "month"])),
        "columns": {draw(names): "ID"},
    }
    if draw(st.booleans()):
        said.pop("dates")
    mapping = Mapping.model_validate({"tables": {contract.name: said}})
    return contract.name, grid(header, *rows, first=draw(st.integers(2, 9))), mapping


@settings(max_examples=40)
@given(sheets())
def test_no_grid_is_too_odd_and_no_row_is_lost(made: tuple[str, Sheet, Mapping]) -> None:
    table, sheet, mapping = made
    source = prepare(sheet, TABLES[table], mapping)
    assert source.text.index.equals(sheet.cells.index)
    assert set(source.headers) == set(source.text) <= {column.name for column in TABLES[table].columns}
    assert all(str(kind) == "str" for kind in source.text.dtypes)
    assert all(isinstance(finding, Finding) for finding in source.findings)
    assert {row for finding in source.findings for row in finding.rows} <= set(sheet.cells.index)
    assert all(count >= 0 for count in source.dropped.values())


@settings(max_examples=20)
@given(st.lists(st.text("0123456789", min_size=1, max_size=20), min_size=1, max_size=6))
def test_leading_zeros_survive(ids: list[str]) -> None:
    assert column("persons", "person_id", *ids) == ids


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10**15 - 1), min_size=1, max_size=6))
def test_an_id_that_a_workbook_holds_as_a_number_is_its_digits(ids: list[int]) -> None:
    assert column("persons", "person_id", *ids) == column("persons", "person_id", *map(float, ids)) == [*map(str, ids)]


@settings(max_examples=20)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6), st.sampled_from(["uk", "us"]))
def test_a_column_read_in_a_declared_style_never_yields_another_day(numbers: list[int], style: str) -> None:
    days = [date(2015, 1, 1) + timedelta(days=number) for number in numbers]
    form = "%d/%m/%Y" if style == "uk" else "%m/%d/%Y"
    cells = [day if number % 3 == 0 else day.strftime(form) for day, number in zip(days, numbers, strict=True)]
    assert column("status_events", "date", *cells, dates=style) == [day.isoformat() for day in days]


def test_days_and_months_that_a_workbook_of_another_country_has_turned_round() -> None:
    # 04/03, 02/05, 01/12 and 13/04/2019 on a computer that reads the month first: the last is no date there.
    turned: list[object] = [date(2019, 4, 3), date(2019, 2, 5), date(2019, 1, 12)]
    for others, found in (
        (["13/04/2019", "25/12/2019"], [("started_on", "dates turned round", (2, 3, 4))]),
        (["13/04/2019", "05/12/2019"], []),  # a text of the 5th would have become a date
        ([None], []),
    ):
        rows = [["a", cell, None] for cell in [*turned, *others]]
        header = ["person_id", "started_on", "ended_on"]
        assert rules(read("looked_after_episodes", header, *rows, said={"dates": "uk"})) == found
    rows = [["a", cell, None] for cell in [date(2019, 4, 13), *turned, "25/12/2019"]]
    assert rules(read("looked_after_episodes", header, *rows)) == []


def test_a_file_without_the_ends_is_not_one_in_which_nothing_has_ended() -> None:
    assert rules(read("looked_after_episodes", ["person_id", "started_on"], ["a", "2019-04-01"])) == [
        ("ended_on", "missing column", ())
    ]
    said = {"drop": ["completed_on"]}
    assert rules(read("assessments", ["referral_id", "completed_on"], ["r", None], said=said)) == [
        ("completed_on", "missing column", ())
    ]
    assert rules(read("referrals", ["referral_id"], ["r"])) == []


def test_a_column_of_names_cannot_be_mapped_as_one_of_codes() -> None:
    source = read("persons", ["person_id", "Child name"], ["a", "Ann"], said={"columns": {"sex": "Child name"}})
    assert rules(source) == [("Child name", "private column", ())]
    assert "sex" not in source.text


def test_what_nobody_sees_around_a_cell_is_no_part_of_it() -> None:
    assert column("persons", "person_id", "\ufeff007", "007\u200b", "\u00a0007\u200e ", "\u200b") == ["007"] * 3 + [
        None
    ]
