"""Later children, engagement, reach and scores of parents, of councils small enough to count by hand.

Parents engage on 2018-06-01 after a removal on 2018-01-01, unless said otherwise; their later children are born on
2019-01-01, so that day 365 is 2020-01-01; the extract is of 2021-09-30 and the year 2018-19.
"""

from __future__ import annotations

from typing import Any

import pytest

from ehp_eval.cohort import Cohort
from ehp_eval.load import Council
from ehp_eval.measures.engagement import engaged_of_offered, reached_of_eligible, stayed_half_a_year
from ehp_eval.measures.later_children import births, removed_within_a_year, with_a_parent_a_year_on
from ehp_eval.measures.registry import cohort_figures, tables_missing
from ehp_eval.measures.wellbeing import score_change
from ehp_eval.years import Period
from tests.cohorts import Tables, cohort, share, together
from tests.councils import Row, council_of, episode, status

REMOVED, ENGAGED, BORN, DAY_365, DAY_366 = "2018-01-01", "2018-06-01", "2019-01-01", "2020-01-01", "2020-01-02"


def parent(name: str, *born_on: str, **changes: Any) -> Tables:
    """A parent who engaged, and children `<name>1`, `<name>2` of one pregnancy each."""
    row = {"parent_id": name, "offered_on": "2018-05-01", "engaged_on": ENGAGED, "index_removal_on": REMOVED}
    ids = {f"{name}{number}": day for number, day in enumerate(born_on, start=1)}
    return {
        "parents": [row | changes],
        "pregnancies": [{"pregnancy_id": f"g-{baby}", "parent_id": name, "outcome": "live_birth"} for baby in ids],
        "babies": [{"baby_id": baby, "pregnancy_id": f"g-{baby}", "born_on": day} for baby, day in ids.items()],
    }


def of(*parts: Tables, year: str = "2018-19") -> tuple[Council, Cohort]:
    council = council_of(**together(*parts))
    return council, cohort(council, "afresh", year)


def figures(measure: Any, *parts: Tables) -> dict[str, tuple[int, int]]:
    return {row["measure"]: share(row) for row in measure(*of(*parts))}


def test_later_children_removed_and_with_a_parent_by_day_365() -> None:
    parts = [
        *(parent(name, BORN) for name in "abcdefgh"),
        {
            "looked_after_episodes": [
                episode("a1", BORN),
                episode("b1", DAY_365),
                episode("c1", DAY_366),
                episode("d1", "2019-02-01", "2019-08-01", reason_ended="returned_home"),
                episode("e1", BORN, parent_and_baby="Y"),
                episode("f1", BORN, placement_type="placed_with_parents"),
                episode("g1", BORN, legal_status="V4"),
            ],
            "status_events": [status("h1", "2019-05-01", "special_guardianship")],
        },
    ]
    # Removed: a, b, d, and h, who went to a guardian. With a parent on the day: c, d, e, f and g.
    assert figures(removed_within_a_year, *parts) == {"rf2": (4, 8)}
    assert figures(with_a_parent_a_year_on, *parts) == {"rf3": (5, 8)}
    [row] = removed_within_a_year(*of(*parts))
    assert (row["window_days"], row["note"]) == (365, "8 later children born so far, of 8 of the parents")


def test_which_children_are_later_ones() -> None:
    parts = [
        parent("a", ENGAGED, "2018-05-31"),  # on the day of the engagement, and the day before
        parent("b", "2018-09-01", "2018-09-02", index_removal_on="2018-09-01"),  # a removal after the engagement
        parent("c", ENGAGED, "2018-06-02", index_removal_on=""),  # undated: on the day itself it may be that child
        parent("d", "2020-09-30", "2020-10-01"),  # day 365 is the day of the extract, and the day after
        parent("e"),
        parent("f", BORN, region="Elsewhere"),
        # Twins, of one pregnancy.
        {
            **parent("g", BORN),
            "babies": [{"baby_id": twin, "pregnancy_id": "g-g1", "born_on": BORN} for twin in ("g1", "g2")],
        },
    ]
    # a1, b2, c2, d1, g1 and g2 have been followed for the year; d2 has not.
    assert figures(removed_within_a_year, *parts) == {"rf2": (0, 6)}
    assert figures(with_a_parent_a_year_on, *parts) == {"rf3": (6, 6)}
    [row] = with_a_parent_a_year_on(*of(*parts))
    assert row["note"] == "7 later children born so far, of 5 of the parents"


