"""Actions of coaches on alerts: seeing, snoozing and resolving them, and notes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from analytics.commands import AlertChange
from analytics.models import Alert, AlertState, AlertVisit, LearnerNote, SkillState
from analytics.models.alerts import MAX_NAME_LENGTH, AlertQuerySet
from roster import services
from roster.models import Actor, ApiKey, Scope, User
from roster.services.permissions import InvalidField, NotAllowed

# A coach who opens the list later than this after a visit started, starts the next visit.
VISIT = timedelta(hours=1)


class UnknownAlert(LookupError):
    """There is no such alert."""


@transaction.atomic
def change_alert(pk: UUID, change: AlertChange, *, actor: Actor, at: datetime) -> Alert:
    """Change the state of an alert or add a note, and record that in the audit log.

    A note or a snooze also means that the alert was seen. A resolved alert stays resolved.

    Raises
    ------
    UnknownAlert : there is no such alert, or the actor may not see it.
    NotAllowed : it is about the actor.
    InvalidField : it is resolved already, or the snooze does not end in the future.
    """
    found = _changeable(actor).filter(pk=pk)
    learner_id = found.values_list("learner_id", flat=True).first()
    if learner_id is None:
        raise UnknownAlert
    learner = _lock_other(learner_id, actor)
    alert = found.select_related("skill").first()
    if alert is None:
        raise UnknownAlert
    alert.learner = learner
    with services.recording_change(alert, actor=actor, facility_id=learner.facility_id):
        _apply(alert, change, at=at)
        alert.changed_at = at
        alert.save(update_fields=Alert.UPDATE_FIELDS)
    if change.note is not None:
        _add_note(change.note, learner, alert, actor=actor, at=at)
    return alert


@transaction.atomic
def add_note(learner_id: UUID, text: str, *, actor: Actor, at: datetime) -> None:
    """Add a note about a learner who is visible to the actor, and record it in the audit log.

    Raises
    ------
    UnknownLearner : there is no such learner.
    NotAllowed : the note is about the actor.
    """
    _add_note(text, _lock_other(learner_id, actor), None, actor=actor, at=at)


def start_visit(coach: User, *, at: datetime) -> datetime | None:
    """Return the time of the coach's last visit to the list of alerts, None if this is the first.

    Pages opened within an hour belong to one visit.
    """
    visit = AlertVisit.objects.filter(pk=coach.pk).first()
    if visit is None:
        AlertVisit.objects.bulk_create(
            [AlertVisit(coach=coach, started_at=at)], ignore_conflicts=True
        )
        return None
    if visit.started_at + VISIT <= at:
        # Of two pages opened at the same time, one starts the visit.
        started = AlertVisit.objects.filter(pk=coach.pk, started_at=visit.started_at)
        started.update(started_at=at, previous_at=visit.started_at)
        return visit.started_at
    return visit.previous_at


def last_visit(coach: User) -> datetime | None:
    """Return what `start_visit` returned when the coach's present visit started."""
    return AlertVisit.objects.filter(pk=coach.pk).values_list("previous_at", flat=True).first()


def _changeable(actor: Actor) -> AlertQuerySet:
    """Return the alerts that an actor may change: those of its learners; keys with scope write."""
    if isinstance(actor, ApiKey):
        learners = User.objects.in_facility(actor.facility_id)
        alerts = Alert.objects.filter(learner__in=learners)
        return alerts if actor.allows(Scope.WRITE) else alerts.none()
    return Alert.objects.all().visible_to(actor)


def _lock_other(learner_id: UUID, actor: Actor) -> User:
    if learner_id == actor.pk:
        raise NotAllowed
    return services.lock_learner(learner_id)


def _apply(alert: Alert, change: AlertChange, *, at: datetime) -> None:
    """Change the state of an alert, in memory."""
    state = AlertState(change.state) if change.state else None
    if alert.resolved_at is not None:
        if state not in (None, AlertState.RESOLVED) or change.snoozed_until is not None:
            raise InvalidField("state", "This alert is resolved.")
        return
    if change.snoozed_until is not None:
        if change.snoozed_until <= at:
            raise InvalidField("snoozed_until", "Must be in the future.")
        alert.state, alert.snoozed_until = AlertState.SNOOZED, change.snoozed_until
    elif state == AlertState.RESOLVED:
        alert.resolve(at=at, mastery=_mastery(alert), by_coach=True)
    elif state is not None:
        alert.state, alert.snoozed_until = state, None
    elif alert.state == AlertState.NEW:
        alert.state = AlertState.SEEN


def _mastery(alert: Alert) -> float | None:
    states = SkillState.objects.filter(learner=alert.learner_id, skill=alert.skill_id)
    return states.values_list("mastery", flat=True).first() if alert.skill_id else None


def _add_note(text: str, learner: User, alert: Alert | None, *, actor: Actor, at: datetime) -> None:
    note = LearnerNote(
        learner=learner,
        alert=alert,
        author=actor if isinstance(actor, User) else None,
        author_name=str(actor)[:MAX_NAME_LENGTH],
        at=at,
        text=text,
    )
    note.save(force_insert=True)
    services.record_added(note, actor=actor, facility_id=learner.facility_id)
