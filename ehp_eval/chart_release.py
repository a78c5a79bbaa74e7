"""The gate of charts: those of a public page are drawn from what a release or a published document gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pandas as pd

from ehp_eval.chart_style import Chart
from ehp_eval.disclosure.publishable import Publishable


def drawn_from_either(draw: Callable[..., Chart]) -> Callable[..., Chart]:
    """Let a chart take a `Publishable` in the place of its frame; the chart and its data then bear the mark of it."""

    @wraps(draw)
    def drawn(frame: pd.DataFrame | Publishable, **named: Any) -> Chart:
        if not isinstance(frame, Publishable):
            return draw(frame, **named)
        chart = draw(frame.frame, **named)
        chart.released = chart.data.released = True
        return chart

    return drawn
