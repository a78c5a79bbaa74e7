"""How far the records link, and what missing links, two services and joined ids do to the figures, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.evaluation import Evaluation, Overview
from ehp_eval.linking import COUNTS, TWO_SERVICES, link_rates, unlinked_entries, without_person
from ehp_eval.linking_by_details import same_by_details
from ehp_eval.present import figure_words as fw
from ehp_eval.present.service_words import title_of
from ehp_eval.prose import Bullets, Paragraph
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.front_door import FrontDoor
    from ehp_eval.load import Council


def link_table(report: Evaluation | FrontDoor | Overview) -> Table | Paragraph:
    """Show how far the records link: those of the service, or of the whole council for the overview."""
    if not isinstance(report, (Evaluation, Overview)):
        return Paragraph(say("linking.no_person"))
    rates = link_rates(report.council, report.service if isinstance(report, Evaluation) else None)
    # Of other years the overview alone tells who was in two services.
    told = rates["year"] <= report.year.label if isinstance(report, Overview) else rates["year"] == report.year.label
    rates = rates[(rates["of"] > 0) & ((rates["year"] == "") | told)]
    if rates.empty:
        return Paragraph(say("linking.nothing"))
    frame = pd.DataFrame(
        [{"linked": _linked(row), "missing": _missing(row)} for row in rates.itertuples(index=False)],
    )
    if (frame["missing"] == fw.NOTHING).all():
        frame = frame.drop(columns="missing")
    key = "caption_all" if isinstance(report, Overview) else "caption"
    title = "" if isinstance(report, Overview) else report.service.title
    return Table(
        frame,
        caption=say(f"linking.{key}", title=title),
        headings={name: say(f"linking.{name}") for name in frame.columns},
        note=say("linking.note"),
    )


def link_effects(report: Evaluation | FrontDoor | Overview) -> Bullets | Paragraph:
    """Say what missing links do to the main measure, who is in two reports, and what was joined by details."""
    if isinstance(report, Evaluation):
        lines = [*_entered(report), *_unknown_persons(report), *_two_services(report)]
    elif isinstance(report, Overview):
        lines = [
            say("linking.of_service", title=each.service.title, line=line)
            for each in report.services
            for line in (*_entered(each), *_unjoined(each))
        ]
        lines += _two_services(report)
    else:
        return Paragraph(say("linking.no_person"))
    lines += _details(report.council)
    if isinstance(report, Evaluation):
        lines += _unjoined(report)
    return Bullets(lines) if lines else Paragraph(say("linking.no_effect"))


def _linked(row: Any) -> str:
    if row.link in COUNTS:
        return say(f"linking.{row.link}", n=row.linked, of=f"{row.of:,}", year=row.year)
    return say(f"linking.{row.link}", n=row.linked, found=fw.frequency(row.linked, row.of))


def _missing(row: Any) -> str:
    """Write what a missing link means, where there is one; of two services, what a link means."""
    amiss = row.linked > 0 if row.link == TWO_SERVICES else row.linked < row.of and row.link not in COUNTS
    return say(f"linking.missing_{row.link}") if amiss else fw.NOTHING


def _entered(report: Evaluation) -> list[str]:
    """Say what the main share would be if every closure as entered care without its period of care were an event."""
    reading = _reading(report, "unlinked")
    if report.full is None or reading is None:
        return []
    n = int(unlinked_entries(report.council, report.full, HEADLINE_DAYS).sum())
    return [say("linking.entered", n=n, **reading)]


def _unjoined(report: Evaluation) -> list[str]:
    """Say what the main share would be if no ids had been joined by details."""
    reading = _reading(report, "unjoined")
    if reading is None:
        return []
    key = "unjoined_same" if reading["share"] == reading["other"] else "unjoined"
    return [say(f"linking.{key}", **reading)]


def _reading(report: Evaluation, suffix: str) -> dict[str, str] | None:
    """Write the main share of the latest full years as it is, and in another reading that there is of it."""
    measure, thresholds = STREAMS[report.service.stream].windowed, report.council.settings.thresholds
    if report.full is None or not measure:
        return None
    period = report.full.period
    other = report.deciding(f"{measure}_{suffix}", period, HEADLINE_DAYS)
    if other is None:
        return None
    return {
        "measure": title_of(measure, HEADLINE_DAYS),
        "period": period.in_words,
        "share": fw.share(report.deciding(measure, period, HEADLINE_DAYS), thresholds),
        "other": fw.share(other, thresholds),
    }


def _unknown_persons(report: Evaluation) -> list[str]:
    """Say how many of those that the headline counts have no person record, and what is not known of them for that."""
    cohort = report.full or report.cohort
    if cohort.unit == "parent" or "persons" not in report.council.supplied:
        return []
    n = without_person(report.council, cohort)
    words = {"units": fw.units(cohort.unit, len(cohort.rows)), "period": cohort.period.in_words}
    return [say("linking.without_person", n=n, **words)] if n else []


def _two_services(report: Evaluation | Overview) -> list[str]:
    """Say how many were accepted by two services in the year: each report counts them."""
    service = report.service if isinstance(report, Evaluation) else None
    rates = link_rates(report.council, service)
    rows = rates[(rates["link"] == TWO_SERVICES) & (rates["year"] == report.year.label) & (rates["linked"] > 0)]
    if rows.empty:
        return []
    row = rows.iloc[0]
    words = {"of": f"{row['of']:,}", "year": report.year.label}
    if service is None:
        return [say("linking.in_two", n=int(row["linked"]), **words)]
    return [say("linking.in_another", n=int(row["linked"]), title=service.title, **words)]


def _details(council: Council) -> list[str]:
    """Say how many ids were joined by details, or would be, and of how many it cannot be told."""
    if not {"persons", "looked_after_episodes"} <= council.supplied:
        return []
    same = council.joined or same_by_details(council)
    key = "would_join" if council.joined is None else "joined"
    lines = [say(f"linking.{key}", n=len(same.pairs))]
    return [*lines, say("linking.ambiguous", n=same.ambiguous)] if same.ambiguous else lines
