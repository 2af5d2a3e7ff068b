"""The job that updates due times after a learner's recall model changed (decision 21).

A request writes only the due time of the item reviewed; each review that changes the recall model
moves those of all other items of the learner a little.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from django.db import transaction

from analytics.core.memory import due_many
from analytics.models import ItemMemory, LearnerAbility
from analytics.rows import (
    MEMORY_COLUMNS,
    memories_from_columns,
    microseconds,
    moment,
    recall_model_from_row,
)
from analytics.services.waiting_learners import process_waiting
from infra.db.compiled_queries import CompiledUpdate
from roster.models import User

# Due times that one transaction changes at most.
MAX_CHANGED = 5_000
# Smaller changes, relative to the time from review to review, are not saved.
MIN_CHANGE = 0.01
_SAVE_DUE = CompiledUpdate(ItemMemory, ["due"])


@transaction.atomic
def refresh_due(at: datetime) -> int:  # noqa: ARG001  # as every job
    """Update the due times of learners whose recall model changed, `MAX_CHANGED` at most.

    Returns
    -------
    The number of learners; 0 if none is left, or other transactions have locked them.
    """
    outdated = User.objects.filter(ability__due_outdated=True)
    return process_waiting(outdated, _refresh, limit=MAX_CHANGED)


def _refresh(ability: LearnerAbility, *, limit: int) -> int:
    """Update at most `limit` due times of one learner, and return how many."""
    rows = list(
        ItemMemory.objects.filter(learner=ability.learner_id).values_list(
            "pk", "due", *MEMORY_COLUMNS
        )
    )
    changed = 0
    if rows:
        keys, due, *columns = zip(*rows, strict=True)
        stored = np.array([microseconds(each) for each in due], dtype=np.int64)
        memories, practice = memories_from_columns(*columns)
        expected = due_many(memories, practice, recall_model_from_row(ability))
        differs = np.abs(expected - stored) > MIN_CHANGE * (expected - memories.at)
        chosen = np.flatnonzero(differs)[:limit].tolist()
        _SAVE_DUE(*(ItemMemory(pk=keys[row], due=moment(int(expected[row]))) for row in chosen))
        changed = len(chosen)
    if changed < limit:
        LearnerAbility.objects.filter(pk=ability.pk).update(due_outdated=False)
    return changed
