"""Template filter for rows of admin lists: label each cell with its column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst

register = template.Library()


@register.filter
def with_labels(row: Iterable[SafeString], headers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Add each column's header to its cell as `data-label`.

    On a narrow screen a row is shown as a card, where the table's header is hidden.
    """
    for cell, header in zip(row, headers, strict=False):
        tag, rest = cell[:3], cell[3:]
        # The header of the checkbox column is a checkbox, hence without text.
        label = capfirst(strip_tags(header["text"]))
        # The cell's HTML comes from Django and is already escaped.
        yield SafeString(format_html('{} data-label="{}"', SafeString(tag), label) + rest)
