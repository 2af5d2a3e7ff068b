"""Charts in templates: inline SVG with its numbers in a table below, and nothing inline besides.

A strip and a heat map are HTML: their marks are links, and their numbers are the text itself.
"""

from __future__ import annotations

from typing import Any

from django import template

from dashboard import charts as drawing
from dashboard.charts import BarChart, HeatMap, LineChart, StripChart

register = template.Library()


@register.inclusion_tag("dashboard/charts/line.html")
def line_chart(chart: LineChart) -> dict[str, Any]:
    """Draw lines, bands and all."""
    return {
        "chart": chart,
        "drawing": drawing.draw_lines(chart),
        "has_ranges": any(point.range_text for each in chart.series for point in each.points),
    }


@register.inclusion_tag("dashboard/charts/bar.html")
def bar_chart(chart: BarChart) -> dict[str, Any]:
    """Draw bars."""
    return {"chart": chart, "drawing": drawing.draw_bars(chart)}


@register.inclusion_tag("dashboard/charts/strip.html")
def strip_chart(chart: StripChart) -> dict[str, Any]:
    """Draw a strip of attempts."""
    return {"chart": chart}


@register.inclusion_tag("dashboard/charts/heat.html")
def heat_map(chart: HeatMap) -> dict[str, Any]:
    """Draw a heat map."""
    return {"chart": chart}


@register.inclusion_tag("dashboard/charts/meter.html")
def meter(share: float, text: str, mark: float | None = None) -> dict[str, Any]:
    """Draw a share in [0, 1] as a bar beside its text; `mark` is a height worth reaching."""
    width = round(100 * min(max(share, 0.0), 1.0), 1)
    return {"width": width, "text": text, "mark": None if mark is None else round(100 * mark, 1)}
