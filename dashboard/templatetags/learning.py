"""Template filters for skill states and answers."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from analytics import labels
from analytics.events import Source
from analytics.models import Item
from dashboard import presentation

register = template.Library()

register.filter("mastery", labels.mastery)
register.filter("level", labels.level)
register.filter("next_step", labels.next_step)
register.filter("reason_name", presentation.reason_name)
register.filter("velocity", labels.velocity)
register.filter("result", presentation.result)
register.filter("result_symbol", presentation.result_symbol)
register.filter("result_tone", presentation.result_tone)
register.filter("out_of", labels.out_of)


@register.simple_tag
def term(name: str) -> SafeString:
    """Return the name of a figure, with its explanation as a tooltip."""
    label, explanation = presentation.TERMS[name]
    return format_html('<abbr title="{}">{}</abbr>', explanation, label)


@register.filter
def item_name(item: Item, names: Mapping[UUID, str]) -> str:
    """Return the item's question if it is known, else its short name."""
    return names.get(item.pk) or labels.item_name(str(item))


@register.filter
def question_of(item: UUID, names: Mapping[UUID, str]) -> str:
    """Return the item's question; empty if it is not known."""
    return names.get(item, "")


@register.filter
def short_ids(thing: object) -> str:
    """Return the text of an object with long ids shortened; names of skills may include ids."""
    return labels.short_ids(str(thing))


@register.filter
def source_name(source: str) -> str:
    """Return the name of the API that an answer came from."""
    return str(presentation.SOURCES[Source(source)])
