"""The simulated roster: facilities of very different sizes with classes, people, assignments."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analytics.models import ContentKind
from config.seeding.catalogue import QUIZ, Content, items
from config.seeding.paths import Course
from config.seeding.rng import Chance, Weighted, zipf
from roster.models import (
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
    User,
)

SET_PREFIX = "demo-"
ATTEMPTS_PER_FACILITY = 120_000
ATTEMPTS_PER_LEARNER = 200
MIN_LEARNERS = 20
FACILITIES = (2, 40)
CLASS_SIZE = 25
CLASSES_PER_COACH = 2
GROUPS = 2
QUIZZES = 3
IN_TWO_CLASSES = 0.1
LEFT = 0.15
# The share of the whole time after which the last facility of a set was closed.
CLOSED = 0.3
# Weights in percent of learners.
COURSES = Weighted(
    [
        Course.STEADY, Course.FAST, Course.SLOW, Course.MASTERED, Course.LOW, Course.HALTED,
        Course.SPINNING, Course.DECLINING,
    ],
    [35, 20, 15, 12, 6, 6, 3, 3],
)  # fmt: skip
FIRST_NAMES = [
    "Ada", "Amir", "Ben", "Chen", "Dina", "Emil", "Fatima", "Grace", "Hugo", "Ines", "Jonas",
    "Kofi", "Lena", "Mei", "Noor", "Omar",
]  # fmt: skip
LAST_NAMES = [
    "Moreno", "Okafor", "Li", "Haddad", "Novak", "Bello", "Silva", "Kaya", "Jansen", "Mensah",
    "Costa", "Ito", "Weber", "Roy",
]  # fmt: skip


@dataclass(kw_only=True)
class Room:
    """One class with its assignments."""

    classroom: Classroom
    lesson: Lesson
    quizzes: list[Content]


@dataclass(kw_only=True)
class Learner:
    """One learner with activity (`weight`) and course of learning.

    `until` is the end of their work, as a share of the whole time from 0 to 1.
    """

    user: User
    weight: float
    course: Course
    until: float
    rooms: list[Room] = field(default_factory=list)
    done: set[Any] = field(default_factory=set)


@dataclass(kw_only=True)
class Login:
    """A user who can log in, with the password."""

    user: User
    password: str
    role: str


@dataclass(kw_only=True)
class Schools:
    """All roster rows of a set, in an order in which they can be inserted."""

    facilities: list[Facility] = field(default_factory=list)
    learners: list[Learner] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)
    rows: dict[type[Any], list[Any]] = field(default_factory=dict)

    def add(self, row: Any) -> None:
        """Add a row to be inserted."""
        self.rows.setdefault(type(row), []).append(row)


class SchoolBuilder:
    """Builds the schools of one set."""

    def __init__(self, number: int, chance: Chance, *, at: datetime) -> None:
        self.number = number
        self.chance = chance
        self.at = at
        self.made = Schools()
        self.people = 0

    def build(self, attempts: int) -> Schools:
        """Return schools for an installation with this number of attempts."""
        low, high = FACILITIES
        count = min(max(low, attempts // ATTEMPTS_PER_FACILITY), high)
        learners = max(MIN_LEARNERS, attempts // ATTEMPTS_PER_LEARNER)
        shares = zipf(count)
        for rank, share in enumerate(shares, start=1):
            until = CLOSED if rank == count else 1.0
            self._facility(rank, max(2, round(learners * share / sum(shares))), until)
        return self.made

    def _facility(self, rank: int, size: int, until: float) -> None:
        facility = Facility(
            id=self._key(),
            name=f"Demo school {self.number}.{rank}",
            partner_id=f"{SET_PREFIX}{self.number}-{rank}",
        )
        self.made.facilities.append(facility)
        self.made.add(facility)
        self._staff(facility, RoleKind.ADMIN, login=True)
        self._staff(facility, RoleKind.COACH)
        rooms = list(self._rooms(facility, 1 + size // CLASS_SIZE))
        groups = {room.classroom.pk: self._groups(room) for room in rooms}
        for turn in range(size):
            learner = self._learner(facility, until)
            for room in self._attended(rooms, turn):
                self._enrol(learner, room, groups[room.classroom.pk])

    def _rooms(self, facility: Facility, count: int) -> Iterator[Room]:
        coach = None
        for number in range(count):
            classroom = Classroom(id=self._key(), facility=facility, name=f"Class {number + 1}")
            self.made.add(classroom)
            if coach is None or number % CLASSES_PER_COACH == 0:
                coach = self._staff(
                    facility, RoleKind.COACH, classroom=classroom, login=number == 0
                )
            else:
                self._appoint(coach, RoleKind.COACH, classroom=classroom)
            lesson = Lesson(
                id=self._key(), facility=facility, classroom=classroom, title="Week by week"
            )
            self.made.add(lesson)
            self.made.add(LessonAssignment(id=self._key(), lesson=lesson, classroom=classroom))
            quizzes = [self._quiz(classroom, turn) for turn in range(1, QUIZZES + 1)]
            yield Room(classroom=classroom, lesson=lesson, quizzes=quizzes)

    def _quiz(self, classroom: Classroom, turn: int) -> Content:
        quiz = Quiz(
            id=self._key(),
            facility=classroom.facility,
            classroom=classroom,
            title=f"Quiz {turn}",
            active=turn != 1,
        )
        self.made.add(quiz)
        self.made.add(QuizAssignment(id=self._key(), quiz=quiz, classroom=classroom))
        return Content(
            id=quiz.pk,
            kind=ContentKind.QUIZ,
            quiz_id=quiz.pk,
            model={**QUIZ, "coach_assigned": True},
            items=items(self.chance, at=self.at),
            until=0.6 if turn == 1 else 1.0,
        )

    def _groups(self, room: Room) -> list[LearnerGroup]:
        groups = [
            LearnerGroup(id=self._key(), classroom=room.classroom, name=f"Group {number}")
            for number in range(1, GROUPS + 1)
        ]
        for group in groups:
            self.made.add(group)
        return groups

    def _attended(self, rooms: list[Room], turn: int) -> list[Room]:
        first = rooms[turn % len(rooms)]
        other = self.chance.choice(rooms)
        if other is not first and self.chance.happens(IN_TWO_CLASSES):
            return [first, other]
        return [first]

    def _enrol(self, learner: Learner, room: Room, groups: list[LearnerGroup]) -> None:
        learner.rooms.append(room)
        enrolment = Enrolment(id=self._key(), user=learner.user, classroom=room.classroom)
        self.made.add(enrolment)
        if self.chance.happens(0.5):
            group = self.chance.choice(groups)
            self.made.add(GroupMembership(id=self._key(), enrolment=enrolment, group=group))

    def _learner(self, facility: Facility, until: float) -> Learner:
        # Learners without a username were created by an app under its external id.
        named = self.chance.happens(0.6)
        user = self._person(facility, "learner", named=named)
        user.external_id = f"student_{self.people}"
        if self.chance.happens(LEFT):
            until *= self.chance.random()
        learner = Learner(
            user=user,
            weight=self.chance.lognormvariate(0, 1),
            course=COURSES.pick(self.chance),
            until=until,
        )
        self.made.learners.append(learner)
        return learner

    def _staff(
        self, facility: Facility, kind: RoleKind, *, login: bool = False, **place: Any
    ) -> User:
        user = self._person(facility, "admin" if kind is RoleKind.ADMIN else "coach", named=True)
        user.is_staff = True
        self._appoint(user, kind, **(place or {"facility": facility}))
        if login:
            password = secrets.token_urlsafe(12)
            user.set_password(password)
            self.made.logins.append(Login(user=user, password=password, role=kind.label))
        return user

    def _appoint(self, user: User, kind: RoleKind, **place: Any) -> None:
        self.made.add(Role(id=self._key(), user=user, kind=kind, **place))

    def _person(self, facility: Facility, what: str, *, named: bool) -> User:
        self.people += 1
        user = User(
            id=self._key(),
            facility=facility,
            username=f"{what}-{self.number}-{self.people}" if named else None,
            full_name=f"{self.chance.choice(FIRST_NAMES)} {self.chance.choice(LAST_NAMES)}",
            created_at=self.at,
        )
        user.set_unusable_password()
        self.made.add(user)
        return user

    def _key(self) -> Any:
        return self.chance.key(self.at)
