"""Wire shapes of progress tracking: lenient on the way in, fixed on the way out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from logger.commands import Interaction, StartSession, UpdateSession
from logger.mastery import MAX_N, Criterion, MasteryType
from logger.models import AttemptLog, ContentKind
from logger.selectors import Row, TryDiff
from logger.services import PAST_ATTEMPT, StartedSession, UpdatedSession
from roster.serializers import HexUUIDField

MAX_SECONDS = 10_000_000
MAX_INTERACTIONS = 1000
QUIZ_CRITERION = {"type": MasteryType.QUIZ.value, "coach_assigned": True}


class FiniteFloatField(serializers.FloatField):
    """A number as Kolibri coerces it (`"0.5"`, `true`), but never NaN or infinite."""

    def to_internal_value(self, data: Any) -> float:
        """Read a finite number."""
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("invalid")
        return number


def _share(**kwargs: Any) -> FiniteFloatField:
    return FiniteFloatField(min_value=0, max_value=1, **kwargs)


def _seconds(**kwargs: Any) -> FiniteFloatField:
    return FiniteFloatField(min_value=0, max_value=MAX_SECONDS, **kwargs)


class ObjectField(serializers.DictField):
    """A JSON object, kept as it is."""


class ShortListField(serializers.ListField):
    """A list whose length is looked at before its children are."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Refuse a list that is too long before any work goes into it."""
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            message = self.error_messages["max_length"].format(max_length=self.max_length)
            raise ValidationError(message, code="max_length")
        return super().to_internal_value(data)


