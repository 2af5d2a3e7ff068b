"""What a roster file says, as frozen values (contract 1.8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from infra.identifiers import fold_username


@dataclass(frozen=True, kw_only=True)
class FacilityEntry:
    """The facility the file is about."""

    name: str
    partner_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class UserEntry:
    """One person; None leaves what they have.

    Who is new and has no `password` is given a generated one, or none at all where
    `passwordless`. `role` None: a learner when new; "staff": of no rights but those their
    classes give.
    """

    username: str
    password: str | None = None
    passwordless: bool = False
    full_name: str | None = None
    external_id: str | None = None
    role: str | None = None
    active: bool | None = None


@dataclass(frozen=True, kw_only=True)
class GroupEntry:
    """One learner group; its learners attend its classroom."""

    name: str
    learners: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ClassroomEntry:
    """One classroom, who coaches it and who attends it, by the file's names for people.

    It is found by `external_id` where it has one, else by name. Former learners and coaches,
    by external id, leave it; where it is `complete`, so does everybody with an external id
    whom it does not name.
    """

    name: str
    external_id: str | None = None
    coaches: list[str] = field(default_factory=list)
    learners: list[str] = field(default_factory=list)
    groups: list[GroupEntry] = field(default_factory=list)
    former_learners: list[str] = field(default_factory=list)
    former_coaches: list[str] = field(default_factory=list)
    complete: bool = False


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
    """One facility with everybody and everything in it that the file names.

    A file `by_external_id` calls people by that and may rename them, else by username. It is
    of some other system's making: superusers are none of its business. `leavers`, by
    external id, are deactivated.
    """

    facility: FacilityEntry
    users: list[UserEntry] = field(default_factory=list)
    by_external_id: bool = False
    leavers: list[str] = field(default_factory=list)
    classrooms: list[ClassroomEntry] = field(default_factory=list)
    lessons: list[AssignableEntry] = field(default_factory=list)
    quizzes: list[AssignableEntry] = field(default_factory=list)
    course_sessions: list[AssignableEntry] = field(default_factory=list)
    api_keys: list[KeyEntry] = field(default_factory=list)

    def key_of(self, user: UserEntry) -> str:
        """Return the name by which the file calls somebody, in the form it is compared."""
        if self.by_external_id and user.external_id is not None:
            return user.external_id
        return fold_username(user.username)


class RosterError(ValueError):
    """The roster file asks for something that cannot be; `path` names the field."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message = path, message
