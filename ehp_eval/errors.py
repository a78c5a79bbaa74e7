"""The errors that the package raises on purpose, each with the exit code of the command line.

Messages say what is wrong, where, and how to mend it. They never repeat an id or a cell of a record,
because they end in logs that more people read than may see the records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong in a council's folder.

    Attributes
    ----------
    file : str
        Path inside the council's folder.
    column : str
        Column or key; empty when the whole file is meant.
    rule : str
        Short name of the rule that is broken.
    message : str
        What is wrong and what to do. Never a value of a record.
    rows : tuple of int
        Rows as a spreadsheet counts them (the header is row 1); empty when no row is meant.
    severity : str
        An "error" stops the evaluation; a "warning" is counted, and the rows are used as they are.
    """

    file: str
    column: str
    rule: str
    message: str
    rows: tuple[int, ...] = ()
    severity: Severity = "error"

    def __str__(self) -> str:
        """Return the finding as one line."""
        where = [self.file]
        if self.rows:
            shown = ", ".join(str(row) for row in self.rows[:10])
            more = f" and {len(self.rows) - 10} more" if len(self.rows) > 10 else ""
            where.append(f"{'row' if len(self.rows) == 1 else 'rows'} {shown}{more}")
        if self.column:
            where.append(self.column)
        return f"{', '.join(where)}: {self.message}"


class EhpError(Exception):
    """Base of every error that `ehp_eval` raises on purpose.

    Attributes
    ----------
    exit_code : int
        What `ehp-eval` returns to the shell when the error ends a command.
    """

    exit_code = 4


class ArgumentError(EhpError):
    """A wrong argument: an unknown year, service, report, audience or format."""

    exit_code = 2


class DataError(EhpError):
    """Faults in a council's settings, service definitions, records or reference tables.

    Parameters
    ----------
    message : str
        What was being read.
    findings : iterable of Finding
        Every fault that was found.
    """

    exit_code = 3

    def __init__(self, message: str, findings: Iterable[Finding] = ()) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join([message, *(f"  - {finding}" for finding in self.findings)]))


class ReportError(EhpError):
    """A report could not be made, or was made but is not fit to be published."""

    exit_code = 4


class StatisticsError(EhpError, ValueError):
    """Numbers that a statistical function cannot work with."""

    exit_code = 4
