"""A service beside its comparison group: who is compared, how alike they are, and how their outcomes differ.

Where the council supplied no comparison group one paragraph says what that leaves open, and the rest shows nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.charts import Chart, interval_chart
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.contract import TABLES
from ehp_eval.measures.reach import NOT_KNOWN
from ehp_eval.present import figure_words as fw
from ehp_eval.present.reach import words_of
from ehp_eval.present.service_words import thresholds
from ehp_eval.prose import Callout, Paragraph
from ehp_eval.tables import Table, percent, percent_words, unbroken
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.comparison import Comparison
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.proportions import Estimate
    from ehp_eval.standardisation import Standardised

_IN_REACH = ("sex", "ethnicity", "disability", "wimd_quintile")
"""Characteristics whose words are those of the section on who was reached."""
_UNLIKE = "no_like_child"


def comparison_answer(report: Evaluation) -> Callout | Paragraph:
    """Say how the service differs from its comparison group; or why that cannot be said."""
    found = report.comparison
    if found is None:
        file = TABLES["comparison"].file
        what = say("comparison.none_what", window=fw.window(HEADLINE_DAYS), file=file)
        return Paragraph(say("comparison.none", title=report.service.title), " ", what)
    if found.outcome is None:
        return Callout(refused_words(report, found), title=say("comparison.refused_title"))
    return Paragraph(unbroken(difference_words(report, found, found.outcome)))


def comparison_harm(report: Evaluation) -> Paragraph | None:
    """Say how harm differs from the comparison group's, and what a comparison leaves open."""
    found = report.comparison
    if found is None or found.outcome is None:
        return None
    return Paragraph(unbroken(f"{_harm_words(found)} {say('comparison.not_proof')}"))


def difference_words(report: Evaluation, found: Comparison, outcome: Standardised) -> str:
    """Write the standardised difference with both shares in a sentence, and how its interval reads."""
    return say(
        "comparison.associated",
        title=report.service.title,
        period=found.period.in_words,
        window=fw.window(HEADLINE_DAYS),
        n=f"{outcome.n_covered:,}",
        n_comparison=f"{outcome.n_comparison:,}",
        service=percent_words(outcome.service),
        comparison=percent_words(outcome.comparison),
        difference=points_words(outcome.difference),
        reading=say(f"comparison.outcome_{_reading(outcome.difference)}"),
    )


def refused_words(report: Evaluation, found: Comparison) -> str:
    """Say in plain words, with the numbers, why no difference is given."""
    return say(
        f"comparison.refused_{found.refused}",
        title=report.service.title,
        window=fw.window(HEADLINE_DAYS),
        n_service=f"{found.n_service:,}",
        n_comparison=f"{found.n_comparison:,}",
        covered=percent_words(found.covered) if found.n_service else fw.NOTHING,
        minimum=percent_words(thresholds(report).overlap_minimum),
        known=percent_words(found.known) if found.n_comparison else fw.NOTHING,
        needed=percent_words(thresholds(report).outcome_known),
        least=thresholds(report).percentages_from,
    )


def points_words(found: Estimate) -> str:
    """Write a difference with its interval: +8.0 percentage points (95% interval +1.0 to +15.0)."""
    value, lower, upper = (fw.points(each) for each in (found.value, found.lower, found.upper))
    return say("further.points", value=value, lower=lower, upper=upper)


def comparison_shares(report: Evaluation) -> Table | None:
    """Show both groups' shares, the standardised difference with its interval, and the crude one beside it."""
    found = report.comparison
    if found is None or found.outcome is None:
        return None
    columns = {"outcome": _column(found.outcome)}
    if found.harm:
        columns["harm"] = _column(found.harm)
    frame = pd.DataFrame(columns)
    frame.insert(0, "what", [say(f"comparison.{name}") for name in frame.index])
    return Table(
        frame,
        caption=say("comparison.shares_caption", title=report.service.title, period=found.period.in_words),
        headings={name: say(f"comparison.column_{name}", window=fw.window(HEADLINE_DAYS)) for name in frame.columns},
        note=say("comparison.shares_note"),
    )


def comparison_chart(report: Evaluation) -> Chart | None:
    """Chart the standardised differences, of the years together and of each year with a comparison of its own."""
    found = report.comparison
    if found is None or found.outcome is None:
        return None
    several = len(found.period.years) > 1
    pooled = say("comparison.together", period=found.period.label) if several else found.period.label
    by_year = {year: pair for year, pair in found.by_year.items() if year != found.period.label}
    shown = {pooled: (found.outcome, found.harm), **by_year}
    rows, points = [], []
    for name, place in (("outcome", 0), ("harm", 1)):
        group = say(f"comparison.column_{name}", window=fw.window(HEADLINE_DAYS))
        for label, pair in shown.items():
            if one := pair[place]:
                rows.append({"label": label, "group": group, **_drawn(one)})
                points.append(say("charts.point", label=f"{group}, {label}", share=points_words(one.difference)))
    return interval_chart(
        pd.DataFrame(rows),
        label="label",
        group="group",
        headings={
            "label": say("comparison.years"),
            "group": say("comparison.what"),
            "numerator": say("comparison.n_service"),
            "denominator": say("comparison.n_comparison"),
        },
        percent=False,
        signed=True,
        reference=(0, say("comparison.no_difference")),
        caption=say("comparison.chart_caption", title=report.service.title),
        alt=say("comparison.chart_alt", points="; ".join(points)),
        x_label=say("comparison.chart_x"),
        note=say("comparison.chart_note"),
    )


