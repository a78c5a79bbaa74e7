"""Babies after birth, small enough to count by hand: with a parent a year on, care proceedings, safety.

All are accepted on 2020-06-01 and born on 2020-08-01 where nothing else is said; day 14 is 2020-08-15, day 365 is
2021-08-01 (no leap day between), and the extract is of 2021-09-30.
"""

from __future__ import annotations

from typing import Any

from ehp_eval.load import Council
from ehp_eval.measures.babies import (
    proceedings_issued,
    registered_or_unplanned,
    unplanned_entry,
    with_parents_a_year_on,
)
from ehp_eval.measures.registry import cohort_figures, tables_missing
from tests.cohorts import Tables, cohort, pregnancy, share, together
from tests.councils import Row, council_of, episode, status

BEFORE, BORN, DAY_365, DAY_366 = "2020-06-01", "2020-08-01", "2021-08-01", "2021-08-02"


def babies_of(names: str, *happened: Tables, persons: list[Row] | None = None) -> Council:
    """A council with one baby for each letter: `a1` of the unborn `u-a`."""
    born = [pregnancy(name, BEFORE, BORN) for name in names]
    named = (
        [{"person_id": f"u-{name}", "birth_person_id": f"{name}1"} for name in names] if persons is None else persons
    )
    return council_of(**together(*born, {"persons": named}, *happened))


def figures(measure: Any, council: Council) -> dict[tuple[str, int], tuple[int, int]]:
    """Numerator and denominator by id and window; the rows that only bring another interval left out."""
    rows = measure(council, cohort(council, "cradle"))
    return {(row["measure"], row["window_days"]): share(row) for row in rows if not row["measure"].endswith("_family")}


def note(measure: Any, council: Council, number: int = 0) -> str:
    return str(measure(council, cohort(council, "cradle"))[number]["note"])


def test_with_a_parent_on_day_365_however_they_got_there() -> None:
    council = babies_of(
        "abcdefghij",
        {
            "looked_after_episodes": [
                episode("b1", "2020-09-01", "2021-07-01", reason_ended="returned_home"),
                episode("c1", "2020-09-01", DAY_365, reason_ended="returned_home"),  # home on the day itself
                episode("d1", DAY_365),
                episode("e1", DAY_366),
                episode("f1", BORN, parent_and_baby="Y", placement_type="parent_and_baby"),
                episode("g1", "2020-09-01", "2021-05-01"),
                episode("g1", "2021-05-01", placement_type="placed_with_parents", reason_started="placement"),
                episode("h1", "2020-09-01", "2021-05-01", placement_type="placed_with_parents"),
                episode("h1", "2021-05-01", reason_started="placement"),
                episode("i1", "2021-07-30", legal_status="V3"),
                episode("j1", "2021-03-01", "2021-06-01", placement_type="placed_with_parents", reason_ended="other"),
            ]
        },
    )
    # Apart: d, and h, whose placement with the parents broke down. With a parent: the other eight; j was with them in
    # care, and is so after it.
    assert figures(with_parents_a_year_on, council) == {("bm2", 365): (8, 10)}
    assert note(with_parents_a_year_on, council) == ""


def test_adoption_and_guardians_deaths_moves_and_departures_without_a_word() -> None:
    council = babies_of(
        "abcdefgh",
        {
            "looked_after_episodes": [
                episode("a1", "2020-09-01", "2021-05-01", reason_ended="adopted"),
                episode("d1", "2020-09-01", "2021-05-01", reason_ended="care_order_discharged"),
                episode("f1", "2020-09-01"),
                episode("g1", "2020-09-01"),
            ],
            "status_events": [
                status("a1", "2021-05-01", "adopted"),
                status("b1", DAY_365, "special_guardianship"),
                status("c1", DAY_366, "special_guardianship"),
                status("e1", "2021-01-01", "moved_away"),
                status("f1", "2021-01-01", "moved_away"),
                status("g1", DAY_365, "died"),
                status("h1", DAY_366, "moved_away"),
            ],
        },
    )
    # Apart: a, b, and f, looked after wherever it lives. With a parent: c and h, until the day after. Unknown: e, and
    # d, who left foster care for nobody says where. g died by that day: its removal before says nothing of the day.
    assert figures(with_parents_a_year_on, council) == {
        ("bm2", 365): (2, 5),
        ("bm2_worst", 365): (2, 7),
        ("bm2_best", 365): (4, 7),
    }
    assert note(with_parents_a_year_on, council) == "1 died and left out; 2 of unknown status left out"


