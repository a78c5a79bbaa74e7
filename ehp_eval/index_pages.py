"""The pages that lead to the reports: of all years, of one year, and of an edition that was replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from ehp_eval.archive import (
    EARLIER,
    FIGURES,
    RECORD,
    Edition,
    MadeReport,
    earlier_editions,
    read_edition,
    write_whole,
    year_folders,
)
from ehp_eval.errors import ReportError
from ehp_eval.opening import INTERNAL, PUBLIC
from ehp_eval.present.since_last_year import REVISIONS, since_last_year
from ehp_eval.prose import Callout, Heading, PageHeader, Paragraph, link
from ehp_eval.tables import Table
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.load import Council
    from ehp_eval.report import Displayed

INDEX, INDEX_INTERNAL = "index.html", "index-internal.html"


def write_index_pages(outputs: Path) -> list[Path]:
    """Write the pages that lead through all years, newest first, each year's public reports before its internal ones.

    `index.html` knows of the public reports alone, so that it can be published with them; `index-internal.html`, with
    its marking, leads to both. A page that would lead to nothing is not there. A folder that is no year is passed
    over; of a year whose record or figures cannot be read the page says so.

    Parameters
    ----------
    outputs : Path
        The folder of all years.

    Returns
    -------
    list of Path
        The pages that there are.
    """
    written = []
    for name, audiences in ((INDEX, (PUBLIC,)), (INDEX_INTERNAL, (PUBLIC, INTERNAL))):
        found, unreadable = _editions(outputs, audiences)
        needed = found if name == INDEX else [edition for edition in found if edition.audience == INTERNAL]
        if needed:
            _write_page(outputs / name, *_all_years(found, unreadable, internal=name == INDEX_INTERNAL))
            written.append(outputs / name)
        else:
            (outputs / name).unlink(missing_ok=True)
    return written


def write_year_index(folder: Path, council: Council) -> None:
    """Write a year's `index.html`: its reports, what changed since last year's, revisions, and earlier editions.

    Beside it goes `revisions.csv`, where figures were revised. Nothing is written where no report is there.

    Parameters
    ----------
    folder : Path
        `outputs/<year>/<audience>`, whose figures and record are those of the run that has just ended.
    council : Council
        Its thresholds say how a share is written.

    Raises
    ------
    ReportError
        Where the folder's own figures or record cannot be read.
    """
    edition = read_edition(folder)
    if not edition.record.reports:
        return
    settings = council.settings
    units = {service.report: service.unit for service in council.services}
    changes, revisions = since_last_year(edition, settings.thresholds, units)
    if revisions.empty:
        (folder / REVISIONS).unlink(missing_ok=True)
    else:
        write_whole(folder / REVISIONS, revisions.to_csv(index=False, lineterminator="\n"))
    replaced = earlier_editions(folder)
    up = INDEX if edition.audience == PUBLIC else INDEX_INTERNAL
    parts: list[Displayed] = [
        _year_header(say("index.title", year=edition.year), edition),
        _reports(edition, say("index.caption", year=edition.year)),
        _beside([FIGURES, RECORD, *([] if revisions.empty else [REVISIONS])]),
        *changes,
    ]
    if replaced:
        parts += [Heading(say("index.earlier")), _earlier(replaced)]
    parts.append(Paragraph(link(say("index.up"), f"../../{up}")))
    _write_page(folder / INDEX, *parts)


def write_earlier_index(folder: Path) -> None:
    """Write the `index.html` of an edition that was replaced: its reports as they were, and where the newer ones are.

    Parameters
    ----------
    folder : Path
        `outputs/<year>/<audience>/earlier/<made>`.
    """
    edition = read_edition(folder)
    made = day_in_words(edition.record.started_at)
    _write_page(
        folder / INDEX,
        _year_header(say("index.earlier_title", year=edition.year, date=made), edition),
        Callout(say("index.replaced"), " ", link(say("index.to_newer"), f"../../{INDEX}")),
        _reports(edition, say("index.caption", year=edition.year)),
        _beside([FIGURES, RECORD]),
    )


def _editions(outputs: Path, audiences: Sequence[str]) -> tuple[list[Edition], list[str]]:
    """Return the editions in place, newest first, and the years and audiences that cannot be read."""
    folders = [each for audience in audiences for each in year_folders(outputs, audience)]
    found, unreadable = [], []
    for label, folder in sorted(
        folders, key=lambda each: each[0], reverse=True
    ):  # stable: the audiences keep their order
        if not (folder / RECORD).exists():
            continue  # a first run that ended before its record was written has published nothing yet
        try:
            edition = read_edition(folder)
        except ReportError:
            unreadable.append(f"{label}/{folder.name}")
            continue
        if edition.record.reports:
            found.append(edition)
    return found, unreadable


def _all_years(editions: list[Edition], unreadable: list[str], *, internal: bool) -> Iterator[Displayed]:
    extract = day_in_words(editions[0].record.extract_date)
    subtitle = say("index.all_subtitle", extract=extract)
    yield _header(say("index.all_title"), subtitle, editions, internal=internal)
    councils = {edition.record.council for edition in editions}
    year = ""
    for edition in editions:
        if edition.year != year:
            year = edition.year
            yield Heading(year)
        place = f"{edition.year}/{edition.audience}/"
        caption = say(f"index.caption_{edition.audience}", year=year)
        if len(councils) > 1:
            caption = say("index.of_council", caption=caption, council=edition.record.council)
        yield _reports(edition, caption, place, note=_made_up_note(edition, editions))
        yield Paragraph(link(say(f"index.to_year_{edition.audience}", year=year), f"{place}{INDEX}"))
    if unreadable:
        yield Callout(say("index.unreadable", folders=", ".join(unreadable)))


def _header(title: str, subtitle: str, editions: Sequence[Edition], *, internal: bool) -> PageHeader:
    """Return the head of a page; what all its editions are, a banner says."""
    banners = []
    kinds = {edition.record.made_up for edition in editions}
    if len(kinds) == 1 and (made_up := kinds.pop()):
        banners.append(("synthetic", say(f"header.{made_up}")))
    audience = INTERNAL if internal else PUBLIC
    banners.append((audience, say(f"header.{audience}")))
    names = dict.fromkeys(edition.record.council for edition in editions)
    return PageHeader(title, subtitle=subtitle, council=say("index.between").join(names), banners=banners)


def _year_header(title: str, edition: Edition) -> PageHeader:
    extract = day_in_words(edition.record.extract_date)
    subtitle = say("header.subtitle", year=edition.year, extract=extract)
    return _header(title, subtitle, [edition], internal=edition.audience == INTERNAL)


def _made_up_note(edition: Edition, editions: Sequence[Edition]) -> str | None:
    """Say of a year that its records are made up, where that is not so of all years on the page."""
    made_up = edition.record.made_up
    mixed = len({each.record.made_up for each in editions}) > 1
    return say(f"header.{made_up}") if mixed and made_up else None


def _reports(edition: Edition, caption: str, place: str = "", note: str | None = None) -> Table:
    """Return the reports of an edition, in the order of its figures: title, answer, files with their sizes."""
    record = edition.record
    renewed = {report for report, made in record.reports.items() if made.made_at == record.started_at}
    failed = {unit.report for unit in record.units if unit.outcome == "failed"} - renewed
    order = list(dict.fromkeys([*edition.figures["report"], *record.reports]))
    rows = []
    for report in sorted(record.reports, key=order.index):
        made = record.reports[report]
        names = _files(edition.folder, made)
        files = Markup(say("index.between")).join(link(_kind(edition.folder / name), place + name) for name in names)
        answer = made.answer
        if report in failed:
            answer = f"{say('index.not_renewed', date=day_in_words(made.made_at))} {answer}"
        main = next((name for name in names if name.endswith(".html")), next(iter(names), ""))
        title = link(made.title, place + main) if main else made.title
        rows.append({"report": title, "answer": answer, "files": files})
    frame = pd.DataFrame(rows, columns=["report", "answer", "files"])
    return _Stacked(frame, caption=caption, headings={name: say(f"index.{name}") for name in frame.columns}, note=note)


class _Stacked(Table):
    """A table that a phone shows a row a block: the words of its cells are too long for columns."""

    def _repr_html_(self) -> str:
        from bs4 import BeautifulSoup  # with the rest of what makes a page

        part = BeautifulSoup(super()._repr_html_(), "html.parser")
        part.select_one(".ehp-table")["class"].append("ehp-stack")  # type: ignore[index, union-attr]
        # What CSS lays out as blocks is no table to some screen readers, unless its parts say so.
        for name, role in _ROLES.items():
            for element in part.select(name):
                element["role"] = role
        return str(part)


def _files(folder: Path, made: MadeReport) -> list[str]:
    """Return the files of a report that are there: the page first."""
    names = [name for name in made.files if Path(name).name == name and ":" not in name and (folder / name).is_file()]
    return sorted(names, key=lambda name: (not name.endswith(".html"), name))


def _kind(path: Path) -> Markup:
    size = say("index.kilobytes", n=f"{max(1, round(path.stat().st_size / 1000)):,}")
    words = say("index.file", kind=path.suffix[1:].upper(), size=size)
    return Markup('<span class="ehp-whole">{}</span>').format(words)


def _beside(names: Sequence[str]) -> Paragraph:
    links = Markup(say("index.between")).join(link(name, name) for name in names)
    return Paragraph(say("index.beside"), " ", links)


def _earlier(folders: Sequence[Path]) -> Table:
    """Return the editions of a year that were replaced, newest first."""
    rows = []
    for folder in folders:
        try:
            record = read_edition(folder).record
            made, extract = day_in_words(record.started_at), day_in_words(record.extract_date)
        except ReportError:
            made, extract = folder.name, ""
        place = f"{EARLIER}/{folder.name}"
        page = INDEX if (folder / INDEX).is_file() else FIGURES
        rows.append(
            {"made": link(made, f"{place}/{page}"), "extract": extract, "figures": link(FIGURES, f"{place}/{FIGURES}")}
        )
    frame = pd.DataFrame(rows)
    headings = {name: say(f"index.earlier_{name}") for name in frame.columns}
    return Table(frame, caption=say("index.earlier_caption"), headings=headings)


_ROLES = {
    "table": "table",
    "thead, tbody": "rowgroup",
    "tr": "row",
    "thead th": "columnheader",
    "tbody th": "rowheader",
    "td": "cell",
}


def _write_page(path: Path, *parts: Displayed) -> None:
    from ehp_eval.report import page_faults, render_page  # a second: only where a page is made

    html = render_page(*parts)
    if faults := page_faults(html):
        raise ReportError(f"{path.name} is not fit to be published: {' '.join(faults)}")
    write_whole(path, html)
