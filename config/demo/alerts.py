"""Alerts of the demo school: found by the jobs, and some handled by a coach."""

from __future__ import annotations

from datetime import datetime, timedelta

from analytics.commands import AlertChange
from analytics.models import Alert, AlertQuerySet, LearningEvent
from analytics.services import change_alert
from analytics.services.alert_checks import check_alerts, schedule_checks
from roster.models import Actor, Classroom, Facility, User

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MIN_GAIN = 0.2
NOTES = {
    "wheel_spinning": "Went through a worked example together.",
    "inactive": "Wrote to the parents: back next week.",
}


def create_alerts(facility: Facility, *, at: datetime) -> None:
    """Open the alerts, and let the coach of each class handle some of them."""
    for job in (schedule_checks, check_alerts):
        while job(at):
            pass
    for room in Classroom.objects.filter(facility=facility):
        coach = User.objects.with_role_flags().filter(roles__classroom=room).first()
        alerts = Alert.objects.filter(learner__enrolments__classroom=room).order_by("pk")
        if coach is not None:
            _handle(alerts, coach, at=at)
            _add_resolved(room, alerts, at=at)


def _handle(alerts: AlertQuerySet, coach: Actor, *, at: datetime) -> None:
    """Let some alerts be days old, seen or snoozed, with notes."""
    for kind, note in NOTES.items():
        if alert := alerts.filter(kind=kind).first():
            Alert.objects.filter(pk=alert.pk).update(opened_at=at - 3 * DAY, changed_at=at - DAY)
            change_alert(alert.pk, AlertChange(note=note), actor=coach, at=at - DAY)
    plateaus = list(alerts.filter(kind="plateau"))
    if len(plateaus) > 1:
        snooze = AlertChange(snoozed_until=at + WEEK)
        change_alert(plateaus[-1].pk, snooze, actor=coach, at=at - DAY)


def _add_resolved(room: Classroom, alerts: AlertQuerySet, *, at: datetime) -> None:
    """Add an alert that helped: at the skill where mastery rose most in the past week."""
    events = LearningEvent.objects.filter(
        learner__enrolments__classroom=room, skill__isnull=False, happened_at__gte=at - WEEK
    )
    first: dict[object, LearningEvent] = {}
    last: dict[object, LearningEvent] = {}
    for event in events.in_order():
        first.setdefault((event.learner_id, event.skill_id), event)
        last[event.learner_id, event.skill_id] = event
    for alert in alerts:
        first.pop((alert.learner_id, alert.skill_id), None)
    gains = {
        key: (last[key].mastery_after or 0) - (first[key].mastery_before or 0) for key in first
    }
    key = max(gains, key=gains.__getitem__, default=None)
    if key is None or gains[key] < MIN_GAIN:
        return
    start, end = first[key], last[key]
    Alert.objects.create(
        learner_id=start.learner_id,
        kind="wheel_spinning",
        skill_id=start.skill_id,
        opened_at=start.happened_at,
        changed_at=end.happened_at,
        resolved_at=end.happened_at,
        state="resolved",
        figures={
            "rule": "answers_without_mastery", "value": 12.0, "threshold": 10.0, "window": 12
        },
        mastery_before=start.mastery_before,
        mastery_after=end.mastery_after,
    )  # fmt: skip