def test_episodes_that_yearly_returns_repeat_or_leave_open() -> None:
    council = babies_of(
        "abcd",
        {
            "looked_after_episodes": [
                # Open in one year's return, closed in the next one's.
                episode("a1", "2020-09-01"),
                episode("a1", "2020-09-01", "2021-06-01", reason_ended="returned_home"),
                # Never closed, but followed by another.
                episode("b1", "2020-09-01"),
                episode("b1", "2021-05-01", placement_type="placed_with_parents", reason_started="placement"),
                # A short one inside a long one: the foster care goes on after it.
                episode("c1", "2020-09-01", "2021-09-01"),
                episode("c1", "2020-10-01", "2020-11-01", placement_type="placed_with_parents"),
                # Two that overlap: the one that ends last says how it ended.
                episode("d1", "2020-09-01", "2021-06-01", reason_ended="returned_home"),
                episode("d1", "2020-10-01", "2020-11-01", reason_ended="episode_changed"),
            ]
        },
    )
    assert figures(with_parents_a_year_on, council) == {("bm2", 365): (3, 4)}


def test_the_window_has_passed_on_the_last_day_and_late_acceptance_is_left_out() -> None:
    council = council_of(
        **together(
            pregnancy("a", BEFORE, "2020-09-30"),  # day 365 is the day of the extract
            pregnancy("b", BEFORE, "2020-10-01"),
            pregnancy("c", "2020-08-02", BORN),  # accepted the day after birth
            pregnancy("d", BORN, BORN),
            pregnancy("e", BEFORE, BORN, BORN),  # twins count twice
        )
    )
    assert figures(with_parents_a_year_on, council) == {("bm2", 365): (4, 4)}
    assert note(with_parents_a_year_on, council) == "1 accepted after birth left out"


def test_proceedings_by_day_14_and_365_under_either_id() -> None:
    issued = {"a1": "2020-08-15", "b1": "2020-08-16", "c1": DAY_365, "d1": DAY_366, "u-e": "2020-08-06", "f1": BORN}
    council = babies_of(
        "abcdefghi",
        {
            "status_events": [
                *(status(person, day, "proceedings_issued") for person, day in issued.items()),
                status("a1", "2020-12-01", "proceedings_issued"),  # the first counts
                status("g1", "2020-08-10", "public_law_outline"),
                status("h1", "2020-08-10", "moved_away"),
                status("i1", "2020-12-01", "died"),
            ]
        },
    )
    # By day 14: a, e, f of a to g and i, h unknown. By day 365 b and c too; i has died without.
    assert figures(proceedings_issued, council) == {
        ("bm3", 14): (3, 8),
        ("bm3_worst", 14): (4, 9),
        ("bm3_best", 14): (3, 9),
        ("bm3", 365): (5, 7),
        ("bm3_worst", 365): (6, 8),
        ("bm3_best", 365): (5, 8),
    }


def test_proceedings_under_the_id_before_birth_are_of_both_twins_and_may_be_dated_too_early() -> None:
    council = council_of(
        **together(
            pregnancy("a", BEFORE, BORN, BORN),
            pregnancy("b", BEFORE, BORN),
            # Accepted as a baby, not as an unborn child: its id is not that of its twin.
            pregnancy("c", BORN, BORN, BORN, person_id="c1"),
            {
                "persons": [{"person_id": "u-a", "birth_person_id": "a1"}],
                "status_events": [
                    status("u-a", "2020-08-03", "proceedings_issued"),
                    status("u-b", "2020-07-20", "proceedings_issued"),
                    status("c1", "2020-08-03", "proceedings_issued"),
                ],
            },
        )
    )
    # a1, a2, b1 and c1, not c2.
    assert figures(proceedings_issued, council)["bm3", 14] == (4, 5)
    assert note(proceedings_issued, council) == "1 with proceedings dated before the birth counted in"


