"""Reach: who is reached, by sex, age, ethnicity, disability, language, deprivation and locality; outcome by group.

Groups are written as `figures.csv` holds them: "sex: F", "age: 5-9", "locality: unknown".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ehp_eval.columns import CHARACTERISTICS, UNKNOWN
from ehp_eval.contract import TABLES
from ehp_eval.errors import DataError, Finding
from ehp_eval.measures.figures import NAN, figure, share_figure
from ehp_eval.measures.primary import counted_at
from ehp_eval.proportions import Estimate
from ehp_eval.streams import STREAMS
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.cohort import Cohort
    from ehp_eval.load import Council
    from ehp_eval.years import Period

REACHED, REFERRED, POPULATION = "reach", "reach_referred", "reach_population"
AGE, LOCALITY, NOT_KNOWN, OTHER_PLACE = "age", "locality", "unknown", "other"
AGE_BANDS = ("under_1", "1-4", "5-9", "10-15", "16-17", "18_and_over")
_FROM_YEARS = (-np.inf, 1, 5, 10, 16, 18, np.inf)


def group_of(characteristic: str, code: str) -> str:
    """Return a group as the figures name it, such as "sex: F"."""
    return f"{characteristic}: {code}"


def reach(council: Council, cohort: Cohort) -> list[dict[str, Any]]:
    """Return who was accepted, by group; beside it who was referred anywhere, and the population where supplied.

    Numerator: the accepted who are in the group. Denominator: the accepted whose characteristic is known; how many
    are unknown stands in the note and in a row of its own, out of all accepted. No window; everybody accepted is
    in it, whether at risk or not. Wilson (1927) intervals.

    `reach_referred` counts, in the same way, the children referred in the same years to any of the council's
    services in `referrals`, those of this service among them, each once. It shows who was referred, not who was in
    need: who never reaches early help is in neither. `reach_population` is the share of a group in the
    population, from `population_groups`, of the mid-year nearest to the latest year. Babies have no age band, and
    nothing is said of the population for them: those under 18 are no comparison for the newborn. Parents
    have no characteristics in the records: nothing is returned for them, nor without `persons`.

    Raises
    ------
    DataError
        When `population_groups` names a group that nobody in `persons` can be in.
    """
    if not _described(council, cohort) or cohort.rows.empty:
        return []
    own = characteristics(council, cohort.rows)
    others = characteristics(council, referred(council, cohort.period))
    population = population_groups(council, cohort.period) if cohort.unit == "child" else _NO_POPULATION
    rows = []
    for name in _chosen(cohort):
        people = population[population["characteristic"] == name]
        codes = _codes(name, own[name], others[name], people["group"])
        rows += _shares(REACHED, cohort, own[name], codes)
        rows += _shares(REFERRED, cohort, others[name], codes)
        rows += _population_shares(cohort, people)
    return rows


def outcome_by_group(council: Council, cohort: Cohort, days: int) -> list[dict[str, Any]]:
    """Return the main windowed measure by group, for groups that are large enough.

    Numerator: those of the group without the event by day `days`. Denominator: those of the group whose window has
    matured and whose status is known, at least as many as percentages are given from; the unknown are a group
    too. The note counts the smaller groups of the characteristic, which are not given. Localities stand side by
    side elsewhere (`ehp_eval.measures.side_by_side`). Wilson (1927) intervals, which take brothers and sisters as
    independent.
    """
    measure = STREAMS[cohort.stream].windowed
    if not measure or days not in cohort.windows or not _described(council, cohort):
        return []
    counted = counted_at(cohort, days)
    groups = characteristics(council, cohort.at_risk.loc[counted.index])
    least = council.settings.thresholds.percentages_from
    rows = []
    for name in _chosen(cohort):
        if name == LOCALITY:
            continue
        own = groups[name].fillna(NOT_KNOWN)
        sizes = own.value_counts()
        few = int((sizes < least).sum())
        note = say("reach.few", n=few, least=least) if few else ""
        for code in [*_codes(name, groups[name]), NOT_KNOWN]:
            if (n := int(sizes.get(code, 0))) >= least:
                good = int(counted["good"][own == code].sum())
                rows.append(
                    share_figure(measure, cohort, good, n, window_days=days, group=group_of(name, code), note=note)
                )
    return rows


def characteristics(council: Council, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of each person, on the day of its own clock.

    Parameters
    ----------
    rows : DataFrame
        Columns unit_id, referral_id and t0.

    Returns
    -------
    DataFrame
        One column a characteristic, on the index of `rows`; missing where it is not known. The record
        under the id given at birth comes first, then that of the id that was referred: an unborn child's may hold
        more, or less. Only the month of birth is held, so a birthday counts from the first of the month after
        (as the 18th does elsewhere); whoever is not born yet is under 1.
    """
    persons = council.tables["persons"].set_index("person_id")
    referred_as = rows["referral_id"].map(council.tables["referrals"].set_index("referral_id")["person_id"])
    names = [*(name for name in CHARACTERISTICS if name != AGE), "birth_month"]
    born, unborn = (
        known.mask(known == UNKNOWN)
        for known in (persons[names].reindex(ids).set_axis(rows.index) for ids in (rows["unit_id"], referred_as))
    )
    known = born.fillna(unborn)
    # Free text may hold an address: a place that the council has not listed is never named.
    listed = known[LOCALITY].isin(council.settings.council.localities) | known[LOCALITY].isna()
    known[LOCALITY] = known[LOCALITY].where(listed, OTHER_PLACE)
    band = pd.cut(whole_years(known["birth_month"], rows["t0"]), _FROM_YEARS, right=False, labels=AGE_BANDS)
    return known.assign(**{AGE: band.astype("object").astype("str")})[list(CHARACTERISTICS)]


