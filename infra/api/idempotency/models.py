"""The table of requests with an Idempotency-Key and of their responses."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from infra.db.models import UUIDModel

MAX_KEY_LENGTH = 255


class IdempotencyRecord(UUIDModel):
    """One request with an Idempotency-Key: either running, or finished with a stored response.

    While the request runs, `status` is None and `expires_at` is the end of its lease; afterwards,
    or once its `runner` has ended (`infra.db.runners`), the request may run again, under another
    `holder`. Once it is finished, `expires_at` is the end
    of its retention (one day). `learner` is the learner it wrote records for, so that the response
    is deleted with the learner. The key (`name`) is unique per `owner`; `fingerprint` identifies
    the request.
    """

    owner = models.CharField(max_length=50)
    name = models.CharField(max_length=MAX_KEY_LENGTH)
    fingerprint = models.CharField(max_length=64)
    holder = models.UUIDField()
    runner = models.BigIntegerField(null=True)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True
    )
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        # The table was created by the app `roster` and keeps its name.
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
