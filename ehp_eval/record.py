"""What a run leaves beside its reports: every figure as tidy data, the record of the run, and the index page."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ehp_eval.linking import link_rates
from ehp_eval.linking_by_details import same_by_details
from ehp_eval.load import input_hashes
from ehp_eval.measures.figures import FIGURE_COLUMNS, figures_frame
from ehp_eval.prose import PageHeader, Paragraph, link
from ehp_eval.tables import Table
from ehp_eval.words import day_in_words, say

if TYPE_CHECKING:
    from ehp_eval.load import Council
    from ehp_eval.making import Outcome
    from ehp_eval.years import Period

FIGURES, RECORD, INDEX = "figures.csv", "run.json", "index.html"
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


def write_figures(folder: Path, outcomes: list[Outcome], order: list[str]) -> int:
    """Write `figures.csv`: the new figures of each report that was made, the old ones of each that was not.

    Parameters
    ----------
    order : list of str
        Ids of the reports in the order of the services.

    Returns
    -------
    int
        How many figures it holds.
    """
    path = folder / FIGURES
    made = {outcome.report: figures_frame(outcome.content["figures"]) for outcome in outcomes if outcome.made}
    kept = pd.DataFrame(columns=FIGURE_COLUMNS)
    if path.is_file():
        kept = pd.read_csv(path, dtype="str", keep_default_na=False)
        kept = kept[~kept["report"].isin(list(made))]
    new = [frame.map(_cell) for frame in made.values()]
    frame = pd.concat([kept, *new], ignore_index=True)
    rank = {report: position for position, report in enumerate(order)}
    frame = frame.sort_values("report", key=lambda reports: reports.map(rank).fillna(len(rank)), kind="stable")
    _write(path, frame.to_csv(index=False, lineterminator="\n"))
    return len(frame)


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
        "inputs": input_hashes(council.folder, council.account.files),
        "rows": _rows(council),
        "repairs": json.loads(council.care.repairs.to_json(orient="index")),
        "return_repairs": council.account.repairs,
        "not_let_in": council.account.dropped,
        "warnings": council.account.warnings,
        "links": json.loads(link_rates(council).to_json(orient="records")),
        "joined_by_details": _joined(council),
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
    _write(path, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    return record


def write_index(folder: Path, council: Council, record: dict[str, Any], order: list[str], audience: str) -> None:
    """Write `index.html`: every report that is there, with its answer and its files; nothing where none is."""
    from ehp_eval.report import page_faults, render_page

    if not record["reports"]:
        return
    renewed = {report for report, entry in record["reports"].items() if entry["made_at"] == record["started_at"]}
    failed = {unit["report"] for unit in record["units"] if unit["outcome"] == "failed"} - renewed
    rows = []
    for report in sorted(record["reports"], key=lambda name: order.index(name) if name in order else len(order)):
        entry = record["reports"][report]
        files = Markup(say("index.between")).join(
            link(say("index.file", kind=Path(name).suffix[1:].upper(), size=_size(size)), name)
            for name, size in sorted(entry["files"].items())
        )
        answer = entry["answer"]
        if report in failed:
            made_on = day_in_words(datetime.fromisoformat(entry["made_at"]))
            answer = f"{say('index.not_renewed', date=made_on)} {answer}"
        main = next((name for name in entry["files"] if name.endswith(".html")), next(iter(entry["files"]), ""))
        rows.append(
            {
                "report": link(entry["title"], main) if main else entry["title"],
                "answer": answer,
                "files": files,
            }
        )
    settings = council.settings.council
    banners = [(audience, say(f"header.{audience}"))]
    if settings.made_up:
        banners.insert(0, ("synthetic", say(f"header.{settings.made_up}")))
    head = PageHeader(
        say("index.title", year=record["year"]),
        subtitle=say("header.subtitle", year=record["year"], extract=day_in_words(settings.extract_date)),
        council=settings.name,
        banners=banners,
    )
    frame = pd.DataFrame(rows, columns=["report", "answer", "files"])
    table = Table(
        frame,
        caption=say("index.caption", year=record["year"]),
        headings={name: say(f"index.{name}") for name in frame.columns},
    )
    beside = Paragraph(say("index.beside"), " ", link(FIGURES, FIGURES), ", ", link(RECORD, RECORD))
    html = render_page(head, table, beside)
    assert not page_faults(html), page_faults(html)
    _write(folder / INDEX, html)


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


def _size(bytes_: int) -> str:
    return say("index.kilobytes", n=f"{max(1, round(bytes_ / 1000)):,}")


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


def _write(path: Path, text: str) -> None:
    """Write a whole file elsewhere, then move it into place."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(text.encode())
    draft.replace(path)
