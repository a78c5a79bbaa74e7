"""Whom a service reached, by group, and what became of them, from released figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ehp_eval.charts import Chart
from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.release import BASE
from ehp_eval.measures.reach import POPULATION, REACHED, REFERRED
from ehp_eval.present import figure_words as fw
from ehp_eval.present.public import words
from ehp_eval.present.public.points import LEAST_DRAWN, drawn_intervals, mostly_hidden, point, shown, told_of
from ehp_eval.present.public.service import period_of
from ehp_eval.present.reach import rank, words_of
from ehp_eval.present.service_words import title_of
from ehp_eval.prose import Paragraph
from ehp_eval.public import PublicService
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import say


def reached(report: PublicService) -> Table | Paragraph:
    """Show who was accepted in the latest years, beside all who were referred and, where supplied, the population."""
    found = report.figures[report.figures["measure"] == REACHED]
    if found.empty:
        if report.service.unit == "parent":
            return Paragraph(say("reach.nothing_parent"))
        return Paragraph(say("reach.nothing", period=report.year.in_words))
    label = str(found["year"].iloc[-1])
    period = period_of(label).in_words
    columns = {
        name: rows
        for name, measure in (("accepted", REACHED), ("referred", REFERRED), ("population", POPULATION))
        if len(rows := _by_group(report, measure, label))
    }
    # A group that only those referred or the population have is a finding too.
    groups = sorted(dict.fromkeys(group for rows in columns.values() for group in rows.index), key=rank)
    frame = pd.DataFrame(
        [
            {"who": words_of(group), **{name: _share(report, rows, group) for name, rows in columns.items()}}
            for group in groups
        ]
    )
    hidden = _wholly_hidden(frame.set_axis(groups).drop(columns="who"))
    frame = frame[[_characteristic(group) not in hidden for group in groups]]
    if frame.empty or mostly_hidden(frame.drop(columns="who").to_numpy().ravel()):
        return Paragraph(say("public_service.reached_hidden"))
    notes = [say("reach.note", period=period)]
    if "population" not in columns and report.service.unit == "child":
        notes.append(say("reach.no_population"))
    return Table(
        report.publishable(frame),
        caption=say("reach.caption", title=report.service.title, period=period),
        headings={name: say(f"reach.{name}") for name in frame.columns},
        note=words.note(report, frame, *notes, _not_shown(frame, hidden)),
    )


def outcomes_by_group(report: PublicService) -> Chart | Table | Paragraph:
    """Show the main measure at 12 months by group, localities among them, for the headline's years."""
    measure, label = STREAMS[report.service.stream].windowed, report.facts["headline"]
    thresholds = report.council.settings.thresholds
    if not measure:
        return _no_outcomes(say("reach.outcomes_no_share"))
    if not label:
        return _no_outcomes(say("reach.outcomes_no_full", window=fw.window(HEADLINE_DAYS)))
    rows = _by_group(report, measure, label, HEADLINE_DAYS)
    few = (rows["denominator"] < thresholds.percentages_from) | (rows["reason"] == BASE)
    rows = rows[~few.fillna(False)]
    if rows.empty or (rows["hidden"] != "").all():
        return _no_outcomes(say("public_service.outcomes_hidden"))
    points = pd.DataFrame([_point(report, str(group), row) for group, row in rows.iterrows()])
    caption = say(
        "reach.outcomes_caption",
        measure=title_of(measure, HEADLINE_DAYS),
        title=report.service.title,
        period=period_of(label).in_words,
    )
    notes = [
        say("reach.outcomes_least", least=thresholds.percentages_from),
        say("public_service.outcomes_note"),
    ]
    if len(shown(points)) >= LEAST_DRAWN:
        drawn = points[points["group"].isin(shown(points)["group"])]
        if len(drawn) < len(points):  # a characteristic of which nothing is shown has no place in the chart
            names = points.loc[~points.index.isin(drawn.index), "group"].unique()
            notes.insert(1, say("public_service.hidden_as_a_whole", names=_named(names)))
        headings = {"label": say("reach.who"), "group": say("public_service.characteristic")}
        axis, note = say("charts.windows_x"), " ".join(notes)
        return drawn_intervals(report, drawn, headings, caption=caption, axis=axis, note=note)
    if mostly_hidden(points["words"]):
        only = "; ".join(told_of(shown(points)))
        return Paragraph(say("public_service.mostly_hidden_shares", caption=caption, shown=only))
    frame = pd.DataFrame({"who": [words_of(str(group)) for group in rows.index], "outcome": points["words"]})
    return Table(
        report.publishable(frame),
        caption=caption,
        headings={name: say(f"reach.{name}") for name in frame.columns},
        note=words.note(report, frame, notes[0], notes[-1]),
    )


def _point(report: PublicService, group: str, row: pd.Series[Any]) -> dict[str, Any]:
    characteristic, _, label = words_of(group).partition(": ")
    return point(report, row, label, characteristic)


def _by_group(report: PublicService, measure: str, year: str, days: int | None = None) -> pd.DataFrame:
    """Return the rows of a measure that are of a group, by group."""
    rows = report.figures[(report.figures["measure"] == measure) & (report.figures["group"] != "")]
    rows = rows[rows["year"] == year]
    return rows[rows["window_days"].isna() if days is None else rows["window_days"] == days].set_index("group")


def _share(report: PublicService, rows: pd.DataFrame, group: str) -> str:
    """Write a share without its interval: the counts, and the percentage where n carries one."""
    if group not in rows.index:
        return fw.NOTHING
    row: pd.Series[Any] = rows.loc[group]  # type: ignore[assignment]
    counted = words.counted(row)
    few = pd.isna(row["denominator"]) or row["denominator"] < report.council.settings.thresholds.percentages_from
    if row["hidden"] or few or not row["numerator"]:
        return counted
    return say("reach.share", share=counted, percent=percent_words(float(row["value"])))


def _wholly_hidden(cells: pd.DataFrame) -> list[str]:
    """Return the characteristics of which every cell is hidden, or holds nobody's share; cells are by group."""
    bare = cells.apply(lambda column: column.str.contains(HIDDEN, regex=False) | (column == fw.NOTHING))
    whole = bare.all(axis=1).groupby([_characteristic(group) for group in cells.index], sort=False).all()
    return list(whole.index[whole])


def _not_shown(frame: pd.DataFrame, left_out: list[str]) -> str:
    """Name the characteristics that are left out, and those whose numbers of those accepted are mostly hidden."""
    by = frame["who"].str.partition(": ")[0]
    share = frame["accepted"].str.contains(HIDDEN, regex=False).groupby(by, sort=False).mean()
    sentences = []
    if left_out:
        sentences.append(
            say("public_service.hidden_as_a_whole", names=_named(say(f"reach.{name}") for name in left_out))
        )
    if names := list(share.index[share > 1 / 2]):
        sentences.append(say("public_service.mostly_hidden", names=", ".join(names)))
    return " ".join(sentences)


def _named(names: Iterable[str]) -> str:
    """Name characteristics in the middle of a sentence."""
    return ", ".join(name[:1].lower() + name[1:] for name in names)


def _characteristic(group: str) -> str:
    return group.partition(": ")[0]


def _no_outcomes(reason: str) -> Paragraph:
    return Paragraph(say("reach.outcomes_nothing", reason=reason))
