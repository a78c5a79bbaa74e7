"""The rows of `figures.csv` that say what a service cost and what would meet it, each with all that went in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ehp_eval.costs import MONTE_CARLO
from ehp_eval.measures.figures import NAN, figure
from ehp_eval.measures.notes import joined
from ehp_eval.proportions import Estimate
from ehp_eval.streams import ENTERED_CARE
from ehp_eval.value import in_care_already
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.costs import Range, Three
    from ehp_eval.value import Value


def value_figures(value: Value, full: Cohort) -> list[dict[str, Any]]:
    """Return the rows of the figures of what a service cost and what would meet it.

    `cost` is the cost of the years, `cost_unit` that of one unit at risk. Of children at the edge of care, `eoc10` is
    the cost of each entry fewer (with a comparison only), `eoc10_break_even` and `eoc10_break_even_cashable` the
    entries fewer that meet the cost; of babies and parents these two begin with `cost`. Of children in care already,
    `psw4` is the cost of each child accepted in any stream, and `psw4_break_even` the weeks in care fewer that meet it.
    """
    money = f"GBP, price year {value.price_year}"
    spent = _spent(value)
    rows = [figure("cost", full, _exactly(value.delivery, "sum of the years"), unit=money, note=spent)]
    if np.isnan(value.delivery):
        return rows
    rows.append(
        figure(
            "cost_unit", full, _exactly(value.per_unit, "cost by those at risk"),
            denominator=value.units, unit=money, note=spent,
        )
    )  # fmt: skip
    if in_care_already(full.stream):
        each = value.delivery / value.accepted if value.accepted else NAN
        rows.append(
            figure(
                "psw4", full, _exactly(each, "cost by those accepted"),
                denominator=value.accepted, unit=money, note=spent,
            )
        )  # fmt: skip
        return rows + _break_even("psw4_break_even", full, value, value.break_even_weeks, "weeks in care fewer")
    stem = "eoc10" if full.event == ENTERED_CARE else "cost"
    if value.entries_fewer is not None:
        rows.append(_per_entry(value, full, money))
    put_off = joined(_care(value), say("costs.note_put_off", values=_shares(value.costs.drop_off)))
    cashable = say("costs.note_cashable", values=_shares(value.costs.cashable))
    return [
        *rows,
        *_break_even(f"{stem}_break_even", full, value, value.break_even, "entries fewer", put_off, _ends(value)),
        *_break_even(
            f"{stem}_break_even_cashable", full, value, value.break_even_cashable, "entries fewer", put_off, cashable
        ),
    ]


def _per_entry(value: Value, full: Cohort, money: str) -> dict[str, Any]:
    fewer, each = value.entries_fewer, value.per_entry_fewer
    assert fewer is not None
    note = say(
        "costs.note_entries_fewer", value=f"{fewer.value:.1f}", lower=f"{fewer.lower:.1f}", upper=f"{fewer.upper:.1f}"
    )
    if each is None:
        return figure(
            "eoc10",
            full,
            _exactly(NAN, "not given"),
            unit=money,
            note=joined(note, say("costs.note_interval_holds_zero")),
        )
    method = f"cost by entries fewer: {fewer.method}"
    return figure(
        "eoc10", full, Estimate(each.central, each.low, each.high, fewer.confidence, method), unit=money, note=note
    )


def _break_even(
    measure: str, full: Cohort, value: Value, found: Range | None, unit: str, *notes: str
) -> list[dict[str, Any]]:
    """Return the row of a break-even, its centiles as limits; none where it is not known."""
    if found is None:
        return []
    estimate = Estimate(found.central, found.low, found.high, 0.95, MONTE_CARLO)
    note = joined(say("costs.note_met", cost=f"{value.delivery:,.0f}", year=value.price_year), _week(value), *notes)
    return [figure(measure, full, estimate, denominator=value.units, unit=unit, note=note)]


def _exactly(amount: float, method: str) -> Estimate:
    return Estimate(amount, NAN, NAN, NAN, method)


def _spent(value: Value) -> str:
    """Name the cost of each year as recorded, with its source."""
    by_year = value.by_year
    known = [
        say("costs.note_of_year_unknown", year=year)
        if np.isnan(cash)
        else say("costs.note_of_year", year=year, amount=f"{cash:,.0f}", source=source)
        for year, cash, source in zip(by_year["year"], by_year["cash"], by_year["source"], strict=True)
    ]
    return joined(*known, say("costs.note_all_of_it"))


def _week(value: Value) -> str:
    rows = (
        say(
            "costs.note_week_row",
            cost=f"{each.weekly:,.2f}",
            what=each.placement_type,
            year=each.price_year,
            source=each.source,
        )
        for each in value.weekly
    )
    return say("costs.note_week", rows=joined(*rows))


def _care(value: Value) -> str:
    weeks = ", ".join(f"{each:g}" for each in value.costs.weeks_in_care)
    return say("costs.note_care", weeks=weeks, rate=f"{value.costs.discount_rate:.1%}")


def _ends(value: Value) -> str:
    ends = value.break_even_scenarios
    if ends is None:
        return ""
    low, central, high = (
        f"{each:,.1f}" if np.isfinite(each) else say("costs.note_never") for each in (ends.low, ends.central, ends.high)
    )
    return say("costs.note_scenarios", low=low, central=central, high=high)


def _shares(values: Three) -> str:
    return ", ".join(f"{each:.0%}" for each in values)
