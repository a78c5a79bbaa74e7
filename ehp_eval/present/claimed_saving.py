"""A published saving rebuilt: which inputs give it, and what is left of it step by step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from ehp_eval.claimed_saving import DEADWEIGHT, DISCOUNTED, RE_ENTRY, SERVICE_COST, claimed_saving
from ehp_eval.present.value import pounds
from ehp_eval.prose import Paragraph, quoted, sentence
from ehp_eval.tables import Table, percent
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.claimed_saving import ClaimedSaving
    from ehp_eval.evaluation import Evaluation


def rebuilt_answer(report: Evaluation) -> Paragraph:
    """Say what the published amount needs to come out, and what is left of it."""
    found = claimed_saving(report.council, report.service)
    if found is None:
        return Paragraph(say("claimed_saving.none", title=report.service.title))
    chosen = next(each for each in found.inputs if each.cost.placement_type == found.placement_type)
    parts: list[str] = [
        sentence(
            "claimed_saving.rebuilt",
            amount=pounds(found.amount),
            children=found.children,
            document=quoted(found.document),
            paragraph=found.paragraph,
            placement=found.placement_type,
            weekly=f"{chosen.cost.weekly:,.2f}".removesuffix(".00"),
            prices=chosen.cost.price_year,
            carried=f"{chosen.weekly:,.2f}",
            claim_year=found.year,
            years=f"{chosen.years:.1f}",
            age=f"{chosen.age:.1f}",
        ),
        say("claimed_saving.not_published"),
    ]
    parts.append(say("claimed_saving.before_cost", left=pounds(found.before_cost.central), price_year=found.price_year))
    if found.together:
        left = {end: pounds(getattr(found.together, end)) for end in ("low", "central", "high")}
        cost = {"cost": pounds(found.service_cost), "source": _cost_source(found)}
        parts.append(sentence("claimed_saving.together", price_year=found.price_year, **cost, **left))
    return Paragraph(Markup(" ").join(parts))


def rebuilt_inputs(report: Evaluation) -> Table | None:
    """Show for each published unit cost how many years of care a child the amount needs."""
    found = claimed_saving(report.council, report.service)
    if found is None:
        return None
    known = [each for each in found.inputs if not math.isnan(each.years)]
    frame = pd.DataFrame(
        {
            "placement": each.cost.placement_type,
            "weekly": say("share.pounds", value=f"{each.cost.weekly:,.0f}", prices=each.cost.price_year),
            "carried": f"{each.weekly:,.2f}",
            "years": f"{each.years:.1f}",
            "age": f"{each.age:.1f}" if each.possible else say("claimed_saving.impossible"),
        }
        for each in known
    )
    sources = Markup("; ").join(map(quoted, dict.fromkeys(each.cost.source for each in known)))
    return Table(
        frame,
        caption=say("claimed_saving.inputs_caption", amount=pounds(found.amount), children=found.children),
        headings={name: say(f"claimed_saving.{name}", claim_year=found.year) for name in frame.columns},
        note=Markup(" ").join([say("claimed_saving.inputs_note"), sentence("value.sources", sources=sources)]),
    )


def rebuilt_steps(report: Evaluation) -> Table | None:
    """Show what is left of the amount after each step, on top of those before it."""
    found = claimed_saving(report.council, report.service)
    if found is None:
        return None
    costs = report.council.settings.costs
    given = {
        DISCOUNTED: {"rate": percent(costs.discount_rate, 1)},
        RE_ENTRY: {"share": _shares(costs.re_entry)},
        DEADWEIGHT: {"share": _shares(costs.deadweight)},
        SERVICE_COST: {"cost": pounds(found.service_cost), "year": found.year, "source": _cost_source(found)},
    }
    ends = ("low", "central", "high")
    words = [sentence(f"claimed_saving.step_{step.name}", **given.get(step.name, {})) for step in found.steps]
    frame = pd.DataFrame({end: [getattr(step, end) for step in found.steps] for end in ends})
    frame.insert(0, "step", pd.Series(words, dtype="object"))  # as text of pandas, a quotation would lose its marks
    return Table(
        frame,
        caption=say("claimed_saving.steps_caption", price_year=found.price_year),
        headings={"step": say("claimed_saving.step")} | {end: say(f"value.{end}") for end in ends},
        formats=dict.fromkeys(ends, pounds),
        note=say("claimed_saving.steps_note"),
    )


def _cost_source(found: ClaimedSaving) -> Markup:
    return quoted(found.cost_source) if found.cost_source else Markup(say("claimed_saving.no_source"))


def _shares(values: tuple[float, float, float]) -> str:
    return ", ".join(percent(value, 0) for value in values)
