"""What percentages, limits, differences and costs that a release shows tell of the counts that it hides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ehp_eval.disclosure.audit_counts import BY_THEMSELVES, RECORDS, Book, Key, Line
from ehp_eval.disclosure.audit_ranges import System
from ehp_eval.disclosure.audit_relations import years_of
from ehp_eval.disclosure.numerators import (
    ROUNDED_TO,
    Range,
    Shown,
    behind_a_difference,
    compatible,
    poisson_limits,
)

SHARE, POINTS, COUNT = "share", "difference of shares", "count"
_NO_QUANTITY = (SHARE, POINTS, COUNT, *BY_THEMSELVES, "entries fewer", "weeks in care fewer")
_CURVE, _FOLLOWED = "Aalen-Johansen", "everybody followed"
_MOST_COUNTS = 200
_COST_OF_ONE = ("cost_unit", "psw4")

Found = tuple[int, Range | None, str]
"""Position of a count, what remains possible for it, and the kind of thing that tells it."""


def search(book: Book) -> None:
    """Narrow the counts of a book by what is shown beside them, until nothing changes any more."""
    system = book.system
    rows = [[line for line in lines if line.source == RECORDS] for lines in book.publications]
    while True:
        changed = [
            at
            for lines in rows
            for at, ends, kind in _told(book, lines)
            if ends is not None and system.narrow(at, *ends, kind)
        ]
        if not changed:
            return
        system.spread(changed)


def few(book: Book) -> list[Line]:
    """Return the quantities, such as a median or a point of a curve, that are shown for too few."""
    found = []
    for line in book.publications[0]:
        quantity = (line.unit not in _NO_QUANTITY and not line.unit.startswith("GBP")) or line.method.startswith(_CURVE)
        if line.exempt or not quantity or line.d is None or not _any_shown(line):
            continue
        hidden = "denominator" in line.hidden
        if hidden or book.system.high[line.d] < book.rule.least_at_risk:
            found.append(line)
    return found


def _told(book: Book, lines: list[Line]) -> Iterator[Found]:
    system = book.system
    by_key = {line.key: line for line in lines}
    years: dict[object, list[Line]] = defaultdict(list)
    for each in by_key.values():
        years[each.key[:4], each.key[5]].append(each)
    for line in lines:
        if not _any_shown(line):
            continue
        if line.unit == POINTS:
            yield from _differences(system, line, by_key, years)
        elif line.unit == COUNT:
            yield from _count(system, line)
        elif line.measure in _COST_OF_ONE:
            yield from _cost(system, line, by_key)
        elif line.n is not None and line.d is not None and line.unit in (SHARE, *BY_THEMSELVES):
            yield from _share(system, line)


def _any_shown(line: Line) -> bool:
    return any(value is not None for value in (line.value, line.lower, line.upper))


def _open(system: System, *counts: int | None) -> bool:
    return any(at is not None and not system.settled(at) for at in counts)


def _range(system: System, at: int) -> Range:
    return Range(system.low[at], system.high[at])


def _precisions(line: Line) -> Iterable[float]:
    """Return half of the last place shown: as it is written, or what it can be."""
    written = [places for places in line.value_places if places is not None]
    return [0.5 * 10.0 ** -min(written) + ROUNDED_TO[0]] if written else ROUNDED_TO


def _fitting(
    system: System, line: Line, shown: Shown, n: int, d: int, times: float = 1.0
) -> tuple[Range, Range] | None:
    """Return what remains possible of a numerator and denominator, at the finest precision that is true."""
    truths = system.truth[n], system.truth[d]
    for within in _precisions(line):
        if None not in truths and truths[1]:
            true = tuple(Range(value or 0, value or 0) for value in truths)
            if compatible(shown, true[0], true[1], within * times) is None:
                continue
        return compatible(shown, _range(system, n), _range(system, d), within * times)
    return None


def _share(system: System, line: Line) -> Iterator[Found]:
    n, d = line.n, line.d
    if n is None or d is None or not _open(system, n, d):
        return
    if line.method.startswith(_CURVE) and _FOLLOWED not in line.method:
        yield from _curve(system, line, n, d)
        return
    scale = 1e-4 if line.unit.startswith("per 10,000") else 1.0
    value = None if line.value is None else line.value * scale
    limits = (line.lower, line.upper) if line.method == "Wilson" else (None, None)
    shown = Shown(value, *limits, confidence=line.confidence)
    if shown[:3] != (None, None, None) and (found := _fitting(system, line, shown, n, d, scale)):
        yield n, found[0], "value"
        yield d, found[1], "value"
    if line.unit == SHARE and system.settled(d):
        # Whatever the method, the share lies between its limits.
        whole = system.low[d]
        low = 0 if line.lower is None else int(max(0.0, line.lower * whole - 1e-6) + 1 - 1e-9)
        high = whole if line.upper is None else int(line.upper * whole + 1e-6)
        truth = system.truth[n]
        if truth is None or low <= truth <= high:
            yield n, Range(low, high), "value"


def _curve(system: System, line: Line, n: int, d: int) -> Iterator[Found]:
    """Tell that an estimate of a curve is 0 before the first event only, and no less than the share that had it."""
    if line.value is None:
        return
    truth, high = system.truth[n], int(line.value * system.high[d] + 1e-6)
    low = int(line.value > 0)
    if truth is None or low <= truth <= high:
        yield n, Range(low, high), "value"


def _count(system: System, line: Line) -> Iterator[Found]:
    if line.n is None or not _open(system, line.n):
        return
    truth, known = system.truth[line.n], _range(system, line.n)
    if line.value is not None:
        value = round(line.value)
        if truth is None or truth == value:
            yield line.n, Range(value, value), "value"
    elif known.low < _MOST_COUNTS and not line.key[2].startswith("flow"):
        for within in (1e-6, 5.001e-3, 5.001e-2):
            fits = [
                n for n in range(max(0, known.low), min(known.high, _MOST_COUNTS) + 1) if _limits_fit(line, n, within)
            ]
            if fits and (truth is None or truth in fits):
                yield line.n, Range(fits[0], fits[-1]), "value"
                return


def _limits_fit(line: Line, count: int, within: float) -> bool:
    limits = poisson_limits(count, line.confidence)
    shown = (line.lower, line.upper)
    return all(limit is None or abs(limit - own) <= within for limit, own in zip(shown, limits, strict=True))


def _cost(system: System, line: Line, by_key: dict[Key, Line]) -> Iterator[Found]:
    service, stream, _, group, year, window = line.key
    whole = by_key.get((service, stream, "cost", group, year, window))
    if line.d is None or not _open(system, line.d) or not line.value or not whole or not whole.value:
        return
    number, truth = round(whole.value / line.value), system.truth[line.d]
    if truth is None or truth == number:
        yield line.d, Range(number, number), "cost"


def _differences(
    system: System, line: Line, by_key: dict[Key, Line], years: dict[object, list[Line]]
) -> Iterator[Found]:
    """Tell that one side of a difference gives the other: of two years, or of a service and its comparison."""
    service, stream, measure, group, year, window = line.key
    if line.value is None:
        return
    own = by_key.get((service, stream, f"{measure}_service", group, year, window))
    beside = by_key.get((service, stream, f"{measure}_comparison", group, year, window))
    if own and beside and own.n is not None and own.d is not None and beside.value is not None:
        if _open(system, own.n, own.d):
            found = _fitting(system, line, Shown(line.value + beside.value), own.n, own.d)
            yield from ((at, ends, "difference") for at, ends in zip((own.n, own.d), found or (), strict=False))
        return
    stem, _, reading = measure.rpartition("_")
    later = by_key.get((service, stream, stem, group, year, window))
    if reading not in ("change", "baseline") or later is None:
        return
    this = years_of(year)
    for other in years[later.key[:4], window]:
        then = years_of(other.year)
        if len(then) != 1:
            continue
        if this and (then[0] == this[0] - 1 if reading == "change" else then[0] < this[0] - 1):
            yield from _of_two(system, line, later, other)


def _of_two(system: System, line: Line, later: Line, earlier: Line) -> Iterator[Found]:
    n1, d1, n2, d2 = later.n, later.d, earlier.n, earlier.d
    if n1 is None or d1 is None or n2 is None or d2 is None or line.value is None or not _open(system, n1, d1, n2, d2):
        return
    truths = [system.truth[at] for at in (n1, d1, n2, d2)]
    true = None if None in truths or not truths[1] or not truths[3] else [value or 0 for value in truths]
    gap = None if true is None else abs(true[0] / true[1] - true[2] / true[3] - line.value)
    within = next((each for each in _precisions(line) if gap is None or gap <= each), None)
    if within is None:
        return
    if system.settled(d1) and system.settled(d2):
        pairs = [(_range(system, n), system.low[d]) for n, d in ((n1, d1), (n2, d2))]
        found = behind_a_difference(line.value, pairs[0], pairs[1], within)
        yield from ((at, ends, "difference") for at, ends in zip((n1, n2), found or (), strict=False))
        return
    for (n, d), (m, e), sign in (((n1, d1), (n2, d2), 1), ((n2, d2), (n1, d1), -1)):
        if system.settled(m) and system.settled(e) and system.low[e]:
            share = system.low[m] / system.low[e] + sign * line.value
            known = compatible(Shown(share), _range(system, n), _range(system, d), within)
            yield from ((at, ends, "difference") for at, ends in zip((n, d), known or (), strict=False))
