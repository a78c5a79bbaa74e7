"""The published claims, re-examined: can the stated percentage be right, and what do the records give?

For each claim: the whole numerators over the stated denominator that give the stated percentage, its interval, the
same figure from records, and where no numerator fits, whether another denominator of the same paragraph does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.cohort import Cohort, build_cohort
from ehp_eval.looked_after import counts_by_year
from ehp_eval.measures import primary
from ehp_eval.measures.figures import figure
from ehp_eval.proportions import Estimate, Rounding, feasible_numerators, proportion
from ehp_eval.streams import STREAMS
from ehp_eval.words import day_in_words, say
from ehp_eval.years import Period

if TYPE_CHECKING:
    from ehp_eval.config import Service
    from ehp_eval.load import Council

ROUNDINGS: tuple[Rounding, ...] = ("half_up", "half_even", "truncated")


@dataclass(frozen=True)
class Claim:
    """One published claim and what a second look at it gives.

    Attributes
    ----------
    id, subject, stream, year, period, unit, wording, areas, document, paragraph : str
        As published; `year` is the financial year in which it ends, `period` its dates where they are no whole year.
    percent : str
        As stated, empty where none is.
    denominator, stated_numerator : int or None
    feasible : dict of tuple of int
        By way of rounding, the numerators that give the percentage.
    verdict : str
        fits, several, impossible, no_percentage, no_denominator, other_unit, agrees or disagrees.
    published : Estimate or None
        The interval of the stated share: of its numerator, or of all that fit. None for a full count.
    numerator : int or None
        That numerator.
    records : dict or None
        The row of the figures that the records give.
    remark : str
        A plain sentence.
    """

    id: str
    subject: str
    stream: str
    year: str
    period: str
    unit: str
    wording: str
    areas: str
    document: str
    paragraph: str
    percent: str
    denominator: int | None
    stated_numerator: int | None
    feasible: dict[str, tuple[int, ...]]
    verdict: str
    published: Estimate | None
    numerator: int | None
    records: dict[str, Any] | None
    remark: str


def examine_claims(council: Council, *, until: Period, subject: str | None = None) -> list[Claim]:
    """Re-examine the published claims.

    Parameters
    ----------
    council : Council
    until : Period
        Claims about later years are left out.
    subject : str, optional
        A service's id; the claims about everything where left out.

    Returns
    -------
    list of Claim
        In the order of the table.
    """
    table = council.tables["claims"]
    chosen = table[table["period_end"] <= until.end]
    if subject is not None:
        chosen = chosen[chosen["subject"] == subject]
    return [_examine(council, row, table) for _, row in chosen.iterrows()]


def claim_figures(council: Council, claims: list[Claim]) -> list[dict[str, Any]]:
    """Return the claims as rows of the figures, source `published`; a claim about no service has none."""
    service_ids = {service.id for service in council.services}
    nothing = float("nan")
    rows = []
    for claim in claims:
        stated = float(claim.percent) / 100 if claim.percent else nothing
        estimate = claim.published or Estimate(stated, nothing, nothing, nothing, "as published")
        rows.append(
            figure(
                f"claim:{claim.id}",
                None,
                estimate,
                service=claim.subject if claim.subject in service_ids else "",
                year=claim.year,
                stream=claim.stream,
                numerator=claim.numerator,
                denominator=None if claim.verdict == "other_unit" else claim.denominator,
                value=stated if claim.percent else estimate.value,
                source="published",
                note=f"{claim.document}, {claim.paragraph}: {claim.remark}",
            )
        )
    return rows


def _examine(council: Council, row: pd.Series, table: pd.DataFrame) -> Claim:
    percent = _text(row["percent_stated"])
    denominator, stated = _whole(row["denominator"]), _whole(row["numerator_stated"])
    measure = _text(row["measure"])
    feasible: dict[str, tuple[int, ...]] = {}
    numerator = stated
    if measure in SYSTEM_CLAIMS:
        verdict, remark = SYSTEM_CLAIMS[measure](council, row, percent)
    elif not percent:
        verdict, remark = "no_percentage", say("claims.no_percentage")
    elif denominator is None:
        verdict, remark = "no_denominator", say("claims.no_denominator", percent=percent)
    if percent and denominator is not None:
        decimals = len(percent.partition(".")[2])
        feasible = {
            rounding: feasible_numerators(percent, denominator, decimals=decimals, rounding=rounding)
            for rounding in ROUNDINGS
        }
        if measure not in SYSTEM_CLAIMS:
            verdict, remark = _judge(row, feasible, percent, denominator, stated, table)
        if verdict == "other_unit":
            feasible = {}
        elif stated is None and len(feasible["half_up"]) == 1:
            numerator = feasible["half_up"][0]
    caveat = _text(row["caveat"])
    system = measure in SYSTEM_CLAIMS  # a full count of authorities, and no sample: it has no interval
    year = Period.of_day(row["period_end"])
    whole_year = (row["period_start"], row["period_end"]) == (year.start, year.end)
    return Claim(
        id=row["claim_id"],
        subject=row["subject"],
        stream=_text(row["stream"]),
        year=year.label,
        period=year.label if whole_year else _dates(row),
        unit=row["unit"],
        wording=row["wording"],
        areas=_text(row["areas"]),
        document=row["document"],
        paragraph=row["paragraph"],
        percent=percent,
        denominator=denominator,
        stated_numerator=stated,
        feasible=feasible,
        verdict=verdict,
        published=None if system else _published(numerator, feasible.get("half_up", ()), denominator),
        numerator=numerator,
        records=_from_records(council, row, measure),
        remark=f"{remark} {say('claims.caveat', caveat=caveat)}" if caveat else remark,
    )


def _published(numerator: int | None, fits: tuple[int, ...], denominator: int | None) -> Estimate | None:
    """Return the stated share with its interval; where several numerators fit, from the lowest to the highest limit."""
    if not denominator or (numerator is None and not fits):
        return None
    if numerator is not None:
        return proportion(numerator, denominator)
    lowest, highest = proportion(fits[0], denominator), proportion(fits[-1], denominator)
    nothing = float("nan")
    return Estimate(
        nothing, lowest.lower, highest.upper, lowest.confidence, say("claims.over_all", method=lowest.method)
    )


def _judge(
    row: pd.Series,
    feasible: dict[str, tuple[int, ...]],
    percent: str,
    denominator: int,
    stated: int | None,
    table: pd.DataFrame,
) -> tuple[str, str]:
    """Say whether the stated percentage of the stated denominator is possible."""
    fits = feasible["half_up"]
    given = {"percent": percent, "denominator": denominator}
    if row["percent_of"] != row["unit"]:
        numerators = say("claims.or").join(map(str, fits)) or say("claims.none")
        units = {"unit": row["unit"], "percent_of": row["percent_of"]}
        return "other_unit", say("claims.other_unit", **given, **units, numerators=numerators)
    if stated is not None:
        key = "agrees" if stated in fits else "disagrees"
        return key, say(f"claims.{key}", **given, numerator=stated)
    if len(fits) == 1:
        return "fits", say("claims.fits", **given, numerator=fits[0])
    if fits:
        return "several", say("claims.several", **given, numerators=say("claims.or").join(map(str, fits)))
    otherwise = [name for name in ROUNDINGS[1:] if feasible[name]]
    if otherwise:
        numerators = say("claims.or").join(map(str, feasible[otherwise[0]]))
        return "impossible", say(f"claims.only_{otherwise[0]}", **given, numerators=numerators)
    remark = say("claims.impossible", **given)
    return "impossible", remark + _other_reading(row, percent, denominator, table)


def _other_reading(row: pd.Series, percent: str, denominator: int, table: pd.DataFrame) -> str:
    """Say whether all streams of the same paragraph together give the percentage, and what that would leave."""
    same = (table["document"] == row["document"]) & (table["paragraph"] == row["paragraph"])
    others = table[same & (table["claim_id"] != row["claim_id"]) & table["denominator"].notna()]
    elsewhere = int(others["denominator"].sum())
    if not elsewhere:
        return ""
    fits = feasible_numerators(percent, denominator + elsewhere, decimals=len(percent.partition(".")[2]))
    if len(fits) != 1:
        return ""
    return " " + say(
        "claims.all_streams",
        percent=percent,
        numerator=fits[0],
        denominator=denominator + elsewhere,
        left=fits[0] - elsewhere,
        own=denominator,
    )


def _from_records(council: Council, row: pd.Series, measure: str) -> dict[str, Any] | None:
    """Compute the same figure from records; None where the records do not hold it."""
    service = next((service for service in council.services if service.id == row["subject"]), None)
    year = Period.of_day(row["period_end"])
    if service is None or not measure or year not in council.years:
        return None
    if not set(STREAMS[row["stream"] if _text(row["stream"]) else service.stream].tables) <= council.supplied:
        return None
    if measure == primary.ENGAGED:
        return primary.engaged(council, service.id, row["period_start"], row["period_end"])
    if measure == primary.CLOSED_TO_SOCIAL_CARE:
        return primary.closed_to_social_care([_cohort(council, service, year, stream) for stream in service.streams])
    return primary.closing(council, _cohort(council, service, year, row["stream"]))[0]


def _cohort(council: Council, service: Service, year: Period, stream: str) -> Cohort:
    """Return the cohort of a stream as the service's own report has it, so that it need not be built again."""
    return build_cohort(council, service, year, stream=stream, windows=None if stream == service.stream else ())


