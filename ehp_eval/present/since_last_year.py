"""What changed since last year's report, and which published figures were revised, as parts of a year's index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.archive import FIGURES, Edition, earlier_editions, read_edition
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.errors import ReportError
from ehp_eval.measures.figures import SHARE
from ehp_eval.present import figure_words as fw
from ehp_eval.prose import Heading, Paragraph, link
from ehp_eval.since_last_year import Changes, compare_editions
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import day_in_words, say
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.config import Thresholds
    from ehp_eval.report import Displayed

REVISIONS = "revisions.csv"


def since_last_year(
    edition: Edition, thresholds: Thresholds, units: Mapping[str, str]
) -> tuple[list[Displayed], pd.DataFrame]:
    """Set an edition beside last year's, and beside the one of the same year that it replaced.

    Parameters
    ----------
    edition : Edition
        In place: `outputs/<year>/<audience>`.
    thresholds : Thresholds
    units : mapping of report to unit
        What each service counts.

    Returns
    -------
    parts : list
        The sections of the page.
    revisions : DataFrame
        Every revised figure: `REVISION_COLUMNS`, after `published_in`, which says where it stood before.
    """
    titles = {report: made.title for report, made in edition.record.reports.items()}
    last = Period.year(edition.year).earlier(1).label
    parts: list[Displayed] = [Heading(say("since.heading"))]
    found = []
    try:
        before = _last_year(edition, last)
    except ReportError:
        parts.append(Paragraph(say("since.unreadable", year=last)))
    else:
        if before is None:
            parts.append(Paragraph(say("since.nothing", year=last)))
        else:
            changes = _compared(before, edition)
            found.append((last, changes))
            titles = {report: made.title for report, made in before.record.reports.items()} | titles
            parts.append(_results(changes.results, edition, last, titles, thresholds, units))
    replaced = earlier_editions(edition.folder)
    if replaced:
        found += _against_replaced(edition, replaced[0])
    revisions = pd.concat([each.revisions.assign(published_in=where) for where, each in found] or [pd.DataFrame()])
    main = pd.concat([each.main_revisions.assign(published_in=where) for where, each in found] or [pd.DataFrame()])
    if found:
        parts += [Heading(say("since.revised")), *_revised(main, len(revisions), titles)]
    columns = ["published_in", *(name for name in revisions.columns if name != "published_in")]
    return parts, revisions.reindex(columns=columns)


def _last_year(edition: Edition, last: str) -> Edition | None:
    folder = edition.folder.parents[1] / last / edition.audience
    return read_edition(folder) if (folder / FIGURES).is_file() else None


def _compared(before: Edition, now: Edition) -> Changes:
    return compare_editions(before.figures, now.figures, before.record, now.record)


def _against_replaced(edition: Edition, folder: Path) -> list[tuple[str, Changes]]:
    try:
        before = read_edition(folder)
    except ReportError:  # its figures alone were kept: there is nothing to find a reason in
        return []
    where = say("since.edition", year=edition.year, date=day_in_words(before.record.started_at))
    return [(where, _compared(before, edition))]


def _results(
    results: pd.DataFrame,
    edition: Edition,
    last: str,
    titles: Mapping[str, str],
    thresholds: Thresholds,
    units: Mapping[str, str],
) -> Table:
    """Return each report's main result, as published last year and now."""
    rows = [
        {
            "report": titles.get(str(row["report"]), str(row["report"])),
            "measure": fw.measure_title(str(row["measure"])),
            "before": _result(row, "before", thresholds, units),
            "now": _result(row, "now", thresholds, units),
        }
        for _, row in results.iterrows()
    ]
    frame = pd.DataFrame(rows, columns=["report", "measure", "before", "now"])
    headings = {name: say(f"since.{name}", year=edition.year, last=last) for name in frame.columns}
    return Table(
        frame,
        caption=say("since.caption", year=edition.year, last=last),
        headings=headings,
        note=say("since.note"),
    )


def _result(row: pd.Series[Any], when: str, thresholds: Thresholds, units: Mapping[str, str]) -> str:
    """Write one edition's result: "2017-18 to 2019-20: 360 of 410 (88%; 95% interval 83% to 91%)"."""
    if pd.isna(row[f"year_{when}"]):
        return say("since.absent")
    figure = pd.Series({name.removesuffix(f"_{when}"): row[name] for name in row.index if name.endswith(f"_{when}")})
    words = fw.quantity(figure, units.get(str(row["report"]), "child"), thresholds)
    return say("since.result", year=figure["year"], figure=words)


def _revised(main: pd.DataFrame, everything: int, titles: Mapping[str, str]) -> list[Displayed]:
    """Return the revised main figures, and say how many there are in all."""
    if not everything:
        return [Paragraph(say("since.not_revised"))]
    counted = say("since.all_revised", n=everything)
    if main.empty:
        return [Paragraph(counted, " ", link(REVISIONS, REVISIONS), ". ", say("since.no_main"))]
    rows = [
        {
            "report": titles.get(row["report"], row["report"]),
            "figure": _named(row),
            "year": row["year"],
            "before": _number(row, "before"),
            "now": _number(row, "now"),
            "published_in": row["published_in"],
            "reason": say("since.and").join(say(f"since.{reason}") for reason in row["reason"].split()),
        }
        for _, row in main.iterrows()
    ]
    frame = pd.DataFrame(rows)
    names = {"before": "published", "now": "revised_to", "figure": "measure", "year": "of_years"}
    headings = {name: say(f"since.{names.get(name, name)}", year="", last="") for name in frame.columns}
    table = Table(frame, caption=say("since.revised_caption"), headings=headings, note=say("since.revised_note"))
    return [Paragraph(counted, " ", link(REVISIONS, REVISIONS), "."), table]


def _named(row: pd.Series[Any]) -> str:
    title = fw.measure_title(row["measure"])
    return say("since.at", measure=title, window=fw.window(int(row["window_days"]))) if row["window_days"] else title


def _number(row: pd.Series[Any], when: str) -> str:
    """Write a published number as short as may be: "151 of 157", "396", "[c]"."""
    numerator, denominator, value = (row[f"{name}_{when}"] for name in ("numerator", "denominator", "value"))
    if numerator and denominator:
        if HIDDEN in (numerator, denominator):
            return say("share.some", numerator=numerator, denominator=denominator)
        return fw.frequency(int(numerator), int(denominator))
    if value in ("", HIDDEN):
        return value or say("table.missing")
    return percent_words(float(value)) if row["unit"] == SHARE else fw.number(float(value), row["unit"])
