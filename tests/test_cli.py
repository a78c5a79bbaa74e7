"""The command line: its help, its exit codes, and one clear line for each wrong argument."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ehp_eval.cli import main
from tests.small_runs import contents

DATA = Path(__file__).resolve().parents[1] / "data"


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ehp_eval.cli", *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def alpha(small_run):
    return small_run.services("alpha", "beta")


# Help


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_explains_every_exit_code(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    codes = said.partition("exit codes:")[2]
    assert re.findall(r"^  (\d)  \w", codes, flags=re.MULTILINE) == ["0", "2", "3", "4"]
    assert "figures.csv" in said
    assert "examples:" in said


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    said = capsys.readouterr().out
    for option in ("year", "service", "data", "outputs", "formats", "audience", "jobs", "debug"):
        assert f"  --{option}" in said


def test_help_does_without_the_slow_libraries():
    program = """\
import sys
from ehp_eval.cli import main
try:
    main(["--help"])
finally:
    slow = {"pandas", "numpy", "matplotlib", "papermill", "nbconvert", "weasyprint", "pydantic"} & set(sys.modules)
    print("slow:", sorted(slow), file=sys.stderr)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert said.stderr == "slow: []\n"


def test_the_version_is_that_of_the_package(capsys):
    import ehp_eval

    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"ehp-eval {ehp_eval.__version__}\n"


# Wrong arguments

WRONG = {
    "unknown year": (["--year", "2031-32"], "2031-32"),
    "year before the records": (["--year", "2017-18"], "2019-20, 2020-21"),
    "year in progress": (["--year", "2021-22"], "30 September 2021"),
    "no financial year": (["--year", "2020"], "2020-21"),
    "years that do not follow": (["--year", "2020-22"], "April 2020 to March 2021"),
    "unknown service": (["--service", "gamma"], "alpha, beta"),
    "service before it began": (["--service", "later", "--year", "2019-20"], "began later"),
    "service without a report": (["--service", "unreported"], "no notebook"),
    "one wrong service of two": (["--service", "alpha", "gamma"], "gamma"),
    "unknown format": (["--formats", "html,docx"], "html, pdf, xlsx"),
    "no format": (["--formats", ""], "html, pdf, xlsx"),
    "unknown audience": (["--audience", "everybody"], "public, internal"),
}


