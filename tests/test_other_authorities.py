"""The authority beside all others, before and after a change: made-up authorities, then the published series."""

from __future__ import annotations

import csv
import math
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from ehp_eval.aligned_series import aligned_series
from ehp_eval.area_trend import trend_of
from ehp_eval.config import CouncilSettings, SystemChange
from ehp_eval.measures.figures import figures_frame
from ehp_eval.other_authorities import INDEX, RATE, against_other_authorities, other_authorities_figures
from tests.councils import Row, council_of

if TYPE_CHECKING:
    from ehp_eval.aligned_series import AlignedSeries
    from ehp_eval.load import Council
    from ehp_eval.other_authorities import OtherAuthorities

DATA = Path(__file__).resolve().parent.parent / "data"
CHANGE = SystemChange(
    what="Teams merged", on=date(2015, 4, 1), claim="fewer came in", document="A report", paragraph="1"
)
OWN, NATION = "Dyffryn Gwyn", "Gwlad"
# The authority is midway between A and B up to 2015, and 30 below after; all have 10,000 under 18.
SERIES = {
    OWN: [100, 104, 110, 104, 116, 120, 130, 128, 100, 104, 110],
    "A": [80, 84, 86, 80, 90, 96, 104, 100, 102, 106, 110],
    "B": [120, 124, 134, 128, 142, 144, 156, 156, 158, 162, 170],
    "C": [60, 66, 61, 70, 64, 72, 66, 74, 70, 71, 80],
    "D": [200, 196, 204, 190, 210, 205, 199, 208, 214, 200, 205],
    "Rhos Dawel": [90, 85, 97, 91, 99, 88, 96, 105, 99, 110, 104],
    "Bryn Onnen": [150, 144, 155, 141, 149, 160, 158, 150, 161, 149, 155],
    NATION: [800, 803, 847, 804, 870, 885, 909, 921, 904, 902, 934],
}
YEARS = range(2008, 2019)


def council(*, change: SystemChange | None = CHANGE, rounded_to: int | str = "", **series: list[int | None]) -> Council:
    """A council whose series are those above, or `series`; None where a year is missing."""
    rows: list[Row] = [
        {"area": area, "date": f"{year}-03-31", "children": children, "rounded_to": rounded_to, "source": "A census"}
        for area, counts in (SERIES | series).items()
        for year, children in zip(YEARS, counts, strict=False)
        if children is not None
    ]
    people: list[Row] = [
        {"area": area, "mid_year": 2017, "population": 80_000 if area == NATION else 10_000, "source": "Estimates"}
        for area in SERIES | series
    ]
    made = council_of(looked_after_children=rows, population_under_18=people)
    return replace(made, settings=made.settings.model_copy(update={"system_change": change}))


def found_in(made: Council) -> OtherAuthorities:
    found = against_other_authorities(made)
    assert found is not None
    return found


def series_in(made: Council) -> AlignedSeries:
    series = aligned_series(made, last_before=2015)
    assert series is not None
    return series


@pytest.fixture(scope="module")
def found() -> OtherAuthorities:
    return found_in(council())


def test_what_is_compared_with_what(found: OtherAuthorities) -> None:
    assert found.area == OWN
    assert found.years == tuple(YEARS)
    assert found.last_before == 2015
    assert found.others == ("A", "B", "Bryn Onnen", "C", "D", "Rhos Dawel")  # the nation is none
    assert (found.left_out, found.mid_years, found.rounded_to) == ({}, (2017,), 1)
    assert found.nation.loc[2008] == 100  # 800 of 80,000
    assert found.rates.loc[2018, "B"] == 170
    assert found.change.claim == "fewer came in"


def test_rate_and_index_by_hand(found: OtherAuthorities) -> None:
    rate = found.outcomes[RATE].control
    assert rate.weights.loc[["A", "B"]].to_list() == pytest.approx([0.5, 0.5])
    # Midway between A and B: 130, 134 and 140.
    assert rate.path["gap"].loc[2016:].tolist() == pytest.approx([-30, -30, -30])
    assert rate.mean_gap == pytest.approx(-30)
    assert (rate.rmspe_before, rate.ratio) == (0, math.inf)
    index = found.outcomes[INDEX]
    assert index.unit == "index, 2015 = 100"
    assert index.control.path["actual"].loc[2018] == pytest.approx(110 / 128 * 100)
    # A of 100 and B of 156 are both 100: 128 is 50/128 of the one and 78/128 of the other.
    assert index.control.weights.loc[["A", "B"]].to_list() == pytest.approx([50 / 128, 78 / 128])
    assert index.control.path.loc[2016, "gap"] == pytest.approx(-30 / 128 * 100)


