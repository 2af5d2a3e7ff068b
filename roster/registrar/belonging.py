"""Who is in which class or group, and who looks after what."""

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
    Facility,
    GroupMembership,
    LearnerGroup,
    Membership,
    Role,
    RoleKind,
    User,
)
from roster.registrar.rights import (
    Refused,
    UnknownReference,
    UnknownRow,
    keep,
    lock_facility_or_class,
    lock_person,
    lock_row,
    require_manager,
    require_superuser,
)


class MembershipFields(TypedDict, total=False):
    """What may be said of a membership."""

    user_id: UUID
    collection_id: UUID


class RoleFields(TypedDict, total=False):
    """What may be said of a role."""

    user_id: UUID
    place_id: UUID
    kind: str


@transaction.atomic
def add_membership(fields: MembershipFields, *, actor: Actor) -> UUID:
    """Put somebody into a class, or into a group and so into its class."""
    place, facility_id = _lock_class_or_group(fields["collection_id"], actor)
    require_manager(actor, facility_id)
    person = lock_person(fields["user_id"], actor=actor, facility_id=facility_id)
    if isinstance(place, LearnerGroup):
        return services.join_group(person, place).pk
    return services.enrol(person, place).pk


@transaction.atomic
def change_membership(pk: UUID, fields: MembershipFields, *, actor: Actor) -> None:
    """Accept a membership as it is, since nothing of it changes."""
    membership = _lock_membership(pk, actor)
    keep("user", fields, "user_id", membership.user_id)
    keep("collection", fields, "collection_id", membership.collection_id)


@transaction.atomic
def remove_membership(pk: UUID, *, actor: Actor) -> None:
    """Take somebody out of a group, or out of a class and so out of its groups."""
    membership = _lock_membership(pk, actor)
    if membership.is_of_group:
        GroupMembership.objects.filter(pk=pk).delete()
    else:
        Enrolment.objects.filter(pk=pk).delete()


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


def _lock_membership(pk: UUID, actor: Actor) -> Membership:
    """Lock the person of a membership, and return it as it stands then."""
    visible = Membership.objects.visible_to(actor).filter(pk=pk)
    person = _lock_holder(visible.values("user"))
    membership = visible.first()
    if membership is None:
        raise UnknownRow
    facility = Classroom.objects.values_list("facility", flat=True)
    _require_right(actor, person, facility.get(pk=membership.classroom_id))
    return membership


@transaction.atomic
def add_role(fields: RoleFields, *, actor: Actor) -> UUID:
    """Let somebody look after a facility or a class."""
    place, facility_id = lock_facility_or_class(fields["place_id"], actor=actor)
    require_manager(actor, facility_id)
    _refuse_class_admin(fields["kind"], place)
    person = lock_person(fields["user_id"], actor=actor, facility_id=facility_id)
    return services.appoint(person, RoleKind(fields["kind"]), place).pk


@transaction.atomic
def change_role(pk: UUID, fields: RoleFields, *, actor: Actor) -> None:
    """Change what somebody does for a place."""
    role = _lock_role(pk, actor)
    keep("user", fields, "user_id", role.user_id)
    keep("collection", fields, "place_id", role.place_id)
    kind = fields.get("kind", role.kind)
    if kind == role.kind:
        return
    _refuse_class_admin(kind, role.classroom)
    twins = Role.objects.filter(user=role.user_id, facility=role.facility_id, kind=kind)
    if twins.exists():
        raise Refused("kind", "They have this role already.")
    role.kind = kind
    role.save(update_fields=["kind"])


@transaction.atomic
def remove_role(pk: UUID, *, actor: Actor) -> None:
    """Relieve somebody of a role; the last one closes the admin to them."""
    role = _lock_role(pk, actor)
    role.delete()
    services.let_out([role.user_id])


def _refuse_class_admin(kind: str, place: Facility | Classroom | None) -> None:
    if isinstance(place, Classroom) and kind == RoleKind.ADMIN:
        raise Refused("kind", "Classes have coaches; admins are of a facility.")


def _lock_role(pk: UUID, actor: Actor) -> Role:
    """Lock the holder of a role, and return it as it stands then."""
    visible = Role.objects.visible_to(actor).filter(pk=pk).select_related("classroom")
    person = _lock_holder(visible.values("user"))
    role = visible.first()
    if role is None:
        raise UnknownRow
    facility_id = role.classroom.facility_id if role.classroom else role.facility_id
    _require_right(actor, person, facility_id)
    return role


def _lock_holder(found: QuerySet[Any, Any]) -> User:
    person = services.lock_found(User.objects.filter(pk__in=found))
    if person is None:
        raise UnknownRow
    return person


def _require_right(actor: Actor, person: User, facility_id: UUID | None) -> None:
    require_manager(actor, facility_id)
    if person.is_superuser:
        require_superuser(actor)
