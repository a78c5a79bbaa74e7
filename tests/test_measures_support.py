"""First contact in time, and the amount of support: cohorts small enough to count by hand.

Doorstep sets out to give 2 visits a week for 4 weeks. Everybody is accepted on 2020-06-01, a Monday, where nothing else
is said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ehp_eval.config import Dose
from ehp_eval.load import Council
from ehp_eval.measures.dose import dose_delivered
from ehp_eval.measures.timeliness import first_contact_in_time
from tests.cohorts import cohort, share
from tests.councils import Row, council_of, episode, referral, status

DAY = "2020-06-01"


def timely(council: Council) -> list[dict[str, Any]]:
    return first_contact_in_time(council, cohort(council))


def test_first_contact_by_the_second_working_day() -> None:
    council = council_of(
        referrals=[
            referral("on the second day", DAY, first_contact_on="2020-06-03"),
            referral("on the third", DAY, first_contact_on="2020-06-04"),
            referral("before acceptance", DAY, referred_on="2020-05-20", first_contact_on="2020-05-25"),
            referral("Saturday", "2020-06-06", first_contact_on="2020-06-09"),
            referral("Saturday, late", "2020-06-06", first_contact_on="2020-06-10"),
            # Friday 8 May 2020 was a bank holiday.
            referral("Thursday", "2020-05-07", first_contact_on="2020-05-12"),
            referral("Christmas", "2020-12-24", first_contact_on="2020-12-30"),
            referral("Christmas, late", "2020-12-24", first_contact_on="2020-12-31"),
            referral("in care", DAY, first_contact_on=DAY),
            referral("never", DAY),
        ],
        looked_after_episodes=[episode("in care", "2020-01-01")],
    )
    # Late: three of them, and the one who was never met. Being in care leaves nobody out.
    (row,) = timely(council)
    assert (row["measure"], share(row), row["window_days"]) == ("eoc3", (6, 10), None)
    assert row["note"] == "1 with no contact recorded, counted as not in time"
    # R: prop.test(6, 10, correct = FALSE)$conf.int
    assert (row["lower"], row["upper"]) == pytest.approx((0.3126737702, 0.8318196703), abs=1e-9)


def test_a_blank_first_contact_takes_the_first_kept_one_of_the_contacts() -> None:
    council = council_of(
        referrals=[
            referral("met", DAY, referral_id="r1"),
            referral("not kept", DAY, referral_id="r2"),
            referral("late", DAY, referral_id="r3"),
            referral("dated", DAY, referral_id="r4", first_contact_on="2020-06-05"),
        ],
        contacts=[
            contact("r1", "2020-06-02"),
            contact("r2", "2020-06-02", kept="N"),
            contact("r2", "2020-06-08"),
            contact("r3", "2020-06-04"),
            contact("r4", "2020-06-02"),  # the date that the service gave stands
        ],
    )
    (row,) = timely(council)
    assert share(row) == (1, 4)
    assert row["note"] == ""


def test_contact_is_not_judged_before_its_days_have_passed() -> None:
    rows = [referral("a", "2021-03-29", first_contact_on="2021-03-29"), referral("b", "2021-03-30")]
    # Tuesday 30 March: the second day is Thursday 1 April.
    (row,) = timely(council_of(extract="2021-04-01", referrals=rows))
    assert share(row) == (1, 2)
    (row,) = timely(council_of(extract="2021-03-31", referrals=rows))
    assert share(row) == (1, 1)


def test_no_date_at_all_and_nobody_at_all() -> None:
    assert timely(council_of(referrals=[referral("a", DAY)])) == []
    other = referral("a", "2019-06-03", first_contact_on="2019-06-03")
    (row,) = timely(council_of(referrals=[other]))
    assert share(row) == (0, 0)


def test_brothers_and_sisters_met_together_get_the_wider_interval() -> None:
    people = {"a": "f", "b": "f", "c": "g", "d": "h"}
    rows = [referral(name, DAY, family_id=family, first_contact_on=DAY) for name, family in people.items()]
    assert [row["measure"] for row in timely(council_of(referrals=rows))] == ["eoc3", "eoc3_family"]


def contact(referral_id: str, day: str, mode: str = "home", kept: str = "Y") -> Row:
    return {"referral_id": referral_id, "contact_on": day, "mode": mode, "kept": kept}


def contacts(referral_id: str, first: int, n: int, **changes: Any) -> list[Row]:
    """Contacts on days in a row of June 2020."""
    return [contact(referral_id, f"2020-06-{day:02d}", **changes) for day in range(first, first + n)]


def supported(name: str, ended_on: str = "2020-06-29", **changes: Any) -> Row:
    """Support from 1 June, 28 days or 4 weeks where nothing else is said; the referral's id is the name."""
    return referral(name, DAY, referral_id=name, support_started_on=DAY, support_ended_on=ended_on, **changes)


