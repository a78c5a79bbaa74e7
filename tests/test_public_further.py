"""The further measures of a service, and what was not supplied, as the public sees it."""

from __future__ import annotations

import pytest

from ehp_eval.contract import TABLES
from ehp_eval.present.public.figures import figures_table
from ehp_eval.present.public.further import further, left_out
from ehp_eval.prose import Bullets, Paragraph
from ehp_eval.tables import Table
from tests.councils import council_of
from tests.releases import BEFORE, POOLED, YEAR, difference, hidden, report_of, share, step, text

NOTHING = "\N{EN DASH}"


def test_the_year_stands_beside_the_year_before_and_the_headline():
    table = further(
        report_of(
            share("eoc3", 30, 40),
            hidden("eoc3", "complement", 30, BEFORE),
            share("eoc3", 45, 60, POOLED),
            share("eoc4", 10, 40),
            share("eoc4", 20, 40, BEFORE),
            difference("eoc4_change", -0.25),
        ),
        "support",
    )
    assert isinstance(table, Table)
    assert table.released
    assert list(table.frame.columns) == ["measure", YEAR, BEFORE, POOLED, "change"]
    first, second = table.frame.to_numpy().tolist()
    assert first[1].startswith("30 of 40 (75%")
    assert first[2:] == ["[c] of 30", "45 of 60 (75%; 95% interval 65% to 85%)", NOTHING]
    assert second[4] == "\N{MINUS SIGN}25.0 percentage points (95% interval \N{MINUS SIGN}35.0 to \N{MINUS SIGN}15.0)"


def test_a_difference_is_hidden_with_either_of_its_shares():
    rows = [share("eoc3", 30, 40), hidden("eoc3", "secondary", 30, BEFORE), difference("eoc3_change", 0.1)]
    table = further(report_of(*rows), "support")
    assert isinstance(table, Table)
    assert table.frame["change"].tolist() == ["[c]"]


def test_a_difference_of_few_is_not_given():
    rows = [share("eoc3", 9, 12), share("eoc3", 30, 40, BEFORE), difference("eoc3_change", 0.0)]
    table = further(report_of(*rows), "support")
    assert isinstance(table, Table)
    assert "change" not in table.frame


def test_the_interval_that_allows_for_siblings_decides():
    rows = [share("eoc3", 30, 40), share("eoc3_family", 30, 40, lower=0.5, upper=0.9)]
    assert "50% to 90%" in text(further(report_of(*rows), "support"))


def test_a_topic_that_is_hidden_throughout_says_what_the_rule_says():
    shown = further(
        report_of(
            hidden("eoc8", "small", 9, window_days=91, stream="placement_support"),
            hidden("eoc8", "base", window_days=183, stream="placement_support"),
            hidden("eoc8", "complement", 20, POOLED, window_days=183, stream="placement_support"),
        ),
        "placement",
    )
    assert isinstance(shown, Bullets)
    assert text(shown).startswith("At later times no number can be shown without identifying somebody.")
    assert "3 months, in 2020-21: fewer than 5 of 9." in text(shown)
    assert "6 months, from 2018-19 to 2019-20: all but fewer than 5 of 20." in text(shown)


def test_a_topic_that_is_nearly_all_hidden_says_what_is_shown():
    rows = [hidden(measure, "secondary", 40, year) for measure in ("eoc3", "eoc4") for year in (BEFORE, POOLED)]
    shown = further(report_of(*rows, hidden("eoc3", "small", 22), share("eoc4v", 30, 40, POOLED)), "support")
    assert isinstance(shown, Bullets)
    assert "Most numbers are hidden" in text(shown)
    assert "in 2020-21: fewer than 5 of 22." in text(shown)
    assert "from 2018-19 to 2019-20: 30 of 40 (75%" in text(shown)


def test_a_topic_without_figures_says_so():
    assert isinstance(further(report_of(), "after"), Paragraph)


@pytest.mark.parametrize(
    ("matured", "says"), [(15, "In 2020-21, 12 months have passed for 15 of 40."), (40, ""), (None, "")]
)
def test_how_many_have_been_followed_is_said_where_it_is_shown(matured, says):
    rows = [step("step: at_risk", 40), step("step: matured", matured, window_days=365)]
    shown = text(further(report_of(share("eoc6", 10, 40, window_days=365), *rows), "safety"))
    assert ("12 months have passed" in shown) == bool(says)
    assert says in shown


def test_a_published_count_is_quoted_with_its_source():
    count = {"measure": "bm4", "value": "23", "period": "2016-17", "document": "A paper", "paragraph": "4.9"}
    council = council_of(claims=[], counts=[count])
    shown = further(report_of(share("bm4", 8, 40), service="cradle", council=council), "authority")
    assert "23 in 2016-17, as published ( A paper , 4.9)" in text(shown)
    assert "<q>A paper</q>" in shown._repr_html_()


def test_what_was_not_supplied_is_named_by_its_file():
    assert isinstance(left_out(report_of()), Paragraph)
    assert TABLES["contacts"].file in text(left_out(report_of(missing=["contacts"])))


# All figures


def test_a_figure_of_people_who_are_hidden_is_shown_without_their_number():
    row = difference("eoc10_break_even", 20.1) | {"unit": "entries fewer", "lower": 10.2, "upper": 42.3}
    table = figures_table(report_of(row | {"hidden": "denominator", "reason": "secondary"}))
    assert table.frame["value"].tolist() == ["20.1 entries fewer (95% interval 10.2 to 42.3)"]


def test_the_note_explains_what_the_table_holds():
    days = difference("eoc4w_change", 2.0) | {"unit": "weeks"}
    note = figures_table(report_of(days)).note or ""
    assert (
        "_change: set against the year before. Differences of other figures are in the unit of these figures." in note
    )
    assert "percentage points" not in note
    assert "_baseline" not in note
    both = figures_table(report_of(days, difference("eoc1c_baseline", 0.1))).note or ""
    assert "Differences of percentages are in percentage points." in both
