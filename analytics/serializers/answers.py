"""Bodies of answer tracking: an answer, and the change of mastery it caused."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from analytics.commands import DEFAULT_CONFIDENCE, TrackedAnswer
from analytics.events import MasteryChange
from analytics.serializers.answer_parsing import (
    MAX_CONFIDENCE,
    MAX_DIFFICULTY,
    MAX_SECONDS,
    BadAnswer,
    parse_answer,
)
from infra.identifiers import MAX_ID_LENGTH

DECIMALS = 4
CONFIDENCE_CHOICES = ("low", "medium", "high")


class TrackAnswerSerializer(serializers.Serializer[TrackedAnswer]):
    """One answer by one learner to one question."""

    user_id = serializers.CharField(max_length=MAX_ID_LENGTH)
    skill_id = serializers.CharField(max_length=MAX_ID_LENGTH)
    is_correct = serializers.BooleanField()
    time_spent_seconds = serializers.IntegerField(
        min_value=0, max_value=MAX_SECONDS, required=False, allow_null=True
    )
    confidence_score = serializers.IntegerField(
        min_value=1, max_value=MAX_CONFIDENCE, default=DEFAULT_CONFIDENCE, allow_null=True
    )
    question_difficulty = serializers.FloatField(
        min_value=-MAX_DIFFICULTY, max_value=MAX_DIFFICULTY, required=False, allow_null=True
    )
    item_id = serializers.CharField(max_length=MAX_ID_LENGTH, required=False, allow_null=True)
    event_id = serializers.CharField(max_length=MAX_ID_LENGTH, required=False, allow_null=True)
    timestamp = serializers.DateTimeField(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> TrackedAnswer:
        """Parse the answer by the same rules as the bulk endpoint."""
        try:
            return parse_answer(data)
        except BadAnswer as error:
            raise ValidationError(error.details) from None

    def command(self) -> TrackedAnswer:
        """Return the validated answer."""
        tracked: TrackedAnswer = self.validated_data
        return tracked


class MasteryChangeSerializer(serializers.Serializer[MasteryChange]):
    """The change of mastery that an answer caused."""

    mastery_before = serializers.FloatField()
    mastery_after = serializers.FloatField()
    velocity = serializers.FloatField()
    plateau_detected = serializers.BooleanField()
    total_attempts = serializers.IntegerField()
    correct_attempts = serializers.IntegerField()
    recommendation = serializers.CharField(allow_null=True)
    plateau_confidence = serializers.ChoiceField(choices=CONFIDENCE_CHOICES, allow_null=True)
    p_correct = serializers.FloatField()


def round_probability(value: float) -> float:
    """Round a probability, or the difference of two, to the precision of the API."""
    return round(value, DECIMALS)


def change_body(change: MasteryChange) -> dict[str, Any]:
    """Return the response body of a change of mastery.

    The velocity is the difference of the rounded values, so that the three numbers agree.
    """
    before, after = round_probability(change.before), round_probability(change.after)
    return {
        "mastery_before": before,
        "mastery_after": after,
        "velocity": round_probability(after - before),
        "plateau_detected": change.plateau,
        "total_attempts": change.attempts,
        "correct_attempts": change.correct,
        "recommendation": change.recommendation,
        "plateau_confidence": change.plateau_confidence,
        "p_correct": round_probability(change.p_correct),
    }
