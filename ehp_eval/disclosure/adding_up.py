"""How the counts of a run add up, over all of its reports.

Each row of the figures tells of a numerator, of a denominator, and of their difference. Counts that are the same people
are one cell: the denominators of one cohort, a share with its family-clustered twin. Whatever adds up in
the records is taken to be known to add up: to believe an attacker to know more than he does hides more, never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from ehp_eval.disclosure.related import (
    CURVES,
    DENOMINATOR,
    NUMERATOR,
    REST,
    Key,
    Related,
    Row,
    is_share,
    key_of,
    pooled_years,
    stem,
)
from ehp_eval.disclosure.release import CLAIMED, FLOW

if TYPE_CHECKING:
    from ehp_eval.publishing import Disclosure

WITHIN = (
    ("eoc6", "eoc6r"), ("eoc6", "eoc6s"), ("eoc6", "eoc6u"), ("bm7", "bm7r"), ("bm7", "bm7u"), ("eoc4v", "eoc4"),
    ("bm2", "bm1"), ("las7", "las8"), ("psw1p", "psw1"),
)  # fmt: skip
"""Whole and part: everybody in the numerator of the second is in that of the first, over the same denominator."""
UNIONS = {"eoc6": ("eoc6r", "eoc6s", "eoc6u"), "bm7": ("bm7r", "bm7u")}
"""Everybody in the numerator is in one of these at least."""
SAME = (
    (("rf4", NUMERATOR), (FLOW, "step: engaged")),
    (("las2", NUMERATOR), ("las1", "")),
    *(((each, DENOMINATOR), ("las1", "")) for each in ("las5", "las6", "las7", "las8")),
    (("las11", DENOMINATOR), ("las4", "")),
    *(((each, DENOMINATOR), ("fd1", "")) for each in ("fd2d", "fd2dp90", "fd3")),
)
"""Counts of the same people in one year, where they are equal."""


def relate(rows: Sequence[Row], rule: Disclosure) -> Related:
    """Find how the counts of all rows add up.

    Parameters
    ----------
    rows : sequence of dict
        Rows of the figures from records, of every report; see `ehp_eval.disclosure.whole_run`.
    rule : Disclosure

    Returns
    -------
    Related
        Without weights, and with nothing published.
    """
    found = Related()
    for row in rows:
        _add(found, row)
    for row in rows:
        _join(found, row)
    _join_denominators(found, rows, rule)
    for keys in _alike(rows, without=("window_days",)):
        _over_windows(found, keys)
    for keys in _alike(rows, without=("year",)):
        _over_years(found, keys, rule)
    for keys in _alike(rows, without=("group",)):
        _over_groups(found, keys)
    for keys in _alike(rows, without=("measure",)):
        _over_measures(found, keys, rule)
    _flows(found, rows)
    _reached_over_years(found, rows, rule)
    _looked_after(found, rows)
    _tell(found, rows)
    return found


def _add(found: Related, row: Row) -> None:
    numerator, denominator = row["numerator"], row["denominator"]
    if numerator is not None:
        found.add(key_of(row, NUMERATOR), abs(numerator))
    if denominator is not None:
        found.add(key_of(row, DENOMINATOR), denominator)
    if numerator is not None and denominator is not None and is_share(row):
        rest = found.add(key_of(row, REST), denominator - numerator)
        found.relate((key_of(row, NUMERATOR), 1), (rest, 1), (key_of(row, DENOMINATOR), -1))


def _join(found: Related, row: Row) -> None:
    """Join the counts of a row with those of another row that are the same people."""
    numerator, denominator = key_of(row, NUMERATOR), key_of(row, DENOMINATOR)
    measure = stem(row["measure"])
    year = {"window_days": None, "group": ""}
    for (name, part), (other, group) in SAME:
        if measure == name:
            found.join(key_of(row, part), key_of(row | year | {"measure": other, "group": group}, NUMERATOR))
    if CURVES.get(measure):
        found.join(numerator, key_of(row | {"measure": CURVES[measure]}, REST))
    if row["unit"] == "ratio":
        base = row | {"measure": measure.partition("_")[0]}
        found.join(numerator, key_of(base, NUMERATOR))
        found.join(denominator, key_of(base | {"year": row.get("against", "")}, NUMERATOR))
    if row["unit"] != "share":
        return
    if measure == CLAIMED:
        for closing in ("eoc1c", "eoc8c", "psw1c", "bm1c", "eoc7c"):
            twin = row | year | {"measure": closing}
            if found.counts.get(key_of(twin, DENOMINATOR)) == row["denominator"]:
                found.join(numerator, key_of(twin, NUMERATOR))
                found.join(denominator, key_of(twin, DENOMINATOR))
                found.join(key_of(row, REST), key_of(twin, REST))
    if measure == "reach_referred":
        # The same children stand beside every service that is counted in children.
        for part in (NUMERATOR, DENOMINATOR, REST):
            shared = ("", "", measure, "", f"{row['group']} of {row['denominator']}", row["year"], part)
            found.join(found.add(shared, found.counts[key_of(row, part)]), key_of(row, part))


def _join_denominators(found: Related, rows: Sequence[Row], rule: Disclosure) -> None:
    """Take equal denominators of a cohort and the steps of its flow for one count, small ones of one window only."""
    by_cohort: dict[tuple[object, ...], Key] = {}
    for row in rows:
        step = row["measure"] == FLOW and row["group"].startswith("step: ")
        if row["measure"] in (CLAIMED, "reach_referred", "psw4_claim") or row["unit"] == "ratio":
            continue
        if row["group"].startswith("domain: ") or not (step or row["denominator"] is not None):
            continue
        key = key_of(row, NUMERATOR if step else DENOMINATOR)
        count = found.counts[key]
        window = row["window_days"] if count <= rule.hide_up_to else None
        group = "" if step or row["measure"] == "reach" else row["group"]
        cohort = (row["report"], row["stream"], row["year"], group, count, window)
        found.join(by_cohort.setdefault(cohort, key), key)


def _alike(rows: Iterable[Row], *, without: tuple[str, ...]) -> Iterator[list[Row]]:
    """Return the rows with counts that differ in one column alone, in their order; a twin is left out."""
    names = [each for each in ("report", "stream", "measure", "window_days", "group", "year") if each not in without]
    found: dict[tuple[object, ...], list[Row]] = {}
    seen = set()
    for row in rows:
        key = key_of(row, "")
        if key not in seen and not row["measure"].endswith("_family") and row["unit"] != "ratio":
            seen.add(key)
            found.setdefault(tuple(row[name] for name in names), []).append(row)
    return (each for each in found.values() if len(each) > 1)


def _over_windows(found: Related, rows: list[Row]) -> None:
    """Add the step between two windows of one cohort: those who had the event between them."""
    shares = [row for row in rows if row["window_days"] is not None and is_share(row) and row["numerator"] is not None]
    for before, after in combinations(sorted(shares, key=lambda row: int(row["window_days"])), 2):
        keys = {part: (key_of(before, part), key_of(after, part)) for part in (NUMERATOR, REST)}
        if before["denominator"] == after["denominator"] or _same_matured(found, before, after):
            # Of one of the two there can only be more as time goes by: of those with the event.
            part = NUMERATOR if before["numerator"] < after["numerator"] else REST
            first, second = keys[part]
            found.difference(second, first, f"since {before['window_days']}")


def _same_matured(found: Related, before: Row, after: Row) -> bool:
    matured = {"measure": FLOW, "group": "step: matured"}
    first, second = (found.counts.get(key_of(row | matured, NUMERATOR)) for row in (before, after))
    return stem(before["measure"]) in CURVES.values() and first is not None and first == second


def _over_years(found: Related, rows: list[Row], rule: Disclosure) -> None:
    """Add that pooled years are the sum of single ones, less who was there twice.

    In pooled years somebody counts once, by the first time: so everybody of the first year is among them. How often
    somebody was there again nobody is told; where it is never, a reader may see that the years add up.
    """
    by_year = {row["year"]: row for row in rows}
    for row in rows:
        singles = [by_year[year] for year in pooled_years(row["year"]) if year in by_year]
        for part in (NUMERATOR, REST, DENOMINATOR):
            total, keys = key_of(row, part), [key_of(each, part) for each in singles]
            if not keys or any(key not in found.counts for key in (total, *keys)):
                continue
            again = sum(found.counts[key] for key in keys) - found.counts[total]
            terms = ((total, -1), *((key, 1) for key in keys))
            if not again:
                found.relate(*terms)
                continue
            found.at_least(terms, rule, "again")
            if singles[0]["year"] == pooled_years(row["year"])[0]:
                found.at_least(((total, 1), (keys[0], -1)), rule, "after the first year")


def _over_groups(found: Related, rows: list[Row]) -> None:
    """Add that the groups of a characteristic are everybody, and who is in a group that is not given."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        name, _, code = row["group"].partition(": ")
        if code and row["measure"] not in (FLOW, CLAIMED) and row["unit"] == "share":
            groups.setdefault(name, []).append(row)
    for name, members in groups.items():
        if members[0]["measure"].startswith("reach"):
            _reached(found, members)
            continue
        everybody = members[0] | {"group": ""}
        if any(key_of(everybody, part) not in found.counts for part in (NUMERATOR, DENOMINATOR)):
            continue
        left = {part: found.counts[key_of(everybody, part)] for part in (NUMERATOR, REST, DENOMINATOR)}
        for part in left:
            left[part] -= sum(found.counts[key_of(each, part)] for each in members)
        others = {}
        if left[DENOMINATOR] > 0 and min(left.values()) >= 0:
            others = {part: found.add((*key_of(everybody, part), f"other {name}"), left[part]) for part in left}
            found.relate((others[NUMERATOR], 1), (others[REST], 1), (others[DENOMINATOR], -1))
        for part in left:
            terms = [(key_of(each, part), 1) for each in members]
            if others:
                terms.append((others[part], 1))
            found.relate((key_of(everybody, part), -1), *terms)


