"""`ehp-eval new DIR --demo`: a fictional council that is whole, sound, and says what is true in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from ehp_eval.cli import main
from ehp_eval.config import CouncilSettings, read_settings
from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError
from ehp_eval.evaluation import evaluate
from ehp_eval.intake.gather import WORKBOOK
from ehp_eval.load import load_council, read_folder
from ehp_eval.new_folder import FICTIONAL, TRUTH, new_folder
from ehp_eval.standardisation import Standardised, standardised_difference
from ehp_eval.synthetic.known_effect_coverage import child_rows

PAGE = "fictional-council.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fictional council's folder; not to be written to."""
    folder = tmp_path_factory.mktemp("new") / "fictional"
    new_folder(folder, demo=True)
    return folder


@pytest.fixture(scope="module")
def settings() -> CouncilSettings:
    found = read_settings(FICTIONAL)[0]
    assert found is not None
    return found


@pytest.fixture(scope="module")
def truth() -> dict:
    return tomllib.loads((FICTIONAL / TRUTH).read_text(encoding="utf-8"))


def test_it_has_settings_records_reference_tables_and_pages_and_no_empty_workbook(made):
    found = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    supplied = ("comparison", "looked_after_episodes", "persons", "referrals", "service_costs", "status_events")
    assert {TABLES[name].file for name in supplied} <= found
    assert {TRUTH, PAGE, "README.md", "council.toml", "mapping.toml"} <= found
    assert {path.relative_to(FICTIONAL).as_posix() for path in FICTIONAL.rglob("*") if path.is_file()} <= found
    assert WORKBOOK not in found
    tables = {name for name in found if name.endswith(".csv")}
    assert tables <= {table.file for table in TABLES.values()}


def test_its_evaluation_finds_what_is_true(made, truth):
    council = load_council(made)
    found = {each.id: evaluate(council, each, council.latest_year) for each in council.services}
    assert {name: each.verdict.verdict for name, each in found.items()} == {
        "cynnal": "continue",
        "camau": "consider_redirection",
        "agor_drws": "watch",
    }
    assert found["agor_drws"].verdict.reasons == ("no_comparator",)
    effects = {each["id"]: each["effect"] for each in truth["service"] if found[each["id"]].comparison}
    assert set(effects) == {"cynnal", "camau"}
    for name, effect in effects.items():
        difference = found[name].comparison.outcome.difference
        assert difference.lower <= effect <= difference.upper


def test_it_is_the_same_byte_for_byte_each_time(made, tmp_path, capsys):
    assert main(["new", str(tmp_path / "again"), "--demo"]) == 0
    said = capsys.readouterr().out
    assert "a fictional council" in said
    assert PAGE in said
    files = [path for path in made.rglob("*") if path.is_file()]
    assert all(path.read_bytes() == (tmp_path / "again" / path.relative_to(made)).read_bytes() for path in files)


def test_a_folder_with_something_in_it_is_left_alone(made):
    with pytest.raises(ArgumentError, match="not empty"):
        new_folder(made, demo=True)


def test_the_check_finds_no_errors_and_one_warning(made):
    reading = read_folder(made)
    findings = [*reading.findings, *reading.not_supplied]
    assert [(each.severity, each.rule, each.file) for each in findings] == [
        ("warning", "not supplied", "records/contacts.csv")
    ]


def test_it_is_called_fictional_and_its_name_is_nobodys(settings):
    assert settings.council.records == "fictional"
    published = Path(__file__).parents[1] / "data/reference"
    name = settings.council.authority
    assert all(name not in path.read_text(encoding="utf-8") for path in published.glob("*.csv"))


def test_every_published_figure_of_it_says_that_it_is_made_up(made):
    for path in (made / "reference").glob("*.csv"):
        rows = pd.read_csv(path, dtype="str")
        assert rows["source"].str.contains("fictional|made up").all(), path.name


def test_its_thresholds_are_those_of_every_new_folder(settings):
    template = FICTIONAL.parent / "templates/council.toml"
    shipped = tomllib.loads(template.read_text(encoding="utf-8"))["thresholds"]
    assert settings.thresholds.model_dump() == shipped


def test_its_page_states_what_is_true(made, truth):
    lines = (made / PAGE).read_text(encoding="utf-8").splitlines()
    titles = {service.id: service.title for service in read_settings(FICTIONAL)[1]}
    for service in truth["service"]:
        (line,) = (line for line in lines if re.match(rf"\| {titles[service['id']]} \|.* (points|0) \|", line))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[1] == f"{100 * service['effect']:+.0f} points"
        assert cells[2] == f"{100 * service['harm_effect']:.0f} points"
        assert cells[3:5] == [str(service["children_a_year"]), str(service.get("comparison_a_year", "none"))]


def test_what_is_drawn_in_it_shows_what_its_page_promises(truth, settings):
    """The differences that the verdicts rest on: one shown better and no more harm, one below what is worthwhile."""
    thresholds = settings.thresholds
    rows = child_rows(truth, truth["seed"])

    def found(service: str, column: str, year: str = "") -> Standardised:
        asked = rows[(rows["service"] == service) & rows["year"].str.startswith(year)]
        return standardised_difference(asked.assign(good=asked[column]), replicates=200)

    works, safe = found("cynnal", "good"), found("cynnal", "harmed")
    assert works.difference.lower > thresholds.continue_above
    assert works.difference.upper > thresholds.worthwhile_difference
    assert safe.difference.upper <= thresholds.safety_margin
    weak = found("camau", "good")
    assert weak.difference.upper < thresholds.worthwhile_difference
    assert weak.n_service >= thresholds.redirection_minimum
    for year in truth["years"][:-1]:
        assert found("camau", "good", year).difference.value < thresholds.worthwhile_difference
    assert min(works.covered, weak.covered) >= thresholds.overlap_minimum
    assert set(rows["service"]) == {"cynnal", "camau"}  # the third has no comparison group
