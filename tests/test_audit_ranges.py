"""The ranges that the audit finds, held against counting out every possibility."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from ehp_eval.disclosure.audit_ranges import Part, System
from ehp_eval.disclosure.numerators import Range
from tests.test_audit import Y17, Y18, Y19, leaks, row, small

untimed = settings(deadline=None, max_examples=20)


def test_a_count_of_at_least_one_that_is_not_small_is_greater() -> None:
    system = System(most=6)
    at = system.count(Range(1, 5), 4, apart=2)
    system.spread()

    assert (system.low[at], system.high[at]) == (3, 5)


@st.composite
def systems(draw: st.DrawFn) -> tuple[System, list[int]]:
    """Return up to four counts of at most 6 and sums that hold for a truth."""
    n = draw(st.integers(2, 4))
    truth = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    system = System(most=6)
    for value in truth:
        apart = draw(st.sampled_from([0, 0, 2]))
        low, high = draw(st.integers(0, value)), draw(st.integers(value, 6))
        system.count(Range(low, high), value, apart=0 if 1 <= value <= apart else apart)
    for _ in range(draw(st.integers(1, 3))):
        signs = draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=n, max_size=n))
        total = sum(sign * value for sign, value in zip(signs, truth, strict=True))
        slack = draw(st.sampled_from([0, 0, 3]))
        system.add([(at, sign) for at, sign in enumerate(signs) if sign], "x", least=total, most=total + slack)
    return system, truth


@untimed
@given(systems())
def test_ranges_are_those_of_trying_every_number(drawn: tuple[System, list[int]]) -> None:
    system, truth = drawn
    possible = [
        values
        for values in product(*(range(low, high + 1) for low, high in zip(system.low, system.high, strict=True)))
        if not any(1 <= value <= apart for value, apart in zip(values, system.apart, strict=True))
        if all(each.least <= sum(sign * values[at] for at, sign in each.terms) <= each.most for each in system.sums)
    ]
    system.spread()
    parts = {at: Part(system, *part) for part in system.parts() for at in part[0]}

    for at, value in enumerate(truth):
        settled = system.settled(at)
        found = Range(system.low[at], system.high[at]) if settled else parts[at].range_of(at)
        assert found == (min(each[at] for each in possible), max(each[at] for each in possible))
        assert found.low <= value <= found.high


counts = st.integers(1, 60).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))


@untimed
@given(st.lists(counts, min_size=3, max_size=3), st.lists(st.sampled_from(["", "small", "secondary"]), min_size=4))
def test_what_is_true_lies_in_every_range(pairs: list[tuple[int, int]], reasons: list[str]) -> None:
    together = (sum(n for n, _ in pairs), sum(d for _, d in pairs))
    labels = [Y17, Y18, Y19, f"{Y17} to {Y19}"]
    rows = [row("eoc6", *pair, year=year) for pair, year in zip([*pairs, together], labels, strict=True)]
    true = {line["year"]: (line["numerator"], line["denominator"]) for line in rows}
    rows = [small(line, reason) if reason else line for line, reason in zip(rows, reasons, strict=False)]

    for found in leaks(rows):
        n, d = true[found.year]
        if not found.how.startswith("what several"):
            assert found.low <= {"numerator": n, "denominator": d, "complement": d - n}[found.column] <= found.high
