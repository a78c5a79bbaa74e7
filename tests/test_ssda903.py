"""The SSDA903 layout: its codes, its repairs, and that yearly files say what one file says."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.intake.mapping import read_mapping
from ehp_eval.intake.source import Source
from ehp_eval.intake.ssda903 import Return, read_return
from ehp_eval.intake.ssda903_repairs import REPAIRS, join_persons, repair_episodes
from ehp_eval.periods import PeriodsOfCare, periods_of_care

EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"
STARTS = {"S": "started", "L": "legal_status", "P": "placement"}
Row = tuple[str, str, str, str, str]
"""CHILD, DECOM, RNE, DEC and REC."""
Period = tuple[str, str, str | None]


def episodes(*rows: Row, status: str = "C2") -> str:
    """Write a file as the return lays it out; dates are given as they stand in it."""
    rest = ",AB1 2CD,EF3 4GH,1234567"
    lines = [f"{who},{start},{rne},{status},N1,U4,PR1,{end},{rec},{rest}" for who, start, rne, end, rec in rows]
    return "\n".join([EPISODES, *lines])


def header(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


def read(folder: Path, files: dict[str, str], more: str = "") -> Return:
    """Read a council whose files are named e... for episodes and h... for headers."""
    files = {"e.csv": EPISODES} | files if all(name.startswith("h") for name in files) else files
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    listed = {kind: [name for name in files if name.startswith(kind[0])] for kind in ("episodes", "header")}
    (folder / "mapping.toml").write_text(
        f"[ssda903]\nepisodes = {listed['episodes']}\nheader = {listed['header']}\n{more}", encoding="utf-8"
    )
    mapping, findings = read_mapping(folder)
    assert not findings
    assert mapping.ssda903
    return read_return(folder, mapping.ssda903, mapping)


def prepared(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Source:
    """Return a file as it is once its cells are read: contract's names, ISO dates."""
    frame = pd.DataFrame(rows, columns=list(columns), index=range(2, len(rows) + 2), dtype="str")
    return Source(name, frame.mask(frame == ""), {"ended_on": "DEC", "reason_ended": "REC"})


def yearly(files: Sequence[Sequence[Row]], status: str = "C2") -> list[Source]:
    columns = ("person_id", "started_on", "reason_started", "ended_on", "reason_ended", "legal_status")
    return [
        prepared(f"e{number}", columns, [(who, day, STARTS[rne], end, rec, status) for who, day, rne, end, rec in rows])
        for number, rows in enumerate(files)
    ]


def table(sources: Sequence[Source]) -> pd.DataFrame:
    return pd.concat([source.text for source in sources], ignore_index=True)


def care(sources: Sequence[Source]) -> PeriodsOfCare:
    rows = table(sources)
    for name in ("started_on", "ended_on"):
        rows[name] = pd.to_datetime(rows[name], format="%Y-%m-%d")
    return periods_of_care(rows)


def listed(found: PeriodsOfCare) -> list[Period]:
    frame = found.periods
    days = [frame[name].dt.strftime("%Y-%m-%d") for name in ("started_on", "ended_on")]
    return [
        (person, start, end if isinstance(end, str) else None)
        for person, start, end in zip(frame["person_id"], *days, strict=True)
    ]


def applied(counts: dict[str, int]) -> dict[str, int]:
    return {rule: count for rule, count in counts.items() if count}