def test_seven_authorities_can_show_no_departure(found: OtherAuthorities) -> None:
    # First of seven is one in seven, however far it left.
    space = found.outcomes[RATE].in_space
    assert (space.rank, space.areas, space.p) == (1, 7, 1 / 7)
    assert found.least_p == 1 / 7
    assert found.agrees
    assert not found.leaves_counterpart


def test_of_twenty_authorities_the_first_leaves_its_counterpart() -> None:
    copies: dict[str, list[int | None]] = {
        f"E{n}": [count + n * (-1) ** (year + n) for year, count in enumerate(SERIES["C"])] for n in range(1, 14)
    }
    found = found_in(council(**copies))
    assert found.least_p == 1 / 20
    assert found.outcomes[RATE].in_space.p == 1 / 20
    assert found.leaves_counterpart


def test_differences_by_hand(found: OtherAuthorities) -> None:
    table = found.outcomes[RATE].differences
    assert table[["first_before", "last_before"]].to_numpy().tolist() == [[2008, 2015], [2012, 2015]]
    # Mean of 2016-2018 less mean of 2012-2015, to two places: own 104.67 - 123.5 = -18.83; A 106 - 97.5 = 8.5;
    # B 163.33 - 149.5 = 13.83; Bryn Onnen 155 - 154.25 = 0.75; C 73.67 - 69 = 4.67; D 206.33 - 205.5 = 0.83;
    # Rhos Dawel 104.33 - 97 = 7.33. Mean of the six: 35.92 / 6 = 5.99.
    recent = table.iloc[1]
    assert recent["value"] == pytest.approx(-18.83 - 5.99, abs=0.01)
    assert (recent["lower"], recent["upper"]) == pytest.approx((-18.83 - 13.83, -18.83 - 0.75), abs=0.01)
    assert recent["confidence"] == pytest.approx(5 / 7)
    assert (recent["rank"], recent["areas"]) == (1, 7)
    assert found.outcomes[RATE].by_year.loc[2015, "value"] == 0


def test_pretended_changes_use_nothing_from_after_the_real_one(found: OtherAuthorities) -> None:
    table = found.outcomes[RATE].in_time
    # The middle of 2008 to 2015, and as many points after as there really are.
    assert table["last_before"].tolist() == [2012]
    assert table["last_after"].tolist() == [2015]
    changed = found_in(council(**{OWN: [*SERIES[OWN][:8], 1, 2, 3]}))
    assert changed.outcomes[RATE].in_time.equals(table)
    assert changed.outcomes[INDEX].in_time.equals(found.outcomes[INDEX].in_time)


def test_sensitivity_leaves_out_donors_and_neighbours(found: OtherAuthorities) -> None:
    rate, index = found.outcomes[RATE].sensitivity, found.outcomes[INDEX].sensitivity
    # Donors of equal weight in either order, then the neighbour; without it five others are left.
    assert sorted(rate["area"]) == ["A", "B", "Rhos Dawel"]
    assert rate["areas"].tolist() == [6, 6, 6]
    neighbour = rate[rate["variant"] == "without_neighbours"].iloc[0]
    assert neighbour["mean_gap"] == pytest.approx(-30)
    assert index["variant"].tolist() == ["without_area", "without_area", "without_neighbours", "base_mean"]


def test_the_trend_by_hand(found: OtherAuthorities) -> None:
    trend = found.trend
    assert (trend.peak_year, trend.peak, trend.before, trend.latest) == (2014, 130, 128, 110)
    assert (trend.fall, trend.fall_before, trend.share_before) == (20, 2, 0.1)
    own = trend.changes.loc[OWN]
    assert (own["change"], own["change_rate"], own["rank"]) == (-18, pytest.approx(-18), 1)
    assert own["percent"] == pytest.approx(-18 / 128 * 100)
    # A +10, B +14, Bryn Onnen +5, C +6, D -3, Rhos Dawel -1.
    assert (trend.fell, trend.rose) == (2, 4)


def test_where_the_count_rose_there_is_no_share_of_a_fall() -> None:
    counts = pd.DataFrame({"T": [10, 12, 14], "A": [10, 10, 10]}, index=[2014, 2015, 2016])
    trend = trend_of(counts, counts.astype("float64"), "T", last_before=2015)
    assert (trend.peak_year, trend.fall, trend.fall_before) == (2015, -2, 0)
    assert math.isnan(trend.share_before)


