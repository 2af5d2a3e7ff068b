"""Links by which families read the report on a learner without a login."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models

from infra.db.models import UUIDModel
from roster.models.people import User
from roster.models.visibility import LearnersQuerySet

MAX_NAME_LENGTH = 255


class FamilyLinkQuerySet(LearnersQuerySet["FamilyLink"]):
    def unexpired(self, at: datetime) -> Self:
        """Links that can be opened at this time."""
        return self.filter(expires_at__gt=at)


class FamilyLink(UUIDModel):
    """One link to the report on one learner, until it expires; a revoked link is deleted.

    The secret in its URL is not stored. The name of the coach stays when the account is deleted.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("learner_id", "expires_at")

    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="family_links")
    digest = models.CharField(max_length=64, unique=True)
    author_name = models.CharField(max_length=MAX_NAME_LENGTH)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    openings = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = FamilyLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"family link of {self.learner}"
