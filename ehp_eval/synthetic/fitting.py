"""Placements made to fit: how many children moved often in a year, and how many were out of county."""

from __future__ import annotations

from datetime import date

from ehp_eval.errors import DataError
from ehp_eval.synthetic.care import FOR_ADOPTION, TOGETHER, WITH_PARENTS, merge
from ehp_eval.synthetic.days import later, year_bounds
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.world import Period, Person, Placement, World

_STAYS = (WITH_PARENTS, FOR_ADOPTION, TOGETHER)


def placements_in(person: Person, first: date, last: date) -> int:
    """Return in how many placements a child lived from the evening before the first day to the last day."""
    met: list[Placement] = []
    for period in person.periods:
        for stage, after in zip(period.stages, [*period.stages[1:], None], strict=True):
            ended = after.started_on if after else period.ended_on
            inside = stage.started_on <= last and (ended is None or ended >= first)
            if inside and stage.placement not in met and not (met and stage.placement.same_carer):
                met.append(stage.placement)
    return len(met)


def unsettle(world: World) -> None:
    """Give children further placements until as many as stated had three or more in a year."""
    for year, stated in world.scenario["looked_after"].get("three_or_more_placements", {}).items():
        draws = world.draws("moves_in_year", year)
        first, last = year_bounds(year)
        stock = [period for period in world.periods if period.holds(last)]
        missing = stated - sum(placements_in(period.person, first, last) >= 3 for period in stock)
        if missing < 0:
            raise DataError(f"synthetic.toml: in {year} {-missing} children too many move often; lower moves_*.")
        for period in draws.shuffled(period for period in stock if period.hold is None):
            if missing and _insert_moves(draws, period, first, last):
                missing -= 1


def _insert_moves(draws: Draws, period: Period, first: date, last: date) -> bool:
    """Break a settled placement twice in the year; False where the child has none to break."""
    if placements_in(period.person, first, last) != 1:
        return False
    from_day, stage = max(first, period.started_on), period.stage_on(last)
    if stage.placement.kind in _STAYS or (last - from_day).days < 90:
        return False
    left_on = later(from_day, draws.between(10, (last - from_day).days - 40))
    settled_on = later(left_on, draws.between(7, 30))
    old = stage.placement
    new = Placement(old.kind, old.placed_in)
    legal = [(stage.started_on, stage.legal_status) for stage in period.stages]
    placements = [(stage.started_on, stage.placement) for stage in period.stages if stage.started_on < left_on]
    placements += [(left_on, Placement("foster_care")), (settled_on, new)]
    placements += [
        (stage.started_on, stage.placement)
        for stage in period.stages
        if stage.started_on > settled_on and stage.placement is not old
    ]
    period.stages = merge(legal, placements)
    return True


def place_out_of_county(world: World) -> None:
    """Place as many children out of county as stated on two days, by changing where placements are."""
    entries = world.scenario["looked_after"].get("out_of_county")
    if not entries:
        return
    draws = world.draws("out_of_county")
    days = [entry["day"] for entry in entries]
    groups: dict[tuple[bool, ...], list[Placement]] = {}
    for period in world.periods:
        on_days = [period.stage_on(day).placement if period.holds(day) else None for day in days]
        for placement in dict.fromkeys(filter(None, on_days)):
            covers = tuple(placement is other for other in on_days)
            if placement.kind not in (*_STAYS, "foster_care"):
                placement.placed_in = "in_county"
                groups.setdefault(covers, []).append(placement)
    both = draws.sample(groups[(True, True)], entries[0]["on_both_days"])
    chosen = list(both)
    for position, entry in enumerate(entries):
        fixed = sum(
            period.holds(entry["day"]) and period.stage_on(entry["day"]).placement.placed_in != "in_county"
            for period in world.periods
        )
        only = groups[tuple(position == other for other in range(len(entries)))]
        number = entry["children"] - fixed - len(both)
        if not 0 <= number <= len(only):
            raise DataError(
                f"synthetic.toml: out_of_county of {entry['day']:%d %B %Y} does not fit; change on_both_days."
            )
        chosen += draws.sample(only, number)
    outside = world.scenario["looked_after"]["outside_wales"]
    for placement in chosen:
        placement.placed_in = "outside_wales" if draws.chance(outside) else "elsewhere_in_wales"
