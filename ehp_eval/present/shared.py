"""What every report shows: its header, the published claims, and its figures for the run to collect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
from markupsafe import Markup, escape

from ehp_eval.config import OVERVIEW
from ehp_eval.evaluation import Overview
from ehp_eval.measures.figures import POINTS, SHARE
from ehp_eval.measures.reach import REACHED
from ehp_eval.measures.topics import MEASURE_IDS
from ehp_eval.opening import INTERNAL, PUBLIC
from ehp_eval.present import figure_words as fw
from ehp_eval.present.figure_words import NOTHING
from ehp_eval.present.records import excluded_banner
from ehp_eval.prose import PageHeader, Paragraph, quoted, sentence
from ehp_eval.public import PublicOverview, PublicReport, PublicSystem
from ehp_eval.publishing import ARRANGEMENT
from ehp_eval.streams import STREAMS
from ehp_eval.system import System
from ehp_eval.tables import Table, percent
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehp_eval.claims import Claim
    from ehp_eval.config import Service
    from ehp_eval.evaluation import Evaluation
    from ehp_eval.front_door import FrontDoor
    from ehp_eval.load import Council
    from ehp_eval.publishing import ReportHeading

    Report: TypeAlias = Evaluation | FrontDoor | Overview | System

LONGEST_NOTE = 240
MIME = "application/vnd.ehp-eval.report+json"
"""Under this type an executed notebook holds its report's figures, for the run to collect."""


def title(report: Report | PublicReport) -> str:
    """Return the title of a report."""
    service: Service | None = getattr(report, "service", None)
    if service is not None:
        return service.title
    return say("header.overview_title" if report.report == OVERVIEW else "header.system_title")


def header(report: Report | PublicReport) -> PageHeader:
    """Show the head of a report, with the warnings that it must bear: which, its audience decides."""
    council = report.council.settings.council
    audience = PUBLIC if isinstance(report, PublicReport) else INTERNAL
    if isinstance(report, PublicReport):
        banners = [("public", say("header.public"))]
        left_out = say("header.public_excluded") if report.facts["excluded"] else ""
    else:
        banners = [("internal", say("header.internal"))]
        left_out = excluded_banner(report)
    if council.made_up:
        banners.insert(0, ("synthetic", say(f"header.{council.made_up}")))
    if left_out:
        banners.insert(-1, ("excluded", left_out))
    subtitle = say("header.subtitle", year=report.year.label, extract=day_in_words(report.council.extract_date))
    return PageHeader(
        f"{title(report)}, {report.year.label}",
        subtitle=subtitle,
        council=council.name,
        banners=banners,
        headings=_headings(report.council.settings.headings),
        audience=audience,
    )


def _headings(named: Sequence[ReportHeading]) -> list[tuple[str, Sequence[str]]]:
    """Return the headings of the reports: those that the settings name, else those of a committee report."""
    if named:
        return [(each.title, each.parts) for each in named]
    return [(say(f"headings.{key}"), parts) for key, parts in ARRANGEMENT.items()]


def claims_table(report: Report) -> Table | Paragraph:
    """Show the published claims with their numerators, their interval and what the records give."""
    whole_council = isinstance(report, Overview | System)
    if not report.claims:
        return Paragraph(say("claims_table.empty", title=title(report), year=report.year.label))
    numbers = document_numbers(report)
    rows = [claim_row(report.council, claim, numbers[claim.document], whole_council) for claim in report.claims]
    frame = pd.DataFrame(rows)
    synthetic = report.council.settings.council.made_up
    return Table(
        frame,
        caption=say("claims_table.caption", title=title(report)),
        headings={name: say(f"claims_table.{name}") for name in frame.columns},
        note=Markup(" ").join(
            [
                say("claims_table.note" if synthetic else "claims_table.note_real"),
                *documents_named(numbers, {claim.document for claim in report.claims}),
            ]
        ),
    )


def document_numbers(report: Report | PublicReport) -> dict[str, int]:
    """Return the number under which every table of a report names a document: those of the claims come first."""
    titles = [claim.document for claim in report.claims]
    if isinstance(report, Overview | PublicOverview):
        actions = report.council.tables["actions"]
        titles += [*actions["document"], *actions["evidence_document"].dropna()]
    elif isinstance(report, System | PublicSystem):
        titles += list(report.published["document"])
    return {title: n for n, title in enumerate(dict.fromkeys(titles), start=1)}


def documents_named(numbers: dict[str, int], used: set[str]) -> list[Markup]:
    """Say, below a table that uses them, which documents the numbers stand for."""
    return [
        sentence("claims_table.document", n=n, title=quoted(document))
        for document, n in numbers.items()
        if document in used
    ]


def publish(report: Report, answer: str) -> Figures:
    """Hand the report's figures and its one-line answer to the run, and show those from records.

    Parameters
    ----------
    answer : str
        The report's answer in a sentence, as its headline gives it.
    """
    return Figures(report, answer)


class Figures:
    """A report's figures: a table for the reader, JSON for the run."""

    def __init__(self, report: Report, answer: str) -> None:
        self._report = report
        self._answer = answer

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        figures = self._report.figures
        if self._report.council.settings.council.made_up:
            # Copied out of its file, no figure of made-up records may look like a real one.
            own = figures["source"] == "records"
            notes = (say("figures.synthetic") + "; " + figures["note"]).str.removesuffix("; ")
            figures = figures.assign(note=figures["note"].mask(own, notes))
        content = {
            "report": self._report.report,
            "title": title(self._report),
            "year": self._report.year.label,
            "answer": self._answer,
            "rows": {name: len(self._report.council.tables[name]) for name in sorted(self._report.council.supplied)},
            "flow": self._flow(),
            "figures": json.loads(figures.to_json(orient="records", double_precision=15)),
        }
        if isinstance(self._report, Overview):
            shown = Paragraph(say("figures_table.elsewhere", n=len(figures)))._repr_html_()
        else:
            shown = figures_table(self._report)._repr_html_()
        return {MIME: content, "text/html": shown, "text/plain": self._answer}

    def _flow(self) -> list[dict[str, Any]]:
        if isinstance(self._report, Overview | System):
            return []
        flow: list[dict[str, Any]] = json.loads(self._report.cohort.flow.to_json(orient="records"))
        return flow


