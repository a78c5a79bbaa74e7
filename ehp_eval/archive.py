"""Editions: what has been published of a year, which no later run overwrites without keeping it.

Before a run replaces a file it sets the edition that is there aside (`set_aside`). After the new figures are written
it keeps that copy in `earlier/`, where a published figure has changed, or drops it (`keep_edition`). A run that ends
midway leaves the copy where it is, and the next one settles it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from ehp_eval.errors import ArgumentError, ReportError
from ehp_eval.years import Period

FIGURES, RECORD = "figures.csv", "run.json"
EARLIER = "earlier"
IDENTITY = ["report", "service", "year", "stream", "group", "measure", "window_days"]
"""Columns of `figures.csv` that together name a figure."""
_SET_ASIDE = ".replaced"  # within EARLIER; a run that ends midway leaves it


class MadeReport(BaseModel):
    """One report in the record of a run: what this package reads of it again."""

    model_config = ConfigDict(frozen=True)

    title: str
    answer: str
    made_at: datetime
    files: dict[str, int]


class Unit(BaseModel):
    """One report that a run was to make."""

    model_config = ConfigDict(frozen=True)

    report: str
    outcome: str


class Record(BaseModel):
    """The record of a run (`run.json`): what this package reads of it again.

    Attributes
    ----------
    settings : str
        Hash of the settings without the extract date; empty where the record has none.
    """

    model_config = ConfigDict(frozen=True)

    council: str
    records: str
    extract_date: date
    year: str
    started_at: datetime
    settings: str = ""
    versions: dict[str, str] = {}
    commit: str = ""
    inputs: dict[str, str] = {}
    units: tuple[Unit, ...] = ()
    reports: dict[str, MadeReport]

    @property
    def made_up(self) -> str:
        """What is made up, as the words for it are called; empty where nothing is."""
        return self.records if self.records in ("synthetic", "fictional") else ""


@dataclass(frozen=True)
class Edition:
    """What a folder holds of one year for one audience.

    Attributes
    ----------
    folder : Path
    year, audience : str
        Of an edition that was replaced too, the audience is public or internal.
    figures : DataFrame
        Its `figures.csv`, every column as text.
    record : Record
    """

    folder: Path
    year: str
    audience: str
    figures: pd.DataFrame
    record: Record


@dataclass(frozen=True)
class Kept:
    """An edition that has been replaced, and is kept.

    Attributes
    ----------
    folder : Path
    figures : int
        How many of its figures have changed or are no longer there.
    """

    folder: Path
    figures: int

    @property
    def words(self) -> str:
        """What the run says of it."""
        year = self.folder.parents[2].name
        what = "1 figure" if self.figures == 1 else f"{self.figures:,} figures"
        return f"{what} of the {year} edition that was there changed or gone: that edition is kept in {self.folder}"


def set_aside(folder: Path) -> None:
    """Copy the edition that is in a folder, before a run replaces any of it; nothing where there is none.

    Parameters
    ----------
    folder : Path
        `outputs/<year>/<audience>`.

    Raises
    ------
    ReportError
        Where it cannot be copied. Nothing has been replaced then.
    """
    copy = folder / EARLIER / _SET_ASIDE
    if copy.exists():  # of a run that ended midway
        if not _lost(copy, folder):
            return  # it had not come to the figures: the copy is whole, what is in place may be mixed
        keep_edition(folder)
    if not (folder / FIGURES).is_file():
        return
    try:
        copy.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".copying-", dir=copy.parent) as name:
            draft = Path(name) / "edition"
            draft.mkdir()
            for file in _published_files(folder):
                shutil.copy2(file, draft / file.name)
            draft.rename(copy)
    except OSError as error:
        raise ReportError(
            f"The reports that are in {folder} cannot be kept ({error.strerror}), so nothing was replaced: "
            "make room, or let this account write there"
        ) from None


def keep_edition(folder: Path) -> Kept | None:
    """Keep the edition that was set aside where any of its figures has changed or gone; drop it where none has.

    Call it when the new `figures.csv` is in place. A figure that is new changes nothing that was published.

    Returns
    -------
    Kept or None
        None where nothing was set aside, or nothing is lost by dropping it.
    """
    copy = folder / EARLIER / _SET_ASIDE
    if not copy.exists():
        return None
    lost = _lost(copy, folder)
    kept = copy.parent / _name(copy)
    if lost:
        copy.rename(kept)
    else:
        shutil.rmtree(copy)
        if not any(copy.parent.iterdir()):
            copy.parent.rmdir()
    return Kept(kept, lost) if lost else None


def earlier_editions(folder: Path) -> list[Path]:
    """Return the folders of the editions of a year that were replaced, newest first."""
    return sorted((path for path in (folder / EARLIER).glob("[!.]*") if path.is_dir()), reverse=True)


def earlier_publications(outputs: Path, year: str, audience: str) -> list[pd.DataFrame]:
    """Return every `figures.csv` of an audience that is there before a run: what a reader may already know.

    Parameters
    ----------
    outputs : Path
    year : str
        Financial year of the run. What is in place of it counts, and so do later years, where an earlier one is
        made again.
    audience : str

    Returns
    -------
    list of DataFrame
        Text frames, a hidden number as "[c]": the year's own first, then newest first; of each year the edition in
        place before those that it replaced.

    Raises
    ------
    ReportError
        For a file that cannot be read: what it published would not be protected against.
    """
    folders = [folder for label, folder in year_folders(outputs, audience) if label != year]
    editions = [
        edition
        for folder in [outputs / year / audience, *folders]
        for edition in (folder, folder / EARLIER / _SET_ASIDE, *earlier_editions(folder))
    ]
    return [read_figures(edition) for edition in editions if (edition / FIGURES).is_file()]


def year_folders(outputs: Path, audience: str) -> Iterator[tuple[str, Path]]:
    """Give each financial year that has a folder for an audience, newest first; what is no year is passed over."""
    years = []
    for path in outputs.glob("*"):
        try:
            years.append((Period.year(path.name), path))
        except ArgumentError:
            continue
    for year, path in sorted(years, reverse=True):
        if (path / audience).is_dir():
            yield year.label, path / audience


def read_edition(folder: Path) -> Edition:
    """Read the figures and the record that a folder holds.

    Parameters
    ----------
    folder : Path
        `outputs/<year>/<audience>`.

    Raises
    ------
    ReportError
        Where either is missing or is not what a run writes.
    """
    try:
        record = Record.model_validate_json((folder / RECORD).read_bytes())
    except (OSError, ValidationError):
        raise _unreadable(folder / RECORD) from None
    audience = folder.parents[1].name if folder.parent.name == EARLIER else folder.name
    return Edition(folder, record.year, audience, read_figures(folder), record)


def read_figures(folder: Path) -> pd.DataFrame:
    """Read a folder's `figures.csv` as text; raises `ReportError` where it is missing or is not what a run writes."""
    path = folder / FIGURES
    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (OSError, ValueError):
        raise _unreadable(path) from None
    if not {*IDENTITY, "numerator", "denominator", "value"} <= set(frame.columns):
        raise _unreadable(path)
    return frame


