"""Chart of an estimate with its interval, year by year."""

from __future__ import annotations

import pandas as pd

from ehp_eval.chart_release import drawn_from_either
from ehp_eval.chart_style import (
    Chart,
    axis_note,
    check_columns,
    check_words,
    drawing,
    event_key,
    joined,
    mark_events,
    new_figure,
    percent_axis,
    wrapped,
)
from ehp_eval.charts_interval import (
    FIGURES,
    draw_estimates,
    estimate_legend,
    estimate_table,
    in_words,
    number_format,
    value_limits,
)
from ehp_eval.words import say
from ehp_eval.years import Period


@drawn_from_either
def year_chart(
    frame: pd.DataFrame,
    *,
    year: str,
    caption: str,
    alt: str,
    y_label: str,
    percent: bool = True,
    published: str | None = None,
    events: pd.DataFrame | None = None,
    percent_from: int = 20,
    note: str | None = None,
) -> Chart:
    """Draw a dot with its interval for each year, with the figure in words above it.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a year in order, with the columns of `interval_chart`.
    year : str
        The column with the years, such as "2020-21".
    published : str, optional
        The column with a published value, drawn as a hollow diamond beside the dot.
    events : pandas.DataFrame, optional
        Columns `at` (a date) and `label`; those within the years are marked and numbered.
    caption, alt, y_label, percent, percent_from, note
        As for `interval_chart`.

    Raises
    ------
    ReportError
        When caption, description, a column or every row is missing.
    """
    check_words(caption, alt)
    check_columns(frame, [name for name in (year, *FIGURES, published) if name], caption)
    rows = frame.reset_index(drop=True)
    low, high = value_limits(rows, published, percent)
    marked = _within_years(events, list(rows[year]), caption) if events is not None else []
    with drawing():
        figure = new_figure(3.6 + (0.3 if marked else 0))
        axes = figure.subplots()
        if percent:
            percent_axis(axes, "y", low, high)
        axes.set_ylim(low, high + 0.02 * (high - low))
        places = [float(number) for number in range(len(rows))]
        draw_estimates(axes, rows, places, published, vertical=True)
        for place, row in zip(places, rows.to_dict("records"), strict=True):
            tops = [row[name] for name in ("value", "upper", published) if name and pd.notna(row[name])]
            axes.annotate(
                wrapped(in_words(row, percent, percent_from, how=number_format(rows)), 13),
                (place, max(tops, default=low)),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center",
                va="bottom",
                style="italic" if pd.isna(row["value"]) else "normal",
                annotation_clip=False,
                bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.5},  # over lines of events
            )
        axes.set_xticks(places, [str(words) for words in rows[year]])
        axes.set_xlim(-0.5, len(rows) - 0.5)
        axes.set_ylabel(wrapped(y_label, 34))
        axes.grid(visible=False, axis="x")
        mark_events(axes, [place for place, _ in marked], foot=True)
        if published:
            estimate_legend(axes)
        return Chart(
            figure,
            caption=caption,
            alt=alt,
            data=estimate_table(
                rows,
                [year],
                caption=caption,
                percent=percent,
                published=published,
                headings={year: say("chart.year")},
                percent_from=percent_from,
            ),
            key=[words for _, words in marked],
            note=joined(note, axis_note(low, high) if percent else None),
        )


def _within_years(events: pd.DataFrame, years: list[str], caption: str) -> list[tuple[float, str]]:
    """Place dated events on an axis of financial years, each a unit wide; leave out those outside it."""
    check_columns(events, ["at", "label"], caption, empty=True)
    marked = []
    for at, words in zip(pd.to_datetime(events["at"]), events["label"], strict=True):
        year = Period.of_day(at)
        if year.label in years:
            part = (at - year.start).days / (year.end - year.start).days
            marked.append((years.index(year.label) - 0.5 + part, event_key(words, at.year)))
    return sorted(marked)
