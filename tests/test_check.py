"""`ehp-eval check`: everything that is wrong in a folder, at once, by rule and row, without a value of a record."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from ehp_eval.cli import main
from ehp_eval.errors import ArgumentError
from tests.councils import episode, referral, status, write_council

KEYS = ["file", "row", "column", "rule", "severity", "message"]
CANARY = "Canary-7391"


def checked(folder: Path, capsys: pytest.CaptureFixture[str], **content: Any) -> tuple[int, list[dict[str, Any]], str]:
    """Check a council of these tables: the exit code, the findings as JSON, and what was said."""
    write_council(folder / "council", **content)
    code = main(["check", "--data", str(folder / "council"), "--json", str(folder / "findings.json")])
    said = capsys.readouterr()
    assert not said.err
    return code, json.loads((folder / "findings.json").read_text(encoding="utf-8")), said.out


GOOD = {
    "referrals": [referral("a", "2020-05-01"), referral("b", "2020-05-02")],
    "looked_after_episodes": [episode("a", "2020-07-01")],
}


def test_a_folder_without_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, findings, said = checked(tmp_path, capsys, **GOOD)
    assert code == 0
    # The tables that were not supplied are warned of, and stop nothing.
    assert {finding["severity"] for finding in findings} == {"warning"}
    assert {finding["rule"] for finding in findings} == {"not supplied"}
    assert "can be evaluated: no errors" in said


def test_every_finding_has_its_row_and_all_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = [
        referral("a", "2020-05-01"),
        referral("b", "2020-05-02", stream="edge"),
        referral("c", "2020-05-02", referred_on="2020-05-03"),
        referral("d", "2020-05-02", stream="edges"),
    ]
    code, findings, said = checked(tmp_path, capsys, **GOOD | {"referrals": bad})
    assert code == 3
    assert all(list(finding) == KEYS for finding in findings)
    errors = [finding for finding in findings if finding["severity"] == "error"]
    # The header is row 1, so the second of the rows stands in row 3.
    assert [(each["file"], each["row"], each["column"], each["rule"]) for each in errors] == [
        # What a cell shows stands before what only two cells show together.
        ("records/referrals.csv", 3, "stream", "unknown code"),
        ("records/referrals.csv", 5, "stream", "unknown code"),
        ("records/referrals.csv", 4, "accepted_on", "order of dates"),
    ]
    assert all(each["message"] for each in findings)
    # By rule first, then where they are.
    assert said.index("2  unknown code") < said.index("rows 3, 5")
    assert "cannot be evaluated until the errors are mended" in said


def test_findings_of_every_kind_come_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, findings, _ = checked(
        tmp_path,
        capsys,
        services={"doorstep": "title = 3"},
        referrals=[referral("a", "2021-12-31"), referral("a", "2021-12-31")],
        status_events="person_id,date\na,2020-05-01\n",
        contacts="nothing,known\n1,2\n",
        claims="claim_id\nc\nc\n",
    )
    assert code == 3
    assert {(each["file"], each["rule"]) for each in findings if each["severity"] == "error"} >= {
        ("services/doorstep.toml", "missing"),
        ("records/referrals.csv", "after the extract"),
        ("records/referrals.csv", "repeated"),
        ("records/status_events.csv", "missing column"),
        ("records/contacts.csv", "header"),
        ("reference/claims.csv", "missing column"),
        ("reference/claims.csv", "repeated"),
    }


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_full_list_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str) -> None:
    rows = [referral(str(n), "soon", referred_on="2020-05-01") for n in range(60)]
    write_council(tmp_path / "council", **GOOD | {"referrals": rows})
    listed = tmp_path / f"list{ending}"
    assert main(["check", "--data", str(tmp_path / "council"), "--list", str(listed)]) == 3
    if ending == ".csv":
        with listed.open(encoding="utf-8-sig", newline="") as file:
            grid: list[list[Any]] = list(csv.reader(file))
    else:
        grid = CalamineWorkbook.from_path(listed).get_sheet_by_index(0).to_python()
    assert grid[0] == KEYS
    bad = [row for row in grid[1:] if row[3] == "date"]
    assert [int(float(row[1])) for row in bad] == list(range(2, 62))  # every row, not the first ten
    capsys.readouterr()


def test_no_value_of_a_record_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, findings, said = checked(
        tmp_path,
        capsys,
        referrals=[referral(CANARY, "2020-05-02", referral_id=CANARY, stream=CANARY, service=CANARY)] * 2,
        persons=[{"person_id": CANARY, "birth_month": CANARY, "locality": f"1 {CANARY} Road, CF31 4WB"}] * 2,
        looked_after_episodes=[episode(CANARY, CANARY)],
        status_events=[status(CANARY, "2020-01-01", CANARY)],
    )
    assert code == 3
    assert CANARY not in said + json.dumps(findings)


def test_a_folder_without_any_usable_table_cannot_be_evaluated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, findings, _ = checked(tmp_path, capsys, referrals="referral_id,person_id\n")
    assert code == 3
    lacking = {each["file"]: each["severity"] for each in findings if each["rule"] == "not supplied"}
    assert lacking["records/looked_after_episodes.csv"] == "error"
    assert lacking["records/incidents.csv"] == "warning"  # no service depends on it


def test_what_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_council(tmp_path / "council", **GOOD)
    for option, name in (("--json", "nowhere/findings.json"), ("--list", "findings.doc")):
        assert main(["check", "--data", str(folder), option, str(tmp_path / name)]) == ArgumentError.exit_code
        assert Path(name).name in capsys.readouterr().err
    assert main(["check", "--data", str(tmp_path / "nowhere")]) == ArgumentError.exit_code
    assert "--data" in capsys.readouterr().err
