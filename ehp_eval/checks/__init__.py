"""What must hold of the tables before anything is computed.

`cells` judges each cell by its column's declaration; the other modules judge what only several cells, rows or
tables show together. None of them knows a file: they name a table and its rows, and `load` says where those stand.
`docs/checks.md` lists every rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ehp_eval.checks import alike, comparison, costs, dates, links, persons, plausible, published, support
from ehp_eval.checks.rule import Evidence

if TYPE_CHECKING:
    import pandas as pd

    from ehp_eval.checks.fault import Fault
    from ehp_eval.config import CouncilSettings, Service

RULES = (
    *dates.RULES,  # after the extract, implausible, in the wrong order
    *alike.RULES,  # ids and codes that are one to a person and two to a computer
    *links.RULES,  # ids and services that lead nowhere
    *persons.RULES,  # months of birth, ages, families
    *support.RULES,  # referrals against themselves, their service and the looked-after episodes
    *plausible.RULES,  # whole tables: extracts that do not belong together, stop early, or are coded otherwise
    *comparison.RULES,  # the comparison group: what holds of referrals, and what holds of it alone
    *published.RULES,  # claims, the register of promises, the population by group, simulated verdicts
    *costs.RULES,  # amounts, and the settings that name them
)


def council_faults(
    tables: Mapping[str, pd.DataFrame], settings: CouncilSettings, services: Mapping[str, Service | None]
) -> list[Fault]:
    """Return the faults that only several columns, rows or tables show.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Every table of the contract in declared types, unique labels; without rows where it was not supplied.
    settings : CouncilSettings
    services : mapping of str to Service or None
        Every service that has a file, by its id; None where the file has faults of its own.

    Returns
    -------
    list of Fault
        In the order of `RULES`. The rows of an error are those to leave out: of two rows of a table that
        contradict each other the later one.
    """
    evidence = Evidence(tables, settings, services)
    return [fault for rule in RULES for fault in rule.faults(evidence)]
