"""The authority against the others of its nation, before and after a change: the charts and tables.

Every function returns None, which a page does not show, where there is nothing to compare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.charts import Chart, placebo_chart, trend_chart
from ehp_eval.other_authorities import RATE
from ehp_eval.present.audiences import framed
from ehp_eval.tables import Table, percent, signed
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.other_authorities import OtherAuthorities, Outcome
    from ehp_eval.public import PublicSystem
    from ehp_eval.system import System

_LEAST_WEIGHT = 0.01


def elsewhere_trends(report: System | PublicSystem) -> Chart | None:
    """Chart the authority's rate, that of its synthetic counterpart and the average of the others."""
    found = report.elsewhere
    if found is None:
        return None
    control = found.outcomes[RATE].control
    average = found.rates[list(found.others)].mean(axis=1)
    names = {
        found.area: control.path["actual"],
        say("elsewhere.counterpart"): control.path["synthetic"],
        say("elsewhere.average", n=len(found.others)): average,
    }
    frame = pd.concat(
        [
            pd.DataFrame({"date": _dates(line.index), "rate": line.to_numpy(), "series": name})
            for name, line in names.items()
        ]
    )
    first, last = found.years[0], found.years[-1]
    points = [
        say(
            "elsewhere.trends_point",
            series=name,
            first=f"{line.loc[first]:.0f}",
            first_year=first,
            before=f"{line.loc[found.last_before]:.0f}",
            before_year=found.last_before,
            last=f"{line.loc[last]:.0f}",
            last_year=last,
        )
        for name, line in names.items()
    ]
    return trend_chart(
        framed(report, frame),
        x="date",
        y="rate",
        series="series",
        highlight=found.area,
        events=pd.DataFrame({"at": [pd.Timestamp(found.change.on)], "label": [found.change.what]}),
        caption=say("elsewhere.trends_caption", authority=found.area),
        alt=say("elsewhere.trends_alt", points="; ".join(points), what=found.change.what),
        y_label=say("overview.trend_y"),
        note=_population(found),
    )


def elsewhere_weights(report: System | PublicSystem) -> Table | None:
    """Show of which authorities the counterpart is made."""
    found = report.elsewhere
    if found is None:
        return None
    weights = found.outcomes[RATE].control.weights.sort_values(ascending=False, kind="stable")
    shown = weights[weights > _LEAST_WEIGHT]
    frame = pd.DataFrame({"authority": shown.index, "weight": [percent(float(weight), 0) for weight in shown]})
    return Table(
        framed(report, frame),
        caption=say("elsewhere.weights_caption", authority=found.area),
        headings={"authority": say("overview.authority"), "weight": say("elsewhere.weight")},
        note=say(
            "elsewhere.weights_note",
            n=len(weights) - len(shown),
            fit=f"{found.outcomes[RATE].control.rmspe_before:.1f}",
            first=found.years[0],
            last=found.last_before,
        ),
    )


def elsewhere_gaps(report: System | PublicSystem) -> Table | None:
    """Show the authority, its counterpart and the gap at each 31 March after the change."""
    found = report.elsewhere
    if found is None:
        return None
    control = found.outcomes[RATE].control
    after = control.path.loc[[year for year in found.years if year > found.last_before]]
    children = after["gap"] * found.counts[found.area] / found.rates[found.area]
    after = after.assign(year=after.index, children=children.reindex(after.index))
    rows = [
        {
            "date": str(row["year"]),
            "actual": f"{row['actual']:.1f}",
            "synthetic": f"{row['synthetic']:.1f}",
            "gap": signed(row["gap"], 1),
            "children": signed(row["children"]),
        }
        for row in after.to_dict("records")
    ]
    frame = pd.DataFrame(rows)
    words = {name: say(f"elsewhere.gaps_{name}") for name in ("date", "synthetic", "gap", "children")}
    return Table(
        framed(report, frame),
        caption=say("elsewhere.gaps_caption", authority=found.area),
        headings={**words, "actual": found.area},
        note=say("elsewhere.gaps_note"),
    )


def elsewhere_placebos(report: System | PublicSystem) -> Chart | None:
    """Chart the gap of the authority among those of all others, each treated as if the change had been its own."""
    found = report.elsewhere
    if found is None:
        return None
    rate = found.outcomes[RATE]
    gaps = rate.in_space.gaps
    frame = gaps.rename_axis("year").reset_index().melt("year", var_name="area", value_name="gap").dropna()
    frame["date"] = _dates(frame["year"])
    own = rate.control
    return placebo_chart(
        framed(report, frame),
        highlight=found.area,
        others=say("elsewhere.placebo_others", n=rate.in_space.areas - 1),
        event=(pd.Timestamp(found.change.on), found.change.what),
        data=_placebo_table(report, found),
        caption=say("elsewhere.placebo_caption"),
        alt=say(
            "elsewhere.placebo_alt",
            authority=found.area,
            gap=signed(own.mean_gap, 1),
            n=rate.in_space.areas - 1,
            lowest=signed(float(rate.in_space.table["mean_gap"].min()), 1),
            highest=signed(float(rate.in_space.table["mean_gap"].max()), 1),
        ),
        y_label=say("elsewhere.placebo_y"),
        note=say(
            "elsewhere.placebo_note",
            authority=found.area,
            close=rate.in_space.close_areas,
            rank=rate.in_space.close_rank,
        ),
    )


