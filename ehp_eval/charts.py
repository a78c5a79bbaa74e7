"""The charts of a report: each takes a plain frame and needs a caption and a description."""

from ehp_eval.chart_style import Chart
from ehp_eval.charts_control import control_chart
from ehp_eval.charts_funnel import funnel_chart
from ehp_eval.charts_gaps import gap_chart
from ehp_eval.charts_incidence import incidence_chart
from ehp_eval.charts_interval import interval_chart
from ehp_eval.charts_placebo import placebo_chart
from ehp_eval.charts_trend import trend_chart
from ehp_eval.charts_year import year_chart

__all__ = [
    "Chart",
    "control_chart",
    "funnel_chart",
    "gap_chart",
    "incidence_chart",
    "interval_chart",
    "placebo_chart",
    "trend_chart",
    "year_chart",
]
