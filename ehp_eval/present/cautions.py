"""What a service's figures cannot say yet, and how they were made: generated from the figures themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from ehp_eval.config import HEADLINE_DAYS
from ehp_eval.measures.primary import competed
from ehp_eval.measures.siblings import siblings_matter
from ehp_eval.present import figure_words as fw
from ehp_eval.present.first_screen import need
from ehp_eval.prose import Bullets, quoted
from ehp_eval.streams import STREAMS
from ehp_eval.tables import Table, percent_words
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.evaluation import Evaluation

FEW_EVENTS = 10


def limits(report: Evaluation) -> Bullets:
    """List what cannot be said yet, and what one would need to know."""
    unit, stream = report.service.unit, report.service.stream
    lines = [
        _comparison(report),
        *_not_matured(report),
        *_unknown(report),
        *_competing(report),
        *_placed_with_parents(report),
        *_families(report),
        *_small(report),
        *_few_events(report),
        say(f"limits.other_authority_{stream}"),
    ]
    if unit == "parent":
        lines.append(say("limits.no_characteristics"))
    missing = sorted({"persons", "status_events"} - report.council.supplied)
    if missing:
        lines.append(say("limits.parts_missing", tables=", ".join(missing)))
    if unit != "parent" and report.council.tables["looked_after_episodes"]["legal_status"].isna().all():
        lines.append(say("limits.no_legal_status"))
    lines.append(say("limits.need", need=need(report)))
    return Bullets(lines)


def method(report: Evaluation) -> Table:
    """Show the definitions behind the figures."""
    service, settings = report.service, report.council.settings
    clock = say(f"clock.{service.unit}")
    made = service.provenance
    unit = service.unit
    rows = [
        (say("method.unit"), say(f"unit.{unit}", n=2)),
        (say("method.clock"), clock),
        (say("method.year"), say("method.year_text_baby" if unit == "baby" else "method.year_text", clock=clock)),
        (say("method.windows"), ", ".join(fw.window(days) for days in service.windows_days)),
        (say("method.extract"), day_in_words(settings.council.extract_date)),
        (
            say("method.pooled"),
            say("method.pooled_text", n=settings.thresholds.pooled_years, unit=say(f"unit.{unit}", n=1)),
        ),
        (say("method.proportions"), say("method.proportions_text")),
        (say("method.difference_row"), say("method.difference_text")),
        (
            say("method.incidence_row"),
            say("method.incidence_text", competing=say(f"charts.competing_{service.stream}")),
        ),
    ]
    if "looked_after_episodes" in STREAMS[service.stream].tables:
        statuses = ", ".join(settings.looked_after.respite_legal_statuses)
        rows += [
            (say("method.closing"), say(f"method.closing_text_{service.stream}")),
            (say("method.respite"), say("method.respite_text", statuses=statuses)),
            (say("method.with_parents"), say(f"method.with_parents_text_{service.stream}")),
        ]
    if unit == "child":
        rows.append((say("method.eighteen"), say("method.eighteen_text")))
    provenance = say(
        "method.definition_text",
        written_by=made.written_by,
        checked_by=made.checked_by,
        next_review=day_in_words(made.next_review),
    )
    rows += [
        (say("method.definition"), provenance),
        (say("method.sources"), Markup("; ").join(quoted(source) for source in made.sources)),
    ]
    frame = pd.DataFrame(rows, columns=["item", "what"])
    headings = {"item": say("method.item"), "what": say("method.what")}
    return Table(frame, caption=say("method.caption"), headings=headings)


def _comparison(report: Evaluation) -> str:
    """Say that nothing, or nothing that can be used, stands beside the service; or what a comparison leaves open."""
    if report.comparison is None:
        return say("limits.no_comparison")
    return say("limits.compared" if report.comparison.outcome else "limits.comparison_refused")


def _not_matured(report: Evaluation) -> list[str]:
    """Say for how many of the year the primary window has not passed, and how many babies came in late."""
    cohort, days = report.cohort, report.service.primary_window_days
    flow = cohort.flow[cohort.flow["window_days"] == days]
    left_out = flow.groupby("reason")["count"].sum()
    lines = []
    if left_out.get("not_matured", 0):
        total = len(cohort.at_risk)
        words = {"window": fw.window(days), "total": f"{total:,}", "unit": say(f"unit.{cohort.unit}", n=total)}
        lines.append(say("limits.not_matured", n=cohort.step("matured", days), year=report.year.label, **words))
    if left_out.get("entered_late", 0):
        lines.append(say("limits.late", n=int(left_out["entered_late"]), year=report.year.label))
    return lines


def _unknown(report: Evaluation) -> list[str]:
    """Say what the headline's share would be if every unknown status were bad, and if every one were good."""
    measure, days = STREAMS[report.service.stream].windowed, HEADLINE_DAYS
    if report.full is None or not measure:
        return []
    thresholds, period = report.council.settings.thresholds, report.full.period
    worst, best = (report.find(f"{measure}_{case}", period, days) for case in ("worst", "best"))
    if worst is None or best is None:
        return []
    unknown = int((report.full.at_risk[f"outcome_{days}"] == "unknown").sum())
    cases = {"worst": fw.share(worst, thresholds), "best": fw.share(best, thresholds)}
    lines = [say("limits.unknown", n=unknown, period=period.label, window=fw.window(days), **cases)]
    known = 1 - unknown / int(worst["denominator"])
    if known < thresholds.outcome_known:
        asked = percent_words(thresholds.outcome_known)
        lines.append(say("limits.known_low", known=percent_words(known), threshold=asked))
    return lines


