"""Learners who need help most, with the reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from uuid import UUID

from analytics.core import alerts
from analytics.core.alerts import Problem
from analytics.core.trajectory import Trajectory
from analytics.models import Skill, SkillState
from dashboard import presentation
from dashboard.selectors.inactive import days_inactive
from roster.models import User

MAX_LEARNERS_SHOWN = 24
MAX_REASONS = 3


@dataclass(frozen=True, kw_only=True)
class DetectedProblem:
    """One reason to help a learner, at a skill or overall, with the state of the skill."""

    problem: Problem
    state: SkillState | None = None

    @property
    def skill(self) -> Skill | None:
        """The skill; None if the problem is not about one skill."""
        return self.state.skill if self.state else None

    @property
    def name(self) -> str:
        """The name of the reason."""
        return str(presentation.REASONS[self.problem.reason])

    @property
    def symbol(self) -> str:
        """The symbol of the reason, which makes it readable without colour."""
        return presentation.SYMBOLS[self.problem.reason]

    @property
    def tone(self) -> str:
        """The severity, as a CSS class."""
        return presentation.TONES[self.problem.reason]

    @property
    def explanation(self) -> str:
        """The figure of the problem and its threshold, as a sentence."""
        return presentation.explain(self.problem)

    @property
    def beside(self) -> str:
        """The learner's state at the skill, as a sentence; empty without a skill."""
        return presentation.describe_state(self.state) if self.state else ""


@dataclass(frozen=True, kw_only=True)
class LearnerProblems:
    """A learner who needs help: the most urgent reasons, and the number of the others."""

    learner: User
    problems: Sequence[DetectedProblem]
    more: int

    @property
    def kind(self) -> str:
        """The most urgent reason, as a CSS class."""
        return self.problems[0].problem.reason.name.lower()


@dataclass(frozen=True, kw_only=True)
class RankedLearner:
    """A learner with problems, the most urgent first, each with the id of its skill state."""

    learner: User
    problems: Sequence[tuple[Problem, UUID | None]]

    def describe(self, states: Mapping[UUID, SkillState]) -> LearnerProblems:
        """Return the most urgent problems with their skill states."""
        shown = self.shown
        return LearnerProblems(
            learner=self.learner,
            problems=[
                DetectedProblem(problem=problem, state=states[pk] if pk else None)
                for problem, pk in shown
            ],
            more=len(self.problems) - len(shown),
        )

    @property
    def shown(self) -> Sequence[tuple[Problem, UUID | None]]:
        """The problems to show."""
        return self.problems[:MAX_REASONS]


def rank_learners(
    learners: Iterable[User],
    trajectories: Sequence[tuple[UUID, UUID, bytes]],
    *,
    at: datetime,
    zones: Mapping[UUID | None, str] | None = None,
) -> list[RankedLearner]:
    """Return the learners who need help, the most urgent first.

    Parameters
    ----------
    learners : with their ability.
    trajectories : id, learner and packed trajectory of the skill states to check.
    zones : time zone of each facility; None: the current one.
    """
    problems: dict[UUID, list[tuple[Problem, UUID | None]]] = defaultdict(list)
    possible = alerts.may_have_problems([course for _, _, course in trajectories])
    for pk, learner_id, course in compress(trajectories, possible):
        skill_problem = alerts.skill_problem(Trajectory.from_bytes(course))
        if skill_problem is not None:
            problems[learner_id].append((skill_problem, pk))
    people = list(learners)
    for learner in people:
        absence_problem = alerts.absence_problem(days_inactive(learner, at, zones))
        if absence_problem is not None:
            problems[learner.pk].append((absence_problem, None))
    results = [
        RankedLearner(learner=learner, problems=sorted(problems[learner.pk], key=_rank))
        for learner in people
        if problems[learner.pk]
    ]
    return sorted(results, key=_urgency_key)


def _rank(problem: tuple[Problem, UUID | None]) -> tuple[int, float]:
    return problem[0].rank


def _urgency_key(result: RankedLearner) -> tuple[int, int, float]:
    reason, figure = result.problems[0][0].rank
    return reason, -len(result.problems), figure
