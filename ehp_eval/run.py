"""The annual run: plans the reports of a year, makes them side by side, and says what came of each."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ehp_eval.archive import earlier_publications, keep_edition, set_aside
from ehp_eval.checks.supplied import not_supplied
from ehp_eval.config import OVERVIEW, SYSTEM, reported_tables
from ehp_eval.disclosure.checked import checked_release
from ehp_eval.errors import ArgumentError, DataError, ReportError
from ehp_eval.evaluation import missing_tables, reported_services
from ehp_eval.index_pages import INDEX, write_earlier_index, write_index_pages, write_year_index
from ehp_eval.load import Council, load_council
from ehp_eval.making import FORMATS, WORKINGS, Outcome, Unit, check_notebook, make_report
from ehp_eval.opening import PUBLIC, check_audience
from ehp_eval.record import write_figures, write_record
from ehp_eval.years import Period

RELEASE = "release.json"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What a run is asked for.

    Attributes
    ----------
    data, outputs : Path
    year : str or None
        The latest complete year of the records where None.
    services : tuple of str
        Ids; all services and the reports of the whole council where empty.
    formats : tuple of str or None
        html, xlsx and, where it can be made, pdf where None.
    audience : str
        public or internal.
    jobs : int or None
        Reports made at a time; one for each core where None.
    debug : bool
        Show tracebacks of failed reports. They can hold case data.
    allow_excluded : bool
        Go on without the rows at fault; every report says how many and why.
    """

    data: Path = Path("data")
    outputs: Path = Path("outputs")
    year: str | None = None
    services: tuple[str, ...] = ()
    formats: tuple[str, ...] | None = None
    audience: str = PUBLIC
    jobs: int | None = None
    debug: bool = False
    allow_excluded: bool = False


