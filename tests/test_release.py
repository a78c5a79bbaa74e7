"""What of a run may be published: which figures are hidden and why, what is rounded, and the release as a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ehp_eval.config import CouncilSettings
from ehp_eval.disclosure.audit import Leak, audit
from ehp_eval.disclosure.making import protect, release_and_truth, withdrawn
from ehp_eval.disclosure.release import Release, read_release, released_frame
from ehp_eval.disclosure.rounded import rounded, to_nearest, wilson
from ehp_eval.disclosure.whole_run import headline
from ehp_eval.errors import ReportError
from ehp_eval.evaluation import evaluate
from ehp_eval.measures.figures import POINTS
from ehp_eval.publishing import Disclosure
from ehp_eval.years import Period
from tests.councils import SETTINGS, Row, council_of, episode, referral
from tests.test_related import POOLED, row, step

RULE = Disclosure()
ROUNDING = Disclosure(round_to=5)
YEAR = "2019-20"
ALL_OF_IT = "numerator denominator value"


def marks(*rows: Row, rule: Disclosure = RULE) -> list[tuple[str, str]]:
    """What of each row is hidden, and why."""
    return [(each["hidden"], each["reason"]) for each in protect(rows, rule, year=YEAR)]


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (8, 30, ("", "")),
        (0, 30, ("", "")),
        (30, 30, ("", "")),
        (5, 30, ("", "")),
        (4, 30, ("numerator value", "small")),
        (1, 30, ("numerator value", "small")),
        (26, 30, ("numerator value", "complement")),
        (29, 30, ("numerator value", "complement")),
        (2, 3, (ALL_OF_IT, "base")),
        (4, 7, (ALL_OF_IT, "small")),  # of 7 either side would be 1 to 3
        (4, 8, (ALL_OF_IT, "small")),  # of 8 both sides could only be 4
        (3, 8, ("numerator value", "small")),
    ],
)
def test_a_small_count_is_hidden_and_so_are_those_it_leaves_out(
    numerator: int, denominator: int, expected: tuple[str, str]
) -> None:
    assert marks(row("eoc3", numerator, denominator, value=numerator / denominator)) == [expected]


def test_the_least_that_is_hidden_is_the_council_s() -> None:
    counts = [row("eoc6i", count, value=count) for count in (5, 9, 10)]
    assert [hidden for each in counts for hidden, _ in marks(each, rule=Disclosure(hide_up_to=9))] == [
        "numerator value", "numerator value", "",
    ]  # fmt: skip


def test_zero_is_hidden_where_the_council_does_not_show_it_and_nobody_left_out_as_well() -> None:
    rule = Disclosure(show_zero=False)
    assert marks(row("eoc3", 0, 30, value=0.0), rule=rule) == [("numerator value", "small")]
    assert marks(row("eoc3", 30, 30, value=1.0), rule=rule) == [("numerator value", "complement")]


def test_what_is_hidden_takes_value_and_limits_with_it() -> None:
    (found,) = protect([row("eoc3", 2, 30, value=2 / 30, lower=0.02, upper=0.2)], RULE)
    assert [found[name] for name in ("numerator", "denominator", "value", "lower", "upper")] == [None, 30, *[None] * 3]


def test_one_small_group_of_two_hides_the_other() -> None:
    groups = [row("reach", count, 30, group=f"sex: {code}", value=count / 30) for code, count in (("F", 2), ("M", 28))]
    assert [hidden for hidden, _ in marks(*groups)] == ["numerator value"] * 2


def test_one_small_year_hides_another_since_the_pool_is_shown() -> None:
    years = [
        row("eoc3", 2, 40, year="2018-19", value=0.05), row("eoc3", 12, 40, value=0.3),
        row("eoc3", 14, 80, year=POOLED, value=0.175),
    ]  # fmt: skip
    assert [hidden for hidden, _ in marks(*years)] == ["numerator value", "numerator value", ""]


def test_the_headline_stays_where_its_years_can_be_hidden() -> None:
    # 4 and 3 of 7: a reader who is told that both are below 5 would have two pairs to choose from.
    years = [
        row("bm1", 12, 16, year="2018-19", window_days=365, value=0.75),
        row("bm1", 21, 24, window_days=365, value=0.875),
        row("bm1", 33, 40, year=POOLED, window_days=365, value=0.825, headline=True),
    ]
    found = marks(*years)
    assert found[2] == ("", "")
    assert [reason for _, reason in found[:2]] == ["secondary"] * 2


def test_two_small_groups_whose_sum_is_small_hide_a_third() -> None:
    groups = {"1": 1, "2": 1, "3": 20, "4": 30}
    rows = [row("reach", count, 52, group=f"wimd_quintile: {code}", value=count / 52) for code, count in groups.items()]
    assert [bool(hidden) for hidden, _ in marks(*rows)].count(True) == 3


def test_a_step_of_one_child_is_not_shown() -> None:
    rows = [row("eoc1", good, 40, window_days=days, value=good / 40) for good, days in ((31, 91), (30, 365))]
    assert sorted(hidden for hidden, _ in marks(*rows)) == ["", "numerator value"]
    # Nor with an unchanged number between the two.
    rows.insert(1, row("eoc1", 31, 40, window_days=183, value=31 / 40))
    shown = [each["numerator"] for each in protect(rows, RULE) if not each["hidden"]]
    assert len(set(shown)) == 1


def test_who_is_missing_from_the_base_of_harm_does_not_give_the_entries_away() -> None:
    """4 of 24 entered care, of none of whom it is known whether that was planned: they are missing from the 20."""
    entered = row("eoc1", 20, 24, window_days=365, value=20 / 24)
    unplanned = row("eoc6u", 0, 20, window_days=365, value=0.0)
    (_, reason), (hidden, _) = marks(entered, unplanned)
    assert reason == "complement"
    assert "denominator" in hidden


def test_a_step_of_a_flow_is_hidden_with_the_few_left_out_before_it() -> None:
    flow = [step("step: accepted", 40), step("left: looked_after_at_t0", 1), step("step: at_risk", 39)]
    found = marks(*flow)
    assert found[1][0] == "numerator"
    assert (found[0][0], found[2][0]) != ("", "")


@pytest.mark.parametrize(("at_risk", "hidden"), [(20, ""), (19, ALL_OF_IT)])
def test_a_curve_is_shown_where_enough_are_at_risk(at_risk: int, hidden: str) -> None:
    point = row("eoc2", 10, 40, window_days=365, value=0.25, at_risk=at_risk)
    assert marks(point) == [(hidden, "few" if hidden else "")]


def test_quantities_stand_on_enough_people_or_not_at_all() -> None:
    rows = [
        row("bm6", None, 20, unit="weeks", value=20.0), row("bm6q1", None, 19, unit="weeks", value=16.0),
        row("bm4", 4, value=4.0), row("bm4w", None, unit="weeks", value=31.0),
        row("cost", None, unit="GBP, price year 2020-21", value=90_000.0),
        row("something_new", None, unit="furlongs", value=1.0),
    ]  # fmt: skip
    found = marks(*rows)
    assert [hidden for hidden, _ in found] == ["", "denominator value", "numerator value", "value", "", "value"]
    assert found[1][1] == "few"


def test_cost_a_child_is_hidden_with_the_number_of_children() -> None:
    rows = [row("eoc3", 1, 3, value=1 / 3), row("cost_unit", None, 3, unit="GBP, price year 2020-21", value=30_000.0)]
    assert marks(*rows)[1] == ("denominator value", "base")


@pytest.mark.parametrize(("earlier", "hidden"), [(10, ""), (3, "value")])
def test_a_change_is_shown_where_both_its_shares_are(earlier: int, hidden: str) -> None:
    rows = [
        row("eoc3", earlier, 40, year="2018-19", value=earlier / 40), row("eoc3", 20, 44, value=20 / 44),
        row("eoc3_change", None, unit=POINTS, value=0.2, against="2018-19"),
    ]  # fmt: skip
    assert marks(*rows)[2][0] == hidden


@pytest.mark.parametrize(("behind", "hidden"), [([20, 8, 40, 12], ""), ([20, 8, 40, 3], "value"), ([], "value")])
def test_a_comparison_is_shown_where_many_are_behind_it(behind: list[int], hidden: str) -> None:
    rows = [
        row("eoc1", 20, 28, window_days=365, value=20 / 28),
        row("eoc9", None, unit=POINTS, window_days=365, value=0.1, behind=behind),
    ]
    assert marks(*rows)[1][0] == hidden


def test_what_a_document_gives_is_shown_and_marked() -> None:
    claim = row("claimed", 3, 30, group="claim: one", value=0.1, stated=["numerator", "denominator"])
    found = protect([row("eoc1c", 3, 30, value=0.1), claim], RULE)
    assert [(each["numerator"], each["known"]) for each in found] == [(3, "published")] * 2


def before(*rows: Row) -> pd.DataFrame:
    """Figures as an earlier run wrote them, read as text."""
    return released_frame([*rows]).drop(columns=["hidden", "reason", "known"]).astype("object").astype("str").replace(
        {"nan": "", "<NA>": "", "None": ""}
    )  # fmt: skip


def test_what_was_shown_before_and_is_the_same_is_known() -> None:
    now = [row("eoc3", 3, 40, year="2018-19", value=0.075), row("eoc3", 12, 44, value=12 / 44)]
    found = protect(now, RULE, previous=[before(now[0])])
    assert [(each["numerator"], each["known"]) for each in found] == [(3, "earlier"), (12, "")]
    found = protect(now, RULE, previous=[before(now[0] | {"numerator": 2})])
    assert found[0]["hidden"] == "numerator value"


def test_what_was_shown_before_cannot_protect_another() -> None:
    counts = {"F": 2, "M": 18, "X": 20}
    groups = [row("reach", count, 40, group=f"sex: {code}", value=count / 40) for code, count in counts.items()]
    assert marks(*groups).count(("", "")) == 1
    found = protect(groups, RULE, previous=[before(groups[1])])
    assert [(bool(each["hidden"]), each["known"]) for each in found] == [(True, ""), (False, ""), (True, "")]
    with pytest.raises(ReportError, match="it can be worked out"):
        protect(groups, RULE, previous=[before(groups[1], groups[2])])


def test_rounding_is_to_the_nearest() -> None:
    assert [to_nearest(count, 5) for count in (0, 2, 3, 5, 7, 8, 22, 23)] == [0, 0, 5, 5, 5, 10, 20, 25]
    assert to_nearest(-13, 5) == -15


def test_wilson_of_an_effective_sample() -> None:
    # Newcombe (1998, Statistics in Medicine 17, 857-872), table I: 81 of 263, and 15 of 148.
    assert wilson(81, 263, 1.0, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148, 1.0, 0.95) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    # Twice as many that count for half are as many.
    assert wilson(162, 526, 2.0, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_shares_and_differences_come_from_the_rounded_counts() -> None:
    rows = [
        row("eoc3", 56, 71, year="2018-19", value=56 / 71, lower=0.68, upper=0.87, method="Wilson", confidence=0.95),
        row("eoc3", 49, 81, value=49 / 81, lower=0.49, upper=0.7, method="Wilson", confidence=0.95),
        row("eoc3_change", None, unit=POINTS, value=-0.18, against="2018-19", method="Newcombe", confidence=0.95),
        row("eoc4", 2, 80, value=0.025, method="Wilson", report="uphill"),
    ]
    found = rounded(protect(rows, ROUNDING), ROUNDING)
    assert [(each["numerator"], each["denominator"]) for each in found[:2]] == [(55, 70), (50, 80)]
    assert found[0]["value"] == pytest.approx(55 / 70)
    assert found[0]["method"] == "Wilson, from counts rounded to 5"
    # By hand, Newcombe's square-and-add of the two Wilson intervals of 50 of 80 and 55 of 70.
    assert found[2]["value"] == pytest.approx(50 / 80 - 55 / 70)
    (low, high), (low_before, high_before) = wilson(50, 80, 1, 0.95), wilson(55, 70, 1, 0.95)
    below = ((50 / 80 - low) ** 2 + (high_before - 55 / 70) ** 2) ** 0.5
    above = ((high - 50 / 80) ** 2 + (55 / 70 - low_before) ** 2) ** 0.5
    assert found[2]["lower"] == pytest.approx(50 / 80 - 55 / 70 - below)
    assert found[2]["upper"] == pytest.approx(50 / 80 - 55 / 70 + above)
    assert found[3]["hidden"] == "numerator value"
    assert found[3]["denominator"] == 80


def test_a_clustered_interval_keeps_its_design_effect_to_one_decimal() -> None:
    low, high = wilson(56, 71, 1.62, 0.95)
    rows = [
        row("eoc3", 56, 71, value=56 / 71, lower=0.68, upper=0.87, method="Wilson", confidence=0.95),
        row("eoc3_family", 56, 71, value=56 / 71, lower=low, upper=high, method="clustered", confidence=0.95),
    ]
    found = rounded(protect(rows, ROUNDING), ROUNDING)[1]
    assert (found["lower"], found["upper"]) == pytest.approx(wilson(55, 70, 1.6, 0.95), abs=0.004)


def test_an_incidence_that_is_no_share_of_counts_is_hidden_with_rounding_on() -> None:
    point = row("eoc2", 10, 40, window_days=365, value=0.27, at_risk=25, method="Aalen-Johansen, log-log limits")
    (found,) = rounded(protect([point], ROUNDING), ROUNDING)
    assert (found["numerator"], found["denominator"], found["value"]) == (10, 40, None)


CHILDREN = [
    referral(f"c{year}{number:02}", f"{year}-05-01") for year in (2017, 2018, 2019) for number in range(24)
]  # fmt: skip
ENTERED = [episode(f"c{number}", f"{number // 100}-07-10") for number in (201701, 201801, 201802, 201803, 201901)]


TWO_YEARS = CouncilSettings.model_validate(SETTINGS).thresholds.model_copy(update={"pooled_years": 2})


def test_a_release_of_a_small_council_passes_the_audit_and_comes_back_from_its_file(tmp_path: Path) -> None:
    council = council_of(referrals=CHILDREN, looked_after_episodes=ENTERED)
    release, truth = release_and_truth(council, Period.year(YEAR))
    assert not audit(release.figures, truth, release.rule)
    records = release.figures[release.figures["source"] == "records"]
    assert (records["note"] == "").all()
    assert not records["measure"].str.contains("worst|best").any()
    main = records[(records["measure"] == "eoc1") & (records["window_days"] == 365) & (records["group"] == "")]
    by_year = main.set_index("year")
    assert by_year.loc["2019-20", "hidden"] == "numerator value"  # 23 of 24
    pooled = by_year.loc[release.facts["doorstep"]["headline"]]
    assert (pooled["numerator"], pooled["denominator"]) == (67, 72)  # 5 of them entered care within the year
    release.write(tmp_path / "release.json")
    back = read_release(tmp_path / "release.json")
    pd.testing.assert_frame_equal(back.figures, release.figures)
    assert (back.facts, back.rule, back.year) == (release.facts, release.rule, release.year)


def test_a_hidden_number_has_its_mark_in_the_tidy_figures() -> None:
    figures = released_frame(protect([row("eoc3", 2, 30, value=2 / 30)], RULE))
    tidy = Release(YEAR, RULE, figures, {}).tidy()
    assert tidy.loc[0, ["numerator", "denominator", "value"]].tolist() == ["[c]", 30, "[c]"]


def test_the_headline_takes_more_years_where_the_latest_are_too_few() -> None:
    council = council_of(referrals=CHILDREN, looked_after_episodes=ENTERED)
    council = replace(council, settings=council.settings.model_copy(update={"thresholds": TWO_YEARS}))
    report = evaluate(council, "doorstep", "2019-20")
    assert report.full is not None
    assert report.full.period.label == POOLED  # 4 of them entered care
    chosen, rows = headline(report, RULE)
    assert chosen is not None
    assert chosen.period.label == "2017-18 to 2019-20"
    assert {each["year"] for each in rows} == {"2017-18 to 2019-20"}
    assert headline(report, Disclosure(hide_up_to=3)) == (report.full, [])
    # Where no pool is large enough, the one of the settings stays.
    assert headline(report, Disclosure(hide_up_to=9)) == (report.full, [])


def test_what_the_audit_finds_goes_with_every_figure_of_its_measure() -> None:
    figures = released_frame([row("eoc3", 20, 30, value=2 / 3), row("eoc3_family", 20, 30), row("eoc5", 9, 30)])
    leak = Leak("eoc3", "doorstep", "2018-19", "", None, "complement", 4, 4, "planted")
    left = withdrawn(figures, [leak])
    assert left["numerator"].isna().tolist() == [True, True, False]
    assert left["denominator"].isna().tolist() == [True, True, False]
    assert left["value"].isna().all()
    assert left["hidden"].tolist() == [ALL_OF_IT, ALL_OF_IT, ""]


def test_what_is_no_release_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "release.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReportError, match="is no release of figures"):
        read_release(tmp_path / "release.json")
