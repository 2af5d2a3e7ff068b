"""Query parameters every API reads alike: strict booleans, UUIDs in any spelling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from infra.api.fields import UUID_SCHEMA
from infra.identifiers import parse_uuid

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class StrictBooleanField(forms.Field):
    """true, false, 1 or 0 in any case."""

    def to_python(self, value: Any) -> bool | None:
        """Read one of the four words; a parameter that is not there is no filter."""
        if value is None:
            return None
        try:
            return _TRUTH[str(value).lower()]
        except KeyError:
            raise forms.ValidationError("Must be true, false, 1 or 0.", code="invalid") from None


class UUIDField(forms.Field):
    """A UUID, dashed or plain."""

    def to_python(self, value: Any) -> UUID | None:
        """Read a UUID; a parameter that is not there is no filter."""
        if value is None or (self.required and value == ""):
            return None
        key = parse_uuid(str(value))
        if key is None:
            raise forms.ValidationError("This is not a UUID.", code="invalid")
        return key


class TextField(forms.CharField):
    """A text, kept to the letter; an empty one is more likely a mistake than everybody's."""

    def to_python(self, value: Any) -> str | None:
        """Read a text; a parameter that is not there is no filter."""
        if value is None or (self.required and value == ""):
            return None
        if not value:
            raise forms.ValidationError("This may not be empty.", code="invalid")
        return super().to_python(value)


class IntegerField(forms.IntegerField):
    """A whole number."""

    def to_python(self, value: Any) -> int | None:
        """Read a number; a parameter that is not there is no filter."""
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
