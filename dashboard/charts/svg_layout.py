"""Geometry of charts, in units of an SVG view box.

Coordinates are rounded to tenths to keep pages small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

from dashboard.charts.charts import Bar, BarChart, LineChart, Point, Series

WIDTH, HEIGHT = 640.0, 300.0
# Space for labels at their size on narrow screens.
LEFT, RIGHT, TOP, BOTTOM = 62.0, 16.0, 16.0, 34.0
SHAPES = 6
MAX_DOTS = 25  # more would hide the line
MAX_LABELS = 6
MAX_BAR_LABELS = 4  # for three charts side by side, with long names of months
DOT = 4.5
BAR_SHARE = 0.72  # of the slot of a bar


XY = tuple[float, float]
_PositionFunction = Callable[[float, float], XY]


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text at a position; `anchor` is SVG's text-anchor, which keeps it inside the picture."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, kw_only=True)
class DrawnLine:
    """One line as SVG paths, with the paths of its dots."""

    label: str
    number: int
    is_model: bool
    path: str
    band: str
    dots: Sequence[str]
    sample: str


@dataclass(frozen=True, kw_only=True)
class DrawnBar:
    """One bar as a rectangle, with its value above it if there is room."""

    x: float
    y: float
    width: float
    height: float
    label: str
    text: str
    over: Label | None


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The parts of a chart, in view box units."""

    lines: Sequence[DrawnLine] = ()
    bars: Sequence[DrawnBar] = ()
    x_labels: Sequence[Label] = ()
    y_labels: Sequence[Label] = ()
    goal: float | None = None
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM
    view_box: str = field(default=f"0 0 {WIDTH:g} {HEIGHT:g}")


def draw_lines(chart: LineChart) -> Drawing:
    """Return the layout of a line chart; without points only the axes."""
    xs = [point.x for series in chart.series for point in series.points]
    xs += [tick.value for tick in chart.x_ticks]
    ends = (min(xs, default=0.0), max(xs, default=1.0))

    def position_of(x: float, y: float) -> XY:
        return x_position(x, *ends), y_position(y, chart.low, chart.high)

    return Drawing(
        lines=[
            _draw_line(series, number, position_of)
            for number, series in enumerate(chart.series[:SHAPES])
        ],
        x_labels=_x_axis_labels(
            [(x_position(tick.value, *ends), tick.text) for tick in chart.x_ticks]
        ),
        y_labels=[
            _y_axis_label(y_position(t.value, chart.low, chart.high), t.text) for t in chart.y_ticks
        ],
        goal=None if chart.goal is None else y_position(chart.goal.value, chart.low, chart.high),
    )


def draw_bars(chart: BarChart) -> Drawing:
    """Return the layout of a bar chart; a bar of 0 has no height."""
    top = nice_top(max((bar.value for bar in chart.bars), default=0.0))
    slot = (WIDTH - RIGHT - LEFT) / max(len(chart.bars), 1)
    step = ceil(len(chart.bars) / MAX_BAR_LABELS) or 1
    bars = [_draw_bar(bar, LEFT + slot * i, slot, top) for i, bar in enumerate(chart.bars)]
    named = [(bar.x + bar.width / 2, bar.label) for bar in bars[::step]]
    return Drawing(
        bars=bars,
        x_labels=_x_axis_labels(named),
        y_labels=[_y_axis_label(y_position(y, 0.0, top), f"{y:g}") for y in (0.0, top / 2, top)],
    )


def x_position(value: float, low: float, high: float) -> float:
    """Return the x coordinate of a value; the middle if `low` equals `high`."""
    share = (value - low) / (high - low) if high > low else 0.5
    return round(LEFT + share * (WIDTH - RIGHT - LEFT), 1)


def y_position(value: float, low: float, high: float) -> float:
    """Return the y coordinate of a value, from the top as in SVG, clamped to the ends."""
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def nice_top(maximum: float) -> float:
    """Return the smallest of 2, 4, 6, 8, 10 times a power of ten that is at least `maximum`."""
    if maximum <= 2:
        return 2.0
    power = 10.0 ** floor(log10(maximum))
    return next(power * step for step in (1, 2, 4, 6, 8, 10) if power * step >= maximum)


