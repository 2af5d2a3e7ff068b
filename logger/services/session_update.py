"""Moving a session on: progress, time, and interactions with questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery, UUIDField

from analytics.events import Clock
from analytics.models import Content, LearnerAbility
from analytics.services import record_answers
from infra.db.compiled_queries import CompiledQuery, CompiledUpdate, Param
from logger.attempts import Attempts
from logger.commands import UpdateSession
from logger.evidence import answers_to_exercise, answers_to_quiz
from logger.mastery import MasteryType
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from logger.models.base import TimedLog
from logger.services.assignment_checks import QuizClosed, refuse_closed_quiz
from roster.models import Actor, ApiKey, User
from roster.services import lock_learner

GUEST_LIFETIME = timedelta(hours=24)
# What every answer asks of the database (decision 12).
_SAVE_SESSION = CompiledUpdate(ContentSession, [*ContentSession.UPDATE_FIELDS, "attempt_count"])
_SAVE_SUMMARY = CompiledUpdate(ContentSummary, ContentSummary.UPDATE_FIELDS)
_SAVE_TRY = CompiledUpdate(MasteryLog, MasteryLog.UPDATE_FIELDS)
_OWNER = CompiledQuery(
    lambda: User.objects.filter(
        facility_id=Param("facility", UUIDField()),
        pk__in=ContentSession.objects.filter(pk=Param("session", UUIDField())).values("user"),
    ).select_for_update(no_key=True)
)
_SESSION = CompiledQuery(
    lambda: (
        ContentSession.objects.filter(  # type: ignore[no-redef]  # it is declared on the model
            pk=Param("session", UUIDField()), user_id=Param("learner", UUIDField())
        )
        .select_related("summary", "mastery_log", "user__ability")
        .annotate(
            newest_answer=Subquery(
                AttemptLog.objects.filter(user=OuterRef("user"))
                .newest_first()
                .values("end_timestamp")[:1]
            )
        )
    )
)


class UnknownSession(LookupError):
    """There is no such session of yours."""


@dataclass(frozen=True, kw_only=True)
class UpdatedSession:
    """Whether the content is done now; the attempts touched, None where none were sent."""

    learner_id: UUID | None
    complete: bool
    attempts: list[AttemptLog] | None = None


@transaction.atomic
def update_session(
    session_id: UUID, update: UpdateSession, *, actor: Actor, at: datetime
) -> UpdatedSession:
    """Move a session, its summary and its try on by what a client reports (contract 1.2).

    Raises
    ------
    UnknownSession : there is none the actor may record in.
    QuizClosed : the quiz is no longer open to the learner, or its try is finished.
    UnknownAttempt, TooMuchHistory, TooManyAttempts : see `Attempts.apply`.
    """
    session = _lock_session(session_id, actor, at=at)
    if session.quiz_id is not None:
        _refuse_finished_quiz(session, session.quiz_id)
    clock = Clock(now=at, newest=_newest(session))
    session.advance(update, at=clock.next)
    if session.summary is not None:
        session.summary.advance(update, at=clock.next)
    attempts = _apply_interactions(session, update, clock=clock)
    _SAVE_SESSION(session)
    if session.summary is not None:
        _SAVE_SUMMARY(session.summary)
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
        learner = _OWNER.one(session=session_id, facility=actor.facility_id)
    if learner is None:
        return _lock_guest_session(session_id, actor, at=at)
    session = _SESSION.one(session=session_id, learner=learner.pk)
    if session is None:
        raise UnknownSession
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


def _logs(session: ContentSession) -> list[TimedLog]:
    """Return what a session moves on: itself, and its learner's summary and try."""
    return [log for log in (session, session.summary, session.mastery_log) if log is not None]


def _newest(session: ContentSession) -> datetime:
    """Return when the learner, or the guest, last did something."""
    ability = _ability(session)
    told = [session.newest_answer, ability.newest if ability else None]
    known = [at for at in told if at is not None]
    return max([*known, *(log.end_timestamp for log in _logs(session))])


def _ability(session: ContentSession) -> LearnerAbility | None:
    """Return what the learner model knows of the session's learner, read with the session."""
    found: LearnerAbility | None = getattr(session.user, "ability", None)
    return found


def _refuse_finished_quiz(session: ContentSession, quiz_id: UUID) -> None:
    if session.user is None or session.mastery_log is None or session.mastery_log.complete:
        raise QuizClosed
    refuse_closed_quiz(quiz_id, session.user)


def _apply_interactions(
    session: ContentSession, update: UpdateSession, *, clock: Clock
) -> list[AttemptLog] | None:
    """Write the interactions as attempts, and judge the try they belong to, if any."""
    at = clock.next
    tried = session.mastery_log
    window = tried.criterion.window if tried else 0
    attempts = Attempts(session, update.interactions or (), window=window)
    touched = attempts.apply(update.interactions or (), clock=clock)
    attempts.save()
    # A client's clock may be a little ahead; what comes next is not to be earlier.
    newest = max([at, *(attempt.end_timestamp for attempt in touched)])
    for log in _logs(session):
        log.touch(at=newest)
    if tried and session.summary:
        if touched and (tried.criterion.met(attempts.scores()) or _all_items_complete(tried)):
            session.finish(at=at)
            session.summary.finish(at=at)
        tried.advance(update.time_spent_delta, at=at)
        was_open = not tried.complete
        if session.summary.complete:
            tried.finish(at=at)
        _SAVE_TRY(tried)
        submitted = was_open and tried.complete
        _record_evidence(session, tried, attempts, submitted=submitted, at=clock.now)
    return None if update.interactions is None else touched


def _all_items_complete(tried: MasteryLog) -> bool:
    """Tell whether every item that the catalogue lists has a complete attempt; the rest is saved.

    Where a content is not to be done whole, or done already, nothing is asked.
    """
    if tried.criterion.type is not MasteryType.DO_ALL or tried.complete:
        return False
    items = Content.objects.filter(pk=tried.content_id).values_list("items", flat=True).first()
    if not items:
        return False
    complete = tried.attempts.filter(complete=True).values_list("item", flat=True)
    return tried.criterion.all_done(items, complete.distinct())


def _record_evidence(
    session: ContentSession,
    tried: MasteryLog,
    attempts: Attempts,
    *,
    submitted: bool,
    at: datetime,
) -> None:
    """Record what the work on a try is evidence of."""
    assert session.user is not None  # noqa: S101  # a try is a learner's
    if not tried.is_quiz:
        answers = answers_to_exercise(session.content_id, attempts.answered)
    else:
        answers = answers_to_quiz(tried) if submitted else []
    record_answers(session.user, answers, at=at, ability=_ability(session))
