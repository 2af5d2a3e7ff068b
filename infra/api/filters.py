"""Filters of API lists with strict query parameters: booleans, UUIDs, texts and integers.

A missing parameter means "no filter"; an empty or malformed one is an error.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from infra.identifiers import parse_uuid
from infra.payloads import UUID_SCHEMA

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class StrictBooleanField(forms.Field):
    """A boolean parameter: true, false, 1 or 0, in any case."""

    def to_python(self, value: Any) -> bool | None:
        """Return the boolean; None (no filter) if the parameter is missing."""
        if value is None:
            return None
        try:
            return _BOOLEANS[str(value).lower()]
        except KeyError:
            raise forms.ValidationError("Must be true, false, 1 or 0.", code="invalid") from None


class UUIDField(forms.Field):
    """A UUID parameter, with or without dashes."""

    def to_python(self, value: Any) -> UUID | None:
        """Return the UUID; None (no filter) if the parameter is missing."""
        if value is None or (self.required and value == ""):
            return None
        key = parse_uuid(str(value))
        if key is None:
            raise forms.ValidationError("This is not a UUID.", code="invalid")
        return key


class TextField(forms.CharField):
    """A text parameter, not stripped; an empty text is an error, not a filter for empty values."""

    def to_python(self, value: Any) -> str | None:
        """Return the text; None (no filter) if the parameter is missing."""
        if value is None or (self.required and value == ""):
            return None
        if not value:
            raise forms.ValidationError("This may not be empty.", code="invalid")
        return super().to_python(value)


class IntegerField(forms.IntegerField):
    """An integer parameter."""

    def to_python(self, value: Any) -> int | None:
        """Return the integer; None (no filter) if the parameter is missing."""
        if value == "":
            raise forms.ValidationError("A whole number is required.", code="invalid")
        return super().to_python(value)


class BooleanFilter(filters.Filter):
    field_class = StrictBooleanField


@extend_schema_field({"type": "string", "minLength": 1})
class TextFilter(filters.Filter):
    field_class = TextField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)


@extend_schema_field(UUID_SCHEMA)
class UUIDFilter(filters.Filter):
    field_class = UUIDField
