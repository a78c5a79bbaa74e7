"""Children of a known effect: each has exactly its stated chance, and standardisation finds what the plain shares hide.

The seeds are fixed, so that no test here is a matter of luck; the bounds are those of the binomial distribution.
"""

from __future__ import annotations

import copy
import tomllib
from collections import Counter
from datetime import date
from typing import Any

import pandas as pd
import pytest

from ehp_eval.cohort import build_cohort
from ehp_eval.comparison import compare
from ehp_eval.errors import DataError
from ehp_eval.new_folder import FICTIONAL, TRUTH
from ehp_eval.synthetic.known_effect import draw_children, entered_on
from ehp_eval.synthetic.known_effect_coverage import child_rows, coverage, main, summary
from ehp_eval.synthetic.known_effect_tables import generate_known_effect
from ehp_eval.years import Period
from tests.councils import SERVICES, Row, changed, council_of

Scenario = dict[str, Any]
SEEDS = range(1, 21)


@pytest.fixture
def scenario() -> Scenario:
    """The scenario of the fictional council with its first service alone, at a third of its size."""
    whole = tomllib.loads((FICTIONAL / TRUTH).read_text(encoding="utf-8"))
    whole["service"] = [whole["service"][0] | {"children_a_year": 80, "comparison_a_year": 200}]
    return whole


def alike(scenario: Scenario, chance: float, **changes: Any) -> Scenario:
    """A copy in which every child has this chance of care, whoever it is, and 600 are of each group a year."""
    copied = copy.deepcopy(scenario)
    copied["risk"] = {
        name: dict.fromkeys(added, 0.0) if isinstance(added, dict) else added
        for name, added in scenario["risk"].items()
    } | {"base": chance, "in_second_year": 0.0}
    copied["service"][0] |= {"children_a_year": 600, "comparison_a_year": 600} | changes
    return copied


def share_good(children: list, served: bool) -> float:
    group = [child.good for child in children if child.served == served]
    return sum(group) / len(group)


# The children


def test_the_chances_are_those_that_the_scenario_states(scenario):
    everybody = draw_children(alike(scenario, 1.0, effect=1.0))
    assert share_good(everybody, served=True) == 1  # 1 - 1: nobody enters care
    assert share_good(everybody, served=False) == 0
    some = draw_children(alike(scenario, 0.3, effect=0.1))
    # 2,400 and 1,800 children, brothers and sisters alike: a standard error of about 0.012.
    assert share_good(some, served=True) == pytest.approx(0.8, abs=0.03)
    assert share_good(some, served=False) == pytest.approx(0.7, abs=0.03)


def test_harm_is_a_chance_of_its_own(scenario):
    scenario = alike(scenario, 0.5, effect=0.5, harm_effect=0.2)
    scenario["risk"]["harm"] = 0.4
    children = draw_children(scenario)
    harmed = {served: [child.harmed for child in children if child.served == served] for served in (True, False)}
    assert sum(harmed[False]) / len(harmed[False]) == pytest.approx(0.2, abs=0.03)  # 0.4 x 0.5
    assert sum(harmed[True]) / len(harmed[True]) == pytest.approx(0.4, abs=0.03)


@pytest.mark.parametrize(("together", "differing"), [(1.0, False), (0.0, True)])
def test_brothers_and_sisters_are_alike_and_each_still_has_its_own_chance(scenario, together, differing):
    scenario = alike(scenario, 0.3)
    scenario["families"] = {"sizes": [0.0, 0.0, 1.0], "deciding_together": together}
    children = draw_children(scenario)
    families: dict[str, set[bool]] = {}
    for child in children:
        families.setdefault(child.family_id, set()).add(child.good)
    assert any(len(outcomes) == 2 for outcomes in families.values()) == differing
    assert share_good(children, served=False) == pytest.approx(0.7, abs=0.06)  # 600 families


def test_a_family_is_of_one_group_year_and_status_and_every_group_has_its_number(scenario):
    children = draw_children(scenario)
    shared = {(child.family_id, child.served, child.year, child.t0, child.status) for child in children}
    assert len(shared) == len({child.family_id for child in children})
    numbers = Counter((child.served, child.year) for child in children)
    years = scenario["years"]
    assert numbers == {(True, year): 80 for year in years} | {(False, year): 200 for year in years[:-1]}


