"""When something goes wrong in the annual run: what it says, and that no earlier report is harmed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ehp_eval.cli import main
from ehp_eval.report import PdfUnavailableError
from tests.small_runs import PARAMETERS, SmallRun, contents, publishing, read_figures

ROOT = Path(__file__).resolve().parents[1]
failing = pytest.mark.xdist_group("failing")


def made_earlier(small_run) -> dict[str, bytes]:
    """A report of an earlier run with a PDF beside it, and a notebook that now gives another figure."""
    assert small_run.services("alpha").run("--service", "alpha") == 0
    (small_run.reports / "alpha-2020-21.pdf").write_bytes(b"earlier")
    small_run.notebook("alpha", publishing(numerator=1))
    return contents(small_run.reports)


# When reports fail

# How each goes wrong, and what the run must say of it.
FAILING = {
    "raises": (["{}['person 4711']"], "KeyError in cell 3 of raises.ipynb"),
    "explains": (
        ["from ehp_eval.errors import StatisticsError\nraise StatisticsError('Give one number.')"],
        "Give one number.",
    ),
    "warns": (["import sys; print('person 4711', file=sys.stderr)", publishing()], "wrote to stderr"),
    "no_alt": (["display({'image/png': 'iVBORw0KGgo='}, raw=True)", publishing()], "no description"),
    "twice": ([publishing(), publishing()], "publishes 2 sets of figures"),
    "never": (["1"], "publishes 0 sets of figures"),
    "dies": (["import os; os._exit(1)"], "DeadKernelError"),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """A run that made all reports, then one in which all but two fail: what was there, what is there, what was said.

    Every report but the first had been made before; all that is called `good` succeeds both times.
    """
    names = ["new", "good", *FAILING]
    small = SmallRun(tmp_path_factory.mktemp("failing")).services(*names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ehp_eval.run.notebooks_folder", lambda: small.notebooks)
        assert small.run("--service", *names[1:]) == 0
    for name in FAILING:  # an earlier run had made PDFs too
        (small.reports / f"{name.replace('_', '-')}-2020-21.pdf").write_bytes(b"earlier")
    before = contents(small.reports)
    for name, (cells, _) in FAILING.items():
        small.notebook(name, *cells)
    small.notebook("new", "raise ValueError('person 4711')")
    small.notebook("good", publishing(numerator=1))
    program = f"""\
import sys
from pathlib import Path
import ehp_eval.run
from tests.small_runs import SmallRun
if __name__ == "__main__":
    small = SmallRun(Path({str(small.folder)!r}))
    ehp_eval.run.notebooks_folder = lambda: small.notebooks
    sys.exit(small.run("--jobs", "2", "--service", *{names!r}))
