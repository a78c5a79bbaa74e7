"""Which counts are hidden: tables worked by hand, and what must hold of any, by counting out every possibility."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.disclosure.cells import Cell, Relation
from ehp_eval.disclosure.suppression import suppress
from ehp_eval.errors import ReportError
from ehp_eval.publishing import Disclosure

RULE = Disclosure()


def total(of: str, *parts: str) -> Relation:
    return Relation((*((part, 1) for part in parts), (of, -1)))


def table(rows: list[list[int]], **other: Any) -> tuple[list[Cell], list[Relation]]:
    """A two-way table with its totals: cells by row and column from 1, 0 for totals. The weight is the count."""
    array = np.array(rows)
    array = np.vstack([array.sum(axis=0), array])
    array = np.column_stack([array.sum(axis=1), array])
    height, width = array.shape
    cells = [Cell(f"{r}{c}", int(n), weight=max(1.0, float(n)), **other) for (r, c), n in np.ndenumerate(array)]
    across = [total(f"{r}0", *(f"{r}{c}" for c in range(1, width))) for r in range(height)]
    down = [total(f"0{c}", *(f"{r}{c}" for r in range(1, height))) for c in range(width)]
    return cells, [*across, *down]


def test_nothing_is_hidden_where_nothing_is_small():
    assert suppress(*table([[20, 50, 10], [8, 19, 22]]), RULE) == {}
    assert suppress([], [], RULE) == {}


def test_a_small_count_that_adds_up_to_nothing_is_hidden_alone():
    assert suppress([Cell("a", 3), Cell("b", 30)], [], RULE) == {"a": "small"}


def test_a_two_way_table_loses_its_lightest_rectangle():
    # After the example of Fischetti and Salazar-Gonzalez (2000), with the sensitive count made small. One more hidden
    # in the row and one in the column leave the fourth corner open, so it goes too. The four rectangles around 23 = 2:
    # with 11 and 21, 13: 20 + 8 + 10 = 38; with 12, 22, 13: 79; with 31, 21, 33: 17 + 8 + 12 = 37; with 32, 22, 33: 63.
    cells, relations = table([[20, 50, 10], [8, 19, 2], [17, 32, 12]])
    assert suppress(cells, relations, RULE) == {"21": "secondary", "23": "small", "31": "secondary", "33": "secondary"}


def test_two_small_counts_in_a_row_and_two_in_a_column_protect_each_other():
    # 11 = 2, 12 = 2, 21 = 2, 22 = 2: 11 could be 1 (12 and 21 then 3, 22 is 1) or 3, with every total shown.
    cells, relations = table([[2, 2, 30], [2, 2, 40], [30, 30, 30]])
    assert set(suppress(cells, relations, RULE)) == {"11", "12", "21", "22"}


@pytest.mark.parametrize(
    ("numerator", "denominator", "hidden"),
    [
        # Complement 0, and the complement of a small numerator where it is not small itself: 1 to 4 stay possible.
        (5, 5, {}),
        (1, 6, {"n": "small"}),
        (3, 8, {"n": "small"}),
        # 1 + 4 and the like: of 5, 1 to 4 stay possible; of 6, 2 to 4.
        (2, 5, {"n": "small"}),
        (3, 6, {"n": "small"}),
        # Of 7, both small: 3 or 4; of 8, 4. Too little, so that the denominator goes too.
        (3, 7, {"n": "small", "d": "secondary"}),
        (4, 8, {"n": "small", "d": "secondary"}),
        # The complement is small. The numerator, once hidden, is at least 5: of 8 the complement is then 1 to 3, but of
        # 7 it is 1 or 2 and of 6 it is 1. Hiding the denominator instead leaves 1 to 4.
        (6, 8, {"n": "secondary"}),
        (5, 7, {"d": "secondary"}),
        (5, 6, {"d": "secondary"}),
    ],
)
def test_numerator_and_complement_of_a_small_denominator(numerator: int, denominator: int, hidden: dict[str, str]):
    cells = [
        Cell("n", numerator),
        Cell("c", denominator - numerator, shown=False),
        Cell("d", denominator, weight=2),
    ]
    assert suppress(cells, [total("d", "n", "c")], RULE) == hidden


def test_pooled_years_do_not_give_away_a_single_one():
    years = [Cell("2021", 12, weight=2), Cell("2022", 3, weight=2), Cell("2023", 9, weight=1)]
    pooled = [Cell("pooled", 24, weight=4)]
    adds_up = [total("pooled", "2021", "2022", "2023")]
    assert suppress([*years, *pooled], adds_up, RULE) == {"2022": "small", "2023": "secondary"}
    # Where only the pooled years are the larger loss by little, still one of the three others goes: the lightest.
    assert suppress([*years, Cell("pooled", 24, weight=0.5)], adds_up, RULE) == {"2022": "small", "pooled": "secondary"}


def test_years_that_no_output_shows_are_protected_too():
    # Two overlapping pools differ by a first and a last year: 30 - 28 = 2021 - 2024, and 2021 is 3, 2024 is 1.
    years = [Cell(name, number, shown=False) for name, number in (("2021", 3), ("2022", 17), ("2023", 10), ("2024", 1))]
    pools = [Cell("to 2023", 30), Cell("to 2024", 28)]
    relations = [total("to 2023", "2021", "2022", "2023"), total("to 2024", "2022", "2023", "2024")]
    # 2021 is 2024 + 2: 3 or 4 while both pools are shown. One of them has to go.
    assert list(suppress([*years, *pools], relations, RULE).values()) == ["secondary"]


def test_windows_whose_difference_is_small():
    # 9 after 6 months, 11 after 12: two became looked after in between.
    cells = [Cell("6", 9, weight=1), Cell("12", 11, weight=2), Cell("between", 2, shown=False)]
    assert suppress(cells, [total("12", "6", "between")], RULE) == {"6": "secondary"}


def test_small_counts_are_hidden_even_where_a_guess_could_narrow_them_further():
    # Whoever guesses that 3 in three years is a small count itself knows that none of the years has more than 2: no
    # choice of what to hide can help that. All bear the same mark, so that nothing says so, and nothing else goes.
    years = [Cell("2021", 1), Cell("2022", 1), Cell("2023", 1), Cell("pooled", 3)]
    assert set(suppress(years, [total("pooled", "2021", "2022", "2023")], RULE).values()) == {"small"}
    windows = [Cell(name, number) for name, number in (("3", 1), ("6", 2), ("12", 3), ("24", 4))]
    steps = [Cell(name, 1, shown=False) for name in ("3-6", "6-12", "12-24")]
    relations = [total("6", "3", "3-6"), total("12", "6", "6-12"), total("24", "12", "12-24")]
    assert set(suppress([*windows, *steps], relations, RULE).values()) == {"small"}


def test_published_counts_are_shown_and_known():
    cells, relations = table([[20, 50, 10], [8, 19, 2], [17, 32, 12]])
    published = [Cell(c.id, c.count, weight=c.weight, exempt=c.id in {"31", "13"}) for c in cells]
    # Neither of the two lightest rectangles is left; of the other two that of 63 is.
    assert set(suppress(published, relations, RULE)) == {"22", "23", "32", "33"}
    everything = [Cell(c.id, c.count, exempt=True) for c in cells]
    assert suppress(everything, relations, RULE) == {}


def test_a_count_that_published_ones_give_away_is_an_error_which_names_both():
    cells = [Cell("all", 20, exempt=True), Cell("boys", 17, exempt=True), Cell("girls", 3)]
    with pytest.raises(ReportError, match=r"girls is a small count.*Published already, beside it: all, boys"):
        suppress(cells, [total("all", "boys", "girls")], RULE)


def test_rounding_protects_by_itself_where_counts_are_large():
    cells = [Cell("n", 105), Cell("c", 2, shown=False), Cell("d", 107, weight=2)]
    add_up = [total("d", "n", "c")]
    assert suppress(cells, add_up, RULE) == {"n": "secondary"}
    # Both are shown as 105: 103 to 107, so that the difference could be 1 to 4.
    assert suppress(cells, add_up, Disclosure(round_to=5)) == {}


def test_rounding_is_not_enough_where_small_counts_would_have_been_hidden():
    # Both are shown as 5, so that they are 5 to 7 (3 and 4 would be hidden), and the complement is 1 or 2. A numerator
    # that is hidden is at least 5 and leaves it at that; a denominator could be anything above.
    cells = [Cell("n", 5), Cell("c", 2, shown=False), Cell("d", 7, weight=2)]
    assert suppress(cells, [total("d", "n", "c")], Disclosure(round_to=5)) == {"d": "secondary"}


def test_zeros_that_are_not_shown_are_protected():
    cells = [Cell("a", 0), Cell("b", 12), Cell("c", 20, weight=2), Cell("all", 32, weight=3)]
    relations = [total("all", "a", "b", "c")]
    assert suppress(cells, relations, RULE) == {}
    found = suppress(cells, relations, Disclosure(show_zero=False))
    assert found == {"a": "zero", "b": "secondary"}


def test_the_same_count_twice_is_hidden_twice():
    cells = [Cell("here", 2), Cell("there", 2), Cell("all", 30), Cell("rest", 28)]
    relations = [Relation((("here", 1), ("there", -1))), total("all", "here", "rest")]
    found = suppress(cells, relations, RULE)
    assert found["here"] == found["there"] == "small"
    assert len(found) == 3


def test_a_short_range_is_asked_for_where_the_rule_has_no_longer_one():
    # Counts of 1 and 2 are hidden: both have to stay possible.
    cells = [Cell("a", 2), Cell("b", 9), Cell("all", 11, weight=2)]
    rule = Disclosure(hide_up_to=2)
    assert suppress(cells, [total("all", "a", "b")], rule) == {"a": "small", "b": "secondary"}


@pytest.mark.parametrize(
    ("cells", "relations", "message"),
    [
        ([Cell("a", 3), Cell("a", 3)], [], "two counts have the id a"),
        ([Cell("a", 3)], [total("a", "b")], "names the count b"),
        ([Cell("a", 3), Cell("b", 4)], [total("a", "b")], "do not add up as they are said to: b, a"),
    ],
)
def test_counts_that_do_not_fit_together_are_an_error(cells: list[Cell], relations: list[Relation], message: str):
    with pytest.raises(ReportError, match=message):
        suppress(cells, relations, RULE)


BASE = 4
LARGEST = 7
COUNTED_TO = 14
"""Of each base count every value to here is counted out: twice as many as the truth can be."""
EVERY = np.indices((COUNTED_TO + 1,) * BASE).reshape(BASE, -1)

System = tuple[list[Cell], list[Relation], np.ndarray]


@st.composite
def systems(draw: st.DrawFn) -> System:
    """Four counts, and sums of some of them that an output shows or does not; with each cell's share in the four."""
    made_of = [*np.eye(BASE, dtype=int)]
    relations = []
    for number in range(BASE, draw(st.integers(BASE, BASE + 4))):
        parts = draw(st.sets(st.integers(0, number - 1), min_size=2, max_size=3))
        made_of.append(sum(made_of[part] for part in parts))
        relations.append(total(str(number), *(str(part) for part in sorted(parts))))
    base = np.array(draw(st.lists(st.integers(0, LARGEST), min_size=BASE, max_size=BASE)))
    cells = [
        Cell(
            str(number),
            int(shares @ base),
            shown=draw(st.booleans()) or number >= BASE,
            weight=draw(st.integers(1, 4)),
            exempt=draw(st.integers(0, 9)) == 0,
        )
        for number, shares in enumerate(made_of)
    ]
    return cells, relations, np.array(made_of)


