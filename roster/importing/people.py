"""Import of the people of a roster file: match, create or update users."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from infra.identifiers import fold_username
from roster import services
from roster.importing.matching import KnownUsers, is_protected, load_users, match_users
from roster.importing.passwords import Password, Passwords
from roster.importing.results import BATCH_SIZE, ImportedRoster, ImportedUser, batches
from roster.importing.schema import RosterError, RosterFile, UserEntry
from roster.importing.usernames import choose_usernames, has_left
from roster.models import Facility, User

STAFF_ROLES = {"superuser", "admin", "coach"}


@dataclass(frozen=True, kw_only=True)
class People:
    """All users the file may refer to, by their key in it (`RosterFile.key_of`)."""

    by_key: dict[str, User]
    by_external_id: bool
    result: ImportedRoster

    def find(self, name: str, path: str) -> User:
        """Return the user with a name; raise RosterError if the file has none."""
        try:
            return self.by_key[name if self.by_external_id else fold_username(name)]
        except KeyError:
            raise RosterError(path, f"“{name}” is not among the users.") from None

    def find_all(self, names: list[str], path: str) -> Iterator[User]:
        """Yield the users with these names."""
        for index, name in enumerate(names):
            try:
                yield self.find(name, f"{path}[{index}]")
            except RosterError as error:
                self.result.refuse(error)

    def with_roles(self, roster: RosterFile) -> Iterator[tuple[User, str | None]]:
        """Yield each user the file may change, with the role of their entry."""
        for entry in roster.users:
            user = self.by_key[roster.key_of(entry)]
            if not is_protected(user, roster):
                yield user, entry.role


def import_people(
    roster: RosterFile, result: ImportedRoster, passwords: Passwords, *, at: datetime
) -> People:
    """Create or update the users of a file."""
    known = load_users(roster, result.facility)
    people = match_users(roster, known)
    users = [people.get(roster.key_of(entry)) for entry in roster.users]
    _leave_behind(roster, users, known, result)
    names = choose_usernames(roster, users, known, result)
    entries = [
        replace(entry, username=name) for entry, name in zip(roster.users, names, strict=True)
    ]
    _release_names(
        [
            (entry, user)
            for entry, user in zip(entries, users, strict=True)
            if user and not is_protected(user, roster)
        ]
    )
    _release_all([user for user in known.rows.values() if has_left(user, known)])
    _move(users, result.facility)
    fresh: list[User] = []
    changed: dict[frozenset[str], list[User]] = defaultdict(list)
    for place, (entry, found) in enumerate(zip(entries, users, strict=True)):
        path, key, user = f"users[{place}]", roster.key_of(roster.users[place]), found
        known.refuse_clash(entry, user, path)
        password, generated = None, None
        if user is None:
            password = passwords.password_for(key, entry, None)
            user, generated = _new_user(result.facility, entry, password, at=at), password.generated
            people[key] = user
            fresh.append(user)
        elif is_protected(user, roster):
            result.left_alone.append(entry.username or key)
        else:
            if entry.password is not None:
                password = passwords.password_for(key, entry, user.password)
            if altered := _update_user(user, entry) | _update_password(user, password):
                changed[frozenset(altered)].append(user)
        if password is not None and password.weakness is not None:
            result.refuse(RosterError(f"{path}.password", password.weakness))
        known.index(user)
        result.users[entry.username or key] = ImportedUser(
            id=user.pk, username=entry.username, password=generated
        )
    User.objects.bulk_create(fresh, batch_size=BATCH_SIZE)
    # Only the changed fields: others may have changed in the database since the read.
    for fields, altered_users in changed.items():
        User.objects.bulk_update(altered_users, sorted(fields), batch_size=BATCH_SIZE)
    return People(by_key=people, by_external_id=roster.by_external_id, result=result)


def deactivate(external_ids: list[str], facility: Facility) -> None:
    """Deactivate users who have left, and release their usernames; their records stay."""
    for batch in batches(external_ids):
        leavers = User.objects.in_facility(facility.pk).filter(external_id__in=batch)
        leavers = leavers.exclude(is_active=False, username=None)
        leavers.filter(is_superuser=False).update(is_active=False, username=None, username_key=None)


def _leave_behind(
    roster: RosterFile, users: list[User | None], known: KnownUsers, result: ImportedRoster
) -> None:
    """Deactivate users of sister schools whose external id is that of another user here."""
    for place, (entry, user) in enumerate(zip(roster.users, users, strict=True)):
        for other in known.elsewhere.get(entry.external_id or "", ()):
            if other is not user and other.is_active:
                message = f"{other} also has records at {other.facility}, which stay there."
                result.refuse(RosterError(f"users[{place}]", message))
                services.end_memberships([other.pk])
                User.objects.filter(pk=other.pk).update(is_active=False)
                _release_all([other])


def _move(users: list[User | None], facility: Facility) -> None:
    """Move the users of sister schools to this one, with their records."""
    newcomers = {user.pk: user for user in users if user and user.facility_id != facility.pk}
    for batch in batches(sorted(newcomers)):
        list(User.objects.filter(pk__in=batch).order_by("pk").select_for_update(no_key=True))
        services.move_people([newcomers[pk] for pk in batch], facility)


def _release_all(users: list[User]) -> None:
    """Clear the usernames of people who have left."""
    for user in users:
        user.username = user.username_key = None
    for batch in batches(user.pk for user in users):
        User.objects.filter(pk__in=batch).update(username=None, username_key=None)


def _release_names(people: list[tuple[UserEntry, User]]) -> None:
    """Clear the names that will change, so that two users can swap names."""
    changing = []
    for entry, user in people:
        renamed = user.username_key not in (None, fold_username(entry.username or ""))
        if renamed:
            user.username = user.username_key = None
        if renumbered := entry.external_id is not None and user.external_id != entry.external_id:
            user.external_id = None
        if renamed or renumbered:
            changing.append(user)
    User.objects.bulk_update(
        changing, ["external_id", "username", "username_key"], batch_size=BATCH_SIZE
    )


def _new_user(facility: Facility, entry: UserEntry, password: Password, *, at: datetime) -> User:
    return User(
        facility=facility,
        username=entry.username,
        username_key=fold_username(entry.username) if entry.username else None,
        password=password.stored,
        full_name=entry.full_name or "",
        external_id=entry.external_id,
        created_at=at,
        is_active=entry.active is not False,
        is_superuser=entry.role == "superuser",
        is_staff=entry.role in STAFF_ROLES,
    )


def _update_user(user: User, entry: UserEntry) -> set[str]:
    """Apply an entry to a user in memory; return the changed fields. None changes nothing."""
    values = {
        "username": entry.username if user.username is None else None,
        "full_name": entry.full_name,
        "external_id": entry.external_id,
        "is_active": entry.active,
        "is_superuser": None if entry.role is None else entry.role == "superuser",
        "is_staff": True if entry.role in STAFF_ROLES else None,
    }
    changed = {
        name for name, value in values.items() if value is not None and getattr(user, name) != value
    }
    for name in changed:
        setattr(user, name, values[name])
    if "username" in changed:
        user.username_key = fold_username(user.username or "")
        changed.add("username_key")
    return changed


def _update_password(user: User, password: Password | None) -> set[str]:
    if password is None or user.password == password.stored:
        return set()
    user.password = password.stored
    return {"password"}
