"""A council's settings and its services: frozen, typed, read from TOML with every fault found at once.

pydantic reads them because it reports all faults of a file in one pass, refuses unknown keys and costs
a tenth of a second to import.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

from ehp_eval.errors import Finding
from ehp_eval.publishing import Disclosure, ReportHeading, twice_named
from ehp_eval.settings_types import Days, FinancialYear, NotNegative, Positive, Settings, Share, Text
from ehp_eval.streams import STREAMS, Unit

HEADLINE_DAYS = 365
"""The window that every service's answer rests on: 12 months."""
OVERVIEW = "overview"
"""Id of the report, and name of the notebook, of all services together."""
SYSTEM = "looked_after_system"
"""Name of the notebook of the council's looked-after children as a whole, and of their subject in the claims."""

CLOCK_OF_UNIT = {"child": "accepted_on", "baby": "born_on", "parent": "engaged_on"}

FRONT_DOOR = "front_door"
"""The stream of a service that is counted in contacts. It is no stream of referrals: a contact names nobody."""

_UNITS: dict[str, Unit] = {name: stream.unit for name, stream in STREAMS.items()} | {FRONT_DOOR: "contact"}
_CLOCKS = {**CLOCK_OF_UNIT, "contact": "received_on"}


class CouncilNames(Settings):
    """Who the council is, and what its records are."""

    name: Text
    authority: Text
    nation: Text
    holidays: Text
    language: Literal["en"]
    extract_date: date
    records: Literal["case records", "synthetic", "fictional"]
    localities: tuple[Text, ...] = ()

    @property
    def made_up(self) -> str:
        """What is made up: "synthetic" the records alone, "fictional" the council too; empty where nothing is."""
        return "" if self.records == "case records" else self.records

    @field_validator("holidays")
    @classmethod
    def _known(cls, calendar: str) -> str:
        # Imported here: the command line reads its own options without pandas.
        from ehp_eval.working_days import bank_holidays

        try:
            bank_holidays(calendar, ())
        except NotImplementedError:
            raise ValueError("no such calendar is known: name the country and the part of it, such as GB-SCT") from None
        return calendar


class Comparators(Settings):
    """Authorities beside which the looked-after figures are shown."""

    visited: tuple[Text, ...] = ()
    neighbours: tuple[Text, ...] = ()

    @property
    def authorities(self) -> tuple[str, ...]:
        """All of them, the visited first."""
        return (*self.visited, *self.neighbours)


class LookedAfter(Settings):
    """How the council's looked-after records are coded."""

    respite_legal_statuses: tuple[Text, ...]
    placed_with_parents: tuple[Text, ...]
    returned_home: tuple[Text, ...]


class Thresholds(Settings):
    """What the reports and the verdict hold a figure against; fixed before the extract."""

    percentages_from: Annotated[int, Field(gt=0)]
    caution_below: Annotated[int, Field(gt=0)]
    outcome_known: Share
    pooled_years: Annotated[int, Field(ge=1, le=3)]
    verdict_minimum: Annotated[int, Field(gt=0)]
    redirection_minimum: Annotated[int, Field(gt=0)]
    safety_margin: Share
    worthwhile_difference: Share
    overlap_minimum: Annotated[float, Field(gt=0, le=1)]
    continue_above: Share = 0.0


class TransportedEffect(Settings):
    """An effect found elsewhere, for illustration only: lower limit, estimate and upper limit of a risk ratio."""

    risk_ratio: tuple[Positive, Positive, Positive]
    what: Text
    source: Text


class ClaimedSaving(Settings):
    """A saving that has been claimed, to be rebuilt.

    `saving` and `children` are rows of `counts`, by their subject, `placement_type` one of `unit_costs`; `year`
    and `months` say which part of a year's cost of the service the claim is held against.
    """

    service: Text
    saving: Text
    children: Text
    placement_type: Text
    year: FinancialYear
    months: Annotated[int, Field(ge=1, le=12)]