@pytest.mark.parametrize(
    ("files", "expected", "repairs", "later"),
    [
        pytest.param(
            [[("007", "2018-06-01", "S", "", "")], [("007", "2018-06-01", "S", "", "")]],
            [("007", "2018-06-01", None)],
            {"repeated_in_another_file": 1},
            {},
            id="the same row in two files counts once",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "", "")], [("A", "2018-06-01", "S", "2019-05-15", "E4A")]],
            [("A", "2018-06-01", "2019-05-15")],
            {},
            {"duplicate": 1},
            id="open at the year end, closed in the next file",
        ),
        pytest.param(
            [
                [("A", "2018-06-01", "S", "", "")],
                [("A", "2018-06-01", "S", "2019-05-15", "X1"), ("A", "2019-05-15", "P", "", "")],
            ],
            [("A", "2018-06-01", None)],
            {},
            {"duplicate": 1},
            id="closed in the next file, where care goes on",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "", ""), ("A", "2018-08-01", "P", "2018-10-01", "E4B")]],
            [("A", "2018-06-01", "2018-10-01")],
            {},
            {"left_open": 1},
            id="a row after an episode that was never closed",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "2018-08-01", "X1"), ("A", "2018-07-20", "P", "2018-10-01", "E4B")]],
            [("A", "2018-06-01", "2018-10-01")],
            {},
            {"overlap": 1},
            id="overlaps",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "2018-08-01", "X1"), ("A", "2018-08-20", "P", "2018-10-01", "E4B")]],
            [("A", "2018-06-01", "2018-08-01"), ("A", "2018-08-20", "2018-10-01")],
            {},
            {"continues_after_a_gap": 1},
            id="a gap",
        ),
        pytest.param(
            [[("A", "2018-06-01", "L", "2018-08-01", "E4A")]],
            [("A", "2018-06-01", "2018-08-01")],
            {},
            {"first_is_no_start": 1},
            id="the first row is no start",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "", "")], [("A", "2018-06-01", "S", "2019-04-01", "E4A")]],
            [("A", "2018-06-01", "2019-04-01")],
            {},
            {"duplicate": 1},
            id="a real end on 1 April stays, though the file before holds the episode open",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "2019-03-31", "E4A")], [("A", "2019-04-01", "S", "", "")]],
            [("A", "2018-06-01", "2019-03-31"), ("A", "2019-04-01", None)],
            {},
            {},
            id="a real end on 31 March and a return the day after",
        ),
        pytest.param(
            [
                [("A", "2018-06-01", "S", "2019-04-01", "X1")],
                [("A", "2018-06-01", "S", "", ""), ("B", "2019-09-09", "S", "", "")],
            ],
            [("A", "2018-06-01", None), ("B", "2019-09-09", None)],
            {"closed_at_the_year_end": 1},
            {"duplicate": 1},
            id="closed on 1 April for the return alone, and open in the next",
        ),
        pytest.param(
            [
                [("A", "2018-06-01", "S", "", "")],
                [("A", "2018-06-01", "S", "2020-03-31", "X1")],
                [("B", "2020-06-01", "S", "2020-07-01", "E4A")],
            ],
            [("A", "2018-06-01", "2020-03-31"), ("B", "2020-06-01", "2020-07-01")],
            {},
            {"duplicate": 1},
            id="closed at the year end and in no later file: the end stands",
        ),
        pytest.param(
            [
                [("A", "2018-06-01", "S", "2019-03-31", "X1")],
                [("A", "2018-06-01", "S", "2020-03-31", "X1")],
                [("A", "2018-06-01", "S", "2020-05-20", "E4A")],
            ],
            [("A", "2018-06-01", "2020-05-20")],
            {},
            {"duplicate": 2},
            id="closed for every return until the real end, which is the latest",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "2019-04-01", "X1"), ("B", "2019-03-31", "S", "", "")]],
            [("A", "2018-06-01", None), ("B", "2019-03-31", None)],
            {"closed_at_the_year_end": 1},
            {},
            id="closed where the files end: what follows is in the next return",
        ),
        pytest.param(
            [
                [("A", "2018-06-01", "S", "2019-03-31", "X1")],
                [("A", "2019-04-01", "S", "2019-07-01", "E4A")],
            ],
            [("A", "2018-06-01", "2019-07-01")],
            {"split_at_the_year_end": 1},
            {"started_on_the_day_of_the_end": 1},
            id="closed on 31 March and begun anew on 1 April",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "2019-04-01", "X1"), ("A", "2019-04-01", "P", "2019-07-01", "E4A")]],
            [("A", "2018-06-01", "2019-07-01")],
            {},
            {},
            id="a move on 1 April",
        ),
        pytest.param(
            [
                [("A", "2018-06-01", "S", "", "")],
                [("A", "2018-06-01", "S", "2019-04-01", "X1"), ("A", "2019-04-01", "P", "2019-07-01", "E4A")],
            ],
            [("A", "2018-06-01", "2019-07-01")],
            {},
            {"duplicate": 1},
            id="a move on 1 April, the file before holding the episode open",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "2018-09-01", "X1"), ("B", "2019-01-01", "S", "", "")]],
            [("A", "2018-06-01", "2018-09-01"), ("B", "2019-01-01", None)],
            {},
            {},
            id="X1 without a following episode within the year: the end stands",
        ),
        pytest.param(
            [[("A", "2018-06-01", "S", "2018-05-01", "E4A"), ("A", "2018-06-02", "S", "", "")]],
            [("A", "2018-06-02", None)],
            {},
            {"ends_before_start": 1},
            id="an end before the start",
        ),
        pytest.param(
            [
                [("A", "2016-09-27", "S", "", "")],
                [("A", "2016-09-23", "S", "2017-05-30", "E2")],
            ],
            [("A", "2016-09-23", "2017-05-30")],
            {"corrected_in_a_later_file": 1},
            {},
            id="open with a start that the next return puts earlier",
        ),
    ],
)
def test_each_case(
    files: list[list[Row]], expected: list[Period], repairs: dict[str, int], later: dict[str, int]
) -> None:
    sources, counts, _ = repair_episodes(yearly(files), "X1")
    found = care(sources)
    assert listed(found) == expected
    assert applied(counts) == repairs
    assert applied(found.repairs["care"].to_dict()) == later


