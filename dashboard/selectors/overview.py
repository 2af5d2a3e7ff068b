"""Overview of a coach's classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, DateTimeField, Q, QuerySet, Sum, UUIDField

from analytics.core import alerts
from analytics.models import Alert, LearningEvent, SkillState
from analytics.rows import thresholds_of
from analytics.selectors.daily_activity import LearnersByZone, within_days
from dashboard.charts import BarChart, HeatMap
from dashboard.presentation import KNOWN_STATE_COLUMNS, KnownState
from dashboard.scope import DashboardScope
from dashboard.selectors.activity import get_activity_charts
from dashboard.selectors.alerts import (
    MAX_LEARNERS_SHOWN,
    AlertLists,
    LearnerProblems,
    ThresholdsOf,
    Zones,
    get_alert_lists,
    load_alerts,
)
from dashboard.selectors.class_summary import ClassSummary, count_opened, get_class_summary
from dashboard.selectors.forecast import DueForecast, get_due_forecast
from dashboard.selectors.frequent_errors import FrequentlyWrongItem, find_frequent_errors
from dashboard.selectors.heatmap import get_heat_map
from dashboard.selectors.inactive import InactiveLearner, find_inactive_learners
from infra.db.any_of import ManyParam
from infra.db.compiled_queries import CompiledQuery, Param
from infra.time_zones import local_day
from roster.models import Facility, User
from roster.models.time_zones import zone_of

MAX_LEARNERS = 200
MAX_STATES = 4_000
_WEEK = timedelta(days=7)
_SHOWN_OF_LEARNER = ("full_name", "username", "external_id", "facility_id")
_SHOWN = (*_SHOWN_OF_LEARNER, "ability__newest", "ability__answers")


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
    forecast: DueForecast


@dataclass(frozen=True, kw_only=True)
class ClassData:
    """Data that a page about some learners reads first; with the page, these data change.

    Attributes
    ----------
    learners : at most 200, with their ability, by id.
    zones, thresholds : time zone and thresholds of each facility.
    by_zone : ids of the learners, by the time zone of their facility.
    alerts : the unresolved ones and those resolved lately.
    opened : the number of learners who opened a content, of those who never answered.
    forecast : the reviews that are due.
    skills : counts and sums of the learners' states, by skill.
    """

    learners: Mapping[UUID, User]
    is_truncated: bool
    zones: Zones
    thresholds: ThresholdsOf
    by_zone: LearnersByZone
    alerts: Sequence[Alert]
    opened: int
    forecast: DueForecast
    skills: Sequence[Sequence[Any]]

    def version(self, *, at: datetime) -> list[Any]:
        """Return values that differ whenever the page about these learners does.

        Texts of questions and the difficulty of items are not among them; they change the page
        with the hour.
        """
        people = [
            [*(getattr(learner, name) for name in _SHOWN_OF_LEARNER), *_ability_values(learner)]
            for learner in self.learners.values()
        ]
        alerts = [
            [
                alert.pk, alert.changed_at, alert.state, alert.snoozed_until,
                alert.skill and alert.skill.typical_seconds,
            ]
            for alert in self.alerts
        ]  # fmt: skip
        days = [[zone, local_day(at, zone)] for zone in {**self.by_zone, "UTC": ()}]
        hour = at.replace(minute=0, second=0, microsecond=0)
        return [
            people, alerts, days, hour, self.is_truncated, self.opened, self.skills,
            [self.forecast.due, *self.forecast.by_day], list(map(repr, self.thresholds.values())),
        ]  # fmt: skip


def get_class_data(scope: DashboardScope, *, at: datetime) -> ClassData:
    """Return the first data of the learners in the scope; at most 200 of them, by name."""
    people = scope.learners.select_related("ability").only(*_SHOWN)
    loaded = list(people.order_by("full_name", "username", "pk")[: MAX_LEARNERS + 1])
    learners = {learner.pk: learner for learner in loaded[:MAX_LEARNERS]}
    zones, thresholds = _settings_of({each.facility_id for each in learners.values()}, scope)
    by_zone: dict[str, list[UUID]] = defaultdict(list)
    for learner in learners.values():
        by_zone[zones[learner.facility_id]].append(learner.pk)
    return ClassData(
        learners=learners,
        is_truncated=len(loaded) > MAX_LEARNERS,
        zones=zones,
        thresholds=thresholds,
        by_zone=by_zone,
        alerts=load_alerts(learners, at=at),
        opened=count_opened(learners),
        forecast=get_due_forecast(by_zone, at=at),
        skills=_sum_states(learners, at),
    )


def get_overview(
    scope: DashboardScope, data: ClassData, *, at: datetime, by_name: bool
) -> Overview:
    """Return the overview of the learners in the scope.

    The rows of the heat map start with the learners who need help most, or are sorted by name.
    """
    learners, by_zone = data.learners, data.by_zone
    states = _relevant_states(learners, at)
    trajectories = [(state.skill_id, state.learner_id, state.course) for state in states]
    found = get_alert_lists(
        data.alerts, learners, states, at=at, zones=data.zones, thresholds=data.thresholds
    )
    in_order = sorted(learners.values(), key=lambda learner: str(learner).casefold())
    if not by_name:
        need = {people.learner.pk: number for number, people in enumerate(found.open)}
        in_order.sort(key=lambda learner: need.get(learner.pk, len(need)))
    practised = SkillState.objects.filter(within_days("last_practised", by_zone, scope.since))
    events = LearningEvent.objects.filter(
        within_days("happened_at", by_zone, scope.since, scope.until)
    )
    return Overview(
        summary=get_class_summary(
            learners, trajectories, need_help=found.need_help, opened=data.opened, at=at
        ),
        is_truncated=data.is_truncated,
        problems=found.open[:MAX_LEARNERS_SHOWN],
        unshown=max(len(found.open) - MAX_LEARNERS_SHOWN, 0),
        alerts=found,
        heat=get_heat_map(in_order, practised, query=scope.query) if learners else None,
        inactive=find_inactive_learners(learners.values(), data.zones, since=scope.since, at=at),
        frequent_errors=find_frequent_errors(events, learners) if learners else [],
        activity=get_activity_charts(by_zone, since=scope.since, until=scope.until),
        forecast=data.forecast,
    )


def _ability_values(learner: User) -> list[Any]:
    ability = getattr(learner, "ability", None)
    return [ability.answers, ability.newest] if ability else []


def _sums_of_states() -> QuerySet[SkillState]:
    """Count and sum the states of learners by skill."""
    states = SkillState.objects.filter(learner_id__any_of=ManyParam("learners", UUIDField()))
    named = states.order_by().values_list("skill", "skill__code", "skill__title")
    sums: QuerySet[Any] = named.annotate(
        Sum("attempts"), Sum("correct"), Sum("mastery"), Sum("p_stuck"), Sum("velocity"),
        states=Count("pk"),
        recent=Count("pk", filter=Q(last_practised__gte=Param("since", DateTimeField()))),
        plateaus=Count("pk", filter=Q(plateau=True)),
    )  # fmt: skip
    return sums


_SUMS_OF_STATES = CompiledQuery(_sums_of_states)


def _sum_states(learners: Mapping[UUID, User], at: datetime) -> list[list[Any]]:
    """Return counts and sums of the states of learners by skill, which any change of them moves."""
    return sorted(_SUMS_OF_STATES.rows(learners=learners, since=at - _WEEK)) if learners else []


def _settings_of(
    facility_ids: set[UUID | None], scope: DashboardScope
) -> tuple[Zones, ThresholdsOf]:
    """Return the time zone and the thresholds of each facility; those of the classes are loaded."""
    rooms = [*scope.classrooms, *([scope.classroom] if scope.classroom else [])]
    known: dict[Any, Facility] = {room.facility_id: room.facility for room in rooms}
    if not facility_ids <= known.keys():
        known = Facility.objects.in_bulk([pk for pk in facility_ids if pk is not None])
    settings = {None: None, **known}
    zones = {pk: zone_of(facility) for pk, facility in settings.items()}
    return zones, {pk: thresholds_of(facility) for pk, facility in settings.items()}


def _states_with_problem_or_change() -> QuerySet[SkillState]:
    is_relevant = Q(attempts__gte=alerts.MIN_ANSWERS) | Q(
        last_practised__gte=Param("since", DateTimeField())
    )
    states = SkillState.objects.filter(
        is_relevant, learner_id__any_of=ManyParam("learners", UUIDField())
    )
    rows: QuerySet[Any] = states.with_weak_prerequisite().values_list(*KNOWN_STATE_COLUMNS)
    return rows.order_by("-last_practised", "-pk")[:MAX_STATES]


_RELEVANT_STATES = CompiledQuery(_states_with_problem_or_change)


def _relevant_states(learners: Mapping[UUID, User], at: datetime) -> list[KnownState]:
    """Return the states that can have a problem or have changed, the ones practised last first."""
    rows = _RELEVANT_STATES.rows(learners=learners, since=at - _WEEK) if learners else []
    return [
        KnownState(learner_id, skill_id, bytes(course), *numbers)
        for learner_id, skill_id, course, *numbers in rows
    ]
