"""What only a whole table shows: extracts that do not belong together, stop too early, or are written otherwise.

Each row by itself is sound here, and every figure would be wrong all the same. Such faults carry no rows: there are
none that could be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from ehp_eval.checks.alike import FAMILIES, bare
from ehp_eval.checks.rule import DATES, Evidence, Found, Rule
from ehp_eval.checks.support import entered_care_unseen
from ehp_eval.streams import STREAMS
from ehp_eval.years import Period

Columns = tuple[tuple[str, str], ...]

EPISODES = "looked_after_episodes"
LINKED: tuple[Columns, ...] = (
    (
        ("referrals", "person_id"),
        ("persons", "person_id"),
        (EPISODES, "person_id"),
        ("status_events", "person_id"),
        ("babies", "baby_id"),
    ),
    # Parents are apart: the numbers that a service gives them may well be those of other people's children.
    (
        ("parents", "parent_id"),
        ("pregnancies", "parent_id"),
        ("parent_measures", "parent_id"),
        ("eligible_parents", "parent_id"),
    ),
    (
        ("referrals", "referral_id"),
        ("contacts", "referral_id"),
        ("assessments", "referral_id"),
        ("pregnancies", "referral_id"),
    ),
    (("pregnancies", "pregnancy_id"), ("babies", "pregnancy_id")),
    FAMILIES,
)
"""Columns that hold the same ids."""

# Where less than this speaks for a fault, it can be chance, or a few slips that are each said of their row.
FEWEST_IDS, SHARE_OF_IDS = 3, 0.05
FEWEST_CLOSURES, FEW_LINKED, MOST_LINKED = 5, 0.5, 0.9
FEWEST_CHILDREN = 30
FEWEST_A_YEAR = 10
FEWEST_EPISODES = 200
# Days without a date before the extract: a long table has a date in nearly every week.
LONG, MANY_ROWS, DAYS = pd.Timedelta(days=183), 50, pd.Timedelta(days=60)
FEWEST_ROWS = 10

_CHILD_STREAMS = [name for name, stream in STREAMS.items() if stream.unit == "child"]
_PARENT_STREAMS = [name for name, stream in STREAMS.items() if stream.unit == "parent"]


def plain(value: str) -> str:
    """Return an id without what a spreadsheet or a report may add to it or take from it, dashes and capitals too."""
    return bare(value.replace("-", "").casefold())


def _written_differently(at: tuple[str, str], linked: Columns) -> Callable[[Evidence], Found]:
    def find(council: Evidence) -> Found:
        own = council[at[0]][at[1]].dropna().unique()
        others = [other for other in linked if other != at]
        found = [
            other[0]
            for other in others
            if _is_changed(own, council[other[0]][other[1]].dropna().unique(), linked.index(at) > linked.index(other))
        ]
        return [" and ".join(found)] if found else []

    return find


def _is_changed(own: object, others: object, later: bool) -> bool:
    """Whether ids are those of another column only when written plainly, and it is this column that changed them."""
    ours, theirs = set(map(str, own)), set(map(str, others))  # type: ignore[call-overload]
    forms: dict[str, str] = {}
    for value in sorted(theirs):
        forms.setdefault(plain(value), value)
    pairs = [(value, forms[plain(value)]) for value in sorted(ours - theirs) if plain(value) in forms]
    if len(pairs) < max(FEWEST_IDS, SHARE_OF_IDS * (len(pairs) + len(ours & theirs))):
        return False
    # A spreadsheet takes zeros away; all else that may differ is added.
    zeros, letters = (
        sum(count(first) - count(second) for first, second in pairs)
        for count in (lambda value: len(value) - len(value.lstrip("0")), len)
    )
    return (zeros, -letters, -later) < (0, 0, 0)
