"""Fixtures that several test files share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.small_runs import SmallRun

ROOT = Path(__file__).resolve().parents[1]
# A busy machine is no fault: no example has a deadline.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium: the one that EHP_CHROMIUM names, or the first on the path."""
    found = os.environ.get("EHP_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        pytest.fail(
            "The browser tests need Chromium: sudo apt-get install chromium (Debian, Ubuntu), or set "
            "EHP_CHROMIUM to the path of a Chromium or Chrome."
        )
    with sync_playwright() as playwright:
        # No sandbox: it needs rights that containers lack; the only pages opened are the project's own.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of its own."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@dataclass(frozen=True)
class Ran:
    """What a run of the command line left: its folder of reports, and what it said."""

    folder: Path
    said: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def shipped_run(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The internal reports of the shipped data for 2020-21, in all formats; not to be written to.

    Half a minute: mark a test that uses it `pytest.mark.xdist_group("reports")`, so that one worker makes it once.
    """
    return _ran(tmp_path_factory, "internal")


@pytest.fixture(scope="session")
def public_run(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The public reports of the shipped data for 2020-21, in all formats; not to be written to.

    As long as `shipped_run`: the group for the tests that use it is "public".
    """
    return _ran(tmp_path_factory, "public")


def _ran(tmp_path_factory: pytest.TempPathFactory, audience: str) -> Ran:
    outputs = tmp_path_factory.mktemp("shipped") / "outputs"
    command = [sys.executable, "-m", "ehp_eval.cli", "run", "--year", "2020-21", "--outputs", outputs, "--jobs", "2"]
    said = subprocess.run(
        [*command, "--audience", audience],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,  # a run that hangs fails, and does not keep the others waiting
    )
    assert said.returncode == 0, said.stdout + said.stderr
    return Ran(outputs / "2020-21" / audience, said)


@pytest.fixture
def small_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallRun:
    """A council of a few children with notebooks of its own; name its services first."""
    run = SmallRun(tmp_path)
    monkeypatch.setattr("ehp_eval.run.notebooks_folder", lambda: run.notebooks)
    return run
