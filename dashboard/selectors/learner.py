"""Profile of one learner: state, problems and progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from analytics.core.bkt import MASTERED
from analytics.core.overall_velocity import overall_trend, overall_velocity
from analytics.core.trajectory import Trajectory
from analytics.models import SkillState
from analytics.rows import DAY
from dashboard import presentation
from dashboard.charts import LineChart
from dashboard.scope import zone_of
from dashboard.selectors.alerts import LearnerProblems, rank_learners
from dashboard.selectors.classrooms import classrooms_of
from dashboard.selectors.inactive import newest_answer
from dashboard.selectors.progress import mastery_over_time
from dashboard.selectors.readiness import Readiness, get_readiness
from infra.admin.formats import days_ago
from infra.admin.html import detail_url
from roster.models import Classroom, User

MAX_SKILLS = 200


@dataclass(frozen=True, kw_only=True)
class SkillRow:
    """The state of a learner at one skill, with some values as text.

    `advice` is what a teacher can do about a plateau; empty without a plateau.
    """

    state: SkillState
    is_mastered: bool
    trend: str
    advice: str
    practised: str
    url: str | None


def skill_row(state: SkillState, *, at: datetime, zone: str) -> SkillRow:
    """Return a skill state as a row for tables, with days of a time zone."""
    trajectory = trajectory_of(state)
    advice = trajectory.recommendation
    return SkillRow(
        state=state,
        is_mastered=state.mastery >= MASTERED,
        trend=str(presentation.TRENDS[trajectory.trend(at.timestamp() / DAY)]),
        advice=str(presentation.ADVICE[advice]) if advice else "",
        practised=days_ago(state.last_practised, at, zone),
        url=detail_url("coach_practice", state.learner_id, state.skill_id),
    )


def trajectory_of(state: SkillState) -> Trajectory:
    """Return the trajectory stored in a skill state."""
    return Trajectory.from_bytes(bytes(state.course))


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Data of a learner page; of the `practised` skills, `mastered` is the number mastered."""

    learner: User
    classrooms: Sequence[Classroom]
    problems: LearnerProblems | None
    answers: int
    last_answer: str
    velocity: float
    trend: str
    efficiency: float
    mastered: int
    practised: int
    readiness: Readiness
    progress: LineChart | None
    skills: Sequence[SkillRow]
    is_truncated: bool


def get_profile(learner: User, viewer: User, *, at: datetime) -> Profile:
    """Return the profile of a learner the viewer may read; ability and facility must be loaded."""
    loaded = list(_states(learner)[: MAX_SKILLS + 1])
    states = loaded[:MAX_SKILLS]
    zone = zone_of(learner.facility)
    rows = [skill_row(state, at=at, zone=zone) for state in states]
    velocities = [trajectory_of(state).pace(at.timestamp() / DAY) for state in states]
    ability = getattr(learner, "ability", None)
    newest = newest_answer(learner)
    return Profile(
        learner=learner,
        classrooms=classrooms_of(learner, viewer),
        problems=_problems(learner, states, at=at),
        answers=ability.answers if ability else 0,
        last_answer=days_ago(newest, at, zone) if newest else _("never"),
        velocity=overall_velocity(velocities),
        trend=str(presentation.TRENDS[overall_trend(velocities)]),
        efficiency=ability.efficiency if ability else 0.0,
        mastered=sum(row.is_mastered for row in rows),
        practised=len(rows),
        readiness=get_readiness(learner, at=at),
        progress=mastery_over_time(learner, {state.skill_id: state.skill for state in states}),
        skills=rows,
        is_truncated=len(loaded) > MAX_SKILLS,
    )


def _problems(
    learner: User, states: Sequence[SkillState], *, at: datetime
) -> LearnerProblems | None:
    trajectories = [(state.pk, state.learner_id, state.course) for state in states]
    ranked = rank_learners([learner], trajectories, at=at)
    return ranked[0].describe({state.pk: state for state in states}) if ranked else None


def _states(learner: User) -> QuerySet[SkillState]:
    states = SkillState.objects.filter(learner=learner).select_related("skill")
    return states.order_by("-last_practised", "-pk")
