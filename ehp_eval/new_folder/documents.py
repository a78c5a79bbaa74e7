"""The pages that a council's folder brings along, and what the data dictionary among them says of each table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ehp_eval.errors import EhpError

DICTIONARY = "README.md"
PAGES = {DICTIONARY: "data", "first-report.md": "docs", "checks.md": "docs", "ssda903.md": "docs"}
"""The pages, by the folder of the repository that each is in. An installed package holds them beside this module."""


@dataclass(frozen=True, slots=True)
class Described:
    """What the data dictionary says of a table.

    Attributes
    ----------
    about : str
        The paragraph under its heading.
    columns : dict of str
        What each column holds, by its name.
    """

    about: str
    columns: dict[str, str]


def page(name: str) -> str:
    """Return the text of a page as it is to stand in a council's folder, where all pages are beside each other."""
    package = Path(__file__).parent
    for path in (package / name, package.parents[1] / PAGES[name] / name):
        if path.is_file():
            return re.sub(r"\]\(\.\./(?:docs|data)/", "](", path.read_text(encoding="utf-8"))
    raise EhpError(f"{name} is missing: install the package again, or work from a clone of its repository")


def described() -> dict[str, Described]:
    """Return what the data dictionary says of each table, by the table's name."""
    sections = re.split(r"^### +(\S+)[ \t]*$", page(DICTIONARY), flags=re.MULTILINE)
    found = {}
    for name, section in zip(sections[1::2], sections[2::2], strict=True):
        rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
        columns = {row[0].strip().strip("`"): _plain(row[-1]) for row in rows}
        found[name] = Described(_plain(section.strip().split("\n\n", 1)[0]), columns)
    return found


def _plain(text: str) -> str:
    """Return Markdown of one line without its marks."""
    return re.sub(r"\[(.+?)\]\(.+?\)", r"\1", text).replace("`", "").strip()
