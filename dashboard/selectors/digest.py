"""The contents of a coach's weekly digest: new reasons for help, improvements, due reviews."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from analytics import labels
from analytics.core.alerts import Reason
from analytics.core.velocity import WEEK
from analytics.labels import short_ids
from analytics.models import Alert, AlertState, ItemMemory, SkillState
from dashboard.selectors.class_summary import get_weekly_changes
from roster.models import User

MAX_LEARNERS = 500
MAX_ALERTS = 100
MAX_STATES = 10_000


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The report on a coach's learners since a time.

    `need_help` are the learners with alerts opened since then that are still open, each with the
    reasons. `improved` are those whose level rose by more than chance, in the last seven days
    compared with the seven before. `due` is the number of reviews due now, `due_learners` that of
    their learners. `learners` is the number looked at, by name; `is_truncated`: there are more.
    """

    since: datetime
    learners: int
    is_truncated: bool
    need_help: Mapping[User, Sequence[str]]
    improved: Sequence[User]
    due: int
    due_learners: int


def get_digest(coach: User, *, since: datetime, at: datetime) -> Digest:
    """Return the report on the active learners that the coach may see, at most 500."""
    visible = User.objects.visible_to(coach).exclude(pk=coach.pk)
    people = visible.active_learners()
    loaded = list(people.order_by("full_name", "username", "pk")[: MAX_LEARNERS + 1])
    learners = {learner.pk: learner for learner in loaded[:MAX_LEARNERS]}
    memories = ItemMemory.objects.filter(learner__in=list(learners), studied=True, due__lte=at)
    due = memories.aggregate(reviews=Count("pk"), learners=Count("learner", distinct=True))
    return Digest(
        since=since,
        learners=len(learners),
        is_truncated=len(loaded) > MAX_LEARNERS,
        need_help=_new_reasons(learners, since),
        improved=_improved(learners, at),
        due=due["reviews"],
        due_learners=due["learners"],
    )


def _new_reasons(learners: Mapping[UUID, User], since: datetime) -> Mapping[User, Sequence[str]]:
    is_open = (AlertState.NEW, AlertState.SEEN)
    opened = Alert.objects.filter(
        learner__in=list(learners), state__in=is_open, opened_at__gt=since
    )
    reasons: dict[User, list[str]] = defaultdict(list)
    for alert in opened.select_related("skill").newest_first()[:MAX_ALERTS]:
        if alert.kind.upper() in Reason.__members__:
            name = str(labels.REASONS[Reason[alert.kind.upper()]])
            skill = f" ({short_ids(str(alert.skill))})" if alert.skill else ""
            reasons[learners[alert.learner_id]].append(f"{name}{skill}")
    return dict(sorted(reasons.items(), key=lambda pair: str(pair[0]).casefold()))


def _improved(learners: Mapping[UUID, User], at: datetime) -> list[User]:
    week = at - timedelta(days=WEEK)
    practised = SkillState.objects.filter(learner__in=list(learners), last_practised__gte=week)
    newest = practised.order_by("-last_practised", "-pk")
    rows = newest.values_list("skill_id", "learner_id", "course")[:MAX_STATES]
    trajectories = [(skill_id, learner_id, bytes(course)) for skill_id, learner_id, course in rows]
    changes = get_weekly_changes(learners, trajectories, at)
    return [
        learner
        for learner, is_rise in zip(learners.values(), changes.is_rise, strict=True)
        if is_rise
    ]
