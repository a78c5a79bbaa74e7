"""The SSDA903 layout: its files, headers and codes."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import xlsxwriter

from ehp_eval.intake.mapping import read_mapping
from ehp_eval.intake.ssda903 import read_return
from tests.returns import (
    EPISODES,
    HEADER,
    applied,
    care,
    episodes,
    header,
    listed,
    read,
    table,
)


def test_columns_and_codes_are_those_of_the_contract(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "e.csv": episodes(*((f"00{n}", "02/05/2018", rne, "03/05/2018", "E4B") for n, rne in enumerate("SLPTBU"))),
            "h.csv": header("000,1,17/02/2009,WBRI,A123,1,01/01/2018", "001,2,28/12/2010,NOBT,B123,,"),
        },
    )
    rows = table(found.sources["looked_after_episodes"])
    assert list(rows["reason_started"]) == [
        "started",
        "legal_status",
        "placement",
        "placement_same_carer",
        "legal_status_and_placement",
        "legal_status_and_placement",
    ]
    assert rows.loc[0].to_dict() == {
        "person_id": "000",
        "started_on": "2018-05-02",
        "reason_started": "started",
        "legal_status": "C2",
        "need": "N1",
        "placement_type": "U4",
        "provider": "PR1",
        "ended_on": "2018-05-03",
        "reason_ended": "E4B",
    }
    assert table(found.sources["persons"]).to_dict("records") == [
        {"person_id": "000", "sex": "M", "birth_month": "2009-02", "ethnicity": "white"},
        {"person_id": "001", "sex": "F", "birth_month": "2010-12", "ethnicity": "U"},
    ]
    dropped = found.sources["persons"][0].dropped
    assert (dropped["UPN"], dropped["MOTHER"], dropped["MC_DOB"]) == (2, 1, 1)
    assert sum(dropped.values()) == 4 + 2  # and the days of two dates of birth
    dropped = found.sources["looked_after_episodes"][0].dropped
    assert (dropped["HOME_POST"], dropped["PL_POST"], dropped["URN"]) == (6, 6, 6)
    assert not found.findings


def test_ethnicity_is_in_five_groups(tmp_path: Path) -> None:
    groups = {"WROM": "white", "MOTH": "mixed", "CHNE": "asian", "BOTH": "black", "OOTH": "other", "REFU": "U"}
    found = read(tmp_path, {"h.csv": header(*(f"{code},F,17/02/2009,{code},,," for code in groups))})
    rows = table(found.sources["persons"])
    assert dict(zip(rows["person_id"], rows["ethnicity"], strict=True)) == groups
    assert set(rows["sex"]) == {"F"}  # as the return writes it from 2024-25


def test_other_headers_and_codes_are_mapped(tmp_path: Path) -> None:
    text = episodes(("A", "2018-06-01", "01", "", ""), ("A", "2018-07-01", "s", "", "")).replace("CHILD", "Child ID")
    found = read(
        tmp_path,
        {"e.csv": text},
        'dates = "iso"\ncolumns = { CHILD = "Child ID" }\n[ssda903.codes.reason_started]\n"01" = "started"\n'
        '"S" = "placement"\n',
    )
    rows = table(found.sources["looked_after_episodes"])
    assert list(rows["reason_started"]) == ["started", "placement"]
    assert found.sources["looked_after_episodes"][0].headers["person_id"] == "Child ID"


def test_files_that_cannot_be_read_are_findings_and_no_more(tmp_path: Path) -> None:
    found = read(tmp_path, {"e.csv": "CHILD,RNE\nA,S", "h.csv": "CHILD,DOB"}, 'columns = { SEX = "Gender" }\n')
    assert [(finding.file, finding.column, finding.rule) for finding in found.findings] == [
        ("e.csv", "DEC", "missing header"),
        ("e.csv", "DECOM", "missing header"),
        ("h.csv", "Gender", "missing header"),
    ]
    assert not applied(found.repairs)
    assert not found.sources["looked_after_episodes"]


def test_headers_that_differ_from_file_to_file(tmp_path: Path) -> None:
    one, two = (episodes((who, "01/06/2018", "S", "", "")) for who in ("A", "B"))
    files = {"e1.csv": one, "e2.csv": two.replace("CHILD", "Child ID")}
    found = read(tmp_path, files, 'columns = { CHILD = "Child ID" }')
    assert list(table(found.sources["looked_after_episodes"])["person_id"]) == ["A", "B"]
    assert not found.findings


def test_a_file_without_rows(tmp_path: Path) -> None:
    found = read(tmp_path, {"e.csv": EPISODES, "h.csv": HEADER})
    assert listed(care(found.sources["looked_after_episodes"])) == []
    assert not applied(found.repairs)
    assert not found.findings


def test_a_workbook_of_both(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "return.xlsx", engine="xlsxwriter") as book:
        for name, text in (
            ("Episodes", episodes(("0042", "01/06/2018", "S", "", ""))),
            ("Header", header("0042,1,17/02/2009,CHNE,,,")),
        ):
            frame = pd.read_csv(io.StringIO(text), dtype="str")
            for day in {"DECOM", "DOB"} & set(frame):
                frame[day] = pd.to_datetime(frame[day], format="%d/%m/%Y")
            frame.to_excel(book, sheet_name=name, index=False)
    (tmp_path / "mapping.toml").write_text(
        '[ssda903]\nepisodes = ["return.xlsx"]\nheader = ["return.xlsx"]\n', encoding="utf-8"
    )
    mapping, _ = read_mapping(tmp_path)
    assert mapping.ssda903
    found = read_return(tmp_path, mapping.ssda903, mapping)
    assert not found.findings
    assert listed(care(found.sources["looked_after_episodes"])) == [("0042", "2018-06-01", None)]
    assert table(found.sources["persons"]).loc[0, "birth_month"] == "2009-02"


def test_codes_that_decide_count_in_any_letters(tmp_path: Path) -> None:
    text = episodes(("A", "01/05/2019", "S", "31/03/2020", "x1"), status="v3")
    found = read(tmp_path, {"e.csv": text})
    (row,) = table(found.sources["looked_after_episodes"]).fillna("").to_dict("records")
    assert (row["legal_status"], row["ended_on"]) == ("V3", "")  # closed for the return alone
    assert found.repairs["closed_at_the_year_end"] == 1


def test_the_sheet_that_is_named_is_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "e.xlsx") as book:
        for name, who in (("Old", "A"), ("New", "B")):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(episodes((who, "01/05/2019", "S", "", "")).splitlines()):
                sheet.write_row(number, 0, row.split(","))
    text = '[ssda903]\nepisodes = ["e.xlsx"]\nsheet = "New"\n'
    (tmp_path / "mapping.toml").write_text(text, encoding="utf-8")
    mapping, _ = read_mapping(tmp_path)
    assert mapping.ssda903
    found = read_return(tmp_path, mapping.ssda903, mapping)
    assert list(table(found.sources["looked_after_episodes"])["person_id"]) == ["B"]


def test_lines_of_a_title_above_the_header(tmp_path: Path) -> None:
    text = "Looked-after children,,\n,,\n" + episodes(("a", "01/05/2020", "S", "", ""))
    found = read(tmp_path, {"e.csv": text}, "header_row = 3\n").sources["looked_after_episodes"][0]
    assert found.text["started_on"].to_dict() == {4: "2020-05-01"}  # the row that a spreadsheet shows
