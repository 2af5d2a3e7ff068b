"""The values of an actor that decide which rows it sees, for statements that are compiled once."""

from __future__ import annotations

from typing import Any, NamedTuple

from roster.models.keys import ApiKey
from roster.models.people import Actor, User


class UserValues(NamedTuple):
    """The values that `visible_to` reads of a user; they may be placeholders."""

    id: Any
    facility_id: Any
    is_superuser: bool
    staffs_facility: bool | None
    coaches_class: bool | None
    staffs_home: bool | None
    looks_beyond: bool | None

    def to_actor(self) -> User:
        """Return an unsaved user with these values."""
        user = User(id=self.id, facility_id=self.facility_id, is_superuser=self.is_superuser)
        user.staffs_facility, user.coaches_class = self.staffs_facility, self.coaches_class
        user.staffs_home, user.looks_beyond = self.staffs_home, self.looks_beyond
        return user


class KeyValues(NamedTuple):
    """The values that `visible_to` reads of a key; they may be placeholders."""

    id: Any
    facility_id: Any
    can_read: bool
    can_admin: bool

    def to_actor(self) -> ApiKey:
        """Return an unsaved key with these values."""
        return ApiKey(
            id=self.id,
            facility_id=self.facility_id,
            can_read=self.can_read,
            can_admin=self.can_admin,
        )


ActorValues = UserValues | KeyValues


def actor_values(actor: Actor) -> ActorValues:
    """Return the values of a person or a key; guests see no rows, so they need none.

    Raises
    ------
    TypeError : the actor is a guest.
    """
    if isinstance(actor, ApiKey):
        return KeyValues(actor.pk, actor.facility_id, actor.can_read, actor.can_admin)
    if isinstance(actor, User):
        return UserValues(
            actor.pk,
            actor.facility_id,
            actor.is_superuser,
            actor.staffs_facility,
            actor.coaches_class,
            actor.staffs_home,
            actor.looks_beyond,
        )
    raise TypeError("guests see no rows")
