"""Models of the roster."""

from __future__ import annotations

from infra.api.idempotency.models import IdempotencyRecord
from infra.exports.models import Export, ExportFormat, ExportState
from roster.models.actor_values import ActorValues, actor_values
from roster.models.assignments import (
    Assignable,
    AssignableQuerySet,
    Assignment,
    CourseSession,
    CourseSessionAssignment,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
)
from roster.models.audit import AuditAction, AuditEntry
from roster.models.facilities import Classroom, Facility, LearnerGroup
from roster.models.family_links import FamilyLink
from roster.models.keys import ApiKey, LearnerToken, Scope
from roster.models.login_sessions import LoginSession
from roster.models.memberships import Membership
from roster.models.password_resets import PasswordReset
from roster.models.people import (
    Actor,
    Enrolment,
    GroupMembership,
    Role,
    RoleKind,
    User,
    UserQuerySet,
)

__all__ = [
    "Actor",
    "ActorValues",
    "ApiKey",
    "Assignable",
    "AssignableQuerySet",
    "Assignment",
    "AuditAction",
    "AuditEntry",
    "Classroom",
    "CourseSession",
    "CourseSessionAssignment",
    "Enrolment",
    "Export",
    "ExportFormat",
    "ExportState",
    "Facility",
    "FamilyLink",
    "GroupMembership",
    "IdempotencyRecord",
    "LearnerGroup",
    "LearnerToken",
    "Lesson",
    "LessonAssignment",
    "LoginSession",
    "Membership",
    "PasswordReset",
    "Quiz",
    "QuizAssignment",
    "Role",
    "RoleKind",
    "Scope",
    "User",
    "UserQuerySet",
    "actor_values",
]
