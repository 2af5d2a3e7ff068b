"""HTTP API of lessons, quizzes and course sessions."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infra.api.fields import HexUUIDField, NormalizedCharField, TimeField, UniqueUUIDsField
from infra.api.filters import BooleanFilter, UUIDFilter
from infra.api.idempotency.decorators import IdempotentView, idempotent
from infra.identifiers import MAX_ID_LENGTH
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
from roster.models.assignments import MAX_CONTENTS, MAX_SOURCES
from roster.services import assignments

MAX_PLACES = 1000


class PlacesField(serializers.ListField):
    """Ids of the classes, groups and learners that the object is assigned to."""

    child = HexUUIDField()

    def get_attribute(self, instance: Any) -> list[UUID]:
        """Return the ids of the classes, groups and learners."""
        return [assignment.place_id for assignment in instance.assignments.all()]


class AssignableSerializer(serializers.Serializer[Assignable]):
    """A lesson, quiz or course session, the place it belongs to, and its assignments."""

    id = HexUUIDField(read_only=True)
    title = serializers.CharField(max_length=200)
    active = serializers.BooleanField(required=False)
    draft = serializers.BooleanField(required=False)
    archived = serializers.BooleanField(required=False)
    due_at = TimeField(required=False, allow_null=True)
    contents = UniqueUUIDsField(required=False, max_length=MAX_CONTENTS)
    collection = HexUUIDField(source="collection_id")
    assignments = PlacesField(source="place_ids", required=False, max_length=MAX_PLACES)


class CodesField(serializers.ListField):
    """Codes of skills or items, each once, in NFC."""

    child = NormalizedCharField(max_length=MAX_ID_LENGTH)

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the codes; a code that is listed twice is invalid."""
        codes: list[str] = super().to_internal_value(data)
        if len(set(codes)) < len(codes):
            raise serializers.ValidationError("The same value is listed twice.")
        return codes


class LessonSerializer(AssignableSerializer):
    """A lesson; one with skills is a review of them."""

    skills = CodesField(required=False, max_length=MAX_SOURCES)
    items = CodesField(required=False, max_length=MAX_SOURCES)


class AssignableFilter(filters.FilterSet):
    collection = UUIDFilter(method="by_place")
    active = BooleanFilter()
    draft = BooleanFilter()
    archived = BooleanFilter()

    def by_place(self, rows: QuerySet[Assignable], _name: str, value: UUID) -> QuerySet[Assignable]:
        """Keep rows of a classroom, or rows of a facility that belong to no class."""
        return rows.filter(Q(classroom=value) | Q(classroom=None, facility=value))


class AssignableViewSet(RosterViewSet[Assignable], IdempotentView):
    """Lessons, quizzes or course sessions."""

    serializer_class = AssignableSerializer
    filterset_class = AssignableFilter
    model: ClassVar[type[Assignable]]
    assignment_model: ClassVar[type[LessonAssignment | QuizAssignment | CourseSessionAssignment]]

    def get_queryset(self) -> QuerySet[Assignable]:
        known: QuerySet[Any] = self.assignment_model.objects.visible_to(self.actor).order_by("id")
        rows: QuerySet[Any] = AssignableQuerySet(self.model).visible_to(self.actor)
        return rows.prefetch_related(Prefetch("assignments", known)).order_by("id")

    @idempotent
    def create(self, request: Request) -> Response:
        """Create a record."""
        return self.create_row(request)

    @idempotent
    def update(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Replace a record."""
        return self.change_row(request)

    def authorize_replay(self, request: Request, body: Any) -> None:  # noqa: ARG002
        """Require that the row still exists and that the caller may change it."""
        assignments.require_can_change_assignable(self._get_visible(UUID(body["id"])), self.actor)

    def add(self, fields: Any) -> UUID:
        return assignments.add_assignable(self.model, fields, actor=self.actor)

    def change(self, pk: UUID, fields: Any) -> None:
        assignments.change_assignable(self.model, pk, fields, actor=self.actor)

    def remove(self, pk: UUID) -> None:
        assignments.remove_assignable(self.model, pk, actor=self.actor)


class LessonViewSet(AssignableViewSet):
    """Lessons."""

    serializer_class = LessonSerializer
    model, assignment_model = Lesson, LessonAssignment


class QuizViewSet(AssignableViewSet):
    """Quizzes."""

    model, assignment_model = Quiz, QuizAssignment


class CourseSessionViewSet(AssignableViewSet):
    """Course sessions."""

    model, assignment_model = CourseSession, CourseSessionAssignment