def test_the_comparison_group_has_every_kind_of_child_and_the_high_risks_less_often(scenario):
    children = draw_children(scenario)
    strata = {
        served: Counter(child.stratum for child in children if child.served == served) for served in (True, False)
    }
    covered = sum(number for stratum, number in strata[True].items() if strata[False][stratum])
    assert covered / sum(strata[True].values()) > 0.95
    high = {
        served: sum(number for stratum, number in counts.items() if "public_law" in stratum) / sum(counts.values())
        for served, counts in strata.items()
    }
    assert high[True] == pytest.approx(0.5, abs=0.06)
    assert high[False] < 0.2


def test_a_chance_below_0_and_a_missing_setting_are_refused(scenario):
    with pytest.raises(DataError, match="cynnal"):
        draw_children(alike(scenario, 0.3, effect=0.4))
    with pytest.raises(DataError, match="'mix'"):
        draw_children({name: value for name, value in scenario.items() if name != "mix"})
    with pytest.raises(DataError, match="'background'"):
        generate_known_effect({name: value for name, value in scenario.items() if name != "background"})


# The records


def test_the_records_hold_what_was_drawn_and_nothing_after_the_extract(scenario):
    rows = generate_known_effect(scenario)
    assert rows == generate_known_effect(scenario)
    assert rows != generate_known_effect(scenario, seed=scenario["seed"] + 1)
    extract = scenario["extract_date"].isoformat()
    dates = [value for table in rows.values() for row in table for name, value in row.items() if name.endswith("_on")]
    assert max(dates) <= extract
    entries = Counter(
        row["person_id"]
        for row in rows["looked_after_episodes"]
        if row["reason_started"] == "started" and row["legal_status"] in ("V2", "C1")
    )
    for child in draw_children(scenario):
        began: date | None = entered_on(child)
        known = began is not None and began <= scenario["extract_date"]
        assert entries[child.person_id] == known + (child.prior_care == "yes")


def test_cohort_and_comparison_find_each_child_as_it_was_drawn(scenario):
    """The library's own definitions, from the records, against the generator's count of what it drew."""
    service = changed(SERVICES["doorstep"], streams=["edge_of_care"])
    tables: dict[str, list[Row]] = generate_known_effect(scenario)
    wanted = ("persons", "referrals", "comparison", "looked_after_episodes", "status_events")
    council = council_of(
        extract=scenario["extract_date"].isoformat(),
        services={"cynnal": service},
        **{name: tables[name] for name in wanted},
    )
    years = scenario["years"][:-1]
    full = build_cohort(council, council.services[0], Period(Period.year(years[0]).first, Period.year(years[-1]).last))
    found = compare(council, council.services[0], full, {})
    assert found is not None
    drawn = child_rows(scenario, scenario["seed"])
    for standardised, column in ((found.outcome, "good"), (found.harm, "harmed")):
        assert standardised is not None
        names = ["service", "service_good", "comparison", "comparison_good"]
        strata = sorted(standardised.strata[names].itertuples(index=False, name=None))
        assert strata == sorted(counts(drawn, column))


def counts(drawn: pd.DataFrame, column: str) -> list[tuple[int, ...]]:
    """Children and those with the outcome, of the service and of the comparison, by stratum."""
    found: dict[str, list[int]] = {}
    for served, has, stratum in zip(drawn["served"], drawn[column], drawn["stratum"], strict=True):
        numbers = found.setdefault(stratum, [0, 0, 0, 0])
        numbers[0 if served else 2] += 1
        numbers[1 if served else 3] += bool(has)
    return [tuple(numbers) for numbers in found.values()]


# The truth is found


def test_the_interval_holds_the_true_difference_at_its_rate_and_the_plain_one_does_not(scenario):
    found = summary(coverage(scenario, SEEDS, replicates=200)).set_index("of")
    care, harm = found.loc["out of care"], found.loc["harm"]
    # 16 of 20 or more: of 20 intervals of 95% fewer hold the truth once in 380 such tests.
    assert min(care["covered"], harm["covered"]) >= 16 / 20
    assert care["truth"] == 0.10
    # Standard error of the mean of 20 differences: about 0.01.
    assert care["mean"] == pytest.approx(0.10, abs=0.03)
    assert harm["mean"] == pytest.approx(0.0, abs=0.02)
    assert care["crude_mean"] < 0.04
    assert care["crude_covered"] <= 6 / 20


def test_the_wider_run_prints_a_table(scenario, capsys, monkeypatch):
    monkeypatch.setattr(tomllib, "loads", lambda _: scenario)
    assert main(["1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[:3] for line in lines[2:]] == [
        ["| cynnal", "out of care", "+10.0"],
        ["| cynnal", "harm", "+0.0"],
    ]
    assert main(["many"]) == 2
