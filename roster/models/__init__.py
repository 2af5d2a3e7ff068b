"""The roster's tables."""

from __future__ import annotations

from roster.models.assignments import (
    Assignable,
    Assignment,
    CourseSession,
    CourseSessionAssignment,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
)
from roster.models.keys import ApiKey, Scope
from roster.models.people import (
    MAX_FOLDED,
    Actor,
    Enrolment,
    GroupMembership,
    LearnerToken,
    Role,
    RoleKind,
    User,
    UserQuerySet,
    parse_uuid,
)
from roster.models.places import Classroom, Facility, LearnerGroup
from roster.models.retries import MAX_NAME, KeptAnswer
from roster.names import fold_username

__all__ = [
    "MAX_FOLDED",
    "MAX_NAME",
    "Actor",
    "ApiKey",
    "Assignable",
    "Assignment",
    "Classroom",
    "CourseSession",
    "CourseSessionAssignment",
    "Enrolment",
    "Facility",
    "GroupMembership",
    "KeptAnswer",
    "LearnerGroup",
    "LearnerToken",
    "Lesson",
    "LessonAssignment",
    "Quiz",
    "QuizAssignment",
    "Role",
    "RoleKind",
    "Scope",
    "User",
    "UserQuerySet",
    "fold_username",
    "parse_uuid",
]
