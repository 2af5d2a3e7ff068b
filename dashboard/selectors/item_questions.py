"""What learning items ask, to name them on pages."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models.functions import Left

from study.models import LearningItem

MAX_QUESTION_LENGTH = 80


def item_questions(items: Collection[UUID]) -> dict[UUID, str]:
    """Return the beginning of what learning items ask, by item."""
    if not items:
        return {}
    asking = LearningItem.objects.filter(item__in=items).exclude(question=None)
    return dict(asking.values_list("item", Left("question", MAX_QUESTION_LENGTH)))
