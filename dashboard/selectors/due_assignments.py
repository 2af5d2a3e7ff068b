"""Lessons, quizzes and course sessions that are due for one learner and not completed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from analytics.models import LearningEvent
from dashboard.selectors.assigned_skills import is_review_done, time_of_key
from infra.identifiers import parse_uuid
from logger.models import ContentSummary, MasteryLog
from roster.models import (
    Assignable,
    AssignableQuerySet,
    CourseSession,
    Enrolment,
    GroupMembership,
    Lesson,
    LessonAssignment,
    Quiz,
    User,
)

MAX_EACH = 100
MAX_SHOWN = 20
MAX_EVENTS = 5_000
REPORTS = {Lesson: "admin:coach_lesson", Quiz: "admin:coach_quiz"}


@dataclass(frozen=True, kw_only=True)
class DueAssignment:
    """One assignment with its due time, and its report if it has one."""

    title: str
    due_at: datetime
    is_overdue: bool
    url: str | None


def get_due_assignments(
    learner: User, *, at: datetime, viewer: User | None = None
) -> Sequence[DueAssignment]:
    """Return a learner's assignments with a due time that are not completed, soonest first.

    Archived and inactive rows, and drafts, are not due. A review is completed by answers since it
    was assigned (`is_review_done`), a quiz once it is submitted, anything else once each of its
    contents is completed.

    Parameters
    ----------
    viewer : the coach who reads it; None: the learner, or somebody who may read all of it.
    """
    rows = [row for model in (Lesson, Quiz, CourseSession) for row in _due(model, learner, viewer)]
    lessons = [row for row in rows if not isinstance(row, Quiz)]
    reviews = [row for row in lessons if isinstance(row, Lesson) and row.skills]
    others = [row for row in lessons if row not in reviews]
    done = _completed_contents(learner, {key for row in others for key in row.contents})
    finished = {row.pk for row in others if row.contents and done.issuperset(row.contents)}
    finished |= _submitted(learner, [row.pk for row in rows if isinstance(row, Quiz)])
    finished |= _done_reviews(learner, reviews)
    due = [
        DueAssignment(
            title=row.title,
            due_at=row.due_at,
            is_overdue=row.due_at < at,
            url=reverse(REPORTS[type(row)], args=[row.pk]) if type(row) in REPORTS else None,
        )
        for row in rows
        if row.due_at and row.pk not in finished
    ]
    return sorted(due, key=lambda each: (each.due_at, each.title))[:MAX_SHOWN]


def _due(model: Any, learner: User, viewer: User | None) -> Sequence[Assignable]:
    rows: AssignableQuerySet[Assignable] = model.objects.assigned_to(learner)
    if viewer is not None:
        rows = rows.filter(pk__in=model.objects.managed_by(viewer).values("pk"))
    due = rows.filter(active=True, archived=False, due_at__isnull=False)
    return list(due.order_by("-due_at", "pk")[:MAX_EACH])


def _completed_contents(learner: User, contents: Collection[str]) -> set[str]:
    """Return which contents (in hex) the learner has completed at least once."""
    if not contents:
        return set()
    summaries = ContentSummary.objects.filter(
        Q(completion_timestamp__isnull=False) | Q(progress__gte=1),
        user=learner,
        content_id__in=[UUID(key) for key in contents],
    )
    return {key.hex for key in summaries.values_list("content_id", flat=True)}


def _submitted(learner: User, quizzes: Collection[UUID]) -> set[UUID]:
    if not quizzes:
        return set()
    tries = MasteryLog.objects.filter(
        user=learner, content_id__in=quizzes, is_coach_assigned=True, complete=True
    )
    return set(tries.values_list("content_id", flat=True))


def _done_reviews(learner: User, reviews: Sequence[Lesson]) -> set[UUID]:
    assigned = _assigned_at(learner, reviews) if reviews else {}
    if not assigned:
        return set()
    codes = {code for row in reviews for code in row.skills}
    items = {name for row in reviews for name in row.items}
    guids = {guid for name in items if (guid := parse_uuid(name))}
    events = LearningEvent.objects.filter(
        Q(skill__code__in=codes) | Q(item__code__in=items) | Q(item__guid__in=guids),
        learner=learner,
        happened_at__gt=min(assigned.values()),
    )
    columns = ("happened_at", "skill__code", "item__code", "item__guid")
    answers = [
        (at, skill, code, str(guid) if guid else None)
        for at, skill, code, guid in events.values_list(*columns)[:MAX_EVENTS]
    ]
    return {
        row.pk
        for row in reviews
        if row.pk in assigned  # not if it was withdrawn meanwhile
        and is_review_done(row, [names for at, *names in answers if at > assigned[row.pk]])
    }


def _assigned_at(learner: User, reviews: Sequence[Lesson]) -> Mapping[UUID, datetime]:
    """Return when each review was first assigned to the learner, alone or with others."""
    assignments = LessonAssignment.objects.filter(
        Q(learner=learner)
        | Q(classroom__in=Enrolment.objects.filter(user=learner).values("classroom"))
        | Q(group__in=GroupMembership.objects.filter(enrolment__user=learner).values("group")),
        lesson__in=reviews,
    )
    newest_first = assignments.order_by("-pk").values_list("lesson", "pk")
    return {lesson: time_of_key(key) for lesson, key in newest_first}
