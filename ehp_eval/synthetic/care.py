"""The stages of a period of care: legal statuses and placements, once its start and end are fixed."""

from __future__ import annotations

from datetime import date, timedelta

from ehp_eval.synthetic.days import later
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.world import Period, Person, Placement, Settings, Stage, World

# Codes in the style of the SSDA903 return.
INTERIM_ORDER, CARE_ORDER, ACCOMMODATED, PLACEMENT_ORDER, RESPITE = "C1", "C2", "V2", "E1", "V4"
WITH_PARENTS, TOGETHER, FOR_ADOPTION, KINSHIP = (
    "placed_with_parents",
    "parent_and_baby",
    "placed_for_adoption",
    "kinship_foster_care",
)
PROVIDERS = {
    "foster_care": "local_authority",
    KINSHIP: "kin",
    "independent_fostering": "independent",
    "residential": "independent",
    "secure": "other_authority",
    WITH_PARENTS: "parents",
    TOGETHER: "independent",
    FOR_ADOPTION: "adopters",
}


def draw_stages(world: World) -> None:
    """Draw the stages of every period of care."""
    for period in world.periods:
        draws = world.draws("stages", period.person.person_id, period.started_on.isoformat())
        period.stages = _stages(draws, period, world.scenario["looked_after"], later(world.extract, 1))


def draw_need(world: World, draws: Draws) -> str:
    """Return the main reason why a child is looked after."""
    return draws.weighted(world.scenario["looked_after"]["needs"])


def earlier_care(world: World, draws: Draws, person: Person, before: date) -> None:
    """Give a child a period of care that ended before a day, where it is old enough for one."""
    ended = later(before, -draws.between(60, 500))
    started = later(ended, -draws.between(20, 300))
    if person.age(started) > 0.1:
        period = world.enter_care(
            person, started, planned=draws.weighted({"Y": 1, "N": 1}), need=draw_need(world, draws)
        )
        world.end_care(period, ended, "returned_home")


def merge(legal: list[tuple[date, str]], placements: list[tuple[date, Placement]]) -> list[Stage]:
    """Return the stages that legal statuses and placements make together, each given with its first day."""
    return [
        Stage(
            day,
            [status for from_day, status in legal if from_day <= day][-1],
            [placement for from_day, placement in placements if from_day <= day][-1],
        )
        for day in sorted({day for day, _ in legal} | {day for day, _ in placements})
    ]


def changed(before: Stage | None, after: Stage) -> str:
    """Return why a stage began, as the returns code it."""
    if before is None:
        return "started"
    if before.placement is after.placement:
        return "legal_status"
    if before.legal_status != after.legal_status:
        return "legal_status_and_placement"
    return "placement_same_carer" if after.placement.same_carer else "placement"


def _stages(draws: Draws, period: Period, rules: Settings, after_extract: date) -> list[Stage]:
    end = period.ended_on or after_extract
    placements = _placements(draws, period, rules, end)
    moves = [day for day, placement in placements[1:] if not placement.same_carer]
    legal = _legal_statuses(draws, period, end)
    # A new legal status often comes with a new placement: one within three weeks of a move takes its day.
    days = [next((move for move in moves if abs((move - day).days) <= 21), day) for day, _ in legal]
    days[0] = period.started_on
    return merge([(day, status) for day, (_, status) in zip(days, legal, strict=True)], placements)


def _legal_statuses(draws: Draws, period: Period, end: date) -> list[tuple[date, str]]:
    start, days = period.started_on, (end - period.started_on).days
    order_after = draws.between(170, 320)
    if period.reason_ended == "adopted":
        return [(start, INTERIM_ORDER), (later(start, min(order_after, days // 2)), PLACEMENT_ORDER)]
    if period.with_parents_from or period.reason_ended in ("care_order_discharged", "special_guardianship"):
        latest = period.with_parents_from or end
        order_after = min(order_after, (latest - start).days // 2)
        return (
            [(start, INTERIM_ORDER), (later(start, order_after), CARE_ORDER)]
            if order_after > 0
            else [(start, CARE_ORDER)]
        )
    age = period.person.age(start)
    if draws.chance(0.55 if age >= 13 else 0.08 if age < 1 else 0.3):
        statuses = [(start, ACCOMMODATED)]
        if days > 250 and draws.chance(0.4):
            interim = draws.between(40, 120)
            statuses += [(later(start, interim), INTERIM_ORDER)]
            if interim + order_after < days:
                statuses += [(later(start, interim + order_after), CARE_ORDER)]
        return statuses
    statuses = [(start, INTERIM_ORDER)]
    if order_after < days and (period.reason_ended != "returned_home" or days > 450):
        statuses += [(later(start, order_after), CARE_ORDER)]
    return statuses


def _placements(draws: Draws, period: Period, rules: Settings, end: date) -> list[tuple[date, Placement]]:
    start = period.started_on
    kind = _kind(draws, period, start, rules)
    if period.reason_ended == "special_guardianship" and draws.chance(0.7):
        kind = KINSHIP
    placements = [(start, Placement(TOGETHER if period.together_until else kind))]
    for day in _moves(draws, period, rules, end):
        after = KINSHIP if period.reason_ended == "special_guardianship" else _kind(draws, period, day, rules)
        placements.append(
            (day, Placement(after, same_carer=day not in period.moves and draws.chance(rules["same_carer"])))
        )
    last = None
    if period.with_parents_from:
        last = (period.with_parents_from, WITH_PARENTS)
    elif period.reason_ended == "adopted":
        last = (later(end, -min(draws.between(100, 200), (end - start).days // 3)), FOR_ADOPTION)
    if last:
        placements = [item for item in placements if item[0] < last[0]] + [(last[0], Placement(last[1]))]
    if period.together_until and period.together_until < end:
        placements = [placements[0]] + [item for item in placements if item[0] > period.together_until]
        placements.insert(1, (period.together_until, Placement("foster_care")))
    for _, placement in placements:
        shares = rules["placed_in"].get(placement.kind)
        if shares:
            placement.placed_in = draws.weighted(shares)
    return placements


def _moves(draws: Draws, period: Period, rules: Settings, end: date) -> list[date]:
    """Return the days on which a placement gives way to another, in order and never close together."""
    days = (end - period.started_on).days
    expected = rules["moves_first_year"] * min(days, 365) / 365
    expected += rules["moves_later_years"] * min(max(0, days - 365), 2000) / 365
    drawn = [later(period.started_on, draws.early(10, days - 10)) for _ in range(draws.rounded(expected)) if days > 30]
    if period.hold:
        first, last = period.hold
        drawn = [day for day in drawn if not first <= day <= last]
    fixed = sorted(period.moves)
    for day in sorted(drawn):
        if all(abs(day - other) > timedelta(days=10) for other in fixed):
            fixed.append(day)
    return sorted(fixed)


def _kind(draws: Draws, period: Period, day: date, rules: Settings) -> str:
    age = period.person.age(day)
    return draws.weighted(rules["placements"]["baby" if age < 1 else "child" if age < 11 else "older"])
