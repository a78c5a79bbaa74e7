"""Small files of the kinds that no library here can write, byte by byte from the published formats."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

Row = Sequence[object]
ERROR = object()
"""A cell in which a formula gives #N/A."""


def zipped(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def ods(sheets: dict[str, Sequence[Row]], extra: str = "") -> bytes:
    """OpenDocument 1.3, part 3; `extra` is XML after the rows of the last sheet."""

    def cell(value: object) -> str:
        if value is None:
            return "<table:table-cell/>"
        if value is ERROR:
            return (
                '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
                'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
            )
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'

    tables = []
    for name, rows in sheets.items():
        body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        tables.append(f"<table:table table:name={quoteattr(name)}>{body}{{}}</table:table>")
    spaces = "".join(
        f' xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "table", "text")
    )
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content{spaces} "
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body>'
        f"<office:spreadsheet>{''.join(tables).replace('{}', '').removesuffix('</table:table>')}{extra}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
            'manifest:1.0"/>',
            "content.xml": content,
        }
    )


def xls(sheets: dict[str, Sequence[Row]], *, protected: bool = False) -> bytes:
    """Excel 97-2003: the records of [MS-XLS] in a compound file of [MS-CFB]."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def cell(row: int, column: int, value: object) -> bytes:
        place = struct.pack("<HHH", row, column, 0)
        if value is ERROR:
            return record(0x0205, place + b"\x2a\x01")
        if isinstance(value, float):
            return record(0x0203, place + struct.pack("<d", value))
        text = str(value)
        return record(0x0204, place + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))

    bodies = [
        begin(0x0010)
        + b"".join(
            cell(at, column, value)
            for at, row in enumerate(rows)
            for column, value in enumerate(row)
            if value is not None
        )
        + record(0x000A)
        for rows in sheets.values()
    ]
    before = begin(0x0005) + (record(0x002F, struct.pack("<HHH", 1, 1, 1)) if protected else b"")
    names = [struct.pack("<BBBB", 0, 0, len(name), 1) + name.encode("utf-16-le") for name in sheets]
    at = len(before) + sum(4 + 4 + len(name) for name in names) + 4
    book = before
    for name, body in zip(names, bodies, strict=True):
        book += record(0x0085, struct.pack("<I", at) + name)
        at += len(body)
    return compound({"Workbook": (book + record(0x000A) + b"".join(bodies)).ljust(4096, b"\0")})


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file: sector 0 the table of sectors, sector 1 the directory, then each stream."""
    table, body = [0xFFFFFFFD, 0xFFFFFFFE], b""
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0)]
    for name, data in streams.items():
        first, count = len(table), -(-len(data) // 512)
        table += [*range(first + 1, first + count), 0xFFFFFFFE]
        body += data.ljust(512 * count, b"\0")
        entries.append((name, 2, first, len(data)))
    directory = b""
    for name, kind, first, size in entries:
        raw = name.encode("utf-16-le")
        directory += raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1) + b"\xff" * 12 + bytes(36)
        directory += struct.pack("<II", first, size) + bytes(4)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(10) + struct.pack("<II", 1, 1) + bytes(4) + struct.pack("<III", 4096, 0xFFFFFFFE, 0)
    header += struct.pack("<II", 0xFFFFFFFE, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    sectors = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    return header + sectors + directory.ljust(512, b"\0") + body


def xlsb(sheets: dict[str, Sequence[Row]]) -> bytes:
    """Excel's binary workbook, [MS-XLSB]."""

    def record(kind: int, data: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    def cell(column: int, value: object) -> bytes:
        place = struct.pack("<II", column, 0)
        if value is ERROR:
            return record(3, place + b"\x2a")
        if isinstance(value, float):
            return record(5, place + struct.pack("<d", value))
        return record(6, place + text(str(value)))

    parts: dict[str, str | bytes] = {}
    relations, bundles = "", b""
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        bundles += record(156, struct.pack("<II", 0, number) + text(f"rId{number}") + text(name))
        relations += f'<Relationship Id="rId{number}" Type="/worksheet" Target="worksheets/sheet{number}.bin"/>'
        body = b""
        for at, row in enumerate(rows):
            body += record(0, struct.pack("<I", at) + bytes(13))
            body += b"".join(cell(column, value) for column, value in enumerate(row) if value is not None)
        extent = struct.pack("<IIII", 0, len(rows), 0, 1)
        parts[f"xl/worksheets/sheet{number}.bin"] = (
            record(129) + record(148, extent) + record(145) + body + record(146) + record(130)
        )
    space = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return zipped(
        {
            "_rels/.rels": f'<Relationships {space}><Relationship Id="r" Type="/officeDocument" '
            'Target="xl/workbook.bin"/></Relationships>',
            "xl/workbook.bin": record(131) + record(143) + bundles + record(144) + record(132),
            "xl/_rels/workbook.bin.rels": f"<Relationships {space}>{relations}</Relationships>",
            **parts,
        }
    )
