"""What whole numbers remain possible for a count, given what is shown and how the counts add up.

First bounds are passed on from sum to sum, which settles nearly all; then integer programming, one connected part of
what is left at a time, gives the exact least and greatest number. `scipy.optimize.milp` (HiGHS) was chosen since the
project has scipy already.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ehp_eval.disclosure.numerators import Range
from ehp_eval.errors import ReportError


class Sum(NamedTuple):
    """Coefficient times count over the terms lies from `least` to `most`.

    Attributes
    ----------
    terms : tuple of (int, int)
        Position of a count and its coefficient, which is 1 or -1.
    kind : str
        Which relation it is; see `ehp_eval.disclosure.audit_relations.WORDS`.
    """

    terms: tuple[tuple[int, int], ...]
    least: int
    most: int
    kind: str


@dataclass
class System:
    """Counts, what an attacker knows of each, and how they add up.

    Attributes
    ----------
    most : int
        No count is greater.
    low, high : list of int
        What is known of each count.
    apart : list of int
        Counts from 1 to this one are known not to be meant; 0 where nothing is known of that.
    truth : list of (int or None)
        With it is tested whether a relation that may be assumed holds; None where it is not known. No range comes
        from it.
    why : list of str
        The kind of sum that narrowed the count last.
    sums : list of Sum
    """

    most: int
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    apart: list[int] = field(default_factory=list)
    truth: list[int | None] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    _met: set[Sum] = field(default_factory=set)
    _by_count: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def count(self, known: Range | None = None, truth: int | None = None, *, apart: int = 0) -> int:
        """Add a count and return its position; from 0 up where nothing is known of it."""
        low, high = known or Range(0, self.most)
        self.low.append(low)
        self.high.append(high)
        self.truth.append(truth)
        self.apart.append(apart)
        self.why.append("")
        return len(self.low) - 1

    def holds(self, terms: Iterable[tuple[int, int]], least: int = 0, most: int = 0, *, certain: bool = False) -> bool:
        """Say whether a sum is true. Where the truth is not known: no; if it is `certain`, whether it can be."""
        lowest = highest = 0
        for at, sign in terms:
            truth = self.truth[at]
            if truth is None and not certain:
                return False
            ends = (self.low[at], self.high[at]) if truth is None else (truth, truth)
            lowest += sign * ends[sign < 0]
            highest += sign * ends[sign > 0]
        return lowest <= most and highest >= least

    def add(
        self, terms: Iterable[tuple[int, int]], kind: str, *, least: int = 0, most: int = 0, certain: bool = False
    ) -> bool:
        """Add a sum if it holds, as `holds` says, and say whether it does."""
        total: dict[int, int] = defaultdict(int)
        for at, sign in terms:
            total[at] += sign
        found = Sum(tuple((at, sign) for at, sign in sorted(total.items()) if sign), least, most, kind)
        if not found.terms:
            return True
        if not self.holds(found.terms, least, most, certain=certain):
            return False
        if found not in self._met:
            self._met.add(found)
            for at, _ in found.terms:
                self._by_count[at].append(len(self.sums))
            self.sums.append(found)
        return True

    def same(self, one: int, other: int, kind: str) -> bool:
        """Add that two counts are one and the same, if they are."""
        return self.add(((one, 1), (other, -1)), kind)

    def narrow(self, at: int, low: int, high: int, kind: str) -> bool:
        """Take into account that a count lies from `low` to `high`; say whether that was news.

        Raises
        ------
        ReportError
            When nothing remains possible: a number is shown that is none of the records'.
        """
        low, high = max(low, self.low[at]), min(high, self.high[at])
        apart = self.apart[at]
        if 1 <= low <= apart:
            low = apart + 1
        if 1 <= high <= apart:
            high = 0
        if low > high:
            raise ReportError(
                "The figures of the release contradict each other: a shown number is not the one counted from the "
                "records. Make the release again from the same records."
            )
        if (low, high) == (self.low[at], self.high[at]):
            return False
        self.low[at], self.high[at], self.why[at] = low, high, kind
        return True

    def spread(self, changed: Iterable[int] | None = None) -> None:
        """Pass bounds on from sum to sum until nothing changes any more."""
        for at in range(len(self.low)):
            self.narrow(at, self.low[at], self.high[at], self.why[at])  # by what it is known not to be
        start = range(len(self.sums)) if changed is None else {i for at in changed for i in self._by_count[at]}
        waiting = deque(start)
        queued = set(waiting)
        while waiting:
            position = waiting.popleft()
            queued.discard(position)
            for at in self._tighten(self.sums[position]):
                for other in self._by_count[at]:
                    if other not in queued:
                        queued.add(other)
                        waiting.append(other)

    def _tighten(self, total: Sum) -> list[int]:
        low, high = self.low, self.high
        lowest = sum(sign * (low[at] if sign > 0 else high[at]) for at, sign in total.terms)
        highest = sum(sign * (high[at] if sign > 0 else low[at]) for at, sign in total.terms)
        if lowest >= total.least and highest <= total.most:
            return []
        changed = []
        for at, sign in total.terms:
            own = (sign * low[at], sign * high[at]) if sign > 0 else (sign * high[at], sign * low[at])
            least = total.least - (highest - own[1])
            most = total.most - (lowest - own[0])
            ends = _divided(least, most, sign)
            if self.narrow(at, *ends, total.kind):
                changed.append(at)
        return changed

    def settled(self, at: int) -> bool:
        """Say whether only one number remains possible for a count by the bounds alone."""
        return self.low[at] == self.high[at]

    def parts(self) -> list[tuple[list[int], list[Sum]]]:
        """Return the connected parts of what is not settled: the counts and the sums of each, for `Part`."""
        leader = list(range(len(self.low)))

        def of(at: int) -> int:
            while leader[at] != at:
                leader[at] = leader[leader[at]]
                at = leader[at]
            return at

        open_sums = []
        for total in self.sums:
            free = [at for at, _ in total.terms if not self.settled(at)]
            if free:
                open_sums.append((free[0], total))
                for at in free[1:]:
                    leader[of(at)] = of(free[0])
        counts, sums = defaultdict(list), defaultdict(list)
        for at in range(len(leader)):
            if not self.settled(at):
                counts[of(at)].append(at)
        for at, total in open_sums:
            sums[of(at)].append(total)
        return [(found, sums[at]) for at, found in counts.items()]


def _divided(least: int, most: int, by: int) -> tuple[int, int]:
    if by < 0:
        least, most, by = -most, -least, -by
    return -(-least // by), most // by


class Part:
    """A connected part of what is not settled, put to the solver.

    Parameters
    ----------
    system : System
    counts, sums : list
        As `System.parts` gives them.

    Attributes
    ----------
    seen : dict of Range
        The least and the greatest number of each count that have come up so far: both are possible.
    """

    def __init__(self, system: System, counts: list[int], sums: list[Sum]) -> None:
        from scipy.optimize import Bounds, LinearConstraint  # imported here: only counts in doubt need it
        from scipy.sparse import coo_array

        self.counts = counts
        self.seen: dict[int, Range] = {}
        self._column = {at: position for position, at in enumerate(counts)}
        gaps = [at for at in counts if system.apart[at] and system.low[at] <= 0 < system.high[at]]
        self._width = len(counts) + len(gaps)
        entries: list[tuple[int, int, int]] = []
        least: list[float] = []
        most: list[float] = []
        for total in sums:
            known = sum(sign * system.low[at] for at, sign in total.terms if at not in self._column)
            entries += [(len(least), self._column[at], sign) for at, sign in total.terms if at in self._column]
            least.append(total.least - known)
            most.append(total.most - known)
        for number, at in enumerate(gaps):  # nought, or more than those that are known not to be meant
            for factor, sense in ((system.apart[at] + 1, 1), (system.high[at], -1)):
                entries += [(len(least), self._column[at], sense)]
                entries += [(len(least), len(counts) + number, -sense * factor)]
                least.append(0)
                most.append(np.inf)
        self._bounds = Bounds(
            [*(system.low[at] for at in counts), *[0] * len(gaps)],
            [*(system.high[at] for at in counts), *[1] * len(gaps)],
        )
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        table = coo_array((values, (rows, columns)), shape=(len(least), self._width), dtype=np.float64)
        self._sums = [LinearConstraint(table.tocsr(), least, most)] if least else []

    def explore(self, wanted: Iterable[int], room: int) -> None:
        """Look for many counts at once whether so much room is left to each: most need no search of their own."""
        narrow = [at for at in wanted if at in self._column]
        before = -1
        while narrow and len(narrow) != before:
            before = len(narrow)
            for sense in (1, -1):
                aim = np.zeros(self._width)
                aim[[self._column[at] for at in narrow]] = sense
                self._solve(aim)
            narrow = [at for at in narrow if self.seen[at].high - self.seen[at].low < room]

    def range_of(self, wanted: int) -> Range:
        """Return the least and the greatest number that a count can be.

        Raises
        ------
        ReportError
            When nothing remains possible, as `System.narrow`.
        """
        ends = []
        for sense in (1, -1):
            aim = np.zeros(self._width)
            aim[self._column[wanted]] = sense
            ends.append(round(float(self._solve(aim)[self._column[wanted]])))
        return Range(ends[0], ends[1])

    def _solve(self, aim: np.ndarray) -> np.ndarray:
        from scipy.optimize import milp

        whole = np.ones(self._width, dtype=np.int64)
        found = milp(aim, integrality=whole, bounds=self._bounds, constraints=self._sums).x
        if found is None:
            raise ReportError("The figures of the release contradict each other. Make it again from the same records.")
        for at, value in zip(self.counts, found, strict=False):
            number, met = round(float(value)), self.seen.get(at)
            self.seen[at] = Range(min(met.low, number), max(met.high, number)) if met else Range(number, number)
        return found
