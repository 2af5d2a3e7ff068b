"""Response body of answer tracking: the change of mastery."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.core.confidence import confidence, too_few_answers
from analytics.events import MasteryChange
from analytics.serializers.explanations import ExplanationSerializer, explanation_body

DECIMALS = 4
CONFIDENCE_CHOICES = ("low", "medium", "high")
CONFIDENCE_HELP = "n / (n + 5) for n answers."
TOO_FEW_HELP = "Fewer than 5 answers: too few to show a level."


class MasteryChangeSerializer(ExplanationSerializer):
    """The change of mastery that an answer caused."""

    mastery_before = serializers.FloatField()
    mastery_after = serializers.FloatField()
    velocity = serializers.FloatField()
    plateau_detected = serializers.BooleanField()
    total_attempts = serializers.IntegerField()
    correct_attempts = serializers.IntegerField()
    plateau_confidence = serializers.ChoiceField(choices=CONFIDENCE_CHOICES, allow_null=True)
    p_correct = serializers.FloatField()
    confidence = serializers.FloatField(help_text=CONFIDENCE_HELP)
    too_few_answers = serializers.BooleanField(help_text=TOO_FEW_HELP)
    recompute_pending = serializers.BooleanField(
        required=False, help_text="True: the values do not include all recorded answers yet."
    )


def round_probability(value: float) -> float:
    """Round a probability, or the difference of two, to the precision of the API."""
    return round(value, DECIMALS)


def confidence_body(answers: int) -> dict[str, Any]:
    """Return the confidence in estimates from this number of answers (contract 4.1)."""
    return {
        "confidence": round_probability(confidence(answers)),
        "too_few_answers": too_few_answers(answers),
    }


def change_body(change: MasteryChange) -> dict[str, Any]:
    """Return the response body of a change of mastery.

    The velocity is the difference of the rounded values, so that the three numbers agree.
    """
    before, after = round_probability(change.before), round_probability(change.after)
    body = {
        "mastery_before": before,
        "mastery_after": after,
        "velocity": round_probability(after - before),
        "plateau_detected": change.plateau,
        "total_attempts": change.attempts,
        "correct_attempts": change.correct,
        **explanation_body(change.explanation),
        "plateau_confidence": change.plateau_confidence,
        "p_correct": round_probability(change.p_correct),
        **confidence_body(change.attempts),
    }
    return {**body, "recompute_pending": True} if change.recompute_pending else body
