"""What all charts share: palette, type, the frame around a drawing, and SVG that is the same on every run.

Palette and rules (never colour alone, direct labels, at most four lines) are those of the Government
Analysis Function's guidance, "Data visualisation: charts".
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import seaborn as sns
from markupsafe import Markup
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ehp_eval.chart_svg import svg_of
from ehp_eval.errors import ReportError
from ehp_eval.tables import Table, stable_id, unbroken
from ehp_eval.words import say

BLUE, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
GREY = "#3D3D3D"
COLOURS = (BLUE, TEAL, PLUM, ORANGE)  # in this order: neighbours differ in lightness too, for print in black and white
MARKERS = ("o", "s", "^", "D")
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
MOST_LINES = len(COLOURS)
# Thin lines for windows and events.
MARKS: dict[str, Any] = {"color": "#767676", "linewidth": 1, "linestyle": (0, (2, 2)), "zorder": 1}

# A page shows a chart 720 px (540 pt) wide: type of 10.5 on 475 pt is then 12 pt, the smallest, 10, 11.4 pt.
WIDTH = 6.6
SIZE, SMALL = 10.5, 10.0
POINTS = 72

_RC: dict[str, Any] = {
    # seaborn puts Arial first; DejaVu Sans comes with matplotlib, so charts are alike everywhere (Welsh too).
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": SIZE,
    "axes.labelsize": SIZE,
    "xtick.labelsize": SIZE,
    "ytick.labelsize": SIZE,
    "legend.fontsize": SMALL,
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.edgecolor": "#8A8A8A",
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "svg.fonttype": "path",  # the page needs no font for the chart
    "svg.hashsalt": "ehp",
}


class Chart:
    """A chart for a report: drawing, caption, text alternative, and its data beneath.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The drawing.
    caption : str
        What the chart says, in a sentence; its title on the page.
    alt : str
        A description for those who do not see it: what is drawn, and the main finding.
    data : Table
        The figures that are drawn.
    key : sequence of str
        Words for the numbered marks in the chart (events).
    note : str, optional
        A sentence beneath the chart.

    Raises
    ------
    ReportError
        When caption or text alternative is empty.
    """

    def __init__(
        self,
        figure: Figure,
        *,
        caption: str,
        alt: str,
        data: Table,
        key: Sequence[str] = (),
        note: str | None = None,
    ) -> None:
        check_words(caption, alt)
        self.caption = caption
        self.alt = alt
        self.data = data
        self.released = data.released
        self.key = tuple(key)
        self.note = note
        self.id = stable_id("chart", caption, alt + data.frame.to_csv(index=False))
        self.svg = svg_of(figure, f"c{self.id[-8:]}", alt)

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.alt}\n{self.data.frame.to_string(index=False)}"

    def _repr_html_(self) -> str:
        items = Markup("").join(Markup("<li>{}</li>").format(unbroken(words)) for words in self.key)
        key = Markup('<p class="ehp-key-title">{}</p><ol class="ehp-key">{}</ol>\n').format(say("chart.events"), items)
        return _FIGURE.format(
            id=self.id,
            released=Markup(" data-released") if self.released else "",
            caption=unbroken(self.caption),
            svg=Markup(self.svg),
            key=key if self.key else "",
            note=Markup('<p class="ehp-note">{}</p>\n').format(unbroken(self.note)) if self.note else "",
            summary=say("chart.data_summary"),
            data=Markup(self.data._repr_html_()),
        )


def check_words(caption: str, alt: str) -> None:
    """Refuse a chart without words, before any time is spent on drawing it."""
    if not caption.strip():
        raise ReportError("A chart has no caption: say in a sentence what it shows (caption=...)")
    if not alt.strip():
        raise ReportError(f"The chart '{caption}' has no description for those who do not see it (alt=...)")


def check_columns(frame: pd.DataFrame, columns: Sequence[str], caption: str, *, empty: bool = False) -> None:
    """Say which columns a chart's frame lacks, and, unless it may be `empty`, that it has no rows."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ReportError(f"The chart '{caption}' needs the column {', '.join(missing)} in its frame")
    if frame.empty and not empty:
        raise ReportError(f"The chart '{caption}' has no rows to draw: say so in a sentence instead")


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the project's style, whatever the notebook has set, and leave its settings as they were."""
    with style.context([sns.axes_style("whitegrid"), _RC], after_reset=True):
        yield


