"""Looked-after children with support: placements that hold or end, and children who return home."""

from __future__ import annotations

from datetime import date, timedelta

from ehp_eval.errors import DataError
from ehp_eval.synthetic.care import draw_need
from ehp_eval.synthetic.days import later, quarter_bounds, year_bounds
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.families import new_person
from ehp_eval.synthetic.referring import open_case
from ehp_eval.synthetic.world import Case, Period, Referral, Settings, World

SUPPORT, REUNIFICATION = "placement_support", "reunification"


def looked_after_child(world: World, draws: Draws, day: date) -> Period:
    """Make a child who is looked after on the day, and stays so for the present."""
    born = day - timedelta(days=draws.between(4 * 365, int(16.3 * 365)))
    person = new_person(world, draws, born)
    in_care = draws.between(60, min(2500, (day - born).days - 30))
    planned = draws.weighted(world.scenario["looked_after"]["planned"])
    return world.enter_care(person, later(day, -in_care), planned=planned, need=draw_need(world, draws))


def build_support(world: World, service: Settings, year: str, target: Settings) -> list[Case]:
    """Make a service's placement support in a year.

    Parameters
    ----------
    target : mapping
        children, or accepted (numbers by quarter); held; with_parents (of the children, placed with
        parents all along) where stated.
    """
    draws = world.draws(service["id"], SUPPORT, year)
    days = _accepted(draws, service, year, target)
    cases = []
    for position, day in enumerate(days):
        period = looked_after_child(world, draws, day)
        if position < target.get("with_parents", 0):
            period.with_parents_from = later(period.started_on, (day - period.started_on).days // 2)
        case = open_case(world, draws, service, [period.person], day, stream=SUPPORT, status="looked_after")
        period.hold = (day, case.closed_on)
        case.referrals[0].outcome = "placement_held"
        cases.append(case)
    for case in draws.sample(cases[target.get("with_parents", 0) :], len(days) - target["held"]):
        _end_placement(draws, case.referrals[0])
    for case in cases:
        world.keep_in_care(case.members[0].periods[0], may_end_from=later(case.closed_on, 30))
    return cases


def build_reunification(world: World, service: Settings, year: str, target: Settings) -> list[Case]:
    """Make a service's work to return children home in a year.

    Parameters
    ----------
    target : mapping
        accepted and returned (numbers by quarter), with_parents (of the returned, those who went home under
        their care order and stay looked after) and entered_again.
    """
    draws = world.draws(service["id"], REUNIFICATION, year)
    cases = []
    for day in _accepted(draws, service, year, target):
        period = looked_after_child(world, draws, day)
        case = open_case(world, draws, service, [period.person], day, stream=REUNIFICATION, status="looked_after")
        period.hold = (day, case.closed_on)
        case.referrals[0].outcome = "placement_held"
        cases.append(case)
    waiting = draws.shuffled(cases)
    home: list[tuple[Case, date]] = []
    for quarter, number in enumerate(target["returned"], start=1):
        first, last = quarter_bounds(year, quarter)
        ready = [case for case in waiting if later(case.accepted_on, 30) <= last][:number]
        if len(ready) < number:
            raise DataError(
                f"synthetic.toml: {service['id']} in {year}: too few children to return in quarter {quarter}."
            )
        for case in ready:
            waiting.remove(case)
            home.append((case, draws.day(max(first, later(case.accepted_on, 21)), last)))
    for position, (case, day) in enumerate(home):
        _return_home(world, draws, case, day, under_order=position < target["with_parents"])
    ended = [case for case, _ in home[target["with_parents"] :]]
    for case in draws.sample(ended[: len(ended) // 2], target["entered_again"]):
        again_on = later(case.closed_on, draws.between(20, 100))
        period = world.enter_care(case.members[0], again_on, planned="N", need=draw_need(world, draws))
        world.keep_in_care(period)
    for case in waiting:
        world.keep_in_care(case.members[0].periods[0], may_end_from=later(case.closed_on, 30))
    return cases


def _accepted(draws: Draws, service: Settings, year: str, target: Settings) -> list[date]:
    first, last = year_bounds(year)
    if "children" in target:
        return sorted(draws.working_day(max(first, service["starts_on"]), last) for _ in range(target["children"]))
    return sorted(
        draws.working_day(*quarter_bounds(year, quarter))
        for quarter, number in enumerate(target["accepted"], start=1)
        for _ in range(number)
    )


def _end_placement(draws: Draws, referral: Referral) -> None:
    """Let the placement end while it is supported."""
    period = referral.person.periods[0]
    first, last = referral.support
    moved_on = draws.day(later(first, 1), later(last, -1))
    period.moves.append(moved_on)
    referral.close(later(moved_on, draws.between(0, 5)), "other", "placement_ended")


def _return_home(world: World, draws: Draws, case: Case, day: date, *, under_order: bool) -> None:
    referral = case.referrals[0]
    period = referral.person.periods[0]
    period.hold = (case.accepted_on, later(day, -1))
    if under_order:
        period.with_parents_from = day
        world.keep_in_care(period)
    else:
        world.end_care(period, day, "returned_home")
    referral.close(max(case.closed_on, later(day, draws.between(14, 35))), "completed", "returned_home")
    referral.person.supported_until = referral.support_ended_on
