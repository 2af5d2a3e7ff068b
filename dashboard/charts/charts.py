"""Chart data and texts, without geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.core.bkt import MASTERY_BANDS


def shade(value: float) -> int:
    """Return the step of a value in [0, 1] on a scale of five, from 0."""
    return sum(value >= step for step in MASTERY_BANDS)


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A value on an axis and its text."""

    value: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Point:
    """A point of a line with its texts; `low` and `high` are its bounds if they are known."""

    x: float
    y: float
    x_text: str
    y_text: str
    low: float | None = None
    high: float | None = None
    range_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line of a chart; lines of a model are dashed."""

    label: str
    points: Sequence[Point]
    is_model: bool = False


@dataclass(frozen=True, kw_only=True)
class LineChart:
    """Up to six lines over a common axis, with points in order of x.

    `goal` is a target value; `low` and `high` are the ends of the y axis.
    """

    title: str
    description: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    low: float = 0.0
    high: float = 1.0
    goal: Tick | None = None


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; `value` >= 0."""

    label: str
    value: float
    text: str


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """Bars side by side."""

    title: str
    description: str
    x_label: str
    y_label: str
    bars: Sequence[Bar]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One attempt of a strip: its kind (a CSS class), symbol and text."""

    kind: str
    symbol: str
    text: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class StripChart:
    """Attempts in a row, the first one first."""

    title: str
    description: str
    marks: Sequence[Mark]


@dataclass(frozen=True, kw_only=True)
class Head:
    """The header of a row or a column of a heat map."""

    label: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell with a value in [0, 1]; `symbol` and `note` mark a special state.

    None means that too little is known for a value.
    """

    value: float | None
    text: str
    symbol: str = ""
    note: str = ""
    url: str | None = None

    @property
    def css_class(self) -> str:
        """The step of the value on the scale as a CSS class."""
        return "none" if self.value is None else f"h{shade(self.value)}"


@dataclass(frozen=True, kw_only=True)
class HeatRow:
    """One row with one cell per column; None if there is no value."""

    head: Head
    cells: Sequence[Cell | None]


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """A table with cells shaded by value."""

    title: str
    description: str
    corner: str
    columns: Sequence[Head]
    rows: Sequence[HeatRow]
