"""The learning curve of a learner at one skill."""

from __future__ import annotations

from functools import cache

from django.db.models import UUIDField

from analytics.models import LearningEvent, Skill
from infra.db.compiled_lists import CompiledList, CompiledRows
from infra.db.compiled_queries import Param
from roster.models import User

POINT = (
    "id", "happened_at", "source", "source_id", "item__code", "score", "seconds", "confidence",
    "mastery_before", "mastery_after", "p_correct",
)  # fmt: skip


def get_learning_curve(learner: User, skill: Skill) -> CompiledRows:
    """Return every answer at one skill as a row of `POINT`, in the order in which they happened.

    Answers at the same time are in order of arrival: keys grow with time.
    """
    return CompiledRows(_points(), {"learner": learner.pk, "skill": skill.pk})


@cache
def _points() -> CompiledList:
    events = LearningEvent.objects.filter(
        learner=Param("learner", UUIDField()), skill=Param("skill", UUIDField())
    )
    return CompiledList(events.order_by("happened_at", "id").values(*POINT))
