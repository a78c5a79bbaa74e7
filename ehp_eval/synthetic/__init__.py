"""The generator of the synthetic case records: seeded, calibrated, the same bytes on every machine.

A scenario (`data/synthetic.toml`) states who was referred to which service in which year, how many were
not looked after at closure, and the stock of looked-after children. What it states the records agree
with by construction, and so cannot confirm it.
"""

from __future__ import annotations

from ehp_eval.errors import DataError
from ehp_eval.synthetic import (
    authority,
    contacts,
    edge_of_care,
    fitting,
    front_door,
    parents,
    placements,
    pre_birth,
    rough,
    status,
)
from ehp_eval.synthetic.care import draw_stages
from ehp_eval.synthetic.tables import as_csv, tables, write
from ehp_eval.synthetic.world import Row, Settings, World

__all__ = ["as_csv", "generate", "write"]


def generate(scenario: Settings) -> dict[str, list[Row]]:
    """Make the records that a scenario describes.

    Parameters
    ----------
    scenario : mapping
        As `tomllib` reads `synthetic.toml`. Services, years and streams, and the sections parents, front_door,
        incident, costs, respite and dirt, may be missing: their tables are then empty or plainer.

    Returns
    -------
    dict of str to list of dict
        Rows of every table of the records, by the table's name.

    Raises
    ------
    DataError
        When the scenario asks for what cannot be: the message names the setting to change.
    """
    try:
        return tables(_world(scenario))
    except KeyError as error:
        raise DataError(f"synthetic.toml: the setting {error} is missing; add it.") from None


def _world(scenario: Settings) -> World:
    """Make everything, services first: the rest of the authority fills up what its totals leave open."""
    world = World(scenario)
    for year in scenario["years"]:
        for service in scenario["service"]:
            _serve(world, service, year, service.get("year", {}).get(year, {}))
    if "parents" in scenario:
        parents.build(world, scenario["parents"])
    status.move_some_away(world)
    authority.fill(world)
    draw_stages(world)
    fitting.unsettle(world)
    fitting.place_out_of_county(world)
    status.build(world)
    contacts.build(world)
    front_door.build(world)
    front_door.incidents_and_costs(world)
    return world


def _serve(world: World, service: Settings, year: str, targets: Settings) -> None:
    """Make one service's year, stream by stream."""
    if target := targets.get("edge_of_care"):
        cases = edge_of_care.build(world, service, year, target)
        world.cases[service["id"], year] = cases
        if wanted := targets.get("rough"):
            rough.roughen(world, service, year, cases, wanted)
    if target := targets.get("placement_support"):
        placements.build_support(world, service, year, target)
    if target := targets.get("reunification"):
        placements.build_reunification(world, service, year, target)
    if target := targets.get("pre_birth"):
        pre_birth.build(world, service, year, target)
