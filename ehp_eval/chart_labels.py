"""Words beside the points of a chart: none over another or over a mark, nor, where it can be helped, over a line.

Own code, since adjustText draws through pyplot, whose figures a notebook would show a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from ehp_eval.chart_style import POINTS, SMALL, spread

Array = NDArray[np.float64]
Line = tuple[ArrayLike, ArrayLike]  # x and y of its corners

_MARK = 5.5  # points kept free around the middle of a mark
_GAP = 4.0  # and around a label
_NEAR = 12.0  # a label farther from its mark than this gets a thin line to it
_DISTANCES = (7.5, 12.0, 18.0, 26.0, 36.0, 48.0, 62.0, 80.0, 100.0)
# In sixteenths of a turn, the preferred first: right, left, above, below, then between them.
_DIRECTIONS = tuple(pi / 8 * step for step in (0, 8, 4, 12, 2, 14, 6, 10, 1, 15, 7, 9, 3, 13, 5, 11))
_ROUNDS = 8
# What a fault of a place costs, in points of distance from the mark.
_OUTSIDE, _OVER_LABEL, _OVER_MARK, _OVER_LEADER = 1000.0, 500.0, 200.0, 150.0
_MARK_ON_LEADER, _NEAR_OTHER, _ON_LINE, _LINE_ON_LEADER = 40.0, 8.0, 6.0, 3.0


@dataclass(frozen=True)
class Place:
    """A label's box, and the way (`leader`) from its mark to the middle of the box; all in points."""

    which: int  # of the marks that have the label in common
    mark: Array
    leader: Array
    half: Array
    distance: float

    @property
    def low(self) -> Array:
        """The lower left corner."""
        return self.mark + self.leader - self.half

    @property
    def high(self) -> Array:
        """The upper right corner."""
        return self.mark + self.leader + self.half

    def holds(self, points: Array) -> bool:
        """Tell whether any of the points (rows of x, y) is in the box."""
        return bool(np.all((points > self.low) & (points < self.high), axis=1).any())

    def meets(self, other: Place) -> bool:
        """Tell whether two labels touch."""
        return bool(np.all((self.low < other.high + _GAP) & (other.low < self.high + _GAP)))


def label_places(
    marks: Sequence[Array],
    sizes: Sequence[tuple[float, float]],
    area: tuple[float, float],
    *,
    marked: Array,
    lines: Array,
) -> list[Place]:
    """Choose for each label the place that costs least: near its mark, on nothing else.

    Each label in turn takes the cheapest of some 150 places around its mark while the others stay, until
    none moves: the local search of Christensen, Marks and Shieber (1995, "An empirical study of algorithms
    for point-feature label placement"), started from the best place of each label alone.

    Parameters
    ----------
    marks : sequence of n arrays, shape (k, 2)
        The marks that have labels, in points from the lower left corner of the axes; where several have one
        in common, it stands by any of them.
    sizes : sequence of (float, float), length n
        Width and height of each label, in points.
    area : (float, float)
        Width and height of the axes, in points.
    marked : array, shape (m, 2)
        Every mark that no label may cover.
    lines : array, shape (k, 2)
        Points along the lines that labels should keep clear of.
    """
    choices = [_choices(own, size, area, marked, lines) for own, size in zip(marks, sizes, strict=True)]
    chosen = [options[0][1] for options in choices]
    for _ in range(_ROUNDS):
        before = list(chosen)
        for i, options in enumerate(choices):
            others = chosen[:i] + chosen[i + 1 :]
            best = np.inf
            for cost, place in options:
                if cost >= best:  # the options stand in order of their own cost
                    break
                whole = cost + sum(_conflict(place, other) for other in others)
                if whole < best:
                    best, chosen[i] = whole, place
        if all(now is then for now, then in zip(chosen, before, strict=True)):
            break
    return chosen


def name_points(
    axes: Axes,
    named: Sequence[Line],
    words: Sequence[str],
    *,
    marks: Line,
    lines: Sequence[Line],
) -> None:
    """Write words beside points; to be called last, when all that takes room stands in the figure.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where the points are drawn.
    named, words : sequences of the same length
        The points, as (x, y), and their names; a name of several points stands by one of them.
    marks : (x, y)
        Every mark that no name may cover, the named ones included.
    lines : sequence of (x, y)
        Lines that names should keep clear of.
    """
    if not words:
        return
    figure = axes.get_figure(root=True)
    assert figure is not None
    trial = [axes.text(0, 0, text, fontsize=SMALL, in_layout=False) for text in words]
    figure.draw_without_rendering()
    scale = POINTS / figure.dpi
    extents = [text.get_window_extent() for text in trial]
    for text in trial:
        text.remove()

    def in_points(across: ArrayLike, up: ArrayLike) -> Array:
        pixels = axes.transData.transform(np.column_stack([across, up]).astype(float))
        return np.asarray((pixels - axes.bbox.p0) * scale, dtype=np.float64)

    along = np.vstack([np.empty((0, 2)), *(_along(in_points(*line)) for line in lines)])
    places = label_places(
        [in_points(*own) for own in named],
        [(extent.width * scale, extent.height * scale) for extent in extents],
        (axes.bbox.width * scale, axes.bbox.height * scale),
        marked=in_points(*marks),
        lines=along,
    )
    for name, own, place in zip(words, named, places, strict=True):
        axes.annotate(
            name,
            (np.atleast_1d(own[0])[place.which], np.atleast_1d(own[1])[place.which]),
            xytext=(place.leader[0], place.leader[1]),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL,
            annotation_clip=False,
            in_layout=False,
            zorder=3.5,  # over lines, under marks
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.5} if place.holds(along) else None,
            arrowprops=None
            if place.distance < _NEAR
            else {"arrowstyle": "-", "color": "#8A8A8A", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 4},
        )


