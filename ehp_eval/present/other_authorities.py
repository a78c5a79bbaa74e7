"""The authority against the others of its nation, before and after a change of its system: the words.

Every function returns None, which a page does not show, where there is nothing to compare; `elsewhere_claim` says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.other_authorities import INDEX, RATE
from ehp_eval.present.service_charts import events_until
from ehp_eval.prose import Bullets, Paragraph, quoted, sentence
from ehp_eval.tables import signed
from ehp_eval.words import month_in_words, say

if TYPE_CHECKING:
    from ehp_eval.other_authorities import OtherAuthorities, Outcome
    from ehp_eval.public import PublicSystem
    from ehp_eval.system import System


def elsewhere_claim(report: System | PublicSystem) -> Paragraph:
    """Quote the claim that is held against other authorities, or say that there is nothing to hold."""
    found, change = report.elsewhere, report.council.settings.system_change
    if found is None:
        return Paragraph(say("elsewhere.none" if change is None else "elsewhere.no_series"))
    return Paragraph(
        sentence(
            "elsewhere.claim",
            what=found.change.what,
            month=month_in_words(found.change.on),
            claim=quoted(found.change.claim),
            document=quoted(found.change.document),
            paragraph=found.change.paragraph,
        ),
        " ",
        say("elsewhere.method", n=len(found.others), authority=found.area, last=found.last_before),
    )


def elsewhere_findings(report: System | PublicSystem) -> Bullets | None:
    """Say what the comparison gives: the course of the count, the counterpart, its rank, and whether counts agree."""
    found = report.elsewhere
    if found is None:
        return None
    rate = found.outcomes[RATE]
    lines = [
        _course(found),
        course_sentence(found),
        counterpart_sentence(found),
        rank_sentence(found),
        _parallel(found),
        say(
            "elsewhere.agrees" if found.agrees else "elsewhere.differs",
            gap=signed(found.outcomes[INDEX].control.mean_gap, 1),
        ),
        _spread(found),
        _rounding(found, rate),
    ]
    return Bullets(line for line in lines if line)


def elsewhere_limits(report: System | PublicSystem) -> Bullets | None:
    """Say what follows from the comparison and what does not."""
    found = report.elsewhere
    if found is None:
        return None
    after = sum(year > found.last_before for year in found.years)
    lines = [say("elsewhere.limit_points", n=after)]
    if found.rounded_to > 1:
        lines.append(say("elsewhere.limit_rounded", to=found.rounded_to))
    if found.trend.fall > 0 and found.trend.fall_before > 0:
        lines.append(
            say(
                "elsewhere.limit_before",
                before=found.trend.fall_before,
                fall=found.trend.fall,
                peak=found.trend.peak_year,
            )
        )
    if found.least_p > 0.05:
        lines.append(say("elsewhere.limit_few", n=len(found.others)))
    events = events_until(report)
    since = events[(events["at"] > pd.Timestamp(found.change.on)) & (events["at"] <= _day(found.years[-1]))]
    if len(since):
        named = [f"{event['label']} ({month_in_words(event['at'])})" for event in since.to_dict("records")]
        lines.append(say("elsewhere.limit_events", events="; ".join(named)))
    names = ("population", "one", "others", "absence", "context")
    lines += [say(f"elsewhere.limit_{name}", n=len(found.others)) for name in names]
    return Bullets(lines)


def _course(found: OtherAuthorities) -> str:
    """Say how much of the fall from the highest count lay before the change."""
    trend = found.trend
    key = "course_none" if trend.fall <= 0 else "course_before" if trend.fall_before > 0 else "course_after"
    return say(
        f"elsewhere.{key}",
        authority=found.area,
        peak=trend.peak,
        peak_year=trend.peak_year,
        before=trend.before,
        before_year=found.last_before,
        latest=trend.latest,
        latest_year=found.years[-1],
        fall=trend.fall,
        fall_before=trend.fall_before,
        month=month_in_words(found.change.on),
    )


def course_sentence(found: OtherAuthorities) -> str:
    """Say how the authority's count went since the change, and how many other authorities fell or rose."""
    trend, n = found.trend, len(found.others)
    return say(
        "elsewhere.others_course",
        authority=found.area,
        before=trend.before,
        before_year=found.last_before,
        latest=trend.latest,
        latest_year=found.years[-1],
        percent=signed(trend.changes["percent"][found.area], 1),
        n=n,
        fell=trend.fell,
        rose=trend.rose,
    )


def counterpart_sentence(found: OtherAuthorities) -> str:
    """Say how far the authority lay from its counterpart after the change, and before it."""
    control = found.outcomes[RATE].control
    return say(
        "elsewhere.gap_below" if control.mean_gap < 0 else "elsewhere.gap_above",
        authority=found.area,
        gap=f"{abs(control.mean_gap):.1f}",
        fit=f"{control.rmspe_before:.1f}",
        before=found.last_before,
        first=found.last_before + 1,
        last=found.years[-1],
    )


def rank_sentence(found: OtherAuthorities) -> str:
    """Say how many authorities left their own counterpart by as much, and what follows."""
    in_space = found.outcomes[RATE].in_space
    words = say(
        "elsewhere.placebos",
        n=in_space.rank - 1,
        areas=in_space.areas,
        others=in_space.areas - 1,
        p=f"{in_space.p:.2f}",
    )
    rate_alone = found.outcomes[RATE].leaves_counterpart
    key = "leaves" if found.leaves_counterpart else "leaves_rate" if rate_alone else "stays"
    return f"{words} {say(f'elsewhere.{key}')}"


def _parallel(found: OtherAuthorities) -> str:
    """Say how far the authority's rate had moved against the others in the years before the change."""
    by_year = found.outcomes[RATE].by_year
    before = by_year[by_year.index < found.last_before]
    if before.empty:
        return ""
    moved = -float(before["value"].iloc[0])
    key = "parallel_up" if moved > 0 else "parallel_down"
    return say(f"elsewhere.{key}", first=before.index[0], last=found.last_before, moved=f"{abs(moved):.1f}")


def _spread(found: OtherAuthorities) -> str:
    """Say between which values the mean gap lies when authorities are left out."""
    rate = found.outcomes[RATE]
    gaps = [rate.control.mean_gap, *rate.sensitivity["mean_gap"]]
    if len(gaps) < 2:
        return ""
    return say("elsewhere.spread", low=signed(min(gaps), 1), high=signed(max(gaps), 1))


def _rounding(found: OtherAuthorities, outcome: Outcome) -> str:
    if found.rounded_to <= 1:
        return ""
    low, high = outcome.rounding_ranks
    return say(
        "elsewhere.rounding",
        to=found.rounded_to,
        lower=signed(outcome.rounding.lower, 1),
        upper=signed(outcome.rounding.upper, 1),
        low=low,
        high=high,
        areas=outcome.in_space.areas,
    )


def _day(year: int) -> pd.Timestamp:
    return pd.Timestamp(year, 3, 31)
