"""The whole authority beside a service: placements of parent and baby together, and babies coming into care.

Figures of one year. Nothing is returned for years pooled: their sum stands beside no year's count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.contract import TABLES
from ehp_eval.episodes import care_episodes
from ehp_eval.errors import DataError, Finding
from ehp_eval.measures.figures import NAN, count_figure, figure
from ehp_eval.measures.notes import counted_note, joined
from ehp_eval.once import once_a_council
from ehp_eval.periods import periods_of_care
from ehp_eval.proportions import Estimate
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council
    from ehp_eval.years import Period

WEEKS = "weeks"
_MONTHS_OF_A_YEAR = 12


def parent_and_baby_placements(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return the placements of parent and baby begun in the year (bm4), and the weeks spent in them in it (bm4w).

    Whole authority, whoever referred. A placement is a family's unbroken time in episodes marked parent and baby:
    a move to another such placement, or from one legal status to the next, begins no new one, and twins placed with
    their parent are one, as the household is. Without `persons` each baby is a family of its own. Weeks: the
    days of all placements in the year, one begun before it included, divided by 7; the day a placement ended is
    not counted, one still open runs to the extract date. Poisson limits for the number; the weeks are a sum.
    """
    if not _one_year(cohort.period):
        return []
    begun, under_way, weeks = _placements(council, cohort.period)
    note = say("figures.placement_weeks", n=under_way)
    return [
        count_figure("bm4", cohort, begun, note=say("figures.placements_by_family")),
        figure("bm4w", cohort, Estimate(weeks, NAN, NAN, NAN, "sum of days, by 7"), unit=WEEKS, note=note),
    ]


def parent_and_baby_cost(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return what the weeks of bm4w come to at the lower and the upper unit cost (bm4k).

    The two rows of `unit_costs` are named in the council's settings, ``costs.parent_and_baby``; without them nothing
    is returned. Of several price years of a row the latest counts. The amounts are in the prices of that year, not
    carried to another: a published unit cost times weeks, not what was paid.

    Raises
    ------
    DataError
        When the settings name a placement that `unit_costs` does not hold.
    """
    named = council.settings.costs.parent_and_baby
    if not named or not _one_year(cohort.period):
        return []
    table = council.tables["unit_costs"]
    chosen = table[table["placement_type"].isin(named)].sort_values("price_year")
    chosen = chosen.drop_duplicates("placement_type", keep="last").sort_values("weekly_cost")
    if set(named) - set(chosen["placement_type"]):
        message = "costs.parent_and_baby in council.toml names a placement that is not here: add it or correct the name"
        missing = Finding(TABLES["unit_costs"].file, "placement_type", "unknown placement", message)
        raise DataError("Placements of parent and baby cannot be costed.", [missing])
    *_, weeks = _placements(council, cohort.period)
    limits = {"lower": chosen.iloc[0], "upper": chosen.iloc[-1]}
    return [
        figure(
            "bm4k", cohort, Estimate(weeks * float(row["weekly_cost"]), NAN, NAN, NAN, "weeks times weekly cost"),
            group=f"cost: {limit}", unit=f"GBP, price year {row['price_year']}",
            note=say("figures.unit_cost", cost=f"{row['weekly_cost']:,.2f}", source=row["source"]),
        )
        for limit, row in limits.items()
    ]  # fmt: skip


def babies_into_care(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return how many children under 1 started to be looked after in the year (bm8).

    Whole authority; a child counts once, by its first period of care that starts in the year, respite apart. Age
    by the day of birth where it is known; else by the month: from the month of the first birthday on
    a child counts as one year old. Those without either are counted in the note. Poisson limits.
    """
    if not _one_year(cohort.period):
        return []
    periods = council.care.periods
    started = periods[cohort.period.holds(periods["started_on"])].sort_values("started_on").drop_duplicates("person_id")
    ids, on = started["person_id"], started["started_on"].reset_index(drop=True)
    born_on = council.tables["babies"].set_index("baby_id")["born_on"].reindex(ids).reset_index(drop=True)
    months = council.tables["persons"].set_index("person_id")["birth_month"].reindex(ids).reset_index(drop=True)
    born_in = pd.to_datetime(months, format="%Y-%m")
    by_day = on < born_on + pd.DateOffset(years=1)
    apart = (on.dt.year - born_in.dt.year) * _MONTHS_OF_A_YEAR + on.dt.month - born_in.dt.month
    under_1 = by_day.where(born_on.notna(), apart < _MONTHS_OF_A_YEAR)
    unknown = int((born_on.isna() & born_in.isna()).sum())
    note = joined(say("figures.age_by_month"), counted_note(birth_unknown=unknown))
    return [count_figure("bm8", cohort, int(under_1.sum()), note=note)]


def _one_year(period: Period) -> bool:
    return len(period.years) == 1


def _placements(council: Council, period: Period) -> tuple[int, int, float]:
    """Return how many placements of parent and baby began in the year, how many were under way in it, and the weeks."""
    placements = _placements_by_family(council)
    day = pd.Timedelta(days=1)
    first, after = period.start, period.end + day
    since = placements["started_on"].where(placements["started_on"] > first, first)
    until = placements["ended_on"].fillna(council.extract_date + day)
    days = (until.where(until < after, after) - since).dt.days
    in_year = days > 0
    return int(period.holds(placements["started_on"]).sum()), int(in_year.sum()), float(days[in_year].sum()) / 7


@once_a_council
def _placements_by_family(council: Council) -> pd.DataFrame:
    """Return each family's placements of parent and baby, whenever they were; columns as the periods of care."""
    episodes = care_episodes(council)
    together = episodes[episodes["parent_and_baby"] == "Y"]
    families = council.tables["persons"].set_index("person_id")["family_id"].reindex(together["person_id"])
    # What joins episodes to a child's period of care joins those of a family to one placement.
    together = together.assign(person_id=families.set_axis(together.index).fillna(together["person_id"]))
    return periods_of_care(together, respite_statuses=()).periods
