"""Alerts of learners as pages show them: open, snoozed and resolved, with their notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    DateTimeField,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    UUIDField,
)
from django.db.models.functions import Coalesce

from analytics import labels
from analytics.core import alerts
from analytics.core.alerts import Problem, Reason, Thresholds
from analytics.core.confidence import too_few_answers
from analytics.core.trajectory import Trajectory
from analytics.models import (
    Alert,
    AlertQuerySet,
    AlertState,
    LearnerNote,
    LearningEvent,
    Skill,
    SkillState,
)
from analytics.rows import thresholds_of
from analytics.selectors import get_notes
from dashboard import presentation
from dashboard.presentation import KnownState
from dashboard.selectors.inactive import days_inactive
from infra.db.any_of import ManyParam
from infra.db.compiled_queries import CompiledQuery, Param
from roster.models import User

MAX_LEARNERS_SHOWN = 24
MAX_REASONS = 3
MAX_ALERTS = 2_000
MAX_FLAT = 50
RESOLVED_DAYS = timedelta(days=7)
MIN_GROUP, MAX_GROUPS = 2, 6
State = KnownState | SkillState
Zones = Mapping[UUID | None, str]
ThresholdsOf = Mapping[UUID | None, Thresholds]
_OPEN = (AlertState.NEW, AlertState.SEEN)


@dataclass(frozen=True, kw_only=True)
class DetectedProblem:
    """One alert of a learner, with the state of its skill as it is now."""

    alert: Alert
    problem: Problem
    state: State | None = None
    notes: Sequence[LearnerNote] = ()

    @property
    def learner(self) -> User:
        """The learner."""
        return self.alert.learner

    @property
    def skill(self) -> Skill | None:
        """The skill; None if the problem is not about one skill."""
        return self.alert.skill

    @property
    def is_new(self) -> bool:
        """Whether no coach has seen the alert."""
        return self.alert.state == AlertState.NEW

    @property
    def is_resolved(self) -> bool:
        """Whether the alert is resolved."""
        return self.alert.state == AlertState.RESOLVED

    @property
    def gain(self) -> float | None:
        """The change of mastery from the opening to the end; None if the alert has none."""
        before, after = self.alert.mastery_before, self.alert.mastery_after
        return None if before is None or after is None else after - before

    @property
    def too_few_since(self) -> bool:
        """Whether there were too few answers until the end to say whether anything helped."""
        return too_few_answers(getattr(self.alert, "answers_since", 0))

    @property
    def name(self) -> str:
        """The name of the reason."""
        return str(labels.REASONS[self.problem.reason])

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
    """A learner who needs help, and the reasons, the most urgent first."""

    learner: User
    problems: Sequence[DetectedProblem]

    @property
    def shown(self) -> Sequence[DetectedProblem]:
        """The most urgent reasons, for a list of learners."""
        return self.problems[:MAX_REASONS]

    @property
    def more(self) -> int:
        """The number of the other reasons."""
        return len(self.problems) - len(self.shown)

    @property
    def advice(self) -> list[str]:
        """Advice to a teacher about the problems, each once."""
        found = dict.fromkeys(presentation.advise(problem.problem) for problem in self.problems)
        return [sentence for sentence in found if sentence]

    @property
    def kind(self) -> str:
        """The most urgent reason, as a CSS class."""
        return self.problems[0].problem.reason.name.lower()


@dataclass(frozen=True, kw_only=True)
class NeedGroup:
    """Learners with an alert at the same skill, by name; they may be a group."""

    skill: Skill
    learners: Sequence[User]


@dataclass(frozen=True, kw_only=True)
class AlertLists:
    """The alerts of some learners.

    Attributes
    ----------
    open : new and seen alerts by learner, the most urgent first.
    snoozed : those snoozed, by the end of the snooze.
    resolved : those resolved lately, newest first.
    groups : skills at which several learners have unresolved alerts.
    other_stuck : learners stuck at a skill and without an open alert: it is snoozed, was resolved
        by a coach, or the newest answers are not checked yet.
    unresolved : all of the alerts that are not resolved.
    """

    open: Sequence[LearnerProblems] = ()
    snoozed: Sequence[DetectedProblem] = ()
    resolved: Sequence[DetectedProblem] = ()
    groups: Sequence[NeedGroup] = ()
    other_stuck: int = 0
    unresolved: Sequence[Alert] = ()

    @property
    def need_help(self) -> int:
        """The number of learners with an open alert about their work, not about its start."""
        return sum(found.kind != Reason.NOT_STARTED.name.lower() for found in self.open)

    def count_new(self, since: datetime | None) -> int:
        """Return the number of alerts that are new since a time; None: all new ones."""
        return sum(
            alert.state == AlertState.NEW and (since is None or alert.changed_at > since)
            for alert in self.unresolved
        )


def _alerts_of_class() -> AlertQuerySet:
    rows = Alert.objects.filter(learner_id__any_of=ManyParam("learners", UUIDField()))
    is_late = Q(resolved_at__gt=Param("resolved_since", DateTimeField()))
    return _with_answers(rows.filter(Q(resolved_at=None) | is_late))


_ALERTS_OF_CLASS = CompiledQuery(_alerts_of_class)


def load_alerts(learners: Collection[UUID], *, at: datetime) -> list[Alert]:
    """Return the alerts of learners with their skills; resolved ones of the last seven days."""
    if not learners:
        return []
    return _known(_ALERTS_OF_CLASS.all(learners=learners, resolved_since=at - RESOLVED_DAYS))


def get_alert_lists(  # what the pages have loaded
    found: Sequence[Alert],
    learners: Mapping[UUID, User],
    states: Iterable[State],
    *,
    at: datetime,
    zones: Zones,
    thresholds: ThresholdsOf,
) -> AlertLists:
    """Return the lists of loaded alerts, with their notes, in one statement.

    Parameters
    ----------
    learners : with their ability, by id.
    states : those of the learners that are relevant for alerts.
    zones, thresholds : time zone and thresholds of each facility.
    """
    if not learners:
        return AlertLists()
    notes = get_notes([alert.pk for alert in found])
    return _list_alerts(found, learners, states, notes, at=at, zones=zones, thresholds=thresholds)


def get_learner_alerts(
    learner: User, states: Iterable[State], notes: Iterable[LearnerNote], *, at: datetime
) -> AlertLists:
    """Return the alerts of one learner, with these of the learner's states and notes.

    The facility of the learner must be loaded.
    """
    by_alert: dict[UUID, list[LearnerNote]] = defaultdict(list)
    for note in notes:
        if note.alert_id is not None:
            by_alert[note.alert_id].append(note)
    found = _known(_with_answers(Alert.objects.filter(learner=learner)))
    thresholds = {learner.facility_id: thresholds_of(learner.facility)}
    return _list_alerts(
        found, {learner.pk: learner}, states, by_alert, at=at, thresholds=thresholds
    )


def _with_answers(rows: AlertQuerySet) -> AlertQuerySet:
    """Return the newest alerts with their skills and the number of answers while they were open."""
    answers = LearningEvent.objects.filter(
        learner=OuterRef("learner"),
        skill=OuterRef("skill"),
        happened_at__gt=OuterRef("opened_at"),
        happened_at__lte=OuterRef("resolved_at"),
    )
    number = answers.order_by().values("learner").annotate(n=Count("pk")).values("n")
    counted = rows.annotate(
        answers_since=Coalesce(Subquery(number, output_field=IntegerField()), 0)
    )
    return counted.select_related("skill").newest_first()[:MAX_ALERTS]


def _known(found: Iterable[Alert]) -> list[Alert]:
    """Return those of kinds that this version knows."""
    return [alert for alert in found if alert.kind.upper() in Reason.__members__]


def _list_alerts(  # noqa: PLR0913  # what the pages have loaded
    found: Sequence[Alert],
    learners: Mapping[UUID, User],
    states: Iterable[State],
    notes: Mapping[UUID, list[LearnerNote]],
    *,
    at: datetime,
    zones: Zones | None = None,
    thresholds: ThresholdsOf,
) -> AlertLists:
    state_of: dict[Any, State] = {(each.learner_id, each.skill_id): each for each in states}
    problems = []
    for alert in found:
        alert.learner = learners[alert.learner_id]
        state = state_of.get((alert.learner_id, alert.skill_id))
        problem = _problem(alert, state, at, zones, thresholds[alert.learner.facility_id])
        problems.append(
            DetectedProblem(
                alert=alert, problem=problem, state=state, notes=notes.get(alert.pk, ())
            )
        )
    snoozed = [each for each in problems if each.alert.state == AlertState.SNOOZED]
    resolved = [each for each in problems if each.is_resolved]
    ranked = _rank(each for each in problems if each.alert.state in _OPEN)
    stuck = {
        state.learner_id
        for state in state_of.values()
        if _is_stuck(state, thresholds[learners[state.learner_id].facility_id])
    }
    return AlertLists(
        open=ranked,
        snoozed=sorted(snoozed, key=lambda each: each.alert.snoozed_until or at)[:MAX_FLAT],
        resolved=sorted(resolved, key=_resolved_at, reverse=True)[:MAX_FLAT],
        groups=_groups(found),
        other_stuck=len(stuck - {each.learner.pk for each in ranked}),
        unresolved=[alert for alert in found if alert.resolved_at is None],
    )


def _resolved_at(problem: DetectedProblem) -> datetime:
    return problem.alert.resolved_at or problem.alert.opened_at


def _is_stuck(state: State, thresholds: Thresholds) -> bool:
    if thresholds.certainty is None:
        return state.plateau
    if state.attempts < alerts.MIN_ANSWERS:
        return False
    return thresholds.is_stuck(Trajectory.from_bytes(bytes(state.course)), was_raised=False)


def _problem(
    alert: Alert, state: State | None, at: datetime, zones: Zones | None, thresholds: Thresholds
) -> Problem:
    """Return the problem with its present figure, else with the figure at the opening."""
    reason = Reason[alert.kind.upper()]
    present = None
    if state is not None and alert.resolved_at is None:
        typical = alert.skill.typical_seconds if alert.skill else None
        present = alerts.skill_problem(
            Trajectory.from_bytes(bytes(state.course)),
            typical,
            state.weak_prerequisite,
            thresholds=thresholds,
            was_raised=reason is Reason.PLATEAU,
        )
    elif reason is Reason.INACTIVE:
        days = days_inactive(alert.learner, at, zones)
        present = alerts.absence_problem(days, thresholds.inactive_days)
    if present is not None and present.reason is reason:
        return present
    value, threshold = alert.figures["value"], alert.figures["threshold"]
    return Problem(reason=reason, figure=value, threshold=threshold)


def _rank(problems: Iterable[DetectedProblem]) -> list[LearnerProblems]:
    by_learner: dict[UUID, list[DetectedProblem]] = defaultdict(list)
    for each in problems:
        by_learner[each.alert.learner_id].append(each)
    ranked = []
    for found in by_learner.values():
        found.sort(key=lambda each: each.problem.rank)
        reason, figure = found[0].problem.rank
        people = LearnerProblems(learner=found[0].learner, problems=found)
        ranked.append(((reason, -len(found), figure, str(people.learner)), people))
    return [people for _key, people in sorted(ranked, key=lambda pair: pair[0])]


def _groups(found: Iterable[Alert]) -> list[NeedGroup]:
    """Return the skills at which several learners have unresolved alerts, the most first."""
    by_skill: dict[Skill, dict[UUID, User]] = defaultdict(dict)
    for alert in found:
        if alert.skill and alert.resolved_at is None:
            by_skill[alert.skill][alert.learner_id] = alert.learner
    groups = [
        NeedGroup(skill=skill, learners=sorted(learners.values(), key=str))
        for skill, learners in by_skill.items()
        if len(learners) >= MIN_GROUP
    ]
    return sorted(groups, key=lambda group: (-len(group.learners), str(group.skill)))[:MAX_GROUPS]
