"""HTTP API of users."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import serializers

from infra.api.fields import HexUUIDField, NullableCharField, UsernameField
from infra.api.filters import UUIDFilter
from infra.password_length import MAX_PASSWORD_LENGTH
from roster.api.facilities import refuse_foreign_facility
from roster.api.viewsets import RosterViewSet
from roster.models import Actor, Classroom, LearnerGroup, Role, User, UserQuerySet
from roster.services import people

MAX_SEARCH = 200


class HeldRoleSerializer(serializers.Serializer[Role]):
    """A role, as part of its holder."""

    id = HexUUIDField()
    kind = serializers.CharField()
    collection = HexUUIDField(source="place_id")


class PersonSerializer(serializers.Serializer[User]):
    """A user; `id_number` is the id that the facility's apps use."""

    id = HexUUIDField(read_only=True)
    username = UsernameField()
    password = serializers.CharField(
        max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False, required=False, write_only=True
    )
    full_name = serializers.CharField(max_length=200, allow_blank=True, required=False)
    facility = HexUUIDField(source="facility_id", allow_null=True, required=False)
    roles = HeldRoleSerializer(many=True, read_only=True)
    id_number = NullableCharField(
        source="external_id", max_length=255, trim_whitespace=False, required=False
    )
    is_superuser = serializers.BooleanField(
        required=False, help_text="Only superusers can set this; it is ignored from others."
    )


class PersonFilter(filters.FilterSet):
    request: HttpRequest
    facility = UUIDFilter(method="by_facility")
    member_of = UUIDFilter(method="by_place", help_text="Members of this classroom or group.")
    search = filters.CharFilter(
        method="by_words",
        max_length=MAX_SEARCH,
        help_text="Users whose username, full name or id_number contains each of these words.",
    )

    class Meta:
        model = User
        fields: list[str] = []

    def by_facility(self, rows: UserQuerySet, _name: str, value: UUID) -> UserQuerySet:
        """Keep the users of one facility."""
        refuse_foreign_facility(self.request, value)
        return rows.in_facility(value)

    def by_place(self, rows: UserQuerySet, _name: str, value: UUID) -> UserQuerySet:
        """Keep the members of a class or group; nobody if the caller may not see it."""
        actor = cast("Actor", self.request.user)
        classrooms = Classroom.objects.visible_to(actor).filter(pk=value)
        groups = LearnerGroup.objects.visible_to(actor).filter(pk=value)
        members = User.objects.enrolled_in(classrooms) | User.objects.in_groups(groups)
        return rows.filter(pk__in=members.values("pk"))

    def by_words(self, rows: UserQuerySet, _name: str, value: str) -> UserQuerySet:
        """Keep the users that match every word, ignoring case."""
        for word in value.split():
            rows = rows.search(word)
        return rows


class PersonViewSet(RosterViewSet[User]):
    """Users: learners, coaches, admins and superusers."""

    serializer_class = PersonSerializer
    filterset_class = PersonFilter

    def get_queryset(self) -> QuerySet[User]:
        known = Role.objects.at_places_known_to(self.actor).order_by("id")
        people = User.objects.visible_to(self.actor)
        return people.prefetch_related(Prefetch("roles", known)).order_by("id")

    def add(self, fields: Any) -> UUID:
        return people.add_person(fields, actor=self.actor, at=timezone.now())

    def change(self, pk: UUID, fields: Any) -> None:
        people.change_person(pk, fields, actor=self.actor)

    def remove(self, pk: UUID) -> None:
        people.remove_person(pk, actor=self.actor)