class MasteryModelSerializer(serializers.Serializer[Any]):
    """How an exercise is completed; `coach_assigned` is not for clients to say."""

    type = serializers.ChoiceField(choices=[kind.value for kind in MasteryType])
    m = serializers.IntegerField(min_value=0, max_value=MAX_N, required=False)
    n = serializers.IntegerField(min_value=0, max_value=MAX_N, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a criterion nothing could meet."""
        try:
            Criterion.of(attrs)
        except ValueError:
            message = "m_of_n needs integers m and n with 1 ≤ m ≤ n."
            raise ValidationError({name: [message] for name in ("m", "n")}) from None
        return attrs


class StartSessionSerializer(serializers.Serializer[StartSession]):
    """A session to open."""

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
        """Check every field and what belongs together, and report all that is wrong at once."""
        together = _contradictions(data) if isinstance(data, Mapping) else {}
        try:
            attrs: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**together, **error.detail}) from None  # type: ignore[dict-item]
        if together:
            raise ValidationError(together)
        return attrs

    def command(self) -> StartSession:
        """Return the session to open; a quiz's content is the quiz itself."""
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


def _contradictions(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is missing beside what was sent, and what must not come together."""
    errors: dict[str, Any] = {}
    if "quiz_id" not in data:
        errors = _node_errors(data)
    else:
        for other in ("node_id", "lesson_id"):
            if other in data:
                errors[other] = ["Must not come with quiz_id."]
    if "lesson_id" in data and "course_session_id" in data:
        errors["course_session_id"] = ["Must not come with lesson_id."]
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
    """One thing a learner did at one question."""

    id = HexUUIDField(required=False)
    item = serializers.CharField(max_length=200, trim_whitespace=False)
    correct = _share()
    time_spent = _seconds()
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


class UpdateSessionSerializer(serializers.Serializer[UpdateSession]):
    """How a session moves on."""

    progress = _share(required=False)
    progress_delta = _share(required=False)
    time_spent_delta = _seconds(required=False)
    extra_fields = ObjectField(required=False)
    interactions = ShortListField(
        child=InteractionSerializer(), required=False, max_length=MAX_INTERACTIONS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two ways of saying the same."""
        if "progress" in attrs and "progress_delta" in attrs:
            raise ValidationError({"progress_delta": ["Must not come with progress."]})
        return attrs

    def command(self) -> UpdateSession:
        """Return how the session moves on."""
        data = dict(self.validated_data)
        if (interactions := data.get("interactions")) is not None:
            data["interactions"] = tuple(
                Interaction(**interaction, answer_given="answer" in interaction)
                for interaction in interactions
            )
        return UpdateSession(**data)


# Out. The fields are declared for the OpenAPI document; rows are written by hand, which is
# several times faster on a list of a thousand.


class PastAttemptSerializer(serializers.Serializer[Any]):
    """An attempt as clients of a session see it."""

    id = HexUUIDField()
    correct = serializers.FloatField()
    complete = serializers.BooleanField()
    hinted = serializers.BooleanField()
    error = serializers.BooleanField()
    item = serializers.CharField()
    answer = ObjectField(allow_null=True)
    time_spent = serializers.FloatField()


class ContextSerializer(serializers.Serializer[Any]):
    """What a session was opened from, as far as it applies."""

    node_id = HexUUIDField(required=False)
    lesson_id = HexUUIDField(required=False)
    quiz_id = HexUUIDField(required=False)
    course_session_id = HexUUIDField(required=False)
    mastery_level = serializers.IntegerField(required=False)


class MasteryCriterionSerializer(MasteryModelSerializer):
    """The criterion a try began with."""

    coach_assigned = serializers.BooleanField(required=False)


class StartedSessionSerializer(serializers.Serializer[Any]):
    """A new session, and where the learner stands."""

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
    """Whether the content is done now."""

    complete = serializers.BooleanField()
    attempts = PastAttemptSerializer(many=True, required=False)


class TotalProgressSerializer(serializers.Serializer[Any]):
    """How many contents a learner completed."""

    id = HexUUIDField()
    progress = serializers.IntegerField()


class TrySerializer(serializers.Serializer[Any]):
    """One try."""

    id = HexUUIDField()
    mastery_criterion = MasteryCriterionSerializer()
    mastery_level = serializers.IntegerField()
    start_timestamp = serializers.DateTimeField()
    end_timestamp = serializers.DateTimeField()
    completion_timestamp = serializers.DateTimeField(allow_null=True)
    complete = serializers.BooleanField()
    correct = serializers.IntegerField()
    time_spent = serializers.FloatField()

    def to_representation(self, instance: Row) -> Row:
        """Write a row of `values(*TRY)`."""
        return try_body(instance)


class AttemptSerializer(PastAttemptSerializer):
    """One attempt, whole."""

    start_timestamp = serializers.DateTimeField()
    end_timestamp = serializers.DateTimeField()
    completion_timestamp = serializers.DateTimeField(allow_null=True)
    simple_answer = serializers.CharField(allow_blank=True)
    interaction_history = serializers.ListField(child=ObjectField())
    user = HexUUIDField(allow_null=True)
    masterylog = HexUUIDField(allow_null=True)
    sessionlog = HexUUIDField()

    def to_representation(self, instance: Row) -> Row:
        """Write a row of `values(*ATTEMPT)`."""
        return attempt_body(instance)


class ScoreChangeSerializer(serializers.Serializer[Any]):
    """By how much an attempt beat the previous try's at the same item."""

    correct = serializers.FloatField(allow_null=True)


class ComparedAttemptSerializer(AttemptSerializer):
    """One attempt beside the previous try's."""

    diff = ScoreChangeSerializer()


class TryChangeSerializer(serializers.Serializer[Any]):
    """By how much a try beat the previous one."""

    correct = serializers.IntegerField()
    time_spent = serializers.FloatField()


class TryDiffSerializer(TrySerializer):
    """One try beside the previous one."""

    diff = TryChangeSerializer(allow_null=True)
    attemptlogs = ComparedAttemptSerializer(many=True)


def _hex(key: UUID | None) -> str | None:
    return key.hex if key else None


def past_attempt_body(row: Mapping[str, Any]) -> Row:
    """Write an attempt's eight fields."""
    return {**row, "id": row["id"].hex}


def started_body(started: StartedSession) -> Row:
    """Write a new session; only assessments have a criterion and attempts."""
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
    """Write whether the content is done, and the attempts where any were sent."""
    body: Row = {"complete": updated.complete}
    if updated.attempts is not None:
        body["attempts"] = [_attempt_of_session(attempt) for attempt in updated.attempts]
    return body


def _attempt_of_session(attempt: AttemptLog) -> Row:
    return past_attempt_body({name: getattr(attempt, name) for name in PAST_ATTEMPT})


def try_body(row: Row) -> Row:
    """Write a try."""
    return {**row, "id": row["id"].hex}


def attempt_body(row: Row) -> Row:
    """Write an attempt's sixteen fields."""
    body = {
        **row,
        "id": row["id"].hex,
        "user": _hex(row["user"]),
        "masterylog": _hex(row["mastery_log"]),
        "sessionlog": row["session"].hex,
    }
    del body["mastery_log"], body["session"]
    return body


def diff_body(diff: TryDiff) -> Row:
    """Write a try beside the previous one."""
    change = {"correct": diff.correct, "time_spent": diff.time_spent} if diff.previous else None
    return {
        **try_body(diff.target),
        "diff": change,
        "attemptlogs": [
            {**attempt_body(row), "diff": {"correct": score}} for row, score in diff.attempts
        ],
    }
