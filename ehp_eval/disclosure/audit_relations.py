"""How the counts of a release add up: what a reader who knows the reports can take for granted.

A relation enters only where it is true, so that the reader is taken to guess right every time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

from ehp_eval.disclosure.audit_counts import BY_THEMSELVES, EARLIER, FLOW, LEFT, PUBLISHED, SAME, Line
from ehp_eval.disclosure.audit_counts import COMPLEMENT as _COMPLEMENT
from ehp_eval.disclosure.audit_ranges import System
from ehp_eval.streams import STREAMS

STEP = "step: "
UNKNOWN = ": unknown"
REACH = ("reach", "reach_referred")
WHOLE_OF = {"eoc4": "eoc4v", "psw1": "psw1p"}
"""Whoever is counted in the first is counted in the second."""
KINDS_OF_HARM = "rsu"
HARM_OF = {"eoc1": "eoc6", "bm1": "bm7"}
"""Letters after a measure's id that name a part of it: registered, section 47, unplanned entry."""

COLUMNS = {"n": "numerator", "d": "denominator", "c": "complement"}

WORDS = {
    "": "it is shown itself",
    _COMPLEMENT: "the numerator and those who are not in it make the denominator",
    SAME: "another row shows the same count",
    EARLIER: "an earlier publication shows it",
    "pooled": "the single years add up to the pooled years",
    "groups": "the groups add up to everybody",
    "denominators": "measures of the same people have one denominator",
    "windows": "one window taken from another",
    "readings": "the worst and the best case taken from the figure itself",
    "flow": "the flow of the cohort adds up step by step",
    "incidence": "the share by a day and the cumulative incidence count the same events",
    "parts": "a part is no more than the whole",
    "years": "a change or ratio stands beside the years that it is made of",
    "claim": "a published claim gives the same count",
    "comparison": "the comparison counts the same people",
    "value": "a percentage, limit or value left standing fits few numerators",
    "difference": "a difference of two shares and one of the two give the other",
    "cost": "the cost divided by the cost of one gives how many there are",
}


class Derived(NamedTuple):
    """A count that no row holds, but that rows give: which it is, and the row that it belongs to."""

    at: int
    line: Line
    column: str
    group: str
    kind: str


def relate(system: System, lines: list[Line], others: list[Line]) -> list[Derived]:
    """Add how the counts of one publication add up, and return what else can be derived from them.

    Parameters
    ----------
    system : System
    lines : list of Line
        Of one publication.
    others : list of Line
        Of the others: their single years stand in where this one does not have them.
    """
    rows = [line for line in lines if line.source != PUBLISHED]
    shares = [line for line in rows if line.stem != FLOW and not line.group.startswith((STEP, LEFT))]
    _pooled(system, rows, others)
    _denominators(system, rows)
    _parts(system, shares)
    _over_years(system, shares)
    _claims(system, lines)
    _comparisons(system, shares)
    found = [*_groups(system, shares), *_reach(system, shares), *_windows(system, shares), *_readings(system, shares)]
    _flows(system, rows)
    return [*found, *_incidence(system, shares, rows)]


def _by(lines: Iterable[Line], *parts: int) -> dict[tuple[str | int, ...], list[Line]]:
    """Group lines by parts of their key: 0 service, 1 stream, 2 measure, 3 group, 4 year, 5 window."""
    found = defaultdict(list)
    for line in lines:
        found[tuple(line.key[part] for part in parts)].append(line)
    return found


def years_of(label: str) -> list[int]:
    """Return the calendar years in which the years of a label such as ``2017-18 to 2019-20`` begin."""
    ends = [int(part[:4]) for part in label.split() if part[:4].isdigit()]
    return list(range(ends[0], ends[-1] + 1)) if ends else []


def _pooled(system: System, lines: list[Line], others: list[Line]) -> None:
    """Add that pooled years hold everybody of the single years, each once: at most their sum, at least the first."""
    known = {line.key for line in lines}
    elsewhere = _by((line for line in others if line.key not in known), 0, 1, 2, 3, 5)
    for key, found in _by(lines, 0, 1, 2, 3, 5).items():
        own = {years[0]: line for line in found if len(years := years_of(line.year)) == 1}
        lent = {years[0]: line for line in elsewhere.get(key, ()) if len(years := years_of(line.year)) == 1}
        for line in found:
            years = years_of(line.year)
            if len(years) < 2:
                continue
            single = lent | own
            certain = all(year in own for year in years)
            for column, at in line.counts().items():
                parts = [single[year].counts().get(column) for year in years if year in single]
                terms = [(at, -1), *((part, 1) for part in parts if part is not None)]
                if len(terms) == len(years) + 1 and not system.add(terms, "pooled"):
                    system.add(terms, "pooled", most=system.most * len(terms), certain=certain)
                first = single.get(years[0])
                if first is not None and line.stem != FLOW and (begun := first.counts().get(column)) is not None:
                    system.add([(at, 1), (begun, -1)], "pooled", most=system.most, certain=years[0] in own)


