"""The audit of a release: can a hidden count be worked out from all that is published?

It tries what a reader could try, without the code that hides: whole numbers that remain possible for every hidden
count, given all shown numbers, how they add up (`ehp_eval.disclosure.audit_relations`), earlier publications, and
every percentage, limit and difference left standing (`ehp_eval.disclosure.numerators`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ehp_eval.disclosure.audit_counts import Book, Line, book_of
from ehp_eval.disclosure.audit_ranges import Part
from ehp_eval.disclosure.audit_relations import COLUMNS, WORDS, Derived, relate
from ehp_eval.disclosure.audit_values import few, search
from ehp_eval.disclosure.numerators import Range
from ehp_eval.errors import ReportError
from ehp_eval.publishing import Disclosure

_ADDED_UP = ("pooled", "groups", "flow")


@dataclass(frozen=True)
class Leak:
    """A count that a reader can work out, or nearly.

    Attributes
    ----------
    measure, report, year, group : str
    window_days : int or None
    column : str
        "numerator", "denominator" or "complement", of the row or of what can be derived from it; "value" where it is
        a quantity of too few.
    low, high : int
        What remains possible. Never to be written where others read it.
    how : str
        Which relation or number gives it away, without the count.
    """

    measure: str
    report: str
    year: str
    group: str
    window_days: int | None
    column: str
    low: int
    high: int
    how: str


def audit(
    published: pd.DataFrame, truth: pd.DataFrame, rule: Disclosure, previous: Sequence[pd.DataFrame] = ()
) -> list[Leak]:
    """Return every count that a release gives away.

    Parameters
    ----------
    published : DataFrame
        The columns of `ehp_eval.measures.figures.FIGURE_COLUMNS`, then hidden, reason and known; see
        `ehp_eval.disclosure.release`. Hidden numbers are missing in it.
    truth : DataFrame
        The same rows in the same order with nothing hidden. Only with it is tested whether a relation that a reader may
        assume holds; no range comes from it.
    rule : Disclosure
    previous : sequence of DataFrame
        Figures of earlier publications, as read from `figures.csv` with dtype str.

    Returns
    -------
    list of Leak
        In the order of the rows; empty where nothing can be worked out.

    Raises
    ------
    ReportError
        When a number is shown that is not the one counted from the records.
    ValueError
        When the two frames do not have the same rows.

    Notes
    -----
    Leaks: a count of 1 to `hide_up_to` (a hidden one, a complement, a step between two windows, a remainder of groups)
    of which fewer than three whole numbers remain possible, or fewer than all where these are less; a small
    denominator in the same way; a hidden numerator of a shown denominator below twice `hide_up_to`, of which every
    split is small on one side; and a quantity such as a median shown for fewer than `least_at_risk`.
    """
    if len(published) != len(truth):
        raise ValueError("published and truth must have the same rows: both come from one release")
    nothing = published.iloc[:0], truth.iloc[:0]
    try:
        found = _audit(published, truth, rule, previous)
        # What earlier publications gave away already cannot be mended now.
        before = _audit(*nothing, rule, previous) if previous else None
    except ReportError:
        if not previous:
            raise
        # Earlier publications that counted otherwise do not add up with this one: what they show is taken by itself.
        found, before = _audit(published, truth, rule, previous, adding_up=False), None
    return list(dict.fromkeys([*found.leaks(), *found.of_earlier(before), *found.of_few()]))


def _audit(
    published: pd.DataFrame,
    truth: pd.DataFrame,
    rule: Disclosure,
    previous: Sequence[pd.DataFrame],
    *,
    adding_up: bool = True,
) -> _Audit:
    book = book_of(published, truth, rule, list(previous))
    derived: list[Derived] = []
    for number, lines in enumerate(book.publications if adding_up else book.publications[:1]):
        others = [line for other, each in enumerate(book.publications) if other != number for line in each]
        derived += relate(book.system, lines, others)
    book.system.spread()
    search(book)
    return _Audit(book, derived)


class _Audit:
    """The search for leaks in a book whose bounds have been spread."""

    def __init__(self, book: Book, derived: list[Derived]) -> None:
        self.book, self.system, self.rule = book, book.system, book.rule
        self.derived = derived
        self.parts = {at: part for part in self.system.parts() for at in part[0]}
        self.explored: dict[int, Part] = {}
        self.exact: dict[int, Range] = {}

    def leaks(self) -> list[Leak]:
        """Return the leaks, each count once."""
        found: dict[int | tuple[int, str], Leak] = {}
        for line in self.book.publications[0]:
            if line.exempt:
                continue
            for column, at in line.counts().items():
                most = self.rule.hide_up_to
                if column == "d" and "denominator" in line.hidden and line.reason == "base":
                    most = 2 * most - 1
                primary = bool(line.hidden) and line.reason != "secondary"
                if at not in found and (ends := self.pinned(at, most, hidden=primary)):
                    found[at] = _leak(line, column, ends, self.how(at, line, column))
            if line.n is not None and line.d is not None and self.few_splits(line):
                found.setdefault(
                    (line.n, "splits"), _leak(line, "n", self.range_of(line.n), "few splits of the denominator remain")
                )
        most = self.rule.hide_up_to
        for each in self.derived:
            if each.line.earlier or each.line.exempt or each.at in found:
                continue
            if ends := self.pinned(each.at, most, hidden=False):
                found[each.at] = _leak(each.line, each.column, ends, WORDS[each.kind], group=each.group)
        return [*found.values(), *self.sums_of_hidden()]

    def range_of(self, at: int) -> Range:
        """Return what remains possible for a count, exactly."""
        if self.system.settled(at):
            return Range(self.system.low[at], self.system.high[at])
        if at not in self.exact:
            self.exact[at] = self.part_of(at).range_of(at)
        return self.exact[at]

    def part_of(self, at: int) -> Part:
        """Return the connected part that a count in doubt is in, looked at in some ways."""
        counts, sums = self.parts[at]
        if counts[0] not in self.explored:
            part = self.explored[counts[0]] = Part(self.system, counts, sums)
            # Those that cannot be small need not be looked at; two numbers more than one are room enough.
            most = 2 * self.rule.hide_up_to
            truths = {each: self.system.truth[each] for each in counts}
            part.explore((each for each, true in truths.items() if true is None or 1 <= true < most), 2)
        return self.explored[counts[0]]

    def pinned(self, at: int, most: int, *, hidden: bool = True) -> Range | None:
        """Return what remains possible for a count if that is too little and it is a small one, else None."""
        truth = self.system.truth[at]
        # What is true remains possible always, so that a count that is not small need not be looked for.
        if truth is not None and not 1 <= truth <= most:
            return None
        if self.system.high[at] < 1 or self.system.low[at] > most:
            return None
        fewest = min(2, self.rule.hide_up_to - 1) if hidden else max(1, min(2, self.rule.hide_up_to - 1))
        if not self.system.settled(at):
            seen = self.part_of(at).seen[at]
            if seen.high - seen.low >= fewest or seen.low < 1 or seen.high > most:
                return None
        ends = self.range_of(at)
        return ends if ends.low >= 1 and ends.high <= most and ends.high - ends.low < fewest else None

    def few_splits(self, line: Line) -> bool:
        """Say whether a shown denominator is so small that each split of it is small on one side."""
        if line.d is None or "numerator" not in line.hidden or "denominator" in line.hidden or line.c is None:
            return False
        low, high = self.system.low[line.d], self.system.high[line.d]
        return low == high and 0 < high < 2 * self.rule.hide_up_to

    def how(self, at: int, line: Line, column: str) -> str:
        """Say in words what gives a count away."""
        if self.system.settled(at) or at not in self.exact:
            hidden = {"n": "numerator", "d": "denominator", "c": "numerator"}[column] in line.hidden
            return WORDS[self.system.why[at] or ("same" if hidden else "")]
        kinds = dict.fromkeys(total.kind for total in self.parts[at][1])
        return "; ".join(["several relations together", *(WORDS[kind] for kind in kinds)])

    def of_few(self) -> list[Leak]:
        """Return the quantities that are shown for too few."""
        lines = few(self.book)
        return [_leak(line, "value", self.range_of(line.d or 0), "a quantity of too few is shown") for line in lines]

    def sums_of_hidden(self) -> list[Leak]:
        """Return what several hidden counts come to together where the shown ones give it and it is small."""
        lines = {at: (line, name) for line in self.book.publications[0] for name, at in line.counts().items()}
        found = []
        for total in self.system.sums:
            if total.kind not in _ADDED_UP or total.least != total.most:
                continue
            free = [(at, sign) for at, sign in total.terms if not self.system.settled(at)]
            if len(free) < 2 or len({sign for _, sign in free}) > 1 or any(self.system.low[at] < 0 for at, _ in free):
                continue
            known = sum(sign * self.system.low[at] for at, sign in total.terms if self.system.settled(at))
            together = (total.least - known) * free[0][1]
            own = next((lines[at] for at, _ in free if at in lines), None)
            if own and not own[0].exempt and 1 <= together <= self.rule.hide_up_to:
                how = f"what several hidden counts come to together: {WORDS[total.kind]}"
                found.append(_leak(*own, Range(together, together), how))
        return found

    def of_earlier(self, before: _Audit | None) -> list[Leak]:
        """Return counts hidden in an earlier publication that this release gives away."""
        now = {at for line in self.book.publications[0] for at in line.counts().values()}
        found: dict[int, Leak] = {}
        for number, lines in enumerate(self.book.publications[1:], start=1):
            for position, line in enumerate(lines):
                column = {"small": "n", "complement": "c"}.get(line.reason, "")
                at = line.counts().get(column)
                if at is None or at in now or at in found or line.exempt or "numerator" not in line.hidden:
                    continue
                ends = self.pinned(at, self.rule.hide_up_to)
                same = before.book.publications[number][position].counts()[column] if before else None
                if ends and not (before and same is not None and before.pinned(same, self.rule.hide_up_to)):
                    found[at] = _leak(line, column, ends, f"hidden in an earlier year: {self.how(at, line, column)}")
        return list(found.values())


def _leak(line: Line, column: str, ends: Range, how: str, group: str | None = None) -> Leak:
    return Leak(
        measure=line.measure,
        report=line.report,
        year=line.year,
        group=line.group if group is None else group,
        window_days=line.window,
        column=COLUMNS.get(column, column),
        low=ends.low,
        high=ends.high,
        how=how,
    )
