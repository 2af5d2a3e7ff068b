"""Writing of the audit log, in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import Model

from infra.audit import Fields, audited_fields, changes_between
from infra.exports.models import Export
from roster.models import Actor, AuditAction, AuditEntry, LearnerToken, User

MAX_NAME = 255
MAX_NAMESAKES = 5
SERVER_ACTOR_NAME = "manage.py"


def add_entry(
    action: AuditAction,
    row: Model,
    changes: Fields,
    *,
    actor: Actor | None,
    facility_id: UUID | None,
) -> None:
    """Save an audit entry about a row; actor None is a command on the server."""
    AuditEntry.objects.create(
        actor_id=actor.pk if actor else None,
        actor_name=str(actor or SERVER_ACTOR_NAME)[:MAX_NAME],
        facility_id=facility_id,
        action=action,
        object_kind=row._meta.model_name or "",
        object_id=row.pk,
        object_name=str(row)[:MAX_NAME],
        changes=changes,
    )


def record_added(row: Model, *, actor: Actor | None, facility_id: UUID | None) -> None:
    """Record that a row was added, with its first values."""
    values = {name: value for name, value in audited_fields(row).items() if value not in (None, "")}
    add_entry(
        AuditAction.ADDED, row, changes_between({}, values), actor=actor, facility_id=facility_id
    )


def record_changed(
    row: Model, before: Fields, *, actor: Actor | None, facility_id: UUID | None
) -> None:
    """Record the changes of a row since `before`, if any."""
    if changes := changes_between(before, audited_fields(row)):
        add_entry(AuditAction.CHANGED, row, changes, actor=actor, facility_id=facility_id)


def record_removed(row: Model, *, actor: Actor | None, facility_id: UUID | None) -> None:
    """Record that a row is removed, with its last values; call it before the deletion."""
    values = {name: value for name, value in audited_fields(row).items() if value not in (None, "")}
    add_entry(
        AuditAction.REMOVED, row, changes_between(values, {}), actor=actor, facility_id=facility_id
    )


@contextmanager
def recording_change(
    row: Model, *, actor: Actor | None, facility_id: UUID | None
) -> Iterator[None]:
    """Record the changes made to a row inside the context."""
    before = audited_fields(row)
    yield
    record_changed(row, before, actor=actor, facility_id=facility_id)


def revoke_tokens(users: Collection[User | UUID], *, actor: Actor | None) -> None:
    """Delete all tokens of some users, and record that."""
    tokens = list(LearnerToken.objects.filter(user__in=users).select_related("user"))
    if not tokens:
        return
    for token in tokens:
        record_removed(token, actor=actor, facility_id=token.user.facility_id)
    LearnerToken.objects.filter(pk__in=[token.pk for token in tokens]).delete()


def record_import(model: type[Model], changes: Fields) -> None:
    """Record that a command imported rows that belong to no facility."""
    AuditEntry.objects.create(
        actor_name=SERVER_ACTOR_NAME,
        action=AuditAction.IMPORTED,
        object_kind=model._meta.model_name or "",
        object_name=str(model._meta.verbose_name_plural)[:MAX_NAME],
        changes=changes,
    )


def record_lockout(username: str, *, failures: int) -> None:
    """Record that a username has to wait, for each of its people.

    A name that nobody has is not stored, since it may be anything, such as a password. Both cases
    take the same statements.
    """
    people: list[User | None] = [*User.objects.by_username(username)[:MAX_NAMESAKES]]
    AuditEntry.objects.bulk_create(
        AuditEntry(
            facility_id=user.facility_id if user else None,
            action=AuditAction.LOCKED_OUT,
            object_kind=User._meta.model_name or "",
            object_id=user.pk if user else None,
            object_name=str(user or "")[:MAX_NAME],
            changes={"failed logins": failures},
        )
        for user in people or [None]
    )


def record_export(export: Export, *, rows: int | None, facilities: Collection[UUID | None]) -> None:
    """Record an export of a list, in each facility whose rows it has.

    `rows` is the number of rows of all of them; None means it is still in progress.
    """
    user = export.user
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor_id=user.pk,
            actor_name=str(user)[:MAX_NAME],
            facility_id=facility_id,
            action=AuditAction.EXPORTED,
            object_kind=export.listing.rpartition(".")[2],
            object_name=export.title,
            changes={"format": export.format, "filters": export.query, "rows": rows},
        )
        for facility_id in facilities or [user.facility_id]
    )
