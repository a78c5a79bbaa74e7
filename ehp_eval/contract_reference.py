"""The tables of published figures, each row with its source."""

from __future__ import annotations

from ehp_eval.columns import (
    CHARACTERISTICS,
    SERVICE_CLAIMS,
    STREAM_CLAIMS,
    SYSTEM_CLAIMS,
    TableContract,
    may,
    must,
)
from ehp_eval.streams import STREAMS

_SOURCE = (must("source", "text"),)
_DOCUMENT = (must("document", "text"), must("paragraph", "text"))

REFERENCE = (
    TableContract(
        "claims",
        "reference",
        (
            must("claim_id", "text"),
            must("subject", "text"),
            may("stream", "code", *STREAMS, blank="not applicable"),
            must("period_start", "date"),
            must("period_end", "date"),
            must("unit", "text"),
            may("denominator", "whole"),
            may("numerator_stated", "whole"),
            may("percent_stated", "percent"),
            may("percent_of", "text", blank="not applicable"),
            must("wording", "text"),
            may("measure", "code", *STREAM_CLAIMS, *SERVICE_CLAIMS, *SYSTEM_CLAIMS, blank="not applicable"),
            may("areas", "text", blank="not applicable"),
            may("caveat", "text", blank="not applicable"),
            *_DOCUMENT,
        ),
        key=("claim_id",),
    ),
    TableContract(
        "counts",
        "reference",
        (
            must("subject", "text"),
            must("period", "text"),
            must("value", "number"),
            must("unit", "text"),
            may("measure", "text", blank="not applicable"),
            *_DOCUMENT,
        ),
    ),
    TableContract(
        "looked_after_children",
        "reference",
        (
            must("area", "text"),
            must("date", "date"),
            must("children", "whole"),
            may("rate_per_10000", "number", blank="not applicable"),
            may("rounded_to", "whole", blank="not applicable"),
            *_SOURCE,
        ),
        key=("area", "date"),
    ),
    TableContract(
        "population_under_18",
        "reference",
        (
            must("area", "text"),
            may("area_code", "text"),
            must("mid_year", "whole"),
            must("population", "whole"),
            *_SOURCE,
        ),
        key=("area", "mid_year"),
    ),
    TableContract(
        "population_groups",
        "reference",
        (
            must("area", "text"),
            must("characteristic", "code", *CHARACTERISTICS),
            must("group", "text"),
            must("population", "whole"),
            must("mid_year", "whole"),
            *_SOURCE,
        ),
        key=("area", "characteristic", "group", "mid_year"),
    ),
    TableContract(
        "unit_costs",
        "reference",
        (
            must("placement_type", "text"),
            must("weekly_cost", "number"),
            must("price_year", "year"),
            may("area", "text"),
            may("note", "text", blank="not applicable"),
            *_SOURCE,
        ),
    ),
    TableContract(
        "price_index",
        "reference",
        (must("year", "year"), must("value", "number"), *_SOURCE),
        key=("year",),
    ),
    TableContract(
        "operating_characteristics",
        "reference",
        (
            must("true_difference", "number"),
            must("harm_difference", "number"),
            must("cases", "whole"),
            must("compared", "whole"),
            must("continue", "number"),
            must("watch", "number"),
            must("consider_redirection", "number"),
            must("samples", "whole"),
            must("thresholds", "text"),
            *_SOURCE,
        ),
        key=("true_difference", "harm_difference", "cases", "compared"),
    ),
    TableContract(
        "events",
        "reference",
        (must("date", "text"), must("event", "text"), may("service", "text", blank="not applicable"), *_SOURCE),
    ),
    TableContract(
        "actions",
        "reference",
        (
            must("action_id", "text"),
            must("kind", "code", "recommendation", "consideration", "priority"),
            must("action", "text"),
            may("due_on", "date", blank="not applicable"),
            must("set_on", "text"),
            must("status", "code", "done", "in_progress", "open", "unknown"),
            may("evidence", "text"),
            may("evidence_document", "text", blank="not applicable"),
            may("evidence_paragraph", "text", blank="not applicable"),
            may("measure", "text", blank="not applicable"),
            *_DOCUMENT,
        ),
        key=("action_id",),
    ),
)
"""Published figures, each row with its source."""
