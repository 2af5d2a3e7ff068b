"""Importing a roster file: everything it names exists afterwards, or nothing has changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from roster import services
from roster.models import (
    MAX_FOLDED,
    ApiKey,
    Assignable,
    Classroom,
    CourseSession,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Lesson,
    Quiz,
    Role,
    RoleKind,
    Scope,
    User,
    fold_username,
)
from roster.roster_file import AssignableEntry, FacilityEntry, RosterError, RosterFile, UserEntry

T = TypeVar("T")
Progress = Callable[[Iterable[T]], Iterable[T]]


@dataclass(frozen=True, kw_only=True)
class ImportedUser:
    """Who somebody is here, and the password if it was generated now."""

    id: UUID
    username: str
    password: str | None = None


@dataclass(kw_only=True)
class ImportedRoster:
    """The ids of everything a roster file names."""

    facility: Facility
    users: dict[str, ImportedUser] = field(default_factory=dict)
    classrooms: dict[str, UUID] = field(default_factory=dict)
    learner_groups: dict[str, UUID] = field(default_factory=dict)
    lessons: dict[str, UUID] = field(default_factory=dict)
    quizzes: dict[str, UUID] = field(default_factory=dict)
    course_sessions: dict[str, UUID] = field(default_factory=dict)
    api_keys: dict[str, str | None] = field(default_factory=dict)


@transaction.atomic(durable=True)
def import_roster(
    roster: RosterFile, *, at: datetime, progress: Progress[Any] = lambda rows: rows
) -> ImportedRoster:
    """Make the installation match a roster file; what the file does not name stays.

    Raises
    ------
    RosterError : the file contradicts itself or the installation; nothing has changed then.
    """
    done = ImportedRoster(facility=_facility(roster.facility))
    people = _people(roster, done, at=at, progress=progress)
    places = _classrooms(roster, done, people)
    _facility_roles(roster, done.facility, people)
    _assignables(Lesson, "lessons", roster.lessons, done.lessons, places, done.facility)
    _assignables(Quiz, "quizzes", roster.quizzes, done.quizzes, places, done.facility)
    _assignables(
        CourseSession, "course_sessions", roster.course_sessions, done.course_sessions, places,
        done.facility,
    )  # fmt: skip
    for place, entry in enumerate(roster.api_keys):
        _refuse_repeat(entry.name, done.api_keys, f"api_keys[{place}].name")
        done.api_keys[entry.name] = _key(done.facility, entry.name, entry.scopes, at=at)
    return done


def _refuse_repeat(name: str, seen: dict[str, Any], path: str) -> None:
    if name in seen:
        raise RosterError(path, f"“{name}” is named twice.")


def _only(found: Iterable[T], path: str, what: str) -> T | None:
    """Return the one row found, None for none; several cannot be told apart."""
    rows = list(found)
    if len(rows) > 1:
        raise RosterError(path, f"{len(rows)} {what} here have this name.")
    return rows[0] if rows else None


def _facility(entry: FacilityEntry) -> Facility:
    facilities = Facility.objects.select_for_update(no_key=True)
    found = None
    if entry.partner_id is not None:
        found = facilities.filter(partner_id=entry.partner_id).first()
        facilities = facilities.filter(partner_id=None)
    if found is None:
        found = _only(facilities.filter(name=entry.name), "facility.name", "facilities")
    if found is None:
        return Facility.objects.create(name=entry.name, partner_id=entry.partner_id)
    if (found.name, found.partner_id) != (entry.name, entry.partner_id or found.partner_id):
        found.name = entry.name
        found.partner_id = entry.partner_id or found.partner_id
        found.save(update_fields=["name", "partner_id"])
    return found


# People.


@dataclass(frozen=True, kw_only=True)
class _People:
    """Everybody the file may refer to by username."""

    by_key: dict[str, User]

    def find(self, username: str, path: str) -> User:
        try:
            return self.by_key[fold_username(username)]
        except KeyError:
            raise RosterError(path, f"“{username}” is not among the users.") from None


def _people(
    roster: RosterFile, done: ImportedRoster, *, at: datetime, progress: Progress[Any]
) -> _People:
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
        _refuse_repeat(key, seen, f"{path}.username")
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
    return _People(by_key=people)


def _usernames(roster: RosterFile) -> Iterator[str]:
    for room in roster.classrooms:
        yield from room.coaches
        yield from room.learners
        for group in room.groups:
            yield from group.learners


_IN_BATCH = 500


def _existing(folded: set[str]) -> dict[str, User]:
    names = sorted(folded)
    return {
        fold_username(user.username or ""): user
        for start in range(0, len(names), _IN_BATCH)
        for user in User.objects.filter(username_key__in=names[start : start + _IN_BATCH])
    }


def _release_external_ids(roster: RosterFile, people: dict[str, User]) -> None:
    """Let go of the external ids that are about to change, so that two people may swap theirs."""
    changing = []
    for entry in roster.users:
        user = people.get(fold_username(entry.username))
        if user and entry.external_id is not None and user.external_id != entry.external_id:
            user.external_id = None
            changing.append(user)
    User.objects.bulk_update(changing, ["external_id"], batch_size=_IN_BATCH)


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


def _facility_roles(roster: RosterFile, facility: Facility, people: _People) -> None:
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


# Places.


@dataclass(kw_only=True)
class _Places:
    """Classrooms and groups by the names a file may assign to; None where a name is ambiguous."""

    by_name: dict[str, Classroom | LearnerGroup | None] = field(default_factory=dict)

    def add(self, name: str, place: Classroom | LearnerGroup) -> None:
        taken = name in self.by_name and self.by_name[name] != place
        self.by_name[name] = None if taken else place

    def find(self, name: str, path: str) -> Classroom | LearnerGroup:
        if name not in self.by_name:
            raise RosterError(path, f"“{name}” is no class or group here.")
        place = self.by_name[name]
        if place is None:
            raise RosterError(path, f"“{name}” is ambiguous; write “class/group”.")
        return place


def _classrooms(roster: RosterFile, done: ImportedRoster, people: _People) -> _Places:
    for place, entry in enumerate(roster.classrooms):
        path = f"classrooms[{place}]"
        _refuse_repeat(entry.name, done.classrooms, f"{path}.name")
        classroom = _classroom(done.facility, entry.name, f"{path}.name")
        done.classrooms[entry.name] = classroom.pk
        for index, username in enumerate(entry.coaches):
            coach = people.find(username, f"{path}.coaches[{index}]")
            services.appoint(coach, RoleKind.COACH, classroom)
        learners = {
            people.find(username, f"{path}.learners[{index}]").pk
            for index, username in enumerate(entry.learners)
        }
        members = {}
        seen: dict[str, Any] = {}
        for number, group_entry in enumerate(entry.groups):
            group_path = f"{path}.groups[{number}]"
            _refuse_repeat(group_entry.name, seen, f"{group_path}.name")
            seen[group_entry.name] = group_entry
            group = _group(classroom, group_entry.name, f"{group_path}.name")
            members[group] = {
                people.find(username, f"{group_path}.learners[{index}]").pk
                for index, username in enumerate(group_entry.learners)
            }
        _enrol(classroom, learners, members)
    places = _known_places(done.facility)
    _name_groups(roster, done, places)
    return places


def _classroom(facility: Facility, name: str, path: str) -> Classroom:
    found = _only(facility.classrooms.filter(name=name), path, "classrooms")
    return found or Classroom.objects.create(facility=facility, name=name)


def _group(classroom: Classroom, name: str, path: str) -> LearnerGroup:
    found = _only(classroom.groups.filter(name=name), path, "groups")
    return found or LearnerGroup.objects.create(classroom=classroom, name=name)


def _enrol(
    classroom: Classroom, learners: set[UUID], members: dict[LearnerGroup, set[UUID]]
) -> None:
    """Enrol a class's learners and fill its groups, in a few statements whatever their number."""
    wanted = learners.union(*members.values())
    enrolled = dict(classroom.enrolments.values_list("user_id", "pk"))
    fresh = [
        Enrolment(user_id=learner, classroom=classroom)
        for learner in sorted(wanted - enrolled.keys())
    ]
    Enrolment.objects.bulk_create(fresh, batch_size=_IN_BATCH)
    enrolled.update({enrolment.user_id: enrolment.pk for enrolment in fresh})
    for group, grouped in members.items():
        there = set(group.memberships.values_list("enrolment_id", flat=True))
        GroupMembership.objects.bulk_create(
            [
                GroupMembership(enrolment_id=enrolled[learner], group=group)
                for learner in sorted(grouped)
                if enrolled[learner] not in there
            ],
            batch_size=_IN_BATCH,
        )


