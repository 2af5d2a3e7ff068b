"""One learner's memories and abilities for many items, read as columns into arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db.models import FilteredRelation, Q, QuerySet

from analytics.core.difficulty import LEARNER, Gaussian, Gaussians
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.memory import Memories
from analytics.core.readiness import (
    Questions,
    p_correct_at_first_sight,
    readiness,
    recall_probability_now,
)
from analytics.core.recall import INITIAL, Practice, RecallModel
from analytics.models import Item, ItemMemory, LearnerAbility
from analytics.rows import (
    MEMORY_COLUMNS,
    floats,
    memories_from_columns,
    microseconds,
    recall_model_from_row,
)
from infra.db.compiled_lists import QueryByShape
from roster.models import User

# As many due items are compared, and listed, at most.
MAX_DUE = 5_000
_MEMORY = ("due", "seconds", "timed", *MEMORY_COLUMNS)
_QUESTION = (
    "skill", "answers", "difficulty_mean", "difficulty_variance", "skill__difficulty_mean",
    "skill__difficulty_variance", "state__ability_mean", "state__ability_variance",
)  # fmt: skip


class Ability(NamedTuple):
    """A learner's ability and recall model, the same for every item."""

    term: Gaussian = LEARNER
    recall_model: RecallModel = INITIAL


@dataclass(frozen=True, kw_only=True)
class ItemMemories:
    """A learner's memories of items, as columns of equal length.

    `due` is None, `memories` are NaN and `timed` is 0 where an item was not studied.
    """

    items: list[UUID]
    due: list[datetime | None]
    memories: Memories
    practice: Practice
    seconds: FloatArray
    timed: IntArray

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, ...]]) -> ItemMemories:
        """Return the columns of rows with an item's key and the columns of its memory."""
        columns = list(zip(*rows, strict=True)) or [()] * (1 + len(_MEMORY))
        items, due, seconds, timed, *memory_columns = columns
        memories, practice = memories_from_columns(*memory_columns)
        return cls(
            items=list(items),
            due=list(due),
            memories=memories,
            practice=practice,
            seconds=np.nan_to_num(floats(seconds)),
            timed=np.array([each or 0 for each in timed], dtype=np.int64),
        )

    @property
    def is_studied(self) -> BoolArray:
        """The mask of the items that were studied."""
        studied: BoolArray = ~np.isnan(self.memories.stability)
        return studied

    def recall(self, ability: Ability, at: datetime) -> FloatArray:
        """Return the recall probability of each item now; NaN if it was not studied."""
        return recall_probability_now(
            self.memories, self.practice, ability.recall_model, microseconds(at)
        )

    def is_due(self, at: datetime) -> BoolArray:
        """Return the mask of the items that are due."""
        return np.array([due is not None and due <= at for due in self.due], dtype=np.bool_)


class ItemStates(NamedTuple):
    """A learner's memories of items, and the terms of these items as questions."""

    memorized: ItemMemories
    questions: Questions

    def readiness(self, ability: Ability, at: datetime) -> FloatArray:
        """Return the probability of a right answer now, for each item."""
        return readiness(
            self.memorized.recall(ability, at),
            p_correct_at_first_sight(self.questions, ability.term),
        )


def get_ability(learner: User) -> Ability:
    """Return a learner's ability; before the first answer the prior."""
    found = _ABILITY.all(learner=learner.pk)
    if not found:
        return Ability()
    [row] = found
    return Ability(Gaussian(row.mean, row.variance), recall_model_from_row(row))


_ABILITY = QueryByShape(lambda learner: LearnerAbility.objects.filter(learner=learner))


def due_memories(learner: User, *, at: datetime) -> ItemMemories:
    """Return the `MAX_DUE` longest due memories of items that were studied or are in a set.

    Only due rows are read: index (learner, due).
    """
    return ItemMemories.of(map(tuple, _DUE.rows(learner=learner.pk, at=at)))


_DUE = QueryByShape(
    lambda learner, at: (
        ItemMemory.objects.filter(
            Q(studied=True) | Q(item__learning_item__isnull=False), learner=learner, due__lte=at
        )
        .order_by("due", "pk")
        .values_list("item", *_MEMORY)[:MAX_DUE]
    )
)


def get_item_states(items: QuerySet[Item], learner: User) -> ItemStates:
    """Return a learner's states of items, in the order of the query."""
    joined = items.annotate(
        memory=FilteredRelation("memories", condition=Q(memories__learner=learner)),
        state=FilteredRelation("skill__states", condition=Q(skill__states__learner=learner)),
    )
    columns = ("pk", *(f"memory__{name}" for name in _MEMORY), *_QUESTION)
    rows = list(joined.values_list(*columns))
    cut = 1 + len(_MEMORY)
    return ItemStates(
        ItemMemories.of(row[:cut] for row in rows), _questions(row[cut:] for row in rows)
    )


def _questions(rows: Iterable[tuple[Any, ...]]) -> Questions:
    columns = list(zip(*rows, strict=True)) or [()] * len(_QUESTION)
    skill, answers, *terms = columns
    item_mean, item_variance, skill_mean, skill_variance, mean, variance = map(floats, terms)
    return Questions(
        skill_ability=Gaussians(mean, variance),
        skill=Gaussians(skill_mean, skill_variance),
        item=Gaussians(item_mean, item_variance),
        has_skill=np.array([key is not None for key in skill], dtype=np.bool_),
        is_answered=np.array(answers, dtype=np.int64) > 0,
    )