def test_respite_is_apart() -> None:
    files = [
        *yearly([[("A", "2018-06-01", "S", "2018-06-03", "E8")]], status="V3"),
        *yearly([[("A", "2018-06-01", "S", "", "")]], status="V4"),
        *yearly([[("A", "2018-09-05", "S", "", "")]], status="C1"),
    ]
    found = care(repair_episodes(files, "X1")[0])
    assert listed(found) == [("A", "2018-09-05", None)]
    assert len(found.respite) == 1


def test_yearly_files_from_the_return_to_periods_of_care(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "e2019.csv": episodes(("007", "01/06/2018", "S", "", ""), ("008", "02/01/2019", "S", "31/03/2019", "X1")),
            "e2020.csv": episodes(("007", "01/06/2018", "S", "01/04/2019", "E4A"), ("008", "02/01/2019", "S", "", "")),
            "e2021.csv": episodes(("008", "02/01/2019", "S", "", "")),
        },
    )
    assert listed(care(found.sources["looked_after_episodes"])) == [
        ("007", "2018-06-01", "2019-04-01"),
        ("008", "2019-01-02", None),
    ]
    assert set(found.repairs) == set(REPAIRS)
    assert applied(found.repairs) == {"repeated_in_another_file": 1, "closed_at_the_year_end": 1}
    assert applied(found.left_out["looked_after_episodes"]) == {"repeated_in_another_file": 1}
    assert not found.findings


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


def headers(*files: Sequence[Sequence[str]]) -> list[Source]:
    columns = ("person_id", "sex", "birth_month", "ethnicity")
    return [prepared(f"h{number}", columns, rows) for number, rows in enumerate(files)]


def test_a_child_has_one_row_whatever_the_number_of_headers() -> None:
    first = [("A", "M", "2009-02", "U"), ("B", "F", "2010-03", "white"), ("C", "M", "2011-01", "white")]
    second = [("A", "M", "2009-02", "mixed"), ("B", "F", "2010-03", "white"), ("C", "M", "2011-01", "mixed")]
    sources, repairs = join_persons(headers(first, second, [("A", "", "2009-02", "U")]))
    assert table(sources).to_numpy().tolist() == [
        ["A", "M", "2009-02", "mixed"],
        ["B", "F", "2010-03", "white"],
        ["C", "M", "2011-01", "mixed"],
    ]
    assert repairs == {"person_repeated": 4, "ethnicity_of_the_last_file": 1}


def test_two_months_of_birth_or_sexes_are_left_for_the_checks() -> None:
    first = [("A", "M", "2009-02", "white"), ("B", "M", "2009-02", "white")]
    second = [("A", "M", "2009-03", "white"), ("B", "F", "2009-02", "white")]
    sources, repairs = join_persons(headers(first, second, second[:1]))
    assert table(sources).to_numpy().tolist() == [list(row) for row in (*first, *second)]
    assert applied(repairs) == {"person_repeated": 1}