def _characteristic(line: Line) -> str:
    return line.group.partition(": ")[0] if ": " in line.group else ""


def _rest(system: System, line: Line, column: str, whole: int, parts: list[int], name: str) -> Derived | None:
    """Add that parts make a whole, with who is in none of them where somebody is, and return the latter."""
    terms = [(whole, 1), *((part, -1) for part in parts)]
    if system.add(terms, "groups"):
        return None
    if not system.holds(terms, 0, system.most, certain=True):
        return None
    truths = [system.truth[at] for at, _ in terms]
    truth = None if None in truths else sum(sign * (value or 0) for value, (_, sign) in zip(truths, terms, strict=True))
    rest = system.count(truth=truth)
    system.add([*terms, (rest, -1)], "groups", certain=True)
    return Derived(rest, line, column, f"{name}: those not named", "groups")


def _groups(system: System, lines: list[Line]) -> Iterator[Derived]:
    """Add that the groups of one characteristic make up everybody, with those in groups not given."""
    shares = [line for line in lines if line.stem not in REACH and line.unit == "share"]
    for found in _by(shares, 0, 1, 2, 4, 5).values():
        whole = next((line for line in found if not line.group), None)
        for name in {_characteristic(line) for line in found} - {""}:
            parts = list({line.key: line for line in found if _characteristic(line) == name}.values())
            for column, at in whole.counts().items() if whole else ():
                own = [part.counts()[column] for part in parts if column in part.counts()]
                if whole and (rest := _rest(system, whole, column, at, own, name)):
                    yield rest._replace(column=COLUMNS[column])


def _reach(system: System, lines: list[Line]) -> Iterator[Derived]:
    """Add that who is in one of the groups makes up those of whom it is known, and these and the unknown everybody."""
    for found in _by((line for line in lines if line.stem in REACH), 0, 1, 2, 4).values():
        whole: list[int] = []
        for name in sorted({_characteristic(line) for line in found}):
            groups = list({line.key: line for line in found if _characteristic(line) == name}.values())
            told = [line for line in groups if not line.group.endswith(UNKNOWN)]
            for one, other in pairwise([line.d for line in told if line.d is not None]):
                system.same(one, other, "denominators")
            counted = [line.n for line in told if line.n is not None]
            if told and told[0].d is not None:
                rest = _rest(system, told[0], "numerator", told[0].d, counted, name)
                yield from [rest] if rest else []
            for line in groups:
                if line.group.endswith(UNKNOWN) and line.n is not None and line.d is not None:
                    whole.append(line.d)
                    if told and told[0].d is not None:
                        system.add([(line.d, 1), (line.n, -1), (told[0].d, -1)], "groups", certain=True)
        for one, other in pairwise(whole):
            system.same(one, other, "denominators")


def _denominators(system: System, lines: list[Line]) -> None:
    """Add that measures of the same people have one denominator, that of a step of the flow."""
    for found in _by(lines, 0, 1, 4).values():
        same: dict[int, list[int]] = defaultdict(list)
        for line in found:
            if line.stem == FLOW:
                at = line.n if line.group.startswith(STEP) else None
            elif line.group and not (line.stem in REACH and line.group.endswith(UNKNOWN)):
                at = None
            else:
                at = line.d if line.unit not in BY_THEMSELVES else None
            truth = None if at is None else system.truth[at]
            if at is not None and truth is not None:
                same[truth].append(at)
        for counts in same.values():
            for one, other in pairwise(dict.fromkeys(counts)):
                system.same(one, other, "denominators")


