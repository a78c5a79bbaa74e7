"""What was published before: it is known to everybody, whatever a release hides now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ehp_eval.disclosure.adding_up import relate
from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.disclosure.related import DENOMINATOR, NUMERATOR, ONE, Key, Related, Row, key_of

if TYPE_CHECKING:
    from ehp_eval.publishing import Disclosure

_TEXT = ("report", "service", "year", "stream", "group", "measure", "unit")


def add_earlier(related: Related, rows: Sequence[Row], previous: Sequence[pd.DataFrame], rule: Disclosure) -> None:
    """Add the figures of earlier publications to how the counts of this one add up.

    A count that was shown and is the same now is known. One that has changed since is known as well, as a count of its
    own among those published with it; so that what was hidden with it is protected by the same sums.
    A count that was hidden then is taken to be what it is now; where it is not there now, nothing of it is known here.

    Parameters
    ----------
    related : Related
        It is added to.
    rows : sequence of dict
        The rows of this publication.
    previous : sequence of DataFrame
        As `figures.csv`, every column as text.
    rule : Disclosure
    """
    now = {key_of(row, part): row[part] for row in rows for part in (NUMERATOR, DENOMINATOR) if row[part] is not None}
    for number, figures in enumerate(previous):
        published, shown = _rows(now, figures)
        then = relate(published, rule)
        names = {key: _now(related, then, key, shown, f"published before {number + 1}") for key in then.counts}
        for key, name in names.items():
            related.add(name, then.counts[key])
            if key in shown:
                related.published.add(name)
        for terms in then.relations:
            related.relations.add(
                tuple(((ONE,) if key == (ONE,) else names[key], coefficient) for key, coefficient in terms)
            )


def _now(related: Related, then: Related, key: Key, shown: set[Key], name: str) -> Key:
    """Return the count of now that one of then is, or a name of its own."""
    return key if related.counts.get(key) == then.counts[key] else (*key, name)


def _rows(now: Mapping[Key, int], figures: pd.DataFrame) -> tuple[list[Row], set[Key]]:
    """Return the rows from records of an earlier publication, and which counts it showed."""
    rows: list[Row] = []
    shown: set[Key] = set()
    for record in figures[figures["source"] == "records"].fillna("").to_dict("records"):
        row: Row = {name: str(record.get(name, "")) for name in _TEXT}
        row["window_days"] = _whole(record.get("window_days", ""))
        row["against"] = ""
        for part in (NUMERATOR, DENOMINATOR):
            written = str(record[part])
            row[part] = now.get(key_of(row, part)) if written == HIDDEN else _whole(written)
        lost = any(record[part] == HIDDEN and row[part] is None for part in (NUMERATOR, DENOMINATOR))
        if not lost and row["numerator"] is not None:
            rows.append(row)
            shown |= {
                key_of(row, part)
                for part in (NUMERATOR, DENOMINATOR)
                if row[part] is not None and str(record[part]) != HIDDEN
            }
    return rows, shown


def _whole(written: object) -> int | None:
    text = str(written).strip()
    return int(float(text)) if text else None