def run(options: Options, tell: Callable[[str], None] = print) -> list[Outcome]:
    """Make the reports of a year.

    Parameters
    ----------
    options : Options
    tell : callable
        What to do with each line of progress.

    Returns
    -------
    list of Outcome
        One a report, in the order of the services; a failed one says why.

    Raises
    ------
    ArgumentError, DataError, ReportError
        Before anything is written, when nothing can be made.
    """
    started = datetime.now(UTC)
    check_audience(options.audience)
    if unknown := sorted(set(options.formats or ()) - set(FORMATS)):
        raise ArgumentError(f"Unknown format: {', '.join(unknown)}. The formats are: {', '.join(FORMATS)}")
    tell(f"Reading {options.data} ...")
    council = load_council(options.data, allow_excluded=options.allow_excluded)
    for line in _left_out(council):
        tell(line)
    lacking = not_supplied(reported_tables(council.folder), council.supplied)
    if any(finding.severity == "error" for finding in lacking):
        raise DataError(f"{council.folder.name} has too few tables for any report. What is missing:", lacking)
    if not council.years:
        raise DataError(
            f"{council.folder.name} has no complete financial year of referrals or parents before its extract date"
        )
    year = council.year(options.year) if options.year else council.years[-1]
    units = plan(council, year, options)
    folder = options.outputs / year.label / options.audience
    try:
        (folder / WORKINGS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(
            f"'{options.outputs}' cannot hold the reports ({error.strerror}): name another with --outputs"
        ) from None
    order = [*council_reports(council), *(service.report for service in reported_services(council, year))]
    release = None
    if options.audience == PUBLIC:
        tell("Disclosure control: every figure of the run is worked out, small counts are hidden, and the audit tries")
        tell("  to find them again ...")
        release = checked_release(council, year, earlier_publications(options.outputs, year.label, options.audience))
        hidden = int((release.figures["hidden"] != "").sum())
        tell(f"  {hidden:,} of {len(release.figures):,} figures are hidden; none can be worked out")
    set_aside(folder)
    if release:
        release.write(folder / WORKINGS / RELEASE)
    with _log_file(folder / WORKINGS / "run.log"):
        jobs = min(options.jobs or os.cpu_count() or 1, len(units))
        reports = "1 report" if len(units) == 1 else f"{len(units)} reports"
        tell(f"{council.settings.council.name}, {year.label}: {reports}, {jobs} at a time")
        outcomes = []
        for outcome in _made(units, jobs):
            outcomes.append(outcome)
            tell(_line(outcome, len(outcomes), len(units)))
            if options.debug and outcome.details:
                tell(outcome.details)
        outcomes.sort(key=lambda outcome: order.index(outcome.report))
        write_figures(folder, outcomes, order, release)
        parameters = {
            "year": year.label,
            "services": list(options.services),
            "formats": list(options.formats or FORMATS),
            "audience": options.audience,
            "jobs": jobs,
            "allow_excluded": options.allow_excluded,
        }
        record = write_record(folder, council, year, parameters, outcomes, started)
        if kept := keep_edition(folder):
            tell(f"  {kept.words}")
            write_earlier_index(kept.folder)
        if record["reports"]:
            write_year_index(folder, council)
            write_index_pages(options.outputs)
    if record["reports"]:
        tell(f"The index of the reports: {folder / INDEX}")
    return outcomes


def plan(council: Council, year: Period, options: Options) -> list[Unit]:
    """Return the reports to be made, in the order of the services, those of the whole council first.

    Raises
    ------
    ArgumentError
        For a service that there is not, that has no report, or that was not yet in operation.
    ReportError
        For a notebook that is missing or takes other parameters.
    """
    available = reported_services(council, year)
    chosen = available
    if options.services:
        chosen = [council.service(name) for name in dict.fromkeys(options.services)]
        for service in chosen:
            if lacking := missing_tables(council, service):
                raise DataError(f"{service.id} cannot be evaluated: supply the tables {', '.join(lacking)}")
            if service not in available:
                why = "it began later" if service.notebook else "its definition names no notebook"
                raise ArgumentError(f"There is no report for '{service.id}' in {year.label}: {why}")
    shared: dict[str, str | bool] = {
        "year": year.label,
        "data": str(council.folder),
        "audience": options.audience,
        "allow_excluded": options.allow_excluded,
        "release": "",
    }
    folder = options.outputs / year.label / options.audience
    if options.audience == PUBLIC:
        shared["release"] = str(folder / WORKINGS / RELEASE)
    wanted = [(service.report, service.notebook, {**shared, "service": service.id}) for service in chosen]
    if not options.services:
        wanted = [*((report, notebook, shared) for report, notebook in council_reports(council).items()), *wanted]
    units = []
    for report, notebook, parameters in wanted:
        path = notebooks_folder() / f"{notebook}.ipynb"
        check_notebook(path, parameters)
        formats = options.formats or FORMATS
        pdf_required = "pdf" in (options.formats or ())
        extract = council.settings.council.extract_date
        units.append(Unit(report, path, parameters, folder, formats, pdf_required, extract))
    return units


def council_reports(council: Council) -> dict[str, str]:
    """Return the reports of the whole council with their notebooks, the overview first."""
    reports = {OVERVIEW: OVERVIEW}
    if "looked_after_episodes" in council.supplied:
        reports[SYSTEM.replace("_", "-")] = SYSTEM
    return reports


def notebooks_folder() -> Path:
    """Where the notebooks are: within an installed package, or beside it in the repository."""
    package = Path(__file__).parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if folder.is_dir():
            return folder
    raise ReportError("The notebooks are missing: install the package again, or work from a clone of its repository")


def _left_out(council: Council) -> Iterator[str]:
    """Say what was found in the records that does not stop the run."""
    account = council.account
    if warnings := sum(account.warnings.values()):
        yield f"  {warnings:,} {'warning' if warnings == 1 else 'warnings'}: ehp-eval check --data {council.folder}"
    if account.at_fault:
        rows = account.left_out[account.left_out["at_fault"]].itertuples()
        yield f"  left out, at fault: {', '.join(f'{row.table} {row.rows:,} ({row.rule})' for row in rows)}"


def _made(units: list[Unit], jobs: int) -> Iterator[Outcome]:
    """Make the reports, `jobs` at a time, and give each as soon as it is there."""
    if jobs == 1:
        yield from map(make_report, units)
        return
    # Each in a fresh process: the same on Windows as elsewhere, and nothing leaks from one to the next.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        tasks = {pool.submit(make_report, unit): unit for unit in units}
        for task in as_completed(tasks):
            try:
                yield task.result()
            except Exception as error:  # the process itself ended, for want of memory for instance
                name = type(error).__name__
                yield Outcome(tasks[task].report, failure=f"the process that made it ended ({name}); try --jobs 1")


def _line(outcome: Outcome, number: int, total: int) -> str:
    """Say in a line what became of a report, and write it to the log too."""
    if outcome.failure:
        words = f"failed: {outcome.failure}"
    else:
        words = ", ".join(f"{Path(name).suffix[1:]} {size / 1000:.0f} kB" for name, size in outcome.files.items())
        words += f" ({outcome.remark})" if outcome.remark else ""
    line = f"[{number}/{total}] {outcome.report:<22} {outcome.seconds:5.1f} s  {words}"
    logger.log(logging.ERROR if outcome.failure else logging.INFO, line)
    return f"  {line}"


@contextmanager
def _log_file(path: Path) -> Iterator[None]:
    """Write the package's log to a file for the time of a run."""
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    package: Any = logging.getLogger("ehp_eval")
    level = package.level
    package.addHandler(handler)
    package.setLevel(logging.INFO)
    try:
        yield
    finally:
        package.removeHandler(handler)
        package.setLevel(level)
        handler.close()
