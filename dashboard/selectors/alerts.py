"""Whom of some learners a coach should look at first, and why."""

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
    """One reason to help a learner, at a skill or altogether, with what is known beside it."""

    problem: Problem
    state: SkillState | None = None

    @property
    def skill(self) -> Skill | None:
        """The skill, if it is about one."""
        return self.state.skill if self.state else None

    @property
    def name(self) -> str:
        """What the reason is called."""
        return str(presentation.REASONS[self.problem.reason])

    @property
    def symbol(self) -> str:
        """A sign for it, beside which nobody needs a colour."""
        return presentation.SYMBOLS[self.problem.reason]

    @property
    def tone(self) -> str:
        """How grave it is, as the style sheet calls it."""
        return presentation.TONES[self.problem.reason]

    @property
    def explanation(self) -> str:
        """Its figure and its threshold."""
        return presentation.explain(self.problem)

    @property
    def beside(self) -> str:
        """What else there is to know of the learner at the skill."""
        return presentation.describe_state(self.state) if self.state else ""


@dataclass(frozen=True, kw_only=True)
class LearnerProblems:
    """A learner who needs help: the most pressing reasons, and how many there are besides."""

    learner: User
    problems: Sequence[DetectedProblem]
    more: int

    @property
    def kind(self) -> str:
        """The most pressing reason, as the style sheet calls it."""
        return self.problems[0].problem.reason.name.lower()


def learners_with_problems(
    learners: Iterable[User], states: Iterable[SkillState], *, at: datetime
) -> list[LearnerProblems]:
    """Return who of these learners needs help, the most pressing first.

    Parameters
    ----------
    learners : with their ability.
    states : theirs, of the skills that matter.
    """
    problems: dict[object, list[DetectedProblem]] = defaultdict(list)
    for state in states:
        found = alerts.skill_problem(Trajectory.from_bytes(bytes(state.course)))
        if found is not None:
            problems[state.learner_id].append(DetectedProblem(problem=found, state=state))
    people = list(learners)
    for learner in people:
        absence = alerts.absence_problem(_days_away(learner, at))
        if absence is not None:
            problems[learner.pk].append(DetectedProblem(problem=absence))
    found_of = [
        _detect(learner, problems[learner.pk]) for learner in people if problems[learner.pk]
    ]
    return sorted(found_of, key=_urgency)


def _detect(learner: User, problems: list[DetectedProblem]) -> LearnerProblems:
    ordered = sorted(problems, key=lambda problem: problem.problem.rank)
    shown = ordered[:MAX_REASONS]
    return LearnerProblems(learner=learner, problems=shown, more=len(ordered) - len(shown))


def _urgency(found: LearnerProblems) -> tuple[int, int, float]:
    reason, figure = found.problems[0].problem.rank
    return reason, -(len(found.problems) + found.more), figure


def _days_away(learner: User, at: datetime) -> float | None:
    newest = newest_answer(learner)
    if newest is None:
        return None
    elapsed: timedelta = at - newest
    return max(elapsed.total_seconds() / DAY, 0.0)
