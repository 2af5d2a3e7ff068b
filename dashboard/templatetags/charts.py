"""Template tags for charts: inline SVG and a table of the numbers, without inline styles.

A strip and a heat map are HTML: their marks are links, and the numbers are their text.
"""

from __future__ import annotations

from typing import Any

from django import template

from dashboard import charts as drawing
from dashboard.charts import BarChart, HeatMap, LineChart, StripChart

register = template.Library()


@register.inclusion_tag("dashboard/charts/line.html")
def line_chart(chart: LineChart) -> dict[str, Any]:
    """Render a line chart with its bands."""
    return {
        "chart": chart,
        "drawing": drawing.draw_lines(chart),
        "has_ranges": any(point.range_text for series in chart.series for point in series.points),
    }


@register.inclusion_tag("dashboard/charts/bar.html")
def bar_chart(chart: BarChart) -> dict[str, Any]:
    """Render a bar chart."""
    return {"chart": chart, "drawing": drawing.draw_bars(chart)}


@register.inclusion_tag("dashboard/charts/strip.html")
def strip_chart(chart: StripChart) -> dict[str, Any]:
    """Render a strip of attempts."""
    return {"chart": chart}


@register.inclusion_tag("dashboard/charts/heat.html")
def heat_map(chart: HeatMap) -> dict[str, Any]:
    """Render a heat map."""
    return {"chart": chart}


@register.inclusion_tag("dashboard/charts/meter.html")
def meter(share: float, text: str, mark: float | None = None) -> dict[str, Any]:
    """Render a share in [0, 1] as a bar with its text; `mark` is a target value."""
    width = round(100 * min(max(share, 0.0), 1.0), 1)
    return {"width": width, "text": text, "mark": None if mark is None else round(100 * mark, 1)}
