from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError, DataError, EhpError, Finding
from ehp_eval.load import Council, find_council, input_hashes, load_council
from tests.councils import SETTINGS, changed, council_of, declined, episode, referral, status, write_council

REFERRALS = "referral_id,person_id,service,stream,referred_on,accepted,accepted_on\n"
CANARY = "Canary-7391"


def referrals(*lines: str, header: str = REFERRALS) -> str:
    return header + "".join(f"{line}\n" for line in lines)


def row(person: str = "a", referred: str = "2020-05-01", accepted: str = "2020-05-01") -> str:
    return f"r-{person},{person},doorstep,edge_of_care,{referred},Y,{accepted}"


def load(folder: Path, **content: Any) -> Council:
    return load_council(write_council(folder, **content))


def faults(folder: Path, **content: Any) -> list[Finding]:
    write_council(folder, **content)
    with pytest.raises(DataError) as caught:
        load_council(folder)
    return list(caught.value.findings)


def brief(findings: list[Finding]) -> list[tuple[str, str, str, tuple[int, ...]]]:
    return [(finding.file, finding.column, finding.rule, finding.rows) for finding in findings]


# --- what is read -----------------------------------------------------------------------------------------------


def test_columns_get_the_types_of_the_contract(tmp_path: Path) -> None:
    council = load(
        tmp_path,
        referrals=[referral("007", "2020-05-01")],
        persons=[{"person_id": "007", "birth_month": "2010-02", "wimd_quintile": "3", "locality": " Gŵyr "}],
        parents=[{"parent_id": "08", "offered_on": "2020-05-01", "prior_removals": 2}],
        service_costs=[{"service": "doorstep", "year": "2020-21", "staff": "-12.5"}],
    )
    assert council.tables["referrals"]["person_id"].tolist() == ["007"]  # not 7
    assert council.tables["referrals"]["accepted_on"].tolist() == [pd.Timestamp("2020-05-01")]
    assert council.tables["referrals"]["support_ended_on"].isna().all()
    assert council.tables["persons"]["locality"].tolist() == ["Gŵyr"]
    assert council.tables["persons"]["wimd_quintile"].tolist() == ["3"]  # a code, not a number
    assert council.tables["parents"]["parent_id"].tolist() == ["08"]
    assert council.tables["parents"]["prior_removals"].tolist() == [2]
    assert council.tables["service_costs"]["staff"].tolist() == [-12.5]
    assert council.tables["service_costs"]["other"].isna().all()  # the column was not supplied
    kinds = council.tables["parents"].dtypes.astype(str).to_dict()
    assert (kinds["offered_on"], kinds["prior_removals"], kinds["region"]) == ("datetime64[s]", "Int64", "str")


def test_a_table_that_is_not_supplied_is_empty_and_typed(tmp_path: Path) -> None:
    council = load(tmp_path, referrals=[referral("a", "2020-05-01")])
    assert council.supplied == {"referrals"}
    assert set(council.tables) == set(TABLES)
    for name, frame in council.tables.items():
        assert list(frame.columns) == [column.name for column in TABLES[name].columns]
        assert len(frame) == (1 if name == "referrals" else 0)
    assert str(council.tables["looked_after_episodes"]["started_on"].dtype) == "datetime64[s]"
    assert council.care.periods.empty


def test_a_header_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    council = load(tmp_path, referrals=REFERRALS)
    assert council.tables["referrals"].empty
    assert council.supplied == {"referrals"}


