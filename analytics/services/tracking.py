"""Tracking of answers that apps report one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from analytics.commands import TrackedAnswer
from analytics.events import MasteryChange
from analytics.services.recording import record_answers
from roster.models import Actor
from roster.services import AuthenticationRequired, resolve_and_lock_learner


class NotALearner(PermissionError):
    """Users without a facility are not learners, so nothing is recorded for them."""


@dataclass(frozen=True, kw_only=True)
class TrackResult:
    """The learner an answer was recorded for, and the change of mastery."""

    learner_id: UUID
    change: MasteryChange


@transaction.atomic
def track_answer(tracked: TrackedAnswer, *, actor: Actor, at: datetime) -> TrackResult:
    """Record one answer for the learner it names; create the learner and the skill if new.

    Raises
    ------
    CannotRecordForOthers, UnknownLearner, AuthenticationRequired : see `resolve_and_lock_learner`.
    EventOwnedByAnother : the event_id was used for another learner.
    NotALearner : the caller belongs to no facility.
    """
    learner = resolve_and_lock_learner(actor, tracked.user_id, at=at)
    if learner is None:
        raise AuthenticationRequired
    [change] = record_answers(learner, [tracked.answer], at=at)
    if change is None:
        raise NotALearner
    return TrackResult(learner_id=learner.pk, change=change)
