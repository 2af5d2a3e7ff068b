"""Filters of the lists of tries and attempts; they only narrow the rows the caller may read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django_filters import rest_framework as filters

from infra.api.filters import (
    BooleanFilter,
    CodeFilter,
    IdentifierFilter,
    IntegerField,
    UUIDFilter,
)
from logger.models import AttemptLog, MasteryLog
from roster.api.filters import LearnerFilterSet
from roster.models import User

_INT32 = 2**31


class Int32Filter(filters.Filter):
    field_class = IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=-_INT32, max_value=_INT32 - 1, **kwargs)


class LogFilterSet(LearnerFilterSet):
    """Filters by learner, facility, classroom or group, and by completion."""

    facility = UUIDFilter(method="by_facility")
    complete = BooleanFilter()

    def by_facility(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Filter by the users of a facility; only superusers can see more than one."""
        if not self.actor.is_superuser:
            raise PermissionDenied("Only superusers may filter by facility.")
        return self.filter_to_facility(rows, value)

    def filter_to_facility(self, rows: QuerySet[Any], facility_id: UUID) -> QuerySet[Any]:
        """Return the rows of the users of a facility."""
        return rows.filter(user__in=User.objects.in_facility(facility_id))


class MasteryLogFilter(LogFilterSet):
    """Filters of the tries of one learner at one content."""

    content = UUIDFilter(field_name="content_id", required=True)
    user = IdentifierFilter(method="by_user", required=True)
    quiz = BooleanFilter(field_name="is_quiz")

    class Meta:
        model = MasteryLog
        fields: list[str] = []


class AttemptLogFilter(LogFilterSet):
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
