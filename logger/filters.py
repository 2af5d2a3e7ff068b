"""Filters of the lists of tries and attempts; they only narrow the rows the caller may read."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from infra.api.filters import (
    BooleanFilter,
    CodeFilter,
    CompilableFilterSet,
    Identifier,
    IdentifierFilter,
    IntegerField,
    UUIDFilter,
)
from logger.models import AttemptLog, MasteryLog
from roster.models import Actor, ApiKey, Classroom, LearnerGroup, User

_INT32 = 2**31


class Int32Filter(filters.Filter):
    field_class = IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=-_INT32, max_value=_INT32 - 1, **kwargs)


class LearnerFilterSet(CompilableFilterSet):
    """Filters by learner, facility, classroom or group.

    Each is a subquery on the learner, so that a learner in a class and in its group counts once.
    A place that is not visible to the caller is treated as unknown.
    """

    request: HttpRequest
    user = IdentifierFilter(method="by_user")
    facility = UUIDFilter(method="by_facility")
    classroom = UUIDFilter(method="by_classroom")
    learner_group = UUIDFilter(method="by_group")
    complete = BooleanFilter()

    @property
    def actor(self) -> Actor:
        """The caller of the request."""
        return cast("Actor", self.request.user)

    def by_user(self, rows: QuerySet[Any], _name: str, value: Identifier) -> QuerySet[Any]:
        """Filter by one learner, by UUID; a key may also use its external id for them."""
        if isinstance(self.actor, ApiKey):
            users = User.objects.in_facility(self.actor.facility_id)
            learner = users.by_external_id_or_key(value.text, value.key)
            return rows.filter(user=Subquery(learner.values("pk")[:1]))
        if value.key is None:
            raise ValidationError({"user": ["This is not a UUID."]})
        return rows.filter(user=value.key)

    def by_facility(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Filter by the users of a facility; only superusers can see more than one."""
        if not self.actor.is_superuser:
            raise PermissionDenied("Only superusers may filter by facility.")
        return self.filter_to_facility(rows, value)

    def filter_to_facility(self, rows: QuerySet[Any], facility_id: UUID) -> QuerySet[Any]:
        """Return the rows of the users of a facility."""
        return rows.filter(user__in=User.objects.in_facility(facility_id))

    def by_classroom(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Filter by enrolment in a classroom; members of its groups are always enrolled."""
        classrooms = Classroom.objects.visible_to(self.actor)
        return rows.filter(user__among=User.objects.enrolled_in(classrooms.filter(pk=value)))

    def by_group(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Filter by membership in a learner group."""
        groups = LearnerGroup.objects.visible_to(self.actor)
        return rows.filter(user__among=User.objects.in_groups(groups.filter(pk=value)))


class MasteryLogFilter(LearnerFilterSet):
    """Filters of the tries of one learner at one content."""

    content = UUIDFilter(field_name="content_id", required=True)
    user = IdentifierFilter(method="by_user", required=True)
    quiz = BooleanFilter(field_name="is_quiz")

    class Meta:
        model = MasteryLog
        fields: list[str] = []


class AttemptLogFilter(LearnerFilterSet):
    """Filters of attempts."""

    masterylog = UUIDFilter(field_name="mastery_log")
    content = UUIDFilter(field_name="content_id")
    item = CodeFilter()
    mastery_level = Int32Filter(field_name="mastery_log__mastery_level")

    class Meta:
        model = AttemptLog
        fields: list[str] = []

    def filter_to_facility(self, rows: QuerySet[Any], facility_id: UUID) -> QuerySet[Any]:
        """Return the learners' attempts in a facility; attempts store it, also those of guests."""
        return rows.filter(facility=facility_id, user__isnull=False)
