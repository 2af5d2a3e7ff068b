"""Services for lessons, quizzes and course sessions and their assignments."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from roster import services
from roster.models import (
    Actor,
    Assignable,
    AssignableQuerySet,
    AuditAction,
    Classroom,
    LearnerGroup,
    User,
)
from roster.services.permissions import (
    UnknownReference,
    check_unchanged,
    lock_facility_or_class,
    lock_row,
    require_coach,
)


class AssignmentFields(TypedDict, total=False):
    """Writable fields of a lesson, quiz or course session."""

    title: str
    active: bool
    draft: bool
    archived: bool
    due_at: datetime | None
    contents: list[str]
    skills: list[str]
    items: list[str]
    collection_id: UUID
    place_ids: list[UUID]


@transaction.atomic
def add_assignable(model: type[Assignable], fields: AssignmentFields, *, actor: Actor) -> UUID:
    """Create a row of a class or facility, and assign it to places within."""
    place, facility_id = lock_facility_or_class(fields["collection_id"], actor=actor)
    classroom = place if isinstance(place, Classroom) else None
    require_coach(actor, facility_id, classroom.pk if classroom else None)
    row = model(
        facility_id=facility_id,
        classroom=classroom,
        **{name: value for name, value in fields.items() if name in model.EDITABLE_FIELDS},
    )
    row.save(force_insert=True)
    services.record_added(row, actor=actor, facility_id=facility_id)
    _assign(row, set(fields.get("place_ids", [])), actor)
    return row.pk


@transaction.atomic
def change_assignable(
    model: type[Assignable], pk: UUID, fields: AssignmentFields, *, actor: Actor
) -> None:
    """Change title, state, due time, contents and assignments of a row."""
    row = _lock_assignable(model, pk, actor)
    check_unchanged("collection", fields, "collection_id", row.collection_id)
    with services.recording_change(row, actor=actor, facility_id=row.facility_id):
        for name in row.EDITABLE_FIELDS:
            setattr(row, name, fields.get(name, getattr(row, name)))
        row.save(update_fields=row.EDITABLE_FIELDS)
    if "place_ids" in fields:
        _assign(row, set(fields["place_ids"]), actor)


@transaction.atomic
def remove_assignable(model: type[Assignable], pk: UUID, *, actor: Actor) -> None:
    """Delete a row with its assignments; learners' records stay."""
    row = _lock_assignable(model, pk, actor)
    services.record_removed(row, actor=actor, facility_id=row.facility_id)
    row.delete()


def require_can_change_assignable(row: Assignable, actor: Actor) -> None:
    """Raise NotAllowed if the actor may not change the row."""
    require_coach(actor, row.facility_id, row.classroom_id)


def _lock_assignable(model: type[Assignable], pk: UUID, actor: Actor) -> Assignable:
    visible: QuerySet[Assignable] = AssignableQuerySet(model).visible_to(actor)
    row, facility_id = lock_row(visible, pk)
    require_coach(actor, facility_id, row.classroom_id)
    return row


def _assign(row: Assignable, wanted: set[UUID], actor: Actor) -> None:
    """Assign a row to exactly these places and learners, who must be within its own place."""
    classrooms = Classroom.objects.filter(facility=row.facility_id)
    if row.classroom_id:
        classrooms = classrooms.filter(pk=row.classroom_id)
    groups = LearnerGroup.objects.filter(classroom__in=classrooms)
    learners = User.objects.in_facility(row.facility_id)
    if row.classroom_id:
        learners = learners.enrolled_in(classrooms)
    places = {"classroom": classrooms, "group": groups, "learner": learners}
    kinds: dict[UUID, str] = {}
    for kind, rows in places.items():
        # A statement is saved where everything wanted is found.
        if kinds.keys() != wanted:
            found: Any = rows.filter(pk__in=wanted)
            kinds |= dict.fromkeys(found.values_list("pk", flat=True), kind)
    if kinds.keys() != wanted:
        raise UnknownReference("assignments")
    assignments: Any = row.assignments  # type: ignore[attr-defined]
    existing = {assignment.place_id: assignment.pk for assignment in assignments.all()}
    assignments.filter(pk__in=[existing[place] for place in existing.keys() - wanted]).delete()
    assignments.bulk_create(
        assignments.model(**{assignments.field.name: row, f"{kinds[place]}_id": place})
        for place in sorted(wanted - existing.keys())
    )
    _record_places(row, set(existing), wanted, actor)


def _record_places(row: Assignable, before: set[Any], wanted: set[UUID], actor: Actor) -> None:
    """Record changed assignments in the audit log."""
    if before == wanted:
        return
    ids = [sorted(place.hex for place in places) for places in (before, wanted)]
    services.add_entry(
        AuditAction.CHANGED, row, {"handed out to": ids}, actor=actor, facility_id=row.facility_id
    )
