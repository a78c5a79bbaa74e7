"""How the counts of a run add up, each expected sum worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.disclosure.adding_up import relate
from ehp_eval.disclosure.related import DENOMINATOR, NUMERATOR, REST, Related, key_of, pooled_years
from ehp_eval.disclosure.release import FLOW
from ehp_eval.measures.figures import FIGURE_COLUMNS
from ehp_eval.publishing import Disclosure
from tests.councils import Row

RULE = Disclosure()
POOLED = "2018-19 to 2019-20"


def row(measure: str, numerator: int | None, denominator: int | None = None, **changes: object) -> Row:
    """A share of 2019-20 from records, or a count where it has no denominator."""
    given = {"measure": measure, "numerator": numerator, "denominator": denominator, "year": "2019-20"}
    text = {"report": "doorstep", "stream": "edge_of_care", "group": "", "note": "", "source": "records"}
    return (
        dict.fromkeys(FIGURE_COLUMNS) | text | {"unit": "count" if denominator is None else "share"} | given | changes
    )


def step(group: str, count: int, **changes: object) -> Row:
    return row(FLOW, count, group=group, **changes)


def sums(found: Related) -> list[dict[str, int]]:
    """The sums as a person reads them: by the name of each count, its coefficient."""
    names = {found.id(key): "one" if key == ("one",) else _short(key) for key in (*found.counts, ("one",))}
    return [{names[cell]: coefficient for cell, coefficient in terms} for terms in found.sums()]


def _short(key: tuple[str, ...]) -> str:
    _, _, measure, window, group, year, *parts = key
    return " ".join(each for each in (measure, window, group, year, *parts) if each)


def test_a_numerator_and_the_rest_make_the_denominator() -> None:
    found = relate([row("eoc3", 8, 30), row("eoc3_family", 8, 30)], RULE)
    eoc3 = "eoc3 2019-20"
    assert sums(found) == [{f"{eoc3} denominator": -1, f"{eoc3} numerator": 1, f"{eoc3} rest": 1}]
    assert found.counts[key_of(row("eoc3", 8, 30), REST)] == 22


def test_equal_denominators_of_a_cohort_are_one_count_but_small_ones_only_of_one_window() -> None:
    rows = [row("eoc3", 8, 30), row("eoc4", 9, 30), step("step: at_risk", 30), row("eoc5", 9, 29)]
    found = relate(rows, RULE)
    cells = {found.id(key_of(rows[0], DENOMINATOR)), found.id(key_of(rows[1], DENOMINATOR))}
    assert cells == {found.id(key_of(rows[2], NUMERATOR))}
    assert found.id(key_of(rows[3], DENOMINATOR)) not in cells
    few = [row("eoc6", 1, 3, window_days=365), row("eoc6r", 1, 3, window_days=365), row("eoc5", 1, 3, window_days=183)]
    found = relate(few, RULE)
    assert [found.id(key_of(each, DENOMINATOR)) for each in few[:2]] == [found.id(key_of(few[0], DENOMINATOR))] * 2
    assert found.id(key_of(few[2], DENOMINATOR)) != found.id(key_of(few[0], DENOMINATOR))


def test_single_years_make_the_pooled_ones_where_nobody_came_again() -> None:
    years = [row("eoc3", 5, 9, year="2018-19"), row("eoc3", 6, 11), row("eoc3", 11, 19, year=POOLED)]
    found = sums(relate(years, RULE))
    assert {f"eoc3 {year} numerator": 1 for year in ("2018-19", "2019-20")} | {f"eoc3 {POOLED} numerator": -1} in found
    # 20 in single years, 19 together: that there is somebody twice is known, and no more than that.
    again = {f"eoc3 {POOLED} denominator": -5, f"eoc3 {POOLED} denominator again": -1}
    assert {f"eoc3 {year} denominator": 5 for year in ("2018-19", "2019-20")} | again in found


def test_a_flow_adds_up_step_by_step_and_every_window_begins_at_its_trunk() -> None:
    rows = [
        step("step: referrals", 20), step("left: not_accepted", 3), step("step: accepted", 17),
        step("left: multiple_births", -1), step("step: at_risk", 18),
        step("left: died", 1, window_days=91), step("step: outcome_known", 17, window_days=91),
        step("step: outcome_known", 18, window_days=365),
    ]  # fmt: skip
    found = relate(rows, RULE)
    signs = sorted(sorted(each.values()) for each in sums(found))
    assert signs == [[-1, -1, 1], [-1, -1, 1], [-1, 1, 1]]
    assert found.least == {key_of(rows[place], NUMERATOR): 1 for place in (1, 3, 5)}


@pytest.mark.parametrize(("before", "after", "step"), [(8, 10, 2), (10, 8, 2), (8, 8, 0)])
def test_between_two_windows_of_one_cohort_stand_those_who_had_the_event(before: int, after: int, step: int) -> None:
    rows = [row("eoc5", before, 30, window_days=183), row("eoc5", after, 30, window_days=365)]
    steps = [count for key, count in relate(rows, RULE).counts.items() if key[-1] == "since 183"]
    assert steps == [step]


def test_groups_make_everybody_with_those_in_no_group_that_is_given() -> None:
    rows = [row("eoc1", 25, 40), row("eoc1", 14, 22, group="sex: F"), row("eoc1", 9, 15, group="sex: M")]
    found = relate(rows, RULE)
    others = {key[-2]: count for key, count in found.counts.items() if key[-1] == "other sex"}
    assert others == {NUMERATOR: 2, REST: 1, DENOMINATOR: 3}
    # Where they are everybody there is nobody else.
    assert not [key for key in relate([row("eoc1", 23, 37), *rows[1:]], RULE).counts if key[-1] == "other sex"]


def test_a_part_leaves_a_count_of_the_whole() -> None:
    rows = [row(measure, count, 80, window_days=365) for measure, count in (("eoc6", 9), ("eoc6r", 7))]
    found = relate(rows, RULE)
    assert [count for key, count in found.counts.items() if key[-1] == "without eoc6r"] == [2]


def test_children_looked_after_are_those_of_the_year_before_and_who_came_less_who_left() -> None:
    years = {"2018-19": {"las1": 90}, "2019-20": {"las1": 95, "las3": 25, "las4": 20}}
    rows = [row(measure, count, year=year) for year, counts in years.items() for measure, count in counts.items()]
    assert len(relate(rows, RULE).sums()) == 1


def test_a_reader_is_told_of_the_pool_that_it_is_small_and_not_of_its_years_or_groups() -> None:
    years = [row("eoc3", 1, 30, year="2018-19"), row("eoc3", 1, 30), row("eoc3", 2, 60, year=POOLED)]
    told = relate([*years, row("reach", 3, 60, group="sex: F", year=POOLED)], RULE).told
    assert {key[-2] for key in told} == {POOLED}
    assert {key[2] for key in told} == {"eoc3"}


def test_the_years_of_a_label() -> None:
    assert pooled_years("2018-19 to 2020-21") == ["2018-19", "2019-20", "2020-21"]
    assert pooled_years("2020-21") == []


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=3), st.integers(0, 20))
def test_whatever_is_said_to_add_up_does(parts: list[tuple[int, int]], again: int) -> None:
    years = ("2018-19", "2019-20", POOLED)
    rows = [row("eoc5", good, good + rest, year=year) for (good, rest), year in zip(parts, years, strict=False)]
    rows += [row("eoc5", good, good + rest + again, window_days=183) for good, rest in parts[:1]]
    cells, relations = relate(rows, RULE).problem(RULE)
    counts = {cell.id: cell.count for cell in cells}
    assert all(sum(counts[name] * sign for name, sign in relation.terms) == 0 for relation in relations)
