"""Template tags for charts: inline SVG and a table of the numbers, without inline styles.

A strip and a heat map are HTML: their marks are links, and the numbers are their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dashboard import charts as drawing
from dashboard.charts import Bar, BarChart, Cell, HeatMap, LineChart, Point, StripChart
from dashboard.charts.svg_layout import DrawnBar

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


# Django's templates need ten times longer for these hundreds of small elements.


@register.filter
def heat_cells(cells: Sequence[Cell | None]) -> SafeString:
    """Render the cells of a row of a heat map."""
    empty = format_html(
        '<td class="none"><span aria-hidden="true">·</span>'
        '<span class="visually-hidden">{}</span></td>',
        _("no answers"),
    )
    return mark_safe("".join([_heat_cell(cell) if cell else empty for cell in cells]))  # noqa: S308  # each is escaped


def _heat_cell(cell: Cell) -> str:
    text: str = escape(cell.text)
    if cell.url:
        text = f'<a href="{escape(cell.url)}">{text}</a>'
    if cell.symbol:
        text += f' <span aria-hidden="true">{escape(cell.symbol)}</span>'
    if cell.note:
        text += f'<span class="visually-hidden"> {escape(cell.note)}</span>'
    return f'<td class="{cell.css_class}">{text}</td>'


@register.filter
def columns(bars: Sequence[DrawnBar]) -> SafeString:
    """Render the bars of a chart as SVG."""
    return mark_safe("".join([_column(bar) for bar in bars]))  # noqa: S308  # each is escaped


def _column(bar: DrawnBar) -> str:
    column = (
        f'<rect class="column" x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}"'
        ' rx="2"/>'
    )
    if bar.over is None:
        return column
    return (
        f'{column}<text x="{bar.over.x}" y="{bar.over.y}" text-anchor="middle">'
        f"{escape(bar.over.text)}</text>"
    )


@register.filter
def bar_rows(bars: Sequence[Bar]) -> SafeString:
    """Render the bars of a chart as rows of a table."""
    return mark_safe(  # noqa: S308  # each is escaped
        "".join(
            [
                f'<tr><td>{escape(bar.label)}</td><td class="number">{escape(bar.text)}</td></tr>'
                for bar in bars
            ]
        )
    )


@register.filter
def point_rows(chart: LineChart, has_ranges: bool) -> SafeString:  # noqa: FBT001  # as filters are called
    """Render the points of a line chart as rows of a table, with their ranges if there are any."""
    rows = [
        _point_row(point, escape(series.label), has_ranges=has_ranges)
        for series in chart.series
        for point in series.points
    ]
    return mark_safe("".join(rows))  # noqa: S308  # each is escaped


def _point_row(point: Point, label: str, *, has_ranges: bool) -> str:
    limits = f'<td class="number">{escape(point.range_text)}</td>' if has_ranges else ""
    return (
        f"<tr><td>{escape(point.x_text)}</td><td>{label}</td>"
        f'<td class="number">{escape(point.y_text)}</td>{limits}</tr>'
    )


@register.inclusion_tag("dashboard/charts/meter.html")
def meter(share: float, text: str, mark: float | None = None) -> dict[str, Any]:
    """Render a share in [0, 1] as a bar with its text; `mark` is a target value."""
    width = round(100 * min(max(share, 0.0), 1.0), 1)
    return {"width": width, "text": text, "mark": None if mark is None else round(100 * mark, 1)}