def _known_places(facility: Facility) -> _Places:
    places = _Places()
    for classroom in facility.classrooms.all():
        places.add(classroom.name, classroom)
    for group in LearnerGroup.objects.filter(classroom__facility=facility).select_related(
        "classroom"
    ):
        places.add(group.name, group)
        places.add(f"{group.classroom.name}/{group.name}", group)
    return places


def _name_groups(roster: RosterFile, done: ImportedRoster, places: _Places) -> None:
    """Tell the groups' ids by name; two classes' groups of one name as ``class/group``."""
    names = [group.name for room in roster.classrooms for group in room.groups]
    for room in roster.classrooms:
        for group in room.groups:
            full = f"{room.name}/{group.name}"
            name = group.name if names.count(group.name) == 1 else full
            done.learner_groups[name] = places.find(full, "classrooms").pk


# Assignments and keys.


def _assignables(
    model: type[Lesson | Quiz | CourseSession],
    section: str,
    entries: list[AssignableEntry],
    ids: dict[str, UUID],
    places: _Places,
    facility: Facility,
) -> None:
    for place, entry in enumerate(entries):
        path = f"{section}[{place}]"
        _refuse_repeat(entry.title, ids, f"{path}.title")
        targets = [
            places.find(name, f"{path}.assigned_to[{index}]")
            for index, name in enumerate(entry.assigned_to)
        ]
        same_title = model._default_manager.filter(facility=facility, title=entry.title)
        row = _only(same_title, f"{path}.title", section)
        if row is None:
            row = model(facility=facility, title=entry.title, classroom=_shared_class(targets))
            row.active = entry.active is not False
            row.save(force_insert=True)
        elif entry.active not in (None, row.active):
            row.active = entry.active
            row.save(update_fields=["active"])
        _assign(row, targets)
        ids[entry.title] = row.pk


def _shared_class(targets: list[Classroom | LearnerGroup]) -> Classroom | None:
    """Return the one class all targets are of; its coaches may then look after the hand-out."""
    rooms = {place if isinstance(place, Classroom) else place.classroom for place in targets}
    return rooms.pop() if len(rooms) == 1 else None


def _assign(row: Assignable, targets: list[Classroom | LearnerGroup]) -> None:
    assignments: Any = row.assignments  # type: ignore[attr-defined]
    for place in targets:
        kind = "classroom" if isinstance(place, Classroom) else "group"
        assignments.get_or_create(**{kind: place})


def _key(facility: Facility, name: str, scopes: list[str], *, at: datetime) -> str | None:
    if ApiKey.objects.usable(at).filter(Q(facility=facility, name=name)).exists():
        return None
    _key_row, secret = services.grant_key(
        facility, name=name, scopes={Scope(scope) for scope in scopes}, at=at
    )
    return secret
