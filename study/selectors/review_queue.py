"""What a learner should study next: what is due, by what reviewing it gains; then what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np

from analytics.core import scheduling
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.readiness import recall_probability_now
from analytics.models import Item
from analytics.rows import microseconds
from roster.models import User
from study.selectors.catalogue import items_of_set, refuse_unknown_set
from study.selectors.item_memories import ItemMemories, due_memories, get_ability, item_states


class Page(NamedTuple):
    """Which part of a list is asked for, counted from 1."""

    number: int
    size: int

    @property
    def rows(self) -> slice:
        """The part; beyond the end of the list it is empty."""
        return slice((self.number - 1) * self.size, self.number * self.size)


@dataclass(frozen=True, kw_only=True)
class Review:
    """One item to study, and the probability of a right answer now; `due` None: it is new."""

    item: Item
    readiness: float
    due: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReviewPage:
    """A part of what there is to study, and how much that is in all."""

    reviews: list[Review]
    count: int


class _Plan(NamedTuple):
    """Items as columns, and the rows of those to study, best first."""

    items: Sequence[UUID]
    due: Sequence[datetime | None]
    readiness: FloatArray
    order: IntArray


def reviews(learner: User, *, set_id: str | None, page: Page, at: datetime) -> ReviewPage:
    """Return what to study next.

    Of a set its due items, then those never studied, easiest first; of no set whatever is due.

    Raises
    ------
    UnknownSet : the learner's facility has no such set.
    """
    plan = _of_everything(learner, at) if set_id is None else _of_set(learner, set_id, at)
    rows: list[int] = plan.order[page.rows].tolist()
    found = _items([plan.items[row] for row in rows])
    return ReviewPage(
        reviews=[
            Review(item=item, readiness=float(plan.readiness[row]), due=plan.due[row])
            for row in rows
            if (item := found.get(plan.items[row]))  # else it was deleted just now
        ],
        count=len(plan.order),
    )


def _items(keys: Sequence[UUID]) -> dict[UUID, Item]:
    """Return items with all that is shown of them."""
    if not keys:
        return {}
    items = Item.objects.filter(pk__in=keys).select_related("skill", "learning_item")
    return {item.pk: item for item in items.defer("times", "skill__times")}


def _of_everything(learner: User, at: datetime) -> _Plan:
    calibration = get_ability(learner).calibration
    held = due_memories(learner, at=at)
    recall = recall_probability_now(held.memories, calibration, microseconds(at))
    order = _best_first(held, np.arange(len(recall)), recall, at)
    return _Plan(held.items, held.due, recall, order)


def _of_set(learner: User, set_id: str, at: datetime) -> _Plan:
    ability = get_ability(learner)
    held, _ = standing = item_states(items_of_set(learner.facility_id, set_id), learner)
    if not held.items:
        refuse_unknown_set(learner.facility_id, set_id)
    ready = standing.readiness(ability, at)
    due, new = np.flatnonzero(held.is_due(at)), np.flatnonzero(~held.is_studied)
    easiest_first = new[scheduling.new_first(ready[new])]
    order = np.concatenate([_best_first(held, due, ready, at), easiest_first])
    return _Plan(held.items, held.due, ready, order)


def _best_first(held: ItemMemories, rows: IntArray, recall: FloatArray, at: datetime) -> IntArray:
    """Return these rows, those first of which a second of study gains most."""
    gains = scheduling.gains(
        held.memories.take(rows),
        microseconds(at),
        recall=recall[rows],
        seconds=scheduling.expected_seconds(held.seconds[rows], held.timed[rows]),
    )
    ordered: IntArray = rows[scheduling.order(gains)]
    return ordered
