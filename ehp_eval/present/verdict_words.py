"""The verdict in words: its reasons, its gates and what would flip it, each with its numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ehp_eval.present.figure_words import NOTHING, number, points
from ehp_eval.proportions import Estimate
from ehp_eval.tables import percent_words
from ehp_eval.verdict import SAFETY_REVIEW
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.verdict import Flip, Gate, Verdict

_SHARES = ("known", "known_needed", "cheaper")
_POINTS = ("above", "margin", "worthwhile", "lower")


def title(verdict: Verdict) -> str:
    """Return the verdict's name."""
    return say(f"verdict.title_{verdict.verdict}")


def reasons(verdict: Verdict) -> list[str]:
    """Return the reasons of `watch`, a sentence each; none for the other verdicts."""
    numbers = {f"{gate.name}_{key}": value for gate in verdict.gates for key, value in _written(gate).items()}
    incidents = verdict.gate("safety").numbers["incidents"]
    # The one code stands for both: incidents, and harm that is shown and not confirmed.
    other = {} if incidents else {SAFETY_REVIEW: "safety_unconfirmed"}
    return [say(f"verdict.reason_{other.get(code, code)}", n=incidents, **numbers) for code in verdict.reasons]


def gate_state(gate: Gate) -> str:
    """Return the state of a gate in a few words."""
    return say(f"verdict.state_{gate.name}_{gate.state}")


def gate_numbers(gate: Gate) -> str:
    """Return the numbers of a gate in a sentence or two."""
    unknown = gate.numbers.get("difference", gate.numbers.get("fewer", ...)) is None
    sentence = say(f"verdict.numbers_{gate.name}{'_unknown' if unknown else ''}", **_written(gate))
    if gate.name == "data" and not gate.numbers["followed"]:
        return f"{sentence} {say('verdict.not_followed')}"
    counted = {"confirmed": gate.numbers.get("confirmed_harm", 0), "unreviewed": gate.numbers.get("incidents", 0)}
    return " ".join([sentence, *(say(f"verdict.{key}", n=n) for key, n in counted.items() if n)])


def flip(flip: Flip) -> str:
    """Return in a sentence what would change the verdict, or what it depends on."""
    return say(f"verdict.flip_{flip.code}", **_written(flip))


def _written(given: Gate | Flip) -> dict[str, Any]:
    """Write every number as a reader sees it; differences in percentage points, with their limits beside them."""
    words: dict[str, Any] = {}
    for key, value in given.numbers.items():
        if isinstance(value, Estimate):
            of_units = key == "fewer"
            for part, each in (("", value.value), ("_lower", value.lower), ("_upper", value.upper)):
                words[key + part] = number(each, "entries") if of_units else points(each)
        elif value is None or (isinstance(value, float) and math.isnan(value)):
            words[key] = NOTHING
        elif key in _SHARES:
            words[key] = percent_words(value)
        elif key in _POINTS:
            words[key] = points(value).removeprefix("+")
        elif key == "break_even":
            words[key] = number(value, "entries")
        else:  # n itself chooses between one and several
            words[key] = value
    return words
