from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ehp_eval.errors import StatisticsError
from ehp_eval.survival import at_times, cumulative_incidence, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = math.nan

# R, for all expected values below:
#   library(survival); library(cmprsk); library(etm)
#   time  <- c(3, 5, 5, 12, 20, 20, 31, 40, 40)
#   entry <- c(0, 0, 2, 0, 5, 10, 0, 15, 30)
#   cause <- factor(c("censored", "care", "censored", "care", "adult", "censored", "care", "adult",
#                     "censored"), levels = c("censored", "care", "adult"))
TIME = [3, 5, 5, 12, 20, 20, 31, 40, 40]
ENTRY = [0, 0, 2, 0, 5, 10, 0, 15, 30]
CAUSE = ["censored", "care", "", "care", "adult", "censored", "care", "adult", ""]
DAY_0 = [0, 5, 5, 12, 20, 20, 31, 40, 40]
OBSERVED = [0, 1, 0, 1, 1, 0, 0, 1, 0]


def columns(frame: pd.DataFrame, *names: str) -> list[tuple[float, ...]]:
    return list(zip(*(frame[name].tolist() for name in names), strict=True))


def assert_rows(frame: pd.DataFrame, names: list[str], expected: Sequence[tuple[float, ...]]) -> None:
    found = columns(frame, *names)
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert row == pytest.approx(wanted, abs=1e-9, nan_ok=True)


SURVIVAL = ["time", "at_risk", "events", "survival", "lower", "upper"]
INCIDENCE = ["time", "at_risk", "events", "competing", "incidence", "lower", "upper"]


# R: d <- c(0, 1, 0, 1, 1, 0, 0, 1, 0); fit <- survfit(Surv(c(0, time[-1]), d) ~ 1, conf.type = "log-log")
#    cbind(fit$time, fit$n.risk, fit$n.event, fit$surv, fit$lower, fit$upper)
def test_kaplan_meier_is_that_of_r_with_a_censoring_on_day_0() -> None:
    curve = kaplan_meier(DAY_0, OBSERVED)
    assert list(curve.columns) == SURVIVAL
    assert_rows(
        curve,
        SURVIVAL,
        [
            (0, 9, 0, 1.0, NAN, NAN),
            (5, 8, 1, 0.875, 0.38700001403, 0.9813929659),
            (12, 6, 1, 0.7291666667, 0.27639022034, 0.9253531813),
            (20, 5, 1, 0.5833333333, 0.18018889101, 0.8440686917),
            (31, 3, 0, 0.5833333333, 0.18018889101, 0.8440686917),
            (40, 2, 1, 0.2916666667, 0.01455720538, 0.6984194599),
        ],
    )


# R: survfit(Surv(c(0, time[-1]), d) ~ 1, conf.type = "log-log", conf.int = .99)
def test_kaplan_meier_at_another_confidence() -> None:
    curve = kaplan_meier(DAY_0, OBSERVED, confidence=0.99)
    assert_rows(curve.tail(1), ["lower", "upper"], [(0.001965775582, 0.7837891555)])


# R: fit <- survfit(Surv(entry, time, d) ~ 1, conf.type = "log-log"); the rows on days of entry alone have no
#    events; their numbers at risk: sum(entry < day & time >= day)
def test_kaplan_meier_is_that_of_r_with_delayed_entry() -> None:
    first = (0.75, 0.127946917595, 0.9605486423)
    second = (0.5625, 0.099103518840, 0.8665716768)
    third = (0.421875, 0.068125227505, 0.7578530903)
    assert_rows(
        kaplan_meier(TIME, OBSERVED, entry=ENTRY),
        SURVIVAL,
        [
            (2, 4, 0, 1.0, NAN, NAN),
            (3, 5, 0, 1.0, NAN, NAN),
            (5, 4, 1, *first),
            (10, 3, 0, *first),
            (12, 4, 1, *second),
            (15, 3, 0, *second),
            (20, 4, 1, *third),
            (30, 2, 0, *third),
            (31, 3, 0, *third),
            (40, 2, 1, 0.2109375, 0.009736230295, 0.5928351920),
        ],
    )


# R: survfit(Surv(c(0, 0, 4, 9), c(1, 0, 1, 0)) ~ 1, conf.type = "log-log")
def test_an_event_on_day_0_counts() -> None:
    assert_rows(
        kaplan_meier([0, 0, 4, 9], [True, False, True, False]),
        SURVIVAL,
        [
            (0, 4, 1, 0.75, 0.127946917595, 0.960548642285),
            (4, 2, 1, 0.375, 0.010971121575, 0.80800107248),
            (9, 1, 0, 0.375, 0.010971121575, 0.80800107248),
        ],
    )


