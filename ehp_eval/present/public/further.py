"""The further measures of a service, a topic a table, from released figures."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.contract import TABLES
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.release import COMPLEMENT, SMALL
from ehp_eval.measures.figures import POINTS, SHARE
from ehp_eval.measures.topics import NONE, TOPICS
from ehp_eval.present import figure_words as fw
from ehp_eval.present.figure_words import NOTHING
from ehp_eval.present.further import published_beside
from ehp_eval.present.public import words
from ehp_eval.present.public.points import mostly_hidden
from ehp_eval.present.public.service import AT_RISK, MATURED, flow_of, period_of
from ehp_eval.prose import Bullets, Paragraph
from ehp_eval.public import PublicService
from ehp_eval.tables import Table
from ehp_eval.words import say


def further(report: PublicService, topic: str) -> Table | Bullets | Paragraph:
    """Show the measures of a topic: the year, the year before and the headline's years.

    Parameters
    ----------
    topic : str
        One of `ehp_eval.measures.topics.TOPICS`.
    """
    order = list(TOPICS[topic])
    rows = report.figures[report.figures["measure"].isin(order)]
    keys = rows[["measure", "window_days", "group"]].drop_duplicates()
    keys = keys.sort_values("measure", key=lambda ids: ids.map(order.index), kind="stable")
    if keys.empty:
        return Paragraph(say("further.nothing", year=report.year.label))
    labels = _labels(report)
    frame = pd.DataFrame([_row(report, topic, key, labels) for key in keys.itertuples(index=False)])
    for name in ("change", *labels[1:]):
        if (frame[name] == NOTHING).all():
            frame = frame.drop(columns=name)
    cells = list(frame[[name for name in labels if name in frame]].to_numpy().ravel())
    bare = (NOTHING, say("share.nobody"))
    whole = all(HIDDEN in cell or cell in bare for cell in cells)
    if whole or mostly_hidden(cells):
        return _told(report, topic, keys, labels, whole=whole)
    return _table(report, topic, keys, frame)


def left_out(report: PublicService) -> Bullets | Paragraph:
    """Say which tables were not supplied, so that measures are missing from the report."""
    missing = [TABLES[name].file for name in report.facts["missing"]]
    if not missing:
        return Paragraph(say("further.complete"))
    return Bullets([say("further.missing", tables=", ".join(missing))])


def _told(report: PublicService, topic: str, keys: pd.DataFrame, labels: list[str], *, whole: bool) -> Bullets:
    """Say of a topic that is mostly hidden, or `whole`, what is shown and what the rule says, of the latest years."""
    lines = [_told_of(report, key, labels) for key in keys.itertuples(index=False)]
    title = say(f"further.{topic}", title=report.service.title)
    # What became of placements by the day support closed stands just above.
    extent = "hidden" if whole else "mostly_hidden"
    key = f"later_{extent}" if topic == "placement" else f"further_{extent}"
    head = say(f"public_service.{key}", topic=title)
    return Bullets([head, *filter(None, lines)])


def _told_of(report: PublicService, key: Any, labels: list[str]) -> str:
    for label in reversed(labels):
        row = report.deciding(key.measure, label, _days(key), key.group)
        if row is None or (row["unit"] == SHARE and row["hidden"] and row["reason"] not in (SMALL, COMPLEMENT)):
            continue
        if row["unit"] == SHARE:
            share = words.in_words(report, row)
        else:
            share = words.quantity(row, report.service.unit, report.council.settings.thresholds)
        if HIDDEN not in share and share != say("share.nobody"):
            given = {"measure": _title(key), "share": share}
            return say("public_service.told_of", period=period_of(label).in_words, **given)
    return ""


def _table(report: PublicService, topic: str, keys: pd.DataFrame, frame: pd.DataFrame) -> Table:
    headings = {"measure": say("figures_table.measure")}
    if "change" in frame:
        headings["change"] = say("further.change")
    notes = words.note(report, frame, say("public_service.further_note"), _so_far(report, keys))
    return Table(
        report.publishable(frame),
        caption=say(f"further.{topic}", title=report.service.title),
        headings=headings,
        note=Markup(" ").join([notes or "", *published_beside(report, list(TOPICS[topic]))]),
    )


def _labels(report: PublicService) -> list[str]:
    """Return the year, the year before where there is one, and the headline's years where they are others."""
    before = report.year.earlier(1).label
    labels = [report.year.label, *([before] if before in report.facts["years"] else []), report.facts["headline"]]
    return list(dict.fromkeys(label for label in labels if label))


def _row(report: PublicService, topic: str, key: Any, labels: list[str]) -> dict[str, str]:
    title, days = _title(key), _days(key)
    if (good := TOPICS[topic][key.measure]) != NONE:
        title = say(f"further.{good}", measure=title)
    thresholds = report.council.settings.thresholds
    found = {label: report.deciding(key.measure, label, days, key.group) for label in labels}
    cells = {label: words.quantity(row, report.service.unit, thresholds) for label, row in found.items()}
    return {"measure": title} | cells | {"change": _change(report, key.measure, days, key.group)}


def _days(key: Any) -> int | None:
    return None if pd.isna(key.window_days) else int(key.window_days)


def _title(key: Any) -> str:
    title = fw.measure_title(key.measure)
    if key.group:
        title = say("further.group", measure=title, group=fw.group(key.group))
    days = _days(key)
    return title if days is None else f"{title}, {fw.window(days)}"


def _change(report: PublicService, measure: str, days: int | None, group: str) -> str:
    """Write the difference from the year before, where both years are shown and large enough."""
    row = report.find(f"{measure}_change", None, days, group)
    if row is None or row["unit"] != POINTS:
        return NOTHING
    years = (report.year.label, report.year.earlier(1).label)
    shares = [report.deciding(measure, year, days, group) for year in years]
    if row["hidden"] or any(share is None or share["hidden"] for share in shares):
        return HIDDEN
    least = report.council.settings.thresholds.percentages_from
    if any(share is None or share["denominator"] < least for share in shares):
        return NOTHING
    return words.quantity(row, report.service.unit, report.council.settings.thresholds)


def _so_far(report: PublicService, keys: pd.DataFrame) -> str:
    """Say for how many of the year 12 months have passed, where a measure asks for them and both counts are shown."""
    year = report.year.label
    if not (keys["window_days"] == HEADLINE_DAYS).any():
        return ""
    counted, passed = flow_of(report, year).get(AT_RISK), flow_of(report, year, HEADLINE_DAYS).get(MATURED)
    if counted is None or passed is None or counted["hidden"] or passed["hidden"]:
        return ""
    n, total = int(passed["numerator"]), int(counted["numerator"])
    given = {"year": year, "window": fw.window(HEADLINE_DAYS), "n": n, "total": f"{total:,}"}
    return say("further.so_far", **given) if n < total else ""
