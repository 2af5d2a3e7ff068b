"""Recording many answers at once: learners by the chunk, each chunk one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction

from analytics.commands import AnswerPayload
from analytics.events import Answer, MasteryChange
from analytics.services.recording import find_recorded, record_for_all
from analytics.services.state_updater import EventOwnedByAnother, Recorded
from analytics.services.tracking import NotALearner
from roster.models import ApiKey, User
from roster.services import (
    CannotRecordForOthers,
    UnknownLearner,
    lock_learner,
    lock_learners_by_identifier,
)

T = TypeVar("T")
# So many answers make the statements pay; more would make others wait for these learners.
CHUNK_SIZE = 500
MAX_TRIES = 3
_DEADLOCK = "40P01"


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkRow:
    """One answer of many.

    `name` is what it counts once under where the sender gave it no event_id; None: nothing.
    """

    index: int
    payload: AnswerPayload
    name: str | None = None

    @property
    def answer(self) -> Answer:
        """The same as evidence."""
        answer = self.payload.answer
        return answer if answer.source_id is not None else replace(answer, source_id=self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkResult:
    """What became of one row: a change, none where it has no skill, or why it was rejected."""

    index: int
    change: MasteryChange | None = None
    is_duplicate: bool = False
    problem: Exception | None = None


Payloads = list[tuple[BulkRow, Answer]]


def record_many(rows: Sequence[BulkRow], *, actor: ApiKey | User, at: datetime) -> list[BulkResult]:
    """Record what can be recorded, and say of each row what became of it, in their order.

    All of a learner's answers are in one chunk, and what earlier chunks did stays when a later
    one fails.

    Raises
    ------
    NotALearner : the caller belongs to no facility.
    """
    if actor.facility_id is None:
        raise NotALearner
    outcomes = [
        outcome
        for chunk in _chunks(rows)
        for outcome in _retry_deadlocks(partial(_record, chunk, actor=actor, at=at))
    ]
    return sorted(outcomes, key=lambda outcome: outcome.index)


def _chunks(rows: Iterable[BulkRow]) -> Iterator[list[BulkRow]]:
    """Yield the rows of a few learners at a time, all rows of each."""
    by_learner: dict[str, list[BulkRow]] = {}
    for row in rows:
        by_learner.setdefault(row.payload.user_id, []).append(row)
    chunk: list[BulkRow] = []
    for theirs in by_learner.values():
        if chunk and len(chunk) + len(theirs) > CHUNK_SIZE:
            yield chunk
            chunk = []
        chunk = chunk + theirs
    if chunk:
        yield chunk


def _retry_deadlocks(record: Callable[[], T]) -> T:
    """Record a chunk, again where another request got in its way.

    PostgreSQL chose it to end a circle of waiting, or somebody else's answer took an event_id
    after it was looked up: told so, the whole bulk would fail after chunks that stay.
    """
    for left in range(MAX_TRIES - 1, -1, -1):
        try:
            return record()
        except IntegrityError:
            if not left:
                raise
        except OperationalError as error:
            if not left or getattr(error.__cause__, "sqlstate", None) != _DEADLOCK:
                raise
    raise AssertionError("unreachable")


@transaction.atomic(durable=True)
def _record(rows: Sequence[BulkRow], *, actor: ApiKey | User, at: datetime) -> list[BulkResult]:
    learners = _lock(actor, {row.payload.user_id for row in rows}, at=at)
    outcomes = [
        BulkResult(index=row.index, problem=_stranger(actor))
        for row in rows
        if row.payload.user_id not in learners
    ]
    # In the order of the body, even of a learner who is called by two names.
    told = [
        (row, row.answer) for row in sorted(rows, key=_place) if row.payload.user_id in learners
    ]
    if not told:
        return outcomes
    assert actor.facility_id is not None  # noqa: S101  # see `record_many`
    recorded = find_recorded(actor.facility_id, [answer for _, answer in told])
    given: dict[User, Payloads] = {}
    for row, answer, learner in _owned(told, learners, recorded):
        if learner is None:
            outcomes.append(BulkResult(index=row.index, problem=EventOwnedByAnother()))
        else:
            given.setdefault(learner, []).append((row, answer))
    known = {name for _, name in recorded}
    return outcomes + _record_given(given, known=known, recorded=recorded, at=at)


def _place(row: BulkRow) -> int:
    return row.index


def _lock(actor: ApiKey | User, names: set[str], *, at: datetime) -> Mapping[str, User]:
    """Lock the learners whom the actor may record for, by the names that were used."""
    if isinstance(actor, ApiKey):
        return lock_learners_by_identifier(names, facility=actor.facility, at=at)
    own = [name for name in names if actor.has_identifier(name)]
    return dict.fromkeys(own, lock_learner(actor.pk)) if own else {}


def _stranger(actor: ApiKey | User) -> Exception:
    return UnknownLearner() if isinstance(actor, ApiKey) else CannotRecordForOthers()


def _owned(
    told: Payloads, learners: Mapping[str, User], recorded: Recorded
) -> Iterator[tuple[BulkRow, Answer, User | None]]:
    """Yield each answer with its learner, None where another's came under its name before."""
    owners: dict[str | None, UUID] = {
        name: event.learner_id for (_, name), event in recorded.items()
    }
    for row, answer in told:
        learner = learners[row.payload.user_id]
        name = answer.source_id
        owner = learner.pk if name is None else owners.setdefault(name, learner.pk)
        yield row, answer, learner if owner == learner.pk else None


def _record_given(
    given: Mapping[User, Payloads], *, known: set[str], recorded: Recorded, at: datetime
) -> list[BulkResult]:
    changes = record_for_all(
        {learner: [answer for _, answer in theirs] for learner, theirs in given.items()},
        at=at,
        recorded=recorded,
    )
    return [
        BulkResult(
            index=row.index,
            change=change,
            is_duplicate=_is_duplicate(row, known),
        )
        for learner, theirs in given.items()
        for (row, _), change in zip(theirs, changes[learner.pk], strict=True)
    ]


def _is_duplicate(row: BulkRow, known: set[str]) -> bool:
    """Tell whether a row repeats an event, and note its own.

    What a part of this very request did under a name of ours is no repeat.
    """
    event_id = row.payload.event_id
    if event_id is None:
        return False
    is_known = event_id in known
    known.add(event_id)
    return is_known
