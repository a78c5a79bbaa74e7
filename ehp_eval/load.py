"""Reads a council's folder whole: settings, services, records and reference tables.

Every cell is read as text and judged by its table's contract before it is given a type, so that all
faults of all files are found in one pass and no identifier loses its leading zeros.
"""

from __future__ import annotations

import csv
import hashlib
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from ehp_eval.columns import TableContract
from ehp_eval.config import CouncilSettings, Service, read_settings
from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError, DataError, Finding
from ehp_eval.periods import PeriodsOfCare, periods_of_care
from ehp_eval.validate import UK_DATE, table_findings, tables_findings
from ehp_eval.years import Period

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Council:
    """Everything that is known about one council.

    Attributes
    ----------
    folder : Path
    settings : CouncilSettings
    services : tuple of Service
        In the order of the reports.
    tables : dict of DataFrame
        Every table of the contract by its name, in declared types; without rows where it was not supplied.
    supplied : frozenset of str
        Names of the tables that were supplied.
    """

    folder: Path
    settings: CouncilSettings
    services: tuple[Service, ...]
    tables: dict[str, pd.DataFrame]
    supplied: frozenset[str]

    @property
    def extract_date(self) -> pd.Timestamp:
        """The last day that the records know about."""
        return pd.Timestamp(self.settings.council.extract_date)

    @cached_property
    def care(self) -> PeriodsOfCare:
        """Everybody's periods of care, respite apart; worked out once."""
        return periods_of_care(
            self.tables["looked_after_episodes"],
            respite_statuses=self.settings.looked_after.respite_legal_statuses,
        )

    @property
    def episodes(self) -> pd.DataFrame:
        """The looked-after episodes that end no earlier than they start; `care` counts the others."""
        rows = self.tables["looked_after_episodes"]
        return rows[~(rows["ended_on"] < rows["started_on"])]

    @cached_property
    def born_ids(self) -> pd.Series:
        """The id given at birth, by the id that a child was referred under before."""
        persons = self.tables["persons"].set_index("person_id")
        return persons["birth_person_id"].dropna()

    @property
    def latest_year(self) -> Period:
        """The latest financial year that had ended by the extract date."""
        last = Period.of_day(self.extract_date.date())
        return last if last.end <= self.extract_date else last.earlier(1)

    @property
    def years(self) -> list[Period]:
        """The complete financial years with records, oldest first."""
        started = [
            dates.min()
            for table, column in (("referrals", "referred_on"), ("parents", "offered_on"))
            if not (dates := self.tables[table][column].dropna()).empty
        ]
        return Period(Period.of_day(min(started).date()).first, self.latest_year.last).years if started else []

    def service(self, service_id: str) -> Service:
        """Return the service with this id; raises `ArgumentError` where there is none."""
        for service in self.services:
            if service.id == service_id:
                return service
        known = ", ".join(service.id for service in self.services)
        raise ArgumentError(f"There is no service '{service_id}'. The services are: {known}")

    def year(self, label: str) -> Period:
        """Return a complete year of the records; raises `ArgumentError` for any other."""
        year = Period.year(label)
        if year not in self.years:
            known = ", ".join(period.label for period in self.years) or "none"
            raise ArgumentError(
                f"There are no complete records for {label}. "
                f"The extract of {self.extract_date:%d %B %Y} covers: {known}"
            )
        return year


def find_council(folder: str | Path) -> Path:
    """Find a council's folder from the repository's root and from `notebooks/` alike."""
    given = Path(folder)
    for candidate in (given, Path("..") / given):
        if (candidate / "council.toml").is_file():
            return candidate
    raise ArgumentError(
        f"'{folder}' is no council's folder: it has no council.toml. Name the folder with --data, such as --data data"
    )


