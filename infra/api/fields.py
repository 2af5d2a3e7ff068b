"""Serializer fields for UUIDs, times and optional texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from infra.datetime_format import format_time
from infra.identifiers import MAX_USERNAME_LENGTH, normalize_id, parse_uuid
from infra.payloads import UUID_SCHEMA, parse_event_time


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


class NormalizedCharField(serializers.CharField):
    """A text in NFC, such as an id."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text in its normal form, of which the limits apply."""
        return normalize_id(super().to_internal_value(data))


class NullableCharField(NormalizedCharField):
    """Optional text: null in the database, empty in responses, either in requests."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_blank=True, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the validated text, or None for an empty one."""
        return super().run_validation(data) or None

    def get_attribute(self, instance: Any) -> str:
        """Return the text, empty for None."""
        return super().get_attribute(instance) or ""


class UsernameField(NullableCharField):
    """An optional username; spaces around it are dropped, but no characters that are invisible."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_USERNAME_LENGTH, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the text without spaces around it."""
        return super().to_internal_value(data).strip(" ")


class UniqueUUIDsField(serializers.ListField):
    """An ordered list of UUIDs, each of them once; input and output as 32 hex digits."""

    child = HexUUIDField()

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the ids in hex."""
        ids = [key.hex for key in super().to_internal_value(data)]
        if len(set(ids)) < len(ids):
            raise serializers.ValidationError("An id is listed twice.")
        return ids

    def to_representation(self, data: list[str]) -> list[str]:
        """Return the ids, which are in hex already."""
        return data


class TimeField(serializers.DateTimeField):
    """A time with an offset (contract 0.1); output in UTC with microseconds."""

    def to_internal_value(self, value: Any) -> datetime:
        """Return the time in UTC."""
        try:
            return parse_event_time(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: datetime) -> str:
        """Return the time in the format of all responses."""
        return format_time(value)
