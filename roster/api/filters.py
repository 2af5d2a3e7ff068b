"""Filters of lists of learners' records, which only narrow the rows that the caller may read."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from infra.api.filters import CompilableFilterSet, Identifier, IdentifierFilter, UUIDFilter
from roster.models import Actor, ApiKey, Classroom, LearnerGroup, User


class LearnerFilterSet(CompilableFilterSet):
    """Filters by learner, classroom or group; `learner` is the name of the learner's column.

    Each is a subquery on the learner, so that a learner in a class and in its group counts once.
    A place that is not visible to the caller is treated as unknown.
    """

    learner: ClassVar[str] = "user"

    request: HttpRequest
    user = IdentifierFilter(method="by_user")
    classroom = UUIDFilter(method="by_classroom")
    learner_group = UUIDFilter(method="by_group")

    @property
    def actor(self) -> Actor:
        """The caller of the request."""
        return cast("Actor", self.request.user)

    def by_user(self, rows: QuerySet[Any], _name: str, value: Identifier) -> QuerySet[Any]:
        """Filter by one learner, by UUID; a key may also use its external id for them."""
        if isinstance(self.actor, ApiKey):
            users = User.objects.in_facility(self.actor.facility_id)
            learner = users.by_external_id_or_key(value.text, value.key)
            return rows.filter(**{self.learner: Subquery(learner.values("pk")[:1])})
        if value.key is None:
            raise ValidationError({"user": ["This is not a UUID."]})
        return rows.filter(**{self.learner: value.key})

    def by_classroom(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Filter by enrolment in a classroom; members of its groups are always enrolled."""
        classrooms = Classroom.objects.visible_to(self.actor)
        learners = User.objects.enrolled_in(classrooms.filter(pk=value))
        return rows.filter(**{f"{self.learner}__among": learners})

    def by_group(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Filter by membership in a learner group."""
        groups = LearnerGroup.objects.visible_to(self.actor)
        learners = User.objects.in_groups(groups.filter(pk=value))
        return rows.filter(**{f"{self.learner}__among": learners})
