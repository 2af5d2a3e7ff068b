"""Writing down who did what to the roster, beside doing it and in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Model

from infra.exports.models import Export
from roster.models import (
    Actor,
    ApiKey,
    AuditAction,
    AuditEntry,
    Classroom,
    CourseSession,
    CourseSessionAssignment,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
    Role,
    User,
)

MAX_NAME = 255
ON_THE_SERVER = "manage.py"
HIDDEN = "•••"
SECRETS = {"password"}

_HANDED_OUT = ("facility_id", "classroom_id", "title", "active")
_TOLD: dict[type[Model], tuple[str, ...]] = {
    ApiKey: (
        "name", "prefix", "can_read", "can_write", "can_admin", "expires_at", "revoked_at",
    ),
    Classroom: ("name", "external_id"),
    CourseSession: _HANDED_OUT,
    CourseSessionAssignment: ("course_session_id", "classroom_id", "group_id"),
    Enrolment: ("user_id", "classroom_id"),
    Facility: ("name", "partner_id", "auto_provision", "guest_access", "remember_answers"),
    GroupMembership: ("enrolment_id", "group_id"),
    LearnerGroup: ("name", "classroom_id"),
    Lesson: _HANDED_OUT,
    LessonAssignment: ("lesson_id", "classroom_id", "group_id"),
    Quiz: _HANDED_OUT,
    QuizAssignment: ("quiz_id", "classroom_id", "group_id"),
    Role: ("user_id", "kind", "facility_id", "classroom_id"),
    User: (
        "username", "full_name", "email", "external_id", "password", "is_active", "is_staff",
        "is_superuser",
    ),
}  # fmt: skip

Facts = dict[str, Any]


def facts(row: Model) -> Facts:
    """Return what is told of a row; secrets too, which `difference` hides."""
    return {name: _plain(getattr(row, name)) for name in _told_of(type(row))}


def _told_of(model: type[Model]) -> tuple[str, ...]:
    """Return the columns told of a table; one of an app above says them itself, as `TOLD`."""
    known = _TOLD.get(model)
    return known if known is not None else tuple(cast("Any", model).TOLD)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value.isoformat() if isinstance(value, datetime) else value


def difference(before: Facts, after: Facts) -> Facts:
    """Return what changed, each as before and after; of secrets only that they did."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {
        name: [HIDDEN, HIDDEN] if name in SECRETS else [before.get(name), after.get(name)]
        for name in names
    }


def note(
    action: AuditAction,
    row: Model,
    changes: Facts,
    *,
    actor: Actor | None,
    facility_id: UUID | None,
) -> None:
    """Keep one entry about a row; no actor is a command on the server."""
    AuditEntry.objects.create(
        actor_id=actor.pk if actor else None,
        actor_name=str(actor or ON_THE_SERVER)[:MAX_NAME],
        facility_id=facility_id,
        action=action,
        object_kind=row._meta.model_name or "",
        object_id=row.pk,
        object_name=str(row)[:MAX_NAME],
        changes=changes,
    )


def note_added(row: Model, *, actor: Actor | None, facility_id: UUID | None) -> None:
    """Keep that a row was added, and how it began."""
    told = {name: value for name, value in facts(row).items() if value not in (None, "")}
    note(AuditAction.ADDED, row, difference({}, told), actor=actor, facility_id=facility_id)


def note_changed(
    row: Model, before: Facts, *, actor: Actor | None, facility_id: UUID | None
) -> None:
    """Keep what changed of a row since, where anything did."""
    if changes := difference(before, facts(row)):
        note(AuditAction.CHANGED, row, changes, actor=actor, facility_id=facility_id)


def note_removed(row: Model, *, actor: Actor | None, facility_id: UUID | None) -> None:
    """Keep that a row is being removed, and how it ended; told while it is still there."""
    told = {name: value for name, value in facts(row).items() if value not in (None, "")}
    note(AuditAction.REMOVED, row, difference(told, {}), actor=actor, facility_id=facility_id)


@contextmanager
def noting_change(row: Model, *, actor: Actor | None, facility_id: UUID | None) -> Iterator[None]:
    """Keep what is changed of a row meanwhile."""
    before = facts(row)
    yield
    note_changed(row, before, actor=actor, facility_id=facility_id)


def note_import(model: type[Model], changes: Facts) -> None:
    """Keep that a command brought rows of a table in that are no facility's."""
    AuditEntry.objects.create(
        actor_name=ON_THE_SERVER,
        action=AuditAction.IMPORTED,
        object_kind=model._meta.model_name or "",
        object_name=str(model._meta.verbose_name_plural)[:MAX_NAME],
        changes=changes,
    )


def note_export(export: Export, *, rows: int | None) -> None:
    """Keep that somebody took a list along; without a number of rows it is still being gathered."""
    user = export.user
    AuditEntry.objects.create(
        actor_id=user.pk,
        actor_name=str(user)[:MAX_NAME],
        facility_id=user.facility_id,
        action=AuditAction.EXPORTED,
        object_kind=export.listing.rpartition(".")[2],
        object_name=export.title,
        changes={"format": export.format, "filters": export.query, "rows": rows},
    )
