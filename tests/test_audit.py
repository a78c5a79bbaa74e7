"""The audit of a release: each planted leak is found, and the same release without it is clean."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ehp_eval.disclosure.audit import Leak, audit
from ehp_eval.disclosure.audit_text import shown_numbers_faults
from ehp_eval.errors import ReportError
from ehp_eval.measures.figures import figures_frame
from ehp_eval.proportions import proportion
from ehp_eval.publishing import Disclosure

Y16, Y17, Y18, Y19 = "2016-17", "2017-18", "2018-19", "2019-20"
LIMITS = ["value", "lower", "upper"]


def row(measure: str, n: int | None, d: int | None = None, **fields: Any) -> dict[str, Any]:
    """Return one row of the figures with what the release adds: hidden and reason."""
    found: dict[str, Any] = {
        "report": "r", "service": "s", "stream": "edge_of_care", "year": Y19, "group": "", "measure": measure,
        "numerator": n, "denominator": d, "unit": "share", "source": "records", "method": "Wilson",
        "confidence": 0.95, "note": "", "hidden": "", "reason": "", "known": "",
    }  # fmt: skip
    if n is not None and d:
        estimate = proportion(n, d)
        found |= {"value": estimate.value, "lower": estimate.lower, "upper": estimate.upper}
    return found | fields


def small(line: dict[str, Any], reason: str = "small", hidden: str = "numerator value") -> dict[str, Any]:
    """Return a row that the release hides."""
    return line | {"hidden": hidden, "reason": reason}


def secondary(line: dict[str, Any]) -> dict[str, Any]:
    return small(line, "secondary")


def frames(rows: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the release of these rows, and the truth."""
    extra = pd.DataFrame(rows)[["hidden", "reason", "known"]]
    truth = figures_frame(rows)
    published = truth.assign(**{name: extra[name] for name in extra})
    for column in ("numerator", "denominator"):
        published.loc[extra["hidden"].str.contains(column), column] = pd.NA
    published.loc[extra["hidden"].str.contains("value"), LIMITS] = float("nan")
    return published, truth


