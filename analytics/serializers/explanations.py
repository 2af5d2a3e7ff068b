"""Part of a response body: signs of a plateau, its cause, and what a teacher can do."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.core.causes import Cause
from analytics.core.explanation import Explanation
from analytics.core.plateau import Indicator


class IndicatorsSerializer(serializers.Serializer[Any]):
    """Signs of a plateau; none of them makes one alone."""

    velocity_declining = serializers.BooleanField()
    mastery_stagnant = serializers.BooleanField()
    efficiency_dropping = serializers.BooleanField()


class ExplanationSerializer(serializers.Serializer[Any]):
    """Reasons for missing progress, as far as the answers show them."""

    indicators = IndicatorsSerializer()
    cause = serializers.ChoiceField(choices=[cause.value for cause in Cause], allow_null=True)
    recommendation = serializers.CharField(allow_null=True)


def explanation_body(explanation: Explanation) -> dict[str, Any]:
    """Return the fields of a response body that explain."""
    return {
        "indicators": {sign.value: sign in explanation.indicators for sign in Indicator},
        "cause": explanation.cause,
        "recommendation": explanation.recommendation,
    }
