"""The looked-after system, las1 to las12: the whole authority's children at 31 March and through the year.

Everything is counted from periods of care, respite apart. A child is looked after from the day a period starts up to,
not including, the day it ends, so that the number at the end of a year is that at its beginning, plus the periods
that started in it, minus those that ended. The numbers of a day are full counts, and their shares are of all children
looked after on it: an interval says how far such a share would vary from year to year by chance, not that children
were sampled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.cohort import Cohort
from ehp_eval.columns import UNKNOWN
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.events import eighteenth_birthdays, losses
from ehp_eval.looked_after import NUMBER, nearest_population, number_figure, rate_figure
from ehp_eval.measures.figures import COUNT, NAN, SHARE, count_figure, figure, share_figure
from ehp_eval.measures.followed import first_after, followed_share
from ehp_eval.measures.front_door import growth
from ehp_eval.measures.notes import joined
from ehp_eval.measures.over_years import change
from ehp_eval.measures.placements_in_care import episodes_in_periods, placed_on, placements_in
from ehp_eval.periods import STARTED
from ehp_eval.proportions import Estimate
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.load import Council
    from ehp_eval.years import Period

Row = dict[str, Any]

MANY_PLACEMENTS = 3
OUT_OF_COUNTY, OUT_OF_NATION = ("elsewhere_in_wales", "outside_wales"), ("outside_wales",)
NEEDED: dict[str, tuple[str, ...]] = {
    "las2": ("population_under_18",),
    "las9": ("status_events",),
    "las10": ("status_events",),
    "las12": ("status_events", "persons"),
}
"""The tables, beside the episodes, that a measure needs: without one of them it is left out."""
FLOWS = ("las3", "las4", "las9", "las10")
"""Counts of what happened in a year."""


def system_figures(council: Council, year: Period) -> list[Row]:
    """Return las1 to las12 of one complete financial year; left out is what needs a table that was not supplied.

    Parameters
    ----------
    council : Council
    year : Period
        One year that had ended by the extract date: part of a year is set beside no full one.
    """
    placed = placed_on(council, year.end)
    rows = _stock(council, year, len(placed)) + _flows(council, year) + _census_shares(council, year, placed)
    if _holds(council, "las9"):
        rows += _orders(council, year)
    rows += _returned_home(council, year)
    if _holds(council, "las12") and year.end + pd.Timedelta(days=HEADLINE_DAYS) <= council.extract_date:
        rows += _entered_again(council, year)
    return sorted(rows, key=lambda row: int(row["measure"].partition("_")[0].removeprefix("las")))


def system_changes(now: list[Row], before: list[Row]) -> list[Row]:
    """Return how the figures of one year differ from those of the year before.

    The number of children (las1) as a difference without an interval: most are the same children, so that the two
    numbers are not independent. What happened in the year (las3, las4, las9, las10) as a ratio of counts, with its
    exact conditional interval; none where the earlier count is 0. Shares in points, with Newcombe's (1998) interval;
    for las5 to las8, where many children are in both, it is wider than it need be, and las12 is compared with the
    interval that allows for brothers and sisters where they matter.
    """
    later, earlier = _deciding(now), _deciding(before)
    rows = []
    for measure in [each for each in later if each in earlier]:
        new, old = later[measure], earlier[measure]
        if measure == NUMBER:
            estimate = Estimate(new["value"] - old["value"], NAN, NAN, NAN, "difference of counts")
            note = say("figures.against", year=old["year"])
            rows.append(figure(f"{NUMBER}_change", None, estimate, year=new["year"], unit=COUNT, note=note))
        elif measure in FLOWS and old["numerator"]:
            counts = (new["numerator"], old["numerator"])
            rows.append(growth(f"{measure}_ratio", *counts, against=old["year"], year=new["year"]))
        elif new["unit"] == SHARE and new["denominator"] and old["denominator"]:
            rows.append(change(new, old))
    return rows


def _deciding(rows: list[Row]) -> dict[str, Row]:
    """Return the rows by measure, with the interval that decides; extreme cases left out."""
    found = {}
    for row in rows:
        measure, _, reading = row["measure"].partition("_")
        if reading in ("", "family"):
            found[measure] = row
    return found


def _holds(council: Council, measure: str) -> bool:
    return set(NEEDED[measure]) <= council.supplied


def _stock(council: Council, year: Period, children: int) -> list[Row]:
    """Return the number at 31 March (las1), a full count, and per 10,000 under 18 (las2), as the published series."""
    authority, day = council.settings.council.authority, year.end
    rows = [number_figure(authority, day, children, source="records")]
    population = nearest_population(council, authority, day.year)
    return rows + ([rate_figure(authority, day, children, population, source="records")] if population else [])


def _flows(council: Council, year: Period) -> list[Row]:
    """Return the periods of care that started (las3) and ended (las4) in the year, with Poisson limits.

    A child that came or left twice counts twice; the note gives the children. A period whose first episode on record
    continues an earlier one began before the records of it do: it counts on that day, and the note says how many.
    """
    periods = council.care.periods
    started, ended = (periods[year.holds(periods[name])] for name in ("started_on", "ended_on"))
    first = episodes_in_periods(council).drop_duplicates("period").set_index("period")["reason_started"]
    unseen = int((first.loc[started.index] != STARTED).sum())
    notes = [_noted(children=started["person_id"].nunique()), _noted(start_not_recorded=unseen)]
    return [
        count_figure("las3", None, len(started), year=year.label, note=joined(*notes)),
        count_figure("las4", None, len(ended), year=year.label, note=_noted(children=ended["person_id"].nunique())),
    ]


def _census_shares(council: Council, year: Period, placed: pd.DataFrame) -> list[Row]:
    """Return las5 to las8 of the children looked after at 31 March, with Wilson (1927) intervals.

    las5 placed with parents, by the placement types that the settings name; a placement of parent and baby together
    is none. las6 three or more placements in the year (`placements_in`). las7 placed outside the county, las8 outside
    the nation. The placement of the day is that of the last episode begun by then. Children of whom it is not known
    are left out and counted; `_worst` counts all of them in, `_best` none: neither says that to live there is bad.
    """
    kind, where = placed["placement_type"], placed["placed_in"]
    nowhere = where.isna() | (where == UNKNOWN)
    number, most = placements_in(council, year, placed["person_id"])
    many = number >= MANY_PLACEMENTS
    counted = {
        "las5": (kind.isin(council.settings.looked_after.placed_with_parents), kind.isna()),
        "las6": (many, ~many & (most >= MANY_PLACEMENTS)),
        "las7": (where.isin(OUT_OF_COUNTY), nowhere),
        "las8": (where.isin(OUT_OF_NATION), nowhere),
    }
    return [row for measure, (such, unknown) in counted.items() for row in _share(measure, year, such, unknown)]


def _share(
    measure: str, year: Period, such: pd.Series[bool], unknown: pd.Series[bool], *, good: bool = False
) -> list[Row]:
    """Return a share among those known, and its two extremes where some are unknown."""
    k, n, unclear = int(such.sum()), len(such), int(unknown.sum())
    worst, best = (k, k + unclear) if good else (k + unclear, k)
    rows = [share_figure(measure, None, k, n - unclear, year=year.label, note=_noted(unknown=unclear))]
    if unclear:
        rows.append(share_figure(f"{measure}_worst", None, worst, n, year=year.label))
        rows.append(share_figure(f"{measure}_best", None, best, n, year=year.label))
    return rows


def _orders(council: Council, year: Period) -> list[Row]:
    """Return the care orders discharged (las9) and the special guardianship orders (las10) of the year.

    Events of a child and day, each once. An order for a child that no period of care had begun for by that day is not
    counted in las10: it is none for a looked-after child, now or formerly; the note says how many. Poisson limits.
    """
    table = council.tables["status_events"]
    events = table[year.holds(table["date"])].drop_duplicates(["person_id", "date", "type"])
    discharged = int((events["type"] == "care_order_discharged").sum())
    guardians = events[events["type"] == "special_guardianship"]
    first = council.care.periods.groupby("person_id")["started_on"].min()
    looked_after = int((first.reindex(guardians["person_id"]).to_numpy() <= guardians["date"].to_numpy()).sum())
    note = _noted(never_looked_after=len(guardians) - looked_after)
    return [
        count_figure("las9", None, discharged, year=year.label),
        count_figure("las10", None, looked_after, year=year.label, note=note),
    ]


def _returned_home(council: Council, year: Period) -> list[Row]:
    """Return the share of the periods that ended in the year with a return home (las11), Wilson (1927) intervals.

    By the reasons that the settings name. A period whose end has no reason on record is unknown (`_worst`, `_best`).
    """
    periods = council.care.periods
    ended = periods[year.holds(periods["ended_on"])]
    episodes = episodes_in_periods(council)
    last = episodes[episodes["ended_on"] == periods["ended_on"].reindex(episodes["period"]).to_numpy()]
    settings = council.settings.looked_after
    home = last["reason_ended"].isin(settings.returned_home).groupby(last["period"]).any()
    told = last["reason_ended"].notna().groupby(last["period"]).any()
    returned, known = (each.reindex(ended.index, fill_value=False) for each in (home, told))
    return _share("las11", year, returned, ~known, good=True)


def _entered_again(council: Council, year: Period) -> list[Row]:
    """Return the share looked after again within 365 days of leaving care in the year (las12).

    A child counts once, by its first period that ended in the year, special guardianship included. Left out, and
    counted in the note: who left by adoption (an order dated in the period, its last day included), by death, or in or
    after the month of the 18th birthday, and who has no known month of birth; one who turns 18 later stays in. Moved
    away first is unknown (`_worst`, `_best`). Wilson (1927) intervals, the family-clustered one beside it.
    """
    periods = council.care.periods
    left = periods[year.holds(periods["ended_on"])].drop_duplicates("person_id")
    rows = left.rename(columns={"person_id": "unit_id", "ended_on": "entered_on"})
    families = council.tables["persons"].set_index("person_id")["family_id"].reindex(rows["unit_id"])
    rows = rows.assign(family_id=families.set_axis(rows.index).fillna(rows["unit_id"]))
    rows = rows.assign(closed_on=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"), end_reason="")
    rows = rows.assign(**losses(council, rows), excluded=_left_for_good(council, rows))
    rows["moved_on"] = rows["moved_on"].where(rows["moved_on"] >= rows["entered_on"])  # back in care since
    why = rows["excluded"].value_counts()
    note = joined(*(_noted(**{str(reason): int(why[reason])}) for reason in _LEFT_FOR_GOOD if reason in why))

    cohort = Cohort("", "", "child", year, (HEADLINE_DAYS,), rows, pd.DataFrame(), "looked_after")
    followed = cohort.at_risk
    starts = periods.rename(columns={"started_on": "date"})
    again = first_after(followed, starts, followed["entered_on"])
    return followed_share(
        "las12", council, cohort, followed, since=followed["entered_on"], event_on=again, days=HEADLINE_DAYS,
        with_event=True, good=False, note=note,
    )  # fmt: skip


_LEFT_FOR_GOOD = ("left_by_adoption", "left_by_death", "left_at_18", "age_not_known")


def _left_for_good(council: Council, rows: pd.DataFrame) -> pd.Series[str]:
    """Say why a child that left care is not followed; missing where it is."""
    events = council.tables["status_events"]
    found = pd.Series(pd.NA, index=rows.index, dtype="object")
    by_18 = eighteenth_birthdays(council).reindex(rows["unit_id"]).set_axis(rows.index)
    at_18 = rows["entered_on"] >= by_18 - pd.DateOffset(months=1)  # only the month of birth is held
    found = found.mask(by_18.isna(), "age_not_known").mask(at_18, "left_at_18")
    for kind, reason in (("died", "left_by_death"), ("adopted", "left_by_adoption")):
        met = rows[["unit_id", "started_on", "entered_on"]].reset_index(names="row")
        met = met.merge(events[events["type"] == kind], left_on="unit_id", right_on="person_id")
        inside = met["date"].between(met["started_on"], met["entered_on"])
        found = found.mask(found.index.isin(met.loc[inside, "row"]), reason)
    return found


def _noted(**counts: int) -> str:
    """Write a count with its words; nothing where it is 0."""
    return "; ".join(say(f"system_figures.{name}", n=n) for name, n in counts.items() if n)
