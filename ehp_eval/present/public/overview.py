"""The overview for the public: its first screen, and the services side by side, as far as the release shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.charts import Chart, interval_chart
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.release import FLOW
from ehp_eval.measures.figures import SHARE
from ehp_eval.present import figure_words as fw
from ehp_eval.present.glance import Answer, reading_of
from ehp_eval.present.glance_council import HIDDEN_READING, NO_READING, of_services, shared_verdict, terms
from ehp_eval.present.looked_after import own_series
from ehp_eval.present.overview_first import claims_card, looked_after_card, looked_after_lines, overdue
from ehp_eval.present.public import words
from ehp_eval.present.public.first_screen import changed, changes_shown
from ehp_eval.present.public.front_door import front_door_growth, front_door_sentence
from ehp_eval.present.public.system import system_table
from ehp_eval.present.public.value import cost_words
from ehp_eval.present.public.verdict import released_verdict
from ehp_eval.present.verdict import verdict_why
from ehp_eval.prose import Bullets, Callout, Headline, KeyFigures, Paragraph
from ehp_eval.published_verdict import published_verdict
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, unbroken
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.public import PublicOverview, PublicService

_ESTIMATE = ("numerator", "denominator", "value", "lower", "upper")


def overview_sentence(report: PublicOverview) -> str:
    """Return the overview's answer in a sentence."""
    counted = [
        _counted(each, row)
        for each in report.services
        if each.service.stream == "edge_of_care" and (row := year_on(each)) is not None
    ]
    return say("overview.edge", services="; ".join(counted)) if counted else say("overview.edge_none")


def overview_answer(report: PublicOverview) -> Headline:
    """Show what the year's evaluations come to together, at a glance, and what a committee member asks next."""
    brief = {
        "for": [say("overview.for")],
        "happened": _happened(report),
        "safe": _safe(report),
        "changed": _changed(report),
        "cannot": _cannot(report),
        "need": [say("overview.need")],
    }
    return Headline(
        say("overview.question"),
        unbroken(overview_sentence(report)),
        glance=terms(overview_glance(report)),
        verdict=shared_verdict([each.facts["verdict"]["verdict"] for each in report.services]),
        brief=[(say(f"brief.{term}"), unbroken(" ".join(sentences))) for term, sentences in brief.items() if sentences],
    )


def overview_glance(report: PublicOverview) -> list[Answer]:
    """Return the four answers of the first screen; of how many, those whose number is shown."""
    counted, not_counted = dict.fromkeys(("child", "baby", "parent"), 0), []
    for each in report.services:
        n = words.shown_count(taken_on(each))
        if n is None:
            not_counted.append(each.service.title)
        counted[each.service.unit] += n or 0
    return of_services(
        [_reading(each) for each in report.services],
        counted,
        not_counted,
        enough=sum(each.facts["verdict"]["gates"]["data"] == "pass" for each in report.services),
        minimum=report.council.settings.thresholds.verdict_minimum,
        verdicts={each.service.title: each.facts["verdict"]["verdict"] for each in report.services},
        year=report.year.label,
        next_to=overdue(report),
    )


def _reading(report: PublicService) -> str:
    """Return how a service does against like children."""
    comparison = report.facts["comparison"]
    if comparison is None or comparison["refused"]:
        return NO_READING
    difference = words.estimate(report.find("eoc9", report.facts["full"], HEADLINE_DAYS))
    return HIDDEN_READING if difference is None else reading_of(difference.lower, difference.upper)


def taken_on(report: PublicService) -> pd.Series[Any] | None:
    """Return how many a service took on in the year."""
    return report.find(FLOW, group="step: at_risk")


def overview_figures(report: PublicOverview) -> KeyFigures:
    """Show the council's main figures: services evaluated, children looked after, impossible claims."""
    n = len(report.services)
    evaluated = (f"{n}", say("public.evaluated_card", n=n, year=report.year.label), "")
    return KeyFigures([evaluated, *looked_after_card(report), claims_card(report)])


def services_table(report: PublicOverview) -> Table:
    """Show one row a service: the verdict and why, the main measure, how many, the change, the cost."""
    rows = [_service_row(each) for each in report.services]
    if door := report.front_door:
        rows.append(
            {
                "service": door.service.title,
                "verdict": say("overview.not_judged"),
                "year_on": front_door_sentence(door),
                "counted": words.count(door.find("fd1")),
                "changed_column": front_door_growth(door),
                "cost": say("overview.no_cost"),
            }
        )
    frame = pd.DataFrame(rows)
    return Table(
        report.publishable(frame),
        caption=say("overview.table_caption", year=report.year.label),
        headings={name: say(f"overview.{name}", year=report.year.label) for name in frame.columns},
        note=words.note(report, frame, say("overview.table_note")),
    )


