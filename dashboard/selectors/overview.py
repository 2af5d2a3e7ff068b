"""A coach's classes at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from analytics.models import LearningEvent, SkillState
from dashboard.charts import BarChart, HeatMap
from dashboard.scope import Selection
from dashboard.selectors.activity import activity
from dashboard.selectors.alerts import MOST_CONCERNED, Concerned, concerned
from dashboard.selectors.frequent_errors import MissedItem, missed
from dashboard.selectors.heatmap import heat_map
from dashboard.selectors.inactive import Away, away
from roster.models import User

MOST_LEARNERS = 200
MOST_STATES = 4_000


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What a coach sees of some learners and days.

    `learners` counts those looked at; `is_cut`: there are more. `unshown` is how many more need
    help than are in `concerned`. `away` have answered nothing since the first day.
    """

    learners: int
    is_cut: bool
    concerned: Sequence[Concerned]
    unshown: int
    heat: HeatMap | None
    away: Sequence[Away]
    missed: Sequence[MissedItem]
    activity: Sequence[BarChart]


def overview(selection: Selection, *, at: datetime) -> Overview:
    """Return what there is of the learners selected; at most 200 of them, by name."""
    people = selection.learners.select_related("ability").order_by("full_name", "username", "pk")
    found = list(people[: MOST_LEARNERS + 1])
    learners = {learner.pk: learner for learner in found[:MOST_LEARNERS]}
    states = _states(learners) if learners else []
    practised = [state for state in states if state.last_practised >= selection.start]
    events = LearningEvent.objects.filter(
        learner__in=list(learners),
        happened_at__gte=selection.start,
        happened_at__lt=selection.end,
    )
    pressing = concerned(learners.values(), states, at=at)
    return Overview(
        learners=len(learners),
        is_cut=len(found) > MOST_LEARNERS,
        concerned=pressing[:MOST_CONCERNED],
        unshown=max(len(pressing) - MOST_CONCERNED, 0),
        heat=heat_map(list(learners.values()), practised, query=selection.query),
        away=away(learners.values(), since=selection.start, at=at),
        missed=missed(events, learners) if learners else [],
        activity=activity(events, since=selection.since, until=selection.until) if learners else [],
    )


def _states(learners: dict[UUID, User]) -> list[SkillState]:
    """Return what is believed now, of the skills practised last first."""
    states = SkillState.objects.filter(learner__in=list(learners))
    needed = (
        "learner_id", "skill__code", "skill__title", "mastery", "attempts", "correct", "plateau",
        "course", "last_practised",
    )  # fmt: skip
    rows = states.select_related("skill").only(*needed).order_by("-last_practised", "-pk")
    return list(rows[:MOST_STATES])
