"""What a chart shows, and in which words: nothing of where it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.core.bkt import MASTERY_BANDS


def shade(value: float) -> int:
    """Return how far up the scale of five a value in [0, 1] is, from 0."""
    return sum(value >= step for step in MASTERY_BANDS)


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A value on an axis, and how it is written."""

    value: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Point:
    """A point of a line and how it is written; `low` and `high` bound it where that is known."""

    x: float
    y: float
    x_text: str
    y_text: str
    low: float | None = None
    high: float | None = None
    range_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line; a model's is dashed."""

    label: str
    points: Sequence[Point]
    is_model: bool = False


@dataclass(frozen=True, kw_only=True)
class LineChart:
    """Lines over a common axis, up to six, whose points go rightwards.

    `goal` is a height worth reaching, `low` and `high` the ends of the upright axis.
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
    """One attempt of a strip: its kind (a class of the style sheet), symbol and meaning."""

    kind: str
    symbol: str
    text: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class StripChart:
    """Attempts one after the other, the first first."""

    title: str
    description: str
    marks: Sequence[Mark]


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a row or a column of a heat map is about."""

    label: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell, its value in [0, 1]; `symbol` and `note` say what is special about it."""

    value: float
    text: str
    symbol: str = ""
    note: str = ""
    url: str | None = None

    @property
    def shade(self) -> int:
        """How far up the scale it is, 0 to 4."""
        return shade(self.value)


@dataclass(frozen=True, kw_only=True)
class HeatRow:
    """One row: a cell a column, None where there is nothing."""

    head: Head
    cells: Sequence[Cell | None]


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """A table whose cells are shaded by their value."""

    title: str
    description: str
    corner: str
    columns: Sequence[Head]
    rows: Sequence[HeatRow]