def services_chart(report: PublicOverview) -> Chart | Callout:
    """Chart the services whose measure is a share without the event, at 12 months, in the headline's years."""
    asked = [each for each in report.services if STREAMS[each.service.stream].windowed]
    shown = [
        (each, row)
        for each in asked
        if (row := year_on(each)) is not None and not row["hidden"] and pd.notna(row["value"])
    ]
    if not shown:
        return Callout(say("charts.none", reason=say("public.nothing_shown")))
    thresholds = report.council.settings.thresholds
    rows: list[dict[str, Any]] = [
        {"label": f"{each.service.title}, {row['year']}", **{name: row[name] for name in _ESTIMATE}}
        for each, row in shown
    ]
    points = "; ".join(
        say("charts.point", label=given["label"], share=words.share(row, thresholds))
        for given, (_, row) in zip(rows, shown, strict=True)
    )
    left_out = len(shown) < len(report.services)
    return interval_chart(
        report.publishable(pd.DataFrame(rows)),
        label="label",
        headings={"label": say("overview.service")},
        caption=say("overview.side_caption"),
        alt=say("overview.side_alt", points=points),
        x_label=say("overview.side_x"),
        percent_from=thresholds.percentages_from,
        note=say("public.side_note" if left_out else "overview.side_note_plain"),
    )


def system_beside(report: PublicOverview) -> Table | Paragraph:
    """Show the looked-after system from the release; its own report shows more of it."""
    return system_table(report.system) if report.system else Paragraph(say("overview.system_none"))


def published_verdicts(report: PublicOverview) -> Table:
    """Show what the same gates make of the published figures alone, beside what they make of the records."""
    frame = pd.DataFrame(
        [
            {
                "service": each.service.title,
                "published": verdict_why(published_verdict(report.council, each.service, until=report.year)),
                "records": verdict_why(released_verdict(each)),
            }
            for each in report.services
        ],
        columns=["service", "published", "records"],
    )
    names = {"service": "service", "published": "on_published", "records": "on_records"}
    return Table(
        report.publishable(frame),
        caption=say("overview.back_test_caption"),
        headings={name: say(f"overview.{key}") for name, key in names.items()},
        note=say("overview.back_test_note"),
    )


def overview_limits(report: PublicOverview) -> Bullets:
    """Say for which services there is nothing to compare with, and what a comparison group leaves open."""
    return Bullets([*_cannot(report), say("overview.context")])


def year_on(report: PublicService) -> pd.Series[Any] | None:
    """Return the main measure at 12 months in the headline's years, with the interval that decides."""
    period = report.facts["headline"]
    return report.deciding(STREAMS[report.service.stream].main, period, HEADLINE_DAYS) if period else None


def _service_row(each: PublicService) -> dict[str, str]:
    return {
        "service": each.service.title,
        "verdict": unbroken(verdict_why(released_verdict(each))),
        "year_on": unbroken(_at_12_months(each)),
        "counted": words.count(taken_on(each)),
        "changed_column": unbroken(changed(each)[0]),
        "cost": unbroken(cost_words(each)),
    }


def _counted(each: PublicService, row: pd.Series[Any]) -> str:
    """Write what is released of a service in a list of services."""
    counted = say("public.in_list") if words.tells_nothing(row) else words.in_words(each, row)
    return say("overview.edge_service", counted=counted, title=each.service.title)


def _at_12_months(each: PublicService) -> str:
    row = year_on(each)
    if row is None:
        return say("overview.too_early")
    kind = "windowed" if STREAMS[each.service.stream].windowed else "incidence"
    share = words.share(row, each.council.settings.thresholds) if row["unit"] == SHARE else fw.NOTHING
    return say(
        "overview.of_years",
        share=say(f"overview.{kind}_at_{each.service.stream}", share=share),
        period=each.facts["headline"],
    )


def _cannot(report: PublicOverview) -> list[str]:
    without = [each for each in report.services if each.facts["verdict"]["gates"]["outcome"] == "none"]
    found = [say("overview.cannot_without", services=_titles(report, without))] if without else []
    return found + ([say("overview.cannot_with")] if len(without) < len(report.services) else [])


def _titles(report: PublicOverview, services: list[PublicService]) -> str:
    if len(services) == len(report.services) > 1:
        return say("overview.all_services", n=len(services))
    return ", ".join(each.service.title for each in services)


def _happened(report: PublicOverview) -> list[str]:
    """Say how many children were looked after at the end of the year and a year before, and what came to the door."""
    sentences = looked_after_lines(report, own_series(report))
    if door := report.front_door:
        sentences.append(say("overview.front_door", answer=front_door_sentence(door)))
    return sentences


def _safe(report: PublicOverview) -> list[str]:
    """Say of each edge-of-care service how many had a registration, enquiry or unplanned entry."""
    counted = [
        _counted(each, row)
        for each in report.services
        if each.service.stream == "edge_of_care"
        and (row := each.deciding("eoc6", each.facts["headline"], HEADLINE_DAYS)) is not None
    ]
    return [say("overview.safe", services="; ".join(counted))] if counted else [say("brief.safe_unknown")]


def _changed(report: PublicOverview) -> list[str]:
    """Say of how many services the change is shown, and for how many it leaves open whether the figure rose or fell."""
    latest = [found[0] for each in report.services if (found := changes_shown(each))]  # as `services_table` shows
    unclear = sum(is_unclear for _, is_unclear in latest)
    services = say("public.changed", n=len(latest), unclear=unclear) if latest else say("public.changed_none")
    door = [say("overview.front_door", answer=front_door_growth(report.front_door))] if report.front_door else []
    return [services, *door]
