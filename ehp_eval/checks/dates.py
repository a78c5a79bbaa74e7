"""Dates that cannot be: after the extract, before anything that is asked, or in an impossible order."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ehp_eval.checks.rule import DATES, Evidence, Found, Rule
from ehp_eval.errors import Severity

EARLIEST = pd.Timestamp("1980-01-01")
"""Nobody under 18 in any extract was born before; a blank that a system makes a date of is 1900-01-01 or 1970-01-01."""
LONGEST_PREGNANCY = pd.Timedelta(days=301)  # 43 weeks: nobody known by the extract is due later
EARLIEST_BIRTH = pd.Timedelta(days=150)  # before the due date: 18 weeks 4 days, earlier than any baby lives
LATEST_BIRTH = pd.Timedelta(days=31)
# A plan, not something that happened.
MAY_FOLLOW_THE_EXTRACT = ("pregnancies", "due_on")


def _after_the_extract(table: str, column: str) -> Callable[[Evidence], Found]:
    return lambda council: {f"{council.extract:%Y-%m-%d}": council[table][column] > council.extract}


def _implausible(table: str, column: str) -> Callable[[Evidence], Found]:
    return lambda council: council[table][column] < EARLIEST


def _due_too_late(council: Evidence) -> Found:
    return council["pregnancies"]["due_on"] > council.extract + LONGEST_PREGNANCY


def _order(table: str, first: str, last: str, severity: Severity = "error") -> Rule:
    """Return the rule that one date of a row is not before another; the same day is in order."""

    def wrong(council: Evidence) -> Found:
        return council[table][last] < council[table][first]

    message = f"the date is before {first}: correct one of them"
    return Rule("order of dates", table, last, message, wrong, severity)


def _before_the_referral(table: str, column: str) -> Callable[[Evidence], Found]:
    def early(council: Evidence) -> Found:
        rows = council[table]
        return rows[column] < council.lookup(rows["referral_id"], "referrals", "referral_id", "referred_on")

    return early


def _known_late(council: Evidence) -> Found:
    pregnancies = council["pregnancies"]
    return pregnancies["known_on"] > pregnancies["due_on"] + LATEST_BIRTH


def _far_from_due(council: Evidence) -> Found:
    babies = council["babies"]
    due_on = council.lookup(babies["pregnancy_id"], "pregnancies", "pregnancy_id", "due_on")
    return (babies["born_on"] < due_on - EARLIEST_BIRTH) | (babies["born_on"] > due_on + LATEST_BIRTH)


def _ends_before_start(council: Evidence) -> Found:
    episodes = council["looked_after_episodes"]
    return episodes["ended_on"] < episodes["started_on"]


AFTER_THE_EXTRACT = tuple(
    Rule(
        "after the extract",
        table,
        column,
        "the date is after the extract date {}: correct it, or the extract date in council.toml",
        _after_the_extract(table, column),
    )
    for table, column in DATES
    if (table, column) != MAY_FOLLOW_THE_EXTRACT
)

IMPLAUSIBLE = (
    *(
        Rule(
            "implausible date",
            table,
            column,
            "the date is before 1980, perhaps a stand-in for a blank: correct it, or leave the cell blank if it may be",
            _implausible(table, column),
        )
        for table, column in DATES
    ),
    Rule(
        "implausible date",
        "pregnancies",
        "due_on",
        "no pregnancy that is known by the extract date is due 43 weeks after it: correct the date",
        _due_too_late,
    ),
)

ORDER = (
    _order("referrals", "referred_on", "accepted_on"),
    _order("referrals", "accepted_on", "support_ended_on"),
    _order("referrals", "support_started_on", "support_ended_on"),
    _order("referrals", "referred_on", "first_contact_on", "warning"),
    _order("referrals", "referred_on", "support_started_on", "warning"),
    _order("parents", "offered_on", "engaged_on"),
    _order("parents", "engaged_on", "ended_on"),
    _order("front_door", "received_on", "decided_on"),
    _order("front_door", "received_on", "started_on"),
    _order("front_door", "decided_on", "started_on", "warning"),
    _order("front_door", "decided_on", "reopened_on"),
    _order("front_door", "received_on", "reopened_on"),
)

ACROSS_TABLES = (
    Rule(
        "before the referral",
        "contacts",
        "contact_on",
        "the contact is before the day of its referral: correct one of them",
        _before_the_referral("contacts", "contact_on"),
        "warning",
    ),
    Rule(
        "before the referral",
        "assessments",
        "completed_on",
        "the assessment was completed before the day of its referral: correct one of them",
        _before_the_referral("assessments", "completed_on"),
        "warning",
    ),
    Rule(
        "far from the due date",
        "pregnancies",
        "known_on",
        "the pregnancy became known more than 31 days after the due date: correct one of them",
        _known_late,
        "warning",
    ),
    Rule(
        "far from the due date",
        "babies",
        "born_on",
        "the birth is more than 150 days before or 31 days after the due date of its pregnancy: correct one of them",
        _far_from_due,
        "warning",
    ),
    Rule(
        "ends before it starts",
        "looked_after_episodes",
        "ended_on",
        "the episode ends before it starts, so it is set aside and counted: correct one of the dates",
        _ends_before_start,
        "warning",
    ),
)

RULES = (*AFTER_THE_EXTRACT, *IMPLAUSIBLE, *ORDER, *ACROSS_TABLES)