# R: survfit(Surv(c(0, 3, 9), c(0, 0, 0)) ~ 1, conf.type = "log-log") has survival 1 and limits NA
def test_with_everyone_censored_survival_is_1_and_has_no_limits() -> None:
    curve = kaplan_meier([0, 3, 9], [False, False, False])
    assert_rows(curve, SURVIVAL, [(0, 3, 0, 1, NAN, NAN), (3, 2, 0, 1, NAN, NAN), (9, 1, 0, 1, NAN, NAN)])
    curve = cumulative_incidence([0, 3, 9], ["", "censored", ""], cause="care")
    assert curve["incidence"].tolist() == [0, 0, 0]
    assert curve[["lower", "upper"]].isna().all(axis=None)


# R: survfit(Surv(c(4, 4), c(1, 1)) ~ 1, conf.type = "log-log") has survival 0 and limits NA
def test_with_an_event_for_everyone_survival_is_0_and_has_no_limits() -> None:
    assert_rows(kaplan_meier([4, 4], [1, 1]), SURVIVAL, [(4, 2, 2, 0, NAN, NAN)])
    found = cumulative_incidence([4, 4], ["care", "care"], cause="care")
    assert_rows(found, INCIDENCE, [(4, 2, 2, 0, 1, NAN, NAN)])


# R: fit <- survfit(Surv(time, cause) ~ 1, conf.type = "log-log")
#    cbind(fit$time, fit$n.risk[, 1], fit$pstate, fit$lower, fit$upper)
#    timepoints(cuminc(time, cause, cencode = "censored"), fit$time)$est gives the same estimates
def test_cumulative_incidence_is_that_of_r() -> None:
    curve = cumulative_incidence(TIME, CAUSE, cause="care")
    assert list(curve.columns) == INCIDENCE
    assert_rows(
        curve,
        INCIDENCE,
        [
            (3, 9, 0, 0, 0.0, NAN, NAN),
            (5, 8, 1, 0, 0.125, 0.006593325017, 0.4227058325),
            (12, 6, 1, 0, 0.2708333333, 0.038460710714, 0.5923218041),
            (20, 5, 0, 1, 0.2708333333, 0.038460710714, 0.5923218041),
            (31, 3, 1, 0, 0.4652777778, 0.094790646365, 0.7799954687),
            (40, 2, 0, 1, 0.4652777778, 0.094790646365, 0.7799954687),
        ],
    )
    other = cumulative_incidence(TIME, CAUSE, cause="adult").tail(3)
    assert_rows(
        other,
        ["incidence", "lower", "upper"],
        [
            (0.1458333333, 0.007263871182, 0.4711104796),
            (0.1458333333, 0.007263871182, 0.4711104796),
            (0.3402777778, 0.045786109784, 0.6860304290),
        ],
    )


# R: fit <- survfit(Surv(entry, time, cause) ~ 1, id = 1:9); fit$pstate
#    With delayed entry survfit's variance is the infinitesimal jackknife; the Greenwood type is that of etm:
#    steps <- data.frame(id = 1:9, entry, exit = time, from = 0,
#                        to = c(censored = "cens", care = 1, adult = 2)[as.character(cause)])
#    possible <- matrix(FALSE, 3, 3); possible[1, 2:3] <- TRUE
#    aj <- etm(steps, c("0", "1", "2"), possible, "cens", s = 0); p <- trprob(aj, "0 1")
#    h <- qnorm(0.975) * sqrt(trcov(aj, "0 1")) / (p * log(p)); cbind(aj$time, p, p^exp(-h), p^exp(h))
@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (
            "care",
            [
                (5, 0.25, 0.008947824417, 0.6653253428),
                (12, 0.4375, 0.056730391472, 0.7880737344),
                (20, 0.4375, 0.056730391472, 0.7880737344),
                (31, 0.578125, 0.132545883790, 0.8619261698),
                (40, 0.578125, 0.132545883790, 0.8619261698),
            ],
        ),
        (
            "adult",
            [
                (5, 0.0, NAN, NAN),
                (12, 0.0, NAN, NAN),
                (20, 0.140625, 0.006061079093, 0.4706393717),
                (31, 0.140625, 0.006061079093, 0.4706393717),
                (40, 0.281250, 0.032095164239, 0.6263180587),
            ],
        ),
    ],
)
def test_cumulative_incidence_is_that_of_r_with_delayed_entry(cause: str, expected: list[tuple[float, ...]]) -> None:
    curve = cumulative_incidence(TIME, CAUSE, cause=cause, entry=ENTRY)
    ends = curve[curve["time"].isin([5, 12, 20, 31, 40])]
    assert_rows(ends, ["time", "incidence", "lower", "upper"], expected)


