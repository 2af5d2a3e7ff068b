"""Charts as plain values and as geometry, without Django, language or colour.

The caller provides the data and the texts; `templatetags.charts` renders them.
"""

from __future__ import annotations

from dashboard.charts.charts import (
    Bar,
    BarChart,
    Cell,
    Head,
    HeatMap,
    HeatRow,
    LineChart,
    Mark,
    Point,
    Series,
    StripChart,
    Tick,
    shade,
)
from dashboard.charts.svg_layout import (
    Drawing,
    dot,
    draw_bars,
    draw_lines,
    nice_top,
    spaced,
    whole_steps,
    x_position,
    y_position,
)

__all__ = [
    "Bar",
    "BarChart",
    "Cell",
    "Drawing",
    "Head",
    "HeatMap",
    "HeatRow",
    "LineChart",
    "Mark",
    "Point",
    "Series",
    "StripChart",
    "Tick",
    "dot",
    "draw_bars",
    "draw_lines",
    "nice_top",
    "shade",
    "spaced",
    "whole_steps",
    "x_position",
    "y_position",
]
