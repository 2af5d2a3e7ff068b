"""People of a roster file, and their facility roles."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roster import services
from roster.models import (
    MAX_FOLDED,
    Facility,
    Role,
    RoleKind,
    User,
    fold_username,
)
from roster.roster_file import RosterError, RosterFile, UserEntry
from roster.roster_import.imported import IN_BATCH, ImportedRoster, ImportedUser, refuse_repeat

Progress = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody the file may refer to by username."""

    by_key: dict[str, User]

    def find(self, username: str, path: str) -> User:
        """Return the person of a username in any case; an error where the file has none."""
        try:
            return self.by_key[fold_username(username)]
        except KeyError:
            raise RosterError(path, f"“{username}” is not among the users.") from None


def import_people(
    roster: RosterFile, done: ImportedRoster, *, at: datetime, progress: Progress
) -> People:
    """Create the people a file names, or bring them up to what it says of them."""
    named = {fold_username(entry.username) for entry in roster.users} | {
        fold_username(username) for username in _usernames(roster)
    }
    existing = _existing(named)
    people: dict[str, User] = {
        key: user for key, user in existing.items() if user.facility_id == done.facility.pk
    }
    _release_external_ids(roster, people)
    seen: dict[str, Any] = {}
    for place, entry in progress(list(enumerate(roster.users))):
        path, key = f"users[{place}]", fold_username(entry.username)
        refuse_repeat(key, seen, f"{path}.username")
        seen[key] = entry
        if len(key) > MAX_FOLDED:
            raise RosterError(f"{path}.username", "This username is too long.")
        if key in existing and key not in people:
            raise RosterError(
                f"{path}.username", f"“{entry.username}” belongs to another facility."
            )
        _refuse_taken_external_id(entry, people.get(key), done.facility, path)
        password = None
        if key in people:
            _update_user(people[key], entry)
        else:
            people[key], password = _new_user(done.facility, entry, at=at)
        done.users[entry.username] = ImportedUser(
            id=people[key].pk, username=entry.username, password=password
        )
    return People(by_key=people)


def _usernames(roster: RosterFile) -> Iterator[str]:
    for room in roster.classrooms:
        yield from room.coaches
        yield from room.learners
        for group in room.groups:
            yield from group.learners


def _existing(folded: set[str]) -> dict[str, User]:
    names = sorted(folded)
    return {
        fold_username(user.username or ""): user
        for start in range(0, len(names), IN_BATCH)
        for user in User.objects.filter(username_key__in=names[start : start + IN_BATCH])
    }


def _release_external_ids(roster: RosterFile, people: dict[str, User]) -> None:
    """Let go of the external ids that are about to change, so that two people may swap theirs."""
    changing = []
    for entry in roster.users:
        user = people.get(fold_username(entry.username))
        if user and entry.external_id is not None and user.external_id != entry.external_id:
            user.external_id = None
            changing.append(user)
    User.objects.bulk_update(changing, ["external_id"], batch_size=IN_BATCH)


def _refuse_taken_external_id(
    entry: UserEntry, user: User | None, facility: Facility, path: str
) -> None:
    if entry.external_id is None or (user and user.external_id == entry.external_id):
        return
    others = User.objects.in_facility(facility.pk).filter(external_id=entry.external_id)
    if others.exists():
        raise RosterError(f"{path}.external_id", f"“{entry.external_id}” is somebody else's.")


def _new_user(facility: Facility, entry: UserEntry, *, at: datetime) -> tuple[User, str | None]:
    password = None if entry.password else secrets.token_urlsafe(12)
    user = User(
        facility=facility,
        username=entry.username,
        full_name=entry.full_name or "",
        external_id=entry.external_id,
        created_at=at,
        is_superuser=entry.role == "superuser",
        is_staff=entry.role not in (None, "learner"),
    )
    user.set_password(password or entry.password)
    user.save(force_insert=True)
    return user, password


def _update_user(user: User, entry: UserEntry) -> None:
    """Bring somebody up to what the file says of them; what it leaves out stays."""
    said = {
        "full_name": entry.full_name,
        "external_id": entry.external_id,
        "is_superuser": None if entry.role is None else entry.role == "superuser",
        "is_staff": None if entry.role in (None, "learner") else True,
    }
    changed = [
        name for name, value in said.items() if value is not None and getattr(user, name) != value
    ]
    for name in changed:
        setattr(user, name, said[name])
    if entry.password is not None and not user.check_password(entry.password):
        user.set_password(entry.password)
        changed.append("password")
    if changed:
        user.save(update_fields=changed)


def give_facility_roles(roster: RosterFile, facility: Facility, people: People) -> None:
    """Give facility roles as the file says: a coach of no class in it coaches them all."""
    of_classes = {fold_username(name) for room in roster.classrooms for name in room.coaches}
    for entry in roster.users:
        if entry.role is None:
            continue
        user = people.by_key[fold_username(entry.username)]
        kinds = set()
        if entry.role == "admin":
            kinds.add(RoleKind.ADMIN)
        elif entry.role == "coach" and not _coaches_a_class(user, of_classes):
            kinds.add(RoleKind.COACH)
        Role.objects.filter(user=user, facility=facility).exclude(kind__in=kinds).delete()
        for kind in kinds:
            services.appoint(user, kind, facility)
        if entry.role == "learner" and user.is_staff and not user.roles.exists():
            user.is_staff = False
            user.save(update_fields=["is_staff"])


def _coaches_a_class(user: User, of_classes: set[str]) -> bool:
    """Tell whether somebody coaches a class, by the file or from before: then no more than that."""
    named = fold_username(user.username or "") in of_classes
    return named or user.roles.filter(classroom__isnull=False).exists()
