"""Builders of test data, and the school that most tests use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from roster import services
from roster.models import (
    ApiKey,
    Classroom,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
    Role,
    RoleKind,
    Scope,
    User,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
# Usernames that look like others, or cannot be typed.
LOOKALIKES = (
    "a\u200bda",
    "a\u00adda",
    "\u202eada",
    "\ufeffada",
    "ada\u2060",
    "ada\n",
    "a\nda",
    "\tada",
    "a\u034fda",
    "ada\ufe0f",
    "ada\u3164",
    "a\u00a0da",
    "a  da",
    "\u0430da",
    "ad\u03b1",
    "ada\ue000",
    "ada\u200d",
)
M_OF_N = {"type": "m_of_n", "m": 2, "n": 3}

_serial = count(1)


def make_facility(**fields: Any) -> Facility:
    return Facility.objects.create(**{"name": f"school {next(_serial)}", **fields})


def make_user(facility: Facility | None, **fields: Any) -> User:
    user = _new_user(facility, **fields)
    user.save(force_insert=True)
    return user


def _new_user(facility: Facility | None, **fields: Any) -> User:
    number = next(_serial)
    fields = {"username": f"user{number}", "external_id": f"external{number}", **fields}
    password = fields.pop("password", PASSWORD)
    user = User(facility=facility, **fields)
    user.set_password(password)
    return user


def make_key(facility: Facility, *scopes: Scope) -> str:
    granted = set(scopes) or {Scope.READ, Scope.WRITE}
    return services.create_api_key(facility, name="app", scopes=granted, at=NOW)[1]


def make_quiz(*places: Classroom | LearnerGroup, active: bool = True) -> Quiz:
    quiz = Quiz.objects.create(facility=_facility_of(places[0]), title="quiz", active=active)
    for place in places:
        QuizAssignment.objects.create(quiz=quiz, **_target(place))
    return quiz


def make_lesson(*places: Classroom | LearnerGroup, active: bool = True) -> Lesson:
    lesson = Lesson.objects.create(facility=_facility_of(places[0]), title="lesson", active=active)
    for place in places:
        LessonAssignment.objects.create(lesson=lesson, **_target(place))
    return lesson


def _facility_of(place: Classroom | LearnerGroup) -> Facility:
    return place.facility if isinstance(place, Classroom) else place.classroom.facility


def _target(place: Classroom | LearnerGroup) -> dict[str, Any]:
    return {"classroom" if isinstance(place, Classroom) else "group": place}


@dataclass(kw_only=True)
class School:
    """Two classes of one facility, the people with access to them, and another facility.

    `ada` attends 7A and is in its group, `ben` attends 7A, `chen` attends 7B; `coach` coaches
    7A. `stranger` and `foreign_coach` belong to the other facility.
    """

    facility: Facility
    class_7a: Classroom
    class_7b: Classroom
    group: LearnerGroup
    ada: User
    ben: User
    chen: User
    coach: User
    facility_coach: User
    admin: User
    superuser: User
    elsewhere: Facility
    foreign_class: Classroom
    stranger: User
    foreign_coach: User

    def key(self, *scopes: Scope) -> str:
        return make_key(self.facility, *scopes)


def make_school() -> School:
    """Create the school with one statement per table, because most tests need it."""
    facility, elsewhere = Facility(name="Riverside"), Facility(name="Hillside")
    class_7a, class_7b = (Classroom(facility=facility, name=name) for name in ("7A", "7B"))
    foreign_class = Classroom(facility=elsewhere, name="1X")
    staff = {"external_id": None, "is_staff": True}
    school = School(
        facility=facility,
        class_7a=class_7a,
        class_7b=class_7b,
        group=LearnerGroup(classroom=class_7a, name="fractions"),
        ada=_new_user(facility, username="ada", full_name="Ada", external_id="student_ada"),
        ben=_new_user(facility, username="ben", external_id="student_ben"),
        chen=_new_user(facility, username="chen", external_id="student_chen"),
        coach=_new_user(facility, username="coach", **staff),
        facility_coach=_new_user(facility, username="facility_coach", **staff),
        admin=_new_user(facility, username="admin", **staff),
        superuser=_new_user(None, username="root", is_superuser=True, is_staff=True),
        elsewhere=elsewhere,
        foreign_class=foreign_class,
        stranger=_new_user(elsewhere, username="stranger", external_id="student_ada"),
        foreign_coach=_new_user(elsewhere, username="foreign_coach", **staff),
    )
    Facility.objects.bulk_create([facility, elsewhere])
    Classroom.objects.bulk_create([class_7a, class_7b, foreign_class])
    school.group.save(force_insert=True)
    User.objects.bulk_create(person for person in vars(school).values() if isinstance(person, User))
    _fill(school)
    return school


def _fill(school: School) -> None:
    """Create the enrolments, the group membership and the roles, as the services would."""
    attended = [
        (school.ada, school.class_7a), (school.ben, school.class_7a),
        (school.chen, school.class_7b), (school.stranger, school.foreign_class),
    ]  # fmt: skip
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(user=learner, classroom=classroom) for learner, classroom in attended
    )
    GroupMembership.objects.create(enrolment=enrolments[0], group=school.group)
    Role.objects.bulk_create(
        [
            Role(user=school.coach, kind=RoleKind.COACH, classroom=school.class_7a),
            Role(user=school.facility_coach, kind=RoleKind.COACH, facility=school.facility),
            Role(user=school.admin, kind=RoleKind.ADMIN, facility=school.facility),
            Role(user=school.foreign_coach, kind=RoleKind.COACH, classroom=school.foreign_class),
        ]
    )


def video(**fields: Any) -> dict[str, Any]:
    """Return a body that starts a session on a video."""
    return {
        "node_id": uuid7().hex,
        "content_id": uuid7().hex,
        "channel_id": uuid7().hex,
        "kind": "video",
        **fields,
    }


def exercise(**fields: Any) -> dict[str, Any]:
    """Return a body that starts a session on an exercise, mastered by 2 of 3."""
    return video(**{"kind": "exercise", "mastery_model": M_OF_N, **fields})


def answered(item: str = "q1", correct: float = 1, **fields: Any) -> dict[str, Any]:
    """Return an interaction."""
    return {"item": item, "correct": correct, "time_spent": 10, "answer": {"a": 1}, **fields}


def key_row(secret: str) -> ApiKey:
    return services.find_key(secret, at=NOW)


def is_hex_uuid(text: str) -> bool:
    return text == UUID(text).hex