"""
    script = small.folder / "script.py"
    script.write_text(program, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,  # a run that hangs fails, and does not keep the others waiting
    )
    return small, before, said


def report_id(name: str) -> str:
    return name.replace("_", "-")


@failing
def test_a_failing_report_makes_the_run_fail(failed):
    _, _, said = failed
    assert said.returncode == 4
    assert "Traceback" not in said.stdout + said.stderr


@failing
@pytest.mark.parametrize(("name", "why"), [(name, why) for name, (_, why) in FAILING.items()], ids=FAILING)
def test_the_last_lines_say_which_failed_and_why(failed, name, why):
    _, _, said = failed
    last = said.stderr.splitlines()[-len(FAILING) - 1 :]
    (line,) = [line for line in last if line.startswith(f"ehp-eval: {report_id(name)} failed: ")]
    assert why in line
    assert re.search(rf"\] {report_id(name)} .*failed: .*{re.escape(why)}", said.stdout)


@failing
@pytest.mark.parametrize("name", FAILING)
def test_a_failing_report_leaves_the_one_before_as_it_was(failed, name):
    small, before, _ = failed
    stem = f"{report_id(name)}-2020-21"
    now = contents(small.reports)
    for file in (f"{stem}.html", f"{stem}.pdf", f"workings/{stem}.ipynb"):
        assert now[file] == before[file], file


@failing
def test_a_report_that_fails_the_first_time_leaves_nothing(failed):
    small, _, _ = failed
    assert not [name for name in contents(small.reports) if "new-2020-21" in name]


@failing
def test_the_other_reports_are_made(failed):
    small, before, _ = failed
    now = contents(small.reports)
    assert b"1 of 3." in now["good-2020-21.html"]
    assert b"2 of 3." in before["good-2020-21.html"]


@failing
def test_figures_and_record_keep_what_stands_of_a_failed_report(failed):
    small, _, _ = failed
    figures = read_figures(small.reports)
    found = dict(zip(figures["service"], figures["numerator"], strict=True))
    assert found == {"good": "1", **dict.fromkeys(FAILING, "2")}
    record = json.loads((small.reports / "run.json").read_text(encoding="utf-8"))
    outcomes = {unit["report"]: unit["outcome"] for unit in record["units"]}
    assert outcomes == {"good": "made", "new": "failed", **{report_id(name): "failed" for name in FAILING}}
    assert record["reports"]["good"]["answer"] == "1 of 3."
    assert record["reports"]["raises"]["answer"] == "2 of 3."
    assert "new" not in record["reports"]


@failing
def test_the_index_says_which_report_was_not_renewed(failed):
    small, _, _ = failed
    index = (small.reports / "index.html").read_text(encoding="utf-8")
    assert index.count("Not renewed by the latest run") == len(FAILING)
    assert 'href="raises-2020-21.html"' in index
    assert "new-2020-21" not in index


@failing
def test_nothing_half_written_remains(failed):
    small, before, _ = failed
    assert not list(small.outputs.rglob(".*"))
    # What was replaced is kept, and the figures that changed are listed.
    now = {name for name in contents(small.reports) if not name.startswith("earlier/")}
    assert now - {"revisions.csv"} == set(before)


@failing
def test_nobody_is_named_where_a_report_fails(failed):
    small, _, said = failed
    assert "4711" not in said.stdout + said.stderr
    for name, content in contents(small.reports).items():
        assert b"4711" not in content, name


def test_the_traceback_is_shown_when_asked_for_and_kept_in_no_file(small_run, capsys):
    small_run.services("alpha").notebook("alpha", "raise ValueError('person ' + str(4710 + 1))")
    assert small_run.run("--service", "alpha", "--debug") == 4
    said = capsys.readouterr()
    assert "ValueError: person 4711" in re.sub(r"\x1b\[[0-9;]*m", "", said.out + said.err)
    assert set(contents(small_run.reports)) >= {"run.json", "workings/run.log"}
    for name, content in contents(small_run.outputs).items():
        assert b"4711" not in content, name


def test_a_report_whose_pdf_is_open_elsewhere_stays_as_it_was(small_run, capsys, monkeypatch):
    """Windows lets nobody replace a PDF while a reader shows it; then the page must not be newer than its PDF."""
    before = made_earlier(small_run)
    replace = Path.replace

    def refuse(self, target):
        if Path(target).suffix == ".pdf":
            raise PermissionError(13, "in use", str(self), None, str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("ehp_eval.report.render_pdf", lambda html: b"new")
    assert small_run.run("--service", "alpha", "--formats", "html,pdf") == 4
    assert "'alpha-2020-21.pdf' cannot be replaced: close it where it is open" in capsys.readouterr().err
    now = contents(small_run.reports)
    for name in ("alpha-2020-21.html", "alpha-2020-21.pdf", "workings/alpha-2020-21.ipynb", "figures.csv"):
        assert now[name] == before[name], name
    assert not list(small_run.outputs.rglob(".*"))


def test_the_year_is_the_latest_complete_one_unless_another_is_named(small_run):
    small_run.services("alpha")
    assert small_run.run("--service", "alpha") == 0
    assert small_run.run("--service", "alpha", "--year", "2019-20") == 0
    pages = [path.relative_to(small_run.outputs).as_posix() for path in sorted(small_run.outputs.rglob("alpha-*.html"))]
    assert pages == ["2019-20/internal/alpha-2019-20.html", "2020-21/internal/alpha-2020-21.html"]


def test_kernels_do_not_meet_on_a_port(small_run):
    """Two that start together can pick the same port, and then wait for ever; and others could listen there."""
    asking = (
        "import json\nfrom ipykernel.connect import get_connection_info\nkernel = json.loads(get_connection_info())"
    )
    telling = publishing().replace("display(", 'content["answer"] = kernel["transport"]\ndisplay(')
    small_run.services("alpha").notebook("alpha", asking, telling)
    assert small_run.run("--service", "alpha") == 0
    record = json.loads((small_run.reports / "run.json").read_text(encoding="utf-8"))
    expected = "tcp" if sys.platform == "win32" else "ipc"  # ZeroMQ has no sockets of files on Windows
    assert record["reports"]["alpha"]["answer"] == expected


def test_no_file_tells_where_the_data_are(small_run):
    small_run.services("alpha")
    assert small_run.run("--service", "alpha") == 0
    for name, content in contents(small_run.outputs).items():
        assert str(small_run.folder).encode() not in content, name


# Notebooks that cannot be run

UNFIT = {
    "no parameters": ((), "one cell must have the tag 'parameters'; 0 have"),
    "parameters twice": ((PARAMETERS, 'year: str = ""'), "2 have"),
    "a parameter misspelt": ((PARAMETERS.replace("audience", "audeince"),), "audeince"),
    "a parameter too many": ((f"{PARAMETERS}\nwindow: int = 365",), "window"),
    "a parameter too few": ((PARAMETERS.partition("\n")[0],), "parameters are year"),
}


@pytest.mark.parametrize(("parameters", "why"), UNFIT.values(), ids=UNFIT.keys())
def test_an_unfit_notebook_is_named_before_anything_is_written(small_run, capsys, parameters, why):
    small_run.services("alpha", "beta").notebook("beta", publishing(), parameters=parameters)
    assert small_run.run("--service", "alpha", "beta") == 4
    said = capsys.readouterr().err
    assert re.fullmatch(r"ehp-eval: beta\.ipynb: .*\n", said), said
    assert why in said
    assert not small_run.outputs.exists()


def test_a_missing_notebook_is_named_before_anything_is_written(small_run, capsys):
    small_run.services("alpha", "beta")
    (small_run.notebooks / "beta.ipynb").unlink()
    assert small_run.run("--service", "alpha", "beta") == 4
    assert "There is no notebook 'beta.ipynb'" in capsys.readouterr().err
    assert not small_run.outputs.exists()


def test_a_report_needs_no_notebook_but_its_own(small_run):
    small_run.services("alpha", "beta")
    (small_run.notebooks / "beta.ipynb").unlink()
    assert small_run.run("--service", "alpha") == 0
    assert {"alpha-2020-21.html", "figures.csv", "run.json", "index.html"} <= set(contents(small_run.reports))


# Where PDF cannot be made


@pytest.fixture
def without_pango(monkeypatch):
    def unavailable(html):
        raise PdfUnavailableError("PDF files cannot be made here: install Pango.")

    monkeypatch.setattr("ehp_eval.report.render_pdf", unavailable)


def test_without_the_library_the_html_is_made_all_the_same(small_run, without_pango, capsys, monkeypatch):
    made_earlier(small_run)
    assert run_with_default_formats(small_run) == 0
    assert "install Pango" in capsys.readouterr().out
    now = contents(small_run.reports)
    assert b"1 of 3." in now["alpha-2020-21.html"]
    assert "alpha-2020-21.pdf" not in now, "an earlier year's PDF beside a new page would tell another story"
    assert ".pdf" not in now["index.html"].decode()
    assert list(read_figures(small_run.reports)["numerator"]) == ["1"]


def run_with_default_formats(small_run) -> int:
    folders = ["--data", str(small_run.data), "--outputs", str(small_run.outputs)]
    return main(["run", *folders, "--jobs", "1", "--audience", "internal", "--service", "alpha"])


def test_without_the_library_a_pdf_asked_for_by_name_is_a_failure(small_run, without_pango, capsys):
    made_earlier(small_run)
    assert small_run.run("--service", "alpha", "--formats", "html,pdf") == 4
    assert "alpha failed: PDF files cannot be made here: install Pango." in capsys.readouterr().err
    now = contents(small_run.reports)
    assert b"1 of 3." in now["alpha-2020-21.html"], "the HTML is made all the same"
    # What stands beside the page is of the same run.
    assert list(read_figures(small_run.reports)["numerator"]) == ["1"]
    assert "1 of 3." in BeautifulSoup(now["index.html"].decode(), "html.parser").get_text()
    assert ".pdf" not in now["index.html"].decode()


def test_without_the_library_pdf_alone_leaves_the_earlier_report(small_run, without_pango):
    before = made_earlier(small_run)
    assert small_run.run("--service", "alpha", "--formats", "pdf") == 4
    now = contents(small_run.reports)
    for name in ("alpha-2020-21.html", "alpha-2020-21.pdf", "figures.csv"):
        assert now.get(name) == before[name], name
