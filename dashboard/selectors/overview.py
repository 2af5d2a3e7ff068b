"""Overview of a coach's classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from analytics.core import alerts
from analytics.core.alerts import Thresholds
from analytics.models import LearningEvent, SkillState
from analytics.rows import thresholds_of
from analytics.selectors.daily_activity import within_days
from dashboard.charts import BarChart, HeatMap
from dashboard.presentation import KNOWN_STATE_COLUMNS, KnownState
from dashboard.scope import DashboardScope
from dashboard.selectors.activity import get_activity_charts
from dashboard.selectors.alerts import (
    MAX_LEARNERS_SHOWN,
    AlertLists,
    LearnerProblems,
    get_alert_lists,
)
from dashboard.selectors.class_summary import ClassSummary, get_class_summary
from dashboard.selectors.frequent_errors import FrequentlyWrongItem, find_frequent_errors
from dashboard.selectors.heatmap import get_heat_map
from dashboard.selectors.inactive import InactiveLearner, find_inactive_learners
from roster.models import Facility, User
from roster.models.time_zones import zone_of

MAX_LEARNERS = 200
MAX_STATES = 4_000
_WEEK = timedelta(days=7)
_SHOWN = ("full_name", "username", "external_id", "facility_id", "ability__newest")


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Data of the front page, for some learners and days.

    The `summary` has the number of learners examined; `is_truncated` means that there are more.
    `unshown` is the number of learners who need help but are not in `problems`. `inactive` learners
    have not answered since the first day.
    """

    summary: ClassSummary
    is_truncated: bool
    problems: Sequence[LearnerProblems]
    unshown: int
    alerts: AlertLists
    heat: HeatMap | None
    inactive: Sequence[InactiveLearner]
    frequent_errors: Sequence[FrequentlyWrongItem]
    activity: Sequence[BarChart]


def get_overview(scope: DashboardScope, *, at: datetime, by_name: bool = False) -> Overview:
    """Return the overview of the learners in the scope; at most 200 of them, by name.

    The rows of the heat map start with the learners who need help most, or are sorted by name.
    """
    people = scope.learners.select_related("ability").only(*_SHOWN)
    loaded = list(people.order_by("full_name", "username", "pk")[: MAX_LEARNERS + 1])
    learners = {learner.pk: learner for learner in loaded[:MAX_LEARNERS]}
    facility_ids = {learner.facility_id for learner in learners.values()}
    zones, thresholds = _settings_of(facility_ids, scope)
    by_zone: dict[str, list[UUID]] = defaultdict(list)
    for learner in learners.values():
        by_zone[zones[learner.facility_id]].append(learner.pk)
    states = _relevant_states(learners, at)
    trajectories = [(state.skill_id, state.learner_id, state.course) for state in states]
    found = get_alert_lists(learners, states, at=at, zones=zones, thresholds=thresholds)
    in_order = sorted(learners.values(), key=lambda learner: str(learner).casefold())
    if not by_name:
        need = {people.learner.pk: number for number, people in enumerate(found.open)}
        in_order.sort(key=lambda learner: need.get(learner.pk, len(need)))
    practised = SkillState.objects.filter(within_days("last_practised", by_zone, scope.since))
    events = LearningEvent.objects.filter(
        within_days("happened_at", by_zone, scope.since, scope.until)
    )
    return Overview(
        summary=get_class_summary(learners, trajectories, need_help=found.need_help, at=at),
        is_truncated=len(loaded) > MAX_LEARNERS,
        problems=found.open[:MAX_LEARNERS_SHOWN],
        unshown=max(len(found.open) - MAX_LEARNERS_SHOWN, 0),
        alerts=found,
        heat=get_heat_map(in_order, practised, query=scope.query) if learners else None,
        inactive=find_inactive_learners(learners.values(), zones, since=scope.since, at=at),
        frequent_errors=find_frequent_errors(events, learners) if learners else [],
        activity=get_activity_charts(by_zone, since=scope.since, until=scope.until),
    )


def _settings_of(
    facility_ids: set[UUID | None], scope: DashboardScope
) -> tuple[Mapping[UUID | None, str], Mapping[UUID | None, Thresholds]]:
    """Return the time zone and the thresholds of each facility; those of the classes are loaded."""
    rooms = [*scope.classrooms, *([scope.classroom] if scope.classroom else [])]
    known: dict[Any, Facility] = {room.facility_id: room.facility for room in rooms}
    if not facility_ids <= known.keys():
        known = Facility.objects.in_bulk([pk for pk in facility_ids if pk is not None])
    settings = {None: None, **known}
    zones = {pk: zone_of(facility) for pk, facility in settings.items()}
    return zones, {pk: thresholds_of(facility) for pk, facility in settings.items()}


def _relevant_states(learners: Mapping[UUID, User], at: datetime) -> list[KnownState]:
    """Return the states that can have a problem or have changed, the ones practised last first."""
    if not learners:
        return []
    is_relevant = Q(attempts__gte=alerts.MIN_ANSWERS) | Q(last_practised__gte=at - _WEEK)
    states = SkillState.objects.filter(is_relevant, learner__in=list(learners))
    rows = states.order_by("-last_practised", "-pk").values_list(*KNOWN_STATE_COLUMNS)
    return [
        KnownState(learner_id, skill_id, bytes(course), *numbers)
        for learner_id, skill_id, course, *numbers in rows[:MAX_STATES]
    ]
