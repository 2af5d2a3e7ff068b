"""What a roster file says, as frozen values (contract 1.8)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class FacilityEntry:
    """The facility the file is about."""

    name: str
    partner_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class UserEntry:
    """One person; `password` None: generated when they are new; `role` None: a learner when new."""

    username: str
    password: str | None = None
    full_name: str | None = None
    external_id: str | None = None
    role: str | None = None


@dataclass(frozen=True, kw_only=True)
class GroupEntry:
    """One learner group; its learners attend its classroom."""

    name: str
    learners: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ClassroomEntry:
    """One classroom, who coaches it and who attends it, by username."""

    name: str
    coaches: list[str] = field(default_factory=list)
    learners: list[str] = field(default_factory=list)
    groups: list[GroupEntry] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class AssignableEntry:
    """One lesson, quiz or course session, and where it is assigned; `active` None: if new."""

    title: str
    active: bool | None = None
    assigned_to: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class KeyEntry:
    """One API key."""

    name: str
    scopes: list[str]


@dataclass(frozen=True, kw_only=True)
class RosterFile:
    """One facility with everybody and everything in it that the file names."""

    facility: FacilityEntry
    users: list[UserEntry] = field(default_factory=list)
    classrooms: list[ClassroomEntry] = field(default_factory=list)
    lessons: list[AssignableEntry] = field(default_factory=list)
    quizzes: list[AssignableEntry] = field(default_factory=list)
    course_sessions: list[AssignableEntry] = field(default_factory=list)
    api_keys: list[KeyEntry] = field(default_factory=list)


class RosterError(ValueError):
    """The roster file asks for something that cannot be; `path` names the field."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
