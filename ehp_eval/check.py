"""Looks a council's folder over and says everything that was found: `ehp-eval check`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ehp_eval.config import NOT_FILLED_IN
from ehp_eval.errors import ArgumentError, Finding
from ehp_eval.load import Reading, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

KEYS = ("file", "row", "column", "rule", "severity", "message")
LIST_ENDINGS = (".csv", ".xlsx")
_SHOWN = 40


def check(
    folder: Path, *, json_file: Path | None = None, list_file: Path | None = None, tell: Callable[[str], None] = print
) -> int:
    """Check a council's folder.

    Parameters
    ----------
    folder : Path
    json_file, list_file : Path, optional
        Where to write every finding, one a row of the data: as JSON, and as CSV or xlsx by its ending.
    tell : callable
        What to do with each line that is said.

    Returns
    -------
    int
        The number of errors, a row counted under each rule that it breaks; 0 where the folder can be evaluated.

    Raises
    ------
    ArgumentError
        When there is no such folder, or a file cannot be written.
    """
    if list_file and list_file.suffix.lower() not in LIST_ENDINGS:
        raise ArgumentError(f"'{list_file.name}' cannot hold the list: name it with {' or '.join(LIST_ENDINGS)}")
    tell(f"Reading {folder} ...")
    reading = read_folder(folder)
    findings = [*reading.findings, *reading.not_supplied]
    rows = list(by_row(findings))
    if json_file:
        _write(json_file, (json.dumps(rows, indent=2, ensure_ascii=False) + "\n").encode(errors="replace"))
    if list_file:
        _write(list_file, _workbook(rows) if list_file.suffix.lower() == ".xlsx" else _csv(rows))
    for line in summary(reading, findings):
        tell(line)
    for path in filter(None, (json_file, list_file)):
        tell(f"Every finding, one a row: {path}")
    return sum(row["severity"] == "error" for row in rows)


def by_row(findings: Iterable[Finding]) -> Iterator[dict[str, str | int | None]]:
    """Yield each finding once for each of its rows, errors first; row and column are None where none is meant."""
    for finding in sorted(findings, key=_severity):
        for row in finding.rows or (None,):
            values = (finding.file, row, finding.column or None, finding.rule, finding.severity, finding.message)
            yield dict(zip(KEYS, values, strict=True))


def summary(reading: Reading, findings: list[Finding]) -> Iterator[str]:
    """Yield what was found, in lines: by rule first, then each finding with its rows."""
    rows = [f"{name} {len(extract.text):,}" for name, extract in reading.gathered.extracts.items() if len(extract.text)]
    yield f"{reading.folder.name} holds rows of {len(rows)} tables" + (f": {', '.join(rows)}" if rows else "")
    for table, cells in reading.gathered.dropped.items():
        named = ", ".join(f"{header} ({count:,})" for header, count in cells.items())
        yield f"Not let in from {table}, filled cells counted: {named}"
    for rule, count in reading.gathered.repairs.items():
        if count:
            yield f"Looked-after return, {rule.replace('_', ' ')}: {count:,}"
    for severity, title in (("error", "Errors: they stop the evaluation"), ("warning", "Warnings: they are counted")):
        found = [finding for finding in findings if finding.severity == severity]
        if found:
            yield ""
            yield title
            yield from _by_rule(found)
    errors = [finding for finding in findings if finding.severity == "error"]
    lines = list(_lines(findings))
    if lines:
        yield ""
        yield "Where they are (rows as a spreadsheet numbers them):"
        yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  and {len(lines) - _SHOWN} more: write them all with --list findings.xlsx"
    yield ""
    yield (
        f"{reading.folder.name} cannot be evaluated until the errors are mended"
        if errors
        else f"{reading.folder.name} can be evaluated: no errors"
    )


def _lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield each finding in a line, those that say the same of several columns or tables together."""
    together: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in sorted(findings, key=_severity):
        alone = str(finding) if finding.rows else ""
        key = (finding.severity, finding.message, alone if finding.rule != NOT_FILLED_IN else finding.file)
        together.setdefault(key, []).append(finding)
    for (severity, message, _), same in together.items():
        if len(same) == 1:
            yield f"{severity}: {same[0]}"
        elif len(files := dict.fromkeys(finding.file for finding in same)) == 1:
            yield f"{severity}: {same[0].file}, {', '.join(finding.column for finding in same)}: {message}"
        else:
            yield f"{severity}: {', '.join(files)}: {message}"


def _severity(finding: Finding) -> bool:
    return finding.severity != "error"


def _by_rule(findings: list[Finding]) -> Iterator[str]:
    rules: dict[str, tuple[int, dict[str, None]]] = {}
    for finding in findings:
        count, places = rules.get(finding.rule, (0, {}))
        rules[finding.rule] = (count + max(1, len(finding.rows)), places | {finding.file: None})
    width = max(map(len, rules))
    for rule, (count, places) in sorted(rules.items(), key=lambda item: -item[1][0]):
        yield f"  {count:>7,}  {rule:<{width}}  {', '.join(places)}"


def _csv(rows: list[dict[str, str | int | None]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, KEYS)
    writer.writeheader()
    writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode(errors="replace")  # the signature by which Excel knows UTF-8


def _workbook(rows: list[dict[str, str | int | None]]) -> bytes:
    import xlsxwriter  # only a list asks for it

    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet("Findings")
        bold = book.add_format({"bold": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for position, (key, width) in enumerate(zip(KEYS, (34, 8, 22, 24, 10, 90), strict=True)):
            sheet.set_column(position, position, width, wrap)
            sheet.write_string(0, position, key, bold)
        for number, row in enumerate(rows, start=1):
            for position, value in enumerate(row.values()):
                sheet.write(number, position, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(KEYS) - 1)
    return content.getvalue()


def _inert(value: str | int | None) -> str | int | None:
    """Keep a header of the council's that begins like a formula from being one in a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise ArgumentError(f"'{path}' cannot be written ({error.strerror}): name another file, or close it") from None
