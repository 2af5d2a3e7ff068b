"""Services for facilities, classrooms and learner groups."""

from __future__ import annotations

from typing import Any, TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction

from roster import services
from roster.models import Actor, Classroom, Facility, LearnerGroup, Role, User
from roster.services.erasure import erase_people_of
from roster.services.permissions import (
    InvalidField,
    UnknownReference,
    UnknownRow,
    check_unchanged,
    lock_facility,
    lock_row,
    require_manager,
    require_superuser,
)


class FacilityFields(TypedDict, total=False):
    """Writable fields of a facility."""

    name: str
    partner_id: str | None
    auto_provision: bool
    guest_access: bool
    time_zone: str


class ClassroomFields(TypedDict, total=False):
    """Writable fields of a classroom."""

    name: str
    facility_id: UUID


class GroupFields(TypedDict, total=False):
    """Writable fields of a learner group."""

    name: str
    classroom_id: UUID


@transaction.atomic
def add_facility(fields: FacilityFields, *, actor: Actor) -> UUID:
    """Create a facility; superusers only."""
    require_superuser(actor)
    facility = Facility(**fields)
    _save(facility, force_insert=True)
    services.record_added(facility, actor=actor, facility_id=facility.pk)
    return facility.pk


@transaction.atomic
def change_facility(pk: UUID, fields: FacilityFields, *, actor: Actor) -> None:
    """Change the name or settings of a facility."""
    facility, _ = lock_row(Facility.objects.visible_to(actor), pk)
    require_manager(actor, facility.pk)
    if fields.get("partner_id", facility.partner_id) != facility.partner_id:
        _refuse_partner_id(actor)
    with services.recording_change(facility, actor=actor, facility_id=facility.pk):
        for name, value in fields.items():
            setattr(facility, name, value)
        _save(facility, update_fields=list(fields))


def _refuse_partner_id(actor: Actor) -> None:
    """Reject it from all but superusers, as imports find a school and its people by this id."""
    if not actor.is_superuser:
        raise InvalidField("partner_id", "Only superusers may set partner ids.")


def _save(facility: Facility, **options: Any) -> None:
    try:
        with transaction.atomic():
            facility.save(**options)
    except IntegrityError:
        namesakes = Facility.objects.filter(partner_id=facility.partner_id)
        if namesakes.exclude(pk=facility.pk).exists():
            raise InvalidField("partner_id", "Another facility has this partner id.") from None
        raise


@transaction.atomic
def remove_facility(pk: UUID, *, actor: Actor) -> None:
    """Delete a facility with its users and all their records.

    All users are locked first, so that nothing is recorded meanwhile.
    """
    facility, _ = lock_row(Facility.objects.visible_to(actor), pk)
    require_superuser(actor)
    # The full lock: inserts that refer to the facility wait, and then fail.
    Facility.objects.select_for_update().get(pk=pk)
    if isinstance(actor, User) and actor.facility_id == pk:
        raise InvalidField(None, "You cannot delete your own facility.")
    _lock_users(User.objects.in_facility(pk))
    services.record_removed(facility, actor=actor, facility_id=facility.pk)
    erase_people_of(facility.pk)
    _erase(facility, Role.objects.filter(facility=pk) | Role.objects.filter(classroom__facility=pk))


@transaction.atomic
def add_classroom(fields: ClassroomFields, *, actor: Actor) -> UUID:
    """Create a class in a facility."""
    facility = lock_facility(fields["facility_id"], actor=actor, field="parent")
    classroom = Classroom.objects.create(facility=facility, name=fields["name"])
    services.record_added(classroom, actor=actor, facility_id=facility.pk)
    return classroom.pk


@transaction.atomic
def change_classroom(pk: UUID, fields: ClassroomFields, *, actor: Actor) -> None:
    """Rename a class."""
    classroom, facility_id = lock_row(Classroom.objects.visible_to(actor), pk)
    require_manager(actor, facility_id)
    check_unchanged("parent", fields, "facility_id", facility_id)
    with services.recording_change(classroom, actor=actor, facility_id=facility_id):
        classroom.name = fields.get("name", classroom.name)
        classroom.save(update_fields=["name"])


@transaction.atomic
def remove_classroom(pk: UUID, *, actor: Actor) -> None:
    """Delete a class with its groups, enrolments, roles and assignments; users stay."""
    classroom, facility_id = lock_row(Classroom.objects.visible_to(actor), pk)
    require_manager(actor, facility_id)
    services.record_removed(classroom, actor=actor, facility_id=facility_id)
    _erase(classroom, Role.objects.filter(classroom=classroom))


def _erase(place: Facility | Classroom, roles: Any) -> None:
    """Delete a place, and revoke access to the admin of users without other roles."""
    staff = _lock_users(User.objects.filter(pk__in=roles.values("user")))
    place.delete()
    services.revoke_staff_access(staff)


def _lock_users(people: Any) -> list[UUID]:
    return list(people.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def add_group(fields: GroupFields, *, actor: Actor) -> UUID:
    """Create a group in a class."""
    try:
        known = Classroom.objects.visible_to(actor)
        classroom, facility_id = lock_row(known, fields["classroom_id"])
    except UnknownRow:
        raise UnknownReference("parent") from None
    require_manager(actor, facility_id)
    group = LearnerGroup.objects.create(classroom=classroom, name=fields["name"])
    services.record_added(group, actor=actor, facility_id=facility_id)
    return group.pk


@transaction.atomic
def change_group(pk: UUID, fields: GroupFields, *, actor: Actor) -> None:
    """Rename a group."""
    group, facility_id = lock_row(LearnerGroup.objects.visible_to(actor), pk)
    require_manager(actor, facility_id)
    check_unchanged("parent", fields, "classroom_id", group.classroom_id)
    with services.recording_change(group, actor=actor, facility_id=facility_id):
        group.name = fields.get("name", group.name)
        group.save(update_fields=["name"])


@transaction.atomic
def remove_group(pk: UUID, *, actor: Actor) -> None:
    """Delete a group; its members stay in the class."""
    group, facility_id = lock_row(LearnerGroup.objects.visible_to(actor), pk)
    require_manager(actor, facility_id)
    services.record_removed(group, actor=actor, facility_id=facility_id)
    group.delete()
