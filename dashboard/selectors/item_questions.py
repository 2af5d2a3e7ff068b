"""Questions of learning items, used as their names on pages."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models.functions import Left

from study.models import LearningItem

MAX_QUESTION_LENGTH = 80


def item_questions(items: Collection[UUID]) -> dict[UUID, str]:
    """Return the beginning of the question of each learning item, by item id."""
    if not items:
        return {}
    with_question = LearningItem.objects.filter(item__in=items).exclude(question=None)
    return dict(with_question.values_list("item", Left("question", MAX_QUESTION_LENGTH)))
