"""Reads a council's folder whole: settings, services, records and reference tables.

Every cell stays text until it has been judged by its table's contract, so that all faults of all files are found in
one pass and no identifier loses its leading zeros.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from ehp_eval.checks.judge import Judged, judge, typed
from ehp_eval.checks.supplied import not_supplied
from ehp_eval.config import CouncilSettings, Service, read_settings, reported_tables
from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError, DataError, Finding
from ehp_eval.intake.account import Account, left_out_rows
from ehp_eval.intake.gather import Gathered, gather, gather_reference
from ehp_eval.intake.mapping import FILE, Mapping, read_mapping
from ehp_eval.intake.pseudonyms import pseudonymise, read_key
from ehp_eval.linking_by_details import SameByDetails, joined_by_details
from ehp_eval.periods import PeriodsOfCare, periods_of_care
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
    account : Account
        What became of every row that came in.
    joined : SameByDetails or None
        What was joined by details; None where that was not asked for.
    before_joining : Council or None
        The council as it was before that.
    """

    folder: Path
    settings: CouncilSettings
    services: tuple[Service, ...]
    tables: dict[str, pd.DataFrame]
    supplied: frozenset[str]
    account: Account = field(default_factory=Account)
    joined: SameByDetails | None = None
    before_joining: Council | None = None

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
        f"'{folder}' is no council's folder: it has no council.toml. Name the folder that has one with --data"
    )


@dataclass(frozen=True)
class Reading:
    """A council's folder as it was read, whether or not it can be evaluated.

    Attributes
    ----------
    folder : Path
    settings : CouncilSettings or None
        None where they have faults.
    services : tuple of Service
    mapping : Mapping
    gathered : Gathered
    judged : Judged
    supplied : frozenset of str
        The tables that hold rows, and those that the council says hold none because there was nothing.
    findings : tuple of Finding
        Everything that was found wrong with what is there, errors and warnings: settings and files first, then cells,
        then what only several of them show, so that causes stand before what follows from them.
    """

    folder: Path
    settings: CouncilSettings | None
    services: tuple[Service, ...]
    mapping: Mapping
    gathered: Gathered
    judged: Judged
    supplied: frozenset[str]
    findings: tuple[Finding, ...]

    @property
    def not_supplied(self) -> list[Finding]:
        """The tables that are not there; a file that could not be read is a fault of its own."""
        files = {finding.file for finding in self.findings}
        if FILE in files:
            return []
        unread = {table.name for table in TABLES.values() if table.file in files}
        return not_supplied(reported_tables(self.folder), self.supplied | unread)


def read_folder(folder: str | Path) -> Reading:
    """Read a council's folder and judge it, faults and all.

    Parameters
    ----------
    folder : str or Path
        Relative to the working directory or, from `notebooks/`, to the one above.

    Raises
    ------
    ArgumentError
        When there is no such folder.
    """
    path = find_council(folder)
    settings, services, findings = read_settings(path)
    mapping, wrong = read_mapping(path)
    findings += wrong
    # Read by half a mapping, every table would be full of faults that are none.
    gathered = Gathered() if wrong else gather(path, mapping)
    findings += gathered.findings
    # A service whose file has faults of its own is known by name all the same.
    named = {file.stem: None for file in path.glob("services/*.toml")} | {each.id: each for each in services}
    judged = judge(gathered.extracts, settings, named, gathered.findings)
    findings += [finding for fault in judged.faults for finding in gathered.extracts[fault.table].located(fault)]
    if mapping.pseudonyms:
        try:
            read_key(mapping.pseudonyms, path)
        except DataError as error:
            findings += error.findings
    supplied = frozenset(mapping.empty) | {name for name, each in gathered.extracts.items() if len(each.text)}
    return Reading(path, settings, services, mapping, gathered, judged, supplied, tuple(dict.fromkeys(findings)))


