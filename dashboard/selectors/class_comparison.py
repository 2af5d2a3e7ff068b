"""Classes side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Avg, Q, Sum

from analytics.core.alerts import Reason
from analytics.core.confidence import MIN_ANSWERS
from analytics.core.velocity import WEEK
from analytics.models import Alert, AlertState, SkillState
from dashboard.selectors.class_summary import get_weekly_changes
from roster.models import Classroom, Enrolment, User

MAX_CLASSES = 100
MAX_ENROLMENTS = 5_000
MAX_STATES = 20_000
# With fewer, a median or a share says little, and may be about one child.
MIN_LEARNERS = 5
_STUCK = {Reason.PLATEAU.name.lower(), Reason.WHEEL_SPINNING.name.lower()}


@dataclass(frozen=True, kw_only=True)
class ClassRow:
    """Numbers of the active learners of one class.

    Attributes
    ----------
    active : with an answer in the last seven days.
    mastery : median over learners of their mean mastery of skills, where five answers or more are
        known; None: of fewer than five learners.
    need_help, stuck : with an open alert about their work, and about being stuck.
    improved : of `measured` learners, those whose level rose since last week by more than chance.
    right, answers : right answers and answers at skills.
    """

    classroom: Classroom
    learners: int
    active: int
    mastery: float | None
    need_help: int
    stuck: int
    improved: int
    measured: int
    right: int
    answers: int

    @property
    def help_share(self) -> float | None:
        """The share of the learners who need help; None with fewer than five learners."""
        return self.need_help / self.learners if self.learners >= MIN_LEARNERS else None

    @property
    def improved_share(self) -> float | None:
        """The share of the measured learners who improved; None with fewer than five."""
        return self.improved / self.measured if self.measured >= MIN_LEARNERS else None

    @property
    def right_share(self) -> float | None:
        """The share of right answers; None with too few answers."""
        return self.right / self.answers if self.answers >= MIN_ANSWERS else None


@dataclass(frozen=True, kw_only=True)
class ClassComparison:
    """The classes of a viewer by name; `is_truncated`: there are more."""

    rows: Sequence[ClassRow]
    is_truncated: bool


def get_class_comparison(viewer: User, *, at: datetime) -> ClassComparison:
    """Return the classes that a viewer manages, in five statements."""
    managed = Classroom.objects.managed_by(viewer).select_related("facility")
    rooms = list(managed.order_by("name", "pk")[: MAX_CLASSES + 1])
    enrolled = Enrolment.objects.filter(
        classroom__in=[room.pk for room in rooms[:MAX_CLASSES]], user__is_active=True
    )
    of_class: dict[UUID, dict[UUID, datetime | None]] = defaultdict(dict)
    found = enrolled.order_by("classroom__name", "classroom", "pk")[: MAX_ENROLMENTS + 1]
    rows = list(found.values_list("classroom", "user", "user__ability__newest"))
    for room_id, learner_id, newest in rows:
        of_class[room_id][learner_id] = newest
    shown = rooms[:MAX_CLASSES]
    if len(rows) > MAX_ENROLMENTS:  # The last class read may be incomplete.
        shown = shown[: [room.pk for room in shown].index(rows[-1][0])]
    learners = {learner_id for room in shown for learner_id in of_class[room.pk]}
    numbers = _Numbers.of(learners, at) if learners else _Numbers({}, {}, {})
    return ClassComparison(
        rows=[numbers.row(room, of_class[room.pk], at) for room in shown],
        is_truncated=len(shown) < len(rooms),
    )


@dataclass(frozen=True)
class _Numbers:
    """Sums of states, kinds of open alerts, and changes of the level, by learner."""

    states: Mapping[UUID, tuple[float | None, int, int]]
    alerts: Mapping[UUID, set[str]]
    changes: Mapping[UUID, bool]

    @classmethod
    def of(cls, learners: set[UUID], at: datetime) -> _Numbers:
        states = SkillState.objects.filter(learner__in=list(learners)).order_by()
        sums = states.values_list("learner").annotate(
            Sum("correct"),
            Sum("attempts"),
            mean=Avg("mastery", filter=Q(attempts__gte=MIN_ANSWERS)),
        )
        alerts: dict[UUID, set[str]] = defaultdict(set)
        is_open = (AlertState.NEW, AlertState.SEEN)
        of_learners = Alert.objects.filter(learner__in=list(learners), state__in=is_open)
        for learner_id, kind in of_learners.values_list("learner", "kind"):
            alerts[learner_id].add(kind)
        return cls(
            {learner_id: (mean, right, answers) for learner_id, right, answers, mean in sums},
            alerts,
            _changes(states, list(learners), at),
        )

    def row(
        self, room: Classroom, learners: Mapping[UUID, datetime | None], at: datetime
    ) -> ClassRow:
        states = [self.states[each] for each in learners if each in self.states]
        known = [mean for mean, _right, _answers in states if mean is not None]
        kinds = [self.alerts.get(each, set()) for each in learners]
        changes = Counter(self.changes[each] for each in learners if each in self.changes)
        week_ago = at - timedelta(days=WEEK)
        return ClassRow(
            classroom=room,
            learners=len(learners),
            active=sum(newest is not None and newest >= week_ago for newest in learners.values()),
            mastery=median(known) if len(known) >= MIN_LEARNERS else None,
            need_help=sum(bool(each - {Reason.NOT_STARTED.name.lower()}) for each in kinds),
            stuck=sum(bool(each & _STUCK) for each in kinds),
            improved=changes[True],
            measured=changes.total(),
            right=sum(right for _mean, right, _answers in states),
            answers=sum(answers for _mean, _right, answers in states),
        )


def _changes(states: Any, learners: Sequence[UUID], at: datetime) -> dict[UUID, bool]:
    """Return whether the level of each measured learner rose."""
    recent = states.filter(last_practised__gte=at - timedelta(days=WEEK))
    newest = recent.order_by("-last_practised", "-pk")
    rows = newest.values_list("skill", "learner", "course")[:MAX_STATES]
    trajectories = [(skill_id, learner_id, bytes(course)) for skill_id, learner_id, course in rows]
    changes = get_weekly_changes(learners, trajectories, at)
    return {
        learner: bool(is_rise)
        for learner, is_rise, is_measured in zip(
            learners, changes.is_rise, changes.is_measured, strict=True
        )
        if is_measured
    }
