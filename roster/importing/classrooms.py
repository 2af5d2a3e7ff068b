"""Classrooms and groups of a roster file, and who is in them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from roster.importing.enrolments import Groups, fill_classrooms
from roster.importing.people import People
from roster.importing.results import IN_BATCH, ImportedRoster, batches, only, refuse_repeat
from roster.importing.roles import appoint_coaches
from roster.importing.schema import ClassroomEntry, RosterError, RosterFile
from roster.models import Classroom, Facility, LearnerGroup


@dataclass(kw_only=True)
class Places:
    """Classrooms and groups by the names a file may assign to; None where a name is ambiguous."""

    by_name: dict[str, Classroom | LearnerGroup | None] = field(default_factory=dict)

    def add(self, name: str, place: Classroom | LearnerGroup) -> None:
        """Let a place be found by a name, unless another one has it."""
        taken = name in self.by_name and self.by_name[name] != place
        self.by_name[name] = None if taken else place

    def find(self, name: str, path: str) -> Classroom | LearnerGroup:
        """Return the one place of a name; an error where there is none or several."""
        if name not in self.by_name:
            raise RosterError(path, f"“{name}” is no class or group here.")
        place = self.by_name[name]
        if place is None:
            raise RosterError(path, f"“{name}” is ambiguous; write “class/group”.")
        return place


def import_classrooms(roster: RosterFile, done: ImportedRoster, people: People) -> Places:
    """Create the classes and groups a file names, and fill them; return all of the facility's."""
    rooms = _classrooms(roster, done)
    groups = _groups(roster, rooms)
    appoint_coaches(roster, rooms, people)
    fill_classrooms(roster, rooms, groups, people)
    places = _known_places(done.facility)
    _name_groups(roster, done, places)
    return places


def _classrooms(roster: RosterFile, done: ImportedRoster) -> list[Classroom]:
    """Return the classroom of each entry, in their order."""
    known = list(done.facility.classrooms.all()) if roster.classrooms else []
    by_external_id = {room.external_id: room for room in known if room.external_id is not None}
    by_name: dict[str, list[Classroom]] = defaultdict(list)
    for room in known:
        by_name[room.name].append(room)
    rooms, fresh, changed = [], [], []
    for place, entry in enumerate(roster.classrooms):
        path = f"classrooms[{place}].name"
        refuse_repeat(entry.name, done.classrooms, path)
        found = by_external_id.get(entry.external_id or "") or only(
            _namesakes(entry, by_name), path, "classrooms"
        )
        room = found or Classroom(facility=done.facility, name=entry.name)
        if found is None:
            room.external_id = entry.external_id
            fresh.append(room)
        elif _update_classroom(room, entry):
            changed.append(room)
        done.classrooms[entry.name] = room.pk
        rooms.append(room)
    Classroom.objects.bulk_create(fresh, batch_size=IN_BATCH)
    Classroom.objects.bulk_update(changed, ["name", "external_id"], batch_size=IN_BATCH)
    return rooms


def _namesakes(entry: ClassroomEntry, by_name: dict[str, list[Classroom]]) -> list[Classroom]:
    """Return the classrooms an entry may mean by its name: none that another id is of."""
    return [
        room
        for room in by_name.get(entry.name, [])
        if entry.external_id is None or room.external_id is None
    ]


def _update_classroom(room: Classroom, entry: ClassroomEntry) -> bool:
    """Bring a classroom up to what the file says of it, and tell whether that changed it."""
    external_id = entry.external_id or room.external_id
    changed = (room.name, room.external_id) != (entry.name, external_id)
    room.name, room.external_id = entry.name, external_id
    return changed


def _groups(roster: RosterFile, rooms: list[Classroom]) -> Groups:
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
            refuse_repeat(name, seen, path)
            seen[name] = group_entry
            there = [group for group in known[rooms[place].pk] if group.name == name]
            found = only(there, path, "groups")
            groups[place, number] = found or LearnerGroup(classroom=rooms[place], name=name)
            if found is None:
                fresh.append(groups[place, number])
    LearnerGroup.objects.bulk_create(fresh, batch_size=IN_BATCH)
    return groups


def _known_places(facility: Facility) -> Places:
    places = Places()
    for classroom in facility.classrooms.all():
        places.add(classroom.name, classroom)
    for group in LearnerGroup.objects.filter(classroom__facility=facility).select_related(
        "classroom"
    ):
        places.add(group.name, group)
        places.add(f"{group.classroom.name}/{group.name}", group)
    return places


def _name_groups(roster: RosterFile, done: ImportedRoster, places: Places) -> None:
    """Tell the groups' ids by name; two classes' groups of one name as ``class/group``."""
    names = [group.name for room in roster.classrooms for group in room.groups]
    for room in roster.classrooms:
        for group in room.groups:
            full = f"{room.name}/{group.name}"
            name = group.name if names.count(group.name) == 1 else full
            done.learner_groups[name] = places.find(full, "classrooms").pk