# R: survfit(Surv(c(2, 4, 4), factor(c("care", "adult", "care"), levels = levels(cause))) ~ 1,
#            conf.type = "log-log")
def test_cumulative_incidence_where_everyone_has_an_event() -> None:
    found = cumulative_incidence([2, 4, 4], ["care", "adult", "care"], cause="care")
    expected = [(0.3333333333, 0.008961628331, 0.7741486504), (0.6666666667, 0.054073426787, 0.9452063873)]
    assert_rows(found, ["incidence", "lower", "upper"], expected)


untimed = settings(deadline=None)

cohorts = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=40)
entries = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 30), st.sampled_from(["", "care", "adult"])),
    min_size=1,
    max_size=40,
)


@untimed
@given(cohorts, st.sampled_from([0.8, 0.95]))
def test_kaplan_meier_is_that_of_scipy(cohort: list[tuple[int, bool]], confidence: float) -> None:
    durations, observed = (np.array(column) for column in zip(*cohort, strict=True))
    curve = kaplan_meier(durations, observed, confidence=confidence)
    sample = stats.CensoredData(uncensored=durations[observed], right=durations[~observed])
    oracle = stats.ecdf(sample).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # scipy says so where the limits are undefined
        limits: Any = oracle.confidence_interval(confidence, method="log-log")
    assert curve["time"].tolist() == oracle.quantiles.tolist()
    found = curve[["survival", "lower", "upper"]].to_numpy()
    wanted = [oracle.probabilities, limits.low.probabilities, limits.high.probabilities]
    np.testing.assert_allclose(found, np.column_stack(wanted), atol=1e-9)


@untimed
@given(cohorts)
def test_without_competing_events_incidence_is_1_minus_survival(cohort: list[tuple[int, bool]]) -> None:
    durations, observed = zip(*cohort, strict=True)
    curve = cumulative_incidence(durations, ["care" if mark else "" for mark in observed], cause="care")
    survival = kaplan_meier(durations, observed)
    assert columns(curve, "time", "at_risk", "events") == columns(survival, "time", "at_risk", "events")
    np.testing.assert_allclose(curve["incidence"], 1 - survival["survival"], atol=1e-12)


@untimed
@given(entries)
def test_the_incidences_and_survival_add_up_to_1(cohort: list[tuple[int, int, str]]) -> None:
    entry, length, causes = (np.array(column) for column in zip(*cohort, strict=True))
    durations = entry + length
    care, adult = (cumulative_incidence(durations, causes, cause=cause, entry=entry) for cause in ("care", "adult"))
    survival = kaplan_meier(durations, causes != "", entry=entry)["survival"]
    np.testing.assert_allclose(care["incidence"] + adult["incidence"] + survival, 1.0, atol=1e-12)
    for curve in (care, adult):
        assert curve["incidence"].is_monotonic_increasing
        assert curve["incidence"].between(0, 1).all()
        limited = curve.dropna()
        assert (limited["lower"] <= limited["incidence"]).all()
        assert (limited["incidence"] <= limited["upper"]).all()
        assert curve["time"].is_monotonic_increasing
        assert curve["time"].is_unique


@untimed
@given(cohorts, st.integers(0, 45))
def test_at_risk_on_a_day_are_those_followed_to_it(cohort: list[tuple[int, bool]], day: int) -> None:
    durations, observed = zip(*cohort, strict=True)
    found = at_times(kaplan_meier(durations, observed), [day])
    assert found["at_risk"].item() == sum(duration >= day for duration in durations)


@untimed
@given(entries, st.integers(1, 65))
def test_at_risk_on_a_day_have_entered_before_it(cohort: list[tuple[int, int, str]], day: int) -> None:
    entry, length, causes = (np.array(column) for column in zip(*cohort, strict=True))
    curve = cumulative_incidence(entry + length, causes, cause="care", entry=entry)
    found = at_times(curve, [day])
    assert found["at_risk"].item() == ((entry < day) & (entry + length >= day)).sum()


def test_an_entry_of_0_is_from_the_start() -> None:
    pd.testing.assert_frame_equal(kaplan_meier(DAY_0, OBSERVED, entry=[0] * len(DAY_0)), kaplan_meier(DAY_0, OBSERVED))


# R: summary(survfit(Surv(c(0, time[-1]), d) ~ 1, conf.type = "log-log"), times = c(0, 4, 5, 30, 40))
#    and nothing at 41, where extend = FALSE
def test_at_times_are_the_steps_of_r() -> None:
    found = at_times(kaplan_meier(DAY_0, OBSERVED), [0, 4, 5, 30, 40, 41])
    assert list(found.columns) == ["time", "at_risk", "survival", "lower", "upper"]
    assert_rows(
        found,
        ["time", "at_risk", "survival"],
        [(0, 9, 1), (4, 8, 1), (5, 8, 0.875), (30, 3, 0.5833333333), (40, 2, 0.2916666667), (41, 0, NAN)],
    )
    assert found["lower"].iloc[3] == pytest.approx(0.18018889101)
    assert found[["lower", "upper"]].iloc[5].isna().all()


