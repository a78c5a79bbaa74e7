"""Contacts at the front door of early help, incidents, and what the services cost."""

from __future__ import annotations

from ehp_eval.synthetic.days import at_work, later, quarter_bounds
from ehp_eval.synthetic.world import World


def build(world: World) -> None:
    """Write down the contacts of each quarter, with waiting times that grow over the years."""
    settings = world.scenario.get("front_door", {})
    for year, quarters in settings.get("received", {}).items():
        for quarter, number in enumerate(quarters, start=1):
            draws = world.draws("front_door", year, str(quarter))
            first, last = quarter_bounds(year, quarter)
            for day in sorted(draws.working_day(first, last) for _ in range(number)):
                decided_on = at_work(later(day, draws.early(0, settings["days_to_decide"])))
                decision = draws.weighted(settings["decision"])
                started_on = reopened_on = None
                if decision in ("early_help", "stepped_down"):
                    started_on = at_work(later(decided_on, draws.early(1, settings["longest_wait"][year])))
                if decision == "stepped_down" and draws.chance(settings["reopened"]):
                    reopened_on = later(decided_on, draws.between(14, 400))
                known = decided_on <= world.extract
                world.add(
                    "front_door",
                    contact_id=world.number("C", 5),
                    received_on=day,
                    decided_on=decided_on if known else None,
                    started_on=started_on if started_on and started_on <= world.extract else None,
                    decision=decision if known else "U",
                    reopened_on=reopened_on if reopened_on and reopened_on <= world.extract else None,
                )


def incidents_and_costs(world: World) -> None:
    """Write down the scenario's incidents and costs as they stand there."""
    for incident in world.scenario.get("incident", []):
        world.add("incidents", **incident)
    for service, years in world.scenario.get("costs", {}).items():
        for year, cost in years.items():
            world.add("service_costs", service=service, year=year, source="synthetic", **cost)