def _reached(found: Related, members: list[Row]) -> None:
    known = [row for row in members if not row["group"].endswith(": unknown")]
    unknown = [row for row in members if row["group"].endswith(": unknown")]
    for row in known[1:]:
        found.join(key_of(known[0], DENOMINATOR), key_of(row, DENOMINATOR))
    if known:
        found.relate((key_of(known[0], DENOMINATOR), -1), *((key_of(row, NUMERATOR), 1) for row in known))
    for row in unknown:
        if known:
            found.join(key_of(row, REST), key_of(known[0], DENOMINATOR))
        everybody = (row["report"], row["stream"], row["measure"], "", "everybody", row["year"], DENOMINATOR)
        found.join(found.add(everybody, row["denominator"]), key_of(row, DENOMINATOR))


def _reached_over_years(found: Related, rows: Sequence[Row], rule: Disclosure) -> None:
    """Add that who was reached in pooled years is the sum of a step of the flow of each, less who came again."""
    steps: dict[tuple[str, str, str], dict[str, Key]] = {}
    for row in rows:
        if row["measure"] == FLOW and row["window_days"] is None and row["group"].startswith("step: "):
            by_year = steps.setdefault((row["report"], row["stream"], row["group"]), {})
            by_year[row["year"]] = key_of(row, NUMERATOR)
    for row in rows:
        if row["measure"] != "reach" or not row["group"].endswith(": unknown"):
            continue
        total, years = key_of(row, DENOMINATOR), pooled_years(row["year"])
        for (report, stream, _), by_year in steps.items():
            if (report, stream) != (row["report"], row["stream"]) or not years or not set(years) <= set(by_year):
                continue
            terms = ((total, -1), *((by_year[year], 1) for year in years))
            again = sum(coefficient * found.counts[key] for key, coefficient in terms)
            if again:
                found.at_least(terms, rule, f"again {by_year[years[0]][4]}")
            else:
                found.relate(*terms)


