"""A council's new folder: settings to fill in, empty tables, a workbook with drop-down lists, the pages to read.

Or that of a fictional council, filled, whose services have known true effects.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path

from ehp_eval.contract import TABLES
from ehp_eval.errors import ArgumentError
from ehp_eval.intake.gather import WORKBOOK
from ehp_eval.new_folder.documents import PAGES, page
from ehp_eval.new_folder.workbook import workbook

__all__ = ["new_folder"]

TEMPLATES = Path(__file__).parent / "templates"
FICTIONAL = Path(__file__).parent / "demo"
TRUTH = "truth.toml"


def new_folder(folder: Path, *, demo: bool = False) -> list[Path]:
    """Make a council's folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        One that does not exist, or is empty. Folders above it are made where they are missing.
    demo : bool
        That of a fictional council, with records.

    Returns
    -------
    list of Path
        The files that were written, in order.

    Raises
    ------
    ArgumentError
        When there is something in the folder, or it cannot be written; nothing is then left behind.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArgumentError(f"'{folder}' is there already and is not empty: name a folder that does not exist yet")
    content = _fictional() if demo else _content()
    target = folder.resolve()
    # Beside its place and then moved there: a folder that is half written is never found under its name.
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        for name, data in content.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if target.exists():  # empty; not every system renames over it
            target.rmdir()
        part.rename(target)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise ArgumentError(
            f"'{folder}' cannot be written ({error.strerror}): name a folder in a place where you may write"
        ) from None
    return [folder / name for name in content]


def _content() -> dict[str, bytes]:
    """Return every file by its path inside the folder."""
    # With a signature, by which Excel knows that it is UTF-8 and shows a Welsh name rightly.
    headers = {
        table.file: (",".join(column.name for column in table.columns) + "\r\n").encode("utf-8-sig")
        for table in TABLES.values()
    }
    return {**_pages(), **_files(TEMPLATES), WORKBOOK: workbook(), **headers}


def _fictional() -> dict[str, bytes]:
    """Return every file of the fictional council by its path; its records are drawn from what is true in it."""
    from ehp_eval.synthetic import as_csv  # an empty folder does without the generator
    from ehp_eval.synthetic.known_effect_tables import generate_known_effect

    files = _files(FICTIONAL)
    records = as_csv(generate_known_effect(tomllib.loads(files[TRUTH].decode())))
    return {**_pages(), **files, **{TABLES[name].file: text.encode() for name, text in records.items()}}


def _pages() -> dict[str, bytes]:
    return {name: page(name).encode() for name in PAGES}


def _files(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder of the package by their paths in it, lines ending alike on every machine."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8").encode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
