"""Lessons, quizzes and course sessions, assigned to classes, groups and learners."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from infra.db.models import UUIDModel
from infra.identifiers import parse_uuid
from roster.models.facilities import Classroom, Facility, LearnerGroup
from roster.models.people import Actor, Enrolment, GroupMembership, User, UserQuerySet

A = TypeVar("A", bound="Assignable")
H = TypeVar("H", bound="Assignment")

MAX_CONTENTS = 100
# Of the skills and of the items of a review, each.
MAX_SOURCES = 100


def validate_contents(contents: Any) -> None:
    """Raise a validation error if this is no list of ids of contents, in hex."""
    ids = [parse_uuid(key) if isinstance(key, str) else None for key in contents]
    if any(key is None or key.hex != text for key, text in zip(ids, contents, strict=True)):
        raise ValidationError(_("A list of ids of contents is required."))
    if len(ids) > MAX_CONTENTS:
        raise ValidationError(_("At most 100 contents are allowed."))
    if len(set(ids)) < len(ids):
        raise ValidationError(_("A content is listed twice."))


class AssignableQuerySet(models.QuerySet[A]):
    def visible_to(self, actor: Actor) -> Self:
        """Rows that the actor manages, and those assigned to the actor."""
        if actor.is_superuser:
            return self
        managed = self._managed(actor)
        if not isinstance(actor, User):
            return self.filter(managed)
        return self.filter(managed | self._for_learner(actor))

    def managed_by(self, actor: Actor) -> Self:
        """Rows that belong or are assigned to places the actor manages, drafts too."""
        return self if actor.is_superuser else self.filter(self._managed(actor))

    def assigned_to(self, learner: User) -> Self:
        """Rows assigned to the learner, or to a classroom or a group of theirs; no drafts."""
        return self.filter(self._for_learner(learner))

    def _managed(self, actor: Actor) -> Q:
        staffed = Classroom.objects.managed_by(actor)
        owned = Q(facility__in=Facility.objects.managed_by(actor)) | Q(classroom__in=staffed)
        if not isinstance(actor, User):
            return owned
        groups = LearnerGroup.objects.filter(classroom__in=staffed)
        learners = Enrolment.objects.filter(classroom__in=staffed).values("user")
        return owned | self._for_places(staffed, groups, learners)

    def _for_learner(self, learner: User) -> Q:
        groups = GroupMembership.objects.filter(enrolment__user=learner).values("group")
        classrooms = learner.enrolments.values("classroom")
        return Q(draft=False) & self._for_places(classrooms, groups, [learner.pk])

    def _for_places(
        self,
        classrooms: models.QuerySet[Any, Any],
        groups: models.QuerySet[Any, Any],
        learners: Any,
    ) -> Q:
        """Return the condition of rows assigned to these places; a subquery repeats no row."""
        rows = self.model._default_manager.filter(
            Q(assignments__classroom__in=classrooms) | Q(assignments__group__in=groups)
        )
        to_learner = self._assignments.objects.to_learners().filter(learner__in=learners)
        return Q(pk__in=rows.values("pk")) | Q(pk__in=to_learner.values(self._parent))

    @property
    def _parent(self) -> str:
        return str(self.model.assignments.field.name)  # type: ignore[attr-defined]

    @property
    def _assignments(self) -> Any:
        return self.model.assignments.rel.related_model  # type: ignore[attr-defined]

    def learners(self) -> UserQuerySet:
        """Active learners with an assignment of any of these rows."""
        assignments = self._assignments.objects.filter(**{f"{self._parent}__in": self})
        groups = LearnerGroup.objects.filter(pk__in=assignments.values("group"))
        rooms = Classroom.objects.filter(pk__in=assignments.values("classroom"))
        alone = assignments.to_learners().values("learner")
        active = User.objects.filter(is_active=True)
        return active.filter(
            Q(pk__in=active.enrolled_in(rooms).values("pk"))
            | Q(pk__in=active.in_groups(groups).values("pk"))
            | Q(pk__in=alone)
        )


class Assignable(UUIDModel):
    """Base of what coaches assign to classrooms, groups and learners.

    Learners do not see a draft. `archived` only says that coaches have finished with it.
    `contents` are the ids of its contents in order, in hex: as in sessions, they need not be in the
    catalogue. The contents of a quiz are those its questions come from; its work has its own id.
    """

    EDITABLE_FIELDS: ClassVar[tuple[str, ...]] = (
        "title", "active", "draft", "archived", "due_at", "contents",
    )  # fmt: skip
    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("facility_id", "classroom_id", *EDITABLE_FIELDS)

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="+")
    classroom = models.ForeignKey(
        Classroom, on_delete=models.CASCADE, related_name="+", null=True, blank=True,
        help_text="The class whose coaches look after it; empty: the facility's.",
    )  # fmt: skip
    title = models.CharField(max_length=200)
    active = models.BooleanField(default=True)
    draft = models.BooleanField(default=False, help_text="Learners do not see it yet.")
    archived = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    contents = models.JSONField(default=list, blank=True, validators=[validate_contents])

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
        """Assignments to places and learners visible to the actor."""
        known = Classroom.objects.visible_to(actor)
        return self.filter(
            Q(classroom__in=known)
            | Q(group__classroom__in=known)
            | Q(learner__in=User.objects.visible_to(actor))
        )

    def to_learners(self) -> Self:
        """Assignments to single learners who are still of the row's facility and class."""
        parent = self.model.AUDITED_FIELDS[0].removesuffix("_id")
        return self.filter(
            Q(**{f"{parent}__classroom": None})
            | Q(learner__enrolments__classroom=F(f"{parent}__classroom")),
            learner__facility=F(f"{parent}__facility"),
        )


