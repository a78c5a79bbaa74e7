"""The verdict for the public: its states and reasons as they are, and of its numbers those that are released."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.release import FLOW
from ehp_eval.evidence import NO_COMPARISON, STANDARDISED
from ehp_eval.present import verdict as internal
from ehp_eval.present import verdict_words
from ehp_eval.present.public import words
from ehp_eval.present.public.released_costs import released_entries
from ehp_eval.present.verdict import back_test, because
from ehp_eval.prose import Bullets, Callout, Paragraph
from ehp_eval.published_verdict import published_verdict
from ehp_eval.simulation import operating_characteristics, standard_error
from ehp_eval.tables import Table, percent_words, unbroken
from ehp_eval.verdict import DATA_QUALITY, INSUFFICIENT_N, REDIRECTION, SAFETY_REVIEW, Flip, Gate, Verdict
from ehp_eval.words import say

__all__ = ["flips", "gates_table", "operating_characteristics_table", "published_back_test", "verdict_panel"]

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ehp_eval.public import PublicService

_NEVER_COUNTED = ("data_quality", "incidents", "redirection_harm")
"""What would change the verdict, by a number of people whom nobody counts for the public."""
_CASES_NEEDED = ("harm_margin", "outcome_unclear", "outcome_below")
_DIFFERENCES = (
    *_CASES_NEEDED, "harm_too_high", "outcome_not_above", "two_yardsticks", "continue_outcome", "continue_safety",
    "redirection_outcome", "redirection_harm",
)  # fmt: skip


def verdict_panel(report: PublicService) -> Callout:
    """Show the verdict, what it means, and its reasons."""
    found = released_verdict(report)
    shown = tuple(each for each in found.flips if None not in each.numbers.values())
    sentences = [
        *because(replace(found, flips=shown)),
        say(f"verdict.explained_{found.verdict}"),
        *reasons(report, found),
    ]
    if found.verdict == REDIRECTION:
        sentences.append(say("judged.lost", what=report.service.what_it_does))
        if (n := found.gate("data").numbers["n"]) is not None:
            sentences.append(say("verdict.lost", n=n))
    return Callout(unbroken(" ".join(sentences)), title=verdict_words.title(found))


def gates_table(report: PublicService) -> Table:
    """Show each gate with its state, and with its numbers as far as they are released."""
    rows = [
        (
            say("judged.gate", gate=say(f"verdict.gate_{gate.name}"), state=verdict_words.gate_state(gate)),
            _gate_numbers(report, gate),
        )
        for gate in released_verdict(report).gates
    ]
    frame = pd.DataFrame(rows, columns=["gate", "numbers"])
    return Table(
        report.publishable(frame),
        caption=say("verdict.caption"),
        headings={name: say(f"verdict.{name}") for name in ("gate", "numbers")},
        note=words.note(report, frame),
    )


def flips(report: PublicService) -> Bullets:
    """List what would change the verdict, and what one would need to know."""
    found = released_verdict(report)
    return Bullets([unbroken(flip_words(report, each)) for each in found.flips])


def published_back_test(report: PublicService) -> Paragraph:
    """Say what the same gates make of the published figures alone."""
    return back_test(report, published_verdict(report.council, report.service, until=report.year))


def operating_characteristics_table(report: PublicService) -> Table | Paragraph:
    """Show how often each verdict comes out; without the command that works it out, which is for the analyst."""
    stored = operating_characteristics(report.council)
    if stored is None:
        return Paragraph(say("public.simulated_missing"))
    table = internal.operating_characteristics_table(report)
    assert isinstance(table, Table)
    samples = int(stored["samples"].min())
    error = f"{100 * standard_error(samples):.1f}"
    table.note = say("public.simulated_note", samples=f"{samples:,}", error=error)
    return table


def released_verdict(report: PublicService) -> Verdict:
    """Return the verdict with those of its numbers that are released, and None in the place of the others."""
    facts, given = report.facts["verdict"], _numbers(report)
    gates = tuple(Gate(name, state, given[name]) for name, state in facts["gates"].items())
    return Verdict(
        facts["verdict"],
        tuple(facts["reasons"]),
        gates,
        tuple(Flip(each["code"], _flip_numbers(each, given)) for each in facts["flips"]),
    )


def reasons(report: PublicService, found: Verdict) -> list[str]:
    """Return the reasons of `watch`, a sentence each; without a number where it is not released."""
    sentences = []
    for code in found.reasons:
        alone = replace(found, reasons=(code,))
        if code == SAFETY_REVIEW and report.facts["verdict"]["unreviewed"]:
            sentences.append(say("public.reason_unreviewed"))
        elif code == SAFETY_REVIEW and found.gate("safety").numbers["difference"] is None:
            sentences.append(say("public.reason_unconfirmed"))
        elif code in (INSUFFICIENT_N, DATA_QUALITY) and not found.gate("data").numbers["n"]:
            sentences.append(say(f"public.reason_{code}", **_limits(report)))
        else:
            sentences += verdict_words.reasons(alone)
    return sentences


def flip_words(report: PublicService, flip: Flip) -> str:
    """Return in a sentence what would change the verdict; without numbers where one that it takes is not released."""
    followed_nobody = flip.numbers.get("have") == 0
    if flip.code in _NEVER_COUNTED or None in flip.numbers.values() or followed_nobody:
        return say(f"public.flip_{flip.code}", **_limits(report))
    return verdict_words.flip(flip)


def _gate_numbers(report: PublicService, gate: Gate) -> str:
    """Return the numbers of a gate in a sentence or two; its thresholds alone where they are not released."""
    numbers, facts, further = gate.numbers, report.facts, ""
    if gate.name == "data" and not facts["full"]:
        return f"{say('public.gate_data_none', **_limits(report))} {say('verdict.not_followed')}"
    if gate.name == "value" and numbers["break_even"] is None and numbers["fewer"] is None and gate.state == "unknown":
        return say("public.gate_value_none")
    if gate.name == "safety" and facts["verdict"]["unreviewed"]:
        further = say("public.unreviewed")
    hidden = gate.name == "data" and None in (numbers["n"], numbers["matured"])
    hidden |= gate.name in ("safety", "outcome") and _hides_difference(report, gate.name)
    hidden |= gate.name == "value" and gate.state != "unknown" and None in gate.numbers.values()
    if hidden:
        key = "data_known" if numbers.get("n") is not None else gate.name
        return f"{say(f'public.gate_{key}', **{**numbers, **_limits(report)})} {further}".strip()
    return f"{verdict_words.gate_numbers(gate)} {further}".strip()


def _hides_difference(report: PublicService, gate: str) -> bool:
    """Return whether there is a difference from the comparison group, and it is not released."""
    row = report.find("eoc9" if gate == "outcome" else "eoc9_harm", report.facts["full"], HEADLINE_DAYS)
    return row is not None and words.estimate(row) is None


def _numbers(report: PublicService) -> dict[str, dict[str, Any]]:
    """Return the numbers of each gate, as far as they are released."""
    full, thresholds = report.facts["full"], report.council.settings.thresholds
    n, matured = _followed(report) if full else (0, 0)
    outcome, harm = (words.estimate(report.find(each, full, HEADLINE_DAYS)) for each in ("eoc9", "eoc9_harm"))
    even = (report.facts["value"] or {}).get("break_even")
    return {
        "data": {
            "n": n,
            "matured": matured,
            "known": n / matured if n is not None and matured else math.nan,
            "minimum": thresholds.verdict_minimum,
            "redirection_minimum": thresholds.redirection_minimum,
            "known_needed": thresholds.outcome_known,
            "followed": True,  # that nobody was, is said apart
        },
        # How many incidents wait for a review nobody counts for the public.
        "safety": {"difference": harm, "margin": thresholds.safety_margin, "incidents": 0, "confirmed_harm": 0},
        "outcome": {
            "difference": outcome,
            "level": STANDARDISED if outcome else NO_COMPARISON,
            "above": thresholds.continue_above,
            "worthwhile": thresholds.worthwhile_difference,
        },
        "value": {
            "break_even": even["central"] if even else None,
            "fewer": released_entries(report),
        },
        "system": {},
    }


def _followed(report: PublicService) -> tuple[int | None, int | None]:
    """Return for how many the status at 12 months is known, and of how many; None for what is not released."""
    known, matured = (
        report.find(FLOW, report.facts["full"], HEADLINE_DAYS, f"step: {step}") for step in ("outcome_known", "matured")
    )
    return words.shown_count(known), words.shown_count(matured)


def _flip_numbers(flip: Mapping[str, Any], given: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the numbers of what would change the verdict: released ones, thresholds, and what the facts add."""
    numbers: dict[str, Any] = dict(flip["numbers"])
    code, about = flip["code"], "safety" if "harm" in flip["code"] or "safety" in flip["code"] else "outcome"
    n = given["data"]["n"]
    if code in ("insufficient_n", "redirection_n"):
        least = given["data"]["minimum" if code == "insufficient_n" else "redirection_minimum"]
        return {"n": None if n is None else least - n, "have": n}
    if code in ("value_fails", "value_cheaper", "continue_value"):
        return given["value"] | ({"cheaper": None} if code == "value_cheaper" else {}) | numbers
    if code == "harm_unconfirmed":
        harm = given["safety"]["difference"]
        return {"lower": harm.lower if harm else None}
    if code in _DIFFERENCES:
        return given[about] | ({"n": None} if code in _CASES_NEEDED else {}) | numbers
    return {"n": None} | numbers if code == "redirection_cohorts" else numbers


def _limits(report: PublicService) -> dict[str, Any]:
    """Return the council's thresholds as the sentences without numbers name them."""
    thresholds = report.council.settings.thresholds
    return {
        "minimum": thresholds.verdict_minimum,
        "redirection_minimum": thresholds.redirection_minimum,
        "known_needed": percent_words(thresholds.outcome_known),
        "margin": f"{100 * thresholds.safety_margin:g}",
        "above": f"{100 * thresholds.continue_above:g}",
        "worthwhile": f"{100 * thresholds.worthwhile_difference:g}",
    }
