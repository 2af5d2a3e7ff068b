"""Validated input of `/v3`: the bodies of its requests (contract 3)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from analytics.events import Answer, Source
from infra.identifiers import MAX_ID_LENGTH
from infra.payloads import (
    NO_NUL,
    UUID_SCHEMA,
    EventTime,
    Name,
    Payload,
    choices_schema,
    field_error,
    uuid_validator,
)

GUID = "learning_engine_guid"
MAX_MILLIS = 10_000_000_000
MAX_TITLE = 200
MAX_TEXT = 10_000
MAX_EMAIL = 254


class QuizResult(StrEnum):
    """The result of answering an item."""

    CORRECT = "Correct"
    INCORRECT = "Incorrect"
    ALMOST = "AlmostCorrect"

    @property
    def score(self) -> float:
        """The correctness in [0, 1]; an almost correct answer counts half."""
        return _SCORES[self]


_SCORES = {QuizResult.CORRECT: 1.0, QuizResult.INCORRECT: 0.0, QuizResult.ALMOST: 0.5}


def _parse_quiz_result(value: Any) -> QuizResult:
    try:
        return QuizResult(value)
    except ValueError:
        raise ValueError(f"Must be one of: {', '.join(QuizResult)}.") from None


def _parse_id(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise ValueError("A string or a whole number is required.")  # noqa: TRY004
    return value


def _check_email(email: str) -> str:
    if len(email) > MAX_EMAIL:
        raise ValueError(f"Must have 0 to {MAX_EMAIL} characters.")
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise ValueError("Enter a valid email address.") from None
    return email


# An id that apps may store as a number.
_LENGTH = {"minLength": 1, "maxLength": MAX_ID_LENGTH}
_ID_SCHEMAS = [{"type": "string", **_LENGTH}, {"type": "integer", "format": "int64"}]
Id = Annotated[Name, BeforeValidator(_parse_id), WithJsonSchema({"oneOf": _ID_SCHEMAS, **_LENGTH})]
Guid = Annotated[
    UUID,
    uuid_validator("A GUID is required."),
    WithJsonSchema({**UUID_SCHEMA, "example": "4ec0d7e2-a986-487d-9682-9ba6bbcb4cea"}),
]
Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE), NO_NUL]
Text = Annotated[str, Field(max_length=MAX_TEXT), NO_NUL]
Email = Annotated[
    str,
    AfterValidator(_check_email),
    NO_NUL,
    WithJsonSchema(
        {
            "oneOf": [
                {"type": "string", "format": "email", "maxLength": MAX_EMAIL},
                {"type": "string", "maxLength": 0},
            ]
        }
    ),
]


class StudyResult(Payload):
    """One learner studied one item, named by exactly one of its GUID and its id."""

    model_config = ConfigDict(strict=True)

    user_id: Id
    partner_id: Annotated[Id, Field(description="The partner id of your facility, or its UUID.")]
    guid: Guid | None = Field(default=None, alias="learning_engine_guid")
    item_id: Name | None = None
    quiz_result: Annotated[
        QuizResult,
        PlainValidator(_parse_quiz_result),
        choices_schema(QuizResult),
    ]
    study_time_millis: Annotated[int, Field(ge=0, le=MAX_MILLIS)]
    event_id: Name | None = None
    timestamp: EventTime | None = None

    @model_validator(mode="after")
    def _require_one_item(self) -> Self:
        if self.guid is None and self.item_id is None:
            raise field_error(f"{GUID} or item_id is required.", GUID, code="required")
        if self.guid is not None and self.item_id is not None:
            raise field_error(f"Must not be sent together with {GUID}.", "item_id")
        return self

    @property
    def item(self) -> str | UUID:
        """The GUID or code that names the item."""
        name = self.guid or self.item_id
        assert name is not None  # noqa: S101  # see `_require_one_item`
        return name

    @property
    def answer(self) -> Answer:
        """The result as an `Answer` at the item's own skill, if it has one."""
        return Answer(
            source=Source.STUDY,
            source_id=self.event_id,
            item=self.item_id,
            guid=self.guid,
            is_default=True,
            score=self.quiz_result.score,
            seconds=self.study_time_millis / 1000,
            happened_at=self.timestamp,
        )


class NewSet(Payload):
    """A set to create."""

    model_config = ConfigDict(title="Set", strict=True)

    name: Title
    partner_id: Id


class NewItem(Payload):
    """An item for a set; one that was studied before is named by its id or its GUID."""

    model_config = ConfigDict(title="LearningItem", strict=True)

    question: Text | None = None
    answer: Text | None = None
    item_id: Name | None = None
    guid: Guid | None = Field(default=None, alias="learning_engine_guid")


class NewUser(Payload):
    """A learner to register."""

    model_config = ConfigDict(title="User", strict=True)

    name: Annotated[str, Field(max_length=MAX_TITLE), NO_NUL] | None = None
    email: Email | None = None
