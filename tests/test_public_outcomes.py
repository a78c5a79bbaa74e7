"""The main measure of a service, who was reached and how many came, as the public sees it."""

from __future__ import annotations

import pytest

from ehp_eval.charts import Chart
from ehp_eval.present.public.outcomes import changes, course, windows, years, years_at_12_months
from ehp_eval.present.public.over_time import volumes
from ehp_eval.present.public.reach import outcomes_by_group, reached
from ehp_eval.prose import Callout, NotPublic, Paragraph
from ehp_eval.tables import Table
from tests.councils import council_of
from tests.releases import BEFORE, POOLED, YEAR, difference, hidden, report_of, share, step, text

COUNCIL = council_of(claims=[], events=[])


# By windows


def test_windows_draw_what_is_shown_and_keep_the_place_of_what_is_hidden():
    chart = windows(
        report_of(
            share("eoc1c", 30, 40),
            hidden("eoc1", "complement", 40, window_days=91),
            share("eoc1", 28, 40, window_days=365),
            hidden("eoc1", "complement", 60, POOLED, window_days=91),
            share("eoc1", 45, 60, POOLED, window_days=365),
        )
    )
    assert isinstance(chart, Chart)
    assert chart.released
    rows = chart.data.frame.set_index(["group", "label"])[["numerator", "denominator", "value", "upper"]]
    assert rows.loc[("Accepted in 2020-21", "3 months")].tolist() == ["[c]", 40, "[c]", "[c]"]
    assert rows.loc[("Accepted in 2020-21", "12 months"), "numerator"] == 28
    assert rows["numerator"].tolist()[:2] == [30, "[c]"]
    assert "3 months: [c] of 40" in chart.alt
    assert "[c]: hidden" in (chart.note or "")


def test_one_point_alone_is_a_table_and_what_is_hidden_stands_in_it():
    table = windows(
        report_of(
            hidden("eoc1", "complement", 40, window_days=91),
            hidden("eoc1", "complement", 40, window_days=365),
            share("eoc1", 45, 60, POOLED, window_days=365),
        )
    )
    assert isinstance(table, Table)
    rows = {row[0]: row[1:] for row in table.frame.to_numpy().tolist()}
    assert rows["3 months"] == ["[c] of 40", "\N{EN DASH}"]
    assert rows["12 months"][1].startswith("45 of 60 (75%")


def test_a_table_that_is_nearly_all_hidden_is_a_sentence_on_what_is_shown():
    rows = [hidden("eoc1", "secondary", 40, year, window_days=91) for year in (YEAR, POOLED)]
    rows += [hidden("eoc1c", "secondary", 40, year) for year in (YEAR, POOLED)]
    shown = windows(report_of(*rows, share("eoc1", 45, 60, POOLED, window_days=365)))
    assert isinstance(shown, Paragraph)
    assert "most shares are hidden" in text(shown)
    assert "12 months: 45 of 60 (75%" in text(shown)


def test_where_every_point_is_hidden_the_rule_says_how_few():
    given = [hidden("rf1", "small", 31, POOLED, window_days=days) for days in (365, 730)]
    shown = windows(report_of(*given, hidden("rf1", "secondary", 13, window_days=365), service="afresh"))
    assert isinstance(shown, Paragraph)
    assert "fewer than 5 of 31 (12 months); fewer than 5 of 31 (24 months)." in text(shown)
    assert "13" not in text(shown).replace("2013", "")


def test_nothing_yet_is_not_the_same_as_hidden():
    shown = windows(report_of(share("eoc1", 0, 0, window_days=91), headline=""))
    assert isinstance(shown, Callout)


def test_the_course_is_points_at_fixed_days_and_never_a_curve():
    chart = course(
        report_of(
            share("eoc2", 6, 60, POOLED, window_days=91),
            share("eoc2", 12, 60, POOLED, window_days=365),
            share("eoc2", 9, 40, window_days=365),
        )
    )
    assert isinstance(chart, Chart)
    assert chart.released
    assert chart.data.frame["numerator"].tolist() == [6, 12]  # of the headline's years
    assert "no curve" in (chart.note or "")


def test_where_the_headline_is_hidden_no_course_of_an_unfinished_year_stands_in_its_place():
    rows = [hidden("eoc2", "secondary", year=POOLED, window_days=days) for days in (91, 365)]
    rows += [share("eoc2", 6, 40, window_days=91), share("eoc2", 9, 40, window_days=365)]
    report = report_of(*rows, share("eoc1c", 30, 40), share("eoc1", 28, 40, window_days=365))
    assert isinstance(course(report), NotPublic)
    assert "No curve is drawn between fixed days" in text(windows(report))


