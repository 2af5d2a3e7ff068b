"""Import of the lessons, quizzes and course sessions of a roster file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from roster.importing.classrooms import Places
from roster.importing.results import check_unique, get_only
from roster.importing.schema import AssignableEntry
from roster.models import Assignable, Classroom, CourseSession, Facility, LearnerGroup, Lesson, Quiz


def import_assignables(
    model: type[Lesson | Quiz | CourseSession],
    section: str,
    entries: list[AssignableEntry],
    ids: dict[str, UUID],
    places: Places,
    facility: Facility,
) -> None:
    """Create the rows of a section, and assign them to the classes and groups it names."""
    for place, entry in enumerate(entries):
        path = f"{section}[{place}]"
        check_unique(entry.title, ids, f"{path}.title")
        targets = [
            places.find(name, f"{path}.assigned_to[{index}]")
            for index, name in enumerate(entry.assigned_to)
        ]
        same_title = model._default_manager.filter(facility=facility, title=entry.title)
        row = get_only(same_title, f"{path}.title", section)
        if row is None:
            row = model(facility=facility, title=entry.title, classroom=_shared_class(targets))
            _update(row, entry)
            row.save(force_insert=True)
        elif changed := _update(row, entry):
            row.save(update_fields=changed)
        _assign(row, targets)
        ids[entry.title] = row.pk


def _update(row: Assignable, entry: AssignableEntry) -> list[str]:
    """Set what the entry gives, in memory; return the names of the changed fields."""
    given = {name: getattr(entry, name) for name in Assignable.EDITABLE_FIELDS}
    changed = [name for name, to in given.items() if to not in (None, getattr(row, name))]
    for name in changed:
        setattr(row, name, given[name])
    return changed


def _shared_class(targets: list[Classroom | LearnerGroup]) -> Classroom | None:
    """Return the class of all targets if it is the same; its coaches may then edit the row."""
    classrooms = {place if isinstance(place, Classroom) else place.classroom for place in targets}
    return classrooms.pop() if len(classrooms) == 1 else None


def _assign(row: Assignable, targets: list[Classroom | LearnerGroup]) -> None:
    assignments: Any = row.assignments  # type: ignore[attr-defined]
    for place in targets:
        kind = "classroom" if isinstance(place, Classroom) else "group"
        assignments.get_or_create(**{kind: place})
