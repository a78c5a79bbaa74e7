"""Counts of people and how they add up: what suppression works on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A count of people.

    Attributes
    ----------
    id : str
    count : int
    shown : bool
        Whether an output would show it. One that is not, such as a complement or the step between two windows, must
        be protected all the same: the shown ones can give it away.
    weight : float
        What is lost when it is hidden, above 0: among those that could be hidden in second place, the lightest goes.
    exempt : bool
        Already published in a cited document: always shown, never in need of protection, known to everybody.
    """

    id: str
    count: int
    shown: bool = True
    weight: float = 1.0
    exempt: bool = False


@dataclass(frozen=True)
class Relation:
    """Counts that add up: the sum of coefficient times count over its terms is nought.

    Attributes
    ----------
    terms : tuple of (str, int)
        Id of a cell and its coefficient.
    """

    terms: tuple[tuple[str, int], ...]
