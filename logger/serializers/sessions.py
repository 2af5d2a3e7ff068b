"""Request and response bodies of sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from analytics.models import ContentKind
from infra.api.fields import EventTimeField, HexUUIDField
from logger.commands import Interaction, StartSession, UpdateSession
from logger.mastery import MasteryType
from logger.models import AttemptLog
from logger.selectors import Row
from logger.serializers.shapes import (
    MasteryCriterionSerializer,
    MasteryModelSerializer,
    ObjectField,
    PastAttemptSerializer,
    ShortListField,
    past_attempt_body,
    seconds_field,
    share_field,
)
from logger.services import PAST_ATTEMPT, StartedSession, UpdatedSession

MAX_INTERACTIONS = 1000
QUIZ_CRITERION = {"type": MasteryType.QUIZ.value, "coach_assigned": True}


class StartSessionSerializer(serializers.Serializer[StartSession]):
    """The session to start."""

    node_id = HexUUIDField(required=False)
    content_id = HexUUIDField(required=False)
    channel_id = HexUUIDField(required=False)
    kind = serializers.ChoiceField(choices=ContentKind.values, required=False)
    lesson_id = HexUUIDField(required=False)
    quiz_id = HexUUIDField(required=False)
    course_session_id = HexUUIDField(required=False)
    mastery_model = MasteryModelSerializer(required=False)
    repeat = serializers.BooleanField(default=False)
    user_id = serializers.CharField(max_length=255, required=False, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Validate every field and their combinations, and report all errors together."""
        combination_errors = _combination_errors(data) if isinstance(data, Mapping) else {}
        try:
            attrs: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**combination_errors, **error.detail}) from None  # type: ignore[dict-item]
        if combination_errors:
            raise ValidationError(combination_errors)
        return attrs

    def command(self) -> StartSession:
        """Return the command; the content of a quiz is the quiz itself."""
        data = self.validated_data
        if "quiz_id" not in data:
            return StartSession(**data)
        return StartSession(
            kind=ContentKind.QUIZ,
            content_id=data["quiz_id"],
            quiz_id=data["quiz_id"],
            course_session_id=data.get("course_session_id"),
            mastery_model=QUIZ_CRITERION,
            repeat=data["repeat"],
            user_id=data.get("user_id"),
        )


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


class InteractionSerializer(serializers.Serializer[Interaction]):
    """One action of a learner at one question."""

    id = HexUUIDField(required=False)
    item = serializers.CharField(max_length=200, trim_whitespace=False)
    correct = share_field()
    time_spent = seconds_field()
    complete = serializers.BooleanField(default=False)
    answer = ObjectField(required=False, allow_null=True)
    simple_answer = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        allow_null=True,
        trim_whitespace=False,
    )
    error = serializers.BooleanField(default=False)
    hinted = serializers.BooleanField(default=False)
    replace = serializers.BooleanField(default=False)
    timestamp = EventTimeField(required=False, allow_null=True)


class UpdateSessionSerializer(serializers.Serializer[UpdateSession]):
    """The update of a session."""

    progress = share_field(required=False)
    progress_delta = share_field(required=False)
    time_spent_delta = seconds_field(required=False)
    extra_fields = ObjectField(required=False)
    interactions = ShortListField(
        child=InteractionSerializer(), required=False, max_length=MAX_INTERACTIONS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse both `progress` and `progress_delta` in one request."""
        if "progress" in attrs and "progress_delta" in attrs:
            raise ValidationError({"progress_delta": ["Must not be sent together with progress."]})
        return attrs

    def command(self) -> UpdateSession:
        """Return the command."""
        data = dict(self.validated_data)
        if (interactions := data.get("interactions")) is not None:
            data["interactions"] = tuple(
                Interaction(**interaction, answer_given="answer" in interaction)
                for interaction in interactions
            )
        return UpdateSession(**data)


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
    return body


def _attempt_body(attempt: AttemptLog) -> Row:
    return past_attempt_body({name: getattr(attempt, name) for name in PAST_ATTEMPT})
