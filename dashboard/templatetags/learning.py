"""Template filters for skill states and answers."""

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
register.filter("level", labels.level)
register.filter("velocity", labels.velocity)
register.filter("result", presentation.result)
register.filter("result_symbol", presentation.result_symbol)
register.filter("result_tone", presentation.result_tone)
register.filter("out_of", presentation.out_of)


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
