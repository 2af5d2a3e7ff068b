"""What is believed and was answered, in words, in templates."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django import template

from analytics import labels
from analytics.events import Source
from analytics.models import Item
from dashboard import presentation

register = template.Library()

register.filter("mastery", labels.mastery)
register.filter("velocity", labels.velocity)
register.filter("result", presentation.result)
register.filter("result_symbol", presentation.result_symbol)
register.filter("result_tone", presentation.result_tone)
register.filter("out_of", presentation.out_of)


@register.filter
def item_name(item: Item, names: Mapping[UUID, str]) -> str:
    """Return what an item asks where that is known, else what it is called, in short."""
    return names.get(item.pk) or labels.item_name(str(item))


@register.filter
def question_of(item: UUID, names: Mapping[UUID, str]) -> str:
    """Return what an item asks; nothing where that is not known."""
    return names.get(item, "")


@register.filter
def short_ids(thing: object) -> str:
    """Return what something is called, long ids cut: skills may be called by them."""
    return labels.short_ids(str(thing))


@register.filter
def source_name(source: str) -> str:
    """Return by which API an answer came."""
    return str(presentation.SOURCES[Source(source)])
