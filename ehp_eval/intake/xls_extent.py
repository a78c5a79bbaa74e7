"""How far the cells of an old Excel workbook (xls) reach and which hold errors: see `workbook_extent`."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ehp_eval.intake.grid import UnreadableError, check_cells
from ehp_eval.intake.workbook_extent import Extent

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROTECTED = "the workbook is protected by a password: save a copy without one"
LAST_SECTOR = 0xFFFFFFF9  # higher numbers mean "end", "free" and the like
# The names of the records in [MS-XLS] 2.3.1.
BOF, EOF, BOUND_SHEET, FILE_PASS, DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x002F, 0x0200
FORMULA, BOOL_ERR, MUL_RK = 0x0006, 0x0205, 0x00BD
CELLS = frozenset({FORMULA, BOOL_ERR, MUL_RK, 0x0203, 0x0204, 0x00D6, 0x027E, 0x00FD})  # ... those with a value


def xls_extents(data: bytes) -> list[Extent]:
    """Return the extents of all sheets of an xls workbook.

    Raises
    ------
    UnreadableError
        Where it is protected by a password or says that it is too large to be laid out.
    ValueError, struct.error
        Where it is damaged.
    """
    book = _workbook_stream(data)
    places = []
    for kind, record in _records(book, 0):
        if kind == FILE_PASS:
            raise UnreadableError("password", PROTECTED)
        if kind == BOUND_SHEET:
            places.append(struct.unpack_from("<I", record)[0])
        if kind == EOF:
            break
    return [_extent(book, place) for place in places]


def _extent(book: bytes, place: int) -> Extent:
    extent, depth = Extent(), 0
    for kind, record in _records(book, place):
        if kind == BOF:  # charts within the sheet have their own
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return extent
        elif kind == DIMENSIONS and depth == 1:
            first_row, last_row, _, last_column = struct.unpack_from("<IIHH" if len(record) == 14 else "<HHHH", record)
            if last_row < first_row and last_row:
                raise ValueError("the last row is before the first")
            check_cells(last_row - min(first_row, last_row), last_column)
        elif kind in CELLS and depth == 1:
            row, column = struct.unpack_from("<HH", record)
            error = (kind == BOOL_ERR and record[7] == 1) or (
                # The result of a formula: a number, or 0xFFFF after a mark of what else it is, 2 being an error.
                kind == FORMULA and record[12:14] == b"\xff\xff" and record[6] == 2
            )
            times = (len(record) - 6) // 6 if kind == MUL_RK else 1
            extent.add(row + 1, column + 1, error=error, times=(1, times))
    raise ValueError("the sheet has no end")


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at < len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        at += 4
        if at + size > len(book):
            raise ValueError("a record reaches beyond the end")
        yield kind, book[at : at + size]
        at += size


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream of a compound file ([MS-CFB]) that holds the workbook."""
    sector_shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if sector_shift not in (9, 12) or mini_shift != 6:
        raise ValueError("no sectors")
    size = 1 << sector_shift
    directory, mini_cutoff, mini_table = struct.unpack_from("<I4xII", data, 48)
    further = struct.unpack_from("<I", data, 68)[0]

    def sector(number: int) -> bytes:
        found = data[(number + 1) * size : (number + 2) * size]
        if not found:
            raise ValueError("a sector is missing")
        return found

    def numbers(raw: bytes) -> list[int]:
        return [number for (number,) in struct.iter_unpack("<I", raw[: len(raw) // 4 * 4])]

    tables = list(struct.unpack_from("<109I", data, 76))
    seen = set()
    while further <= LAST_SECTOR:
        if further in seen:
            raise ValueError("sectors in a ring")
        seen.add(further)
        *more, further = numbers(sector(further))
        tables += more
    fat = [number for table in tables if table <= LAST_SECTOR for number in numbers(sector(table))]

    def chain(number: int, following: list[int]) -> Iterator[int]:
        for _ in range(len(following) + 1):
            if number > LAST_SECTOR:
                return
            yield number
            number = following[number]
        raise ValueError("sectors in a ring")

    def stream(number: int) -> bytes:
        return b"".join(sector(each) for each in chain(number, fat))

    entries: dict[str, tuple[int, int]] = {}
    raw = stream(directory)
    for at in range(0, len(raw) - 127, 128):
        length, kind = struct.unpack_from("<HB", raw, at + 64)
        if kind:
            name = raw[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            entries.setdefault(name.lower(), struct.unpack_from("<II", raw, at + 116))
    if "encryptedpackage" in entries:  # how xlsx and xlsb are kept under a password
        raise UnreadableError("password", PROTECTED)
    start, length = entries.get("workbook") or entries.get("book") or (0, -1)
    if length < 0:
        raise ValueError("no workbook")
    if length >= mini_cutoff:
        found = stream(start)[:length]
    else:  # small streams share the sectors of one larger stream
        shared = stream(entries["root entry"][0])
        following = numbers(stream(mini_table))
        found = b"".join(shared[each * 64 : each * 64 + 64] for each in chain(start, following))[:length]
    if len(found) < length:
        raise ValueError("the workbook is cut short")
    return found
