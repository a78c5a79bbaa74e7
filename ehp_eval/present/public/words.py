"""Released figures in words: what is hidden as its mark in a table, and as far as the rule says it in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.disclosure.marks import HIDDEN, PUBLISHED
from ehp_eval.disclosure.release import COMPLEMENT, FEW, SMALL
from ehp_eval.measures.figures import COUNT, POINTS, SHARE
from ehp_eval.measures.primary import PARTLY_FOLLOWED, STILL_FOLLOWED
from ehp_eval.present import figure_words as fw
from ehp_eval.proportions import Estimate
from ehp_eval.public import PublicOverview, PublicService
from ehp_eval.tables import percent_words
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.config import Thresholds
    from ehp_eval.public import PublicReport
    from ehp_eval.publishing import Disclosure


def share(row: pd.Series[Any] | None, thresholds: Thresholds) -> str:
    """Write a released share for a cell of a table.

    Parameters
    ----------
    row : Series or None
        A row of the release in the unit `SHARE`.
    thresholds : Thresholds

    Returns
    -------
    str
        "159 of 166 (96%; 95% interval 92% to 98%)", without a percentage where n is small; "[c] of 166", "[c]"; an
        en dash where there is no row. A cumulative incidence of people not all followed that long is marked as an
        estimate, since its percentage is not the one count over the other.
    """
    if row is None:
        return fw.NOTHING
    if hides(row, "numerator") or hides(row, "denominator"):
        return counted(row)
    if pd.isna(row["denominator"]) or not row["denominator"]:
        return say("share.nobody")
    if hides(row, "value") or pd.isna(row["value"]):
        return _marked(row, counted(row))
    if row["method"] in (PARTLY_FOLLOWED, STILL_FOLLOWED):
        return _marked(row, _estimate(row, thresholds))
    return _marked(row, fw.share(row, thresholds))


def counted(row: pd.Series[Any] | None) -> str:
    """Write the two counts of a released share alone: "159 of 166", "[c] of 166", "[c]", an en dash for no row."""
    if row is None:
        return fw.NOTHING
    if hides(row, "denominator"):
        return HIDDEN
    if pd.isna(row["denominator"]) or not row["denominator"]:
        return say("share.nobody")
    if hides(row, "numerator"):
        return say("share.some", numerator=HIDDEN, denominator=f"{int(row['denominator']):,}")
    return fw.frequency(int(row["numerator"]), int(row["denominator"]))


def count(row: pd.Series[Any] | None) -> str:
    """Write a released count for a cell of a table: "16", "16 [pub]", "[c]", an en dash where there is no row."""
    said = bare_count(row)
    return said if row is None or said in (HIDDEN, say("table.missing")) else _marked(row, said)


def bare_count(row: pd.Series[Any] | None) -> str:
    """Write a released count where no note explains marks, as on a card: "16", "[c]", an en dash for no row."""
    if row is None:
        return fw.NOTHING
    if hides(row, "numerator"):
        return HIDDEN
    number = row["value"] if pd.isna(row["numerator"]) else row["numerator"]
    return say("table.missing") if pd.isna(number) else f"{int(number):,}"


def quantity(row: pd.Series[Any] | None, unit: str, thresholds: Thresholds) -> str:
    """Write a released figure in its own unit for a cell of a table.

    Parameters
    ----------
    row : Series or None
        A row of the release, of any unit.
    unit : str
        What is counted: child, baby, parent or contact.
    thresholds : Thresholds

    Returns
    -------
    str
        A share as `share` writes it; "16 (95% interval 9 to 26)", "5.1 weeks (...; n = 60)", "+8.0 percentage points
        (...)"; "[c]", for too few people "[c] (n = 15)"; an en dash where there is no row.
    """
    if row is None:
        return fw.NOTHING
    if row["unit"] == SHARE:
        return share(row, thresholds)
    if row["hidden"]:
        shown = row["reason"] == FEW and not hides(row, "denominator") and pd.notna(row["denominator"])
        return say("public.few", mark=HIDDEN, n=f"{int(row['denominator']):,}") if shown else HIDDEN
    if row["unit"] == COUNT and pd.isna(row["value"]):
        return count(row)
    if row["unit"] == POINTS and pd.notna(row["value"]):
        return _marked(row, difference(row))
    return _marked(row, fw.quantity(row, unit, thresholds))


def difference(row: pd.Series[Any]) -> str:
    """Write a difference of shares that is shown: +8.0 percentage points (95% interval +1.0 to +15.0)."""
    value, lower, upper = (fw.points(row[name]) for name in ("value", "lower", "upper"))
    return say("further.points", value=value, lower=lower, upper=upper)


def in_words(report: PublicReport, row: pd.Series[Any] | None) -> str:
    """Write a released share for a sentence.

    Parameters
    ----------
    report : PublicReport
        Whose rule says below which number a hidden count lies.
    row : Series or None
        A row of the release in the unit `SHARE`.

    Returns
    -------
    str
        "159 of 166 (96%; 95% interval 92% to 98%)"; what is hidden by the rule as "fewer than 5 of 22", "all but
        fewer than 5 of 22"; else "a number that is not shown".
    """
    if row is None:
        return say("share.nobody")
    if not row["hidden"]:
        words = fw.estimated(row, unit_of(report), report.council.settings.thresholds)
        return say("public.known", words=words) if row["known"] else words
    if not hides(row, "numerator") and not hides(row, "denominator"):
        return counted(row)
    if hides(row, "denominator") or pd.isna(row["denominator"]):
        return say("public.not_shown")
    return hidden_of(report, row, f"{int(row['denominator']):,}")


def hidden_of(report: PublicReport, row: pd.Series[Any], of: str) -> str:
    """Write a hidden numerator of a denominator in words, such as "22 babies": as far as the rule says it."""
    key = row["reason"] if row["reason"] in (SMALL, COMPLEMENT) else "not_shown_of"
    return say(f"public.{key}", limit=report.release.rule.hide_up_to + 1, denominator=of)


def count_in_words(report: PublicReport, row: pd.Series[Any]) -> str:
    """Write a released count for a sentence: "16", "fewer than 5", "a number that is not shown"."""
    if not hides(row, "numerator"):
        return bare_count(row)
    if row["reason"] == SMALL:
        return say("public.fewer", limit=report.release.rule.hide_up_to + 1)
    return say("public.not_shown")


def estimate(row: pd.Series[Any] | None) -> Estimate | None:
    """Return a released figure as an estimate; None where there is no row, or not all of it is shown."""
    if row is None or row["hidden"] or pd.isna(row["value"]) or pd.isna(row["lower"]):
        return None
    value, lower, upper, confidence = (float(row[name]) for name in ("value", "lower", "upper", "confidence"))
    return Estimate(value, lower, upper, confidence, row["method"])


def shown_count(row: pd.Series[Any] | None) -> int | None:
    """Return a released count; None where there is no row, or it is hidden."""
    return None if row is None or pd.isna(row["numerator"]) else int(row["numerator"])


def unit_of(report: PublicReport) -> str:
    """Return what a report counts: child, baby, parent or contact."""
    return report.service.unit if isinstance(report, PublicService) else "child"


def hides(row: pd.Series[Any], column: str) -> bool:
    """Return whether a released row hides this column: numerator, denominator or value."""
    return column in row["hidden"].split()


def of_nobody(row: pd.Series[Any]) -> bool:
    """Return whether a figure counts nobody: what is hidden counts somebody."""
    return not hides(row, "denominator") and (pd.isna(row["denominator"]) or row["denominator"] == 0)


def tells_nothing(row: pd.Series[Any]) -> bool:
    """Return whether a share is hidden so that nothing can be said of it, not even that it is small."""
    if not hides(row, "numerator"):
        return False
    return row["reason"] not in (SMALL, COMPLEMENT) or hides(row, "denominator")


def hidden_note(rule: Disclosure) -> str:
    """Return by which rule numbers are hidden, for a report that has no table of methods to say so."""
    words = {"mark": HIDDEN, "limit": rule.hide_up_to, "least": rule.least_at_risk}
    return say("public.note_hidden" if rule.show_zero else "public.note_hidden_zero", **words)


def note(report: PublicReport, frame: pd.DataFrame, *others: str) -> str | None:
    """Return the note below a table: what its own notes say, and what the marks mean that stand in it.

    Parameters
    ----------
    report : PublicReport
    frame : DataFrame
        Of the table, its cells already in words.
    *others : str
        Its own notes; empty ones are left out.

    Returns
    -------
    str or None
        None where there is nothing to say.
    """
    cells = " ".join(str(cell) for name in frame.columns for cell in frame[name])
    rule = report.release.rule
    notes = [each for each in others if each]
    if HIDDEN in cells:
        whole = isinstance(report, PublicOverview)  # every other report has the rule in its annex
        notes.append(hidden_note(rule) if whole else say("public.note_annex", mark=HIDDEN))
    if PUBLISHED in cells:
        notes.append(say("public.note_published", mark=PUBLISHED))
    if rule.round_to and any(letter.isdigit() for letter in cells):
        notes.append(say("public.note_rounded", to=rule.round_to))
    return " ".join(notes) or None


def _estimate(row: pd.Series[Any], thresholds: Thresholds) -> str:
    limits = {"lower": fw.limit(row["lower"]), "upper": fw.limit(row["upper"])}
    if row["denominator"] < thresholds.percentages_from:
        return say("share.so_far", share=counted(row), **limits)
    return say("public.estimated", share=counted(row), percent=percent_words(row["value"]), **limits)


def _marked(row: pd.Series[Any], words: str) -> str:
    """Mark what a cited document had published before: the rule does not hide it."""
    return f"{words} {PUBLISHED}" if row["known"] else words
