"""Settings of what is published and how: the disclosure rule, and the headings of a committee report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, field_validator

from ehp_eval.settings_types import Settings, Text

PARTS = (
    "service",
    "published",
    "services",
    "referred",
    "outcome",
    "over-time",
    "side-by-side",
    "comparison",
    "system",
    "looked-after",
    "other-authorities",
    "register",
    "costs",
    "limits",
    "verdict",
    "records",
    "method",
    "figures",
)
"""The parts of the reports; a notebook's cell names its own by the tag `part-<id>`."""

ARRANGEMENT: dict[str, tuple[str, ...]] = {
    "purpose": ("service",),
    "background": ("published",),
    "situation": (
        "services",
        "referred",
        "outcome",
        "over-time",
        "side-by-side",
        "comparison",
        "system",
        "looked-after",
        "other-authorities",
        "register",
    ),
    "financial": ("costs",),
    "considerations": ("limits",),
    "recommendations": ("verdict",),
}
"""Where the settings name no headings: those of the council's committee reports, by their key in the words."""


class Disclosure(Settings):
    """The rule by which a public report hides counts of people.

    Attributes
    ----------
    hide_up_to : int
        Counts from 1 to this one are hidden; below 2 a hidden count would be known to be 1.
    round_to : int
        Shown counts are rounded to a multiple of it; 0: not at all.
    show_zero : bool
        Whether a count of nobody is shown.
    least_at_risk : int
        No point of a curve, no median and no mean of fewer is shown.
    """

    hide_up_to: Annotated[int, Field(ge=2, le=19)] = 4
    round_to: Literal[0, 5] = 0
    show_zero: bool = True
    least_at_risk: Annotated[int, Field(ge=10)] = 20


class ReportHeading(Settings):
    """A heading of the reports, and the parts that stand beneath it."""

    title: Text
    parts: Annotated[tuple[Text, ...], Field(min_length=1)]

    @field_validator("parts")
    @classmethod
    def _known(cls, parts: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [part for part in parts if part not in PARTS]:
            raise ValueError(f"there is no part '{unknown[0]}': the parts are {', '.join(PARTS)}")
        return parts


def twice_named(headings: Sequence[ReportHeading]) -> list[str]:
    """Return the parts that stand beneath more than one heading, or twice beneath one."""
    named = Counter(part for heading in headings for part in heading.parts)
    return [part for part, times in named.items() if times > 1]
