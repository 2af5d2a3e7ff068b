"""Permissions to change the roster, and the locks taken for it (contract 1.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from roster import services
from roster.models import (
    Actor,
    ApiKey,
    Classroom,
    CourseSession,
    Facility,
    LearnerGroup,
    Lesson,
    Quiz,
    Role,
    RoleKind,
    Scope,
    User,
)

M = TypeVar("M", bound=Model)

_FACILITY_OF: dict[type[Model], str] = {
    Facility: "pk",
    Classroom: "facility",
    LearnerGroup: "classroom__facility",
    Lesson: "facility",
    Quiz: "facility",
    CourseSession: "facility",
}


class UnknownRow(LookupError):
    """There is no such record."""


class NotAllowed(PermissionError):
    """You may not change this."""


class InvalidField(ValueError):
    """The value of a field is invalid."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownReference(InvalidField):
    """A field names a row that does not exist or is not visible to the caller."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "There is no such record, or you may not see it.")


def check_unchanged(field: str, fields: Mapping[str, Any], name: str, value: Any) -> None:
    """Raise InvalidField if a request changes a read-only field."""
    if fields.get(name, value) != value:
        raise InvalidField(field, "This field cannot be changed.")


@dataclass(frozen=True, kw_only=True)
class ManagementScope:
    """Places where an actor may change the roster or assign lessons, by roles.

    Attributes
    ----------
    everywhere : whether the actor is a superuser, who may change everything.
    managed : facilities whose roster the actor may change.
    staffed : facilities where the actor may assign lessons to everybody.
    coached : classes where the actor may assign lessons.
    """

    everywhere: bool = False
    managed: frozenset[UUID] = frozenset()
    staffed: frozenset[UUID] = frozenset()
    coached: frozenset[UUID] = frozenset()

    @classmethod
    def for_actor(cls, actor: Actor) -> ManagementScope:
        """Return the scope of an actor; takes at most one statement."""
        if actor.is_superuser:
            return cls(everywhere=True)
        if isinstance(actor, ApiKey):
            own = [actor.facility_id] if actor.allows(Scope.ADMIN) else []
            return cls(managed=frozenset(own), staffed=frozenset(own))
        if not isinstance(actor, User):
            return cls()
        roles = list(actor.roles.all())
        facilities = {role.facility_id for role in roles if role.facility_id is not None}
        admins = {role.facility_id for role in roles if role.kind == RoleKind.ADMIN}
        classes = {role.classroom_id for role in roles if role.classroom_id is not None}
        return cls(
            managed=frozenset(facilities & admins),
            staffed=frozenset(facilities),
            coached=frozenset(classes),
        )

    def manages(self, facility_id: UUID | None) -> bool:
        """Return whether the actor may change the roster of a facility."""
        return self.everywhere or facility_id in self.managed

    def can_assign(self, facility_id: UUID | None, classroom_id: UUID | None) -> bool:
        """Return whether the actor may assign lessons to a class, or to a whole facility (None)."""
        return self.everywhere or facility_id in self.staffed or classroom_id in self.coached


def manages(actor: Actor, facility_id: UUID | None) -> bool:
    """Return whether the actor may change the roster of a facility."""
    return ManagementScope.for_actor(actor).manages(facility_id)


def require_manager(actor: Actor, facility_id: UUID | None) -> None:
    """Raise NotAllowed if the actor may not change the roster of a facility."""
    if not manages(actor, facility_id):
        raise NotAllowed


def require_coach(actor: Actor, facility_id: UUID, classroom_id: UUID | None) -> None:
    """Raise NotAllowed if the actor may not assign lessons to a class or facility."""
    if not ManagementScope.for_actor(actor).can_assign(facility_id, classroom_id):
        raise NotAllowed


def refuse_class_admin(kind: str | None, place: Facility | Classroom | None) -> None:
    """Raise InvalidField for an admin role in a class."""
    if isinstance(place, Classroom) and kind == RoleKind.ADMIN:
        raise InvalidField("kind", "A class can only have coaches; admins belong to a facility.")


def require_superuser(actor: Actor) -> None:
    """Raise NotAllowed if the actor is not a superuser."""
    if not actor.is_superuser:
        raise NotAllowed


def require_can_change(actor: Actor, person: User) -> None:
    """Raise NotAllowed if the actor may not change a user.

    Only superusers may change superusers and users with roles in other facilities: anybody who
    sets a password could log in as that user.
    """
    if actor.is_superuser:
        return
    require_manager(actor, person.facility_id)
    other_roles = Role.objects.filter(user=person).elsewhere_than(person.facility_id)
    if person.is_superuser or other_roles.exists():
        raise NotAllowed


def lock_row(rows: QuerySet[M], pk: UUID) -> tuple[M, UUID]:
    """Lock the facility of a row; return the current row and the id of the facility.

    The lock is NO KEY UPDATE, so that recording never waits for it.

    Raises
    ------
    UnknownRow : there is no such row.
    """
    wanted = rows.filter(pk=pk)
    facilities = Facility.objects.filter(pk__in=wanted.values(_FACILITY_OF[rows.model]))
    facility = facilities.select_for_update(no_key=True).first()
    row = wanted.first() if facility else None
    if facility is None or row is None:
        raise UnknownRow
    return row, facility.pk


def lock_facility(facility_id: UUID, *, actor: Actor, field: str) -> Facility:
    """Lock the facility that a field names; check that the actor may change its roster.

    Raises
    ------
    NotAllowed : the actor may not change or not see it.
    UnknownReference : a superuser names a missing facility.
    """
    try:
        facility, _ = lock_row(Facility.objects.visible_to(actor), facility_id)
    except UnknownRow:
        raise (UnknownReference(field) if actor.is_superuser else NotAllowed) from None
    require_manager(actor, facility.pk)
    return facility


def lock_facility_or_class(pk: UUID, *, actor: Actor) -> tuple[Facility | Classroom, UUID]:
    """Lock the facility that a `collection` field names, or the one of the class it names.

    Raises
    ------
    UnknownReference : the actor sees no such place.
    """
    try:
        return lock_row(Facility.objects.visible_to(actor), pk)
    except UnknownRow:
        pass
    try:
        return lock_row(Classroom.objects.visible_to(actor), pk)
    except UnknownRow:
        raise UnknownReference("collection") from None


def lock_person(user_id: UUID, *, actor: Actor, facility_id: UUID) -> User:
    """Lock the user that a `user` field names, before adding them to a place of a facility.

    Raises
    ------
    UnknownReference : the user is not visible, or belongs to another facility.
    NotAllowed : only superusers may change superusers.
    """
    person = services.lock_one(User.objects.visible_to(actor).filter(pk=user_id))
    if person is None or person.facility_id not in (None, facility_id):
        raise UnknownReference("user")
    if person.is_superuser:
        require_superuser(actor)
    return person
