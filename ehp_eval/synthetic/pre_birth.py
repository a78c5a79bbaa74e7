"""Babies referred before birth, or soon after it: pregnancies, births, and who was placed in care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ehp_eval.errors import DataError
from ehp_eval.synthetic.care import draw_need
from ehp_eval.synthetic.days import at_work, later, year_bounds
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.families import new_person
from ehp_eval.synthetic.world import Person, Referral, Settings, World

STREAM = "pre_birth"
PREGNANCY = 280  # days, as due dates are reckoned


@dataclass(eq=False)
class Pregnancy:
    """One family: its referral and, in the end, its babies."""

    referral: Referral
    due_on: date
    born_on: date | None
    babies: list[Person]


def build(world: World, service: Settings, year: str, target: Settings) -> list[Pregnancy]:
    """Make a service's year.

    Parameters
    ----------
    target : mapping
        families; lost (outcomes of the pregnancies without a live birth); after_birth (babies accepted
        after birth); twins; looked_after (babies looked after at closure) and returned (of them, home by
        the extract); together (babies in a placement with their parent); later (entered care later).
    """
    draws = world.draws(service["id"], STREAM, year)
    lost = list(target.get("lost", []))
    families = [
        _family(world, draws, service, year, after_birth=position < target["after_birth"])
        for position in range(target["families"] - len(lost))
    ]
    for pregnancy in draws.sample(
        [item for item in families if item.referral.person.person_id[0] == "U"], target.get("twins", 0)
    ):
        first = pregnancy.babies[0]
        assert pregnancy.born_on is not None
        pregnancy.babies.append(new_person(world, draws, pregnancy.born_on, first.family_id, first.traits))
    for outcome in lost:
        _write(world, draws, _unborn(world, draws, service, year), outcome)

    single = [item for item in families if len(item.babies) == 1]
    early = [item for item in single if item.born_on and later(item.born_on, 220) <= world.extract]
    removed = draws.sample(early, target.get("returned", 0))
    removed += draws.sample([item for item in single if item not in removed], target["looked_after"] - len(removed))
    if len(removed) < target["looked_after"]:
        raise DataError(f"synthetic.toml: {service['id']} in {year}: too few babies born early enough to return.")
    for position, pregnancy in enumerate(removed):
        _remove(world, draws, pregnancy, returns=position < target.get("returned", 0))
    others = [item for item in early if item not in removed]
    chosen = draws.sample(others, target.get("together", 0) + target.get("later", 0))
    for pregnancy in chosen[: target.get("together", 0)]:
        _place_together(world, draws, pregnancy)
    for pregnancy in chosen[target.get("together", 0) :]:
        _remove_later(world, draws, pregnancy)
    for pregnancy in families:
        _write(world, draws, pregnancy, "live_birth")
    for _ in range(draws.rounded(service["declined"] * target["families"])):
        day = draws.working_day(max(year_bounds(year)[0], service["starts_on"]), year_bounds(year)[1])
        unborn = new_person(world, draws, later(day, draws.between(80, 150)), prefix="U")
        status = draws.weighted(service["status"])
        world.referrals.append(Referral(world.number("R", 4), unborn, service["id"], STREAM, day, status=status))
    return families


def _accepted_on(draws: Draws, service: Settings, year: str) -> date:
    first, last = year_bounds(year)
    return draws.working_day(max(first, service["starts_on"]), last)


def _family(world: World, draws: Draws, service: Settings, year: str, *, after_birth: bool) -> Pregnancy:
    if not after_birth:
        pregnancy = _unborn(world, draws, service, year)
        born_on = later(pregnancy.due_on, draws.between(-24, 9))
        unborn = pregnancy.referral.person
        baby = new_person(world, draws, born_on, unborn.family_id, unborn.traits)
        unborn.birth_person_id = baby.person_id
        pregnancy.born_on, pregnancy.babies = born_on, [baby]
        _close(world, draws, pregnancy.referral, max(born_on, pregnancy.referral.accepted_on or born_on))
        return pregnancy
    day = _accepted_on(draws, service, year)
    born_on = later(day, -draws.between(3, 45))
    baby = new_person(world, draws, born_on)
    referral = _referral(world, draws, service, baby, day, after=born_on)
    _close(world, draws, referral, day)
    return Pregnancy(referral, later(born_on, draws.between(-9, 20)), born_on, [baby])


def _unborn(world: World, draws: Draws, service: Settings, year: str) -> Pregnancy:
    day = _accepted_on(draws, service, year)
    # A pregnancy accepted late in the last year is far enough on for its support to close by the extract.
    latest_due = later(world.extract, -95)
    weeks = draws.between(service["weeks_of_gestation"][0], service["weeks_of_gestation"][1])
    due_on = min(later(day, PREGNANCY - 7 * weeks), max(latest_due, later(day, 30)))
    unborn = new_person(world, draws, due_on, prefix="U")
    return Pregnancy(_referral(world, draws, service, unborn, day), due_on, None, [])


def _referral(
    world: World, draws: Draws, service: Settings, person: Person, day: date, *, after: date | None = None
) -> Referral:
    contact_on = at_work(later(day, int(draws.weighted(service["days_to_contact"]))))
    referred_on = max(
        after or service["starts_on"],
        service["starts_on"],
        at_work(later(day, -draws.early(0, 14)), backwards=True),
    )
    referral = Referral(
        world.number("R", 4),
        person,
        service["id"],
        STREAM,
        min(referred_on, day),
        day,
        contact_on,
        at_work(later(contact_on, draws.early(0, 7))),
        status=draws.weighted(service["status"]),
    )
    world.referrals.append(referral)
    return referral


def _close(world: World, draws: Draws, referral: Referral, from_day: date) -> None:
    ended_on = later(from_day, draws.between(56, 120))
    referral.close(min(ended_on, later(world.extract, -draws.between(5, 15))), "completed", "remained_home")


def _remove(world: World, draws: Draws, pregnancy: Pregnancy, *, returns: bool) -> None:
    """Place a baby in care, where it still is when the support closes."""
    baby, referral = pregnancy.babies[0], pregnancy.referral
    assert pregnancy.born_on is not None
    assert referral.accepted_on is not None
    day = world.nearest_day(later(max(pregnancy.born_on, referral.accepted_on), draws.early(1, 35)))
    period = world.enter_care(baby, day, planned=draws.weighted({"Y": 2, "N": 1}), need="abuse_or_neglect")
    referral.close(later(day, draws.between(2, 14)), "entered_care", "became_looked_after")
    if returns:
        world.end_care(period, later(day, draws.between(60, 150)), "returned_home")
    else:
        world.keep_in_care(period)


def _place_together(world: World, draws: Draws, pregnancy: Pregnancy) -> None:
    """Place a baby with its parent for some weeks; they go home together."""
    assert pregnancy.born_on is not None
    day = later(pregnancy.born_on, draws.between(2, 6))
    period = world.enter_care(pregnancy.babies[0], day, planned="Y", need="family_dysfunction")
    world.end_care(period, later(day, draws.between(70, 110)), "returned_home")
    period.together_until = period.ended_on
    period.hold = (day, later(day, 200))
    closed_on = later(day, draws.between(115, 140))
    pregnancy.referral.close(closed_on, "completed", "remained_home")


def _remove_later(world: World, draws: Draws, pregnancy: Pregnancy) -> None:
    closed_on = pregnancy.referral.support_ended_on
    assert closed_on is not None
    day = later(closed_on, draws.early(20, 200))
    if day <= world.extract:
        period = world.enter_care(pregnancy.babies[0], day, planned="N", need=draw_need(world, draws))
        world.keep_in_care(period, may_end_from=later(day, 30))


def _write(world: World, draws: Draws, pregnancy: Pregnancy, outcome: str) -> None:
    """Write down the pregnancy, its babies and the assessments."""
    referral, number = pregnancy.referral, world.number("G", 4)
    known_on = later(referral.referred_on, -draws.early(0, 45))
    if outcome != "live_birth":
        accepted_on = referral.accepted_on or referral.referred_on
        referral.close(later(accepted_on, draws.between(15, 60)), "other", "")
        referral.person.left_on = referral.support_ended_on
    elif referral.person.person_id[0] != "U":
        known_on = later(min(known_on, pregnancy.due_on), -draws.between(20, 90))
    world.add(
        "pregnancies",
        pregnancy_id=number,
        referral_id=referral.referral_id,
        parent_id=world.number("M", 4),
        known_on=known_on,
        due_on=pregnancy.due_on,
        outcome=outcome,
    )
    for baby in pregnancy.babies:
        world.add("babies", baby_id=baby.person_id, pregnancy_id=number, born_on=pregnancy.born_on)
    for kind, share in world.scenario["assessments"]["required"].items():
        _assess(world, draws, pregnancy, kind, required=draws.chance(share))


def _assess(world: World, draws: Draws, pregnancy: Pregnancy, kind: str, *, required: bool) -> None:
    """Most required assessments are completed well before the due date, some late and some never."""
    done_on = None
    accepted_on = pregnancy.referral.accepted_on or pregnancy.referral.referred_on
    if required and draws.chance(world.scenario["assessments"]["completed"]):
        last = later(pregnancy.due_on, 20)
        on_time = draws.chance(world.scenario["assessments"]["on_time"])
        done_on = draws.day(later(accepted_on, 20), later(pregnancy.due_on, -28) if on_time else last)
    if done_on and (done_on > world.extract or pregnancy.born_on is None):
        done_on = None
    world.add(
        "assessments",
        referral_id=pregnancy.referral.referral_id,
        kind=kind,
        required="Y" if required else "N",
        completed_on=done_on,
    )
