"""Reports for the public: what they are made of is a release and published figures, and no record of a case."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.claims import Claim, examine_claims
from ehp_eval.config import FRONT_DOOR, OVERVIEW, SYSTEM, Service
from ehp_eval.disclosure.publishable import Publishable
from ehp_eval.disclosure.release import Release
from ehp_eval.errors import ArgumentError
from ehp_eval.front_door import held_against, published_of
from ehp_eval.load import Council
from ehp_eval.looked_after import looked_after_series
from ehp_eval.measures.figures import find_figure
from ehp_eval.system import published_counts
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.other_authorities import OtherAuthorities


@dataclass(frozen=True)
class PublicReport:
    """A report for the public.

    Attributes
    ----------
    council : Council
        Settings, services and reference tables; its tables of records are empty.
    release : Release
        Of the whole run.
    report : str
        Id of the report.
    """

    council: Council
    release: Release
    report: str

    @property
    def year(self) -> Period:
        """The financial year of the report."""
        return Period.year(self.release.year)

    @property
    def facts(self) -> dict[str, Any]:
        """What the release says of the report beside figures."""
        return self.release.facts[self.report]

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Its rows of the release."""
        figures = self.release.figures
        return figures[figures["report"] == self.report].reset_index(drop=True)

    @cached_property
    def claims(self) -> list[Claim]:
        """What was published about its subject up to the year; what records give beside it stands in the figures."""
        subject = None if self.report == OVERVIEW else self.report.replace("-", "_")
        return examine_claims(self.council, until=self.year, subject=subject)

    def find(
        self, measure: str, year: str | None = None, window_days: int | None = None, group: str = ""
    ) -> pd.Series[Any] | None:
        """Return one row of its figures; None where there is none. `year` is a label, pooled or not."""
        return find_figure(self.figures, measure, year or self.release.year, window_days, group)

    def publishable(self, frame: pd.DataFrame) -> Publishable:
        """Return a frame made from this report as what tables and charts of a public page take."""
        return Publishable.made_by(self, frame)

    def deciding(
        self, measure: str, year: str | None = None, window_days: int | None = None, group: str = ""
    ) -> pd.Series[Any] | None:
        """Return a share with the interval that decides: the family-clustered one where siblings matter."""
        family = self.find(f"{measure}_family", year, window_days, group)
        return self.find(measure, year, window_days, group) if family is None else family


@dataclass(frozen=True)
class PublicService(PublicReport):
    """One service in one year, for the public.

    Its facts: "years" (labels of single years in the figures, oldest first), "full" (label of the pooled years in
    which 12 months have passed for everybody, empty where there are none), "headline" (label of the largest pooled
    years whose main figure can be shown; that of "full" where none can), "verdict" (see
    `ehp_eval.disclosure.facts`), "siblings" (whether brothers and sisters matter to its intervals), "missing" (tables
    that were not supplied).
    """

    service: Service


@dataclass(frozen=True)
class PublicFrontDoor(PublicService):
    """The front door in one year, for the public. Its facts: "years"."""

    @cached_property
    def claims(self) -> list[Claim]:
        """What was published about it, held against the contacts as far as they are released."""
        found = []
        for claim, row in published_of(self.council, self.service, self.year):
            grown = self.find("fd1q_ratio", claim.year)
            held = row["percent_of"] == "growth" and grown is not None and not grown["hidden"]
            found.append(held_against(claim, grown, row["caveat"]) if held and grown is not None else claim)
        return found


@dataclass(frozen=True)
class PublicSystem(PublicReport):
    """The looked-after system in one year, for the public. Its facts: "years", "missing".

    `series`, `elsewhere` and `claims` are those of `ehp_eval.system.System`: they come from published figures.
    """

    @property
    def years(self) -> tuple[Period, ...]:
        """The years of which figures from records are given, oldest first."""
        return tuple(Period.year(label) for label in self.facts["years"])

    @property
    def missing(self) -> tuple[str, ...]:
        """The tables that were not supplied, so that a measure was left out."""
        return tuple(self.facts["missing"])

    @cached_property
    def series(self) -> pd.DataFrame:
        """The published number and rate of the authority, its comparators and the nation."""
        return looked_after_series(self.council, until=self.year)

    @cached_property
    def elsewhere(self) -> OtherAuthorities | None:
        """The authority against the others of its nation; None where the settings name no change."""
        # Imported here: nothing else needs what it is worked out with, which takes long to import.
        from ehp_eval.other_authorities import against_other_authorities

        return against_other_authorities(self.council)

    @cached_property
    def published(self) -> pd.DataFrame:
        """What else was published of the same measures; the column `records` is empty."""
        known = self.figures.loc[self.figures["source"] == "records", "measure"].unique()
        return published_counts(self.council, [{"measure": each, "year": "-"} for each in known], until=self.year)


@dataclass(frozen=True)
class PublicOverview(PublicReport):
    """All services in one year, for the public. Its facts: "services" (ids of reports), "not_evaluated"."""

    @cached_property
    def looked_after(self) -> pd.DataFrame:
        """The published number and rate of the authority, its comparators and the nation."""
        return looked_after_series(self.council, until=self.year)

    @property
    def not_evaluated(self) -> dict[str, list[str]]:
        """See `ehp_eval.evaluation.Overview`."""
        found: dict[str, list[str]] = self.facts["not_evaluated"]
        return found

    @property
    def front_door(self) -> PublicFrontDoor | None:
        """The front door; None where the release holds none."""
        doors = [service for service in self.council.services if service.stream == FRONT_DOOR]
        found = [each for each in doors if each.report in self.release.facts]
        return PublicFrontDoor(self.council, self.release, found[0].report, found[0]) if found else None

    @property
    def system(self) -> PublicSystem | None:
        """The looked-after system; None where the release holds none."""
        name = SYSTEM.replace("_", "-")
        return PublicSystem(self.council, self.release, name) if name in self.release.facts else None

    @property
    def services(self) -> tuple[PublicService, ...]:
        """Its services, in the order of the reports; the front door is none of them."""
        by_report = {service.report: service for service in self.council.services}
        return tuple(
            PublicService(self.council, self.release, report, by_report[report]) for report in self.facts["services"]
        )


def public_report(council: Council, release: Release, name: str) -> PublicReport:
    """Return a report for the public.

    Parameters
    ----------
    council : Council
        See `ehp_eval.load.load_reference`.
    release : Release
    name : str
        Id of a service, `OVERVIEW` or `SYSTEM`.

    Raises
    ------
    ArgumentError
        For a report that the release does not hold.
    """
    report = name.replace("_", "-")
    if report not in release.facts:
        raise ArgumentError(f"The release of {release.year} holds no report '{report}': {', '.join(release.facts)}")
    if name == OVERVIEW:
        return PublicOverview(council, release, report)
    if name == SYSTEM:
        return PublicSystem(council, release, report)
    service = council.service(name)
    kind = PublicFrontDoor if service.unit == "contact" else PublicService
    return kind(council, release, report, service)
