"""Learners' work in words: which content, what completes a try, what was answered."""

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
def content_title(log: ContentSummary | ContentSession, titles: Mapping[UUID, Any]) -> str:
    """Name a content as the catalogue does, where it knows it."""
    return titles.get(log.content_id) or untitled(log)
