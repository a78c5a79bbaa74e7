"""How the years of a service differ, in sentences: from the year before, and from the first whole year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.measures.topics import MEASURE_IDS
from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_words import thresholds, title_of
from ehp_eval.prose import Bullets, Paragraph
from ehp_eval.streams import STREAMS
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation

_SUFFIXES = ("change", "baseline")


def changes(report: Evaluation) -> Bullets | Paragraph:
    """Say how the latest comparable years differ, each difference with its interval."""
    found = [change_words(report, row) for _, row in latest_changes(report).iterrows()]
    return Bullets(found) if found else Paragraph(say("change.nothing", year=report.year.label))


def latest_changes(report: Evaluation, *suffixes: str) -> pd.DataFrame:
    """Return, of each measure, the latest difference: from the year before ("change") and from the "baseline".

    The difference at closure is that of the report's year; a window may have matured for an earlier year only.
    """
    wanted, main = suffixes or _SUFFIXES, STREAMS[report.service.stream]
    ids = [f"{measure}_{suffix}" for measure in filter(None, (main.main, main.closing)) for suffix in wanted]
    rows = report.figures[report.figures["measure"].isin(ids)]
    at_closure = rows["measure"].str.startswith(f"{main.closing}_") & bool(main.closing)
    rows = rows[~at_closure | (rows["year"] == report.year.label)]
    return rows.groupby("measure", sort=False).tail(1)


def further_changes(report: Evaluation) -> pd.DataFrame:
    """Return the differences of the further measures between the year and the one before, where n carries them."""
    ids = [f"{measure}_change" for measure in MEASURE_IDS]
    rows = report.figures[(report.figures["year"] == report.year.label) & report.figures["measure"].isin(ids)]
    enough = [not _few(report, *_compared(report, row)) for _, row in rows.iterrows()]
    return rows[pd.Series(enough, index=rows.index, dtype="bool")]


def change_words(report: Evaluation, row: pd.Series[Any], *, short: bool = False) -> str:
    """Write one difference: both shares, the difference with its interval, and what it comes to; or only the latter.

    Where a year has fewer than a percentage needs, both are given and no difference.
    """
    measure, _, suffix = row["measure"].rpartition("_")
    days = None if pd.isna(row["window_days"]) else int(row["window_days"])
    year = report.by_year[row["year"]].period
    against = year.earlier(1) if suffix == "change" else report.baseline
    now, before = _compared(report, row)
    titles = {"measure": title_of(measure, days), "before_year": say(f"change.against_{suffix}", year=against.label)}
    if short and measure in (STREAMS[report.service.stream].main, STREAMS[report.service.stream].closing):
        titles["measure"] = say("change.closing") if days is None else say("change.window", window=fw.window(days))
    if _few(report, now, before):
        counted = (fw.frequency(int(each["numerator"]), int(each["denominator"])) for each in (now, before))
        shares = dict(zip(("now", "before"), counted, strict=True))
        return say("change.few", year=year.label, against=against.label, **shares, **titles)
    direction = "higher" if row["value"] > 0 else "lower"
    reading = "unclear" if row["lower"] <= 0 <= row["upper"] else direction
    return say(
        "change.short" if short else "change.one",
        now=fw.share(now, thresholds(report)),
        year=year.label,
        before=against.label if short else fw.share(before, thresholds(report)),
        value=fw.points(row["value"]),
        lower=fw.points(row["lower"]),
        upper=fw.points(row["upper"]),
        reading=say(f"change.{reading}_short" if short else f"change.{reading}"),
        **titles,
    )


def _compared(report: Evaluation, row: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return the two shares behind a difference."""
    measure, _, suffix = row["measure"].rpartition("_")
    days = None if pd.isna(row["window_days"]) else int(row["window_days"])
    year = report.by_year[row["year"]].period
    against = year.earlier(1) if suffix == "change" else report.baseline
    now, before = (report.deciding(measure, period, days, row["group"]) for period in (year, against))
    assert now is not None
    assert before is not None
    return now, before


def _few(report: Evaluation, *shares: pd.Series[Any]) -> bool:
    return bool(min(share["denominator"] for share in shares) < thresholds(report).percentages_from)
