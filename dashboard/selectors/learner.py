"""Profile of one learner: state, problems and progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from analytics.core.bkt import MASTERED
from analytics.core.confidence import too_few_answers
from analytics.core.overall_velocity import overall_trend, overall_velocity
from analytics.core.trajectory import Trajectory
from analytics.models import LearnerNote, SkillState
from analytics.rows import DAY
from analytics.selectors import NextStep, get_next_steps, states_of_learner
from dashboard import presentation
from dashboard.charts import LineChart
from dashboard.selectors.alerts import AlertLists, get_learner_alerts
from dashboard.selectors.classrooms import classrooms_of
from dashboard.selectors.forecast import DueForecast, get_due_forecast
from dashboard.selectors.inactive import newest_answer
from dashboard.selectors.progress import Axis, mastery_over_time
from dashboard.selectors.readiness import Readiness, get_readiness
from infra.admin.formats import days_ago
from infra.admin.html import detail_url
from roster.models import Classroom, User
from roster.models.time_zones import zone_of

MAX_SKILLS = 200
MAX_NEXT_STEPS = 5
MAX_NOTES = 200


@dataclass(frozen=True, kw_only=True)
class SkillRow:
    """The state of a learner at one skill, with some values as text.

    With `too_few` answers no level is shown, and the skill does not count as mastered.
    """

    state: SkillState
    too_few: bool
    is_mastered: bool
    trend: str
    practised: str
    url: str | None


def skill_row(state: SkillState, *, at: datetime) -> SkillRow:
    """Return a skill state as a row for tables, with days of the current time zone."""
    trajectory = trajectory_of(state)
    too_few = too_few_answers(state.attempts)
    return SkillRow(
        state=state,
        too_few=too_few,
        is_mastered=state.mastery >= MASTERED and not too_few,
        trend=str(presentation.TRENDS[trajectory.trend(at.timestamp() / DAY)]),
        practised=days_ago(state.last_practised, at),
        url=detail_url("coach_practice", state.learner_id, state.skill_id),
    )


def trajectory_of(state: SkillState) -> Trajectory:
    """Return the trajectory stored in a skill state."""
    return Trajectory.from_bytes(bytes(state.course))


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Data of a learner page; of the `practised` skills, `mastered` is the number mastered.

    `notes` are those about no single alert, the oldest first.
    """

    learner: User
    classrooms: Sequence[Classroom]
    alerts: AlertLists
    notes: Sequence[LearnerNote]
    answers: int
    last_answer: str
    velocity: float
    trend: str
    efficiency: float
    mastered: int
    practised: int
    readiness: Readiness
    forecast: DueForecast
    next_steps: Sequence[NextStep]
    progress: LineChart | None
    skills: Sequence[SkillRow]
    is_truncated: bool


def get_profile(learner: User, viewer: User, *, at: datetime, axis: Axis = Axis.TIME) -> Profile:
    """Return the profile of a learner the viewer may read, with loaded ability and facility."""
    loaded = states_of_learner(learner)
    states = loaded[:MAX_SKILLS]
    rows = [skill_row(state, at=at) for state in states]
    velocities = [trajectory_of(state).pace(at.timestamp() / DAY) for state in states]
    ability = getattr(learner, "ability", None)
    newest = newest_answer(learner)
    known = [row.state for row in rows if not row.too_few]
    notes = list(reversed(_newest_notes(learner)[:MAX_NOTES]))
    alerts = get_learner_alerts(learner, states, notes, at=at)
    return Profile(
        learner=learner,
        classrooms=classrooms_of(learner, viewer),
        alerts=alerts,
        notes=[note for note in notes if note.alert_id is None],
        answers=ability.answers if ability else 0,
        last_answer=days_ago(newest, at) if newest else _("never"),
        velocity=overall_velocity(velocities),
        trend=str(presentation.TRENDS[overall_trend(velocities)]),
        efficiency=ability.efficiency if ability else 0.0,
        mastered=sum(row.is_mastered for row in rows),
        practised=len(rows),
        readiness=get_readiness(learner, at=at),
        forecast=get_due_forecast({zone_of(learner.facility): [learner.pk]}, at=at),
        next_steps=get_next_steps(learner, count=MAX_NEXT_STEPS, at=at, states=loaded),
        progress=mastery_over_time(learner, known, first=_in_trouble(alerts), axis=axis),
        skills=rows,
        is_truncated=len(loaded) > MAX_SKILLS,
    )


def _in_trouble(alerts: AlertLists) -> list[UUID]:
    """Return the ids of the skills with an open alert, the most urgent first."""
    problems = [problem for found in alerts.open for problem in found.problems]
    return [problem.skill.pk for problem in problems if problem.skill]


def _newest_notes(learner: User) -> QuerySet[LearnerNote]:
    return LearnerNote.objects.filter(learner=learner).order_by("-at", "-id")
