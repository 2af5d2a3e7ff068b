"""Velocity of a learner, over all skills or at one (contract 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from analytics.core.explanation import Explanation, explain, explain_all
from analytics.core.overall_velocity import Momentum, Practice, summarise
from analytics.core.trajectory import Trajectory
from analytics.models import LearningEvent, SkillState
from analytics.rows import DAY
from analytics.selectors.learners import get_skill
from analytics.selectors.recent_answers import limit_start
from analytics.selectors.skill_states import states_of_learner
from infra.db.compiled_lists import QueryByShape
from roster.models import User

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()


@dataclass(frozen=True, kw_only=True)
class VelocitySummary:
    """The momentum and efficiency of a learner, the velocity at each skill by its code, and why.

    `answers` is the number of answers at these skills.
    """

    momentum: Momentum
    efficiency: float
    velocities: dict[str, float]
    answers: int
    explanation: Explanation


def get_velocity_summary(
    learner: User, *, days: int, at: datetime, skill: str | None = None
) -> VelocitySummary:
    """Return the velocity of a learner; without answers all values are zero.

    Parameters
    ----------
    days : number of calendar days (UTC) of activity and consistency; today is the last.
    skill : the code of the only skill that counts, None: all. The efficiency is then at that skill.

    Raises
    ------
    UnknownSkill : the learner's facility has no skill of this code.
    """
    # PostgreSQL stores no null characters, so no skill has such a code.
    states = [] if "\0" in (skill or "") else states_of_learner(learner, skill)
    if skill is not None and not states:
        get_skill(learner, skill)
    today, now_in_days = (at.astimezone(UTC).date() - _EPOCH).days, at.timestamp() / DAY
    only_skill = None if skill is None else states[0].skill_id if states else UUID(int=0)
    trajectories = [Trajectory.from_bytes(bytes(state.course)) for state in states]
    return VelocitySummary(
        momentum=summarise(
            _read_practice(learner, only_skill, states, since=today - days + 1),
            [trajectory.pace(now_in_days) for trajectory in trajectories],
            today=today,
            days=days,
        ),
        efficiency=_efficiency(states, at_skill=skill is not None),
        velocities={state.skill.code: state.velocity for state in states},
        answers=sum(state.attempts for state in states),
        explanation=explain_all(
            explain(trajectory, state.skill.typical_seconds, state.weak_prerequisite)
            for trajectory, state in zip(trajectories, states, strict=True)
        ),
    )


def _efficiency(states: list[SkillState], *, at_skill: bool) -> float:
    if not states:
        return 0.0
    return states[0].efficiency if at_skill else states[0].learner.ability.efficiency


def _answers_by_day(learner: Any, start: Any, skill: Any) -> QuerySet[LearningEvent, Any]:
    events = LearningEvent.objects.filter(learner=learner, happened_at__gte=start)
    at_skill = events.filter(skill__isnull=False) if skill is None else events.filter(skill=skill)
    days = at_skill.order_by().values_list(TruncDate("happened_at", tzinfo=UTC))
    return days.annotate(answers=Count("pk"), correct=Sum("score"))


_ANSWERS_BY_DAY = QueryByShape(_answers_by_day)


def _read_practice(
    learner: User, skill: UUID | None, states: list[SkillState], *, since: int
) -> Practice:
    """Return the answers and scores of each calendar day from `since` on."""
    start = datetime.combine(_EPOCH + timedelta(days=since), time(), tzinfo=UTC)
    if states:
        start = limit_start(start, states[0].learner.ability)
    by_day = _ANSWERS_BY_DAY.rows(learner=learner.pk, start=start, skill=skill)
    rows = [((date - _EPOCH).days, answers, correct) for date, answers, correct in by_day]
    day, answers, correct = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return Practice(day.astype(np.int64), answers, correct)
