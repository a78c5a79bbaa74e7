"""Faults of a council's tables: each with its file, row and column, none with what stands in a cell."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ehp_eval.contract import TABLES
from ehp_eval.errors import DataError, Finding
from ehp_eval.load import load_council
from tests.councils import SETTINGS, changed, referral, status, write_council

REFERRALS = "referral_id,person_id,service,stream,referred_on,accepted,accepted_on\n"
CANARY = "Canary-7391"


def referrals(*lines: str, header: str = REFERRALS) -> str:
    return header + "".join(f"{line}\n" for line in lines)


def row(person: str = "a", referred: str = "2020-05-01", accepted: str = "2020-05-01") -> str:
    return f"r-{person},{person},doorstep,edge_of_care,{referred},Y,{accepted}"


def faults(folder: Path, **content: Any) -> list[Finding]:
    return faults_of(write_council(folder, **content))


def faults_of(folder: Path) -> list[Finding]:
    with pytest.raises(DataError) as caught:
        load_council(folder)
    # That these few tables are too few for any report is told with every other fault: see test_check.py.
    return [finding for finding in caught.value.findings if finding.rule != "not supplied"]


def brief(findings: list[Finding]) -> list[tuple[str, str, str, tuple[int, ...]]]:
    return [(finding.file, finding.column, finding.rule, finding.rows) for finding in findings]


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
            referrals(row()).replace("accepted_on", "accepted_on,taken_on").replace("2020-05-01\n", "2020-05-01,\n"),
            "taken_on",
            "unknown column",
            (),
            "mapping.toml",
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
        ("persons", "person_id,birth_month\na,2010-02-01\n", "birth_month", "full date of birth", "birth_dates"),
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
    findings = faults_of(tmp_path)
    assert brief(findings) == [
        ("records/referals.csv", "", "unknown table", ()),
        ("reference/notes.txt", "", "unknown table", ()),
    ]
    assert "README.md" in findings[0].message


def test_a_file_in_two_encodings(tmp_path: Path) -> None:
    # cp1252 and UTF-16 are read: see test_sheets.py. Halves of two files pasted together are not guessed at.
    write_council(tmp_path)
    (tmp_path / "records/persons.csv").write_bytes(
        "person_id,locality\na,Café\n".encode() + "b,Café\n".encode("cp1252")
    )
    findings = faults_of(tmp_path)
    assert brief(findings) == [("records/persons.csv", "", "encoding", ())]
    assert "CSV UTF-8" in findings[0].message


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


def test_dates_on_the_same_day_are_in_order_and_the_day_of_the_extract_is_known(tmp_path: Path) -> None:
    rows = [referral(who, day, support_ended_on=day) for who, day in (("a", "2020-05-01"), ("b", "2021-09-30"))]
    assert len(load_council(write_council(tmp_path, referrals=rows)).tables["referrals"]) == 2


@pytest.mark.parametrize("table", ["incidents", "service_costs"])
def test_other_tables_name_services_too(tmp_path: Path, table: str) -> None:
    second = {"incidents": "date,2020-05-01", "service_costs": "year,2020-21"}[table].split(",")
    findings = faults(tmp_path, **{table: f"service,{second[0]}\ndoormat,{second[1]}\n"})
    assert brief(findings) == [(f"records/{table}.csv", "service", "unknown service", (2,))]


def test_many_rows_are_not_all_listed(tmp_path: Path) -> None:
    # Twelve bad rows, 2 to 13: the first ten are named.
    findings = faults(tmp_path, status_events=[status("a", "soon", "died")] * 12)
    (found,) = [finding for finding in findings if finding.rule == "date"]
    assert found.rows == tuple(range(2, 14))
    assert "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more" in str(found)


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


def test_a_referral_in_a_stream_that_its_service_does_not_list(tmp_path: Path) -> None:
    # Without the fault the child would be in no figure of any report.
    found = faults(tmp_path, referrals=[referral("a", "2020-05-01", stream="parent_support")])
    assert brief(found) == [("records/referrals.csv", "stream", "stream of the service", (2,))]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"denominator": 0}, "denominator"),
        ({"numerator_stated": 116}, "numerator_stated"),
        ({"percent_of": ""}, "percent_of"),
        ({"stream": ""}, "stream"),
        ({"percent_stated": "about 50%"}, "percent_stated"),
        ({"measure": "eoc99"}, "measure"),
        ({"measure": "growth", "areas": "Nowhere"}, "areas"),
        ({"measure": "areas_rising"}, "areas"),  # there is no series in this folder
    ],
)
def test_claims_that_could_not_be_re_examined(tmp_path: Path, change: dict[str, Any], column: str) -> None:
    claim = {
        "claim_id": "c",
        "subject": "doorstep",
        "stream": "edge_of_care",
        "period_start": "2020-04-01",
        "period_end": "2021-03-31",
        "unit": "child",
        "denominator": 115,
        "numerator_stated": "",
        "percent_stated": "93",
        "percent_of": "child",
        "wording": "remained",
        "measure": "eoc1c",
        "areas": "",
        "document": "A report",
        "paragraph": "1",
    }
    found = faults(tmp_path, claims=[claim | change])
    assert [(each.file, each.rows, each.column) for each in found] == [("reference/claims.csv", (2,), column)]


def test_two_pregnancies_of_one_referral(tmp_path: Path) -> None:
    pregnancies = [{"pregnancy_id": name, "referral_id": "r"} for name in "pq"]
    found = faults(tmp_path, pregnancies=pregnancies)
    assert brief(found) == [("records/pregnancies.csv", "referral_id", "repeated", (3,))]
