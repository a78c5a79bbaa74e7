"""The rest of the authority's looked-after children, so that its stock passes through stated numbers.

Everybody who came into care through a service is made before. Here the others start, and as many of
them leave in each stretch between two counted days as the stated stock demands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from ehp_eval.errors import DataError
from ehp_eval.synthetic.care import draw_need
from ehp_eval.synthetic.days import later
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.families import new_person
from ehp_eval.synthetic.world import Period, Person, Settings, World

# How long a child has been looked after, in days, before it leaves for this reason, and up to which age.
_FITS = {
    "adopted": (240, 1500, 8),
    "special_guardianship": (240, 2500, 14),
    "care_order_discharged": (500, 4000, 17),
    "moved_authority": (60, 2000, 17),
    "died": (30, 4000, 17),
}
_MAY_GO_HOME = ("", "turned_18", "care_order_discharged")


@dataclass(frozen=True)
class Stretch:
    """The days after one count of the stock up to the next."""

    after: date
    until: date
    stock: int
    starts: int
    leaving: dict[str, int]

    @property
    def name(self) -> str:
        """The name of its stream of draws."""
        return self.until.isoformat()


def fill(world: World) -> None:
    """Add the other looked-after children of the authority.

    Raises
    ------
    DataError
        When the stated stock cannot be reached with the stated starts.
    """
    settings = world.scenario["looked_after"]
    for year, number in settings.get("together", {}).items():
        _place_together(world, year, number)
    first = settings["counted"][0]
    _stock(world, settings, first["day"], first["children"] - _count(world, first["day"]))
    for before, entry in pairwise(settings["counted"]):
        stretch = Stretch(before["day"], entry["day"], entry["children"], entry["starts"], entry["leaving"])
        draws = world.draws("looked_after", stretch.name)
        came = sum(stretch.after < period.started_on <= stretch.until for period in world.periods)
        _start(world, draws, settings, stretch, stretch.starts - came)
        _leave(world, draws, stretch)
    _go_home_under_order(world)


def _count(world: World, day: date) -> int:
    return len({period.person for period in world.periods if period.holds(day)})


def _stock(world: World, settings: Settings, day: date, number: int) -> None:
    """Make those who are looked after when the records begin."""
    draws = world.draws("looked_after", "stock")
    for _ in range(number):
        low, high = map(int, draws.weighted(settings["stock_ages"]).split("-"))
        age = draws.between(low * 365 + 20, (high + 1) * 365 - 60)
        born = day - timedelta(days=age)
        since = draws.early(3, min(age - 5, 9 * 365))
        _begin(world, draws, _child(world, draws, born), later(day, -since))


def _start(world: World, draws: Draws, settings: Settings, stretch: Stretch, number: int) -> None:
    """Let so many start to be looked after; some come back within a year, some with a brother or sister."""
    for period in draws.sample(_gone(world, stretch), draws.rounded(settings["entering_again"] * stretch.starts)):
        assert period.ended_on is not None
        first = max(later(stretch.after, 1), later(period.ended_on, 20))
        day = draws.day(first, min(stretch.until, later(period.ended_on, 360)))
        if period.person.age(day) < 17:
            _begin(world, draws, period.person, day)
            number -= 1
    while number > 0:
        day = draws.day(later(stretch.after, 1), stretch.until)
        low, high = map(int, draws.weighted(settings["starting_ages"]).split("-"))
        born = day - timedelta(days=draws.between(low * 365 + 2, (high + 1) * 365 - 60))
        child = _child(world, draws, born)
        _begin(world, draws, child, day)
        number -= 1
        sibling_born = born - timedelta(days=draws.between(400, 1500))
        if number and draws.chance(settings["with_sibling"]) and (day - sibling_born).days < 16 * 365:
            _begin(world, draws, _child(world, draws, sibling_born, child), day)
            number -= 1


def _gone(world: World, stretch: Stretch) -> list[Period]:
    """Return who went home shortly before, after any support."""
    return [
        period
        for period in world.periods
        if period.may_end_from
        and period.reason_ended == "returned_home"
        and period.ended_on
        and later(stretch.after, -300) < period.ended_on <= stretch.after
        and period.person.left_on is None
        and (period.person.supported_until is None or period.person.supported_until <= period.ended_on)
        and period is period.person.periods[-1]
    ]


def _child(world: World, draws: Draws, born: date, sibling: Person | None = None) -> Person:
    if sibling:
        return new_person(world, draws, born, sibling.family_id, sibling.traits)
    return new_person(world, draws, born)


def _begin(world: World, draws: Draws, person: Person, day: date) -> None:
    planned = draws.weighted(world.scenario["looked_after"]["planned"])
    period = world.enter_care(person, day, planned=planned, need=draw_need(world, draws))
    world.keep_in_care(period, may_end_from=later(day, 5))


def _leave(world: World, draws: Draws, stretch: Stretch) -> None:
    """Let as many leave as the stock demands: for each stated reason, and the others home."""
    number = _count(world, stretch.until) - stretch.stock
    reasons = [reason for reason, times in stretch.leaving.items() for _ in range(times)]
    if number < len(reasons):
        raise DataError(
            f"synthetic.toml: the stock of {stretch.until:%d %B %Y} needs more starts ({len(reasons) - number})."
        )
    staying = [
        period
        for period in world.periods
        if period.may_end_from
        and period.may_end_from < stretch.until
        and period.holds(stretch.until)
        and period.person.left_on is None
    ]
    for reason in reasons:
        least, most, oldest = _FITS[reason]
        fitting = [
            period
            for period in staying
            if least <= (stretch.until - period.started_on).days <= most
            and period.person.age(stretch.until) < oldest
            and period.hold is None
        ]
        if not fitting:
            raise DataError(f"synthetic.toml: nobody fits '{reason}' before {stretch.until:%d %B %Y}; let fewer do.")
        _end(world, draws, draws.pick(fitting), stretch, reason, staying)
    middle = later(stretch.after, (stretch.until - stretch.after).days // 2)
    likely = [_likely_home((middle - period.started_on).days) for period in staying]
    for period in draws.by_weight(staying, likely)[: number - len(reasons)]:
        _end(world, draws, period, stretch, "returned_home", staying)


def _end(world: World, draws: Draws, period: Period, stretch: Stretch, reason: str, staying: list[Period]) -> None:
    assert period.may_end_from is not None
    earliest = later(period.started_on, _FITS.get(reason, (5,))[0])
    first = max(later(stretch.after, 1), earliest, period.may_end_from)
    last = min(stretch.until, later(period.person.eighteenth, -1))
    world.end_care(period, draws.day(min(first, last), last), reason)
    staying.remove(period)


def _likely_home(days: int) -> float:
    """Return how likely a return home is, against other children: it gets rarer with time."""
    return 6 if days < 180 else 3 if days < 365 else 1.5 if days < 730 else 0.5


def _place_together(world: World, year: str, number: int) -> None:
    """Place newborn babies with a parent; most of them go home together, the others into foster care."""
    draws = world.draws("looked_after", "together", year)
    begins = date(int(year[:4]), 4, 2)
    for _ in range(number):
        born = draws.day(begins, later(begins, 300))
        day = later(born, draws.between(1, 12))
        period = world.enter_care(new_person(world, draws, born), day, planned="Y", need="family_dysfunction")
        period.together_until = later(day, draws.between(80, 115))
        if draws.chance(0.6):
            world.end_care(period, period.together_until, "returned_home")
        elif draws.chance(0.4):
            world.end_care(period, later(period.together_until, draws.between(60, 300)), "returned_home")
        else:
            world.keep_in_care(period, may_end_from=later(period.together_until, 10))


def _go_home_under_order(world: World) -> None:
    """Place some children with their parents under the order, all among them whose order is discharged."""
    draws = world.draws("looked_after", "placed_with_parents")
    settings = world.scenario["looked_after"]
    for period in world.periods:
        days = ((period.ended_on or world.extract) - period.started_on).days
        discharged = period.reason_ended == "care_order_discharged"
        if days <= 450 or period.hold or period.together_until or period.reason_ended not in _MAY_GO_HOME:
            continue
        if discharged or draws.chance(settings["with_parents"]):
            period.with_parents_from = later(period.started_on, draws.between(280, max(280, days // 2)))