def test_registered_is_new_and_after_the_day_of_birth() -> None:
    council = babies_of(
        "abcdefg",
        {
            "status_events": [
                status("a1", "2020-08-02", "registered"),
                status("b1", BORN, "registered"),
                # On the register since before birth, and written over to the id given at birth.
                status("u-c", "2020-07-01", "registered"),
                status("c1", "2020-08-05", "registered"),
                # Off it, and on it again, one of them on the same day.
                status("u-d", "2020-07-01", "registered"),
                status("d1", "2020-10-01", "deregistered"),
                status("d1", "2021-02-01", "registered"),
                status("u-e", "2020-07-01", "registered"),
                status("e1", "2020-10-01", "registered"),
                status("e1", "2020-10-01", "deregistered"),
                status("f1", DAY_365, "registered"),
                status("g1", DAY_366, "registered"),
            ]
        },
    )
    # a, d, e and f of seven; b to e were on it by birth.
    assert figures(registered_or_unplanned, council) == {("bm7", 365): (4, 7), ("bm7r", 365): (4, 7)}
    assert note(registered_or_unplanned, council) == "4 on the child protection register by birth, not counted for that"


def test_unplanned_entries_wherever_the_baby_was_placed() -> None:
    council = babies_of(
        "abcdefghi",
        {
            "looked_after_episodes": [
                episode("a1", BORN, planned="N"),
                episode("b1", DAY_365, planned="N", parent_and_baby="Y"),
                episode("c1", DAY_366, planned="N"),
                episode("d1", "2020-09-01", planned="Y"),
                episode("e1", "2020-09-01", planned="U"),
                episode("f1", "2020-09-01"),
                episode("g1", "2020-09-01", planned="N", legal_status="V3"),  # respite is no entry
                # Planned first, then unplanned; a move within a period is no entry.
                episode("h1", "2020-09-01", "2020-10-01", planned="Y"),
                episode("h1", "2020-12-01", planned="N"),
                episode("i1", "2020-09-01", "2020-10-01", planned="Y"),
                episode("i1", "2020-10-01", planned="N", reason_started="placement"),
            ],
            "status_events": [status("e1", "2021-01-01", "registered"), status("d1", "2021-01-01", "registered")],
        },
    )
    # Unplanned: a, b, h of a, b, c, d, g, h, i; e and f are not known. With the registered d and e: five of eight, and
    # only f is not known.
    assert figures(unplanned_entry, council) == {
        ("bm7u", 365): (3, 7),
        ("bm7u_worst", 365): (5, 9),
        ("bm7u_best", 365): (3, 9),
    }
    assert figures(registered_or_unplanned, council) == {
        ("bm7", 365): (5, 8),
        ("bm7_worst", 365): (6, 9),
        ("bm7_best", 365): (5, 9),
        ("bm7r", 365): (2, 9),
    }
    assert note(unplanned_entry, council) == (
        "of the unplanned entries 1 to a placement together with a parent; 2 of unknown status left out"
    )


def test_rows_that_repeat_an_entry_and_disagree() -> None:
    council = babies_of(
        "ab",
        {
            "looked_after_episodes": [
                episode("a1", "2020-09-01", planned="N"),
                episode("a1", "2020-09-01", "2020-10-01", planned="Y"),
                episode("b1", "2020-09-01"),
                episode("b1", "2020-09-01", "2020-10-01", planned="N"),
            ]
        },
    )
    # a is not known; b is unplanned, as the one row that says anything has it.
    assert figures(unplanned_entry, council)["bm7u", 365] == (1, 1)


def test_nobody_yet_is_no_share() -> None:
    council = council_of(**pregnancy("a", BEFORE, "2020-12-01"))
    for measure in (with_parents_a_year_on, proceedings_issued, registered_or_unplanned, unplanned_entry):
        for row in measure(council, cohort(council, "cradle")):
            if row["window_days"] == 365:
                assert (row["denominator"], str(row["value"])) == (0, "nan")


def test_a_missing_table_takes_only_the_measures_that_need_it() -> None:
    council = council_of(**pregnancy("a", BEFORE, BORN), looked_after_episodes=[])
    found = {row["measure"] for row in cohort_figures(council, cohort(council, "cradle"), kind="pre_birth")}
    assert {"bm2", "bm7u", "bm4", "bm4w", "bm6"} <= found
    assert not {"bm3", "bm5", "bm7", "bm7r", "bm8", "bm4k"} & found
    assert tables_missing(council, "pre_birth") == ["assessments", "persons", "status_events", "unit_costs"]
