"""Learners' answers by day, counted from their events."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import F, Q, UUIDField, Value
from django.db.models.functions import Coalesce

from analytics.models.catalogue import Skill
from infra.time_zones import MAX_NAME_LENGTH
from roster.models import User
from roster.models.visibility import LearnersQuerySet

# Unique constraints ignore rows with NULL, so this stands for "no skill" in the constraint.
NO_SKILL = UUID(int=0)


class DailyActivityQuerySet(LearnersQuerySet["DailyActivity"]):
    def outdated(self) -> DailyActivityQuerySet:
        """Rows whose days are those of another time zone than their facility's present one."""
        return self.exclude(time_zone=F("learner__facility__time_zone"))


class DailyActivity(models.Model):
    """The answers of one learner at one skill (None: at no skill) on one day of a time zone.

    The zone is that of the learner's facility when the answers were counted. After a change of it,
    a job counts them again (`analytics.services.daily_activity`). `correct` is the sum of the
    scores, `seconds` the sum of the known times.
    """

    COUNTERS = ("answers", "correct", "seconds")

    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="daily_activity", db_index=False
    )
    day = models.DateField()
    skill = models.ForeignKey(
        Skill, on_delete=models.CASCADE, related_name="+", null=True, blank=True, db_index=False
    )
    time_zone = models.CharField(max_length=MAX_NAME_LENGTH)
    answers = models.PositiveIntegerField()
    correct = models.FloatField()
    seconds = models.FloatField()

    objects = DailyActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "daily activity"
        constraints = [
            # Its index also finds the rows of a learner and some days.
            models.UniqueConstraint(
                "learner", "day", Coalesce("skill", Value(NO_SKILL, UUIDField())), "time_zone",
                name="one_row_per_day_and_skill",
            ),
            models.CheckConstraint(
                condition=Q(correct__gte=0, correct__lte=F("answers"), seconds__gte=0),
                name="daily_activity_is_a_sum",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.learner} on {self.day}: {self.answers}"