def test_the_councils_made_in_memory_for_the_tests_are_what_loading_gives(tmp_path: Path) -> None:
    tables: dict[str, Any] = {
        "referrals": [referral("a", "2020-05-01"), declined("b", "2020-06-01", end_reason="other")],
        "looked_after_episodes": [episode("a", "2020-07-01", parent_and_baby="N"), episode("b", "2020-07-01")],
        "status_events": [status("a", "2020-08-01", "died")],
        "parents": [{"parent_id": "p", "offered_on": "2020-05-01", "prior_removals": 2}],
        "looked_after_children": [{"area": "Gwlad", "date": "2020-03-31", "children": 10, "source": "s"}],
    }
    read, made = load(tmp_path, **tables), council_of(**tables)
    assert (read.settings, read.services, read.supplied) == (made.settings, made.services, made.supplied)
    for name in TABLES:
        assert_frame_equal(read.tables[name], made.tables[name], check_index_type=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_utf_8_with_and_without_a_signature_and_any_line_end(tmp_path: Path, encoding: str, newline: str) -> None:
    folder = write_council(tmp_path)
    text = "person_id,locality\na,Tŷ Gŵyn\n".replace("\n", newline)
    (folder / "records/persons.csv").write_bytes(text.encode(encoding))
    persons = load_council(folder).tables["persons"]
    assert persons[["person_id", "locality"]].to_numpy().tolist() == [["a", "Tŷ Gŵyn"]]


def test_dates_may_be_iso_or_uk_by_column(tmp_path: Path) -> None:
    # 03/04 is the third of April: day first. Two columns of a table may differ in style.
    lines = row("a", "03/04/2020", "2020-04-03"), row("b", "13/04/2020", "2020-04-14")
    council = load(tmp_path, referrals=referrals(*lines))
    days = council.tables["referrals"][["referred_on", "accepted_on"]].map("{:%d %B %Y}".format)
    assert days.to_numpy().tolist() == [["03 April 2020", "03 April 2020"], ["13 April 2020", "14 April 2020"]]


def test_a_quoted_cell_may_hold_commas_and_line_breaks(tmp_path: Path) -> None:
    council = load(tmp_path, persons='person_id,locality\na,"North,\nby the river"\nb,South\n')
    assert council.tables["persons"]["locality"].tolist() == ["North,\nby the river", "South"]


def test_columns_may_stand_in_any_order_and_spaces_do_not_count(tmp_path: Path) -> None:
    council = load(tmp_path, status_events=" type , person_id ,date\n died , a ,2020-05-01\n")
    assert council.tables["status_events"].to_numpy().tolist() == [["a", pd.Timestamp("2020-05-01"), "died"]]


def test_a_due_date_and_a_reference_table_may_look_ahead(tmp_path: Path) -> None:
    council = load(
        tmp_path,
        extract="2021-03-31",
        pregnancies=[{"pregnancy_id": "g", "due_on": "2021-08-01"}],
        looked_after_children=[{"area": "Gwlad", "date": "2022-03-31", "children": 10, "source": "s"}],
    )
    assert council.tables["pregnancies"]["due_on"].tolist() == [pd.Timestamp("2021-08-01")]


def test_hidden_files_are_no_tables(tmp_path: Path) -> None:
    (write_council(tmp_path) / "records/.gitkeep").touch()
    assert load_council(tmp_path).supplied == frozenset()


# --- faults of a file -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "column", "rule", "rows", "says"),
    [
        pytest.param("", "", "empty", (), "at least its header", id="empty"),
        # Rows are counted as a spreadsheet shows them: the header is row 1.
        pytest.param(referrals(row(), "r-b,b", row("c")), "", "ragged", (3,), "7 cells", id="a short row"),
        pytest.param(referrals(row(), "", row("c") + ",x"), "", "ragged", (4,), "7 cells", id="a long row"),
        pytest.param(
            referrals(row()).replace("accepted_on", "accepted"), "", "header", (1,), "same name", id="a column twice"
        ),
        pytest.param(referrals(row(), header=""), "", "header", (1,), "names no column", id="no header"),
        pytest.param(referrals('r-a,"a,x\n'), "", "syntax", (), "CSV UTF-8", id="an open quote"),
        pytest.param(
            referrals(row()).replace("accepted_on", "taken_on"),
            "taken_on",
            "unknown column",
            (),
            "data/README.md",
            id="unknown column",
        ),
        pytest.param(referrals(row(), row("b"), row()), "referral_id", "repeated", (4,), "keep one", id="a key twice"),
        pytest.param(
            referrals(row(accepted="")), "accepted_on", "no date", (2,), "needs the date", id="accepted, no date"
        ),
        pytest.param(
            referrals(row(accepted="2021-10-01")),
            "accepted_on",
            "after the extract",
            (2,),
            "2021-09-30",
            id="the day after the extract",
        ),
        pytest.param(
            referrals(row(), row("b", "2020-05-02")),
            "accepted_on",
            "order of dates",
            (3,),
            "before referred_on",
            id="accepted before referred",
        ),
        pytest.param(
            referrals(row(), row("b").replace("doorstep", "doormat")),
            "service",
            "unknown service",
            (3,),
            "services/<id>.toml",
            id="unknown service",
        ),
        pytest.param(
            referrals(row(), row("b").replace("edge_of_care", "edge")),
            "stream",
            "unknown code",
            (3,),
            "edge_of_care, placement_support",
            id="unknown code",
        ),
        pytest.param(referrals(row("")), "person_id", "blank", (2,), "needs a value", id="a blank that may not be"),
    ],
)
def test_each_fault_of_the_referrals(
    tmp_path: Path, text: str, column: str, rule: str, rows: tuple[int, ...], says: str
) -> None:
    findings = faults(tmp_path, referrals=text)
    assert brief(findings) == [("records/referrals.csv", column, rule, rows)]
    assert says in findings[0].message


