"""The counts behind the figures of a release and of earlier publications, and what is known of each at first sight.

A count is known by what it counts, not by where it stands: the same service, stream, measure, group, year and window
are one count in every report of the run and in every year's publication, unless it was revised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from ehp_eval.disclosure.audit_ranges import System
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.numerators import Range
from ehp_eval.publishing import Disclosure

FAMILY = "_family"
FLOW, LEFT = "flow", "left: "
REFERRED = "reach_referred"
RECORDS, PUBLISHED = "records", "published"
BY_THEMSELVES = ("ratio", "per 10,000 under 18")
"""Units in which the numerator is no part of the denominator."""
COMPLEMENT, SAME, EARLIER = "complement", "same", "earlier"

Key = tuple[str, str, str, str, str, int]


class Line(NamedTuple):
    """One figure: what is shown of it, and its counts by position in the system; None where it has none."""

    report: str
    key: Key
    measure: str
    unit: str
    source: str
    method: str
    confidence: float
    value: float | None
    lower: float | None
    upper: float | None
    value_places: tuple[int | None, int | None, int | None]
    hidden: frozenset[str]
    reason: str
    exempt: bool
    n: int | None
    d: int | None
    c: int | None
    earlier: bool

    @property
    def stem(self) -> str:
        """The measure, its interval apart."""
        return self.key[2]

    @property
    def group(self) -> str:
        """The group of people; empty for everybody."""
        return self.key[3]

    @property
    def year(self) -> str:
        """The year, or the pooled years."""
        return self.key[4]

    @property
    def window(self) -> int | None:
        """The window in days; None where there is none."""
        return None if self.key[5] < 0 else self.key[5]

    def counts(self) -> dict[str, int]:
        """Return the position of each count that it has: n, d and c, the complement."""
        return {name: at for name, at in (("n", self.n), ("d", self.d), ("c", self.c)) if at is not None}


@dataclass
class Book:
    """Every count of a run and of earlier publications, in one system.

    Attributes
    ----------
    system : System
    publications : list of list of Line
        The release first, then the earlier publications.
    """

    rule: Disclosure
    system: System
    publications: list[list[Line]] = field(default_factory=list)
    _found: dict[tuple[Key, str], list[int]] = field(default_factory=dict)

    def fit(self, key: Key, column: str, known: Range, truth: int | None, apart: int, kind: str) -> int:
        """Return the position of a count, a new one where there is none that it can be."""
        system = self.system
        for at in self._found.get((key, column), []):
            held = system.truth[at]
            fits = truth is None or held is None or truth == held
            inside = held is None or known.low <= held <= known.high
            if fits and inside and system.low[at] <= known.high and known.low <= system.high[at]:
                if held is not None and not 1 <= held <= apart:
                    system.apart[at] = max(system.apart[at], apart)
                system.narrow(at, known.low, known.high, kind)
                return at
        at = system.count(known, truth, apart=apart)
        self._found.setdefault((key, column), []).append(at)
        return at


class Assumed(NamedTuple):
    """What the rule lets a reader take for granted, each only where it is so in the whole release."""

    numerator: bool
    complement: bool
    base: bool
    shown: bool


def book_of(published: pd.DataFrame, truth: pd.DataFrame, rule: Disclosure, previous: list[pd.DataFrame]) -> Book:
    """Return the counts of a release and of earlier publications."""
    greatest = max((_greatest(frame) for frame in (published, *previous)), default=0)
    book = Book(rule, System(most=2 * greatest + 1000))
    rows = list(zip(_records(published), _records(truth), strict=True))
    assumed = _assumed(rows, rule)
    book.publications.append([line for row, true in rows if (line := _line(book, row, true, assumed, exact=None))])
    for frame in previous:
        earlier = list(_records(frame))
        exact = not rule.round_to or any(
            (_number(row[name]) or 0) % rule.round_to for row in earlier for name in ("numerator", "denominator")
        )
        lines = (_line(book, row, None, assumed, exact=exact) for row in earlier)
        book.publications.append([line for line in lines if line])
    return book


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for name in ("hidden", "reason", "known"):
        if name not in frame:
            frame = frame.assign(**{name: ""})
    yield from ({str(name): value for name, value in row.items()} for row in frame.to_dict("records"))


def _greatest(frame: pd.DataFrame) -> int:
    counts = frame[frame["source"] == RECORDS]
    # The denominator of a rate is a population, which nothing here adds up to.
    counts = counts[~counts["unit"].isin(BY_THEMSELVES)]
    found = (pd.to_numeric(counts[name], errors="coerce").max() for name in ("numerator", "denominator"))
    return int(max((value for value in found if pd.notna(value)), default=0))


def _number(value: Any) -> int | None:
    number = _real(value)
    return None if number is None else int(number)


def _real(value: Any) -> float | None:
    # Of earlier publications every cell is text; a mark such as [c] or [x] is no number.
    found = pd.to_numeric(value, errors="coerce") if isinstance(value, str) else value
    return None if pd.isna(found) else float(found)


def _places(value: Any) -> int | None:
    """Return to how many decimals a number is written; None where it is no text."""
    return len(value.partition(".")[2]) if isinstance(value, str) and "e" not in value.lower() else None


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _hidden(row: Mapping[str, Any]) -> frozenset[str]:
    marked = {
        name for name in ("numerator", "denominator", "value") if isinstance(row[name], str) and row[name] == HIDDEN
    }
    return frozenset(_text(row["hidden"]).split()) | marked


def _complement(row: Mapping[str, Any]) -> int | None:
    n, d = _number(row["numerator"]), _number(row["denominator"])
    return None if n is None or d is None or row["unit"] in BY_THEMSELVES else d - n


def _assumed(rows: list[tuple[dict[str, Any], dict[str, Any]]], rule: Disclosure) -> Assumed:
    small = range(1, rule.hide_up_to + 1)
    held = dict.fromkeys(Assumed._fields, True)
    for row, true in rows:
        if row["source"] != RECORDS or _text(row["known"]):
            continue
        hidden, reason = _hidden(row), _text(row["reason"])
        n, d = abs(_number(true["numerator"]) or 0), _number(true["denominator"]) or 0
        if "numerator" in hidden and reason in ("complement", "secondary"):
            held["numerator"] &= n not in small
            held["complement"] &= reason == "complement" or _complement(true) not in small
        if "denominator" in hidden and reason == "base":
            held["base"] &= 1 <= d < 2 * rule.hide_up_to
        if "numerator" not in hidden:
            held["shown"] &= n not in small
    return Assumed(**held)


def _line(
    book: Book, row: dict[str, Any], true: dict[str, Any] | None, assumed: Assumed, *, exact: bool | None
) -> Line | None:
    """Read one row; None where it tells of nobody in the records."""
    source, measure, known = _text(row["source"]), _text(row["measure"]), _text(row["known"])
    if source != RECORDS and not (source == PUBLISHED and measure.startswith("claim:")):
        return None
    window = _number(row["window_days"])
    stem = measure.removesuffix(FAMILY)
    service, stream = ("", "") if stem == REFERRED else (_text(row["service"]), _text(row["stream"]))
    key = (service, stream, stem, _text(row["group"]), _text(row["year"]), -1 if window is None else window)
    exempt, hidden, reason = source != RECORDS or bool(known), _hidden(row), _text(row["reason"])
    columns: dict[str, int | None] = {"n": None, "d": None, "c": None}
    for column, name in (("n", "numerator"), ("d", "denominator")):
        shown, held = _number(row[name]), None if true is None else _number(true[name])
        if shown is None and held is None and name not in hidden:
            continue
        negative = (held or 0) < 0 or (shown or 0) < 0
        whole = exempt or (exact if exact is not None else not book.rule.round_to)
        at_first, apart = _known_of(
            column, shown, reason, book, assumed, negative=negative, exact=whole,
            left=stem == FLOW and key[3].startswith(LEFT),
        )  # fmt: skip
        if held is not None and not at_first.low <= held <= at_first.high:
            at_first = Range(min(0, -book.system.most * negative), book.system.most) if shown is None else at_first
            held = held if shown is None else shown
        truth = held if true is not None else (shown if whole else None)
        columns[column] = book.fit(key, column, at_first, truth, apart, SAME if true is not None else EARLIER)
    n, d = columns["n"], columns["d"]
    if n is not None and d is not None and row["unit"] not in BY_THEMSELVES:
        columns["c"] = _complement_of(book, key, n, d, row, reason, hidden, true, assumed)
    places = (_places(row["value"]), _places(row["lower"]), _places(row["upper"]))
    return Line(
        _text(row["report"]), key, measure, _text(row["unit"]), source, _text(row["method"]),
        _real(row["confidence"]) or 0.95, _real(row["value"]), _real(row["lower"]), _real(row["upper"]),
        places, hidden, reason, exempt, n, d, columns["c"], true is None,
    )  # fmt: skip


def _known_of(
    column: str, shown: int | None, reason: str, book: Book, assumed: Assumed, *,
    negative: bool, exact: bool, left: bool,
) -> tuple[Range, int]:  # fmt: skip
    """Return what is known of a count at first sight, and up to which number from 1 it is known not to be."""
    rule, most = book.rule, book.system.most
    up_to = rule.hide_up_to
    least = 1 if left or not rule.show_zero else 0
    if shown is not None:
        if exact:
            return Range(shown, shown), 0
        slack = rule.round_to // 2
        low = shown - slack if negative else max(0, shown - slack)
        return Range(low, shown + slack), up_to if assumed.shown and column == "n" and not negative else 0
    small = column == "n" and reason == "small"
    apart = up_to if column == "n" and reason in ("complement", "secondary") and assumed.numerator else 0
    if negative:
        return Range(-up_to if small else -most, -1 - apart), 0
    if small:
        return Range(1 if left or rule.show_zero else 0, up_to), 0
    if column == "d" and reason == "base" and assumed.base:
        return Range(1, 2 * up_to - 1), 0
    if apart and least:
        return Range(apart + 1, most), 0
    return Range(1 if left else 0, most), apart


def _complement_of(
    book: Book, key: Key, n: int, d: int, row: dict[str, Any], reason: str, hidden: frozenset[str],
    true: dict[str, Any] | None, assumed: Assumed,
) -> int:  # fmt: skip
    rule, system = book.rule, book.system
    ends = (system.truth[n], system.truth[d])
    truth = None if ends[0] is None or ends[1] is None else ends[1] - ends[0]
    known, apart = Range(0, system.most), 0
    if "numerator" in hidden and reason == "complement":
        known = Range(int(rule.show_zero), rule.hide_up_to)
        if truth is not None and not known.low <= truth <= known.high:
            known = Range(0, system.most)
    if "numerator" in hidden and reason == "secondary" and assumed.complement:
        apart = rule.hide_up_to
    at = book.fit(key, f"c{n}-{d}", known, truth, apart, SAME)
    system.add(((n, 1), (at, 1), (d, -1)), COMPLEMENT, certain=True)
    return at