def spaced(low: float, high: float, limit: int = MAX_LABELS) -> list[float]:
    """Return up to `limit` (>= 2) evenly spaced values from `low` to `high`, both included."""
    if high <= low:
        return [low]
    return [low + (high - low) * i / (limit - 1) for i in range(limit)]


def whole_steps(last: int, limit: int = MAX_LABELS) -> list[int]:
    """Return up to `limit` evenly spaced whole numbers from 1 up to `last`."""
    step = max(ceil((last - 1) / (limit - 1)), 1)
    return list(range(1, last + 1, step))


def dot(shape: int, x: float, y: float) -> str:
    """Return the path of one of six shapes: circle, square, triangle, diamond, cross, wedge."""
    r, d = DOT, round(DOT * 1.25, 2)
    paths = (
        f"M{x - r:g},{y:g}a{r:g},{r:g} 0 1 0 {2 * r:g},0a{r:g},{r:g} 0 1 0 {-2 * r:g},0z",
        f"M{x - r:g},{y - r:g}h{2 * r:g}v{2 * r:g}h{-2 * r:g}z",
        f"M{x:g},{y - d:g}L{x + d:g},{y + r:g}L{x - d:g},{y + r:g}z",
        f"M{x:g},{y - d:g}L{x + d:g},{y:g}L{x:g},{y + d:g}L{x - d:g},{y:g}z",
        f"M{x - r:g},{y - r:g}L{x + r:g},{y + r:g}M{x - r:g},{y + r:g}L{x + r:g},{y - r:g}",
        f"M{x:g},{y + d:g}L{x + d:g},{y - r:g}L{x - d:g},{y - r:g}z",
    )
    return paths[shape % SHAPES]


def _draw_line(series: Series, number: int, position_of: _PositionFunction) -> DrawnLine:
    points = [position_of(point.x, point.y) for point in series.points]
    shown = range(len(points)) if len(points) <= MAX_DOTS else (0, len(points) - 1)
    return DrawnLine(
        label=series.label,
        number=number,
        is_model=series.is_model,
        path=_path(points) if len(points) > 1 else "",
        band=_band(series.points, position_of),
        dots=[] if series.is_model else [dot(number, *points[i]) for i in shown],
        sample=dot(number, 14.0, 7.0),
    )


def _path(points: Sequence[XY]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)


def _band(points: Sequence[Point], position_of: _PositionFunction) -> str:
    """Return the outline between the bounds: along the upper ones and back along the lower ones."""
    bounded = [
        (point.x, point.low, point.high)
        for point in points
        if point.low is not None and point.high is not None
    ]
    if len(bounded) < 2:
        return ""
    upper = [position_of(x, high) for x, _, high in bounded]
    lower = [position_of(x, low) for x, low, _ in reversed(bounded)]
    return _path([*upper, *lower]) + "z"


def _draw_bar(bar: Bar, x: float, slot: float, top: float) -> DrawnBar:
    y, width = y_position(bar.value, 0.0, top), round(slot * BAR_SHARE, 1)
    x = round(x + (slot - width) / 2, 1)
    has_room = bar.value > 0 and len(bar.text) * 12 <= slot
    return DrawnBar(
        x=x,
        y=y,
        width=width,
        height=round(HEIGHT - BOTTOM - y, 1),
        label=bar.label,
        text=bar.text,
        over=Label(x=round(x + width / 2, 1), y=round(y - 4, 1), text=bar.text)
        if has_room
        else None,
    )


def _x_axis_labels(texts: Sequence[tuple[float, str]]) -> list[Label]:
    return [Label(x=round(x, 1), y=HEIGHT - 8, text=text, anchor=_anchor(x)) for x, text in texts]


def _anchor(x: float) -> str:
    if x < LEFT + 30:
        return "start"
    return "end" if x > WIDTH - RIGHT - 30 else "middle"


def _y_axis_label(y: float, text: str) -> Label:
    return Label(x=LEFT - 8, y=y, text=text, anchor="end")
