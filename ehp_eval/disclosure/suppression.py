"""Secondary suppression: which further counts to hide, so that no small one can be worked out from the others.

Own code on scipy's HiGHS rather than tau-ARGUS: `docs/disclosure.md` says why, with measurements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ehp_eval.disclosure.cells import Cell, Relation
from ehp_eval.disclosure.knowledge import Told, is_sensitive
from ehp_eval.disclosure.protection import Counts
from ehp_eval.errors import ReportError
from ehp_eval.publishing import Disclosure

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from ehp_eval.disclosure.protection import Shift

    Proofs: TypeAlias = dict[int, dict[int, Shift]]
    """By sensitive cell, and by how much it differs in them: other counts that would be shown just the same."""

LEAST_RANGE = 2
"""Highest minus lowest possible count of a hidden cell: at least three whole numbers."""


def suppress(
    cells: Iterable[Cell], relations: Iterable[Relation], rule: Disclosure
) -> dict[str, Literal["small", "zero", "secondary"]]:
    """Return which counts must not be shown.

    Each small count keeps at least three possible whole numbers (all of 1 to `hide_up_to` where those are fewer) for
    someone who knows everything shown and already published, how the counts add up, the rule, and that this one is
    small. Where hiding can bring it about, that holds even for someone who also knows of every other hidden count
    whether it is small (`Told`). Further cells are hidden for it one small count after another, at the least weight
    each; then each of them is shown again that is not needed, the heaviest first.

    Parameters
    ----------
    cells : iterable of Cell
        In any order.
    relations : iterable of Relation
        Over the ids of the cells; in any order.
    rule : Disclosure

    Returns
    -------
    dict of str to str
        By id, in its order: "small" (1 to `hide_up_to`), "zero" (0, where such are not shown) or "secondary".

    Raises
    ------
    ReportError
        The counts do not add up, or a small one cannot be protected since published figures give it away.
    """
    counts = Counts(cells, relations, rule)
    search = _Search(counts, rule)
    search.hide_all()
    search.show_again()
    return {
        counts.cells[place].id: search.reason(place) for place in sorted(search.hidden) if counts.cells[place].shown
    }


class _Search:
    """The state of one suppression: what is hidden so far, and the proofs that it is enough."""

    def __init__(self, counts: Counts, rule: Disclosure) -> None:
        self.counts = counts
        self.sensitive = [place for place, cell in enumerate(counts.cells) if is_sensitive(cell, rule)]
        self.enough = min(LEAST_RANGE, rule.hide_up_to - 1)
        self.hidden = set(self.sensitive) | {
            place for place, cell in enumerate(counts.cells) if not cell.shown and not cell.exempt
        }
        self.proofs: Proofs = {place: {} for place in self.sensitive}
        self.told = dict.fromkeys(self.sensitive, Told.WHICH_ARE_SMALL)
        self.leaning_on: defaultdict[int, set[int]] = defaultdict(set)
        self.secondary: set[int] = set()

    def reason(self, place: int) -> Literal["small", "zero", "secondary"]:
        """Return why a cell is hidden."""
        if place in self.secondary:
            return "secondary"
        return "small" if self.counts.cells[place].count else "zero"

    def hide_all(self) -> None:
        """Hide further cells until every sensitive one is safe."""
        for place in self.sensitive:
            if self.is_safe(place, self.proofs):
                continue
            for told in Told:
                found = self.ways(place, self.hidden, self.proofs, may_hide=True, told=told)
                if found is not None:
                    break
            else:
                raise self.cannot_protect(place)
            self.told[place] = told
            for shift in found:
                more = self.counts.given_away(shift, self.hidden)
                self.hidden |= more
                self.secondary |= more
                self.note(shift, place, self.hidden, self.proofs)

    def show_again(self) -> None:
        """Show each further cell again without which every sensitive one is still safe, the heaviest first."""
        cells = self.counts.cells
        for back in sorted(self.secondary, key=lambda place: (-cells[place].weight, cells[place].id)):
            hidden = self.hidden - {back}
            proofs = {
                place: {by: shift for by, shift in self.proofs[place].items() if not self.counts.differs(shift, back)}
                for place in sorted(self.leaning_on[back])
            }
            for place in proofs:
                if self.is_safe(place, proofs):
                    continue
                found = self.ways(place, hidden, proofs, may_hide=False, told=self.told[place])
                if found is None:
                    break
                for shift in found:
                    self.note(shift, place, hidden, proofs)
            else:
                self.hidden = hidden
                self.proofs |= proofs
                self.secondary.remove(back)

    def is_safe(self, place: int, proofs: Proofs) -> bool:
        """Return whether the counts possible for a cell lie far enough apart."""
        changes = {0, *proofs[place]}
        return max(changes) - min(changes) >= self.enough

    def note(self, shift: Shift, sought: int, hidden: set[int], proofs: Proofs) -> None:
        """Keep other counts, and the opposite ones, as a proof for every sensitive cell that differs in them."""
        told = self.told[sought]
        for other in (shift, self.counts.mirrored(shift, sought, hidden, told)):
            if other is None:
                continue
            for place in other if told == Told.WHICH_ARE_SMALL else (sought,):
                if place in proofs and other[place] not in proofs[place]:
                    proofs[place][other[place]] = other
                    for there in other:
                        self.leaning_on[there].add(place)

    def ways(self, place: int, hidden: set[int], proofs: Proofs, *, may_hide: bool, told: Told) -> list[Shift] | None:
        """Return other counts that make a cell safe, at the least weight hidden for it; None where there are none."""
        below, above = self.counts.limits(place, told)
        lowest, highest = min((0, *proofs[place])), max((0, *proofs[place]))
        best: list[Shift] | None = None
        least = float("inf")
        # All of it one way first, which is one search. Where nothing may be hidden, most searches fail: a little both
        # ways first, since a way that is closed to a little is closed to all of it.
        one_way = [self.enough, 0]
        both_ways = list(range(1, self.enough))
        for up in [*one_way, *both_ways] if may_hide else [*both_ways, *one_way]:
            if best is not None and up in both_ways:
                break
            found: list[Shift] = []
            so_far = hidden
            for change in (up, up - self.enough):
                if lowest <= change <= highest:
                    continue
                if not -below <= change <= above:
                    break
                shift = self.counts.mirrored(found[-1], place, so_far, told) if found else None
                shift = shift or self.counts.other(place, change, so_far, may_hide, told)
                if shift is None:
                    below, above = (min(below, -change - 1), above) if change < 0 else (below, min(above, change - 1))
                    break
                found.append(shift)
                so_far = so_far | self.counts.given_away(shift, so_far)
            else:
                weight = self.counts.weight(so_far - hidden)
                if weight < least:
                    best, least = found, weight
                if not weight:
                    break
        return best

    def cannot_protect(self, place: int) -> ReportError:
        """Return the error of a small count that published figures give away."""
        counts = self.counts
        near = {there for number in counts.sums_of[place] for there, _ in counts.sums[number]}
        published = [counts.cells[there].id for there in sorted(near) if counts.cells[there].exempt]
        beside = f" Published already, beside it: {', '.join(published[:5])}." if published else ""
        return ReportError(
            f"Disclosure control: {counts.cells[place].id} is a small count, and whatever else is hidden it can be "
            f"worked out.{beside} If it was published too, name it among the published figures; if not, leave "
            "what shows it out of the public reports."
        )
