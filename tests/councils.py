"""Tiny councils for the tests, each from a few rows, so that a person can count every figure.

`write_council` writes a council's folder; `council_of` makes the same in memory, without the cost of reading
(test_load.py holds the two together).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from ehp_eval.config import CouncilSettings, Service
from ehp_eval.contract import TABLES
from ehp_eval.load import Council

Row = dict[str, Any]
Content = dict[str, Any]

EXTRACT = "2021-09-30"
SETTINGS: Content = {
    "council": {
        "name": "Cyngor Dyffryn Gŵyn",
        "authority": "Dyffryn Gwyn",
        "nation": "Gwlad",
        "holidays": "GB-WLS",
        "language": "en",
        "extract_date": date.fromisoformat(EXTRACT),
        "records": "synthetic",
        "localities": ["Coast", "East", "Island", "Uplands", "Valley", "West"],
    },
    "comparators": {"visited": ["Bryn Onnen"], "neighbours": ["Rhos Dawel"]},
    "looked_after": {
        "respite_legal_statuses": ["V3", "V4"],
        "placed_with_parents": ["placed_with_parents"],
        "returned_home": ["returned_home"],
    },
    "thresholds": {
        "percentages_from": 20,
        "caution_below": 50,
        "outcome_known": 0.95,
        "pooled_years": 3,
        "verdict_minimum": 50,
        "redirection_minimum": 100,
        "safety_margin": 0.05,
        "worthwhile_difference": 0.05,
        "overlap_minimum": 0.9,
    },
    "costs": {
        "price_year": "2020-21",
        "discount_rate": 0.035,
        "weeks_in_care": [26, 52, 156],
        "deadweight": [0.25, 0.5, 0.75],
        "re_entry": [0.1, 0.2, 0.35],
        "drop_off": [0.0, 0.1, 0.3],
        "cashable": [0.3, 0.5, 0.8],
    },
}


def service(streams: Sequence[str], unit: str, clock: str, windows: Sequence[int], **changes: Any) -> Content:
    """A service's definition; its primary window is the longest."""
    return {
        "order": 1,
        "title": "A service",
        "what_it_does": "It helps families.",
        "cohort": "Children at risk of becoming looked after.",
        "unit": unit,
        "clock": clock,
        "streams": list(streams),
        "operational_since": date(2015, 4, 1),
        "windows_days": list(windows),
        "primary_window_days": windows[-1],
        "provenance": {
            "written_by": "the tests",
            "checked_by": "nobody",
            "written_on": date(2021, 1, 1),
            "next_review": date(2022, 1, 1),
            "sources": ["none"],
        },
    } | changes


SERVICES: dict[str, Content] = {
    "doorstep": service(
        ["edge_of_care", "placement_support"],
        "child",
        "accepted_on",
        [91, 365],
        notebook="edge_of_care",
        title="Doorstep",
    ),
    "homeward": service(
        ["reunification", "placement_support"], "child", "accepted_on", [183, 365], order=2, title="Homeward"
    ),
    "cradle": service(["pre_birth"], "baby", "born_on", [14, 365], order=3, notebook="baby_in_mind", title="Cradle"),
    "afresh": service(
        ["parent_support"], "parent", "engaged_on", [365, 730], order=4, notebook="reflect", title="Afresh"
    ),
}


def changed(content: Content, **changes: Any) -> Content:
    """A copy in which `a__b=value` has set the key b of the table a; None takes the key away."""
    copy = {key: dict(value) if isinstance(value, dict) else value for key, value in content.items()}
    for path, value in changes.items():
        *tables, key = path.split("__")
        place = copy
        for table in tables:
            place = place[table]
        if value is None:
            place.pop(key)
        else:
            place[key] = value
    return copy


def referral(person: str, accepted_on: str, **changes: Any) -> Row:
    """An accepted referral to the edge-of-care stream of doorstep."""
    return {
        "referral_id": f"r-{person}-{accepted_on}-{changes.get('service', '')}",
        "person_id": person,
        "service": "doorstep",
        "stream": "edge_of_care",
        "referred_on": accepted_on,
        "accepted": "Y",
        "accepted_on": accepted_on,
    } | changes


