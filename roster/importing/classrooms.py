"""Import of the classrooms and groups of a roster file, with coaches and learners."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from roster.importing.enrolments import Groups, fill_classrooms
from roster.importing.people import People
from roster.importing.results import BATCH_SIZE, ImportedRoster, batches, check_unique, get_only
from roster.importing.roles import assign_coaches
from roster.importing.schema import ClassroomEntry, RosterError, RosterFile
from roster.models import Classroom, Facility, LearnerGroup


@dataclass(kw_only=True)
class Places:
    """Classrooms and groups by the names that a file may use; None for an ambiguous name."""

    by_name: dict[str, Classroom | LearnerGroup | None] = field(default_factory=dict)

    def add(self, name: str, place: Classroom | LearnerGroup) -> None:
        """Register a place under a name; a name used twice becomes ambiguous."""
        taken = name in self.by_name and self.by_name[name] != place
        self.by_name[name] = None if taken else place

    def find(self, name: str, path: str) -> Classroom | LearnerGroup:
        """Return the place with a name; raise RosterError if there is none or several."""
        if name not in self.by_name:
            raise RosterError(path, f"There is no class or group “{name}”.")
        place = self.by_name[name]
        if place is None:
            raise RosterError(path, f"“{name}” is ambiguous; write “class/group”.")
        return place


def import_classrooms(roster: RosterFile, result: ImportedRoster, people: People) -> Places:
    """Create or update classes and groups, and enrol people; return all places here."""
    rooms = _save_classrooms(roster, result)
    groups = _save_groups(roster, rooms)
    assign_coaches(roster, rooms, people)
    fill_classrooms(roster, rooms, groups, people)
    places = _load_places(result.facility)
    _add_group_ids(roster, result, places)
    return places


def _save_classrooms(roster: RosterFile, result: ImportedRoster) -> list[Classroom]:
    """Create or update the classrooms; return them in the order of the entries."""
    known = list(result.facility.classrooms.all()) if roster.classrooms else []
    by_external_id = {room.external_id: room for room in known if room.external_id is not None}
    by_name: dict[str, list[Classroom]] = defaultdict(list)
    for room in known:
        by_name[room.name].append(room)
    rooms, fresh, changed = [], [], []
    for place, entry in enumerate(roster.classrooms):
        path = f"classrooms[{place}].name"
        check_unique(entry.name, result.classrooms, path)
        found = by_external_id.get(entry.external_id or "") or _find_namesake(
            _candidates(entry, by_name), path, result
        )
        room = found or Classroom(facility=result.facility, name=entry.name)
        if found is None:
            room.external_id = entry.external_id
            fresh.append(room)
        elif _update_classroom(room, entry):
            changed.append(room)
        result.classrooms[entry.name] = room.pk
        rooms.append(room)
    Classroom.objects.bulk_create(fresh, batch_size=BATCH_SIZE)
    Classroom.objects.bulk_update(changed, ["name", "external_id"], batch_size=BATCH_SIZE)
    return rooms


def _find_namesake(rooms: list[Classroom], path: str, result: ImportedRoster) -> Classroom | None:
    """Return the only classroom of a name; if there are several, none of them is the entry's."""
    try:
        return get_only(rooms, path, "classrooms")
    except RosterError as error:
        result.refuse(error)
        return None


def _candidates(entry: ClassroomEntry, by_name: dict[str, list[Classroom]]) -> list[Classroom]:
    """Return the classrooms with the name of an entry and no different external id."""
    return [
        room
        for room in by_name.get(entry.name, [])
        if entry.external_id is None or room.external_id is None
    ]


def _update_classroom(room: Classroom, entry: ClassroomEntry) -> bool:
    """Apply an entry to a classroom in memory; return whether anything changed."""
    external_id = entry.external_id or room.external_id
    changed = (room.name, room.external_id) != (entry.name, external_id)
    room.name, room.external_id = entry.name, external_id
    return changed


def _save_groups(roster: RosterFile, rooms: list[Classroom]) -> Groups:
    known: dict[UUID, list[LearnerGroup]] = defaultdict(list)
    with_groups = [
        room.pk for room, entry in zip(rooms, roster.classrooms, strict=True) if entry.groups
    ]
    for batch in batches(with_groups):
        for group in LearnerGroup.objects.filter(classroom__in=batch):
            known[group.classroom_id].append(group)
    groups: Groups = {}
    fresh = []
    for place, entry in enumerate(roster.classrooms):
        seen: dict[str, Any] = {}
        for number, group_entry in enumerate(entry.groups):
            path, name = f"classrooms[{place}].groups[{number}].name", group_entry.name
            check_unique(name, seen, path)
            seen[name] = group_entry
            namesakes = [group for group in known[rooms[place].pk] if group.name == name]
            found = get_only(namesakes, path, "groups")
            groups[place, number] = found or LearnerGroup(classroom=rooms[place], name=name)
            if found is None:
                fresh.append(groups[place, number])
    LearnerGroup.objects.bulk_create(fresh, batch_size=BATCH_SIZE)
    return groups


def _load_places(facility: Facility) -> Places:
    places = Places()
    for classroom in facility.classrooms.all():
        places.add(classroom.name, classroom)
    for group in LearnerGroup.objects.filter(classroom__facility=facility).select_related(
        "classroom"
    ):
        places.add(group.name, group)
        places.add(f"{group.classroom.name}/{group.name}", group)
    return places


def _add_group_ids(roster: RosterFile, result: ImportedRoster, places: Places) -> None:
    """Add group ids to the result by name, or as ``class/group`` if the name repeats."""
    names = [group.name for room in roster.classrooms for group in room.groups]
    for room in roster.classrooms:
        for group in room.groups:
            full = f"{room.name}/{group.name}"
            name = group.name if names.count(group.name) == 1 else full
            result.learner_groups[name] = places.find(full, "classrooms").pk
