"""Children of services whose true effect is known: with them it can be tested whether a comparison finds it.

Without a service a child enters care within 365 days with a chance p0 that rests on age, sex, status at referral and
care before. With it the chance is p0 less the effect, whoever the child is. A constant difference is the same however
children are mixed, so that the true standardised difference is the effect itself. The comparison group holds all kinds
of children too, but fewer the higher their risk: the plain difference of the two groups is biased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from ehp_eval.errors import DataError
from ehp_eval.synthetic.days import later, year_bounds
from ehp_eval.synthetic.draws import Draws

Scenario = Mapping[str, Any]

WINDOW = 365
TRAITS = ("status", "age", "sex", "prior_care")
# Well inside each band: the month of birth alone gives it, and nobody turns 18 within two years.
AGE_MONTHS = {"0-4": (8, 54), "5-10": (66, 126), "11-17": (138, 186)}
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Child:
    """A child of a service or of its comparison group, and what became of it.

    Attributes
    ----------
    person_id, family_id, service : str
    served : bool
        Whether the service supported the child; its comparison group otherwise.
    year : str
        Financial year of t0.
    t0 : date
        Acceptance; in the comparison group the index date.
    born : date
        The first of the month of birth.
    status, age, sex, prior_care : str
        What the risk rests on: status at referral, age band, M or F, whether there was care before (yes, no).
    entered_after : int or None
        Days from t0 to care; None where the child did not enter it in two years.
    harmed : bool
        A registration, a section 47 enquiry or an unplanned entry within 365 days.
    """

    person_id: str
    family_id: str
    service: str
    served: bool
    year: str
    t0: date
    born: date
    status: str
    age: str
    sex: str
    prior_care: str
    entered_after: int | None
    harmed: bool

    @property
    def good(self) -> bool:
        """Whether the child was not looked after at any time within 365 days."""
        return self.entered_after is None or self.entered_after > WINDOW

    @property
    def stratum(self) -> str:
        """Everything that the risk rests on."""
        return " / ".join((self.age, self.sex, self.status, self.prior_care))


@dataclass(frozen=True, slots=True)
class _Group:
    """Who is drawn: shares of the statuses; within a status, of the other traits; the chances of each child."""

    statuses: dict[str, float]
    others: dict[str, dict[str, float]]
    enters: dict[tuple[str, str], float]
    harmed: dict[tuple[str, str], float]


def draw_children(scenario: Scenario, seed: int | None = None) -> list[Child]:
    """Draw the children of all services and comparison groups of a scenario.

    Parameters
    ----------
    scenario : mapping
        As `tomllib` reads `truth.toml` of the fictional council.
    seed : int, optional
        The scenario's own where left out.

    Raises
    ------
    DataError
        When a setting is missing, or a chance would not lie between 0 and 1.

    Notes
    -----
    A whole family is referred at once, with one status. In a share of the families (`deciding_together`) all children
    are held against one and the same draw, in the others each against a draw of its own: brothers and sisters are
    alike, and every single child still enters care with exactly its own chance. Likewise with harm, which is drawn
    apart from care: an unplanned entry is one of a child who was both harmed and entered care. Nobody dies or moves.
    """
    try:
        return _Drawing(scenario, scenario["seed"] if seed is None else seed).children()
    except KeyError as error:
        raise DataError(f"truth.toml: the setting {error} is missing; add it.") from None


class _Drawing:
    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.seed = str(seed)
        self.people = self.families = 0

    def children(self) -> list[Child]:
        found: list[Child] = []
        years = self.scenario["years"]
        for service in self.scenario["service"]:
            for served, number in ((True, service["children_a_year"]), (False, service.get("comparison_a_year", 0))):
                group = self._group(service, served)
                # 12 months have passed for the comparison group: the last year is still under way.
                for year in years if served else years[:-1]:
                    found += self._cohort(service["id"], served, group, year, number)
        return found

    def _group(self, service: Scenario, served: bool) -> _Group:
        risk, mix = self.scenario["risk"], self.scenario["mix"]
        weights: dict[tuple[str, ...], float] = {}
        group = _Group({}, {}, {}, {})
        for traits in product(*(mix[name] for name in TRAITS)):
            p0 = risk["base"] + sum(risk[name][trait] for name, trait in zip(TRAITS, traits, strict=True))
            share = 1.0
            for name, trait in zip(TRAITS, traits, strict=True):
                share *= mix[name][trait]
            if not served:
                for _ in range(self.scenario["comparison"]["tilt"]):  # products only: the same on every machine
                    share *= risk["base"] / p0
            weights[traits] = share
            status, others = traits[0], "/".join(traits[1:])
            group.others.setdefault(status, {})[others] = share
            group.enters[status, others] = p0 - (service["effect"] if served else 0)
            group.harmed[status, others] = risk["harm"] * p0 + (service["harm_effect"] if served else 0)
        for status, shares in group.others.items():
            group.statuses[status] = sum(shares.values())
        chances = [*group.enters.values(), *group.harmed.values()]
        if min(chances) < 0 or max(chances) > 1:
            raise DataError(
                f"truth.toml: with the effects of {service['id']} a chance is not between 0 and 1; lower them"
            )
        return group

    def _cohort(self, service: str, served: bool, group: _Group, year: str, number: int) -> list[Child]:
        families = self.scenario["families"]
        sizes = {str(size): share for size, share in enumerate(families["sizes"], start=1)}
        draws = Draws(self.seed, "known effect", service, "served" if served else "comparison", year)
        first, last = year_bounds(year)
        found: list[Child] = []
        while len(found) < number:
            size = min(int(draws.weighted(sizes)), number - len(found))
            t0 = draws.day(first, last)
            status = draws.weighted(group.statuses)
            together = draws.chance(families["deciding_together"])
            entry, harm = _lot(draws), _lot(draws)
            self.families += 1
            for _ in range(size):
                others = draws.weighted(group.others[status])
                own_entry, own_harm = (entry, harm) if together else (_lot(draws), _lot(draws))
                enters = own_entry < round(group.enters[status, others] * MILLION)
                harmed = own_harm < round(group.harmed[status, others] * MILLION)
                age, sex, prior_care = others.split("/")
                self.people += 1
                found.append(
                    Child(
                        f"P{self.people:05}",
                        f"F{self.families:05}",
                        service,
                        served,
                        year,
                        t0,
                        _months_before(t0, draws.between(*AGE_MONTHS[age])),
                        status,
                        age,
                        sex,
                        prior_care,
                        self._entry_day(draws, enters),
                        harmed,
                    )
                )
        return found

    def _entry_day(self, draws: Draws, enters: bool) -> int | None:
        if enters:
            return draws.between(1, WINDOW)
        if draws.chance(self.scenario["risk"]["in_second_year"]):
            return draws.between(WINDOW + 1, 2 * WINDOW)
        return None


def entered_on(child: Child) -> date | None:
    """Return the day on which a child entered care; None where it did not."""
    return None if child.entered_after is None else later(child.t0, child.entered_after)


def _lot(draws: Draws) -> int:
    """Draw a number that is below each share of a million with the chance of that share."""
    return draws.between(0, MILLION - 1)


def _months_before(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 - months
    return date(at // 12, at % 12 + 1, 1)