def dose(council: Council) -> dict[str, dict[str, Any]]:
    given = Dose(visits_per_week=(2, 3), weeks=(4, 6))
    services = tuple(service.model_copy(update={"dose": given}) for service in council.services)
    council = replace(council, services=services)
    return {row["measure"]: row for row in dose_delivered(council, cohort(council))}


def test_enough_weeks_and_enough_visits() -> None:
    council = council_of(
        referrals=[
            supported("enough"),  # 8 visits in 4 weeks: 2 a week
            supported("one short"),  # 7 visits
            supported("short", "2020-06-26", end_reason="entered_care"),  # 25 days are 3.57 weeks, 4 to the nearest
            supported("too short", "2020-06-25"),  # 24 days are 3.43, 3 to the nearest
            supported("not kept"),
            supported("office"),
            supported("by telephone"),
            supported("video"),
            supported("outside"),
            supported("died", "2020-06-03", end_reason="died"),
            referral("never started", DAY, referral_id="never", support_ended_on="2020-06-10", end_reason="other"),
            referral("open", DAY, referral_id="open", support_started_on=DAY),
        ],
        contacts=[
            *contacts("enough", 1, 8),
            *contacts("one short", 1, 7),
            *contacts("short", 1, 8),
            *contacts("too short", 1, 20),
            *contacts("not kept", 1, 4),
            *contacts("not kept", 5, 4, kept="N"),
            *contacts("office", 22, 8, mode="office"),  # the last on the last day
            *contacts("by telephone", 1, 8, mode="phone"),
            *contacts("video", 1, 4),
            *contacts("video", 5, 4, mode="video"),
            *contacts("outside", 23, 8),  # one of them the day after the end
            *contacts("died", 1, 3),
        ],
        looked_after_episodes=[episode("short", "2020-06-26")],
        status_events=[status("died", "2020-06-03", "died")],
    )
    found = dose(council)
    # 11 are closed. Enough: enough, short, office. With video also video.
    assert share(found["eoc4"]) == (3, 11)
    assert share(found["eoc4v"]) == (4, 11)
    assert found["eoc4"]["note"] == "1 still open left out"
    # Weeks, sorted: 0, 2/7, 24/7, 25/7, then 4 seven times: the 6th of 11 is 4.
    assert (found["eoc4w"]["value"], found["eoc4w"]["unit"], found["eoc4w"]["denominator"]) == (4, "weeks", 11)
    # Visits a week: 2, 7/4, 8 / (25/7) = 2.24, 20 / (24/7) = 5.8, 1, 2, 0, 1, 7/4, 3 (in less than a week), 0.
    assert found["eoc4n"]["value"] == pytest.approx(7 / 4)
    assert found["eoc4n"]["unit"] == "visits a week"


def test_what_the_records_do_not_say_is_unknown_where_it_decides() -> None:
    council = council_of(
        referrals=[
            supported("sure"),
            supported("mode"),
            supported("kept"),
            supported("in any case"),  # 8 sure visits, and one of unknown mode
            supported("in no case"),  # 6, and one of unknown mode
            referral("no start", DAY, referral_id="no start", support_ended_on="2020-06-29"),
        ],
        contacts=[
            *contacts("sure", 1, 8),
            *contacts("mode", 1, 7),
            contact("mode", "2020-06-10", mode=""),
            *contacts("kept", 1, 7),
            contact("kept", "2020-06-10", kept=""),
            *contacts("in any case", 1, 8),
            contact("in any case", "2020-06-10", mode=""),
            *contacts("in no case", 1, 6),
            contact("in no case", "2020-06-10", mode=""),
            *contacts("no start", 1, 8),
        ],
    )
    found = dose(council)
    assert [share(found[name]) for name in ("eoc4", "eoc4_worst", "eoc4_best")] == [(2, 3), (2, 6), (5, 6)]
    assert found["eoc4"]["note"] == "3 left out: their records do not say how much support there was"
    # Weeks are known of five; visits a week of those without a doubtful contact: one.
    assert (found["eoc4w"]["denominator"], found["eoc4n"]["denominator"]) == (5, 1)


def test_no_figure_without_a_definition_and_none_of_nobody() -> None:
    council = council_of(referrals=[supported("a")])
    assert dose_delivered(council, cohort(council)) == []
    found = dose(council_of(referrals=[referral("a", DAY)]))
    assert share(found["eoc4"]) == (0, 0)
    assert found["eoc4w"]["denominator"] == 0
