"""Login sessions as people and admins see them: when, from what device and network."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, OuterRef

from infra.db.models import UUIDModel
from infra.user_agents import MAX_NAME_LENGTH
from roster.models.people import User


class LoginSessionQuerySet(models.QuerySet["LoginSession"]):
    def open(self, at: datetime) -> Self:
        """Sessions that have not ended, the one used last first."""
        stored = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
        return self.filter(Exists(stored)).order_by("-used_at", "-pk")

    def orphans(self) -> Self:
        """Rows whose session was deleted."""
        return self.exclude(
            Exists(Session.objects.filter(session_key=OuterRef("session_key")))
        ).order_by("pk")


class LoginSession(UUIDModel):
    """One login of a person; it ends with the stored session that has its key.

    `network` is the address as LOG_CLIENT_ADDRESS allows it; `used_at` is inexact, see
    `infra.sessions.USE_PRECISION`.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("user_id", "device")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    used_at = models.DateTimeField()
    device = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    network = models.CharField(max_length=45, blank=True)

    objects = LoginSessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"login session of {self.user}"
