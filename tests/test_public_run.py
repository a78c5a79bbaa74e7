"""The public reports of the shipped data: what is hidden in the release is in no file of the run."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from ehp_eval.claims import examine_claims
from ehp_eval.disclosure import checked
from ehp_eval.disclosure.audit import audit
from ehp_eval.disclosure.audit_text import shown_numbers_faults
from ehp_eval.disclosure.making import release_and_truth
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.release import FEW, SECONDARY, Release, read_release
from ehp_eval.load import load_council, load_reference
from ehp_eval.years import Period
from tests.conftest import ROOT
from tests.releases import hidden, report_of, share

pytestmark = pytest.mark.xdist_group("public")
SMALL = range(1, 5)


@pytest.fixture(scope="module")
def folder(public_run) -> Path:
    return public_run.folder


@pytest.fixture(scope="module")
def made() -> tuple[Release, pd.DataFrame]:
    """The release of the same run made again, and the truth behind it."""
    council = load_council(ROOT / "data")
    return release_and_truth(council, council.year("2020-21"))


@pytest.fixture(scope="module")
def written(folder) -> Release:
    return read_release(folder / "workings/release.json")


def test_the_run_published_what_the_release_holds(made, written):
    release, _ = made
    told = ["note", "reason"]  # what is made up is marked in the one, what is small is kept back of the other
    pd.testing.assert_frame_equal(written.figures.drop(columns=told), release.figures.drop(columns=told))


def test_no_count_of_few_is_released(made, written):
    """But what a cited document gives: everybody knows that."""
    _, truth = made
    counted = (truth["source"] == "records") & truth["unit"].isin(["share", "count"])
    few = counted & truth["numerator"].isin(SMALL) & ~truth["measure"].str.endswith("_change")
    rows = written.figures[few & (written.figures["known"] == "")]
    assert len(rows) > 100
    assert rows["numerator"].isna().all()
    assert rows["hidden"].str.contains("numerator").all()


def test_the_figures_of_the_run_are_those_of_the_release(written, folder):
    figures = pd.read_csv(folder / "figures.csv", dtype="str", keep_default_na=False)
    tidy = written.tidy()
    assert len(figures) == len(tidy)
    assert (figures["numerator"] == HIDDEN).sum() == (tidy["numerator"] == HIDDEN).sum() > 100
    assert not figures.loc[figures["numerator"] == HIDDEN, ["lower", "upper"]].any(axis=None)


def test_the_audit_of_what_was_written_finds_nothing(made):
    release, truth = made
    assert audit(release.figures, truth, release.rule) == []


def test_which_hidden_counts_are_small_is_told_of_no_figure_but_the_headlines(written):
    told = written.figures[~written.figures["reason"].isin(["", FEW, SECONDARY])]
    assert set(told["window_days"].dropna()) <= {365}
    assert set(told["group"]) <= {""}
    headlines = {facts.get("headline") for facts in written.facts.values()}
    assert set(told["year"]) <= headlines


def texts(path: Path) -> list[str]:
    """Everything that a file says: text, descriptions of drawings, cells."""
    if path.suffix == ".html":
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        return [page.get_text(" "), *(str(svg["aria-label"]) for svg in page.find_all("svg"))]
    if path.suffix == ".pdf":
        pdf = PdfReader(BytesIO(path.read_bytes()))
        return [*(page.extract_text() for page in pdf.pages), str(pdf.metadata)]
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        sheets = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
        return [str(cell) for rows in sheets for row in rows for cell in row]
    return [path.read_text(encoding="utf-8")]


COUNCIL_WIDE = ("overview", "looked-after-system")


def test_no_file_says_a_pair_of_counts_that_is_hidden(made, folder):
    """In the reports of services: those of the whole council rank authorities, "18 of 22", among them by chance."""
    release, truth = made
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".html", ".pdf", ".xlsx", ".csv", ".json", ".ipynb", ".log"}
    claims = examine_claims(load_reference(ROOT / "data"), until=Period.year("2020-21"))
    of_documents = " ".join(claim.remark for claim in claims)
    for path in files:
        if path.suffix in (".html", ".pdf", ".xlsx", ".ipynb") and not path.name.startswith(COUNCIL_WIDE):
            said = re.sub(r"<[^>]*>|Page \d+ of \d+", "", re.sub(r"\s+", " ", " ".join(texts(path))))
            faults = shown_numbers_faults(said, release.figures, truth)
            assert [fault for fault in faults if fault not in of_documents] == [], path.name


def test_workbooks_have_no_hidden_sheet_and_no_chart(folder):
    for path in folder.glob("*.xlsx"):
        book = zipfile.ZipFile(path)
        assert 'state="' not in book.read("xl/workbook.xml").decode()
        assert not [name for name in book.namelist() if "chart" in name or "external" in name]


def test_the_record_counts_no_rows_and_hashes_no_records(folder):
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert not {"rows", "repairs", "links", "warnings", "not_let_in", "joined_by_details"} & set(record)
    assert record["inputs"]
    assert not [name for name in record["inputs"] if name.startswith("records")]
    assert all(entry["flow"] == [] for entry in record["reports"].values())


def test_executed_notebooks_name_no_folder_of_this_machine(folder):
    for path in (folder / "workings").glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert "release = 'release.json'" in text
        assert str(ROOT) not in text


def test_every_public_report_answers_its_question(folder):
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for report, entry in record["reports"].items():
        assert re.search(r"\d", entry["answer"]), report
        assert HIDDEN not in entry["answer"], report


@pytest.mark.xdist_group("small")
def test_a_release_that_leaks_stops_the_run_before_anything_is_written(small_run, monkeypatch, capsys):
    """A planted leak: 2 of 20 are hidden, and their share has been left standing."""
    small_run.services("alpha")
    given = {"report": "alpha", "service": "alpha"}
    release = report_of(hidden("eoc1", "small", 20, value=0.1) | given).release
    truth = report_of(share("eoc1", 2, 20) | given).release.figures
    monkeypatch.setattr(checked, "release_and_truth", lambda *_: (release, truth))
    assert small_run.run("--audience", "public", "--service", "alpha") == 4
    said = capsys.readouterr().err
    assert "nothing is published" in said
    assert "alpha, eoc1, 2020-21" in said
    assert said.splitlines()[-1].startswith("ehp-eval: stopped")
    assert not list(small_run.outputs.rglob("*.html"))
