"""Overview of a coach's classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from analytics.models import LearningEvent, SkillState
from dashboard.charts import BarChart, HeatMap
from dashboard.scope import DashboardScope
from dashboard.selectors.activity import get_activity_charts
from dashboard.selectors.alerts import (
    MAX_LEARNERS_SHOWN,
    LearnerProblems,
    find_learners_with_problems,
)
from dashboard.selectors.frequent_errors import FrequentlyWrongItem, find_frequent_errors
from dashboard.selectors.heatmap import get_heat_map
from dashboard.selectors.inactive import InactiveLearner, find_inactive_learners
from roster.models import User

MAX_LEARNERS = 200
MAX_STATES = 4_000


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Data of the front page, for some learners and days.

    `learners` is the number of learners examined; `is_truncated` means that there are more.
    `unshown` is the number of learners who need help but are not in `problems`. `inactive` learners
    have not answered since the first day.
    """

    learners: int
    is_truncated: bool
    problems: Sequence[LearnerProblems]
    unshown: int
    heat: HeatMap | None
    inactive: Sequence[InactiveLearner]
    frequent_errors: Sequence[FrequentlyWrongItem]
    activity: Sequence[BarChart]


def get_overview(scope: DashboardScope, *, at: datetime) -> Overview:
    """Return the overview of the learners in the scope; at most 200 of them, by name."""
    people = scope.learners.select_related("ability").order_by("full_name", "username", "pk")
    loaded = list(people[: MAX_LEARNERS + 1])
    learners = {learner.pk: learner for learner in loaded[:MAX_LEARNERS]}
    states = _states(learners) if learners else []
    practised = [state for state in states if state.last_practised >= scope.start]
    events = LearningEvent.objects.filter(
        learner__in=list(learners),
        happened_at__gte=scope.start,
        happened_at__lt=scope.end,
    )
    with_problems = find_learners_with_problems(learners.values(), states, at=at)
    return Overview(
        learners=len(learners),
        is_truncated=len(loaded) > MAX_LEARNERS,
        problems=with_problems[:MAX_LEARNERS_SHOWN],
        unshown=max(len(with_problems) - MAX_LEARNERS_SHOWN, 0),
        heat=get_heat_map(list(learners.values()), practised, query=scope.query),
        inactive=find_inactive_learners(learners.values(), since=scope.start, at=at),
        frequent_errors=find_frequent_errors(events, learners) if learners else [],
        activity=get_activity_charts(events, since=scope.since, until=scope.until)
        if learners
        else [],
    )


def _states(learners: dict[UUID, User]) -> list[SkillState]:
    """Return the current skill states, the skills practised last first."""
    states = SkillState.objects.filter(learner__in=list(learners))
    needed = (
        "learner_id", "skill__code", "skill__title", "mastery", "attempts", "correct", "plateau",
        "course", "last_practised",
    )  # fmt: skip
    rows = states.select_related("skill").only(*needed).order_by("-last_practised", "-pk")
    return list(rows[:MAX_STATES])