rules = st.builds(
    Disclosure, hide_up_to=st.sampled_from([2, 4, 4, 5]), round_to=st.sampled_from([0, 0, 5]), show_zero=st.booleans()
)


def sensitive(cell: Cell, rule: Disclosure) -> bool:
    return not cell.exempt and (1 <= cell.count <= rule.hide_up_to or (not rule.show_zero and not cell.count))


def possible(system: System, hidden: set[str], rule: Disclosure) -> dict[str, tuple[int, int]]:
    """Lowest and highest count of each sensitive cell: all values of the four counts that would be shown the same."""
    cells, _, made_of = system
    values = made_of @ EVERY
    same = np.ones(EVERY.shape[1], dtype=bool)
    for cell, at in zip(cells, values, strict=True):
        if cell.exempt:
            same &= at == cell.count
        elif cell.shown and cell.id not in hidden:
            if rule.round_to:
                # Python rounds n / 5 to the nearest whole number; halves cannot come up.
                same &= np.rint(at / 5) == round(cell.count / 5)
                small = (at >= 1) & (at <= rule.hide_up_to)
                same &= ~small & ((at > 0) == (cell.count > 0))
            else:
                same &= at == cell.count
    ranges = {}
    for cell, at in zip(cells, values, strict=True):
        if sensitive(cell, rule):
            of_it = at[same & (at >= min(1, cell.count)) & (at <= rule.hide_up_to)]
            ranges[cell.id] = (int(of_it.min()), int(of_it.max()))
    return ranges