def new_figure(height: float) -> Figure:
    """Open a figure of the common width; no pyplot, so nothing is shown or kept by itself."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.05)  # type: ignore[union-attr, call-arg]
    return figure


def percent_axis(axes: Axes, which: str, low: float, high: float) -> None:
    """Set the limits of a share's axis and label it in per cent."""
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if (high - low) / step <= 5.01)
    ticks = [low + step * i for i in range(round((high - low) / step) + 1)]
    words = [f"{tick:.0%}" for tick in ticks]
    if which == "x":
        axes.set_xlim(low, high)
        axes.set_xticks(ticks, words)
    else:
        axes.set_ylim(low, high)
        axes.set_yticks(ticks, words)


def share_limits(values: pd.Series) -> tuple[float, float]:
    """Choose the ends of a share's axis: 0 to 100%, unless everything lies in one part of it."""
    lowest, highest = float(values.min()), float(values.max())
    if lowest >= 0.55:
        return 0.5, 1.0
    for end in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5):
        if highest <= 0.95 * end:
            return 0.0, end
    return 0.0, 1.0


def axis_note(low: float, high: float) -> str | None:
    """Say so where the axis of a share does not run from 0 to 100%."""
    if low > 0:
        return say("chart.axis_start", start=f"{low:.0%}")
    return say("chart.axis_end", end=f"{high:.0%}") if high < 1 else None


def joined(*notes: str | None) -> str | None:
    """Join the sentences that there are."""
    return " ".join(note for note in notes if note) or None


def wrapped(words: object, width: int) -> str:
    """Break words into lines of at most about `width` letters."""
    return "\n".join(textwrap.wrap(str(words), width)) or str(words)


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart until they are `gap` from one another, each as near to its place as may be.

    Labels that would overlap form a block about the middle of their places (pool adjacent violators);
    blocks stay between `low` and `high` where there is room.
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    blocks: list[list[int]] = []

    def start(block: list[int]) -> float:
        middle = sum(positions[i] for i in block) / len(block)
        height = gap * (len(block) - 1)
        return max(low, min(middle - height / 2, high - height))

    for i in order:
        blocks.append([i])
        while len(blocks) > 1 and start(blocks[-1]) - start(blocks[-2]) < gap * len(blocks[-2]) - 1e-9:
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    moved = [0.0] * len(positions)
    for block in blocks:
        for step, i in enumerate(block):
            moved[i] = start(block) + gap * step
    return moved


def mark_events(axes: Axes, places: Sequence[float], across: int = 1, *, foot: bool = False) -> None:
    """Draw a thin line for each event, with its number above; events close together share a mark ("2-4").

    `across` is how many pairs of axes stand side by side. `foot` puts the numbers at the foot of the lines, for
    a chart that writes above its axes.
    """
    low, high = axes.get_xlim()
    near = 24 / (WIDTH * POINTS * 0.85 / across) * (high - low)  # marks are 24 points wide at most
    clusters: list[list[int]] = []
    for number, place in enumerate(places):
        axes.axvline(place, **MARKS)
        if clusters and place - places[clusters[-1][-1]] < near:
            clusters[-1].append(number)
        else:
            clusters.append([number])
    for cluster in clusters:
        one = len(cluster) == 1
        axes.annotate(
            f"{cluster[0] + 1}" if one else f"{cluster[0] + 1}-{cluster[-1] + 1}",
            (sum(places[number] for number in cluster) / len(cluster), 0 if foot else 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 13 if foot else 10),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL,
            color="white",
            fontweight="bold",
            bbox={
                "boxstyle": "circle,pad=0.25" if one else "round,pad=0.25,rounding_size=0.6",
                "facecolor": GREY,
                "edgecolor": "none",
            },
        )


def event_key(words: object, year: int) -> str:
    """Write an event for the key beneath a chart."""
    return say("chart.event", words=words, year=year)


_FIGURE = Markup("""\
<figure class="ehp-chart" role="group" aria-labelledby="{id}"{released}>
<figcaption id="{id}">{caption}</figcaption>
<div class="ehp-drawing">{svg}</div>
{key}{note}<details class="ehp-data"><summary>{summary}<span class="ehp-hidden">: {caption}</span></summary>
{data}</details>
</figure>
""")