def write_whole(path: Path, text: str) -> None:
    """Write a whole file elsewhere, then move it into place."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(text.encode())
    draft.replace(path)


def _published_files(folder: Path) -> list[Path]:
    """Return the reports with their index, figures and record; not the workings."""
    return [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]


def _lost(copy: Path, folder: Path) -> int:
    """Count the rows of the figures set aside that are not among those in place, every column compared."""
    before = read_figures(copy)
    # A column that is no longer there counts as emptied; one that is new changes nothing.
    now = read_figures(folder).reindex(columns=before.columns, fill_value="")
    return len(set(before.itertuples(index=False, name=None)) - set(now.itertuples(index=False, name=None)))


def _name(copy: Path) -> str:
    """Name an edition by when it was made (UTC); one of the same second gets a number."""
    try:
        made = Record.model_validate_json((copy / RECORD).read_bytes()).started_at
    except (OSError, ValidationError):  # the figures are kept all the same
        made = datetime.fromtimestamp((copy / FIGURES).stat().st_mtime, UTC)
    name = stem = f"{made.astimezone(UTC):%Y-%m-%d-%H%M%S}"
    number = 1
    while (copy.parent / name).exists():
        number += 1
        name = f"{stem}-{number}"
    return name


def _unreadable(path: Path) -> ReportError:
    return ReportError(
        f"{path} is missing or is not what a run writes: put it back from a copy, make that year again, or move its "
        "folder elsewhere"
    )
