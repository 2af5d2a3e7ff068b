"""The roster of the simulated school of a large installation, and the staff of all its schools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.demo.personas import CLASS_A, CLASS_B
from config.demo.roster import LESSON, OTHER_LESSON, QUIZ
from config.demo.simulated_learner import Persona
from roster.importing import import_roster
from roster.importing.schema import (
    AssignableEntry,
    ClassroomEntry,
    FacilityEntry,
    GroupEntry,
    RosterFile,
    UserEntry,
)
from roster.models import Facility


@dataclass(frozen=True, kw_only=True)
class Login:
    """A member of staff who can log in."""

    username: str
    password: str
    role: str
    facility: Facility


def create_roster(
    name: str, partner_id: str, personas: Sequence[Persona], *, at: datetime
) -> Facility:
    """Create a school with two classes, which have a coach and two groups each."""
    learners = [
        UserEntry(
            username=persona.username,
            full_name=persona.full_name,
            external_id=persona.external_id,
            passwordless=True,
        )
        for persona in personas
    ]
    coaches = {room: f"coach-{room[-2:].lower()}-{partner_id}" for room in (CLASS_A, CLASS_B)}
    roster = RosterFile(
        facility=FacilityEntry(name=name, partner_id=partner_id),
        users=[
            *learners,
            *(
                UserEntry(username=coach, full_name="Coach", role="coach", passwordless=True)
                for coach in coaches.values()
            ),
        ],
        classrooms=[_create_classroom(room, coaches[room], personas) for room in coaches],
        lessons=[
            AssignableEntry(title=LESSON, assigned_to=[CLASS_A]),
            AssignableEntry(title=OTHER_LESSON, assigned_to=[CLASS_B]),
        ],
        quizzes=[AssignableEntry(title=QUIZ, assigned_to=[CLASS_A])],
    )
    return import_roster(roster, at=at).facility


def _create_classroom(name: str, coach: str, personas: Sequence[Persona]) -> ClassroomEntry:
    usernames = [persona.username for persona in personas if persona.classroom == name]
    groups = [
        GroupEntry(name=f"Group {place + 1}", learners=usernames[place::3]) for place in range(2)
    ]
    return ClassroomEntry(name=name, coaches=[coach], learners=usernames, groups=groups)


def appoint_staff(facility: Facility, *, at: datetime) -> list[Login]:
    """Create an admin and a coach of a facility, with generated passwords."""
    roles = {f"{role}-{facility.partner_id}": role for role in ("admin", "coach")}
    roster = RosterFile(
        facility=FacilityEntry(name=facility.name, partner_id=facility.partner_id),
        users=[
            UserEntry(username=name, full_name=role.title(), role=role)
            for name, role in roles.items()
        ],
    )
    return [
        Login(username=name, password=str(user.password), role=roles[name], facility=facility)
        for name, user in import_roster(roster, at=at).users.items()
    ]
