"""Visits and calls of each case, near the dose that its service sets out to give."""

from __future__ import annotations

from datetime import date

from ehp_eval.synthetic.days import later
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.world import Referral, Settings, World


def build(world: World) -> None:
    """Write down the contacts of every accepted referral; brothers and sisters are seen together."""
    services = {service["id"]: service for service in world.scenario["service"]}
    families: dict[tuple[str, str, date], list[Referral]] = {}
    for referral in world.referrals:
        if referral.accepted_on:
            key = (referral.service, referral.person.family_id, referral.accepted_on)
            families.setdefault(key, []).append(referral)
    for (service, _, _), referrals in families.items():
        draws = world.draws("contacts", service, referrals[0].referral_id)
        visits = _visits(world, draws, services[service], referrals[0])
        for referral in referrals:
            for day, mode, kept in visits:
                if day <= (referral.support_ended_on or world.extract):
                    world.add("contacts", referral_id=referral.referral_id, contact_on=day, mode=mode, kept=kept)


def _visits(world: World, draws: Draws, service: Settings, referral: Referral) -> list[tuple[date, str, str]]:
    first = referral.first_contact_on or referral.support_started_on or referral.accepted_on
    assert first is not None
    last = referral.support_ended_on or min(world.extract, later(first, service["weeks"][1] * 7))
    low, high = service["visits"]
    full = draws.chance(service["full_dose"])
    a_week = draws.between(low * 10 + 3, high * 10 + 3) / 10 if full else draws.between(low * 4, low * 9) / 10
    days = {first}
    start = referral.support_started_on or first
    while start <= last:
        days.update(later(start, number) for number in draws.sample(range(7), draws.rounded(a_week)))
        start = later(start, 7)
    return [
        (day, _mode(world, draws, day), "Y" if day == first or draws.chance(service["kept"]) else "N")
        for day in sorted(days)
        if day <= last
    ]


def _mode(world: World, draws: Draws, day: date) -> str:
    modes = world.scenario["contact_modes"]
    return draws.weighted(
        modes["restricted"] if modes["restricted_from"] <= day <= modes["restricted_to"] else modes["usual"]
    )
