"""Progress of a learner in a set, and with one item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from analytics.models import Item, ItemMemory
from roster.models import User
from roster.services import get_one
from study.selectors.catalogue import (
    UnknownItem,
    item_of_guid,
    items_of_set,
    refuse_unknown_set,
)
from study.selectors.item_memories import get_ability, get_item_states


@dataclass(frozen=True, kw_only=True)
class SetProgress:
    """A learner's progress in a set; `readiness` is the mean of its items, None if it is empty."""

    study_set: UUID
    readiness: float | None
    items: int
    studied: int
    due: int


@dataclass(frozen=True, kw_only=True)
class ItemProgress:
    """A learner's progress with an item; `memory` None: it was never studied."""

    item: Item
    readiness: float
    memory: ItemMemory | None

    @property
    def accuracy(self) -> float | None:
        """The mean score of the reviews, in [0, 1]."""
        return self.memory.score / self.memory.reviews if self.memory else None

    @property
    def interval(self) -> timedelta | None:
        """The time from the last review to the next due one."""
        return self.memory.due - self.memory.last_review if self.memory else None


def get_set_progress(learner: User, set_id: str, *, at: datetime) -> SetProgress:
    """Return a learner's progress in a set now.

    Raises
    ------
    UnknownSet : the learner's facility has no such set.
    """
    ability = get_ability(learner)
    states = get_item_states(items_of_set(learner.facility_id, set_id), learner)
    memories = states.memorized
    if not memories.items:
        refuse_unknown_set(learner.facility_id, set_id)
    return SetProgress(
        study_set=UUID(set_id),
        readiness=float(np.mean(states.readiness(ability, at))) if memories.items else None,
        items=len(memories.items),
        studied=int(memories.is_studied.sum()),
        due=int(memories.is_due(at).sum()),
    )


def get_item_progress(learner: User, guid: str, *, at: datetime) -> ItemProgress:
    """Return a learner's progress with an item now.

    Raises
    ------
    UnknownItem : the learner's facility has no such item.
    """
    ability = get_ability(learner)
    item = get_one(item_of_guid(learner.facility_id, guid).select_related("skill"))
    if item is None:
        raise UnknownItem
    states = get_item_states(Item.objects.filter(pk=item.pk), learner)
    memory = get_one(ItemMemory.objects.filter(learner=learner, item=item))
    return ItemProgress(
        item=item, readiness=float(states.readiness(ability, at).item()), memory=memory
    )
