"""Fixtures that several test files share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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
