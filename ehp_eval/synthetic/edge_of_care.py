"""Children on the edge of care: who was referred, who entered care by closure, and who later.

The numbers of children and of those not looked after at closure are those of the scenario, exactly.
Who enters is drawn by family and by the scenario's risks, so that brothers and sisters share outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ehp_eval.errors import DataError
from ehp_eval.synthetic.care import draw_need, earlier_care
from ehp_eval.synthetic.days import later, year_bounds
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.families import OLDEST, family, family_sizes
from ehp_eval.synthetic.referring import decline, open_case
from ehp_eval.synthetic.world import Case, Period, Person, Referral, Settings, World

STREAM = "edge_of_care"
_Family = tuple[list[Person], date]


@dataclass
class Year:
    """One service's year in the making."""

    world: World
    service: Settings
    year: str
    target: Settings
    draws: Draws

    @property
    def first(self) -> date:
        """First day of the year on which the service ran."""
        starts_on: date = self.service["starts_on"]
        return max(year_bounds(self.year)[0], starts_on)

    @property
    def last(self) -> date:
        """Last day of the year."""
        return year_bounds(self.year)[1]


def build(world: World, service: Settings, year: str, target: Settings) -> list[Case]:
    """Make a service's year on the edge of care.

    Parameters
    ----------
    service : mapping
        The service's part of the scenario.
    year : str
    target : mapping
        children and remained (not looked after at closure); families, closed_to_social_care and
        back_before_closure (entered care and returned while still supported) where stated.

    Returns
    -------
    list of Case
        First cases of the year, one a family; further ones of the same year are added to the world only.
    """
    made = Year(world, service, year, target, world.draws(service["id"], STREAM, year))
    returning = _returning(made)
    families = returning + _new(made, returning)
    families.sort(key=lambda item: item[1])
    cases = [open_case(world, made.draws, service, members, day, stream=STREAM) for members, day in families]

    _enter_by_closure(made, cases, target["children"] - target["remained"])
    _enter_and_return(made, cases, target.get("back_before_closure", 0))
    _enter_after_closure(made, cases, 0, 365, service["entering_later"][0])
    _enter_after_closure(made, cases, 365, 730, service["entering_later"][1])
    _close_to_social_care(made, cases, target.get("closed_to_social_care", 0))
    _refer_again(made, cases)
    _decline(made)
    return cases


def _returning(made: Year) -> list[_Family]:
    """Return families known from the year before, or from another service in this year."""
    found: list[_Family] = []
    service, cases = made.service, made.world.cases
    year_before = f"{int(made.year[:4]) - 1}-{made.year[2:4]}"
    other = service.get("shares_families_with", service["id"])
    for pool, number in (
        (cases.get((service["id"], year_before), []), service["returning_families"]),
        (cases.get((other, made.year), []), service.get("shared_families", 0)),
    ):
        for case in made.draws.shuffled(pool):
            first = max(made.first, case.free_from + timedelta(days=15))
            last = min(made.last, case.free_from + timedelta(days=330))
            if number and first <= last and case.untouched() and _young_enough(case.members, last):
                found.append((case.members, made.draws.working_day(first, last)))
                number -= 1
    return found


def _new(made: Year, returning: list[_Family]) -> list[_Family]:
    """Return as many new families as the year's children need beside those who return."""
    draws, service, target = made.draws, made.service, made.target
    children = target["children"] - sum(len(members) for members, _ in returning)
    families = target["families"] - len(returning) if "families" in target else None
    if children < (families or 0):
        raise DataError(
            f"synthetic.toml: {service['id']} in {made.year}: more families return than its children allow."
        )
    found = []
    for size in family_sizes(draws, children, families, service["family_sizes"]):
        day = draws.working_day(made.first, made.last)
        members = family(made.world, draws, day, size, service["ages"])
        if draws.chance(service["earlier_care"]):
            for person in members:
                earlier_care(made.world, draws, person, day)
        found.append((members, day))
    return found


def _young_enough(members: list[Person], day: date) -> bool:
    return all(person.age(day) <= OLDEST for person in members)


