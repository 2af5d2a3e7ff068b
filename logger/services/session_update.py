"""Update of a session: progress, time, and interactions with questions."""

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
# The statements of every answer, compiled once (decision 12).
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
        ContentSession.objects.filter(  # type: ignore[no-redef]  # declared on the model
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
    """You have no session with this id."""


@dataclass(frozen=True, kw_only=True)
class UpdatedSession:
    """The completion of the content, and the attempts changed; None if none were sent."""

    learner_id: UUID | None
    complete: bool
    attempts: list[AttemptLog] | None = None


@transaction.atomic
def update_session(
    session_id: UUID, update: UpdateSession, *, actor: Actor, at: datetime
) -> UpdatedSession:
    """Update a session, its summary and its try from a client's report (contract 1.2).

    Raises
    ------
    UnknownSession : the session does not exist, or the actor may not record in it.
    QuizClosed : the quiz is no longer open to the learner, or its try is finished.
    UnknownAttempt, TooMuchHistory, TooManyAttempts : see `Attempts.apply`.
    """
    session = _lock_session(session_id, actor, at=at)
    if session.quiz_id is not None:
        _refuse_finished_quiz(session, session.quiz_id)
    clock = Clock(now=at, newest=_latest_activity(session))
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
    """Lock the session's learner, or the session itself for a guest, then read the session."""
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


def _changed_logs(session: ContentSession) -> list[TimedLog]:
    """Return the logs that an update changes: the session, and its learner's summary and try."""
    return [log for log in (session, session.summary, session.mastery_log) if log is not None]


def _latest_activity(session: ContentSession) -> datetime:
    """Return the time of the latest activity of the learner or the guest."""
    ability = _learner_ability(session)
    optional_times = [session.newest_answer, ability.newest if ability else None]
    times = [at for at in optional_times if at is not None]
    return max([*times, *(log.end_timestamp for log in _changed_logs(session))])


def _learner_ability(session: ContentSession) -> LearnerAbility | None:
    """Return the ability of the session's learner, read together with the session."""
    ability: LearnerAbility | None = getattr(session.user, "ability", None)
    return ability


def _refuse_finished_quiz(session: ContentSession, quiz_id: UUID) -> None:
    if session.user is None or session.mastery_log is None or session.mastery_log.complete:
        raise QuizClosed
    refuse_closed_quiz(quiz_id, session.user)


def _apply_interactions(
    session: ContentSession, update: UpdateSession, *, clock: Clock
) -> list[AttemptLog] | None:
    """Save the interactions as attempts, and update their try if there is one."""
    at = clock.next
    mastery_log = session.mastery_log
    window = mastery_log.criterion.window if mastery_log else 0
    attempts = Attempts(session, update.interactions or (), window=window)
    changed = attempts.apply(update.interactions or (), clock=clock)
    attempts.save()
    # A client's clock may be a little ahead; later events must not be earlier than these.
    newest = max([at, *(attempt.end_timestamp for attempt in changed)])
    for log in _changed_logs(session):
        log.touch(at=newest)
    if mastery_log and session.summary:
        if changed and (
            mastery_log.criterion.met(attempts.scores()) or _all_items_complete(mastery_log)
        ):
            session.finish(at=at)
            session.summary.finish(at=at)
        mastery_log.advance(update.time_spent_delta, at=at)
        was_open = not mastery_log.complete
        if session.summary.complete:
            mastery_log.finish(at=at)
        _SAVE_TRY(mastery_log)
        submitted = was_open and mastery_log.complete
        _record_evidence(session, mastery_log, attempts, submitted=submitted, at=clock.now)
    return None if update.interactions is None else changed


def _all_items_complete(mastery_log: MasteryLog) -> bool:
    """Return whether every item the catalogue lists has a complete attempt.

    The attempts must be saved before. Complete tries and tries with another criterion need no
    query.
    """
    if mastery_log.criterion.type is not MasteryType.DO_ALL or mastery_log.complete:
        return False
    items = (
        Content.objects.filter(pk=mastery_log.content_id).values_list("items", flat=True).first()
    )
    if not items:
        return False
    complete = mastery_log.attempts.filter(complete=True).values_list("item", flat=True)
    return mastery_log.criterion.all_done(items, complete.distinct())


def _record_evidence(
    session: ContentSession,
    mastery_log: MasteryLog,
    attempts: Attempts,
    *,
    submitted: bool,
    at: datetime,
) -> None:
    """Record the evidence that the work on a try gives to the learner model."""
    assert session.user is not None  # noqa: S101  # guests have no try
    if not mastery_log.is_quiz:
        answers = answers_to_exercise(session.content_id, attempts.first_answers)
    else:
        answers = answers_to_quiz(mastery_log) if submitted else []
    record_answers(session.user, answers, at=at, ability=_learner_ability(session))
