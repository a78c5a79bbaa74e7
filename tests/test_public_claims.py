"""The published claims, all released figures, and what they cannot say, as the public sees it."""

from __future__ import annotations

from typing import Any

import pytest

from ehp_eval.disclosure.release import CLAIMED
from ehp_eval.present.public.cautions import limits, method
from ehp_eval.present.public.claims import claims_table
from ehp_eval.present.public.figures import figures_table
from ehp_eval.prose import Paragraph
from ehp_eval.publishing import Disclosure
from ehp_eval.tables import Table
from tests.councils import council_of
from tests.releases import BEFORE, POOLED, YEAR, difference, hidden, report_of, share, step, text

NOTHING = "\N{EN DASH}"


def claim(name: str, percent: str, denominator: str, **changes: Any) -> dict[str, Any]:
    return {
        "claim_id": name,
        "subject": "doorstep",
        "stream": "edge_of_care",
        "period_start": "2019-04-01",
        "period_end": "2020-03-31",
        "percent_stated": percent,
        "denominator": denominator,
        "unit": "child",
        "percent_of": "child",
        "document": "A paper",
        "paragraph": "1",
        "wording": "remained at home",
    } | changes


CLAIMS = council_of(claims=[claim("a", "50", "2"), claim("b", "75", "40"), claim("c", "80", "40")])


def test_what_was_published_is_shown_whole_and_the_records_as_released():
    table = claims_table(
        report_of(
            hidden(CLAIMED, "base", group="claim: a", year=BEFORE),
            share(CLAIMED, 31, 40, BEFORE, group="claim: b"),
            council=CLAIMS,
        )
    )
    assert isinstance(table, Table)
    assert table.frame["stated"].tolist()[0] == "50% of 2 children"
    assert table.frame["fits"].tolist()[0] == "1"  # published: a reader can work it out alone
    assert table.frame["records"].tolist() == ["[c]", "31 of 40", NOTHING]
    assert "<q>A paper</q>" in table._repr_html_()


def test_a_count_beside_a_claim_has_no_denominator():
    row = share(CLAIMED, 11, 1, group="claim: a") | {"unit": "count", "denominator": None}
    table = claims_table(report_of(row, council=CLAIMS))
    assert isinstance(table, Table)
    assert table.frame["records"].tolist()[0] == "11"


def test_without_claims_there_is_a_sentence():
    assert isinstance(claims_table(report_of()), Paragraph)


# All figures


def test_every_figure_of_the_year_and_the_headline_is_listed_with_its_marks():
    table = figures_table(
        report_of(
            share("eoc1", 30, 40, window_days=365),
            hidden("eoc1", "small", 40, POOLED, window_days=365),
            share("eoc1c", 9, 12),
            difference("eoc1c_change", 0.1, BEFORE),
            share("eoc1", 20, 40, BEFORE, window_days=365),
            share("eoc1", 20, 40, POOLED, window_days=365, group="sex: F"),
            share("reach", 20, 40, group="sex: F"),
            step("step: at_risk", 40),
            share("claim:a", 1, 2, source="published"),
            {**hidden("eoc4w", "few", 7), "unit": "weeks", "hidden": "value"},
        )
    )
    assert table.frame.drop(columns=["method", "year"]).to_numpy().tolist() == [
        ["eoc1", "12 months", "30 of 40", "75.0%", "65% to 85%"],
        ["eoc1", "12 months", "[c] of 40", "[c]", "[c]"],
        ["eoc1c", "when support closed", "9 of 12", NOTHING, "65% to 85%"],
        ["eoc1c_change", "when support closed", NOTHING, "+10.0", "+0.0 to +20.0"],
        ["eoc4w", NOTHING, NOTHING, "[c]", NOTHING],
    ]


# What cannot be said, and how it was made


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            [hidden("eoc1", "small", 9), share("eoc1", 9, 20, BEFORE)],
            "Of the 2 figures of this report in figures.csv, 1 is hidden",
        ),
        (
            [
                step("step: at_risk", 40),
                step("step: matured", 9, window_days=365),
                step("left: not_matured", 31, window_days=365),
            ],
            "12 months have passed for 9 of the 40 children counted for 2020-21",
        ),
        (
            [
                step("step: at_risk", 40),
                step("step: matured", None, window_days=365),
                step("left: not_matured", None, window_days=365),
            ],
            "12 months have not yet passed for all children counted for 2020-21",
        ),
        (
            [step("left: status_unknown", None, POOLED, window_days=365)],
            "Status at 12 months not known, from 2018-19 to 2019-20: fewer than 5.",
        ),
        ([share("eoc2", 6, 60, POOLED, window_days=365)], "There were so few events from 2018-19 to 2019-20"),
        ([hidden("eoc2", "small", 60, POOLED, window_days=365)], "There were so few events"),
    ],
)
def test_limits_follow_from_what_is_shown(rows, says):
    assert says in text(limits(report_of(*rows)))


def test_a_number_hidden_to_protect_another_is_not_called_few():
    row = hidden("eoc2", "secondary", 60, POOLED, window_days=365)
    assert "few events" not in text(limits(report_of(row)))


@pytest.mark.parametrize(
    ("comparison", "says"),
    [
        (None, "There is no comparison group"),
        ({"refused": "no_overlap"}, "The comparison group cannot be used"),
        ({"refused": ""}, "The comparison group allows for age, sex"),
    ],
)
def test_what_stands_beside_the_service_is_said(comparison, says):
    assert says in text(limits(report_of(comparison=comparison)))


def test_siblings_are_named_where_they_matter():
    assert "Brothers and sisters" not in text(limits(report_of()))
    assert "Brothers and sisters" in text(limits(report_of(siblings=True)))


@pytest.mark.parametrize(
    ("rule", "says", "says_not"),
    [
        (Disclosure(), "Counts of 1 to 4 are hidden", "rounded"),
        (Disclosure(hide_up_to=9, round_to=5), "rounded to the nearest 5", "Counts of 1 to 4"),
        (Disclosure(show_zero=False), "Counts of 0 to 4 are hidden", "nobody is shown"),
    ],
)
def test_the_method_says_how_numbers_are_hidden(rule, says, says_not):
    shown = method(report_of(rule=rule))
    assert shown.released
    assert says in text(shown)
    assert says_not not in text(shown)
    assert "tried to recover every hidden number" in text(shown)
    assert YEAR not in text(shown)
