"""Conversion between model rows and the value objects of the learner model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import nan

import numpy as np

from analytics.core import recent_results
from analytics.core.alerts import DEFAULT_THRESHOLDS, INACTIVE_DAYS, SPINNING_ANSWERS, Thresholds
from analytics.core.difficulty import Gaussian
from analytics.core.exponential_average import ExponentialAverage
from analytics.core.learner_update import DEFAULT_MODEL, Ability, Belief, Evidence, Model, Shared
from analytics.core.logistic import FloatArray
from analytics.core.memory import Memories, Memory, Reviewed
from analytics.core.recall import INITIAL, Practice, RecallModel
from analytics.core.trajectory import Trajectory
from analytics.models import (
    ItemMemory,
    LearnerAbility,
    LearningEvent,
    PredictionTrees,
    SkillParameters,
    SkillState,
)
from roster.models import Facility

DAY = 86_400.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# What predictions of recall read of `ItemMemory`.
MEMORY_COLUMNS = (
    "stability", "difficulty", "last_review", "reviews", "lapses", "last_score", "last_seconds",
)  # fmt: skip


def thresholds_of(facility: Facility | None) -> Thresholds:
    """Return the thresholds of the alerts of a facility; of nobody's, the defaults."""
    if facility is None:
        return DEFAULT_THRESHOLDS
    return Thresholds(
        certainty=facility.plateau_certainty,
        inactive_days=facility.inactive_days or INACTIVE_DAYS,
        spinning_answers=facility.spinning_answers or SPINNING_ANSWERS,
    )


def microseconds(moment: datetime) -> int:
    """Return a time in whole microseconds since 1970 UTC."""
    return (moment - EPOCH) // MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return the time at a number of microseconds since 1970 UTC."""
    return EPOCH + microseconds * MICROSECOND


def model_from_row(parameters: SkillParameters | None) -> Model:
    """Return the parameters of a skill as a model: a fit, or the defaults."""
    if parameters is None:
        return DEFAULT_MODEL
    key = parameters.trees_id
    return Model(
        parameters.classic, parameters.forgetting, parameters.weights, parameters.climb,
        parameters.calibration, None if key is None else PredictionTrees.load(key),
    )  # fmt: skip


def ability_from_row(row: LearnerAbility) -> Ability:
    """Return a learner's overall ability from its row."""
    return Ability(
        Gaussian(row.mean, row.variance),
        ExponentialAverage(row.efficiency_weight, row.efficiency),
        recent_results.from_bytes(row.recent),
    )


def apply_ability(ability: Ability, row: LearnerAbility) -> None:
    """Store an ability in its row."""
    row.mean, row.variance = ability.term
    row.efficiency_weight, row.efficiency = ability.efficiency
    row.recent = recent_results.to_bytes(ability.recent) if ability.recent[0] else None


def recall_model_from_row(row: LearnerAbility) -> RecallModel:
    """Return a learner's recall model from their row."""
    return INITIAL if row.recall_model is None else RecallModel.from_bytes(bytes(row.recall_model))


def apply_recall_model(model: RecallModel, row: LearnerAbility) -> None:
    """Store a recall model in its row; None before the first review that changes it."""
    row.recall_model = None if (model.mean == INITIAL.mean).all() else model.to_bytes()


def reviewed_from_row(row: ItemMemory) -> Reviewed | None:
    """Return an item that was reviewed from its row; None before the first review."""
    if not row.reviews:
        return None
    return Reviewed(
        Memory(row.stability, row.difficulty, microseconds(row.last_review)),
        Practice(
            row.reviews,
            row.lapses,
            row.last_score,
            nan if row.last_seconds is None else row.last_seconds,
        ),
    )


def memories_from_columns(
    stability: Iterable[float | None],
    difficulty: Iterable[float | None],
    last_review: Iterable[datetime | None],
    *practice: Iterable[float | None],
) -> tuple[Memories, Practice]:
    """Return many memories from the columns `MEMORY_COLUMNS`; None marks items without a review."""
    at = [0 if each is None else microseconds(each) for each in last_review]
    return (
        Memories(floats(stability), floats(difficulty), np.array(at, dtype=np.int64)),
        Practice(*map(floats, practice)),
    )


def floats(values: Iterable[float | None]) -> FloatArray:
    """Return numbers as an array, with NaN for None."""
    return np.array([*values], dtype=np.float64)


def belief_from_row(state: SkillState) -> Belief:
    """Return the estimate of a learner's knowledge of a skill from its row."""
    if not state.attempts:
        return Belief.initial(model_from_row(state.parameters))
    return Belief(
        mastery=state.mastery,
        mastery_with_forgetting=state.fading,
        attempts=state.attempts,
        correct=state.correct,
        ability=Gaussian(state.ability_mean, state.ability_variance),
        trajectory=Trajectory.from_bytes(bytes(state.course)),
        recent=recent_results.from_bytes_at_skill(state.recent),
    )


def apply_belief(belief: Belief, state: SkillState) -> None:
    """Store an estimate in its row, with the values that lists show."""
    state.mastery, state.fading = belief.mastery, belief.mastery_with_forgetting
    state.attempts, state.correct = belief.attempts, belief.correct
    state.ability_mean, state.ability_variance = belief.ability
    trajectory = belief.trajectory
    state.course = trajectory.to_bytes()
    state.plateau, state.p_stuck = trajectory.is_plateau, trajectory.stuck
    state.velocity, state.efficiency = trajectory.velocity, trajectory.efficiency
    state.recent = recent_results.to_bytes_at_skill(belief.recent)


def evidence_from_row(event: LearningEvent) -> Evidence:
    """Return an event as numbers for the learner model."""
    shared = Shared(
        Gaussian(event.skill_mean, event.skill_variance),
        Gaussian(event.item_mean, event.item_variance),
        event.typical_seconds,
        event.item_results,
    )
    return Evidence(
        score=event.score,
        day=event.happened_at.timestamp() / DAY,
        shared=shared,
        seconds=event.seconds,
        confidence=event.confidence,
        hinted=event.hinted,
    )
