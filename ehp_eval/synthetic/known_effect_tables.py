"""The records of the children of a known effect: what a case system would hold of them, and nothing of the truth.

What is drawn here changes no outcome: it has streams of draws of its own.
"""

from __future__ import annotations

from datetime import date
from operator import itemgetter

from ehp_eval.contract import RECORDS
from ehp_eval.errors import DataError
from ehp_eval.synthetic.days import later, year_bounds
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.known_effect import Child, Scenario, draw_children, entered_on
from ehp_eval.synthetic.tables import ORDER
from ehp_eval.synthetic.world import Row

TRAITS = {
    "ethnicity": {"white": 0.9, "mixed": 0.04, "asian": 0.03, "black": 0.01, "other": 0.01, "U": 0.01},
    "disability": {"N": 0.85, "Y": 0.12, "U": 0.03},
    "language": {"en": 0.8, "cy": 0.17, "other": 0.03},
    "wimd_quintile": {"1": 0.35, "2": 0.25, "3": 0.2, "4": 0.12, "5": 0.08},
    "locality": {"Blaenau": 0.4, "Canol": 0.35, "Glannau": 0.25},
}
PLACEMENTS = {
    "foster_care": ("local_authority", 0.45),
    "independent_fostering": ("independent", 0.25),
    "kinship_foster_care": ("kin", 0.15),
    "children_home": ("independent", 0.08),
    "placed_with_parents": ("parents", 0.07),
}
PLACED_IN = {"in_county": 0.7, "elsewhere_in_wales": 0.23, "outside_wales": 0.07}
REGISTERED_BEFORE = ("child_protection", "public_law_outline")


def generate_known_effect(scenario: Scenario, seed: int | None = None) -> dict[str, list[Row]]:
    """Make the records of a fictional council whose services have known true effects.

    Parameters
    ----------
    scenario : mapping
        As `tomllib` reads `truth.toml`.
    seed : int, optional
        The scenario's own where left out; it and the scenario decide every byte.

    Returns
    -------
    dict of str to list of dict
        Rows of every table of the records, by the table's name; many have none.

    Raises
    ------
    DataError
        When a setting is missing, or a chance would not lie between 0 and 1.
    """
    try:
        return _Records(scenario, scenario["seed"] if seed is None else seed).made()
    except KeyError as error:
        raise DataError(f"truth.toml: the setting {error} is missing; add it.") from None


