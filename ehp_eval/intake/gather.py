"""All files of a council's folder, gathered into one extract a table, every row with the place that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.checks.fault import Fault
from ehp_eval.columns import TableContract
from ehp_eval.contract import TABLES
from ehp_eval.errors import Finding
from ehp_eval.intake.sheets import ENDINGS, WORKBOOK_ENDINGS, Sheet, read_sheet, sheet_names
from ehp_eval.intake.ssda903 import read_return
from ehp_eval.intake.values import prepare

if TYPE_CHECKING:
    from ehp_eval.intake.mapping import Mapping
    from ehp_eval.intake.source import DateStyle, Source

WORKBOOK = "records.xlsx"
"""The one workbook whose sheets are tables, beside `council.toml`."""
NO_TABLES = {"Read me", "Codes"}
"""Sheets of the workbook that `ehp-eval new` makes which hold no rows."""
SAME_ROW = "the same row in another file"
IN_OWN_TABLE = "in the table of persons too"


@dataclass(frozen=True)
class Extract:
    """One table as a council supplied it, all its files together.

    Attributes
    ----------
    contract : TableContract
    text : DataFrame of str
        In the contract's names and codes. Its labels are unique; of a table from one file they are the rows of the
        spreadsheet.
    origin : DataFrame
        file and row of each label.
    headers : dict of dict
        The council's own header of each column, by file.
    styles : dict of dict
        The style of each date column, by file.
    left_out : dict of int
        Rows that came in and are not among these, by rule.
    """

    contract: TableContract
    text: pd.DataFrame
    origin: pd.DataFrame
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    styles: dict[str, dict[str, DateStyle]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def located(self, fault: Fault) -> Iterator[Finding]:
        """Yield a fault as findings by file, in the council's own headers."""
        if not fault.rows:
            for name in self.origin["file"].unique() if len(self.origin) else list(self.headers)[:1]:
                yield Finding(name, self._own(name, fault.column), fault.rule, fault.message, (), fault.severity)
            return
        for file, rows in self.origin.loc[list(fault.rows)].groupby("file", sort=False)["row"]:
            found = tuple(sorted(int(row) for row in rows))
            column = self._own(str(file), fault.column)
            yield Finding(str(file), column, fault.rule, fault.message, found, fault.severity)

    def _own(self, file: str, columns: str) -> str:
        headers = self.headers.get(file, {})
        return ", ".join(headers.get(name, name) for name in columns.split(", "))

    def labels(self, finding: Finding) -> pd.Index:
        """Return the labels of the rows that a finding is of; none where it is of something else, such as a header."""
        origin = self.origin
        return origin.index[(origin["file"] == finding.file) & origin["row"].isin(finding.rows)]

    def parts(self) -> Iterator[tuple[pd.DataFrame, dict[str, DateStyle]]]:
        """Yield the rows of each file with the date styles of its columns."""
        for name, labels in self.origin.groupby("file", sort=False).groups.items():
            yield self.text.loc[labels], self.styles.get(str(name), {})


@dataclass
class Gathered:
    """Everything that the files of a folder hold.

    Attributes
    ----------
    extracts : dict of Extract
        By table, those for which there is a file that could be read.
    findings : list of Finding
        What is wrong with files, headers and cells before the checks of the contract.
    dropped : dict of dict of int
        See `ehp_eval.intake.account.Account`.
    repairs : dict of int
        Of looked-after episodes in the layout of the SSDA903 return.
    files : list of str
    """

    extracts: dict[str, Extract] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    dropped: dict[str, dict[str, int]] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def holds(self, finding: Finding) -> bool:
        """Whether a finding is of rows of case records: these can be left out, while files and headers cannot."""
        return any(
            extract.contract.folder == "records" and not extract.labels(finding).empty
            for extract in self.extracts.values()
        )


def gather(folder: Path, mapping: Mapping) -> Gathered:
    """Read every table of a council's folder from whatever files it is in.

    Parameters
    ----------
    folder : Path
        The council's folder.
    mapping : Mapping

    Returns
    -------
    Gathered
    """
    gathered = Gathered()
    returned: dict[str, list[Source]] = {}
    left_out: dict[str, dict[str, int]] = {}
    if mapping.ssda903:
        found = read_return(folder, mapping.ssda903, mapping)
        returned, left_out, gathered.repairs = found.sources, found.left_out, found.repairs
        gathered.findings += found.findings
        gathered.files += [*mapping.ssda903.episodes, *mapping.ssda903.header]
    sheets = _sheets_of_workbook(folder, gathered)
    for contract in TABLES.values():
        own = list(_sources(folder, contract, mapping, sheets, gathered))
        of_return, counted = returned.get(contract.name, []), left_out.get(contract.name, {})
        if contract.key and own and of_return:
            of_return, beside = _beside(contract, of_return, own)
            counted = counted | beside
        if sources := [*own, *of_return]:
            extract = _joined(contract, sources)
            gathered.extracts[contract.name] = replace(extract, left_out=_filled(extract.left_out | counted))
        for source in sources:
            gathered.findings += source.findings
            if source.dropped:
                total = gathered.dropped.setdefault(contract.name, {})
                for header, cells in source.dropped.items():
                    total[header] = total.get(header, 0) + cells
    gathered.findings += _unknown_files(folder, set(gathered.files))
    return gathered


def gather_reference(folder: Path, mapping: Mapping) -> dict[str, Extract]:
    """Read the reference tables of a council's folder alone: published figures, and no case."""
    extracts = {}
    for contract in TABLES.values():
        if contract.folder == "reference" and (own := list(_sources(folder, contract, mapping, set(), Gathered()))):
            extracts[contract.name] = _joined(contract, own)
    return extracts