def _competing(report: Evaluation) -> list[str]:
    """Say how many of the headline's denominator could no longer have the event by its end."""
    if report.full is None or not STREAMS[report.service.stream].windowed:
        return []
    causes = competed(report.full, HEADLINE_DAYS)
    if not causes:
        return []
    words = {"known": report.full.step("outcome_known", HEADLINE_DAYS), "window": fw.window(HEADLINE_DAYS)}
    counted = ", ".join(say(f"figures.{cause}", n=n) for cause, n in causes.items())
    return [say("limits.competing", period=report.full.period.label, causes=counted, **words)]


def _placed_with_parents(report: Evaluation) -> list[str]:
    """Say how many entries into care were placements with the parents: looked after, and at home."""
    if report.full is None or report.service.stream != "edge_of_care":
        return []
    rows = report.full.at_risk
    entered = rows[rows[f"outcome_{HEADLINE_DAYS}"] == "event"]
    entries = entered.assign(started_on=entered["t0"] + pd.to_timedelta(entered["days"], unit="D"))
    first = entries.merge(
        report.council.episodes, left_on=["unit_id", "started_on"], right_on=["person_id", "started_on"]
    )
    with_parents = first["placement_type"].isin(report.council.settings.looked_after.placed_with_parents)
    n = int(first.loc[with_parents, "unit_id"].nunique())
    words = {"events": len(entered), "window": fw.window(HEADLINE_DAYS), "period": report.full.period.label}
    return [say("limits.placed_with_parents", n=n, **words)] if n else []


def _families(report: Evaluation) -> list[str]:
    """Say that the intervals allow for the siblings in a cohort, and what the headline's would be if they did not."""
    cohort = report.full or report.cohort
    if not siblings_matter(cohort):
        return []
    families = int(cohort.at_risk["family_id"].nunique())
    words = {
        "units": fw.units(cohort.unit, len(cohort.at_risk)),
        "period": cohort.period.label,
        "families": f"{families:,} {say('unit.family', n=families)}",
    }
    main = STREAMS[report.service.stream]
    plain = report.find(main.windowed, cohort.period, HEADLINE_DAYS) if report.full and main.windowed else None
    if plain is None or pd.isna(plain["lower"]):
        return [say("limits.families_alone", **words)]
    return [say("limits.families", wilson=fw.interval(plain), **words)]


def _small(report: Evaluation) -> list[str]:
    """Say how much one more or fewer would change the year's share."""
    n = report.cohort.step("outcome_known", HEADLINE_DAYS)
    if not STREAMS[report.service.stream].windowed:  # an incidence counts everybody, not those who have matured
        return []
    if not 0 < n < report.council.settings.thresholds.caution_below:
        return []
    words = {"window": fw.window(HEADLINE_DAYS), "year": report.year.label}
    return [say("limits.small", n=n, points=f"{100 / n:.0f}", **words)]


def _few_events(report: Evaluation) -> list[str]:
    """Say that a handful of events shows nothing about a service."""
    cohort = report.full or report.cohort
    events = int((cohort.at_risk["cause"] == cohort.event).sum())
    if events >= FEW_EVENTS:
        return []
    units = fw.units(cohort.unit, len(cohort.at_risk))
    return [say("limits.few_events", events=say("limits.events", n=events), units=units, period=cohort.period.label)]
