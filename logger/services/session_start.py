"""Start of a session, with the learner's summary and try of its content."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, IntegerField, UUIDField

from infra.db.byte_limits import ByteLimitedRows
from infra.db.compiled_queries import CompiledQuery, CompiledUpdate, CompiledUpsert, Param
from logger.commands import StartSession
from logger.mastery import Criterion
from logger.models import ContentSession, ContentSummary, MasteryLog
from logger.services.assignment_checks import QuizClosed, refuse_unassigned
from roster.models import Actor, Facility, User
from roster.services import (
    CannotRecordForOthers,
    charge_learner,
    guest_facility,
    resolve_and_lock_learner,
)

PAST_ATTEMPT = (
    "id", "correct", "complete", "hinted", "error", "item", "answer", "time_spent",
)  # fmt: skip

# A session, a summary and a try.
MAX_ROWS = 3
# The statements of every start, compiled once (decision 12).
_SUMMARY = CompiledQuery(
    lambda: ContentSummary.objects.filter(
        user_id=Param("learner", UUIDField()), content_id=Param("content", UUIDField())
    )
)
_LATEST_TRY = CompiledQuery(
    lambda: (
        MasteryLog.objects.filter(
            summary_id=Param("summary", UUIDField()),
            is_quiz=Param("is_quiz", BooleanField()),
            is_coach_assigned=Param("is_coach_assigned", BooleanField()),
        )
        .with_series_levels(Param("level", IntegerField()))
        .open_first()[:1]
    )
)
_SAVE_SUMMARY = CompiledUpdate(ContentSummary, ["channel_id", "end_timestamp", "progress"])
_INSERT_SUMMARY = CompiledUpsert(ContentSummary)
_INSERT_TRY = CompiledUpsert(MasteryLog)
_INSERT_SESSION = CompiledUpsert(ContentSession)


@dataclass(frozen=True, kw_only=True)
class StartedSession:
    """A new session, with the learner's progress at its content."""

    session: ContentSession
    progress: float = 0.0
    time_spent: float = 0.0
    extra_fields: dict[str, Any] = field(default_factory=dict)
    complete: bool = False
    mastery_criterion: dict[str, Any] | None = None
    past_attempts: list[dict[str, Any]] = field(default_factory=list)
    total_attempts: int = 0


@transaction.atomic
def start_session(start: StartSession, *, actor: Actor, at: datetime) -> StartedSession:
    """Open a session for the learner the request records for, or for a guest (contract 1.1).

    Raises
    ------
    AuthenticationRequired, CannotRecordForOthers, UnknownLearner, LearnerQuotaUsed : see
        `resolve_and_lock_learner`.
    NotAssigned : the lesson or course session is not assigned to the learner.
    QuizClosed : the quiz is not open to the learner, or finished and not repeated.
    """
    learner = resolve_and_lock_learner(actor, start.user_id, at=at)
    if learner is None:
        return _start_as_guest(start, facility=guest_facility(actor), at=at)
    refuse_unassigned(start, learner)
    summary, is_new = _get_or_create_summary(learner, start, at=at)
    at = summary.end_timestamp  # Not before the latest activity: a client's clock may be ahead.
    mastery_log = _get_or_create_try(summary, start, is_new=is_new, at=at)
    session = _create_session(
        start, learner.facility_id, at=at, user=learner, summary=summary, mastery_log=mastery_log
    )
    charge_learner(learner.pk, rows=MAX_ROWS)
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
        raise CannotRecordForOthers("Guests have no assignments.")
    return StartedSession(
        session=_create_session(start, facility.pk, at=at), mastery_criterion=start.mastery_model
    )


def _create_session(
    start: StartSession, facility_id: UUID | None, *, at: datetime, **learner_fields: Any
) -> ContentSession:
    session = ContentSession(
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
        **learner_fields,
    )
    _INSERT_SESSION([session])
    return session


def _get_or_create_summary(
    learner: User, start: StartSession, *, at: datetime
) -> tuple[ContentSummary, bool]:
    """Get or create the summary of the learner and the content; return also if it is new."""
    summary = _SUMMARY.one(learner=learner.pk, content=start.content_id)
    if summary is None:
        summary = ContentSummary(
            user=learner,
            content_id=start.content_id,
            channel_id=start.channel_id,
            kind=start.kind,
            start_timestamp=at,
            end_timestamp=at,
        )
        _INSERT_SUMMARY([summary])
        return summary, True
    summary.channel_id = start.channel_id
    summary.touch(at=at)
    if start.repeat:
        summary.progress = 0.0
    _SAVE_SUMMARY(summary)
    return summary, False


def _get_or_create_try(
    summary: ContentSummary, start: StartSession, *, is_new: bool, at: datetime
) -> MasteryLog | None:
    """Return the try to continue: the open one, else the latest, else a new one."""
    if start.mastery_model is None:
        return None
    is_quiz = Criterion.of(start.mastery_model).is_quiz
    level = _draw_quiz_level() if is_quiz else 1
    is_coach_assigned = start.quiz_id is not None
    latest = None
    if not is_new:
        latest = _LATEST_TRY.one(
            summary=summary.pk, is_quiz=is_quiz, is_coach_assigned=is_coach_assigned, level=level
        )
    if latest is not None:
        if not (start.repeat and latest.complete):
            if latest.complete and latest.is_coach_assigned:
                raise QuizClosed
            return latest
        level = _next_level(latest, level)
    mastery_log = MasteryLog(
        user_id=summary.user_id,
        summary=summary,
        content_id=summary.content_id,
        mastery_level=level,
        is_quiz=is_quiz,
        is_coach_assigned=is_coach_assigned,
        mastery_criterion=start.mastery_model,
        start_timestamp=at,
        end_timestamp=at,
    )
    _INSERT_TRY([mastery_log])
    return mastery_log


def _next_level(latest: MasteryLog, drawn: int) -> int:
    """Return the next level of an exercise, or a random level of a quiz that is not taken."""
    if not latest.is_quiz:
        return latest.top_level + 1
    taken = latest.level_taken
    while taken:
        drawn = _draw_quiz_level()
        taken = MasteryLog.objects.filter(summary=latest.summary_id, mastery_level=drawn).exists()
    return drawn


def _draw_quiz_level() -> int:
    """Return a random negative 32-bit integer, as Kolibri numbers tries at quizzes."""
    return -1 - secrets.randbelow(2**31)


def _past_attempts(mastery_log: MasteryLog | None) -> list[dict[str, Any]]:
    """Return the attempts a client needs, newest first, up to a limit in bytes."""
    if mastery_log is None or not mastery_log.attempt_count:
        return []
    count = mastery_log.attempt_count
    newest = mastery_log.attempts.all().latest_started_first().values(*PAST_ATTEMPT)
    limited_rows = ByteLimitedRows(newest, min(mastery_log.criterion.past_attempts or count, count))
    return limited_rows.hydrate(limited_rows.batches[0])
