"""The key every table shares, and JSON that stays as it was sent."""

from __future__ import annotations

import json

from django.db import models
from uuid_utils.compat import uuid7


class FaithfulDecoder(json.JSONDecoder):
    """Reads JSON back as it came in.

    PostgreSQL's jsonb writes 1e300 out as an integer of 301 digits, which no client could
    read; whatever is beyond 64 bits was a float.
    """

    def __init__(self) -> None:
        super().__init__(parse_int=_integer_or_float)


def _integer_or_float(text: str) -> float:
    number = int(text)
    return number if -(2**63) <= number < 2**63 else float(text)


class Keyed(models.Model):
    """A row whose key is a UUIDv7, so that keys grow with time and never collide."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