class _Records:
    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.extract: date = scenario["extract_date"]
        self.seed = seed
        self.draws = Draws(str(seed), "records")
        self.rows: dict[str, list[Row]] = {table.name: [] for table in RECORDS}

    def made(self) -> dict[str, list[Row]]:
        children = draw_children(self.scenario, self.seed)
        for child in children:
            self._child(child)
        self._in_care_otherwise(len(children))
        self._of_services()
        for name, order in ORDER.items():
            self.rows[name].sort(key=itemgetter(*order))
        return self.rows

    def _child(self, child: Child) -> None:
        self._person(child.person_id, child.family_id, child.born, child.sex)
        if child.prior_care == "yes":
            self._earlier_care(child)
        if child.status in REGISTERED_BEFORE:
            self._event(child.person_id, later(child.t0, -self.draws.between(40, 200)), "registered")
        if child.status == "public_law_outline":
            self._event(child.person_id, later(child.t0, -self.draws.between(10, 38)), "public_law_outline")
        began = entered_on(child)
        if began and began <= self.extract:
            # A planned entry is no harm; one in the second year lies outside the window and is planned too.
            self._care(child.person_id, began, planned=child.good or not child.harmed)
        if child.harmed and child.good:
            day = later(child.t0, self.draws.between(1, 365))
            self._event(child.person_id, day, "section_47")
            if child.status not in REGISTERED_BEFORE:
                self._event(child.person_id, day, "registered")
        row = self._referral(child)
        if child.served:
            self._support(child, row, began)
        self.rows["referrals" if child.served else "comparison"].append(row)

    def _person(self, person: str, family: str, born: date, sex: str) -> None:
        row = {"person_id": person, "birth_month": f"{born:%Y-%m}", "sex": sex, "family_id": family}
        self.rows["persons"].append(row | {name: self.draws.weighted(shares) for name, shares in TRAITS.items()})

    def _referral(self, child: Child) -> Row:
        return {
            "referral_id": f"{'R' if child.served else 'K'}{child.person_id[1:]}",
            "person_id": child.person_id,
            "family_id": child.family_id,
            "service": child.service,
            "stream": "edge_of_care",
            "referred_on": later(child.t0, -self.draws.between(0, 9)).isoformat(),
            "accepted": "Y",
            "accepted_on": child.t0.isoformat(),
            "status_at_referral": child.status,
        }

    def _support(self, child: Child, row: Row, began: date | None) -> None:
        """Add when the family was met and supported, and how support ended, as far as the extract knows."""
        contact = later(child.t0, self.draws.early(0, 8))
        started = later(contact, self.draws.between(0, 6))
        ended = later(started, self.draws.between(28, 84))
        reason = self.draws.weighted({"completed": 0.86, "disengaged": 0.12, "other": 0.02})
        outcome = self.draws.weighted({"remained_home": 0.75, "closed_to_social_care": 0.25})
        if began and began <= ended:
            contact, started, ended = min(contact, began), min(started, began), began
            reason, outcome = "entered_care", "became_looked_after"
        for name, day in (("first_contact_on", contact), ("support_started_on", started)):
            row[name] = day.isoformat() if day <= self.extract else ""
        if ended > self.extract:
            return
        row |= {"support_ended_on": ended.isoformat(), "end_reason": reason, "closing_outcome": outcome}
        if reason == "completed":
            self._afterwards(child, row, ended, began)

    def _afterwards(self, child: Child, row: Row, ended: date, began: date | None) -> None:
        """Step down many plans when support ends; some are opened again, and some children are referred again."""
        again = later(ended, self.draws.between(20, 300))
        if self.draws.chance(0.6):
            self._event(child.person_id, ended, "stepped_down")
            if self.draws.chance(0.12):
                self._event(child.person_id, again, "reopened")
        elif self.draws.chance(0.2) and again <= self.extract and not (began and began <= again):
            # Not accepted: who is accepted twice would begin a second clock, with another risk.
            self.rows["referrals"].append(
                {name: row[name] for name in ("person_id", "family_id", "service", "stream", "status_at_referral")}
                | {"referral_id": f"A{row['referral_id'][1:]}", "referred_on": again.isoformat(), "accepted": "N"}
            )

    def _earlier_care(self, child: Child) -> None:
        """Add a period of care that began after birth and ended two months or more before t0."""
        gap = self.draws.between(120, min(1200, (child.t0 - child.born).days - 60))
        began = later(child.t0, -gap)
        self._care(child.person_id, began, planned=True, ended=later(began, self.draws.between(30, gap - 60)))

    def _care(self, person: str, began: date, *, planned: bool, ended: date | None = None) -> None:
        """Add a period of care with its placements; one without an end may end with a return home."""
        if ended is None and self.draws.chance(0.6):
            ended = later(began, self.draws.between(40, 500))
        ended = ended if ended and ended <= self.extract else None
        starts = [began]
        for _ in range(int(self.draws.weighted({"0": 0.6, "1": 0.25, "2": 0.15}))):
            starts.append(later(starts[-1], self.draws.between(15, 120)))
        starts = [start for start in starts if start < (ended or self.extract)] or [began]
        for start, end in zip(starts, [*starts[1:], ended], strict=True):
            self._episode(
                person,
                start,
                end,
                reason_started="started" if start == began else "placement",
                legal_status="V2" if planned else "C1",
                reason_ended="" if end is None else "returned_home" if end == ended else "episode_changed",
                planned="Y" if planned else "N",
            )

    def _episode(self, person: str, start: date, end: date | None, **cells: str) -> None:
        kind = self.draws.weighted({name: share for name, (_, share) in PLACEMENTS.items()})
        cells = {"placement_type": kind, "provider": PLACEMENTS[kind][0], **cells}
        self.rows["looked_after_episodes"].append(
            {
                "person_id": person,
                "started_on": start.isoformat(),
                "ended_on": end.isoformat() if end else "",
                "need": "abuse_or_neglect",
                "placed_in": self.draws.weighted(PLACED_IN),
                "parent_and_baby": "N",
                **cells,
            }
        )

    def _in_care_otherwise(self, people: int) -> None:
        """Add the rest of the children in care, so that the looked-after system is more than its new entries."""
        background = self.scenario["background"]
        wanted, breaks = background["in_care_otherwise"], background["short_breaks"]
        first = year_bounds(self.scenario["years"][0])[0]
        for number in range(people + 1, people + wanted + breaks + 1):
            born = date(first.year - self.draws.between(1, 12), self.draws.between(1, 12), 1)
            person = f"P{number:05}"
            self._person(person, f"G{number:05}", born, self.draws.weighted({"F": 0.5, "M": 0.5}))
            began = self.draws.day(max(later(born, 31), date(first.year - 5, 4, 1)), later(self.extract, -60))
            status, planned, until = "C2", "N", 1200
            if number > people + wanted:
                status, planned, until = "V4", "Y", 90
            end: date | None = later(began, self.draws.between(30, until))
            if end and (end > self.extract or (status == "C2" and self.draws.chance(0.6))):
                end = None
            reason = self.draws.weighted({"returned_home": 0.5, "special_guardianship": 0.3, "adopted": 0.2})
            reason = "returned_home" if status == "V4" else reason
            cells = {"reason_started": "started", "legal_status": status, "planned": planned}
            self._episode(person, began, end, reason_ended=reason if end else "", **cells)
            if status == "C2":
                self._event(person, later(began, self.draws.between(0, 30)), "care_order")
            if end and reason != "returned_home":
                self._event(person, end, reason)

    def _of_services(self) -> None:
        for service in self.scenario["service"]:
            for year in self.scenario["years"]:
                costs = {name: str(value) for name, value in service["costs"].items()}
                row = {"service": service["id"], "year": year, **costs, "funding": "core", "source": "made up"}
                self.rows["service_costs"].append(row)
        for incident in self.scenario.get("incident", []):
            self.rows["incidents"].append(incident | {"date": incident["date"].isoformat()})

    def _event(self, person: str, day: date, kind: str) -> None:
        if day <= self.extract:
            self.rows["status_events"].append({"person_id": person, "date": day.isoformat(), "type": kind})
