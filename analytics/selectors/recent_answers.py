"""The time from which a learner's answers are counted, so that a page counts a bounded number."""

from __future__ import annotations

from datetime import datetime

from analytics.models import LearnerAbility, LearningEvent

# The newest answers of a learner that velocity and predictions count at most.
MAX_ANSWERS = 50_000


def limit_start(start: datetime, ability: LearnerAbility) -> datetime:
    """Return a start of a period, later if the learner has too many answers after it."""
    if ability.answers <= MAX_ANSWERS:
        return start
    newest_first = LearningEvent.objects.filter(learner=ability.learner_id).order_by(
        "-happened_at", "-position"
    )
    times = newest_first.values_list("happened_at", flat=True)
    return max([start, *times[MAX_ANSWERS - 1 : MAX_ANSWERS]])
