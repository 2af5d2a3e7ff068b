"""Writing down who did what to the roster, beside doing it and in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import Model

from infra.audit import Fields, audited_fields, changes_between
from infra.exports.models import Export
from roster.models import Actor, AuditAction, AuditEntry

MAX_NAME = 255
ON_THE_SERVER = "manage.py"


def add_entry(
    action: AuditAction,
    row: Model,
    changes: Fields,
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


def record_added(row: Model, *, actor: Actor | None, facility_id: UUID | None) -> None:
    """Keep that a row was added, and how it began."""
    told = {name: value for name, value in audited_fields(row).items() if value not in (None, "")}
    add_entry(
        AuditAction.ADDED, row, changes_between({}, told), actor=actor, facility_id=facility_id
    )


def record_changed(
    row: Model, before: Fields, *, actor: Actor | None, facility_id: UUID | None
) -> None:
    """Keep what changed of a row since, where anything did."""
    if changes := changes_between(before, audited_fields(row)):
        add_entry(AuditAction.CHANGED, row, changes, actor=actor, facility_id=facility_id)


def record_removed(row: Model, *, actor: Actor | None, facility_id: UUID | None) -> None:
    """Keep that a row is being removed, and how it ended; told while it is still there."""
    told = {name: value for name, value in audited_fields(row).items() if value not in (None, "")}
    add_entry(
        AuditAction.REMOVED, row, changes_between(told, {}), actor=actor, facility_id=facility_id
    )


@contextmanager
def recording_change(
    row: Model, *, actor: Actor | None, facility_id: UUID | None
) -> Iterator[None]:
    """Keep what is changed of a row meanwhile."""
    before = audited_fields(row)
    yield
    record_changed(row, before, actor=actor, facility_id=facility_id)


def record_import(model: type[Model], changes: Fields) -> None:
    """Keep that a command brought rows of a table in that are no facility's."""
    AuditEntry.objects.create(
        actor_name=ON_THE_SERVER,
        action=AuditAction.IMPORTED,
        object_kind=model._meta.model_name or "",
        object_name=str(model._meta.verbose_name_plural)[:MAX_NAME],
        changes=changes,
    )


def record_export(export: Export, *, rows: int | None) -> None:
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
