"""Other counts that agree with everything shown: how much of a small count could be worked out.

A small count is safe where other whole counts, in which it is a different one, add up as the true ones do and would be
shown just the same. Here such counts are looked for, and at what cost in further cells hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count, islice
from typing import TYPE_CHECKING

import numpy as np

from ehp_eval.disclosure.cells import Cell, Relation
from ehp_eval.disclosure.knowledge import Room, Told, room
from ehp_eval.errors import ReportError
from ehp_eval.publishing import Disclosure

if TYPE_CHECKING:
    from typing import TypeAlias

    Shift: TypeAlias = dict[int, int]
    """Other counts, as differences from the true ones by a cell's place; a cell that is not in it is unchanged."""

NEARBY = (100, 1000, 10_000)
"""Cells around a small count among which other counts are looked for: few first, since most answers are close."""
STILL_LESS = 0.001
"""Cost of changing a count by one that is hidden anyway: so that nothing is changed that need not be."""


class Counts:
    """Counts of people and how they add up, ready for the search.

    Parameters
    ----------
    cells : iterable of Cell
    relations : iterable of Relation
    rule : Disclosure

    Attributes
    ----------
    cells : list of Cell
        By id, so that the order in which they came makes no difference.
    rooms : dict of Told to list of Room
        By what an attacker was told: what is known of each cell.
    alone : list of (float, float)
        How far below and above each could lie, once hidden, for what is known of it alone.
    at : dict of str to int
        Place of each cell in `cells`.
    sums : list of tuple of (int, int)
        The relations, with places for ids.
    sums_of : list of list of int
        By cell: the numbers of the sums in which it stands.
    coefficient : dict of (int, int) to int
        By sum and cell.

    Raises
    ------
    ReportError
        Two cells have one id, a relation names an unknown one, or the counts of one do not add up.
    """

    def __init__(self, cells: Iterable[Cell], relations: Iterable[Relation], rule: Disclosure) -> None:
        self.cells = sorted(cells, key=lambda cell: cell.id)
        self.at = {cell.id: place for place, cell in enumerate(self.cells)}
        if len(self.at) < len(self.cells):
            twice = next(one.id for one, other in zip(self.cells, self.cells[1:], strict=False) if one.id == other.id)
            raise ReportError(f"Disclosure control: two counts have the id {twice}. Give each its own.")
        self.sums = sorted({self._sum(relation) for relation in relations})
        self.coefficient = {(number, place): by for number, terms in enumerate(self.sums) for place, by in terms}
        self.sums_of: list[list[int]] = [[] for _ in self.cells]
        for number, place in self.coefficient:
            self.sums_of[place].append(number)
        self.alone = [room(cell, rule, Told.WHICH_ARE_SMALL).hidden for cell in self.cells]
        self.rooms = {told: self._within_sums([room(cell, rule, told) for cell in self.cells]) for told in Told}

    def _within_sums(self, rooms: list[Room]) -> list[Room]:
        """Narrow what each cell could be once everything is hidden to what each sum on its own leaves.

        So that nothing is searched for that cannot be: bounds propagation, as before an integer program.
        """
        limits = [[-own.hidden[0], own.hidden[1]] for own in rooms]
        waiting = dict.fromkeys(range(len(self.sums)))
        # Stopped at some time, since bounds may creep together by ones; what is left is wider, and so no error.
        for _ in range(20 * len(self.sums)):
            if not waiting:
                break
            number = next(iter(waiting))
            del waiting[number]
            terms = self.sums[number]
            # The changes of a sum's cells add up to nought, so that each is what the others leave.
            ends = [sorted(by * end for end in limits[place]) for place, by in terms]
            for term, (place, by) in enumerate(terms):
                rest = ends[:term] + ends[term + 1 :]
                left = sorted(-sum(end) / by for end in zip(*rest, strict=True)) or [0.0, 0.0]
                narrower = [max(limits[place][0], np.ceil(left[0])), min(limits[place][1], np.floor(left[1]))]
                if narrower != limits[place]:
                    limits[place] = narrower
                    ends[term] = sorted(by * end for end in narrower)
                    waiting.update(dict.fromkeys(self.sums_of[place]))
        return [replace(own, hidden=(-low, high)) for own, (low, high) in zip(rooms, limits, strict=True)]

    def _sum(self, relation: Relation) -> tuple[tuple[int, int], ...]:
        """Return a relation in one way of the many in which it can be written."""
        terms: Shift = {}
        for name, coefficient in relation.terms:
            if name not in self.at:
                raise ReportError(f"Disclosure control: a sum names the count {name}, which does not exist.")
            terms[self.at[name]] = terms.get(self.at[name], 0) + coefficient
        if sum(coefficient * self.cells[place].count for place, coefficient in terms.items()):
            names = ", ".join(name for name, _ in relation.terms)
            raise ReportError(
                f"Disclosure control: these counts do not add up as they are said to: {names}. Either one of them is "
                "wrong, or they are not about the same people."
            )
        ordered = sorted((place, coefficient) for place, coefficient in terms.items() if coefficient)
        sign = -1 if ordered and ordered[0][1] < 0 else 1
        return tuple((place, sign * coefficient) for place, coefficient in ordered)

    def given_away(self, shift: Shift, hidden: set[int]) -> set[int]:
        """Return the shown cells in which other counts would look different: they have to be hidden too."""
        return {place for place in shift if place not in hidden and self.differs(shift, place)}

    def differs(self, shift: Shift, place: int) -> bool:
        """Return whether a cell, if shown, would tell other counts from the true ones."""
        below, above = self.rooms[Told.NOTHING][place].shown
        return not -below <= shift.get(place, 0) <= above

    def weight(self, places: Iterable[int]) -> float:
        """Return what is lost when these cells are hidden."""
        return sum(self.cells[place].weight for place in sorted(places))

    def other(self, place: int, change: int, hidden: set[int], may_hide: bool, told: Told) -> Shift | None:
        """Return other counts in which one cell is different, hiding as little as possible.

        The least total of weight times change over the cells that are still shown: a linear program, the usual
        heuristic for secondary suppression (Fischetti and Salazar-Gonzalez, 2001, Management Science 47: 1008-1027,
        give the exact method). What it finds is whole and agrees with every relation, so it proves itself.

        Parameters
        ----------
        place : int
            The cell that is to be different.
        change : int
            By at least how much: above 0 up, below 0 down.
        hidden : set of int
            Cells that are not shown.
        may_hide : bool
            Whether further cells may be hidden.
        told : Told

        Returns
        -------
        dict of int to int, or None
            None where there are none.
        """
        rooms = [*self.rooms[told]]
        rooms[place] = replace(rooms[place], hidden=self.limits(place, told))
        nearby = self._nearby(place, hidden, may_hide, rooms)
        near: list[int] = []
        for size in NEARBY:
            near += islice(nearby, size - len(near))
            movable = self._movable(near)
            found = self._cheapest(movable, change, hidden, may_hide, rooms) if place in movable else None
            if found is not None or len(near) < size:
                return found
        return None

    def _nearby(self, place: int, hidden: set[int], may_hide: bool, rooms: Sequence[Room]) -> Iterator[int]:
        """Yield the cells that could change together with one, those first that are reached at the least weight."""
        ticket = count()
        reached = {place}
        waiting: list[tuple[float, int, int]] = [(0.0, next(ticket), place)]
        while waiting:
            weight, _, here = heappop(waiting)
            yield here
            for number in self.sums_of[here]:
                for there, _ in self.sums[number]:
                    if there in reached:
                        continue
                    reached.add(there)
                    kept = there not in hidden
                    limits = rooms[there].hidden if may_hide or not kept else rooms[there].shown
                    if limits != (0, 0):
                        heappush(waiting, (weight + rooms[there].weight * kept, next(ticket), there))

    def _movable(self, near: Sequence[int]) -> list[int]:
        """Return the cells that could change while all others stay: none that is alone in a sum with those."""
        kept = dict.fromkeys(near)
        of_sum: dict[int, int] = {}
        for place in near:
            for number in self.sums_of[place]:
                of_sum[number] = of_sum.get(number, 0) + 1
        alone = [number for number, cells in of_sum.items() if cells == 1]
        while alone:
            for place, _ in self.sums[alone.pop()]:
                if place in kept:
                    del kept[place]
                    for number in self.sums_of[place]:
                        of_sum[number] -= 1
                        if of_sum[number] == 1:
                            alone.append(number)
        return list(kept)

    def _cheapest(
        self, near: Sequence[int], change: int, hidden: set[int], may_hide: bool, rooms: Sequence[Room]
    ) -> Shift | None:
        """Solve the program over a few cells, the first of which is to change; all others stay as they are."""
        # Imported here because it takes half a second, which an internal report need not wait.
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csc_array

        # A column for each direction in which a cell can change: freely, and at the price of hiding it.
        columns: list[tuple[int, int, float, float, float]] = []
        for place in near:
            own = rooms[place]
            free = own.hidden if place in hidden else own.shown
            if place == near[0]:
                columns.append((place, 1 if change > 0 else -1, abs(change), free[change > 0], STILL_LESS))
                continue
            for sign, width, in_all in ((-1, free[0], own.hidden[0]), (1, free[1], own.hidden[1])):
                if width > 0:
                    columns.append((place, sign, 0, width, STILL_LESS))
                if may_hide and in_all > width:
                    columns.append((place, sign, 0, in_all - width, own.weight))
        places, signs, least, most, costs = zip(*columns, strict=True)
        rows: dict[int, int] = {}
        ends, rows_in, values = [0], [], []
        for place, sign in zip(places, signs, strict=True):
            for number in self.sums_of[place]:
                rows_in.append(rows.setdefault(number, len(rows)))
                values.append(float(sign * self.coefficient[number, place]))
            ends.append(len(values))
        adding_up = LinearConstraint(csc_array((values, rows_in, ends), shape=(len(rows), len(signs))), 0, 0)
        for whole in (0, 1):
            # Nearly always whole of its own accord, and then much quicker.
            solved = milp(
                costs, integrality=np.full(len(places), whole), bounds=Bounds(least, most), constraints=adding_up
            )
            if solved.x is None:
                return None
            steps = np.rint(solved.x)
            if whole or np.allclose(solved.x, steps, atol=1e-6):
                break
        shift: Shift = {}
        for place, sign, step in zip(places, signs, steps, strict=True):
            shift[place] = shift.get(place, 0) + sign * int(step)
        return {place: by for place, by in shift.items() if by}

    def limits(self, place: int, told: Told) -> tuple[float, float]:
        """Return how far below and above its count a sensitive cell could lie, which is known to be small."""
        below, above = self.rooms[told][place].hidden
        return min(below, self.alone[place][0]), min(above, self.alone[place][1])

    def mirrored(self, shift: Shift, place: int, hidden: set[int], told: Told) -> Shift | None:
        """Return other counts that differ the other way, if they hide nothing further: they add up just as well."""
        mirrored = {there: -by for there, by in shift.items()}
        for there, by in mirrored.items():
            if there == place:
                below, above = self.limits(place, told)
            else:
                below, above = self.rooms[told][there].hidden if there in hidden else self.rooms[told][there].shown
            if not -below <= by <= above:
                return None
        return mirrored
