"""Opens a report for a notebook: from the records for those inside the council, from a release for the public."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ehp_eval.config import FRONT_DOOR, OVERVIEW, SYSTEM
from ehp_eval.errors import ArgumentError
from ehp_eval.evaluation import evaluate, evaluate_council
from ehp_eval.front_door import evaluate_front_door
from ehp_eval.load import load_council, load_reference
from ehp_eval.system import evaluate_system

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation, Overview
    from ehp_eval.front_door import FrontDoor
    from ehp_eval.load import Council
    from ehp_eval.public import PublicReport
    from ehp_eval.system import System

PUBLIC, INTERNAL = "public", "internal"
AUDIENCES = (PUBLIC, INTERNAL)


def open_report(
    name: str,
    year: str,
    *,
    data: str | Path = "data",
    audience: str = PUBLIC,
    allow_excluded: bool = False,
    release: str | Path = "",
) -> Evaluation | FrontDoor | Overview | System | PublicReport:
    """Open a report.

    Parameters
    ----------
    name : str
        Id of a service; ``"overview"`` or ``"looked_after_system"`` for a report of the whole council.
    year : str
        Financial year, such as ``"2020-21"``.
    data : str or Path
        The council's folder.
    audience : str
        ``"public"``: made from what disclosure control has released; nothing else is at hand. ``"internal"``: made
        from the records, small numbers and all.
    allow_excluded : bool
        Go on without the rows at fault.
    release : str or Path
        The release of the run; where it is empty one is made, as if nothing had been published before.

    Raises
    ------
    ArgumentError
        For an audience, a service or a year that there is not.
    DataError
        For faults in the council's folder.
    ReportError
        Where a hidden count could be worked out from the release.
    """
    check_audience(audience)
    if audience == INTERNAL:
        return _internal(load_council(data, allow_excluded=allow_excluded), name, year)
    # Imported here: only public reports need them.
    from ehp_eval.disclosure.checked import checked_release
    from ehp_eval.disclosure.release import read_release
    from ehp_eval.public import public_report

    if release:
        released = read_release(release)
    else:
        council = load_council(data, allow_excluded=allow_excluded)
        released = checked_release(council, council.year(year))
    return public_report(load_reference(data), released, name)


def check_audience(audience: str) -> None:
    """Raise `ArgumentError` for an audience that there is not."""
    if audience not in AUDIENCES:
        raise ArgumentError(f"There are no reports for the audience '{audience}'. There are: {', '.join(AUDIENCES)}")


def _internal(council: Council, name: str, year: str) -> Evaluation | FrontDoor | Overview | System:
    if name == OVERVIEW:
        return evaluate_council(council, year)
    if name == SYSTEM:
        return evaluate_system(council, year)
    service = council.service(name)
    return (evaluate_front_door if service.stream == FRONT_DOOR else evaluate)(council, service, year)
