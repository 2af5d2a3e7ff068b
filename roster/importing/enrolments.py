"""Import of the enrolments and group memberships of a roster file."""

from __future__ import annotations

from uuid import UUID

from roster.importing.people import People
from roster.importing.results import BATCH_SIZE, ExistingRow, Pair, batches, ended_rows
from roster.importing.schema import RosterFile
from roster.models import Classroom, Enrolment, GroupMembership, LearnerGroup

Groups = dict[tuple[int, int], LearnerGroup]
"""The group of each group entry, by the places of its classroom and itself in the file."""


def fill_classrooms(
    roster: RosterFile, rooms: list[Classroom], groups: Groups, people: People
) -> None:
    """Enrol learners and add them to groups, in a fixed number of statements per batch."""
    attending = {
        (room.pk, learner.pk)
        for place, (room, entry) in enumerate(zip(rooms, roster.classrooms, strict=True))
        for learner in people.find_all(entry.learners, f"classrooms[{place}].learners")
    }
    members = _members(roster, groups, people)
    attending |= {(group.classroom_id, learner) for group, learner in members}
    existing = _load_enrolments(rooms)
    fresh = [
        Enrolment(classroom_id=room, user_id=learner)
        for room, learner in sorted(attending - existing.keys())
    ]
    Enrolment.objects.bulk_create(fresh, batch_size=BATCH_SIZE)
    enrolled = {pair: row.pk for pair, row in existing.items()} | {
        (row.classroom_id, row.user_id): row.pk for row in fresh
    }
    _fill_groups(members, enrolled)
    for batch in batches(
        ended_rows(roster, rooms, existing, attending, lambda entry: entry.former_learners)
    ):
        Enrolment.objects.filter(pk__in=batch).delete()


def _members(roster: RosterFile, groups: Groups, people: People) -> list[tuple[LearnerGroup, UUID]]:
    return [
        (group, learner.pk)
        for (place, number), group in groups.items()
        for learner in people.find_all(
            roster.classrooms[place].groups[number].learners,
            f"classrooms[{place}].groups[{number}].learners",
        )
    ]


def _load_enrolments(rooms: list[Classroom]) -> dict[Pair, ExistingRow]:
    return {
        (room, user): ExistingRow(pk=pk, external_id=external_id)
        for batch in batches([room.pk for room in rooms])
        for room, user, pk, external_id in Enrolment.objects.filter(
            classroom__in=batch
        ).values_list("classroom_id", "user_id", "pk", "user__external_id")
    }


def _fill_groups(members: list[tuple[LearnerGroup, UUID]], enrolled: dict[Pair, UUID]) -> None:
    wanted = {(group.pk, enrolled[group.classroom_id, learner]) for group, learner in members}
    existing = {
        pair
        for batch in batches({group.pk for group, _learner in members})
        for pair in GroupMembership.objects.filter(group__in=batch).values_list(
            "group_id", "enrolment_id"
        )
    }
    GroupMembership.objects.bulk_create(
        [
            GroupMembership(group_id=group, enrolment_id=enrolment)
            for group, enrolment in sorted(wanted - existing)
        ],
        batch_size=BATCH_SIZE,
    )
