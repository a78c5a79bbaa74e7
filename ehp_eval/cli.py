"""The command line: `ehp-eval`."""

from __future__ import annotations

import argparse
import io
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import ehp_eval
from ehp_eval.errors import DataError, EhpError, ReportError

DESCRIPTION = "Find out, year by year, whether a council's early-help services keep children safely out of care."
EXAMPLES = """\
examples:
  ehp-eval new ../our-council                     a council's folder, to be filled
  ehp-eval new ../fictional --demo                a fictional council, where it is known what works
  ehp-eval check --data ../our-council            what is wrong in it, all at once
  ehp-eval run                                    all reports of the latest complete year of data/
  ehp-eval run --year 2019-20 --service ID        one report of another year
  ehp-eval run --data ../our-council --jobs 1     another council's folder, one report at a time

what it makes, in outputs/<year>/<audience>/:
  index.html                  leads to every report
  <report>-<year>.html, .pdf  the reports; .xlsx their tables
  figures.csv                 every figure of every report, tidy
  run.json                    versions, inputs, row counts, what came of each report
  workings/                   the executed notebooks and the log

exit codes:
  0  all reports were made; nothing but warnings was found
  2  wrong arguments: unknown year, service, audience or option
  3  faults in the data or settings; every fault is listed and nothing is written
  4  a report failed; the others were made, and its earlier version stays as it was
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process where left out.

    Returns
    -------
    int
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Welsh header in a Windows console that does not know its letters
            stream.reconfigure(errors="replace")
    parsed = _parser().parse_args(arguments)
    debug = getattr(parsed, "debug", False)
    try:
        return int(parsed.do(parsed))
    except EhpError as error:
        if debug:
            traceback.print_exc()
        print(f"ehp-eval: {error}", file=sys.stderr)
        if "\n" in str(error):  # whoever reads but the last line, as a mail of the annual run does
            print("ehp-eval: stopped; what is wrong is listed above, and nothing was written", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(
            "ehp-eval: interrupted; reports already made are in place, the others are as they were",
            file=sys.stderr,
        )
        return ReportError.exit_code
    except Exception as error:  # the message of a foreign error can hold a cell of the records
        if debug:
            traceback.print_exc()
        print(f"ehp-eval: unexpected {type(error).__name__}; run with --debug to see more", file=sys.stderr)
        return ReportError.exit_code


def _new(parsed: argparse.Namespace) -> int:
    from ehp_eval.new_folder import new_folder

    made = new_folder(parsed.folder, demo=parsed.demo)
    begin, council = ("fictional-council.md", ", a fictional council") if parsed.demo else ("first-report.md", "")
    print(f"{parsed.folder} is there{council}, with {len(made)} files. Begin with {begin} in it; then:")
    print(f"  ehp-eval check --data {parsed.folder}")
    return 0


def _check(parsed: argparse.Namespace) -> int:
    from ehp_eval.check import check

    errors = check(parsed.data, json_file=parsed.json, list_file=parsed.list, tell=partial(print, flush=True))
    return DataError.exit_code if errors else 0


def _simulate(parsed: argparse.Namespace) -> int:
    from ehp_eval.simulation import FEWEST_SAMPLES, as_markdown, standard_error, write_simulated

    table, file = write_simulated(parsed.data, samples=parsed.samples, tell=partial(print, flush=True))
    error = 100 * standard_error(parsed.samples)
    print(f"\n{as_markdown(table)}\n\nStandard error of a share: {error:.1f} points at most. Written to {file}")
    if parsed.samples < FEWEST_SAMPLES:
        print(f"No report shows it: that takes {FEWEST_SAMPLES} samples or more.")
    return 0


def _run(parsed: argparse.Namespace) -> int:
    from ehp_eval.run import Options, run  # pandas and the rest take a second: not for --help

    outcomes = run(
        Options(
            data=parsed.data,
            outputs=parsed.outputs,
            year=parsed.year,
            services=tuple(parsed.service),
            formats=parsed.formats,
            audience=parsed.audience,
            jobs=parsed.jobs,
            debug=parsed.debug,
            allow_excluded=parsed.allow_excluded,
        ),
        tell=partial(print, flush=True),
    )
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        print(f"ehp-eval: {outcome.report} failed: {outcome.failure}", file=sys.stderr)
    if failed:
        names, total = ", ".join(outcome.report for outcome in failed), len(outcomes)
        print(f"ehp-eval: {len(failed)} of {total} reports failed: {names}; the others are in place", file=sys.stderr)
    return ReportError.exit_code if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "ehp-eval",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {ehp_eval.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _new_command(commands)
    _check_command(commands)
    _run_command(commands)
    _simulate_command(commands)
    return parser


def _new_command(commands: Any) -> None:
    new = commands.add_parser(
        "new",
        help="make a council's folder, to be filled",
        description="Make a council's folder: settings, services, empty tables as CSV and as one workbook, and the "
        "data dictionary. What is still missing in it, `ehp-eval check` says.",
    )
    new.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet, or is empty")
    new.add_argument(
        "--demo",
        action="store_true",
        help="a fictional council with made-up records, whose services have known true effects",
    )
    new.set_defaults(do=_new)


def _check_command(commands: Any) -> None:
    check = commands.add_parser(
        "check",
        help="say everything that is wrong in a council's folder",
        description="Read a council's folder and list every finding with file, row, column and what to do. Exit code "
        "0 where there are no errors, 3 where there are.",
    )
    _data_option(check)
    check.add_argument("--json", type=Path, metavar="FILE", help="write every finding, one a row of the data, as JSON")
    check.add_argument("--list", type=Path, metavar="FILE", help="the same as .csv or .xlsx, to work through in Excel")
    _debug_option(check)
    check.set_defaults(do=_check)


def _run_command(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="make the reports of a year",
        description="Make the reports of a year: run each notebook and render it as a page and as a PDF.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("--year", help="financial year, such as 2020-21 (default: the latest complete one in the data)")
    run.add_argument(
        "--service",
        nargs="+",
        action="extend",
        default=[],
        metavar="ID",
        help="only the reports of these services (default: all of them, and those of the whole council)",
    )
    _data_option(run)
    run.add_argument(
        "--outputs",
        type=Path,
        default=Path("outputs"),
        metavar="DIR",
        help="where reports go (default: outputs)",
    )
    run.add_argument(
        "--formats",
        type=_formats,
        metavar="LIST",
        help="some of html,pdf,xlsx (default: all; PDF is left out, with a word, where its system library is missing)",
    )
    run.add_argument(
        "--audience",
        default="public",
        help="public: small counts hidden, fit to be published (default); internal: everything, not to be shared",
    )
    run.add_argument("--jobs", type=_jobs, metavar="N", help="reports made at a time (default: one a processor core)")
    run.add_argument(
        "--allow-excluded",
        action="store_true",
        help="go on without the rows at fault; every report says how many and why",
    )
    _debug_option(run)
    run.set_defaults(do=_run)


def _simulate_command(commands: Any) -> None:
    simulate = commands.add_parser(
        "simulate",
        help="say how often each verdict comes out under the council's thresholds",
        description="Simulate services with known true differences, judge them by the thresholds of council.toml, and "
        "write how often each verdict comes out to reference/operating_characteristics.csv. Reports show that table "
        "until a threshold changes; docs/verdict.md says what is assumed.",
    )
    _data_option(simulate)
    simulate.add_argument(
        "--samples",
        type=_jobs,
        default=1000,
        metavar="N",
        help="simulated services a row (default: 1000, which takes about ten minutes on two cores)",
    )
    _debug_option(simulate)
    simulate.set_defaults(do=_simulate)


def _data_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="the council's folder (default: data)"
    )


def _debug_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--debug",
        action="store_true",
        help="show tracebacks; they can hold case data, so share them with nobody",
    )


def _formats(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",")))


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("give a whole number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
