"""Rows of what some learners' events come to."""

from __future__ import annotations

from uuid import UUID

from analytics.models import LearnerAbility, SkillState
from analytics.rows import apply_calibration
from analytics.services.replay_events import LearnerSkill, ReplayResult


def ability_row(retold: ReplayResult, learner_id: UUID) -> LearnerAbility | None:
    """Return what is believed of a learner as a row; None where there is no event of theirs."""
    if not retold.answers[learner_id]:
        return None
    row = LearnerAbility(
        learner_id=learner_id,
        answers=retold.positions[learner_id],
        newest=retold.newest[learner_id],
    )
    apply_calibration(retold.reviews.calibration(learner_id), row)
    place = retold.learners.get(learner_id)
    if place is not None:
        beliefs = retold.beliefs
        row.mean = float(beliefs.ability.mean[place])
        row.variance = float(beliefs.ability.variance[place])
        row.efficiency_weight = float(beliefs.efficiency_weight[place])
        row.efficiency = float(beliefs.efficiency[place])
    return row


def state_row(retold: ReplayResult, key: LearnerSkill) -> SkillState:
    """Return what is believed of a learner at a skill as a row."""
    place, beliefs = retold.keys[key], retold.beliefs
    course = beliefs.courses.course(place)
    learner_id, skill_id = key
    return SkillState(
        learner_id=learner_id,
        skill_id=skill_id,
        parameters=retold.parameters[place],
        mastery=float(beliefs.mastery[place]),
        fading=float(beliefs.fading[place]),
        attempts=int(beliefs.attempts[place]),
        correct=int(beliefs.correct[place]),
        ability_mean=float(beliefs.skill_ability.mean[place]),
        ability_variance=float(beliefs.skill_ability.variance[place]),
        course=course.to_bytes(),
        plateau=course.is_plateau,
        p_stuck=course.p_stuck,
        velocity=course.velocity,
        efficiency=course.efficiency,
        last_practised=retold.last_practised[place],
    )
