"""Recording of single answers that name their learner: those that apps track, and study results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import UUIDField

from analytics.commands import TrackedAnswer
from analytics.events import Answer, Clock, MasteryChange, Texts
from analytics.models import LearnerAbility
from analytics.services.charging import charge
from analytics.services.new_names import TooManyNewNames
from analytics.services.recording import RecordedAnswers, record_for_all
from infra.db.any_of import ManyParam
from infra.db.compiled_queries import CompiledQuery
from infra.db.group_commit import Finish, GroupCommit, RunAlone
from roster.models import Actor, ApiKey, User
from roster.services import (
    AuthenticationRequired,
    lock_unlocked_learners,
    resolve_and_lock_learner,
)

_NEWEST: CompiledQuery[Any] = CompiledQuery(
    lambda: LearnerAbility.objects.filter(
        learner_id__any_of=ManyParam("learners", UUIDField())
    ).values_list("learner_id", "newest")
)


class NotALearner(PermissionError):
    """Users without a facility are not learners, so nothing is recorded for them."""


@dataclass(frozen=True, kw_only=True)
class NamedAnswer:
    """An answer of the learner that an actor names, received at a time."""

    user_id: str
    answer: Answer
    actor: Actor
    at: datetime

    @property
    def facility_id(self) -> UUID | None:
        """The facility of the actor; None for guests and for staff of no facility."""
        return None if isinstance(self.actor, AnonymousUser) else self.actor.facility_id


@dataclass(frozen=True, kw_only=True)
class RecordedAnswer:
    """The learner an answer was recorded for, and the change of mastery; None without a skill.

    `recompute_pending`: the estimates do not include all recorded answers yet.
    """

    learner_id: UUID
    change: MasteryChange | None
    recompute_pending: bool = False


@dataclass(frozen=True, kw_only=True)
class TrackResult:
    """The learner an answer was recorded for, and the change of mastery."""

    learner_id: UUID
    change: MasteryChange


def track_answer(
    tracked: TrackedAnswer,
    *,
    actor: Actor,
    at: datetime,
    finish: Finish[TrackResult] | None = None,
) -> TrackResult:
    """Record one answer for the learner it names; create the learner and the skill if new.

    Parameters
    ----------
    finish : called with the result in the transaction.

    Raises
    ------
    CannotRecordForOthers, UnknownLearner, AuthenticationRequired : see `resolve_and_lock_learner`.
    EventOwnedByAnother : the event_id was used for another learner.
    TooManyNewNames : the caller, a learner, has named too many new skills or items.
    NotALearner : the caller belongs to no facility.
    """
    named = NamedAnswer(user_id=tracked.user_id, answer=tracked.answer, actor=actor, at=at)
    recorded = record_named_answer(
        named, finish=finish and (lambda recorded: finish(_track_result(recorded)))
    )
    return _track_result(recorded)


def _track_result(recorded: RecordedAnswer) -> TrackResult:
    if recorded.change is None:
        raise NotALearner
    return TrackResult(learner_id=recorded.learner_id, change=recorded.change)


def record_named_answer(
    named: NamedAnswer, *, finish: Finish[RecordedAnswer] | None = None
) -> RecordedAnswer:
    """Lock the learner of an answer, and record it.

    Simultaneous answers of different learners share a transaction, in which `finish` is called.

    Raises
    ------
    CannotRecordForOthers, UnknownLearner, AuthenticationRequired : see `resolve_and_lock_learner`.
    EventOwnedByAnother : the event_id was used for another learner.
    """
    named = replace(named, answer=own_answer(named.answer, named.actor))
    may_be_late = Clock(now=named.at).may_be_late(named.answer.happened_at)
    if named.facility_id is None or may_be_late:
        return _record_in_groups.run_alone(named, finish=finish)
    return _record_in_groups(named, finish=finish, shard=named.facility_id)


def own_answer(answer: Answer, actor: Actor) -> Answer:
    """Return an answer as its sender's: a person's ids are their own, so nobody else's are taken.

    A key's ids are those of its facility. Nor does a person's question become the text of an item,
    which the whole facility sees.
    """
    if not isinstance(actor, User):
        return answer
    texts = answer.texts and Texts(None, answer.texts.answer)
    own_id = answer.source_id is not None
    return replace(answer, by_learner=True, has_own_id=own_id, texts=texts)


def _record_answers(
    answers: Sequence[NamedAnswer], *, wait: bool
) -> list[RecordedAnswer | Exception]:
    """Record answers of different learners; late ones, which take longer, only alone."""
    at = max(named.at for named in answers)
    learners = [_lock_learner(answers[0])] if wait else _lock_unlocked_learners(answers)
    newest = {} if wait else _newest_answers(learners, answers)
    taken: dict[User, NamedAnswer] = {}
    for learner, named in zip(learners, answers, strict=True):
        if learner is None or learner in taken:
            continue
        clock = Clock(now=at, newest=newest.get(learner.pk))
        if wait or not clock.may_be_late(named.answer.happened_at):
            taken[learner] = named
    results = record_for_all({learner: [named.answer] for learner, named in taken.items()}, at=at)
    if wait:
        charge(answers[0].actor, results.values())
    return [
        _recorded_answer(learner, results[learner.pk])
        if learner and taken.get(learner) is named
        else RunAlone()
        for learner, named in zip(learners, answers, strict=True)
    ]


def _recorded_answer(learner: User, result: RecordedAnswers) -> RecordedAnswer | Exception:
    if result.refused:
        return TooManyNewNames()
    return RecordedAnswer(
        learner_id=learner.pk,
        change=result.changes[0],
        recompute_pending=result.recompute_pending,
    )


def _newest_answers(
    learners: Sequence[User | None], answers: Sequence[NamedAnswer]
) -> dict[UUID, datetime | None]:
    """Return the times of the newest known answers of those learners who claim a time."""
    claiming = [
        learner.pk
        for learner, named in zip(learners, answers, strict=True)
        if learner and named.answer.happened_at
    ]
    return dict(_NEWEST.rows(learners=claiming)) if claiming else {}


_record_in_groups = GroupCommit[NamedAnswer, RecordedAnswer](_record_answers)


def _lock_learner(named: NamedAnswer) -> User:
    learner = resolve_and_lock_learner(named.actor, named.user_id, at=named.at)
    if learner is None:
        raise AuthenticationRequired
    return learner


def _lock_unlocked_learners(answers: Sequence[NamedAnswer]) -> list[User | None]:
    """Lock the learners of one facility whose external id a key gives, or who name themselves.

    None stands for those whose lock another transaction holds, and for those named otherwise.
    """
    facility_id = answers[0].facility_id
    names = [_name_of_learner(named) for named in answers]
    assert facility_id is not None  # noqa: S101  # the others run alone
    learners = lock_unlocked_learners(
        facility_id,
        names=[name for name in names if isinstance(name, str)],
        keys=[name for name in names if isinstance(name, UUID)],
    )
    return [learners.get(name) if name else None for name in names]


def _name_of_learner(named: NamedAnswer) -> str | UUID | None:
    """Return the external id or the UUID of the learner; None if the actor may not name them."""
    if isinstance(named.actor, ApiKey):
        return named.user_id
    is_own = isinstance(named.actor, User) and named.actor.has_identifier(named.user_id)
    return named.actor.pk if is_own else None
