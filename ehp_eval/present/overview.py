"""The overview: the claims, what cannot be said, and what lies behind the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.present.audiences import framed
from ehp_eval.present.overview_first import cannot
from ehp_eval.prose import Bullets, Paragraph
from ehp_eval.tables import Table, percent
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Overview
    from ehp_eval.public import PublicOverview
    from ehp_eval.system import System


def impossible_claims(report: Overview | PublicOverview) -> Bullets | Paragraph:
    """Name the published percentages that no whole number of the stated denominator gives."""
    wrong = [claim for claim in report.claims if claim.verdict == "impossible"]
    intro = say("overview.impossible_intro", n=len(wrong))
    if not wrong:
        return Paragraph(intro)
    titles = {service.id: service.title for service in report.council.services}
    lines = [
        say(
            "overview.impossible",
            percent=claim.percent,
            denominator=claim.denominator,
            service=titles.get(claim.subject, claim.subject),
            period=claim.period,
            remark=claim.remark,
        )
        for claim in wrong
    ]
    return Bullets([intro, *lines]) if len(lines) > 3 else Bullets(lines)


def repairs_table(report: Overview | System) -> Table:
    """Show how often each rule was applied that turns episodes into periods of care."""
    repairs = report.council.care.repairs.reset_index()
    shown = repairs.assign(rule=repairs["rule"].map(lambda rule: say(f"repair.{rule}")))
    headings = {
        "rule": say("overview.repair"),
        "care": say("overview.care"),
        "respite": say("overview.respite"),
    }
    care = report.council.care
    note = say("overview.repairs_note", care=f"{len(care.periods):,}", respite=f"{len(care.respite):,}")
    return Table(shown, caption=say("overview.repairs_caption"), headings=headings, note=note)


def overview_limits(report: Overview) -> Bullets:
    """Say for which services there is nothing to compare with, and what a comparison group leaves open."""
    return Bullets([*cannot(report), say("overview.context"), say("overview.safety_elsewhere")])


def not_evaluated(report: Overview | PublicOverview) -> Bullets | Paragraph:
    """Say which services could not be evaluated, and for want of which tables."""
    lines = [
        say("limits.not_evaluated", title=title, tables=", ".join(lacking))
        if lacking
        else say("limits.no_notebook", title=title)
        for title, lacking in report.not_evaluated.items()
    ]
    return Bullets(lines) if lines else Paragraph(say("limits.none_missing"))


def settings_table(report: Overview | PublicOverview) -> Table:
    """Show the thresholds and assumptions that the council has set."""
    settings = report.council.settings
    values = {**settings.thresholds.model_dump(), **settings.costs.model_dump(exclude={"claimed_saving"})}
    numbers = {"weeks_in_care": settings.costs.weeks_in_care}
    if settings.costs.illustration:
        numbers["illustration"] = settings.costs.illustration.risk_ratio
    # Every other setting that is no whole number is a share.
    values |= {name: tuple(f"{number:g}" for number in each) for name, each in numbers.items()}
    values = {name: value for name, value in values.items() if value is not None}
    rows = [(say(f"thresholds.{name}"), _setting(value)) for name, value in values.items()]
    return Table(
        framed(report, pd.DataFrame(rows, columns=["setting", "value"])),
        caption=say("overview.settings_caption"),
        headings={"setting": say("overview.setting"), "value": say("overview.value")},
        note=say("overview.settings_note"),
    )


def _setting(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_setting(each) for each in value)
    return percent(value, 1).replace(".0%", "%") if isinstance(value, float) else str(value)