def whole_years(birth_month: pd.Series[str], day: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    """Return the age on a day in whole years, a birthday counting from the first of the month after; below 0 unborn."""
    month = pd.to_datetime(birth_month, format="%Y-%m")
    months = 12 * (day.dt.year - month.dt.year) + day.dt.month - month.dt.month
    return ((months - 1) // 12).astype("float64")


def referred(council: Council, period: Period) -> pd.DataFrame:
    """Return the children referred to any service in a period, each once: unit_id, referral_id, t0 (the first day)."""
    table = council.tables["referrals"]
    rows = table[period.holds(table["referred_on"])].sort_values(["referred_on", "referral_id"])
    born = council.born_ids.reindex(rows["person_id"]).set_axis(rows.index)
    rows = rows.assign(unit_id=born.fillna(rows["person_id"]), t0=rows["referred_on"])
    return rows.drop_duplicates("unit_id").reset_index(drop=True)[["unit_id", "referral_id", "t0"]]


def population_groups(council: Council, period: Period) -> pd.DataFrame:
    """Return the population of the council's area by characteristic and group, as near as there is to a period.

    Returns
    -------
    DataFrame
        Rows of `population_groups`: for each characteristic those of the mid-year nearest to the latest year of the
        period, of two as near the earlier.
    """
    table = council.tables["population_groups"]
    wrong = [
        int(str(row))
        for row, name, group in zip(table.index, table["characteristic"], table["group"], strict=True)
        if (codes := _fixed_codes(name)) and group not in codes
    ]
    if wrong:
        message = "nobody in persons can be in this group: name it by its code in persons, or by its age band"
        file = TABLES["population_groups"].file
        raise DataError(
            "The population by group cannot be used.", [Finding(file, "group", "group", message, tuple(wrong))]
        )
    own = table[table["area"] == council.settings.council.authority]
    distance = (own["mid_year"] - period.last).abs()
    nearest = own.assign(distance=distance).sort_values(["distance", "mid_year"]).groupby("characteristic")["mid_year"]
    return own[own["mid_year"] == own["characteristic"].map(nearest.first())]


_NO_POPULATION = pd.DataFrame({"characteristic": [], "group": []})


def _described(council: Council, cohort: Cohort) -> bool:
    return cohort.unit != "parent" and "persons" in council.supplied


def _chosen(cohort: Cohort) -> list[str]:
    return [name for name in CHARACTERISTICS if not (name == AGE and cohort.unit == "baby")]


def _fixed_codes(characteristic: str) -> tuple[str, ...]:
    """Return the codes of a characteristic, without that for unknown; nothing where it is free text."""
    if characteristic == AGE:
        return AGE_BANDS
    column = next(column for column in TABLES["persons"].columns if column.name == characteristic)
    return tuple(code for code in column.codes if code != UNKNOWN)


def _codes(characteristic: str, *met: pd.Series[str]) -> list[str]:
    """Return the groups of a characteristic in order: its codes, or what is met where it is free text."""
    found = {str(code) for codes in met for code in codes.dropna()}
    fixed = _fixed_codes(characteristic)
    # Nobody of 18 is expected: the band is there for those who came in at 18 all the same.
    return [code for code in fixed if code != AGE_BANDS[-1] or code in found] or sorted(found)


def _shares(measure: str, cohort: Cohort, codes: pd.Series[str], groups: list[str]) -> list[dict[str, Any]]:
    name = str(codes.name)
    counts, known = codes.value_counts(), int(codes.notna().sum())
    unknown = len(codes) - known
    note = say("reach.unknown", n=unknown) if unknown else ""
    rows = [
        share_figure(measure, cohort, int(counts.get(group, 0)), known, group=group_of(name, group), note=note)
        for group in groups
        if known
    ]
    return [*rows, share_figure(measure, cohort, unknown, len(codes), group=group_of(name, NOT_KNOWN))]


def _population_shares(cohort: Cohort, people: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = people.to_dict("records")  # type: ignore[assignment]
    total = sum(int(row["population"]) for row in records)
    return [
        figure(
            POPULATION,
            cohort,
            Estimate(int(row["population"]) / total, NAN, NAN, NAN, "population"),
            numerator=int(row["population"]),
            denominator=total,
            group=group_of(row["characteristic"], row["group"]),
            source="reference",
            note=say("figures.mid_year", year=row["mid_year"]),
        )
        for row in records
        if total
    ]
