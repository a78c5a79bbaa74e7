"""Repeatable draws: every one rests on `random.Random(text).random()` alone.

That is the one sequence that Python promises to keep between versions; `choice`, `shuffle` and the
integer draws may change. Only sums and products are used on top, so the records do not depend on the
machine's mathematical library either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from ehp_eval.synthetic.days import at_work

T = TypeVar("T")


class Draws:
    """A stream of draws of its own, named by its parts ("seed", "section", "year").

    Naming streams keeps the rest of the records as they are when a table or a service is added.
    """

    def __init__(self, *parts: str) -> None:
        self._next = Random("/".join(parts)).random

    def chance(self, share: float) -> bool:
        """Return True with this probability."""
        return self._next() < share

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included; low where high is below it."""
        return low + int(self._next() * (max(low, high) - low + 1))

    def early(self, low: int, high: int) -> int:
        """Like `between`, with small numbers more likely."""
        return low + int(self._next() * self._next() * (max(low, high) - low + 1))

    def rounded(self, number: float) -> int:
        """Return the whole number above or below, on average the number itself."""
        return int(number) + self.chance(number - int(number))

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.between(0, len(items) - 1)]

    def weighted(self, weights: Mapping[str, float]) -> str:
        """Return one of the keys, by its weight; the weights need not add up to 1."""
        point = self._next() * sum(weights.values())
        for key, weight in weights.items():
            point -= weight
            if point < 0:
                return key
        return list(weights)[-1]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """Return the items in a random order."""
        left, order = list(items), []
        while left:
            position = self.between(0, len(left) - 1)
            left[position], left[-1] = left[-1], left[position]
            order.append(left.pop())
        return order

    def sample(self, items: Iterable[T], number: int) -> list[T]:
        """Return this many different items, or all where there are fewer."""
        return self.shuffled(items)[: max(0, number)]

    def by_weight(self, items: Sequence[T], weights: Sequence[float]) -> list[T]:
        """Return all items in a random order in which the heavy ones tend to come first."""
        left, heavy, order = list(items), list(weights), []
        while left:
            point = self._next() * sum(heavy)
            position = 0
            while position < len(left) - 1 and point >= heavy[position]:
                point -= heavy[position]
                position += 1
            order.append(left.pop(position))
            heavy.pop(position)
        return order

    def day(self, first: date, last: date) -> date:
        """Return a day from first to last, both included; first where last is before it."""
        return first + timedelta(days=self.between(0, (last - first).days))

    def working_day(self, first: date, last: date) -> date:
        """Return a working day from first to last (the one before, where none follows in time)."""
        day = at_work(self.day(first, last))
        return day if day <= last else at_work(last, backwards=True)