def load_council(folder: str | Path) -> Council:
    """Read a council's folder.

    Parameters
    ----------
    folder : str or Path
        Relative to the working directory or, from `notebooks/`, to the one above.

    Raises
    ------
    ArgumentError
        When there is no such folder.
    DataError
        With every fault of every file, when there are any.
    """
    path = find_council(folder)
    settings, services, findings = read_settings(path)
    findings += _unknown_files(path)
    raw: dict[str, pd.DataFrame] = {}
    for contract in TABLES.values():
        if (path / contract.file).is_file():
            frame, faults = _read_text(path / contract.file, contract)
            faults = faults or table_findings(frame, contract)
            findings += faults
            if not faults:
                raw[contract.name] = frame
    tables = {name: _typed(raw.get(name), contract) for name, contract in TABLES.items()}
    if settings:
        streams = {service.id: service.streams for service in services}
        named = {file.stem: streams.get(file.stem) for file in path.glob("services/*.toml")}
        findings += tables_findings(tables, settings, named)
    if findings or settings is None:
        raise DataError(f"{path.name} cannot be evaluated; nothing was written. Faults to mend:", findings)
    logger.info("%s: %d tables, %d rows", path.name, len(raw), sum(map(len, raw.values())))
    return Council(path, settings, services, tables, frozenset(raw))


def input_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every input file, by its path inside the council's folder."""
    files = sorted(path for pattern in ("*.toml", "*/*.toml", "*/*.csv") for path in folder.glob(pattern))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _unknown_files(folder: Path) -> list[Finding]:
    known = {contract.file for contract in TABLES.values()}
    found = (
        path.relative_to(folder).as_posix() for part in ("records", "reference") for path in folder.glob(f"{part}/*")
    )
    return [
        Finding(
            name,
            "",
            "unknown table",
            "no such table is known: name the file as data/README.md does, or remove it",
        )
        for name in found
        if name not in known and not name.rsplit("/", 1)[1].startswith(".")
    ]


def _read_text(path: Path, contract: TableContract) -> tuple[pd.DataFrame, list[Finding]]:
    """Read a CSV file as text, blanks as missing, the index being the row of a spreadsheet."""

    def fault(rule: str, message: str, *rows: int) -> tuple[pd.DataFrame, list[Finding]]:
        return pd.DataFrame(), [Finding(contract.file, "", rule, message, rows)]

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except UnicodeDecodeError:
        return fault("encoding", "the file is not UTF-8 text: save it as 'CSV UTF-8'")
    except csv.Error as error:
        return fault("syntax", f"this is not a CSV table ({error}): save it again as 'CSV UTF-8'")
    if not rows:
        return fault("empty", "the file is empty: it needs at least its header")
    header = [name.strip() for name in rows[0]]
    if not set(header) & {column.name for column in contract.columns}:
        # Not repeated as unknown columns: a first row that is no header may hold ids.
        return fault("header", "the first row names no column of this table: put the header there", 1)
    if len(set(header)) < len(header):
        return fault("header", "two columns have the same name: keep one", 1)
    numbered = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    ragged = [number for number, row in numbered if len(row) != len(header)]
    if ragged:
        return fault("ragged", f"these rows do not have the header's {len(header)} cells: mend or quote them", *ragged)
    frame = pd.DataFrame(
        [row for _, row in numbered], columns=header, index=[number for number, _ in numbered], dtype="str"
    )
    frame = frame.apply(lambda column: column.str.strip())
    return frame.mask(frame == ""), []


def _typed(frame: pd.DataFrame | None, contract: TableContract) -> pd.DataFrame:
    """Give every column of the contract its type; a table or column that is not supplied holds nothing."""
    if frame is None:
        frame = pd.DataFrame(columns=[column.name for column in contract.columns], dtype="str")
    typed: dict[str, pd.Series] = {}
    for column in contract.columns:
        text = frame[column.name] if column.name in frame else pd.Series(None, index=frame.index, dtype="str")
        if column.kind == "date":
            typed[column.name] = read_dates(text)
        elif column.kind in ("whole", "number"):
            numbers = pd.to_numeric(text)
            typed[column.name] = numbers.astype("Int64" if column.kind == "whole" else "float64")
        else:
            typed[column.name] = text
    return pd.DataFrame(typed)


def read_dates(text: pd.Series) -> pd.Series:
    """Read a column of ISO dates or of UK dates (dd/mm/yyyy), whichever its checks have found it to be."""
    uk = text.dropna().str.fullmatch(UK_DATE).any()
    return pd.to_datetime(text, format="%d/%m/%Y" if uk else "%Y-%m-%d").astype("datetime64[s]")
