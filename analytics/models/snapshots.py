"""Snapshots of learners' estimates, from which late answers are evaluated."""

from __future__ import annotations

from django.db import models

from roster.models import User


class LearnerSnapshot(models.Model):
    """All estimates of one learner after one of their events; see `analytics.services.snapshots`.

    It includes the events up to the one at `happened_at` and `position`; `answers` is their number.
    """

    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    happened_at = models.DateTimeField()
    position = models.PositiveBigIntegerField()
    answers = models.PositiveBigIntegerField()
    data = models.BinaryField(help_text="Compressed JSON; see analytics.services.snapshots.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "happened_at", "position"], name="one_snapshot_per_event"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} after {self.answers} answers"
