"""The key every table shares."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7


class Keyed(models.Model):
    """A row whose key is a UUIDv7, so that keys grow with time and never collide."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
