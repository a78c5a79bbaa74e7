"""Did the authority's looked-after numbers leave those of other authorities when its system changed?

Context only: it can change no service's verdict, and that nothing can be told apart is no sign that nothing happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ehp_eval.aligned_series import LEAST, aligned_series
from ehp_eval.area_trend import Trend, trend_of
from ehp_eval.difference_in_differences import difference_in_differences, event_study
from ehp_eval.looked_after import NUMBER, PER_10000
from ehp_eval.looked_after import RATE as RATE_ID
from ehp_eval.measures.figures import COUNT, NAN, SHARE, figure
from ehp_eval.once import once_a_council
from ehp_eval.proportions import Estimate
from ehp_eval.synthetic_control import (
    InSpace,
    SyntheticControl,
    mean_gap_and_rank,
    placebos_in_space,
    synthetic_control,
)
from ehp_eval.years import Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from ehp_eval.aligned_series import AlignedSeries, Floats
    from ehp_eval.config import SystemChange
    from ehp_eval.load import Council

RATE, INDEX = "rate", "index"
SHORT_WINDOW = 4
"""Years of the shorter window before the change: the answer may hang on the window, so that two are shown."""
NAMED_FROM = 0.01
"""Donors with at least this weight are named."""
SIGNIFICANT = 0.05
_DRAWS, _SEED = 100, 20150401


@dataclass(frozen=True, eq=False)
class Outcome:
    """The answers for one way to measure: the rate, or the count as an index.

    Attributes
    ----------
    name : str
        "rate": children per 10,000 under 18. "index": the count, 100 at the last 31 March before the change.
    unit : str
        Of every gap and difference, as the figures say it.
    control : SyntheticControl
        weights (Series by authority, all of them; a report names those above 1%), path (DataFrame by year: actual,
        synthetic, gap), last_before, rmspe_before, rmspe_after, ratio (after / before), mean_gap (after; negative =
        fewer children than the counterpart).
    in_space : InSpace
        Every authority treated in turn: table (DataFrame by authority: rmspe_before, rmspe_after, ratio, mean_gap),
        areas (how many), rank (of the ratio, 1 = left its counterpart the most), p (rank / areas), rank_gap (of the
        mean gap, 1 = furthest below), and the same among those with a fit before at most five times the
        authority's mean squared error: close_areas, close_rank, close_p; gaps (DataFrame years x authorities: the
        grey lines of the chart).
    in_time : DataFrame
        One row a pretended change, with data up to the real change alone: last_before, last_after, rmspe_before,
        mean_gap, ratio, rank, areas.
    differences : DataFrame
        Difference-in-differences, one row a window before: first_before, last_before, value, lower, upper,
        confidence, method, rank (1 = lowest), areas.
    by_year : DataFrame
        Event study, by year: value, lower, upper, confidence, method; relative to the last year before, which is 0.
    sensitivity : DataFrame
        variant ("without_area", "without_neighbours", "base_mean"), area, rmspe_before, mean_gap, ratio, rank, areas.
    rounding : Estimate
        The mean gap with the 2.5th and 97.5th centile of it among draws of the counts before they were rounded.
    rounding_ranks : tuple of int
        The lowest and the highest rank (of the ratio) among the same draws.
    leaves_counterpart : bool
        By a rule fixed beforehand: p of the ratio is at most 0.05.
    """

    name: str
    unit: str
    control: SyntheticControl
    in_space: InSpace
    in_time: pd.DataFrame
    differences: pd.DataFrame
    by_year: pd.DataFrame
    sensitivity: pd.DataFrame
    rounding: Estimate
    rounding_ranks: tuple[int, int]

    @property
    def leaves_counterpart(self) -> bool:
        """Whether p of the ratio is at most 0.05; a rule fixed beforehand."""
        return self.in_space.p <= SIGNIFICANT


@dataclass(frozen=True, eq=False)
class OtherAuthorities:
    """The authority beside all others of its nation, before and after a change of its system.

    Attributes
    ----------
    area : str
        The council's authority.
    change : SystemChange
        The setting: what, on, claim, document, paragraph.
    years : tuple of int
        31 March of each, oldest first, without a gap.
    last_before : int
        The last 31 March before the change; it counts as before.
    others : tuple of str
        The authorities compared with, of the same nation; all are donors.
    left_out : dict of str to str
        Authorities that were not used, and why: "gaps" (a year is missing), "population" (none
        at hand) or "none" (nobody was looked after in a year, so that an index has no base).
    mid_years : tuple of int
        The mid-years whose population the rates rest on: one alone where it is held fixed.
    counts, rates : DataFrame
        Years x authorities, `area` first.
    nation : Series
        The nation's rate by year, for charts; empty where there is none. It is no donor.
    rounded_to : int
        The counts are rounded to so many (the coarsest); 1 where they are not.
    outcomes : dict of str to Outcome
        "rate" and "index".
    trend : Trend
    agrees : bool
        Whether rate and index give the same sign of the mean gap and the same answer to `leaves_counterpart`.
    leaves_counterpart : bool
        Whether both of them say so, with the same sign.
    least_p : float
        The smallest p that so many authorities can give. Above 0.05 no departure could have been shown.
    """

    area: str
    change: SystemChange
    years: tuple[int, ...]
    last_before: int
    others: tuple[str, ...]
    left_out: dict[str, str]
    mid_years: tuple[int, ...]
    counts: pd.DataFrame
    rates: pd.DataFrame
    nation: pd.Series[float]
    rounded_to: int
    outcomes: dict[str, Outcome]
    trend: Trend

    @property
    def agrees(self) -> bool:
        """Whether rate and index have the same sign of the mean gap and the same answer."""
        rate, index = self.outcomes[RATE], self.outcomes[INDEX]
        same_sign = (rate.control.mean_gap < 0) == (index.control.mean_gap < 0)
        return same_sign and rate.leaves_counterpart == index.leaves_counterpart

    @property
    def leaves_counterpart(self) -> bool:
        """Whether both outcomes leave their counterpart, in the same direction."""
        return self.agrees and self.outcomes[RATE].leaves_counterpart

    @property
    def least_p(self) -> float:
        """The smallest p that so many authorities can give."""
        return 1 / (len(self.others) + 1)


@once_a_council
def against_other_authorities(council: Council) -> OtherAuthorities | None:
    """Hold the authority's series against that of every other one, before and after the change that settings name.

    Returns
    -------
    OtherAuthorities or None
        None where the settings name no change of the system, or the published series are too short: fewer than five
        years up to it or none after it, or fewer than five other authorities with a count in every year.

    Notes
    -----
    The last 31 March before the change counts as before. See `ehp_eval.aligned_series` for the years.
    """
    change = council.settings.system_change
    if change is None:
        return None
    last_before = Period.of_day(change.on).first
    series = aligned_series(council, last_before=last_before)
    if series is None:
        return None
    area, *others = series.counts.columns
    outcomes = {
        measure.name: _outcome(measure, area, last_before, council.settings.comparators.neighbours)
        for measure in _measures(series, last_before)
    }
    return OtherAuthorities(
        area=area,
        change=change,
        years=tuple(int(year) for year in series.counts.index),
        last_before=last_before,
        others=tuple(others),
        left_out=series.left_out,
        mid_years=series.mid_years,
        counts=series.counts,
        rates=series.rates,
        nation=series.nation,
        rounded_to=series.rounded_to,
        outcomes=outcomes,
        trend=trend_of(series.counts, series.rates, area, last_before=last_before),
    )


@dataclass(frozen=True, eq=False)
class _Measure:
    name: str
    unit: str
    frame: Callable[[int], pd.DataFrame]  # years x authorities, given the last year before the change
    drawn: list[Floats]  # the same as it may have been before the counts were rounded
    variants: dict[str, pd.DataFrame]


def _measures(series: AlignedSeries, last_before: int) -> list[_Measure]:
    counts = series.counts
    draws = series.unrounded(_DRAWS, _SEED)
    base = int((counts.index < last_before).sum())
    rates = [drawn / series.populations.to_numpy() * 10_000 for drawn in draws]
    indices = [drawn / drawn[base] * 100 for drawn in draws]
    # One year's count is a base that chance moves; the mean of all before is steadier, but no reader knows it.
    mean_as_base = {"base_mean": counts / counts.loc[:last_before].mean() * 100}
    index = f"index, {last_before} = 100"
    return [
        _Measure(RATE, PER_10000, lambda base: series.rates, rates, {}),
        _Measure(INDEX, index, lambda base: counts / counts.loc[base] * 100, indices, mean_as_base),
    ]


def _outcome(measure: _Measure, area: str, last_before: int, neighbours: tuple[str, ...]) -> Outcome:
    frame = measure.frame(last_before)
    control = synthetic_control(frame, area, last_before=last_before)
    before, after = _split(frame, last_before)
    # As many points after as there really are, and the middle of what came before.
    pretended = sorted({before[len(before) // 2], last_before - len(after)})
    in_time = [
        {"last_before": year, "last_after": last_before} | _in_brief(measure.frame(year).loc[:last_before], area, year)
        for year in pretended
        if before[0] + LEAST - 1 <= year < last_before
    ]
    windows = (before, before[-SHORT_WINDOW:])
    found = [mean_gap_and_rank(values, 0, len(before)) for values in measure.drawn]
    lower, upper = np.quantile([gap for gap, _ in found], [0.025, 0.975])
    ranks = [rank for _, rank in found]
    return Outcome(
        name=measure.name,
        unit=measure.unit,
        control=control,
        in_space=placebos_in_space(frame, area, last_before=last_before),
        in_time=pd.DataFrame(in_time, columns=["last_before", "last_after", *_BRIEF]),
        differences=pd.DataFrame([_difference(frame, area, window, after) for window in windows]),
        by_year=event_study(frame, area, base=last_before),
        sensitivity=_sensitivity(frame, control, neighbours, measure.variants),
        rounding=Estimate(control.mean_gap, float(lower), float(upper), 0.95, "rounding undone"),
        rounding_ranks=(min(ranks), max(ranks)),
    )


def _split(frame: pd.DataFrame, last_before: int) -> tuple[list[int], list[int]]:
    years = [int(year) for year in frame.index.to_numpy()]
    return [year for year in years if year <= last_before], [year for year in years if year > last_before]


_BRIEF = ["rmspe_before", "mean_gap", "ratio", "rank", "areas"]


def _in_brief(frame: pd.DataFrame, area: str, last_before: int) -> dict[str, Any]:
    space = placebos_in_space(frame, area, last_before=last_before)
    own = space.table.loc[[area]].iloc[0]
    errors = {name: float(own[name]) for name in ("rmspe_before", "mean_gap", "ratio")}
    return {**errors, "rank": space.rank, "areas": space.areas}


def _sensitivity(
    frame: pd.DataFrame, control: SyntheticControl, neighbours: tuple[str, ...], variants: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    tried = [("without_area", donor, frame.drop(columns=donor)) for donor in _named(control).index]
    # A neighbour that the change may have reached too, by families or staff who move, is no fair counterpart.
    near = [name for name in neighbours if name in frame.columns]
    if near and len(frame.columns) - len(near) > LEAST:
        tried.append(("without_neighbours", ", ".join(near), frame.drop(columns=near)))
    tried += [(variant, "", changed) for variant, changed in variants.items()]
    rows = [
        {"variant": variant, "area": without, **_in_brief(changed, control.area, control.last_before)}
        for variant, without, changed in tried
    ]
    return pd.DataFrame(rows, columns=["variant", "area", *_BRIEF])


def _named(control: SyntheticControl) -> pd.Series[float]:
    return control.weights[control.weights >= NAMED_FROM]


def _difference(frame: pd.DataFrame, area: str, before: list[int], after: list[int]) -> dict[str, Any]:
    found = difference_in_differences(frame, area, before=before, after=after)
    estimate = found.estimate
    return {
        "first_before": before[0],
        "last_before": before[-1],
        "value": estimate.value,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "confidence": estimate.confidence,
        "method": estimate.method,
        "rank": found.rank,
        "areas": found.areas,
    }


def other_authorities_figures(found: OtherAuthorities) -> list[dict[str, Any]]:
    """Return the answers as rows of the figures, those of the rate as las2_..., those of the index as las1i_...

    For each: `_gap` by year after the change and `_gap_mean`; `_fit` (root mean squared gap before) and `_departure`
    (root mean squared gap after over that before; not called `_ratio`, which is that to an earlier year);
    `_rank` (numerator: how many authorities have a ratio as great, denominator: authorities, value: p); `_did` with all
    years before and `_did_recent` with the last four. las1_fall: children fewer than at the peak, and how many of them
    fewer before the change. The year is that of the last point.
    """
    last = found.years[-1]
    place = f"area: {found.area}; before: {found.years[0]}-{found.last_before}; after: {found.last_before + 1}-{last}"
    rows: list[dict[str, Any]] = []
    for prefix, outcome in ((RATE_ID, found.outcomes[RATE]), (f"{NUMBER}i", found.outcomes[INDEX])):
        rows += _outcome_figures(prefix, outcome, last, place)
    trend = found.trend
    peak = f"area: {found.area}; from: {trend.peak_year}; to: {last}"
    rows.append(_row("las1_fall", trend.fall, last, COUNT, peak))
    share = {"numerator": trend.fall_before, "denominator": trend.fall} if trend.fall > 0 else {}
    note = f"{peak}; before: {found.last_before}"
    rows.append(_row("las1_fall_before", trend.share_before, last, SHARE, note, **share))
    return rows


def _outcome_figures(prefix: str, outcome: Outcome, last: int, place: str) -> list[dict[str, Any]]:
    control, space = outcome.control, outcome.in_space
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in _named(control).items())
    note = f"{place}; weights: {weights}"
    gaps = control.path["gap"]
    _, after = _split(control.path, control.last_before)
    rows = [_row(f"{prefix}_gap", float(gaps[year]), year, outcome.unit, note) for year in after]
    rows += [
        _row(f"{prefix}_gap_mean", control.mean_gap, last, outcome.unit, note),
        _row(f"{prefix}_fit", control.rmspe_before, last, outcome.unit, note),
        _row(f"{prefix}_departure", control.ratio, last, "ratio", note),
        _row(f"{prefix}_rank", space.p, last, SHARE, place, numerator=space.rank, denominator=space.areas),
    ]
    for suffix, row in zip(("did", "did_recent"), outcome.differences.to_dict("records"), strict=True):
        estimate = Estimate(row["value"], row["lower"], row["upper"], row["confidence"], row["method"])
        window = f"{place.split(';')[0]}; before: {row['first_before']}-{row['last_before']}; {place.split('; ')[-1]}"
        shared = {"year": _label(last), "unit": outcome.unit, "source": "reference", "note": window}
        rows.append(figure(f"{prefix}_{suffix}", None, estimate, **shared))
    return rows


def _row(measure: str, value: float, last: int, unit: str, note: str, **fields: Any) -> dict[str, Any]:
    estimate = Estimate(float(value), NAN, NAN, NAN, "synthetic control" if "_fall" not in measure else "count")
    return figure(measure, None, estimate, year=_label(last), unit=unit, source="reference", note=note, **fields)


def _label(year: int) -> str:
    return Period(year - 1, year - 1).label
