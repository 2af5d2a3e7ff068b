"""Content of a roster file as frozen dataclasses (contract 1.8)."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from infra.identifiers import fold_username


@dataclass(frozen=True, kw_only=True)
class FacilityEntry:
    """The facility of the file; None leaves the current value unchanged."""

    name: str
    partner_id: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, kw_only=True)
class UserEntry:
    """One user; None leaves the current value unchanged.

    Only files of other systems have users without a username. A new user without `password` gets a
    generated one, or none if `passwordless`. `role` None means learner for a new user; "staff"
    gives no permissions beyond those of classes.
    """

    username: str | None
    password: str | None = None
    passwordless: bool = False
    full_name: str | None = None
    external_id: str | None = None
    role: str | None = None
    active: bool | None = None


@dataclass(frozen=True, kw_only=True)
class GroupEntry:
    """One learner group; its learners are enrolled in its classroom too."""

    name: str
    learners: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ClassroomEntry:
    """One classroom, with the names of its coaches and learners.

    It is matched by `external_id` if it has one, else by name. Former learners and coaches, given
    by external id, are removed; if `complete`, so is everybody else with an external id who is
    not listed and not among the `unclear`.
    """

    name: str
    external_id: str | None = None
    coaches: list[str] = field(default_factory=list)
    learners: list[str] = field(default_factory=list)
    groups: list[GroupEntry] = field(default_factory=list)
    former_learners: list[str] = field(default_factory=list)
    former_coaches: list[str] = field(default_factory=list)
    unclear: AbstractSet[str] = frozenset()
    complete: bool = False


@dataclass(frozen=True, kw_only=True)
class AssignableEntry:
    """One lesson, quiz or course session with its assignments; None: only if new."""

    title: str
    active: bool | None = None
    draft: bool | None = None
    archived: bool | None = None
    due_at: datetime | None = None
    contents: list[str] | None = None
    assigned_to: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class KeyEntry:
    """One API key."""

    name: str
    scopes: list[str]


@dataclass(frozen=True, kw_only=True)
class RosterFile:
    """One facility with the users, classes, assignments and keys that the file names.

    A file `by_external_id` comes from another system: it identifies users by external id, may
    rename them, and never changes superusers; what is wrong with one row does not stop the rest.
    Other files identify users by username.

    `leavers`, given by external id, are deactivated. `sister_schools` are the partner ids of the
    facilities from which users may move to this one: True if the file names the school, False if
    an earlier one did, and so may have been of another system that uses the same ids.
    """

    facility: FacilityEntry
    users: list[UserEntry] = field(default_factory=list)
    by_external_id: bool = False
    leavers: list[str] = field(default_factory=list)
    sister_schools: Mapping[str, bool] = field(default_factory=dict)
    classrooms: list[ClassroomEntry] = field(default_factory=list)
    lessons: list[AssignableEntry] = field(default_factory=list)
    quizzes: list[AssignableEntry] = field(default_factory=list)
    course_sessions: list[AssignableEntry] = field(default_factory=list)
    api_keys: list[KeyEntry] = field(default_factory=list)

    def key_of(self, user: UserEntry) -> str:
        """Return the key of a user in this file: external id or folded username."""
        if self.by_external_id and user.external_id is not None:
            return user.external_id
        assert user.username is not None  # noqa: S101  # required in files of usernames
        return fold_username(user.username)


class RosterError(ValueError):
    """The roster file has an invalid value; `path` names the field."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message = path, message
