"""A run's release, made once for all of its reports.

whole run -> counts and how they add up -> suppression -> hidden figures -> rounding -> release
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.adding_up import relate
from ehp_eval.disclosure.audit import Leak, audit
from ehp_eval.disclosure.earlier import add_earlier
from ehp_eval.disclosure.facts import facts_of
from ehp_eval.disclosure.hiding import hide, too_few
from ehp_eval.disclosure.related import (
    DENOMINATOR,
    NUMERATOR,
    REST,
    Key,
    Related,
    Row,
    cohort_of,
    is_share,
    is_small,
    key_of,
    pooled_years,
    stem,
)
from ehp_eval.disclosure.release import FLOW, SECONDARY, Release, released_frame
from ehp_eval.disclosure.rounded import rounded
from ehp_eval.disclosure.suppression import suppress
from ehp_eval.disclosure.whole_run import WholeRun, whole_run
from ehp_eval.errors import ReportError
from ehp_eval.evaluation import Overview, evaluate_council
from ehp_eval.load import Council
from ehp_eval.publishing import Disclosure
from ehp_eval.streams import STREAMS
from ehp_eval.years import Period

HEADLINE = 1000.0
_WITHDRAWALS = 3
WEIGHTS = {
    **dict.fromkeys((each.windowed or each.incidence for each in STREAMS.values()), 20.0),
    **dict.fromkeys((each.closing for each in STREAMS.values()), 8.0),
    **dict.fromkeys((each.incidence for each in STREAMS.values() if each.windowed), 3.0),
    **dict.fromkeys(("eoc6", "eoc6i", "bm7", "las1"), 20.0),
    FLOW: 2.0,
    "reach_referred": 0.3,
}
"""What hiding a measure costs; any other: 2. Of pooled years, and of the year reported on, it is more."""


def make_release(council: Council, year: Period, previous: Sequence[pd.DataFrame] = ()) -> Release:
    """Make the release of a run: everything of all its reports that may be published.

    Parameters
    ----------
    council : Council
    year : Period
    previous : sequence of DataFrame
        What was published of earlier years, newest first, as `figures.csv` read with every column as text. What
        stands in it with the same count is public already and stays so.

    Raises
    ------
    ReportError
        Where a small count cannot be protected, since published figures give it away.
    """
    return release_and_truth(council, year, previous)[0]


def release_and_truth(
    council: Council, year: Period, previous: Sequence[pd.DataFrame] = ()
) -> tuple[Release, pd.DataFrame]:
    """Return a release, and the same rows with nothing hidden or rounded, for the audit alone."""
    overview = evaluate_council(council, year)
    rule = council.settings.disclosure
    run = whole_run(overview, rule)
    release, truth = release_of(run, overview, rule, previous)
    # What the audit can find all the same goes with every figure of its measure; the audit then has the last word.
    for _ in range(_WITHDRAWALS):
        leaks = audit(release.figures, truth, rule, previous)
        if not leaks:
            break
        release = replace(release, figures=withdrawn(release.figures, leaks))
    return release, truth


def withdrawn(figures: pd.DataFrame, leaks: Sequence[Leak]) -> pd.DataFrame:
    """Return figures without any number of the measures, report by report, of which a count could be worked out."""
    stems = figures["measure"].str.partition("_")[0]
    gone = pd.Series(False, index=figures.index)
    for leak in leaks:
        gone |= (figures["report"] == leak.report) & (stems == leak.measure.partition("_")[0])
    gone &= (figures["source"] == "records") & (figures["known"] == "")
    hidden = figures["hidden"].mask(gone, "numerator denominator value")
    figures = figures.assign(hidden=hidden, reason=figures["reason"].mask(gone, SECONDARY))
    for name in ("numerator", "denominator", "value", "lower", "upper"):
        figures[name] = figures[name].mask(gone)
    return figures


def release_of(
    run: WholeRun, overview: Overview, rule: Disclosure, previous: Sequence[pd.DataFrame] = ()
) -> tuple[Release, pd.DataFrame]:
    """Return the release of what was gathered, and the same rows with nothing hidden."""
    rows = protect(run.rows, rule, run.shown_before, previous, year=overview.year.label)
    if rule.round_to:
        rows = rounded(rows, rule)
    rows, true = ([row for row in each if not _lost(row)] for each in (rows, run.rows))
    documents = [row | {"hidden": "", "reason": "", "known": "published"} for row in run.published]
    figures = released_frame(rows + documents)
    facts = facts_of(overview, run.headlines)
    return Release(overview.year.label, rule, figures, facts), released_frame(true + run.published)


def _lost(row: Row) -> bool:
    """Whether a row of a flow tells who was lost by a window, by reason: protected, and never published.

    That such a row stands there says that somebody was lost, and years without one give those with one away.
    """
    lost = row["measure"] == FLOW and row["group"].startswith("left: ") and not pd.isna(row["window_days"])
    return bool(lost and row["group"] != "left: not_matured")


def protect(
    rows: Sequence[Row],
    rule: Disclosure,
    shown_before: Set[tuple[str, str, int]] = frozenset(),
    previous: Sequence[pd.DataFrame] = (),
    *,
    year: str = "",
) -> list[Row]:
    """Return rows with everything hidden from which somebody could be identified.

    Parameters
    ----------
    rows : sequence of dict
        See `ehp_eval.disclosure.whole_run`.
    rule : Disclosure
    shown_before : set of tuple
        Measure, year and count of the looked-after system as published documents give them.
    previous : sequence of DataFrame
    year : str
        That of the reports: its figures are hidden last.
    """
    # As if nothing were rounded and every zero were shown: who is told less can work out less.
    exact = rule.model_copy(update={"round_to": 0, "show_zero": True})
    related = relate(rows, exact)
    _weigh(related, rows, exact, year)
    _publish(related, rows, shown_before)
    _leave_narrow(related, rows, exact)
    related.documented |= related.published
    add_earlier(related, rows, previous, exact)
    _leave_narrow(related, rows, exact)
    related.kept |= _headlines(related, rows, exact)
    _widen(related, rows, related.small(exact), exact)
    while True:
        hidden = _hidden(related, exact)
        if not _widen(related, rows, hidden, exact):
            return hide(rows, related, hidden, rule)


def _hidden(related: Related, rule: Disclosure) -> set[str]:
    """Return the ids of the cells that are not shown, each headline shown that can be."""
    while True:
        try:
            return set(suppress(*related.problem(rule), rule)) | set(related.quiet(rule))
        except ReportError as error:
            if not related.kept:
                raise
            # The message begins with the count that cannot be protected beside these headlines.
            other = {key for key in related.kept if f" {key[0]} | " not in str(error)}
            related.kept = other if other < related.kept else set()


def _headlines(related: Related, rows: Sequence[Row], rule: Disclosure) -> set[Key]:
    """Return the counts of the headlines that are not small themselves."""
    found: set[Key] = set()
    for row in rows:
        keys = {key_of(row, part) for part in (NUMERATOR, DENOMINATOR, REST)}
        if not row.get("headline") or too_few(row, rule) or not keys <= set(related.counts):
            continue
        if not any(is_small(related.counts[key], rule) for key in keys):
            found |= keys
    return found


def _weigh(related: Related, rows: Sequence[Row], rule: Disclosure, year: str) -> None:
    """Say what is lost by hiding each count; one that no row shows has no weight."""
    for row in rows:
        if too_few(row, rule):
            continue
        weight = _weight(row, year)
        for part in (NUMERATOR, DENOMINATOR):
            key = key_of(row, part)
            if key not in related.counts:
                continue
            # The numerator goes where what it leaves out is small: its denominator stands in other rows too.
            spared = part == NUMERATOR and is_share(row) and is_small(related.counts.get(key_of(row, REST), 0), rule)
            related.weights[key] = related.weights.get(key, 0.0) + (0.01 if spared else weight)


def _weight(row: Row, year: str) -> float:
    if row.get("headline"):
        return HEADLINE
    measure = stem(row["measure"])
    weight = WEIGHTS.get(measure, 2.0)
    if measure == FLOW and row["window_days"] is not None:
        weight /= 2
    if row["group"] and measure != FLOW:
        return weight / 10 if measure in WEIGHTS else weight / 2
    if pooled_years(row["year"]):
        weight *= 3
    elif row["year"] == year:
        weight *= 1.5
    return weight if row["window_days"] in (None, HEADLINE_DAYS) else weight / 2


def _publish(related: Related, rows: Sequence[Row], shown_before: Set[tuple[str, str, int]]) -> None:
    """Say which counts a cited document gives already."""
    for row in rows:
        stated = [DENOMINATOR] if row["measure"] == "psw4_claim" else list(row.get("stated", ()))
        if stated:
            stated += [REST] if len(stated) > 1 else []
            related.published |= {key_of(row, part) for part in stated} & set(related.counts)
        elif (row["measure"], row["year"], row["numerator"]) in shown_before and row["unit"] == "count":
            related.published.add(key_of(row, NUMERATOR))
        if row["unit"].startswith("per 10,000"):
            related.published.add(key_of(row, DENOMINATOR))  # a population, as the statistics office gives it


def _leave_narrow(related: Related, rows: Sequence[Row], rule: Disclosure) -> None:
    """Protect nothing over a narrow denominator that is known: it cannot be done."""
    bases = related.narrow_bases(rule)
    for row in rows:
        base = key_of(row, DENOMINATOR)
        if (cohort_of(base), row["denominator"]) in bases and is_share(row):
            related.published.add(base)
            related.beside |= {key_of(row, NUMERATOR), key_of(row, REST)} & set(related.counts)


def _widen(related: Related, rows: Sequence[Row], hidden: Set[str], rule: Disclosure) -> bool:
    """Add what else has to be protected once these are hidden; return whether there was anything new."""
    split = [row for row in rows if {related.id(key_of(row, part)) for part in (NUMERATOR, REST)} & hidden]
    widened = [_widen_base(related, row, rule) for row in split]
    return related.add_together(hidden, rule) or any(widened)


def _widen_base(related: Related, row: Row, rule: Disclosure) -> bool:
    """Protect a denominator so small that every way to split it gives a small count; return whether it was not yet.

    Of a denominator of 7 with a hidden numerator, either the numerator or the rest is 1 to 3.
    """
    base = key_of(row, DENOMINATOR)
    above = (*related.cell(base), "above the rule")
    if not is_share(row) or not {base, key_of(row, NUMERATOR)} <= set(related.counts) or above in related.counts:
        return False
    known = {related.cell(key) for key in related.published}
    if not rule.hide_up_to < related.counts[base] < 2 * rule.hide_up_to or related.cell(base) in known:
        return False
    related.told.add(related.add(above, related.counts[base] - rule.hide_up_to))
    related.relate((base, 1), (above, -1))
    return True
