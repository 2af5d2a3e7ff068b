"""Lessons, quizzes and course sessions over HTTP."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infra.api.fields import HexUUIDField
from infra.api.filters import BooleanFilter, UUIDFilter
from infra.api.idempotency.decorators import IdempotentView, idempotent
from roster.api.viewsets import RosterViewSet
from roster.models import (
    Assignable,
    AssignableQuerySet,
    CourseSession,
    CourseSessionAssignment,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
)
from roster.services import assignments

MAX_PLACES = 1000


class PlacesField(serializers.ListField):
    """The classes and groups something is handed out to."""

    child = HexUUIDField()

    def get_attribute(self, instance: Any) -> list[UUID]:
        """Return their ids."""
        return [hand_out.place_id for hand_out in instance.assignments.all()]


class AssignableSerializer(serializers.Serializer[Assignable]):
    """Something handed out, the place it belongs to, and where within it is handed out."""

    id = HexUUIDField(read_only=True)
    title = serializers.CharField(max_length=200)
    active = serializers.BooleanField(required=False)
    collection = HexUUIDField(source="collection_id")
    assignments = PlacesField(source="place_ids", required=False, max_length=MAX_PLACES)


class AssignableFilter(filters.FilterSet):
    collection = UUIDFilter(method="by_place")
    active = BooleanFilter()

    def by_place(self, rows: QuerySet[Assignable], _name: str, value: UUID) -> QuerySet[Assignable]:
        """Those of a classroom, or those of a facility and of no class."""
        return rows.filter(Q(classroom=value) | Q(classroom=None, facility=value))


class AssignableViewSet(RosterViewSet[Assignable], IdempotentView):
    """Things handed out, of one kind."""

    serializer_class = AssignableSerializer
    filterset_class = AssignableFilter
    model: ClassVar[type[Assignable]]
    hand_outs: ClassVar[type[LessonAssignment | QuizAssignment | CourseSessionAssignment]]

    def get_queryset(self) -> QuerySet[Assignable]:
        known: QuerySet[Any] = self.hand_outs.objects.visible_to(self.actor).order_by("id")
        rows: QuerySet[Any] = AssignableQuerySet(self.model).visible_to(self.actor)
        return rows.prefetch_related(Prefetch("assignments", known)).order_by("id")

    @idempotent
    def create(self, request: Request) -> Response:
        """Create one."""
        return self.created(request)

    @idempotent
    def update(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Replace one."""
        return self.changed(request)

    def authorize_replay(self, request: Request, told: Any) -> None:  # noqa: ARG002
        """Require that the row is still there, and the caller's to look after."""
        assignments.require_right_over_assignable(self._visible(UUID(told["id"])), self.actor)

    def add(self, fields: Any) -> UUID:
        return assignments.add_assignable(self.model, fields, actor=self.actor)

    def change(self, pk: UUID, fields: Any) -> None:
        assignments.change_assignable(self.model, pk, fields, actor=self.actor)

    def remove(self, pk: UUID) -> None:
        assignments.remove_assignable(self.model, pk, actor=self.actor)


class LessonViewSet(AssignableViewSet):
    """Lessons."""

    model, hand_outs = Lesson, LessonAssignment


class QuizViewSet(AssignableViewSet):
    """Quizzes."""

    model, hand_outs = Quiz, QuizAssignment


class CourseSessionViewSet(AssignableViewSet):
    """Course sessions."""

    model, hand_outs = CourseSession, CourseSessionAssignment
