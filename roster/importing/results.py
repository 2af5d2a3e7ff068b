"""What every part of an import tells and uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from roster.importing.schema import ClassroomEntry, RosterError, RosterFile
from roster.models import Classroom, Facility

T = TypeVar("T")
IN_BATCH = 500

Pair = tuple[UUID, UUID]
"""A classroom and a person in it."""


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
    left_alone: list[str] = field(default_factory=list)
    """Usernames of superusers, whom a file of somebody else's making may not change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A row that puts one person into one classroom."""

    pk: UUID
    external_id: str | None


def ended(
    roster: RosterFile,
    rooms: list[Classroom],
    held: dict[Pair, Held],
    wanted: Collection[Pair],
    former: Callable[[ClassroomEntry], list[str]],
) -> list[UUID]:
    """Return the rows that end: the file says so, or is complete and does not name them.

    Whoever has no external id came from elsewhere, and stays.
    """
    entries = {room.pk: entry for room, entry in zip(rooms, roster.classrooms, strict=True)}
    left = {room: set(former(entry)) for room, entry in entries.items()}
    return [
        row.pk
        for (room, user), row in held.items()
        if row.external_id is not None
        and (room, user) not in wanted
        and (entries[room].complete or row.external_id in left[room])
    ]


def batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield rows in lists that one statement can take."""
    left = iter(rows)
    while batch := list(islice(left, IN_BATCH)):
        yield batch


def refuse_repeat(name: str, seen: dict[str, Any], path: str) -> None:
    """Refuse a name the file has used already."""
    if name in seen:
        raise RosterError(path, f"“{name}” is named twice.")


def only(found: Iterable[T], path: str, what: str) -> T | None:
    """Return the one row found, None for none; several cannot be told apart."""
    rows = list(found)
    if len(rows) > 1:
        raise RosterError(path, f"{len(rows)} {what} here have this name.")
    return rows[0] if rows else None
