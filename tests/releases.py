"""Releases for the tests, each from a few rows, as disclosure control would have left them."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup

from ehp_eval.disclosure.release import FLOW, MARK_COLUMNS, Release, released_frame
from ehp_eval.load import Council
from ehp_eval.measures.figures import COUNT, FIGURE_COLUMNS, POINTS, SHARE
from ehp_eval.public import PublicService, public_report
from ehp_eval.publishing import Disclosure
from tests.councils import council_of

YEAR, BEFORE, POOLED = "2020-21", "2019-20", "2018-19 to 2019-20"
Row = dict[str, Any]


def share(measure: str, numerator: int, denominator: int, year: str = YEAR, **changes: Any) -> Row:
    """A share that is shown; its limits are 10 points away."""
    value = numerator / denominator if denominator else None
    limits = {} if value is None else {"lower": max(0.0, value - 0.1), "upper": min(1.0, value + 0.1)}
    given = {"measure": measure, "year": year, "numerator": numerator, "denominator": denominator, "value": value}
    return {"unit": SHARE, "method": "Wilson", "source": "records"} | given | limits | changes


def hidden(measure: str, reason: str, denominator: int | None = None, year: str = YEAR, **changes: Any) -> Row:
    """A share that is hidden; where the denominator is missing, that is hidden too."""
    marks = {"hidden": "numerator" if denominator is not None else "numerator denominator", "reason": reason}
    given = {"measure": measure, "year": year, "denominator": denominator, "numerator": None, "value": None}
    return {"unit": SHARE, "method": "Wilson", "source": "records"} | given | marks | changes


def difference(measure: str, value: float, year: str = YEAR, **changes: Any) -> Row:
    """A difference of shares that is shown; its limits are 10 points away."""
    given = {"measure": measure, "year": year, "value": value, "lower": value - 0.1, "upper": value + 0.1}
    return {"unit": POINTS, "method": "Newcombe", "source": "records"} | given | changes


def step(group: str, count: int | None, year: str = YEAR, **changes: Any) -> Row:
    """A step of a flow, "step: at_risk" or "left: died"; None where its count is hidden."""
    marks = {"hidden": "numerator", "reason": "small"} if count is None else {}
    given = {"measure": FLOW, "group": group, "year": year, "numerator": count, "stream": "edge_of_care"}
    return {"unit": COUNT, "method": "count", "source": "records"} | given | marks | changes


def report_of(
    *rows: Row, service: str = "doorstep", council: Council | None = None, rule: Disclosure | None = None, **facts: Any
) -> PublicService:
    """The public report of a service for 2020-21, from these rows; its headline is of the two years before."""
    told = {
        "years": ["2018-19", BEFORE, YEAR],
        "full": POOLED,
        "headline": POOLED,
        "baseline": "2018-19",
        "comparison": None,
        "siblings": False,
        "missing": [],
    }
    blank = dict.fromkeys(FIGURE_COLUMNS) | dict.fromkeys(MARK_COLUMNS, "") | {"report": service, "service": service}
    figures = released_frame([blank | row for row in rows])
    release = Release(YEAR, rule or Disclosure(), figures, {service: told | facts})
    report = public_report(council or council_of(claims=[]), release, service)
    assert isinstance(report, PublicService)
    return report


def text(shown: Any) -> str:
    """What a reader reads of it, in one line."""
    return " ".join(BeautifulSoup(shown._repr_html_(), "html.parser").get_text(" ").split())
