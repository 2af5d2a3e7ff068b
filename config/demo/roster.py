"""The demo school as a roster file, as any school would be brought in."""

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

# It is nobody's school: whoever sees a learner's name sees that, too.
NAME = "Riverside School (demo, simulated learners)"
PARTNER_ID = "779"
KEY = "Demo app"
LOGINS = {
    "coach": f"coach of {CLASS_A}",
    "coach7b": f"coach of {CLASS_B}",
    "head": "admin of the school",
    "admin": "superuser",
}
# Others of the class only do what is simulated; these may be logged in as.
WITH_PASSWORDS = {"ada", "ben", "chen", "dina", "emil", "fatima"}
LESSON, OTHER_LESSON = "Fractions, week 1", "Equations, week 3"
QUIZ = "Fractions quiz"


def demo_roster() -> RosterFile:
    """Return everybody and everything the school begins with."""
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
                learners=_of(CLASS_A),
                groups=[
                    GroupEntry(name="Fractions club", learners=["ada", "ben"]),
                    GroupEntry(name="Help after school", learners=["chen", "hugo", "lena", "noor"]),
                ],
            ),
            ClassroomEntry(
                name=CLASS_B,
                coaches=["coach7b"],
                learners=_of(CLASS_B),
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
            username=character.username,
            full_name=character.full_name,
            external_id=character.external_id,
            passwordless=character.username not in WITH_PASSWORDS,
        )
        for character in LEARNERS
    ]


def _of(classroom: str) -> list[str]:
    return [character.username for character in LEARNERS if character.classroom == classroom]
