"""Classrooms and groups of a roster file, and who is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from roster import services
from roster.models import (
    Classroom,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    RoleKind,
)
from roster.roster_file import RosterError, RosterFile
from roster.roster_import.imported import IN_BATCH, ImportedRoster, only, refuse_repeat
from roster.roster_import.people import People


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
    for place, entry in enumerate(roster.classrooms):
        path = f"classrooms[{place}]"
        refuse_repeat(entry.name, done.classrooms, f"{path}.name")
        classroom = _classroom(done.facility, entry.name, f"{path}.name")
        done.classrooms[entry.name] = classroom.pk
        for index, username in enumerate(entry.coaches):
            coach = people.find(username, f"{path}.coaches[{index}]")
            services.appoint(coach, RoleKind.COACH, classroom)
        learners = {
            people.find(username, f"{path}.learners[{index}]").pk
            for index, username in enumerate(entry.learners)
        }
        members = {}
        seen: dict[str, Any] = {}
        for number, group_entry in enumerate(entry.groups):
            group_path = f"{path}.groups[{number}]"
            refuse_repeat(group_entry.name, seen, f"{group_path}.name")
            seen[group_entry.name] = group_entry
            group = _group(classroom, group_entry.name, f"{group_path}.name")
            members[group] = {
                people.find(username, f"{group_path}.learners[{index}]").pk
                for index, username in enumerate(group_entry.learners)
            }
        _enrol(classroom, learners, members)
    places = _known_places(done.facility)
    _name_groups(roster, done, places)
    return places


def _classroom(facility: Facility, name: str, path: str) -> Classroom:
    found = only(facility.classrooms.filter(name=name), path, "classrooms")
    return found or Classroom.objects.create(facility=facility, name=name)


def _group(classroom: Classroom, name: str, path: str) -> LearnerGroup:
    found = only(classroom.groups.filter(name=name), path, "groups")
    return found or LearnerGroup.objects.create(classroom=classroom, name=name)


def _enrol(
    classroom: Classroom, learners: set[UUID], members: dict[LearnerGroup, set[UUID]]
) -> None:
    """Enrol a class's learners and fill its groups, in a few statements whatever their number."""
    wanted = learners.union(*members.values())
    enrolled = dict(classroom.enrolments.values_list("user_id", "pk"))
    fresh = [
        Enrolment(user_id=learner, classroom=classroom)
        for learner in sorted(wanted - enrolled.keys())
    ]
    Enrolment.objects.bulk_create(fresh, batch_size=IN_BATCH)
    enrolled.update({enrolment.user_id: enrolment.pk for enrolment in fresh})
    for group, grouped in members.items():
        there = set(group.memberships.values_list("enrolment_id", flat=True))
        GroupMembership.objects.bulk_create(
            [
                GroupMembership(enrolment_id=enrolled[learner], group=group)
                for learner in sorted(grouped)
                if enrolled[learner] not in there
            ],
            batch_size=IN_BATCH,
        )


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
