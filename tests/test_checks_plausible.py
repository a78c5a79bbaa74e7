"""Rules about whole tables: each on as little as it takes, beside tables that only just do not break it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ehp_eval.checks import council_faults, plausible
from ehp_eval.checks.fault import Fault
from ehp_eval.checks.rule import Evidence
from ehp_eval.errors import DataError
from ehp_eval.load import load_council
from tests.councils import Row, council_of, episode, referral, status, write_council

Said = list[tuple[str, str, str, str]]


def faults(**tables: list[Row]) -> list[Fault]:
    council = council_of(**tables)
    evidence = Evidence(council.tables, council.settings, {service.id: service for service in council.services})
    return [fault for rule in plausible.RULES for fault in rule.faults(evidence)]


def said(found: Iterable[Fault]) -> Said:
    assert all(fault.rows == () for fault in found)
    return [(fault.severity, fault.rule, fault.table, fault.column) for fault in found]


def referred(ids: Iterable[str], **columns: Any) -> list[Row]:
    return [referral(each, "2021-09-01", **columns) for each in ids]


def cared(ids: Iterable[str], on: str = "2021-09-02") -> list[Row]:
    return [episode(each, on) for each in ids]


def numbers(n: int, form: str = "{}") -> list[str]:
    return [form.format(101 + each) for each in range(n)]


WRITTEN = "ids written differently"


@pytest.mark.parametrize(
    ("own", "theirs", "table"),
    [
        # The side that has lost zeros is at fault, whichever it is, and else the one with something added.
        pytest.param("{}", "00{}", "referrals", id="zeros lost in one"),
        pytest.param("00{}", "{}", "looked_after_episodes", id="zeros lost in the other"),
        pytest.param("{}.0", "{}", "referrals", id="numbers"),
        pytest.param("{}", "{}-1", None, id="other ids"),
        pytest.param("{}-1", "{}1", "referrals", id="dashes"),
        pytest.param("{} 1", "{}1", "referrals", id="spaces"),
        pytest.param("{}a", "{}A", "looked_after_episodes", id="capitals"),
        pytest.param("{}", "{}", None, id="alike"),
    ],
)
def test_ids_that_a_spreadsheet_has_changed(own: str, theirs: str, table: str | None) -> None:
    found = faults(referrals=referred(numbers(4, own)), looked_after_episodes=cared(numbers(4, theirs)))
    assert said(found) == ([("error", WRITTEN, table, "person_id")] if table else [])
    assert not any(number in fault.message for fault in found for number in numbers(4))


@pytest.mark.parametrize(("changed", "alike", "wrong"), [(2, 0, False), (3, 0, True), (3, 57, True), (3, 58, False)])
def test_it_takes_three_ids_and_a_twentieth_of_those_that_meet(changed: int, alike: int, wrong: bool) -> None:
    ids = numbers(changed + alike)
    others = [f"0{each}" for each in ids[:changed]] + ids[changed:]
    found = faults(persons=[{"person_id": each} for each in others], referrals=referred(ids + numbers(90, "x{}")))
    assert said(found) == [("error", WRITTEN, "referrals", "person_id")] * wrong


def test_one_of_several_files_that_lost_its_zeros_is_seen_beside_the_others() -> None:
    whole, short = numbers(4, "0{}"), numbers(4)
    found = faults(referrals=referred(whole), looked_after_episodes=[*cared(whole), *cared(short, "2021-09-05")])
    assert said(found) == [("error", WRITTEN, "looked_after_episodes", "person_id")]


def test_all_tables_that_hold_the_ids_are_named_together() -> None:
    whole = numbers(3, "0{}")
    found = faults(
        referrals=referred(numbers(3)),
        looked_after_episodes=cared(whole),
        status_events=[status(each, "2021-09-03", "registered") for each in whole],
    )
    assert said(found) == [("error", WRITTEN, "referrals", "person_id")]
    assert "some of looked_after_episodes and status_events only" in found[0].message


@pytest.mark.parametrize(
    ("tables", "column"),
    [
        ({"contacts": [{"referral_id": f"{n}", "contact_on": "2021-09-03"} for n in (1, 2, 3)]}, "referral_id"),
        ({"assessments": [{"referral_id": f"{n}"} for n in (1, 2, 3)]}, "referral_id"),
        ({"pregnancies": [{"pregnancy_id": f"p{n}", "referral_id": f"{n}"} for n in (1, 2, 3)]}, "referral_id"),
        ({"persons": [{"person_id": f"c{n}", "family_id": f"{n}"} for n in (1, 2, 3)]}, "family_id"),
    ],
)
def test_ids_of_referrals_and_families_are_held_against_theirs(tables: dict[str, list[Row]], column: str) -> None:
    rows = [referral(f"c{n}", "2021-09-01", referral_id=f"0{n}", family_id=f"0{n}") for n in (1, 2, 3)]
    (table,) = tables
    assert said(faults(referrals=rows, **tables)) == [("error", WRITTEN, table, column)]


def test_a_parent_may_have_the_number_of_somebody_elses_child() -> None:
    parents = [{"parent_id": each, "offered_on": "2021-09-01"} for each in numbers(5)]
    assert faults(referrals=referred(numbers(5, "0{}")), parents=parents) == []
    eligible = [{"parent_id": each, "removal_on": "2021-09-01"} for each in numbers(5, "0{}")]
    assert said(faults(parents=parents, eligible_parents=eligible)) == [("error", WRITTEN, "parents", "parent_id")]


MEET = ("error", "ids that never meet", "looked_after_episodes", "person_id")


@pytest.mark.parametrize(
    ("referred_ids", "looked_after_ids", "wrong"),
    [
        (numbers(30, "r{}"), numbers(30, "c{}"), True),
        (numbers(29, "r{}"), numbers(30, "c{}"), False),
        (numbers(30, "r{}"), numbers(29, "c{}"), False),
        (numbers(30, "r{}"), [*numbers(29, "c{}"), "r101"], False),
    ],
)
def test_thirty_and_thirty_of_whom_nobody_is_in_both(
    referred_ids: list[str], looked_after_ids: list[str], wrong: bool
) -> None:
    found = faults(referrals=referred(referred_ids), looked_after_episodes=cared(looked_after_ids))
    assert said(found) == [MEET] * wrong


def test_parents_are_not_expected_among_the_looked_after() -> None:
    parents = referred(numbers(30, "r{}"), service="afresh", stream="parent_support")
    assert faults(referrals=parents, looked_after_episodes=cared(numbers(30, "c{}"))) == []


def test_a_child_known_by_another_id_from_birth_is_met() -> None:
    persons = [{"person_id": "r101", "birth_person_id": "c101"}]
    rows = {"referrals": referred(numbers(30, "r{}")), "looked_after_episodes": cared(numbers(30, "c{}"))}
    assert faults(persons=persons, **rows) == []


@pytest.mark.parametrize(
    ("compared", "of_events", "wrong"),
    [
        (numbers(30, "k{}"), ["c101"], True),
        (numbers(29, "k{}"), ["c101"], False),
        (numbers(30, "k{}"), ["c101", "k101"], False),
        (numbers(30, "k{}"), ["x101"], False),
        (numbers(30, "k{}"), [], False),
    ],
)
def test_a_comparison_group_without_events_beside_referred_children_with_them(
    compared: list[str], of_events: list[str], wrong: bool
) -> None:
    events = [status(each, "2021-09-03", "registered") for each in of_events]
    found = faults(referrals=referred(["c101"]), comparison=referred(compared), status_events=events)
    assert said(found) == [("warning", "ids that never meet", "comparison", "person_id")] * wrong


CLOSURES = "closures do not link"


def closures(of: int, linked: int, service: str = "doorstep", stem: str = "a", **columns: Any) -> dict[str, list[Row]]:
    """Children closed as entered care, of whom the first ones did on that day."""
    ids = numbers(of, stem + "{}")
    end = {"support_ended_on": "2021-09-20", "end_reason": "entered_care"}
    rows = referred(ids, service=service, **(end | columns))
    return {"referrals": rows, "looked_after_episodes": cared([*ids[:linked], "x"], "2021-09-20")}


def both(one: dict[str, list[Row]], other: dict[str, list[Row]]) -> dict[str, list[Row]]:
    return {name: one[name] + other[name] for name in one}


@pytest.mark.parametrize(
    ("of", "linked", "severity"),
    [(4, 0, None), (5, 2, "error"), (6, 3, "warning"), (9, 8, "warning"), (10, 9, None), (5, 5, None)],
)
def test_closures_as_entered_care_are_borne_out_by_the_episodes(of: int, linked: int, severity: str | None) -> None:
    found = faults(**closures(of, linked))
    assert said(found) == ([(severity, CLOSURES, "referrals", "end_reason")] if severity else [])
    assert all(f"only {linked} of {of} referrals closed" in fault.message for fault in found)


def test_a_service_with_ids_of_its_own_is_found_among_those_that_link() -> None:
    # 12 of 17 in all, 12 of 12 and none of 5.
    found = faults(**both(closures(12, 12), closures(5, 0, service="homeward", stem="b")))
    assert said(found) == [(severity, CLOSURES, "referrals", "end_reason") for severity in ("error", "warning")]
    assert "only 0 of 5 referrals to homeward closed" in found[0].message
    assert "only 12 of 17 referrals closed" in found[1].message


@pytest.mark.parametrize(
    "columns",
    [
        {"end_reason": "completed"},
        {"support_ended_on": ""},
        {"accepted": "N"},
        {"stream": "parent_support", "service": "afresh"},
    ],
)
def test_other_closures_say_nothing(columns: dict[str, str]) -> None:
    assert faults(**closures(5, 0, **columns)) == []


def test_without_episodes_no_closure_is_judged() -> None:
    assert faults(referrals=closures(5, 0)["referrals"]) == []


def spread(n: int, last: str) -> list[str]:
    """So many days, a week apart, up to this one."""
    return [(date.fromisoformat(last) - timedelta(weeks=each)).isoformat() for each in range(n)]


STOP = ("extract date", "looked_after_episodes", "started_on, ended_on")


@pytest.mark.parametrize(
    ("n", "last", "severity"),
    [
        # Before 30 September 2021: 1 August is 60 days, 31 March 183.
        (50, "2021-08-01", None),
        (50, "2021-07-31", "warning"),
        (50, "2021-03-31", "warning"),
        (50, "2021-03-30", "error"),
        (49, "2021-03-30", None),
    ],
)
def test_episodes_that_stop_before_the_extract(n: int, last: str, severity: str | None) -> None:
    found = faults(looked_after_episodes=[episode(f"c{number}", day) for number, day in enumerate(spread(n, last))])
    assert said(found) == ([(severity, *STOP)] if severity else [])
    assert all("and the extract date in September 2021" in fault.message for fault in found)
    assert all(last not in fault.message for fault in found)


def test_an_end_counts_as_a_date_and_one_after_the_extract_does_not() -> None:
    rows = [episode(f"c{number}", day) for number, day in enumerate(spread(50, "2020-03-31"))]
    assert [fault.severity for fault in faults(looked_after_episodes=rows)] == ["error"]
    rows[0]["ended_on"] = "2035-01-01"
    assert [fault.severity for fault in faults(looked_after_episodes=rows)] == ["error"]
    rows[0]["ended_on"] = "2021-09-01"
    assert faults(looked_after_episodes=rows) == []


def test_referrals_that_stop_before_the_extract_are_a_warning() -> None:
    rows = [referral(f"r{number}", day) for number, day in enumerate(spread(50, "2021-07-31"))]
    found = faults(referrals=rows)
    assert said(found) == [("warning", "extract date", "referrals", "referred_on")]
    assert "in July 2021, and the extract date in September 2021" in found[0].message
    assert faults(referrals=[*rows[1:], referral("last", "2021-08-01")]) == []


def in_year(first: int, n: int, length: Callable[[int], str]) -> list[Row]:
    """Episodes that begin on the first days of a financial year."""
    return [episode(f"c{first}-{day}", f"{first}-04-{day + 1:02}", length(first)) for day in range(n)]


def test_a_year_without_any_episode_is_a_missing_file() -> None:
    def ends(year: int) -> str:
        return f"{year}-06-30"

    rows = [*in_year(2017, 10, ends), *in_year(2019, 10, ends)]
    found = faults(looked_after_episodes=rows)
    assert said(found) == [("error", "a year is missing", "looked_after_episodes", "started_on, ended_on")]
    assert "no episode begins or ends in 2018-19" in found[0].message
    assert faults(looked_after_episodes=rows[1:]) == []
    assert faults(looked_after_episodes=[*rows, episode("one", "2018-04-01", "2019-03-31")]) == []
    later = [*in_year(2017, 10, ends), *in_year(2020, 10, ends)]
    assert [fault.message.split(",")[0] for fault in faults(looked_after_episodes=later)] == [
        "no episode begins or ends in 2018-19",
        "no episode begins or ends in 2019-20",
    ]


def test_a_year_in_which_nothing_ends_is_a_missing_file_too() -> None:
    # The file of the next year holds those of the missing one that went on.
    rows = [
        *in_year(2017, 10, lambda year: f"{year}-06-30"),
        *in_year(2018, 2, lambda year: f"{year + 1}-05-31"),
        *in_year(2019, 8, lambda year: f"{year}-06-30"),
    ]
    found = faults(looked_after_episodes=rows)
    assert [fault.message.split(",")[0] for fault in found] == ["no episode ends in 2018-19"]
    # Where closed episodes are not exported before some year, nothing is missing between two.
    assert faults(looked_after_episodes=[{**row, "ended_on": ""} for row in rows]) == []


def test_codes_of_the_settings_that_no_episode_has() -> None:
    rows = [episode(f"c{number}", "2021-09-01", "2021-09-02", reason_ended="went home") for number in range(200)]
    found = faults(looked_after_episodes=rows)
    columns = ("legal_status", "placement_type", "reason_ended")
    assert said(found) == [("warning", "codes of the settings", "looked_after_episodes", name) for name in columns]
    settings = ("respite_legal_statuses", "placed_with_parents", "returned_home")
    assert all(f"correct looked_after.{name}" in fault.message for name, fault in zip(settings, found, strict=True))
    assert faults(looked_after_episodes=rows[:199]) == []
    rows[7] |= {"legal_status": "V4", "placement_type": "placed_with_parents", "reason_ended": "returned_home"}
    assert faults(looked_after_episodes=rows) == []


def test_such_an_error_cannot_be_left_out(tmp_path: Path) -> None:
    found = closures(5, 0) | {"looked_after_episodes": cared(["x"])}
    with pytest.raises(DataError, match="only 0 of 5 referrals closed as entered_care"):
        load_council(write_council(tmp_path, **found), allow_excluded=True)


def test_an_unknown_team_is_listed_with_the_services_and_what_to_do() -> None:
    rows = [*referred(numbers(3), service="Edge of care team"), *referred(["x", "y"], service="Mair Jones")]
    council = council_of(referrals=rows)
    services = {service.id: service for service in council.services}
    (found,) = (
        each for each in council_faults(council.tables, council.settings, services) if each.rule[:7] == "unknown"
    )
    assert found.rows == (2, 3, 4, 5, 6)
    assert "the services are afresh, cradle, doorstep, homeward;" in found.message
    assert '"Edge of care team" (3 rows)' in found.message
    assert "[referrals.codes.service] in mapping.toml, or add services/<id>.toml" in found.message
    assert "Jones" not in found.message