def declined(person: str, referred_on: str, **changes: Any) -> Row:
    """A referral that was not accepted."""
    return referral(person, referred_on) | {
        "referral_id": f"d-{person}-{referred_on}",
        "accepted": "N",
        "accepted_on": "",
        **changes,
    }


def episode(person: str, started_on: str, ended_on: str = "", **changes: Any) -> Row:
    """An episode of foster care under a care order, with which a period of care begins."""
    return {
        "person_id": person,
        "started_on": started_on,
        "ended_on": ended_on,
        "reason_started": "started",
        "legal_status": "C2",
        "placement_type": "foster_care",
    } | changes


def status(person: str, day: str, kind: str) -> Row:
    """A status event."""
    return {"person_id": person, "date": day, "type": kind}


def write_council(
    folder: Path,
    *,
    settings: Content | str = SETTINGS,
    services: Mapping[str, Content | str] = SERVICES,
    extract: str = "",
    **tables: Sequence[Row] | str,
) -> Path:
    """Write a council's folder: settings and services as content or as raw text, tables as rows or as raw text.

    A table has only the columns that its rows name; one that is not given has no file.
    """
    if extract:
        assert isinstance(settings, dict)
        settings = changed(settings, council__extract_date=date.fromisoformat(extract))
    for part in ("services", "records", "reference"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _write_text(folder / "council.toml", settings if isinstance(settings, str) else _toml(settings))
    for name, content in services.items():
        _write_text(folder / f"services/{name}.toml", content if isinstance(content, str) else _toml(content))
    for name, rows in tables.items():
        if isinstance(rows, str):
            _write_text(folder / TABLES[name].file, rows)
        else:
            write_rows(folder / TABLES[name].file, rows)
    return folder


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV, the columns in the order in which they are first named."""
    columns = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def council_of(
    *, extract: str = EXTRACT, services: Mapping[str, Content] | None = None, **tables: Sequence[Row]
) -> Council:
    """A council in memory, with the settings above and these services, or those above."""
    content = changed(SETTINGS, council__extract_date=date.fromisoformat(extract))
    empty = {name: table(name) for name in TABLES if name not in tables}
    given = {name: table(name, *rows) for name, rows in tables.items()}
    settings = CouncilSettings.model_validate(content)
    chosen = _services() if services is None else _read(services)
    return Council(Path("nowhere"), settings, chosen, empty | given, frozenset(tables))


def table(name: str, *rows: Row) -> pd.DataFrame:
    """A table in the types of its contract, blanks missing, the first row being row 2."""
    return _table(name, rows) if rows else _empty(name)


@cache
def _empty(name: str) -> pd.DataFrame:
    return _table(name, [])


def _table(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    contract = TABLES[name]
    columns = [column.name for column in contract.columns]
    assert not {key for row in rows for key in row} - set(columns)
    frame = pd.DataFrame(rows, columns=columns, index=range(2, len(rows) + 2)).astype("str")
    frame = frame.mask(frame == "")
    for column in contract.columns:
        if column.kind == "date":
            frame[column.name] = pd.to_datetime(frame[column.name], format="%Y-%m-%d").astype("datetime64[s]")
        elif column.kind in ("whole", "number"):
            kind = "Int64" if column.kind == "whole" else "float64"
            frame[column.name] = pd.to_numeric(frame[column.name]).astype(kind)
    return frame


@cache
def _services() -> tuple[Service, ...]:
    return _read(SERVICES)


def _read(services: Mapping[str, Content]) -> tuple[Service, ...]:
    return tuple(Service.model_validate({"id": name, **content}) for name, content in services.items())


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def _toml(content: Content) -> str:
    """TOML of a table of values and of tables of values."""
    lines = [f"{key} = {_value(value)}" for key, value in content.items() if not isinstance(value, dict)]
    for key, value in content.items():
        if isinstance(value, dict):
            lines += ["", f"[{key}]", *(f"{name} = {_value(item)}" for name, item in value.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    # What JSON writes is TOML too; dates it does not know.
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
