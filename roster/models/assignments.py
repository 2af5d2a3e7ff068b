"""Lessons, quizzes and course sessions, and to whom they are assigned."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from roster.models.base import Keyed
from roster.models.people import GroupMembership, User
from roster.models.places import Classroom, Facility, LearnerGroup

A = TypeVar("A", bound="Assignable")


class AssignableQuerySet(models.QuerySet[A]):
    def assigned_to(self, learner: User) -> Self:
        """Those assigned to a classroom or a group of the learner."""
        theirs = self.model._default_manager.filter(
            Q(assignments__classroom__in=learner.enrolments.values("classroom"))
            | Q(
                assignments__group__in=GroupMembership.objects.filter(
                    enrolment__user=learner
                ).values("group")
            )
        )
        return self.filter(pk__in=theirs.values("pk"))


class Assignable(Keyed):
    """Something coaches hand out to classrooms and groups."""

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


class Assignment(Keyed):
    """One hand-out to one classroom or one group."""

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


class Lesson(Assignable):
    """A sequence of resources a coach hands out."""

    objects = AssignableQuerySet["Lesson"].as_manager()


class LessonAssignment(Assignment):
    """One lesson is handed out to one classroom or group."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="assignments")

    class Meta(Assignment.Meta):
        constraints = [
            *Assignment.Meta.constraints,
            models.UniqueConstraint(fields=["lesson", "classroom"], name="lesson_once_per_class"),
            models.UniqueConstraint(fields=["lesson", "group"], name="lesson_once_per_group"),
        ]


class Quiz(Assignable):
    """A set of questions a coach hands out, answered once unless a repeat is allowed."""

    objects = AssignableQuerySet["Quiz"].as_manager()

    class Meta:
        verbose_name_plural = "quizzes"


class QuizAssignment(Assignment):
    """One quiz is handed out to one classroom or group."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="assignments")

    class Meta(Assignment.Meta):
        constraints = [
            *Assignment.Meta.constraints,
            models.UniqueConstraint(fields=["quiz", "classroom"], name="quiz_once_per_class"),
            models.UniqueConstraint(fields=["quiz", "group"], name="quiz_once_per_group"),
        ]


class CourseSession(Assignable):
    """One run of a course for the classrooms and groups it is handed out to."""

    objects = AssignableQuerySet["CourseSession"].as_manager()


class CourseSessionAssignment(Assignment):
    """One course session is handed out to one classroom or group."""

    course_session = models.ForeignKey(
        CourseSession, on_delete=models.CASCADE, related_name="assignments"
    )

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
