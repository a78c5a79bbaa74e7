"""Whether the text of a rendered page says a pair of counts that its release hides."""

from __future__ import annotations

import re

import pandas as pd

_PAIR = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)\s*(?:out of|of|/)\s*(?:the |all )?(\d{1,3}(?:,\d{3})+|\d+)(?![\d.]*\d)"
)


def shown_numbers_faults(page_text: str, published: pd.DataFrame, truth: pd.DataFrame) -> list[str]:
    """Return each "x of n" of a text that the release hides, as it stands there.

    Parameters
    ----------
    page_text : str
        Text of a page, of a PDF or of the labels of an image.
    published, truth : DataFrame
        As for `ehp_eval.disclosure.audit.audit`.

    Notes
    -----
    A fault is a numerator (or its complement) and denominator that a row hides and no row shows, a published claim
    included: a pair that is shown elsewhere says nothing of the row that hides it. So a pair of other things, such as
    "page 1 of 4", is a fault only by coincidence. For tests: what it returns is never to be logged.
    """
    shown, hidden = _pairs(published), _pairs(truth)
    faults = (match[0] for match in _PAIR.finditer(page_text) if _counts(match) in hidden - shown)
    return list(dict.fromkeys(faults))


def _counts(match: re.Match[str]) -> tuple[int, int]:
    return int(match[1].replace(",", "")), int(match[2].replace(",", ""))


def _pairs(figures: pd.DataFrame) -> set[tuple[int, int]]:
    both = figures.loc[figures["numerator"].notna() & figures["denominator"].notna(), ["numerator", "denominator"]]
    pairs = {(int(n), int(d)) for n, d in both.itertuples(index=False)}
    return pairs | {(d - n, d) for n, d in pairs}