def test_a_service_whose_main_measure_is_an_incidence_has_shown_its_days_already():
    report = report_of(*[share("rf1", 5, 31, POOLED, window_days=days) for days in (365, 730)], service="afresh")
    assert isinstance(course(report), NotPublic)
    assert "No curve is drawn between fixed days" in text(windows(report))


# By year


def test_years_are_drawn_beside_what_was_published():
    claim = {
        "claim_id": "a",
        "subject": "doorstep",
        "stream": "edge_of_care",
        "period_start": "2019-04-01",
        "period_end": "2020-03-31",
        "percent_stated": "80",
        "denominator": "40",
        "unit": "child",
        "percent_of": "child",
        "document": "A paper",
        "paragraph": "1",
        "wording": "remained",
    }
    chart = years(
        report_of(
            hidden("eoc1c", "small", 9, "2018-19"),
            share("eoc1c", 30, 40, BEFORE),
            share("eoc1c", 35, 50),
            share("eoc1c", 38, 49, POOLED),
            council=council_of(claims=[claim], events=[]),
        )
    )
    assert isinstance(chart, Chart)
    assert chart.released
    assert chart.data.frame["label"].tolist() == ["2018-19", BEFORE, YEAR]
    assert chart.data.frame["numerator"].tolist() == ["[c]", 30, 35]
    assert chart.data.frame["published"].fillna(0).tolist() == [0, 0.8, 0]
    assert "All together, from 2018-19 to 2019-20: 38 of 49 (78%" in (chart.note or "")
    assert "2018-19: [c] of 9" in chart.alt


def test_too_few_years_to_draw_are_a_table_with_the_pooled_ones_last():
    table = years_at_12_months(
        report_of(
            hidden("eoc1", "small", 9, "2018-19", window_days=365),
            hidden("eoc1", "base", None, BEFORE, window_days=365),
            share("eoc1", 20, 40, window_days=365),
            share("eoc1", 45, 60, POOLED, window_days=365),
            council=COUNCIL,
        )
    )
    assert isinstance(table, Table)
    assert table.frame["label"].tolist() == ["2018-19", BEFORE, YEAR, POOLED]
    assert [words[:9] for words in table.frame["words"]] == ["[c] of 9", "[c]", "20 of 40 ", "45 of 60 "]


def test_years_that_are_all_hidden_are_told_as_far_as_the_rule_says():
    years_hidden = [hidden("eoc1", "small", 9, year, window_days=365) for year in ("2018-19", BEFORE, YEAR)]
    shown = years_at_12_months(report_of(*years_hidden, hidden("eoc1", "small", 18, POOLED, window_days=365)))
    assert isinstance(shown, Paragraph)
    assert text(shown).endswith("2018-19 to 2019-20: fewer than 5 of 18.")


NOW, THEN = share("eoc1c", 30, 40), share("eoc1c", 20, 40, BEFORE)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([NOW, THEN, difference("eoc1c_change", 0.25)], "The difference is +25.0 percentage points"),
        ([NOW, THEN, difference("eoc1c_change", 0.25)], "is higher than before"),
        ([NOW, hidden("eoc1c", "small", 40, BEFORE), difference("eoc1c_change", 0.25)], "is not given"),
        ([NOW, THEN, difference("eoc1c_change", 0.25) | {"hidden": "value", "reason": "small"}], "is not given"),
        ([share("eoc1c", 6, 12), THEN, difference("eoc1c_change", 0.0)], "6 of 12 in 2020-21, 20 of 40 in 2019-20"),
        ([NOW, THEN], "no earlier year"),
    ],
)
def test_a_difference_is_told_only_where_all_of_it_is_shown(rows, says):
    shown = text(changes(report_of(*rows)))
    assert says in shown
    assert ("+25.0" in shown) == (says in ("The difference is +25.0 percentage points", "is higher than before"))


# Who and how many


def test_who_was_reached_stands_beside_who_was_referred():
    table = reached(
        report_of(
            share("reach", 30, 40, group="sex: F"),
            hidden("reach", "small", 44, group="sex: unknown"),
            share("reach", 10, 40, group="sex: M"),
            share("reach_referred", 50, 90, group="sex: F"),
        )
    )
    assert isinstance(table, Table)
    assert table.frame.to_numpy().tolist() == [
        ["Sex: female", "30 of 40 (75%)", "50 of 90 (56%)"],
        ["Sex: male", "10 of 40 (25%)", "\N{EN DASH}"],
        ["Sex: not known", "[c] of 44", "\N{EN DASH}"],
    ]
    assert "ost numbers are hidden" not in text(table)


