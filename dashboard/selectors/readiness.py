"""Readiness of a learner: recall of the items they reviewed, and reviews due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Count, Min, Q

from analytics.core.memory import Memories
from analytics.core.readiness import recall_probability_now
from analytics.core.recall import INITIAL, Practice
from analytics.models import ItemMemory, ItemMemoryQuerySet
from analytics.rows import microseconds, recall_model_from_row
from roster.models import User

MAX_MEMORIES = 10_000


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """Recall of items, the number of items due for review, and the time of the next review.

    `recall` is the mean probability of recall now, in (0, 1) (learning-science 5); None if nothing
    was studied.
    """

    items: int
    recall: float | None
    due: int
    next_due: datetime | None


def get_readiness(learner: User, *, at: datetime) -> Readiness:
    """Return the readiness of a learner with loaded ability; recall covers up to 10,000 items."""
    memories = ItemMemory.objects.filter(learner=learner)
    counts = memories.aggregate(
        items=Count("pk"),
        overdue=Count("pk", filter=Q(due__lte=at)),
        upcoming=Min("due", filter=Q(due__gt=at)),
    )
    return Readiness(
        items=counts["items"],
        recall=_recall(learner, memories, at=at),
        due=counts["overdue"],
        next_due=counts["upcoming"],
    )


def _recall(learner: User, memories: ItemMemoryQuerySet, *, at: datetime) -> float | None:
    rows = memories.order_by("due").values_list(
        "stability", "difficulty", "reviews", "lapses", "last_score", "last_seconds", "last_review"
    )
    memory_rows = list(rows[:MAX_MEMORIES])
    if not memory_rows:
        return None
    *columns, last_review = zip(*memory_rows, strict=True)
    stability, difficulty, *practice = (np.array(each, dtype=np.float64) for each in columns)
    ability = getattr(learner, "ability", None)
    recall = recall_probability_now(
        Memories(stability, difficulty, np.array(list(map(microseconds, last_review)))),
        Practice(*practice),
        recall_model_from_row(ability) if ability else INITIAL,
        microseconds(at),
    )
    return float(recall.mean())
