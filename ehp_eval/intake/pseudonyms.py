"""Ids replaced on entry by keyed hashes: who has the records but not the key cannot tell whose they are.

HMAC with SHA-256 (RFC 2104, FIPS 198-1), from the standard library.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.contract import TABLES
from ehp_eval.errors import DataError, Finding

if TYPE_CHECKING:
    from ehp_eval.intake.mapping import Pseudonyms

LENGTH = 32
"""Hexadecimal digits of a pseudonym, 128 bits: two ids never share one by chance."""
_SHORTEST_KEY = 16  # bytes
_LONGEST_KEY = 4096


def read_key(settings: Pseudonyms, folder: Path) -> bytes:
    """Read the key from where `mapping.toml` says that it is.

    Parameters
    ----------
    settings : Pseudonyms
    folder : Path
        The council's folder; a key file is named from here and must lie outside.

    Returns
    -------
    bytes
        Without the spaces and line ends around it.

    Raises
    ------
    DataError
        When there is no key, it cannot be read, is short, or lies in the council's folder.
    """
    if settings.key_variable:
        setting, text = "key_variable", os.environ.get(settings.key_variable)
        if text is None:
            raise _fault(setting, "missing", "the environment variable that it names is not set: set it to the key")
    else:
        setting, text = "key_file", _read_file(folder, settings.key_file or "")
    key = text.strip().encode("utf-8", "surrogatepass")
    if len(key) < _SHORTEST_KEY:
        raise _fault(setting, "short key", f"the key is shorter than {_SHORTEST_KEY} characters: make a longer one")
    return key


def pseudonymise(tables: Mapping[str, pd.DataFrame], key: bytes) -> dict[str, pd.DataFrame]:
    """Replace every id of the records by its keyed hash.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the contract's names; ids as text.
    key : bytes

    Returns
    -------
    dict of DataFrame
        The same rows. One id has one pseudonym in every column and table; a missing id stays missing.
    """
    made: dict[str, str] = {}

    def pseudonym(value: str) -> str:
        if value not in made:
            code = hmac.digest(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256)
            made[value] = code.hex()[:LENGTH]
        return made[value]

    changed = {}
    for name, table in tables.items():
        contract = TABLES[name]
        ids = [column.name for column in contract.of_kind("id") if column.name in table]
        if contract.folder == "records":
            new = {column: table[column].map(pseudonym, na_action="ignore").astype("str") for column in ids}
            changed[name] = table.assign(**new)
        else:
            changed[name] = table
    return changed


def _read_file(folder: Path, named: str) -> str:
    try:
        path = (folder / named).expanduser().resolve()
        if path.is_relative_to(folder.resolve()):
            message = "the key lies in the council's folder, beside what it protects: move it out"
            raise _fault("key_file", "key beside the records", message)
        if not path.is_file():
            message = "there is no such file: correct the path, which starts from the council's folder"
            raise _fault("key_file", "missing", message)
        with path.open("rb") as file:
            content = file.read(_LONGEST_KEY + 1)
        if len(content) > _LONGEST_KEY:
            raise _fault("key_file", "wrong file", "the file is too long for a key: name the file that holds it")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _fault("key_file", "encoding", "the file is not UTF-8 text: save it again as UTF-8") from None
    except (OSError, ValueError, RuntimeError):  # no right to read, a NUL in the path, a loop of links
        raise _fault("key_file", "wrong file", "the file cannot be read: correct the path, or its rights") from None


def _fault(setting: str, rule: str, message: str) -> DataError:
    finding = Finding("mapping.toml", f"pseudonyms.{setting}", rule, message)
    return DataError("The ids cannot be replaced by keyed hashes; nothing was written.", [finding])
