"""The review queue of a learner: due items by the gain of a review, then new items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np

from analytics.core import scheduling
from analytics.core.logistic import FloatArray, IntArray
from analytics.models import Item
from analytics.rows import microseconds
from roster.models import User
from study.selectors.catalogue import items_of_set, refuse_unknown_set
from study.selectors.item_memories import ItemMemories, due_memories, get_ability, get_item_states


class Page(NamedTuple):
    """The requested part of a list; `number` counts from 1."""

    number: int
    size: int

    @property
    def rows(self) -> slice:
        """The slice of the list; empty beyond its end."""
        return slice((self.number - 1) * self.size, self.number * self.size)


@dataclass(frozen=True, kw_only=True)
class Review:
    """One item to study, and the probability of a right answer now; `due` None: it is new."""

    item: Item
    readiness: float
    due: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReviewPage:
    """One page of the review queue, and the length of the whole queue."""

    reviews: list[Review]
    count: int


class _Plan(NamedTuple):
    """Items as columns, and the row numbers of those to study, best first."""

    items: Sequence[UUID]
    due: Sequence[datetime | None]
    readiness: FloatArray
    order: IntArray


def get_review_page(learner: User, *, set_id: str | None, page: Page, at: datetime) -> ReviewPage:
    """Return one page of the items to study next.

    Of a set these are its due items, then those never studied, easiest first; without a set all due
    items.

    Raises
    ------
    UnknownSet : the learner's facility has no such set.
    """
    plan = _plan_due_items(learner, at) if set_id is None else _plan_set(learner, set_id, at)
    rows: list[int] = plan.order[page.rows].tolist()
    found = _load_items([plan.items[row] for row in rows])
    return ReviewPage(
        reviews=[
            Review(item=item, readiness=float(plan.readiness[row]), due=plan.due[row])
            for row in rows
            if (item := found.get(plan.items[row]))  # else it was deleted just now
        ],
        count=len(plan.order),
    )


def _load_items(keys: Sequence[UUID]) -> dict[UUID, Item]:
    """Return items with the related rows that are shown."""
    if not keys:
        return {}
    items = Item.objects.filter(pk__in=keys).select_related("skill", "learning_item")
    return {item.pk: item for item in items.defer("times", "skill__times")}


def _plan_due_items(learner: User, at: datetime) -> _Plan:
    memories = due_memories(learner, at=at)
    recall = memories.recall(get_ability(learner), at)
    order = _best_first(memories, np.arange(len(recall)), recall, at)
    return _Plan(memories.items, memories.due, recall, order)


def _plan_set(learner: User, set_id: str, at: datetime) -> _Plan:
    ability = get_ability(learner)
    memories, _ = states = get_item_states(items_of_set(learner.facility_id, set_id), learner)
    if not memories.items:
        refuse_unknown_set(learner.facility_id, set_id)
    ready = states.readiness(ability, at)
    due, new = np.flatnonzero(memories.is_due(at)), np.flatnonzero(~memories.is_studied)
    easiest_first = new[scheduling.new_first(ready[new])]
    order = np.concatenate([_best_first(memories, due, ready, at), easiest_first])
    return _Plan(memories.items, memories.due, ready, order)


def _best_first(
    memories: ItemMemories, rows: IntArray, recall: FloatArray, at: datetime
) -> IntArray:
    """Return these rows in descending order of the gain of a second of study."""
    gains = scheduling.gains(
        memories.memories.take(rows),
        microseconds(at),
        recall=recall[rows],
        seconds=scheduling.expected_seconds(memories.seconds[rows], memories.timed[rows]),
    )
    ordered: IntArray = rows[scheduling.order(gains)]
    return ordered
