"""The verdict on a service: continue, watch, or consider re-direction, by gates fixed before the extract.

Pure: the evidence and the council's thresholds in, the verdict out. docs/verdict.md has the rules in words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ehp_eval.config import Thresholds
from ehp_eval.proportions import Estimate

CONTINUE, WATCH, REDIRECTION = "continue", "watch", "consider_redirection"
VERDICTS = (CONTINUE, WATCH, REDIRECTION)

NO_COMPARATOR, IMMATURE, INSUFFICIENT_N = "no_comparator", "immature_followup", "insufficient_n"
DATA_QUALITY, SAFETY_REVIEW, SAFETY_NOT_SHOWN, MIXED = "data_quality", "safety_review", "safety_not_shown", "mixed"
REASONS = (NO_COMPARATOR, IMMATURE, INSUFFICIENT_N, DATA_QUALITY, SAFETY_REVIEW, SAFETY_NOT_SHOWN, MIXED)
"""Reason codes of `watch`, in the order in which they are given: what is wanting most comes first."""

LEVEL_NEEDED = 2
"""The lowest design level that can carry a verdict: a matched or standardised comparison."""
_MOST = 1000
"""An interval so many times too wide is never narrow enough: that would take a million times the cases."""
COHORTS_NEEDED = 2
"""Cohorts that do not overlap, each with a comparison of its own, before re-direction may be considered."""

STATES = {
    "data": ("pass", "fail"),
    "safety": ("shown_acceptable", "not_shown", "shown_worse"),
    "outcome": ("better", "better_by_little", "below_worthwhile", "unclear", "none"),
    "value": ("pass", "fail", "unknown"),
    "system": ("context",),
}
"""The gates, and the states that each can be in."""


@dataclass(frozen=True)
class CohortDifference:
    """The differences of one year's cohort from its own comparison: positive is better, and positive is more harm."""

    year: str
    outcome: Estimate
    harm: Estimate | None


@dataclass(frozen=True)
class Evidence:
    """What is known about one service.

    Attributes
    ----------
    n : int
        Those of the pooled cohort for whom 12 months have passed and whose status is known.
    matured : int
        Those for whom 12 months have passed.
    followed : bool
        Whether there is a pooled cohort in which 12 months have passed for everybody.
    level : int
        Design level of the comparison: 0 none, 1 historical, 2 matched or standardised, 3 difference-in-differences
        or synthetic control with checks, 4 randomised.
    refused : str
        Reason code for which the comparison cannot be used; empty where it can.
    outcome : Estimate or None
        Difference in the primary measure, as a share; positive is better.
    harm : Estimate or None
        Difference in harm, as a share; positive is worse.
    by_cohort : tuple of CohortDifference
        The same by year, of the years that have a comparison of their own.
    incidents : int
        Serious incidents, and case audits that confirmed harm, since the first year of the cohort that no case review
        has looked at.
    confirmed_harm : int
        Harm that a case audit has confirmed.
    entries_fewer : Estimate or None
        Fewer with the bad outcome than in the comparison: n times the difference.
    break_even : float or None
        So many fewer at which the service pays for itself; central value.

    Notes
    -----
    An estimate with a value or limit that is nan counts as none: what is missing never passes a gate.
    """

    n: int
    matured: int
    followed: bool
    level: int = 0
    refused: str = ""
    outcome: Estimate | None = None
    harm: Estimate | None = None
    by_cohort: tuple[CohortDifference, ...] = ()
    incidents: int = 0
    confirmed_harm: int = 0
    entries_fewer: Estimate | None = None
    break_even: float | None = None