class Assignment(UUIDModel):
    """Base of the assignment to one classroom, one group or one learner."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]]

    classroom = models.ForeignKey(
        Classroom, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    group = models.ForeignKey(
        LearnerGroup, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(classroom__isnull=False, group__isnull=True, learner__isnull=True)
                | Q(classroom__isnull=True, group__isnull=False, learner__isnull=True)
                | Q(classroom__isnull=True, group__isnull=True, learner__isnull=False),
                name="%(class)s_is_to_one_place",
            ),
        ]

    def __str__(self) -> str:
        return str(self.classroom or self.group or self.learner)

    @property
    def place_id(self) -> UUID | None:
        """Id of the classroom, the group or the learner."""
        return self.classroom_id or self.group_id or self.learner_id


class Lesson(Assignable):
    """One lesson: a sequence of resources that coaches assign.

    A review is a lesson about `skills`, by their codes. `items` are the codes (or GUIDs) of the
    questions to answer. With neither contents nor items, any questions of the skills serve.
    """

    EDITABLE_FIELDS: ClassVar[tuple[str, ...]] = (*Assignable.EDITABLE_FIELDS, "skills", "items")
    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = (*Assignable.AUDITED_FIELDS, "skills", "items")

    skills = models.JSONField(default=list, blank=True)
    items = models.JSONField(default=list, blank=True)

    objects = AssignableQuerySet["Lesson"].as_manager()


class LessonAssignment(Assignment):
    """Assignment of one lesson to one classroom, group or learner."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = (
        "lesson_id",
        "classroom_id",
        "group_id",
        "learner_id",
    )

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="assignments")

    objects = AssignmentQuerySet["LessonAssignment"].as_manager()

    class Meta(Assignment.Meta):
        constraints = [
            *Assignment.Meta.constraints,
            models.UniqueConstraint(fields=["lesson", "classroom"], name="lesson_once_per_class"),
            models.UniqueConstraint(fields=["lesson", "group"], name="lesson_once_per_group"),
            models.UniqueConstraint(fields=["lesson", "learner"], name="lesson_once_per_learner"),
        ]


class Quiz(Assignable):
    """One quiz: questions that coaches assign, answered once unless repeats are allowed."""

    objects = AssignableQuerySet["Quiz"].as_manager()

    class Meta:
        verbose_name_plural = "quizzes"


class QuizAssignment(Assignment):
    """Assignment of one quiz to one classroom, group or learner."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = (
        "quiz_id",
        "classroom_id",
        "group_id",
        "learner_id",
    )

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="assignments")

    objects = AssignmentQuerySet["QuizAssignment"].as_manager()

    class Meta(Assignment.Meta):
        constraints = [
            *Assignment.Meta.constraints,
            models.UniqueConstraint(fields=["quiz", "classroom"], name="quiz_once_per_class"),
            models.UniqueConstraint(fields=["quiz", "group"], name="quiz_once_per_group"),
            models.UniqueConstraint(fields=["quiz", "learner"], name="quiz_once_per_learner"),
        ]


class CourseSession(Assignable):
    """One run of a course for the classrooms and groups it is assigned to."""

    objects = AssignableQuerySet["CourseSession"].as_manager()


class CourseSessionAssignment(Assignment):
    """Assignment of one course session to one classroom, group or learner."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = (
        "course_session_id", "classroom_id", "group_id", "learner_id",
    )  # fmt: skip

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
            models.UniqueConstraint(
                fields=["course_session", "learner"], name="course_session_once_per_learner"
            ),
        ]