HARM_OF = {"eoc1": "eoc6", "bm1": "bm7"}
"""The measure of the event, and that of harm in the same window, whose letter u is the unplanned event alone."""


def _over_measures(found: Related, rows: list[Row], rule: Disclosure) -> None:
    """Add wholes and parts among measures of one cohort and window."""
    by_measure = {row["measure"]: row for row in rows if row["numerator"] is not None and is_share(row)}

    def near(whole: str, part: str) -> bool:
        if not {whole, part} <= set(by_measure):
            return False
        apart = abs(by_measure[whole]["denominator"] - by_measure[part]["denominator"])
        return bool(apart <= rule.hide_up_to)

    for whole, part in WITHIN:
        if near(whole, part):
            key = key_of(by_measure[whole], NUMERATOR)
            found.difference(key, key_of(by_measure[part], NUMERATOR), f"without {part}")
    for whole, harm in HARM_OF.items():
        _not_in_the_base(found, by_measure, whole, harm, rule)
    for curve, share in CURVES.items():
        if {curve, share} <= set(by_measure):
            # The events of those whose window has not passed for all.
            events, counted = key_of(by_measure[curve], NUMERATOR), key_of(by_measure[share], REST)
            found.difference(events, counted, "not matured")
    for whole, parts in UNIONS.items():
        if {whole, *parts} <= set(by_measure):
            keys = [key_of(by_measure[part], NUMERATOR) for part in parts]
            total = key_of(by_measure[whole], NUMERATOR)
            # How often somebody is in two parts; at least never.
            found.at_least(((total, -1), *((key, 1) for key in keys)), rule, "in several")


