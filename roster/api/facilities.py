"""HTTP API of facilities, classrooms and learner groups."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from infra.api.fields import HexUUIDField, NullableCharField
from infra.api.filters import UUIDFilter
from infra.time_zones import MAX_NAME_LENGTH
from roster.api.viewsets import RosterViewSet
from roster.models import (
    Actor,
    Classroom,
    Facility,
    GroupMembership,
    LearnerGroup,
    Role,
    RoleKind,
    User,
)
from roster.models.facilities import validate_time_zone
from roster.services import facilities


def refuse_foreign_facility(request: HttpRequest, facility_id: UUID) -> None:
    """Refuse a request that names a facility its caller does not belong to (contract 0.7)."""
    actor = cast("Actor", request.user)
    if actor.is_superuser:
        return
    if not Facility.objects.visible_to(actor).filter(pk=facility_id).exists():
        raise PermissionDenied


class FacilitySerializer(serializers.Serializer[Facility]):
    """A facility, with its settings for new learners and guests."""

    id = HexUUIDField(read_only=True)
    name = serializers.CharField(max_length=200)
    partner_id = NullableCharField(max_length=100, required=False)
    auto_provision = serializers.BooleanField(required=False)
    guest_access = serializers.BooleanField(required=False)
    time_zone = serializers.CharField(
        max_length=MAX_NAME_LENGTH, required=False, validators=[validate_time_zone]
    )


class FacilityViewSet(RosterViewSet[Facility]):
    """Facilities; superusers create and delete them, their admins change the settings."""

    serializer_class = FacilitySerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Facility]:
        return Facility.objects.visible_to(self.actor).order_by("id")

    def add(self, fields: Any) -> UUID:
        return facilities.add_facility(fields, actor=self.actor)

    def change(self, pk: UUID, fields: Any) -> None:
        facilities.change_facility(pk, fields, actor=self.actor)

    def remove(self, pk: UUID) -> None:
        facilities.remove_facility(pk, actor=self.actor)


class CoachSerializer(serializers.Serializer[Role]):
    """Coach of a class."""

    id = HexUUIDField(source="user_id")
    username = NullableCharField(source="user.username")
    full_name = serializers.CharField(source="user.full_name")
    facility = HexUUIDField(source="user.facility_id", allow_null=True)
    is_superuser = serializers.BooleanField(source="user.is_superuser")


class ClassroomSerializer(serializers.Serializer[Classroom]):
    """A class, with those of its coaches that the caller may see."""

    id = HexUUIDField(read_only=True)
    name = serializers.CharField(max_length=200)
    # The metaclass removes it from the class, so it does not hide Field.parent.
    parent = HexUUIDField(source="facility_id")  # type: ignore[assignment]
    learner_count = serializers.IntegerField(read_only=True)
    coaches = CoachSerializer(source="known_coaches", many=True, read_only=True)


class ClassroomFilter(filters.FilterSet):
    request: HttpRequest
    parent = UUIDFilter(method="by_parent")

    class Meta:
        model = Classroom
        fields: list[str] = []

    def by_parent(self, rows: QuerySet[Classroom], _name: str, value: UUID) -> QuerySet[Classroom]:
        """Keep the classes of one facility."""
        refuse_foreign_facility(self.request, value)
        return rows.filter(facility=value)


class ClassroomViewSet(RosterViewSet[Classroom]):
    """Classes."""

    serializer_class = ClassroomSerializer
    filterset_class = ClassroomFilter

    def get_queryset(self) -> QuerySet[Classroom]:
        roles = Role.objects.visible_to(self.actor).filter(kind=RoleKind.COACH)
        coaches = roles.select_related("user").order_by("id")
        rows = Classroom.objects.visible_to(self.actor).prefetch_related(
            Prefetch("roles", coaches, to_attr="known_coaches")
        )
        return rows.annotate(learner_count=Count("enrolments")).order_by("id")

    def add(self, fields: Any) -> UUID:
        return facilities.add_classroom(fields, actor=self.actor)

    def change(self, pk: UUID, fields: Any) -> None:
        facilities.change_classroom(pk, fields, actor=self.actor)

    def remove(self, pk: UUID) -> None:
        facilities.remove_classroom(pk, actor=self.actor)


class LearnerGroupSerializer(serializers.Serializer[LearnerGroup]):
    """A group of a class, with those of its members that the caller may see."""

    id = HexUUIDField(read_only=True)
    name = serializers.CharField(max_length=200)
    # The metaclass removes it from the class, so it does not hide Field.parent.
    parent = HexUUIDField(source="classroom_id")  # type: ignore[assignment]
    user_ids = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=HexUUIDField()))
    def get_user_ids(self, group: Any) -> list[str]:
        """Return the ids of the members."""
        return [membership.enrolment.user_id.hex for membership in group.known_memberships]


class LearnerGroupFilter(filters.FilterSet):
    parent = UUIDFilter(field_name="classroom")

    class Meta:
        model = LearnerGroup
        fields: list[str] = []


class LearnerGroupViewSet(RosterViewSet[LearnerGroup]):
    """Groups within classes."""

    serializer_class = LearnerGroupSerializer
    filterset_class = LearnerGroupFilter

    def get_queryset(self) -> QuerySet[LearnerGroup]:
        people = User.objects.visible_to(self.actor)
        memberships = GroupMembership.objects.filter(enrolment__user__in=people)
        members = memberships.select_related("enrolment").order_by("id")
        rows = LearnerGroup.objects.visible_to(self.actor).prefetch_related(
            Prefetch("memberships", members, to_attr="known_memberships")
        )
        return rows.order_by("id")

    def add(self, fields: Any) -> UUID:
        return facilities.add_group(fields, actor=self.actor)

    def change(self, pk: UUID, fields: Any) -> None:
        facilities.change_group(pk, fields, actor=self.actor)

    def remove(self, pk: UUID) -> None:
        facilities.remove_group(pk, actor=self.actor)
