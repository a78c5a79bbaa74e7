"""Every word of the library that a reader of a report sees, looked up by key.

The words themselves stand in `words_<language>.toml` beside this file, so that a report in Welsh
is another file of words and not another library.
"""

from __future__ import annotations

import tomllib
from contextvars import ContextVar
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from ehp_eval.errors import EhpError

_language: ContextVar[str] = ContextVar("language", default="en")


def use_language(language: str) -> None:
    """Choose the language of the words that follow.

    Parameters
    ----------
    language : str
        ISO 639-1 code. Raises `EhpError` where the library has no words in it.
    """
    _table(language)
    _language.set(language)


def language() -> str:
    """Return the ISO 639-1 code of the language in use."""
    return _language.get()


def say(key: str, **values: object) -> str:
    """Return the words for `key`, with `values` put in.

    Parameters
    ----------
    key : str
        Section and name, such as ``"flow.referred"``.
    **values
        What the placeholders stand for. Where the entry has forms for zero, one and other,
        `n` chooses among them (CLDR cardinal forms).

    Raises
    ------
    EhpError
        When the key, or a value that it needs, is missing: a defect in the library, not in the data.
    """
    section, _, name = key.partition(".")
    try:
        entry = _table(_language.get())[section][name]
        if isinstance(entry, dict):
            entry = _form(entry, values["n"])
        return str(entry.format(**values))
    except KeyError as missing:
        raise EhpError(f"words_{_language.get()}.toml: nothing for '{key}' ({missing} is missing)") from None


def _form(forms: dict[str, str], n: object) -> str:
    if n == 0 and "zero" in forms:
        return forms["zero"]
    return forms.get("one", forms["other"]) if n == 1 else forms["other"]


@cache
def _table(language: str) -> dict[str, Any]:
    source = files("ehp_eval") / f"words_{language}.toml"
    if not source.is_file():
        raise EhpError(f"There are no words in '{language}': add ehp_eval/words_{language}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def month_in_words(day: date) -> str:
    """Write the month of a day as a reader says it: March 2021."""
    return say("table.month_of_year", month=say(f"table.month_{day.month}"), year=day.year)


def day_in_words(day: date) -> str:
    """Write a day as a reader says it: 31 March 2021."""
    return say("table.date", day=day.day, month=say(f"table.month_{day.month}"), year=day.year)
