"""HTTP API of memberships and roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from infra.api.fields import HexUUIDField
from infra.api.filters import UUIDFilter
from roster.api.viewsets import RosterViewSet
from roster.models import Membership, Role, RoleKind
from roster.services import memberships


class MembershipSerializer(serializers.Serializer[Membership]):
    """Membership of a user in a classroom or a group."""

    id = HexUUIDField(read_only=True)
    user = HexUUIDField(source="user_id")
    collection = HexUUIDField(source="collection_id")


class MembershipFilter(filters.FilterSet):
    user = UUIDFilter()
    collection = UUIDFilter(field_name="collection_id")

    class Meta:
        model = Membership
        fields: list[str] = []


class MembershipViewSet(RosterViewSet[Membership]):
    """Memberships of classes and groups."""

    serializer_class = MembershipSerializer
    filterset_class = MembershipFilter

    def get_queryset(self) -> QuerySet[Membership]:
        return Membership.objects.visible_to(self.actor).order_by("id")

    def add(self, fields: Any) -> UUID:
        return memberships.add_membership(fields, actor=self.actor)

    def change(self, pk: UUID, fields: Any) -> None:
        memberships.change_membership(pk, fields, actor=self.actor)

    def remove(self, pk: UUID) -> None:
        memberships.remove_membership(pk, actor=self.actor)


class RoleSerializer(serializers.Serializer[Role]):
    """Role of a user in a facility or a classroom."""

    id = HexUUIDField(read_only=True)
    user = HexUUIDField(source="user_id")
    collection = HexUUIDField(source="place_id")
    kind = serializers.ChoiceField(choices=RoleKind.choices)


class RoleFilter(filters.FilterSet):
    user = UUIDFilter()
    collection = UUIDFilter(method="by_place")
    kind = filters.ChoiceFilter(choices=RoleKind.choices)

    class Meta:
        model = Role
        fields: list[str] = []

    def by_place(self, rows: QuerySet[Role], _name: str, value: UUID) -> QuerySet[Role]:
        """Keep the roles of a facility or a classroom."""
        return rows.filter(Q(facility=value) | Q(classroom=value))


class RoleViewSet(RosterViewSet[Role]):
    """Roles of users in facilities and classrooms."""

    serializer_class = RoleSerializer
    filterset_class = RoleFilter

    def get_queryset(self) -> QuerySet[Role]:
        return Role.objects.visible_to(self.actor).order_by("id")

    def add(self, fields: Any) -> UUID:
        return memberships.add_role(fields, actor=self.actor)

    def change(self, pk: UUID, fields: Any) -> None:
        memberships.change_role(pk, fields, actor=self.actor)

    def remove(self, pk: UUID) -> None:
        memberships.remove_role(pk, actor=self.actor)
