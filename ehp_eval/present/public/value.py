"""What a service cost, in short, for the public; the parts of the section on costs both audiences see alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ehp_eval.present import value
from ehp_eval.present.public.released_costs import released_value

if TYPE_CHECKING:
    from ehp_eval.public import PublicService


def cost_words(report: PublicService) -> str:
    """Write in short what a service cost, and when it pays for itself."""
    return value.cost_words(released_value(report))