def _not_in_the_base(found: Related, by_measure: dict[str, Row], whole: str, harm: str, rule: Disclosure) -> None:
    """Add that whoever is missing from the base of a measure of harm has had the event.

    Of an entry it can be unknown whether it was planned, and nobody can be followed beyond it: of those whose status
    at 12 months is known, no others are missing from that base.
    """
    unplanned = f"{harm}u"
    if whole not in by_measure:
        return
    event, base = key_of(by_measure[whole], REST), key_of(by_measure[whole], DENOMINATOR)
    if harm in by_measure:
        narrower = key_of(by_measure[harm], DENOMINATOR)
        found.at_least(((event, 1), (base, -1), (narrower, 1)), rule, "followed")
    if unplanned in by_measure:
        part, narrower = (key_of(by_measure[unplanned], which) for which in (NUMERATOR, DENOMINATOR))
        planned = found.counts[event] - found.counts[part] - found.counts[base] + found.counts[narrower]
        if planned >= 0:
            rest = found.add((*event, "planned only"), planned)
            found.relate((event, 1), (part, -1), (base, -1), (narrower, 1), (rest, -1))


def _flows(found: Related, rows: Sequence[Row]) -> None:
    """Add that each step of a flow is the one before it, less who is left out between them."""
    flows: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        if row["measure"] == FLOW:
            flows.setdefault((row["report"], row["stream"], row["year"]), []).append(row)
    for steps in flows.values():
        trunk: Key | None = None
        before: Key | None = None
        left: list[tuple[Key, int]] = []
        window: int | None = None
        for row in steps:
            if row["window_days"] != window:
                window, before, left = row["window_days"], trunk, []
            key = key_of(row, NUMERATOR)
            if row["group"].startswith("left: "):
                left.append((key, 1 if row["numerator"] >= 0 else -1))
                continue
            if before is not None:
                found.relate((before, 1), (key, -1), *((other, -sign) for other, sign in left))
            before, left = key, []
            if window is None:
                trunk = key


def _looked_after(found: Related, rows: Sequence[Row]) -> None:
    """Add that the children looked after are those of a year before, and who came, less who left."""
    by_measure = {(row["measure"], row["year"]): key_of(row, NUMERATOR) for row in rows if row["unit"] == "count"}
    years = sorted(year for measure, year in by_measure if measure == "las1" and not pooled_years(year))
    for before, year in pairwise(years):
        keys = [by_measure.get(each) for each in (("las1", before), ("las3", year), ("las4", year), ("las1", year))]
        if all(key in found.counts for key in keys):
            found.relate(*zip((key for key in keys if key), (1, 1, -1, -1), strict=True))


def _tell(found: Related, rows: Sequence[Row]) -> None:
    """Say of which counts a reader is told that they are small: not of parts whose sum stands beside them.

    Three years of which each has fewer than 5, and together 7, leave little to guess. Of whom a flow leaves out it is
    known that there is somebody, or the row would not be there.
    """
    pools: dict[Key, set[str]] = {}
    for row in rows:
        pools.setdefault(key_of(row, "")[:-2], set()).update(pooled_years(row["year"]))
    for row in rows:
        if row["measure"] == FLOW and row["group"].startswith("left: "):
            found.least[key_of(row, NUMERATOR)] = 1
        elif not row["group"] and row["year"] not in pools[key_of(row, "")[:-2]]:
            keys = (key_of(row, part) for part in (NUMERATOR, DENOMINATOR, REST))
            found.told.update(key for key in keys if key in found.counts)
