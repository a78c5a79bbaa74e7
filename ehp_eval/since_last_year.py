"""What changed between two editions: the main result then and now, and published figures that were revised.

Both are read from what the editions show: a number that either hides is not there, and is never worked out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.archive import IDENTITY, Record
from ehp_eval.config import HEADLINE_DAYS, OVERVIEW
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.measures.figures import SHARE
from ehp_eval.measures.primary import STILL_FOLLOWED
from ehp_eval.streams import STREAMS

if TYPE_CHECKING:
    from ehp_eval.config import CouncilSettings

NUMBERS = ["numerator", "denominator", "value"]
LIMITS = ["lower", "upper"]
REVISION_COLUMNS = [
    *IDENTITY,
    "unit",
    *(f"{name}_{when}" for name in NUMBERS for when in ("before", "now")),
    "reason",
]
NOW_HIDDEN, NOW_SHOWN = "now_hidden", "now_shown"
LATE_DATA, DEFINITION, SETTINGS, REFERENCE = "late_data", "definition", "settings", "reference"
PROGRAM, UNEXPLAINED = "program", "unexplained"
RECORDS_UNKNOWN = "records_unknown"  # a public record says nothing of the records: corrected ones can be the reason

_MAIN = {stream.main for stream in STREAMS.values() if stream.main}
_COUNTED = {"fd1", "las1"}  # the front door and the looked-after system, in the year itself
_CLOSING = {stream.closing for stream in STREAMS.values() if stream.closing}
_ROUNDING = 2e-6  # of a number written with six places
_METHOD_BY_COUNT = {"exact Poisson": "Byar", STILL_FOLLOWED: "Wilson"}
"""Methods of one definition: which of the two is used, the count or the length of follow-up decides."""


@dataclass(frozen=True)
class Changes:
    """What changed from one edition to another.

    Attributes
    ----------
    results : DataFrame
        One row a report: report, measure, then twice, ending in `_before` and `_now`: year, unit, method and, as
        floats, numerator, denominator, value, lower, upper. Missing where an edition does not have the report or
        shows no number of it.
    revisions : DataFrame
        One row a published figure that has another number now, with `REVISION_COLUMNS`; `reason` names every
        circumstance that can have changed it, separated by blanks. Sorted by report, the largest change first.
    """

    results: pd.DataFrame
    revisions: pd.DataFrame

    @property
    def main_revisions(self) -> pd.DataFrame:
        """Those of the main measures of each report, of everybody: at 12 months, at closure, and counts of a year."""
        rows = self.revisions
        main = rows["measure"].isin([*_MAIN]) & rows["window_days"].eq(str(HEADLINE_DAYS))
        main |= rows["measure"].isin([*_CLOSING, *_COUNTED]) & rows["window_days"].eq("")
        return rows[main & rows["group"].eq("") & rows["report"].ne(OVERVIEW)]


def compare_editions(before: pd.DataFrame, now: pd.DataFrame, before_record: Record, now_record: Record) -> Changes:
    """Compare what two editions published.

    Parameters
    ----------
    before, now : DataFrame
        Their `figures.csv` as text.
    before_record, now_record : Record
        Years, extract dates, versions and hashes of the inputs: the reasons come from them.
    """
    return Changes(
        _results(before, now, before_record.year, now_record.year),
        _revisions(before, now, before_record, now_record),
    )


def settings_hash(settings: CouncilSettings) -> str:
    """Return a hash of a council's settings without its extract date, which is another in every extract."""
    without = settings.model_dump_json(exclude={"council": {"extract_date"}})
    return hashlib.sha256(without.encode()).hexdigest()


def _results(before: pd.DataFrame, now: pd.DataFrame, before_year: str, now_year: str) -> pd.DataFrame:
    then, today = _headlines(before, before_year), _headlines(now, now_year)
    together = today.merge(then, on=["report", "measure"], how="outer", suffixes=("_now", "_before"))
    order = list(dict.fromkeys([*today["report"], *then["report"]]))
    return together.sort_values("report", key=lambda reports: reports.map(order.index)).reset_index(drop=True)


def _headlines(figures: pd.DataFrame, year: str) -> pd.DataFrame:
    """Return each report's main result: of its main measure at 12 months the largest cohort that is shown.

    The largest is that of the pooled years, where any are pooled. The front door and the looked-after system have
    the count of the edition's year. The interval is the one that decides: the family-clustered one where it is given.
    """
    columns = ["report", "measure", "year", "unit", "method", *NUMBERS, *LIMITS]
    own = figures[figures["source"].eq("records") & figures["group"].eq("") & figures["report"].ne(OVERVIEW)]
    stem = own["measure"].str.removesuffix("_family")
    windowed = stem.isin([*_MAIN]) & own["window_days"].eq(str(HEADLINE_DAYS))
    counted = stem.isin([*_COUNTED]) & own["window_days"].eq("") & own["year"].eq(year)
    rows = own.assign(stem=stem, family=own["measure"].ne(stem))[windowed | counted]
    rows = rows[~rows[NUMBERS].isin([HIDDEN]).any(axis=1) & rows["value"].ne("")]
    numbers = rows[[*NUMBERS, *LIMITS]].replace(HIDDEN, "").apply(pd.to_numeric)
    rows = rows.assign(**{name: numbers[name].astype("float64") for name in numbers}, order=range(len(rows)))
    # Last: the most people, of them the latest years, of them the interval that decides.
    rows = rows.sort_values(["denominator", "year", "family"], na_position="first", kind="stable")
    rows = rows.drop_duplicates("report", keep="last").sort_values("order")
    return rows.assign(measure=rows["stem"])[columns].reset_index(drop=True)


