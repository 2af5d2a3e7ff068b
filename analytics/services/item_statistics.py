"""Folding of events into the statistics of skills and items over all learners."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Manager

from analytics.core import response_times
from analytics.core.difficulty import Claims, Gaussians
from analytics.core.item_parameters import (
    NONE,
    AbilitiesUsed,
    Estimates,
    FoldedTerms,
    Questions,
    fold,
)
from analytics.models import Item, LearningEvent, NamedLock, Skill
from analytics.models.catalogue import ItemStatistics
from analytics.services.alert_checks import schedule_new_answers
from analytics.services.persistence import upsert_items, upsert_skills

FOLD_BATCH_SIZE = 1000
L = TypeVar("L", bound=ItemStatistics)


class _Event(NamedTuple):
    pk: UUID
    learner_id: UUID
    skill_id: UUID | None
    item_id: UUID | None
    score: float
    seconds: float | None
    claimed: float | None
    ability_mean: float
    ability_variance: float
    skill_ability_mean: float
    skill_ability_variance: float


_COLUMNS = (
    "pk", "learner_id", "skill_id", "item_id", "score", "seconds", "question_difficulty",
    "ability_mean", "ability_variance", "skill_ability_mean", "skill_ability_variance",
)  # fmt: skip


@transaction.atomic
def fold_events(at: datetime) -> int:
    """Fold a bounded number of events that are not folded yet, in order; return how many.

    One transaction updates the statistics and marks the events, so each counts exactly once even if
    the process is killed. Events are found however late they were committed. Learners' requests
    only reference the rows written here, so they never wait for it.
    """
    NamedLock.acquire(NamedLock.FOLDING)
    unfolded = LearningEvent.objects.unfolded().order_by("happened_at", "id")
    events = [_Event(*row) for row in unfolded.values_list(*_COLUMNS)[:FOLD_BATCH_SIZE]]
    if not events:
        return 0
    skills = _load_rows(Skill.objects, (event.skill_id for event in events))
    items = _load_rows(Item.objects, (event.item_id for event in events))
    folded = _fold_terms(events, skills, items)
    _update_rows(skills, folded.skills, [event.skill_id for event in events], events)
    _update_rows(items, folded.items, [event.item_id for event in events], events)
    for skill, claims in zip(skills.values(), folded.skills.claims or (), strict=True):
        skill.claims, skill.claimed = int(claims.number), claims.total
    upsert_skills(list(skills.values()))
    upsert_items(list(items.values()))
    schedule_new_answers([event.learner_id for event in events], at=at)
    LearningEvent.objects.filter(pk__in=[event.pk for event in events]).update(folded_at=at)
    return len(events)


def _load_rows(manager: Manager[L], keys: Iterable[UUID | None]) -> dict[UUID, L]:
    found: dict[UUID, L] = manager.in_bulk({key for key in keys if key is not None})
    return found


def _fold_terms(
    events: Sequence[_Event],
    skills: Mapping[UUID, Skill],
    items: Mapping[UUID, ItemStatistics],
) -> FoldedTerms:
    """Return the updated terms of skills and items, as arrays in the order of the rows."""
    skill_row = {pk: row for row, pk in enumerate(skills)}
    item_row = {pk: row for row, pk in enumerate(items)}
    numbers = np.array([event[4:] for event in events], dtype=np.float64)
    questions = Questions(
        skill=np.array([skill_row[e.skill_id] if e.skill_id else NONE for e in events]),
        item=np.array([item_row[e.item_id] if e.item_id else NONE for e in events]),
        score=numbers[:, 0],
        claimed=numbers[:, 2],
    )
    used = AbilitiesUsed(Gaussians(*numbers[:, 3:5].T), Gaussians(*numbers[:, 5:7].T))
    claims = [skill.difficulty_claims for skill in skills.values()]
    of_skills, of_items = _estimates(skills.values(), claims), _estimates(items.values())
    return fold(questions, used, of_skills, of_items)


def _estimates(rows: Collection[ItemStatistics], claims: list[Claims] | None = None) -> Estimates:
    means = np.array([row.difficulty_mean for row in rows])
    variances = np.array([row.difficulty_variance for row in rows])
    answers = np.array([row.answers for row in rows], np.int64)
    return Estimates(Gaussians(means, variances), answers, claims)


def _update_rows(
    rows: Mapping[UUID, ItemStatistics],
    estimates: Estimates,
    keys: Sequence[UUID | None],
    events: Sequence[_Event],
) -> None:
    """Update terms, counts and times of the rows, in memory."""
    events_by_row: dict[UUID, list[_Event]] = {}
    for key, event in zip(keys, events, strict=True):
        if key is not None:
            events_by_row.setdefault(key, []).append(event)
    terms = zip(*(column.tolist() for column in estimates.terms), strict=True)
    for (key, row), term, answers in zip(
        rows.items(), terms, estimates.answers.tolist(), strict=True
    ):
        row.difficulty_mean, row.difficulty_variance = term
        row.answers = answers
        _update_counts(row, events_by_row[key])


def _update_counts(row: ItemStatistics, answers: Sequence[_Event]) -> None:
    row.correct += sum(answer.score for answer in answers)
    seconds = np.array([answer.seconds for answer in answers], dtype=np.float64)
    if not np.isnan(seconds).all():
        counts = response_times.from_bytes(bytes(row.times))
        response_times.add(counts, seconds)
        row.times, row.typical_seconds = counts.tobytes(), response_times.median(counts)