@pytest.mark.parametrize(
    ("table", "text", "column", "rule", "says"),
    [
        ("persons", "person_id,birth_month\na,2010-13\n", "birth_month", "month", "2020-04"),
        ("persons", "person_id,birth_month\na,2010-02-01\n", "birth_month", "month", "2020-04"),
        ("service_costs", "service,year\ndoorstep,2020\n", "year", "year", "2020-21"),
        ("service_costs", 'service,year,staff\ndoorstep,2020-21,"1,000"\n', "staff", "number", "thousands"),
        ("parents", "parent_id,offered_on,prior_removals\np,2020-05-01,1.5\n", "prior_removals", "whole", "whole"),
        ("parents", "parent_id,offered_on,prior_removals\np,2020-05-01,-1\n", "prior_removals", "whole", "whole"),
        ("status_events", "person_id,date,type\na,2020-02-30,died\n", "date", "date", "2020-03-31"),
        ("status_events", "person_id,date,type\na,2020-5-1,died\n", "date", "date", "2020-03-31"),
        ("status_events", "person_id,date,type\na,31/04/2020,died\n", "date", "date", "31/03/2020"),
        ("status_events", "person_id,date,type\na,44012,died\n", "date", "date", "2020-03-31"),
    ],
)
def test_each_fault_of_a_kind_of_value(
    tmp_path: Path, table: str, text: str, column: str, rule: str, says: str
) -> None:
    findings = faults(tmp_path, **{table: text})
    assert brief(findings) == [(f"records/{table}.csv", column, rule, (2,))]
    assert says in findings[0].message


@pytest.mark.parametrize(
    ("days", "rows"),
    [
        # The first date shows the style of the column; every other style is at fault, each row of it.
        (["2020-05-01", "01/05/2020", "2020-05-02", "02/05/2020"], (3, 5)),
        (["01/05/2020", "2020-05-01", "2020-05-02"], (3, 4)),
    ],
)
def test_one_style_of_date_in_a_column(tmp_path: Path, days: list[str], rows: tuple[int, ...]) -> None:
    findings = faults(tmp_path, status_events=[status("a", day, "section_47") for day in days])
    assert brief(findings) == [("records/status_events.csv", "date", "date", rows)]
    assert "one style in a column" in findings[0].message


def test_a_column_that_must_be_there(tmp_path: Path) -> None:
    findings = faults(tmp_path, status_events="person_id,date\na,2020-05-01\n")
    assert brief(findings) == [("records/status_events.csv", "type", "missing column", ())]
    assert "add it" in findings[0].message


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    write_council(tmp_path)
    (tmp_path / "records/referals.csv").write_text("a\n")
    (tmp_path / "reference/notes.txt").write_text("a\n")
    findings = faults(tmp_path)
    assert brief(findings) == [
        ("records/referals.csv", "", "unknown table", ()),
        ("reference/notes.txt", "", "unknown table", ()),
    ]
    assert "data/README.md" in findings[0].message


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    write_council(tmp_path)
    (tmp_path / "records/persons.csv").write_bytes("person_id,locality\na,Café\n".encode("cp1252"))
    (tmp_path / "records/parents.csv").write_bytes("parent_id,offered_on\np,2020-05-01\n".encode("utf-16"))
    findings = faults(tmp_path)
    assert brief(findings) == [
        ("records/parents.csv", "", "encoding", ()),
        ("records/persons.csv", "", "encoding", ()),
    ]
    assert "save it as 'CSV UTF-8'" in findings[0].message


