"""Lessons, quizzes and course sessions, and their assignments to classes and groups."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from infra.db.models import UUIDModel
from roster.models.facilities import Classroom, Facility, LearnerGroup
from roster.models.people import Actor, GroupMembership, User

A = TypeVar("A", bound="Assignable")
H = TypeVar("H", bound="Assignment")


class AssignableQuerySet(models.QuerySet[A]):
    def visible_to(self, actor: Actor) -> Self:
        """Rows that belong or are assigned to places the actor manages, or to the actor."""
        if actor.is_superuser:
            return self
        staffed = Classroom.objects.managed_by(actor)
        owned = Q(facility__in=Facility.objects.managed_by(actor)) | Q(classroom__in=staffed)
        if not isinstance(actor, User):
            return self.filter(owned)
        assigned = self._for_places(staffed, LearnerGroup.objects.filter(classroom__in=staffed))
        return self.filter(owned | assigned | self._for_learner(actor))

    def assigned_to(self, learner: User) -> Self:
        """Rows assigned to a classroom or a group of the learner."""
        return self.filter(self._for_learner(learner))

    def _for_learner(self, learner: User) -> Q:
        memberships = GroupMembership.objects.filter(enrolment__user=learner)
        return self._for_places(learner.enrolments.values("classroom"), memberships.values("group"))

    def _for_places(
        self, classrooms: models.QuerySet[Any, Any], groups: models.QuerySet[Any, Any]
    ) -> Q:
        """Return the condition of rows assigned to these places; a subquery repeats no row."""
        rows = self.model._default_manager.filter(
            Q(assignments__classroom__in=classrooms) | Q(assignments__group__in=groups)
        )
        return Q(pk__in=rows.values("pk"))


class Assignable(UUIDModel):
    """Base of what coaches assign to classrooms and groups."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("facility_id", "classroom_id", "title", "active")

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="+")
    classroom = models.ForeignKey(
        Classroom, on_delete=models.CASCADE, related_name="+", null=True, blank=True,
        help_text="The class whose coaches look after it; empty: the facility's.",
    )  # fmt: skip
    title = models.CharField(max_length=200)
    active = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def collection_id(self) -> UUID:
        """Id of the place the row belongs to: its classroom, else its facility."""
        return self.classroom_id or self.facility_id


class AssignmentQuerySet(models.QuerySet[H]):
    def visible_to(self, actor: Actor) -> Self:
        """Assignments to places visible to the actor."""
        known = Classroom.objects.visible_to(actor)
        return self.filter(Q(classroom__in=known) | Q(group__classroom__in=known))


class Assignment(UUIDModel):
    """Base of the assignment to one classroom or one group."""

    classroom = models.ForeignKey(
        Classroom, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    group = models.ForeignKey(
        LearnerGroup, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(classroom__isnull=False) ^ Q(group__isnull=False),
                name="%(class)s_is_to_one_place",
            ),
        ]

    def __str__(self) -> str:
        return str(self.classroom or self.group)

    @property
    def place_id(self) -> UUID | None:
        """Id of the classroom or the group."""
        return self.classroom_id or self.group_id


class Lesson(Assignable):
    """One lesson: a sequence of resources that coaches assign."""

    objects = AssignableQuerySet["Lesson"].as_manager()


class LessonAssignment(Assignment):
    """Assignment of one lesson to one classroom or group."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("lesson_id", "classroom_id", "group_id")

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="assignments")

    objects = AssignmentQuerySet["LessonAssignment"].as_manager()

    class Meta(Assignment.Meta):
        constraints = [
            *Assignment.Meta.constraints,
            models.UniqueConstraint(fields=["lesson", "classroom"], name="lesson_once_per_class"),
            models.UniqueConstraint(fields=["lesson", "group"], name="lesson_once_per_group"),
        ]


class Quiz(Assignable):
    """One quiz: questions that coaches assign, answered once unless repeats are allowed."""

    objects = AssignableQuerySet["Quiz"].as_manager()

    class Meta:
        verbose_name_plural = "quizzes"


class QuizAssignment(Assignment):
    """Assignment of one quiz to one classroom or group."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("quiz_id", "classroom_id", "group_id")

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="assignments")

    objects = AssignmentQuerySet["QuizAssignment"].as_manager()

    class Meta(Assignment.Meta):
        constraints = [
            *Assignment.Meta.constraints,
            models.UniqueConstraint(fields=["quiz", "classroom"], name="quiz_once_per_class"),
            models.UniqueConstraint(fields=["quiz", "group"], name="quiz_once_per_group"),
        ]


class CourseSession(Assignable):
    """One run of a course for the classrooms and groups it is assigned to."""

    objects = AssignableQuerySet["CourseSession"].as_manager()


class CourseSessionAssignment(Assignment):
    """Assignment of one course session to one classroom or group."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("course_session_id", "classroom_id", "group_id")

    course_session = models.ForeignKey(
        CourseSession, on_delete=models.CASCADE, related_name="assignments"
    )

    objects = AssignmentQuerySet["CourseSessionAssignment"].as_manager()

    class Meta(Assignment.Meta):
        constraints = [
            *Assignment.Meta.constraints,
            models.UniqueConstraint(
                fields=["course_session", "classroom"], name="course_session_once_per_class"
            ),
            models.UniqueConstraint(
                fields=["course_session", "group"], name="course_session_once_per_group"
            ),
        ]
