"""A learner's way through one skill: their learning curve."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from analytics.models import LearningEvent, Skill
from roster.models import User

POINT = (
    "id", "happened_at", "source", "source_id", "item__code", "score", "seconds", "confidence",
    "mastery_before", "mastery_after", "p_correct",
)  # fmt: skip


def curve(learner: User, skill: Skill) -> QuerySet[LearningEvent, dict[str, Any]]:
    """Return every answer at one skill as a row of `POINT`, in the order in which they happened.

    Of two at one time the one that arrived first comes first: keys grow with time.
    """
    events = LearningEvent.objects.filter(learner=learner, skill=skill)
    points: QuerySet[LearningEvent, dict[str, Any]] = events.order_by("happened_at", "id").values(
        *POINT
    )
    return points
