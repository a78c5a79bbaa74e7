"""Which measures a service has: the main ones of its stream, and the further ones of its kind.

To add a measure: write a function of a council and a cohort that returns rows of the figures, and name it here.
CONTRIBUTING.md leads through the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ehp_eval.measures import (
    after_closure,
    babies,
    before_birth,
    dose,
    engagement,
    later_children,
    placements,
    reunification,
    safety,
    timeliness,
    wellbeing,
    whole_authority,
)
from ehp_eval.measures.primary import closing, incidence, windowed
from ehp_eval.streams import STREAMS

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council

Measure = Callable[["Council", "Cohort"], list[dict[str, Any]]]

FURTHER: dict[tuple[str, str], dict[Measure, tuple[str, ...]]] = {
    ("edge_of_care", "edge_of_care"): {
        timeliness.first_contact_in_time: (),
        dose.dose_delivered: ("contacts",),
        after_closure.re_referred: (),
        safety.safety: ("status_events",),
        safety.unplanned_entries: (),
        safety.incidents: ("incidents",),
        after_closure.stepped_down_and_held: ("status_events",),
    },
    ("edge_of_care", "placement_support"): {partial(placements.placements_held, measure="eoc8"): ()},
    ("reunification", "reunification"): {
        reunification.at_home_in_the_wider_reading: (),
        reunification.still_home: (),
    },
    ("reunification", "placement_support"): {partial(placements.placements_held, measure="psw3"): ()},
    ("pre_birth", "pre_birth"): {
        babies.with_parents_a_year_on: (),
        babies.proceedings_issued: ("status_events",),
        whole_authority.parent_and_baby_placements: (),
        whole_authority.parent_and_baby_cost: ("unit_costs",),
        before_birth.assessed_in_time: ("assessments",),
        before_birth.weeks_at_referral: (),
        babies.registered_or_unplanned: ("status_events",),
        babies.unplanned_entry: (),
        whole_authority.babies_into_care: ("persons",),
    },
    ("parent_support", "parent_support"): {
        later_children.removed_within_a_year: ("looked_after_episodes",),
        later_children.with_a_parent_a_year_on: ("looked_after_episodes",),
        engagement.engaged_of_offered: (),
        engagement.stayed_half_a_year: (),
        wellbeing.score_change: ("parent_measures",),
        engagement.reached_of_eligible: ("eligible_parents",),
        later_children.births: (),
    },
}
"""By the kind of service (the stream that its report answers for) and the stream of the cohort: the measures, each
with the tables that it needs besides those of the cohort. Where one was not supplied, the measure is left out."""


def cohort_figures(council: Council, cohort: Cohort, *, kind: str) -> list[dict[str, Any]]:
    """Return every figure of a cohort: the main measures of its stream, then the further ones of its kind.

    Parameters
    ----------
    kind : str
        The stream that the service's report answers for.
    """
    main = STREAMS[cohort.stream]
    rows = []
    if main.windowed:
        rows += [row for days in cohort.windows for row in windowed(cohort, days)]
    if main.incidence:
        rows += incidence(cohort)
    if main.closing:
        rows += closing(council, cohort)
    for measure, needed in FURTHER.get((kind, cohort.stream), {}).items():
        if set(needed) <= council.supplied:
            rows += measure(council, cohort)
    return rows


def tables_missing(council: Council, kind: str) -> list[str]:
    """Return the tables for want of which measures of this kind of service were left out."""
    needed = {
        table for (of, _), found in FURTHER.items() if of == kind for tables in found.values() for table in tables
    }
    return sorted(needed - council.supplied)
