"""Which files make a table: one place, several files, a workbook of tables, a return beside a table of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ehp_eval.cli import main
from ehp_eval.errors import DataError, Finding
from ehp_eval.load import Council, load_council, read_folder
from tests.councils import Row, episode, referral, write_council, write_rows

EPISODES = [episode("a", "2020-06-01")]


def workbook(path: Path, **sheets: list[Row]) -> None:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for position, row in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
                sheet.write_row(position, 0, row)


def errors(folder: Path) -> list[Finding]:
    return [finding for finding in read_folder(folder).findings if finding.severity == "error"]


def council(folder: Path, mapping: str = "", **content: Any) -> Council:
    write_council(folder, **content)
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    return load_council(folder)


def test_a_workbook_holds_a_table_a_sheet(tmp_path: Path) -> None:
    write_council(tmp_path)
    workbook(
        tmp_path / "records.xlsx",
        **{"Read me": [{"a": "words"}]},
        referrals=[referral("007", "2020-05-01")],
        looked_after_episodes=EPISODES,
    )
    found = load_council(tmp_path)
    assert found.supplied == {"referrals", "looked_after_episodes"}
    assert found.tables["referrals"]["person_id"].tolist() == ["007"]


def test_a_sheet_that_is_no_table_is_not_passed_over(tmp_path: Path) -> None:
    write_council(tmp_path, referrals=[referral("a", "2020-05-01")])
    workbook(tmp_path / "records.xlsx", contacs=[{"referral_id": "r"}])
    assert [(each.file, each.rule) for each in errors(tmp_path)] == [("records.xlsx, sheet contacs", "unknown table")]


def test_a_table_in_two_places_is_a_fault_and_an_empty_one_is_none(tmp_path: Path) -> None:
    write_council(tmp_path, referrals=[referral("a", "2020-05-01")], looked_after_episodes="person_id,started_on\n")
    workbook(tmp_path / "records.xlsx", referrals=[referral("b", "2020-05-01")], looked_after_episodes=EPISODES)
    assert {(each.file, each.rule) for each in errors(tmp_path)} == {
        ("records/referrals.csv", "two files"),
        ("records.xlsx", "two files"),
    }


def test_a_filled_table_beside_the_mapped_files_is_a_fault(tmp_path: Path) -> None:
    write_council(tmp_path, referrals=[referral("a", "2020-05-01")])
    write_rows(tmp_path / "export.csv", [referral("b", "2020-05-01")])
    (tmp_path / "mapping.toml").write_text('[referrals]\nfiles = ["export.csv"]\n', encoding="utf-8")
    assert [(each.file, each.rule) for each in errors(tmp_path)] == [("records/referrals.csv", "two files")]
    # The empty table that `new` makes is no second place.
    write_council(tmp_path, referrals="referral_id,person_id\n")
    assert errors(tmp_path) == []


def test_a_row_that_two_files_hold_alike_counts_once(tmp_path: Path) -> None:
    folder = write_council(tmp_path)
    write_rows(folder / "2019.csv", [referral("a", "2019-05-01"), referral("b", "2020-02-01")])
    write_rows(folder / "2020.csv", [referral("b", "2020-02-01"), referral("c", "2020-05-01")])
    found = council(folder, '[referrals]\nfiles = ["2019.csv", "2020.csv"]\n')
    assert found.tables["referrals"]["person_id"].tolist() == ["a", "b", "c"]
    assert found.account.rows().to_dict("records") == [{"table": "referrals", "read": 4, "left_out": 1, "used": 3}]
    assert found.account.at_fault == 0


def test_a_row_that_two_files_hold_otherwise_is_a_fault_of_the_later(tmp_path: Path) -> None:
    write_council(tmp_path)
    write_rows(tmp_path / "2019.csv", [referral("b", "2020-02-01")])
    write_rows(tmp_path / "2020.csv", [referral("a", "2020-02-01"), referral("b", "2020-02-01", accepted="N")])
    (tmp_path / "mapping.toml").write_text('[referrals]\nfiles = ["2019.csv", "2020.csv"]\n', encoding="utf-8")
    assert [(each.file, each.rule, each.rows) for each in errors(tmp_path)] == [("2020.csv", "repeated", (3,))]


HEADER = "CHILD,SEX,DOB,ETHNIC\n"


def test_a_child_of_the_return_who_is_in_persons_too_counts_once(tmp_path: Path) -> None:
    write_council(tmp_path, persons=[{"person_id": "a", "sex": "F", "locality": "East"}])
    (tmp_path / "header.csv").write_text(HEADER + "a,2,01/05/2010,WBRI\nb,1,01/06/2011,WBRI\n")
    (tmp_path / "episodes.csv").write_text("CHILD,DECOM,RNE,LS,PLACE,DEC,REC\na,01/06/2020,S,C2,U1,,\n")
    found = council(tmp_path, '[ssda903]\nepisodes = ["episodes.csv"]\nheader = ["header.csv"]\n')
    persons = found.tables["persons"].set_index("person_id")
    assert persons["sex"].to_dict() == {"a": "F", "b": "M"}
    assert persons.loc["a", "locality"] == "East"
    assert found.account.rows().set_index("table").loc["persons"].to_dict() == {"read": 3, "left_out": 1, "used": 2}
    # A table of persons without ids is a fault, and no traceback.
    write_council(tmp_path, persons="sex\nF\n")
    with pytest.raises(DataError, match="person_id"):
        load_council(tmp_path)


def test_nothing_to_record_needs_no_file(tmp_path: Path) -> None:
    found = council(tmp_path, 'empty = ["incidents"]\n', referrals=[referral("a", "2020-05-01")])
    assert found.supplied == {"referrals", "incidents"}
    assert found.account.read == {"referrals": 1, "incidents": 0}


def test_a_key_that_is_not_there_is_found_by_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_council(tmp_path, referrals=[referral("a", "2020-05-01")], looked_after_episodes=EPISODES)
    (tmp_path / "mapping.toml").write_text('[pseudonyms]\nkey_variable = "NO_SUCH_KEY_OF_THE_TESTS"\n')
    assert main(["check", "--data", str(tmp_path)]) == 3
    assert "pseudonyms.key_variable" in capsys.readouterr().out
