"""A release: everything of a run that may be published, and the only way by which figures reach a public report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ehp_eval.disclosure.marks import HIDDEN
from ehp_eval.errors import ReportError
from ehp_eval.measures.figures import FIGURE_COLUMNS, figures_frame
from ehp_eval.publishing import Disclosure

MARK_COLUMNS = ["hidden", "reason", "known"]
RELEASED_COLUMNS = [*FIGURE_COLUMNS, *MARK_COLUMNS]
FLOW, CLAIMED = "flow", "claimed"
"""Ids under which a release holds the steps of a flow, and what the records give beside a published claim."""
SMALL, COMPLEMENT, BASE, SECONDARY, FEW = "small", "complement", "base", "secondary", "few"
"""Reasons for which a figure is hidden: see `Release`."""
PUBLISHED, EARLIER = "published", "earlier"
"""Where a figure is known from, that would be hidden otherwise."""


@dataclass(frozen=True)
class Release:
    """What a run may publish.

    Attributes
    ----------
    year : str
        The financial year of the reports.
    rule : Disclosure
        By which counts were hidden.
    figures : DataFrame
        Columns of `FIGURE_COLUMNS`, and of each figure `hidden` (the names of the columns that are hidden, with blanks
        between them; empty where all is shown), `reason` ("small": the numerator is hidden by the rule; "complement":
        the denominator less the numerator is; "base": the denominator is; "secondary": so that another cannot be
        worked out, or small itself where to say so would give it away; "few": too few for a quantity) and `known`
        ("published" where a cited document gives it, "earlier" where an earlier publication showed it and it would be
        hidden now; so too where that is known of a small or narrow denominator alone). What is hidden is missing in
        it. Notes are empty: they tell of few people.
    facts : dict of dict
        By report what else its public form says; see `ehp_eval.public`.
    """

    year: str
    rule: Disclosure
    figures: pd.DataFrame
    facts: dict[str, dict[str, Any]]

    def write(self, path: Path) -> None:
        """Write the release as JSON."""
        content = {
            "year": self.year,
            "rule": self.rule.model_dump(),
            "facts": self.facts,
            "figures": json.loads(self.figures.to_json(orient="records", double_precision=15)),
        }
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def tidy(self) -> pd.DataFrame:
        """Return the figures as `figures.csv` holds them: what is hidden has its mark in the place of the number."""
        frame = self.figures.astype(dict.fromkeys(("numerator", "denominator", "value"), "object"))
        for name in ("numerator", "denominator", "value"):
            frame[name] = frame[name].mask(hidden_in(self.figures, name), HIDDEN)
        return frame[FIGURE_COLUMNS]


def hidden_in(figures: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Return which figures hide this column."""
    return figures["hidden"].str.split().map(lambda names: column in names).astype("bool")


def released_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as the frame of a release, typed."""
    marks = pd.DataFrame(rows, columns=MARK_COLUMNS).astype("object").fillna("").astype("str")
    return pd.concat([figures_frame(rows), marks], axis=1)


def read_release(path: str | Path) -> Release:
    """Read a release that `Release.write` wrote.

    Raises
    ------
    ReportError
        Where there is none, or it is no release.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        rule = Disclosure.model_validate(content["rule"])
        return Release(content["year"], rule, released_frame(content["figures"]), content["facts"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ReportError(
            f"'{Path(path).name}' is no release of figures: leave the parameter `release` empty, and it is made anew"
        ) from None
