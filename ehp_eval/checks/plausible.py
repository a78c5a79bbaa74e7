"""What only a whole table shows: extracts that do not belong together, stop too early, or are coded otherwise.

Each row is sound by itself here, and every figure would be wrong all the same. Such faults name no rows, since there
are none that could be left out.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from statistics import fmean

import pandas as pd

from ehp_eval.checks.alike import FAMILIES, bare
from ehp_eval.checks.rule import DATES, Evidence, Rule
from ehp_eval.checks.support import entered_care_unseen
from ehp_eval.streams import STREAMS
from ehp_eval.years import Period

EPISODES, EVENTS = "looked_after_episodes", "status_events"
LINKED: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        ("referrals", "person_id"),
        ("persons", "person_id"),
        (EPISODES, "person_id"),
        ("status_events", "person_id"),
        ("babies", "baby_id"),
        ("comparison", "person_id"),
    ),
    # Apart from children: a number that a service gives a parent may well be that of somebody else's child.
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
"""Columns that hold ids of the same series."""
_OF_CHILDREN = [name for name, stream in STREAMS.items() if stream.unit == "child"]
_OF_PARENTS = [name for name, stream in STREAMS.items() if stream.unit == "parent"]

# From here on it is no matter of chance, nor of a few slips, which are each said of their row.
FEWEST_IDS, SHARE_OF_IDS = 3, 0.05
FEWEST_CLOSURES, FEW_LINKED, MOST_LINKED = 5, 0.5, 0.9
FEWEST_CHILDREN = 30
FEWEST_A_YEAR = 10
FEWEST_EPISODES = 200
# Between the last date of a table and the extract: in a table of this length hardly a month is without a date.
GAP, LONG_GAP = pd.Timedelta(days=60), pd.Timedelta(days=183)
FEWEST_ROWS = 50


def _forms(council: Evidence, table: str, column: str) -> dict[str, set[str]]:
    """Return the ids of a column by what is left of them without zeros at the front, dashes, capitals and the like."""
    if (table, column) not in council.id_forms:
        forms = council.id_forms[table, column] = {}
        for value in council[table][column].dropna().unique():
            forms.setdefault(bare(value.replace("-", "").casefold()), set()).add(value)
    return council.id_forms[table, column]


def _written_differently(council: Evidence, at: int, series: tuple[tuple[str, str], ...]) -> list[str]:
    """Name the tables whose ids are those of a column, but for what this column has lost or added."""
    own = _forms(council, *series[at])
    found = [
        table
        for other, (table, column) in enumerate(series)
        if other != at and _changed(own, _forms(council, table, column), later=at > other)
    ]
    return [" and ".join(found)] if found else []


def _changed(own: dict[str, set[str]], others: dict[str, set[str]], *, later: bool) -> bool:
    met = own.keys() & others.keys()
    apart = [(own[form], others[form]) for form in met if own[form] != others[form]]
    if len(apart) < max(FEWEST_IDS, SHARE_OF_IDS * len(met)):
        return False
    # Both columns differ: the fault is said of the one that has lost zeros, else of the one with letters added.
    zeros, length = (
        sum(fmean(map(count, ids)) - fmean(map(count, theirs)) for ids, theirs in apart) for count in (_zeros, len)
    )
    return (zeros, -length, -later) < (0, 0, 0)


def _zeros(value: str) -> int:
    return len(value) - len(value.lstrip("0"))


def _unlinked_closures(council: Evidence, lowest: float, below: float) -> list[str]:
    """Say how many closures as entered care are borne out, where their share is in this range: of all, or by service.

    Every service may have its own case system, and so its own ids.
    """
    referrals = council["referrals"]
    closed = (
        (referrals["accepted"] == "Y")
        & referrals["stream"].isin(_OF_CHILDREN)
        & (referrals["end_reason"] == "entered_care")
        & referrals["support_ended_on"].notna()
    )
    if council[EPISODES].empty or not closed.any():
        return []
    seen = ~entered_care_unseen(council)[closed]
    by_service = seen.groupby(referrals.loc[closed, "service"])
    counts = {"": (int(seen.sum()), len(seen))} | {
        f" to {name}": (int(rows.sum()), len(rows)) for name, rows in by_service if name in council.services
    }
    found = {
        whom: f"{linked} of {of} referrals{whom}"
        for whom, (linked, of) in counts.items()
        if of >= FEWEST_CLOSURES and lowest <= linked / of < below
    }
    return [found[""]] if "" in found else list(found.values())


def _never_meet(council: Evidence) -> list[str]:
    referred = _referred_children(council)
    looked_after = set(council[EPISODES]["person_id"].dropna())
    fewest = min(len(referred), len(looked_after))
    return [""] if fewest >= FEWEST_CHILDREN and not referred & looked_after else []


def _referred_children(council: Evidence) -> set[str]:
    """Return the ids under which the children referred are known; parents apart."""
    parents = council["referrals"].index[council["referrals"]["stream"].isin(_OF_PARENTS)]
    known = council.referred
    return set(known.loc[~known["row"].isin(parents), "person_id"])


def _compared_have_no_events(council: Evidence) -> list[str]:
    """Find a comparison group of which nobody is in the status events, although children of the services are."""
    children = council["comparison"]["person_id"].nunique()
    events = set(council[EVENTS]["person_id"].dropna())
    if children < FEWEST_CHILDREN or not _referred_children(council) & events:
        return []
    return [] if set(council.compared.referred["person_id"]) & events else [""]


def _stops_early(
    council: Evidence, table: str, beyond: pd.Timedelta, up_to: pd.Timedelta = pd.Timedelta.max
) -> list[str]:
    """Name the month of the last date of a table, and of the extract, where the days between are in this range."""
    rows, extract = council[table], council.extract
    dates = rows[[column for name, column in DATES if name == table]]
    last = dates.where(dates <= extract).max().max()  # what is after the extract is a fault of its own
    if len(rows) < FEWEST_ROWS or pd.isna(last) or not beyond < extract - last <= up_to:
        return []
    return [f"in {last:%B %Y}, and the extract date in {extract:%B %Y}"]


def _missing_years(council: Evidence) -> list[str]:
    """Name the years in which nothing begins, or nothing ends, between two in which much does.

    Where a yearly file is missing, the next one still holds the episodes that began in its year and went on.
    """
    found: dict[int, list[str]] = {}
    for column, verb in (("started_on", "begins"), ("ended_on", "ends")):
        dates = council[EPISODES][column].dropna()
        counts = (dates.dt.year - (dates.dt.month < 4)).value_counts().sort_index()
        years = [(int(year), int(count)) for year, count in counts.items()]
        for (before, few), (after, others) in pairwise(years):
            if min(few, others) >= FEWEST_A_YEAR:
                for year in range(before + 1, after):
                    found.setdefault(year, []).append(verb)
    return [f"{' or '.join(verbs)} in {Period(year, year).label}" for year, verbs in sorted(found.items())]


def _codes_not_met(council: Evidence, column: str, setting: str) -> list[str]:
    codes = getattr(council.settings.looked_after, setting)
    met = council[EPISODES][column].isin(list(codes)).any()
    return [setting] if codes and not met and len(council[EPISODES]) >= FEWEST_EPISODES else []


RULES = (
    *(
        Rule(
            "ids written differently",
            *place,
            "ids here match some of {} only when zeros at the front (or dashes, spaces, capitals, .0) are ignored, so "
            "a spreadsheet has changed them: export the column as text, and never save an export in Excel",
            partial(_written_differently, at=at, series=series),
        )
        for series in LINKED
        for at, place in enumerate(series)
    ),
    Rule(
        "ids that never meet",
        EPISODES,
        "person_id",
        "not one referred child is among these: the extracts use different ids; ask for the same ones in both",
        _never_meet,
    ),
    Rule(
        "ids that never meet",
        "comparison",
        "person_id",
        "not one child of the comparison group is in the status events, though referred children are, so none seems to "
        "have come to harm: make sure that both extracts use the same ids, and that these children's events are in",
        _compared_have_no_events,
        "warning",
    ),
    Rule(
        "closures do not link",
        "referrals",
        "end_reason",
        "only {} closed as entered_care are in the looked-after episodes about then: the two extracts use different "
        "ids, or a file is missing; ask for the same ids in both, or supply the file",
        partial(_unlinked_closures, lowest=0, below=FEW_LINKED),
    ),
    Rule(
        "closures do not link",
        "referrals",
        "end_reason",
        "only {} closed as entered_care are in the looked-after episodes about then: see the rows named under "
        '"end reason", and whether a file is missing',
        partial(_unlinked_closures, lowest=FEW_LINKED, below=MOST_LINKED),
        "warning",
    ),
    Rule(
        "extract date",
        EPISODES,
        "started_on, ended_on",
        "the last date here is {}, so children would count as not looked after in a time that nobody has seen: set "
        "extract_date to the last day that every extract covers, or supply the missing file",
        partial(_stops_early, table=EPISODES, beyond=LONG_GAP),
    ),
    Rule(
        "extract date",
        EPISODES,
        "started_on, ended_on",
        "the last date here is {}: make sure that extract_date is the last day that every extract covers",
        partial(_stops_early, table=EPISODES, beyond=GAP, up_to=LONG_GAP),
        "warning",
    ),
    Rule(
        "extract date",
        "referrals",
        "referred_on",
        "the last date here is {}: make sure that extract_date is the last day that every extract covers",
        partial(_stops_early, table="referrals", beyond=GAP),
        "warning",
    ),
    Rule(
        "a year is missing",
        EPISODES,
        "started_on, ended_on",
        "no episode {}, and many do in the years before and after: a yearly file is missing; supply it",
        _missing_years,
    ),
    *(
        Rule(
            "codes of the settings",
            EPISODES,
            column,
            "no episode has any of the codes that council.toml names: perhaps the extract writes them otherwise, or "
            "leaves them out; correct looked_after.{}",
            partial(_codes_not_met, column=column, setting=setting),
            "warning",
        )
        for column, setting in (
            ("legal_status", "respite_legal_statuses"),
            ("placement_type", "placed_with_parents"),
            ("reason_ended", "returned_home"),
        )
    ),
)
