"""Move of learners' sessions and attempts to another facility."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from logger.models import AttemptLog, ContentSession
from roster.models import Facility


def move_records(learner_ids: Collection[UUID], facility: Facility) -> None:
    """Set the facility of the learners' records; the other logs follow their learner."""
    for model in (ContentSession, AttemptLog):
        model._default_manager.filter(user__in=learner_ids).update(facility=facility)
