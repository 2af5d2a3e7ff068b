"""Serializers with their own parsers; their fields only describe the body in OpenAPI."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from analytics.serializers.answer_parsing import BadAnswer, parse_name
from infra.api.fields import UUID_SCHEMA
from infra.identifiers import MAX_ID_LENGTH, parse_uuid

_INTEGER = "integer"


class StrictSerializer(serializers.Serializer[Any]):
    """A body that is parsed into a command without converting types."""

    def parse(self, data: Any) -> Any:
        """Return the command, or raise `BadAnswer` with the reason."""
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        """Parse the body by the same rules as the bulk endpoint."""
        # If a JSON:API document were ignored like unknown fields, an empty object would be created.
        if isinstance(data, dict) and "data" in data and not data.keys() & self.fields.keys():
            raise ValidationError(
                {"data": ["Send the fields directly, not as a JSON:API document."]}
            )
        try:
            return self.parse(data)
        except BadAnswer as error:
            raise ValidationError(error.details) from None

    def command(self) -> Any:
        """Return the command.

        Raises
        ------
        ValidationError : the body is invalid.
        """
        self.is_valid(raise_exception=True)
        return self.validated_data


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "minLength": 1, "maxLength": MAX_ID_LENGTH},
            {"type": _INTEGER, "format": "int64"},
        ]
    }
)
class IdField(serializers.CharField):
    """An id that apps may store as a number."""


@extend_schema_field({**UUID_SCHEMA, "example": "4ec0d7e2-a986-487d-9682-9ba6bbcb4cea"})
class GuidField(serializers.UUIDField):
    """A GUID, with or without dashes."""


def parse_id(value: Any) -> str:
    """Parse an id: a string, or a whole number as its digits."""
    if type(value) is int:
        return str(value)
    try:
        return parse_name(value)
    except ValueError as error:
        message = "A string or a whole number is required."
        raise ValueError(str(error) if isinstance(value, str) else message) from None


def parse_guid(value: Any) -> UUID:
    """Parse a GUID, with or without dashes, in any case."""
    guid = parse_uuid(value) if isinstance(value, str) else None
    if guid is None:
        raise ValueError("A GUID is required.")
    return guid
