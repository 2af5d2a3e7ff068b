"""Response bodies of skill estimates, learning curves, velocity and predictions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from analytics.core.forecast import Goal, Score
from analytics.core.velocity import Trend
from analytics.events import Source
from analytics.selectors import Predictions, SkillEstimate, VelocitySummary, explain_state
from analytics.serializers.answers import (
    CONFIDENCE_HELP,
    TOO_FEW_HELP,
    confidence_body,
    round_probability,
)
from analytics.serializers.explanations import ExplanationSerializer, explanation_body
from infra.api.fields import HexUUIDField
from infra.datetime_format import format_time

Row = dict[str, Any]


class SkillEstimateSerializer(ExplanationSerializer):
    """The estimate of a learner at one skill."""

    skill_id = serializers.CharField()
    mastery = serializers.FloatField()
    velocity = serializers.FloatField()
    plateau = serializers.BooleanField()
    attempts = serializers.IntegerField()
    correct = serializers.IntegerField()
    efficiency = serializers.FloatField()
    last_practised = serializers.DateTimeField()
    p_correct_next = serializers.FloatField()
    confidence = serializers.FloatField(help_text=CONFIDENCE_HELP)
    too_few_answers = serializers.BooleanField(help_text=TOO_FEW_HELP)


def skill_estimate_body(estimate: SkillEstimate) -> Row:
    """Return the response body of a skill estimate."""
    state = estimate.state
    return {
        "skill_id": state.skill.code,
        "mastery": round_probability(state.mastery),
        "velocity": round_probability(state.velocity),
        "plateau": state.plateau,
        "attempts": state.attempts,
        "correct": state.correct,
        "efficiency": round_probability(state.efficiency),
        "last_practised": format_time(state.last_practised),
        "p_correct_next": round_probability(estimate.p_correct_next),
        **confidence_body(state.attempts),
        **explanation_body(explain_state(state)),
    }


class PointSerializer(serializers.Serializer[Row]):
    """One answer on a learning curve."""

    id = HexUUIDField()
    timestamp = serializers.DateTimeField()
    source = serializers.ChoiceField(choices=Source.values)  # type: ignore[assignment]
    event_id = serializers.CharField(allow_null=True)
    item_id = serializers.CharField(allow_null=True)
    score = serializers.FloatField()
    time_spent_seconds = serializers.FloatField(allow_null=True)
    confidence_score = serializers.IntegerField(allow_null=True)
    mastery_before = serializers.FloatField()
    mastery_after = serializers.FloatField()
    p_correct = serializers.FloatField()


def point_body(row: Row) -> Row:
    """Return the response body of a row of `values(*POINT)`."""
    return {
        "id": row["id"].hex,
        "timestamp": format_time(row["happened_at"]),
        "source": row["source"],
        "event_id": row["source_id"],
        "item_id": row["item__code"],
        "score": row["score"],
        "time_spent_seconds": row["seconds"],
        "confidence_score": row["confidence"],
        "mastery_before": round_probability(row["mastery_before"]),
        "mastery_after": round_probability(row["mastery_after"]),
        "p_correct": round_probability(row["p_correct"]),
    }


class VelocitySerializer(ExplanationSerializer):
    """The rate at which a learner improves."""

    momentum_score = serializers.IntegerField(min_value=0, max_value=100)
    velocity_trend = serializers.ChoiceField(choices=[trend.value for trend in Trend])
    overall_velocity = serializers.FloatField()
    consistency = serializers.FloatField()
    activity_level = serializers.FloatField()
    cognitive_efficiency = serializers.FloatField()
    skill_velocities = serializers.DictField(child=serializers.FloatField())
    confidence = serializers.FloatField(help_text=CONFIDENCE_HELP)
    too_few_answers = serializers.BooleanField(help_text=TOO_FEW_HELP)


def velocity_body(summary: VelocitySummary) -> Row:
    """Return the response body of a velocity summary."""
    momentum = summary.momentum
    return {
        "momentum_score": momentum.score,
        "velocity_trend": momentum.trend,
        "overall_velocity": round_probability(momentum.velocity),
        "consistency": round_probability(momentum.consistency),
        "activity_level": round_probability(momentum.activity),
        "cognitive_efficiency": round_probability(summary.efficiency),
        "skill_velocities": {
            code: round_probability(velocity) for code, velocity in summary.velocities.items()
        },
        **confidence_body(summary.answers),
        **explanation_body(summary.explanation),
    }


class IntervalSerializer(serializers.Serializer[Any]):
    """The interval that contains the later score with a probability of 80 %."""

    low = serializers.IntegerField(allow_null=True)
    high = serializers.IntegerField(allow_null=True)


class GoalSerializer(serializers.Serializer[Any]):
    """The distance to the target; null without a target, or with too little evidence."""

    target_score = serializers.FloatField(allow_null=True)
    days_to_goal = serializers.IntegerField(allow_null=True)
    progress_percent = serializers.IntegerField(allow_null=True)
    on_track = serializers.BooleanField(allow_null=True)


class SkillPredictionSerializer(serializers.Serializer[Any]):
    """The prediction for one skill."""

    mastery = serializers.FloatField()
    predicted_mastery = serializers.FloatField()
    p_correct_next = serializers.FloatField()


class IntervalsSerializer(serializers.Serializer[Any]):
    """An interval for each section of the test and for the total."""

    def get_fields(self) -> dict[str, Any]:
        """Return a field for each section and the total."""
        return {name: IntervalSerializer() for name in _score_names()}


class PredictionsSerializer(serializers.Serializer[Predictions]):
    """The predicted scores; the number in a field name is the requested number of days."""

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, including those of each section of the test."""
        score: dict[str, Any] = {"min_value": 0, "allow_null": True}
        return {
            **{f"current_{name}": serializers.IntegerField(**score) for name in _score_names()},
            **{
                f"predicted_{name}_in_30_days": serializers.IntegerField(required=False, **score)
                for name in _score_names()
            },
            "confidence_intervals": IntervalsSerializer(),
            "goal_tracking": GoalSerializer(),
            "recommendations": serializers.ListField(child=serializers.CharField()),
            "skills": serializers.DictField(child=SkillPredictionSerializer()),
        }


def _score_names() -> list[str]:
    return [*settings.SCORE_SECTIONS, "total"]


def predictions_body(predictions: Predictions) -> Row:
    """Return the response body of predictions."""
    forecast = predictions.forecast
    scores = {**forecast.sections, "total": forecast.total}
    return {
        **{f"current_{name}": score and score.current for name, score in scores.items()},
        **{
            f"predicted_{name}_in_{predictions.days}_days": score and score.predicted
            for name, score in scores.items()
        },
        "confidence_intervals": {name: _interval_body(score) for name, score in scores.items()},
        "goal_tracking": _goal_body(predictions.target, forecast.goal),
        "recommendations": predictions.recommendations,
        "skills": {
            skill.code: {
                "mastery": round_probability(skill.mastery),
                "predicted_mastery": round_probability(skill.predicted_mastery),
                "p_correct_next": round_probability(skill.p_correct_next),
            }
            for skill in predictions.skills
        },
    }


def _interval_body(score: Score | None) -> Row:
    if score is None:
        return {"low": None, "high": None}
    return {"low": score.interval.low, "high": score.interval.high}


def _goal_body(target: float | None, goal: Goal | None) -> Row:
    return {
        "target_score": target,
        "days_to_goal": goal and goal.days,
        "progress_percent": goal and goal.progress,
        "on_track": goal and goal.on_track,
    }