def _rising(council: Council, row: pd.Series, percent: str) -> tuple[str, str]:
    """Count the authorities whose looked-after count rose over the claim's year."""
    before, after = row["period_start"].year, row["period_end"].year
    wide = counts_by_year(council)[[before, after]].dropna()
    rises, same = int((wide[after] > wide[before]).sum()), int((wide[after] == wide[before]).sum())
    fits = feasible_numerators(percent, len(wide), decimals=0)
    remark = say(
        "claims.rising",
        n=rises,
        same=same,
        of=len(wide),
        to=_rounded_to(council, wide.index),
        percent=percent,
        numerators=say("claims.or").join(map(str, fits)) or say("claims.none"),
    )
    possible = range(rises, rises + same + 1)  # rounding can hide a rise
    return ("agrees" if set(fits) & set(possible) else "disagrees"), remark


def _falling(council: Council, row: pd.Series, percent: str) -> tuple[str, str]:
    """Say which of the named authorities fell in each year between the two dates of the claim."""
    areas = tuple(area.strip() for area in row["areas"].split(";"))
    years = list(range(row["period_start"].year, row["period_end"].year + 1))
    wide = counts_by_year(council, areas).loc[list(areas), years]
    falls = (wide.diff(axis=1).iloc[:, 1:] < 0).all(axis=1)
    series = [f"{area} {', '.join(str(count) for count in wide.loc[area])}" for area in areas]
    remark = say(
        "claims.falling", n=int(falls.sum()), of=len(areas), to=_rounded_to(council, areas), series="; ".join(series)
    )
    return ("agrees" if falls.all() else "disagrees"), remark


