"""People of a roster file: found, created or brought up to what it says of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.identifiers import MAX_USERNAME_KEY_LENGTH, fold_username
from roster.importing.matching import find_known, left_alone, match
from roster.importing.passwords import Password, Passwords
from roster.importing.results import IN_BATCH, ImportedRoster, ImportedUser, batches, refuse_repeat
from roster.importing.schema import RosterError, RosterFile, UserEntry
from roster.models import Facility, User

LOOKING_AFTER = {"superuser", "admin", "coach"}


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody the file may refer to, by its own name for them (`RosterFile.key_of`)."""

    by_key: dict[str, User]
    by_external_id: bool

    def find(self, name: str, path: str) -> User:
        """Return the person of a name; an error where the file has none."""
        try:
            return self.by_key[name if self.by_external_id else fold_username(name)]
        except KeyError:
            raise RosterError(path, f"“{name}” is not among the users.") from None

    def find_all(self, names: list[str], path: str) -> Iterator[User]:
        """Yield the people of a list of names."""
        for index, name in enumerate(names):
            yield self.find(name, f"{path}[{index}]")

    def told(self, roster: RosterFile) -> Iterator[tuple[User, str | None]]:
        """Yield everybody the file may change, with the role it gives them."""
        for entry in roster.users:
            user = self.by_key[roster.key_of(entry)]
            if not left_alone(user, roster):
                yield user, entry.role


def import_people(
    roster: RosterFile, done: ImportedRoster, passwords: Passwords, *, at: datetime
) -> People:
    """Create the people a file names, or bring them up to what it says of them."""
    known = find_known(roster, done.facility)
    people = match(roster, known)
    _release_names(roster, people)
    fresh: list[User] = []
    changed: dict[frozenset[str], list[User]] = defaultdict(list)
    seen: dict[str, Any] = {}
    for place, entry in enumerate(roster.users):
        path, key = f"users[{place}]", roster.key_of(entry)
        _refuse_impossible(entry, seen, path)
        user = people.get(key)
        known.refuse_clash(entry, user, path)
        generated = None
        if user is None:
            password = passwords.of(key, entry, None)
            user, generated = _new_user(done.facility, entry, password, at=at), password.generated
            people[key] = user
            fresh.append(user)
        elif left_alone(user, roster):
            done.left_alone.append(entry.username)
        elif altered := _update_user(user, entry) | _update_password(user, entry, key, passwords):
            changed[frozenset(altered)].append(user)
        known.note(user)
        done.users[entry.username] = ImportedUser(
            id=user.pk, username=entry.username, password=generated
        )
    User.objects.bulk_create(fresh, batch_size=IN_BATCH)
    # Of each only what the file changes: the rest may have changed since it was read.
    for fields, users in changed.items():
        User.objects.bulk_update(users, sorted(fields), batch_size=IN_BATCH)
    return People(by_key=people, by_external_id=roster.by_external_id)


def deactivate(external_ids: list[str], facility: Facility) -> None:
    """Close the accounts of people who have left; what they did stays."""
    for batch in batches(external_ids):
        leavers = User.objects.in_facility(facility.pk).filter(external_id__in=batch)
        leavers.filter(is_active=True, is_superuser=False).update(is_active=False)


def _release_names(roster: RosterFile, people: dict[str, User]) -> None:
    """Let go of the names that are about to change, so that two people may swap theirs."""
    changing = []
    for entry in roster.users:
        user = people.get(roster.key_of(entry))
        if user is None or left_alone(user, roster):
            continue
        renamed = user.username_key not in (None, fold_username(entry.username))
        if renamed:
            user.username = user.username_key = None
        if renumbered := entry.external_id is not None and user.external_id != entry.external_id:
            user.external_id = None
        if renamed or renumbered:
            changing.append(user)
    User.objects.bulk_update(
        changing, ["external_id", "username", "username_key"], batch_size=IN_BATCH
    )


def _refuse_impossible(entry: UserEntry, seen: dict[str, Any], path: str) -> None:
    folded = fold_username(entry.username)
    refuse_repeat(folded, seen, f"{path}.username")
    seen[folded] = entry
    if len(folded) > MAX_USERNAME_KEY_LENGTH:
        raise RosterError(f"{path}.username", "This username is too long.")


def _new_user(facility: Facility, entry: UserEntry, password: Password, *, at: datetime) -> User:
    return User(
        facility=facility,
        username=entry.username,
        username_key=fold_username(entry.username),
        password=password.stored,
        full_name=entry.full_name or "",
        external_id=entry.external_id,
        created_at=at,
        is_active=entry.active is not False,
        is_superuser=entry.role == "superuser",
        is_staff=entry.role in LOOKING_AFTER,
    )


def _update_user(user: User, entry: UserEntry) -> set[str]:
    """Bring somebody up to what the file says of them, and return what changed.

    What it leaves out stays.
    """
    said = {
        "username": entry.username if user.username is None else None,
        "full_name": entry.full_name,
        "external_id": entry.external_id,
        "is_active": entry.active,
        "is_superuser": None if entry.role is None else entry.role == "superuser",
        "is_staff": True if entry.role in LOOKING_AFTER else None,
    }
    changed = {
        name for name, value in said.items() if value is not None and getattr(user, name) != value
    }
    for name in changed:
        setattr(user, name, said[name])
    if "username" in changed:
        user.username_key = fold_username(entry.username)
        changed.add("username_key")
    return changed


def _update_password(user: User, entry: UserEntry, key: str, passwords: Passwords) -> set[str]:
    if entry.password is None:
        return set()
    before, user.password = user.password, passwords.of(key, entry, user.password).stored
    return set() if user.password == before else {"password"}
