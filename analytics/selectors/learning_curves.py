"""The learning curve of a learner at one skill."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from analytics.models import LearningEvent, Skill
from roster.models import User

POINT = (
    "id", "happened_at", "source", "source_id", "item__code", "score", "seconds", "confidence",
    "mastery_before", "mastery_after", "p_correct",
)  # fmt: skip


def get_learning_curve(learner: User, skill: Skill) -> QuerySet[LearningEvent, dict[str, Any]]:
    """Return every answer at one skill as a row of `POINT`, in the order in which they happened.

    Answers at the same time are in order of arrival: keys grow with time.
    """
    events = LearningEvent.objects.filter(learner=learner, skill=skill)
    points: QuerySet[LearningEvent, dict[str, Any]] = events.order_by("happened_at", "id").values(
        *POINT
    )
    return points