def _growth(council: Council, row: pd.Series, percent: str) -> tuple[str, str]:
    """Hold a stated growth against the published counts, and against what rounding them can hide."""
    area = row["areas"]
    counts = counts_by_year(council, (area,)).loc[area]
    before, after = int(counts[row["period_start"].year]), int(counts[row["period_end"].year])
    to = _rounded_to(council, (area,))
    half = to / 2
    low, high = (100 * ((after - half) / (before + half) - 1), 100 * ((after + half) / (before - half) - 1))
    inside = low <= float(percent) <= high
    remark = say(
        "claims.growth_fits" if inside else "claims.growth_differs",
        area=area,
        before=f"{before:,}",
        after=f"{after:,}",
        growth=f"{100 * (after / before - 1):.1f}",
        to=to,
        low=f"{low:.1f}",
        high=f"{high:.1f}",
        percent=percent,
    )
    return ("agrees" if inside else "disagrees"), remark


def _rounded_to(council: Council, areas: Iterable[str]) -> int:
    """Return what the counts of these areas are rounded to at most; 1 where they are exact."""
    table = council.tables["looked_after_children"]
    rounded = table.loc[table["area"].isin(list(areas)), "rounded_to"].dropna()
    return int(rounded.max()) if len(rounded) else 1


SYSTEM_CLAIMS = {"areas_rising": _rising, "areas_falling_each_year": _falling, "growth": _growth}
"""Claims about authorities rather than cases, by their `measure`: each is held against the published counts."""


def _dates(row: pd.Series) -> str:
    return say("claims.dates", first=day_in_words(row["period_start"]), last=day_in_words(row["period_end"]))


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
