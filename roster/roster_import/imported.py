"""What every part of an import tells and uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from roster.models import Facility
from roster.roster_file import RosterError

T = TypeVar("T")
IN_BATCH = 500


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
