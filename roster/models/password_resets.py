"""Requests for links that reset a password."""

from __future__ import annotations

from django.db import models

from infra.db.models import UUIDModel
from infra.identifiers import MAX_USERNAME_KEY_LENGTH
from roster.models.facilities import Facility


class PasswordReset(UUIDModel):
    """One request for links by e-mail; a job deletes it, and sends them if anybody has the name.

    Requests for usernames that nobody has are stored alike, so that nobody can find out.
    """

    username_key = models.CharField(max_length=MAX_USERNAME_KEY_LENGTH)
    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.username_key
