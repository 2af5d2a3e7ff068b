"""Matching of the people named in a roster file with existing users."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from infra.identifiers import fold_username
from roster.importing.results import batches
from roster.importing.schema import RosterError, RosterFile, UserEntry
from roster.models import Facility, User, UserQuerySet


@dataclass(kw_only=True)
class KnownUsers:
    """Existing users, with one object per row however often it is found.

    `named` has the external ids of a file of another system, and `elsewhere` the users of sister
    schools (`RosterFile.sister_schools`) by external id.
    """

    facility: Facility
    rows: dict[UUID, User] = field(default_factory=dict)
    by_username: dict[str, User] = field(default_factory=dict)
    by_external_id: dict[str, User] = field(default_factory=dict)
    named: AbstractSet[str] | None = None
    elsewhere: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))

    def add(self, found: UserQuerySet) -> None:
        """Add all users of a queryset."""
        for user in found:
            self.index(self.rows.setdefault(user.pk, user))

    def index(self, user: User) -> None:
        """Index a user by their current username and external id."""
        if user.facility_id != self.facility.pk:
            return
        if user.username_key is not None:
            self.by_username[user.username_key] = user
        if user.external_id is not None:
            self.by_external_id[user.external_id] = user

    def describe_holder(self, user: User) -> str:
        """Return the rest of an error about a username that a user has and keeps."""
        label = f"{user} ({user.external_id})" if user.external_id else str(user)
        if user.facility_id == self.facility.pk:
            return f"is already the username of {label}"
        return f"belongs to a user of another facility: {label} of {user.facility}"

    def refuse_clash(self, entry: UserEntry, user: User | None, path: str) -> None:
        """Reject an external id that another user has and keeps."""
        other = self.by_external_id.get(entry.external_id or "")
        if other and other is not user and other.external_id == entry.external_id:
            raise RosterError(
                f"{path}.external_id", f"“{entry.external_id}” belongs to another user: {other}."
            )


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
    usernames = {fold_username(entry.username) for entry in roster.users if entry.username}
    external_ids = {entry.external_id for entry in roster.users if entry.external_id is not None}
    if roster.by_external_id:
        external_ids.update(_references(roster))
    else:
        usernames.update(fold_username(name) for name in _references(roster))
    known = KnownUsers(facility=facility, named=external_ids if roster.by_external_id else None)
    for names in batches(sorted(usernames)):
        here_or_superuser = Q(facility=facility) | Q(is_superuser=True)
        known.add(User.objects.filter(here_or_superuser, username_key__in=names))
    for ids in batches(sorted(external_ids)):
        known.add(User.objects.in_facility(facility.pk).filter(external_id__in=ids))
    _add_sister_schools(known, roster)
    return known


def _add_sister_schools(known: KnownUsers, roster: RosterFile) -> None:
    """Load the users of sister schools who have external ids of the file."""
    schools = Facility.objects.filter(partner_id__in=roster.sister_schools)
    sisters = {school.pk: school for school in schools.exclude(pk=known.facility.pk)}
    if not sisters:
        return
    entries = {entry.external_id or "": entry for entry in roster.users}
    for ids in batches(sorted(entries)):
        for found in User.objects.filter(facility__in=sisters, external_id__in=ids):
            user = known.rows.setdefault(found.pk, found)
            user.facility = sisters[user.facility_id] if user.facility_id else None
            if _is_same_person(user, entries[user.external_id or ""], roster):
                known.elsewhere[user.external_id or ""].append(user)


def _is_same_person(user: User, entry: UserEntry, roster: RosterFile) -> bool:
    """Return whether a user of a sister school is the one of an entry with the same external id."""
    assert user.facility is not None  # noqa: S101  # of a sister school
    named = roster.sister_schools[user.facility.partner_id or ""]
    same_name = bool(entry.username) and user.username_key == fold_username(entry.username or "")
    return not user.is_superuser and (named or same_name)


def match_users(roster: RosterFile, known: KnownUsers) -> dict[str, User]:
    """Return the users of the facility by their key in the file.

    A file of external ids also matches a user of a sister school, who moves to this one, and a user
    with the same username and no external id, who existed here before the other system exported
    them.
    """
    if not roster.by_external_id:
        return dict(known.by_username)
    people = dict(known.by_external_id)
    for key, users in known.elsewhere.items():
        # Of several records the newest of an active account; ids are in the order of creation.
        people.setdefault(key, max(users, key=lambda user: (user.is_active, user.pk)))
    for entry in roster.users:
        namesake = known.by_username.get(fold_username(entry.username or ""))
        if namesake and namesake.external_id is None:
            people.setdefault(roster.key_of(entry), namesake)
    return people
