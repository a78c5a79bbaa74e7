"""Arranges a page: its parts beneath the headings of a committee report, and without those that are not public.

A notebook tells its story in the order in which it was worked out. Committees read reports under headings of their
own: the parts move there, one level down, and what no heading names stands in an annex, so that nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement

from ehp_eval.words import say

Headings = Sequence[tuple[str, Sequence[str]]]
"""Titles in their order, each with the ids of the parts that stand beneath it."""

ANNEX = "annex"
NOT_PUBLIC = "ehp-not-public"
_LEVEL = re.compile(r"h([2-6])")


@dataclass
class _Section:
    """From one heading of the notebook to the next: passages of what its cells say and then show."""

    heading: Tag | None
    level: int
    part: str
    passages: list[_Passage] = field(default_factory=lambda: [_Passage()])

    def add(self, element: PageElement, *, shown: bool) -> None:
        """Add an element; words after something shown begin a new passage."""
        if self.passages[-1].shown and not shown:
            self.passages.append(_Passage())
        passage = self.passages[-1]
        (passage.shown if shown else passage.words).append(element)

    @property
    def title(self) -> str:
        """The words of its heading."""
        return self.heading.get_text(" ", strip=True) if self.heading else ""

    @property
    def elements(self) -> list[PageElement]:
        """What of it is for this audience, in its order; words that lead only to what is not for it are gone too."""
        first, *others = self.passages
        kept = [first, *(each for each in others if not each.internal)]
        return [element for each in kept for element in (*each.words, *each.shown) if not _is_mark(element)]

    @property
    def shows(self) -> bool:
        """Whether it shows anything, to whomever."""
        return any(each.shown for each in self.passages)

    @property
    def internal(self) -> bool:
        """Whether everything that it shows stands in the internal report alone."""
        return self.shows and all(each.internal for each in self.passages if each.shown)


@dataclass
class _Passage:
    """Words, and what is shown after them."""

    words: list[PageElement] = field(default_factory=list)
    shown: list[PageElement] = field(default_factory=list)

    @property
    def internal(self) -> bool:
        """Whether it shows something, and nothing of it to the public."""
        return bool(self.shown) and all(_is_mark(each) for each in self.shown)


def arrange(page: BeautifulSoup, headings: Headings) -> None:
    """Bring the cells of a page into their final order, in place.

    Parameters
    ----------
    page : BeautifulSoup
        Each cell stands in an element with `data-cell` ("text" or "shown") and, where it begins a part, `data-part`;
        these elements are dissolved.
    headings : sequence of (title, parts)
        Where there are none, or the notebook names no part that is in them, the order of the notebook stays, and so
        does the level of its headings.
    """
    if page.main is None:
        return
    first, sections = _sections(page)
    sections, left_out = _public(sections)
    for cell in page.select("[data-cell]"):
        cell.decompose()
    for element in first:
        page.main.append(element)
    if any(section.part in parts for section in sections for _, parts in headings):
        _by_heading(page, sections, headings)
    else:
        _place(page, sections, down=0)
    if left_out:
        words = say("page.left_to_internal", parts="; ".join(left_out))
        page.main.append(page.new_tag("p", attrs={"class": "ehp-note ehp-left-out"}, string=words))


def _sections(page: BeautifulSoup) -> tuple[list[PageElement], list[_Section]]:
    """Take the cells apart: what stands before the first heading, and the sections, each by its heading."""
    first = _Section(None, 1, "")
    sections: list[_Section] = []
    part = ""
    for cell in page.select("[data-cell]"):
        shown = cell["data-cell"] == "shown"
        named = str(cell.get("data-part", ""))
        for element in list(cell.children):
            level = None if shown else _level(element)
            if level:
                assert isinstance(element, Tag)
                part = named if level == 2 else part
                sections.append(_Section(element.extract(), level, part))
            elif isinstance(element, Tag) or str(element).strip():
                (sections[-1] if sections else first).add(element.extract(), shown=shown)
    return first.elements, sections


def _public(sections: list[_Section]) -> tuple[list[_Section], list[str]]:
    """Leave out the sections without a public form, and those that then stand above nothing; return their titles.

    A section whose own displays are internal stays, without its words, for what stands beneath it and is public.
    """
    kept: list[_Section] = []
    left_out: list[str] = []
    until = 0
    for number, section in enumerate(sections):
        if number < until:
            continue  # beneath one that has been left out
        beneath = _beneath(sections, number)
        if (section.internal or (beneath and not section.shows)) and all(each.internal for each in beneath):
            left_out.append(section.title)
            until = number + 1 + len(beneath)
            continue
        if section.internal:
            section.passages = [_Passage()]
        kept.append(section)
    return kept, left_out


def _beneath(sections: list[_Section], number: int) -> list[_Section]:
    found = []
    for section in sections[number + 1 :]:
        if section.level <= sections[number].level:
            break
        found.append(section)
    return found


def _by_heading(page: BeautifulSoup, sections: list[_Section], headings: Headings) -> None:
    named = [part for _, parts in headings for part in parts]
    annex = dict.fromkeys(section.part for section in sections if section.part not in named)
    for title, parts in [*headings, (say(f"headings.{ANNEX}"), list(annex))]:
        chosen = [section for part in parts for section in sections if section.part == part]
        if chosen and page.main is not None:
            page.main.append(page.new_tag("h2", string=title))
            _place(page, chosen, down=1)


def _place(page: BeautifulSoup, sections: Iterable[_Section], *, down: int) -> None:
    assert page.main is not None
    for section in sections:
        if section.heading is not None:
            section.heading.name = f"h{min(section.level + down, 6)}"
            page.main.append(section.heading)
        for element in section.elements:
            page.main.append(element)


def _level(element: PageElement) -> int | None:
    found = _LEVEL.fullmatch(element.name) if isinstance(element, Tag) else None
    return int(found[1]) if found else None


def _is_mark(element: PageElement) -> bool:
    return isinstance(element, Tag) and NOT_PUBLIC in (element.get("class") or [])
