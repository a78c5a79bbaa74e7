"""Status events: what happened to referred children beside care, and the orders of looked-after children."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ehp_eval.synthetic.care import ACCOMMODATED, CARE_ORDER, INTERIM_ORDER
from ehp_eval.synthetic.days import later
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.world import Period, Person, Referral, Settings, World

_ORDERS = ("adopted", "special_guardianship", "care_order_discharged", "died")
_Happens = Callable[[date, str], None]


def move_some_away(world: World) -> None:
    """Let a few families move away after their support, of those whose children are not in care."""
    rates = world.scenario["events"]
    for (service, year), cases in world.cases.items():
        draws = world.draws("moves", service, year)
        for case in cases:
            day = later(case.free_from, draws.between(10, 500))
            if draws.chance(rates["moved_away"]) and case.untouched():
                for person in case.members:
                    world.leave(person, day, "moved_away")


def build(world: World) -> None:
    """Make the events of referred children and the orders of looked-after ones."""
    rates = world.scenario["events"]
    born = {person.person_id: person for person in world.persons}
    seen: set[Person] = set()
    for referral in world.referrals:
        if referral.stream not in ("edge_of_care", "pre_birth"):
            continue
        draws = world.draws("events", referral.referral_id)
        child = born.get(referral.person.birth_person_id, referral.person)

        def happens(day: date, kind: str, unborn: Person = referral.person, child: Person = child) -> None:
            # What happens before the birth is known under the unborn child's id.
            world.event(unborn if day < child.born else child, day, kind)

        if child not in seen:
            _protect(happens, draws, rates, referral)
        seen.add(child)
        _step_down(world, happens, draws, rates, referral, child)
    known = {person for person, _, kind in world.events if kind == "proceedings_issued"}
    for period in world.periods:
        _orders(world, period, proceedings_known=period.person in known)


def _protect(happens: _Happens, draws: Draws, rates: Settings, referral: Referral) -> None:
    """Registration, enquiries and pre-proceedings before and after a child's first referral."""
    day = referral.accepted_on or referral.referred_on
    # Nothing happens before birth, nor before a pregnancy is known.
    earliest = referral.referred_on if referral.stream == "pre_birth" else referral.person.born
    if referral.status in ("child_protection", "public_law_outline"):
        happens(max(earliest, later(referral.referred_on, -draws.between(15, 250))), "registered")
        if draws.chance(rates["deregistered"]):
            happens(later(day, draws.between(60, 400)), "deregistered")
    elif draws.chance(rates["registered"]):
        registered_on = later(day, draws.between(20, 360))
        happens(later(registered_on, -draws.between(8, 20)), "section_47")
        happens(registered_on, "registered")
        happens(later(registered_on, draws.between(120, 380)), "deregistered")
    if referral.status == "public_law_outline":
        happens(max(earliest, later(referral.referred_on, -draws.between(5, 60))), "public_law_outline")
    if draws.chance(rates["section_47"]):
        happens(later(day, draws.between(10, 500)), "section_47")


def _step_down(
    world: World, happens: _Happens, draws: Draws, rates: Settings, referral: Referral, child: Person
) -> None:
    """After support at home most cases step down to early help, and some of those are opened again."""
    closed_on = referral.support_ended_on
    if closed_on is None or referral.outcome not in ("remained_home", "closed_to_social_care"):
        return
    stepped_on = later(closed_on, draws.between(0, 21))
    reopened_on = later(stepped_on, draws.early(15, 500))
    entered = [period.started_on for period in child.periods if closed_on < period.started_on <= world.extract]
    if entered and entered[0] <= stepped_on:
        return
    if draws.chance(rates["stepped_down"]):
        happens(stepped_on, "stepped_down")
        if entered:
            happens(max(stepped_on, later(entered[0], -draws.between(1, 30))), "reopened")
        elif draws.chance(rates["reopened"]):
            happens(reopened_on, "reopened")
    elif draws.chance(rates["stepped_up"]):
        happens(later(closed_on, draws.between(5, 200)), "stepped_up")


def _orders(world: World, period: Period, *, proceedings_known: bool) -> None:
    draws = world.draws("orders", period.person.person_id, period.started_on.isoformat())
    before = ""
    for stage in period.stages:
        status = stage.legal_status
        if status == INTERIM_ORDER and before in ("", ACCOMMODATED) and not proceedings_known:
            issued_on = max(period.person.born, later(stage.started_on, -draws.between(0, 6)))
            world.event(period.person, issued_on, "proceedings_issued")
        if status == CARE_ORDER != before:
            world.event(period.person, stage.started_on, "care_order")
        before = status
    if period.reason_ended in _ORDERS and period.ended_on:
        world.event(period.person, period.ended_on, period.reason_ended)