def _windows(system: System, lines: list[Line]) -> Iterator[Derived]:
    """Add that who had the event by one day had it by any later one; the step between them is a count too."""
    for found in _by((line for line in lines if line.unit == "share"), 0, 1, 2, 3, 4).values():
        windows = sorted({line.key[5]: line for line in found if line.window is not None}.items())
        for (_, first), (_, second) in combinations(windows, 2):
            if first.n is None or second.n is None or first.d is None or second.d is None:
                continue
            if None in (system.truth[first.d], system.truth[second.d]):
                continue
            if system.truth[first.d] != system.truth[second.d]:
                continue
            less, more = sorted((first.n, second.n), key=lambda at: system.truth[at] or 0)
            truths = system.truth[less], system.truth[more]
            if truths[0] is None or truths[1] is None:
                continue
            step = system.count(truth=truths[1] - truths[0])
            system.add([(more, 1), (less, -1), (step, -1)], "windows", certain=True)
            yield Derived(step, second, "numerator", second.group, "windows")


def _readings(system: System, lines: list[Line]) -> Iterator[Derived]:
    """Add that the worst and the best case hold those of unknown status, who are a count too."""
    by_key = {line.key: line for line in lines}
    for line in lines:
        stem, _, reading = line.stem.rpartition("_")
        base = by_key.get((*line.key[:2], stem, *line.key[3:]))
        if reading not in ("worst", "best") or base is None:
            continue
        other = by_key.get((*line.key[:2], f"{stem}_{'best' if reading == 'worst' else 'worst'}", *line.key[3:]))
        counts = (line.n, line.d, base.n, base.d)
        if None in counts:
            continue
        n, d, own, whole = (at for at in counts if at is not None)
        truths = system.truth[d], system.truth[whole]
        if other is not None and other.d is not None:
            system.same(d, other.d, "readings")
        if not system.same(n, own, "readings") and not system.add([(n, 1), (own, -1), (d, -1), (whole, 1)], "readings"):
            continue
        truth = None if truths[0] is None or truths[1] is None else truths[0] - truths[1]
        unknown = system.count(truth=truth)
        both = reading == "best" and other is not None
        if system.add([(d, 1), (whole, -1), (unknown, -1)], "readings", certain=True) and not both:
            yield Derived(unknown, line, "denominator", line.group, "readings")


def _flows(system: System, lines: list[Line]) -> None:
    """Add that a step, less who is left out, is the next; each window begins from the last step that all share."""
    for found in _by((line for line in lines if line.stem == FLOW), 0, 1, 4).values():
        windows = list(dict.fromkeys(line.window for line in found))
        last: int | None = None
        for window in sorted(windows, key=lambda days: days or 0):
            before, left = last, []
            for line in (line for line in found if line.window == window and line.n is not None):
                at = line.n
                assert at is not None
                if line.group.startswith(LEFT):
                    left.append(at)
                    continue
                if before is not None:
                    system.add([(before, 1), *((out, -1) for out in left), (at, -1)], "flow", certain=True)
                before, left = at, []
            last = before if window is None else last


def _incidence(system: System, lines: list[Line], rows: list[Line]) -> Iterator[Derived]:
    """Add that the events among those of known status at a day are at most those of everybody at risk."""
    by_key = {line.key: line for line in lines}
    for line in lines:
        main = STREAMS.get(line.key[1])
        if not main or line.stem != main.windowed:
            continue
        if line.window == 365 and line.stem == "eoc1":
            part = by_key.get((*line.key[:2], "eoc6u", *line.key[3:]))
            if part and part.n is not None and line.c is not None:
                system.add([(line.c, 1), (part.n, -1)], "parts", most=system.most)
        curve = by_key.get((*line.key[:2], main.incidence, *line.key[3:]))
        if not curve or line.c is None or line.d is None or curve.n is None or curve.d is None:
            continue
        if not system.same(curve.n, line.c, "incidence"):
            system.add([(curve.n, 1), (line.c, -1)], "incidence", most=system.most)
        truths = system.truth[curve.d], system.truth[line.d]
        missed = None if truths[0] is None or truths[1] is None else truths[0] - truths[1]
        if missed is None or missed >= 0:
            out = system.count(truth=missed)
            system.add([(curve.d, 1), (line.d, -1), (out, -1)], "incidence", certain=True)
            yield Derived(out, line, "denominator", line.group, "incidence")
    left_out = {line.key: line for line in rows if line.stem == FLOW and line.n is not None}
    for line in lines:
        main = STREAMS.get(line.key[1])
        stem, _, reading = line.stem.rpartition("_")
        left = left_out.get((*line.key[:2], FLOW, f"{LEFT}status_unknown", *line.key[4:]))
        share = by_key.get((*line.key[:2], stem, *line.key[3:]))
        if main and stem == main.windowed and reading == "worst" and left and share and not line.group:
            everybody, known, unknown = line.d, share.d, left.n
            if everybody is not None and known is not None and unknown is not None:
                system.add(((everybody, 1), (known, -1), (unknown, -1)), "flow")


