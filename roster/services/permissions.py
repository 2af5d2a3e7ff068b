"""Who may change what of the roster, and the lock they change it under (contract 1.8)."""

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
    """There is no such thing."""


class NotAllowed(PermissionError):
    """You may not change this."""


class InvalidField(ValueError):
    """A field asks for what the roster cannot hold."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownReference(InvalidField):
    """A field names what does not exist, or not for whoever names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "There is no such thing, or you may not know of it.")


def save_or_refuse(field: str, fields: Mapping[str, Any], name: str, value: Any) -> None:
    """Refuse to change what never changes; sending it back as it is is fine."""
    if fields.get(name, value) != value:
        raise InvalidField(field, "This never changes.")


@dataclass(frozen=True, kw_only=True)
class ManagementScope:
    """What somebody may change, by the roles they hold.

    Attributes
    ----------
    everywhere : superusers may change everything.
    managed : facilities whose roster they may change.
    staffed : facilities to all of which they may hand something out.
    coached : classes to which they may.
    """

    everywhere: bool = False
    managed: frozenset[UUID] = frozenset()
    staffed: frozenset[UUID] = frozenset()
    coached: frozenset[UUID] = frozenset()

    @classmethod
    def for_actor(cls, actor: Actor) -> ManagementScope:
        """Ask for somebody's reach; of a person who is no superuser in one statement."""
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
        """Tell whether they may change the roster of a facility."""
        return self.everywhere or facility_id in self.managed

    def can_assign(self, facility_id: UUID | None, classroom_id: UUID | None) -> bool:
        """Tell whether they may hand out lessons: to a class, or to all of a facility.

        Coaches of the class may, and coaches of the facility to any.
        """
        return self.everywhere or facility_id in self.staffed or classroom_id in self.coached


def manages(actor: Actor, facility_id: UUID | None) -> bool:
    """Tell whether the actor may change the roster of a facility."""
    return ManagementScope.for_actor(actor).manages(facility_id)


def require_manager(actor: Actor, facility_id: UUID | None) -> None:
    """Refuse whoever may not change the roster of a facility."""
    if not manages(actor, facility_id):
        raise NotAllowed


def require_coach(actor: Actor, facility_id: UUID, classroom_id: UUID | None) -> None:
    """Refuse whoever may not hand out lessons: to a class, or to all of a facility."""
    if not ManagementScope.for_actor(actor).can_assign(facility_id, classroom_id):
        raise NotAllowed


def refuse_class_admin(kind: str | None, place: Facility | Classroom | None) -> None:
    """Refuse to make somebody admin of a class."""
    if isinstance(place, Classroom) and kind == RoleKind.ADMIN:
        raise InvalidField("kind", "Classes have coaches; admins are of a facility.")


def require_superuser(actor: Actor) -> None:
    """Refuse everybody but superusers."""
    if not actor.is_superuser:
        raise NotAllowed


def require_can_change(actor: Actor, person: User) -> None:
    """Refuse whoever may not touch a person.

    Only superusers touch superusers, and those who look after another facility besides: whoever
    sets their password could become them.
    """
    if actor.is_superuser:
        return
    require_manager(actor, person.facility_id)
    elsewhere = Role.objects.filter(user=person).elsewhere_than(person.facility_id)
    if person.is_superuser or elsewhere.exists():
        raise NotAllowed


def lock_row(rows: QuerySet[M], pk: UUID) -> tuple[M, UUID]:
    """Lock the facility of a row among those, and return the row as it stands then.

    NO KEY UPDATE, so that whoever merely records there never waits.

    Raises
    ------
    UnknownRow : there is none.
    """
    wanted = rows.filter(pk=pk)
    theirs = Facility.objects.filter(pk__in=wanted.values(_FACILITY_OF[rows.model]))
    facility = theirs.select_for_update(no_key=True).first()
    row = wanted.first() if facility else None
    if facility is None or row is None:
        raise UnknownRow
    return row, facility.pk


def lock_facility(facility_id: UUID, *, actor: Actor, field: str) -> Facility:
    """Lock the facility a field names, for somebody who may change its roster.

    Raises
    ------
    NotAllowed : they may not, or may not even know of it.
    UnknownReference : a superuser names one there is not.
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
    UnknownReference : the actor knows of none.
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
    """Lock the person a `user` field names, to be given something in a facility.

    Raises
    ------
    UnknownReference : nobody the actor knows, or nobody who could belong there.
    NotAllowed : only superusers touch superusers.
    """
    person = services.lock_one(User.objects.visible_to(actor).filter(pk=user_id))
    if person is None or person.facility_id not in (None, facility_id):
        raise UnknownReference("user")
    if person.is_superuser:
        require_superuser(actor)
    return person
