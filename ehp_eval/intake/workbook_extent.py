"""How far the cells of a workbook reach and which of them hold errors, told before the workbook is loaded.

Loading lays out a full rectangle in memory, and gives an error such as #N/A as an empty cell. So every format is read
here first, only for the places of its cells. The binary formats are as in [MS-XLS] and [MS-XLSB] of Microsoft's Open
Specifications, xlsx as in ECMA-376 and ods as in OpenDocument 1.3.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from ehp_eval.intake.grid import MOST_CELLS

ERRORS = frozenset(
    {
        *("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"),
        *("#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#EXTERNAL!", "#PYTHON!"),
    }
)
"""What Excel shows in place of a value."""
CHUNK = 1 << 20
PLACED_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d')
# A formula without a value, as programs write it that do not calculate: its cell comes out empty.
UNCALCULATED = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
PLACED_ROW = re.compile(rb'<row r="(\d{1,7})"')


@dataclass
class Extent:
    """Where the filled cells of a sheet are, rows and columns counted from 1.

    Attributes
    ----------
    rows, columns : int
        The last ones with a value.
    errors : list of tuple of range
        Rows and columns of error values.
    exact : bool
        False where cells that have only a format may count as filled.
    """

    rows: int = 0
    columns: int = 0
    errors: list[tuple[range, range]] = field(default_factory=list)
    exact: bool = True

    def add(self, row: int, column: int, *, error: bool = False, times: tuple[int, int] = (1, 1)) -> None:
        """Enter a cell that is repeated downwards and to the right so many times."""
        down, right = times
        self.rows = max(self.rows, row + down - 1)
        self.columns = max(self.columns, column + right - 1)
        if error:
            self.errors.append((range(row, row + down), range(column, column + right)))


def book_part(archive: zipfile.ZipFile) -> str:
    """Return the part of a zip that is the workbook, as of xlsx and xlsb; empty where there is none."""
    if "_rels/.rels" not in _names(archive):
        return ""
    return next(iter(_targets(archive, "", kind="/officeDocument").values()), "")


def xlsx_parts(archive: zipfile.ZipFile, book: str) -> list[str]:
    """Return the parts of an xlsx workbook that hold its sheets, in the order of the sheets."""
    targets = _targets(archive, book)
    ids = [
        next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
        for sheet in ElementTree.fromstring(archive.read(book)).iter()
        if sheet.tag.rpartition("}")[2] == "sheet"
    ]
    return [targets[name] for name in ids]


def xlsx_extent(archive: zipfile.ZipFile, part: str) -> Extent:
    """Return the extent of a sheet of an xlsx workbook."""
    with archive.open(part) as file:
        rough = _rough_extent(file)
    if rough and rough.rows * rough.columns <= MOST_CELLS:
        return rough
    with archive.open(part) as file:
        return _exact_extent(file)


def _rough_extent(part: IO[bytes]) -> Extent | None:
    """Return an extent that may reach too far, in a tenth of the time; None where it takes a parser to tell.

    That is where there are errors or formulas without a value, and where not every cell is written as Excel writes it,
    with its place first.
    """
    cells = rows = 0
    columns = set[bytes]()
    for text in _pieces(part):
        placed, numbered = PLACED_CELL.findall(text), PLACED_ROW.findall(text)
        if (
            len(placed) != text.count(b"<c ") + text.count(b"<c>")
            or len(numbered) != text.count(b"<row ") + text.count(b"<row>")
            or any(error in text for error in (b't="e"', b"t='e'"))
            or UNCALCULATED.search(text)
            or not text  # no cell for long
        ):
            return None
        cells += len(placed)
        columns.update(placed)
        rows = max(rows, max(map(int, numbered), default=0))
    last_column = max((_column_number(letters.decode()) for letters in columns), default=0)
    return Extent(rows, last_column, exact=False) if cells else None


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    """Yield a sheet in pieces that end before a cell, not within one."""
    rest = b""
    while some := part.read(CHUNK):
        text, cut, last = (rest + some).rpartition(b"<c ")
        rest = cut + last
        yield text
    yield rest


def _exact_extent(part: IO[bytes]) -> Extent:
    extent, numbers = Extent(), dict[str, int]()
    row = column = 0
    formula = value = inside = False
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def root(name: str, _: dict[str, str]) -> None:
        prefix = name[: name.rfind(":") + 1]
        a_row, a_cell, values = f"{prefix}row", f"{prefix}c", (f"{prefix}v", f"{prefix}is")
        a_formula = f"{prefix}f"

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal row, column, formula, value, inside
            if name == a_cell:
                formula, value = False, attributes.get("t") == "str"  # a formula may well give an empty text
                if place := attributes.get("r"):
                    letters = place.rstrip("0123456789")
                    row = int(place[len(letters) :])
                    if not (column := numbers.get(letters, 0)):
                        column = numbers[letters] = _column_number(letters)
                else:
                    column += 1
                if attributes.get("t") == "e":
                    extent.add(row, column, error=True)
            elif name == a_formula:
                formula = True
            elif name in values:  # a cell that has only a format does not count
                inside = True
                if row > extent.rows:
                    extent.rows = row
                if column > extent.columns:
                    extent.columns = column
            elif name == a_row:
                row, column = int(attributes.get("r", row + 1)), 0

        def text(data: str) -> None:
            nonlocal value
            value = value or (inside and bool(data.strip()))

        def end(name: str) -> None:
            nonlocal inside
            if name == a_cell and formula and not value:
                extent.add(row, column, error=True)
            elif name in values:
                inside = False

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text

    parser.StartElementHandler = root
    parser.ParseFile(part)
    return extent


def ods_extents(part: IO[bytes]) -> list[Extent]:
    """Return the extents of all sheets of an ods workbook."""
    extents: list[Extent] = []
    row = column = depth = 0
    down = right = 1
    filled = formula = error = False
    shown: list[str] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, depth, down, right, filled, formula, error
        if name == "table:table":
            depth += 1
            if depth == 1 and "table:name" in attributes:
                extents.append(Extent())
                row, down = 0, 1
        elif depth != 1:
            return
        elif name == "table:table-row":
            row, column = row + down, 0
            down, right = int(attributes.get("table:number-rows-repeated", 1)), 1
        elif name in ("table:table-cell", "table:covered-table-cell"):
            column += right
            right = int(attributes.get("table:number-columns-repeated", 1))
            filled = "office:value-type" in attributes
            formula = "table:formula" in attributes
            error = attributes.get("calcext:value-type") == "error"
            shown.clear()

    def text(data: str) -> None:
        if formula:
            shown.append(data)

    def end(name: str) -> None:
        nonlocal depth, formula
        if name == "table:table":
            depth -= 1
        elif depth == 1 and name in ("table:table-cell", "table:covered-table-cell"):
            if filled and extents:
                wrong = error or (formula and "".join(shown).strip() in ERRORS)
                extents[-1].add(row, column, error=wrong, times=(down, right))
            formula = False

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.ParseFile(part)
    return extents


def xlsb_parts(archive: zipfile.ZipFile, book: str) -> list[str]:
    """Return the parts of an xlsb workbook that hold its sheets, in the order of the sheets."""
    targets = _targets(archive, book)
    parts = []
    for kind, record in _xlsb_records(archive.read(book)):
        if kind == 156:  # BrtBundleSh: state, number, the length of the relation's name, its name
            length = int.from_bytes(record[8:12], "little")
            if length != 0xFFFFFFFF:
                parts.append(targets[record[12 : 12 + 2 * length].decode("utf-16-le")])
    return parts


def xlsb_extent(data: bytes) -> Extent:
    """Return the extent of a sheet of an xlsb workbook."""
    extent, row = Extent(), 0
    for kind, record in _xlsb_records(data):
        if kind == 0:  # BrtRowHdr
            row = int.from_bytes(record[:4], "little") + 1
        elif 2 <= kind <= 11:  # cells with a value; 3 BrtCellError, 11 BrtFmlaError
            extent.add(row, int.from_bytes(record[:4], "little") + 1, error=kind in (3, 11))
    return extent


def _xlsb_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0

    def varying(most: int) -> int:
        nonlocal at
        value = 0
        for part in range(most):
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << (7 * part)
            if byte < 0x80:
                break
        return value

    while at < len(data):
        kind = varying(2)
        size = varying(4)
        if at + size > len(data):
            raise ValueError("a record reaches beyond the end")
        yield kind, data[at : at + size]
        at += size


def _targets(archive: zipfile.ZipFile, part: str, kind: str = "") -> dict[str, str]:
    """Return the parts that a part of xlsx or xlsb refers to, by the relation's name; "" is the package itself."""
    names, (folder, name) = _names(archive), posixpath.split(part.replace("\\", "/"))
    relations = ElementTree.fromstring(archive.read(names[posixpath.join(folder, "_rels", f"{name}.rels").lower()]))
    found = {}
    for relation in relations:
        target = relation.get("Target", "").replace("\\", "/")
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/").lower()
        if path in names and relation.get("Type", "").endswith(kind):
            found[relation.get("Id", "")] = names[path]
    return found


def _names(archive: zipfile.ZipFile) -> dict[str, str]:
    # Some exports write the folders of a zip in their own way.
    return {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError("no column")
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
