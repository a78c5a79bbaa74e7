"""What axe finds on a page: the rules of WCAG 2.2 to level AA, and its best practices."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")


def violations(page: Page, address: str) -> str:
    """Return the report of violations on a page, everything in it opened; empty where there are none."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return str(found.generate_report()) if found.violations_count else ""