def _parts(system: System, lines: list[Line]) -> None:
    """Add that who is counted in a part is counted in the whole, and the reverse for all parts together."""
    by_key = {line.key: line for line in lines}
    for line in by_key.values():
        parts = [
            part.n
            for letter in KINDS_OF_HARM
            if (part := by_key.get((*line.key[:2], line.stem + letter, *line.key[3:])))
            if part.n is not None
        ]
        if line.n is not None:
            for at in parts:
                system.add([(line.n, 1), (at, -1)], "parts", most=system.most)
            if len(parts) > 1:
                system.add([*((at, 1) for at in parts), (line.n, -1)], "parts", most=system.most * len(parts))
        harm = by_key.get((*line.key[:2], HARM_OF.get(line.stem, ""), *line.key[3:]))
        unplanned = by_key.get((*line.key[:2], f"{HARM_OF.get(line.stem, '')}u", *line.key[3:]))
        for other in (harm, unplanned):
            if other is None or None in (line.c, line.d, other.n, other.d):
                continue
            # Whoever is missing from the base of a measure of harm has had the event.
            missing = [(line.c, 1), (line.d, -1), (other.d, 1)]
            if other is unplanned:
                missing.append((other.n, -1))
            system.add(missing, "parts", most=system.most)  # type: ignore[arg-type]
        wider = by_key.get((*line.key[:2], WHOLE_OF.get(line.stem, ""), *line.key[3:]))
        if wider and wider.n is not None and line.n is not None:
            system.add([(wider.n, 1), (line.n, -1)], "parts", most=system.most)


def _over_years(system: System, lines: list[Line]) -> None:
    """Add that a ratio is made of the counts of two years, and that a change of a count is their difference."""
    of_count = {(line.key[0], line.stem, line.year): line for line in lines if line.n is not None}
    for line in lines:
        stem, _, reading = line.stem.rpartition("_")
        if reading not in ("ratio", "baseline", "change") or line.unit not in ("ratio", "count"):
            continue
        own = of_count.get((line.key[0], stem, line.year))
        before = [
            found.n
            for (service, measure, year), found in of_count.items()
            if (service, measure) == (line.key[0], stem) and years_of(year)[:1] < years_of(line.year)[:1]
        ]
        if own is None or own.n is None:
            continue
        if line.unit == "ratio":
            if line.n is not None:
                system.same(line.n, own.n, "years")
            for at in before:
                if line.d is not None and at is not None:
                    system.same(line.d, at, "years")
        elif line.value is not None:
            for at in before:
                if at is not None:
                    step = round(line.value)
                    system.add([(own.n, 1), (at, -1)], "years", least=step, most=step)


def _claims(system: System, lines: list[Line]) -> None:
    """Take a claim and a share at closure of the same service and year, with both counts alike, for one."""
    claims = [line for line in lines if line.source == PUBLISHED and line.n is not None and line.d is not None]
    for claim in claims:
        for line in lines:
            main = STREAMS.get(line.key[1])
            if not main or line.stem != main.closing or line.group or line.n is None or line.d is None:
                continue
            if (line.key[0], line.year) != (claim.key[0], claim.year) or claim.key[1] not in ("", line.key[1]):
                continue
            pairs = ((line.n, claim.n), (line.d, claim.d))
            if all(at is not None and system.truth[own] == system.truth[at] for own, at in pairs):
                for own, at in pairs:
                    system.same(own, at or 0, "claim")


def _comparisons(system: System, lines: list[Line]) -> None:
    """Add that the share beside a comparison is that of everybody where all could be compared, else of a part."""
    by_key = {line.key: line for line in lines}
    for line in by_key.values():
        main = STREAMS.get(line.key[1])
        stem = {"eoc9_service": main.windowed, "eoc9_harm_service": "eoc6"}.get(line.stem) if main else None
        whole = by_key.get((*line.key[:2], stem or "", *line.key[3:]))
        if not whole or line.n is None or line.d is None or whole.n is None or whole.d is None:
            continue
        alike = [system.truth[one] == system.truth[other] for one, other in ((line.n, whole.n), (line.d, whole.d))]
        for one, other in ((line.n, whole.n), (line.d, whole.d)):
            if all(alike):
                system.same(one, other, "comparison")
            else:
                system.add([(other, 1), (one, -1)], "comparison", most=system.most)
