"""Response body of recommendations (contract 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from analytics import labels
from analytics.core.next_steps import Reason
from analytics.selectors import NextStep
from analytics.serializers.answers import round_probability


class NextStepSerializer(serializers.Serializer[NextStep]):
    """One recommendation; `item_id` is the GUID of an item without a code."""

    skill_id = serializers.CharField(allow_null=True)
    item_id = serializers.CharField(allow_null=True)
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    text = serializers.CharField()
    expected_success = serializers.FloatField(min_value=0, max_value=1)
    expected_gain_per_minute = serializers.FloatField()


class NextStepsSerializer(serializers.Serializer[Any]):
    """Recommendations, the largest expected gain per minute first."""

    items = NextStepSerializer(many=True)


def next_steps_body(steps: Sequence[NextStep]) -> dict[str, Any]:
    """Return the response body of recommendations."""
    return {
        "items": [
            {
                "skill_id": step.skill and step.skill.code,
                "item_id": step.item and (step.item.code or str(step.item.guid)),
                "reason": step.reason,
                "text": labels.next_step(step),
                "expected_success": round_probability(step.expected_success),
                "expected_gain_per_minute": round_probability(step.gain),
            }
            for step in steps
        ]
    }