def _revisions(before: pd.DataFrame, now: pd.DataFrame, before_record: Record, now_record: Record) -> pd.DataFrame:
    """Return the figures of both editions whose numbers differ by more than rounding.

    Reference tables are published by others; what was revised in them is no revision of the council's.
    """
    carried = [*IDENTITY, *NUMBERS, "unit", "method", "source"]
    old, new = (_named_once(frame[frame["source"].ne("reference")])[carried] for frame in (before, now))
    both = old.merge(new, on=IDENTITY, suffixes=("_before", "_now"))
    report_order = {report: place for place, report in enumerate(dict.fromkeys(now["report"]))}
    circumstances = _circumstances(before_record, now_record)
    rows: list[dict[str, Any]] = []
    for _, pair in both.iterrows():
        if not any(_differ(pair[f"{name}_before"], pair[f"{name}_now"]) for name in NUMBERS):
            continue
        row: dict[str, Any] = {name: pair[name] for name in IDENTITY} | {"unit": pair["unit_now"]}
        for name in NUMBERS:
            earlier, row[f"{name}_now"] = pair[f"{name}_before"], pair[f"{name}_now"]
            # What is hidden today is not published again as what it was.
            row[f"{name}_before"] = HIDDEN if row[f"{name}_now"] == HIDDEN else earlier
        rows.append(row | {"reason": " ".join(_reasons(pair, circumstances)), "size": _size(pair)})
    frame = pd.DataFrame(rows, columns=[*REVISION_COLUMNS, "size"])
    frame["place"] = frame["report"].map(report_order)
    frame = frame.sort_values(["place", "size"], ascending=[True, False], kind="stable")
    return frame[REVISION_COLUMNS].reset_index(drop=True)


def _named_once(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that their identity names; of two with the same nobody could say which was revised."""
    return figures[~figures.duplicated(IDENTITY, keep=False)]


def _differ(before: str, now: str) -> bool:
    if before == now:
        return False
    if not before or not now or HIDDEN in (before, now):
        return True
    return abs(float(now) - float(before)) > _ROUNDING * max(1.0, abs(float(before)))


def _size(pair: pd.Series[Any]) -> float:
    """How large a change is: in points of a share, and of anything else as a part of what it was."""
    texts = [pair["value_before"], pair["value_now"]]
    if HIDDEN in texts or "" in texts:
        return 0.0
    before, now = map(float, texts)
    return abs(now - before) if pair["unit_now"] == SHARE else abs(now - before) / max(abs(before), 1.0)


def _reasons(pair: pd.Series[Any], circumstances: set[str]) -> list[str]:
    """Name everything that can have changed a figure; more than one where they cannot be told apart."""
    hidden = {when for when in ("before", "now") if HIDDEN in [pair[f"{name}_{when}"] for name in NUMBERS]}
    if hidden == {"now"}:
        return [NOW_HIDDEN]
    if hidden == {"before"}:
        return [NOW_SHOWN]
    found = []
    service = f"services/{pair['service']}.toml"
    same = all(pair[f"{name}_before"] == pair[f"{name}_now"] for name in ("unit", "source"))
    if not same or _method(pair["method_before"]) != _method(pair["method_now"]) or service in circumstances:
        found.append(DEFINITION)
    # What was published elsewhere, and prices, come from the reference tables.
    from_reference = pair["source_now"] != "records" or pair["unit_now"].startswith("GBP")
    if from_reference and REFERENCE in circumstances:
        found.append(REFERENCE)
    if pair["source_now"] == "records" and LATE_DATA in circumstances:
        found.append(LATE_DATA)
    if SETTINGS in circumstances:
        found.append(SETTINGS)
    if not found:
        found = sorted(circumstances & {PROGRAM, RECORDS_UNKNOWN}) or [UNEXPLAINED]
    return [LATE_DATA if reason == RECORDS_UNKNOWN else reason for reason in found]


def _method(method: str) -> str:
    """Return what a method is by definition, without what the size of a count or the follow-up makes of it."""
    method = method.partition(";")[0]
    return _METHOD_BY_COUNT.get(method, method)


def _circumstances(before: Record, now: Record) -> set[str]:
    """Return what differs between two runs: kinds of reasons, and the definition files of services by their path."""
    changed = {
        name for name in before.inputs.keys() | now.inputs.keys() if before.inputs.get(name) != now.inputs.get(name)
    }
    definitions = {name for name in changed if name.startswith("services/")}
    references = {name for name in changed if name.startswith("reference/")}
    records = [name for name in changed if _is_record(name)]
    found = definitions
    if records or now.extract_date != before.extract_date:
        found |= {LATE_DATA}
    if not any(map(_is_record, now.inputs)):
        found |= {RECORDS_UNKNOWN}
    if references:
        found |= {REFERENCE}
    if "mapping.toml" in changed or (now.settings and before.settings and now.settings != before.settings):
        found |= {SETTINGS}
    library = "ehp-eval"
    if now.commit != before.commit or now.versions.get(library) != before.versions.get(library):
        found |= {PROGRAM}
    return found


def _is_record(name: str) -> bool:
    return not name.endswith(".toml") and not name.startswith("reference/")
