"""The write path of progress tracking: starting a session and moving it on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from logger.attempts import Attempts, TooMuchHistory, UnknownAttempt
from logger.commands import StartSession, UpdateSession
from logger.mastery import Criterion
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from logger.models.base import Timed
from roster.models import Actor, ApiKey, CourseSession, Facility, Lesson, Quiz, User
from roster.services import (
    NotForYou,
    guest_facility,
    lock_found,
    lock_learner,
    lock_recorded_learner,
)

__all__ = [
    "PAST_ATTEMPT",
    "NotAssigned",
    "QuizClosed",
    "StartedSession",
    "TooMuchHistory",
    "UnknownAttempt",
    "UnknownSession",
    "UpdatedSession",
    "start_session",
    "update_session",
]

GUEST_LIFETIME = timedelta(hours=24)
PAST_ATTEMPT = (
    "id", "correct", "complete", "hinted", "error", "item", "answer", "time_spent",
)  # fmt: skip


class UnknownSession(LookupError):
    """There is no such session of yours."""


class NotAssigned(LookupError):
    """This is not assigned to the learner."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class QuizClosed(PermissionError):
    """The quiz is not open to you, or is finished."""


@dataclass(frozen=True, kw_only=True)
class StartedSession:
    """A new session, and where the learner stands with its content."""

    session: ContentSession
    progress: float = 0.0
    time_spent: float = 0.0
    extra_fields: dict[str, Any] = field(default_factory=dict)
    complete: bool = False
    mastery_criterion: dict[str, Any] | None = None
    past_attempts: list[dict[str, Any]] = field(default_factory=list)
    total_attempts: int = 0


@dataclass(frozen=True, kw_only=True)
class UpdatedSession:
    """Whether the content is done now; the attempts touched, None where none were sent."""

    learner_id: UUID | None
    complete: bool
    attempts: list[AttemptLog] | None = None


# Starting.


@transaction.atomic
def start_session(start: StartSession, *, actor: Actor, at: datetime) -> StartedSession:
    """Open a session for the learner a request records for, or for a guest (contract 1.1).

    Raises
    ------
    CredentialsNeeded, NotForYou, UnknownLearner : see `lock_recorded_learner`.
    NotAssigned : the lesson or course session is not the learner's.
    QuizClosed : the quiz is not open to the learner, or finished and not repeated.
    """
    learner = lock_recorded_learner(actor, start.user_id, at=at)
    if learner is None:
        return _start_as_guest(start, facility=guest_facility(actor), at=at)
    _refuse_unassigned(start, learner)
    summary, is_new = _summary(learner, start, at=at)
    mastery_log = _open_try(summary, start, is_new=is_new, at=at)
    session = _new_session(
        start, learner.facility_id, at=at, user=learner, summary=summary, mastery_log=mastery_log
    )
    return StartedSession(
        session=session,
        progress=summary.progress,
        extra_fields=summary.extra_fields,
        complete=(mastery_log or summary).complete,
        time_spent=(mastery_log or summary).time_spent,
        mastery_criterion=mastery_log.mastery_criterion if mastery_log else None,
        past_attempts=_past_attempts(mastery_log),
        total_attempts=mastery_log.attempt_count if mastery_log else 0,
    )


def _start_as_guest(start: StartSession, *, facility: Facility, at: datetime) -> StartedSession:
    if start.lesson_id or start.quiz_id or start.course_session_id:
        raise NotForYou("Guests have no assignments.")
    return StartedSession(
        session=_new_session(start, facility.pk, at=at), mastery_criterion=start.mastery_model
    )


def _new_session(
    start: StartSession, facility_id: UUID | None, *, at: datetime, **owned: Any
) -> ContentSession:
    return ContentSession.objects.create(
        facility_id=facility_id,
        content_id=start.content_id,
        channel_id=start.channel_id,
        kind=start.kind,
        node_id=start.node_id,
        lesson_id=start.lesson_id,
        quiz_id=start.quiz_id,
        course_session_id=start.course_session_id,
        start_timestamp=at,
        end_timestamp=at,
        **owned,
    )