@pytest.mark.parametrize(
    ("table", "rows", "column"),
    [
        ("referrals", [referral("a", "2020-05-02", referred_on="2020-05-03")], "accepted_on"),
        ("referrals", [referral("a", "2020-05-02", support_ended_on="2020-05-01")], "support_ended_on"),
        ("parents", [{"parent_id": "p", "offered_on": "2020-05-02", "engaged_on": "2020-05-01"}], "engaged_on"),
        (
            "parents",
            [{"parent_id": "p", "offered_on": "2020-05-01", "engaged_on": "2020-05-03", "ended_on": "2020-05-02"}],
            "ended_on",
        ),
    ],
)
def test_dates_in_the_wrong_order(tmp_path: Path, table: str, rows: list[dict[str, Any]], column: str) -> None:
    findings = faults(tmp_path, **{table: rows})
    assert brief(findings) == [(f"records/{table}.csv", column, "order of dates", (2,))]


def test_dates_on_the_same_day_are_in_order(tmp_path: Path) -> None:
    rows = [referral("a", "2020-05-01", support_ended_on="2020-05-01")]
    assert len(load(tmp_path, referrals=rows).tables["referrals"]) == 1


@pytest.mark.parametrize("table", ["incidents", "service_costs"])
def test_other_tables_name_services_too(tmp_path: Path, table: str) -> None:
    second = {"incidents": "date,2020-05-01", "service_costs": "year,2020-21"}[table].split(",")
    findings = faults(tmp_path, **{table: f"service,{second[0]}\ndoormat,{second[1]}\n"})
    assert brief(findings) == [(f"records/{table}.csv", "service", "unknown service", (2,))]


def test_many_rows_are_not_all_listed(tmp_path: Path) -> None:
    # Twelve bad rows, 2 to 13: the first ten are named.
    findings = faults(tmp_path, status_events=[status("a", "soon", "died")] * 12)
    assert findings[0].rows == tuple(range(2, 14))
    assert "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more" in str(findings[0])


def test_faults_of_several_tables_and_between_tables_come_together(tmp_path: Path) -> None:
    findings = faults(
        tmp_path,
        settings=changed(SETTINGS, council__extract_date=date(2020, 12, 31)),
        referrals=[referral("a", "2021-01-01"), referral("b", "2020-05-01", service="doormat")],
        status_events=[status("a", "soon", "vanished")],
        claims="claim_id\nc\nc\n",
    )
    assert {(finding.file, finding.rule) for finding in findings} == {
        ("records/referrals.csv", "after the extract"),
        ("records/referrals.csv", "unknown service"),
        ("records/status_events.csv", "date"),
        ("records/status_events.csv", "unknown code"),
        ("reference/claims.csv", "missing column"),
        ("reference/claims.csv", "repeated"),
    }


# --- nobody can be identified -----------------------------------------------------------------------------------


def bad_table(name: str) -> str:
    """Every cell wrong where it can be, the same key twice, and a blank in the first column."""
    columns = [column.name for column in TABLES[name].columns]
    cells = ",".join(f"{CANARY} {column}" for column in columns)
    blank = "," + cells.split(",", 1)[1]
    return "\n".join([",".join(columns), cells, cells, blank]) + "\n"


