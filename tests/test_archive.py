"""The archive: an edition that changes is kept, nothing is lost where a run ends midway, and what may be known."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.archive import (
    IDENTITY,
    earlier_editions,
    earlier_publications,
    keep_edition,
    read_edition,
    read_figures,
    set_aside,
    year_folders,
)
from ehp_eval.errors import ReportError
from tests.small_runs import contents

YEAR = "2019-20"
COLUMNS = [*IDENTITY, "numerator", "denominator", "value", "note"]


def rows(**numerators: str) -> list[list[str]]:
    """One figure a report, of ten people."""
    return [[name, name, YEAR, "", "", "eoc1", "365", n, "10", "", ""] for name, n in numerators.items()]


def record(year: str = YEAR, started: str = "2021-10-04T09:30:05+01:00", **changes: object) -> dict[str, object]:
    made = {"title": "A", "answer": "7 of 10.", "made_at": started, "files": {f"a-{year}.html": 1}, "flow": []}
    return {
        "council": "A council",
        "records": "case records",
        "extract_date": "2021-09-30",
        "year": year,
        "started_at": started,
        "reports": {"a": made},
    } | changes


def write_figures(folder: Path, content: list[list[str]], columns: list[str] = COLUMNS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(content, columns=columns).to_csv(folder / "figures.csv", index=False)


def publish(folder: Path, content: list[list[str]], **changes: object) -> Path:
    """Write an edition: figures, record, a report, its PDF, and workings."""
    write_figures(folder, content)
    (folder / "run.json").write_text(json.dumps(record(**changes)), encoding="utf-8")
    year = changes.get("year", YEAR)
    (folder / f"a-{year}.html").write_text("before")
    (folder / f"a-{year}.pdf").write_text("before")
    (folder / "workings").mkdir(exist_ok=True)
    (folder / "workings" / "run.log").write_text("before")
    return folder


@pytest.fixture
def folder(tmp_path):
    return publish(tmp_path / "outputs" / YEAR / "public", rows(a="7", b="[c]"))


# What is kept


def test_an_edition_whose_figures_change_is_kept_whole(folder):
    before = contents(folder)
    set_aside(folder)
    (folder / f"a-{YEAR}.html").write_text("after")
    (folder / f"a-{YEAR}.pdf").unlink()
    write_figures(folder, rows(a="8", b="[c]"))
    kept = keep_edition(folder)
    assert kept is not None
    # Half past nine of British Summer Time.
    assert kept.folder == folder / "earlier" / "2021-10-04-083005"
    assert contents(kept.folder) == {name: text for name, text in before.items() if "/" not in name}
    assert kept.words.startswith(f"1 figure of the {YEAR} edition that was there changed or gone: ")
    assert kept.words.endswith(f" is kept in {kept.folder}")
    assert earlier_editions(folder) == [kept.folder]
    assert (folder / f"a-{YEAR}.html").read_text() == "after"


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (rows(a="7", b="[c]"), 0),
        (rows(b="[c]", a="7"), 0),  # another order
        (rows(a="7", b="[c]", new="3"), 0),  # a figure more takes nothing back
        (rows(a="7", b="5"), 1),
        (rows(a="[c]", b="5"), 2),
        (rows(b="[c]"), 1),
        ([], 2),
    ],
)
def test_it_is_kept_only_where_a_published_figure_changes_or_goes(folder, after, lost):
    set_aside(folder)
    write_figures(folder, after)
    kept = keep_edition(folder)
    assert (kept.figures if kept else 0) == lost
    assert (folder / "earlier").exists() == bool(lost)


def test_a_column_more_changes_nothing_and_one_that_goes_does(folder):
    set_aside(folder)
    write_figures(folder, [[*row, "small"] for row in rows(a="7", b="[c]")], [*COLUMNS, "reason"])
    assert keep_edition(folder) is None
    set_aside(folder)
    write_figures(folder, rows(a="7", b="[c]"))
    kept = keep_edition(folder)
    assert kept is not None
    assert kept.figures == 2


def test_the_first_edition_of_a_year_replaces_none(tmp_path):
    folder = tmp_path / YEAR / "public"
    folder.mkdir(parents=True)
    set_aside(folder)
    write_figures(folder, rows(a="7"))
    assert keep_edition(folder) is None
    assert list(contents(folder)) == ["figures.csv"]


def test_editions_made_in_the_same_second_do_not_overwrite_each_other(folder):
    for number in "123":
        set_aside(folder)
        write_figures(folder, rows(a=number))
        assert keep_edition(folder) is not None
    names = [path.name for path in earlier_editions(folder)]
    assert names == [f"2021-10-04-083005{end}" for end in ("-3", "-2", "")]
    values = [read_edition(path).figures["numerator"].to_list() for path in earlier_editions(folder)]
    assert values == [["2"], ["1"], ["7", "[c]"]]


def test_an_edition_with_a_damaged_record_is_kept_all_the_same(folder):
    (folder / "run.json").write_text("{")
    set_aside(folder)
    write_figures(folder, [])
    kept = keep_edition(folder)
    assert kept is not None
    assert (kept.folder / "figures.csv").is_file()


# Where a run ends midway


def test_what_a_run_that_ended_before_the_figures_had_set_aside_stays_until_the_next(folder):
    set_aside(folder)
    (folder / f"a-{YEAR}.html").write_text("half a run")
    set_aside(folder)  # the next run
    write_figures(folder, rows(a="8"))
    kept = keep_edition(folder)
    assert kept is not None
    assert (kept.folder / f"a-{YEAR}.html").read_text() == "before"


def test_after_a_run_that_ended_behind_the_figures_both_editions_are_kept(folder):
    set_aside(folder)
    write_figures(folder, rows(a="8"))
    set_aside(folder)  # the next run
    write_figures(folder, rows(a="9"))
    assert keep_edition(folder) is not None
    found = [read_edition(path).figures["numerator"].to_list() for path in earlier_editions(folder)]
    assert sorted(found) == [["7", "[c]"], ["8"]]


def test_where_it_cannot_be_copied_nothing_is_replaced_and_the_run_says_so(folder, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/home/someone")

    monkeypatch.setattr("ehp_eval.archive.shutil.copy2", full)
    before = contents(folder)
    with pytest.raises(ReportError, match="No space left on device") as caught:
        set_aside(folder)
    assert "someone" not in str(caught.value)
    assert contents(folder) == before
    assert earlier_editions(folder) == []


@settings(max_examples=20, deadline=None)  # every one writes files
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["1", "2", "[c]"])), max_size=6))
def test_no_published_figure_is_ever_lost(tmp_path_factory, runs):
    """Whatever is run after what: every row that stood in figures.csv still stands in some edition."""
    folder = tmp_path_factory.mktemp("runs") / YEAR / "public"
    publish(folder, rows(a="0"))
    published = {("a", "0")}
    for name, number in runs:
        set_aside(folder)
        write_figures(folder, rows(**{name: number}))
        published.add((name, number))
        keep_edition(folder)
    there = set()
    for edition in (folder, *earlier_editions(folder)):
        frame = read_figures(edition)
        there |= set(zip(frame["report"], frame["numerator"], strict=True))
    assert published <= there


# What a reader may already know


def test_earlier_publications_are_all_of_an_audience_the_years_own_first_then_newest_first(folder):
    outputs = folder.parents[1]
    publish(outputs / "2018-19" / "public", rows(a="6"), year="2018-19")
    publish(outputs / "2020-21" / "public", rows(a="9"), year="2020-21")
    publish(outputs / "2018-19" / "internal", rows(a="1"), year="2018-19")
    publish(outputs / "drafts" / "public", rows(a="2"))
    set_aside(folder)
    write_figures(folder, rows(a="8"))
    keep_edition(folder)
    set_aside(folder)  # a run that never ends
    write_figures(folder, rows(a="5"))
    found = earlier_publications(outputs, YEAR, "public")
    assert [frame["numerator"].to_list() for frame in found] == [["5"], ["8"], ["7", "[c]"], ["9"], ["6"]]
    assert all(frame.dtypes.eq("str").all() for frame in found)


def test_a_publication_that_cannot_be_read_stops_the_run(folder):
    other = publish(folder.parents[1] / "2018-19" / "public", rows(a="6"), year="2018-19")
    (other / "figures.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReportError, match=r"2018-19.public.figures\.csv is missing or is not what a run writes"):
        earlier_publications(folder.parents[1], YEAR, "public")


def test_only_financial_years_are_years(tmp_path):
    for name in ("2020-21", "1999-00", "2019-21", "2018-19 copy", "notes", "2017-18"):
        (tmp_path / name / "public").mkdir(parents=True)
    (tmp_path / "2016-17").mkdir()
    assert [label for label, _ in year_folders(tmp_path, "public")] == ["2020-21", "2017-18", "1999-00"]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"reports": 1}', json.dumps(record(started_at="yesterday"))])
def test_a_record_that_no_run_wrote_is_refused_without_its_content(folder, text):
    (folder / "run.json").write_text(text)
    with pytest.raises(ReportError, match=r"run\.json is missing or is not what a run writes") as caught:
        read_edition(folder)
    assert "yesterday" not in str(caught.value)
    assert caught.value.__cause__ is None
