"""Strict parsing of answers, the same for one and for ten thousand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from analytics.commands import TrackedAnswer
from infra.api.fields import EventTimeField
from infra.identifiers import MAX_ID_LENGTH

Parser = Callable[[Any], Any]
MAX_SECONDS = 10_000_000
MAX_CONFIDENCE = 5
MAX_DIFFICULTY = 3
NO_FIELD = "non_field_errors"
_TIME = EventTimeField()
_REQUIRED = ("user_id", "skill_id", "is_correct")


class BadAnswer(ValueError):
    """The answer is invalid; `problems` has the error of each field."""

    def __init__(self, problems: Mapping[str, ErrorDetail]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)

    @property
    def details(self) -> dict[str, list[ErrorDetail]]:
        """The problems as REST framework writes them: a list of messages for each field."""
        return {name: [problem] for name, problem in self.problems.items()}


def parse_answer(data: Any) -> TrackedAnswer:
    """Parse one answer strictly, without converting types (contract 2.1).

    Optional fields may be null; unknown fields are ignored.

    Raises
    ------
    BadAnswer : the data is not a valid answer.
    """
    return TrackedAnswer(**parse_fields(data, _PARSERS, _REQUIRED))


def parse_fields(
    data: Any, parsers: Mapping[str, Parser], required: Collection[str]
) -> dict[str, Any]:
    """Parse the fields of an object, each with its parser; null means absent in optional fields.

    Raises
    ------
    BadAnswer : the data is not an object, lacks a required field, or a parser rejects a value.
    """
    if not isinstance(data, dict):
        raise BadAnswer({NO_FIELD: ErrorDetail("An object is required.", "invalid")})
    fields: dict[str, Any] = {}
    problems: dict[str, ErrorDetail] = {}
    for name, value in data.items():
        parse = parsers.get(name)
        if parse is None or (value is None and name not in required):
            continue
        try:
            fields[name] = parse(value)
        except ValueError as error:
            problems[name] = ErrorDetail(str(error), "invalid")
    for name in required:
        if name not in data:
            problems[name] = ErrorDetail("This field is required.", "required")
    if problems:
        raise BadAnswer(problems)
    return fields


def parse_text(longest: int, *, shortest: int = 1) -> Callable[[Any], str]:
    """Return a parser of strings with a number of characters within bounds."""

    def parse(value: Any) -> str:
        if type(value) is not str:
            raise ValueError("A string is required.")
        if not shortest <= len(value) <= longest:
            raise ValueError(f"Must have {shortest} to {longest} characters.")
        if "\0" in value or not (value.isascii() or _is_encodable(value)):
            raise ValueError("Null characters and lone surrogates are not allowed.")
        return value

    return parse


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parse_boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("true or false is required.")
    return value


def parse_integer(low: int, high: int) -> Callable[[Any], int]:
    """Return a parser of whole numbers within bounds; it rejects `true` and `3.0`."""

    def parse(value: Any) -> int:
        if type(value) is not int:
            raise ValueError("A whole number is required.")
        if not low <= value <= high:
            raise ValueError(f"Must lie between {low} and {high}.")
        return value

    return parse


def _parse_difficulty(value: Any) -> float:
    if type(value) not in (int, float) or not isfinite(value):
        raise ValueError("A number is required.")
    if not -MAX_DIFFICULTY <= value <= MAX_DIFFICULTY:
        raise ValueError(f"Must lie between -{MAX_DIFFICULTY} and {MAX_DIFFICULTY}.")
    return float(value)


def parse_moment(value: Any) -> datetime:
    """Parse the time at which something happened (contract 0.1)."""
    try:
        return _TIME.to_internal_value(value)
    except ValidationError as error:
        [problem] = error.detail
        raise ValueError(problem) from None


parse_name = parse_text(MAX_ID_LENGTH)
_PARSERS: dict[str, Parser] = {
    "user_id": parse_name,
    "skill_id": parse_name,
    "is_correct": _parse_boolean,
    "time_spent_seconds": parse_integer(0, MAX_SECONDS),
    "confidence_score": parse_integer(1, MAX_CONFIDENCE),
    "question_difficulty": _parse_difficulty,
    "item_id": parse_name,
    "event_id": parse_name,
    "timestamp": parse_moment,
}
