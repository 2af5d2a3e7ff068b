"""Matching of the people named in a roster file with existing users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from infra.identifiers import fold_username
from roster.importing.results import batches
from roster.importing.schema import RosterError, RosterFile, UserEntry
from roster.models import Facility, User, UserQuerySet


@dataclass(kw_only=True)
class KnownUsers:
    """Existing users, with one object per row however often it is found."""

    facility: Facility
    rows: dict[UUID, User] = field(default_factory=dict)
    by_username: dict[str, User] = field(default_factory=dict)
    by_external_id: dict[str, User] = field(default_factory=dict)

    def add(self, found: UserQuerySet) -> None:
        """Add all users of a queryset."""
        for user in found:
            self.index(self.rows.setdefault(user.pk, user))

    def index(self, user: User) -> None:
        """Index a user by their current username and external id."""
        if user.username_key is not None:
            self.by_username[user.username_key] = user
        if user.external_id is not None and user.facility_id == self.facility.pk:
            self.by_external_id[user.external_id] = user

    def refuse_clash(self, entry: UserEntry, user: User | None, path: str) -> None:
        """Reject a username or external id that another user has and keeps."""
        folded = fold_username(entry.username)
        holder = self.by_username.get(folded)
        if holder and holder is not user and holder.username_key == folded:
            reason = f"is already the username of {_label(holder)}"
            if holder.facility_id != self.facility.pk:
                reason = (
                    f"belongs to a user of another facility: {_label(holder)} of {holder.facility}"
                )
            raise RosterError(f"{path}.username", f"“{entry.username}” {reason}.")
        other = self.by_external_id.get(entry.external_id or "")
        if other and other is not user and other.external_id == entry.external_id:
            raise RosterError(
                f"{path}.external_id", f"“{entry.external_id}” belongs to another user: {other}."
            )


def _label(user: User) -> str:
    return f"{user} ({user.external_id})" if user.external_id else str(user)


def is_protected(user: User, roster: RosterFile) -> bool:
    """Return whether a user is a superuser, which files of other systems never change."""
    return roster.by_external_id and user.is_superuser


def _references(roster: RosterFile) -> Iterator[str]:
    for room in roster.classrooms:
        yield from room.coaches
        yield from room.learners
        for group in room.groups:
            yield from group.learners


def load_users(roster: RosterFile, facility: Facility) -> KnownUsers:
    """Load the users that the file may refer to, or whose names it uses."""
    usernames = {fold_username(entry.username) for entry in roster.users}
    external_ids = {entry.external_id for entry in roster.users if entry.external_id is not None}
    if roster.by_external_id:
        external_ids.update(_references(roster))
    else:
        usernames.update(fold_username(name) for name in _references(roster))
    known = KnownUsers(facility=facility)
    for names in batches(sorted(usernames)):
        known.add(User.objects.filter(username_key__in=names))
    for ids in batches(sorted(external_ids)):
        known.add(User.objects.in_facility(facility.pk).filter(external_id__in=ids))
    return known


def match_users(roster: RosterFile, known: KnownUsers) -> dict[str, User]:
    """Return the users of the facility by their key in the file.

    A file of external ids also matches a user with the same username and no external id: that
    user existed here before the other system exported them.
    """
    by_username = {
        key: user
        for key, user in known.by_username.items()
        if user.facility_id == known.facility.pk
    }
    if not roster.by_external_id:
        return by_username
    people = dict(known.by_external_id)
    for entry in roster.users:
        namesake = by_username.get(fold_username(entry.username))
        if namesake and namesake.external_id is None:
            people.setdefault(roster.key_of(entry), namesake)
    return people