def test_what_no_rule_can_mend_is_a_warning() -> None:
    files: list[list[Row]] = [
        [
            ("SECRET7", "2018-06-01", "S", "", ""),
            ("B", "2018-06-01", "S", "2018-09-01", "X1"),
            ("C", "2018-06-01", "S", "", ""),
            ("D", "2018-06-01", "S", "", ""),
        ],
        [("C", "2018-06-01", "S", "", ""), ("D", "2019-06-01", "S", "2019-06-09", "E4A")],
    ]
    findings = repair_episodes(yearly(files), "X1")[2]
    assert [(found.file, found.column, found.rule, found.rows, found.severity) for found in findings] == [
        ("e0", "REC", "no episode follows", (3,), "warning"),
        ("e0", "DEC", "open in an earlier year", (2,), "warning"),
    ]
    assert "SECRET7" not in " ".join(map(str, findings))


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


FIRST = date(2015, 4, 1)
YEARS = range(2016, 2023)
YEAR_ENDS = [date(year, 3, 30) + timedelta(days=n) for year in YEARS[:-1] for n in range(5)]


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Draw episodes as they are: each follows the one before on its day, or begins care anew after days out of it."""
    rows: list[Row] = []
    any_day = st.integers(0, 6 * 365).map(lambda n: FIRST + timedelta(days=n))
    for child in range(draw(st.integers(1, 6))):
        days = sorted(draw(st.sets(st.sampled_from(YEAR_ENDS) | any_day, min_size=1, max_size=7)))
        rne = "S"
        for start, end in zip(days, [*days[1:], None], strict=True):
            if not rne:  # out of care
                rne = "S"
                continue
            rec = "" if end is None else draw(st.sampled_from(["E4A", "X1"]))
            rows.append((f"{child:03}", start.isoformat(), rne, end.isoformat() if end else "", rec))
            rne = draw(st.sampled_from("LP")) if rec == "X1" else ""
    return rows


@settings(max_examples=12, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_yearly_files_in_any_order_say_what_one_file_says(rows: list[Row], random: Any) -> None:
    files: list[list[Row]] = []
    for year in YEARS:
        begins, ends = f"{year - 1}-04-01", f"{year}-03-31"
        kept = [
            (child, start, rne, end, rec) if end and end <= ends else (child, start, rne, "", "")
            for child, start, rne, end, rec in rows
            if start <= ends and (not end or end >= begins)
        ]
        random.shuffle(kept)
        files.append(kept)
    random.shuffle(files)
    sources, repairs, findings = repair_episodes(yearly(files), "X1")
    whole = yearly([[(f"whole {child}", *rest) for child, *rest in rows]])
    both = listed(care([*sources, *whole]))
    assert [(f"whole {child}", *days) for child, *days in both if not child.startswith("whole")] == [
        period for period in both if period[0].startswith("whole")
    ]
    assert set(applied(repairs)) <= {"repeated_in_another_file"}
    assert sum(map(len, files)) == len(table(sources)) + repairs["repeated_in_another_file"]
    assert not findings


def test_codes_that_decide_count_in_any_letters(tmp_path: Path) -> None:
    text = episodes(("A", "01/05/2019", "S", "31/03/2020", "x1"), status="v3")
    found = read(tmp_path, {"e.csv": text})
    (row,) = table(found.sources["looked_after_episodes"]).fillna("").to_dict("records")
    assert (row["legal_status"], row["ended_on"]) == ("V3", "")  # closed for the return alone
    assert found.repairs["closed_at_the_year_end"] == 1


def test_a_wrong_year_elsewhere_in_a_file_takes_no_entry_away() -> None:
    # B's end in 2031 makes the first file look the later one. A left care on 1 August 2020 and came back on 1 December.
    first = [("A", "2019-05-01", "S", "", ""), ("B", "2019-05-01", "S", "2031-06-01", "E4A")]
    second = [("A", "2019-05-01", "S", "2020-08-01", "E4A"), ("A", "2020-12-01", "S", "", "")]
    sources, repairs, _ = repair_episodes(yearly([first, second]), "X1")
    assert repairs["corrected_in_a_later_file"] == 0
    periods = care(sources).periods.query("person_id == 'A'")
    assert periods["started_on"].dt.strftime("%Y-%m-%d").tolist() == ["2019-05-01", "2020-12-01"]


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
