"""Serializer fields for UUIDs, event times and optional texts (contract 0.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from infra.identifiers import parse_uuid

UUID_SCHEMA = {
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$",
    "example": "4b16099983df4fb4a6e2f5c60e475c2d",
}


@extend_schema_field(UUID_SCHEMA)
class HexUUIDField(serializers.UUIDField):
    """A UUID: input with or without dashes, output as 32 lower-case hex digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="hex", **kwargs)

    def to_internal_value(self, data: Any) -> UUID:
        """Return the UUID in a string; any other type is invalid."""
        key = parse_uuid(data) if isinstance(data, str) else None
        if key is None:
            self.fail("invalid", value=data)
        return key


FIRST_YEAR = 2000


class EventTimeField(serializers.DateTimeField):
    """The time of an event: ISO 8601 with a UTC offset, from the year 2000 on (contract 0.1)."""

    default_error_messages = {
        "naive": "The time must have a UTC offset, such as Z or +02:00.",
        "early": "The time must not be before the year 2000.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Return the parsed time in UTC."""
        moment = _parse(value)
        if moment is None:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss[.uuuuuu]Z")
        if moment.tzinfo is None:
            self.fail("naive")
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")
        if moment.year < FIRST_YEAR:
            self.fail("early")
        return moment


def _parse(value: Any) -> datetime | None:
    try:
        return parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None


class NullableCharField(serializers.CharField):
    """Optional text: null in the database, empty in responses, either in requests."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_blank=True, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the validated text, or None for an empty one."""
        return super().run_validation(data) or None

    def get_attribute(self, instance: Any) -> str:
        """Return the text, empty for None."""
        return super().get_attribute(instance) or ""
