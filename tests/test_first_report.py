"""The worked example of docs/first-report.md, followed as it stands there."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from ehp_eval.cohort import build_cohort
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.contract import RECORDS, TABLES
from ehp_eval.load import Council, load_council, read_folder
from ehp_eval.measures.figures import share_figure
from ehp_eval.measures.primary import counted_at
from ehp_eval.new_folder import new_folder
from ehp_eval.streams import STREAMS
from ehp_eval.synthetic.raw_exports import raw_exports

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "first-report.md"
EXAMPLE = ROOT / "docs" / "first-report"
# The service whose records the exports hold, and the year of the page.
SHIPPED, YEAR = "rapid_response", "2019-20"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The council's folder after step 6; not to be written to."""
    folder = tmp_path_factory.mktemp("first") / "our-council"
    new_folder(folder)
    (folder / "extracts").mkdir()
    for export in EXAMPLE.glob("*.csv"):
        shutil.copy(export, folder / "extracts")
    blocks = re.findall(r"```toml\n# (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    for name, lines in blocks:
        fill_in(folder / name, lines)
    kept = {Path(name).name for name, _ in blocks}
    for service in (folder / "services").iterdir():
        if service.name not in kept:
            service.unlink()
    shutil.copy(EXAMPLE / "mapping.toml", folder)
    return folder


def fill_in(path: Path, lines: str) -> None:
    """Set the settings that the page shows, each of which the template has once."""
    text = path.read_text(encoding="utf-8")
    for line in lines.splitlines():
        setting = line.partition(" = ")[0]
        text, times = re.subn(rf'^{setting} = "[^"]*"', line, text, flags=re.MULTILINE)
        assert times == 1, f"{path.name}: {setting}"
    path.write_text(text, encoding="utf-8")


def main_figure(council: Council, service_id: str) -> tuple[int, int]:
    """Numerator and denominator of the main share at 12 months."""
    cohort = build_cohort(council, council.service(service_id), council.year(YEAR))
    counted = counted_at(cohort, HEADLINE_DAYS)
    row = share_figure(STREAMS[cohort.stream].windowed, cohort, int(counted["good"].sum()), len(counted))
    return row["numerator"], row["denominator"]


def test_the_exports_are_those_that_the_synthetic_records_give() -> None:
    records = {}
    for name in ("referrals", "looked_after_episodes"):
        with (ROOT / "data" / TABLES[name].file).open(encoding="utf-8", newline="") as file:
            records[name] = list(csv.DictReader(file))
    made = raw_exports(records, SHIPPED)
    assert {path.name for path in EXAMPLE.glob("*.csv")} == set(made)
    assert all((EXAMPLE / name).read_bytes() == content for name, content in made.items())
    assert sum(map(len, made.values())) < 150_000


def test_followed_step_by_step_it_has_no_errors(followed: Path) -> None:
    reading = read_folder(followed)
    assert [str(finding) for finding in reading.findings if finding.severity == "error"] == []
    assert reading.supplied == {"referrals", "looked_after_episodes"}
    assert reading.gathered.dropped["referrals"].keys() == {"Worker notes"}
    ids = reading.gathered.extracts["referrals"].text["person_id"]
    assert ids.str.fullmatch("[0-9]{5}").all()
    assert ids.str.startswith("0").any()


def test_it_finds_what_the_shipped_records_say_of_that_service(followed: Path, tmp_path: Path) -> None:
    council = load_council(followed)
    (service,) = council.services
    found = main_figure(council, service.id)
    # Without the visits, which take long to read and have no part in this figure.
    shipped = shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("contacts.csv"))
    assert found == main_figure(load_council(shipped), SHIPPED)
    assert "in {} itself {} of {} had not been looked after".format(YEAR, *found) in PAGE.read_text(encoding="utf-8")


def test_a_code_that_nobody_has_explained_is_listed_with_its_count(followed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(followed, tmp_path / "council")
    mapping = folder / "mapping.toml"
    line = '"PLO" = "public_law_outline"\n'
    assert line in mapping.read_text(encoding="utf-8")
    mapping.write_text(mapping.read_text(encoding="utf-8").replace(line, ""), encoding="utf-8")
    (finding,) = [each for each in read_folder(folder).findings if each.severity == "error"]
    export = (EXAMPLE / "Referrals export.csv").read_text(encoding="cp1252").splitlines()
    rows = [number for number, row in enumerate(export, start=1) if ",PLO," in row]
    assert finding.file == "extracts/Referrals export.csv"
    assert finding.column == "Status when referred"
    assert list(finding.rows) == rows


def test_the_checklist_names_every_needed_column_and_every_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for table in ("referrals", "looked_after_episodes"):
        row = next(line for line in page.splitlines() if line.startswith(f"| `{table}`"))
        needed = re.findall(r"`(\w+)`", row.split("|")[2])
        assert {column.name for column in TABLES[table].columns if column.required} <= set(needed)
        assert set(needed) <= {column.name for column in TABLES[table].columns}
    assert all(f"`{table.name}`" in page for table in RECORDS)