def test_a_characteristic_that_is_hidden_as_a_whole_is_left_out_and_one_that_mostly_is_is_named():
    rows = [hidden("reach", "small", 40, group=f"ethnicity: {code}") for code in ("asian", "black")]
    rows += [hidden("reach", "secondary", group=f"disability: {code}") for code in ("Y", "N")]
    rows.append(share("reach_referred", 20, 90, group="disability: Y"))
    table = reached(report_of(*rows, share("reach", 38, 40, group="sex: F")))
    assert isinstance(table, Table)
    assert table.frame["who"].tolist() == ["Sex: female", "Disabled: yes", "Disabled: no"]
    assert "Hidden as a whole: ethnic group. Most numbers are hidden by: Disabled." in text(table)


def test_who_was_reached_is_a_sentence_where_nearly_all_is_hidden():
    rows = [hidden("reach", "secondary", group=f"ethnicity: {code}") for code in ("asian", "black", "mixed", "white")]
    assert isinstance(reached(report_of(*rows)), Paragraph)
    assert isinstance(reached(report_of(*rows, share("reach", 5, 40, group="ethnicity: other"))), Paragraph)


def test_outcomes_by_group_hold_localities_and_leave_out_small_groups():
    given = {"year": POOLED, "window_days": 365}
    rows = [
        share("eoc1", 30, 40, group="sex: F", **given),
        share("eoc1", 9, 19, group="sex: M", **given),
        hidden("eoc1", "base", group="locality: East", **given),
        hidden("eoc1", "complement", 33, group="locality: West", **given),
    ]
    table = outcomes_by_group(report_of(*rows))
    assert isinstance(table, Table)
    assert table.frame["who"].tolist() == ["Sex: female", "Locality: West"]
    assert table.frame["outcome"].iloc[1] == "[c] of 33"
    chart = outcomes_by_group(report_of(*rows, share("eoc1", 25, 30, group="disability: Y", **given)))
    assert isinstance(chart, Chart)
    assert chart.released
    assert chart.data.frame[["group", "label"]].to_numpy().tolist() == [["Sex", "female"], ["Disabled", "yes"]]
    assert "Hidden as a whole: locality." in (chart.note or "")
    some = outcomes_by_group(report_of(*rows, share("eoc1", 25, 30, group="locality: North", **given)))
    assert isinstance(some, Chart)
    places = some.data.frame[["label", "numerator"]].to_numpy().tolist()
    assert places == [["female", 30], ["West", "[c]"], ["North", 25]]


def test_groups_that_are_hidden_altogether_are_one_sentence():
    row = hidden("eoc1", "complement", 33, POOLED, group="sex: F", window_days=365)
    assert "without identifying somebody" in text(outcomes_by_group(report_of(row)))


def test_volumes_are_by_year_with_those_referred_in_the_note():
    chart = volumes(
        report_of(
            step("step: children_referred", 12, BEFORE),
            step("step: children_accepted", 10, BEFORE),
            step("step: children_referred", 55),
            step("step: children_accepted", 40),
            council=COUNCIL,
            years=[BEFORE, YEAR],
        )
    )
    assert isinstance(chart, Chart)
    assert chart.released
    assert chart.data.frame["value"].tolist() == [10, 40]
    # Byar's limits of a count of 10, as published with the method (Breslow and Day 1987): 4.79 to 18.39.
    assert chart.data.frame[["lower", "upper"]].round(2).iloc[0].tolist() == [4.79, 18.39]
    assert "Children referred: 2019-20: 12; 2020-21: 55." in (chart.note or "")


def test_a_hidden_year_keeps_its_place_and_a_note_of_nothing_but_marks_is_left_out():
    counts = {"2018-19": 10, BEFORE: None, YEAR: 40}
    rows = [step("step: children_accepted", count, year) for year, count in counts.items()]
    rows += [step("step: children_referred", None, year) for year in counts]
    chart = volumes(report_of(*rows, council=COUNCIL))
    assert isinstance(chart, Chart)
    assert chart.data.frame["label"].tolist() == list(counts)
    assert chart.data.frame["value"].tolist() == [10, "[c]", 40]
    assert "Children referred" not in (chart.note or "")
    assert ">40<" in chart.data._repr_html_()


def test_counts_by_year_that_are_nearly_all_hidden_are_a_sentence():
    rows = [step(f"step: children_{name}", None, year) for name in ("referred", "accepted") for year in (BEFORE, YEAR)]
    shown = volumes(report_of(*rows, step("step: children_referred", 12, "2018-19")))
    assert isinstance(shown, Paragraph)
    assert "Children referred in 2018-19: 12." in text(shown)


def test_a_single_year_is_a_table_and_hidden_years_a_sentence():
    one = [step("step: children_referred", 55), step("step: children_accepted", None)]
    table = volumes(report_of(*one, years=[YEAR]))
    assert isinstance(table, Table)
    assert table.frame.to_numpy().tolist() == [[YEAR, "55", "[c]"]]
    none = [step("step: children_referred", None), step("step: children_accepted", None)]
    assert isinstance(volumes(report_of(*none, years=[YEAR])), Paragraph)
