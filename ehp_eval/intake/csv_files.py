"""Text files: CSV and its relatives, in the encodings and with the delimiters that Excel and case systems write."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from itertools import islice

from ehp_eval.intake.grid import UnreadableError, stripped

DELIMITERS = ",;\t"
OTHER_KINDS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1")  # workbooks and Parquet
MULTI_BYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# What Excel takes as a word to itself, and shows no row for.
SEPARATOR_LINE = re.compile(r'\A"?sep=([^\r\n"])"?[ \t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
# ="00123": how an export keeps Excel from taking an id for a number.
KEPT_AS_TEXT = re.compile(r'\s*="((?:[^"]|"")*)"\s*')


def read_csv(data: bytes, *, expected: Collection[str], header_row: int) -> Iterator[list[str]]:
    """Return the records of a text file, one for each row that Excel would show.

    Parameters
    ----------
    data : bytes
        The whole file.
    expected : collection of str
        Headers; the delimiter that finds most of them in the header's row is that of the file.
    header_row : int

    Raises
    ------
    UnreadableError
        At once or on the way, where the file is not a table in one encoding.
    """
    text = _decoded(data)
    if said := SEPARATOR_LINE.match(text):
        return _records(text[said.end() :], said.group(1))
    return _records(text, _delimiter(text, expected, header_row))


def _decoded(data: bytes) -> str:
    if data.startswith(OTHER_KINDS):
        raise UnreadableError("ending", "this is a workbook or Parquet, not text: give its name the ending of its kind")
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError:
        raise UnreadableError("encoding", "its characters cannot be read: save it as 'CSV UTF-8'") from None
    if "\0" in text:
        raise UnreadableError("encoding", "the file holds characters that no text has: export it again as 'CSV UTF-8'")
    return text


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Of every plain letter UTF-16 makes a zero byte and one other.
    high, low = data[:400:2].count(0), data[1:400:2].count(0)
    if max(high, low) > len(data[:400]) / 5 and min(high, low) < max(high, low) / 4:
        return "utf-16-be" if high > low else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if data.startswith(b"\xef\xbb\xbf") or MULTI_BYTE.search(data):
            raise UnreadableError(
                "encoding",
                "the file is UTF-8 in places and not in others, as when exports are pasted together, and would come "
                "out garbled: save each part as 'CSV UTF-8', and join them then",
            ) from None
        return "cp1252"  # what Excel on Windows writes as plain 'CSV' in western Europe
    return "utf-8-sig"


def _delimiter(text: str, expected: Collection[str], header_row: int) -> str:
    """Return the delimiter of the whole file; the first of those that do equally well, which is the comma."""
    names = set(expected)

    def known(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            header = next(islice(reader, header_row - 1, None), [])
        except csv.Error:
            return 0
        return len({stripped(_unwrapped(cell)) for cell in header} & names)

    return max(DELIMITERS, key=known)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    wrapped = '="' in text
    row = 1
    try:
        for record in reader:
            row += 1
            yield [_unwrapped(cell) for cell in record] if wrapped else record
    except csv.Error as error:
        if "field larger" in str(error):
            message = f"a cell is longer than {csv.field_size_limit():,} characters: look for a quotation mark too many"
            raise UnreadableError("huge cell", message, [row]) from None
        raise UnreadableError(
            "syntax", f"this is not a CSV table ({error}, from row {row}): save it again as 'CSV UTF-8'"
        ) from None


def _unwrapped(cell: str) -> str:
    kept = KEPT_AS_TEXT.fullmatch(cell)
    return kept.group(1).replace('""', '"') if kept else cell
