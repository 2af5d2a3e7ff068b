"""Results of an import, and helpers that all its steps use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from roster.importing.schema import ClassroomEntry, RosterError, RosterFile
from roster.models import Classroom, Facility

T = TypeVar("T")
BATCH_SIZE = 500

Pair = tuple[UUID, UUID]
"""A classroom and a person in it."""


@dataclass(frozen=True, kw_only=True)
class ImportedUser:
    """Id and username of a user, and the password if the import generated it."""

    id: UUID
    username: str | None
    password: str | None = None


@dataclass(kw_only=True)
class ImportedRoster:
    """The ids of everything a roster file names.

    `users` are by username, or by external id if they have none. `skipped` holds the errors in
    single rows of a file of another system.
    """

    facility: Facility
    lenient: bool = False
    skipped: list[RosterError] = field(default_factory=list)
    users: dict[str, ImportedUser] = field(default_factory=dict)
    classrooms: dict[str, UUID] = field(default_factory=dict)
    learner_groups: dict[str, UUID] = field(default_factory=dict)
    lessons: dict[str, UUID] = field(default_factory=dict)
    quizzes: dict[str, UUID] = field(default_factory=dict)
    course_sessions: dict[str, UUID] = field(default_factory=dict)
    api_keys: dict[str, str | None] = field(default_factory=dict)
    left_alone: list[str] = field(default_factory=list)
    """Usernames of superusers. A file imported by another person may not change superusers."""

    def refuse(self, error: RosterError) -> None:
        """Skip what an error is about, in a file of another system; raise the error otherwise."""
        if not self.lenient:
            raise error
        self.skipped.append(error)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExistingRow:
    """Existing enrolment or role of one user in one classroom."""

    pk: UUID
    external_id: str | None


def ended_rows(
    roster: RosterFile,
    rooms: list[Classroom],
    existing: dict[Pair, ExistingRow],
    wanted: Collection[Pair],
    former: Callable[[ClassroomEntry], list[str]],
) -> list[UUID]:
    """Return the ids of rows to delete: the file ends them, or is complete and omits them.

    Users without an external id do not come from the file's system, so their rows stay.
    """
    entries = {room.pk: entry for room, entry in zip(rooms, roster.classrooms, strict=True)}
    left = {room: set(former(entry)) for room, entry in entries.items()}
    return [
        row.pk
        for (room, user), row in existing.items()
        if row.external_id is not None
        and (room, user) not in wanted
        and (
            row.external_id in left[room]
            or (entries[room].complete and row.external_id not in entries[room].unclear)
        )
    ]


def batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield lists of at most `BATCH_SIZE` rows, for one statement each."""
    left = iter(rows)
    while batch := list(islice(left, BATCH_SIZE)):
        yield batch


def check_unique(name: str, seen: dict[str, Any], path: str) -> None:
    """Raise RosterError if the file has used a name already."""
    if name in seen:
        raise RosterError(path, f"“{name}” appears twice.")


def get_only(found: Iterable[T], path: str, what: str) -> T | None:
    """Return the only row, or None; raise RosterError if there are several."""
    rows = list(found)
    if len(rows) > 1:
        raise RosterError(path, f"{len(rows)} {what} in the database have this name.")
    return rows[0] if rows else None