def test_rounding_moves_the_gap_within_its_bounds(found: OtherAuthorities) -> None:
    exact = found.outcomes[RATE].rounding
    assert exact.value == exact.lower == exact.upper == pytest.approx(-30)
    rounded = found_in(council(rounded_to=5))
    estimate = rounded.outcomes[RATE].rounding
    assert rounded.rounded_to == 5
    assert estimate.lower < -30 < estimate.upper
    # Own count and counterpart move by 2.5 at most each, the weights with them.
    assert estimate.lower > -36
    assert estimate.upper < -24
    assert rounded.outcomes[RATE].rounding_ranks == (1, 1)


def test_authorities_with_gaps_are_left_out_and_named() -> None:
    series = series_in(council(Hole=[None if year == 2013 else 50 for year in YEARS], Empty=[0, *[50] * 10]))
    assert series.left_out == {"Hole": "gaps", "Empty": "none"}
    assert len(series.counts.columns) == 7


def test_an_authority_without_a_population_is_left_out() -> None:
    made = council(Unpeopled=[50] * 11)
    people = made.tables["population_under_18"]
    tables = {**made.tables, "population_under_18": people[people["area"] != "Unpeopled"]}
    assert series_in(replace(made, tables=tables)).left_out == {"Unpeopled": "population"}


def test_years_that_few_others_have_do_not_count() -> None:
    # Own counts go on to 2018, those of all others but one end with 2016.
    short: dict[str, list[int | None]] = {
        area: list(counts[:9]) for area, counts in SERIES.items() if area not in (OWN, "A")
    }
    assert series_in(council(**short)).counts.index.tolist() == list(range(2008, 2017))


@pytest.mark.parametrize(
    ("on", "last_before"), [(date(2015, 3, 31), 2014), (date(2015, 4, 1), 2015), (date(2016, 3, 30), 2015)]
)
def test_the_last_census_before_the_change_counts_as_before(on: date, last_before: int) -> None:
    assert found_in(council(change=CHANGE.model_copy(update={"on": on}))).last_before == last_before


ENDED = {area: list(counts[:8]) for area, counts in SERIES.items()}


@pytest.mark.parametrize(
    "made",
    [
        council(change=None),
        council(**ENDED),  # nothing after the change
        council(change=CHANGE.model_copy(update={"on": date(2011, 4, 1)})),  # four years up to it
        council(**{OWN: [None] * 11}),
        council(**{OWN: [*SERIES[OWN][:7], None, 100, 104, 110]}),
        council(A=[None] * 11, B=[None] * 11),  # four others
    ],
    ids=["no change", "nothing after", "little before", "no own series", "own gap", "few others"],
)
def test_too_little_gives_nothing(made: Council) -> None:
    assert against_other_authorities(made) is None


def test_a_council_without_the_series_has_nothing() -> None:
    made = council_of()
    with_change = replace(made, settings=made.settings.model_copy(update={"system_change": CHANGE}))
    assert against_other_authorities(with_change) is None


READINGS = ("worst", "best", "family", "change", "baseline", "ratio", "unlinked", "unjoined")


def test_the_figures(found: OtherAuthorities) -> None:
    figures = figures_frame(other_authorities_figures(found))
    assert not figures.duplicated(["measure", "year"]).any()
    assert set(figures["source"]) == {"reference"}
    by_id = figures[figures["year"] == "2017-18"].set_index("measure")
    assert by_id.loc["las2_gap", "value"] == pytest.approx(-30)
    assert by_id.loc["las2_gap", "unit"] == "per 10,000 under 18"
    assert by_id.loc["las2_gap_mean", "note"] == (
        f"area: {OWN}; before: 2008-2015; after: 2016-2018; weights: A 0.50, B 0.50"
    )
    assert by_id.loc["las1i_gap_mean", "unit"] == "index, 2015 = 100"
    rank = by_id.loc["las2_rank"]
    assert (rank["numerator"], rank["denominator"], rank["value"]) == (1, 7, pytest.approx(1 / 7))
    recent = by_id.loc["las2_did_recent"]
    assert (recent["confidence"], recent["method"]) == (pytest.approx(5 / 7), "Conley-Taber, 6 controls")
    assert recent["note"] == f"area: {OWN}; before: 2012-2015; after: 2016-2018"
    fall = by_id.loc["las1_fall_before"]
    assert (fall["numerator"], fall["denominator"], fall["value"]) == (2, 20, 0.1)
    # An id that ends as another reading of a measure does would be taken for one of las1 or las2 of that year.
    assert not figures["measure"].str.rpartition("_")[2].isin(READINGS).any()
    gaps = figures[figures["measure"] == "las2_gap"]
    assert gaps["year"].tolist() == ["2015-16", "2016-17", "2017-18"]