def _sources(
    folder: Path, contract: TableContract, mapping: Mapping, sheets: set[str], gathered: Gathered
) -> Iterator[Source]:
    """Yield what each file of a table gives; files that could not be read leave findings."""
    table = mapping.table(contract.name) if contract.folder == "records" else None
    names = {column.name for column in contract.columns}
    expected = names | set(table.columns.values() if table else ()) | set(table.drop if table else ())
    header_row = table.header_row if table else 1
    mapped = table.files if table else ()
    places = [(file, table.sheet if table else None) for file in mapped]
    for ending in ENDINGS:
        file = f"{contract.folder}/{contract.name}{ending}"
        if (folder / file).is_file() and file not in mapped:
            places.append((file, None if mapped or not table else table.sheet))
    if contract.folder == "records" and contract.name in sheets and WORKBOOK not in mapped:
        places.append((WORKBOOK, contract.name))
    read: list[tuple[str, Sheet]] = []
    for file, sheet in places:
        if sheet is None and Path(file).suffix.lower() in WORKBOOK_ENDINGS:
            sheet = contract.name if contract.name in sheet_names(folder, file) else None
        # The empty table that `new` makes has its header in row 1, wherever the extracts have theirs.
        row = header_row if file in mapped or not mapped else 1
        found = read_sheet(folder, file, expected=expected, sheet=sheet, header_row=row)
        gathered.files.append(file)
        if isinstance(found, Sheet):
            read.append((file, found))
        else:
            gathered.findings += found
    # The folder that `new` makes has a file and a sheet for every table: only the filled ones count.
    filled = [file for file, sheet in read if len(sheet.cells) or file in mapped]
    own = [file for file in filled if file not in mapped]
    if len(own) > (0 if mapped else 1):
        message = f"the table is in {' and in '.join(filled)}: keep one, or list them all under files in mapping.toml"
        gathered.findings += [Finding(file, "", "two files", message) for file in own]
        return
    read = [(file, found) for file, found in read if file in filled] or read[:1]
    for _, found in read:
        yield prepare(found, contract, mapping)


def _sheets_of_workbook(folder: Path, gathered: Gathered) -> set[str]:
    if not (folder / WORKBOOK).is_file():
        return set()
    names = sheet_names(folder, WORKBOOK)
    if isinstance(names, tuple):
        tables = {contract.name for contract in TABLES.values() if contract.folder == "records"}
        for name in set(names) - tables - NO_TABLES:
            message = "no table is named as this sheet: name it as README.md does, or move it out of the workbook"
            gathered.findings.append(Finding(f"{WORKBOOK}, sheet {name}", "", "unknown table", message))
        return set(names)
    gathered.findings += names
    return set()


def _joined(contract: TableContract, sources: list[Source]) -> Extract:
    """Set the rows of several files one below the other, a row that two of them hold alike counted once."""
    texts, origins, last = [], [], 0
    for source in sources:
        labels = source.text.index + last
        origins.append(pd.DataFrame({"file": source.file, "row": source.text.index}, index=labels))
        texts.append(source.text.set_axis(labels))
        last = max([last, *labels])
    extract = Extract(
        contract,
        pd.concat(texts),
        pd.concat(origins),
        {source.file: source.headers for source in sources},
        {source.file: source.styles for source in sources},
    )
    return _once(extract) if len(sources) > 1 and contract.key else extract


def _beside(contract: TableContract, returned: list[Source], own: list[Source]) -> tuple[list[Source], dict[str, int]]:
    """Leave out the children of a return whom the council's own table holds too: it says more of them."""
    (key,) = contract.key
    known = {each for source in own if key in source.text for each in source.text[key].dropna()}
    kept = [replace(source, text=source.text[~source.text[key].isin(known)]) for source in returned]
    gone = sum(len(source.text) for source in returned) - sum(len(source.text) for source in kept)
    return kept, {IN_OWN_TABLE: gone}


def _filled(counts: dict[str, int]) -> dict[str, int]:
    return {rule: rows for rule, rows in counts.items() if rows}


def _once(extract: Extract) -> Extract:
    """Leave out the rows that an earlier file holds too, cell by cell: exports of several years overlap.

    Within one file a repeated key is a fault. In a table without a key two rows alike can be two visits.
    """
    text, files = extract.text, extract.origin["file"]
    columns = list(text.columns)
    first = files.groupby([text[name] for name in columns], dropna=False, sort=False).transform("first")
    again = text.duplicated(columns) & (files != first) & text[list(extract.contract.key)].notna().all(axis=1)
    if not again.any():
        return extract
    left_out = extract.left_out | {SAME_ROW: int(again.sum())}
    return replace(extract, text=text[~again], origin=extract.origin[~again], left_out=left_out)


def _unknown_files(folder: Path, used: Iterable[str]) -> list[Finding]:
    known = {f"{table.folder}/{table.name}{ending}" for table in TABLES.values() for ending in ENDINGS} | set(used)
    found = (
        path.relative_to(folder).as_posix() for part in ("records", "reference") for path in folder.glob(f"{part}/*")
    )
    message = "no such table is known: name the file as README.md does, list it in mapping.toml, or move it out of here"
    return [
        Finding(name, "", "unknown table", message)
        for name in sorted(found)
        if name not in known and not name.rsplit("/", 1)[1].startswith((".", "~$"))
    ]