def test_later_children_who_died_or_whose_parent_moved_away() -> None:
    parts = [
        *(parent(name, BORN) for name in "abcde"),
        {
            "looked_after_episodes": [episode("d1", "2019-06-01"), episode("e1", "2019-02-01")],
            "status_events": [
                status("a1", DAY_365, "died"),
                status("b1", DAY_365, "moved_away"),
                status("c", "2018-12-01", "moved_away"),  # the parent, before the birth
                status("d", "2019-05-01", "moved_away"),  # removed all the same
                status("e1", "2019-03-01", "died"),  # removed first
            ],
        },
    ]
    # Removed: d and e of them; b and c are unknown; a died without. On day 365: d apart, a and e dead.
    assert figures(removed_within_a_year, *parts) == {"rf2": (2, 2), "rf2_worst": (4, 4), "rf2_best": (2, 4)}
    assert figures(with_a_parent_a_year_on, *parts) == {"rf3": (0, 1), "rf3_worst": (0, 3), "rf3_best": (2, 3)}


def test_births_are_of_parents_and_have_no_worst_case() -> None:
    parts = [
        parent("a", "2020-05-31"),  # day 730 from engaging
        parent("b", "2020-06-01"),
        parent("c", BORN, "2020-03-01"),  # once
        parent("d"),
        parent("e"),
        parent("f", engaged_on="2019-03-31", offered_on="2019-03-31"),
        {"status_events": [status("d", "2019-01-01", "moved_away")]},
    ]
    [row] = births(*of(*parts))
    assert (row["measure"], row["window_days"], share(row)) == ("rf7", 730, (2, 5))
    assert row["note"] == ("described only: a birth is neither a good nor a bad outcome; 1 of unknown status left out")


def test_births_of_those_followed_for_730_days() -> None:
    day = {"offered_on": "2019-09-01", "index_removal_on": "2019-01-01"}
    parts = [parent("a", engaged_on="2019-10-01", **day), parent("b", engaged_on="2019-10-02", **day)]
    [row] = births(*of(*parts, year="2019-20"))
    assert share(row) == (0, 1)  # 730 days from 2019-10-01, over a leap day, are the day of the extract


def test_engaged_of_those_offered_support_in_the_area() -> None:
    council, built = of(
        parent("a"),
        parent("b", engaged_on="2019-04-01"),  # of the next year
        parent("c", engaged_on=""),
        parent("d", engaged_on="", offered_on="2018-03-31"),  # of the year before
        parent("e", engaged_on="", region="Elsewhere"),
        parent("f", offered_on="2018-03-01"),  # offered the year before, engaged in this one
    )
    [row] = engaged_of_offered(council, built)
    assert (row["measure"], share(row)) == ("rf4", (2, 3))


def test_support_that_lasted_half_a_year() -> None:
    # 183 days from 2018-06-01 are 2018-12-01.
    parts = [
        parent("a", ended_on="2018-12-01"),
        parent("b", ended_on="2018-11-30"),
        parent("c"),
        parent("d", ended_on="2018-10-01"),
        parent("e", ended_on="2018-10-01"),
        parent("f"),
        {
            "status_events": [
                status("d", "2018-10-01", "moved_away"),  # support ended with it: known
                status("e", "2018-10-01", "died"),
                status("f", "2018-10-01", "moved_away"),  # still open: not known
            ]
        },
    ]
    assert figures(stayed_half_a_year, *parts) == {"rf4s": (2, 4), "rf4s_worst": (2, 5), "rf4s_best": (3, 5)}
    # 183 days before the extract is 2021-03-31.
    late = {"offered_on": "2021-03-01", "index_removal_on": REMOVED}
    council, built = of(parent("a", engaged_on="2021-03-31", **late), year="2020-21")
    assert share(stayed_half_a_year(council, built)[0]) == (1, 1)
    council = council_of(**parent("a", engaged_on="2021-03-31", **late), extract="2021-09-29")
    assert share(stayed_half_a_year(council, cohort(council, "afresh"))[0]) == (0, 0)


def eligible(**removals: str) -> Tables:
    return {"eligible_parents": [{"parent_id": name, "removal_on": day} for name, day in removals.items()]}


