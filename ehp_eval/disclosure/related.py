"""The counts of people that a run tells, by what they count, and how they add up.

`ehp_eval.disclosure.adding_up` finds how; here is what holds it, and hands it to the suppression.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ehp_eval.disclosure.cells import Cell, Relation

if TYPE_CHECKING:
    from ehp_eval.publishing import Disclosure

Row = dict[str, Any]
Key = tuple[str, ...]

NUMERATOR, DENOMINATOR, REST = "numerator", "denominator", "rest"
"""The counts of a row; the rest is the denominator less the numerator."""
ONE = "one"
"""Id of a cell that counts 1 and that everybody knows: so many of it are a known number."""
CURVES = {"eoc2": "eoc1", "bm1i": "bm1", "rf1": "", "psw1": "", "psw1p": ""}
"""Cumulative incidences, and the share without the event that counts the same events."""
_YEAR = re.compile(r"\b\d{4}-\d{2}\b")


def is_small(count: int, rule: Disclosure) -> bool:
    """Return whether a count is hidden by the rule: 1 to `hide_up_to`, and nobody where zeros are not shown."""
    return (0 if rule.show_zero else -1) < count <= rule.hide_up_to


def stem(measure: str) -> str:
    """Return the measure whose counts a row gives: a family-clustered share has those of the plain one."""
    return measure.removesuffix("_family")


def pooled_years(label: str) -> list[str]:
    """Return the single years of a label such as "2017-18 to 2019-20"; empty where it is no pool of years."""
    ends = _YEAR.findall(label)
    if len(ends) != 2:
        return []
    return [f"{begins}-{(begins + 1) % 100:02d}" for begins in range(int(ends[0][:4]), int(ends[1][:4]) + 1)]


def key_of(row: Row, part: str) -> Key:
    """Return by what a count of a row is known."""
    window = "" if row["window_days"] is None else str(row["window_days"])
    return (row["report"], row["stream"], stem(row["measure"]), window, row["group"], row["year"], part)


def is_share(row: Row) -> bool:
    """Return whether the numerator of a row is part of its denominator."""
    return row["unit"] in ("share", "days", "score points")


def cohort_of(key: Key) -> Key:
    """Return a count's report, stream, group and year."""
    return (*key[:2], *key[4:6])


