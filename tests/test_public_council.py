"""The overview, the looked-after system and the front door as the public sees them, from releases of a few rows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from ehp_eval.config import Service
from ehp_eval.disclosure.release import MARK_COLUMNS, Release, released_frame
from ehp_eval.measures.figures import COUNT, FIGURE_COLUMNS
from ehp_eval.present.public.front_door import (
    front_door_answer,
    front_door_changes,
    front_door_figures,
    front_door_growth,
    front_door_sentence,
)
from ehp_eval.present.public.front_door_parts import (
    front_door_decisions,
    front_door_flow,
    front_door_held,
    front_door_limits,
    front_door_method,
    front_door_waits,
)
from ehp_eval.present.public.overview import (
    overview_answer,
    overview_figures,
    overview_limits,
    overview_sentence,
    published_verdicts,
    services_chart,
    services_table,
    system_beside,
)
from ehp_eval.present.public.system import (
    system_flows,
    system_method,
    system_shares,
    system_stock,
    system_table,
)
from ehp_eval.present.public.system_first import system_answer, system_cards, system_sentence
from ehp_eval.prose import Callout, Paragraph
from ehp_eval.public import PublicFrontDoor, PublicOverview, PublicSystem, public_report
from ehp_eval.publishing import Disclosure
from tests.councils import council_of, service
from tests.releases import BEFORE, POOLED, YEAR, Row, hidden, share, step
from tests.releases import text as spaced

PORCH = service(["front_door"], "contact", "received_on", [183], id="porch", title="Porch", notebook="front_door")
GATES = {"data": "pass", "safety": "not_shown", "outcome": "none", "value": "unknown", "system": "context"}
SYSTEM = "looked-after-system"
MINUS = "\N{MINUS SIGN}"


def text(shown: Any) -> str:
    """What a reader reads of it: where words are kept together, no blank before a stop."""
    return re.sub(r" (?=[.,;:)])|(?<=\() ", "", spaced(shown))


def number(measure: str, n: int | None, year: str = YEAR, reason: str = "small", **changes: Any) -> Row:
    """A count; None where it is hidden."""
    marks = {"hidden": "numerator value", "reason": reason} if n is None else {}
    given = {"measure": measure, "year": year, "numerator": n, "value": n, "lower": n and n - 5, "upper": n and n + 5}
    return {"unit": COUNT, "method": "count", "source": "records"} | given | marks | changes


def quantity(measure: str, value: float | None, unit: str, year: str = YEAR, n: int | None = 40, **changes: Any) -> Row:
    """A wait, a rate, a difference; its limits are 1 away; None where it is hidden."""
    marks = {"hidden": "value", "reason": "few"} if value is None else {}
    limits = {"lower": None, "upper": None} if value is None else {"lower": value - 1, "upper": value + 1}
    given = {"measure": measure, "year": year, "value": value, "denominator": n, "unit": unit}
    return {"method": "", "source": "records"} | given | limits | marks | changes


def told(**changes: Any) -> dict[str, Any]:
    """The facts of a service."""
    verdict = {"verdict": "watch", "reasons": ["no_comparator"], "gates": GATES, "flips": [], "unreviewed": False}
    years = {"years": ["2018-19", BEFORE, YEAR], "full": POOLED, "headline": POOLED, "baseline": "2018-19"}
    return {**years, "verdict": verdict, "comparison": None, "value": None, "siblings": False, "missing": []} | changes


def released(rows: dict[str, list[Row]], name: str, **facts: Any) -> Any:
    """A report of the release that holds these rows by report; None in the place of facts takes a report out."""
    blank = dict.fromkeys(FIGURE_COLUMNS) | dict.fromkeys(MARK_COLUMNS, "")
    figures = [blank | {"report": report, "service": report} | row for report, given in rows.items() for row in given]
    council = council_of(claims=[])
    council = replace(council, services=(*council.services, Service.model_validate(PORCH)))
    known: dict[str, Any] = {
        "overview": {"services": ["doorstep", "cradle"], "not_evaluated": {}},
        SYSTEM: {"years": [BEFORE, YEAR], "missing": []},
        "porch": {"years": [BEFORE, YEAR]},
        "doorstep": told(),
        "cradle": told(),
    }
    known = {report: given for report, given in (known | facts).items() if given is not None}
    release = Release(YEAR, Disclosure(), released_frame(figures), known)
    return public_report(council, release, name.replace("-", "_"))


# The front door


def door(*rows: Row) -> PublicFrontDoor:
    report = released({"porch": list(rows)}, "porch")
    assert isinstance(report, PublicFrontDoor)
    return report


def decisions(year: str = YEAR, **counts: int | None) -> list[Row]:
    return [number("fd1", n, year, group=f"decision: {name}") for name, n in counts.items()]


CAME = [
    number("fd1", 120),
    number("fd1", 100, BEFORE),
    *decisions(early_help=60, stepped_down=40, stepped_up=None, no_further_action=12, unknown=None),
    *decisions(BEFORE, early_help=50, stepped_down=30, stepped_up=10, no_further_action=10, unknown=0),
    quantity("fd2", 14, "days"),
    quantity("fd2", 11, "days", BEFORE),
    quantity("fd2p90", 36, "days"),
    quantity("fd2_change", 3, "days", n=None),
    hidden("fd3", "small", 117),
    hidden("fd4", "complement", 40, window_days=183),
    hidden("fd4", "complement", 30, BEFORE, window_days=183),
    *(
        step(name, n, stream="front_door")
        for name, n in {
            "step: received": 120,
            "left: undecided": None,
            "step: decided": 117,
            "left: stepped_up": None,
            "step: support": 100,
            "left: not_started": 9,
            "step: started": 91,
        }.items()
    ),
]


def test_the_front_door_answers_how_many_came_and_how_long_they_waited():
    report = door(*CAME)
    answer = "120 contacts were received in 2020-21. Of those who were to have support, half waited 14 days or less"
    assert front_door_sentence(report).startswith(answer)
    glance = text(front_door_answer(report))
    assert "How long? Half: 14 days or less" in glance
    assert "9 in 10 waited 36 days or less" in glance
    assert "120 contacts received in 2020-21; support was to begin for 100 of them." in glance
    assert "How sure are we? 13 to 15 days" in glance
    assert "Ask why waits are longer Median wait: +3.0 days (95% interval +2.0 to +4.0), longer than before." in glance


def test_what_is_hidden_of_the_front_door_is_said_as_far_as_the_rule_says_it():
    report = door(*CAME)
    said = text(front_door_answer(report))
    assert "stepped up to social care: fewer than 5 of 117" in said
    assert "not re-opened within 183 days: all but fewer than 5 of 40" in said
    assert "the decision on" not in said  # two of its numbers are hidden, so none is given in a sentence
    held = front_door_held(report)
    assert isinstance(held, Paragraph)
    assert "2019-20: all but fewer than 5 of 30; 2020-21: all but fewer than 5 of 40" in text(held)
    assert text(front_door_figures(report)).endswith("2020-21 hidden so that nobody can be identified")


def test_contacts_by_decision_bear_their_mark():
    table = front_door_decisions(door(*CAME))
    assert table.frame["stepped_up"].tolist() == ["10", "[c]"]
    assert table.frame["unknown"].tolist() == ["0", "[c]"]
    assert "[c]: hidden so that nobody can be identified" in text(table)


def test_the_flow_of_contacts_bears_its_mark():
    table = front_door_flow(door(*CAME))
    assert table.frame["number"].tolist() == ["120", "[c]", "117", "[c]", "100", "9", "91"]
    assert table.frame["step"].tolist()[0] == "Contacts received"
    assert "stepped up to social care" in table.frame["step"].tolist()[3]


def test_step_downs_that_are_shown_are_drawn_and_the_hidden_years_named():
    shown = share("fd4", 30, 40, window_days=183)
    chart = front_door_held(door(shown, hidden("fd4", "complement", 30, BEFORE, window_days=183)))
    assert chart.alt.startswith("One dot")  # type: ignore[union-attr]
    assert "30 of 40 (75%" in chart.alt  # type: ignore[union-attr]
    assert "Not drawn: 2019-20: all but fewer than 5 of 30." in text(chart)
    assert isinstance(front_door_held(door()), Callout)


def test_a_change_is_given_where_both_years_are_shown():
    report = door(*CAME)
    assert text(front_door_changes(report)).count("The difference is") == 1  # the median wait alone
    assert "no whole year before" in front_door_growth(report)
    hidden_before = [row for row in CAME if not (row["measure"] == "fd2" and row["year"] == BEFORE)]
    assert "no whole year before" in text(front_door_changes(door(*hidden_before)))


def test_the_limits_of_the_front_door_count_what_is_shown_alone():
    said = text(front_door_limits(door(*CAME)))
    assert "For 9 contacts support had not begun" in said
    assert "The decision" not in said  # of [c] contacts not known
    assert "stepped up or closed" not in said  # 12 and [c]
    assert "more is recorded" in text(front_door_limits(door(*decisions(stepped_up=10, no_further_action=12))))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([number("fd1", 9), step("step: support", 0)], "Support was to begin for none of them."),
        ([number("fd1", 19), quantity("fd2", None, "days")], "fewer than 20 contacts stand behind it"),
        ([number("fd1", 90), step("step: support", 40)], "support had begun for fewer than half"),
        ([number("fd1", None)], "For how many? Not shown"),
    ],
)
def test_a_wait_that_is_not_shown_is_not_known(rows: list[Row], why: str):
    report = door(*rows)
    glance = text(front_door_answer(report))
    assert why in glance
    assert "How long? Not known" in glance
    assert "Watch the waits from here on" in glance
    assert isinstance(front_door_waits(report), Callout)
    assert "Small numbers Counts of 1 to 4 are hidden" in text(front_door_method(report))


# The looked-after system


def system(*rows: Row) -> PublicSystem:
    report = released({SYSTEM: list(rows)}, SYSTEM)
    assert isinstance(report, PublicSystem)
    return report


CARE = [
    number("las1", 90),
    number("las1", 100, BEFORE),
    quantity("las1_change", -10, COUNT, n=None),
    quantity("las2", 45.2, "per 10,000 under 18", numerator=90),
    number("las3", None),
    number("las4", 30),
    number("las4", 24, BEFORE),
    quantity("las4_ratio", 1.25, "ratio", numerator=30, n=24, lower=0.7, upper=2.2),
    share("las5", 20, 90),
    hidden("las6", "small", 90),
    number("las9", 10),
    number("las9", 8, BEFORE),
    quantity("las9_ratio", 1.25, "ratio", numerator=10, n=8),
]


def test_the_system_says_how_many_and_how_many_a_year_before():
    report = system(*CARE)
    assert system_sentence(report).startswith(
        "At 31 March 2021 the council looked after 90 children, 10 fewer than a year before."
    )
    glance = text(system_answer(report))
    assert "Are there fewer? 10 fewer than a year before" in glance
    assert "For how many? 90 children at 31 March 2021: 45 per 10,000 under 18" in glance
    assert "Starts of care in 2020-21: fewer than 5; ends: 30." in glance
    assert "three or more placements in the year fewer than 5 of 90" in glance


def test_the_system_s_table_gives_no_change_of_few_and_marks_what_is_hidden():
    table = system_table(system(*CARE))
    frame = table.frame.set_index("measure")
    change = dict(zip(frame.index, frame["change"], strict=True))
    assert change["Children looked after at 31 March"] == f"{MINUS}10"
    assert change["Children ceasing to be looked after in the year"] == f"+25% (95% interval {MINUS}30% to +120%)"
    assert change["Care orders discharged"] == "too few to compare"
    assert frame.loc["Children starting to be looked after in the year", YEAR] == "[c]"
    assert frame.loc["Three or more placements in the year", YEAR] == "[c] of 90"
    assert frame.loc["Looked-after children placed with parents", YEAR] == "20 of 90 (22%)"
    assert "[c]: hidden" in text(table)


def test_the_system_s_methods_say_what_its_tables_point_to():
    assert "see the annex" in text(system_table(system(*CARE)))
    assert "Small numbers Counts of 1 to 4 are hidden" in text(system_method(system(*CARE)))


def test_what_is_hidden_of_the_system_is_not_drawn():
    report = system(*CARE)
    assert "Children ceasing" in system_flows(report).alt  # type: ignore[union-attr]
    assert "Children starting" not in system_flows(report).alt  # type: ignore[union-attr]
    assert "Three or more" not in system_shares(report).alt  # type: ignore[union-attr]
    assert "From records: 100 in 2020, 90 in 2021" in system_stock(report).alt  # type: ignore[union-attr]
    assert all(isinstance(part(system()), Callout) for part in (system_flows, system_shares, system_stock))
    assert "[c] starts of care in 2020-21" in text(system_cards(report))


def test_a_hidden_number_of_the_system_gives_no_change():
    report = system(number("las1", None), number("las1", 100, BEFORE))
    assert "is not shown" in system_sentence(report)
    assert "Are there fewer? Not shown" in text(system_answer(report))
    assert "For how many? Not shown" in text(system_answer(report))


# The overview


def overview(stayed: list[Row], babies: list[Row], **facts: Any) -> PublicOverview:
    report = released({"doorstep": stayed, "cradle": babies, SYSTEM: CARE, "porch": CAME}, "overview", **facts)
    assert isinstance(report, PublicOverview)
    return report


STAYED = [share("eoc1", 44, 50, POOLED, window_days=365), step("step: at_risk", 33)]
STAYED += [hidden("eoc6", "small", 50, POOLED, window_days=365)]
BABIES = [hidden("bm1", "small", 22, POOLED, window_days=365), step("step: at_risk", None, stream="pre_birth")]


def test_the_overview_names_each_service_s_answer():
    report = overview(STAYED, BABIES)
    assert "Doorstep 44 of 50 (88%; 95% interval 78% to 98%)" in overview_sentence(report)
    said = text(overview_answer(report))
    assert "Does it work? Not known of any of the 2 services" in said
    assert "For how many? 33 children 2 services in 2020-21" in said
    assert "Without Cradle: that number is hidden so that nobody can be identified." in said
    assert "How sure are we? Enough cases in 2 of 2 services" in said
    assert "What next? Watch: all 2 services" in said
    assert "Doorstep fewer than 5 of 50" in said  # registered, or the subject of an enquiry
    assert "2 services evaluated for 2020-21" in text(overview_figures(report))
    assert "there is no comparison group" in text(overview_limits(report))


def test_the_overview_counts_the_changes_that_its_table_shows():
    change = share("eoc1c_change", 1, 1) | {"numerator": None, "denominator": None, "unit": "difference of shares"}
    change |= {"value": 0.15, "lower": -0.02, "upper": 0.3}
    closed = [share("eoc1c", 50, 60), share("eoc1c", 40, 60, BEFORE), change]  # none at 12 months, one at closure
    report = overview([*STAYED, *closed], BABIES)
    assert "For 1 service a change from the year before can be shown" in text(overview_answer(report))
    rows = services_table(report).frame["changed_column"].astype(str)
    assert rows.str.contains("When support closed").sum() == 1
    assert "For no service can a change" in text(overview_answer(overview(STAYED, BABIES)))


def test_the_overview_s_table_bears_the_marks():
    table = services_table(overview(STAYED, BABIES))
    frame = table.frame.set_index("service")
    assert frame["counted"].tolist() == ["33", "[c]", "120"]
    assert frame.loc["Cradle", "year_on"].striptags().startswith("[c] of 22 never separated")
    assert "[c]: hidden" in text(table)
    chart = services_chart(overview(STAYED, BABIES))
    assert "Doorstep" in chart.alt  # type: ignore[union-attr]
    assert "Cradle" not in chart.alt  # type: ignore[union-attr]
    assert isinstance(services_chart(overview([], BABIES)), Callout)
    assert "Children ceasing" in text(system_beside(overview(STAYED, BABIES)))


def test_differing_verdicts_are_counted_and_named_those_first_that_ask_for_a_decision():
    better = {"numerator": None, "value": 0.09, "unit": "difference of shares", "lower": 0.02, "upper": 0.16}
    row = share("eoc9", 1, 1, POOLED, window_days=365) | better | {"confidence": 0.95}
    gates = GATES | {"outcome": "better"}
    judged = {"verdict": "continue", "reasons": [], "gates": gates, "flips": [], "unreviewed": False}
    compared = {"refused": "", "level": 2, "years": []}
    report = overview([*STAYED, row], BABIES, doorstep=told(verdict=judged, comparison=compared))
    said = text(overview_answer(report))
    assert "Looks better than like children: 1; not known: 1" in said
    assert "Continue: 1; Watch: 1 Continue: Doorstep. Watch: Cradle." in said
    assert "Continue" in text(published_verdicts(report))
    row["value"], row["hidden"], row["reason"] = None, "value", "secondary"
    said = text(overview_answer(overview([*STAYED, row], BABIES, doorstep=told(verdict=judged, comparison=compared))))
    assert "Not shown: 1; not known: 1" in said


def test_a_release_without_front_door_or_system_or_services():
    nothing = {"overview": {"services": [], "not_evaluated": {}}, SYSTEM: None}
    report = released({}, "overview", **nothing)
    assert "No service was evaluated for 2020-21." in text(overview_answer(report))
    assert "no looked-after children of this year" in text(system_beside(report))
    assert isinstance(services_chart(report), Callout)
    assert "0 services evaluated" in text(overview_figures(report))