def test_reach_of_those_with_a_removal_in_the_24_months_up_to_the_end_of_the_year() -> None:
    parts = [
        parent("a"),
        parent("b", engaged_on="2019-04-01"),  # after the year
        parent("c", region="Elsewhere"),
        parent("d", engaged_on="2019-03-31"),
        parent("e"),
        parent("f"),
        parent("g", engaged_on="2016-06-01", offered_on="2016-05-01"),  # whenever
        eligible(a="2017-04-01", b="2018-01-01", c="2018-01-01", d="2019-03-31", e="2017-03-31", g="2018-01-01"),
        eligible(h="2018-01-01", i="2019-04-01", a="2018-02-01"),
    ]
    # 24 months up to 2019-03-31 begin with 2017-04-01: a (listed twice), b, c, d, g, h. Engaged by the end: all but b
    # and h. Of those engaged in the year, e was removed from exactly 24 months before the end, and f is not listed.
    [row] = reached_of_eligible(*of(*parts))
    assert (row["measure"], share(row)) == ("rf6", (4, 6))
    assert row["note"] == (
        "the whole region: the table of eligible parents names no area; 1 engaged in the year without a removal in "
        "those 24 months; 1 engaged in the year is not in the table of eligible parents"
    )
    council, _ = of(*parts)
    assert reached_of_eligible(council, cohort(council, "afresh", Period(2017, 2018))) == []


def score(name: str, timepoint: str, value: str, domain: str = "wellbeing") -> Row:
    return {"parent_id": name, "timepoint": timepoint, "domain": domain, "score": value}


def test_scores_from_entry_to_exit_of_those_who_ended() -> None:
    ended = {"ended_on": "2019-01-01"}
    parts = [
        *(parent(name, **ended) for name in "abcdefg"),
        parent("h"),
        parent("i", region="Elsewhere", **ended),
        {
            "parent_measures": [
                *(score("a", *row) for row in (("entry", "3"), ("six_months", "9"), ("exit", "6"))),
                *(score("b", *row) for row in (("entry", "5"), ("exit", "4"))),
                *(score("c", *row) for row in (("entry", "4"), ("exit", "4"))),
                # Repeated: the first entry and the last exit with a score.
                *(score("d", *row) for row in (("entry", ""), ("entry", "2"), ("entry", "8"))),
                *(score("d", *row) for row in (("exit", "1"), ("exit", "6"), ("exit", ""))),
                *(score("e", *row) for row in (("entry", "4"), ("exit", ""))),
                score("f", "exit", "4"),
                *(score(name, *row) for name in "hi" for row in (("entry", "1"), ("exit", "9"))),
                score("g", "entry", "1", domain="housing"),
                score("g", "exit", "2", domain="housing"),
            ]
        },
    ]
    rows = {row["group"]: row for row in score_change(*of(*parts))}
    assert list(rows) == ["domain: wellbeing", "domain: housing", "domain: education_employment"]
    # Changes 3, -1, 0 and 4. R: t.test(c(3, -1, 0, 4))
    wellbeing = rows["domain: wellbeing"]
    assert (wellbeing["value"], wellbeing["lower"], wellbeing["upper"]) == pytest.approx(
        (1.5, -2.287869, 5.287869), abs=1e-6
    )
    assert (share(wellbeing), wellbeing["unit"], wellbeing["measure"]) == ((2, 4), "score points", "rf5")
    assert wellbeing["note"] == (
        "1 the same, 1 lower; 1 with an entry score alone; 1 with an exit score alone; 1 with neither score; "
        "1 whose support goes on left out"
    )
    assert share(rows["domain: housing"]) == (1, 1)
    nothing = rows["domain: education_employment"]
    assert (share(nothing), str(nothing["value"])) == ((0, 0), "nan")
    assert nothing["note"] == "7 with neither score; 1 whose support goes on left out"


def test_nobody_is_no_share() -> None:
    council, built = of({"looked_after_episodes": [], "eligible_parents": []})
    measures = (removed_within_a_year, with_a_parent_a_year_on, births, engaged_of_offered, stayed_half_a_year)
    for measure in (*measures, reached_of_eligible):
        [row] = measure(council, built)
        assert (row["denominator"], str(row["value"])) == (0, "nan")


def test_a_missing_table_takes_only_the_measures_that_need_it() -> None:
    council, built = of(parent("a", BORN))
    found = {row["measure"] for row in cohort_figures(council, built, kind="parent_support")}
    assert {"rf4", "rf4s", "rf7"} <= found
    assert not {"rf2", "rf3", "rf5", "rf6"} & found
    missing = tables_missing(council, "parent_support")
    assert missing == ["eligible_parents", "looked_after_episodes", "parent_measures"]
