"""Record simulated learners' answers in the learner model, in bulk.

It follows the steps of `analytics.services.record_for_all` and differs only in how it inserts rows;
`rebuild_state --check` finds no difference afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from analytics.events import Answer
from analytics.models import LearnerAbility, LearningEvent
from analytics.services.item_resolver import ItemResolver
from analytics.services.state_updater import LearnerStateUpdater
from config.seeding.rng import Chance
from config.seeding.writing import store_records
from logger.evidence import FirstAnswer, answers_to_exercise
from logger.models import AttemptLog
from roster.models import User

LEARNERS_BATCH_SIZE = 25
_READ = (
    "id", "user_id", "content_id", "item", "time_spent", "end_timestamp", "interaction_history",
)  # fmt: skip


def record_events(learners: Sequence[User], *, chance: Chance, at: datetime) -> Iterator[int]:
    """Record all answers to exercises by new learners of one facility.

    Yield the number of learners of each batch.
    """
    for start in range(0, len(learners), LEARNERS_BATCH_SIZE):
        some = learners[start : start + LEARNERS_BATCH_SIZE]
        _record(some, chance, at)
        yield len(some)


def _record(learners: Sequence[User], chance: Chance, at: datetime) -> None:
    people = {learner.pk: learner for learner in learners}
    answers = {people[learner_id]: given for learner_id, given in _answers(list(people))}
    resolver = ItemResolver.for_answers(answers, recorded=())
    updaters = []
    for learner, given in answers.items():
        updater = LearnerStateUpdater(learner, resolver=resolver, at=at)
        updater.apply(given, recorded={})
        updaters.append(updater)
    _store(updaters, chance)


def _answers(learner_ids: Sequence[UUID]) -> Iterator[tuple[UUID, list[Answer]]]:
    """Yield each learner's answers to exercises, in the order of time."""
    attempts = AttemptLog.objects.filter(user__in=learner_ids, mastery_log__is_quiz=False)
    rows = attempts.order_by("user", "end_timestamp", "id").only(*_READ)
    for learner_id, theirs in groupby(rows, key=lambda attempt: attempt.user_id):
        if learner_id is not None:
            yield learner_id, [answer for attempt in theirs for answer in _answer(attempt)]


def _answer(attempt: AttemptLog) -> Iterator[Answer]:
    """Yield the first answer of an attempt, if it has one."""
    spoilt = False
    for entry in attempt.interaction_history:
        if entry["type"] == "answer":
            first = FirstAnswer(
                attempt=attempt,
                score=0.0 if spoilt else entry["correct"],
                seconds=attempt.time_spent,
                at=attempt.end_timestamp,
            )
            yield from answers_to_exercise(attempt.content_id, [first])
            return
        spoilt = True


def _store(updaters: Sequence[LearnerStateUpdater], chance: Chance) -> None:
    events = [event for updater in updaters for event in updater.events]
    for event in events:
        _put_in_its_time(event, chance)
    rows: list[list[Any]] = [
        events,
        [row for updater in updaters for row in updater.state_rows()],
        [row for updater in updaters for row in updater.memory_rows()],
    ]
    for some in rows:
        store_records(some)
    LearnerAbility.objects.bulk_create([updater.ability_row() for updater in updaters])


def _put_in_its_time(event: LearningEvent, chance: Chance) -> None:
    """Set an event's arrival and key to the time when it happened."""
    event.pk = chance.key(event.happened_at)
    event.received_at = event.happened_at
