"""What the generator makes before it is written down: people, periods of care, referrals, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ehp_eval.synthetic.days import age_on, eighteenth
from ehp_eval.synthetic.draws import Draws

Settings = Mapping[str, Any]
Row = dict[str, str]


@dataclass(eq=False)
class Person:
    """A child, born or not yet.

    Attributes
    ----------
    born : date
        Day of birth, or expected for an unborn child. Only its month is written down.
    left_on : date or None
        Moved away or died: nothing is known afterwards.
    recorded : bool
        Whether the person has a row among the persons.
    supported_until : date or None
        Last day of any support so far; a family is referred again only after it.
    """

    person_id: str
    born: date
    family_id: str
    traits: Row
    birth_person_id: str = ""
    left_on: date | None = None
    recorded: bool = True
    supported_until: date | None = None
    periods: list[Period] = field(default_factory=list)

    @property
    def eighteenth(self) -> date:
        """The 18th birthday."""
        return eighteenth(self.born)

    def age(self, day: date) -> float:
        """Age in years on a day."""
        return age_on(self.born, day)

    def in_care(self, day: date) -> bool:
        """Whether a period of care holds the day."""
        return any(period.holds(day) for period in self.periods)


@dataclass(eq=False)
class Placement:
    """Where a looked-after child lives. The same object means the same placement."""

    kind: str
    placed_in: str = "in_county"
    same_carer: bool = False


@dataclass(eq=False)
class Stage:
    """A stretch of a period of care in which neither legal status nor placement changes."""

    started_on: date
    legal_status: str
    placement: Placement


@dataclass(eq=False)
class Period:
    """A period of care and what is fixed about it before its stages are drawn.

    Attributes
    ----------
    hold : tuple of date or None
        Between these days, both included, no placement ends.
    moves : list of date
        Days on which a placement certainly ends.
    with_parents_from : date or None
        From then on placed with parents under a care order.
    together_until : date or None
        Until then in a placement of parent and baby together.
    may_end_from : date or None
        From then on the period may end, where the stock demands it; None: its end is fixed.
    """

    person: Person
    started_on: date
    planned: str
    need: str
    ended_on: date | None = None
    reason_ended: str = ""
    hold: tuple[date, date] | None = None
    moves: list[date] = field(default_factory=list)
    with_parents_from: date | None = None
    together_until: date | None = None
    may_end_from: date | None = None
    stages: list[Stage] = field(default_factory=list)

    def holds(self, day: date) -> bool:
        """Whether the child is looked after on the day: from the start up to, not including, the end."""
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)

    def stage_on(self, day: date) -> Stage:
        """Return the stage that holds the day."""
        return [stage for stage in self.stages if stage.started_on <= day][-1]


@dataclass(eq=False)
class Referral:
    """A referral of one child to one service."""

    referral_id: str
    person: Person
    service: str
    stream: str
    referred_on: date
    accepted_on: date | None = None
    first_contact_on: date | None = None
    support_started_on: date | None = None
    support_ended_on: date | None = None
    end_reason: str = ""
    status: str = ""
    outcome: str = ""

    @property
    def support(self) -> tuple[date, date]:
        """First and last day of the support, of a referral that was accepted and is closed."""
        assert self.support_started_on is not None
        assert self.support_ended_on is not None
        return self.support_started_on, self.support_ended_on

    def close(self, day: date, end_reason: str, outcome: str) -> None:
        """Write down how the support ended."""
        self.support_ended_on, self.end_reason, self.outcome = day, end_reason, outcome


@dataclass(eq=False)
class Case:
    """A family's referral to a service: its children, side by side."""

    referrals: list[Referral]

    @property
    def accepted_on(self) -> date:
        """The day on which the family was accepted."""
        assert self.referrals[0].accepted_on is not None
        return self.referrals[0].accepted_on

    @property
    def members(self) -> list[Person]:
        """The children."""
        return [referral.person for referral in self.referrals]

    @property
    def closed_on(self) -> date:
        """The last day of anybody's support."""
        return max(referral.support_ended_on or self.accepted_on for referral in self.referrals)

    @property
    def free_from(self) -> date:
        """The first day on which no support of any service goes on."""
        return max(person.supported_until or self.accepted_on for person in self.members) + timedelta(days=1)

    def untouched(self) -> bool:
        """Whether no child has entered care, moved or died since acceptance: the family may return."""
        return all(
            person.recorded
            and person.left_on is None
            and all(period.ended_on and period.ended_on < self.accepted_on for period in person.periods)
            for person in self.members
        )


@dataclass
class World:
    """Everything made so far.

    Attributes
    ----------
    tables : dict
        Rows of the tables that are written down as they are made.
    """

    scenario: Settings
    persons: list[Person] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    cases: dict[tuple[str, str], list[Case]] = field(default_factory=dict)
    events: list[tuple[Person, date, str]] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    @property
    def extract(self) -> date:
        """The last day that the records know about."""
        day: date = self.scenario["extract_date"]
        return day

    @property
    def records_from(self) -> date:
        """The first day of the extract."""
        day: date = self.scenario["records_from"]
        return day

    def draws(self, *parts: str) -> Draws:
        """Return the stream of draws with this name."""
        return Draws(str(self.scenario["seed"]), *parts)

    def number(self, prefix: str, width: int = 5) -> str:
        """Return the next id of its kind."""
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}{self._numbers[prefix]:0{width}d}"

    def add(self, table: str, **cells: object) -> None:
        """Add a row; dates are written in ISO form, None as a blank."""
        row = {name: "" if cell is None else str(cell) for name, cell in cells.items()}
        self.tables.setdefault(table, []).append(row)

    def event(self, person: Person, day: date, kind: str) -> None:
        """Add a status event, unless outside the extract, after the child has gone, or after childhood."""
        gone_on = min(person.eighteenth, person.left_on or person.eighteenth)
        if self.records_from <= day <= min(self.extract, gone_on):
            self.events.append((person, day, kind))

    def leave(self, person: Person, day: date, kind: str) -> None:
        """Let a child move away or die."""
        if day <= self.extract:
            self.event(person, day, kind)
            person.left_on = day

    def nearest_day(self, day: date) -> date:
        """Return the day, or the next on which anybody's care may start or end."""
        while day in self.scenario["looked_after"]["no_changes_on"]:
            day += timedelta(days=1)
        return day

    def enter_care(self, person: Person, day: date, *, planned: str, need: str) -> Period:
        """Begin a period of care."""
        period = Period(person, self.nearest_day(day), planned, need)
        person.periods.append(period)
        self.periods.append(period)
        return period

    def end_care(self, period: Period, day: date, reason: str) -> None:
        """End a period of care, by the 18th birthday at the latest; it stays open past the extract."""
        day, eighteenth = self.nearest_day(day), self.nearest_day(period.person.eighteenth)
        if day >= eighteenth:
            day, reason = eighteenth, "turned_18"
        period.ended_on, period.reason_ended = (day, reason) if day <= self.extract else (None, "")

    def keep_in_care(self, period: Period, *, may_end_from: date | None = None) -> None:
        """Let a period of care go on to the extract or the 18th birthday, unless the stock demands an end."""
        period.may_end_from = may_end_from
        self.end_care(period, max(self.extract + timedelta(days=1), period.started_on), "")
