"""Looked-after episodes and children from files in the layout of the SSDA903 return, one or several yearly ones.

The layout and its codes are data (`ssda903.toml`); docs/ssda903.md says what comes in and states every rule. What the
cells say is read by `values` as for any other file, and what only the return knows is repaired in `ssda903_repairs`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from ehp_eval.contract import TABLES
from ehp_eval.errors import Finding
from ehp_eval.intake.mapping import Mapping, ReturnFiles, TableMapping
from ehp_eval.intake.sheets import WORKBOOK_ENDINGS, Sheet, read_sheet, sheet_names
from ehp_eval.intake.source import Source
from ehp_eval.intake.ssda903_repairs import LEFT_OUT, join_persons, repair_episodes
from ehp_eval.intake.values import prepare

EPISODES, PERSONS = "looked_after_episodes", "persons"


@dataclass(frozen=True)
class Return:
    """What the files of the return hold.

    Attributes
    ----------
    sources : dict of list of Source
        For `looked_after_episodes` and `persons`, one a file that could be read, without the rows of `left_out`.
    repairs : dict of int
        How often each of `ssda903_repairs.REPAIRS` was applied.
    findings : list of Finding
        Files that could not be read, and what the return itself shows to be missing.
    """

    sources: dict[str, list[Source]]
    repairs: dict[str, int]
    findings: list[Finding]

    @property
    def left_out(self) -> dict[str, dict[str, int]]:
        """Rows that came in and are not in `sources`, by table and repair."""
        tables = {EPISODES: LEFT_OUT.episodes, PERSONS: LEFT_OUT.persons}
        return {table: {rule: self.repairs[rule] for rule in rules} for table, rules in tables.items()}


def read_return(folder: Path, files: ReturnFiles, mapping: Mapping) -> Return:
    """Read the files of the return and make one set of episodes and of children of them.

    Parameters
    ----------
    folder : Path
        The council's folder.
    files : ReturnFiles
        `[ssda903]` of mapping.toml. The order of the header files matters where ethnic groups differ: the last counts.
    mapping : Mapping
        What mapping.toml says for every table: markers of unknown.

    Returns
    -------
    Return
        Rows of the files = rows of `sources` + `left_out`.
    """
    sources: dict[str, list[Source]] = {EPISODES: [], PERSONS: []}
    findings: list[Finding] = []
    for table, names in ((EPISODES, files.episodes), (PERSONS, files.header)):
        for name in names:
            source = _read(folder, name, table, files, mapping)
            if isinstance(source, Source):
                sources[table].append(source)
            else:
                findings += source
    episodes, repairs, unmended = repair_episodes(sources[EPISODES], _layout()["new_episode_begins"])
    persons, joined = join_persons(sources[PERSONS])
    return Return({EPISODES: episodes, PERSONS: persons}, repairs | joined, [*findings, *unmended])


def _read(folder: Path, name: str, table: str, files: ReturnFiles, mapping: Mapping) -> Source | list[Finding]:
    """Read one file, or say why it cannot be."""
    layout, contract = _layout()[table], TABLES[table]
    # The council's own header where the file has it, else the return's: the files need not be alike.
    names = {column: (files.columns.get(header, header), header) for column, header in layout["columns"].items()}
    own_sheet = files.sheet
    if Path(name).suffix.lower() in WORKBOOK_ENDINGS and layout["sheet"] in sheet_names(folder, name):
        own_sheet = layout["sheet"]
    expected = {header for pair in names.values() for header in pair}
    sheet = read_sheet(folder, name, expected=expected, sheet=own_sheet, header_row=files.header_row)
    if not isinstance(sheet, Sheet):
        return sheet
    found = {column: header for column, pair in names.items() for header in pair[::-1] if header in sheet.cells}
    # Without its ends every episode would be open.
    needed = {column.name for column in contract.columns if column.required} | {"ended_on"}
    named = {column for column, (own, header) in names.items() if own != header}
    if wrong := sorted(names[column][0] for column in (needed & set(names) | named) - set(found)):
        message = "the file has no such column: name the header that it has there under columns in [ssda903]"
        return [Finding(sheet.file, header, "missing header", message) for header in wrong]
    declared = TableMapping(
        dates={"": files.dates},
        columns=found,
        codes={column: _codes(layout, column, files) for column in layout["columns"]},
        other_columns="drop",
        birth_dates="month",
    )
    return prepare(sheet, contract, mapping.model_copy(update={"tables": {table: declared}}))


def _codes(layout: dict[str, Any], column: str, files: ReturnFiles) -> dict[str, str]:
    """Return the codes of a column, those of the council instead of the layout's where it names the same."""
    own = files.codes.get(column, {})
    named = {code.casefold() for code in own}
    return {code: to for code, to in layout["codes"].get(column, {}).items() if code.casefold() not in named} | own


@cache
def _layout() -> dict[str, Any]:
    return tomllib.loads((package_files("ehp_eval.intake") / "ssda903.toml").read_text(encoding="utf-8"))
