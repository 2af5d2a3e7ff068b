"""Learners' memories of single items, computed from their events."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from analytics.core.memory import EASIEST, HARDEST
from analytics.models.catalogue import Item
from infra.db.models import UUIDModel
from roster.models import User
from roster.models.visibility import LearnersQuerySet

LATEST_REVIEWED_FIRST = ("-last_review", "-id")


class ItemMemoryQuerySet(LearnersQuerySet["ItemMemory"]):
    """Item memories of learners."""


class ItemMemory(UUIDModel):
    """One learner's memory of one item, and the statistics of their reviews of it.

    `due` is the time at which its recall has fallen to the desired level. `lapses` is the number of
    reviews minus the sum of the scores of their grades; `last_score` and `last_seconds` are those
    of the last review. `seconds` is the total time of the `timed` reviews whose time is known.
    """

    UPDATE_FIELDS = (
        "stability", "difficulty", "last_review", "due", "reviews", "lapses", "last_score",
        "last_seconds", "score", "seconds", "timed", "studied",
    )  # fmt: skip

    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memories", db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="memories")
    stability = models.FloatField(help_text="days until recall is .9")
    difficulty = models.FloatField(help_text="for this learner: 1 is easiest, 10 hardest")
    last_review = models.DateTimeField()
    due = models.DateTimeField()
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.FloatField(default=0.0)
    last_score = models.FloatField(default=1.0)
    last_seconds = models.FloatField(null=True, blank=True)
    score = models.FloatField(default=0.0, help_text="The sum of the scores.")
    seconds = models.FloatField(default=0.0)
    timed = models.PositiveIntegerField(default=0)
    studied = models.BooleanField(
        default=False, help_text="Whether any of the reviews was a study result."
    )

    objects = ItemMemoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "item memories"
        constraints = [
            models.UniqueConstraint(fields=["learner", "item"], name="one_memory_per_item"),
            models.CheckConstraint(condition=Q(stability__gt=0), name="stability_is_positive"),
            models.CheckConstraint(
                condition=Q(difficulty__gte=EASIEST, difficulty__lte=HARDEST),
                name="memory_difficulty_is_one_to_ten",
            ),
            models.CheckConstraint(
                condition=Q(timed__lte=models.F("reviews")), name="no_more_timed_than_reviewed"
            ),
        ]
        indexes = [
            models.Index(fields=["learner", "due"], name="memory_due"),
            models.Index(fields=LATEST_REVIEWED_FIRST, name="memory_latest_reviewed"),
        ]

    def __str__(self) -> str:
        return f"{self.learner} of {self.item}: {self.stability:.1f} days"