def _refuse_unassigned(start: StartSession, learner: User) -> None:
    if start.quiz_id:
        _refuse_closed_quiz(start.quiz_id, learner)
    # An inactive lesson is accepted, as Kolibri does.
    if start.lesson_id and not _is_assigned(Lesson, start.lesson_id, learner):
        raise NotAssigned("lesson_id")
    if start.course_session_id and not _is_assigned(
        CourseSession, start.course_session_id, learner
    ):
        raise NotAssigned("course_session_id")


def _is_assigned(model: type[Lesson | CourseSession], key: UUID, learner: User) -> bool:
    return model.objects.assigned_to(learner).filter(pk=key).exists()


def _refuse_closed_quiz(quiz_id: UUID, learner: User) -> None:
    if not Quiz.objects.assigned_to(learner).filter(pk=quiz_id, active=True).exists():
        raise QuizClosed


def _summary(learner: User, start: StartSession, *, at: datetime) -> tuple[ContentSummary, bool]:
    """Get or create the one summary of the learner and the content, and whether it is new."""
    summary = ContentSummary.objects.filter(user=learner, content_id=start.content_id).first()
    if summary is None:
        summary = ContentSummary.objects.create(
            user=learner,
            content_id=start.content_id,
            channel_id=start.channel_id,
            kind=start.kind,
            start_timestamp=at,
            end_timestamp=at,
        )
        return summary, True
    summary.channel_id = start.channel_id
    summary.touch(at=at)
    if start.repeat:
        summary.progress = 0.0
    summary.save(update_fields=["channel_id", "end_timestamp", "progress"])
    return summary, False


def _open_try(
    summary: ContentSummary, start: StartSession, *, is_new: bool, at: datetime
) -> MasteryLog | None:
    """Return the try to go on with: the open one, else the latest, else a new one."""
    if start.mastery_model is None:
        return None
    is_quiz = Criterion.of(start.mastery_model).is_quiz
    level = _draw_quiz_level() if is_quiz else 1
    series = MasteryLog.objects.filter(
        summary=summary, is_quiz=is_quiz, is_coach_assigned=start.quiz_id is not None
    )
    latest = None if is_new else series.with_levels(level).open_first().first()
    if latest is not None:
        if not (start.repeat and latest.complete):
            if latest.complete and latest.is_coach_assigned:
                raise QuizClosed
            return latest
        level = _next_level(latest, level)
    return MasteryLog.objects.create(
        user_id=summary.user_id,
        summary=summary,
        content_id=summary.content_id,
        mastery_level=level,
        is_quiz=is_quiz,
        is_coach_assigned=start.quiz_id is not None,
        mastery_criterion=start.mastery_model,
        start_timestamp=at,
        end_timestamp=at,
    )


def _next_level(latest: MasteryLog, drawn: int) -> int:
    """Return the next exercise number, or a drawn quiz number that is not taken."""
    if not latest.is_quiz:
        return latest.top_level + 1
    taken = latest.level_taken
    while taken:
        drawn = _draw_quiz_level()
        taken = MasteryLog.objects.filter(summary=latest.summary_id, mastery_level=drawn).exists()
    return drawn


def _draw_quiz_level() -> int:
    """Draw a negative 32-bit integer, as Kolibri numbers its quizzes' tries."""
    return -1 - secrets.randbelow(2**31)


def _past_attempts(mastery_log: MasteryLog | None) -> list[dict[str, Any]]:
    if mastery_log is None or not mastery_log.attempt_count:
        return []
    newest = mastery_log.attempts.all().latest_started_first()
    return list(newest.values(*PAST_ATTEMPT)[: mastery_log.criterion.past_attempts])