class Costs(Settings):
    """Assumptions for what a service costs and what care would have cost; three values are low, central and high."""

    price_year: FinancialYear
    discount_rate: Share
    weeks_in_care: tuple[NotNegative, NotNegative, NotNegative]
    deadweight: tuple[Share, Share, Share]
    re_entry: tuple[Share, Share, Share]
    drop_off: tuple[Share, Share, Share]
    cashable: tuple[Share, Share, Share]
    weekly_cost: tuple[Text, Text, Text] | None = None
    parent_and_baby: tuple[Text, Text] | None = None
    illustration: TransportedEffect | None = None
    claimed_saving: ClaimedSaving | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Costs:
        named = ("weeks_in_care", "deadweight", "re_entry", "drop_off", "cashable")
        faults = [
            f"{name}: give the low, the central and the high value in this order"
            for name in named
            if list(values := getattr(self, name)) != sorted(values)
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self


class Safety(Settings):
    """Up to which day a case review has looked at every serious incident, by the id of the service."""

    reviewed_until: dict[str, date] = Field(default_factory=dict)


class SystemChange(Settings):
    """A change in the whole authority whose effect on the number of looked-after children has been claimed."""

    what: Text
    on: date
    claim: Text
    document: Text
    paragraph: Text


class CouncilSettings(Settings):
    """`council.toml`."""

    council: CouncilNames
    comparators: Comparators
    looked_after: LookedAfter
    thresholds: Thresholds
    costs: Costs
    safety: Safety = Safety()
    system_change: SystemChange | None = None
    disclosure: Disclosure = Disclosure()
    headings: tuple[ReportHeading, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> CouncilSettings:
        limits, effect, faults = self.thresholds, self.costs.illustration, []
        if limits.redirection_minimum < limits.verdict_minimum:
            faults.append("thresholds.redirection_minimum: it must be at least verdict_minimum, as for any verdict")
        if effect and list(effect.risk_ratio) != sorted(effect.risk_ratio):
            faults.append(
                "costs.illustration.risk_ratio: give the lower limit, the estimate and the upper in this order"
            )
        faults += [
            f"safety.reviewed_until.{service}: the day is after council.extract_date, the last that the records know"
            for service, day in self.safety.reviewed_until.items()
            if day > self.council.extract_date
        ]
        faults += [
            f"headings: '{part}' stands beneath two headings, and can stand beneath one"
            for part in twice_named(self.headings)
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self


class Dose(Settings):
    """How much support the service sets out to give: lowest and highest."""

    visits_per_week: tuple[float, float]
    weeks: tuple[float, float]


class Provenance(Settings):
    """Who wrote and checked the definition, from what, and when it is looked at again."""

    written_by: Text
    checked_by: Text
    written_on: date
    next_review: date
    sources: tuple[Text, ...]


class Service(Settings):
    """One service: `services/<id>.toml`. Its file name is its id.

    `streams` lists the streams it serves, the one that its report answers for first.
    """

    id: Text
    order: int
    title: Text
    what_it_does: Text
    cohort: Text
    notebook: Text | None = None
    unit: Unit
    clock: Literal["accepted_on", "born_on", "engaged_on", "received_on"]
    streams: Annotated[tuple[Text, ...], Field(min_length=1)]
    operational_since: date
    windows_days: Annotated[tuple[Days, ...], Field(min_length=1)]
    primary_window_days: Days
    dose: Dose | None = None
    targets: dict[str, Share] = Field(default_factory=dict)
    provenance: Provenance

    @model_validator(mode="after")
    def _consistent(self) -> Service:
        faults = []
        if self.report in (OVERVIEW, SYSTEM.replace("_", "-")):
            faults.append(f"id: the report '{self.report}' is that of the whole council; name the file otherwise")
        faults += [
            f"streams: '{stream}' is not one of {', '.join(_UNITS)}" for stream in self.streams if stream not in _UNITS
        ]
        units = {stream: _UNITS[stream] for stream in self.streams if stream in _UNITS}
        foreign = [stream for stream, unit in units.items() if unit != self.unit]
        clock = _CLOCKS[self.unit]
        if foreign:
            faults.append(f"unit: the stream '{foreign[0]}' counts in '{units[foreign[0]]}', not '{self.unit}'")
        elif clock != self.clock:  # the unit decides the clock
            faults.append(f"clock: a service that counts in '{self.unit}' starts its clock at '{clock}'")
        if list(self.windows_days) != sorted(set(self.windows_days)):
            faults.append("windows_days: list each window once, shortest first")
        if self.unit != "contact" and HEADLINE_DAYS not in self.windows_days:
            faults.append(
                f"windows_days: {HEADLINE_DAYS} must be one of them, since every answer is given at 12 months"
            )
        if self.primary_window_days not in self.windows_days:
            faults.append("primary_window_days: it must be one of windows_days")
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def stream(self) -> str:
        """The stream that its report answers for."""
        return self.streams[0]

    @property
    def tables(self) -> frozenset[str]:
        """The tables that it cannot be evaluated without."""
        return tables_of(self.streams)

    @property
    def report(self) -> str:
        """Id of its report, as in the file names: dashes for underscores."""
        return self.id.replace("_", "-")


NOT_FILLED_IN = "not filled in"
_UNFILLED = "this is still to be filled in; the lines above it say with what"
_Model = TypeVar("_Model", bound=Settings)


def tables_of(streams: Iterable[str]) -> frozenset[str]:
    """Return the tables without which services of these streams cannot be evaluated."""
    by_stream = {name: stream.tables for name, stream in STREAMS.items()} | {FRONT_DOOR: (FRONT_DOOR,)}
    return frozenset(table for stream in streams for table in by_stream.get(stream, ()))


def reported_tables(folder: Path) -> dict[str, frozenset[str]]:
    """Return the tables that each service with a notebook needs, by its id, however faulty its definition is else."""
    needed = {}
    for file in sorted((folder / "services").glob("*.toml")):
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue
        streams = content.get("streams")
        if content.get("notebook") and isinstance(streams, list):
            needed[file.stem] = tables_of(str(stream) for stream in streams)
    return needed


def read_settings(folder: Path) -> tuple[CouncilSettings | None, tuple[Service, ...], list[Finding]]:
    """Read `council.toml` and `services/*.toml` of a council's folder.

    Returns
    -------
    settings : CouncilSettings or None
        None where `council.toml` has faults.
    services : tuple of Service
        Those without faults, by their `order`.
    findings : list of Finding
        Every fault in every file.
    """
    findings: list[Finding] = []
    settings = _read(folder, "council.toml", CouncilSettings, findings)
    files = sorted((folder / "services").glob("*.toml"))
    if settings and (strangers := sorted(settings.safety.reviewed_until.keys() - {file.stem for file in files})):
        remedy = "no file in services/ has this name: correct it, or remove the line"
        findings += [
            Finding("council.toml", f"safety.reviewed_until.{each}", "wrong value", remedy) for each in strangers
        ]
        settings = None
    if not files:
        findings.append(
            Finding(
                "services",
                "",
                "missing",
                "no service is defined: add one file a service, such as services/my_service.toml",
            )
        )
    read = (_read(folder, f"services/{file.name}", Service, findings, id=file.stem) for file in files)
    services = sorted((service for service in read if service), key=lambda service: (service.order, service.id))
    return settings, tuple(services), findings


def _read(folder: Path, name: str, model: type[_Model], findings: list[Finding], **extra: str) -> _Model | None:
    path = folder / name
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        findings.append(Finding(name, "", "missing", "the file is missing: every council's folder has one"))
        return None
    except UnicodeDecodeError:
        findings.append(Finding(name, "", "encoding", "the file is not UTF-8 text: save it again as UTF-8"))
        return None
    except tomllib.TOMLDecodeError as error:
        findings.append(
            Finding(
                name,
                "",
                "syntax",
                f"this is not TOML ({error}): mend that line; text stands in straight quotes, and paths have / in them",
            )
        )
        return None
    if clash := sorted(extra.keys() & content.keys()):
        findings.append(Finding(name, clash[0], "unknown key", "remove it: the file's name says it"))
        content = {key: value for key, value in content.items() if key not in extra}
    try:
        return model.model_validate({**content, **extra})
    except ValidationError as error:
        findings.extend(
            _finding(name, fault["loc"], fault["type"], message)
            for fault in error.errors()
            for message in (fault["msg"].splitlines() if fault["input"] != "" else [_UNFILLED])
        )
        return None


def _finding(name: str, loc: tuple[int | str, ...], kind: str, message: str) -> Finding:
    key = ".".join(str(part) for part in loc)
    if kind == "extra_forbidden":
        return Finding(name, key, "unknown key", "there is no such setting: check its spelling or remove it")
    if kind == "missing":
        where = "the README.md of a council's folder lists the settings; `ehp-eval new` writes one with values"
        return Finding(name, key, "missing", f"the setting is missing: add it ({where})")
    if message == _UNFILLED:
        of_service = "; or delete the file if there is no such service" if name.startswith("services/") else ""
        return Finding(name, key, NOT_FILLED_IN, message + of_service)
    if kind.startswith("date"):
        return Finding(name, key, "wrong value", "this is no date: correct the value, and write the day as 2021-03-31")
    text = message.removeprefix("Value error, ")
    if not key and ": " in text:
        key, text = text.split(": ", 1)
    return Finding(name, key, "wrong value", f"{text[:1].lower()}{text[1:]}: correct the value")
