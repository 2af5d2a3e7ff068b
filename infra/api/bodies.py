"""Decoding of request bodies: one error per invalid field, in the words of the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pydantic
from pydantic_core import ErrorDetails
from rest_framework.exceptions import ErrorDetail, ValidationError

from infra.api.body_schemas import schema_of
from infra.payloads import Payload

P = TypeVar("P", bound=Payload)
Problem = tuple[tuple[str | int, ...], ErrorDetail]
NO_FIELD = "non_field_errors"
REQUIRED = "required"
_TEXT_LENGTH = "Must have {minLength} to {maxLength} characters."
_INTERVAL = "Must lie between {minimum} and {maximum}."
# Type of a pydantic error → message. `input` is the value, `input_type` its type; the other names
# are those of the error's context, and of the field's JSON schema.
_STRICT = {
    "missing": "This field is required.",
    "model_type": "An object is required.",
    "string_type": "A string is required.",
    "string_unicode": "Null characters and lone surrogates are not allowed.",
    "string_too_short": _TEXT_LENGTH,
    "string_too_long": _TEXT_LENGTH,
    "bool_type": "true or false is required.",
    "int_type": "A whole number is required.",
    "float_type": "A number is required.",
    "finite_number": "A number is required.",
    "greater_than_equal": _INTERVAL,
    "less_than_equal": _INTERVAL,
}
_LENIENT = {
    "missing": "This field is required.",
    "model_type": "Invalid data. Expected a dictionary, but got {input_type}.",
    "dict_type": 'Expected a dictionary of items but got type "{input_type}".',
    "tuple_type": 'Expected a list of items but got type "{input_type}".',
    "string_type": "Not a valid string.",
    "string_too_short": "This field may not be blank.",
    "string_too_long": "Ensure this field has no more than {max_length} characters.",
    "bool_type": "Must be a valid boolean.",
    "bool_parsing": "Must be a valid boolean.",
    "float_type": "A valid number is required.",
    "finite_number": "A valid number is required.",
    "greater_than_equal": "Ensure this value is greater than or equal to {ge:.0f}.",
    "less_than_equal": "Ensure this value is less than or equal to {le:.0f}.",
    "enum": '"{input}" is not a valid choice.',
}


class InvalidBody(ValueError):
    """A request body with invalid fields."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "; ".join(f"{'.'.join(map(str, path))}: {message}" for path, message in problems)
        )
        self.problems = problems

    @property
    def details(self) -> dict[str, Any]:
        """The errors as REST framework writes them: lists of messages, nested like the fields."""
        details: dict[Any, Any] = {}
        for (*parents, name), message in self.problems:
            inner = details
            for parent in parents:
                inner = inner.setdefault(parent, {})
            inner.setdefault(name, []).append(message)
        return details


def decode(data: Any, model: type[P]) -> P:
    """Return the body of a request as a model.

    Raises
    ------
    ValidationError : the body is invalid; it has the errors of all fields.
    """
    if data is None:
        raise ValidationError({NO_FIELD: ErrorDetail("No data provided", "null")})
    try:
        return parse(data, model)
    except InvalidBody as error:
        raise ValidationError(error.details) from None


def parse(data: Any, model: type[P]) -> P:
    """Return parsed JSON as a model.

    Raises
    ------
    InvalidBody : the data is invalid.
    """
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        problems = [
            problem
            for each in error.errors(include_url=False)
            for problem in _problems(each, model)
        ]
    if model.model_config.get("strict"):
        problems = _in_order_of_body(problems, data)
    raise InvalidBody(problems)


def _problems(error: ErrorDetails, model: type[Payload]) -> Iterator[Problem]:
    """Yield an error of pydantic as problems, one for each field that it concerns."""
    context = error.get("ctx", {})
    code = REQUIRED if error["type"] in ("missing", REQUIRED) else "invalid"
    message = ErrorDetail(_message(error, model, context), code)
    for field in context.get("fields") or [None]:
        path = (*error["loc"], field) if field else error["loc"]
        yield path or (NO_FIELD,), message


def _message(error: ErrorDetails, model: type[Payload], context: Mapping[str, Any]) -> str:
    kind, value, is_strict = error["type"], error["input"], model.model_config.get("strict")
    if "message" in context:
        return str(context["message"])
    if value is None and not is_strict:
        return "This field may not be null."
    if "error" in context:
        return str(context["error"])
    if is_strict:
        name = error["loc"][0] if error["loc"] else None
        field = schema_of(model)["properties"].get(name, {})
        return _STRICT.get(kind, error["msg"]).format(**{"minLength": 0, **field})
    message = _LENIENT.get(kind, error["msg"])
    return message.format(input=value, input_type=type(value).__name__, **context)


def _in_order_of_body(problems: list[Problem], data: Any) -> list[Problem]:
    """Sort problems by the positions of their fields in the body; missing fields come last."""
    names = data if isinstance(data, dict) else ()
    positions = {name: position for position, name in enumerate(names)}
    return sorted(problems, key=lambda problem: positions.get(problem[0][0], len(positions)))
