"""Figures in words: natural frequencies with their interval, windows, units, measures."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.figures import COUNT, SHARE
from ehp_eval.measures.primary import PARTLY_FOLLOWED, STILL_FOLLOWED
from ehp_eval.tables import percent_words
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.config import Thresholds

NOTHING = "\N{EN DASH}"
_DAYS_ONLY_BELOW = 60
_SUFFIXES = ("worst", "best", "family", "change", "baseline", "ratio", "unlinked", "unjoined")


def points(value: float) -> str:
    """Write a difference of shares in percentage points, with its sign."""
    return f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")


def frequency(numerator: int, denominator: int) -> str:
    """Write a count of a count: 7 of 166, none of 5."""
    key = "none" if numerator == 0 else "some"
    return say(f"share.{key}", numerator=f"{numerator:,}", denominator=f"{denominator:,}")


def share(row: pd.Series[Any] | None, thresholds: Thresholds) -> str:
    """Write a figure as "159 of 166 (96%; 95% interval 92% to 98%)", without a percentage where n is small."""
    if row is None or pd.isna(row["value"]):
        return say("share.nobody")
    limits = {"lower": limit(row["lower"]), "upper": limit(row["upper"])}
    counted = frequency(int(row["numerator"]), int(row["denominator"]))
    if row["denominator"] < thresholds.percentages_from:
        return say("share.without_percent", share=counted, **limits)
    key = "with_caution" if row["denominator"] < thresholds.caution_below else "with_percent"
    return say(f"share.{key}", share=counted, percent=percent_words(row["value"]), **limits)


def quantity(row: pd.Series[Any], unit: str, thresholds: Thresholds) -> str:
    """Write a figure in its own unit: 7 of 166 (...), 16 (95% interval 9 to 26), 5.1 weeks (...; n = 6).

    Parameters
    ----------
    unit : str
        What is counted: child, baby, parent or contact.
    """
    if row["unit"] == SHARE:
        return estimated(row, unit, thresholds)
    if pd.isna(row["value"]):
        return say("share.nobody")
    value, lower, upper = (number(row[name], row["unit"]) for name in ("value", "lower", "upper"))
    measured_in, _, prices = row["unit"].partition(", price year ")
    if measured_in == "GBP":
        words = say("share.pounds", value=value, prices=prices)
    else:
        one = measured_in == "days" and value == "1"
        words = value if measured_in in (COUNT, "ratio") else f"{value} {'day' if one else measured_in}"
    if pd.isna(row["lower"]):
        return words
    if row["unit"] == COUNT or pd.isna(row["denominator"]):
        return say("share.quantity", value=words, lower=lower, upper=upper)
    return say("share.quantity_of", value=words, lower=lower, upper=upper, n=f"{int(row['denominator']):,}")


def number(value: float, unit: str) -> str:
    """Write a number with the places that its unit bears: counts, days and pounds whole, ratios with two."""
    whole = unit in (COUNT, "days") or unit.startswith("GBP")
    places = 2 if unit == "ratio" else 0 if whole else 1
    rounded = round(value, places) + 0.0  # no minus nought
    words = f"{rounded:,.{places}f}"
    return (words.removesuffix(".0") if places == 1 else words).replace("-", "\N{MINUS SIGN}")


def group(name: str) -> str:
    """Write a group of the figures in words, such as "domain: housing"."""
    return say(f"group.{name.replace(': ', '_')}")


def estimated(row: pd.Series[Any] | None, unit: str, thresholds: Thresholds) -> str:
    """Write a share; a cumulative incidence as the estimate that it is, where not everybody was followed that long."""
    if row is None or pd.isna(row["value"]):
        return say("share.nobody")
    if row["method"] not in (PARTLY_FOLLOWED, STILL_FOLLOWED):
        return share(row, thresholds)
    events, people = int(row["numerator"]), int(row["denominator"])
    limits = {"lower": limit(row["lower"]), "upper": limit(row["upper"])}
    if people < thresholds.percentages_from:
        return say("share.so_far", share=frequency(events, people), **limits)
    given = {"events": say("limits.events", n=events), "units": units(unit, people)}
    return say("share.estimated", percent=percent_words(row["value"]), **given, **limits)


def limit(value: float) -> str:
    """Write one limit of an interval; a limit that the method cannot give has its own mark."""
    return say("table.missing") if isnan(value) else percent_words(value)


def interval(row: pd.Series[Any]) -> str:
    """Write an interval of a share: 92% to 98%."""
    if pd.isna(row["lower"]):
        return say("table.missing")
    return say("share.interval", lower=limit(row["lower"]), upper=limit(row["upper"]))


def window(days: int) -> str:
    """Write a window: 14 days, 12 months."""
    if days < _DAYS_ONLY_BELOW:
        return say("window.days", n=days)
    return say("window.months", n=round(days / 365.25 * 12))


def units(unit: str, n: int) -> str:
    """Write how many of a unit: 1 child, 166 children."""
    return f"{n:,} {say(f'unit.{unit}', n=n)}"


def measure_title(measure: str) -> str:
    """Write the title of a measure, of a suffixed reading of one too."""
    stem, _, suffix = measure.rpartition("_")
    if suffix in _SUFFIXES:
        return say(f"measure.{suffix}", measure=measure_title(stem))
    return say(f"measure.{measure}")
