"""Update of sessions: progress, time, and interactions with questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery, UUIDField

from analytics.events import Answer, Clock
from analytics.models import Content, LearnerAbility
from analytics.services import RecordedAnswers, charge, record_for_all
from infra.db.any_of import ManyParam
from infra.db.compiled_queries import CompiledQuery, CompiledUpdate
from infra.db.group_commit import Finish, GroupCommit, RunAlone
from logger.attempts import (
    Attempts,
    Scored,
    TooManyAttempts,
    TooMuchHistory,
    UnknownAttempt,
    find_last_scores,
    save_attempts,
)
from logger.commands import UpdateSession
from logger.evidence import answers_to_exercise, answers_to_quiz
from logger.mastery import MasteryType
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from logger.models.base import TimedLog
from logger.services.assignment_checks import QuizClosed, refuse_closed_quiz
from roster.models import Actor, ApiKey, User
from roster.services import LearnerQuotaUsed, charge_learner, is_quota_used

GUEST_LIFETIME = timedelta(hours=24)
# The statements of every answer, compiled once (decision 12).
_SAVE_SESSIONS = CompiledUpdate(ContentSession, [*ContentSession.UPDATE_FIELDS, "attempt_count"])
_SAVE_SUMMARIES = CompiledUpdate(ContentSummary, ContentSummary.UPDATE_FIELDS)
_SAVE_TRIES = CompiledUpdate(MasteryLog, MasteryLog.UPDATE_FIELDS)


def _owners() -> QuerySet[User, Any]:
    """Return the learners of some sessions in which some callers may record."""
    owned = ContentSession.objects.filter(pk__any_of=ManyParam("sessions", UUIDField()))
    return User.objects.filter(
        Q(pk__any_of=ManyParam("learners", UUIDField()))
        | Q(facility_id__any_of=ManyParam("facilities", UUIDField())),
        pk__in=owned.values("user"),
    ).values_list("pk")


_LOCK_OWNER = CompiledQuery(lambda: _owners().select_for_update(no_key=True))
_LOCK_OWNERS = CompiledQuery(lambda: _owners().select_for_update(no_key=True, skip_locked=True))
# An update neither reads nor changes these columns.
_UNUSED = (
    "channel_id", "kind", "lesson", "course_session", "node_id", "start_timestamp",
    "summary__channel_id", "summary__kind", "summary__content_id", "summary__start_timestamp",
    "mastery_log__start_timestamp",
    *(
        f"user__{field.name}"
        for field in User._meta.concrete_fields
        if field.name not in {"id", "facility"}
    ),
)  # fmt: skip
_SESSIONS = CompiledQuery(
    lambda: (
        ContentSession.objects.filter(  # type: ignore[no-redef]  # declared on the model
            pk__any_of=ManyParam("sessions", UUIDField())
        )
        .select_related("summary", "mastery_log", "user__ability")
        .defer(*_UNUSED)
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


# What only one request of a group raises, before anything is saved for it.
_ERRORS = (
    LearnerQuotaUsed, UnknownSession, QuizClosed, UnknownAttempt, TooMuchHistory, TooManyAttempts
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class UpdatedSession:
    """The completion of the content, and the attempts changed; None if none were sent.

    `written_bytes` are those of the histories and answers of these attempts. `recompute_pending`:
    the learner's estimates do not include all recorded answers yet.
    """

    learner_id: UUID | None
    complete: bool
    written_bytes: int = 0
    attempts: list[AttemptLog] | None = None
    recompute_pending: bool = False


@dataclass(frozen=True, kw_only=True)
class _Request:
    """An update of a session by an actor, received at a time."""

    session_id: UUID
    update: UpdateSession
    actor: Actor
    at: datetime


def update_session(
    session_id: UUID,
    update: UpdateSession,
    *,
    actor: Actor,
    at: datetime,
    finish: Finish[UpdatedSession] | None = None,
) -> UpdatedSession:
    """Update a session, its summary and its try from a client's report (contract 1.2).

    Simultaneous updates of different learners share a transaction.

    Parameters
    ----------
    finish : called with the result in the transaction.

    Raises
    ------
    UnknownSession : the session does not exist, or the actor may not record in it.
    QuizClosed : the quiz is no longer open to the learner, or its try is finished.
    UnknownAttempt, TooMuchHistory, TooManyAttempts : see `Attempts.apply`.
    LearnerQuotaUsed : too much was recorded for the learner.
    """
    request = _Request(session_id=session_id, update=update, actor=actor, at=at)
    if isinstance(actor, AnonymousUser) or _may_be_late(update, Clock(now=at)):
        return _update_in_groups.run_alone(request, finish=finish)
    return _update_in_groups(request, finish=finish)


def _update_sessions(
    requests: Sequence[_Request], *, wait: bool
) -> list[UpdatedSession | Exception]:
    """Apply the updates, each in memory; then save all that succeeded, one statement a table."""
    at = max(request.at for request in requests)
    sessions = _lock_sessions(requests, at=at, wait=wait)
    scores = find_last_scores(
        (session.mastery_log, request.update.interactions or ())
        for request in requests
        if (session := sessions.get(request.session_id)) and session.mastery_log
    )
    outcomes: list[_SessionUpdate | Exception] = []
    for request in requests:
        session = sessions.pop(request.session_id, None)
        if session is None:
            outcomes.append(UnknownSession() if wait else RunAlone())
            continue
        updated = _SessionUpdate(session, request, at=at)
        if not wait and _may_be_late(request.update, updated.clock):
            outcomes.append(RunAlone())
            continue
        try:
            tried = session.mastery_log
            updated.apply(scores.get(tried.pk, ()) if tried else ())
        except _ERRORS as error:
            outcomes.append(error)
        else:
            outcomes.append(updated)
    recorded = _save([each for each in outcomes if isinstance(each, _SessionUpdate)], at=at)
    for request, each in zip(requests, outcomes, strict=True):
        if isinstance(each, _SessionUpdate) and (evidence := recorded.get(each.learner_id)):
            charge(request.actor, [evidence])
    return [each if isinstance(each, Exception) else each.result(recorded) for each in outcomes]


_update_in_groups = GroupCommit[_Request, UpdatedSession](_update_sessions)


def _lock_sessions(
    requests: Sequence[_Request], *, at: datetime, wait: bool
) -> dict[UUID, ContentSession]:
    """Lock the learners of the sessions, then read the sessions that the actors may update.

    At most one session of each learner is returned. The session of a guest is locked itself, if it
    is the only one.
    """
    if isinstance(requests[0].actor, AnonymousUser):
        return _lock_guest_session(requests[0], at=at)
    ids = [request.session_id for request in requests]
    if connection.features.has_select_for_update:
        query = _LOCK_OWNER if wait else _LOCK_OWNERS
        locked = query.rows(
            sessions=ids,
            learners=[each.actor.pk for each in requests if isinstance(each.actor, User)],
            facilities=[
                each.actor.facility_id for each in requests if isinstance(each.actor, ApiKey)
            ],
        )
        owners = {learner_id for [learner_id] in locked}
        found = _SESSIONS.all(sessions=ids) if owners else []
        found = [session for session in found if session.user_id in owners]
    else:
        found = _SESSIONS.all(sessions=ids)
    actors = {request.session_id: request.actor for request in requests}
    by_learner = {
        session.user_id: session
        for session in found
        if session.user and _may_update(actors[session.pk], session.user)
    }
    if wait and not by_learner and isinstance(requests[0].actor, ApiKey):
        return _lock_guest_session(requests[0], at=at)
    return {session.pk: session for session in by_learner.values()}


def _may_update(actor: Actor, learner: User) -> bool:
    """Return whether an actor may update the sessions of a learner."""
    if isinstance(actor, ApiKey):
        return learner.facility_id == actor.facility_id
    return learner.pk == actor.pk


def _lock_guest_session(request: _Request, *, at: datetime) -> dict[UUID, ContentSession]:
    """Lock and return the session if it is of a guest of at most one day ago."""
    sessions = ContentSession.objects.filter(
        pk=request.session_id, user=None, start_timestamp__gt=at - GUEST_LIFETIME
    )
    if isinstance(request.actor, ApiKey):
        sessions = sessions.filter(facility=request.actor.facility_id)
    return {session.pk: session for session in sessions.select_for_update(no_key=True)}


class _SessionUpdate:
    """The update of one session, its summary and its try, in memory until it is saved."""

    def __init__(self, session: ContentSession, request: _Request, *, at: datetime) -> None:
        self.session = session
        self.learner_id: UUID | None = session.user_id
        self.update = request.update
        self.by_learner = isinstance(request.actor, User)
        self.clock = Clock(now=at, newest=_latest_activity(session))
        self.attempts = Attempts(session)
        self.changed: list[AttemptLog] = []

    def apply(self, earlier_scores: Sequence[Scored]) -> None:
        """Apply the update in memory.

        Raises
        ------
        QuizClosed : the quiz is no longer open to the learner, or its try is finished.
        UnknownAttempt, TooMuchHistory, TooManyAttempts : see `Attempts.apply`.
        LearnerQuotaUsed : too much was recorded for the learner.
        """
        session, update = self.session, self.update
        if self.learner_id and is_quota_used(self.learner_id):
            raise LearnerQuotaUsed
        if session.quiz_id is not None:
            _refuse_finished_quiz(session, session.quiz_id)
        for log in (session, session.summary):
            if log is not None:
                log.advance(update, at=self.clock.next)
        interactions = update.interactions or ()
        self.attempts.load(interactions, earlier_scores=earlier_scores)
        self.changed = self.attempts.apply(interactions, clock=self.clock)

    def finish(self) -> list[Answer]:
        """Complete the content if that is due, and return the evidence for the learner model.

        The attempts have been saved.
        """
        session, at = self.session, self.clock.next
        # A client's clock may be a little ahead; later events must not be earlier than these.
        newest = max([at, *(attempt.end_timestamp for attempt in self.changed)])
        for log in _changed_logs(session):
            log.touch(at=newest)
        mastery_log, summary = session.mastery_log, session.summary
        if mastery_log is None or summary is None:
            return []
        if self.changed and (
            mastery_log.criterion.met(self.attempts.scores()) or _all_items_complete(mastery_log)
        ):
            session.finish(at=at)
            summary.finish(at=at)
        mastery_log.advance(self.update.time_spent_delta, at=at)
        was_open = not mastery_log.complete
        if summary.complete:
            mastery_log.finish(at=at)
        if not mastery_log.is_quiz:
            return answers_to_exercise(
                session.content_id, self.attempts.first_answers, by_learner=self.by_learner
            )
        return answers_to_quiz(mastery_log) if was_open and mastery_log.complete else []

    def result(self, recorded: Mapping[UUID | None, RecordedAnswers]) -> UpdatedSession:
        """Return the result for the client."""
        evidence = recorded.get(self.learner_id)
        return UpdatedSession(
            learner_id=self.learner_id,
            recompute_pending=evidence is not None and evidence.recompute_pending,
            complete=(self.session.summary or self.session).complete,
            written_bytes=self.attempts.written_bytes,
            attempts=None if self.update.interactions is None else self.changed,
        )


def _may_be_late(update: UpdateSession, clock: Clock) -> bool:
    return any(clock.may_be_late(each.timestamp) for each in update.interactions or ())


def _save(
    updates: Sequence[_SessionUpdate], *, at: datetime
) -> Mapping[UUID | None, RecordedAnswers]:
    """Save the updates of several learners, and record what they answered."""
    save_attempts(attempt for each in updates for attempt in each.attempts.changed.values())
    answers = {each.session.user: each.finish() for each in updates}
    abilities = [_learner_ability(each.session) for each in updates]
    _SAVE_TRIES(*(log for each in updates if (log := each.session.mastery_log)))
    recorded = record_for_all(
        {learner: given for learner, given in answers.items() if learner and given},
        at=at,
        abilities={row.learner_id: row for row in abilities if row},
    )
    _SAVE_SESSIONS(*(each.session for each in updates))
    _SAVE_SUMMARIES(*(summary for each in updates if (summary := each.session.summary)))
    for each in updates:
        if each.learner_id and each.changed:
            size = each.attempts.written_bytes
            charge_learner(each.learner_id, rows=len(each.changed), size=size)
    return dict(recorded.items())


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