@pytest.fixture(scope="module")
def published() -> OtherAuthorities:
    settings = CouncilSettings.model_validate(tomllib.loads((DATA / "council.toml").read_text(encoding="utf-8")))
    tables: dict[str, Any] = {}
    for name in ("looked_after_children", "population_under_18"):
        with (DATA / f"reference/{name}.csv").open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    return found_in(replace(council_of(**tables), settings=settings))


# R: d <- read.csv("data/reference/looked_after_children.csv"); p <- read.csv("data/reference/population_under_18.csv")
#    d$year <- as.integer(substr(d$date, 1, 4)); p <- p[p$mid_year == 2017, ]
#    d <- d[grepl("03-31$", d$date) & d$year <= 2018 & d$area != "Wales", ]
#    wide <- tapply(d$children, list(d$year, d$area), sum)
#    rates <- sweep(wide, 2, p$population[match(colnames(wide), p$area)], "/") * 1e4
#    index <- sweep(wide, 2, wide["2015", ], "/") * 100
#    For Y of these: y <- Y[, "Bridgend"]; D <- Y[, colnames(Y) != "Bridgend"]; n <- ncol(D); M <- (D - y)[1:13, ]
#    Projected gradient: a step down, then the nearest point of the simplex (Duchi and others 2008)
#    nearest <- function(v) { u <- sort(v, decreasing = TRUE); k <- max(which(u > (cumsum(u) - 1) / seq_along(u)))
#                             pmax(v - (sum(u[1:k]) - 1) / k, 0) }
#    Q <- crossprod(M); step <- 1 / max(eigen(Q)$values); w <- rep(1/n, n)
#    for (i in 1:300000) w <- nearest(w - step * drop(Q %*% w))
#    gap <- y - D %*% w; c(sqrt(mean(gap[1:13]^2)), sqrt(mean(gap[14:16]^2)), mean(gap[14:16]))
IN_R: dict[str, tuple[dict[str, float], tuple[float, float, float]]] = {
    RATE: ({"Rhondda Cynon Taf": 0.84889, "Torfaen": 0.15111}, (5.0268498, 8.6689271, -6.1141304)),
    INDEX: (
        {"Flintshire": 0.38109, "Torfaen": 0.32980, "Rhondda Cynon Taf": 0.28911},
        (3.5917451, 7.1433598, -4.8918496),
    ),
}


@pytest.mark.parametrize("name", [RATE, INDEX])
def test_the_published_series_as_in_r(published: OtherAuthorities, name: str) -> None:
    control = published.outcomes[name].control
    weights, errors = IN_R[name]
    assert {area: weight for area, weight in control.weights.items() if weight > 1e-3} == pytest.approx(
        weights, abs=1e-5
    )
    assert (control.rmspe_before, control.rmspe_after, control.mean_gap) == pytest.approx(errors, abs=1e-6)


# R, as above, with change <- colMeans(Y[14:16, ]) - colMeans(Y[rownames(Y) >= first & rownames(Y) <= 2015, ]), own its
# value for Bridgend and o the others: c(own - c(mean(o), max(o), min(o)), sum(change <= own)), first 2003 and 2012.
DIFFERENCES_IN_R = {
    RATE: [(13.624933, -17.589923, 44.525156, 18), (-4.8739676, -53.8596910, 42.5357781, 7)],
    INDEX: [(3.0044939, -43.2062240, 36.3862447, 12), (-8.2502829, -54.2972460, 27.3651636, 7)],
}


@pytest.mark.parametrize("name", [RATE, INDEX])
def test_the_published_differences_as_in_r(published: OtherAuthorities, name: str) -> None:
    table = published.outcomes[name].differences
    for row, expected in zip(table.to_dict("records"), DIFFERENCES_IN_R[name], strict=True):
        assert (row["value"], row["lower"], row["upper"], row["rank"]) == pytest.approx(expected, abs=1e-6)
        assert row["confidence"] == pytest.approx(20 / 22)


def test_the_published_series_do_not_show_a_departure(published: OtherAuthorities) -> None:
    assert (published.years[0], published.years[-1], len(published.others)) == (2003, 2018, 21)
    assert (published.left_out, published.mid_years, published.rounded_to) == ({}, (2017,), 5)
    ranks = {name: outcome.in_space.rank for name, outcome in published.outcomes.items()}
    assert ranks == {RATE: 20, INDEX: 17}
    assert published.agrees
    assert not published.leaves_counterpart
    # 410 children in 2014, 390 in 2015, 385 in 2018: 20 of the 25 fewer were so before the change.
    trend = published.trend
    assert (trend.peak, trend.before, trend.latest, trend.share_before) == (410, 390, 385, 0.8)
