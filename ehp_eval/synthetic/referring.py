"""Opening a case: one referral a child, with the dates that follow from the service's own pace."""

from __future__ import annotations

from datetime import date

from ehp_eval.synthetic.days import at_work, later
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.world import Case, Person, Referral, Settings, World


def open_case(
    world: World,
    draws: Draws,
    service: Settings,
    members: list[Person],
    accepted_on: date,
    *,
    stream: str,
    status: str = "",
) -> Case:
    """Refer the children of a family, accept them on the day, and end the support as planned.

    Parameters
    ----------
    status : str
        Status at referral, drawn by the service's shares where empty.
    """
    started_at = max(world.records_from, service["starts_on"])
    referred_on = max(started_at, at_work(later(accepted_on, -draws.early(0, 14)), backwards=True))
    first_contact_on = at_work(later(accepted_on, int(draws.weighted(service["days_to_contact"]))))
    support_started_on = at_work(later(first_contact_on, draws.early(0, 6)))
    weeks = draws.between(service["weeks"][0] * 7, service["weeks"][1] * 7)
    disengaged = draws.chance(service.get("disengaged", 0))
    ended_on = at_work(later(support_started_on, draws.between(14, weeks // 2) if disengaged else weeks))
    case = Case([])
    for person in members:
        referral = Referral(
            world.number("R", 4),
            person,
            service["id"],
            stream,
            min(referred_on, accepted_on),
            accepted_on,
            first_contact_on,
            support_started_on,
            status=status or draws.weighted(service["status"]),
        )
        referral.close(ended_on, "disengaged" if disengaged else "completed", "remained_home")
        person.supported_until = max(ended_on, person.supported_until or ended_on)
        world.referrals.append(referral)
        case.referrals.append(referral)
    return case


def decline(world: World, draws: Draws, service: Settings, stream: str, members: list[Person], day: date) -> None:
    """Refer the children of a family and decline them."""
    for person in members:
        status = draws.weighted(service["status"])
        world.referrals.append(Referral(world.number("R", 4), person, service["id"], stream, day, status=status))
