"""Parents whose children were removed: offers, engagement, later children, and everybody eligible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ehp_eval.synthetic.days import at_work, later
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.families import new_person
from ehp_eval.synthetic.world import Settings, World

DOMAINS = ("wellbeing", "housing", "education_employment")


@dataclass(eq=False)
class Parent:
    """A parent to whom the service was offered."""

    parent_id: str
    region: str
    offered_on: date
    engaged_on: date | None
    ended_on: date | None
    removal_on: date


def build(world: World, settings: Settings) -> list[Parent]:
    """Make the parents of all regions, their later children and their measures."""
    parents: list[Parent] = []
    for cohort in settings["cohort"]:
        draws = world.draws("parents", cohort["region"], cohort["from"].isoformat())
        parents += [
            _parent(world, draws, settings, cohort, engages=position < cohort["engaged"])
            for position in range(cohort["engaged"] + cohort["not_engaged"])
        ]
    for parent in parents:
        draws = world.draws("parents", parent.parent_id)
        world.add(
            "parents",
            parent_id=parent.parent_id,
            region=parent.region,
            offered_on=parent.offered_on,
            engaged_on=parent.engaged_on,
            ended_on=parent.ended_on,
            index_removal_on=parent.removal_on,
            prior_removals=draws.weighted(settings["earlier_removals"]),
        )
        world.add("eligible_parents", parent_id=parent.parent_id, removal_on=parent.removal_on)
        if parent.engaged_on:
            _measure(world, draws, settings, parent)
    _later_children(world, settings, parents)
    _others_eligible(world, settings)
    return parents


def _parent(world: World, draws: Draws, settings: Settings, cohort: Settings, *, engages: bool) -> Parent:
    day = draws.working_day(cohort["from"], cohort["to"])
    offered_on, engaged_on, ended_on = day, None, None
    if engages:
        offered_on = max(settings["starts_on"], at_work(later(day, -draws.early(0, 40)), backwards=True))
        engaged_on = day
        lasted = draws.between(30, 170) if draws.chance(settings["leaving_early"]) else draws.between(190, 640)
        ended_on = later(day, lasted) if later(day, lasted) <= world.extract else None
    removal_on = later(offered_on, -draws.between(30, 900))
    return Parent(world.number("M", 4), cohort["region"], offered_on, engaged_on, ended_on, removal_on)


def _measure(world: World, draws: Draws, settings: Settings, parent: Parent) -> None:
    """Score each domain from 0 to 10; many exits are missing, as they are when a parent leaves early."""
    assert parent.engaged_on is not None
    times = ["entry"]
    if later(parent.engaged_on, 183) <= (parent.ended_on or world.extract):
        times.append("six_months")
    if parent.ended_on:
        times.append("exit")
    for domain in DOMAINS:
        score = draws.between(2, 6)
        for time in times:
            missing = draws.chance(settings["missing"][time])
            world.add(
                "parent_measures",
                parent_id=parent.parent_id,
                timepoint=time,
                domain=domain,
                score=None if missing else score,
            )
            score = min(10, score + draws.between(-1, 2))


def _later_children(world: World, settings: Settings, parents: list[Parent]) -> None:
    """Let a share have another child, and proceedings be issued for some of these."""
    for region in dict.fromkeys(parent.region for parent in parents):
        for engaged in (True, False):
            draws = world.draws("parents", "later_children", region, str(engaged))
            group = [parent for parent in parents if parent.region == region and bool(parent.engaged_on) is engaged]
            having = draws.sample(group, draws.rounded(settings["later_children"] * len(group)))
            for position, parent in enumerate(having):
                _later_child(
                    world,
                    draws,
                    settings,
                    parent,
                    proceedings=position < settings["proceedings"] * len(having),
                )


def _later_child(world: World, draws: Draws, settings: Settings, parent: Parent, *, proceedings: bool) -> None:
    day = parent.engaged_on or parent.offered_on
    due_on = later(day, draws.between(60, 900))
    known_on = later(due_on, -draws.between(100, 200))
    if known_on > world.extract:
        return
    outcome = "" if due_on > world.extract else draws.weighted(settings["outcomes"])
    number = world.number("G", 4)
    world.add(
        "pregnancies",
        pregnancy_id=number,
        parent_id=parent.parent_id,
        known_on=known_on,
        due_on=due_on,
        outcome=outcome,
    )
    if outcome != "live_birth":
        return
    born_on = min(later(due_on, draws.between(-20, 8)), later(world.extract, -1))
    baby = new_person(world, draws, born_on)
    world.add("babies", baby_id=baby.person_id, pregnancy_id=number, born_on=born_on)
    issued_on = later(born_on, draws.early(0, 40))
    if not proceedings or issued_on > world.extract:
        return
    world.event(baby, issued_on, "proceedings_issued")
    # The looked-after records are those of one authority: a removal in another region is not among them.
    if parent.region == settings["own_region"] and draws.chance(settings["removed"]):
        period = world.enter_care(baby, issued_on, planned="Y", need="abuse_or_neglect")
        world.keep_in_care(period, may_end_from=later(issued_on, 30))


def _others_eligible(world: World, settings: Settings) -> None:
    """List the parents with a removal whom nobody referred."""
    for region, number in settings["other_removals_a_year"].items():
        for begins in range(settings["removals_from"], world.extract.year + 1):
            draws = world.draws("parents", "others", region, str(begins))
            for _ in range(draws.rounded(number * draws.between(80, 120) / 100)):
                day = draws.day(date(begins, 1, 1), date(begins, 12, 31))
                if day <= world.extract:
                    world.add("eligible_parents", parent_id=world.number("M", 4), removal_on=day)
