"""Readiness of a learner: recall of the items they reviewed, and reviews due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from analytics.core.readiness import recall_probability_now
from analytics.core.recall import INITIAL
from analytics.models import ItemMemory, ItemMemoryQuerySet
from analytics.rows import (
    MEMORY_COLUMNS,
    memories_from_columns,
    microseconds,
    recall_model_from_row,
)
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
    rows = list(memories.order_by("due").values_list(*MEMORY_COLUMNS)[:MAX_MEMORIES])
    if not rows:
        return None
    ability = getattr(learner, "ability", None)
    recall = recall_probability_now(
        *memories_from_columns(*zip(*rows, strict=True)),
        recall_model_from_row(ability) if ability else INITIAL,
        microseconds(at),
    )
    return float(recall.mean())
