"""From hidden counts to hidden figures: whatever a row shows must be meant to be shown.

Named is what may stand, never what may not: a row of a kind that is not known here is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from ehp_eval.disclosure.related import (
    CURVES,
    DENOMINATOR,
    NUMERATOR,
    REST,
    Related,
    Row,
    cohort_of,
    is_small,
    key_of,
    stem,
)
from ehp_eval.disclosure.release import BASE, COMPLEMENT, EARLIER, FEW, PUBLISHED, SECONDARY, SMALL
from ehp_eval.measures.figures import COUNT, POINTS, SHARE
from ehp_eval.streams import STREAMS

if TYPE_CHECKING:
    from ehp_eval.publishing import Disclosure

Place = tuple[str, str, str, int | None, str, str]

_PARTS = (NUMERATOR, DENOMINATOR, REST)
ALL = ("numerator", "denominator", "value")
QUANTITIES = ("weeks", "visits a week", "days", "score points")
"""Units of a median or a mean of as many people as the denominator says."""
MONEY = re.compile(r"GBP, price year \d{4}-\d{2}")
AMOUNTS = ("cost", "psw4_claim")
"""Amounts that no count of the records can be worked out from."""
AMOUNTS_EACH = ("cost_unit", "psw4")
"""Amounts divided by their denominator."""
BREAK_EVEN = re.compile(r"\w+_break_even(_cashable)?")
PLACEMENTS = {"bm4w": "bm4", "bm4k": "bm4"}
"""Sums over placements, and the number of these."""
COMPARISON, SERVICE_SHARE, MAIN, PER_ENTRY = "eoc9", "eoc9_service", "eoc1", "eoc10"
CURVE_MEASURES = {stream.incidence for stream in STREAMS.values()} | {"psw1p"}
CHANGE = re.compile(r"_(change|baseline)$")


def too_few(row: Row, rule: Disclosure) -> bool:
    """Return whether nothing of a row is shown, whatever else is: a point of a curve, or a comparison, of too few."""
    if stem(row["measure"]) in CURVES:
        return bool(row.get("at_risk", 0) < rule.least_at_risk)
    if row["measure"].partition("_")[0] == COMPARISON:
        behind = row.get("behind")
        return not behind or any(is_small(count, rule) for count in behind)
    return False


def hide(rows: Sequence[Row], related: Related, hidden: Set[str], rule: Disclosure) -> list[Row]:
    """Return the rows with what must not be seen taken out of them.

    Parameters
    ----------
    rows : sequence of dict
        Rows from records; see `ehp_eval.disclosure.whole_run`.
    related : Related
        How their counts add up.
    hidden : set of str
        Ids of the cells that are not shown.
    rule : Disclosure

    Returns
    -------
    list of dict
        In the same order, with `hidden`, `reason` and `known` as `ehp_eval.disclosure.release.Release` has them.
    """
    published, documented = ({related.id(key) for key in keys} for keys in (related.published, related.documented))
    quiet = related.quiet(rule.model_copy(update={"show_zero": True}))
    bases = related.narrow_bases(rule)

    def cells(row: Row) -> dict[str, str]:
        return {part: related.id(key_of(row, part)) for part in _PARTS if key_of(row, part) in related.counts}

    found = []
    for row in rows:
        own = cells(row)
        marked = row | {"hidden": "", "reason": "", "known": ""}
        counts = {cell for part, cell in own.items() if part != REST}
        names = [part for part, cell in own.items() if cell in hidden and part != REST]
        nobody = any(related.counts[key_of(row, part)] == 0 for part in (NUMERATOR, REST) if part in own)
        if nobody and not rule.show_zero and NUMERATOR not in names and row["denominator"] != 0:
            narrow = row["denominator"] is not None and row["denominator"] < 2 * rule.hide_up_to
            names = [NUMERATOR, *([DENOMINATOR] if narrow else names)]
        few = any(is_small(related.counts[key_of(row, part)], rule) for part in own)
        all_known = counts <= documented or (few and counts <= published)
        if counts and all_known and row["unit"] in (SHARE, COUNT, "ratio"):
            found.append(marked | {"known": _known(counts, documented)})
            continue
        # Where it is known how many there are, there is less to be hidden than the rule asks for.
        of_known = (cohort_of(key_of(row, DENOMINATOR)), row["denominator"]) in bases
        if of_known or (row["unit"] == "ratio" and few and counts & published):
            marked["known"] = _known(counts & published, documented)
        found.append(_by_its_counts(marked, names, _reason(row, related, own, quiet, rule), rule))
    by_place: dict[Place, Row] = {}
    for row in found:
        by_place.setdefault(place_of(row), row)
    return [_by_others(row, by_place, rule) for row in found]


def _known(counts: Set[str], documented: Set[str]) -> str:
    return PUBLISHED if counts <= documented else EARLIER


def _reason(row: Row, related: Related, own: Mapping[str, str], quiet: Container[str], rule: Disclosure) -> str:
    """Return why a row hides a count: its own small one, or another's.

    Of a small one of which nobody is to be told the same is said as of another's.
    """
    for part, reason in ((DENOMINATOR, BASE), (NUMERATOR, SMALL), (REST, COMPLEMENT)):
        if part in own and own[part] not in quiet and is_small(related.counts[key_of(row, part)], rule):
            return reason
    return SECONDARY


def _by_its_counts(row: Row, names: list[str], reason: str, rule: Disclosure) -> Row:
    """Hide what its own counts ask for."""
    unit, measure, hides_base = row["unit"], row["measure"], "denominator" in names
    if too_few(row, rule):
        return hidden_more(row, ALL, FEW)
    if unit in (SHARE, COUNT, "ratio") or unit.startswith("per 10,000"):
        if names and measure in CURVE_MEASURES and (row["denominator"] or 0) < rule.least_at_risk + rule.hide_up_to:
            # Too few at risk, or too few with the event: which of the two it is would say how few.
            return hidden_more(row, ALL, FEW)
        if hides_base and row["numerator"] is not None:
            names = ["numerator", "denominator"]
        return hidden_more(row, (*names, "value"), reason) if names else row
    if unit in QUANTITIES and row["denominator"] is not None:
        few = row["denominator"] < rule.least_at_risk
        if few or hides_base:
            return hidden_more(row, ALL, FEW if few else reason)
        return hidden_more(row, names, reason) if names else row
    if BREAK_EVEN.fullmatch(measure):
        return hidden_more(row, names, reason) if names else row
    if MONEY.fullmatch(unit) and measure in AMOUNTS_EACH:
        return hidden_more(row, ("denominator", "value"), reason) if hides_base else row
    if MONEY.fullmatch(unit) and measure in AMOUNTS:
        return row
    if unit == POINTS or measure in PLACEMENTS or measure == PER_ENTRY or CHANGE.search(measure):
        return row  # others decide on it
    return hidden_more(row, ALL, FEW)


def _by_others(row: Row, rows: Mapping[Place, Row], rule: Disclosure) -> Row:
    """Hide a row that would give away what another one hides."""
    measure = row["measure"]
    if row["unit"] == "ratio":
        return row
    if CHANGE.search(measure):
        both = [twins(row, year, rows) for year in (row["year"], row.get("against", ""))]
        safe = all(both) and not any(each["hidden"] for each in (*both[0], *both[1]))
    elif measure in PLACEMENTS:
        number = rows.get(place_of(row | {"measure": PLACEMENTS[measure], "group": ""}))
        safe = number is not None and not number["hidden"] and number["numerator"] > rule.hide_up_to
    elif measure.partition("_")[0] == COMPARISON and not row["hidden"]:
        behind = [rows.get(place_of(row | {"measure": each})) for each in (MAIN, f"{MAIN}_family", SERVICE_SHARE)]
        safe = bool(behind[0]) and not any(each["hidden"] for each in behind if each)
    elif measure == PER_ENTRY:
        places = [place_of(row | {"measure": each, "window_days": 365}) for each in (COMPARISON, SERVICE_SHARE, MAIN)]
        safe = all(place in rows and not rows[place]["hidden"] for place in places)
    elif row["unit"] == POINTS:
        safe = False
    else:
        return row
    return row if safe or row["hidden"] else hidden_more(row, ("numerator", "value"), SECONDARY)


def twins(row: Row, year: str, rows: Mapping[Place, Row]) -> list[Row]:
    """Return the figures of a year that a change is made of: the plain one, then the family-clustered one."""
    base = CHANGE.sub("", row["measure"])
    places = (place_of(row | {"measure": f"{base}{suffix}", "year": year}) for suffix in ("", "_family"))
    return [rows[place] for place in places if place in rows]


def hidden_more(row: Row, names: Sequence[str], reason: str) -> Row:
    """Return a row without these too; its limits go with its value."""
    before = row["hidden"].split()
    gone = [name for name in ALL if name in before or (name in names and row[name] is not None)]
    left = row | dict.fromkeys(gone)
    if "value" in names:
        left |= {"lower": None, "upper": None}
    return left | {"hidden": " ".join(gone), "reason": (row["reason"] or reason) if gone else ""}


def place_of(row: Row) -> Place:
    """Return by what a row is known."""
    return (row["report"], row["stream"], row["measure"], row["window_days"], row["group"], row["year"])
