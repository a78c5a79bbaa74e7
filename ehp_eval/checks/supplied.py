"""What a folder lacks: the tables that hold no rows, and what cannot be reported without them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ehp_eval.contract import RECORDS
from ehp_eval.errors import Finding, Severity


def not_supplied(needed: Mapping[str, Collection[str]], supplied: Collection[str]) -> list[Finding]:
    """Return a finding for each table of records without rows: an error where no service at all can be evaluated.

    Parameters
    ----------
    needed : mapping of str to collection of str
        The tables that each service with a report cannot be evaluated without, by its id.
    supplied : collection of str
        Tables that hold rows, or that were said to hold none because there was nothing.
    """
    none_possible = bool(needed) and all(set(tables) - set(supplied) for tables in needed.values())
    findings = []
    for table in RECORDS:
        if table.name in supplied:
            continue
        asking = sorted(service for service, tables in needed.items() if table.name in tables)
        severity: Severity = "error" if asking and none_possible else "warning"
        if asking:
            lost = f"{', '.join(asking)} cannot be evaluated without it: supply it, or remove what needs it"
        else:
            lost = "what needs it is left out of the reports: supply it where you can (README.md says what it is for)"
        message = (
            f"the table has no rows; {lost}. Was there nothing to record? Then list it under empty in mapping.toml"
        )
        findings.append(Finding(table.file, "", "not supplied", message, (), severity))
    return findings