def enough(low: int, high: int, rule: Disclosure) -> bool:
    return high - low >= min(2, rule.hide_up_to - 1)


@settings(max_examples=60, deadline=None)
@given(systems(), rules)
def test_every_sensitive_count_keeps_its_range(system: System, rule: Disclosure):
    cells, relations, _ = system
    try:
        found = suppress(cells, relations, rule)
    except ReportError:
        # Then published figures give one away even if everything else is hidden.
        everything = {cell.id for cell in cells}
        assert not all(enough(*ends, rule) for ends in possible(system, everything, rule).values())
        return
    by_id = {cell.id: cell for cell in cells}
    assert all(by_id[name].shown and not by_id[name].exempt for name in found)
    assert all(cell.id in found for cell in cells if cell.shown and sensitive(cell, rule))
    assert all((why != "secondary") == sensitive(by_id[name], rule) for name, why in found.items())
    assert all(enough(*ends, rule) for ends in possible(system, set(found), rule).values())
    if not any(sensitive(cell, rule) for cell in cells):
        assert found == {}


@settings(max_examples=25, deadline=None)
@given(systems(), st.randoms(use_true_random=False))
def test_the_order_of_what_comes_in_makes_no_difference(system: System, chance: random.Random):
    cells, relations, _ = system
    open_cells = [Cell(cell.id, cell.count, cell.shown, cell.weight) for cell in cells]
    found = suppress(open_cells, relations, RULE)
    chance.shuffle(open_cells)
    turned = [Relation(tuple((name, -by) for name, by in reversed(one.terms))) for one in reversed(relations)]
    assert list(suppress(open_cells, turned, RULE).items()) == list(found.items())
