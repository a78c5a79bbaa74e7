"""Repairs of episodes in the SSDA903 layout, and that yearly files say what one file says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.intake.source import Source
from ehp_eval.intake.ssda903_repairs import REPAIRS, join_persons, repair_episodes
from tests.returns import (
    Period,
    Row,
    applied,
    care,
    episodes,
    listed,
    prepared,
    read,
    table,
    yearly,
)


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


def test_a_wrong_year_elsewhere_in_a_file_takes_no_entry_away() -> None:
    # B's end in 2031 makes the first file look the later one. A left care on 1 August 2020 and came back on 1 December.
    first = [("A", "2019-05-01", "S", "", ""), ("B", "2019-05-01", "S", "2031-06-01", "E4A")]
    second = [("A", "2019-05-01", "S", "2020-08-01", "E4A"), ("A", "2020-12-01", "S", "", "")]
    sources, repairs, _ = repair_episodes(yearly([first, second]), "X1")
    assert repairs["corrected_in_a_later_file"] == 0
    periods = care(sources).periods.query("person_id == 'A'")
    assert periods["started_on"].dt.strftime("%Y-%m-%d").tolist() == ["2019-05-01", "2020-12-01"]
