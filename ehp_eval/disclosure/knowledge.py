"""What an attacker is taken to know of a count on its own, before thinking about how counts add up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ehp_eval.disclosure.cells import Cell
from ehp_eval.publishing import Disclosure


@dataclass(frozen=True, slots=True)
class Room:
    """How far the truth could lie from a cell's count, as an attacker sees it: at most so much below and above.

    Attributes
    ----------
    shown, hidden : tuple of float
        Below and above, both at least 0, while the cell is shown and once it is hidden; equal where it cannot change.
    weight : float
        What is lost when the cell is hidden.
    """

    shown: tuple[float, float]
    hidden: tuple[float, float]
    weight: float


class Told(IntEnum):
    """What an attacker knows of the hidden counts other than the one that is sought, which is known to be small."""

    WHICH_ARE_SMALL = 0
    """Of each one whether it is small, even of those that no output would show."""
    WHICH_HIDDEN_ARE_SMALL = 1
    """Of each one in whose place a mark stands whether it is small; nothing of the others."""
    NOTHING = 2
    """All hidden counts bear the same mark."""


def room(cell: Cell, rule: Disclosure, told: Told) -> Room:
    """Return what an attacker knows of a cell on its own, under the rule.

    Of a small count: that it lies in 1 to `hide_up_to` (one of nobody, where such are hidden: in 0 to it). Of a larger
    one that is hidden: that it is larger. A larger one that is rounded could be any that rounds to the same.
    """
    at_least_nought = float(cell.count), np.inf
    if cell.exempt:
        return Room((0, 0), (0, 0), cell.weight)
    if is_sensitive(cell, rule):
        if told == Told.NOTHING or (told == Told.WHICH_HIDDEN_ARE_SMALL and not cell.shown):
            return Room(at_least_nought, at_least_nought, cell.weight)
        known = (max(cell.count - 1.0, 0.0), float(rule.hide_up_to - cell.count))
        return Room(known, known, cell.weight)
    if not cell.shown:
        return Room(at_least_nought, at_least_nought, cell.weight)
    if not cell.count:
        # Nobody, hidden in second place: neither small nor larger, so that whoever knows as much knows that it is 0.
        return Room((0, 0), at_least_nought if told == Told.NOTHING else (0, 0), cell.weight)
    below = float(cell.count - rule.hide_up_to - 1)
    hidden = at_least_nought if told == Told.NOTHING else (below, np.inf)
    if not rule.round_to:
        return Room((0, 0), hidden, cell.weight)
    half = rule.round_to // 2
    over = (cell.count + half) % rule.round_to - half
    return Room((min(half + over, below), half - over), hidden, cell.weight)


def is_sensitive(cell: Cell, rule: Disclosure) -> bool:
    """Return whether nobody may learn the count of a cell."""
    return not cell.exempt and (1 <= cell.count <= rule.hide_up_to or (cell.count == 0 and not rule.show_zero))
