"""Response body of the quality of the learner model (contract 4.4)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.selectors import QualityRow
from analytics.serializers.answers import round_probability
from infra.api.fields import HexUUIDField


class AlertsSerializer(serializers.Serializer[Any]):
    """Flagged plateaus, and those among them that the next ten answers confirm or refute."""

    raised = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    refuted = serializers.IntegerField()


class QualitySerializer(serializers.Serializer[QualityRow]):
    """The quality of the predictions in a facility, at one skill or (null) at all of them."""

    facility_id = HexUUIDField()
    skill_id = serializers.CharField(allow_null=True)
    answers = serializers.IntegerField()
    auc = serializers.FloatField(allow_null=True)
    log_loss = serializers.FloatField(allow_null=True)
    default_log_loss = serializers.FloatField(
        allow_null=True, help_text="Of knowledge tracing with the default parameters."
    )
    drift = serializers.FloatField(
        allow_null=True, help_text="Mean of score - prediction; 0 for a model that fits."
    )
    calibration = serializers.ListField(
        child=serializers.ListField(
            child=serializers.FloatField(allow_null=True), min_length=3, max_length=3
        ),
        min_length=10,
        max_length=10,
        help_text="Mean prediction, mean score and number of answers, in ten bins of equal width.",
    )
    alerts = AlertsSerializer()
    refit_suggested = serializers.BooleanField()


def quality_body(row: QualityRow) -> dict[str, Any]:
    """Return the response body of a facility or a skill."""
    quality = row.quality
    return {
        "facility_id": row.facility.pk.hex,
        "skill_id": row.skill and row.skill.code,
        "answers": quality.answers,
        "auc": _rounded(quality.auc),
        "log_loss": _rounded(quality.log_loss),
        "default_log_loss": _rounded(quality.default_log_loss),
        "drift": _rounded(quality.drift),
        "calibration": [
            [_rounded(predicted), _rounded(observed), count]
            for predicted, observed, count in quality.calibration
        ],
        "alerts": {
            "raised": quality.alerts.raised,
            "confirmed": quality.alerts.confirmed,
            "refuted": quality.alerts.refuted,
        },
        "refit_suggested": row.is_refit_suggested,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round_probability(value)
