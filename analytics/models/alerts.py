"""Alerts about learners, with their life, and the notes of coaches."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q, UUIDField, Value
from django.db.models.functions import Coalesce

from analytics.commands import MAX_NOTE_LENGTH
from analytics.models.activity import NO_SKILL
from analytics.models.catalogue import Skill
from infra.db.models import UUIDModel
from roster.models import User
from roster.models.visibility import LearnersQuerySet

MAX_KIND_LENGTH = 30
MAX_NAME_LENGTH = 255
NEWEST_FIRST = ("-opened_at", "-id")


class AlertState(models.TextChoices):
    """State in the life of an alert."""

    NEW = "new"
    SEEN = "seen"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class AlertQuerySet(LearnersQuerySet["Alert"]):
    def unresolved(self) -> Self:
        """Alerts that are new, seen or snoozed."""
        return self.filter(resolved_at=None)

    def newest_first(self) -> Self:
        """The alerts opened last come first."""
        return self.order_by(*NEWEST_FIRST)


class Alert(UUIDModel):
    """One reason to help a learner, from the time a job found it until it is resolved.

    `kind` is the reason (`analytics.core.standing`), `skill` the skill it is about; None: no single
    one. The figures are those at the opening. `mastery_before` and `mastery_after` are the mastery
    of the skill at the opening and at the end. `by_coach` says who resolved it: a coach, or a job
    because the reason was gone. `changed_at` is the time of the last change or note.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("state", "snoozed_until")
    CHANGE_FIELDS = ("state", "snoozed_until", "resolved_at", "by_coach", "mastery_after")
    UPDATE_FIELDS = (*CHANGE_FIELDS, "changed_at")

    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="alerts", db_index=False
    )
    kind = models.CharField(max_length=MAX_KIND_LENGTH)
    skill = models.ForeignKey(
        Skill, on_delete=models.CASCADE, related_name="alerts", null=True, blank=True
    )
    state = models.CharField(max_length=10, choices=AlertState, default=AlertState.NEW)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    by_coach = models.BooleanField(default=False)
    figures = models.JSONField()
    mastery_before = models.FloatField(null=True, blank=True)
    mastery_after = models.FloatField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "learner", "kind", Coalesce("skill", Value(NO_SKILL, UUIDField())),
                condition=Q(resolved_at__isnull=True),
                name="one_unresolved_alert",
            ),
            models.CheckConstraint(
                condition=Q(state__in=AlertState.values), name="alert_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=AlertState.RESOLVED, resolved_at__isnull=False)
                | (~Q(state=AlertState.RESOLVED) & Q(resolved_at__isnull=True, by_coach=False)),
                name="alert_resolved_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=AlertState.SNOOZED, snoozed_until__isnull=False)
                | (~Q(state=AlertState.SNOOZED) & Q(snoozed_until__isnull=True)),
                name="alert_snoozed_until_a_time",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["learner", *NEWEST_FIRST], name="alert_of_learner"),
            models.Index(fields=NEWEST_FIRST, name="alert_newest"),
            models.Index(fields=["state", *NEWEST_FIRST], name="alert_in_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.learner}"

    @property
    def key(self) -> tuple[str, UUID | None]:
        """The kind and the skill; a learner has one unresolved alert of each."""
        return self.kind, self.skill_id

    def resolve(self, *, at: datetime, mastery: float | None, by_coach: bool) -> None:
        """End the alert, in memory, with the mastery of its skill at this time."""
        self.state, self.snoozed_until = AlertState.RESOLVED, None
        self.resolved_at, self.changed_at = at, at
        self.mastery_after, self.by_coach = mastery, by_coach


class LearnerNoteQuerySet(LearnersQuerySet["LearnerNote"]):
    """Notes about learners."""


class LearnerNote(UUIDModel):
    """One note of a coach about a learner, or about one alert of theirs.

    All coaches of the learner read it. The name of the author stays when the account is deleted.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("learner_id", "alert_id")

    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="notes", db_index=False
    )
    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="notes", null=True, blank=True
    )
    author = models.ForeignKey(
        User, on_delete=models.SET_NULL, related_name="+", null=True, blank=True,
        help_text="Empty: an API key, or a deleted account.",
    )  # fmt: skip
    author_name = models.CharField(max_length=MAX_NAME_LENGTH)
    at = models.DateTimeField()
    text = models.CharField(max_length=MAX_NOTE_LENGTH)

    objects = LearnerNoteQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_has_a_text")]
        indexes = [models.Index(fields=["learner", "-at", "-id"], name="note_of_learner")]

    def __str__(self) -> str:
        return f"note about {self.learner}"


class AlertCheck(models.Model):
    """The time at which the alerts of one learner are to be checked next.

    The job that folds events sets it to the present for learners with new answers. `since` is the
    time from which a learner without answers could have started; None `due_at`: nothing is to come.
    """

    learner = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="alert_check"
    )
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "learner"],
                condition=Q(due_at__isnull=False),
                name="alert_check_due",
            )
        ]

    def __str__(self) -> str:
        return f"alerts of {self.learner}"


class AlertVisit(models.Model):
    """The times at which a coach's last two visits to the list of alerts started."""

    coach = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="alert_visit"
    )
    started_at = models.DateTimeField()
    previous_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"visit of {self.coach}"