def figures_table(report: Evaluation | FrontDoor | System) -> Table:
    """Show every figure computed from records, as it stands in `figures.csv`."""
    rows = report.figures[report.figures["source"] == "records"]
    # Those of single earlier years stand in figures.csv: the table is long enough without them.
    years = [year.label for year in report.years] if isinstance(report, System) else list(report.by_year)
    earlier = [label for label in years if label != report.year.label]
    changed = rows["measure"].str.endswith(("_change", "_baseline"))
    changed &= not isinstance(report, System)  # whose earlier changes the table by year does without
    # Who was reached and the outcome by group have tables of their own.
    by_group = (rows["group"] != "") & ~rows["measure"].isin(MEASURE_IDS)
    rows = rows[(~rows["year"].isin(earlier) | changed) & ~by_group & ~rows["measure"].str.startswith(REACHED)]
    ids = rows["measure"].unique()
    frame = pd.DataFrame([_figure_row(report, row) for _, row in rows.iterrows()])
    return Table(
        frame,
        caption=say("figures_table.caption", title=title(report)),
        headings={name: say(f"figures_table.{name}") for name in frame.columns},
        note="; ".join(f"{measure}: {fw.measure_title(measure)}" for measure in ids if "_" not in measure)
        + ". "
        + say("figures_table.note"),
    )


def _figure_row(report: Evaluation | FrontDoor | System, row: pd.Series[Any]) -> dict[str, str]:
    few = pd.notna(row["denominator"]) and row["denominator"] < report.council.settings.thresholds.percentages_from
    unit = "child" if isinstance(report, System) else report.service.unit
    if row["unit"] not in (SHARE, POINTS):
        value, limits = fw.quantity(row, unit, report.council.settings.thresholds), NOTHING
    elif row["unit"] == POINTS:
        value = fw.points(row["value"])
        limits = say("share.interval", lower=fw.points(row["lower"]), upper=fw.points(row["upper"]))
    else:
        value = NOTHING if few or pd.isna(row["value"]) else percent(row["value"], 1)
        limits = fw.interval(row)
    return {
        "measure": " ".join(filter(None, (row["measure"], row["group"]))),
        "year": row["year"],
        "window": _window_words(report, row),
        "count": NOTHING
        if pd.isna(row["numerator"]) or pd.isna(row["denominator"]) or not row["denominator"]
        else fw.frequency(row["numerator"], row["denominator"]),
        "value": value,
        "interval": limits,
        "method": row["method"],
        "note_column": _note(row["note"]) or NOTHING,
    }


def _note(note: str) -> str:
    """Shorten a note that would fill a column of a page; it stands whole in figures.csv."""
    if len(note) <= LONGEST_NOTE:
        return note
    kept, _, _ = note[:LONGEST_NOTE].rpartition("; ")
    return "; ".join(filter(None, (kept, say("figures_table.note_goes_on"))))


def _window_words(report: Evaluation | FrontDoor | System, row: pd.Series[Any]) -> str:
    if pd.notna(row["window_days"]):
        return fw.window(int(row["window_days"]))
    if isinstance(report, System):
        return NOTHING
    at_closure = {STREAMS[stream].closing for stream in report.service.streams if stream in STREAMS}
    return say("window.closing") if row["measure"].partition("_")[0] in at_closure else NOTHING


def claim_row(council: Council, claim: Claim, document: int, with_service: bool) -> dict[str, Any]:
    """Return the row of a claim in the table of the claims."""
    source = say("claims_table.source", document=document, paragraph=claim.paragraph)
    row: dict[str, Any] = {"claim": quoted(claim.wording) + Markup(escape(source))}
    if with_service:
        titles = {service.id: service.title for service in council.services}
        about = titles.get(claim.subject) or claim.areas or council.settings.council.authority
        row["service_period"] = f"{about}, {claim.period}"
    fits = claim.feasible.get("half_up")
    if not with_service:
        row["period"] = claim.period
    row["stated"] = _stated(claim)
    if fits is None:
        row["fits"] = NOTHING
    else:
        row["fits"] = say("claims.or").join(map(str, fits)) or say("claims_table.none")
    row["interval"] = fw.interval(_limits(claim)) if claim.published else NOTHING
    records = claim.records
    if records is None:
        row["records"] = NOTHING
    elif records["denominator"] is None:
        row["records"] = f"{records['numerator']:,}"
    else:
        row["records"] = fw.frequency(records["numerator"], records["denominator"])
    row["remark"] = claim.remark
    return row


def _limits(claim: Claim) -> pd.Series[Any]:
    assert claim.published is not None
    return pd.Series({"lower": claim.published.lower, "upper": claim.published.upper})


def _stated(claim: Claim) -> str:
    given = {"percent": claim.percent, "denominator": claim.denominator, "numerator": claim.stated_numerator}
    if claim.percent and claim.denominator is not None:
        unit = say(f"unit.{claim.unit.replace(' ', '_')}", n=claim.denominator)
        words = say("claims_table.of" if claim.stated_numerator is None else "claims_table.of_stated", **given)
        return f"{words} {unit}"
    if claim.percent:
        return say("claims_table.percent_only", **given)
    return say("claims_table.count_only" if claim.denominator is None else "claims_table.counts", **given)
