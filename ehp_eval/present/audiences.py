"""Chooses the form of a part of a report: that of what comes from records, or that of what comes from a release."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pandas as pd

from ehp_eval.disclosure.publishable import Publishable
from ehp_eval.prose import NotPublic
from ehp_eval.public import PublicReport


def part(internal: Callable[..., Any], public: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Return a part of a report that shows each audience its own form.

    Parameters
    ----------
    internal : callable
        Takes an internal report, and what else the part needs.
    public : callable, optional
        Takes a `PublicReport` and the same; where there is none, the part is not in public reports, and the page
        says so at its end.
    """

    @wraps(internal)
    def shown(report: Any, *arguments: Any, **named: Any) -> Any:
        if not isinstance(report, PublicReport):
            return internal(report, *arguments, **named)
        return public(report, *arguments, **named) if public else NotPublic()

    return shown


def framed(report: Any, frame: pd.DataFrame) -> pd.DataFrame | Publishable:
    """Return a frame of published figures, of settings or of words as a table or chart of this report takes it.

    For the parts that both audiences see alike: they ask a report for nothing but reference tables and settings,
    and a public report has no records to give.
    """
    return report.publishable(frame) if isinstance(report, PublicReport) else frame
