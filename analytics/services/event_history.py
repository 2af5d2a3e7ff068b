"""A learner's past events as plain values, for a replay when an answer arrives late."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from analytics.core.difficulty import Gaussian
from analytics.core.learner_update import Evidence, Shared
from analytics.models import LearningEvent
from analytics.rows import DAY
from analytics.services.snapshots import Place


class PastEvent(NamedTuple):
    """One past event, with only the columns that a replay needs."""

    pk: UUID
    skill_id: UUID | None
    item_id: UUID | None
    happened_at: datetime
    position: int
    source: str
    grade: int | None
    score: float
    seconds: float | None
    confidence: int | None
    skill_mean: float
    skill_variance: float
    item_mean: float
    item_variance: float
    typical_seconds: float
    hinted: bool | None
    mastery_before: float | None
    mastery_after: float | None

    @property
    def evidence(self) -> Evidence:
        """The event as numbers for the learner model."""
        shared = Shared(
            Gaussian(self.skill_mean, self.skill_variance),
            Gaussian(self.item_mean, self.item_variance),
            self.typical_seconds,
        )
        day = self.happened_at.timestamp() / DAY
        return Evidence(self.score, day, shared, self.seconds, self.confidence, self.hinted)


COLUMNS = tuple(PastEvent.__annotations__)


def past_events(learner_id: UUID, *, after: Place | None, limit: int) -> list[PastEvent]:
    """Return a learner's events after a place, in order, at most `limit`.

    A model instance would be ten times as heavy.
    """
    events = LearningEvent.objects.filter(learner=learner_id).in_order()
    if after is not None:
        at, position = after
        later = Q(happened_at__gt=at) | Q(position__gt=position)
        events = events.filter(later, happened_at__gte=at)
    return [PastEvent(*row) for row in events.values_list(*COLUMNS)[:limit]]
