"""What always holds of a cohort: found on many small councils that nobody wrote."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.measures.figures import figures_frame
from ehp_eval.measures.registry import cohort_figures
from ehp_eval.years import Period
from tests.cohorts import Tables, cohort
from tests.councils import Row, council_of, declined, episode, referral, status

FIRST, EXTRACT = date(2018, 4, 1), date(2021, 9, 30)
LAST = (EXTRACT - FIRST).days
PERIOD = Period(2018, 2020)
CHILDREN = [f"c{number}" for number in range(6)]
a_child = st.sampled_from(CHILDREN)


def day(offset: int) -> str:
    return (FIRST + timedelta(days=offset)).isoformat()


@st.composite
def small_councils(draw: st.DrawFn) -> Tables:
    """Case records of six children, all dates within the extract."""
    came = st.tuples(
        a_child,
        st.sampled_from(["edge_of_care", "edge_of_care", "placement_support"]),
        st.integers(0, LAST - 40),
        st.none() | st.integers(0, 20),
        st.none() | st.integers(0, 200),
        st.sampled_from(["completed", "moved_away", "died", ""]),
    )
    referrals = []
    for number, (who, stream, on, lag, length, reason) in enumerate(draw(st.lists(came, min_size=1, max_size=12))):
        row = {"stream": stream, "referral_id": f"r{number}"}
        if lag is None:
            referrals.append(declined(who, day(on), **row))
            continue
        if length is not None and on + lag + length <= LAST:
            row |= {"support_ended_on": day(on + lag + length), "end_reason": reason}
        referrals.append(referral(who, day(on + lag), **row, referred_on=day(on)))

    stay = st.tuples(a_child, st.integers(-100, LAST), st.integers(1, 300))
    stays = draw(st.lists(stay, max_size=8, unique_by=lambda each: each[:2]))
    happened = st.tuples(
        a_child,
        st.sampled_from(["died", "adopted", "special_guardianship", "moved_away", "registered"]),
        st.integers(0, LAST),
    )
    return {
        "referrals": referrals,
        "looked_after_episodes": [
            episode(who, day(on), day(on + length) if on + length <= LAST else "") for who, on, length in stays
        ],
        "status_events": [status(who, day(on), kind) for who, kind, on in draw(st.lists(happened, max_size=4))],
        "persons": [
            {"person_id": who, "birth_month": f"{draw(st.integers(2000, 2004))}-{draw(st.integers(1, 12)):02d}"}
            for who in CHILDREN[:2]
        ],
    }


def days_in_care(episodes: list[Row], who: str) -> set[date]:
    """The days on which a child is looked after: from the start to the day before the end."""
    own = sorted((row["started_on"], row["ended_on"]) for row in episodes if row["person_id"] == who)
    days = set()
    for position, (started, ended) in enumerate(own):
        if not ended:  # left open: up to the next start, or still open
            ended = own[position + 1][0] if position + 1 < len(own) else day(LAST + 1)
        on = date.fromisoformat(started)
        while on < date.fromisoformat(ended):
            days.add(on)
            on += timedelta(days=1)
    return days


def followed_day_by_day(tables: Tables, who: str) -> tuple[Any, ...] | None:
    """Excluded, cause, days, outcomes at 91 and 365 of one child at the edge of care; None where never accepted."""
    own = [row for row in tables["referrals"] if row["person_id"] == who and row["stream"] == "edge_of_care"]
    taken = sorted(
        (row["accepted_on"], row["referred_on"], row["referral_id"], row)
        for row in own
        if row["accepted"] == "Y" and row["accepted_on"] <= "2021-03-31"
    )
    if not taken:
        return None
    chosen = taken[0][3]
    t0 = date.fromisoformat(chosen["accepted_on"])
    in_care = days_in_care(tables["looked_after_episodes"], who)
    ends = {(row["date"], row["type"]) for row in tables["status_events"] if row["person_id"] == who}
    if chosen.get("end_reason") in ("died", "moved_away"):
        ends.add((chosen["support_ended_on"], chosen["end_reason"]))
    for person in tables["persons"]:
        if person["person_id"] == who:
            year, month = map(int, person["birth_month"].split("-"))
            grown_up = date(year + 18 + month // 12, month % 12 + 1, 1)
            if grown_up <= t0:
                return ("aged_18",)
            ends.add((grown_up.isoformat(), "turned_18"))
    if t0 in in_care and t0 - timedelta(days=1) in in_care:
        return ("looked_after_at_t0",)
    cause, on = "extract", t0
    while on <= EXTRACT:
        kinds = {kind for when, kind in ends if when == on.isoformat()}
        if on in in_care:
            cause = "event"
        elif "died" in kinds:
            cause = "died"
        elif kinds & {"adopted", "special_guardianship", "turned_18"}:
            cause = "competing"
        elif "moved_away" in kinds:
            cause = "moved_away"
        else:
            on += timedelta(days=1)
            continue
        break
    days = (min(on, EXTRACT) - t0).days

    def outcome(window: int) -> str | None:
        if t0 + timedelta(days=window) > EXTRACT:
            return None
        known = {"event": "event", "died": "died", "moved_away": "unknown"}
        return known.get(cause, "no_event") if days <= window else "no_event"

    return None, cause, days, outcome(91), outcome(365)


@settings(deadline=None, max_examples=30)
@given(small_councils())
def test_the_cohort_is_what_following_each_child_day_by_day_gives(tables: Tables) -> None:
    built = cohort(council_of(**tables), year=PERIOD)
    found = {}
    for _, row in built.rows.iterrows():
        if not pd.isna(row["excluded"]):
            found[row["unit_id"]] = (row["excluded"],)
            continue
        known = {"entered_care": "event", "died": "died", "censored": row["censored_by"]}
        outcomes = [None if pd.isna(row[name]) else row[name] for name in ("outcome_91", "outcome_365")]
        found[row["unit_id"]] = (None, known.get(row["cause"], "competing"), row["days"], *outcomes)
    expected = {who: followed_day_by_day(tables, who) for who in CHILDREN}
    assert found == {who: each for who, each in expected.items() if each is not None}
    # Rows in = rows used and rows left out, counted here from the records.
    dates = [
        row["accepted_on"] if row["accepted"] == "Y" else row["referred_on"]
        for row in tables["referrals"]
        if row["stream"] == "edge_of_care"
    ]
    assert built.step("referrals") == sum(on <= "2021-03-31" for on in dates)
    assert built.step("children_accepted") == len(found)


def shuffled(tables: Tables, luck: random.Random) -> Tables:
    return {name: luck.sample(rows, len(rows)) for name, rows in tables.items()}


def with_respite(tables: Tables, luck: random.Random) -> Tables:
    stays = [
        episode(
            who,
            day(luck.randint(0, LAST)),
            legal_status=luck.choice(["V3", "V4"]),
            reason_started=luck.choice(["started", "placement"]),
        )
        for who in CHILDREN
        for _ in range(2)
    ]
    return tables | {"looked_after_episodes": tables["looked_after_episodes"] + stays}


def with_others(tables: Tables, luck: random.Random) -> Tables:
    """Children of another service, the same ones and others, and what happened to the others."""
    others = ["x1", "x2"]
    came = [
        referral(who, day(luck.randint(0, LAST)), service="homeward", stream=stream)
        for who in [*CHILDREN, *others]
        for stream in ("reunification", "placement_support")
    ]
    return tables | {
        "referrals": tables["referrals"] + came,
        "looked_after_episodes": tables["looked_after_episodes"]
        + [episode(who, day(luck.randint(0, LAST))) for who in others],
        "status_events": tables["status_events"] + [status(who, day(luck.randint(0, LAST)), "died") for who in others],
        "persons": tables["persons"] + [{"person_id": who, "birth_month": "2002-06"} for who in others],
    }


def figures_and_flow(tables: Tables) -> tuple[str, str]:
    council = council_of(**tables)
    cohorts = [cohort(council, year=PERIOD, stream=stream) for stream in ("edge_of_care", "placement_support")]
    figures = figures_frame([row for built in cohorts for row in cohort_figures(council, built, kind=built.stream)])
    flows = pd.concat([built.flow for built in cohorts])
    return figures.to_csv(), flows.sort_values(["window_days", "step", "reason", "count"]).to_csv(index=False)


@settings(deadline=None, max_examples=10)
@given(small_councils(), st.sampled_from([shuffled, with_respite, with_others]), st.randoms())
def test_no_figure_changes_with_the_order_of_rows_with_respite_or_with_other_services(
    tables: Tables, change: Any, luck: random.Random
) -> None:
    assert figures_and_flow(change(tables, luck)) == figures_and_flow(tables)