def _chosen(made: Year, cases: list[Case], number: int) -> list[list[Referral]]:
    """Choose this many children, by family and by risk, from families that nothing has happened to."""
    draws, risks = made.draws, made.world.scenario["risks"]
    untouched = [case for case in cases if case.untouched()]
    chosen = []
    for case in draws.by_weight(untouched, [_risk(case, risks) for case in untouched]):
        if number == 0:
            break
        size = len(case.referrals)
        together = size if draws.chance(risks["together"]) else draws.between(1, size)
        chosen.append(case.referrals[: min(together, number)])
        number -= len(chosen[-1])
    if number:
        raise DataError(
            f"synthetic.toml: {made.service['id']} in {made.year}: more children enter care than there are."
        )
    return chosen


def _risk(case: Case, risks: Settings) -> float:
    """Return how much more likely than others a family's children are to enter care."""
    weight = 0.0
    for referral in case.referrals:
        age = referral.person.age(case.accepted_on)
        weight += (
            risks["status"][referral.status]
            * risks["age"]["under_1" if age < 1 else "1_to_10" if age < 11 else "11_to_17"]
            * (risks["earlier_care"] if referral.person.periods else 1)
        )
    return weight / len(case.referrals)


def _enter(made: Year, referral: Referral, day: date) -> Period:
    planned = made.draws.weighted(made.service["planned"])
    return made.world.enter_care(referral.person, day, planned=planned, need=draw_need(made.world, made.draws))


def _stay(made: Year, period: Period) -> None:
    """Decide how long a child stays: some weeks, some months, or to the extract."""
    period.may_end_from = later(period.started_on, 21)
    stay = made.draws.weighted(made.world.scenario["looked_after"]["stay"])
    if stay == "weeks":
        made.world.end_care(period, later(period.started_on, made.draws.between(21, 150)), "returned_home")
    elif stay == "months":
        made.world.end_care(period, later(period.started_on, made.draws.between(150, 500)), "returned_home")
    else:
        made.world.keep_in_care(period, may_end_from=period.may_end_from)


def _enter_by_closure(made: Year, cases: list[Case], number: int) -> None:
    for referrals in _chosen(made, cases, number):
        first, last = referrals[0].support
        day = made.world.nearest_day(made.draws.day(later(first, 3), later(last, -2)))
        closed_on = later(day, made.draws.between(0, 6))
        for referral in referrals:
            period = _enter(made, referral, day)
            referral.close(closed_on, "entered_care", "became_looked_after")
            _stay(made, period)


def _enter_and_return(made: Year, cases: list[Case], number: int) -> None:
    long_enough = [case for case in cases if (case.closed_on - case.accepted_on).days > 60]
    for referrals in _chosen(made, long_enough, number):
        day = later(referrals[0].support[0], made.draws.between(2, 8))
        back_on = later(day, made.draws.between(6, 18))
        for referral in referrals:
            made.world.end_care(_enter(made, referral, day), back_on, "returned_home")


def _enter_after_closure(made: Year, cases: list[Case], after: int, until: int, share: float) -> None:
    """Let a share enter from one day after acceptance to another; what follows the extract is not known."""
    number = made.draws.rounded(share * made.target["remained"])
    for referrals in _chosen(made, cases, number):
        case = Case(referrals)
        first = max(later(case.closed_on, 3), later(case.accepted_on, after + 1))
        day = later(first, made.draws.early(0, (later(case.accepted_on, until) - first).days))
        for referral in referrals:
            if day <= made.world.extract and day < later(referral.person.eighteenth, -30):
                _stay(made, _enter(made, referral, day))


def _close_to_social_care(made: Year, cases: list[Case], number: int) -> None:
    home = [referral for case in cases for referral in case.referrals if referral.outcome == "remained_home"]
    for referral in home[:number]:
        referral.outcome = "closed_to_social_care"


def _refer_again(made: Year, cases: list[Case]) -> None:
    """Refer some families a second time in the same year; the first referral is the one that counts."""
    again = [
        case
        for case in cases
        if case.untouched() and later(case.free_from, 60) <= made.last and _young_enough(case.members, made.last)
    ]
    for case in made.draws.sample(again, made.service["again_families"]):
        day = made.draws.working_day(later(case.free_from, 20), made.last)
        open_case(made.world, made.draws, made.service, case.members, day, stream=STREAM)


def _decline(made: Year) -> None:
    left = made.draws.rounded(made.service["declined"] * made.target["children"])
    while left > 0:
        size = min(left, int(made.draws.weighted(made.service["family_sizes"])))
        day = made.draws.working_day(made.first, made.last)
        members = family(made.world, made.draws, day, size, made.service["ages"])
        decline(made.world, made.draws, made.service, STREAM, members, day)
        left -= size