@dataclass(frozen=True)
class Gate:
    """One gate: its name and state (`STATES`), and the numbers that led to it."""

    name: str
    state: str
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Flip:
    """One thing that would change the verdict, or that it depends on: a code of `words_en.toml`, and its numbers."""

    code: str
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The verdict, its reasons (of `watch` alone, and then at least one), its gates, and what would flip it."""

    verdict: str
    reasons: tuple[str, ...]
    gates: tuple[Gate, ...]
    flips: tuple[Flip, ...]

    def gate(self, name: str) -> Gate:
        """Return one gate."""
        return next(gate for gate in self.gates if gate.name == name)


def judge(evidence: Evidence, thresholds: Thresholds) -> Verdict:
    """Judge a service by the council's own thresholds.

    Parameters
    ----------
    evidence : Evidence
    thresholds : Thresholds
        Fixed before the extract.

    Returns
    -------
    Verdict

    Notes
    -----
    *continue*: the data pass, no more harm than the margin is shown with no incident unreviewed, and the difference
    is better, from a comparison of design level 2 or more, at a cost that it pays for.

    *consider_redirection*: the data pass, at least `redirection_minimum` cases and two cohorts that point the same
    way, and either the difference is below what is worthwhile or more harm is shown and confirmed by case audit.

    *watch*: all else. An effect that is shown, pays for itself and yet is below what is worthwhile meets the words of
    both of the others: the council's two yardsticks disagree, and people decide (`mixed`).
    """
    case = _Case(evidence, thresholds)
    gates = tuple(Gate(name, getattr(case, name), getattr(case, f"{name}_numbers")()) for name in STATES)
    if case.data == "pass" and (case.too_little or case.harmful):
        if not case.wanting():
            return Verdict(REDIRECTION, (), gates, tuple(_flips_of_redirection(case)))
    elif case.data == "pass" and case.continues:
        return Verdict(CONTINUE, (), gates, tuple(_flips_of_continue(case)))
    reasons = tuple(reason for reason in REASONS if reason in set(_reasons(case))) or (MIXED,)
    return Verdict(WATCH, reasons, gates, tuple(_flips_of_watch(case)))


class _Case:
    """The evidence held against the thresholds: the state of every gate, each worked out in one place."""

    def __init__(self, evidence: Evidence, thresholds: Thresholds) -> None:
        self.evidence, self.thresholds = evidence, thresholds
        usable = evidence.level >= LEVEL_NEEDED and not evidence.refused
        self.difference = evidence.outcome if usable and _known(evidence.outcome) else None
        # Without a comparison of its outcome a service is not compared at all.
        self.more_harm = evidence.harm if self.difference and _known(evidence.harm) else None
        self.fewer = evidence.entries_fewer if self.difference and _known(evidence.entries_fewer) else None
        self.data = "fail" if any(self.data_faults()) else "pass"
        self.safety, self.outcome, self.value = self._safety(), self._outcome(), self._value()
        self.system = "context"

    @property
    def share_known(self) -> float:
        return self.evidence.n / self.evidence.matured if self.evidence.matured else math.nan

    def data_faults(self) -> Iterator[str]:
        if not self.evidence.followed:
            yield IMMATURE
        if self.evidence.n < self.thresholds.verdict_minimum:
            yield INSUFFICIENT_N
        if self.share_known < self.thresholds.outcome_known:  # of nobody it is not known: n says that already
            yield DATA_QUALITY

    def _safety(self) -> str:
        if self.more_harm is None:
            return "not_shown"
        if self.more_harm.lower > 0:  # first: with a wide margin both can hold
            return "shown_worse"
        return "shown_acceptable" if self.more_harm.upper <= self.thresholds.safety_margin else "not_shown"

    def _outcome(self) -> str:
        if self.difference is None:
            return "none"
        better = self.difference.lower > self.thresholds.continue_above
        little = self.difference.upper < self.thresholds.worthwhile_difference
        if better:
            return "better_by_little" if little else "better"
        return "below_worthwhile" if little else "unclear"

    def _value(self) -> str:
        break_even = self.evidence.break_even
        if self.fewer is None or break_even is None or math.isnan(break_even):
            return "unknown"
        return "pass" if break_even <= self.fewer.value else "fail"

    @property
    def continues(self) -> bool:
        acceptable = self.safety == "shown_acceptable" and not self.evidence.incidents
        return acceptable and self.outcome == "better" and self.value == "pass"

    @property
    def too_little(self) -> bool:
        """Whether the difference speaks for re-direction."""
        return self.outcome == "below_worthwhile" or (self.outcome == "better_by_little" and self.value == "fail")

    @property
    def harmful(self) -> bool:
        """Whether safety speaks for re-direction."""
        return self.safety == "shown_worse" and self.evidence.confirmed_harm > 0

    def wanting(self) -> list[str]:
        """Return what re-direction still wants, where outcome or safety speaks for it."""
        wants = ["redirection_n"] if self.evidence.n < self.thresholds.redirection_minimum else []
        by_outcome = self.too_little and self._agree("outcome")
        by_harm = self.harmful and self._agree("harm")
        return wants if by_outcome or by_harm else [*wants, "redirection_cohorts"]

    def _agree(self, what: str) -> bool:
        found = [(each.year, getattr(each, what)) for each in self.evidence.by_cohort]
        values = {year: estimate.value for year, estimate in found if estimate and not math.isnan(estimate.value)}
        if len(values) < COHORTS_NEEDED:
            return False
        if what == "harm":
            return all(value > 0 for value in values.values())
        return all(value < self.thresholds.worthwhile_difference for value in values.values())

    def data_numbers(self) -> dict[str, Any]:
        given, limits = self.evidence, self.thresholds
        counted = {"n": given.n, "matured": given.matured, "known": self.share_known, "followed": given.followed}
        minima = {"minimum": limits.verdict_minimum, "redirection_minimum": limits.redirection_minimum}
        return counted | minima | {"known_needed": limits.outcome_known}

    def safety_numbers(self) -> dict[str, Any]:
        further = {"incidents": self.evidence.incidents, "confirmed_harm": self.evidence.confirmed_harm}
        return {"difference": self.more_harm, "margin": self.thresholds.safety_margin} | further

    def outcome_numbers(self) -> dict[str, Any]:
        limits = {"above": self.thresholds.continue_above, "worthwhile": self.thresholds.worthwhile_difference}
        return {"difference": self.difference, "level": self.evidence.level, "refused": self.evidence.refused} | limits

    def value_numbers(self) -> dict[str, Any]:
        return {"fewer": self.fewer, "break_even": self.evidence.break_even}

    def system_numbers(self) -> dict[str, Any]:
        return {}


def _known(estimate: Estimate | None) -> bool:
    return estimate is not None and not any(map(math.isnan, (estimate.value, estimate.lower, estimate.upper)))


def _reasons(case: _Case) -> Iterator[str]:
    """Yield the reasons of `watch`; none where what was found is mixed."""
    yield from case.data_faults()
    if case.difference is None:
        yield NO_COMPARATOR
    elif case.safety == "not_shown":
        yield SAFETY_NOT_SHOWN
    if case.evidence.incidents or (case.safety == "shown_worse" and not case.evidence.confirmed_harm):
        yield SAFETY_REVIEW
    if (case.too_little or case.harmful) and case.evidence.n < case.thresholds.redirection_minimum:
        yield INSUFFICIENT_N


def _flips_of_watch(case: _Case) -> Iterator[Flip]:
    given, limits = case.evidence, case.thresholds
    faults = set(case.data_faults())
    if case.difference is None:
        yield Flip("no_comparator", {"refused": given.refused, "level": given.level})
    if IMMATURE in faults:
        yield Flip("immature_followup")
    if INSUFFICIENT_N in faults:
        yield Flip("insufficient_n", {"n": limits.verdict_minimum - given.n, "have": given.n})
    if DATA_QUALITY in faults:
        enough = next(k for k in range(given.n, given.matured + 1) if k / given.matured >= limits.outcome_known)
        yield Flip("data_quality", {"n": enough - given.n, "have": given.n, "matured": given.matured})
    if given.incidents:
        yield Flip("incidents", {"n": given.incidents})
    if case.difference is not None:
        yield from _flips_of_safety(case)
        yield from _flips_of_outcome(case, case.difference)
        yield from _flips_of_value(case)


def _flips_of_safety(case: _Case) -> Iterator[Flip]:
    more, margin = case.more_harm, case.thresholds.safety_margin
    if more is None:
        yield Flip("harm_unknown")
    elif case.safety == "shown_worse" and not case.harmful:
        yield Flip("harm_unconfirmed", {"lower": more.lower})
    elif case.safety == "not_shown":
        needed = _cases_needed(case.evidence.n, more.upper - more.value, margin - more.value)
        yield Flip("harm_margin" if needed else "harm_too_high", {"difference": more, "margin": margin, "n": needed})


def _flips_of_outcome(case: _Case, found: Estimate) -> Iterator[Flip]:
    given, limits = case.evidence, case.thresholds
    if case.outcome == "unclear":
        numbers = {"difference": found, "above": limits.continue_above, "worthwhile": limits.worthwhile_difference}
        up = _cases_needed(given.n, found.value - found.lower, found.value - limits.continue_above)
        yield Flip("outcome_unclear" if up else "outcome_not_above", numbers | {"n": up})
        if down := _cases_needed(given.n, found.upper - found.value, limits.worthwhile_difference - found.value):
            yield Flip("outcome_below", numbers | {"n": down})
    if case.outcome == "better_by_little" and case.value == "pass":
        yield Flip("two_yardsticks", {"difference": found, "worthwhile": limits.worthwhile_difference})
    if case.too_little or case.harmful:
        wanting = case.wanting()
        if "redirection_n" in wanting:
            yield Flip("redirection_n", {"n": limits.redirection_minimum - given.n, "have": given.n})
        if "redirection_cohorts" in wanting:
            yield Flip("redirection_cohorts", {"n": len({each.year for each in given.by_cohort})})


def _flips_of_value(case: _Case) -> Iterator[Flip]:
    break_even = case.evidence.break_even
    if case.value == "unknown":
        yield Flip("value_unknown")
    elif case.value == "fail" and case.fewer is not None:
        numbers = {"break_even": break_even, "fewer": case.fewer}
        # The break-even is in proportion to what the service costs.
        cheaper = (
            1 - case.fewer.value / break_even
            if break_even and math.isfinite(break_even) and case.fewer.value > 0
            else None
        )
        yield Flip("value_fails" if cheaper is None else "value_cheaper", numbers | {"cheaper": cheaper})


def _flips_of_continue(case: _Case) -> Iterator[Flip]:
    limits = case.thresholds
    yield Flip("continue_outcome", {"difference": case.difference, "above": limits.continue_above})
    yield Flip("continue_safety", {"difference": case.more_harm, "margin": limits.safety_margin})
    yield Flip("continue_value", {"break_even": case.evidence.break_even, "fewer": case.fewer})


def _flips_of_redirection(case: _Case) -> Iterator[Flip]:
    if case.too_little:
        worthwhile = case.thresholds.worthwhile_difference
        yield Flip("redirection_outcome", {"difference": case.difference, "worthwhile": worthwhile})
    if case.harmful:
        yield Flip("redirection_harm", {"difference": case.more_harm, "n": case.evidence.confirmed_harm})


def _cases_needed(n: int, half: float, distance: float) -> int | None:
    """Return at how many cases an interval's half width would shrink to the distance; None where it never would.

    Rough: the width goes with one over the root of the number of cases, the estimate and the size of the comparison
    in proportion staying as they are.
    """
    if distance <= 0 or n <= 0 or not math.isfinite(half) or half > _MOST * distance:
        return None
    return max(n + 1, math.ceil(n * (half / distance) ** 2))
