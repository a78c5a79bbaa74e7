"""What a folder lacks: the tables that hold no rows, and what cannot be reported without them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from ehp_eval.contract import RECORDS
from ehp_eval.errors import Finding, Severity

if TYPE_CHECKING:
    from ehp_eval.config import Service


def not_supplied(services: Iterable[Service], supplied: Collection[str]) -> list[Finding]:
    """Return a finding for each table of records without rows: an error where no service at all can be evaluated.

    Parameters
    ----------
    services : iterable of Service
    supplied : collection of str
        Tables that hold rows, or that were said to hold none because there was nothing.
    """
    needed = {service.id: service.tables for service in services if service.notebook}
    none_possible = bool(needed) and all(tables - set(supplied) for tables in needed.values())
    findings = []
    for table in RECORDS:
        if table.name in supplied:
            continue
        asking = sorted(service for service, tables in needed.items() if table.name in tables)
        severity: Severity = "error" if asking and none_possible else "warning"
        if asking:
            lost = f"the reports of {', '.join(asking)} need it: supply it, or remove those services"
        else:
            lost = "what needs it is left out of the reports (README.md says what): supply it where you can"
        message = f"the table has no rows; {lost}. If there was nothing to record, list it under empty in mapping.toml"
        findings.append(Finding(table.file, "", "not supplied", message, (), severity))
    return findings
