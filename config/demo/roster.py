"""The roster of the demo school as a roster file, imported like that of any school."""

from __future__ import annotations

from config.demo.personas import CLASS_A, CLASS_B, LEARNERS
from roster.importing.schema import (
    AssignableEntry,
    ClassroomEntry,
    FacilityEntry,
    GroupEntry,
    KeyEntry,
    RosterFile,
    UserEntry,
)

# The name says that the school is not real, because it is shown beside the learners' names.
NAME = "Riverside School (demo, simulated learners)"
PARTNER_ID = "779"
KEY = "Demo app"
LOGINS = {
    "coach": f"coach of {CLASS_A}",
    "coach7b": f"coach of {CLASS_B}",
    "head": "admin of the school",
    "admin": "superuser",
}
# Learners who can log in; the others have no password.
WITH_PASSWORDS = {"ada", "ben", "chen", "dina", "emil", "fatima"}
LESSON, OTHER_LESSON = "Fractions, week 1", "Equations, week 3"
QUIZ = "Fractions quiz"


def demo_roster() -> RosterFile:
    """Return the roster file with people, classes, groups, assignments and an API key."""
    return RosterFile(
        facility=FacilityEntry(name=NAME, partner_id=PARTNER_ID),
        users=[
            UserEntry(username="admin", full_name="Demo Admin", role="superuser"),
            UserEntry(username="head", full_name="Demo Head", role="admin"),
            UserEntry(username="coach", full_name="Demo Coach", role="coach"),
            UserEntry(username="coach7b", full_name="Demo Coach of 7B", role="coach"),
            *_learners(),
        ],
        classrooms=[
            ClassroomEntry(
                name=CLASS_A,
                coaches=["coach"],
                learners=_usernames_in(CLASS_A),
                groups=[
                    GroupEntry(name="Fractions club", learners=["ada", "ben"]),
                    GroupEntry(name="Help after school", learners=["chen", "hugo", "lena", "noor"]),
                ],
            ),
            ClassroomEntry(
                name=CLASS_B,
                coaches=["coach7b"],
                learners=_usernames_in(CLASS_B),
                groups=[GroupEntry(name="Equations club", learners=["emil", "omar", "uma"])],
            ),
        ],
        lessons=[
            AssignableEntry(title=LESSON, assigned_to=[CLASS_A]),
            AssignableEntry(title=OTHER_LESSON, assigned_to=[CLASS_B]),
        ],
        quizzes=[AssignableEntry(title=QUIZ, assigned_to=[CLASS_A])],
        api_keys=[KeyEntry(name=KEY, scopes=["read", "write"])],
    )


def _learners() -> list[UserEntry]:
    return [
        UserEntry(
            username=persona.username,
            full_name=persona.full_name,
            external_id=persona.external_id,
            passwordless=persona.username not in WITH_PASSWORDS,
        )
        for persona in LEARNERS
    ]


def _usernames_in(classroom: str) -> list[str]:
    return [persona.username for persona in LEARNERS if persona.classroom == classroom]