# Moving on.


@transaction.atomic
def update_session(
    session_id: UUID, update: UpdateSession, *, actor: Actor, at: datetime
) -> UpdatedSession:
    """Move a session, its summary and its try on by what a client reports (contract 1.2).

    Raises
    ------
    UnknownSession : there is none the actor may record in.
    QuizClosed : the quiz is no longer open to the learner, or its try is finished.
    UnknownAttempt, TooMuchHistory : see `Attempts.apply`.
    """
    session = _lock_session(session_id, actor, at=at)
    if session.quiz_id is not None:
        _refuse_finished_quiz(session, session.quiz_id)
    # However long requests waited for the lock, they happen one after the other.
    at = max([at, *(log.end_timestamp for log in _logs(session))])
    session.advance(update, at=at)
    if session.summary is not None:
        session.summary.advance(update, at=at)
    attempts = _work(session, update, at=at)
    session.save(update_fields=[*ContentSession.ADVANCED, "attempt_count"])
    if session.summary is not None:
        session.summary.save(update_fields=ContentSummary.ADVANCED)
    return UpdatedSession(
        learner_id=session.user_id,
        complete=(session.summary or session).complete,
        attempts=attempts,
    )


def _lock_session(session_id: UUID, actor: Actor, *, at: datetime) -> ContentSession:
    """Lock the learner whose session this is (a guest's: the session), then read it."""
    learner: User | None = None
    if isinstance(actor, User):
        learner = lock_learner(actor.pk)
    elif isinstance(actor, ApiKey):
        owner = ContentSession.objects.filter(pk=session_id).values("user")
        learner = lock_found(User.objects.in_facility(actor.facility_id).filter(pk__in=owner))
    if learner is None:
        return _lock_guest_session(session_id, actor, at=at)
    session = (
        ContentSession.objects.filter(pk=session_id, user=learner)
        .select_related("summary", "mastery_log")
        .first()
    )
    if session is None:
        raise UnknownSession
    session.user = learner
    return session


def _lock_guest_session(session_id: UUID, actor: Actor, *, at: datetime) -> ContentSession:
    sessions = ContentSession.objects.filter(
        pk=session_id, user=None, start_timestamp__gt=at - GUEST_LIFETIME
    )
    if isinstance(actor, ApiKey):
        sessions = sessions.filter(facility=actor.facility_id)
    session = sessions.select_for_update(no_key=True).first()
    if session is None:
        raise UnknownSession
    return session


def _logs(session: ContentSession) -> list[Timed]:
    """Return what a session moves on: itself, and its learner's summary and try."""
    return [log for log in (session, session.summary, session.mastery_log) if log is not None]


def _refuse_finished_quiz(session: ContentSession, quiz_id: UUID) -> None:
    if session.user is None or session.mastery_log is None or session.mastery_log.complete:
        raise QuizClosed
    _refuse_closed_quiz(quiz_id, session.user)


def _work(
    session: ContentSession, update: UpdateSession, *, at: datetime
) -> list[AttemptLog] | None:
    """Write the interactions as attempts, and judge the try they belong to, if any."""
    tried = session.mastery_log
    window = tried.criterion.window if tried else 0
    attempts = Attempts(session, update.interactions or (), window=window)
    touched = attempts.apply(update.interactions or (), at=at)
    attempts.save()
    # A client's clock may be a little ahead; what comes next is not to be earlier.
    newest = max([at, *(attempt.end_timestamp for attempt in touched)])
    for log in _logs(session):
        log.touch(at=newest)
    if tried and session.summary:
        if touched and tried.criterion.met(attempts.scores()):
            session.finish(at=at)
            session.summary.finish(at=at)
        tried.advance(update.time_spent_delta, at=at)
        if session.summary.complete:
            tried.finish(at=at)
        tried.save(update_fields=MasteryLog.PROGRESSED)
    return None if update.interactions is None else touched
