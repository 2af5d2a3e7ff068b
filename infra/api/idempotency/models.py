"""Requests that may be sent again, and what they were answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from infra.db.models import UUIDModel

MAX_KEY_LENGTH = 255


class IdempotencyRecord(UUIDModel):
    """One request sent under an Idempotency-Key: still running, or answered and kept for a day.

    While it runs there is no `status`, and `expires_at` is when its lease ends; then somebody
    else may run it, as another `holder`. `learner` is whom it recorded for, so that the answer
    goes with them.
    """

    owner = models.CharField(max_length=50)
    name = models.CharField(max_length=MAX_KEY_LENGTH)
    fingerprint = models.CharField(max_length=64)
    holder = models.UUIDField()
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True
    )
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        # The table was made by the app `roster`, and keeps its name.
        app_label = "roster"
        db_table = "roster_keptanswer"
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_request_per_retry_key"),
            models.CheckConstraint(
                condition=Q(status=None) | Q(status__gte=200, status__lt=300),
                name="only_success_is_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.owner}"
