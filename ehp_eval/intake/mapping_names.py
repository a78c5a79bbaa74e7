"""Names in `mapping.toml` that the contract does not know, or that contradict each other."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from ehp_eval.columns import Column
from ehp_eval.contract import RECORDS
from ehp_eval.intake.nearest import nearest

Fault = tuple[str, str, str]
"""Key, rule and message."""

_RETURNED = ("looked_after_episodes", "persons")  # the tables that an SSDA903 return fills


def name_faults(content: dict[str, Any]) -> Iterator[Fault]:
    """Yield every fault of the names in the file, whatever else is wrong with it.

    Parameters
    ----------
    content : dict
        As TOML gives it: where a value has a wrong shape, its names are passed over.
    """
    records = {contract.name: contract for contract in RECORDS}
    for name, contract in records.items():
        columns = {column.name: column for column in contract.columns}
        table = _pairs(content, name)
        yield from _columns(name, table, columns)
        yield from _codes(name, _pairs(table, "codes"), columns)
        yield from _dates(name, _pairs(table, "dates"), columns)
        yield from _repeats(f"{name}.files", table.get("files"), "listed twice", "its rows would count twice: keep one")
    for name in _texts(content.get("empty")):
        if name not in records:
            yield "empty", "unknown table", f"no table '{name}' is known{nearest(name, records)}: correct its name"
    every = {code for contract in RECORDS for column in contract.columns for code in column.codes}
    yield from _targets("codes", _pairs(content, "codes"), every)
    returned = _pairs(content, "ssda903")
    columns = {column.name: column for name in _RETURNED for column in records[name].columns}
    yield from _codes("ssda903", _pairs(returned, "codes"), columns)
    headers = _return_headers()
    for header in _pairs(returned, "columns"):
        if header not in headers:
            near = nearest(header, headers)
            message = f"nothing is read from a column '{header}' of the return{near}: use one of {', '.join(headers)}"
            yield f"ssda903.columns.{header}", "unknown column", message
    yield from _shared("ssda903.columns", _pairs(returned, "columns"))
    for part in ("episodes", "header"):
        yield from _repeats(
            f"ssda903.{part}", returned.get(part), "listed twice", "its rows would count twice: keep one"
        )


@cache
def _return_headers() -> tuple[str, ...]:
    """Return the headers of the SSDA903 return of which anything is read."""
    layout = tomllib.loads((files("ehp_eval.intake") / "ssda903.toml").read_text(encoding="utf-8"))
    return tuple(dict.fromkeys(header for name in _RETURNED for header in layout[name]["columns"].values()))


def _columns(name: str, table: dict[str, Any], columns: dict[str, Column]) -> Iterator[Fault]:
    own = _pairs(table, "columns")
    for column in own:
        if column not in columns:
            yield f"{name}.columns.{column}", "unknown column", _no_column(name, column, columns)
    yield from _shared(f"{name}.columns", own)
    dropped = set(_texts(table.get("drop")))
    for column, header in own.items():
        if isinstance(header, str) and header.strip() in dropped:
            message = f"the header of {column} is also listed under drop: take it off one of the two"
            yield f"{name}.drop", "mapped and dropped", message


def _shared(key: str, own: dict[str, Any]) -> Iterator[Fault]:
    """Yield the headers from which two columns are to be read."""
    taken: dict[str, str] = {}
    for column, header in own.items():
        if not isinstance(header, str):
            continue
        first = taken.setdefault(header.strip(), column)
        if first != column:
            message = f"the header '{header.strip()}' is given for {first} too: name one column from it"
            yield f"{key}.{column}", "two columns from one header", message


def _codes(name: str, codes: dict[str, Any], columns: dict[str, Column]) -> Iterator[Fault]:
    for column, own in codes.items():
        key = f"{name}.codes.{column}"
        if column not in columns:
            yield key, "unknown column", _no_column(name, column, columns)
        elif columns[column].kind not in ("code", "text"):
            yield key, "no codes", f"{column} holds no codes but {_KINDS[columns[column].kind]}: remove it"
        elif isinstance(own, dict):
            yield from _targets(key, own, set(columns[column].codes))


def _targets(key: str, codes: dict[str, Any], known: set[str]) -> Iterator[Fault]:
    """Yield the codes that are none of the contract, and those that are given two meanings.

    Parameters
    ----------
    known : set of str
        Codes of the contract; a column of text has none and takes any.
    """
    meant: dict[str, object] = {}
    for own, target in codes.items():
        where = f"{key}.{own}"
        if isinstance(target, str) and known and target.strip() not in known:
            listed = f": use one of {', '.join(sorted(known))}" if len(known) <= 20 else ": use one of the contract's"
            yield where, "unknown code", f"no code '{target}' is known{nearest(target, known)}{listed}"
        if meant.setdefault(own.strip().casefold(), target) != target:
            yield where, "two meanings", "the same code, but for capital letters and spaces, means something else above"


def _dates(name: str, dates: dict[str, Any], columns: dict[str, Column]) -> Iterator[Fault]:
    for column in dates:
        key = f"{name}.dates.{column}"
        if column not in columns:
            yield key, "unknown column", _no_column(name, column, columns)
        elif columns[column].kind not in ("date", "month"):
            yield key, "no dates", f"{column} holds no dates but {_KINDS[columns[column].kind]}: remove it"


def _repeats(key: str, values: object, rule: str, message: str) -> Iterator[Fault]:
    # "records/a.csv", "./records/a.csv" and "records//a.csv" are one file.
    texts = [posixpath.normpath(text.strip().replace("\\", "/")) for text in _texts(values)]
    if len(set(texts)) < len(texts):
        yield key, rule, f"a file is named twice, and {message}"


def _no_column(name: str, column: str, columns: dict[str, Column]) -> str:
    where = "the looked-after episodes and persons have" if name == "ssda903" else f"{name} has"
    return f"{where} no column '{column}'{nearest(column, columns)}: use a name of data/README.md"


def _pairs(content: dict[str, Any], key: str) -> dict[str, Any]:
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


_KINDS = {
    "id": "ids",
    "code": "codes",
    "date": "dates",
    "month": "months",
    "year": "years",
    "whole": "numbers",
    "number": "numbers",
    "percent": "percentages",
    "text": "text",
}
