"""What a run leaves beside its reports: every figure as tidy data, and the record of the run."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ehp_eval.archive import FIGURES, RECORD, write_whole
from ehp_eval.linking import link_rates
from ehp_eval.linking_by_details import same_by_details
from ehp_eval.load import input_hashes
from ehp_eval.measures.figures import FIGURE_COLUMNS, figures_frame
from ehp_eval.opening import PUBLIC
from ehp_eval.since_last_year import settings_hash
from ehp_eval.words import say

if TYPE_CHECKING:
    from ehp_eval.disclosure.release import Release
    from ehp_eval.load import Council
    from ehp_eval.making import Outcome
    from ehp_eval.years import Period

_LIBRARIES = (
    "ehp-eval",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "scipy",
    "seaborn",
    "weasyprint",
)


def write_figures(folder: Path, outcomes: list[Outcome], order: list[str], release: Release | None) -> None:
    """Write `figures.csv`: the new figures of each report that was made, the old ones of each that was not.

    Parameters
    ----------
    order : list of str
        Ids of the reports in the order of the services.
    release : Release or None
        Where it is given, its figures are written, and not those that the reports worked out.
    """
    made = {outcome.report: figures_frame(outcome.content["figures"]) for outcome in outcomes if outcome.made}
    if release:
        tidy = release.tidy()
        made = {report: tidy[tidy["report"] == report] for report in made}
    path = folder / FIGURES
    kept = pd.DataFrame(columns=FIGURE_COLUMNS)
    if path.is_file():
        kept = pd.read_csv(path, dtype="str", keep_default_na=False)
        kept = kept[~kept["report"].isin(list(made))]
    frame = pd.concat([kept, *(each.map(_cell) for each in made.values())], ignore_index=True)
    rank = {report: position for position, report in enumerate(order)}
    frame = frame.sort_values("report", key=lambda reports: reports.map(rank).fillna(len(rank)), kind="stable")
    write_whole(path, frame.to_csv(index=False, lineterminator="\n"))


def write_record(
    folder: Path,
    council: Council,
    year: Period,
    parameters: dict[str, Any],
    outcomes: list[Outcome],
    started: datetime,
) -> dict[str, Any]:
    """Write `run.json`: what was run on what, and what came of each report; returns it.

    The entry of a report that this run did not make, or failed to make, stays that of the run that did.
    """
    path = folder / RECORD
    before = json.loads(path.read_text(encoding="utf-8"))["reports"] if path.is_file() else {}
    made_at = started.isoformat(timespec="seconds")
    reports = {
        outcome.report: {
            "title": outcome.content["title"],
            "answer": outcome.content["answer"],
            "made_at": made_at,
            "files": outcome.files,
            "flow": outcome.content["flow"],
        }
        for outcome in outcomes
        if outcome.made
    }
    record = {
        "marking": say(f"header.{parameters['audience']}"),
        "council": council.settings.council.name,
        "records": council.settings.council.records,
        "extract_date": council.settings.council.extract_date.isoformat(),
        "year": year.label,
        "started_at": made_at,
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "parameters": parameters,
        "versions": {"python": platform.python_version(), **_versions()},
        "commit": _commit(),
        "settings": settings_hash(council.settings),
        **(_of_settings(council) if parameters["audience"] == PUBLIC else _of_records(council)),
        "units": [
            {
                "report": outcome.report,
                "outcome": "failed" if outcome.failure else "made",
                "seconds": round(outcome.seconds, 1),
                "message": outcome.failure or outcome.remark,
            }
            for outcome in outcomes
        ],
        "reports": {**before, **reports},
    }
    write_whole(path, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    return record


def _of_settings(council: Council) -> dict[str, Any]:
    """Return what a public record says of the inputs: nothing of the records, whose counts and hashes tell of few."""
    hashes = input_hashes(council.folder, council.account.files)
    settings = ("council.toml", "services/", "reference/")
    return {"inputs": {name: each for name, each in hashes.items() if name.startswith(settings)}}


def _of_records(council: Council) -> dict[str, Any]:
    """Return what became of the rows of the records."""
    return {
        "inputs": input_hashes(council.folder, council.account.files),
        "rows": _rows(council),
        "repairs": json.loads(council.care.repairs.to_json(orient="index")),
        "return_repairs": council.account.repairs,
        "not_let_in": council.account.dropped,
        "warnings": council.account.warnings,
        "links": json.loads(link_rates(council).to_json(orient="records")),
        "joined_by_details": _joined(council),
    }


def _joined(council: Council) -> dict[str, Any]:
    """Return how many ids details join, or would if that were asked for."""
    same = council.joined or same_by_details(council)
    return {"asked": council.joined is not None, "pairs": len(same.pairs), "ambiguous": same.ambiguous}


def _rows(council: Council) -> dict[str, dict[str, Any]]:
    """Return what became of the rows of each table: read = used + left out, the latter by rule."""
    account = council.account
    reasons = account.left_out
    counted = account.rows().set_index("table")
    return {
        str(name): {
            "read": int(row["read"]),
            "used": int(row["used"]),
            "left_out": dict(reasons[reasons["table"] == name][["rule", "rows"]].to_numpy().tolist()),
        }
        for name, row in counted.iterrows()
    }


def _cell(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _commit() -> str:
    """Return the commit of the code, with a plus where it has been changed since; "unknown" outside a repository."""
    code = Path(__file__).parent
    try:
        asked = [["git", "rev-parse", "HEAD"], ["git", "status", "--porcelain", "--", "."]]
        head, changed = (
            subprocess.run(command, cwd=code, capture_output=True, text=True, check=True).stdout.strip()
            for command in asked
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}+" if changed else head
