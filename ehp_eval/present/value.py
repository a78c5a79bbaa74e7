"""What a service cost: the break-even first, then what a comparison says of it, the assumptions and what is missing.

Both audiences see these parts alike: what differs is where the numbers come from.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd
from markupsafe import Markup

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.contract import TABLES
from ehp_eval.present import figure_words as fw
from ehp_eval.present.audiences import framed
from ehp_eval.present.public.released_costs import released_illustration, released_value, released_years
from ehp_eval.prose import Bullets, Callout, Paragraph, quoted, sentence
from ehp_eval.public import PublicService
from ehp_eval.tables import Table, percent, unbroken
from ehp_eval.value import illustration, in_care_already
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.value import Value

    Costed: TypeAlias = Evaluation | PublicService

_MANY = 10
"""From so many on, an estimate is written in whole numbers."""


def break_even(report: Costed) -> Callout | Paragraph:
    """Say how many entries into care fewer would meet the cost of the service; or why that cannot be said."""
    value = value_in(report)
    if value is None:
        file = TABLES["service_costs"].file
        return Paragraph(say("value.none", title=report.service.title, file=file))
    words = break_even_words(report, value)
    if not words:
        return Paragraph(say("value.no_break_even"))
    return Callout(unbroken(" ".join([*words, *_all_on_one_stream(report)])), title=say("value.break_even_title"))


def break_even_words(report: Costed, value: Value) -> list[str]:
    """Write the break-even in sentences; none where it is not known."""
    unit, n = report.service.unit, value.units
    # Where a release hides how many there were, no number stands in the sentence.
    hidden = isinstance(report, PublicService) and not n
    units = say(f"unit.{unit}", n=2) if hidden else fw.units(unit, n)
    about = {"title": report.service.title, "units": units, "period": _period(report)}
    if value.break_even_weeks:
        weeks = value.break_even_weeks
        ends = {name: _up(getattr(weeks, name)) for name in ("central", "low", "high")}
        each = [say("value.weeks_each", each=f"{weeks.central / n:.1f}")] if n else []
        return [say("value.break_even_weeks", **ends, **about), *each]
    if not value.break_even:
        return []
    found = value.break_even
    given = {"central": _up(found.central), "low": _up(found.low), "high": _up(found.high)}
    sentences = [say(f"value.break_even_{unit}", **given, **about)]
    if math.ceil(found.central) > n and not hidden:
        sentences.append(say("value.beyond"))
    if value.break_even_cashable:
        cashable = value.break_even_cashable
        words = {"central": _up(cashable.central), "low": _up(cashable.low), "high": _up(cashable.high)}
        sentences.append(say("value.break_even_cashable", **words))
    return sentences


def cost_words(value: Value | None) -> str:
    """Write in short what a service cost, and when it pays for itself."""
    if value is None or math.isnan(value.delivery):
        return say("value.not_known")
    years = list(value.by_year["year"])
    period = years[0] if len(years) == 1 else say("period.pooled", first=years[0], last=years[-1])
    words = {"cost": pounds(value.delivery), "period": period, "price_year": value.price_year}
    even = value.break_even or value.break_even_weeks
    if even is None:
        return say("value.brief", **words)
    ends = {name: _up(getattr(even, name)) for name in ("low", "central", "high")}
    return say("value.brief_even" if value.break_even else "value.brief_weeks", **words, **ends)


def costs_by_year(report: Costed) -> Table | None:
    """Show what the service cost in each year, in the money of the time and in the prices of one year."""
    value = value_in(report)
    if value is None:
        return None
    frame = value.by_year[["year", "cash", "real"]].copy()
    known = frame[["cash", "real"]].notna().all(axis=None)
    if len(frame) > 1 and known:
        total = {"year": say("value.together"), "cash": frame["cash"].sum(), "real": frame["real"].sum()}
        frame = pd.concat([frame, pd.DataFrame([total])], ignore_index=True)
    notes = []
    if not math.isnan(value.per_unit):
        each = say(f"unit.{report.service.unit}", n=1)
        words = {"price_year": value.price_year, "units": fw.units(report.service.unit, value.units), "unit": each}
        notes.append(say("value.per_unit", cost=pounds(value.per_unit), **words))
    sources = [quoted(source) for source in dict.fromkeys(value.by_year["source"].dropna()) if source]
    if sources:
        notes.append(sentence("value.sources", sources=Markup("; ").join(sources)))
    headings = {
        "year": say("chart.year"),
        "cash": say("value.cash"),
        "real": say("value.real", price_year=value.price_year),
    }
    caption = say("value.by_year_caption", title=report.service.title, period=_period(report))
    note = Markup(" ").join(notes) or None
    return Table(
        framed(report, frame),
        caption=caption,
        headings=headings,
        formats=dict.fromkeys(["cash", "real"], pounds),
        note=note,
    )


def entries_fewer(report: Costed) -> Paragraph | None:
    """Hold the entries fewer than in the comparison group against the break-even; nothing without a comparison."""
    value = value_in(report)
    words = entries_fewer_words(report, value) if value else []
    return Paragraph(unbroken(" ".join(words))) if words else None


def entries_fewer_words(report: Costed, value: Value) -> list[str]:
    """Write how many fewer entered care than in the comparison group, and whether that meets the cost."""
    found = value.entries_fewer
    if found is None or math.isnan(found.value):
        return []
    key = "fewer" if found.value >= 0 else "more"
    limits = {"lower": _side(found.lower), "upper": _side(found.upper)}
    sentences = [say(f"value.entries_{key}", value=counted(abs(found.value)), period=_period(report), **limits)]
    if value.break_even:
        even = value.break_even
        met = found.value >= even.central
        # The break-even has a range of its own: it is sure only where the interval lies wholly beyond that.
        sure = found.lower >= even.high if met else found.upper < even.low
        key = f"{'met' if met else 'not_met'}_{'sure' if sure else 'unsure'}"
        ends = {"break_even": _up(even.central), "low": _up(even.low), "high": _up(even.high)}
        sentences.append(say(f"value.{key}", **ends))
    if value.per_entry_fewer:
        each = value.per_entry_fewer
        ends = {name: pounds(getattr(each, name)) for name in ("low", "central", "high")}
        sentences.append(say("value.per_entry", price_year=value.price_year, **ends))
    return sentences


def assumptions(report: Costed) -> Table | None:
    """Show the assumptions that the break-even rests on: low, central and high, with price years and sources."""
    value = value_in(report)
    if value is None or not value.weekly:
        return None
    ends = ("low", "central", "high")
    rows = [
        (say("value.placement"), *(each.placement_type for each in value.weekly)),
        (
            say("value.weekly_published"),
            *(say("share.pounds", value=f"{each.weekly:,.0f}", prices=each.price_year) for each in value.weekly),
        ),
        (say("value.weekly_real", price_year=value.price_year), *(pounds(each.real) for each in value.weekly)),
    ]
    notes: list[str] = [say("value.assumptions_note")]
    if not in_care_already(report.service.stream):
        notes.append(say("value.discounted", rate=percent(value.costs.discount_rate, 1)))
        rows += [
            (say("value.weeks_in_care"), *(f"{weeks:g}" for weeks in value.costs.weeks_in_care)),
            (say("value.drop_off"), *(percent(share, 0) for share in value.costs.drop_off)),
            (say("value.cashable"), *(percent(share, 0) for share in value.costs.cashable)),
        ]
    sources = dict.fromkeys(each.source for each in value.weekly if each.source)
    if value.break_even_scenarios:
        worst = value.break_even_scenarios
        high = say("value.never") if math.isinf(worst.high) else _up(worst.high)
        notes.append(say("value.scenarios", low=_up(worst.low), high=high))
    if sources:
        notes.append(sentence("value.sources", sources=Markup("; ").join(map(quoted, sources))))
    return Table(
        framed(report, pd.DataFrame(rows, columns=["what", *ends])),
        caption=say("value.assumptions_caption", title=report.service.title),
        headings={name: say(f"value.{name}") for name in ("what", *ends)},
        note=Markup(" ").join(notes),
    )


def transported(report: Costed) -> Callout | None:
    """Show what an effect found elsewhere would mean here: an illustration outside every gate of the verdict."""
    if isinstance(report, PublicService):
        found = released_illustration(report)
    else:
        found = illustration(report.council, report.full) if report.full else None
    if found is None:
        return None
    low, central, high = found.effect.risk_ratio
    words = sentence(
        "value.illustration",
        what=quoted(found.effect.what),
        source=quoted(found.effect.source),
        ratio=f"{central:.2f}",
        ratio_low=f"{low:.2f}",
        ratio_high=f"{high:.2f}",
        entries=found.entries,
        total=f"{found.n:,}",
        window=fw.window(HEADLINE_DAYS),
        period=_period(report),
        fewer=counted(found.fewer.central),
        fewer_low=counted(found.fewer.low),
        fewer_high=counted(found.fewer.high),
    )
    return Callout(words, title=say("value.illustration_title"))


def cost_gaps(report: Costed) -> Bullets | None:
    """List what could not be worked out about the costs, and what that would take."""
    value = value_in(report)
    gaps = _gaps(value) if value else []
    return Bullets(gaps) if gaps else None


def pounds(amount: float) -> str:
    """Write an amount in whole pounds, with its sign where it is below nought."""
    if math.isnan(amount):
        return say("table.missing")
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}\N{POUND SIGN}{abs(amount):,.0f}"


def counted(value: float) -> str:
    """Write an estimate of a number of children: whole from 10 on, else with one decimal."""
    places = 0 if abs(value) >= _MANY else 1
    return f"{value:,.{places}f}".replace("-", "\N{MINUS SIGN}")


def _up(value: float) -> str:
    """Write how many it takes at the least: a part of one is one more."""
    return f"{math.ceil(value - 1e-9):,}"


def _side(value: float) -> str:
    """Write an estimate of entries fewer as so many fewer, or so many more."""
    return say("value.n_fewer" if value >= 0 else "value.n_more", n=counted(abs(value)))


def value_in(report: Costed) -> Value | None:
    """Return what a report says of costs: for the public what of it is released."""
    return released_value(report) if isinstance(report, PublicService) else report.value


def _period(report: Costed) -> str:
    if isinstance(report, PublicService):
        return released_years(report)
    return (report.full or report.recent).period.in_words


def _gaps(value: Value) -> list[str]:
    files = {name: TABLES[name].file for name in ("service_costs", "price_index", "unit_costs")}
    return [say(f"value.missing_{reason}", **files) for reason in dict.fromkeys(value.missing)]


def _all_on_one_stream(report: Costed) -> list[str]:
    if len(report.service.streams) < 2:
        return []
    return [say("value.all_on_first", stream=say(f"stream.{report.service.stream}"))]