def comparison_flow(report: Evaluation) -> Table | None:
    """Show who of the comparison group is compared, and who was left out and why."""
    found = report.comparison
    if found is None:
        return None
    left_out = found.left_out
    rows = [(say("comparison.supplied"), found.n_comparison + _before(left_out))]
    rows += [(say("flow.minus", reason=_reason(reason)), n) for reason, n in left_out.items() if reason != _UNLIKE]
    rows.append((say("comparison.known", window=fw.window(HEADLINE_DAYS)), found.n_comparison))
    if unlike := left_out.get(_UNLIKE, 0):
        rows.append((say("flow.minus", reason=_reason(_UNLIKE)), unlike))
    if not found.refused:
        rows.append((say("comparison.used"), found.n_comparison - unlike))
    covered = round(found.covered * found.n_service) if found.n_service else 0
    notes = [say("comparison.flow_note", n_service=f"{found.n_service:,}", covered=f"{covered:,}")]
    if found.later_supported:
        notes.append(say("comparison.later_supported", n=found.later_supported))
    notes.append(say("comparison.other_services"))
    return Table(
        pd.DataFrame(rows, columns=["step", "number"]),
        caption=say("comparison.flow_caption", title=report.service.title, period=found.period.in_words),
        headings={"step": say("flow.step"), "number": say("flow.number")},
        note=" ".join(notes),
    )


def comparison_balance(report: Evaluation) -> Table | None:
    """Show how alike the two groups are, as they are and standardised."""
    found = report.comparison
    if found is None or found.balance.empty or found.outcome is None:
        return None
    rows = found.balance.sort_values(["characteristic", "level"], key=_in_order, kind="stable").reset_index(drop=True)
    who = [_level(row["characteristic"], row["level"]) for _, row in rows.iterrows()]
    frame = rows[["service", "crude", "comparison"]].map(lambda share: percent(share, 0)).assign(who=who)
    unlike = [words for words, differs in zip(who, rows["unbalanced"], strict=True) if differs]
    note = say("comparison.unlike", which="; ".join(unlike)) if unlike else say("comparison.alike")
    return Table(
        frame[["who", "service", "comparison", "crude"]],
        caption=say("comparison.balance_caption", title=report.service.title),
        headings={name: say(f"comparison.balance_{name}") for name in ("who", "service", "comparison", "crude")},
        note=f"{say('comparison.balance_note')} {note}",
    )


def _in_order(column: pd.Series[str]) -> pd.Series[Any]:
    """Order the rows of the balance: characteristics as they come, ages by their years, what is not known last."""
    if column.name == "characteristic":
        return column.map({name: place for place, name in enumerate(column.unique())})
    first = pd.to_numeric(column.str.partition("-")[0], errors="coerce")
    return first.fillna(0).mask(column == NOT_KNOWN, float("inf"))


def _before(left_out: dict[str, int]) -> int:
    """Count those left out before anybody asked whether they have like children."""
    return sum(n for reason, n in left_out.items() if reason != _UNLIKE)


def _column(one: Standardised) -> dict[str, str]:
    counts = one.strata[one.strata["comparison"] > 0]
    served = fw.frequency(int(counts["service_good"].sum()), one.n_covered)
    crude = fw.frequency(int(one.strata["comparison_good"].sum()), one.n_comparison)
    return {
        "service": say("reach.share", share=served, percent=percent_words(one.service)),
        "standardised": percent_words(one.comparison),
        "difference": points_words(one.difference),
        "crude": say("reach.share", share=crude, percent=percent_words(one.crude)),
    }


def _drawn(one: Standardised) -> dict[str, float]:
    """Return a difference in percentage points, as a row of the chart."""
    found = one.difference
    points = {"value": 100 * found.value, "lower": 100 * found.lower, "upper": 100 * found.upper}
    return {**points, "numerator": one.n_covered, "denominator": one.n_comparison}


def _harm_words(found: Comparison) -> str:
    if found.harm is None:
        return say("comparison.harm_unknown")
    return say(
        "comparison.harm_associated",
        window=fw.window(HEADLINE_DAYS),
        service=percent_words(found.harm.service),
        comparison=percent_words(found.harm.comparison),
        difference=points_words(found.harm.difference),
        reading=say(f"comparison.harm_{_reading(found.harm.difference)}"),
    )


def _reading(found: Estimate) -> str:
    if found.lower > 0:
        return "higher"
    return "lower" if found.upper < 0 else "unclear"


def _reason(reason: str) -> str:
    own = ("also_supported", "other_years", "not_matured", "died", "status_unknown", _UNLIKE)
    return say(f"comparison.reason_{reason}" if reason in own else f"flow.{reason}")


def _level(characteristic: str, level: str) -> str:
    """Write a level of a characteristic: "Sex: female"."""
    if characteristic in _IN_REACH:
        return words_of(f"{characteristic}: {level}")
    if level == NOT_KNOWN:
        words = say("reach.not_known")
    elif characteristic == "year":
        words = level
    else:
        words = say(f"comparison.level_{characteristic}_{level}")
    return say("reach.group", characteristic=say(f"comparison.characteristic_{characteristic}"), group=words)
