"""Services for memberships and roles."""

from __future__ import annotations

from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from roster import services
from roster.models import (
    Actor,
    Classroom,
    Enrolment,
    GroupMembership,
    LearnerGroup,
    Membership,
    Role,
    RoleKind,
    User,
)
from roster.services.permissions import (
    InvalidField,
    UnknownReference,
    UnknownRow,
    check_unchanged,
    lock_facility_or_class,
    lock_person,
    lock_row,
    refuse_class_admin,
    require_manager,
    require_superuser,
)


class MembershipFields(TypedDict, total=False):
    """Writable fields of a membership."""

    user_id: UUID
    collection_id: UUID


class RoleFields(TypedDict, total=False):
    """Writable fields of a role."""

    user_id: UUID
    place_id: UUID
    kind: str


@transaction.atomic
def add_membership(fields: MembershipFields, *, actor: Actor) -> UUID:
    """Add a user to a class, or to a group and its class."""
    place, facility_id = _lock_class_or_group(fields["collection_id"], actor)
    require_manager(actor, facility_id)
    person = lock_person(fields["user_id"], actor=actor, facility_id=facility_id)
    held = Membership.objects.filter(user=person, collection_id=place.pk).exists()
    row = _add_to_place(person, place)
    if not held:
        services.record_added(row, actor=actor, facility_id=facility_id)
    return row.pk


def _add_to_place(person: User, place: Classroom | LearnerGroup) -> Enrolment | GroupMembership:
    if isinstance(place, LearnerGroup):
        return services.join_group(person, place)
    return services.enrol(person, place)


@transaction.atomic
def change_membership(pk: UUID, fields: MembershipFields, *, actor: Actor) -> None:
    """Accept an unchanged membership; raise InvalidField for any change."""
    membership, _facility = _lock_membership(pk, actor)
    check_unchanged("user", fields, "user_id", membership.user_id)
    check_unchanged("collection", fields, "collection_id", membership.collection_id)


@transaction.atomic
def remove_membership(pk: UUID, *, actor: Actor) -> None:
    """Remove a user from a group, or from a class and its groups."""
    membership, facility_id = _lock_membership(pk, actor)
    row = _stored_row(membership)
    services.record_removed(row, actor=actor, facility_id=facility_id)
    row.delete()


def _stored_row(membership: Membership) -> Enrolment | GroupMembership:
    if membership.is_of_group:
        groups = GroupMembership.objects.select_related("enrolment__user", "group")
        return groups.get(pk=membership.pk)
    return Enrolment.objects.select_related("user", "classroom").get(pk=membership.pk)


def _lock_class_or_group(pk: UUID, actor: Actor) -> tuple[Classroom | LearnerGroup, UUID]:
    try:
        return lock_row(Classroom.objects.visible_to(actor), pk)
    except UnknownRow:
        pass
    try:
        known = LearnerGroup.objects.visible_to(actor).select_related("classroom")
        return lock_row(known, pk)
    except UnknownRow:
        raise UnknownReference("collection") from None


def _lock_membership(pk: UUID, actor: Actor) -> tuple[Membership, UUID]:
    """Lock the user of a membership; return the current membership and its facility id."""
    visible = Membership.objects.visible_to(actor).filter(pk=pk)
    person = _lock_holder(visible.values("user"))
    membership = visible.first()
    if membership is None:
        raise UnknownRow
    facilities = Classroom.objects.values_list("facility", flat=True)
    facility_id = facilities.get(pk=membership.classroom_id)
    _require_permission(actor, person, facility_id)
    return membership, facility_id


@transaction.atomic
def add_role(fields: RoleFields, *, actor: Actor) -> UUID:
    """Give a user a role in a facility or a class."""
    place, facility_id = lock_facility_or_class(fields["place_id"], actor=actor)
    require_manager(actor, facility_id)
    refuse_class_admin(fields["kind"], place)
    person = lock_person(fields["user_id"], actor=actor, facility_id=facility_id)
    known = set(person.roles.values_list("pk", flat=True))
    role = services.assign_role(person, RoleKind(fields["kind"]), place)
    if role.pk not in known:
        services.record_added(role, actor=actor, facility_id=facility_id)
    return role.pk


@transaction.atomic
def change_role(pk: UUID, fields: RoleFields, *, actor: Actor) -> None:
    """Change the kind of a role."""
    role, facility_id = _lock_role(pk, actor)
    check_unchanged("user", fields, "user_id", role.user_id)
    check_unchanged("collection", fields, "place_id", role.place_id)
    kind = fields.get("kind", role.kind)
    if kind == role.kind:
        return
    refuse_class_admin(kind, role.classroom)
    same_roles = Role.objects.filter(user=role.user_id, facility=role.facility_id, kind=kind)
    if same_roles.exists():
        raise InvalidField("kind", "The user already has this role.")
    with services.recording_change(role, actor=actor, facility_id=facility_id):
        role.kind = kind
        role.save(update_fields=["kind"])


@transaction.atomic
def remove_role(pk: UUID, *, actor: Actor) -> None:
    """Remove a role; without any role the user loses access to the admin."""
    role, facility_id = _lock_role(pk, actor)
    services.record_removed(role, actor=actor, facility_id=facility_id)
    role.delete()
    services.revoke_staff_access([role.user_id])


def _lock_role(pk: UUID, actor: Actor) -> tuple[Role, UUID | None]:
    """Lock the holder of a role; return the current role and its facility id."""
    visible = Role.objects.visible_to(actor).filter(pk=pk)
    visible = visible.select_related("user", "facility", "classroom")
    person = _lock_holder(visible.values("user"))
    role = visible.first()
    if role is None:
        raise UnknownRow
    facility_id = role.classroom.facility_id if role.classroom else role.facility_id
    _require_permission(actor, person, facility_id)
    return role, facility_id


def _lock_holder(found: QuerySet[Any, Any]) -> User:
    person = services.lock_one(User.objects.filter(pk__in=found))
    if person is None:
        raise UnknownRow
    return person


def _require_permission(actor: Actor, person: User, facility_id: UUID | None) -> None:
    require_manager(actor, facility_id)
    if person.is_superuser:
        require_superuser(actor)
