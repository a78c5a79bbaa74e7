"""Columns and cells that may not come in, because they say who somebody is."""

from __future__ import annotations

import re

import pandas as pd

# A header is cut into words first: "ChildName", "child_name" and "Child's name" are all "child name".
# English, and the Welsh that councils in Wales write.
_PERSON = (
    "child|client|person|people|user|baby|mother|father|parent|carer|guardian|sibling|brother|sister|family|case|worker|"
    "practitioner|customer|pupil|first|last|middle|given|full|legal|preferred|known|birth|maiden|display"
)
_PART = "first|last|middle|given|full|legal|preferred|known|birth"
NAME = "a name"
DATE_OF_BIRTH = "a date of birth"
_HEADERS = {
    NAME: rf"^names?$|\b({_PERSON})( ({_PART}))* names?\b|\bnames? of( the| a)? ({_PERSON})\b|"
    r"\b(forenames?|surnames?|firstname|lastname|fullname|nickname|alias|known as|initials|enw|cyfenw)\b",
    "an address": r"\b(address(es)?|addr|street|house (no|number|name)|uprn|cyfeiriad)\b",
    "a postcode": r"\b(post ?codes?|postal codes?|pcode|home post|pl post|cod post)\b",
    DATE_OF_BIRTH: r"\b(dob|d o b|date of birth|birth ?date|birth ?day|born( on)?|dyddiad geni)\b",
    "a telephone number": r"\b(tele?phone|phone|tel|mobile|contact (no|number)|fax|ff[oô]n|symudol)\b",
    "an e-mail address": r"\b(e ?mail|e ?bost)\b",
    "an NHS number": r"\bnhs\b",
    "a pupil number": r"\b(upn|uln|unique pupil|pupil (no|number))\b",
    "a national insurance number": r"\b(nino|national insurance|ni (no|number))\b",
    "free text": r"\b(notes?|comments?|free ?text|narrative|remarks?|observations|nodiadau|sylwadau)\b",
}
_COMPILED = {meaning: re.compile(pattern) for meaning, pattern in _HEADERS.items()}

_LONGEST = 60  # letters
_CELLS = re.compile(
    "|".join(
        (
            r"[\r\n]",
            r"\S@\S+\.\S",
            # A UK postcode; the letters of its second part are never C, I, K, M, O or V.
            r"\b[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2}\b",
            # Nine digits and more, in groups or not: a telephone, an NHS number.
            r"[0-9](?:[ ()-]{0,2}[0-9]){8}",
        )
    )
)


def private_header(header: str) -> str:
    """Say what a header promises that may not come in, such as "a postcode"; "" where it promises nothing of the kind.

    Parameters
    ----------
    header : str
        As the file has it.
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header[:200])
    words = " ".join(re.findall(r"[^\W_]+", re.sub(r"['\u2019]s\b", "", apart).casefold()))
    return next((meaning for meaning, pattern in _COMPILED.items() if pattern.search(words)), "")


def free_text(text: pd.Series) -> pd.Series:
    """Tell the cells that may identify somebody: long, of several lines, or with an address or a number to call.

    Parameters
    ----------
    text : Series of str

    Returns
    -------
    Series of bool
    """
    values = text.dropna().unique()
    return text.isin([value for value in values if len(value) > _LONGEST or _CELLS.search(value)])
