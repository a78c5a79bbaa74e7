"""What a service is and who was referred, as the public sees it."""

from __future__ import annotations

from datetime import date

import pytest

from ehp_eval.present.public.service import about, flow, followed, other_streams, period_of
from ehp_eval.publishing import Disclosure
from ehp_eval.years import Period
from tests.councils import SERVICES, council_of
from tests.releases import BEFORE, POOLED, YEAR, hidden, report_of, share, step, text

FLOW = [
    step("step: children_accepted", 40),
    step("left: aged_18", 6),
    step("step: at_risk", 34),
    step("step: children_accepted", 70, POOLED),
    step("left: looked_after_at_t0", None, POOLED),
    step("left: aged_18", 5, POOLED),
    step("step: at_risk", None, POOLED),
]


def test_the_flow_has_a_column_for_the_year_and_one_for_the_headline():
    rows = [
        ["Children accepted", 40, 70],
        ["less: already looked after", 0, "[c]"],  # a reason that is not in a flow met nobody
        ["less: already 18", 6, 5],
        ["Counted from the start of the clock", 34, "[c]"],
    ]
    table = flow(report_of(*FLOW))
    assert table.frame.to_numpy().tolist() == rows
    assert list(table.frame.columns) == ["step", YEAR, POOLED]
    assert "no sum of single years" in text(table)
    assert table.released


def test_where_zero_is_hidden_a_reason_that_is_missing_may_not_tell_of_it():
    table = flow(report_of(*FLOW, rule=Disclosure(show_zero=False)))
    assert table.frame.loc[1].tolist() == ["less: already looked after", "[c]", "[c]"]


def test_a_report_without_full_years_shows_the_flow_of_its_year_alone():
    table = flow(report_of(*FLOW, headline=""))
    assert list(table.frame.columns) == ["step", YEAR]
    assert "no sum" not in text(table)


def test_what_adds_to_a_flow_is_no_negative_count_and_hidden_it_still_adds():
    given = [
        step("step: pregnancies_accepted", 20, stream="pre_birth"),
        step("left: multiple_births", -6, stream="pre_birth"),
        step("step: pregnancies_accepted", 20, POOLED, stream="pre_birth"),
        step("left: multiple_births", None, POOLED, stream="pre_birth"),
    ]
    frame = flow(report_of(*given, service="cradle")).frame
    assert frame.loc[1].tolist() == ["more: twins and further babies of one pregnancy", 6, "[c]"]


def test_the_flow_of_another_stream_is_not_mixed_in():
    table = flow(report_of(*FLOW, step("step: referrals", 99, stream="placement_support")))
    assert "99" not in text(table)


def test_followed_shows_by_window_who_is_in_it():
    table = followed(
        report_of(
            step("step: at_risk", 34),
            step("step: matured", 34, window_days=91),
            step("left: status_unknown", None, window_days=91),
            step("step: outcome_known", None, window_days=91),
            step("left: not_matured", 14, window_days=365),
            step("step: matured", 20, window_days=365),
            step("step: outcome_known", 20, window_days=365),
        )
    )
    assert list(table.frame.columns) == [
        "window", "at_risk", "not_matured", "matured", "status_unknown", "outcome_known",
    ]  # fmt: skip
    assert table.frame.to_numpy().tolist() == [["3 months", 34, 0, 34, "[c]", "[c]"], ["12 months", 34, 14, 20, 0, 20]]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([share("eoc8c", 15, 25)], "Placement support, in 2020-21: 15 of 25"),
        ([hidden("eoc8c", "complement", 12)], "in 2020-21: all but fewer than 5 of 12 were in the same placement"),
        (
            [hidden("eoc8c", "base"), hidden("eoc8c", "small", 9, POOLED)],
            "from 2018-19 to 2019-20: fewer than 5 of 9 were in the same placement",
        ),
        ([hidden("eoc8c", "base"), hidden("eoc8c", "base", year=POOLED)], "so few that no figure can be shown"),
        ([share("eoc8c", 0, 0)], "Placement support: nobody in 2020-21"),
        ([], "Placement support: nobody in 2020-21"),
    ],
)
def test_other_streams_are_told_as_far_as_they_are_shown(rows, says):
    assert says in text(other_streams(report_of(*rows)))


@pytest.mark.parametrize(
    ("began", "says"),
    [
        (date(2017, 6, 1), "It was in operation before 2018-19, the first year of these records."),
        (date(2018, 6, 1), "It has been in operation since June 2018."),
    ],
)
def test_since_when_a_service_has_worked_needs_no_records(began, says):
    services = {"doorstep": SERVICES["doorstep"] | {"operational_since": began}}
    assert says in text(about(report_of(council=council_of(services=services))))


def test_a_label_names_its_years():
    assert period_of(BEFORE) == Period(2019, 2019)
    assert period_of(POOLED) == Period(2018, 2019)
