"""What the cells of the admin's lists hold: names that lead on, bars with numbers, moments."""

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
    """Return the address of a page of the admin; None where no app brings that page."""
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return None


def page_link(label: Any, page: str, *args: Any) -> SafeString:
    """Return a label that leads to a page of the admin, where some app brings that page."""
    url = detail_url(page, *args) if all(args) else None
    return format_html('<a href="{}">{}</a>', url, label) if url else format_html("{}", label)


def short_id(key: UUID) -> SafeString:
    """Return an id as long as there is room for; one click marks all of it, to be copied."""
    return format_html('<code class="id" title="{0}">{0}</code>', key.hex)


def moment(at: datetime | None) -> SafeString:
    """Return when something happened, to the minute."""
    if at is None:
        return format_html("{}", "")
    shown = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), shown)


def bar(part: float) -> SafeString:
    """Return a share as a bar, with its number beside it."""
    return format_html(
        '<span class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-track" width="100" height="10"/>'
        '<rect class="bar-fill" width="{}" height="10"/></svg>{}</span>',
        round(100 * part, 1),
        percent(part),
    )


def badge(text: Any, kind: str = "") -> SafeString:
    """Return a word that is to be seen at once."""
    return format_html('<span class="badge {}">{}</span>', kind, text)


def json_details(value: Any) -> SafeString:
    """Return JSON over several lines, shut until it is wanted."""
    if value in (None, [], {}):
        return format_html("{}", pgettext("no value", "none"))
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return format_html("<details><summary>{}</summary><pre>{}</pre></details>", _("JSON"), text)


def stacked_lines(*parts: Any) -> SafeString:
    """Return parts below each other, each after the first in small letters."""
    first, *others = [part for part in parts if part]
    below = [format_html('<span class="small quiet below">{}</span>', part) for part in others]
    return mark_safe("".join([format_html("{}", first), *below]))  # noqa: S308  # each is escaped
