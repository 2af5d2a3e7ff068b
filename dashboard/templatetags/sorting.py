"""Headings of columns by which a table can be sorted."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.sorting import Sorting

register = template.Library()


@register.simple_tag(takes_context=True)
def sort_heading(
    context: dict[str, Any], sorting: Sorting[Any], column: str, label: str, css_class: str = ""
) -> SafeString:
    """Render the heading of a column, as a link that sorts by it, or reverses the order."""
    is_chosen = sorting.column == column
    params = context["request"].GET.copy()
    params["sort"] = f"-{column}" if is_chosen and not sorting.descending else column
    direction = "descending" if sorting.descending else "ascending"
    return format_html(
        '<th scope="col" class="{}"{}><a href="?{}">{}{}</a></th>',
        css_class,
        format_html(' aria-sort="{}"', direction) if is_chosen else "",
        params.urlencode(),
        label,
        format_html(' <span aria-hidden="true">{}</span>', "▾" if sorting.descending else "▴")
        if is_chosen
        else "",
    )