@pytest.mark.parametrize(("arguments", "help_with"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_argument_gives_one_clear_line(alpha, capsys, arguments, help_with):
    assert alpha.run(*arguments) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"ehp-eval: .{20,}\n", said), said
    assert help_with in said
    assert not alpha.outputs.exists()


# argparse puts the usage above its line.
UNREADABLE = {
    "unknown option": (["run", "--speed", "9"], "--speed"),
    "unknown command": (["walk"], "run"),
    "no command": ([], "COMMAND"),
    "no jobs": (["run", "--jobs", "0"], "from 1"),
    "fewer than no jobs": (["run", "--jobs=-1"], "from 1"),
    "half a job": (["run", "--jobs", "1.5"], "from 1"),
    "jobs in letters": (["run", "--jobs", "two"], "from 1"),
}


@pytest.mark.parametrize(("arguments", "help_with"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_command_ends_with_one_clear_line(capsys, tmp_path, monkeypatch, arguments, help_with):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("usage: ehp-eval")
    assert "error: " in said.splitlines()[-1]
    assert help_with in said.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_that_is_no_councils_is_a_wrong_argument(capsys, tmp_path, monkeypatch, folder):
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    assert main(["run", "--data", folder]) == 2
    assert re.fullmatch(r"ehp-eval: .*council\.toml.*--data.*\n", capsys.readouterr().err)
    assert list(tmp_path.rglob("*")) == [tmp_path / "inside"]


def test_the_program_itself_ends_with_the_code(tmp_path):
    ended = command("run", "--data", tmp_path, "--outputs", tmp_path / "outputs")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "Traceback" not in ended.stderr


# Faults in the data


@pytest.fixture(scope="module")
def faulty(tmp_path_factory) -> Path:
    """The shipped data with a fault of each kind of file, and of several kinds."""
    folder = tmp_path_factory.mktemp("faulty") / "data"
    shutil.copytree(DATA, folder)

    def spoil(name: str, old: str, new: str) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    spoil("council.toml", "percentages_from", "percentages_form")
    spoil("services/rapid_response.toml", 'unit = "child"', 'unit = "house"')
    (folder / "services/reflect.toml").write_text("this is = not [toml", encoding="utf-8")
    spoil("records/babies.csv", "2018-11-26", "26 Nov 18")
    spoil("records/referrals.csv", "R0002", "R0001")
    spoil("records/persons.csv", "birth_month", "born_in")
    spoil("records/incidents.csv", "serious_incident", "mishap")
    spoil("reference/looked_after_children.csv", "4195", "4 195")
    (folder / "records/notes.csv").write_text("a\n1\n", encoding="utf-8")
    return folder


FAULTS = {
    "council.toml, thresholds.percentages_form": "there is no such setting",
    "council.toml, thresholds.percentages_from": "the setting is missing",
    "services/rapid_response.toml, unit": "correct the value",
    "services/reflect.toml": "not TOML",
    "records/babies.csv, row 2, born_on": "not a date",
    "records/referrals.csv, row 3, referral_id": "earlier row",
    "records/persons.csv, born_in": "list its header under drop",
    "records/incidents.csv, row 2, kind": "not one of the codes serious_incident",
    "reference/looked_after_children.csv, row 2, children": "not a whole number",
    "records/notes.csv": "no such table",
}


def test_every_fault_of_every_file_is_listed_and_nothing_is_written(faulty, capsys, tmp_path):
    outputs = tmp_path / "outputs"
    assert main(["run", "--data", str(faulty), "--outputs", str(outputs)]) == 3
    head, *lines, last = capsys.readouterr().err.splitlines()
    assert head.startswith("ehp-eval: data cannot be evaluated")
    assert last == "ehp-eval: stopped; what is wrong is listed above, and nothing was written"
    for where, what in FAULTS.items():
        assert [line for line in lines if line.startswith(f"  - {where}: ") and what in line], f"{where}\n{lines}"
    assert len(lines) == len(FAULTS), lines
    assert not outputs.exists()


def test_faults_leave_earlier_reports_as_they_were(alpha):
    assert alpha.run("--service", "alpha") == 0
    before = contents(alpha.outputs)
    (alpha.data / "records/referrals.csv").write_text("referral_id\n", encoding="utf-8")
    assert alpha.run() == 3
    assert contents(alpha.outputs) == before


def test_data_without_a_complete_year_are_a_fault(alpha, capsys):
    settings = alpha.data / "council.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("2021-09-30", "2019-07-01"), encoding="utf-8")
    referrals, episodes = (alpha.data / f"records/{name}.csv" for name in ("referrals", "looked_after_episodes"))
    rows = [row for row in referrals.read_text(encoding="utf-8").splitlines() if ",2020-" not in row]
    referrals.write_text("\n".join(rows) + "\n", encoding="utf-8")
    episodes.write_text(episodes.read_text(encoding="utf-8").replace("2020-09-01", "2019-06-10"), encoding="utf-8")
    assert alpha.run() == 3
    assert "no complete" in capsys.readouterr().err
    assert not alpha.outputs.exists()


# Surprises


@pytest.mark.parametrize("arguments", [[], ["--debug"]])
def test_a_traceback_is_shown_only_when_asked_for(alpha, capsys, monkeypatch, arguments):
    def surprise(*_, **__):
        raise RuntimeError("case 4711")

    monkeypatch.setattr("ehp_eval.run.load_council", surprise)
    assert alpha.run(*arguments) == 4
    said = capsys.readouterr().err
    assert said.splitlines()[-1] == "ehp-eval: unexpected RuntimeError; run with --debug to see more"
    assert ("Traceback" in said, "4711" in said) == (bool(arguments), bool(arguments))


@pytest.mark.parametrize("arguments", [[], ["--debug"]])
def test_an_expected_error_has_a_traceback_only_when_asked_for(alpha, capsys, arguments):
    assert alpha.run("--year", "2031-32", *arguments) == 2
    assert ("Traceback" in capsys.readouterr().err) == bool(arguments)


def test_an_interruption_is_said_in_a_line(alpha, capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("ehp_eval.run.load_council", interrupted)
    assert alpha.run() == 4
    assert re.fullmatch(r"ehp-eval: interrupted; .*\n", capsys.readouterr().err)