def name_ends(axes: Axes, ends: Sequence[tuple[float, str]], height: float) -> None:
    """Write words at the right of the axes, each beside its value, moved apart where they would touch.

    `height` is that of the figure, in inches.
    """
    low, high = axes.get_ylim()
    point = (high - low) / (height * POINTS * 0.8)  # in values; the axes get about 0.8 of the figure
    lines = max((words.count("\n") + 1 for _, words in ends), default=1)
    moved = spread(
        [value for value, _ in ends], (1.25 * lines * SMALL + 2) * point, low + 0.6 * lines * SMALL * point, high
    )
    for (value, words), place in zip(ends, moved, strict=True):
        axes.annotate(
            words,
            (1, value),
            xycoords=("axes fraction", "data"),
            xytext=(10, (place - value) / point),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            arrowprops={"arrowstyle": "-", "color": "#8A8A8A", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0},
            annotation_clip=False,
        )


def _choices(
    own: Array, size: tuple[float, float], area: tuple[float, float], marked: Array, lines: Array
) -> list[tuple[float, Place]]:
    """List the places around the marks of a label with what each costs by itself, the cheapest first."""
    half = np.array(size) / 2
    distances = np.repeat(_DISTANCES, len(_DIRECTIONS))
    ways = np.tile(np.column_stack([np.cos(_DIRECTIONS), np.sin(_DIRECTIONS)]), (len(_DISTANCES), 1))
    sides = np.where(np.abs(ways) > 0.39, np.sign(ways), 0)  # nearly straight up or down: centred
    leaders = ways * distances[:, np.newaxis] + sides * half
    others = marked[~_among(marked, own)]
    far = distances >= _NEAR
    options = []
    for which, mark in enumerate(own):
        low, high = mark + leaders - half, mark + leaders + half
        cost = distances + 0.4 * np.tile(np.arange(len(_DIRECTIONS)), len(_DISTANCES))
        cost += _OUTSIDE * (np.maximum(-low, 0) + np.maximum(high - area, 0)).sum(axis=1)
        cost += _OVER_MARK * _held(marked, low, high, _MARK) + _ON_LINE * _held(lines, low, high, 1.5)
        cost += _NEAR_OTHER * _held(others, low, high, 2 * _MARK)  # it would be read as that mark's name
        passed = marked[~_among(marked, mark[np.newaxis])]
        cost[far] += _MARK_ON_LEADER * _beside(passed, mark, leaders[far], _MARK)
        cost[far] += _LINE_ON_LEADER * _beside(lines, mark, leaders[far], 1.5)
        for each, leader, distance in zip(cost, leaders, distances, strict=True):
            options.append((float(each), Place(which, mark, leader, half, float(distance))))
    return sorted(options, key=lambda option: option[0])


def _conflict(one: Place, other: Place) -> float:
    """Say what two places cost together."""
    cost = _OVER_LABEL if one.meets(other) else 0.0
    for place, beside in ((one, other), (other, one)):
        if beside.distance >= _NEAR:
            steps = np.linspace(0, 1, 12)[:, np.newaxis]
            cost += _OVER_LEADER * place.holds(beside.mark + beside.leader * steps)
    if one.distance >= _NEAR and other.distance >= _NEAR:
        cost += _OVER_LEADER * _cross(one, other)
    return cost


def _cross(one: Place, other: Place) -> bool:
    """Tell whether the lines of two labels to their marks cross."""
    turn = _area(one.leader, other.leader)
    if abs(turn) < 1e-9:  # side by side
        return False
    apart = other.mark - one.mark
    return 0 < _area(apart, other.leader) / turn < 1 and 0 < _area(apart, one.leader) / turn < 1


def _area(one: Array, other: Array) -> float:
    return float(one[0] * other[1] - one[1] * other[0])


def _among(points: Array, some: Array) -> NDArray[np.bool_]:
    """Tell which points are among some others."""
    found: NDArray[np.bool_] = (np.abs(points[:, np.newaxis] - some).max(axis=2) < 1).any(axis=1)
    return found


def _held(points: Array, low: Array, high: Array, margin: float) -> Array:
    """Count the points in each of several boxes and a margin around it."""
    x, y = points.T[:, np.newaxis]
    inside = (x > low[:, :1] - margin) & (x < high[:, :1] + margin)
    inside &= (y > low[:, 1:] - margin) & (y < high[:, 1:] + margin)
    return np.asarray(inside.sum(axis=1), dtype=np.float64)


def _beside(points: Array, mark: Array, leaders: Array, margin: float) -> Array:
    """Count the points that lie within a margin of each of several straight lines from a mark."""
    x, y = (points - mark).T[:, np.newaxis]
    way = leaders[:, :1], leaders[:, 1:]
    along = np.clip((x * way[0] + y * way[1]) / (way[0] ** 2 + way[1] ** 2), 0, 1)
    near = (x - along * way[0]) ** 2 + (y - along * way[1]) ** 2 < margin**2
    return np.asarray(near.sum(axis=1), dtype=np.float64)


def _along(corners: Array) -> Array:
    """Put points along a line through corners, about three points (1/24 inch) apart."""
    corners = corners[np.isfinite(corners).all(axis=1)]
    if len(corners) < 2:
        return corners
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    steps = np.linspace(0, lengths[-1], max(2, int(lengths[-1] / 3)))
    return np.column_stack([np.interp(steps, lengths, corners[:, 0]), np.interp(steps, lengths, corners[:, 1])])