@dataclass
class Related:
    """Counts, and how they add up.

    Attributes
    ----------
    counts : dict of int
        By key.
    same : dict of key
        By key, another key of the same count: the way to the one that stands for all of them.
    relations : set of tuple
        Of (key, coefficient).
    weights : dict of float
        By key, what hiding it costs; a key that is not in it is not displayed.
    published : set of key
        Counts that everybody knows: of `documented` ones, and of those shown in an earlier publication.
    documented : set of key
        Counts that a cited document gives.
    kept : set of key
        Counts that are to be shown, whatever else is hidden for it.
    told : set of key
        Counts of which a reader is told that they are small, where they are: "fewer than 5". Of any other hidden count
        he knows that it is not below `least`.
    least : dict of int
        By key, where that is not 0.
    beside : set of key
        Counts hidden for form's sake: of a base so narrow that, as it is published, nothing can protect them.
    """

    counts: dict[Key, int] = field(default_factory=dict)
    same: dict[Key, Key] = field(default_factory=dict)
    relations: set[tuple[tuple[Key, int], ...]] = field(default_factory=set)
    weights: dict[Key, float] = field(default_factory=dict)
    published: set[Key] = field(default_factory=set)
    documented: set[Key] = field(default_factory=set)
    kept: set[Key] = field(default_factory=set)
    told: set[Key] = field(default_factory=set)
    least: dict[Key, int] = field(default_factory=dict)
    beside: set[Key] = field(default_factory=set)

    def add(self, key: Key, count: int) -> Key:
        """Add a count; one that is there is left as it is."""
        self.counts.setdefault(key, count)
        return key

    def cell(self, key: Key) -> Key:
        """Return the key that stands for everything the same."""
        while key in self.same:
            key = self.same[key]
        return key

    def id(self, key: Key) -> str:
        """Return the id of the cell of a count."""
        return " | ".join(self.cell(key))

    def join(self, one: Key, other: Key) -> None:
        """Take two counts for one where they are there and equal."""
        if one in self.counts and other in self.counts and self.counts[one] == self.counts[other]:
            first, second = sorted((self.cell(one), self.cell(other)))
            if first != second:
                self.same[second] = first

    def relate(self, *terms: tuple[Key, int]) -> None:
        """Add that these add up to nought; what is left over is taken for a number that everybody knows."""
        left = sum(coefficient * self.counts[key] for key, coefficient in terms)
        known = ((ONE,), -left)
        self.relations.add(tuple([*terms, known] if left else terms))

    def difference(self, whole: Key, part: Key, name: str) -> None:
        """Add the people of `whole` who are not in `part` as a count that is not displayed; none below 0."""
        if whole not in self.counts or part not in self.counts:
            return
        if self.counts[whole] >= self.counts[part]:
            rest = self.add((*whole, name), self.counts[whole] - self.counts[part])
            self.relate((whole, 1), (part, -1), (rest, -1))

    def at_least(self, terms: Sequence[tuple[Key, int]], rule: Disclosure, name: str) -> None:
        """Add that these come to nought at least, where they do.

        What they come to is no count of people to be hidden. It stands there so many times that it is never taken for
        a small one.
        """
        over = sum(coefficient * self.counts[key] for key, coefficient in terms)
        if over >= 0:
            times = rule.hide_up_to + 1
            rest = self.add((*terms[0][0], name), times * over)
            self.relate((rest, -1), *((key, times * coefficient) for key, coefficient in terms))

    def quiet(self, rule: Disclosure) -> dict[str, Key]:
        """Return the small counts that nobody is told to be small, by id."""
        known = {self.cell(key) for key in (*self.told, *self.published, *self.kept)}
        cells = dict.fromkeys(self.cell(key) for key in self.counts)
        chosen = [key for key in cells if key not in known and is_small(self.counts[key], rule)]
        return {self.id(key): key for key in chosen}

    def problem(self, rule: Disclosure) -> tuple[list[Cell], list[Relation]]:
        """Return the cells and relations as suppression takes them.

        Suppression knows of each small count that readers are told so. One of which they are not told goes in as a
        count times more than the rule hides, which is not small, beside a stand-in: a small count that changes as it
        does. It is thus proved that it could be another one by as much, near to what it is.
        """
        weights: dict[Key, float] = {}
        for key, weight in self.weights.items():
            weights[self.cell(key)] = weights.get(self.cell(key), 0.0) + weight
        published = {self.cell(key) for key in (*self.published, *self.kept)}
        least: dict[Key, int] = {}
        for key, count in self.least.items():
            least[self.cell(key)] = max(count, least.get(self.cell(key), 0))
        quiet, times = self.quiet(rule), rule.hide_up_to + 1
        beside = {self.cell(key) for key in self.beside}
        cells, sums = [Cell(ONE, 1, exempt=True)], []
        for key in dict.fromkeys(self.cell(key) for key in self.counts):
            name, count = self.id(key), self.counts[key]
            if name not in quiet:
                cells.append(Cell(name, count, key in weights, weights.get(key, 1.0), exempt=key in published))
                continue
            over = count - least.get(key, 0)
            if key in beside:
                cells.append(Cell(name, times * over, shown=False))
                continue
            stand_in = min(2, over + 1, rule.hide_up_to)
            cells.append(Cell(name, times * over, shown=False))
            cells.append(Cell(f"{name} | stand-in", stand_in, shown=False))
            sums.append(Relation(((name, 1), (f"{name} | stand-in", -times), (ONE, times * (stand_in - over)))))
        for terms in self.sums():
            if not any(name in quiet for name, _ in terms):
                sums.append(Relation(terms))
                continue
            by_cell: dict[str, int] = {}
            for name, coefficient in terms:
                if name in quiet:
                    by_cell[name] = coefficient
                    by_cell[ONE] = by_cell.get(ONE, 0) + times * coefficient * least.get(quiet[name], 0)
                else:
                    by_cell[name] = by_cell.get(name, 0) + times * coefficient
            sums.append(Relation(tuple(by_cell.items())))
        return cells, sums

    def small(self, rule: Disclosure) -> set[str]:
        """Return the ids of the small counts that are not published."""
        published = {self.cell(key) for key in self.published}
        cells = {self.cell(key) for key in self.counts} - published
        return {self.id(key) for key in cells if is_small(self.counts[key], rule)}

    def narrow_bases(self, rule: Disclosure) -> set[tuple[Key, int]]:
        """Return the narrow denominators of cohorts that everybody knows, by cohort: of whatever measure they are."""
        published = {self.cell(key) for key in self.published}
        return {
            (cohort_of(key), count)
            for key, count in self.counts.items()
            if key[-1] == DENOMINATOR and 0 < count < 2 * rule.hide_up_to and self.cell(key) in published
        }

    def add_together(self, hidden: Set[str], rule: Disclosure) -> bool:
        """Add what hidden counts come to together where it can be told and is small; return whether there was any.

        Of two groups of one child each the number of children in either is told by the total, as long as no third
        one is hidden.
        """
        keys = {self.id(key): self.cell(key) for key in self.counts}
        small, beside = self.small(rule), {self.id(key) for key in self.beside}
        known = {ONE, *(self.id(key) for key in (*self.weights, *self.published))} - hidden - small
        sums, more = self.sums(), True
        while more:  # what stands alone in a sum is known too
            alone = {left[0] for terms in sums if len(left := [name for name, _ in terms if name not in known]) == 1}
            alone -= small
            known |= alone
            more = bool(alone)
        found = False
        for terms in sums:
            parts = {name: sign for name, sign in terms if name not in known}
            if len(parts) < 2 or set(parts.values()) not in ({1}, {-1}) or parts.keys() & beside:
                continue
            together = ("together", *parts)
            count = sum(self.counts[keys[name]] for name in parts)
            if count and is_small(count, rule) and together not in self.counts:
                self.add(together, count)
                self.relate((together, -1), *((keys[name], 1) for name in parts))
                found = True
        return found

    def sums(self) -> list[tuple[tuple[str, int], ...]]:
        """Return the relations over the ids of the cells, each once."""
        found = set()
        for terms in self.relations:
            by_cell: dict[str, int] = {}
            for key, coefficient in terms:
                cell = ONE if key == (ONE,) else self.id(key)
                by_cell[cell] = by_cell.get(cell, 0) + coefficient
            kept = tuple(sorted((cell, coefficient) for cell, coefficient in by_cell.items() if coefficient))
            if kept:
                found.add(kept)
        return sorted(found)
