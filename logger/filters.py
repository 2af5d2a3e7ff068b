"""How lists of tries and attempts are narrowed; what may be seen is decided before."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from infra.api.filters import BooleanFilter, IntegerField, TextFilter, UUIDFilter
from infra.identifiers import parse_uuid
from logger.models import AttemptLog, MasteryLog
from roster.models import Actor, ApiKey, Classroom, LearnerGroup, User

_INT32 = 2**31


class Int32Filter(filters.Filter):
    field_class = IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=-_INT32, max_value=_INT32 - 1, **kwargs)


class LearnerFilterSet(filters.FilterSet):
    """Whose rows: by learner, facility, classroom or group.

    Each is a subquery on the learner, so that somebody in a class and in its group counts
    once. A place the caller may not know of is treated as unknown.
    """

    request: HttpRequest
    user = TextFilter(method="by_user")
    facility = UUIDFilter(method="by_facility")
    classroom = UUIDFilter(method="by_classroom")
    learner_group = UUIDFilter(method="by_group")
    complete = BooleanFilter()

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return cast("Actor", self.request.user)

    def by_user(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """One learner, by UUID; a key may also use its own name for them."""
        if isinstance(self.actor, ApiKey):
            known = User.objects.in_facility(self.actor.facility_id)
            return rows.filter(user=Subquery(known.by_identifier(value).values("pk")[:1]))
        key = parse_uuid(value)
        if key is None:
            raise ValidationError({"user": ["This is not a UUID."]})
        return rows.filter(user=key)

    def by_facility(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Everybody of a facility; only superusers see more than one."""
        if not self.actor.is_superuser:
            raise PermissionDenied("Only superusers may filter by facility.")
        return self.narrowed_to_facility(rows, value)

    def narrowed_to_facility(self, rows: QuerySet[Any], facility_id: UUID) -> QuerySet[Any]:
        """Rows of everybody of a facility."""
        return rows.filter(user__in=User.objects.in_facility(facility_id))

    def by_classroom(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Everybody enrolled in a classroom; members of its groups always are."""
        known = Classroom.objects.visible_to(self.actor)
        return rows.filter(user__among=User.objects.enrolled_in(known.filter(pk=value)))

    def by_group(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Members of a learner group."""
        known = LearnerGroup.objects.visible_to(self.actor)
        return rows.filter(user__among=User.objects.in_groups(known.filter(pk=value)))


class MasteryLogFilter(LearnerFilterSet):
    """Tries at one content by one learner."""

    content = UUIDFilter(field_name="content_id", required=True)
    user = TextFilter(method="by_user", required=True)
    quiz = BooleanFilter(field_name="is_quiz")

    class Meta:
        model = MasteryLog
        fields: list[str] = []


class AttemptLogFilter(LearnerFilterSet):
    """Attempts, all or some."""

    masterylog = UUIDFilter(field_name="mastery_log")
    content = UUIDFilter(field_name="content_id")
    item = TextFilter()
    mastery_level = Int32Filter(field_name="mastery_log__mastery_level")

    class Meta:
        model = AttemptLog
        fields: list[str] = []

    def narrowed_to_facility(self, rows: QuerySet[Any], facility_id: UUID) -> QuerySet[Any]:
        """Attempts bear their facility; guests' are nobody's."""
        return rows.filter(facility=facility_id, user__isnull=False)
