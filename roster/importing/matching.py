"""Whom a roster file means by its names for people, among those who are here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from infra.identifiers import fold_username
from roster.importing.results import batches
from roster.importing.schema import RosterError, RosterFile, UserEntry
from roster.models import Facility, User, UserQuerySet


@dataclass(kw_only=True)
class Known:
    """Who is here already, each one object however often they were found."""

    facility: Facility
    rows: dict[UUID, User] = field(default_factory=dict)
    by_username: dict[str, User] = field(default_factory=dict)
    by_external_id: dict[str, User] = field(default_factory=dict)

    def add(self, found: UserQuerySet) -> None:
        """Note all whom a query finds."""
        for user in found:
            self.note(self.rows.setdefault(user.pk, user))

    def note(self, user: User) -> None:
        """Note somebody under the names they have now."""
        if user.username_key is not None:
            self.by_username[user.username_key] = user
        if user.external_id is not None and user.facility_id == self.facility.pk:
            self.by_external_id[user.external_id] = user

    def refuse_clash(self, entry: UserEntry, user: User | None, path: str) -> None:
        """Refuse a username or external id that is somebody else's and stays theirs."""
        folded = fold_username(entry.username)
        holder = self.by_username.get(folded)
        if holder and holder is not user and holder.username_key == folded:
            whose = f"is already {_described(holder)} here"
            if holder.facility_id != self.facility.pk:
                whose = f"belongs to another facility: {_described(holder)} of {holder.facility}"
            raise RosterError(f"{path}.username", f"“{entry.username}” {whose}.")
        taken = self.by_external_id.get(entry.external_id or "")
        if taken and taken is not user and taken.external_id == entry.external_id:
            raise RosterError(
                f"{path}.external_id", f"“{entry.external_id}” is somebody else's: {taken}."
            )


def _described(user: User) -> str:
    return f"{user} ({user.external_id})" if user.external_id else str(user)


def left_alone(user: User, roster: RosterFile) -> bool:
    """Tell whether somebody is a superuser, whom other systems' files never change."""
    return roster.by_external_id and user.is_superuser


def _references(roster: RosterFile) -> Iterator[str]:
    for room in roster.classrooms:
        yield from room.coaches
        yield from room.learners
        for group in room.groups:
            yield from group.learners


def find_known(roster: RosterFile, facility: Facility) -> Known:
    """Find whoever the file may mean, and whoever has a name it gives."""
    usernames = {fold_username(entry.username) for entry in roster.users}
    external_ids = {entry.external_id for entry in roster.users if entry.external_id is not None}
    if roster.by_external_id:
        external_ids.update(_references(roster))
    else:
        usernames.update(fold_username(name) for name in _references(roster))
    known = Known(facility=facility)
    for names in batches(sorted(usernames)):
        known.add(User.objects.filter(username_key__in=names))
    for ids in batches(sorted(external_ids)):
        known.add(User.objects.in_facility(facility.pk).filter(external_id__in=ids))
    return known


def match(roster: RosterFile, known: Known) -> dict[str, User]:
    """Return who of the facility is meant by the file's names for people.

    Somebody with a username and no external id is taken for the person a file of external
    ids calls by that username: they were here before the file's source knew them.
    """
    here = {
        key: user
        for key, user in known.by_username.items()
        if user.facility_id == known.facility.pk
    }
    if not roster.by_external_id:
        return here
    people = dict(known.by_external_id)
    for entry in roster.users:
        namesake = here.get(fold_username(entry.username))
        if namesake and namesake.external_id is None:
            people.setdefault(roster.key_of(entry), namesake)
    return people
