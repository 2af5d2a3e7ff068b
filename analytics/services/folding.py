"""Folding events into what all learners' answers say of skills and items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import numpy as np
from django.db import transaction

from analytics.core import difficulty, times
from analytics.core.difficulty import Response, Term
from analytics.models import Item, LearningEvent, Skill, Upkeep
from analytics.models.catalogue import Learned
from analytics.services.keeping import keep_items, keep_skills

FOLDED_AT_ONCE = 1000
L = TypeVar("L", bound=Learned)


class _Event(NamedTuple):
    pk: UUID
    skill_id: UUID | None
    item_id: UUID | None
    score: float
    seconds: float | None
    claimed: float | None
    ability_mean: float
    ability_variance: float
    skill_ability_mean: float
    skill_ability_variance: float

    @property
    def response(self) -> Response:
        """The same as evidence of how hard the skill and the item are."""
        return Response(
            self.score,
            Term(self.ability_mean, self.ability_variance),
            Term(self.skill_ability_mean, self.skill_ability_variance),
            self.skill_id,
            self.item_id,
            self.claimed,
        )


_COLUMNS = (
    "pk", "skill_id", "item_id", "score", "seconds", "question_difficulty", "ability_mean",
    "ability_variance", "skill_ability_mean", "skill_ability_variance",
)  # fmt: skip


@transaction.atomic
def fold_events(at: datetime) -> int:
    """Fold a bounded number of events that were not yet, in their order; tell how many.

    One transaction moves the statistics and marks the events, so each counts exactly once,
    whoever is killed; and each is found however late it was committed. Learners' requests only
    refer to what is written here, so they never wait for it.
    """
    Upkeep.take_turns(Upkeep.FOLDING)
    unfolded = LearningEvent.objects.unfolded().order_by("happened_at", "id")
    events = [_Event(*row) for row in unfolded.values_list(*_COLUMNS)[:FOLDED_AT_ONCE]]
    if not events:
        return 0
    skills = Skill.objects.in_bulk({e.skill_id for e in events if e.skill_id})
    items = Item.objects.in_bulk({e.item_id for e in events if e.item_id})
    skill_terms = {pk: skill.difficulty for pk, skill in skills.items()}
    # What nobody answered yet has no estimate of its own: a sender's word would count.
    item_terms = {pk: item.difficulty for pk, item in items.items() if item.answers}
    difficulty.fold((event.response for event in events), skill_terms, item_terms)
    _count(skills, skill_terms, [(event.skill_id, event) for event in events])
    _count(items, item_terms, [(event.item_id, event) for event in events])
    keep_skills(list(skills.values()))
    keep_items(list(items.values()))
    LearningEvent.objects.filter(pk__in=[event.pk for event in events]).update(folded_at=at)
    return len(events)


def _count(
    rows: Mapping[UUID, L], terms: Mapping[Any, Term], events: Iterable[tuple[UUID | None, _Event]]
) -> None:
    """Put terms, counts and times into the rows, in memory."""
    of: dict[UUID, list[_Event]] = {}
    for pk, event in events:
        if pk is not None:
            of.setdefault(pk, []).append(event)
    for pk, answers in of.items():
        _learn(rows[pk], terms[pk], answers)


def _learn(row: Learned, term: Term, answers: Sequence[_Event]) -> None:
    row.difficulty_mean, row.difficulty_variance = term
    row.answers += len(answers)
    row.correct += sum(answer.score for answer in answers)
    seconds = np.array([answer.seconds for answer in answers], dtype=np.float64)
    if not np.isnan(seconds).all():
        counts = times.from_bytes(bytes(row.times))
        times.add(counts, seconds)
        row.times, row.typical_seconds = counts.tobytes(), times.median(counts)
