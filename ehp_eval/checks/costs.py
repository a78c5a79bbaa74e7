"""Costs: amounts that cannot be, money that would count twice, years whose costs are not known.

And the settings of the costs that name a published figure or a price year that is not there.
"""

from __future__ import annotations

from collections.abc import Callable

from ehp_eval.checks.rule import Evidence, Found, Rule
from ehp_eval.years import Period

AMOUNTS = ("staff", "other")


def _not_above_0(table: str, column: str) -> Callable[[Evidence], Found]:
    return lambda council: (council[table][column] <= 0).fillna(False).astype(bool)


def _named(council: Evidence) -> dict[str, tuple[str, ...]]:
    """Return the placements that the settings of the costs name, by the setting."""
    costs = council.settings.costs
    named = {"weekly_cost": costs.weekly_cost or (), "parent_and_baby": costs.parent_and_baby or ()}
    saving = {"claimed_saving.placement_type": (costs.claimed_saving.placement_type,)} if costs.claimed_saving else {}
    return {**named, **saving}


def _unknown_placements(council: Evidence) -> Found:
    known = set(council["unit_costs"]["placement_type"].dropna())
    return [setting for setting, placements in _named(council).items() if set(placements) - known]


def _weekly_costs_out_of_order(council: Evidence) -> Found:
    """Compare the weekly costs in one price year; those that cannot be carried to it are not compared."""
    named, index = council.settings.costs.weekly_cost or (), _index(council)
    rows = council["unit_costs"][["placement_type", "weekly_cost", "price_year"]].dropna().sort_values("price_year")
    latest = rows.drop_duplicates("placement_type", keep="last").set_index("placement_type")
    real = latest["weekly_cost"].astype(float) / latest["price_year"].map(index).astype(float)
    real = real.reindex([each for each in named if each in real.index]).dropna()
    return [] if real.is_monotonic_increasing else [""]


def _claimed_saving(council: Evidence) -> Found:
    claim, subjects = council.settings.costs.claimed_saving, set(council["counts"]["subject"].dropna())
    if claim is None:
        return []
    lacking = [name for name in ("saving", "children") if getattr(claim, name) not in subjects]
    return lacking + (["service"] if claim.service not in council.services else [])


def _years_not_in_the_index(council: Evidence) -> Found:
    """Name the price years that amounts are to be carried from or to and that the index lacks."""
    costs = council.settings.costs
    rows = council["unit_costs"]
    used = rows[rows["placement_type"].isin(costs.weekly_cost or ())]["price_year"]
    years = {costs.price_year, *used.dropna(), *council["service_costs"]["year"].dropna()}
    if costs.claimed_saving:
        years.add(costs.claimed_saving.year)
    lacking = sorted(years - _index(council).keys())
    return [", ".join(lacking)] if lacking else []


def _index(council: Evidence) -> dict[str, float]:
    known = council["price_index"].dropna(subset=["year", "value"])
    return dict(zip(known["year"], known["value"].astype(float), strict=True))


def _repeated_unit_cost(council: Evidence) -> Found:
    """Tell the later rows for the same. The settings name no area: among the placements they name it makes no other."""
    rows = council["unit_costs"]
    named = rows["placement_type"].isin([placement for each in _named(council).values() for placement in each])
    known = rows[["placement_type", "price_year"]].notna().all(axis=1)
    repeated = rows.duplicated(["placement_type", "price_year", "area"])
    return known & (repeated | (named & rows.duplicated(["placement_type", "price_year"])))


def _below_0(column: str) -> Callable[[Evidence], Found]:
    return lambda council: (council["service_costs"][column] < 0).fillna(False).astype(bool)


def _nothing_spent(council: Evidence) -> Found:
    return (council["service_costs"][list(AMOUNTS)].sum(axis=1, skipna=False) == 0).fillna(False).astype(bool)


def _repeated_cost(council: Evidence) -> Found:
    return council["service_costs"].duplicated()


def _blank_amount(council: Evidence) -> Found:
    costs = council["service_costs"]
    return costs["service"].isin(council.services) & costs[list(AMOUNTS)].isna().any(axis=1)


def _years_between(council: Evidence) -> Found:
    """Name the services and the years that lie between two with a row."""
    costs = council["service_costs"]
    # What is no financial year is a fault of its own.
    begins = costs["year"].str.extract(r"^(\d{4})-\d{2}$", expand=False).dropna().astype(int)
    lacking = []
    for service in sorted(council.services):
        known = {Period(year, year) for year in begins[costs["service"].reindex(begins.index) == service]}
        if known:
            between = set(Period(min(known).first, max(known).last).years) - known
            lacking += [f"{service} in {year.label}" for year in sorted(between)]
    return [", ".join(lacking)] if lacking else []


RULES = (
    *(
        Rule("amount", table, column, "it must be above 0: correct it", _not_above_0(table, column))
        for table, column in (("unit_costs", "weekly_cost"), ("price_index", "value"))
    ),
    Rule(
        "unit cost",
        "unit_costs",
        "placement_type, price_year, area",
        "an earlier row is for the same placement and price year (and area, unless council.toml names the placement), "
        "so chance would tell which one counts: keep one",
        _repeated_unit_cost,
    ),
    Rule(
        "unit cost",
        "unit_costs",
        "placement_type",
        "costs.{} in council.toml names a placement that is not here: add it, or correct the name",
        _unknown_placements,
    ),
    Rule(
        "unit cost",
        "unit_costs",
        "weekly_cost",
        "in one price year the rows that costs.weekly_cost in council.toml names do not rise: name the low one first, "
        "then the central and the high one",
        _weekly_costs_out_of_order,
    ),
    Rule(
        "claimed saving",
        "counts",
        "subject",
        "costs.claimed_saving.{} in council.toml leads nowhere: write it as the subject of a row here, or a service as "
        "the name of its file",
        _claimed_saving,
    ),
    Rule(
        "price year",
        "price_index",
        "year",
        "there is no index for {}, so what is in the prices of these years is left out of the costs: add it",
        _years_not_in_the_index,
        "warning",
    ),
    *(
        Rule("cost of a service", "service_costs", column, "the amount is below 0: correct it", _below_0(column))
        for column in AMOUNTS
    ),
    Rule(
        "cost of a service",
        "service_costs",
        ", ".join(AMOUNTS),
        "the amounts come to 0, as if the year had cost nothing: correct them, leave those blank that are not known, "
        "or remove the row",
        _nothing_spent,
    ),
    Rule(
        "repeated cost",
        "service_costs",
        "service, year, staff, other",
        "an earlier row is the same in every column, so the money would count twice: keep one, or tell them apart by "
        "funding or source",
        _repeated_cost,
    ),
    Rule(
        "cost not known",
        "service_costs",
        ", ".join(AMOUNTS),
        "an amount is blank, so the costs of the service in this year are not known: fill it, with 0 for nothing",
        _blank_amount,
        "warning",
    ),
    Rule(
        "cost not known",
        "service_costs",
        "year",
        "there is no row for {} although there are rows before and after, so these costs are not known: add it",
        _years_between,
        "warning",
    ),
)
