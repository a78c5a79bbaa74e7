"""A published saving rebuilt: which inputs give it, and what is left of it under assumptions that it does not name.

Which saving that is stands in the council's settings, ``costs.claimed_saving``; its amount and its number of children
are rows of `counts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ehp_eval.cost_tables import carried, cost_by_year, price_index, weekly_costs
from ehp_eval.costs import MONTE_CARLO, WEEKS_A_YEAR, Range, draws_between, generator, present_value
from ehp_eval.measures.figures import NAN, figure
from ehp_eval.proportions import Estimate
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.config import Service
    from ehp_eval.cost_tables import UnitCost
    from ehp_eval.load import Council

ADULT = 18.0
_MONTHS_A_YEAR = 12
STATED, DISCOUNTED, RE_ENTRY, DEADWEIGHT, SERVICE_COST = (
    "stated",
    "discounted",
    "re_entry",
    "deadweight",
    "service_cost",
)


@dataclass(frozen=True)
class Input:
    """The years of care a child, up to the 18th birthday, that give the amount at one unit cost.

    Attributes
    ----------
    cost : UnitCost
    weekly : float
        That cost in the prices of the claim's year, GBP: amount = children x weekly x weeks.
    years : float
        Mean of the children; both are nan where the price index lacks a year.
    """

    cost: UnitCost
    weekly: float
    years: float

    @property
    def age(self) -> float:
        """Mean age when these years would have begun."""
        return ADULT - self.years

    @property
    def possible(self) -> bool:
        """Whether a child can be of that age."""
        return 0 <= self.age < ADULT


@dataclass(frozen=True)
class Step:
    """What is left after a step and those before it, GBP; the low end takes the values that leave least."""

    name: str
    low: float
    central: float
    high: float


@dataclass(frozen=True)
class ClaimedSaving:
    """A claimed saving and what becomes of it; amounts in GBP of `price_year`.

    Attributes
    ----------
    service, year, price_year : str
    amount : float
        As published. It is taken to be in the prices of the claim's `year`.
    children : int
    document, paragraph : str
        Where the amount stands.
    placement_type : str
        The unit cost that the steps start from.
    weeks : float
        Weeks in care a child that this unit cost needs to give the amount.
    inputs : tuple of Input
        By placement of `unit_costs`, but those of parent and baby together, which last for weeks.
    steps : tuple of Step
        stated, discounted, re_entry, deadweight, service_cost.
    service_cost : float
        Cost of the service in the claim's months; nan where it is not known, and then the last step is left out.
    cost_source : str
        The source that the council's records name for that cost; empty where they name none.
    together : Range or None
        All steps, with re-entry and deadweight drawn; None where the cost of the service is not known.
    """

    service: str
    year: str
    price_year: str
    amount: float
    children: int
    document: str
    paragraph: str
    placement_type: str
    weeks: float
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    service_cost: float
    cost_source: str
    together: Range | None

    @property
    def before_cost(self) -> Step:
        """What is left before the cost of the service: it rests on published inputs and assumptions alone."""
        return next(step for step in reversed(self.steps) if step.name != SERVICE_COST)


def claimed_saving(council: Council, service: Service) -> ClaimedSaving | None:
    """Rebuild the saving that has been claimed for a service.

    Returns
    -------
    ClaimedSaving or None
        None where the settings name none for this service, or where a row or price year that it needs is not there.

    Notes
    -----
    amount = children x weekly cost x weeks; of these the weeks were not published. The steps:

    - *discounted*: the weekly payments at their present value (`ehp_eval.costs.present_value`). The weeks of all
      children are taken to be their mean, which leaves rather too much, as a longer time is discounted more.
    - *re-entry*: a child who returns to care later is taken to save nothing. Too much for one who returns late.
    - *deadweight*: nor does one who would have gone home in any case.
    - *cost of the service* in the months of the claim, whatever else it did in them.
    """
    costs = council.settings.costs
    claim, counts = costs.claimed_saving, council.tables["counts"]
    if claim is None or claim.service != service.id:
        return None
    saving, children = (counts[counts["subject"] == subject] for subject in (claim.saving, claim.children))
    if saving.empty or children.empty:
        return None
    stated, n = float(saving["value"].iloc[0]), int(children["value"].iloc[0])
    index = price_index(council)
    amount = carried(stated, claim.year, costs.price_year, index)
    named = council.tables["unit_costs"]["placement_type"].unique()
    placements = [each for each in named if each not in (costs.parent_and_baby or ())]
    inputs = tuple(
        Input(
            cost,
            carried(cost.weekly, cost.price_year, claim.year, index),
            amount / n / cost.real / WEEKS_A_YEAR,
        )
        for cost in weekly_costs(council, placements) if n > 0
    )  # fmt: skip
    chosen = next((each for each in inputs if each.cost.placement_type == claim.placement_type), None)
    if chosen is None or np.isnan(chosen.years):
        return None

    weeks = chosen.years * WEEKS_A_YEAR
    discounted = n * float(present_value(chosen.cost.real, weeks, costs.discount_rate))
    of_the_year = cost_by_year(council, service.id, [claim.year]).iloc[0]
    spent = float(of_the_year["real"]) * claim.months / _MONTHS_A_YEAR
    stays = discounted * (1 - np.array(costs.re_entry[::-1]))
    needed = stays * (1 - np.array(costs.deadweight[::-1]))
    steps = [
        Step(STATED, amount, amount, amount),
        Step(DISCOUNTED, discounted, discounted, discounted),
        Step(RE_ENTRY, *stays.tolist()),
        Step(DEADWEIGHT, *needed.tolist()),
    ]
    together = None
    if not np.isnan(spent):
        steps.append(Step(SERVICE_COST, *(needed - spent).tolist()))
        rng = generator()
        kept = (1 - draws_between(costs.re_entry, rng)) * (1 - draws_between(costs.deadweight, rng))
        together = Range.of(discounted * kept - spent)
    where = saving.iloc[0]
    return ClaimedSaving(
        service.id, claim.year, costs.price_year, stated, n, str(where["document"]), str(where["paragraph"]),
        claim.placement_type, weeks, inputs, tuple(steps), spent, str(of_the_year["source"]), together,
    )  # fmt: skip


def claimed_saving_figures(found: ClaimedSaving) -> list[dict[str, Any]]:
    """Return the rows of the figures: the years that each unit cost needs, each step, and all of them together.

    `psw4_claim_years` by placement, `psw4_claim` by step and end. Only all steps together have limits: centiles of the
    draws. What holds the cost of the service rests on the council's records, all else on what was published.
    """
    same = {"service": found.service, "year": found.year}
    money = f"GBP, price year {found.price_year}"
    rows = [
        figure(
            "psw4_claim_years", None, Estimate(each.years, NAN, NAN, NAN, "amount by children, weekly cost and weeks"),
            **same, source="published", group=f"placement: {each.cost.placement_type}", unit="years of care a child",
            denominator=found.children,
            note=say(
                "costs.note_claim_input", cost=f"{each.cost.weekly:,.2f}", year=each.cost.price_year,
                source=each.cost.source, carried=f"{each.weekly:,.2f}", claim_year=found.year, age=f"{each.age:.1f}",
            ),
        )
        for each in found.inputs if not np.isnan(each.years)
    ]  # fmt: skip
    note = say("costs.note_claim_of", amount=f"{found.amount:,.0f}", document=found.document, paragraph=found.paragraph)
    with_cost = {
        "source": "records",
        "note": say(
            "costs.note_claim_cost", claim=note, cost=f"{found.service_cost:,.0f}",
            source=found.cost_source or say("claimed_saving.no_source"),
        ),
    }  # fmt: skip
    for step in found.steps:
        rests_on = with_cost if step.name == SERVICE_COST else {"source": "published", "note": note}
        ends = {", low": step.low, ", central": step.central, ", high": step.high}
        rows += [
            figure(
                "psw4_claim", None, Estimate(amount, NAN, NAN, NAN, "stated amount, step by step"),
                **same, **rests_on, group=f"step: {step.name}{end}", unit=money, denominator=found.children,
            )
            for end, amount in ({"": step.central} if step.low == step.high else ends).items()
        ]  # fmt: skip
    if found.together:
        every = found.together
        rows.append(
            figure(
                "psw4_claim", None,
                Estimate(every.central, every.low, every.high, 0.95, MONTE_CARLO),
                **same, **with_cost, group="step: together", unit=money, denominator=found.children,
            )
        )  # fmt: skip
    return rows
