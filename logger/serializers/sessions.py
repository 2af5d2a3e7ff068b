"""Request and response bodies of sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from analytics.models import ContentKind
from infra.api.bodies import decode
from infra.api.fields import HexUUIDField
from infra.payloads import (
    LENIENT_INTEGER,
    LENIENT_TEXT,
    HexUUID,
    Name,
    Omittable,
    Payload,
    choices_schema,
    field_error,
)
from logger.commands import StartSession
from logger.mastery import MAX_N, Criterion, MasteryType
from logger.models import AttemptLog
from logger.selectors import Row
from logger.serializers.shapes import (
    MasteryCriterionSerializer,
    ObjectField,
    PastAttemptSerializer,
    past_attempt_body,
)
from logger.services import PAST_ATTEMPT, StartedSession, UpdatedSession

QUIZ_CRITERION = {"type": MasteryType.QUIZ.value, "coach_assigned": True}
_Count = Annotated[int, Field(ge=0, le=MAX_N), LENIENT_INTEGER]


class MasteryModel(Payload):
    """The mastery model of an exercise; clients cannot set `coach_assigned`."""

    model_config = ConfigDict(use_enum_values=True)

    type: Annotated[MasteryType, choices_schema(MasteryType)]
    m: Omittable[_Count] = None
    n: Omittable[_Count] = None

    @property
    def criterion(self) -> dict[str, Any]:
        """The fields that were sent, as they are stored."""
        return self.model_dump(exclude_unset=True)

    @model_validator(mode="after")
    def _require_possible(self) -> Self:
        try:
            Criterion.of(self.criterion)
        except ValueError:
            raise field_error("m_of_n needs integers m and n with 1 ≤ m ≤ n.", "m", "n") from None
        return self


class StartSessionBody(Payload):
    """The session to start."""

    model_config = ConfigDict(title="StartSession", use_enum_values=True)

    node_id: Omittable[HexUUID] = None
    content_id: Omittable[HexUUID] = None
    channel_id: Omittable[HexUUID] = None
    kind: Omittable[Annotated[ContentKind, choices_schema(ContentKind)]] = None
    lesson_id: Omittable[HexUUID] = None
    quiz_id: Omittable[HexUUID] = None
    course_session_id: Omittable[HexUUID] = None
    mastery_model: Omittable[MasteryModel] = None
    repeat: bool = False
    user_id: Omittable[Annotated[Name, LENIENT_TEXT]] = None

    def command(self) -> StartSession:
        """Return the command; the content of a quiz is the quiz itself."""
        criterion = self.mastery_model.criterion if self.mastery_model else None
        fields = {**dict(self), "mastery_model": criterion}
        if self.quiz_id:
            fields |= {
                "kind": ContentKind.QUIZ,
                "content_id": self.quiz_id,
                "channel_id": None,
                "mastery_model": QUIZ_CRITERION,
            }
        return StartSession(**fields)


def parse_start(data: Any) -> StartSession:
    """Return the command in a body.

    Raises
    ------
    ValidationError : a field is invalid, or fields contradict each other; it has all errors.
    """
    errors = _combination_errors(data) if isinstance(data, Mapping) else {}
    try:
        body = decode(data, StartSessionBody)
    except ValidationError as error:
        raise ValidationError({**errors, **error.detail}) from None  # type: ignore[dict-item]
    if errors:
        raise ValidationError(errors)
    return body.command()


def _combination_errors(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the errors of missing fields and of fields that exclude each other."""
    errors: dict[str, Any] = {}
    if "quiz_id" not in data:
        errors = _node_errors(data)
    else:
        for other in ("node_id", "lesson_id"):
            if other in data:
                errors[other] = ["Must not be sent together with quiz_id."]
    if "lesson_id" in data and "course_session_id" in data:
        errors["course_session_id"] = ["Must not be sent together with lesson_id."]
    return errors


def _node_errors(attrs: Mapping[str, Any]) -> dict[str, Any]:
    required = ["node_id", "content_id", "channel_id", "kind"]
    if attrs.get("kind") == ContentKind.EXERCISE:
        required.append("mastery_model")
    errors: dict[str, Any] = {
        name: [ErrorDetail("This field is required.", code="required")]
        for name in required
        if name not in attrs
    }
    if "mastery_model" in attrs and attrs.get("kind", ContentKind.EXERCISE) != ContentKind.EXERCISE:
        errors["mastery_model"] = ["Only exercises have a mastery model."]
    return errors


class ContextSerializer(serializers.Serializer[Any]):
    """The place a session was opened from; only the ids that apply."""

    node_id = HexUUIDField(required=False)
    lesson_id = HexUUIDField(required=False)
    quiz_id = HexUUIDField(required=False)
    course_session_id = HexUUIDField(required=False)
    mastery_level = serializers.IntegerField(required=False)


class StartedSessionSerializer(serializers.Serializer[Any]):
    """A new session with the learner's progress."""

    session_id = HexUUIDField()
    context = ContextSerializer()  # type: ignore[assignment]
    progress = serializers.FloatField()
    time_spent = serializers.FloatField()
    extra_fields = ObjectField()
    complete = serializers.BooleanField()
    mastery_criterion = MasteryCriterionSerializer(required=False)
    pastattempts = PastAttemptSerializer(many=True, required=False)
    totalattempts = serializers.IntegerField(required=False)


class UpdatedSessionSerializer(serializers.Serializer[Any]):
    """The completion of the content, and the attempts of the update."""

    complete = serializers.BooleanField()
    attempts = PastAttemptSerializer(many=True, required=False)
    recompute_pending = serializers.BooleanField(
        required=False,
        help_text="True: the estimates of the learner do not include all answers yet.",
    )


def started_body(started: StartedSession) -> Row:
    """Return the body of a new session; only assessments have a criterion and attempts."""
    session = started.session
    body = {
        "session_id": session.pk.hex,
        "context": _context_body(started),
        "progress": started.progress,
        "time_spent": started.time_spent,
        "extra_fields": started.extra_fields,
        "complete": started.complete,
    }
    if started.mastery_criterion is not None:
        body["mastery_criterion"] = started.mastery_criterion
        body["pastattempts"] = [past_attempt_body(row) for row in started.past_attempts]
        body["totalattempts"] = started.total_attempts
    return body


def _context_body(started: StartedSession) -> Row:
    session = started.session
    context: Row = {
        name: getattr(session, name).hex
        for name in ("node_id", "lesson_id", "quiz_id", "course_session_id")
        if getattr(session, name)
    }
    if session.mastery_log:
        context["mastery_level"] = session.mastery_log.mastery_level
    return context


def updated_body(updated: UpdatedSession) -> Row:
    """Return the body of an update; it has attempts only if interactions were sent."""
    body: Row = {"complete": updated.complete}
    if updated.attempts is not None:
        body["attempts"] = [_attempt_body(attempt) for attempt in updated.attempts]
    if updated.recompute_pending:
        body["recompute_pending"] = True
    return body


def _attempt_body(attempt: AttemptLog) -> Row:
    return past_attempt_body({name: getattr(attempt, name) for name in PAST_ATTEMPT})