def as_read(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the release of these rows as it is read from last year's figures.csv."""
    published, _ = frames(rows)
    text = published.astype("object").where(published.notna(), "").astype(str)
    for column in ("numerator", "denominator"):
        text.loc[published["hidden"].str.contains(column), column] = "[c]"
    return text


def leaks(rows: list[dict[str, Any]], previous: tuple[pd.DataFrame, ...] = (), **rule: Any) -> list[Leak]:
    return audit(*frames(rows), Disclosure(**rule), previous)


def years(*, hide: dict[str, str]) -> list[dict[str, Any]]:
    """Return three years and the years together, some hidden: 3/40 + 12/50 + 20/60 = 35/150."""
    counts = {Y17: (3, 40), Y18: (12, 50), Y19: (20, 60), f"{Y17} to {Y19}": (35, 150)}
    lines = [row("eoc6", n, d, year=year, window_days=365) for year, (n, d) in counts.items()]
    return [small(line, hide[line["year"]]) if line["year"] in hide else line for line in lines]


def test_a_year_is_found_from_the_pooled_years() -> None:
    (found,) = leaks(years(hide={Y17: "small"}))

    assert (found.year, found.column, found.low, found.high) == (Y17, "numerator", 3, 3)
    assert "pooled" in found.how
    assert leaks(years(hide={Y17: "small", Y18: "secondary"})) == []


def test_no_text_of_a_leak_holds_the_count() -> None:
    assert not any(letter.isdigit() for found in leaks(years(hide={Y17: "small"})) for letter in found.how)


def test_where_a_child_came_twice_the_pooled_years_give_a_bound_only() -> None:
    # 34 rather than 35 together: 20 + 12 + x >= 34 leaves 2 to 4
    rows = years(hide={Y17: "small"})
    rows[3] |= {"numerator": 34}

    assert leaks(rows) == []


def test_a_hidden_nought_protects_nothing() -> None:
    # 2 + 0 + 20 = 22: who is hidden in second place is known not to be 1 to 4, so that 2 is left alone
    rows = [
        small(row("eoc6", 2, 40, year=Y17)),
        secondary(row("eoc6", 0, 50, year=Y18)),
        row("eoc6", 20, 60, year=Y19),
        row("eoc6", 22, 150, year=f"{Y17} to {Y19}"),
    ]

    found = leaks(rows)

    assert (found[0].year, found[0].low, found[0].high) == (Y17, 2, 2)


def groups(*, hide_f: bool) -> list[dict[str, Any]]:
    """Return 22/40 together, 20/30 and 2/10 of two groups."""
    female = row("eoc1", 20, 30, group="sex: F", window_days=365)
    return [
        row("eoc1", 22, 40, window_days=365),
        secondary(female) if hide_f else female,
        small(row("eoc1", 2, 10, group="sex: M", window_days=365)),
    ]


def test_a_group_is_found_from_everybody() -> None:
    (found,) = leaks(groups(hide_f=False))

    assert (found.group, found.low, found.high) == ("sex: M", 2, 2)
    assert leaks(groups(hide_f=True)) == []


def test_who_is_in_no_group_given_is_a_count_too() -> None:
    # 22 - 20 of those with the good outcome, 40 - 30 of all: only the former are few
    rows = groups(hide_f=False)[:2]

    (found,) = leaks(rows)

    assert (found.group, found.column, found.low, found.high) == ("sex: those not named", "numerator", 2, 2)


def reached(*, hide_white: bool) -> list[dict[str, Any]]:
    """Return 57 and 3 of 60 known; 10 unknown of 70."""
    white = row("reach", 40, 60, group="ethnicity: white")
    return [
        secondary(white) if hide_white else white,
        row("reach", 17, 60, group="ethnicity: asian"),
        small(row("reach", 3, 60, group="ethnicity: other")),
        row("reach", 10, 70, group="ethnicity: unknown"),
    ]


def test_a_group_reached_is_found_from_the_others() -> None:
    (found,) = leaks(reached(hide_white=False))

    assert (found.group, found.low) == ("ethnicity: other", 3)
    assert leaks(reached(hide_white=True)) == []


def flow(*, unknown: bool) -> list[dict[str, Any]]:
    """Return 100 - 3 - 9 = 88, the denominator of a share."""
    fields: dict[str, Any] = {"unit": "count", "window_days": 365}
    left = row("flow", 9, group="left: status_unknown", **fields)
    return [
        row("flow", 100, group="step: matured", **fields),
        small(row("flow", 3, group="left: died", **fields)),
        secondary(left) if unknown else left,
        row("flow", 88, group="step: outcome_known", **fields),
    ]


def test_who_was_left_out_is_found_from_the_flow() -> None:
    (found,) = leaks(flow(unknown=False))

    assert (found.measure, found.group, found.low) == ("flow", "left: died", 3)
    assert leaks(flow(unknown=True)) == []


def test_a_hidden_step_of_the_flow_is_the_denominator_of_the_share() -> None:
    rows = flow(unknown=False)
    rows[3] = small(rows[3], "secondary", "numerator")

    assert leaks(rows) == []
    assert [found.group for found in leaks([*rows, row("eoc1", 60, 88, window_days=365)])] == ["left: died"]


def test_a_second_twin_is_an_addition() -> None:
    # 50 referred, 2 twins more, 52 accepted: an addition stands in the flow as a negative count
    twins = small(row("flow", -2, group="left: twins", unit="count"))
    rows = [row("flow", 50, group="step: referred", unit="count"), twins]

    assert leaks([*rows, small(row("flow", 52, group="step: accepted", unit="count"), "secondary")]) == []


def test_who_is_missing_from_the_base_of_harm_gives_the_entries_away() -> None:
    """24 less 20 entered care without its being known whether that was planned."""
    entered = small(row("eoc1", 20, 24, window_days=365), "complement")
    (leak, *_) = leaks([entered, row("eoc6u", 0, 20, window_days=365)])
    assert (leak.measure, leak.column, leak.low) == ("eoc1", "complement", 4)
    assert leaks([entered]) == []


def test_last_years_publication_gives_a_year_away() -> None:
    now = years(hide={Y17: "small", Y18: "secondary"})
    then = years(hide={})[0]

    (found,) = leaks(now, (as_read([then]),))

    assert (found.year, found.low) == (Y17, 3)
    assert "earlier" in found.how
    assert leaks(now, (as_read([small(then)]),)) == []


def test_a_figure_revised_since_gives_nothing_away() -> None:
    now = years(hide={Y17: "small", Y18: "secondary"})

    assert leaks(now, (as_read([row("eoc6", 6, 41, year=Y17, window_days=365)]),)) == []


def overlapping(*, now: dict[str, str]) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Return this year's three years, and last year's: 10/30 + 3/40 + 12/50 = 25/120 with the latter two hidden."""
    then = [
        row("eoc6", 10, 30, year=Y16, window_days=365),
        small(row("eoc6", 3, 40, year=Y17, window_days=365)),
        secondary(row("eoc6", 12, 50, year=Y18, window_days=365)),
        row("eoc6", 25, 120, year=f"{Y16} to {Y18}", window_days=365),
    ]
    return years(hide=now), as_read(then)


def test_pooled_years_that_overlap_those_of_last_year() -> None:
    # Each alone is safe: 3 + 20 hidden of 35 now, 3 + 12 hidden of 25 then. Together 12 is shown, so that 3 is left.
    rows, then = overlapping(now={Y17: "small", Y19: "secondary"})

    assert leaks(rows) == []
    assert [(found.year, found.low) for found in leaks(rows, (then,))] == [(Y17, 3)]
    safe, then = overlapping(now={Y17: "small", Y18: "secondary"})
    assert leaks(safe, (then,)) == []


def test_a_count_hidden_last_year_only_is_protected_still() -> None:
    # Of last year's hidden 3 and 12 this year's report shows the 12
    _, then = overlapping(now={})
    rows = [row("eoc6", 12, 50, year=Y18, window_days=365)]

    (found,) = leaks(rows, (then,))

    assert (found.year, found.low) == (Y17, 3)
    assert found.how.startswith("hidden in an earlier year")


def test_the_same_share_with_another_interval() -> None:
    share = row("eoc1", 37, 40, window_days=365)
    family = share | {"measure": "eoc1_family", "method": "Wilson, family-clustered"}

    found = leaks([small(share, "complement"), family])

    assert [(each.column, each.low) for each in found] == [("complement", 3)]
    assert leaks([small(share, "complement"), small(family, "complement")]) == []


def test_the_same_count_in_another_report() -> None:
    share = row("eoc1", 3, 40)

    assert [found.low for found in leaks([small(share), share | {"report": "overview"}])] == [3]


@pytest.mark.parametrize("standing", [["value"], ["lower"], ["upper"], LIMITS])
def test_a_percentage_or_limit_left_standing(standing: list[str]) -> None:
    published, truth = frames([small(row("eoc1", 3, 40))])
    assert audit(published, truth, Disclosure()) == []
    published[standing] = truth[standing]

    (found,) = audit(published, truth, Disclosure())

    assert (found.column, found.low, found.high) == ("numerator", 3, 3)
    assert "left standing" in found.how


def test_a_percentage_rounded_as_the_reports_print_it() -> None:
    # 7.5% of 40, one decimal: 3 only. Of 4,000 whole per cent would leave many.
    published, truth = frames([small(row("eoc1", 3, 40))])
    published["value"] = 0.08

    assert [found.low for found in audit(published, truth, Disclosure())] == [3]


def test_a_percentage_of_a_hidden_denominator() -> None:
    # 3/13 and both limits: no other pair up to some hundreds has all three
    published, truth = frames([small(row("eoc1", 3, 13), hidden="numerator denominator value")])
    assert audit(published, truth, Disclosure()) == []
    published[LIMITS] = truth[LIMITS]

    assert {(found.column, found.low) for found in audit(published, truth, Disclosure())} == {("numerator", 3)}


def test_the_value_of_a_count() -> None:
    published, truth = frames([small(row("eoc6i", 2, unit="count", value=2.0, lower=0.242, upper=7.225))])
    assert audit(published, truth, Disclosure()) == []
    published["upper"] = truth["upper"]

    # The exact limits of 2 are 0.242 and 7.225 (Garwood)
    assert [(found.low, found.high) for found in audit(published, truth, Disclosure())] == [(2, 2)]


@pytest.mark.parametrize("reading", ["change", "baseline"])
def test_a_change_gives_the_hidden_year(reading: str) -> None:
    before = Y18 if reading == "change" else Y16
    rows = [small(row("eoc6", 3, 40, year=before)), row("eoc6", 12, 50)]
    # 12/50 - 3/40 = 0.165
    change = row(f"eoc6_{reading}", None, None, unit="difference of shares", value=0.165)

    assert leaks(rows) == []
    assert [(found.low, found.high) for found in leaks([*rows, change])] == [(3, 3)]


def test_the_difference_from_a_comparison() -> None:
    # 37/40 = 0.925; beside it 0.8 of the comparison and the difference 0.125
    fields: dict[str, Any] = {"window_days": 365}
    service = small(row("eoc9_service", 37, 40, **fields), "complement")
    comparison = row("eoc9_comparison", None, value=0.8, method="directly standardised", **fields)
    both = row("eoc9", None, unit="difference of shares", value=0.125, **fields)

    assert leaks([service, comparison]) == []
    assert [(found.column, found.low) for found in leaks([service, comparison, both])] == [("complement", 3)]


@pytest.mark.parametrize(("denominator", "found"), [(7, 1), (8, 0)])
def test_a_denominator_of_seven_with_a_hidden_numerator(denominator: int, found: int) -> None:
    assert len(leaks([small(row("eoc8", 3, denominator))])) == found


def test_a_hidden_denominator_of_seven_is_safe() -> None:
    assert leaks([small(row("eoc8", 3, 7), "base", "numerator denominator value")]) == []


def test_a_hidden_denominator_is_found_from_groups() -> None:
    # 30 + 7 = 37 children; of the 7 all is hidden
    rows = [
        row("eoc1", 32, 37),
        row("eoc1", 20, 30, group="sex: F"),
        small(row("eoc1", 5, 7, group="sex: M"), "base", "numerator denominator value"),
    ]

    assert ("sex: M", "denominator", 7) in [(found.group, found.column, found.low) for found in leaks(rows)]


def test_a_step_of_one_child_between_windows() -> None:
    rows = [row("eoc2", 12, 121, window_days=91), row("eoc2", 13, 121, window_days=183)]
    curve = [line | {"method": "Aalen-Johansen, log-log limits"} for line in rows]

    (found,) = leaks(curve)

    assert (found.window_days, found.low, found.high) == (183, 1, 1)
    assert "window" in found.how
    assert leaks([curve[0], curve[1] | {"numerator": 20}]) == []


def test_the_complement_of_a_shown_share() -> None:
    (found,) = leaks([row("eoc1", 39, 40)])

    assert (found.column, found.low) == ("complement", 1)


def test_a_small_count_that_is_shown() -> None:
    assert [found.column for found in leaks([row("eoc1", 3, 40)])] == ["numerator"]
    assert leaks([row("eoc1", 3, 40, known="published")]) == []
    assert leaks([row("population", 3, 40, source="reference")]) == []


def test_the_worst_case_gives_the_number_unknown() -> None:
    def rows(unknown: int) -> list[dict[str, Any]]:
        return [row("eoc1", 60, 80), row("eoc1_worst", 60, 80 + unknown), row("eoc1_best", 60 + unknown, 80 + unknown)]

    assert [(found.column, found.low) for found in leaks(rows(2))] == [("denominator", 2)]
    assert leaks(rows(9)) == []


def test_the_curve_counts_the_same_events_as_the_share() -> None:
    # 37 of 40 without the event by 365 days are the 3 events of the curve
    share = small(row("eoc1", 37, 40, window_days=365), "complement")
    curve = row("eoc2", 3, 40, window_days=365)

    assert [found.column for found in leaks([share, curve])][:1] == ["complement"]
    assert leaks([share, small(curve)]) == []


def test_a_published_claim_with_the_same_counts() -> None:
    share = small(row("eoc1c", 27, 28), "complement")
    claim = row("claim:x", 27, 28, source="published")

    assert [(found.measure, found.column) for found in leaks([share, claim])] == [("eoc1c", "complement")]
    assert leaks([share, claim | {"year": Y18}]) == []


def test_a_cost_and_the_cost_of_one_give_how_many() -> None:
    fields: dict[str, Any] = {"unit": "GBP, price year 2020-21"}
    cost = row("cost", None, value=60_000.0, **fields)
    # 60,000 / 3
    each = small(row("cost_unit", None, 3, value=20_000.0, **fields), "base", "denominator")

    assert [(found.column, found.low) for found in leaks([cost, each])] == [("denominator", 3)]


@pytest.mark.parametrize(("denominator", "hidden", "found"), [(8, "", 1), (40, "", 0), (40, "denominator", 1)])
def test_a_median_of_few(denominator: int, hidden: str, found: int) -> None:
    median = row("eoc4w", None, denominator, unit="weeks", value=5.0, hidden=hidden)

    assert [each.column for each in leaks([median])] == ["value"] * found


def test_a_rounded_release_leaves_room() -> None:
    # Rounded to 5 the years are 40, 50, 60 and 35 of 150: 35 - 10 - 20 is 5, give or take 6
    rows = years(hide={Y17: "small"})
    published, truth = frames(rows)
    published["numerator"] = published["numerator"].map({12: 10, 20: 20, 35: 35}).astype("Int64")
    published[LIMITS] = float("nan")

    assert audit(published, truth, Disclosure(round_to=5)) == []


def test_a_number_that_is_not_of_the_records_is_refused() -> None:
    published, truth = frames([row("eoc1", 30, 40, window_days=365), row("eoc1", 30, 40, window_days=365)])
    published.loc[0, "numerator"] = 41

    with pytest.raises(ReportError, match="contradict"):
        audit(published, truth, Disclosure())


def test_a_page_that_says_what_is_hidden() -> None:
    published, truth = frames([small(row("eoc1", 37, 40)), row("eoc1c", 1_107, 1_200)])

    text = "37 of 40 stayed, 3 out of 40 did not; 1,107 of 1,200 and 93/1200; page 1 of 4; 37 of 40"
    assert shown_numbers_faults(text, published, truth) == ["37 of 40", "3 out of 40"]
