"""Rows of the admin's lists, each cell with the name of its column."""

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
    """Let each cell say what it is: on a narrow screen a row becomes a card without a header."""
    for cell, header in zip(row, headers, strict=False):
        tag, rest = cell[:3], cell[3:]
        # Above the boxes that choose rows is another box.
        label = capfirst(strip_tags(header["text"]))
        # The cell is Django's own, escaped as it is.
        yield SafeString(format_html('{} data-label="{}"', SafeString(tag), label) + rest)
