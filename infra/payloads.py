"""Request bodies as pydantic models: the base class, and field types shared by the APIs.

A model declares each field once: it decodes and validates the body, describes it in the OpenAPI
document, and is the command that a service takes. `infra.api.bodies` writes the errors.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.utils.dateparse import parse_datetime
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError

from infra.identifiers import MAX_ID_LENGTH, MAX_TEXT_LENGTH, has_control, normalize_id, parse_uuid

T = TypeVar("T")
FIRST_YEAR = 2000
MAX_NUMBER_LENGTH = 1000
# Python's own parsers also accept digits of other scripts, underscores and white space.
INTEGER = re.compile(r"[+-]?[0-9]+(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([Ee][+-]?[0-9]+)?")
_TIME = re.compile(r"[0-9TWZ:.,+ -]+")


class Payload(BaseModel):
    """A request body; unknown fields are ignored.

    A strict model (`ConfigDict(strict=True)`) converts no types, and null means absent in its
    optional fields.
    """

    model_config = ConfigDict(frozen=True)


def field_error(message: str, *fields: str, code: str = "invalid") -> PydanticCustomError:
    """Return the error to raise where fields of a model contradict each other."""
    return PydanticCustomError(code, "{message}", {"message": message, "fields": fields})


class _NotNull:
    """Makes an optional type reject null, so that None only means that the field is absent."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema: CoreSchema = handler(source)["schema"]
        return schema


Omittable = Annotated[T | None, _NotNull()]


def uuid_validator(message: str) -> PlainValidator:
    """Return the validator of a UUID, with or without dashes, in any case."""

    def parse(value: Any) -> UUID:
        key = parse_uuid(value) if isinstance(value, str) else value
        if not isinstance(key, UUID):
            raise ValueError(message)  # noqa: TRY004  # pydantic reports a ValueError
        return key

    return PlainValidator(parse)


UUID_SCHEMA = {
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$",
    "example": "4b16099983df4fb4a6e2f5c60e475c2d",
}
HexUUID = Annotated[UUID, uuid_validator("Must be a valid UUID."), WithJsonSchema(UUID_SCHEMA)]


def parse_event_time(value: Any) -> datetime:
    """Return the time of an event in UTC (contract 0.1).

    Raises
    ------
    ValueError : not ISO 8601 with a UTC offset, or before the year 2000.
    """
    moment = value if isinstance(value, datetime) else _parse_datetime(value)
    if moment is None:
        raise ValueError(
            "Datetime has wrong format. Use one of these formats instead:"
            " YYYY-MM-DDThh:mm:ss[.uuuuuu]Z."
        )
    if moment.tzinfo is None:
        raise ValueError("The time must have a UTC offset, such as Z or +02:00.")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Datetime value out of range.") from None
    if moment.year < FIRST_YEAR:
        raise ValueError("The time must not be before the year 2000.")
    return moment


def _parse_datetime(value: Any) -> datetime | None:
    try:
        is_time = isinstance(value, str) and _TIME.fullmatch(value)
        return parse_datetime(value) if is_time else None
    except ValueError:
        return None


EventTime = Annotated[
    datetime,
    PlainValidator(parse_event_time),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def choices_schema(choices: type[Enum]) -> WithJsonSchema:
    """Return the schema of one of some words, described as drf-spectacular does."""
    words = [choice.value for choice in choices]
    description = "\n".join(f"* `{word}` - {word}" for word in words)
    return WithJsonSchema({"enum": words, "type": "string", "description": description})


# Strict types: no conversions.


def _reject_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("Null characters and lone surrogates are not allowed.")
    return text


def normal_form(max_length: int) -> AfterValidator:
    """Return the validator that normalizes an id (contract 0.2)."""

    def normalize(text: str) -> str:
        if text.isascii():
            return _reject_nul(text)
        name = normalize_id(_reject_nul(text))
        # A few characters are longer in their normal form.
        if len(name) > max_length:
            raise ValueError(f"Ensure this field has no more than {max_length} characters.")
        return name

    return AfterValidator(normalize)


NO_NUL = AfterValidator(_reject_nul)


def _reject_control(text: str) -> str:
    if has_control(text):
        raise ValueError("Control characters are not allowed.")
    return text


NO_CONTROL = AfterValidator(_reject_control)
Name = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH), normal_form(MAX_ID_LENGTH)]
# A text for people, in NFC.
Text = Annotated[
    str,
    Field(max_length=MAX_TEXT_LENGTH),
    normal_form(MAX_TEXT_LENGTH),
    NO_CONTROL,
]


# Lenient types: numbers, booleans and texts in any notation that Kolibri accepts.


def _parse_number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if len(value) > MAX_NUMBER_LENGTH:
        raise ValueError("String value too large.")
    if not _NUMBER.fullmatch(value):
        raise ValueError("A valid number is required.")
    return float(value)


def _parse_integer(value: Any) -> int:
    if isinstance(value, str) and len(value) > MAX_NUMBER_LENGTH:
        raise ValueError("String value too large.")
    text = str(value)
    if not INTEGER.fullmatch(text):
        raise ValueError("A valid integer is required.")
    return int(text.partition(".")[0])


def _number_to_text(value: Any) -> Any:
    return str(value) if type(value) in (int, float) else value


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


# They stand behind the constraints of a type: `Annotated[float, Field(ge=0), LENIENT_NUMBER]`.
LENIENT_NUMBER = BeforeValidator(_parse_number)
LENIENT_INTEGER = BeforeValidator(_parse_integer)
LENIENT_TEXT = BeforeValidator(_number_to_text)
TRIM = BeforeValidator(_strip)