@pytest.mark.parametrize("spoil", ["values", "ragged", "no header", "quote", "encoding"])
def test_no_message_holds_a_cell(tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: str) -> None:
    caplog.set_level(logging.DEBUG)
    write_council(tmp_path)
    for name, contract in TABLES.items():
        text = bad_table(name)
        if spoil == "ragged":
            text += f"{CANARY}\n"
        elif spoil == "no header":
            text = text.split("\n", 1)[1]
        elif spoil == "quote":
            text += f'"{CANARY}'
        (tmp_path / contract.file).write_bytes(text.encode() + (b"\xff" if spoil == "encoding" else b""))
    with pytest.raises(DataError) as caught:
        load_council(tmp_path)
    assert {finding.file for finding in caught.value.findings} == {table.file for table in TABLES.values()}
    said = str(caught.value) + repr(caught.value) + caplog.text
    assert CANARY.lower() not in said.lower()
    # What --debug would print beside it.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_no_message_holds_the_id_of_a_row_that_other_rows_contradict(tmp_path: Path) -> None:
    findings = faults(
        tmp_path,
        referrals=[
            referral(CANARY, "2020-05-02", referral_id=CANARY, referred_on="2020-05-03"),
            referral(CANARY, "2021-12-31", referral_id=f"{CANARY}2"),
            referral(CANARY, "", referral_id=f"{CANARY}3", referred_on="2020-05-03", service=CANARY),
        ],
    )
    assert {finding.rule for finding in findings} == {
        "order of dates", "after the extract", "no date", "unknown service",
    }  # fmt: skip
    assert CANARY not in "\n".join(map(str, findings))


# --- what a council knows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extract", "latest"),
    [
        ("2021-03-31", "2020-21"),  # the year's last day: it is complete
        ("2021-03-30", "2019-20"),
        ("2021-09-30", "2020-21"),
        ("2021-04-01", "2020-21"),
    ],
)
def test_the_latest_complete_year(extract: str, latest: str) -> None:
    assert council_of(extract=extract, referrals=[referral("a", "2018-05-01")]).latest_year.label == latest


def test_years_run_from_the_first_record_to_the_latest_complete_year() -> None:
    # The first referral is of 2018-19; nothing of 2019-20 is recorded, which is a fact and not a gap.
    council = council_of(referrals=[referral("a", "2020-05-01"), declined("b", "2019-03-31")])
    assert [year.label for year in council.years] == ["2018-19", "2019-20", "2020-21"]
    offered = council_of(
        parents=[{"parent_id": "p", "offered_on": "2020-04-01"}], referrals=[referral("a", "2021-05-01")]
    )
    assert [year.label for year in offered.years] == ["2020-21"]
    assert council_of().years == []
    # Records of the year that is not over yet are no complete year.
    assert council_of(referrals=[referral("a", "2021-05-01")]).years == []


def test_a_year_or_service_that_there_is_not() -> None:
    council = council_of(referrals=[referral("a", "2019-05-01")])
    assert council.year("2019-20").label == "2019-20"
    assert council.service("cradle").id == "cradle"
    for label in ("2021-22", "2018-19"):
        with pytest.raises(ArgumentError, match="30 September 2021 covers: 2019-20, 2020-21") as caught:
            council.year(label)
        assert caught.value.exit_code == 2
    with pytest.raises(ArgumentError, match="doorstep, homeward, cradle, afresh"):
        council.service("doormat")
    with pytest.raises(ArgumentError, match="covers: none"):
        council_of().year("2020-21")


def test_a_council_is_found_from_the_root_and_from_the_notebooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_council(tmp_path / "our-council")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_council("our-council").resolve() == tmp_path / "our-council"
    monkeypatch.chdir(tmp_path / "notebooks")
    assert find_council("our-council").resolve() == tmp_path / "our-council"
    assert find_council(tmp_path / "our-council") == tmp_path / "our-council"
    assert load_council("our-council").settings.council.authority == "Dyffryn Gwyn"
    with pytest.raises(ArgumentError, match="--data") as caught:
        find_council("their-council")
    assert caught.value.exit_code == 2


def test_every_input_has_its_hash(tmp_path: Path) -> None:
    folder = write_council(tmp_path, services={})
    (folder / "records/persons.csv").write_text("abc")
    hashes = input_hashes(folder)
    assert list(hashes) == ["council.toml", "records/persons.csv"]
    # FIPS 180-2, appendix B.1: SHA-256 of "abc".
    assert hashes["records/persons.csv"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_errors_carry_the_exit_code_of_the_command_line() -> None:
    assert (EhpError.exit_code, ArgumentError.exit_code, DataError.exit_code) == (4, 2, 3)
