"""Workbooks of Excel and LibreOffice, by calamine: one small library for all their formats, cells as they are typed."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ehp_eval.intake.grid import MOST_BYTES, Grid, UnreadableError, check_cells, too_large
from ehp_eval.intake.workbook_extent import (
    Extent,
    book_part,
    ods_extents,
    xlsb_extent,
    xlsb_parts,
    xlsx_extent,
    xlsx_parts,
)
from ehp_eval.intake.xls_extent import PROTECTED, SIGNATURE, xls_extents

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

# Many systems give the ending .xls to a web page or to text, which Excel opens all the same.
DAMAGED = "this is no workbook, or it is damaged: open it in Excel, and save it as .xlsx"


@dataclass(frozen=True)
class Book:
    """A workbook that has been opened.

    Attributes
    ----------
    book : CalamineWorkbook
    extent : callable
        Gives the extent of a sheet by its place among all sheets.
    sheets : dict of int
        Places of the sheets that have cells, by name.
    shown : list of str
        Names of those that are not hidden.
    """

    book: CalamineWorkbook
    extent: Callable[[int], Extent]
    sheets: dict[str, int]
    shown: list[str]


def workbook_sheets(data: bytes) -> tuple[str, ...]:
    """Return the names of all sheets with cells; raises `UnreadableError`."""
    return tuple(_opened(data).sheets)


def read_workbook(data: bytes, *, stem: str, sheet: str | None) -> Grid:
    """Return the cells of one sheet.

    Parameters
    ----------
    data : bytes
        The whole file, of whatever kind of workbook.
    stem : str
        Name of the file without its ending: its sheet is taken where `sheet` names none and there are several.
    sheet : str or None

    Raises
    ------
    UnreadableError
        Where it is no workbook, protected, damaged or too large, or where it is not clear which sheet is meant.
    """
    book = _opened(data)
    name = _chosen(book, stem, sheet)
    with _guarded():
        extent = book.extent(book.sheets[name])
    check_cells(extent.rows, extent.columns)
    with _guarded():
        found = book.book.get_sheet_by_index(book.sheets[name])
        last_row, last_column = found.end or (-1, -1)
        if extent.exact and (last_row + 1 < extent.rows or last_column + 1 < extent.columns):
            raise ValueError("calamine did not read all of it")
        before = [""] * (found.start[1] if found.start else 0)
        rows = [before + row if before else row for row in found.iter_rows()]
    return Grid(rows, extent.errors, name if len(book.shown) > 1 or name not in book.shown else "")


def _chosen(book: Book, stem: str, sheet: str | None) -> str:
    if sheet is not None:
        if sheet in book.sheets:
            return sheet
        reason = f"there is no sheet '{sheet}'"
    else:
        for name in book.sheets:
            if name.casefold() == stem.casefold():
                return name
        if len(book.shown) == 1:
            return book.shown[0]
        reason = "it is not clear which sheet is meant"
    # They are not listed: some workbooks have a sheet for every child.
    many = f"the workbook has {len(book.sheets)} sheets" if len(book.sheets) != 1 else "the workbook has one sheet"
    raise UnreadableError("sheet", f"{reason}: {many}; name the one with the table by sheet = in mapping.toml")


def _opened(data: bytes) -> Book:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    with _guarded():
        extent, many = _extents(data)
        book = load_workbook(io.BytesIO(data))
        metadata = book.sheets_metadata
        if len(metadata) != many:
            raise ValueError("the sheets are not those that were surveyed")
        sheets = {each.name: at for at, each in enumerate(metadata) if each.typ == SheetTypeEnum.WorkSheet}
        shown = [name for name, at in sheets.items() if metadata[at].visible == SheetVisibleEnum.Visible]
        return Book(book, extent, sheets, shown)


def _extents(data: bytes) -> tuple[Callable[[int], Extent], int]:
    """Return what gives the extent of a sheet, and the number of sheets; refuse what would fill the memory."""
    if data.startswith(SIGNATURE):
        return _all_at_once(xls_extents(data))
    archive = zipfile.ZipFile(io.BytesIO(data))
    if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
        too_large("unpacked, the workbook is larger than 2 GB")
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise UnreadableError("password", PROTECTED)
    if archive.testzip() is not None:
        raise ValueError("a part is damaged")
    book = book_part(archive)
    if book.endswith(".xml"):
        parts = xlsx_parts(archive, book)
        return lambda at: xlsx_extent(archive, parts[at]), len(parts)
    if book:
        parts = xlsb_parts(archive, book)
        return lambda at: xlsb_extent(archive.read(parts[at])), len(parts)
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnreadableError("password", PROTECTED)
    return _all_at_once(ods_extents(archive.open("content.xml")))


def _all_at_once(extents: list[Extent]) -> tuple[Callable[[int], Extent], int]:
    # Of these formats calamine loads every sheet when it opens the file.
    for extent in extents:
        check_cells(extent.rows, extent.columns)
    check_cells(sum(extent.rows * extent.columns for extent in extents), 1)
    return extents.__getitem__, len(extents)


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn whatever a damaged workbook raises into one plain error, and keep calamine's own messages to itself.

    Rust reports a panic on the standard error stream, with pieces of the file, before Python hears of it; and the
    exception that Python then gets is no `Exception`.
    """
    try:
        with _silent():
            yield
    except UnreadableError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if type(error).__name__ == "PasswordError":
            raise UnreadableError("password", PROTECTED) from None
        raise UnreadableError("damaged", DAMAGED) from None


@contextmanager
def _silent() -> Iterator[None]:
    """Send what is written to the standard error stream, by whatever language, nowhere."""
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (AttributeError, OSError):  # a program without a console has no such stream
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - `os.devnull` is no path
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
