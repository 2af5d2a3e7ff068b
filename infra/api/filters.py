"""Filters of API lists with strict query parameters: booleans, UUIDs, texts and integers.

A missing parameter means "no filter"; an empty or malformed one is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django_filters import rest_framework as filters
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema_field

from infra.identifiers import normalize_id, parse_uuid
from infra.payloads import INTEGER, UUID_SCHEMA, parse_event_time

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


class Identifier(NamedTuple):
    """A text that names a person, and the UUID it contains, if any."""

    text: str
    key: UUID | None


class CodeField(TextField):
    """A code, such as that of an item, in its normal form."""

    def to_python(self, value: Any) -> str | None:
        """Return the code; None (no filter) if the parameter is missing."""
        text = super().to_python(value)
        return None if text is None else normalize_id(text)


class IdentifierField(TextField):
    """An identifier parameter, such as an external id or a UUID."""

    def to_python(self, value: Any) -> Any:
        """Return the identifier; None (no filter) if the parameter is missing."""
        text = super().to_python(value)
        return None if text is None else Identifier(normalize_id(text), parse_uuid(text))

    def run_validators(self, value: Any) -> None:
        """Validate the text of the identifier."""
        super().run_validators(None if value is None else value.text)


class IntegerField(forms.IntegerField):
    """An integer parameter."""

    def to_python(self, value: Any) -> int | None:
        """Return the integer; None (no filter) if the parameter is missing."""
        if value == "":
            raise forms.ValidationError("A whole number is required.", code="invalid")
        if value is not None and not INTEGER.fullmatch(value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class WordField(TextField):
    """A parameter that is one of some words."""

    def __init__(self, *, words: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def to_python(self, value: Any) -> str | None:
        """Return the word; None (no filter) if the parameter is missing."""
        text = super().to_python(value)
        if text is not None and text not in self.words:
            raise forms.ValidationError(f"Must be one of {', '.join(self.words)}.", code="invalid")
        return text


class TimeField(forms.Field):
    """A time with an offset (contract 0.1)."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the time in UTC; None (no filter) if the parameter is missing."""
        if value is None:
            return None
        try:
            return parse_event_time(value)
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from None


class BooleanFilter(filters.Filter):
    field_class = StrictBooleanField


@extend_schema_field({"type": "string", "minLength": 1})
class TextFilter(filters.Filter):
    field_class: type[TextField] = TextField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)


class CodeFilter(TextFilter):
    field_class = CodeField


class WordFilter(TextFilter):
    field_class = WordField


@extend_schema_field({"type": "string", "format": "date-time"})
class TimeFilter(filters.Filter):
    field_class = TimeField


@extend_schema_field(UUID_SCHEMA)
class UUIDFilter(filters.Filter):
    field_class = UUIDField


@extend_schema_field({"type": "string", "minLength": 1})
class IdentifierFilter(filters.Filter):
    field_class = IdentifierField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)


class CompilableFilterSet(filters.FilterSet):
    """Filters that can be applied to a queryset once with placeholders instead of values."""

    @classmethod
    def parse(cls, request: HttpRequest) -> dict[str, Any]:
        """Return the values of the filters that a query has, by name.

        Raises
        ------
        ValidationError : REST framework's, if a value is malformed or missing.
        """
        values = {}
        try:
            for name, field in _form_fields(cls).items():
                value = field.clean(request.GET.get(name))
                if value is not None:
                    values[name] = value
        except ValidationError:
            errors = cls(request.GET, request=request).errors
            raise translate_validation(errors) from None  # type: ignore[misc]
        return values

    @classmethod
    def apply(
        cls, rows: QuerySet[Any, Any], values: Mapping[str, Any], caller: Any
    ) -> QuerySet[Any, Any]:
        """Return the rows that match; values, and those of the caller, may be placeholders."""
        request = HttpRequest()
        request.user = caller
        filter_set = cls(None, queryset=rows, request=request)
        for name, value in values.items():
            rows = filter_set.filters[name].filter(rows, value)
        return rows


@cache
def _form_fields(kind: type[filters.FilterSet]) -> dict[str, forms.Field]:
    """Return the form fields of a filter set; a filter set would copy them for each request."""
    return {name: deepcopy(each).field for name, each in kind.base_filters.items()}
