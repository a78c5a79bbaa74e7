"""What would flatter a service beside its comparison group, and does not: each case counted by hand."""

from __future__ import annotations

import pytest

from tests.councils import episode, referral, status
from tests.test_comparison import COMPARED, DAY, SERVED, compared, group, together

LATER = "2020-10-01"


def test_a_waiting_list_whose_children_are_accepted_later_stays_whole() -> None:
    # 12 of 20 and 5 of 10 of the comparison stay out of care. The 17 are accepted when the year is over: without them
    # the comparison would be the 13 who entered care.
    later = [referral(f"F{n}", LATER) for n in range(12)] + [referral(f"M{n}", LATER) for n in range(5)]
    found, plain = compared(SERVED, COMPARED, {"referrals": later}), compared(SERVED, COMPARED)
    assert (found.later_supported, plain.later_supported) == (17, 0)
    assert found.left_out == plain.left_out == {}
    assert found.outcome is not None
    assert plain.outcome is not None
    assert found.outcome.difference == plain.outcome.difference


def test_a_child_accepted_on_the_day_from_which_it_is_compared_is_no_comparison() -> None:
    found = compared(SERVED, COMPARED, {"referrals": [referral("F0", DAY)]})
    assert found.left_out == {"also_supported": 1}
    assert found.later_supported == 0


# Of 40 children of the comparison two moved away: 38 of 40 are known, 95%. Of three more it is too few.
@pytest.mark.parametrize(("moved", "refused"), [(2, ""), (3, "status_unknown")])
@pytest.mark.parametrize("served", [False, True])
def test_a_group_of_whom_too_few_are_known_is_refused(moved: int, refused: str, served: bool) -> None:
    away = {"status_events": [status(f"{'s' if served else 'c'}{n}", "2019-08-01", "moved_away") for n in range(moved)]}
    found = compared(group("s", True, 40, 40), group("c", False, 40, 38), away)
    assert found.refused == refused
    assert (found.outcome is None) == bool(refused)
    assert found.known == (1 if served else (40 - moved) / 40)


def test_harm_is_not_compared_where_it_is_unknown_of_too_many() -> None:
    # Eight of the service's children enter care, of whom nobody wrote down whether it was planned.
    tables = together(group("s", True, 40, 32), group("c", False, 40, 32))
    known = compared(tables)
    assert known.harm is not None
    rows = [
        dict(row, planned="") if row["person_id"].startswith("s") else row for row in tables["looked_after_episodes"]
    ]
    unknown = compared({**tables, "looked_after_episodes": rows})
    assert unknown.outcome is not None
    assert unknown.harm is None


def test_a_group_of_whom_nobody_ever_entered_care_is_refused() -> None:
    # As when the episodes of its children were not extracted.
    assert compared(group("s", True, 40, 30), group("c", False, 40, 40)).refused == "no_events"
    assert compared(group("s", True, 40, 40), group("c", False, 40, 39)).refused == ""


# None of the one, two of the other; the other way round; none and none; one and two.
@pytest.mark.parametrize(("own", "theirs", "compared_too"), [(0, 2, False), (2, 0, False), (0, 0, True), (1, 2, True)])
def test_harm_in_one_group_alone_is_not_compared(own: int, theirs: int, compared_too: bool) -> None:
    found = compared(group("s", True, 40, 30, harmed=own), group("c", False, 40, 30, harmed=theirs))
    assert found.outcome is not None
    assert (found.harm is not None) == compared_too


# Of 40 children one in ten, and one more.
@pytest.mark.parametrize(("unknown", "refused"), [(4, ""), (5, "alike_unknown")])
def test_who_is_like_whom_must_be_known(unknown: int, refused: str) -> None:
    known = [group("s", True, 40 - unknown, 30), group("c", False, 40 - unknown, 30)]
    others = [group("sx", True, unknown, unknown, sex="U"), group("cx", False, unknown, unknown, sex="U")]
    assert compared(*known, *others).refused == refused


def test_an_earlier_period_of_care_is_no_event() -> None:
    before = {"looked_after_episodes": [episode("s0", "2018-01-01", "2018-02-01")]}
    found = compared(group("s", True, 20, 20), group("c", False, 20, 19), before)
    assert found.outcome is not None
    assert found.outcome.service == 1
