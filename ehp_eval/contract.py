"""The tables that a council supplies, declared once: columns, types, codes and what a blank means.

The loader reads by these declarations, the checks are derived from them, and a test keeps the data
dictionary (`data/README.md`) in step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "code", "date", "month", "year", "whole", "number", "percent", "text"]
Blank = Literal["not allowed", "unknown", "not applicable", "still open"]

UNKNOWN = "U"
# What a published claim can be held against: a stream of a service, a service as a whole, the looked-after series.
STREAM_CLAIMS = ("eoc1c", "eoc8c", "psw1c", "bm1c")
SERVICE_CLAIMS = ("eoc7c", "rf4n")
SYSTEM_CLAIMS = ("areas_rising", "areas_falling_each_year", "growth")
STREAMS = ("edge_of_care", "placement_support", "reunification", "pre_birth", "parent_support")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
    kind : Kind
        How its text is read. `id` may identify somebody and is never shown.
    required : bool
        Whether the table must have the column at all.
    blank : Blank
        What an empty cell means.
    codes : tuple of str
        The values that a column of kind `code` may hold.
    """

    name: str
    kind: Kind
    required: bool = False
    blank: Blank = "unknown"
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableContract:
    """One table: its file is `<name>.csv` in `folder`.

    Attributes
    ----------
    key : tuple of str
        Columns that together may not repeat; empty where repeats are repaired later.
    """

    name: str
    folder: Literal["records", "reference"]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Path of the table inside the council's folder."""
        return f"{self.folder}/{self.name}.csv"

    def of_kind(self, *kinds: Kind) -> Iterator[Column]:
        """Yield the columns of these kinds."""
        return (column for column in self.columns if column.kind in kinds)


def _must(name: str, kind: Kind, *codes: str) -> Column:
    return Column(name, kind, required=True, blank="not allowed", codes=codes)


def _may(name: str, kind: Kind, *codes: str, blank: Blank = "unknown") -> Column:
    return Column(name, kind, blank=blank, codes=codes)


YES_NO = ("Y", "N")

RECORDS = (
    TableContract(
        "persons",
        "records",
        (
            _must("person_id", "id"),
            _may("birth_month", "month"),
            _may("sex", "code", "M", "F", UNKNOWN),
            _may("ethnicity", "code", "asian", "black", "mixed", "white", "other", UNKNOWN),
            _may("disability", "code", *YES_NO, UNKNOWN),
            _may("language", "code", "cy", "en", "other", UNKNOWN),
            _may("wimd_quintile", "code", "1", "2", "3", "4", "5"),
            _may("locality", "text"),
            _may("family_id", "id"),
            _may("birth_person_id", "id", blank="not applicable"),
        ),
        key=("person_id",),
    ),
    TableContract(
        "referrals",
        "records",
        (
            _must("referral_id", "id"),
            _must("person_id", "id"),
            _may("family_id", "id"),
            _must("service", "text"),
            _must("stream", "code", *STREAMS),
            _must("referred_on", "date"),
            _must("accepted", "code", *YES_NO),
            _may("accepted_on", "date", blank="not applicable"),
            _may("first_contact_on", "date", blank="not applicable"),
            _may("support_started_on", "date", blank="not applicable"),
            _may("support_ended_on", "date", blank="still open"),
            _may(
                "end_reason",
                "code",
                "completed",
                "disengaged",
                "entered_care",
                "moved_away",
                "died",
                "other",
                blank="not applicable",
            ),
            _may(
                "status_at_referral",
                "code",
                "early_help",
                "care_and_support",
                "child_protection",
                "public_law_outline",
                "looked_after",
            ),
            _may(
                "closing_outcome",
                "code",
                "remained_home",
                "became_looked_after",
                "placement_held",
                "placement_ended",
                "returned_home",
                "closed_to_social_care",
                UNKNOWN,
                blank="not applicable",
            ),
        ),
        key=("referral_id",),
    ),
    TableContract(
        "contacts",
        "records",
        (
            _must("referral_id", "id"),
            _must("contact_on", "date"),
            _may("mode", "code", "home", "office", "phone", "video"),
            _may("kept", "code", *YES_NO),
        ),
    ),
    TableContract(
        "assessments",
        "records",
        (
            _must("referral_id", "id"),
            _may("kind", "code", "parenting", "psychological", "pre_birth"),
            _may("required", "code", *YES_NO),
            _may("completed_on", "date", blank="still open"),
        ),
    ),
    TableContract(
        "looked_after_episodes",
        "records",
        (
            _must("person_id", "id"),
            _must("started_on", "date"),
            _may(
                "reason_started",
                "code",
                "started",
                "legal_status",
                "placement",
                "placement_same_carer",
                "legal_status_and_placement",
                UNKNOWN,
            ),
            _may("legal_status", "text"),
            _may("need", "text"),
            _may("placement_type", "text"),
            _may("provider", "text"),
            _may("ended_on", "date", blank="still open"),
            _may("reason_ended", "text", blank="not applicable"),
            _may("planned", "code", *YES_NO, UNKNOWN),
            _may("placed_in", "code", "in_county", "elsewhere_in_wales", "outside_wales", UNKNOWN),
            _may("parent_and_baby", "code", *YES_NO),
        ),
    ),
    TableContract(
        "status_events",
        "records",
        (
            _must("person_id", "id"),
            _must("date", "date"),
            _must(
                "type",
                "code",
                "registered",
                "deregistered",
                "section_47",
                "public_law_outline",
                "proceedings_issued",
                "care_order",
                "care_order_discharged",
                "special_guardianship",
                "adopted",
                "stepped_down",
                "stepped_up",
                "reopened",
                "moved_away",
                "died",
            ),
        ),
    ),
    TableContract(
        "pregnancies",
        "records",
        (
            _must("pregnancy_id", "id"),
            _may("referral_id", "id", blank="not applicable"),
            _may("parent_id", "id", blank="not applicable"),
            _may("known_on", "date"),
            _may("due_on", "date"),
            _may(
                "outcome", "code", "live_birth", "stillbirth", "miscarriage", "termination", UNKNOWN, blank="still open"
            ),
        ),
        key=("pregnancy_id",),
    ),
    TableContract(
        "babies",
        "records",
        (_must("baby_id", "id"), _must("pregnancy_id", "id"), _must("born_on", "date")),
        key=("baby_id",),
    ),
    TableContract(
        "parents",
        "records",
        (
            _must("parent_id", "id"),
            _may("region", "text"),
            _must("offered_on", "date"),
            _may("engaged_on", "date", blank="not applicable"),
            _may("ended_on", "date", blank="still open"),
            _may("index_removal_on", "date"),
            _may("prior_removals", "whole"),
        ),
        key=("parent_id",),
    ),
    TableContract("eligible_parents", "records", (_must("parent_id", "id"), _must("removal_on", "date"))),
    TableContract(
        "parent_measures",
        "records",
        (
            _must("parent_id", "id"),
            _may("timepoint", "code", "entry", "six_months", "exit"),
            _may("domain", "code", "wellbeing", "housing", "education_employment"),
            _may("score", "number"),
        ),
    ),
    TableContract(
        "front_door",
        "records",
        (
            _must("contact_id", "id"),
            _must("received_on", "date"),
            _may("decided_on", "date"),
            _may("started_on", "date", blank="not applicable"),
            _may("decision", "code", "early_help", "stepped_up", "stepped_down", "no_further_action", UNKNOWN),
            _may("reopened_on", "date", blank="not applicable"),
        ),
        key=("contact_id",),
    ),
    TableContract(
        "incidents",
        "records",
        (
            _must("service", "text"),
            _must("date", "date"),
            _may("kind", "code", "serious_incident", "case_audit_confirmed_harm"),
        ),
    ),
    TableContract(
        "service_costs",
        "records",
        (
            _must("service", "text"),
            _must("year", "year"),
            _may("staff", "number"),
            _may("other", "number"),
            _may("funding", "code", "core", "grant"),
            _may("source", "text"),
        ),
    ),
)
"""Case-level tables. A council that lacks one loses only the measures that need it."""

