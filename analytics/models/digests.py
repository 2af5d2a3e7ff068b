"""Weekly digests that coaches switched on for themselves."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from roster.models import User

MAX_LANGUAGE_LENGTH = 10


class WeeklyDigestQuerySet(models.QuerySet["WeeklyDigest"]):
    def due(self, at: datetime) -> models.QuerySet[WeeklyDigest]:
        """Digests to send, of coaches with access to the admin and an e-mail address."""
        active = self.filter(due_at__lte=at, coach__is_active=True, coach__is_staff=True)
        return active.exclude(coach__email="").order_by("due_at", "pk")


class WeeklyDigest(models.Model):
    """The weekly digest of one coach; without a row the coach gets none.

    `due_at` is the time of the next one; it is moved before that one is sent. `since` is the time
    from which it reports: that of the last one that was sent. `failures` counts the attempts to
    send since then.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("language",)

    coach = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="weekly_digest"
    )
    language = models.CharField(max_length=MAX_LANGUAGE_LENGTH, choices=settings.LANGUAGES)
    due_at = models.DateTimeField(db_index=True)
    since = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)

    objects = WeeklyDigestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"weekly digest of {self.coach}"
