"""What real records hold beside the plain case: unknown ends, blanks, respite, dirt of joined returns."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from ehp_eval.synthetic.care import RESPITE
from ehp_eval.synthetic.days import later, year_bounds
from ehp_eval.synthetic.draws import Draws
from ehp_eval.synthetic.placements import looked_after_child
from ehp_eval.synthetic.referring import open_case
from ehp_eval.synthetic.world import Case, Referral, Row, Settings, World


def roughen(world: World, service: Settings, year: str, cases: list[Case], rough: Settings) -> None:
    """Make some cases of a year hard to judge.

    Parameters
    ----------
    rough : mapping
        How many children moved_away before closure (some of their families with care later), have an
        outcome_unknown or are still_open, how many referrals lack other dates or a status
        (blanks), how many children have no person record (unrecorded), how many died afterwards, and how
        many more are referred though they are looked_after.
    """
    draws = world.draws(service["id"], "rough", year)
    plain = draws.shuffled(
        case
        for case in cases
        if len(case.referrals) == 1 and case.untouched() and case.free_from == later(case.closed_on, 1)
    )
    ones = [case.referrals[0] for case in plain]
    for position in range(rough.get("moved_away", 0)):
        _move_away(world, draws, ones.pop(), entering=position == 0)
    for _ in range(rough.get("outcome_unknown", 0)):
        ones.pop().outcome = "U"
    for _ in range(rough.get("still_open", 0)):
        referral = ones.pop()
        referral.support_ended_on, referral.end_reason, referral.outcome = None, "", ""
        referral.person.supported_until = world.extract
    for _ in range(rough.get("unrecorded", 0)):
        ones.pop().person.recorded = False
    for _ in range(rough.get("died", 0)):
        referral = ones.pop()
        world.leave(referral.person, later(referral.support[1], draws.between(30, 250)), "died")
    for position in range(rough.get("blanks", 0)):
        referral = draws.pick(ones)
        if position % 3 == 0:
            referral.first_contact_on = None
        elif position % 3 == 1:
            referral.support_started_on = None
        else:
            referral.status = ""
    for _ in range(rough.get("looked_after", 0)):
        _already_looked_after(world, draws, service, year)


def _already_looked_after(world: World, draws: Draws, service: Settings, year: str) -> None:
    """Refer a looked-after child to the edge of care: the evaluation has to leave it out."""
    first, last = year_bounds(year)
    day = draws.working_day(max(first, service["starts_on"]), last)
    period = looked_after_child(world, draws, day)
    open_case(world, draws, service, [period.person], day, stream="edge_of_care", status="looked_after")
    world.keep_in_care(period, may_end_from=later(day, 200))


def _move_away(world: World, draws: Draws, referral: Referral, *, entering: bool) -> None:
    day = later(referral.support[0], draws.between(5, 14))
    referral.close(day, "moved_away", "U")
    referral.person.supported_until = day
    world.leave(referral.person, day, "moved_away")
    if entering:
        # The family came back, or another council asked: an entry after the move, seen only by chance.
        period = world.enter_care(
            referral.person, later(day, draws.between(60, 200)), planned="N", need="family_dysfunction"
        )
        world.keep_in_care(period, may_end_from=later(period.started_on, 30))


def add_respite(world: World) -> list[Row]:
    """Return short breaks of referred and other children at home, as rows of the looked-after table."""
    settings = world.scenario.get("respite", {"children": 0})
    draws = world.draws("respite")
    rows = []
    disabled = [
        referral
        for referral in world.referrals
        if referral.accepted_on
        and referral.stream == "edge_of_care"
        and referral.person.traits["disability"] == "Y"
        and not referral.person.periods
        and referral.person.left_on is None
        and referral.person.recorded
    ]
    for referral in draws.sample(dict.fromkeys(disabled), settings["children"]):
        assert referral.accepted_on is not None
        day = later(referral.accepted_on, -draws.between(0, 3))
        for _ in range(draws.between(*settings["breaks"])):
            until = later(day, draws.between(2, 6))
            if until > world.extract or until >= referral.person.eighteenth:
                break
            rows.append(_break(referral, day, until))
            day = later(day, draws.between(20, 60))
    return rows


def _break(referral: Referral, day: date, until: date) -> Row:
    return {
        "person_id": referral.person.person_id,
        "started_on": day.isoformat(),
        "reason_started": "started",
        "legal_status": RESPITE,
        "need": "child_disability",
        "placement_type": "foster_care",
        "provider": "local_authority",
        "ended_on": until.isoformat(),
        "reason_ended": "returned_home",
        "planned": "Y",
        "placed_in": "in_county",
        "parent_and_baby": "N",
    }


def soil(world: World, rows: list[Row]) -> list[Row]:
    """Return the episodes with the harmless dirt of joined yearly returns.

    Rows that are repeated, open where a later return closes them, never closed though another follows, one
    day short or a few days long, or with blanks around codes, and periods whose first episode is not in
    the extract. None of it changes on which of the counted days a child is looked after.
    """
    settings = world.scenario.get("dirt")
    if settings is None:
        return rows
    draws = world.draws("dirt")
    followed = {id(before) for before, after in pairwise(rows) if _continues(before, after)}
    clean = draws.shuffled(
        row for row in rows if id(row) in followed and row["ended_on"] != "" and _far_from_counts(world, row)
    )
    for _ in range(settings["a_day_short"]):
        row = clean.pop()
        row["ended_on"] = (date.fromisoformat(row["ended_on"]) - timedelta(days=1)).isoformat()
    for _ in range(settings["never_closed"]):
        clean.pop().update(ended_on="", reason_ended="")
    for _ in range(settings["some_days_long"]):
        row = clean.pop()
        row["ended_on"] = later(date.fromisoformat(row["ended_on"]), 3).isoformat()
    missing = [
        row
        for row in clean
        if row["reason_started"] == "started"
        and row["ended_on"] < world.records_from.isoformat()
        and row["legal_status"] != RESPITE
    ][: settings["first_missing"]]
    rows = [row for row in rows if not any(row is other for other in missing)]
    repeated = [dict(row) for row in draws.sample(rows, settings["repeated"])]
    closed = [row for row in rows if row["ended_on"] and row["legal_status"] != RESPITE]
    left_open = [{**row, "ended_on": "", "reason_ended": ""} for row in draws.sample(closed, settings["left_open"])]
    for row in draws.sample(rows, settings["blanks_around"]):
        column = draws.pick(("legal_status", "placement_type", "reason_started"))
        row[column] = f" {row[column]}" if draws.chance(0.5) else f"{row[column]} "
    return rows + repeated + left_open


def _continues(before: Row, after: Row) -> bool:
    """Whether an episode goes on in the next, and that for so long that its dirt stays within the period."""
    goes_on = before["person_id"] == after["person_id"] and before["ended_on"] == after["started_on"]
    return goes_on and (after["ended_on"] == "" or _length(after) > 10)


def _length(row: Row) -> int:
    return (date.fromisoformat(row["ended_on"]) - date.fromisoformat(row["started_on"])).days


def _far_from_counts(world: World, row: Row) -> bool:
    ended_on = date.fromisoformat(row["ended_on"])
    days = [entry["day"] for entry in world.scenario["looked_after"]["counted"]]
    return _length(row) > 10 and all(abs((ended_on - day).days) > 10 for day in days)