_SOURCE = (_must("source", "text"),)
_DOCUMENT = (_must("document", "text"), _must("paragraph", "text"))

REFERENCE = (
    TableContract(
        "claims",
        "reference",
        (
            _must("claim_id", "text"),
            _must("subject", "text"),
            _may("stream", "code", *STREAMS, blank="not applicable"),
            _must("period_start", "date"),
            _must("period_end", "date"),
            _must("unit", "text"),
            _may("denominator", "whole"),
            _may("numerator_stated", "whole"),
            _may("percent_stated", "percent"),
            _may("percent_of", "text", blank="not applicable"),
            _must("wording", "text"),
            _may("measure", "code", *STREAM_CLAIMS, *SERVICE_CLAIMS, *SYSTEM_CLAIMS, blank="not applicable"),
            _may("areas", "text", blank="not applicable"),
            _may("caveat", "text", blank="not applicable"),
            *_DOCUMENT,
        ),
        key=("claim_id",),
    ),
    TableContract(
        "counts",
        "reference",
        (
            _must("subject", "text"),
            _must("period", "text"),
            _must("value", "number"),
            _must("unit", "text"),
            *_DOCUMENT,
        ),
    ),
    TableContract(
        "looked_after_children",
        "reference",
        (
            _must("area", "text"),
            _must("date", "date"),
            _must("children", "whole"),
            _may("rate_per_10000", "number", blank="not applicable"),
            _may("rounded_to", "whole", blank="not applicable"),
            *_SOURCE,
        ),
        key=("area", "date"),
    ),
    TableContract(
        "population_under_18",
        "reference",
        (
            _must("area", "text"),
            _may("area_code", "text"),
            _must("mid_year", "whole"),
            _must("population", "whole"),
            *_SOURCE,
        ),
        key=("area", "mid_year"),
    ),
    TableContract(
        "unit_costs",
        "reference",
        (
            _must("placement_type", "text"),
            _must("weekly_cost", "number"),
            _must("price_year", "year"),
            _may("area", "text"),
            _may("note", "text", blank="not applicable"),
            *_SOURCE,
        ),
    ),
    TableContract(
        "events",
        "reference",
        (_must("date", "text"), _must("event", "text"), _may("service", "text", blank="not applicable"), *_SOURCE),
    ),
)
"""Published figures, each row with its source."""

TABLES = {table.name: table for table in (*RECORDS, *REFERENCE)}
