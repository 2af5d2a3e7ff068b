"""Learners who need help most, with the reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.core import alerts
from analytics.core.alerts import Problem
from analytics.core.trajectory import Trajectory
from analytics.models import Skill, SkillState
from analytics.rows import DAY
from dashboard import presentation
from dashboard.selectors.inactive import newest_answer
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


def find_learners_with_problems(
    learners: Iterable[User], states: Iterable[SkillState], *, at: datetime
) -> list[LearnerProblems]:
    """Return the learners who need help, the most urgent first.

    Parameters
    ----------
    learners : with their ability.
    states : of these learners, at the skills to check.
    """
    problems: dict[object, list[DetectedProblem]] = defaultdict(list)
    for state in states:
        skill_problem = alerts.skill_problem(Trajectory.from_bytes(bytes(state.course)))
        if skill_problem is not None:
            problems[state.learner_id].append(DetectedProblem(problem=skill_problem, state=state))
    people = list(learners)
    for learner in people:
        absence_problem = alerts.absence_problem(_days_inactive(learner, at))
        if absence_problem is not None:
            problems[learner.pk].append(DetectedProblem(problem=absence_problem))
    results = [
        _summarize(learner, problems[learner.pk]) for learner in people if problems[learner.pk]
    ]
    return sorted(results, key=_urgency_key)


def _summarize(learner: User, problems: list[DetectedProblem]) -> LearnerProblems:
    ordered = sorted(problems, key=lambda problem: problem.problem.rank)
    shown = ordered[:MAX_REASONS]
    return LearnerProblems(learner=learner, problems=shown, more=len(ordered) - len(shown))


def _urgency_key(result: LearnerProblems) -> tuple[int, int, float]:
    reason, figure = result.problems[0].problem.rank
    return reason, -(len(result.problems) + result.more), figure


def _days_inactive(learner: User, at: datetime) -> float | None:
    newest = newest_answer(learner)
    if newest is None:
        return None
    elapsed: timedelta = at - newest
    return max(elapsed.total_seconds() / DAY, 0.0)
