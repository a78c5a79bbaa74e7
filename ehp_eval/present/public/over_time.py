"""How many a service took on, by year: released figures hold no months."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ehp_eval.charts import Chart, year_chart
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.present.figure_words import NOTHING
from ehp_eval.present.public import words
from ehp_eval.present.public.points import LEAST_DRAWN, hidden_note, mostly_hidden
from ehp_eval.present.public.service import flow_of
from ehp_eval.present.service_charts import events_until
from ehp_eval.prose import Paragraph
from ehp_eval.public import PublicService
from ehp_eval.rates import rate
from ehp_eval.tables import Table
from ehp_eval.words import say

STEPS = {
    "child": ("children_referred", "children_accepted"),
    "baby": ("pregnancies_referred", "pregnancies_accepted"),
    "parent": ("offered", "engaged"),
}
CONTACTS = "fd1"


def volumes(report: PublicService) -> Chart | Table | Paragraph:
    """Chart how many were taken on each year, and say how many were referred; contacts as they were received."""
    unit, title, labels = report.service.unit, report.service.title, report.facts["years"]
    counts = {label: _counts(report, label) for label in labels}
    cells = {label: {name: words.count(row) for name, row in counts[label].items()} for label in labels}
    names = list(counts[labels[0]])
    taken = names[-1]
    frame = pd.DataFrame([{"label": label} | cells[label] for label in labels])
    caption = say(f"public_service.volumes_{unit}", title=title)
    drawn = _drawn({label: counts[label][taken] for label in labels})
    if drawn["value"].notna().sum() < LEAST_DRAWN:
        if frame[names].isin([HIDDEN]).all(axis=None):
            return Paragraph(say("public_service.volumes_hidden"))
        if mostly_hidden(frame[names].to_numpy().ravel()):
            return _told(cells)
        return Table(
            report.publishable(frame),
            caption=caption,
            headings={"label": say("chart.year")} | {name: _heading(name) for name in names},
            note=words.note(report, frame),
        )
    notes = [say("public_service.volumes_note")]
    for name in names[:-1]:
        if not frame[name].eq(HIDDEN).all():
            by_year = "; ".join(f"{label}: {cells[label][name]}" for label in labels)
            notes.append(say("public_service.volumes_of", what=_heading(name), by_year=by_year))
    notes.append(hidden_note(drawn))
    return year_chart(
        report.publishable(drawn),
        year="label",
        caption=caption,
        alt=say("charts.years_alt", points="; ".join(f"{label}: {cells[label][taken]}" for label in labels)),
        y_label=_heading(taken),
        percent=False,
        events=events_until(report, report.service.id),
        note=" ".join(filter(None, notes)),
    )


def _told(cells: dict[str, dict[str, str]]) -> Paragraph:
    """Say the few counts that are shown."""
    given = [
        say("public_service.volumes_one", what=_heading(name), year=label, n=cell)
        for label, by_name in cells.items()
        for name, cell in by_name.items()
        if cell not in (HIDDEN, NOTHING)
    ]
    return Paragraph(say("public_service.volumes_mostly_hidden", shown="; ".join(given)))


def _drawn(counts: dict[str, pd.Series[Any] | None]) -> pd.DataFrame:
    """Return the counts as rows of a chart, those that are shown with the interval of a Poisson count."""
    rows: list[dict[str, Any]] = []
    for label, row in counts.items():
        if row is None:
            continue
        rows.append({"label": label, "hidden": words.hides(row, "numerator")})
        if not rows[-1]["hidden"]:
            count = rate(int(row["numerator"]), 1, per=1)
            rows[-1] |= {"value": count.value, "lower": count.lower, "upper": count.upper}
    return pd.DataFrame(rows, columns=["label", "hidden", "value", "lower", "upper", "numerator", "denominator"])


def _counts(report: PublicService, label: str) -> dict[str, pd.Series[Any] | None]:
    """Return the rows of a year that count who came, the last of them who was taken on."""
    if report.service.unit == "contact":
        return {CONTACTS: report.find(CONTACTS, label)}
    steps = flow_of(report, label)
    return {name: steps.get(f"step: {name}") for name in STEPS[report.service.unit]}


def _heading(name: str) -> str:
    return say("measure.fd1") if name == CONTACTS else say(f"flow.{name}")