def test_at_times_before_the_first_day_the_curve_stands_at_its_start() -> None:
    assert_rows(at_times(kaplan_meier([5], [1]), [2]), ["at_risk", "survival"], [(1, 1.0)])
    incidence = at_times(cumulative_incidence([5], ["care"], cause="care"), [2])
    assert_rows(incidence, ["at_risk", "incidence"], [(1, 0.0)])


def test_at_times_after_the_last_day_holds_only_where_everyone_had_an_event() -> None:
    assert at_times(kaplan_meier([4, 6], [1, 1]), [9])["survival"].item() == 0.0
    settled = cumulative_incidence([2, 4, 4], ["care", "adult", "care"], cause="care")
    expected = [(0, 0.6666666667, 0.054073426787, 0.9452063873)]
    assert_rows(at_times(settled, [9]), ["at_risk", "incidence", "lower", "upper"], expected)
    assert math.isnan(at_times(kaplan_meier([4, 6], [1, 0]), [9])["survival"].item())


def test_nobody_makes_an_empty_curve_of_which_nothing_is_known() -> None:
    for curve, names in (
        (kaplan_meier([], []), SURVIVAL),
        (kaplan_meier([], [], entry=[]), SURVIVAL),
        (cumulative_incidence([], [], cause="care"), INCIDENCE),
    ):
        assert list(curve.columns) == names
        assert curve.empty
        assert at_times(curve, [0, 365])["at_risk"].tolist() == [0, 0]
        assert at_times(curve, [0, 365]).iloc[:, 2].isna().all()


def test_columns_of_a_frame_are_taken_whatever_their_index() -> None:
    frame = pd.DataFrame({"days": TIME, "seen": np.array(OBSERVED, dtype=bool), "why": CAUSE}, index=[9] * 9)
    pd.testing.assert_frame_equal(kaplan_meier(frame["days"], frame["seen"]), kaplan_meier(TIME, OBSERVED))
    pd.testing.assert_frame_equal(
        cumulative_incidence(frame["days"].astype("Int64"), frame["why"], cause="care"),
        cumulative_incidence(TIME, CAUSE, cause="care"),
    )


@pytest.mark.parametrize(
    ("durations", "observed", "entry", "message"),
    [
        ([1, -2], [1, 0], None, "`durations` must be whole days from 0 up"),
        ([1, NAN], [1, 0], None, "`durations` must be whole days from 0 up"),
        ([1, math.inf], [1, 0], None, "`durations` must be whole days from 0 up"),
        ([1, 2.5], [1, 0], None, "`durations` must be whole days from 0 up"),
        (["1", "2"], [1, 0], None, "`durations` must be one row of numbers"),
        ([1, None], [1, 0], None, "`durations` must be one row of numbers"),
        (pd.to_timedelta([1, 2], unit="D"), [1, 0], None, "`durations` must be one row of numbers"),
        ([[1, 2]], [1, 0], None, "`durations` must be one row of numbers"),
        ([1, 2], [1], None, "`observed` and `durations` differ in length"),
        ([1, 2], [], None, "`observed` and `durations` differ in length"),
        ([1, 2], [1, 2], None, "`observed` must be True"),
        ([1, 2], [1, NAN], None, "`observed` must be True"),
        ([1, 2], ["yes", "no"], None, "`observed` must be True"),
        ([1, 2], [1, 0], [0], "`entry` and `durations` differ in length"),
        ([1, 2], [1, 0], [0, -1], "`entry` must be whole days"),
        ([1, 2], [1, 0], [0, 2], "never at risk"),
        ([1, 2], [1, 0], [0, 3], "never at risk"),
    ],
)
def test_impossible_follow_up_is_refused(durations: Any, observed: Any, entry: Any, message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        kaplan_meier(durations, observed, entry=entry)


@pytest.mark.parametrize(
    ("causes", "cause", "message"),
    [
        (["care"], "care", "`causes` and `durations` differ in length"),
        (["care", None], "care", "'' stands for censored"),
        (["care", NAN], "care", "'' stands for censored"),
        (["care", ""], "", "must name an event"),
        (["care", ""], "censored", "must name an event"),
    ],
)
def test_impossible_causes_are_refused(causes: Any, cause: str, message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        cumulative_incidence([1, 2], causes, cause=cause)


def test_a_confidence_outside_0_and_1_is_refused() -> None:
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        kaplan_meier([1], [1], confidence=95)
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        cumulative_incidence([1], ["care"], cause="care", confidence=0)
