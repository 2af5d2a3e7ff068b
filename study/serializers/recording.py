"""Strict parsing of study results, the same for one and for ten thousand."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from analytics.serializers.answer_parsing import (
    BadAnswer,
    Parser,
    parse_fields,
    parse_integer,
    parse_moment,
    parse_name,
)
from infra.identifiers import MAX_ID_LENGTH
from study.commands import QuizResult, StudyResult
from study.serializers.strict_fields import (
    GuidField,
    IdField,
    StrictSerializer,
    parse_guid,
    parse_id,
)

MAX_MILLIS = 10_000_000_000
GUID = "learning_engine_guid"
_REQUIRED = ("user_id", "partner_id", "quiz_result", "study_time_millis")


def parse_result(data: Any) -> StudyResult:
    """Parse one result strictly (contract 3).

    Raises
    ------
    BadAnswer : the data is not a valid result.
    """
    fields = parse_fields(data, _PARSERS, _REQUIRED)
    guid = fields.pop(GUID, None)
    if guid is None and "item_id" not in fields:
        message = f"{GUID} or item_id is required."
        raise BadAnswer({GUID: ErrorDetail(message, "required")})
    if guid is not None and "item_id" in fields:
        raise BadAnswer(
            {"item_id": ErrorDetail(f"Must not be sent together with {GUID}.", "invalid")}
        )
    return StudyResult(guid=guid, **fields)


def _parse_quiz_result(value: Any) -> QuizResult:
    try:
        return QuizResult(value)
    except ValueError:
        raise ValueError(f"Must be one of: {', '.join(QuizResult)}.") from None


_PARSERS: dict[str, Parser] = {
    "user_id": parse_id,
    "partner_id": parse_id,
    GUID: parse_guid,
    "item_id": parse_name,
    "quiz_result": _parse_quiz_result,
    "study_time_millis": parse_integer(0, MAX_MILLIS),
    "event_id": parse_name,
    "timestamp": parse_moment,
}


class StudyResultSerializer(StrictSerializer):
    """One learner studied one item, named by exactly one of its GUID and its id."""

    user_id = IdField()
    partner_id = IdField(help_text="The partner id of your facility, or its UUID.")
    learning_engine_guid = GuidField(required=False, allow_null=True)
    item_id = serializers.CharField(max_length=MAX_ID_LENGTH, required=False, allow_null=True)
    quiz_result = serializers.ChoiceField(choices=list(QuizResult))
    study_time_millis = serializers.IntegerField(min_value=0, max_value=MAX_MILLIS)
    event_id = serializers.CharField(max_length=MAX_ID_LENGTH, required=False, allow_null=True)
    timestamp = serializers.DateTimeField(required=False, allow_null=True)

    def parse(self, data: Any) -> StudyResult:
        """Parse the result."""
        return parse_result(data)