def load_council(folder: str | Path, *, allow_excluded: bool = False) -> Council:
    """Read a council's folder.

    Parameters
    ----------
    folder : str or Path
        Relative to the working directory or, from `notebooks/`, to the one above.
    allow_excluded : bool
        Go on without the rows that are at fault. They are counted in `Council.account`; faults of files, headers and
        settings still stop.

    Raises
    ------
    ArgumentError
        When there is no such folder.
    DataError
        With every fault of every file, when there are any.
    """
    reading = read_folder(folder)
    errors = [finding for finding in reading.findings if finding.severity == "error"]
    if allow_excluded:
        errors = [finding for finding in errors if not reading.gathered.holds(finding)]
    if errors or reading.settings is None:
        lacking = reading.not_supplied
        errors += lacking if any(finding.severity == "error" for finding in lacking) else []
        raise DataError(f"{reading.folder.name} cannot be evaluated; nothing was written. Faults to mend:", errors)
    tables = reading.judged.tables
    if reading.mapping.pseudonyms:
        tables = pseudonymise(tables, read_key(reading.mapping.pseudonyms, reading.folder))
    account = _account(reading)
    logger.info("%s: %d tables, %d rows", reading.folder.name, len(account.read), sum(map(len, tables.values())))
    council = Council(reading.folder, reading.settings, reading.services, tables, reading.supplied, account)
    return joined_by_details(council) if reading.mapping.linking.by_details else council


def load_reference(folder: str | Path) -> Council:
    """Read a council's settings, services and reference tables, and none of its records.

    A public report is made from these and from what disclosure control has released.

    Raises
    ------
    ArgumentError
        When there is no such folder.
    DataError
        For faults of the settings; those of the tables `load_council` finds.
    """
    path = find_council(folder)
    settings, services, findings = read_settings(path)
    mapping, wrong = read_mapping(path)
    if settings is None or wrong:
        raise DataError(f"{path.name} cannot be read. Faults to mend:", findings + wrong)
    extracts = gather_reference(path, mapping)
    tables = {name: typed(extracts[name].text if name in extracts else None, TABLES[name]) for name in TABLES}
    return Council(path, settings, services, tables, frozenset(extracts))


def _account(reading: Reading) -> Account:
    """Say what became of every row of the tables that were supplied."""
    extracts = reading.gathered.extracts
    repeats = [(name, rule, rows, False) for name in extracts for rule, rows in extracts[name].left_out.items()]
    at_fault = [(name, rule, rows, True) for (name, rule), rows in reading.judged.left_out.items()]
    left_out = left_out_rows(row for row in (*repeats, *at_fault) if row[0] in reading.supplied)
    warnings: dict[str, int] = {}
    for finding in reading.findings:
        if finding.severity == "warning":
            warnings[finding.rule] = warnings.get(finding.rule, 0) + max(1, len(finding.rows))
    return Account(
        read={
            name: len(extracts[name].text) + sum(extracts[name].left_out.values()) if name in extracts else 0
            for name in TABLES
            if name in reading.supplied
        },
        left_out=left_out,
        warnings=warnings,
        dropped=reading.gathered.dropped,
        repairs=reading.gathered.repairs,
        files=tuple(dict.fromkeys(reading.gathered.files)),
    )


def input_hashes(folder: Path, files: Iterable[str] = ()) -> dict[str, str]:
    """SHA-256 of every input file, by its path inside the council's folder; of a file outside, by its name alone."""
    inside = {path for pattern in ("*.toml", "*/*.toml") for path in folder.glob(pattern)}
    named = {path.relative_to(folder).as_posix(): path for path in sorted(inside)}
    for file in files:
        # A path outside the folder can hold the name of a person whose computer it is.
        outside = Path(file).is_absolute() or ".." in Path(file).parts
        named[Path(file).name if outside else Path(file).as_posix()] = folder / file
    return {
        name: hashlib.sha256(named[name].read_bytes()).hexdigest() for name in sorted(named) if named[name].is_file()
    }
