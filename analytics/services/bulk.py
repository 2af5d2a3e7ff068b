"""Bulk recording of answers: learners in chunks, each chunk in one transaction."""

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
from analytics.services.charging import charge
from analytics.services.learner_state import MAX_REPLAYED
from analytics.services.new_names import TooManyNewNames
from analytics.services.recording import RecordedAnswers, find_recorded, record_for_all
from analytics.services.state_updater import EventOwnedByAnother, Recorded
from analytics.services.tracking import NotALearner, own_answer
from roster.models import ApiKey, User
from roster.services import (
    CannotRecordForOthers,
    LearnerQuotaUsed,
    UnknownLearner,
    is_quota_used,
    lock_learner,
    lock_learners_by_identifier,
)

T = TypeVar("T")
# Enough answers for the statements to pay off; more would block these learners for too long, and on
# SQLite all writers.
CHUNK_SIZE = 250
MAX_TRIES = 3
_DEADLOCK = "40P01"


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkRow:
    """One answer of a bulk request.

    `name` is its source id if the sender gave no event_id; None: it has none.
    """

    index: int
    payload: AnswerPayload
    name: str | None = None

    @property
    def answer(self) -> Answer:
        """The payload as an `Answer` of the learner model."""
        answer = self.payload.answer
        return answer if answer.source_id is not None else replace(answer, source_id=self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkResult:
    """The result of one row: a change, None if it has no skill, or the reason for its rejection.

    `recompute_pending`: the learner's estimates do not include all recorded answers yet.
    """

    index: int
    change: MasteryChange | None = None
    recompute_pending: bool = False
    is_duplicate: bool = False
    problem: Exception | None = None


RowAnswers = list[tuple[BulkRow, Answer]]


def record_many(rows: Sequence[BulkRow], *, actor: ApiKey | User, at: datetime) -> list[BulkResult]:
    """Record all valid rows, and return the result of each row, in their order.

    Earlier chunks stay recorded when a later one fails.

    Raises
    ------
    NotALearner : the caller belongs to no facility.
    """
    if actor.facility_id is None:
        raise NotALearner
    outcomes: list[BulkResult] = []
    max_replayed = MAX_REPLAYED
    for chunk in _split_chunks(rows, at=at):
        record = partial(_record_chunk, chunk, actor=actor, at=at, max_replayed=max_replayed)
        results, replayed = _retry_deadlocks(record)
        outcomes += results
        max_replayed -= replayed
    return sorted(outcomes, key=lambda outcome: outcome.index)


def _split_chunks(rows: Iterable[BulkRow], *, at: datetime) -> Iterator[list[BulkRow]]:
    """Yield the rows of a few learners at a time, all rows of each.

    More rows of one learner than a chunk has are split in the order of their times, so that those
    of one chunk are not late because of another.
    """
    by_learner: dict[str, list[BulkRow]] = {}
    for row in rows:
        by_learner.setdefault(row.payload.user_id, []).append(row)
    chunk: list[BulkRow] = []
    for learner_rows in by_learner.values():
        if len(learner_rows) > CHUNK_SIZE:
            ordered = sorted(learner_rows, key=lambda row: row.payload.answer.happened_at or at)
            for start in range(0, len(ordered), CHUNK_SIZE):
                yield ordered[start : start + CHUNK_SIZE]
            continue
        if chunk and len(chunk) + len(learner_rows) > CHUNK_SIZE:
            yield chunk
            chunk = []
        chunk = chunk + learner_rows
    if chunk:
        yield chunk


def _retry_deadlocks(record: Callable[[], T]) -> T:
    """Record a chunk, and try again after a collision with another request.

    Either PostgreSQL ended the transaction to break a deadlock, or another request used an event_id
    after it was looked up. Without another try the whole bulk would fail although earlier chunks
    stay.
    """
    for tries_left in range(MAX_TRIES - 1, -1, -1):
        try:
            return record()
        except IntegrityError:
            if not tries_left:
                raise
        except OperationalError as error:
            if not tries_left or getattr(error.__cause__, "sqlstate", None) != _DEADLOCK:
                raise
    raise AssertionError("unreachable")


@transaction.atomic(durable=True)
def _record_chunk(
    rows: Sequence[BulkRow], *, actor: ApiKey | User, at: datetime, max_replayed: int
) -> tuple[list[BulkResult], int]:
    """Record the rows of a chunk; return their results, and how many events were replayed."""
    locked = _lock_learners(actor, {row.payload.user_id for row in rows}, at=at)
    learners = {name: each for name, each in locked.items() if not is_quota_used(each.pk)}
    unknown = _unknown_learner_error(actor)
    outcomes = [
        BulkResult(
            index=row.index,
            problem=LearnerQuotaUsed() if row.payload.user_id in locked else unknown,
        )
        for row in rows
        if row.payload.user_id not in learners
    ]
    # In the order of the body, even for a learner with two names in it.
    row_answers = [
        (row, own_answer(row.answer, actor))
        for row in sorted(rows, key=_row_index)
        if row.payload.user_id in learners
    ]
    if not row_answers:
        return outcomes, 0
    recorded = find_recorded((learners[row.payload.user_id], answer) for row, answer in row_answers)
    by_learner: dict[User, RowAnswers] = {}
    for row, answer, learner in _assign_learners(row_answers, learners, recorded):
        if learner is None:
            outcomes.append(BulkResult(index=row.index, problem=EventOwnedByAnother()))
        else:
            by_learner.setdefault(learner, []).append((row, answer))
    known = {name for _, _, name, _ in recorded if name is not None}
    results = record_for_all(
        {
            learner: [answer for _, answer in row_answers]
            for learner, row_answers in by_learner.items()
        },
        at=at,
        recorded=recorded,
        max_replayed=max_replayed,
    )
    charge(actor, results.values())
    replayed = sum(result.replayed for result in results.values())
    return outcomes + _bulk_results(by_learner, results, known=known), replayed


def _row_index(row: BulkRow) -> int:
    return row.index


def _lock_learners(actor: ApiKey | User, names: set[str], *, at: datetime) -> Mapping[str, User]:
    """Lock the learners the actor may record for; return them by the names in the rows."""
    if isinstance(actor, ApiKey):
        return lock_learners_by_identifier(names, facility=actor.facility, at=at)
    own = [name for name in names if actor.has_identifier(name)]
    return dict.fromkeys(own, lock_learner(actor.pk)) if own else {}


def _unknown_learner_error(actor: ApiKey | User) -> Exception:
    return UnknownLearner() if isinstance(actor, ApiKey) else CannotRecordForOthers()


def _assign_learners(
    row_answers: RowAnswers, learners: Mapping[str, User], recorded: Recorded
) -> Iterator[tuple[BulkRow, Answer, User | None]]:
    """Yield each answer with its learner, None if another learner's event has its source id."""
    owners: dict[str | None, UUID] = {
        name: event.learner_id for (_, _, name, _), event in recorded.items()
    }
    for row, answer in row_answers:
        learner = learners[row.payload.user_id]
        name = answer.source_id
        owner = learner.pk if name is None else owners.setdefault(name, learner.pk)
        yield row, answer, learner if owner == learner.pk else None


def _bulk_results(
    by_learner: Mapping[User, RowAnswers],
    results: Mapping[UUID, RecordedAnswers],
    *,
    known: set[str],
) -> list[BulkResult]:
    return [
        BulkResult(
            index=row.index,
            change=change,
            recompute_pending=results[learner.pk].recompute_pending,
            is_duplicate=_is_duplicate(row, known),
            problem=TooManyNewNames() if position in results[learner.pk].refused else None,
        )
        for learner, row_answers in by_learner.items()
        for position, ((row, _), change) in enumerate(
            zip(row_answers, results[learner.pk].changes, strict=True)
        )
    ]


def _is_duplicate(row: BulkRow, known: set[str]) -> bool:
    """Return whether a row repeats a recorded event, and add its event id to the known ones.

    A row without event_id is no repeat, even if an earlier try of this request recorded it.
    """
    event_id = row.payload.event_id
    if event_id is None:
        return False
    is_known = event_id in known
    known.add(event_id)
    return is_known
