"""The tables that a council supplies, declared once: columns, types, codes and what a blank means.

The loader reads by these declarations, the checks are derived from them, and a test keeps the data
dictionary (`data/README.md`) in step.
"""

from __future__ import annotations

from ehp_eval.columns import UNKNOWN, YES_NO, TableContract, may, must
from ehp_eval.contract_reference import REFERENCE
from ehp_eval.streams import STREAMS

_REFERRAL = (
    must("referral_id", "id"),
    must("person_id", "id"),
    may("family_id", "id"),
    must("service", "text"),
    must("stream", "code", *STREAMS),
    must("referred_on", "date"),
    must("accepted", "code", *YES_NO),
    may("accepted_on", "date", blank="not applicable"),
    may("first_contact_on", "date", blank="not applicable"),
    may("support_started_on", "date", blank="not applicable"),
    may("support_ended_on", "date", blank="still open"),
    may(
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
    may(
        "status_at_referral",
        "code",
        "early_help",
        "care_and_support",
        "child_protection",
        "public_law_outline",
        "looked_after",
    ),
    may(
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
)

RECORDS = (
    TableContract(
        "persons",
        "records",
        (
            must("person_id", "id"),
            may("birth_month", "month"),
            may("sex", "code", "M", "F", UNKNOWN),
            may("ethnicity", "code", "asian", "black", "mixed", "white", "other", UNKNOWN),
            may("disability", "code", *YES_NO, UNKNOWN),
            may("language", "code", "cy", "en", "other", UNKNOWN),
            may("wimd_quintile", "code", "1", "2", "3", "4", "5"),
            may("locality", "text"),
            may("family_id", "id"),
            may("birth_person_id", "id", blank="not applicable"),
        ),
        key=("person_id",),
    ),
    TableContract("referrals", "records", _REFERRAL, key=("referral_id",)),
    # The same columns, so that a comparison group is followed by the same definitions.
    TableContract("comparison", "records", _REFERRAL, key=("referral_id",)),
    TableContract(
        "contacts",
        "records",
        (
            must("referral_id", "id"),
            must("contact_on", "date"),
            may("mode", "code", "home", "office", "phone", "video"),
            may("kept", "code", *YES_NO),
        ),
    ),
    TableContract(
        "assessments",
        "records",
        (
            must("referral_id", "id"),
            may("kind", "code", "parenting", "psychological", "pre_birth"),
            may("required", "code", *YES_NO),
            may("completed_on", "date", blank="still open"),
        ),
    ),
    TableContract(
        "looked_after_episodes",
        "records",
        (
            must("person_id", "id"),
            must("started_on", "date"),
            may(
                "reason_started",
                "code",
                "started",
                "legal_status",
                "placement",
                "placement_same_carer",
                "legal_status_and_placement",
                UNKNOWN,
            ),
            may("legal_status", "text"),
            may("need", "text"),
            may("placement_type", "text"),
            may("provider", "text"),
            may("ended_on", "date", blank="still open"),
            may("reason_ended", "text", blank="not applicable"),
            may("planned", "code", *YES_NO, UNKNOWN),
            may("placed_in", "code", "in_county", "elsewhere_in_wales", "outside_wales", UNKNOWN),
            may("parent_and_baby", "code", *YES_NO),
        ),
    ),
    TableContract(
        "status_events",
        "records",
        (
            must("person_id", "id"),
            must("date", "date"),
            must(
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
            must("pregnancy_id", "id"),
            may("referral_id", "id", blank="not applicable"),
            may("parent_id", "id", blank="not applicable"),
            may("known_on", "date"),
            may("due_on", "date"),
            may(
                "outcome", "code", "live_birth", "stillbirth", "miscarriage", "termination", UNKNOWN, blank="still open"
            ),
        ),
        key=("pregnancy_id",),
    ),
    TableContract(
        "babies",
        "records",
        (must("baby_id", "id"), must("pregnancy_id", "id"), must("born_on", "date")),
        key=("baby_id",),
    ),
    TableContract(
        "parents",
        "records",
        (
            must("parent_id", "id"),
            may("region", "text"),
            must("offered_on", "date"),
            may("engaged_on", "date", blank="not applicable"),
            may("ended_on", "date", blank="still open"),
            may("index_removal_on", "date"),
            may("prior_removals", "whole"),
        ),
        key=("parent_id",),
    ),
    TableContract("eligible_parents", "records", (must("parent_id", "id"), must("removal_on", "date"))),
    TableContract(
        "parent_measures",
        "records",
        (
            must("parent_id", "id"),
            may("timepoint", "code", "entry", "six_months", "exit"),
            may("domain", "code", "wellbeing", "housing", "education_employment"),
            may("score", "number"),
        ),
    ),
    TableContract(
        "front_door",
        "records",
        (
            must("contact_id", "id"),
            must("received_on", "date"),
            may("decided_on", "date"),
            may("started_on", "date", blank="not applicable"),
            may("decision", "code", "early_help", "stepped_up", "stepped_down", "no_further_action", UNKNOWN),
            may("reopened_on", "date", blank="not applicable"),
        ),
        key=("contact_id",),
    ),
    TableContract(
        "incidents",
        "records",
        (
            must("service", "text"),
            must("date", "date"),
            may("kind", "code", "serious_incident", "case_audit_confirmed_harm"),
        ),
    ),
    TableContract(
        "service_costs",
        "records",
        (
            must("service", "text"),
            must("year", "year"),
            may("staff", "number"),
            may("other", "number"),
            may("funding", "code", "core", "grant"),
            may("source", "text"),
        ),
    ),
)
"""Case-level tables. A council that lacks one loses only the measures that need it."""

TABLES = {table.name: table for table in (*RECORDS, *REFERENCE)}
