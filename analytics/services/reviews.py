"""Reviews: lessons about skills that coaches assign because of alerts, or without one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from analytics.commands import AlertChange
from analytics.models import Alert
from analytics.services.alert_actions import change_alert
from roster.models import Actor, Lesson
from roster.services.assignments import AssignmentFields, add_assignable


@dataclass(frozen=True, kw_only=True)
class Review:
    """A lesson to be assigned, the alerts it comes from, and the note that these get."""

    fields: AssignmentFields
    alerts: Collection[Alert]
    note: str


@transaction.atomic
def assign_review(review: Review, *, actor: Actor, at: datetime) -> UUID:
    """Create and assign a lesson, add the note to the alerts of its learners, and return its id.

    Raises
    ------
    UnknownReference : the place is not visible to the actor, or does not contain the learners.
    NotAllowed : the actor is not a coach of the place, or is the learner of an alert.
    UnknownAlert : an alert is not visible to the actor.
    """
    key = add_assignable(Lesson, review.fields, actor=actor)
    learners = Lesson.objects.filter(pk=key).learners()
    wanted = [alert.learner_id for alert in review.alerts]
    reached = set(learners.filter(pk__in=wanted).values_list("pk", flat=True))
    change = AlertChange(note=review.note)
    # Learners are locked in the order of their ids.
    for alert in sorted(review.alerts, key=lambda alert: (alert.learner_id, alert.pk)):
        if alert.learner_id in reached:
            change_alert(alert.pk, change, actor=actor, at=at)
    return key
