"""HTML of cells in admin lists: links, short ids, times, bars, badges and folded JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from infra.admin.quantities import percent


def detail_url(name: str, *args: Any) -> str | None:
    """Return the URL of a page of the admin site; None if no installed app provides the page."""
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return None


class DetailURL:
    """The URLs of many pages of the same kind, each named by ids; they are reversed once."""

    def __init__(self, name: str, ids: int) -> None:
        self.placeholders = [UUID(int=number) for number in range(ids)]
        self.pattern = detail_url(name, *self.placeholders)

    def __call__(self, *ids: UUID) -> str | None:
        """Return the URL of one page; None if no installed app provides the page."""
        url = self.pattern
        for placeholder, key in zip(self.placeholders, ids, strict=True):
            url = url and url.replace(str(placeholder), str(key))
        return url


def page_link(label: Any, page: str, *args: Any) -> SafeString:
    """Return a label as a link to a page of the admin site.

    It is plain text if no installed app provides the page, or if an argument is empty.
    """
    url = detail_url(page, *args) if all(args) else None
    return format_html('<a href="{}">{}</a>', url, label) if url else format_html("{}", label)


def short_id(key: UUID) -> SafeString:
    """Return a UUID in hex; CSS shortens it to the cell, and one click selects all of it."""
    return format_html('<code class="id" title="{0}">{0}</code>', key.hex)


def moment(at: datetime | None) -> SafeString:
    """Return a date with time in the current time zone; empty for None."""
    if at is None:
        return format_html("{}", "")
    shown = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), shown)


def bar(part: float) -> SafeString:
    """Return a share in [0, 1] as a bar with the percentage beside it."""
    return format_html(
        '<span class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-track" width="100" height="10"/>'
        '<rect class="bar-fill" width="{}" height="10"/></svg>{}</span>',
        round(100 * part, 1),
        percent(part),
    )


def badge(text: Any, kind: str = "") -> SafeString:
    """Return a highlighted word; `kind` is its CSS class."""
    return format_html('<span class="badge {}">{}</span>', kind, text)


def json_details(value: Any) -> SafeString:
    """Return indented JSON in a closed `<details>` element; "none" for an empty value."""
    if value in (None, [], {}):
        return format_html("{}", pgettext("no value", "none"))
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return format_html("<details><summary>{}</summary><pre>{}</pre></details>", _("JSON"), text)


def stacked_lines(*parts: Any) -> SafeString:
    """Return the non-empty parts as lines, each line after the first in small letters."""
    first, *others = [part for part in parts if part]
    below = [format_html('<span class="small quiet below">{}</span>', part) for part in others]
    return mark_safe("".join([format_html("{}", first), *below]))  # noqa: S308  # each is escaped
