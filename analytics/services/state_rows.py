"""Rows of abilities and skill states from the result of a replay."""

from __future__ import annotations

from uuid import UUID

from analytics.core import recent_results
from analytics.models import LearnerAbility, SkillState
from analytics.rows import apply_recall_model
from analytics.services.replay_events import LearnerSkill, ReplayResult


def ability_row(replay: ReplayResult, learner_id: UUID) -> LearnerAbility | None:
    """Return a learner's ability as a row; None if the learner has no events."""
    if not replay.answers[learner_id]:
        return None
    row = LearnerAbility(
        learner_id=learner_id,
        answers=replay.positions[learner_id],
        newest=replay.newest[learner_id],
        due_outdated=True,
    )
    apply_recall_model(replay.reviews.recall_model(learner_id), row)
    index = replay.learners.get(learner_id)
    if index is not None:
        beliefs = replay.beliefs
        row.mean = float(beliefs.ability.mean[index])
        row.variance = float(beliefs.ability.variance[index])
        row.efficiency_weight = float(beliefs.efficiency_weight[index])
        row.efficiency = float(beliefs.efficiency[index])
        row.recent = recent_results.to_bytes(beliefs.recent.state[:, index].tolist())
    return row


def state_row(replay: ReplayResult, key: LearnerSkill) -> SkillState:
    """Return a learner's state at a skill as a row."""
    index, beliefs = replay.keys[key], replay.beliefs
    trajectory = beliefs.trajectories.row(index)
    learner_id, skill_id = key
    return SkillState(
        learner_id=learner_id,
        skill_id=skill_id,
        parameters=replay.parameters[index],
        mastery=float(beliefs.mastery[index]),
        fading=float(beliefs.mastery_with_forgetting[index]),
        attempts=int(beliefs.attempts[index]),
        correct=int(beliefs.correct[index]),
        ability_mean=float(beliefs.skill_ability.mean[index]),
        ability_variance=float(beliefs.skill_ability.variance[index]),
        course=trajectory.to_bytes(),
        plateau=trajectory.is_plateau,
        p_stuck=trajectory.stuck,
        velocity=trajectory.velocity,
        efficiency=trajectory.efficiency,
        last_practised=replay.last_practised[index],
        recent=recent_results.to_bytes_at_skill(beliefs.recent.at_skill[:, index].tolist()),
    )