def elsewhere_differences(report: System | PublicSystem) -> Table | None:
    """Show the difference-in-differences, of rate and of indexed counts, by the years before that are taken."""
    found = report.elsewhere
    if found is None:
        return None
    rows = [
        {
            "measure": say(f"elsewhere.of_{outcome.name}", year=found.last_before),
            "before": say("period.pooled", first=row["first_before"], last=row["last_before"]),
            "value": signed(row["value"], 1),
            "interval": _limits(row),
            "rank": say("elsewhere.rank", rank=int(row["rank"]), areas=int(row["areas"])),
        }
        for outcome in found.outcomes.values()
        for row in outcome.differences.to_dict("records")
    ]
    frame = pd.DataFrame(rows)
    confidence = percent(float(found.outcomes[RATE].differences["confidence"].iloc[0]), 0)
    return Table(
        framed(report, frame),
        caption=say("elsewhere.differences_caption", authority=found.area),
        headings={name: say(f"elsewhere.differences_{name}", confidence=confidence) for name in frame.columns},
        note=say("elsewhere.differences_note", authority=found.area, n=len(found.others)),
    )


def elsewhere_in_time(report: System | PublicSystem) -> Table | None:
    """Show what the same method finds at earlier years, in which no such change was made."""
    found = report.elsewhere
    if found is None:
        return None
    rows = [
        {
            "pretended": str(int(row["last_before"])),
            "until": str(int(row["last_after"])),
            "gap": signed(row["mean_gap"], 1),
            "fit": f"{row['rmspe_before']:.1f}",
            "rank": say("elsewhere.rank", rank=int(row["rank"]), areas=int(row["areas"])),
        }
        for row in found.outcomes[RATE].in_time.to_dict("records")
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    return Table(
        framed(report, frame),
        caption=say("elsewhere.in_time_caption"),
        headings={name: say(f"elsewhere.in_time_{name}") for name in frame.columns},
        note=say("elsewhere.in_time_note"),
    )


def elsewhere_checks(report: System | PublicSystem) -> Table | None:
    """Show whether the answer holds: by indexed counts, without single authorities, before rounding."""
    found = report.elsewhere
    if found is None:
        return None
    rows = [row for outcome in found.outcomes.values() for row in _checks(found, outcome)]
    frame = pd.DataFrame(rows)
    return Table(
        framed(report, frame),
        caption=say("elsewhere.checks_caption"),
        headings={name: say(f"elsewhere.checks_{name}") for name in frame.columns},
        note=say("elsewhere.checks_note", year=found.last_before),
    )


def _placebo_table(report: System | PublicSystem, found: OtherAuthorities) -> Table:
    """Show, for every authority, the fit before, the mean gap after and their ratio."""
    table = found.outcomes[RATE].in_space.table.sort_values("ratio", ascending=False, kind="stable")
    rows = [
        {
            "authority": str(area),
            "fit": f"{row['rmspe_before']:.1f}",
            "after": f"{row['rmspe_after']:.1f}",
            "ratio": f"{row['ratio']:.1f}",
            "gap": signed(row["mean_gap"], 1),
        }
        for area, row in table.iterrows()
    ]
    frame = pd.DataFrame(rows)
    words = {name: say(f"elsewhere.placebo_{name}") for name in ("fit", "after", "ratio", "gap")}
    return Table(
        framed(report, frame),
        caption=say("chart.data_caption", caption=say("elsewhere.placebo_caption")),
        headings={"authority": say("overview.authority"), **words},
        note=say("elsewhere.placebo_table_note"),
    )


def _checks(found: OtherAuthorities, outcome: Outcome) -> list[dict[str, str]]:
    """Return the rows of the checks for one way to measure: as it is, then each variant."""
    control, in_space = outcome.control, outcome.in_space
    own = say(f"elsewhere.of_{outcome.name}", year=found.last_before)
    rows = [_check(own, control.rmspe_before, control.mean_gap, in_space.rank, in_space.areas)]
    for row in outcome.sensitivity.to_dict("records"):
        words = say(f"elsewhere.variant_{row['variant']}", measure=own, area=row["area"])
        rows.append(_check(words, row["rmspe_before"], row["mean_gap"], row["rank"], row["areas"]))
    return rows


def _check(words: str, fit: float, gap: float, rank: Any, areas: Any) -> dict[str, str]:
    return {
        "what": words,
        "fit": f"{fit:.1f}",
        "gap": signed(gap, 1),
        "rank": say("elsewhere.rank", rank=int(rank), areas=int(areas)),
    }


def _limits(row: Any) -> str:
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return say("table.missing")
    return say("share.interval", lower=signed(row["lower"], 1), upper=signed(row["upper"], 1))


def _population(found: OtherAuthorities) -> str:
    """Say which population the rates rest on."""
    if len(found.mid_years) == 1:
        return say("elsewhere.population_fixed", mid_year=found.mid_years[0])
    return say("elsewhere.population", mid_years=", ".join(f"mid-{year}" for year in found.mid_years))


def _dates(years: Any) -> pd.DatetimeIndex:
    """Return the 31 March of each year."""
    return pd.DatetimeIndex([pd.Timestamp(int(year), 3, 31) for year in years])
