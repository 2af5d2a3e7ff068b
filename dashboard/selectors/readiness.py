"""Readiness of a learner: recall of the items they reviewed, and reviews due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from analytics.core.readiness import recall_probability_now
from analytics.core.recall import INITIAL
from analytics.models import ItemMemory
from analytics.rows import (
    MEMORY_COLUMNS,
    memories_from_columns,
    microseconds,
    recall_model_from_row,
)
from roster.models import User

MAX_MEMORIES = 10_000


@dataclass(frozen=True, kw_only=True)
class DueReviews:
    """The number of studied items and of those due for review, and the next review."""

    items: int
    due: int
    next_due: datetime | None


@dataclass(frozen=True, kw_only=True)
class Readiness(DueReviews):
    """The reviews that are due, and the recall of items.

    `recall` is the mean probability of recall now, in (0, 1) (learning-science 5); None if nothing
    was studied.
    """

    recall: float | None


def get_due_reviews(learner: User, *, at: datetime) -> DueReviews:
    """Return the reviews of a learner that are due, in one query."""
    return DueReviews(**_count_due(learner, at=at))


def get_readiness(learner: User, *, at: datetime) -> Readiness:
    """Return the readiness of a learner with loaded ability; recall covers up to 10,000 items."""
    return Readiness(**_count_due(learner, at=at), recall=_recall(learner, at=at))


def _count_due(learner: User, *, at: datetime) -> dict[str, Any]:
    """Return the counts of the studied items; only these are ever to be reviewed."""
    counts = ItemMemory.objects.filter(learner=learner, studied=True).aggregate(
        items=Count("pk"),
        overdue=Count("pk", filter=Q(due__lte=at)),
        next_due=Min("due", filter=Q(due__gt=at)),
    )
    return {"due": counts.pop("overdue"), **counts}


def _recall(learner: User, *, at: datetime) -> float | None:
    memories = ItemMemory.objects.filter(learner=learner)
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
