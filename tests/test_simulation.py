"""How often each verdict comes out: what is made up has the stated truth, and the stored table is what it must be."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ehp_eval import simulation
from ehp_eval.cli import main
from ehp_eval.config import Thresholds, read_settings
from ehp_eval.contract import TABLES
from ehp_eval.load import Council
from ehp_eval.simulation import Cell, as_markdown, in_one_line, made_up, operating_characteristics, simulate
from tests.councils import SETTINGS, council_of, write_council

PROJECT = Path(__file__).parents[1]
THRESHOLDS = Thresholds.model_validate(SETTINGS["thresholds"])
FEW = (Cell(0.1, 0.0, 60, 60), Cell(-0.4, 0.0, 120, 120))
COLUMNS = [column.name for column in TABLES["operating_characteristics"].columns]


@pytest.fixture(scope="module")
def simulated() -> pd.DataFrame:
    return simulate(THRESHOLDS, samples=2, cells=FEW)


@pytest.fixture(scope="module")
def stored() -> pd.DataFrame:
    return pd.read_csv(PROJECT / "data/reference/operating_characteristics.csv")


def test_it_is_the_table_of_the_contract(simulated: pd.DataFrame) -> None:
    assert list(simulated.columns) == COLUMNS
    assert simulated[["continue", "watch", "consider_redirection"]].sum(axis=1).to_numpy() == pytest.approx([1, 1])
    assert simulated["source"].str.contains("2 samples a row").all()


def test_40_points_worse_is_re_directed(simulated: pd.DataFrame) -> None:
    assert simulated["consider_redirection"].tolist() == [0.0, 1.0]


def test_it_is_the_same_again_and_a_row_does_not_depend_on_the_others(simulated: pd.DataFrame) -> None:
    alone = simulate(THRESHOLDS, samples=2, cells=FEW[1:])
    pd.testing.assert_frame_equal(alone, simulated.iloc[1:].reset_index(drop=True))


def test_below_the_minimum_all_is_watched() -> None:
    strict = THRESHOLDS.model_copy(update={"verdict_minimum": 121})
    assert simulate(strict, samples=1, cells=FEW)["watch"].tolist() == [1.0, 1.0]


def test_what_is_made_up_has_the_stated_shares() -> None:
    cell, rng = Cell(0.1, 0.05, 40_000, 40_000), np.random.default_rng(1)
    service, compared = (made_up(cell, rng, served=served) for served in (True, False))
    # By hand: 80% and 20%, and the differences. Of the compared 35% instead of 50% are registered, at 8 points each.
    assert service["good"].mean() == pytest.approx(0.80 + 0.10, abs=0.008)
    assert compared["good"].mean() == pytest.approx(0.80 + 0.15 * 0.08, abs=0.008)
    assert service["harmed"].mean() == pytest.approx(0.20 + 0.05, abs=0.008)
    assert compared["harmed"].mean() == pytest.approx(0.20 - 0.15 * 0.08, abs=0.008)
    # Within a stratum the two differ by the stated difference.
    by_stratum = service.groupby("stratum")["good"].mean() - compared.groupby("stratum")["good"].mean()
    assert len(by_stratum) == 12
    assert by_stratum.to_numpy() == pytest.approx(np.full(12, 0.10), abs=0.03)
    # 1 x 0.55 + 2 x 0.25 + 3 x 0.13 + 4 x 0.07 = 1.72 children a family, no family in both groups or both years.
    assert len(service) / service["family_id"].nunique() == pytest.approx(1.72, abs=0.02)
    assert not set(service["family_id"]) & set(compared["family_id"])
    assert not service.drop_duplicates(["family_id", "year"])["family_id"].duplicated().any()
    assert service["year"].value_counts(normalize=True).to_numpy() == pytest.approx([0.5, 0.5], abs=0.01)


def test_brothers_and_sisters_are_alike() -> None:
    cases = made_up(Cell(0.0, 0.0, 60_000, 1), np.random.default_rng(1), served=True)
    pairs = cases.groupby("family_id")["good"].agg(["first", "last", "size"]).query("size == 2")
    assert np.corrcoef(pairs["first"], pairs["last"])[0, 1] == pytest.approx(0.3, abs=0.04)


def council_with(stored: pd.DataFrame | None, **changes: float) -> Council:
    council = council_of()
    council.tables["operating_characteristics"] = pd.DataFrame(columns=COLUMNS) if stored is None else stored
    thresholds = council.settings.thresholds.model_copy(update=changes)
    object.__setattr__(council, "settings", council.settings.model_copy(update={"thresholds": thresholds}))
    return council


def test_a_report_shows_the_table_only_for_the_present_thresholds(simulated: pd.DataFrame) -> None:
    assert operating_characteristics(council_with(None)) is None
    enough = simulated.assign(samples=100)
    found = operating_characteristics(council_with(enough))
    assert found is not None
    pd.testing.assert_frame_equal(found, enough)
    assert operating_characteristics(council_with(enough, safety_margin=0.06)) is None
    assert operating_characteristics(council_with(enough, caution_below=40)) is not None  # no verdict asks for it


def test_no_report_shows_a_trial_run(simulated: pd.DataFrame) -> None:
    assert operating_characteristics(council_with(simulated.assign(samples=[100, 99]))) is None


def test_the_command_writes_what_a_council_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_council(tmp_path)
    monkeypatch.setattr(simulation, "simulate", partial(simulate, cells=FEW))
    assert main(["simulate", "--data", str(folder), "--samples", "1"]) == 0
    written = pd.read_csv(folder / "reference/operating_characteristics.csv")
    assert list(written.columns) == COLUMNS
    said = capsys.readouterr().out
    assert "1 of 2: true difference +10 points, harm +0, 60 cases, 60 compared: " in said
    assert as_markdown(written) in said
    assert "Standard error of a share: 50.0 points at most" in said


def test_faults_of_the_settings_stop_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_council(tmp_path, settings="[council]\n")
    assert main(["simulate", "--data", str(folder), "--samples", "1"]) == 3
    assert "the thresholds cannot be read" in capsys.readouterr().err
    assert main(["simulate", "--data", str(tmp_path / "nowhere")]) == 2


def test_the_stored_table_is_of_the_present_thresholds(stored: pd.DataFrame) -> None:
    settings, _, _ = read_settings(PROJECT / "data")
    assert settings is not None
    assert set(stored["thresholds"]) == {in_one_line(settings.thresholds)}
    assert [Cell(*row) for row in stored[COLUMNS[:4]].itertuples(index=False)] == list(simulation.CELLS)


def test_the_stored_table_errs_no_more_often_than_its_intervals_allow(stored: pd.DataFrame) -> None:
    # By the definition of a 95% interval: a limit passes the truth in 2.5% of samples, and simulation has its error.
    error = 3 * np.sqrt(0.025 * 0.975 / stored["samples"])
    useless = stored["true_difference"] <= 0
    assert (stored["continue"] <= 0.025 + error)[useless].all()
    # A true difference in harm of 5 points is the margin: it is shown acceptable as seldom.
    harmful = stored["harm_difference"] >= THRESHOLDS.safety_margin
    assert (stored["continue"] <= 0.025 + error)[harmful].all()
    worthwhile = stored["true_difference"] >= 0.05
    assert (stored["consider_redirection"] <= 0.025 + error)[worthwhile].all()
    # Below the two minima there is no such verdict at all.
    assert (stored.loc[stored["cases"] < 100, "consider_redirection"] == 0).all()


def test_the_documentation_has_the_stored_table(stored: pd.DataFrame) -> None:
    page = (PROJECT / "docs/verdict.md").read_text(encoding="utf-8")
    assert as_markdown(stored) in page
    assert stored["source"].iloc[0] in page
