"""Checks that a lesson, quiz or course session is assigned to the learner."""

from __future__ import annotations

from uuid import UUID

from logger.commands import StartSession
from roster.models import CourseSession, Lesson, Quiz, User


class NotAssigned(LookupError):
    """This is not assigned to the learner."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class QuizClosed(PermissionError):
    """The quiz is not open to you, or is finished."""


def refuse_unassigned(start: StartSession, learner: User) -> None:
    """Refuse a lesson, quiz or course session that is not open to the learner (contract 1.1)."""
    if start.quiz_id:
        refuse_closed_quiz(start.quiz_id, learner)
    # An inactive lesson is accepted, as in Kolibri.
    if start.lesson_id and not _is_assigned(Lesson, start.lesson_id, learner):
        raise NotAssigned("lesson_id")
    if start.course_session_id and not _is_assigned(
        CourseSession, start.course_session_id, learner
    ):
        raise NotAssigned("course_session_id")


def _is_assigned(model: type[Lesson | CourseSession], key: UUID, learner: User) -> bool:
    return model.objects.assigned_to(learner).filter(pk=key).exists()


def refuse_closed_quiz(quiz_id: UUID, learner: User) -> None:
    """Refuse a quiz that is not active, or not assigned to the learner."""
    if not Quiz.objects.assigned_to(learner).filter(pk=quiz_id, active=True).exists():
        raise QuizClosed
