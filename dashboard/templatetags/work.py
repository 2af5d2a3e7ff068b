"""Template filters for learners' work: contents, criteria and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template

from logger.models import ContentSession, ContentSummary
from logger.presentation import criterion_words, readable, try_title, untitled

register = template.Library()
register.filter("criterion", criterion_words)
register.filter("readable", readable)
register.filter("try_title", try_title)


@register.filter
def state_of(key: UUID, states: Mapping[UUID, str]) -> str:
    """Return how much of its criterion an open try has reached; empty if it is not known."""
    return states.get(key, "")


@register.filter
def content_title(log: ContentSummary | ContentSession, titles: Mapping[UUID, Any]) -> str:
    """Return the title of a content in the catalogue, else a name made of its kind and id."""
    return titles.get(log.content_id) or untitled(log)
